// ch08_hashes_random.go: HRANDFIELD.

package cases

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

func randomFields() list {
	const (
		noRange    = "-ERR value is out of range\r\n"
		noCount    = "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n"
		half       = "4611686018427387903"
		beyondHalf = "4611686018427387904"
	)
	return in(8, lesson8Lists, list{
		{Name: "HRANDFIELD of no key is nil, and with a count empty", Run: dialogue("HRANDFIELD @none", nilBulk, "HRANDFIELD @none 3", emptyList, "HRANDFIELD @none -3", emptyList, "HRANDFIELD @none 3 WITHVALUES", emptyList)},
		{Name: "HRANDFIELD of one field", Run: dialogue(
			"HSET @h f v", one, "HRANDFIELD @h", bulk("f"), "HRANDFIELD @h 1", bulks("f"), "HRANDFIELD @h 5", bulks("f"), "HRANDFIELD @h -3", bulks("f f f"), "HRANDFIELD @h 0", emptyList, "HRANDFIELD @h -2 withvalues", bulks("f v f v"), "HRANDFIELD @h 2 WITHVALUES", bulks("f v"),
		)},
		{Name: "HRANDFIELD's errors, in their order", Run: dialogue(
			"HSET @h f v", one, "SET @s v", done, "HRANDFIELD @h x", noInteger, "HRANDFIELD @s x", noInteger, "HRANDFIELD @h 1.5", noInteger, "HRANDFIELD @h "+least, noCount, "HRANDFIELD @s "+least, noCount, "HRANDFIELD @h 9223372036854775808", noInteger,
			"HRANDFIELD @h 1 VALUES", syntax, "HRANDFIELD @s 1 VALUES", syntax, "HRANDFIELD @h 1 WITHVALUES WITHVALUES", syntax, "HRANDFIELD @h x VALUES", noInteger, "HRANDFIELD @s 1 WITHVALUES", wrongType,
			"HRANDFIELD @h "+most, bulks("f"), "HRANDFIELD @h "+half+" WITHVALUES", bulks("f v"), "HRANDFIELD @h "+beyondHalf+" WITHVALUES", noRange, "HRANDFIELD @h -"+beyondHalf+" WITHVALUES", noRange, "HRANDFIELD @s "+beyondHalf+" WITHVALUES", noRange,
		)},
		{Name: "HRANDFIELD of a listpack", Run: randomOf(20)},
		{Name: "HRANDFIELD of a hash table", Run: randomOf(700)},
		{Name: "HRANDFIELD of few fields in a table that had many", Run: randomOfFew},
		{Name: "HRANDFIELD of more than a client may be sent ends the client", Args: []string{"--client-output-buffer-limit", "normal", "1mb", "0", "0"}, Run: func(t *T) {
			c, other := t.Dial(), t.Dial()
			c.Exchange(cmd("HSET", "h", "f", "v"), one)
			c.Command("HRANDFIELD", "h", "-"+half, "WITHVALUES")
			c.Discard()
			other.Exchange(cmd("HGET", "h", "f"), bulk("v"))
		}},
	})
}

// randomOf asks for fields of a hash of n, whose values are the fields' numbers.
func randomOf(n int) func(*T) {
	return func(t *T) {
		c, k := t.Dial(), newKeys().key("h")
		setFields(t, c, k, 0, n)
		check := func(c *conformance.Conn, count, want int, distinct bool) {
			fields := c.Call("HRANDFIELD", k, strconv.Itoa(count)).Strings()
			pairs := c.Call("HRANDFIELD", k, strconv.Itoa(count), "WITHVALUES").Strings()
			require.Len(t, fields, want, "HRANDFIELD %d", count)
			require.Len(t, pairs, 2*want, "HRANDFIELD %d WITHVALUES", count)
			for i := 0; i < len(pairs); i += 2 {
				require.Equal(t, "f"+pairs[i+1], pairs[i])
				fields = append(fields, pairs[i])
			}
			for _, half := range [][]string{fields[:want], fields[want:]} {
				seen := map[string]bool{}
				for _, f := range half {
					i, err := strconv.Atoi(strings.TrimPrefix(f, "f"))
					require.NoError(t, err)
					require.Less(t, i, n)
					require.False(t, distinct && seen[f], "%s twice of %d", f, count)
					seen[f] = true
				}
			}
		}
		for _, count := range []int{1, 2, n / 10, n / 3, n/3 + 1, n / 2, n - 1, n} {
			check(c, count, count, true)
		}
		check(c, n+1, n, true)
		check(c, 100*n, n, true)
		for _, count := range []int{1, 2, n, 3 * n} {
			check(c, -count, count, false)
		}
		seen := map[string]bool{}
		t.Until("each field was drawn", func() bool {
			for range n / 10 {
				seen[c.Call("HRANDFIELD", k).Text] = true
				for _, f := range c.Call("HRANDFIELD", k, "3").Strings() {
					seen[f] = true
				}
			}
			return len(seen) == n
		})
	}
}

func randomOfFew(t *T) {
	c, k := t.Dial(), newKeys().key("h")
	setFields(t, c, k, 0, 5000)
	inBatches(t, c, 3, 5000, func(i int) (string, string) { return cmd("HDEL", k, "f"+strconv.Itoa(i)), one })
	seen := map[string]bool{}
	t.Until("the three that are left were drawn", func() bool {
		seen[c.Call("HRANDFIELD", k).Text] = true
		return len(seen) == 3
	})
	require.Equal(t, map[string]bool{"f0": true, "f1": true, "f2": true}, seen)
	require.ElementsMatch(t, []string{"f0", "f1", "f2"}, c.Call("HRANDFIELD", k, "10").Strings())
}
