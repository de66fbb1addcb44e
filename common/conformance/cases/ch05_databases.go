// ch05_databases.go: sixteen databases, and keys that go from one to another.

package cases

import (
	"strconv"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	notInt32 = "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n"
	firstDB  = "-ERR invalid first DB index\r\n"
	secondDB = "-ERR invalid second DB index\r\n"
)

// databases is sixteen of them, and keys that go from one to another.
func databases() list {
	return in(5, lesson5Objects, list{
		{Name: "SELECT takes 0 to 15", Run: dialogue("SELECT 15", done, "select 0", done, "SELECT 16", noDB, "SELECT -1", noDB, "SELECT 2147483647", noDB, "SELECT -2147483648", noDB)},
		{Name: "SELECT refuses what does not fit 32 bits", Run: dialogue("SELECT 2147483648", notInt32, "SELECT -2147483649", notInt32, "SELECT 4294967296", notInt32, "SELECT "+most, notInt32, "SELECT "+least, notInt32)},
		{Name: "SELECT refuses what is no number", Run: answers(
			cmd("SELECT", "x")+cmd("SELECT", "")+cmd("SELECT", "01")+cmd("SELECT", "+1")+cmd("SELECT", " 1")+cmd("SELECT", "1.0")+cmd("SELECT", "-0")+cmd("SELECT", "9223372036854775808"),
			noInteger+noInteger+noInteger+noInteger+noInteger+noInteger+noInteger+noInteger,
		)},
		{Name: "a refused SELECT changes nothing", Run: dialogue("SELECT 9", done, "SET @k v", done, "SELECT 16", noDB, "SELECT x", noInteger, "GET @k", bulk("v"), "DEL @k", one)},
		{Name: "each database has keys of its own", Run: dialogue(
			"SET @k zero", done, "SELECT 5", done, "GET @k", nilBulk, "EXISTS @k", zero, "TYPE @k", "+none\r\n", "TTL @k", noKey, "SET @k five EX 1000", done, "INCR @n", one,
			"SELECT 0", done, "GET @k", bulk("zero"), "TTL @k", noTTL, "EXISTS @n", zero, "DEL @k", one, "SELECT 5", done, "GET @k", bulk("five"), "DEL @k @n", ":2\r\n",
		)},
		{Name: "KEYS lists the database's own", Run: dialogue("SET @k v", done, "SELECT 6", done, "KEYS @*", emptyList, "SELECT 0", done)},
		{Name: "SELECT is the connection's own", Run: selectIsOwn},
		{Name: "a new connection begins in database 0", Run: func(t *T) {
			own := newKeys()
			speak(t.Dial(), own, "SELECT 7", done, "SET @k v EX 1000", done)
			speak(t.Dial(), own, "GET @k", nilBulk)
		}},
		{Name: "DBSIZE counts the database's own", Own: true, Run: sizesByDatabase},
		{Name: "FLUSHDB empties one database and FLUSHALL all", Own: true, Run: flushOneOrAll},
		{Name: "keys expire in every database", Own: true, Run: expireEverywhere},
		{Name: "a pipeline goes through the databases", Own: true, Run: pipelineOfDatabases},
		{Name: "--databases says how many there are", Args: []string{"--databases", "2"}, Run: dialogue("SELECT 1", done, "SELECT 2", noDB, "SWAPDB 0 2", noDB, "MOVE @k 2", noDB, "CONFIG GET databases", bulks("databases 2"))},
		{Name: "refused with code 1: --databases 0", Run: refusesFlags("--databases", "0")},

		{Name: "MOVE moves a key to another database", Run: dialogue(
			"SET @k v", done, "MOVE @k 8", one, "GET @k", nilBulk, "MOVE @k 8", zero, "SELECT 8", done, "GET @k", bulk("v"), "TTL @k", noTTL, "MOVE @k 0", one, "EXISTS @k", zero,
			"SELECT 0", done, "GET @k", bulk("v"),
		)},
		{Name: "MOVE takes the TTL along", Run: dialogue("SET @k 7 PXAT "+year2100+"123", done, "MOVE @k 8", one, "TTL @k", noKey, "SELECT 8", done, "PEXPIRETIME @k", ":"+year2100+"123\r\n", "OBJECT ENCODING @k", bulk("int"), "INCR @k", ":8\r\n", "DEL @k", one)},
		{Name: "MOVE leaves a key that is there already", Run: dialogue("SET @k a", done, "SELECT 8", done, "SET @k b EX 1000", done, "MOVE @k 0", zero, "GET @k", bulk("b"), "DEL @k", one, "SELECT 0", done, "GET @k", bulk("a"))},
		{Name: "MOVE of a missing key answers 0", Run: dialogue("MOVE @k 1", zero)},
		{Name: "MOVE finds no expired key", Run: onceExpired("MOVE @k 1", zero, "SELECT 1", done, "EXISTS @k", zero)},
		{Name: "MOVE refuses the same database", Run: dialogue("MOVE @none 0", sameObject, "SET @k v", done, "MOVE @k 0", sameObject, "SELECT 3", done, "MOVE @k 3", sameObject)},
		{Name: "MOVE refuses what is no database", Run: dialogue("SET @k v", done, "MOVE @k 16", noDB, "MOVE @k -1", noDB, "MOVE @none 99", noDB, "MOVE @k x", noInteger, "MOVE @k 01", noInteger, "MOVE @k 2147483648", notInt32, "MOVE @k "+least, notInt32, "GET @k", bulk("v"))},
		{Name: "MOVE goes to where an expired key was", Own: true, Run: moveOverExpired},

		{Name: "SWAPDB swaps what two databases hold", Own: true, Run: swapsContents},
		{Name: "SWAPDB is seen at once by who works there", Own: true, Run: swapIsSeen},
		{Name: "SWAPDB takes TTLs along", Own: true, Run: swapKeepsTimes},
		{Name: "SWAPDB of a database with itself changes nothing", Own: true, Run: dialogue("SET @k v", done, "SWAPDB 0 0", done, "GET @k", bulk("v"), "SWAPDB 3 3", done, "DBSIZE", one)},
		{Name: "SWAPDB refuses what is no database", Run: dialogue(
			"SWAPDB 0 16", noDB, "SWAPDB -1 0", noDB, "SWAPDB 99 99", noDB, "SWAPDB x 1", firstDB, "SWAPDB 1 x", secondDB, "SWAPDB x x", firstDB, "SWAPDB 01 1", firstDB,
			"SWAPDB 2147483648 1", firstDB, "SWAPDB 1 2147483648", secondDB, "SWAPDB 99 x", secondDB,
		)},

		{Name: "RANDOMKEY answers nil where there is no key", Own: true, Run: func(t *T) {
			speak(t.Dial(), plain, "RANDOMKEY", nilBulk, "SET k v", done, "RANDOMKEY", bulk("k"), "SELECT 1", done, "RANDOMKEY", nilBulk)
		}},
		{Name: "RANDOMKEY answers each key at some time, and no other", Own: true, Run: randomKeys},
		{Name: "RANDOMKEY answers no expired key", Own: true, Run: noRandomExpired},
	})
}

func selectIsOwn(t *T) {
	own := newKeys()
	a, b := t.Dial(), t.Dial()
	speak(a, own, "SELECT 4", done, "SET @k four EX 1000", done)
	speak(b, own, "GET @k", nilBulk, "SET @k zero", done)
	speak(a, own, "GET @k", bulk("four"))
	speak(b, own, "SELECT 4", done, "GET @k", bulk("four"), "DEL @k", one)
	speak(a, own, "GET @k", nilBulk, "SELECT 0", done, "GET @k", bulk("zero"))
}

func sizesByDatabase(t *T) {
	c := t.Dial()
	empty(t, c)
	for db := range 16 {
		speak(c, plain, "SELECT "+strconv.Itoa(db), done, "DBSIZE", zero)
		for i := range db {
			speak(c, plain, "SET "+suiteKeys+strconv.Itoa(i)+" v", done)
		}
	}
	for db := range 16 {
		speak(c, plain, "SELECT "+strconv.Itoa(db), done, "DBSIZE", integer(int64(db)))
	}
	speak(c, plain, "FLUSHALL", done)
}

func flushOneOrAll(t *T) {
	c := t.Dial()
	fill := func() {
		for _, db := range []string{"0", "3", "15"} {
			speak(c, plain, "SELECT "+db, done, "SET k v", done, "SET e v EX 1000", done)
		}
	}
	empty(t, c)
	for _, option := range []string{"", " ASYNC", " SYNC"} {
		fill()
		speak(
			c, plain, "SELECT 3", done, "FLUSHDB"+option, done, "DBSIZE", zero, "GET k", nilBulk, "SELECT 0", done, "DBSIZE", ":2\r\n", "SELECT 15", done, "DBSIZE", ":2\r\n", "GET k", bulk("v"),
			"SELECT 1", done, "FLUSHDB"+option, done, "SELECT 0", done, "DBSIZE", ":2\r\n",
		)
		fill()
		speak(c, plain, "SELECT 7", done, "FLUSHALL"+option, done)
		for _, db := range []string{"0", "3", "15"} {
			speak(c, plain, "SELECT "+db, done, "DBSIZE", zero, "GET k", nilBulk, "TTL e", noKey)
		}
	}
}

// expireEverywhere waits for DBSIZE, which deletes nothing itself.
func expireEverywhere(t *T) {
	c := t.Dial()
	for db := range 16 {
		speak(c, plain, "SELECT "+strconv.Itoa(db), done, "SET stays v", done)
		for i := range 50 {
			speak(c, plain, "SET "+strconv.Itoa(i)+" v PX 100", done)
		}
	}
	for db := range 16 {
		speak(c, plain, "SELECT "+strconv.Itoa(db), done)
		awaitSize(t, c, 1)
	}
	require.EqualValues(t, 16*50, askFigures(c, "stats").number(t, "expired_keys"))
}

func pipelineOfDatabases(t *T) {
	c := t.Dial()
	requests, replies := "", ""
	for i := range 160 {
		db, n := strconv.Itoa(i%16), int64(i/16+1)
		requests += cmd("SELECT", db) + cmd("INCR", "n") + cmd("DBSIZE")
		replies += done + integer(n) + one
	}
	c.Exchange(requests, replies)
}

func moveOverExpired(t *T) {
	c := t.Dial()
	speak(c, plain, "SELECT 1", done, "SET k old PX 20", done, "SET clock v PX 30", done)
	t.Until("the key has expired", func() bool { return c.Call("GET", "clock").Null })
	speak(c, plain, "SELECT 0", done, "SET k new", done, "MOVE k 1", one, "SELECT 1", done, "GET k", bulk("new"), "TTL k", noTTL)
}

func swapsContents(t *T) {
	c := t.Dial()
	speak(
		c, plain, "SET k zero", done, "SELECT 2", done, "SET k two", done, "SET other 2", done, "SWAPDB 0 2", done, "GET k", bulk("zero"), "EXISTS other", zero, "DBSIZE", one,
		"SELECT 0", done, "GET k", bulk("two"), "GET other", bulk("2"), "DBSIZE", ":2\r\n", "SWAPDB 0 9", done, "DBSIZE", zero, "KEYS *", emptyList, "SELECT 9", done, "DBSIZE", ":2\r\n",
		"swapdb 9 0", done, "DBSIZE", zero,
	)
}

func swapIsSeen(t *T) {
	a, b := t.Dial(), t.Dial()
	speak(a, plain, "SET k zero", done)
	speak(b, plain, "SELECT 1", done, "SET k one", done)
	speak(a, plain, "SWAPDB 1 0", done, "GET k", bulk("one"), "SET k new", done)
	speak(b, plain, "GET k", bulk("zero"), "SELECT 0", done, "GET k", bulk("new"))
}

func swapKeepsTimes(t *T) {
	c := t.Dial()
	at := time.Now().Add(300 * time.Millisecond).UnixMilli()
	speak(
		c, plain, "SET late v EXAT "+year2100, done, "SET soon v PXAT "+strconv.FormatInt(at, 10), done, "SET stays v", done, "SWAPDB 0 4", done, "DBSIZE", zero,
		"SELECT 4", done, "EXPIRETIME late", ":"+year2100+"\r\n", "TTL stays", noTTL,
	)
	awaitSize(t, c, 2)
	speak(c, plain, "EXISTS soon", zero, "EXISTS late stays", ":2\r\n")
}

func randomKeys(t *T) {
	c := t.Dial()
	present := map[string]bool{}
	for i := range 20 {
		name := strconv.Itoa(i)
		present[name] = true
		speak(c, plain, "SET "+name+" v", done, "SELECT 1", done, "SET other:"+name+" v", done, "SELECT 0", done)
	}
	found := map[string]bool{}
	t.Until("each of 20 keys has been drawn", func() bool {
		name := c.Call("RANDOMKEY").Text
		require.True(t, present[name], "RANDOMKEY answered %q", name)
		found[name] = true
		return len(found) == len(present)
	})
}

func noRandomExpired(t *T) {
	c := t.Dial()
	for i := range 50 {
		speak(c, plain, "SET "+strconv.Itoa(i)+" v PX 20", done)
	}
	speak(c, plain, "SET clock v PX 30", done, "SET stays v", done)
	t.Until("the keys have expired", func() bool { return c.Call("GET", "clock").Null })
	for range 20 {
		speak(c, plain, "RANDOMKEY", bulk("stays"))
	}
}
