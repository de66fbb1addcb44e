// words.go: what the cases say and what they expect to hear, where more than
// one file says it.
//
// Requests are made by cmd, replies by bulk, bulks, array and integer, or stand
// here as they are on the wire. An error that only one file meets stands there.

package cases

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance/wire"
)

// cmd is a request's bytes.
var cmd = wire.Command

// bulk is a bulk reply's bytes.
var bulk = wire.Bulk

// Replies of many commands.
const (
	done      = "+OK\r\n"
	zero      = ":0\r\n"
	one       = ":1\r\n"
	noTTL     = ":-1\r\n" // TTL of a key that lives for ever
	noKey     = ":-2\r\n" // TTL of a key that there is not
	nilBulk   = "$-1\r\n"
	emptyList = "*0\r\n"
	rewriting = "+Background append only file rewriting started\r\n"
)

// Errors of many commands.
const (
	syntax       = "-ERR syntax error\r\n"
	noInteger    = "-ERR value is not an integer or out of range\r\n"
	overflow     = "-ERR increment or decrement would overflow\r\n"
	decrOverflow = "-ERR decrement would overflow\r\n"
	noDB         = "-ERR DB index is out of range\r\n"
	sameObject   = "-ERR source and destination objects are the same\r\n"
	noProto      = "-NOPROTO unsupported protocol version\r\n"
	noKeys       = "-ERR The command has no key arguments\r\n"
	badCount     = "-ERR Invalid number of arguments specified for command\r\n"
	noCommand    = "-ERR Invalid command specified\r\n"
	wrongType    = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
	oom          = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
)

// What CONFIG SET says is wrong with a value; see setFailed.
const (
	notParsed  = "argument couldn't be parsed into an integer"
	notYesNo   = "argument must be 'yes' or 'no'"
	notMemory  = "argument must be a memory value"
	duplicate  = "duplicate parameter"
	fsyncNames = "argument(s) must be one of the following: everysec, always, no"
)

// between is what CONFIG SET says of a number that is out of its range.
func between(low, high string) string {
	return "argument must be between " + low + " and " + high + " inclusive"
}

// setFailed is CONFIG SET's error: name is the setting, reason what is wrong.
func setFailed(name, reason string) string {
	return "-ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + reason + "\r\n"
}

// unknown is the error for a command that does not exist; the arguments are
// those that Redis repeats.
func unknown(name string, args ...string) string {
	var b strings.Builder
	b.WriteString("-ERR unknown command '" + name + "', with args beginning with: ")
	for _, a := range args {
		b.WriteString("'" + a + "' ")
	}
	return b.String() + "\r\n"
}

// wrongArity is the error for too few or too many arguments.
func wrongArity(command string) string {
	return "-ERR wrong number of arguments for '" + command + "' command\r\n"
}

// unknownSub is the error for a subcommand that does not exist.
func unknownSub(name, command string) string {
	return "-ERR unknown subcommand '" + name + "'. Try " + command + " HELP.\r\n"
}

// invalidExpire is the error for a time out of a command's range.
func invalidExpire(command string) string {
	return "-ERR invalid expire time in '" + command + "' command\r\n"
}

// unsupported is EXPIRE's error for an option.
func unsupported(option string) string { return "-ERR Unsupported option " + option + "\r\n" }

// integer is an integer reply's bytes.
func integer(n int64) string { return ":" + strconv.FormatInt(n, 10) + "\r\n" }

// array is a reply's bytes from those of its elements.
func array(elements ...string) string {
	return "*" + strconv.Itoa(len(elements)) + "\r\n" + strings.Join(elements, "")
}

// bulks is an array of bulk strings, a word each.
func bulks(words string) string {
	var elements []string
	for _, w := range strings.Fields(words) {
		elements = append(elements, bulk(w))
	}
	return array(elements...)
}

// statuses is an array of simple strings, a word each.
func statuses(words string) string {
	var elements []string
	for _, w := range strings.Fields(words) {
		elements = append(elements, "+"+w+"\r\n")
	}
	return array(elements...)
}

// Numbers at the ends of what a number may be, and a time that is in the future
// whenever the suite runs: seconds since 1970.
const (
	most     = "9223372036854775807"
	least    = "-9223372036854775808"
	year2100 = "4102444800"
)

// everyValue is each of the 256 byte values once.
var everyValue = func() string {
	var b [256]byte
	for i := range b {
		b[i] = byte(i)
	}
	return string(b[:])
}()

// numbered is n bytes in which every line of 16 differs, so that a lost or
// doubled piece shows.
func numbered(n int) string {
	line := []byte("000000000000000\n")
	all := make([]byte, 0, n+len(line))
	for len(all) < n {
		all = append(all, line...)
		digit := len(line) - 2
		for ; line[digit] == '9'; digit-- {
			line[digit] = '0'
		}
		line[digit]++
	}
	return string(all[:n])
}

// answers sends bytes on a new connection and expects these and no others: a
// PING after them finds the place where the reply ends. Then it does so again
// with the bytes cut in two at every place, for TCP may cut them anywhere.
func answers(send, want string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		c.Exchange(send+cmd("PING"), want+"+PONG\r\n")
		if len(send) > maxCuts {
			return
		}
		for cut := 1; cut < len(send); cut++ {
			// The PING's answer shows that the first part has arrived.
			c.Exchange(cmd("PING", "first part")+send[:cut], bulk("first part"))
			c.Exchange(send[cut:]+cmd("PING"), want+"+PONG\r\n")
		}
	}
}

// maxCuts is the longest request that is tried cut at each of its bytes.
const maxCuts = 1000

// answersAndCloses sends bytes, expects the reply and then the end.
func answersAndCloses(send, want string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		c.Exchange(send, want)
		c.ExpectEOF()
	}
}

// refused sends bytes that are no request, and expects the replies to what stood
// before them, the error and the end.
func refused(send, before, text string) func(*T) {
	return answersAndCloses(send, before+"-ERR Protocol error: "+text+"\r\n")
}

// refusesFlags expects exit code 1 and words on the terminal.
func refusesFlags(args ...string) func(*T) {
	return func(t *T) {
		code, output := t.Execute(args...)
		require.Equal(t, 1, code, "exit code; it printed: %s", output)
		require.NotEmpty(t, strings.TrimSpace(output), "a word on what is wrong")
		require.NotContains(t, output, "goroutine ", "a message, not a crash")
	}
}

// requireNarrow expects a text that a terminal of 80 columns does not wrap.
func requireNarrow(t *T, text string) {
	for line := range strings.Lines(text) {
		require.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), 80, line)
	}
}

// helpLists expects HELP's first line, and these among the others.
func helpLists(command string, lines ...string) func(*T) {
	return func(t *T) {
		got := t.Dial().Call(command, "HELP").Strings()
		require.Equal(t, command+" <subcommand> [<arg> [value] [opt] ...]. Subcommands are:", got[0])
		require.Subset(t, got, lines)
	}
}
