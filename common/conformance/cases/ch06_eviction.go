// ch06_eviction.go: which keys go when there is no room for all.

package cases

import (
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// memoryEviction is which keys go when there is no room for all.
func memoryEviction() list {
	var rows list
	for _, policy := range policies[1:] {
		under := []string{"--maxmemory", "5mb", "--maxmemory-policy", policy}
		rows = append(
			rows,
			conformance.Case{Name: policy + " keeps memory at the limit", Args: under, Run: keepsToLimit(policy)},
			conformance.Case{Name: policy + " evicts no more than it must", Args: noLimit, Run: evictsNoMore(policy)},
		)
		if isVolatile(policy) {
			rows = append(
				rows,
				conformance.Case{Name: policy + " never evicts a key without a TTL", Args: under, Run: sparesOthers},
				conformance.Case{Name: policy + " refuses writes when no key with a TTL is left", Args: under, Run: refusesWithoutVictims},
			)
		}
	}
	return in(6, lesson6Limit, append(
		rows,
		conformance.Case{Name: "allkeys-lru keeps the keys that are read", Args: noLimit, Run: keepsKeysInUse("allkeys-lru")},
		conformance.Case{Name: "volatile-lru keeps the keys that are read", Args: noLimit, Run: keepsKeysInUse("volatile-lru")},
		conformance.Case{Name: "allkeys-lru keeps the keys that are read while others come", Args: noLimit, Run: keepsKeysInUseUnderLoad},
		conformance.Case{Name: "volatile-ttl evicts the keys that expire soonest", Args: noLimit, Run: soonestGoFirst},
		conformance.Case{Name: "volatile-ttl looks at new times", Args: noLimit, Run: newTimesCount},
		conformance.Case{Name: "evictions take keys of every database", Args: noLimit, Run: evictsEverywhere},
		conformance.Case{Name: "evictions find the keys in whatever database they are", Args: noLimit, Run: evictsAnywhere},
		conformance.Case{Name: "evicted keys are counted until CONFIG RESETSTAT", Args: noLimit, Run: evictionsAreCounted},
		conformance.Case{Name: "a million keys stay below 100 MB", Args: []string{"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"}, Timeout: 3 * time.Minute, Run: millionBelowLimit},
	))
}

// keepsToLimit sets four times as many keys as there is room for.
func keepsToLimit(policy string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		for i := range 10 {
			setMany(t, c, "key:", i*10_000, (i+1)*10_000, 150, expiring(policy)...)
			require.LessOrEqual(t, usedMemory(t, c), int64(5<<20+slack), "used_memory, of a limit of 5 MB")
		}
		configure(c, "maxmemory", "0") // no more go while they are counted
		left := c.Call("DBSIZE").Int
		require.Greater(t, left, int64(5000), "keys of 150 bytes in 5 MB")
		require.Equal(t, int64(100_000), left+evictedKeys(t, c), "keys there are, and keys evicted")
		require.Len(t, c.Call("KEYS", "*").Elems, int(left))
	}
}

// evictsNoMore lowers the limit below what 50000 keys take, to half of it.
func evictsNoMore(policy string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		lowerToHalf(t, c, policy, func() { setMany(t, c, "key:", 0, 50_000, long, expiring(policy)...) })
		left := len(numbersOf(t, c, "key:"))
		require.Greater(t, left, 50_000/4, "keys that are left when half of the memory must be")
		require.Less(t, left, 50_000*2/3, "keys that are left when half of the memory must be")
	}
}

// long is a value's bytes where memory is measured: what a server uses beside its
// keys, some megabytes, must be little next to them.
const long = 800

// lowerToHalf sets a limit at half of what the keys take that load sets, and waits
// until enough have gone.
func lowerToHalf(t *T, c *conformance.Conn, policy string, load func()) {
	before := usedMemory(t, c)
	load()
	half := (before + usedMemory(t, c)) / 2
	configure(c, "maxmemory-policy", policy, "maxmemory", strconv.FormatInt(half, 10))
	t.Until("used_memory is at half of what it was", func() bool { return usedMemory(t, c) <= half+slack/4 })
	configure(c, "maxmemory", "0")
	require.NotZero(t, evictedKeys(t, c))
}

func sparesOthers(t *T) {
	c := t.Dial()
	setMany(t, c, "stays:", 0, 5000, 150)
	setMany(t, c, "goes:", 0, 50_000, 150, "EX", "100000")
	require.Len(t, numbersOf(t, c, "stays:"), 5000)
	require.NotZero(t, evictedKeys(t, c))
	require.NotEmpty(t, numbersOf(t, c, "goes:"))
	t.Until("a key lost its TTL before it was evicted", func() bool {
		c.Exchange(cmd("SET", "was to go", "v", "EX", "100000"), done)
		return c.Call("PERSIST", "was to go").Int == 1
	})
	setMany(t, c, "goes:", 50_000, 100_000, 150, "EX", "100000")
	require.Len(t, numbersOf(t, c, "stays:"), 5000)
	c.Exchange(cmd("TTL", "was to go"), noTTL)
}

func refusesWithoutVictims(t *T) {
	c := t.Dial()
	setMany(t, c, "goes:", 0, 1000, 150, "EX", "100000")
	n := setUntilFull(t, c, "stays:")
	require.Greater(t, n, 500, "keys of 4 KB in 5 MB")
	require.Empty(t, numbersOf(t, c, "goes:"))
	require.Len(t, numbersOf(t, c, "stays:"), n)
	require.Equal(t, int64(1000), evictedKeys(t, c))
	inBatches(t, c, 0, 100, func(i int) (string, string) { return cmd("EXPIRE", "stays:"+strconv.Itoa(i), "100000"), one })
	c.Exchange(cmd("SET", "new", "v")+cmd("GET", "new"), done+bulk("v"))
	left := numbersOf(t, c, "stays:")
	require.Less(t, len(left), n, "those with a TTL make room")
	require.Equal(t, n-100, countBetween(left, 100, n), "the others stay")
}

// readAll reads the keys with these numbers.
func readAll(t *T, c *conformance.Conn, prefix string, from, to, size int) {
	value := bulk(numbered(size))
	inBatches(t, c, from, to, func(i int) (string, string) { return cmd("GET", prefix+strconv.Itoa(i)), value })
}

// keepsKeysInUse reads a third of the keys later than the rest, and has half of
// them evicted.
func keepsKeysInUse(policy string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		lowerToHalf(t, c, policy, func() {
			setMany(t, c, "key:", 0, 60_000, long, expiring(policy)...)
			idleFor(t, c, "key:59999", 2)
			readAll(t, c, "key:", 20_000, 40_000, long)
		})
		left := numbersOf(t, c, "key:")
		require.Greater(t, countBetween(left, 20_000, 40_000), 18_000, "keys that were read, of 20000, among %d", len(left))
	}
}

// keepsKeysInUseUnderLoad has keys come while a few old ones are read.
func keepsKeysInUseUnderLoad(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 50_000, long)
	idleFor(t, c, "key:49999", 2)
	configure(c, "maxmemory-policy", "allkeys-lru", "maxmemory", strconv.FormatInt(usedMemory(t, c)+slack/4, 10))
	for i := range 20 {
		for n := 0; n < 100; n++ {
			c.Send(cmd("GET", "key:"+strconv.Itoa(n)))
		}
		for range 100 {
			c.Reply()
		}
		setMany(t, c, "new:", i*1000, (i+1)*1000, long)
	}
	require.Greater(t, evictedKeys(t, c), int64(5000))
	require.Greater(t, countBetween(numbersOf(t, c, "key:"), 0, 100), 90, "keys that are read all the time, of 100")
	require.Greater(t, len(numbersOf(t, c, "new:")), 18_000, "new keys, of 20000")
}

// soonestGoFirst gives each key a time of its own, in no order.
func soonestGoFirst(t *T) {
	const n = 40_000
	c := t.Dial()
	value := numbered(long)
	lowerToHalf(t, c, "volatile-ttl", func() {
		inBatches(t, c, 0, n, func(i int) (string, string) {
			i = i * 7919 % n
			return cmd("SET", numberedKey(i), value, "EX", strconv.Itoa(100_000+100*i)), done
		})
	})
	left := numbersOf(t, c, "key:")
	require.Less(t, countBetween(left, 0, n/4), n/4/10, "of the quarter that expires soonest")
	require.Greater(t, countBetween(left, n*3/4, n), n/4*9/10, "of the quarter that expires last")
}

// newTimesCount turns the order of the times around.
func newTimesCount(t *T) {
	const n = 40_000
	c := t.Dial()
	lowerToHalf(t, c, "volatile-ttl", func() {
		setMany(t, c, "key:", 0, n, long, "EX", "1000000")
		inBatches(t, c, 0, n, func(i int) (string, string) {
			return cmd("EXPIRE", numberedKey(i), strconv.Itoa(10_000_000-100*i)), one
		})
	})
	left := numbersOf(t, c, "key:")
	require.Greater(t, countBetween(left, 0, n/4), n/4*9/10, "of the quarter that expires last")
	require.Less(t, countBetween(left, n*3/4, n), n/4/10, "of the quarter that expires soonest")
}

// evictsEverywhere has keys in three databases; at random, all of them lose some.
func evictsEverywhere(t *T) {
	c := t.Dial()
	for _, policy := range []string{"allkeys-random", "volatile-random"} {
		c.Exchange(cmd("FLUSHALL"), done)
		lowerToHalf(t, c, policy, func() {
			for _, db := range []string{"0", "7", "15"} {
				c.Exchange(cmd("SELECT", db), done)
				setMany(t, c, "key:", 0, 15_000, long, expiring(policy)...)
			}
		})
		for _, db := range []string{"0", "7", "15"} {
			c.Exchange(cmd("SELECT", db), done)
			left := len(numbersOf(t, c, "key:"))
			require.Greater(t, left, 1000, "keys in database %s, of 15000, under %s", db, policy)
			require.Less(t, left, 14_000, "keys in database %s, of 15000, under %s", db, policy)
		}
	}
}

// evictsAnywhere has keys in the last database only.
func evictsAnywhere(t *T) {
	c := t.Dial()
	c.Exchange(cmd("SELECT", "15"), done)
	for _, policy := range policies[1:] {
		c.Exchange(cmd("FLUSHALL"), done)
		lowerToHalf(t, c, policy, func() { setMany(t, c, "key:", 0, 20_000, long, expiring(policy)...) })
		require.Less(t, len(numbersOf(t, c, "key:")), 15_000, "keys, of 20000, under %s", policy)
	}
}

func evictionsAreCounted(t *T) {
	c := t.Dial()
	require.Zero(t, evictedKeys(t, c))
	lowerToHalf(t, c, "allkeys-random", func() { setMany(t, c, "key:", 0, 30_000, long) })
	require.Equal(t, int64(30_000)-c.Call("DBSIZE").Int, evictedKeys(t, c))
	c.Exchange(cmd("CONFIG", "RESETSTAT"), done)
	require.Zero(t, evictedKeys(t, c))
}

// millionBelowLimit sets a million keys of about 100 bytes, more than 100 MB hold.
func millionBelowLimit(t *T) {
	const step = 50_000
	c := t.Dial()
	for i := 0; i < 1_000_000; i += step {
		setMany(t, c, "a key of 1000000:", i, i+step, 85)
		require.LessOrEqual(t, usedMemory(t, c), int64(100<<20+2*slack), "used_memory after %d keys", i+step)
	}
	configure(c, "maxmemory", "0") // no more go while they are counted
	left := c.Call("DBSIZE").Int
	require.Greater(t, left, int64(300_000), "keys of 100 bytes in 100 MB")
	require.Equal(t, int64(1_000_000), left+evictedKeys(t, c), "keys there are, and keys evicted")
	c.Exchange(cmd("GET", "a key of 1000000:999999"), bulk(numbered(85)))
}
