// ch05_eviction.go: which keys go when there may be only so many.

package cases

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// countedEviction is which keys go when there may be only so many.
func countedEviction() list {
	lessonOf := map[string]string{
		"allkeys-random": lesson5Info, "volatile-random": lesson5Info, "volatile-ttl": lesson5Idea, "allkeys-lru": lesson5LRU, "volatile-lru": lesson5LRU,
	}
	var rows list
	for _, policy := range policies[1:] {
		limited := []string{"--maxkeys", "100", "--maxmemory-policy", policy}
		some := list{
			{Name: "maxkeys under " + policy + " holds, and counts what goes", Args: limited, Run: holdsCount(policy)},
			{Name: "maxkeys under " + policy + " evicts nothing for an overwrite", Args: limited, Run: overwritesStay(policy)},
			{Name: "maxkeys under " + policy + " logs what goes as DEL", Run: logsCounted(policy)},
		}
		if isVolatile(policy) {
			some = append(
				some,
				conformance.Case{Name: "maxkeys under " + policy + " spares keys without a TTL", Args: limited, Run: sparesWithoutTTL},
				conformance.Case{Name: "maxkeys under " + policy + " evicts nothing where no key has a TTL", Args: limited, Run: nothingVolatile},
			)
		}
		rows = append(rows, in(5, lessonOf[policy], some)...)
	}
	rows = append(rows, in(5, lesson5Idea, list{
		{Name: "maxkeys under volatile-ttl evicts what expires soonest", Args: []string{"--maxkeys", "100", "--maxmemory-policy", "volatile-ttl", "--maxmemory-samples", "50"}, Run: soonestOfCounted},
	})...)
	rows = append(rows, in(5, lesson5LRU, list{
		{Name: "maxkeys under allkeys-lru keeps the keys that are used", Args: []string{"--maxkeys", "200", "--maxmemory-policy", "allkeys-lru", "--maxmemory-samples", "20"}, Run: usedOfCounted},
	})...)
	for i := range rows {
		rows[i].NotRedis = ownMaxkeys
	}
	return rows
}

func holdsCount(policy string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		setMany(t, c, "key:", 0, 1000, 10, expiring(policy)...)
		c.Exchange(cmd("DBSIZE")+cmd("GET", "key:999"), integer(100)+bulk(numbered(10)))
		require.Len(t, numbersOf(t, c, "key:"), 100)
		require.EqualValues(t, 900, evictedKeys(t, c))
		require.EqualValues(t, 0, askFigures(c, "stats").number(t, "expired_keys"))
	}
}

func overwritesStay(policy string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		for range 3 {
			setMany(t, c, "key:", 0, 100, 10, expiring(policy)...)
		}
		inBatches(t, c, 0, 100, func(i int) (string, string) {
			return cmd("SET", numberedKey(i), strconv.Itoa(i), "KEEPTTL") + cmd("INCR", numberedKey(i)), done + integer(int64(i+1))
		})
		require.EqualValues(t, 0, evictedKeys(t, c))
		c.Exchange(cmd("DBSIZE")+cmd("INCR", "new")+cmd("DBSIZE"), integer(100)+one+integer(100))
		require.EqualValues(t, 1, evictedKeys(t, c))
	}
}

func logsCounted(policy string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		s, c := d.start("--maxkeys", "50", "--maxmemory-policy", policy)
		setMany(t, c, "key:", 0, 200, 10, expiring(policy)...)
		deleted := 0
		for _, record := range records(t, d.read(incr1)) {
			if strings.HasPrefix(record, "DEL key:") {
				deleted++
			}
		}
		require.Equal(t, 150, deleted)
		d.afterKill(s, c)
	}
}

func sparesWithoutTTL(t *T) {
	c := t.Dial()
	setMany(t, c, "stays:", 0, 50, 10)
	setMany(t, c, "goes:", 0, 500, 10, "EX", "100000")
	require.Len(t, numbersOf(t, c, "stays:"), 50)
	require.Len(t, numbersOf(t, c, "goes:"), 50)
	require.EqualValues(t, 450, evictedKeys(t, c))
}

func nothingVolatile(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 150, 10)
	c.Exchange(cmd("DBSIZE"), integer(150))
	require.EqualValues(t, 0, evictedKeys(t, c))
	// One that can expire is there to go for the next.
	c.Exchange(cmd("EXPIRE", "key:0", "100000")+cmd("SET", "new", "v")+cmd("EXISTS", "key:0", "new")+cmd("DBSIZE"), one+done+one+integer(150))
}

// soonestOfCounted adds half as many keys as there are.
func soonestOfCounted(t *T) {
	c := t.Dial()
	inBatches(t, c, 0, 100, func(i int) (string, string) {
		i = i * 37 % 100
		return cmd("SET", numberedKey(i), "v", "EX", fmt.Sprint(100_000+1000*i)), done
	})
	setMany(t, c, "new:", 0, 50, 10)
	left := numbersOf(t, c, "key:")
	require.Len(t, left, 50)
	require.Greater(t, countBetween(left, 50, 100), 45, "of the half that expires last")
}

// usedOfCounted has half of the keys used later than the rest.
func usedOfCounted(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 200, 10)
	idleFor(t, c, "key:199", 2)
	readAll(t, c, "key:", 50, 150, 10)
	setMany(t, c, "new:", 0, 80, 10)
	left := numbersOf(t, c, "key:")
	require.Len(t, left, 120)
	require.Greater(t, countBetween(left, 50, 150), 95, "keys that were read, of 100")
	require.Len(t, numbersOf(t, c, "new:"), 80)
}
