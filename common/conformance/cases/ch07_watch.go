// ch07_watch.go: WATCH: what is a change, what is none, and who is told.

package cases

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// Of a transaction of a PING: what it answers if it runs.
var ran = array("+PONG\r\n")

// watching is a scene in which A watches keys and B does something: the keys k (a
// number), text and lives (with a TTL) are there, and none is not.
func watching(answer string, between ...string) func(*T) {
	return func(t *T) {
		steps := []string{
			"A> SET @k 1", done, "A> SET @text a", done, "A> SET @lives 1 EX 1000", done, "A> DEL @none", zero,
			"A> WATCH @k @text @lives @none", done,
		}
		steps = append(steps, between...)
		steps = append(steps, "A> MULTI", done, "A> PING", queued, "A> EXEC", answer, "A> MULTI", done, "A> PING", queued, "A> EXEC", ran)
		play(t, t.Addr(), newKeys(), steps...)
	}
}

func watch() list {
	rows := list{
		{Name: "WATCH and EXEC: an update that checks first", Run: scene(
			"A> SET @balance 100", done, "A> WATCH @balance", done, "A> GET @balance", bulk("100"), "B> SET @balance 50", done,
			"A> MULTI", done, "A> SET @balance 90", queued, "A> EXEC", nullArray, "A> GET @balance", bulk("50"),
			"A> WATCH @balance", done, "A> MULTI", done, "A> SET @balance 40", queued, "A> EXEC", array(done), "A> GET @balance", bulk("40"),
		)},
		{Name: "WATCH: a change between MULTI and EXEC counts", Run: scene(
			"A> WATCH @k", done, "A> MULTI", done, "A> PING", queued, "B> SET @k 1", done, "A> PING", queued, "A> EXEC", nullArray,
		)},
		{Name: "WATCH: what the transaction changes itself does not count", Run: dialogue("WATCH @k", done, "MULTI", done, "SET @k 1", queued, "SET @k 2", queued, "EXEC", array(done, done))},
		{Name: "WATCH: an aborted transaction forgets, too", Run: scene(
			"A> WATCH @k", done, "A> MULTI", done, "A> NOSUCH", unknown("NOSUCH"), "A> EXEC", aborted, "B> SET @k 1", done, "A> MULTI", done, "A> PING", queued, "A> EXEC", ran,
		)},
		{Name: "WATCH: EXECABORT comes before null", Run: scene("A> WATCH @k", done, "B> SET @k 1", done, "A> MULTI", done, "A> NOSUCH", unknown("NOSUCH"), "A> EXEC", aborted)},
		{Name: "WATCH: UNWATCH inside of MULTI comes too late", Run: scene("A> WATCH @k", done, "A> MULTI", done, "A> UNWATCH", queued, "B> SET @k 1", done, "A> EXEC", nullArray)},
		{Name: "WATCH: UNWATCH forgets a change that has happened", Run: scene("A> WATCH @k", done, "B> SET @k 1", done, "A> UNWATCH", done, "A> MULTI", done, "A> PING", queued, "A> EXEC", ran)},
		{Name: "WATCH after a change does not take it back", Run: scene("A> WATCH @k", done, "B> SET @k 1", done, "A> WATCH @other", done, "A> MULTI", done, "A> PING", queued, "A> EXEC", nullArray)},
		{Name: "WATCH: a key in two databases is two keys", Run: scene(
			"B> SELECT 4", done, "A> SELECT 3", done, "A> WATCH @k", done, "B> SET @k 1", done, "A> MULTI", done, "A> PING", queued, "A> EXEC", ran,
			"A> WATCH @k", done, "A> SELECT 4", done, "A> WATCH @k", done, "A> SELECT 3", done, "B> SET @k 2", done, "A> MULTI", done, "A> PING", queued, "A> EXEC", nullArray,
		)},
		{Name: "WATCH: keys of many clients", Run: manyWatchers},
		{Name: "WATCH: ten thousand keys", Run: manyWatched},
		{Name: "WATCH: who left is no trouble", Run: scene(
			"A> WATCH @k", done, "B> WATCH @k", done, "C> WATCH @k", done, "B> leaves", "", "D> SET @k 1", done, "A> MULTI", done, "A> EXEC", nullArray, "C> leaves", "", "D> SET @k 2", done, "A> MULTI", done, "A> EXEC", emptyList,
		)},
		{Name: "UNWATCH without WATCH is fine", Run: dialogue("UNWATCH", done, "UNWATCH x", wrongArity("unwatch"))},
		{Name: "WATCH: a key that expires is a change, noticed or not", Run: watchedExpires},
		{Name: "WATCH: of a key that had expired already it is none", Own: true, Run: watchedExpired},
		{Name: "WATCH: a key that had expired and is set is a change", Own: true, Run: watchedExpiredAndSet},
		{Name: "WATCH: what maxmemory evicts is a change", Args: noLimit, Run: watchedEvicted},
		{Name: "WATCH: FLUSHDB and FLUSHALL change the keys that are there", Own: true, Run: watchedFlushed},
		{Name: "WATCH: SWAPDB changes keys that one of the databases has", Own: true, Run: watchedSwapped},
		{Name: "WATCH: MOVE changes both places", Own: true, Run: scene(
			"A> SET k 1", done, "A> WATCH k", done, "B> MOVE k 5", one, "A> MULTI", done, "A> EXEC", nullArray,
			"A> WATCH k", done, "B> SELECT 5", done, "B> MOVE k 0", one, "A> MULTI", done, "A> EXEC", nullArray,
			"A> WATCH k", done, "B> MOVE k 0", zero, "A> MULTI", done, "A> EXEC", emptyList,
		)},
		{Name: "COMMAND GETKEYS finds what WATCH watches", Run: answers(cmd("COMMAND", "GETKEYS", "WATCH", "a", "b"), bulks("a b"))},
		{Name: "COMMAND INFO describes watch", Run: func(t *T) {
			info := t.Dial().Call("COMMAND", "INFO", "watch").Elems[0].Elems
			require.Equal(t, []string{"noscript", "loading", "stale", "fast", "allow_busy"}, info[2].Strings())
			require.EqualValues(t, []int64{-2, 1, -1, 1}, []int64{info[1].Int, info[3].Int, info[4].Int, info[5].Int})
		}},
	}
	for _, change := range [][]string{
		{"B> SET @k 2", done},
		{"B> SET @k 1", done}, // the same value
		{"A> SET @k 2", done}, // by oneself
		{"B> SET @none 1", done},
		{"B> SET @none 1", done, "B> DEL @none", one}, // and back again
		{"B> DEL @k", one},
		{"B> UNLINK @k", one},
		{"B> INCR @k", ":2\r\n"},
		{"B> DECRBY @k 5", ":-4\r\n"},
		{"B> EXPIRE @k 1000", one},
		{"B> PEXPIREAT @lives " + year2100 + "000", one},
		{"B> EXPIRE @k -1", one}, // deletes it
		{"B> PERSIST @lives", one},
		{"B> SET @lives 2 KEEPTTL", done},
		{"B> SET @k 2 XX GET", bulk("1")},
		{"B> MULTI", done, "B> SET @k 2", queued, "B> EXEC", array(done)},
	} {
		rows = append(rows, conformance.Case{Name: "WATCH: a change: " + requestsOf(change), Run: watching(nullArray, change...)})
	}
	for _, none := range [][]string{
		{"B> GET @k", bulk("1")},
		{"B> DEL @none", zero},
		{"B> SET @k 2 NX", nilBulk},
		{"B> SET @none 2 XX", nilBulk},
		{"B> INCR @text", noInteger},
		{"B> PERSIST @k", zero},
		{"B> EXPIRE @none 10", zero},
		{"B> EXPIRE @lives 10 GT", zero},
		{"B> SET @other 1", done},
		{"B> SELECT 6", done, "B> SET @k 1", done, "B> DEL @k", one},
		{"B> MULTI", done, "B> SET @k 2", queued, "B> DISCARD", done},
		{"A> UNWATCH", done, "B> SET @k 2", done},
		{"A> MULTI", done, "A> DISCARD", done, "B> SET @k 2", done},
		{"A> MULTI", done, "A> EXEC", emptyList, "B> SET @k 2", done},
		{"A> RESET", "+RESET\r\n", "B> SET @k 2", done},
		{"A> SET @other 1", done, "A> GET @k", bulk("1")},
	} {
		rows = append(rows, conformance.Case{Name: "WATCH: no change: " + requestsOf(none), Run: watching(ran, none...)})
	}
	return in(7, lesson7Transactions, rows)
}

// requestsOf are a scene's requests, without the replies.
func requestsOf(steps []string) string {
	var requests []string
	for i := 0; i < len(steps); i += 2 {
		requests = append(requests, steps[i])
	}
	return strings.Join(requests, ", ")
}

func manyWatchers(t *T) {
	own, writer := newKeys(), t.Dial()
	var clients []*conformance.Conn
	for i := range 40 {
		c := t.Dial()
		speak(c, own, fmt.Sprintf("WATCH @shared @%d @shared", i), done)
		clients = append(clients, c)
	}
	expect := func(c *conformance.Conn, answer string) { speak(c, own, "MULTI", done, "EXEC", answer) }
	speak(writer, own, "SET @7 1", done)
	expect(clients[7], nullArray)
	speak(clients[8], own, "UNWATCH", done)
	speak(writer, own, "SET @shared 1", done)
	for i, c := range clients {
		if i == 7 || i == 8 {
			expect(c, emptyList)
		} else {
			expect(c, nullArray)
		}
	}
	speak(writer, own, "SET @shared 2", done)
	expect(clients[0], emptyList)
}

func manyWatched(t *T) {
	c, own := t.Dial(), newKeys()
	words := []string{"WATCH"}
	for i := range 10_000 {
		words = append(words, own.key(strconv.Itoa(i)))
	}
	for _, changed := range []string{"0", "5000", "9999"} {
		t.Go(func() { c.Send(cmd(words...)) })
		c.Expect(done)
		t.Wait()
		speak(t.Dial(), own, "SET @"+changed+" 1", done)
		speak(c, own, "MULTI", done, "EXEC", nullArray)
	}
	c.Exchange(cmd(words...), done)
	speak(c, own, "MULTI", done, "EXEC", emptyList)
}

// watchedExpires: nobody need have looked at the key since.
func watchedExpires(t *T) {
	c, own := t.Dial(), newKeys()
	// In one piece: it is watched at once, however busy the server is, and not after its end.
	c.Exchange(own.cmd("SET @k v PX 100")+own.cmd("WATCH @k")+own.cmd("SET @clock v PX 110"), done+done+done)
	t.Until("it has expired", func() bool { return t.Dial().Call("GET", own.key("clock")).Null })
	speak(c, own, "MULTI", done, "EXEC", nullArray)
	c.Exchange(own.cmd("SET @k v PX 100")+own.cmd("WATCH @k"), done+done)
	t.Until("it has expired", func() bool { return t.Dial().Call("GET", own.key("k")).Null })
	speak(c, own, "MULTI", done, "EXEC", nullArray)
}

// unnoticed has the client watch a key that has expired and, most probably, lies there
// still: the server looks for such keys ten times a second. Otherwise there is none, and
// that is the same to a client.
func unnoticed(t *T, c *conformance.Conn) {
	c.Exchange(cmd("SET", "k", "v", "PX", "1")+cmd("SET", "clock", "v", "PX", "3"), done+done)
	t.Until("both have expired", func() bool { return c.Call("GET", "clock").Null })
	c.Exchange(cmd("WATCH", "k"), done)
}

func watchedExpired(t *T) {
	c := t.Dial()
	for _, end := range []string{"GET k", "EXISTS k", "DEL k", "FLUSHALL"} {
		unnoticed(t, c)
		t.Dial().Call(strings.Fields(end)...)
		speak(c, plain, "MULTI", done, "PING", queued, "EXEC", ran)
	}
}

func watchedExpiredAndSet(t *T) {
	c := t.Dial()
	unnoticed(t, c)
	speak(t.Dial(), plain, "SET k new", done)
	speak(c, plain, "MULTI", done, "PING", queued, "EXEC", nullArray)
}

func watchedEvicted(t *T) {
	c, admin := t.Dial(), t.Dial()
	speak(c, plain, "SET k v", done, "WATCH k", done, "MULTI", done)
	admin.Exchange(cmd("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", "1"), done)
	admin.Call("SET", "x", "1") // refused, when all that may go has gone
	belowLimit(admin)
	speak(admin, plain, "EXISTS k", zero)
	speak(c, plain, "EXEC", nullArray)
}

func watchedFlushed(t *T) {
	for _, flush := range []string{"FLUSHDB", "FLUSHALL", "FLUSHDB ASYNC", "FLUSHALL SYNC"} {
		play(t, t.Addr(), plain,
			"A> SET k 1", done, "A> WATCH k", done, "B> "+flush, done, "A> MULTI", done, "A> EXEC", nullArray,
			"A> WATCH k", done, "B> "+flush, done, "A> MULTI", done, "A> EXEC", emptyList,
			"A> SET k 1", done, "A> WATCH k", done, "B> SELECT 3", done, "B> FLUSHDB", done, "A> MULTI", done, "A> EXEC", emptyList,
			"A> WATCH k", done, "B> SELECT 3", done, "B> FLUSHALL", done, "A> MULTI", done, "A> EXEC", nullArray,
		)
	}
}

func watchedSwapped(t *T) {
	play(t, t.Addr(), plain,
		"A> SET k 1", done, "A> WATCH k", done, "B> SWAPDB 0 1", done, "A> MULTI", done, "A> EXEC", nullArray, // it has gone
		"A> WATCH k", done, "B> SWAPDB 1 0", done, "A> MULTI", done, "A> EXEC", nullArray, // it has come
		"A> WATCH none", done, "B> SWAPDB 0 1", done, "A> MULTI", done, "A> EXEC", emptyList,
		"A> WATCH none", done, "B> SWAPDB 0 0", done, "A> MULTI", done, "A> EXEC", emptyList,
		"A> SELECT 1", done, "A> WATCH k", done, "B> SWAPDB 2 3", done, "A> MULTI", done, "A> EXEC", emptyList,
	)
}
