// ch06_aof.go: what the append-only file makes of a limit, and of tables that grow under it.

package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// evictionAndLog is what the append-only file makes of a limit, and of tables that
// grow under it.
func evictionAndLog() list {
	rows := list{
		{Name: "evicted keys of every database stay away after kill -9", Run: evictedInAllDatabases},
		{Name: "a log of more than maxmemory is loaded whole", Run: loadsAboveLimit},
		{Name: "keys evicted after a load stay away", Run: evictsAfterLoad},
		{Name: "a refused write is not in the log", Run: refusedIsNotLogged},
		{Name: "keys evicted during BGREWRITEAOF stay away", Timeout: 3 * time.Minute, Run: evictsDuringRewrite},
		{Name: "BGREWRITEAOF while the table grows loses nothing", Timeout: 3 * time.Minute, Run: growsDuringRewrite},
		{Name: "BGREWRITEAOF while the table shrinks brings nothing back", Timeout: time.Minute, Run: shrinksDuringRewrite},
		{Name: "BGREWRITEAOF of values of all sizes", Run: rewritesAllSizes},
	}
	for _, policy := range policies[1:] {
		rows = append(rows, conformance.Case{Name: policy + " writes its evictions to the log as DEL", Run: evictionsAreLogged(policy)})
	}
	return in(6, lesson6Limit, rows)
}

// evictionsAreLogged sets more keys than 5 MB hold, and reads the log.
func evictionsAreLogged(policy string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		s, c := d.start("--maxmemory", "5mb", "--maxmemory-policy", policy, "--auto-aof-rewrite-percentage", "0")
		setMany(t, c, "key:", 0, 40_000, 150, expiring(policy)...)
		configure(c, "maxmemory", "0") // no more go
		deleted := 0
		for _, record := range records(t, d.read(incr1)) {
			if strings.HasPrefix(record, "DEL key:") {
				deleted++
			}
		}
		require.NotZero(t, deleted)
		require.EqualValues(t, evictedKeys(t, c), deleted, "records of DEL")
		d.afterKill(s, c)
	}
}

func evictedInAllDatabases(t *T) {
	d := newDisk(t, unsynced...)
	s, c := d.start("--maxmemory", "5mb", "--maxmemory-policy", "allkeys-random")
	for i := range 30 {
		c.Exchange(cmd("SELECT", []string{"0", "3", "15"}[i%3]), done)
		setMany(t, c, "key:", i*1000, (i+1)*1000, 150)
	}
	configure(c, "maxmemory", "0")
	require.NotZero(t, evictedKeys(t, c))
	before := dumpOf(c, "0", "3", "15")
	s.Kill()
	_, c = d.start()
	require.Equal(t, before, dumpOf(c, "0", "3", "15"))
}

// loadsAboveLimit starts a server on a log whose data is more than it may have.
func loadsAboveLimit(t *T) {
	d := newDisk(t, unsynced...)
	s, c := d.start()
	setMany(t, c, "key:", 0, 20_000, long)
	before := dump(c)
	s.Kill()
	_, c = d.start("--maxmemory", "5mb")
	require.Equal(t, before, dump(c))
	speak(c, plain, "SET k v", oom, "INCR n", oom, "DEL key:0", one, "DBSIZE", ":19999\r\n")
	configure(c, "maxmemory", "0")
	speak(c, plain, "SET k v", done)
}

func evictsAfterLoad(t *T) {
	d := newDisk(t, unsynced...)
	s, c := d.start()
	setMany(t, c, "key:", 0, 20_000, long)
	s.Kill()
	s, c = d.start("--maxmemory", "10mb", "--maxmemory-policy", "allkeys-lru")
	t.Until("used_memory is at the limit", func() bool { return usedMemory(t, c) <= 10<<20+slack/4 })
	configure(c, "maxmemory", "0")
	left := len(numbersOf(t, c, "key:"))
	require.Less(t, left, 15_000, "keys of 800 bytes in 10 MB")
	require.Greater(t, left, 3000, "keys of 800 bytes in 10 MB")
	d.afterKill(s, c)
}

func refusedIsNotLogged(t *T) {
	d := newDisk(t)
	s, c := d.start("--maxmemory", "1")
	speak(c, plain, "SET k v", oom, "INCR n", oom, "CONFIG SET maxmemory 0", done, "SET a 1", done, "CONFIG SET maxmemory 1", done, "SET a 2", oom, "INCR a", oom, "EXPIREAT a "+year2100, one)
	require.Equal(t, "SET a 1", records(t, d.read(incr1))[0])
	require.Len(t, records(t, d.read(incr1)), 2)
	d.afterKill(s, c)
}

// duringRewrite begins a rewrite and sends a request for each number until it has
// ended, or all have been sent.
func duringRewrite(t *T, d *disk, c *conformance.Conn, n int, make func(i int) (request, reply string)) {
	const step = 2000
	beginRewrite(t, c)
	for i := 0; i < n; i += step {
		inBatches(t, c, i, min(n, i+step), make)
	}
	d.awaitGeneration(2)
}

func evictsDuringRewrite(t *T) {
	d := newDisk(t, unsynced...)
	s, c := d.start("--maxmemory", "20mb", "--maxmemory-policy", "allkeys-random")
	setMany(t, c, "key:", 0, 100_000, 150)
	value := numbered(150)
	duringRewrite(t, d, c, 100_000, func(i int) (string, string) { return cmd("SET", "new:"+strconv.Itoa(i), value), done })
	configure(c, "maxmemory", "0")
	require.NotZero(t, evictedKeys(t, c))
	d.afterKill(s, c)
}

// growsDuringRewrite adds three keys for each there was, changes the old ones, and
// deletes some of both.
func growsDuringRewrite(t *T) {
	const n = 20_000
	d := newDisk(t, unsynced...)
	s, c := d.start()
	setMany(t, c, "key:", 0, n, 40)
	duringRewrite(t, d, c, n, func(i int) (string, string) {
		old, name := numberedKey(i*7919%n), strconv.Itoa(i)
		requests := cmd("SET", "a"+name, "new") + cmd("SET", "b"+name, "new", "PXAT", year2100+"000") + cmd("SET", "c"+name, "new")
		switch i % 3 {
		case 0:
			return requests + cmd("DEL", old, "b"+name), done + done + done + ":2\r\n"
		case 1:
			return requests + cmd("SET", old, "changed"), done + done + done + done
		default:
			return requests + cmd("PEXPIREAT", old, year2100+"500"), done + done + done + one
		}
	})
	c.Exchange(cmd("DBSIZE"), integer(4*n-2*((n+2)/3)))
	s, c = d.afterKill(s, c)
	c.Exchange(cmd("DBSIZE"), integer(4*n-2*((n+2)/3)))
	d.afterKill(s, c)
}

// shrinksDuringRewrite deletes all keys but a few, and sets some anew.
func shrinksDuringRewrite(t *T) {
	const n = 100_000
	d := newDisk(t, unsynced...)
	s, c := d.start()
	setMany(t, c, "key:", 0, n, 40)
	duringRewrite(t, d, c, n, func(i int) (string, string) {
		name := numberedKey(i * 7919 % n)
		switch {
		case i%1000 == 0:
			return cmd("SET", name, "stays"), done
		case i%100 == 1:
			return cmd("DEL", name) + cmd("SET", name, "anew"), one + done
		default:
			return cmd("UNLINK", name), one
		}
	})
	c.Exchange(cmd("DBSIZE"), integer(n/1000+n/100))
	_, c = d.afterKill(s, c)
	c.Exchange(cmd("DBSIZE"), integer(n/1000+n/100))
}

func rewritesAllSizes(t *T) {
	d := newDisk(t, unsynced...)
	s, c := d.start()
	for i, size := range slices.Concat(sizesAround(18), []int{1 << 20, 5 << 20}) {
		setAndGet(t, c, fmt.Sprint("size:", size), size)
		if i%3 == 0 {
			c.Exchange(cmd("PEXPIREAT", fmt.Sprint("size:", size), year2100+"001"), one)
		}
	}
	beginRewrite(t, c)
	d.awaitGeneration(2)
	d.afterKill(s, c)
}
