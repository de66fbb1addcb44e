// ch07_multi.go: MULTI, EXEC and DISCARD: what is queued, what is refused, and how it runs.

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

const (
	queued       = "+QUEUED\r\n"
	nullArray    = "*-1\r\n"
	noMulti      = "-ERR EXEC without MULTI\r\n"
	discardless  = "-ERR DISCARD without MULTI\r\n"
	nested       = "-ERR MULTI calls can not be nested\r\n"
	watchInside  = "-ERR WATCH inside MULTI is not allowed\r\n"
	aborted      = "-EXECABORT Transaction discarded because of previous errors.\r\n"
	abortedByOOM = "-EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.\r\n"
	notInside    = "-ERR Command not allowed inside a transaction\r\n"
)

// scene is a dialogue of several clients: a step's first word is who speaks.
//
//	scene("A> MULTI", done, "B> SET @k v", done)
func scene(steps ...string) func(*T) {
	return func(t *T) { play(t, t.Addr(), newKeys(), steps...) }
}

// play goes through a scene's steps on a server. A client connects when it first speaks;
// one that says "leaves" closes its connection.
func play(t *T, addr string, own keys, steps ...string) map[string]*conformance.Conn {
	clients := map[string]*conformance.Conn{}
	for i := 0; i+1 < len(steps); i += 2 {
		who, request, _ := strings.Cut(steps[i], "> ")
		if clients[who] == nil {
			clients[who] = t.DialAddr(addr)
		}
		if request == "leaves" {
			clients[who].Close()
			delete(clients, who)
			continue
		}
		clients[who].Exchange(own.cmd(request), steps[i+1])
	}
	return clients
}

func multi() list {
	rows := list{
		{Name: "MULTI, EXEC: commands are queued and answered together", Run: dialogue(
			"MULTI", done, "SET @k 1", queued, "INCR @k", queued, "GET @k", queued, "EXEC", array(done, ":2\r\n", bulk("2")), "GET @k", bulk("2"),
		)},
		{Name: "MULTI, EXEC: nothing runs before EXEC", Run: scene(
			"A> MULTI", done, "A> SET @k 1", queued, "B> GET @k", nilBulk, "A> EXEC", array(done), "B> GET @k", bulk("1"),
		)},
		{Name: "EXEC of nothing answers an empty array", Run: dialogue("MULTI", done, "EXEC", emptyList, "EXEC", noMulti)},
		{Name: "EXEC and DISCARD need MULTI", Run: dialogue("EXEC", noMulti, "DISCARD", discardless, "PING", "+PONG\r\n")},
		{Name: "DISCARD forgets what is queued", Run: dialogue("SET @k 1", done, "MULTI", done, "SET @k 2", queued, "DISCARD", done, "GET @k", bulk("1"), "EXEC", noMulti)},
		{Name: "transactions come one after another", Run: dialogue(
			"MULTI", done, "INCR @n", queued, "EXEC", array(one), "MULTI", done, "INCR @n", queued, "DISCARD", done, "MULTI", done, "INCR @n", queued, "INCR @n", queued, "EXEC", array(":2\r\n", ":3\r\n"),
		)},
		{Name: "MULTI cannot be nested, and the transaction goes on", Run: dialogue(
			"MULTI", done, "SET @k 1", queued, "MULTI", nested, "SET @k 2", queued, "EXEC", array(done, done), "GET @k", bulk("2"),
		)},
		{Name: "WATCH inside of MULTI is refused, and the transaction goes on", Run: scene(
			"A> MULTI", done, "A> WATCH @k", watchInside, "A> SET @k 1", queued, "B> SET @k 2", done, "A> EXEC", array(done),
		)},
		{Name: "a command that fails takes nothing back and stops nothing", Run: dialogue(
			"SET @text a", done, "MULTI", done, "SET @k 1", queued, "INCR @text", queued, "EXPIRE @k nonsense", queued, "SET @k 2", queued,
			"EXEC", array(done, noInteger, noInteger, done), "GET @k", bulk("2"),
		)},
		{Name: "an unknown command makes EXEC refuse all", Run: dialogue(
			"MULTI", done, "SET @k 1", queued, "NOSUCH a", unknown("NOSUCH", "a"), "SET @k 2", queued, "EXEC", aborted, "GET @k", nilBulk, "EXEC", noMulti,
		)},
		{Name: "an unknown subcommand makes EXEC refuse all", Run: dialogue("MULTI", done, "CLIENT NOSUCH", unknownSub("NOSUCH", "CLIENT"), "EXEC", aborted)},
		{Name: "a wrong number of arguments makes EXEC refuse all", Run: dialogue(
			"MULTI", done, "SET @k", wrongArity("set"), "SET @k 1", queued, "EXEC", aborted, "GET @k", nilBulk, "MULTI", done, "SET @k 1", queued, "EXEC", array(done),
		)},
		{Name: "MULTI with arguments is refused, inside of MULTI too", Run: dialogue("MULTI x", wrongArity("multi"), "EXEC", noMulti, "MULTI", done, "MULTI x", wrongArity("multi"), "EXEC", aborted)},
		{Name: "DISCARD with arguments makes EXEC refuse all", Run: dialogue("MULTI", done, "DISCARD x", wrongArity("discard"), "EXEC", aborted)},
		{Name: "WATCH without a key makes EXEC refuse all", Run: dialogue("MULTI", done, "WATCH", wrongArity("watch"), "EXEC", aborted)},
		{Name: "EXEC with arguments ends the transaction", Run: dialogue(
			"EXEC x", "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command\r\n",
			"MULTI", done, "SET @k 1", queued, "EXEC x", "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command\r\n", "EXEC", noMulti, "GET @k", nilBulk,
		)},
		{Name: "after a refusal DISCARD forgets it", Run: dialogue("MULTI", done, "NOSUCH", unknown("NOSUCH"), "DISCARD", done, "MULTI", done, "PING", queued, "EXEC", array("+PONG\r\n"))},
		{Name: "SHUTDOWN is not allowed inside of MULTI", Run: dialogue("MULTI", done, "SHUTDOWN NOSAVE", notInside, "EXEC", aborted, "PING", "+PONG\r\n")},
		{Name: "QUIT inside of MULTI closes at once, and nothing runs", Run: quitInside},
		{Name: "RESET makes the connection be as a new one", Run: scene(
			"A> CLIENT SETNAME somebody", done, "A> SELECT 3", done, "A> WATCH @k", done, "A> MULTI", done, "A> SET @k 1", queued, "A> RESET", "+RESET\r\n",
			"A> EXEC", noMulti, "A> CLIENT GETNAME", nilBulk, "A> SET @k 0", done, "B> GET @k", bulk("0"), "A> MULTI", done, "A> GET @k", queued, "A> EXEC", array(bulk("0")),
		)},
		{Name: "RESET takes no arguments", Run: dialogue("RESET x", wrongArity("reset"))},
		{Name: "SELECT inside of MULTI chooses for what follows", Run: scene(
			"A> MULTI", done, "A> SET @k zero", queued, "A> SELECT 5", queued, "A> SET @k five", queued, "A> EXEC", array(done, done, done),
			"A> GET @k", bulk("five"), "A> SELECT 0", done, "A> GET @k", bulk("zero"),
		)},
		{Name: "SELECT that is queued and discarded chooses nothing", Run: dialogue("MULTI", done, "SELECT 5", queued, "DISCARD", done, "SET @k zero", done, "SELECT 0", done, "GET @k", bulk("zero"))},
		{Name: "HELLO and CLIENT are queued", Run: dialogue(
			"MULTI", done, "HELLO 9", queued, "CLIENT SETNAME somebody", queued, "CLIENT GETNAME", queued, "EXEC", array(noProto, done, bulk("somebody")), "CLIENT GETNAME", bulk("somebody"),
		)},
		{Name: "COMMAND, INFO and CONFIG are queued", Run: dialogue("MULTI", done, "COMMAND GETKEYS GET a", queued, "CONFIG GET port9", queued, "EXEC", array(bulks("a"), emptyList))},
		{Name: "UNWATCH is queued", Run: dialogue("MULTI", done, "UNWATCH", queued, "EXEC", array(done))},
		{Name: "a transaction of one command", Run: dialogue("MULTI", done, "PING", queued, "EXEC", array("+PONG\r\n"))},
		{Name: "a transaction in one packet, cut in two anywhere", Run: answers(
			cmd("MULTI")+cmd("ECHO", "a")+cmd("ECHO", "\r\n")+cmd("NOSUCH")+cmd("EXEC")+cmd("MULTI")+cmd("ECHO", "b")+cmd("EXEC"),
			done+queued+queued+unknown("NOSUCH")+aborted+done+queued+array(bulk("b")),
		)},
		{Name: "a transaction of lines", Run: answers("MULTI\r\nECHO \"a\\x00b\"\r\nping\r\nEXEC\r\n", done+queued+queued+array(bulk("a\x00b"), "+PONG\r\n"))},
		{Name: "empty requests inside of MULTI are nothing", Run: answers("MULTI\r\n\r\n*0\r\nPING\r\n*-1\r\nEXEC\r\n", done+queued+array("+PONG\r\n"))},
		{Name: "a protocol error inside of MULTI ends all", Run: protocolErrorInside},
		{Name: "a client that leaves inside of MULTI has changed nothing", Run: leavesInside},
		{Name: "replies inside of EXEC may be long, and arguments too", Run: longTransaction},
		{Name: "ten thousand commands in a transaction", Run: manyQueued},
		{Name: "words of any bytes are queued", Run: queuesAnyBytes},
		{Name: "nobody sees half of a transaction", Timeout: time.Minute, Run: isolated},
		{Name: "two clients in transactions do not meet before EXEC", Run: scene(
			"A> MULTI", done, "B> MULTI", done, "A> INCR @n", queued, "B> INCR @n", queued, "B> EXEC", array(one), "A> EXEC", array(":2\r\n"),
		)},
		{Name: "above maxmemory nothing is queued, and EXEC refuses all", Args: noLimit, Run: queueAtLimit},
		{Name: "above maxmemory EXEC refuses what would need memory, and runs what does not", Args: noLimit, Run: execAtLimit},
		{Name: "a queue counts as memory in use until it is gone", Args: noLimit, Run: queueIsCounted},
		{Name: "calls inside of EXEC count, and errors are theirs", Own: true, Run: countsInside},
		{Name: "FLUSHALL inside of MULTI", Own: true, Run: dialogue("SET a 1", done, "MULTI", done, "SET b 1", queued, "FLUSHALL", queued, "DBSIZE", queued, "SET c 1", queued, "EXEC", array(done, done, zero, done), "DBSIZE", one)},
		{Name: "keys expire inside of a transaction as outside", Run: expiresInside},
	}
	for _, c := range []struct{ name, info string }{
		{"multi", "*10\r\n$5\r\nmulti\r\n:1\r\n" + statuses("noscript loading stale fast allow_busy") + ":0\r\n:0\r\n:0\r\n" + statuses("@fast @transaction") + "*0\r\n*0\r\n*0\r\n"},
		{"exec", "*10\r\n$4\r\nexec\r\n:1\r\n" + statuses("noscript loading stale skip_slowlog") + ":0\r\n:0\r\n:0\r\n" + statuses("@slow @transaction") + "*0\r\n*0\r\n*0\r\n"},
		{"discard", "*10\r\n$7\r\ndiscard\r\n:1\r\n" + statuses("noscript loading stale fast allow_busy") + ":0\r\n:0\r\n:0\r\n" + statuses("@fast @transaction") + "*0\r\n*0\r\n*0\r\n"},
		{"unwatch", "*10\r\n$7\r\nunwatch\r\n:1\r\n" + statuses("noscript loading stale fast allow_busy") + ":0\r\n:0\r\n:0\r\n" + statuses("@fast @transaction") + "*0\r\n*0\r\n*0\r\n"},
		{"reset", "*10\r\n$5\r\nreset\r\n:1\r\n" + statuses("noscript loading stale fast no_auth allow_busy") + ":0\r\n:0\r\n:0\r\n" + statuses("@fast @connection") + "*0\r\n*0\r\n*0\r\n"},
		{"shutdown", "*10\r\n$8\r\nshutdown\r\n:-1\r\n" + statuses("admin noscript loading stale no_multi allow_busy") + ":0\r\n:0\r\n:0\r\n" + statuses("@admin @slow @dangerous") + "*0\r\n*0\r\n*0\r\n"},
	} {
		rows = append(rows, conformance.Case{Name: "COMMAND INFO describes " + c.name, Run: answers(cmd("COMMAND", "INFO", c.name), "*1\r\n"+c.info)})
	}
	return in(7, lesson7Transactions, rows)
}

func quitInside(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "MULTI", done, "SET @k 1", queued, "QUIT", done)
	c.ExpectEOF()
	speak(t.Dial(), own, "GET @k", nilBulk)
}

func protocolErrorInside(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "MULTI", done, "SET @k 1", queued)
	c.Exchange("*1\r\n:1\r\n", "-ERR Protocol error: expected '$', got ':'\r\n")
	c.ExpectEOF()
	speak(t.Dial(), own, "GET @k", nilBulk)
}

func leavesInside(t *T) {
	own := newKeys()
	c := t.Dial()
	speak(c, own, "MULTI", done, "SET @k 1", queued)
	c.Send(own.cmd("SET @k 2") + "*1\r\n$4\r\nEX") // half of EXEC
	c.Reset()
	watcher := t.Dial()
	for range 50 {
		speak(watcher, own, "GET @k", nilBulk)
	}
}

func longTransaction(t *T) {
	c, own := t.Dial(), newKeys()
	value := numbered(1 << 20)
	speak(c, own, "MULTI", done)
	replies := []string{done}
	c.Exchange(cmd("SET", own.key("k"), value), queued)
	for range 5 {
		c.Exchange(cmd("GET", own.key("k")), queued)
		replies = append(replies, bulk(value))
	}
	c.Exchange(cmd("EXEC"), array(replies...))
}

func manyQueued(t *T) {
	c, own := t.Dial(), newKeys()
	const n = 10_000
	requests, replies, results := cmd("MULTI"), done, make([]string, n)
	for i := range n {
		results[i] = integer(int64(i + 1))
	}
	requests += strings.Repeat(own.cmd("INCR @n"), n) + cmd("EXEC")
	replies += strings.Repeat(queued, n) + array(results...)
	t.Go(func() { c.Send(requests) })
	c.Expect(replies)
}

func queuesAnyBytes(t *T) {
	c := t.Dial()
	words := []string{"", "\x00", "\r\n", "*3\r\n", everyValue}
	c.Exchange(cmd("MULTI"), done)
	var replies []string
	for _, w := range words {
		c.Exchange(cmd("ECHO", w), queued)
		replies = append(replies, bulk(w))
	}
	c.Exchange(cmd("EXEC"), array(replies...))
}

// isolated has two keys that transactions keep equal, while others look.
func isolated(t *T) {
	own := newKeys()
	const rounds = 300
	set := t.Dial()
	speak(set, own, "MULTI", done, "SET @a 0", queued, "SET @b 0", queued, "EXEC", array(done, done))
	looks := make([]*conformance.Conn, 3)
	for i := range looks {
		looks[i] = t.Dial()
	}
	for round := range rounds {
		n := strconv.Itoa(round)
		set.Send(own.cmd("MULTI") + own.cmd("SET @a "+n) + own.cmd("PING") + own.cmd("SET @b "+n) + own.cmd("EXEC"))
		for _, look := range looks {
			look.Send(own.cmd("MULTI") + own.cmd("GET @a") + own.cmd("GET @b") + own.cmd("EXEC"))
		}
		for _, look := range looks {
			look.Expect(done + queued + queued)
			both := look.Reply().Strings()
			require.Len(t, both, 2)
			require.Equal(t, both[0], both[1], "half of a transaction was seen")
		}
		set.Expect(done + queued + queued + queued + array(done, "+PONG\r\n", done))
	}
}

// aboveLimit makes a server have more in use than it may.
func aboveLimit(c *conformance.Conn) {
	c.Exchange(cmd("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "1"), done)
}

func belowLimit(c *conformance.Conn) { c.Exchange(cmd("CONFIG", "SET", "maxmemory", "0"), done) }

// queueAtLimit: a queue needs memory itself, so not even a GET is taken.
func queueAtLimit(t *T) {
	c, admin := t.Dial(), t.Dial()
	speak(c, plain, "MULTI", done, "SET a 1", queued)
	aboveLimit(admin)
	speak(c, plain, "GET a", oom, "SET b 1", oom, "EXEC", abortedByOOM, "EXEC", noMulti)
	speak(c, plain, "MULTI", done, "GET a", oom, "EXEC", aborted, "MULTI", done, "MULTI", oom, "WATCH a", oom, "DISCARD", done)
	speak(c, plain, "MULTI", done, "RESET", "+RESET\r\n")
	belowLimit(admin)
	speak(c, plain, "GET a", nilBulk, "MULTI", done, "SET a 1", queued, "EXEC", array(done))
}

func execAtLimit(t *T) {
	c, reads, admin := t.Dial(), t.Dial(), t.Dial()
	speak(c, plain, "SET k v", done, "MULTI", done, "SET a 1", queued, "GET k", queued)
	speak(reads, plain, "MULTI", done, "GET k", queued, "DEL k", queued)
	aboveLimit(admin)
	speak(c, plain, "EXEC", abortedByOOM, "EXEC", noMulti)
	speak(reads, plain, "EXEC", array(bulk("v"), one))
	belowLimit(admin)
	speak(c, plain, "GET a", nilBulk)
}

// queueIsCounted queues some megabytes, and ends the transaction in each way.
func queueIsCounted(t *T) {
	watcher := t.Dial()
	used := func() int64 { return usedMemory(t, watcher) }
	value := numbered(100_000)
	const n, size = 40, 40 * 100_000
	for _, end := range []string{"EXEC", "DISCARD", "RESET", "leave"} {
		before := used()
		c := t.Dial()
		c.Exchange(cmd("MULTI"), done)
		for range n {
			c.Exchange(cmd("ECHO", value), queued)
		}
		require.Greater(t, used(), before+size*9/10, "while it waits for %s", end)
		switch end {
		case "leave":
			c.Close()
		case "EXEC":
			c.Exchange(cmd("EXEC"), array(slices.Repeat([]string{bulk(value)}, n)...))
		default:
			c.Send(cmd(end))
			require.False(t, c.Reply().IsError())
		}
		t.Until(fmt.Sprintf("it is given back after %s", end), func() bool { return used() < before+size/4 })
	}
}

func countsInside(t *T) {
	c := t.Dial()
	speak(c, plain, "SET text a", done, "MULTI", done, "INCR text", queued, "INCR n", queued, "EXEC", array(noInteger, one), "MULTI", done, "INCR", wrongArity("incr"), "EXEC", aborted, "EXEC", noMulti)
	stats := c.Call("INFO", "commandstats", "errorstats").Text
	for _, want := range []string{"cmdstat_incr:calls=2,", "rejected_calls=1,failed_calls=1", "cmdstat_multi:calls=2,", "cmdstat_exec:calls=3,", "errorstat_EXECABORT:count=1", "errorstat_ERR:count=3"} {
		require.Contains(t, stats, want)
	}
	exec := stats[strings.Index(stats, "cmdstat_exec:"):]
	require.Contains(t, exec[:strings.Index(exec, "\r\n")], "rejected_calls=0,failed_calls=2", "an error of a command inside is not EXEC's")
}

// expiresInside has a key expire between MULTI and EXEC.
func expiresInside(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "SET @k v PX 30", done, "MULTI", done, "GET @k", queued, "SET @k w KEEPTTL", queued, "TTL @k", queued)
	t.Until("it has expired", func() bool { return t.Dial().Call("GET", own.key("k")).Null })
	speak(c, own, "EXEC", array(nilBulk, done, noTTL))
}
