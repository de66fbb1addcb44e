// ch03_eviction.go: eviction as simple as can be: the first key goes first.

package cases

import (
	"fmt"

	"redis-internals/common/conformance"
)

// simpleFirst is eviction as simple as can be: there is room for N keys, and
// the key that came first goes first.
func simpleFirst() list {
	ten := []string{"--maxkeys", "10"}
	rows := list{
		{Name: "maxkeys keeps the newest keys", Args: ten, Run: keepsNewest},
		{Name: "maxkeys lets the first key go first", Args: ten, Run: firstGoesFirst},
		{Name: "maxkeys holds within a pipeline", Args: ten, Run: heldInPipeline},
		{Name: "maxkeys evicts nothing for an overwrite", Args: ten, Run: overwriteEvictsNothing},
		{Name: "maxkeys evicts nothing where a key was deleted", Args: ten, Run: deletedMakesRoom},
		{Name: "maxkeys evicts nothing for a SET that stores nothing", Args: ten, Run: noStoreEvictsNothing},
		{Name: "maxkeys evicts keys with a TTL as it does others", Args: ten, Run: evictsWithTTL},
		{Name: "maxkeys 1 keeps the last key", Args: []string{"--maxkeys", "1"}, Run: keepsLast},
		{Name: "maxkeys starts anew after FLUSHALL", Args: ten, Run: anewAfterFlush},
		{Name: "refused with code 1: --maxkeys -1", Run: refusesFlags("--maxkeys", "-1")},
		{Name: "refused with code 1: --maxkeys x", Run: refusesFlags("--maxkeys", "x")},
		{Name: "refused with code 1: --maxkeys", Run: refusesFlags("--maxkeys")},
	}
	for i := range rows {
		rows[i].NotRedis, rows[i].Until = ownMaxkeys, 4
	}
	return in(3, lesson3Evict, append(rows, conformance.Case{Name: "nothing is evicted unless asked for", Own: true, Run: evictsNothing}))
}

func keepsNewest(t *T) {
	c, own := t.Dial(), newKeys()
	setKeys(c, own, 0, 30)
	expectKeys(c, own, 20, 30)
}

func firstGoesFirst(t *T) {
	c, own := t.Dial(), newKeys()
	for i := range 30 {
		setKeys(c, own, i, i+1)
		expectKeys(c, own, max(0, i+1-10), i+1)
	}
}

func heldInPipeline(t *T) {
	c, own := t.Dial(), newKeys()
	requests, replies := "", ""
	for i := range 1000 {
		requests += own.cmd(fmt.Sprintf("SET @%d %d", i, i)) + cmd("DBSIZE")
		replies += done + integer(int64(min(i+1, 10)))
	}
	c.Exchange(requests, replies)
	expectKeys(c, own, 990, 1000)
}

func overwriteEvictsNothing(t *T) {
	c, own := t.Dial(), newKeys()
	for range 3 {
		setKeys(c, own, 0, 10)
		expectKeys(c, own, 0, 10)
	}
	speak(c, own, "SET @3 3 XX", done, "SET @4 4 EX 1000", done, "SET @5 5 GET", bulk("5"), "SET @4 4 KEEPTTL", done)
	expectKeys(c, own, 0, 10)
}

func deletedMakesRoom(t *T) {
	c, own := t.Dial(), newKeys()
	setKeys(c, own, 0, 12)
	expectKeys(c, own, 2, 12)
	speak(c, own, "DEL @2", one, "UNLINK @3", one, "EXPIRE @4 0", one)
	setKeys(c, own, 12, 15)
	expectKeys(c, own, 5, 15)
	setKeys(c, own, 15, 16)
	expectKeys(c, own, 6, 16)
}

func noStoreEvictsNothing(t *T) {
	c, own := t.Dial(), newKeys()
	setKeys(c, own, 0, 10)
	speak(c, own, "SET @new v XX", nilBulk, "SET @3 v NX", nilBulk, "SET @new v EX 0", invalidExpire("set"), "SET @new v foo", syntax)
	expectKeys(c, own, 0, 10)
}

func evictsWithTTL(t *T) {
	c, own := t.Dial(), newKeys()
	for i := range 30 {
		speak(c, own, fmt.Sprintf("SET @%d %d EX %d", i, i, 100_000-i), done)
	}
	expectKeys(c, own, 20, 30)
	speak(c, own, "SET @3 v KEEPTTL", done, "TTL @3", noTTL) // its old TTL went with it
}

func keepsLast(t *T) {
	c, own := t.Dial(), newKeys()
	for i := range 5 {
		setKeys(c, own, i, i+1)
		expectKeys(c, own, i, i+1)
	}
}

func anewAfterFlush(t *T) {
	c, own := t.Dial(), newKeys()
	for range 3 {
		setKeys(c, own, 0, 25)
		expectKeys(c, own, 15, 25)
		speak(c, own, "FLUSHALL", done, "DBSIZE", zero)
	}
	setKeys(c, own, 0, 10)
	expectKeys(c, own, 0, 10)
}

func evictsNothing(t *T) {
	c, own := t.Dial(), newKeys()
	empty(t, c)
	setKeys(c, own, 0, 1000)
	expectKeys(c, own, 0, 1000)
}
