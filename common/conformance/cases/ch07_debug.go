// ch07_debug.go: DEBUG: who may use it, and what it does that can be survived.

package cases

import (
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const (
	notAllowed = "-ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a local connection, " +
		"otherwise you need to set this option in the configuration file, and then restart the server.\r\n"
	infoDebug = "*10\r\n$5\r\ndebug\r\n:-2\r\n*4\r\n+admin\r\n+noscript\r\n+loading\r\n+stale\r\n:0\r\n:0\r\n:0\r\n" +
		"*3\r\n+@admin\r\n+@slow\r\n+@dangerous\r\n*0\r\n*0\r\n*0\r\n"
)

// debuggable is a server that lets everybody use DEBUG.
var debuggable = []string{"--enable-debug-command", "yes"}

func debug() list {
	rows := list{
		{Name: "DEBUG is refused where it is not allowed", Own: true, Run: answers(cmd("DEBUG", "SLEEP", "0")+cmd("debug", "nosuch")+cmd("DEBUG", "HELP"), strings.Repeat(notAllowed, 3))},
		{Name: "DEBUG without a subcommand is refused for that first", Run: answers(cmd("DEBUG"), wrongArity("debug"))},
		{Name: "COMMAND INFO describes DEBUG", Run: answers(cmd("COMMAND", "INFO", "debug"), "*1\r\n"+infoDebug)},
		{Name: "enable-debug-command is no unless one says so", Own: true, Run: answers(cmd("CONFIG", "GET", "enable-debug-command"), array(bulk("enable-debug-command"), bulk("no")))},
		{Name: "enable-debug-command cannot be changed by a client", Run: answers(cmd("CONFIG", "SET", "enable-debug-command", "yes"), setFailed("enable-debug-command", "can't set immutable config"))},
		{Name: "enable-debug-command local is for clients from 127.0.0.1", Args: []string{"--enable-debug-command", "LOCAL", "--protected-mode", "no"}, Run: debugLocally},
		{Name: "enable-debug-command yes is for everybody", Args: []string{"--enable-debug-command", "yes", "--protected-mode", "no"}, Run: func(t *T) {
			t.DialFrom("127.0.0.2", t.Addr()).Exchange(cmd("DEBUG", "SLEEP", "0"), done)
		}},
		{Name: "enable-debug-command has three values", Run: refusesFile("enable-debug-command perhaps\n", 1, "enable-debug-command perhaps", "argument(s) must be one of the following: no, yes, local")},
		{Name: "DEBUG HELP lists the subcommands", Args: debuggable, Run: helpLists(
			"DEBUG", "PANIC", "    Crash the server simulating a panic.", "SEGFAULT", "    Crash the server with sigsegv.",
			"SLEEP <seconds>", "    Stop the server for <seconds>. Decimals allowed.", "HELP", "    Prints this help.",
		)},
		{Name: "DEBUG SLEEP keeps all that comes behind it waiting", Args: debuggable, Run: sleeps},
		{Name: "DEBUG SLEEP for no time at all is done at once", Args: debuggable, Run: answers(
			cmd("DEBUG", "SLEEP", "0")+cmd("Debug", "Sleep", "-1")+cmd("DEBUG", "SLEEP", "soon")+cmd("DEBUG", "SLEEP", "")+cmd("DEBUG", "SLEEP", "nan"), strings.Repeat(done, 5))},
	}
	for _, words := range []string{"nosuch", "sleep", "SLEEP 0 0", "help x"} {
		sub, _, _ := strings.Cut(words, " ")
		rows = append(rows, conformance.Case{Name: "DEBUG " + words + " is refused", Args: debuggable, Run: answers(
			cmd(strings.Fields("DEBUG "+words)...), "-ERR unknown subcommand or wrong number of arguments for '"+sub+"'. Try DEBUG HELP.\r\n")})
	}
	return in(7, lesson7Shutdown, rows)
}

// debugLocally connects from two addresses of this machine. Redis knows one of them only.
func debugLocally(t *T) {
	t.DialFrom("127.0.0.1", t.Addr()).Exchange(cmd("DEBUG", "SLEEP", "0"), done)
	t.DialFrom("127.0.0.2", t.Addr()).Exchange(cmd("DEBUG", "SLEEP", "0"), notAllowed)
}

func sleeps(t *T) {
	const pause = 200 * time.Millisecond
	c, began := t.Dial(), time.Now()
	c.Exchange(cmd("DEBUG", "SLEEP", strconv.FormatFloat(pause.Seconds(), 'f', -1, 64))+cmd("PING"), done+"+PONG\r\n")
	require.GreaterOrEqual(t, time.Since(began), pause)
	stats := c.Call("INFO", "commandstats").Text
	_, usec, found := strings.Cut(stats, "cmdstat_debug:calls=1,usec=")
	require.True(t, found, stats)
	usec, _, _ = strings.Cut(usec, ",")
	n, err := strconv.Atoi(usec)
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, int(pause.Microseconds()))
}
