package cases

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// The lessons of chapter 3.
const (
	lesson3Set    = "GET, SET and TTL"
	lesson3Expire = "EXPIRE and auto-deletion"
	lesson3Evict  = "Eviction strategies, simple-first"
)

// Replies of the commands on keys.
const (
	done      = "+OK\r\n"
	zero      = ":0\r\n"
	one       = ":1\r\n"
	noTTL     = ":-1\r\n"
	noKey     = ":-2\r\n"
	emptyList = "*0\r\n"
	noInteger = "-ERR value is not an integer or out of range\r\n"
)

// year2100 is in the future whenever the suite runs: seconds since 1970.
const year2100 = "4102444800"

func integer(n int64) string { return ":" + strconv.FormatInt(n, 10) + "\r\n" }

func invalidExpire(command string) string {
	return "-ERR invalid expire time in '" + command + "' command\r\n"
}

// dialogue is requests in words, each followed by its reply's bytes:
//
//	dialogue("SET @k v", done, "GET @k", bulk("v"))
//
// A word that begins with @ is a key of the case's own: cases run beside each
// other on one server.
func dialogue(steps ...string) func(*T) {
	return func(t *T) { speak(t.Dial(), newKeys(), steps...) }
}

// speak goes through a dialogue's steps on a connection, one after another.
func speak(c *conformance.Conn, own keys, steps ...string) {
	for i := 0; i+1 < len(steps); i += 2 {
		c.Exchange(own.cmd(steps[i]), steps[i+1])
	}
}

// keys is what the keys of one case begin with.
type keys string

// suiteKeys is what every key of the suite begins with, but for those of cases
// that have the server to themselves.
const suiteKeys = "suite:"

var (
	keysOfRun = suiteKeys + strconv.FormatInt(time.Now().UnixNano(), 36)
	lastKeys  atomic.Int64
)

// newKeys returns a prefix that neither another case nor an earlier run on the
// same server has used. It holds no character that KEYS takes for a pattern.
func newKeys() keys { return keys(fmt.Sprintf("%s:%d:", keysOfRun, lastKeys.Add(1))) }

func (p keys) key(name string) string { return string(p) + name }

// cmd is the bytes of a request in words.
func (p keys) cmd(words string) string {
	args := strings.Fields(words)
	for i, a := range args {
		if name, ok := strings.CutPrefix(a, "@"); ok {
			args[i] = p.key(name)
		}
	}
	return cmd(args...)
}

// empty makes the case's server empty. A server that somebody else started is
// left alone if it holds keys that are not the suite's.
func empty(t *T, c *conformance.Conn) {
	if t.OnlyAddress() {
		for _, key := range c.Call("KEYS", "*").Strings() {
			if !strings.HasPrefix(key, suiteKeys) {
				t.Skip("the server holds keys of somebody else's, which the case would delete")
			}
		}
	}
	c.Exchange(cmd("FLUSHALL"), done)
}

// within asks for an integer and expects it between these, both included. What
// is asked goes down with the time; the span is as wide as a slow machine
// needs.
func within(t *T, c *conformance.Conn, request string, low, high int64) {
	c.Send(request)
	reply := c.Reply()
	require.Equal(t, ":", string(reply.Kind))
	require.True(t, low <= reply.Int && reply.Int <= high, "%d is not between %d and %d", reply.Int, low, high)
}
