// debug.go: DEBUG, with which an administrator finds out what happens when the server
// crashes or hangs, before it does so of itself.
//
// SLEEP is the course's evalSLEEP: a command that lasts, so that one can see what comes
// meanwhile. Nothing else is executed: there is one thread, and it sleeps.
//
// Redis: debug.c, debugCommand.

package command

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"
	"unsafe"

	"redis-internals/ch08/internal/engine"
)

var debugCommands = []Row{
	row("debug", debugCommand, -2, Admin|NoScript|Loading|Stale|Protected, 0, noKeys,
		doc("1.0.0", "Depends on subcommand.", "<subcommand> [<arg>]", "Holds the commands for debugging.")),
}

// debugCommand answers DEBUG. As in Redis it is one command, whose subcommands COMMAND does not
// know, and those that crash take any number of arguments.
func debugCommand(c *Client) {
	sub := c.Args[1]
	switch {
	case engine.IsOption(sub, "help") && len(c.Args) == 2:
		debugHelp(c)
	case engine.IsOption(sub, "segfault"):
		writeToReadOnlyMemory()
	case engine.IsOption(sub, "panic"):
		panic(fmt.Sprintf("DEBUG PANIC called at Unix time %d", time.Now().Unix()))
	case engine.IsOption(sub, "sleep") && len(c.Args) == 3:
		time.Sleep(parseSeconds(c.Args[2]))
		c.ReplyOK()
	default:
		c.ReplyError("ERR unknown subcommand or wrong number of arguments for '" + engine.Quoted(sub, engine.MaxQuoted) + "'. Try DEBUG HELP.")
	}
}

func debugHelp(c *Client) {
	lines := []string{
		"DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
		"PANIC", "    Crash the server simulating a panic.",
		"SEGFAULT", "    Crash the server with sigsegv.",
		"SLEEP <seconds>", "    Stop the server for <seconds>. Decimals allowed.",
		"HELP", "    Prints this help.",
	}
	c.ReplyArrayLen(len(lines))
	for _, line := range lines {
		c.ReplySimple(line)
	}
}

// writeToReadOnlyMemory writes where the program's constants lie. It is a fault as a wrong
// address among the keys gives one, and none that Go's compiler has a check for.
func writeToReadOnlyMemory() { *unsafe.StringData("constant") = 'C' }

// maxNumber is how much of an argument is looked at for a number, in bytes.
const maxNumber = 64

// parseSeconds reads the number that arg begins with, as C's strtod does: 0 if there is
// none. What is no time is 0, too.
func parseSeconds(arg []byte) time.Duration {
	text := engine.Quoted(bytes.TrimLeft(arg, " \t\n\v\f\r"), maxNumber)
	for n := len(text); n > 0; n-- {
		if seconds, err := strconv.ParseFloat(text[:n], 64); err == nil {
			if !(seconds > 0 && seconds < math.MaxInt64/1e9) { // written so that it holds for NaN
				return 0
			}
			return time.Duration(seconds * float64(time.Second))
		}
	}
	return 0
}
