// core.go: the core tier of chapters 1 and 2: what a server must do to go on.
//
// Core cases stand in the order in which a server grows, and ask for what the lesson teaches
// and no more. Below chapter 4 each waits for the reply before it sends the next request: who
// has not come to pipelining is not asked for it. All other cases are the full tier: what
// Redis does, to the byte.
//
// Means says in a sentence what was to happen: it stands in the first report that a learner
// sees.

package cases

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// core marks rows as the core tier.
func core(rows list) list {
	for i := range rows {
		rows[i].Core = true
	}
	return rows
}

// anyError is what a step of a session may expect: an error that begins so.
func anyError(begins string) string { return "~-" + begins }

// session is requests in words, each followed by what its reply must be; see dialogue. Where
// that is anyError the rest of the line is left open.
func session(steps ...string) func(*T) {
	return func(t *T) { converse(t, t.Dial(), newKeys(), steps...) }
}

// converse goes through a session's steps on a connection, each after the reply to the one
// before.
func converse(t *T, c *conformance.Conn, own keys, steps ...string) {
	for i := 0; i+1 < len(steps); i += 2 {
		request, want := own.cmd(steps[i]), steps[i+1]
		begins, isError := strings.CutPrefix(want, "~-")
		if !isError {
			c.Exchange(request, want)
			continue
		}
		c.Send(request)
		c.ExpectError(begins)
	}
}

// coreEcho is chapter 1's.
func coreEcho() list {
	rows := core(list{
		{
			Name: "what a client sends comes back", Means: "An echo server sends back the bytes that it reads.",
			Run: func(t *T) { t.Dial().Exchange("hello\n", "hello\n") },
		},
		{
			Name: "and again, on the same connection", Means: "The server reads until the client leaves, not once.",
			Run: func(t *T) {
				c := t.Dial()
				for _, line := range []string{"one\n", "two\n", "three\n"} {
					c.Exchange(line, line)
				}
			},
		},
		{
			Name: "bytes of any value come back", Means: "What comes is bytes, not text: zeros and bytes beyond ASCII too.",
			Run: func(t *T) { t.Dial().Exchange(everyValue, everyValue) },
		},
		{
			Name: "100,000 bytes come back", Means: "What is sent may be longer than one read, and than one write takes.",
			Run: func(t *T) {
				c, all := t.Dial(), numbered(100_000)
				t.Go(func() { c.Send(all) })
				c.Expect(all)
			},
		},
		{
			Name: "when a client has left the next one is served", Means: "One client at a time is enough here, but one after another.",
			Run: func(t *T) {
				for range 3 {
					c := t.Dial()
					c.Exchange("hello\n", "hello\n")
					c.Close()
				}
			},
		},
		{
			Name: "a client that breaks off ends nobody else", Means: "A read that fails ends that client, not the server.",
			Run: func(t *T) {
				c := t.Dial()
				c.Exchange("hello\n", "hello\n")
				c.Reset()
				t.Dial().Exchange("hello\n", "hello\n")
			},
		},
	})
	for i := range rows {
		rows[i].Until, rows[i].NotRedis = 1, noEcho
	}
	return in(1, "A simple TCP echo server", rows)
}

// coreCommands is chapter 2's, of one client.
func coreCommands() list {
	long := strings.Repeat("0123456789", 10_000)
	const unknownCommand, arity = "ERR unknown command", "ERR wrong number of arguments"
	return in(2, lesson2PING, core(list{
		{Name: "PING is answered", Means: "A request is an array of bulk strings; the answer is a simple string.", Run: session("PING", "+PONG\r\n")},
		{Name: "PING is answered as often as it comes", Means: "A connection has many requests, one after another.", Run: session("PING", "+PONG\r\n", "PING", "+PONG\r\n", "PING", "+PONG\r\n")},
		{Name: "ECHO answers its argument as a bulk string", Means: "A bulk string says how many bytes it has, then come these.", Run: session("ECHO hello", bulk("hello"))},
		{Name: "PING with an argument answers that", Means: "What PING answers depends on how many arguments it has.", Run: session("PING hello", bulk("hello"))},
		{Name: "a command's name may be in any case", Means: "Clients write ping, PING or Ping.", Run: session("ping", "+PONG\r\n", "Ping", "+PONG\r\n", "eCHo a", bulk("a"))},
		{Name: "an argument keeps its spaces and its case", Means: "A bulk string ends where its length says, not at a space.", Run: echoesWhole(" Hello  World ")},
		{Name: "an argument keeps its line breaks", Means: "A bulk string ends where its length says, not at a line break.", Run: echoesWhole("one\r\ntwo\nthree\r\n")},
		{Name: "an argument keeps bytes of any value", Means: "A bulk string is bytes: zeros and bytes beyond ASCII too.", Run: echoesWhole(everyValue)},
		{Name: "a length counts bytes, not characters", Means: "A letter beyond ASCII is more than one byte.", Run: echoesWhole("größer: 大")},
		{Name: "an empty argument is an argument", Means: "$0 is a bulk string of no bytes; its line break is there.", Run: echoesWhole("")},
		{Name: "an argument of 100,000 bytes is read whole", Means: "A request may come in many reads: those bytes belong together.", Run: echoesWhole(long)},
		{
			Name: "an unknown command is an error, and the connection goes on", Means: "Only the command is refused.",
			Run: session("NOSUCH a b", anyError(unknownCommand), "PING", "+PONG\r\n"),
		},
		{
			Name: "too few arguments, or too many, are an error", Means: "Each command says how many words a request for it has.",
			Run: session("ECHO", anyError(arity), "ECHO a b", anyError(arity), "PING a b", anyError(arity), "ECHO a", bulk("a")),
		},
		{Name: "a request that comes in two pieces is understood", Means: "TCP is a stream: a read may end in the middle of a request.", Run: comesIn(2)},
		{Name: "a request that comes byte by byte is understood", Means: "What is there of a request is kept until the rest has come.", Run: comesIn(1)},
	}))
}

func echoesWhole(argument string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		c.Send(cmd("ECHO", argument))
		c.Expect(bulk(argument))
		c.Exchange(cmd("PING"), "+PONG\r\n")
	}
}

// comesIn sends a request in two pieces, cut at each of its bytes; or each byte by itself. What
// is sent of another client's request and answered meanwhile shows that a piece has arrived.
func comesIn(pieces int) func(*T) {
	return func(t *T) {
		request, want := cmd("ECHO", "a\r\nb"), bulk("a\r\nb")
		c := t.Dial()
		if pieces == 2 {
			for cut := 1; cut < len(request); cut++ {
				c.Send(request[:cut])
				c.ExpectSilence(2 * time.Millisecond)
				c.Send(request[cut:])
				c.Expect(want)
			}
			return
		}
		for i := range len(request) {
			c.Send(request[i : i+1])
		}
		c.Expect(want)
	}
}

// coreClients is chapter 2's, of many clients.
func coreClients() list {
	return in(2, "Many clients", core(list{
		{
			Name: "two clients are served", Means: "The second one does not wait until the first has left.",
			Run: scene("A> PING", "+PONG\r\n", "B> PING", "+PONG\r\n", "A> ECHO a", bulk("a"), "B> ECHO b", bulk("b")),
		},
		{
			Name: "a client that says nothing keeps nobody waiting", Means: "Who waits for one client's bytes must not keep others from theirs.",
			Run: func(t *T) {
				t.Dial()
				t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
			},
		},
		{
			Name: "a client in the middle of a request keeps no other waiting", Means: "Half a request is kept with its client; the loop goes on.",
			Run: func(t *T) {
				slow, request := t.Dial(), cmd("ECHO", "hello")
				slow.Send(request[:12])
				t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
				slow.Send(request[12:])
				slow.Expect(bulk("hello"))
			},
		},
		{
			Name: "replies go to who has asked", Means: "What is read and what is written belong to one connection.",
			Run: func(t *T) {
				a, b := t.Dial(), t.Dial()
				a.Send(cmd("ECHO", "for a"))
				b.Send(cmd("ECHO", "for b"))
				b.Expect(bulk("for b"))
				a.Expect(bulk("for a"))
			},
		},
		{
			Name: "fifty clients are served at once", Means: "One loop watches all connections.",
			Run: func(t *T) {
				var all []*conformance.Conn
				for range 50 {
					all = append(all, t.Dial())
				}
				for _, c := range all {
					c.Exchange(cmd("PING"), "+PONG\r\n")
				}
			},
		},
		{
			Name: "a client that leaves ends nobody else", Means: "An end or an error of one connection closes that one.",
			Run: func(t *T) {
				stays := t.Dial()
				stays.Exchange(cmd("PING"), "+PONG\r\n")
				inOrder := t.Dial()
				inOrder.Exchange(cmd("PING"), "+PONG\r\n")
				inOrder.Close()
				inTheMiddle := t.Dial()
				inTheMiddle.Exchange(cmd("PING"), "+PONG\r\n")
				inTheMiddle.Send(cmd("ECHO", "hello")[:12])
				stays.Exchange(cmd("PING"), "+PONG\r\n") // the half has been read by now: what comes next is an error
				inTheMiddle.Reset()
				stays.Exchange(cmd("PING"), "+PONG\r\n")
				t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
			},
		},
		{
			Name: "what is no request ends nobody else", Means: "A browser, a scanner, an empty line: they may be refused, or not understood, and the server goes on.",
			Run: func(t *T) {
				for _, nonsense := range []string{"\r\n", "*0\r\n", "hello\r\n", "*abc\r\n", "*1\r\n$-1\r\n", "*1\r\n:1\r\n", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00"} {
					c := t.Dial()
					c.Send(nonsense)
					t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
					c.Close()
				}
				t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
			},
		},
		{
			Name: "a large reply comes whole, though its client reads late", Means: "A write may take only a part of a reply: the rest is kept, and sent when the socket takes more.",
			Run: largeReplyReadLate,
		},
	}))
}

// largeReplyReadLate asks for more than the kernel keeps for a client that does not read, and
// begins to read when the server has begun to write. A server that copies what it has at each
// read takes its time until then.
func largeReplyReadLate(t *T) {
	c, argument := t.Dial(), numbered(6<<20)
	c.SlowReader()
	c.Send(cmd("ECHO", argument))
	for range 10 {
		if c.Begins() {
			break
		}
	}
	c.Expect(bulk(argument))
	c.Exchange(cmd("PING"), "+PONG\r\n")
}

// coreStore is chapter 3's.
func coreStore() list {
	const notATime, notANumber = "ERR invalid expire time in 'set' command", "ERR value is not an integer or out of range"
	set := in(3, lesson3Set, core(list{
		{Name: "SET stores, and GET finds it", Means: "A value is kept under its key.", Run: session("SET @k hello", done, "GET @k", bulk("hello"))},
		{Name: "GET of a key that there is not is null", Means: "Null is $-1: not an empty string, and no error.", Run: session("GET @nosuch", nilBulk)},
		{Name: "SET puts a new value in the place of the old one", Means: "A key has one value.", Run: session("SET @k one", done, "SET @k two", done, "GET @k", bulk("two"))},
		{
			Name: "a value does not change when the next request comes", Means: "The buffer that a request came in is used again: what is stored is a copy.",
			Run: session("SET @k aaaaaaaaaa", done, "SET @l bbbbbbbbbb", done, "ECHO cccccccccccccccccccc", bulk("cccccccccccccccccccc"), "GET @k", bulk("aaaaaaaaaa")),
		},
		{Name: "k and K are two keys", Means: "A command's name may be in any case; a key is bytes.", Run: session("SET @k lower", done, "SET @K upper", done, "GET @k", bulk("lower"), "GET @K", bulk("upper"))},
		{
			Name: "a value keeps every byte", Means: "Values are bytes: zeros, spaces and line breaks too.",
			Run: func(t *T) {
				c, key := t.Dial(), newKeys().key("k")
				c.Exchange(cmd("SET", key, everyValue), done)
				c.Exchange(cmd("GET", key), bulk(everyValue))
			},
		},
		{Name: "all clients see the same keys", Means: "There is one store for all connections.", Run: scene("A> SET @k hello", done, "B> GET @k", bulk("hello"))},
		{Name: "TTL of a key without a time limit is -1, of none -2", Means: "Both are integers.", Run: session("SET @k v", done, "TTL @k", noTTL, "TTL @nosuch", noKey)},
		{Name: "SET with EX sets a time limit in seconds", Means: "TTL counts down from there.", Run: timeToLive("SET @k v EX 100", 98, 100)},
		{Name: "SET's options may be in any case", Means: "ex is EX.", Run: timeToLive("SET @k v ex 100", 98, 100)},
		{Name: "SET with PX sets it in milliseconds", Means: "TTL answers seconds, rounded.", Run: timeToLive("SET @k v PX 100000", 98, 100)},
		{Name: "when its time is over a key is gone", Means: "GET answers null from then on, and TTL -2.", Run: isGoneInTime("SET @k v PX 150")},
		{Name: "SET without EX ends a time limit", Means: "The new value has none.", Run: session("SET @k v EX 100", done, "SET @k w", done, "TTL @k", noTTL)},
		{
			Name: "SET with a time that is none is refused, and stores nothing", Means: "A time is a positive integer; a word more is a syntax error.",
			Run: session("SET @k v EX 0", anyError(notATime), "SET @k v EX -1", anyError(notATime), "SET @k v EX ten", anyError(notANumber), "SET @k v EX", anyError("ERR syntax error"), "SET @k v NOSUCH", anyError("ERR syntax error"), "GET @k", nilBulk),
		},
	}))
	expire := in(3, lesson3Expire, core(list{
		{Name: "DEL deletes keys, and says how many there were", Means: "One that there is not does not count.", Run: session("SET @a 1", done, "SET @b 2", done, "DEL @a @b @nosuch", ":2\r\n", "GET @a", nilBulk, "DEL @a", zero)},
		{Name: "EXPIRE gives a key a time limit", Means: "1 says that the key is there, 0 that it is not.", Run: session("SET @k v", done, "EXPIRE @k 100", one, "TTL @k", ":100\r\n", "EXPIRE @nosuch 100", zero)},
		{Name: "EXPIRE with a time that is over deletes the key", Means: "A negative time lies in the past.", Run: session("SET @k v", done, "EXPIRE @k -1", one, "GET @k", nilBulk)},
		{Name: "what has expired is not deleted again", Means: "For a client an expired key is none, whether its memory is freed or not.", Run: expiredCountsNot},
		{Name: "a key that has expired can be set again", Means: "Nothing is left of the old time limit.", Run: setAfterExpiry},
	}))
	evict := in(3, lesson3Evict, core(list{
		{Name: "with maxkeys 10 there are never more than ten keys", Means: "A key goes for each that is added beyond; the newest one stays.", NotRedis: ownMaxkeys, Args: []string{"--maxkeys", "10"}, Run: atMostTen},
		{Name: "an overwrite evicts nothing", Means: "No key is added, so none must go.", NotRedis: ownMaxkeys, Args: []string{"--maxkeys", "10"}, Run: overwriteEvicts},
	}))
	return concat(set, expire, evict)
}

func concat(lists ...list) (all list) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func timeToLive(request string, low, high int64) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		converse(t, c, own, request, done)
		within(t, c, own.cmd("TTL @k"), low, high)
	}
}

// isGoneInTime expects that a key is there at first, and null within the patience.
func isGoneInTime(request string) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		converse(t, c, own, request, done)
		awaitNull(t, c, own.cmd("GET @k"))
		converse(t, c, own, "TTL @k", noKey)
	}
}

// awaitNull asks until the answer is null.
func awaitNull(t *T, c *conformance.Conn, request string) {
	t.Until("the key is gone, and GET answers null", func() bool {
		c.Send(request)
		return c.Reply().Null
	})
}

func expiredCountsNot(t *T) {
	c, own := t.Dial(), newKeys()
	converse(t, c, own, "SET @k v PX 40", done, "SET @watched v PX 50", done)
	awaitNull(t, c, own.cmd("GET @watched"))
	converse(t, c, own, "DEL @k", zero, "EXPIRE @k 10", zero, "TTL @k", noKey)
}

func setAfterExpiry(t *T) {
	c, own := t.Dial(), newKeys()
	converse(t, c, own, "SET @k old PX 40", done)
	awaitNull(t, c, own.cmd("GET @k"))
	converse(t, c, own, "SET @k new", done, "TTL @k", noTTL, "GET @k", bulk("new"))
}

func atMostTen(t *T) {
	c, there := t.Dial(), 0
	for i := range 30 {
		key := "k" + string(rune('a'+i))
		converse(t, c, plain, "SET "+key+" v", done, "GET "+key, bulk("v"))
	}
	for i := range 30 {
		c.Send(cmd("GET", "k"+string(rune('a'+i))))
		if !c.Reply().Null {
			there++
		}
	}
	require.LessOrEqual(t, there, 10, "of 30 keys that were set under maxkeys 10 so many are there")
}

func overwriteEvicts(t *T) {
	c := t.Dial()
	for i := range 10 {
		converse(t, c, plain, "SET k"+string(rune('a'+i))+" v", done)
	}
	for range 20 {
		converse(t, c, plain, "SET ka w", done)
	}
	for i := 1; i < 10; i++ {
		converse(t, c, plain, "GET k"+string(rune('a'+i)), bulk("v"))
	}
}
