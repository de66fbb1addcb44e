// keys.go: keys of a case's own, and dialogues about them.
//
// Cases run beside each other on one server. So the keys of each begin with
// something that no other case has used, and in a dialogue a word that begins
// with @ is such a key. A case that has the server to itself may use plain names.

package cases

import (
	"bufio"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
)

// keys is what the keys of one case begin with.
type keys string

// suiteKeys is what every key of the suite begins with, but for those of cases
// that have the server to themselves.
const suiteKeys = conformance.SuiteKeys

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

// plain is the own part of keys where a case has the server to itself.
const plain = keys("")

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

// within asks for an integer and expects it between these, both included. What
// is asked goes down with the time; the span is as wide as a slow machine
// needs.
func within(t *T, c *conformance.Conn, request string, low, high int64) {
	c.Send(request)
	reply := c.Reply()
	require.Equal(t, ":", string(reply.Kind))
	require.True(t, low <= reply.Int && reply.Int <= high, "%d is not between %d and %d", reply.Int, low, high)
}

// setKeys sets the keys with these numbers, each on its own.
func setKeys(c *conformance.Conn, own keys, from, to int) {
	for i := from; i < to; i++ {
		speak(c, own, fmt.Sprintf("SET @%d %d", i, i), done)
	}
}

// expectKeys expects exactly the keys with these numbers.
func expectKeys(c *conformance.Conn, own keys, from, to int) {
	for i := from; i < to; i++ {
		speak(c, own, fmt.Sprintf("GET @%d", i), bulk(strconv.Itoa(i)))
	}
	speak(c, own, "DBSIZE", integer(int64(to-from)))
}

// awaitSize waits until DBSIZE is no more than n, and expects that it is n.
func awaitSize(t *T, c *conformance.Conn, n int64) {
	t.Until("DBSIZE comes down to "+strconv.FormatInt(n, 10), func() bool {
		size := c.Call("DBSIZE").Int
		require.GreaterOrEqual(t, size, n, "DBSIZE")
		return size == n
	})
}

// expires waits until a key that lives 50 ms is gone for the command.
func expires(request, gone string) func(*T) {
	want, err := wire.Read(bufio.NewReader(strings.NewReader(gone)))
	return func(t *T) {
		require.NoError(t, err)
		c, own := t.Dial(), newKeys()
		for range 3 {
			speak(c, own, "SET @k v PX 50", done)
			t.Until("the key is gone", func() bool {
				c.Send(own.cmd(request))
				return reflect.DeepEqual(c.Reply(), want)
			})
			speak(c, own, request, gone, "GET @k", nilBulk)
		}
	}
}

// onceExpired goes through the steps when the keys k, k2 and k3 have expired.
// Nobody asks for them until then: one that was set after them tells the time.
func onceExpired(steps ...string) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		speak(c, own, "SET @k v PX 30", done, "SET @k2 v PX 30", done, "SET @k3 v PX 30", done, "SET @clock v PX 40", done)
		t.Until("the keys have expired", func() bool { return c.Call("GET", own.key("clock")).Null })
		speak(c, own, steps...)
	}
}

// numberedKey is the name of one of the keys "key:0", "key:1" and so on.
func numberedKey(i int) string { return "key:" + strconv.Itoa(i) }

// setMany sets the keys prefix+"from" to prefix+"to-1" to values of so many bytes.
// None may be refused.
func setMany(t *T, c *conformance.Conn, prefix string, from, to, size int, options ...string) {
	value := numbered(size)
	inBatches(t, c, from, to, func(i int) (request, reply string) {
		return cmd(slices.Concat([]string{"SET", prefix + strconv.Itoa(i), value}, options)...), done
	})
}

// inBatches sends a request for each number in pipelines of 1000 and expects the
// replies.
func inBatches(t *T, c *conformance.Conn, from, to int, make func(i int) (request, reply string)) {
	const batch = 1000
	for ; from < to; from += batch {
		var requests, replies strings.Builder
		for i := from; i < min(to, from+batch); i++ {
			request, reply := make(i)
			requests.WriteString(request)
			replies.WriteString(reply)
		}
		t.Go(func() { c.Send(requests.String()) })
		c.Expect(replies.String())
		t.Wait()
	}
}

// numbersOf are the numbers of the keys that are still there, in order.
func numbersOf(t *T, c *conformance.Conn, prefix string) (numbers []int) {
	for _, name := range c.Call("KEYS", prefix+"*").Strings() {
		n, err := strconv.Atoi(strings.TrimPrefix(name, prefix))
		require.NoError(t, err)
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

// countBetween is how many of the numbers are from low to below high.
func countBetween(numbers []int, low, high int) (n int) {
	for _, i := range numbers {
		if low <= i && i < high {
			n++
		}
	}
	return n
}

// idleFor waits until a key that nobody uses has been idle for so many seconds.
func idleFor(t *T, c *conformance.Conn, key string, seconds int64) {
	t.Until("time goes by", func() bool { return c.Call("OBJECT", "IDLETIME", key).Int >= seconds })
}

// sendAtOnce sends requests that semicolons part in one write: the server reads all of them before
// it answers the first, and what it says behind the last is said once.
func sendAtOnce(c *conformance.Conn, requests string, wire func(string) string) {
	var all strings.Builder
	for request := range strings.SplitSeq(requests, "; ") {
		if request != "" {
			all.WriteString(wire(request))
		}
	}
	if all.Len() > 0 {
		c.Send(all.String())
	}
}
