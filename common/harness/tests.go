// tests.go: how a package's tests run that mostly wait for servers.

package harness

import (
	"flag"
	"runtime"
	"strconv"
)

// waiting is how many tests run beside each other, a core; -parallel says otherwise.
const waiting = 4

// RunTests runs a package's tests for its TestMain, more of them beside each other than Go would,
// removes what they have built, and returns the exit code.
func RunTests(m interface{ Run() int }) (code int) {
	flag.Parse()
	if beside := flag.Lookup("test.parallel"); beside.Value.String() == beside.DefValue {
		_ = beside.Value.Set(strconv.Itoa(waiting * runtime.GOMAXPROCS(0)))
	}
	defer RemoveBuilds()
	return m.Run()
}
