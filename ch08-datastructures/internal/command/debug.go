// debug.go: DEBUG, with which an administrator finds out what happens when the server
// crashes or hangs, before it does so of itself.
//
// DIGEST (digest.go), OBJECT and RELOAD are what test suites of clients and tools ask for.
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

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
)

var debugCommands = []Row{
	row("debug", debugCommand, -2, Admin|NoScript|Loading|Stale|Protected, 0, noKeys,
		system(doc("1.0.0", "Depends on subcommand.", "<subcommand> [<arg>]", "Holds the commands for debugging."))),
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
	case engine.IsOption(sub, "assert"):
		panic("=== ASSERTION FAILED === DEBUG ASSERT was called")
	case engine.IsOption(sub, "oom"):
		panic("Redis aborting for OUT OF MEMORY. DEBUG OOM was called")
	case engine.IsOption(sub, "panic"):
		panic(fmt.Sprintf("DEBUG PANIC called at Unix time %d", time.Now().Unix()))
	default:
		for _, d := range debugSubcommands {
			if engine.IsOption(sub, d.name) && d.takes(len(c.Args)) {
				d.handler(c)
				return
			}
		}
		c.RejectSubcommand()
	}
}

// debugSubcommand is one that a server survives: its name, and how many words the request
// must have, at least so many if that is negative.
type debugSubcommand struct {
	name    string
	arity   int
	handler func(*Client)
}

func (d *debugSubcommand) takes(words int) bool {
	return words == d.arity || d.arity < 0 && words >= -d.arity
}

var debugSubcommands = []debugSubcommand{
	{"change-repl-id", 2, debugChangeReplID},
	{"digest", 2, debugDigest},
	{"digest-value", -2, debugDigestValue},
	{"drop-cluster-packet-filter", 3, debugTaken},
	{"error", 3, debugError},
	{"listpack", 3, debugListpack},
	{"loadaof", -2, debugLoadAOF},
	{"log", 3, debugLog},
	{"object", 3, debugObject},
	{"pause-cron", 3, debugPauseCron},
	{"populate", 3, debugPopulate},
	{"populate", 4, debugPopulate},
	{"populate", 5, debugPopulate},
	{"protocol", 3, debugProtocol},
	{"quicklist", 3, debugQuicklist},
	{"quicklist", 4, debugQuicklist},
	{"quicklist-packed-threshold", 3, debugPackedThreshold},
	{"reload", -2, debugReload},
	{"replybuffer", 4, debugReplyBuffer},
	{"sdslen", 3, debugSdslen},
	{"set-active-expire", 3, debugActiveExpire},
	{"set-disable-deny-scripts", 3, debugTaken},
	{"set-skip-checksum-validation", 3, debugTaken},
	{"sleep", 3, debugSleep},
	{"stringmatch-test", 2, debugStringMatch},
}

func debugSleep(c *Client) {
	time.Sleep(parseSeconds(c.Args[2]))
	c.ReplyOK()
}

// bareOrReply finds the object that a subcommand is about, or replies the error.
func bareOrReply(c *Client) *object.Object {
	o := c.DB.Bare(c.Args[2])
	if o == nil {
		c.ReplyError(engine.ErrNoSuchKey)
	}
	return o
}

// debugObject answers DEBUG OBJECT, in one line that tools take apart.
func debugObject(c *Client) {
	o := bareOrReply(c)
	if o == nil {
		return
	}
	line := fmt.Sprintf("Value at:%p refcount:%d encoding:%s serializedlength:%d lru:%d lru_seconds_idle:%d",
		o, refCount(o), o.Encoding(), o.SerializedLen(), o.Used(), c.Engine.Keyspace.IdleSeconds(o))
	if o.Encoding() == object.QuickList {
		nodes, bytes := o.ListShape()
		line += fmt.Sprintf(" ql_nodes:%d ql_avg_node:%.2f ql_listpack_max:%d ql_compressed:0 ql_uncompressed_size:%d",
			nodes, float64(o.Count())/float64(nodes), c.DB.Env().ListSize, bytes)
	}
	c.ReplySimple(line)
}

// debugListpack answers DEBUG LISTPACK: what is in the block goes to standard output, for who
// debugs the server itself. Redis: listpack.c, lpRepr.
func debugListpack(c *Client) {
	o := bareOrReply(c)
	switch {
	case o == nil:
	case o.Encoding() != object.Listpack:
		c.ReplyError("ERR Not a listpack encoded object.")
	default:
		fmt.Printf("{%d elements, %d bytes serialized}\n", o.Count(), o.SerializedLen())
		o.Items(0, allItems, func(i object.Item) {
			if o.Type() == object.SortedSetType {
				i.Value = number.AppendFloat(nil, i.Score)
			}
			fmt.Printf("%q %q\n", i.Name, i.Value)
		})
		c.ReplySimple("Listpack structure printed on stdout")
	}
}

// debugReload answers DEBUG RELOAD. What is loaded is all there was, by one way or the other: so
// where keys that are there may be replaced (MERGE) it does not matter whether they are deleted
// before. Where they may not be, Redis ends.
func debugReload(c *Client) {
	fromLog, keep, merge := false, false, false
	for _, arg := range c.Args[2:] {
		switch {
		case engine.IsOption(arg, "nosave"):
			fromLog = true
		case engine.IsOption(arg, "noflush"):
			keep = true
		case engine.IsOption(arg, "merge"):
			merge = true
		default:
			c.ReplyError("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.")
			return
		}
	}
	if keep && !merge && c.Engine.Keyspace.Keys() > 0 {
		c.ReplyError("ERR DEBUG RELOAD NOFLUSH without MERGE: each key is there already.")
		return
	}
	reload(c, fromLog)
}

func debugLoadAOF(c *Client) { reload(c, true) }

func reload(c *Client, fromLog bool) {
	if err := c.Engine.Reload(fromLog); err != nil {
		c.ReplyError("ERR " + err.Error())
		return
	}
	c.ReplyOK()
}

// maxThreshold is the largest that DEBUG QUICKLIST-PACKED-THRESHOLD takes, in bytes.
const maxThreshold = 1<<32 - 1<<20

// debugPackedThreshold answers DEBUG QUICKLIST-PACKED-THRESHOLD: from how many bytes on Redis
// gives an element of a list a node of its own. Here it is so from the length of a node on
// (structures/quicklist), and no number changes that.
func debugPackedThreshold(c *Client) {
	if n, ok := config.ParseMemory(string(c.Args[2])); !ok || n < 0 || n > maxThreshold {
		c.ReplyError("ERR argument must be a memory value bigger than 1 and smaller than 4gb")
		return
	}
	c.ReplyOK()
}

// debugActiveExpire answers DEBUG SET-ACTIVE-EXPIRE, with which a test can see a key that has
// expired and was not noticed yet.
func debugActiveExpire(c *Client) {
	c.Engine.SetActiveExpire(parseDigits(c.Args[2]) != 0)
	c.ReplyOK()
}

// parseDigits reads the number that arg begins with, as C's atoi does; 0 if there is none.
func parseDigits(arg []byte) (n int) {
	text := engine.Quoted(bytes.TrimLeft(arg, " \t\n\v\f\r"), maxNumber)
	for end := len(text); end > 0; end-- {
		if n, err := strconv.Atoi(text[:end]); err == nil {
			return n
		}
	}
	return 0
}

func debugHelp(c *Client) {
	lines := []string{
		"DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
		"ASSERT", "    Crash the server as a failed assertion does.",
		"CHANGE-REPL-ID", "    Give the history of the data another name, as INFO replication tells it.",
		"DIGEST", "    Output a hex signature representing the current DB content.",
		"DIGEST-VALUE <key> [<key> ...]", "    Output a hex signature of the values of all the specified keys.",
		"ERROR <string>", "    Return an error with <string> as message.",
		"LISTPACK <key>", "    Show low level info about the listpack encoding of <key>.",
		"LOADAOF", "    Flush the AOF buffers on disk and reload the AOF in memory.",
		"LOG <message>", "    Write <message> to the server log.",
		"OBJECT <key>", "    Show low level info about `key` and associated value.",
		"OOM", "    Crash the server as want of memory does.",
		"PANIC", "    Crash the server simulating a panic.",
		"PAUSE-CRON <0|1>", "    Stop all that comes with time.",
		"POPULATE <count> [<prefix>] [<size>]", "    Create <count> strings named key:<num>, or <prefix>:<num>. No log has them.",
		"PROTOCOL <type>", "    Reply with a value of the type: string, integer, double, bignum, null, array, set, map,", "    attrib, push, verbatim, true, false.",
		"QUICKLIST <key> [<0|1>]", "    Show low level info about the quicklist encoding of <key>; with 1 the elements, too.",
		"QUICKLIST-PACKED-THRESHOLD <size>", "    Taken so that Redis' tests run: it changes nothing here.",
		"RELOAD [NOSAVE] [NOFLUSH] [MERGE]", "    Write all data to a file, as a rewrite of the log does, and load it again.", "    With NOSAVE load the log as it is. NOFLUSH wants MERGE, if there are keys.",
		"REPLYBUFFER PEAK-RESET-TIME <NEVER|RESET|time>, REPLYBUFFER RESIZING <0|1>", "    Taken so that Redis' tests run, as SET-DISABLE-DENY-SCRIPTS, SET-SKIP-CHECKSUM-VALIDATION", "    and DROP-CLUSTER-PACKET-FILTER are: nothing changes here.",
		"SDSLEN <key>", "    Show how long the key and its string are.",
		"SEGFAULT", "    Crash the server with sigsegv.",
		"SET-ACTIVE-EXPIRE <0|1>", "    Setting it to 0 disables expiring keys in background when they are not", "    accessed. Setting it to 1 reenables back the default.",
		"SLEEP <seconds>", "    Stop the server for <seconds>. Decimals allowed.",
		"STRINGMATCH-TEST", "    Match random strings with random patterns.",
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
