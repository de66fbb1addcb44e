package cases

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// The lessons of chapter 5.
const (
	lesson5Objects = "Objects, encodings, INCR"
	lesson5Info    = "INFO and allkeys-random"
	lesson5Idea    = "The approximated LRU algorithm"
	lesson5LRU     = "Implementing approximated LRU"
)

// figures is what a section of INFO says, by field.
type figures map[string]string

func askFigures(c *conformance.Conn, section string) figures {
	f := figures{}
	for line := range strings.SplitSeq(c.Call("INFO", section).Text, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			f[name] = value
		}
	}
	return f
}

// number is a field's integer.
func (f figures) number(t *T, name string) int64 {
	n, err := strconv.ParseInt(f[name], 10, 64)
	require.NoError(t, err, "the field %s of INFO: %q", name, f[name])
	return n
}

func evictedKeys(t *T, c *conformance.Conn) int64 {
	return askFigures(c, "stats").number(t, "evicted_keys")
}

// configure changes a setting.
func configure(c *conformance.Conn, nameAndValue ...string) {
	c.Exchange(cmd(slices.Concat([]string{"CONFIG", "SET"}, nameAndValue)...), done)
}

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

// numberedKey is the name of one of the keys "key:0", "key:1" and so on.
func numberedKey(i int) string { return "key:" + strconv.Itoa(i) }
