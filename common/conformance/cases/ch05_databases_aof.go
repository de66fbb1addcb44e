// ch05_databases_aof.go: what the append-only file makes of numbers and databases.

package cases

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

// databasesAndLog is what the append-only file makes of numbers and databases.
func databasesAndLog() list {
	return in(5, lesson5Objects, list{
		{Name: "the log says which database its commands are for", Run: logsSelect},
		{Name: "databases are kept over kill -9", Run: keepsDatabases},
		{Name: "INCR and its variants are kept over kill -9, with their TTLs", Run: kept(
			"INCR a", one, "INCRBY b 41", ":41\r\n", "DECR b", ":40\r\n", "SET c 5 EXAT "+year2100, done, "DECRBY c 7", noKey, "INCRBY d "+most, ":"+most+"\r\n", "INCR d", overflow,
			"SET e text", done, "INCR e", noInteger,
		)},
		{Name: "a refused INCR is not in the log", Run: logsRefusals},
		{Name: "BGREWRITEAOF writes every database", Run: rewritesDatabases},
		{Name: "BGREWRITEAOF while keys move and databases are swapped loses nothing", Run: movesDuringRewrite},
		{Name: "a client that had selected a database writes to it after BGREWRITEAOF", Run: selectedOverRewrite},
		{Name: "expired keys of every database are logged as DEL there", Run: expiredInDatabases},
		{Name: "redis-server loads a log of several databases", Run: databasesToRedis},
		{Name: "redis-server's log of several databases is loaded", Run: databasesFromRedis},
		{Name: "redis-server and the server log the same of databases", Run: sameDatabaseRecords},
		{Name: "a log that selects a database that is not there is refused", NotRedis: "it goes on in the database it was in", Run: refusesLog(cmd("SELECT", "16")+cmd("SET", "k", "v"), incr1, "offset 0", "out of range")},
	})
}

// allDatabases are their numbers.
var allDatabases = strings.Fields("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15")

// databaseRecords are the commands of a log in words, those that select too.
func databaseRecords(t *T, log string) []string { return recordsBut(t, log, "MULTI", "EXEC") }

func logsSelect(t *T) {
	d := newDisk(t)
	s, c := d.start()
	other := d.connect(s)
	speak(c, plain, "SET a 1", done, "SELECT 3", done, "SELECT 4", done, "GET a", nilBulk, "SET b 1", done, "INCR c", one)
	speak(other, plain, "INCR d", one, "GET d", bulk("1"))
	speak(c, plain, "MOVE b 5", one, "SWAPDB 4 5", done, "SELECT 0", done, "DEL a", one, "FLUSHDB", done)
	require.Equal(t, []string{
		"SELECT 0", "SET a 1", "SELECT 4", "SET b 1", "INCR c", "SELECT 0", "INCR d", "SELECT 4", "MOVE b 5", "SWAPDB 4 5", "SELECT 0", "DEL a", "FLUSHDB",
	}, databaseRecords(t, d.read(incr1)))
}

// spread sets keys in all databases in many ways; round tells the values apart.
func spread(c *conformance.Conn, round int) {
	for i, db := range allDatabases {
		speak(
			c, plain, "SELECT "+db, done, fmt.Sprintf("SET round%d %s", round, db), done, "INCRBY counter "+strconv.Itoa(i+1), integer(int64((round+1)*(i+1))),
			fmt.Sprintf("SET e%d v EXAT %s", round, year2100), done, "SET gone v", done, "DEL gone", one,
		)
	}
	speak(
		c, plain, "SELECT 1", done, fmt.Sprintf("MOVE round%d 2", round), zero, fmt.Sprintf("SET moved%d v EXAT %s", round, year2100), done, fmt.Sprintf("MOVE moved%d 14", round), one,
		"SELECT 6", done, "FLUSHDB", done, "SWAPDB 6 7", done, "SWAPDB 7 6", done, fmt.Sprintf("INCRBY counter %d", 7*(round+1)), integer(int64(7*(round+1))), "SWAPDB 9 9", done, "SELECT 0", done,
	)
}

func keepsDatabases(t *T) {
	d := newDisk(t)
	s, c := d.start()
	for round := range 3 {
		spread(c, round)
		speak(c, plain, "SWAPDB 11 12", done, "SWAPDB 12 11", done)
		before := dumpOf(c, allDatabases...)
		require.Greater(t, len(before), 32)
		s.Kill()
		s, c = d.start()
		require.Equal(t, before, dumpOf(c, allDatabases...))
	}
}

func logsRefusals(t *T) {
	d := newDisk(t)
	_, c := d.start()
	speak(c, plain, "SET k text", done, "INCR k", noInteger, "DECRBY n "+least, decrOverflow, "INCRBY n x", noInteger, "SET m "+most, done, "INCR m", overflow, "MOVE none 1", zero, "MOVE k 0", sameObject, "SWAPDB 0 99", noDB, "SELECT 99", noDB)
	require.Equal(t, []string{"SET k text", "SET m " + most}, records(t, d.read(incr1)))
}

func rewritesDatabases(t *T) {
	d := newDisk(t)
	s, c := d.start()
	spread(c, 0)
	beginRewrite(t, c)
	d.awaitGeneration(2)
	before := dumpOf(c, allDatabases...)
	require.Empty(t, databaseRecords(t, d.read("appendonly.aof.2.incr.aof")))
	s.Kill()
	s, c = d.start()
	require.Equal(t, before, dumpOf(c, allDatabases...))
	spread(c, 1)
	before = dumpOf(c, allDatabases...)
	s.Kill()
	_, c = d.start()
	require.Equal(t, before, dumpOf(c, allDatabases...))
}

// movesDuringRewrite moves, changes and deletes keys of two databases, and swaps
// these, while they are written.
func movesDuringRewrite(t *T) {
	const n = 20_000
	d := newDisk(t, unsynced...)
	s, c := d.start()
	for _, db := range []string{"2", "1", "0"} {
		c.Exchange(cmd("SELECT", db), done)
		setMany(t, c, "in"+db+":", 0, n, 40)
	}
	beginRewrite(t, c)
	for i := 0; i < n; i += 1000 {
		inBatches(t, c, i, i+1000, func(i int) (string, string) {
			name := "in0:" + strconv.Itoa(i*7919%n)
			switch i % 4 {
			case 0:
				return cmd("MOVE", name, "1"), one
			case 1:
				return cmd("MOVE", name, "5"), one
			case 2:
				return cmd("SET", name, strconv.Itoa(i)) + cmd("INCR", name), done + integer(int64(i+1))
			}
			return cmd("DEL", name), one
		})
		if i%5000 == 0 {
			speak(c, plain, "SWAPDB 1 2", done)
		}
	}
	d.awaitGeneration(2)
	before := dumpOf(c, "0", "1", "2", "5")
	s.Kill()
	_, c = d.start()
	require.Equal(t, before, dumpOf(c, "0", "1", "2", "5"))
}

func selectedOverRewrite(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SELECT 9", done, "SET a 1", done)
	beginRewrite(t, c)
	d.awaitGeneration(2)
	speak(c, plain, "SET b 1", done)
	require.Equal(t, []string{"SELECT 9", "SET b 1"}, databaseRecords(t, d.read("appendonly.aof.2.incr.aof")))
	s.Kill()
	_, c = d.start()
	speak(c, plain, "DBSIZE", zero, "SELECT 9", done, "GET a", bulk("1"), "GET b", bulk("1"))
}

func expiredInDatabases(t *T) {
	d := newDisk(t)
	_, c := d.start()
	for _, db := range []string{"3", "12"} {
		speak(c, plain, "SELECT "+db, done, "SET k v PX 20", done)
	}
	for _, db := range []string{"12", "3"} {
		speak(c, plain, "SELECT "+db, done)
		t.Until("the key has expired", func() bool { return c.Call("EXISTS", "k").Int == 0 })
	}
	in, db := map[string]int{}, ""
	t.Until("both are logged", func() bool {
		in, db = map[string]int{}, ""
		for _, record := range databaseRecords(t, d.read(incr1)) {
			if selected, ok := strings.CutPrefix(record, "SELECT "); ok {
				db = selected
			} else if record == "DEL k" {
				in[db]++
			}
		}
		return len(in) == 2
	})
	require.Equal(t, map[string]int{"3": 1, "12": 1}, in)
}

// exchangeDatabases has one server write a log of several databases, with a
// rewrite in it, and another load it.
func exchangeDatabases(t *T, d *disk, write, load func() (*harness.Server, *conformance.Conn)) {
	s, c := write()
	spread(c, 0)
	beginRewrite(t, c)
	d.awaitGeneration(2)
	spread(c, 1)
	before := dumpOf(c, allDatabases...)
	s.Kill()
	_, c = load()
	require.Equal(t, before, dumpOf(c, allDatabases...))
}

func databasesToRedis(t *T) {
	d := newDisk(t)
	exchangeDatabases(t, d, func() (*harness.Server, *conformance.Conn) { return d.start() }, d.startRedis)
}

func databasesFromRedis(t *T) {
	d := newDisk(t)
	exchangeDatabases(t, d, d.startRedis, func() (*harness.Server, *conformance.Conn) { return d.start() })
}

func sameDatabaseRecords(t *T) {
	d, redis := newDisk(t), newDisk(t)
	_, c := d.start()
	_, other := redis.startRedis()
	for _, r := range []string{
		"incr a", "INCRBY a 5", "decrby a -3", "DECR a", "SELECT 2", "INCR a", "INCR b EX", "SELECT 3", "GET a", "SELECT 2", "INCRBY a 0", "MOVE a 4", "MOVE a 4", "SWAPDB 4 2", "INCR a",
		"SELECT 15", "FLUSHDB", "flushdb async", "SELECT 1", "SET k 1 EXAT " + year2100, "INCR k", "MOVE k 0", "SELECT 0", "FLUSHALL", "SWAPDB 0 0", "INCR n", "SELECT 99", "INCR n",
	} {
		require.Equal(t, other.Call(strings.Fields(r)...), c.Call(strings.Fields(r)...), r)
	}
	require.Equal(t, databaseRecords(t, redis.read(incr1)), databaseRecords(t, d.read(incr1)))
}
