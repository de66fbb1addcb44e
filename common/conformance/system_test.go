package conformance_test

// system_test.go: what who builds a chapter on another system than Linux is told.

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// firstWithEpoll is the chapter from which on a server needs Linux.
const firstWithEpoll = 2

// A package of one file, which does not compile, stops the build before any other
// error is found: all else stands on the event loop.
func TestOtherSystems_GetOneFileThatSaysLinux(t *testing.T) {
	for _, c := range stages(t) {
		if c.Number < firstWithEpoll {
			continue
		}
		for _, system := range []string{"darwin", "windows", "freebsd"} {
			cmd := exec.Command("go", "list", "-f", "{{range .GoFiles}}{{.}} {{end}}", "./internal/eventloop")
			cmd.Dir = c.Dir
			cmd.Env = append(cmd.Environ(), "GOOS="+system, "GOARCH=amd64")
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Equal(t, "unsupported.go", strings.TrimSpace(string(out)), "%s on %s", c.Name, system)
		}
	}
}
