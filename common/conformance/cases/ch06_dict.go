// ch06_dict.go: a table that grows and shrinks, and memory of all sizes, as clients see them.

package cases

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// dictionary is a table that grows and shrinks, and memory of all sizes, as
// clients see them.
func dictionary() list {
	return in(6, lesson6Malloc, list{
		{Name: "200000 keys are set and deleted in any order", Args: noLimit, Timeout: time.Minute, Run: setAndDeleteMany},
		{Name: "keys are found at every moment of a table's growth", Args: noLimit, Run: foundWhileGrowing},
		{Name: "keys are found at every moment of a table's shrinking", Args: noLimit, Run: foundWhileShrinking},
		{Name: "KEYS lists each key once while the table grows and shrinks", Args: noLimit, Run: keysWhileResizing},
		{Name: "RANDOMKEY answers a key that there is", Args: noLimit, Run: randomKeyLives},
		{Name: "RANDOMKEY answers every key of a few", Args: noLimit, Run: randomKeyReachesAll},
		{Name: "RANDOMKEY finds the last key of what were many", Args: noLimit, Run: randomKeyOfFewLeft},
		{Name: "100000 keys that expire at once go soon, and delay nobody", Args: noLimit, Run: manyExpireAtOnce},
		{Name: "FLUSHALL of many keys, and anew", Args: noLimit, Run: flushAndAnew},
		{Name: "values of every size around the powers of two are read back", Args: noLimit, Run: sizesAroundPowers},
		{Name: "values of 0 bytes to 5 MB take the place of each other", Args: noLimit, Run: sizesTakePlaces},
		{Name: "values of up to 300 bytes are read back, each length with each other", Args: noLimit, Run: everySmallLength},
		{Name: "keys of every length are told apart", Args: noLimit, Run: keysOfEveryLength},
		{Name: "keys of any bytes are told apart", Args: noLimit, Run: keysOfAnyBytes},
		{Name: "a value becomes a number and text again", Args: noLimit, Run: numbersAndText},
		{Name: "a TTL comes and goes with values of all sizes", Args: noLimit, Run: timesAndSizes},
	})
}

// model is what the server should hold: the value's number by the key's.
type model map[int]int

func (m model) request(t *T, c *conformance.Conn, keys []int, what string, round int) {
	inBatches(t, c, 0, len(keys), func(i int) (string, string) {
		k := keys[i]
		name := numberedKey(k)
		old, found := m[k]
		switch what {
		case "SET":
			m[k] = round
			return cmd("SET", name, roundValue(k, round)), done
		case "DEL":
			delete(m, k)
			if found {
				return cmd("DEL", name), one
			}
			return cmd("DEL", name), zero
		default:
			if found {
				return cmd("GET", name), bulk(roundValue(k, old))
			}
			return cmd("GET", name), nilBulk
		}
	})
	c.Exchange(cmd("DBSIZE"), integer(int64(len(m))))
}

// roundValue is the value of a key after a round: of 5 to about 100 bytes.
func roundValue(k, round int) string {
	return strconv.Itoa(round) + " of " + strings.Repeat(strconv.Itoa(k), 1+(k+round)%16)
}

// setAndDeleteMany sets all keys, deletes most, sets some anew and deletes the
// rest, in an order that a seed gives.
func setAndDeleteMany(t *T) {
	const n = 200_000
	c, m := t.Dial(), model{}
	random := rand.New(rand.NewPCG(1, 6))
	some := func(part int) []int { return random.Perm(n)[:n/part] }
	m.request(t, c, some(1), "SET", 1)
	m.request(t, c, some(1), "GET", 0)
	m.request(t, c, some(2), "DEL", 0)
	m.request(t, c, some(4), "SET", 2)
	m.request(t, c, some(2), "DEL", 0)
	m.request(t, c, some(1), "GET", 0)
	m.request(t, c, some(2), "SET", 3)
	m.request(t, c, some(1), "GET", 0)
	require.Len(t, c.Call("KEYS", "*").Elems, len(m))
	m.request(t, c, some(1), "DEL", 0)
	c.Exchange(cmd("KEYS", "*")+cmd("RANDOMKEY")+cmd("DBSIZE"), emptyList+nilBulk+zero)
}

// foundWhileGrowing looks for the first, the last and some other key after each
// one that is set.
func foundWhileGrowing(t *T) {
	c := t.Dial()
	inBatches(t, c, 0, 20_000, func(i int) (string, string) {
		middle := i * 7919 % (i + 1)
		return cmd("SET", numberedKey(i), roundValue(i, 1)) + cmd("GET", numberedKey(0)) + cmd("GET", numberedKey(middle)) + cmd("EXISTS", numberedKey(i), numberedKey(i+1)) + cmd("DBSIZE"),
			done + bulk(roundValue(0, 1)) + bulk(roundValue(middle, 1)) + one + integer(int64(i+1))
	})
}

// foundWhileShrinking deletes keys one after another, and looks for one that is to
// go and one that has gone.
func foundWhileShrinking(t *T) {
	const n = 50_000
	c := t.Dial()
	inBatches(t, c, 0, n, func(i int) (string, string) {
		return cmd("SET", numberedKey(i), roundValue(i, 1)), done
	})
	inBatches(t, c, 0, n-1, func(i int) (string, string) {
		later := i + 1 + i*7919%(n-i-1)
		return cmd("DEL", numberedKey(i)) + cmd("GET", numberedKey(i)) + cmd("GET", numberedKey(later)), one + nilBulk + bulk(roundValue(later, 1))
	})
	c.Exchange(cmd("DBSIZE")+cmd("RANDOMKEY"), one+bulk(numberedKey(n-1)))
}

// keysWhileResizing asks for all keys at numbers around those at which tables grow.
func keysWhileResizing(t *T) {
	c := t.Dial()
	at := 0
	goTo := func(n int) {
		if n > at {
			setMany(t, c, "key:", at, n, 10)
		} else {
			inBatches(t, c, n, at, func(i int) (string, string) { return cmd("UNLINK", numberedKey(i)), one })
		}
		at = n
		numbers := numbersOf(t, c, "key:")
		require.Len(t, numbers, n)
		for i, number := range numbers {
			require.Equal(t, i, number, "of the keys' numbers, in order")
		}
	}
	for _, n := range []int{0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 33, 63, 64, 65, 129, 1000, 1024, 1025, 5000, 8192, 8193, 20_000, 60_000} {
		goTo(n)
	}
	for _, n := range []int{10_000, 8192, 5000, 4095, 1000, 409, 100, 40, 7, 3, 1, 0, 100} {
		goTo(n)
	}
}

func randomKeyLives(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 10_000, 10)
	inBatches(t, c, 0, 9000, func(i int) (string, string) { return cmd("DEL", numberedKey(i)), one })
	different := map[string]bool{}
	for range 1000 {
		name := c.Call("RANDOMKEY").Text
		n, err := strconv.Atoi(strings.TrimPrefix(name, "key:"))
		require.NoError(t, err, name)
		require.True(t, 9000 <= n && n < 10_000, "%s has been deleted", name)
		different[name] = true
	}
	require.Greater(t, len(different), 300, "keys that a thousand draws from 1000 find")
}

func randomKeyReachesAll(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 20, 10)
	different := map[string]bool{}
	t.Until("each of 20 keys has been drawn", func() bool {
		different[c.Call("RANDOMKEY").Text] = true
		return len(different) == 20
	})
}

func randomKeyOfFewLeft(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 50_000, 10)
	inBatches(t, c, 0, 49_999, func(i int) (string, string) { return cmd("DEL", numberedKey(i)), one })
	for range 10 {
		c.Exchange(cmd("RANDOMKEY"), bulk("key:49999"))
	}
	c.Exchange(cmd("DEL", "key:49999")+cmd("RANDOMKEY"), one+nilBulk)
}

// manyExpireAtOnce has all keys expire in the same moment.
func manyExpireAtOnce(t *T) {
	c, other := t.Dial(), t.Dial()
	at := strconv.FormatInt(time.Now().Add(1200*time.Millisecond).UnixMilli(), 10)
	setMany(t, c, "key:", 0, 100_000, 64, "PXAT", at)
	setMany(t, c, "stays:", 0, 100, 64)
	t.Until("all have expired", func() bool {
		other.Exchange(cmd("PING"), "+PONG\r\n")
		return c.Call("DBSIZE").Int == 100
	})
	require.Len(t, c.Call("KEYS", "*").Elems, 100)
	f := askFigures(c, "stats")
	require.Positive(t, f.number(t, "expired_keys"))
	require.Zero(t, f.number(t, "evicted_keys"))
}

func flushAndAnew(t *T) {
	c := t.Dial()
	for round := range 4 {
		setMany(t, c, "key:", 0, 50_000, 20+round)
		c.Exchange(cmd("DBSIZE")+cmd("FLUSHALL")+cmd("DBSIZE")+cmd("GET", "key:1")+cmd("SET", "key:1", "v")+cmd("GET", "key:1")+cmd("DBSIZE"),
			integer(50_000)+done+zero+nilBulk+done+bulk("v")+one)
		if round%2 == 0 {
			c.Exchange(cmd("FLUSHDB", "ASYNC")+cmd("DBSIZE"), done+zero)
		}
	}
	require.Equal(t, []string{"key:1"}, slices.Sorted(slices.Values(c.Call("KEYS", "*").Strings())))
}
