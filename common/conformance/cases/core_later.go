// core_later.go: the core tier of chapters 4 to 8.

package cases

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

// corePipeline is chapter 4's.
func corePipeline() list {
	pipelined := in(4, lesson4Pipelining, core(list{
		{Name: "two requests in one packet are both answered", Means: "What is left of a read when a request is executed is the next request.", Run: together(cmd("PING")+cmd("ECHO", "a"), "+PONG\r\n"+bulk("a"))},
		{Name: "a thousand requests in one packet are answered in their order", Means: "A pipeline may be longer than a read.", Run: thousand},
		{Name: "a request and a half in one packet are both answered", Means: "The half stays until the rest comes.", Run: oneAndAHalf},
		{Name: "an error in the middle of a pipeline stops nothing", Means: "Each request has its own reply.", Run: together(cmd("PING")+cmd("NOSUCH")+cmd("PING"), "+PONG\r\n"+unknown("NOSUCH")+"+PONG\r\n")},
		{Name: "what a client reads late comes whole", Means: "A write may take only a part of the replies: the rest is kept, and sent when the socket takes more.", Run: readLate},
	}))
	log := in(4, lesson4AOF, core(list{
		{Name: "with appendonly a key is there again after kill -9", Means: "A write is in the file before it is answered; the file is executed at the start.", Run: survives("SET a 1", done, "SET b 2", done, "SET a 3", done)},
		{Name: "what was deleted stays deleted", Means: "Every command that changes something is in the log, not SET alone.", Run: survives("SET a 1", done, "SET b 2", done, "DEL a", one)},
		{Name: "a value in the log keeps every byte", Means: "The log is requests as they came over the wire: nothing in it is split at spaces or lines.", Run: survivesBytes},
		{Name: "a time limit goes on while the server is down", Means: "The log has the time at which a key ends, not how long it has left.", Run: survivesTime},
		{Name: "what is written after a restart stands behind what was there", Means: "The file is opened to append: a start does not begin it anew, nor write over its beginning.", Run: survivesRestarts},
		{Name: "a log that ends in half a command is loaded up to there", Means: "A kill may leave the last command without its end: what stands before it is good.", Run: survivesTear},
		{Name: "BGREWRITEAOF loses nothing", Means: "The shorter log gives the same data, with what was written meanwhile.", Run: survivesRewrite},
	}))
	return concat(pipelined, log)
}

// together sends requests in one packet and expects their replies.
func together(send, want string) func(*T) {
	return func(t *T) { t.Dial().Exchange(send, want) }
}

func thousand(t *T) {
	var send, want strings.Builder
	for i := range 1000 {
		send.WriteString(cmd("ECHO", strconv.Itoa(i)))
		want.WriteString(bulk(strconv.Itoa(i)))
	}
	c := t.Dial()
	t.Go(func() { c.Send(send.String()) })
	c.Expect(want.String())
}

func oneAndAHalf(t *T) {
	c, second := t.Dial(), cmd("ECHO", "the second")
	c.Exchange(cmd("PING")+second[:15], "+PONG\r\n")
	c.Exchange(second[15:], bulk("the second"))
}

// readLate sends requests for as long as the server takes them, or for 24 MB, and only then
// reads the replies. Each is another one, so that a lost or doubled piece shows.
func readLate(t *T) {
	c := t.Dial()
	c.SlowReader()
	const n = 384
	reply := func(i int) string { return strings.Repeat(strconv.Itoa(100+i), 64<<10/3) }
	t.Go(func() {
		for i := range n {
			c.Send(cmd("ECHO", reply(i)))
		}
	})
	last, since := int64(-1), time.Now()
	t.Until("all is sent, or the server takes no more", func() bool {
		if taken := c.Taken(); taken != last {
			last, since = taken, time.Now()
		}
		return time.Since(since) > 50*time.Millisecond
	})
	for i := range n {
		c.Expect(bulk(reply(i)))
	}
}

// withLog starts servers with a log, one after another, on the same directory. They sync before
// they reply: with everysec what comes during a sync may wait for its end, and a kill loses it.
func withLog(t *T) *disk { return newDisk(t, "--appendonly", "yes", "--appendfsync", "always") }

// again kills a server and starts another one.
func (d *disk) again(s *harness.Server) *conformance.Conn {
	s.Kill()
	_, c := d.start()
	return c
}

// survives goes through a session and expects that its keys a and b are the same after
// kill -9.
func survives(steps ...string) func(*T) {
	return func(t *T) {
		d := withLog(t)
		s, c := d.start()
		converse(t, c, plain, steps...)
		a, b := c.Call("GET", "a"), c.Call("GET", "b")
		c = d.again(s)
		for key, before := range map[string]string{"a": a.Text, "b": b.Text} {
			after := c.Call("GET", key)
			require.Equal(t, before, after.Text, "GET %s, before kill -9 and after the restart", key)
		}
	}
}

func survivesBytes(t *T) {
	d := withLog(t)
	s, c := d.start()
	c.Exchange(cmd("SET", "a b\r\n", everyValue), done)
	d.again(s).Exchange(cmd("GET", "a b\r\n"), bulk(everyValue))
}

// survivesRestarts writes once at the first start, and once at the second.
func survivesRestarts(t *T) {
	d := withLog(t)
	s, c := d.start()
	converse(t, c, plain, "SET a 1", done)
	s.Kill()
	s, c = d.start()
	converse(t, c, plain, "SET b 2", done)
	converse(t, d.again(s), plain, "GET a", bulk("1"), "GET b", bulk("2"))
}

// survivesTear takes the end of the last command away.
func survivesTear(t *T) {
	const last = "the_last_value"
	d := withLog(t)
	s, c := d.start()
	converse(t, c, plain, "SET a 1", done, "SET b "+last, done)
	s.Kill()
	d.tear(last)
	_, c = d.start()
	converse(t, c, plain, "GET a", bulk("1"), "GET b", nilBulk)
}

// tear cuts off what stands in a log from the middle of these bytes on.
func (d *disk) tear(from string) {
	torn := false
	err := filepath.WalkDir(d.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if i := strings.LastIndex(string(text), from); i >= 0 {
			torn = true
			return os.Truncate(path, int64(i+len(from)/2))
		}
		return nil
	})
	require.NoError(d.t, err)
	require.True(d.t, torn, "no file of the server's has %q, which was set", from)
}

// survivesTime asks first for the key whose time was over: a server that gives it all of its time
// again is only found out while that lasts. Where the start took as long it tries a longer time.
func survivesTime(t *T) {
	for life := 250 * time.Millisecond; ; life *= 2 {
		d := withLog(t)
		s, c := d.start()
		short := "SET short v PX " + strconv.FormatInt(life.Milliseconds(), 10)
		converse(t, c, plain, "SET long v EX 1000", done, short, done, "SET later v", done, "EXPIRE later 500", one)
		s.Kill() // before it can log that the key is over
		for over := time.Now().Add(life + 10*time.Millisecond); time.Now().Before(over); {
			passes(t, min(time.Now().UnixMilli()+500, over.UnixMilli())) // no wait may be longer than the patience
		}
		began := time.Now()
		_, c = d.start()
		converse(t, c, plain, "GET short", nilBulk)
		took := time.Since(began)
		within(t, c, cmd("TTL", "long"), 900, 1000)
		within(t, c, cmd("TTL", "later"), 400, 500)
		if took < life || life > 2*time.Second {
			return
		}
	}
}

func survivesRewrite(t *T) {
	d := withLog(t)
	s, c := d.start()
	for i := range 60 { // each is synced before its reply: more would take their time
		converse(t, c, plain, "SET k"+strconv.Itoa(i%20)+" "+strconv.Itoa(i), done)
	}
	require.False(t, c.Call("BGREWRITEAOF").IsError(), "BGREWRITEAOF is an error")
	converse(t, c, plain, "SET after rewrite", done)
	c = d.again(s)
	for i := range 20 {
		converse(t, c, plain, "GET k"+strconv.Itoa(i), bulk(strconv.Itoa(40+i)))
	}
	converse(t, c, plain, "GET after", bulk("rewrite"))
}

// coreObjects is chapter 5's and 6's.
func coreObjects() list {
	counts := in(5, lesson5Objects, core(list{
		{Name: "INCR counts from nothing", Means: "A key that there is not counts as 0.", Run: session("INCR @n", one, "INCR @n", ":2\r\n", "GET @n", bulk("2"))},
		{Name: "INCR counts on from what was SET", Means: "A string of digits is a number, too.", Run: session("SET @n 41", done, "INCR @n", ":42\r\n", "SET @n -1", done, "INCR @n", zero)},
		{Name: "INCR of what is no number is an error, and changes nothing", Means: "007 and 1.5 are strings, not integers.", Run: session(
			"SET @n ten", done, "INCR @n", noInteger, "SET @n 007", done, "INCR @n", noInteger, "GET @n", bulk("007"),
		)},
		{Name: "INCR beyond the largest number is an error", Means: "A number has 64 bits; it does not begin again at the other end.", Run: session("SET @n "+most, done, "INCR @n", overflow, "GET @n", bulk(most))},
		{Name: "INCR keeps the time limit", Means: "The value is changed in its place.", Run: func(t *T) {
			c, own := t.Dial(), newKeys()
			converse(t, c, own, "SET @k 1 EX 100", done, "INCR @k", ":2\r\n")
			within(t, c, own.cmd("TTL @k"), 98, 100)
		}},
		{Name: "OBJECT ENCODING tells how a string is kept", Means: "A number as int, up to 44 bytes as embstr, more as raw.", Run: session(
			"SET @a 12345", done, "OBJECT ENCODING @a", bulk("int"), "SET @b "+strings.Repeat("x", 44), done, "OBJECT ENCODING @b", bulk("embstr"),
			"SET @c "+strings.Repeat("x", 45), done, "OBJECT ENCODING @c", bulk("raw"),
		)},
		{Name: "TYPE tells what a key holds", Means: "A simple string; none where there is no key.", Run: session("SET @a 1", done, "TYPE @a", "+string\r\n", "TYPE @nosuch", "+none\r\n")},
	}))
	inform := in(5, lesson5Info, core(list{
		{Name: "INFO counts the keys of a database", Means: "A bulk string of lines name:value; db0:keys=1,... in the section Keyspace.", Own: true, Run: func(t *T) {
			c := t.Dial()
			converse(t, c, plain, "SET a 1", done, "SET b 2", done, "SET a 3", done)
			require.Contains(t, c.Call("INFO").Text, "db0:keys=2,", "INFO, after SET of a, b and a again")
		}},
		{Name: "under allkeys-random the number of keys holds", Means: "As with the first policy, but any key may go.", NotRedis: ownMaxkeys, Args: []string{"--maxkeys", "10", "--maxmemory-policy", "allkeys-random"}, Run: atMostTen},
		{Name: "one key goes for one that comes", Means: "Who makes more room than is needed throws away what could have been found.", NotRedis: ownMaxkeys, Args: []string{"--maxkeys", "10", "--maxmemory-policy", "allkeys-random"}, Run: exactlyTen},
	}))
	lru := in(5, lesson5LRU, core(list{
		{Name: "GET of no key is no error under allkeys-lru", Means: "There is nothing whose time of use could be noted.", NotRedis: ownMaxkeys, Args: []string{"--maxkeys", "10", "--maxmemory-policy", "allkeys-lru"}, Run: func(t *T) {
			converse(t, t.Dial(), plain, "GET nosuch", nilBulk, "SET a 1", done, "GET a", bulk("1"))
		}},
		{Name: "under allkeys-lru the keys that are used stay", Means: "A key that was not used for a second goes before one that was.", NotRedis: ownMaxkeys, Args: []string{"--maxkeys", "400", "--maxmemory-policy", "allkeys-lru"}, Run: usedStay},
		{Name: "under allkeys-lru the number of keys holds", Means: "The key goes that was not used for longest, of a few that are looked at.", NotRedis: ownMaxkeys, Args: []string{"--maxkeys", "10", "--maxmemory-policy", "allkeys-lru"}, Run: atMostTen},
	}))
	memory := in(6, lesson6Limit, core(list{
		{Name: "INFO tells how much memory is in use, and it grows with what is stored", Means: "used_memory in the section Memory counts every byte.", Own: true, Run: func(t *T) {
			c := t.Dial()
			before := usedMemory(t, c)
			c.Exchange(cmd("SET", "k", strings.Repeat("x", 1<<20)), done)
			require.Greater(t, usedMemory(t, c), before+1<<19, "used_memory, after SET of a megabyte")
			converse(t, c, plain, "DEL k", one)
			t.Until("after DEL of it used_memory is what it was, but for half a megabyte", func() bool { return usedMemory(t, c) < before+1<<19 })
		}},
		{Name: "above maxmemory with noeviction writes are refused, reads are not", Means: "-OOM for what may need more memory.", Args: []string{"--maxmemory", "20mb"}, Run: func(t *T) {
			c := t.Dial()
			require.True(t, storeForty(c), "20 MB are the limit, and 40 MB were stored")
			storeUntilRefused(t, c)
			converse(t, c, plain, "GET k0", bulk(strings.Repeat("x", 100_000)), "DEL k0", one)
		}},
		{Name: "above maxmemory with allkeys-lru keys go and writes go on", Means: "Memory in use comes down to the limit before each write.", Args: []string{"--maxmemory", "20mb", "--maxmemory-policy", "allkeys-lru"}, Run: func(t *T) {
			c := t.Dial()
			require.False(t, storeForty(c), "a write is refused, though keys may go")
			require.Less(t, usedMemory(t, c), int64(21<<20), "used_memory, with maxmemory 20mb")
		}},
	}))
	return concat(counts, inform, lru, memory)
}

// exactlyTen sets a key more than there may be.
func exactlyTen(t *T) {
	c, there := t.Dial(), 0
	for i := range 11 {
		converse(t, c, plain, "SET k"+strconv.Itoa(i)+" v", done)
	}
	for i := range 11 {
		c.Send(cmd("GET", "k"+strconv.Itoa(i)))
		if !c.Reply().Null {
			there++
		}
	}
	require.Equal(t, 10, there, "of 11 keys that were set under maxkeys 10 so many are there")
}

// usedStay has a quarter of the keys used a second after the rest, and adds as many. By chance
// some twenty of those that are used would go; of three samples one or two.
func usedStay(t *T) {
	c := t.Dial()
	for i := range 400 {
		converse(t, c, plain, "SET k"+strconv.Itoa(i)+" v", done)
	}
	for range 2 { // a wait may be as long as the patience, and clocks may count seconds
		passes(t, time.Now().Add(550*time.Millisecond).UnixMilli())
	}
	for i := 300; i < 400; i++ {
		converse(t, c, plain, "GET k"+strconv.Itoa(i), bulk("v"))
	}
	for i := range 100 {
		converse(t, c, plain, "SET new"+strconv.Itoa(i)+" v", done)
	}
	left := 0
	for i := 300; i < 400; i++ {
		c.Send(cmd("GET", "k"+strconv.Itoa(i)))
		if !c.Reply().Null {
			left++
		}
	}
	require.GreaterOrEqual(t, left, 92, "keys that were used, of 100, after 100 of 400 keys were evicted")
}

// storeUntilRefused adds small keys until one is refused: then memory in use is above the limit without the
// request for a large one.
func storeUntilRefused(t *T, c *conformance.Conn) {
	value := strings.Repeat("x", 100)
	for i := range 5000 {
		if c.Call("SET", "small"+strconv.Itoa(i), value).IsError() {
			return
		}
	}
	require.Fail(t, "a large write is refused, and 5000 small ones that need as much are not")
}

// storeForty stores 40 MB, and reports whether that was refused somewhere.
func storeForty(c *conformance.Conn) (refused bool) {
	value := strings.Repeat("x", 100_000)
	for i := range 400 {
		if c.Call("SET", "k"+strconv.Itoa(i), value).IsError() {
			return true
		}
	}
	return false
}

// coreTransactions is chapter 7's.
func coreTransactions() list {
	ends := in(7, lesson7Shutdown, core(list{
		{Name: "SIGTERM ends the server in order, with exit code 0", Means: "The loop ends its turn, writes what is to be written, and closes.", Own: true, Run: func(t *T) {
			c, s := t.Dial(), t.Server()
			c.Exchange(cmd("PING"), "+PONG\r\n")
			require.NoError(t, s.Signal(syscall.SIGTERM))
			require.Zero(t, s.ExitCode(), "the exit code")
		}},
		{Name: "nothing that was answered before SIGTERM is lost", Means: "What waits to be written to the log is written at the end.", Run: func(t *T) {
			d := withLog(t)
			s, c := d.start()
			for i := range 100 {
				converse(t, c, plain, "SET k"+strconv.Itoa(i)+" v", done)
			}
			require.NoError(t, s.Signal(syscall.SIGTERM))
			s.ExitCode()
			_, c = d.start()
			for i := range 100 {
				converse(t, c, plain, "GET k"+strconv.Itoa(i), bulk("v"))
			}
		}},
	}))
	transactions := in(7, lesson7Transactions, core(list{
		{Name: "commands between MULTI and EXEC are queued, and run at EXEC", Means: "EXEC answers an array of their replies.", Run: session("MULTI", done, "SET @k 1", queued, "INCR @k", queued, "EXEC", array(done, ":2\r\n"), "GET @k", bulk("2"))},
		{Name: "nobody sees a transaction before EXEC", Means: "What is queued has not run.", Run: scene("A> MULTI", done, "A> SET @k 1", queued, "B> GET @k", nilBulk, "A> EXEC", array(done), "B> GET @k", bulk("1"))},
		{Name: "a client in a transaction keeps nobody else from writing", Means: "A queue belongs to one connection.", Run: scene("A> MULTI", done, "A> INCR @n", queued, "B> INCR @n", one, "A> EXEC", array(":2\r\n"))},
		{Name: "DISCARD drops what is queued", Means: "Nothing of it runs, and the connection goes on.", Run: session("SET @k 1", done, "MULTI", done, "SET @k 2", queued, "DISCARD", done, "GET @k", bulk("1"))},
		{Name: "EXEC and DISCARD without MULTI are errors", Means: "There is nothing that they could end.", Run: session("EXEC", anyError("ERR EXEC without MULTI"), "DISCARD", anyError("ERR DISCARD without MULTI"))},
		{Name: "MULTI inside of MULTI is an error, and the queue stays", Means: "Transactions do not nest.", Run: session("MULTI", done, "SET @k 1", queued, "MULTI", anyError("ERR MULTI calls can not be nested"), "EXEC", array(done))},
		{Name: "a command that fails in EXEC stops no other", Means: "There is no rollback: its error stands in the array.", Run: session("SET @t a", done, "MULTI", done, "INCR @t", queued, "SET @k 1", queued, "EXEC", array(noInteger, done), "GET @k", bulk("1"))},
		{Name: "a command that cannot be queued makes EXEC refuse all", Means: "An unknown command, or a wrong number of arguments: EXECABORT.", Run: session(
			"MULTI", done, "NOSUCH", anyError("ERR unknown command"), "SET @k 1", queued, "EXEC", anyError("EXECABORT"), "GET @k", nilBulk,
			"MULTI", done, "SET @k", anyError("ERR wrong number"), "EXEC", anyError("EXECABORT"),
		)},
		{Name: "WATCH: EXEC is null if somebody else has changed the key", Means: "Then nothing runs; a null array.", Run: scene("A> SET @k 1", done, "A> WATCH @k", done, "B> SET @k 2", done, "A> MULTI", done, "A> SET @k 3", queued, "A> EXEC", "*-1\r\n", "B> GET @k", bulk("2"))},
		{Name: "WATCH: a key whose time runs out has changed", Means: "Time is somebody else, too.", Run: func(t *T) {
			a, own := t.Dial(), newKeys()
			a.Exchange(own.cmd("SET @k v PX 100")+own.cmd("WATCH @k"), done+done)
			awaitNull(t, t.Dial(), own.cmd("GET @k"))
			converse(t, a, own, "MULTI", done, "PING", queued, "EXEC", "*-1\r\n")
		}},
		{Name: "WATCH: EXEC runs if nobody has", Means: "And what was watched is forgotten.", Run: scene("A> WATCH @k", done, "A> MULTI", done, "A> SET @k 1", queued, "A> EXEC", array(done), "B> SET @k 2", done, "A> MULTI", done, "A> EXEC", emptyList)},
	}))
	return concat(ends, transactions)
}

// coreTypes is chapter 8's.
func coreTypes() list {
	long := strings.Repeat("longer-than-before-", 20)
	lists := in(8, lesson8Lists, core(list{
		{Name: "a list is pushed to and popped from at both ends", Means: "The first one pushed at the left stands rightmost of those.", Run: session("RPUSH @l b c", ":2\r\n", "LPUSH @l a", ":3\r\n", "LRANGE @l 0 -1", bulks("a b c"), "LPOP @l", bulk("a"), "RPOP @l", bulk("c"), "LLEN @l", one)},
		{Name: "a list whose last element is popped is no key any more", Means: "There are no empty collections.", Run: session("RPUSH @l a", one, "LPOP @l", bulk("a"), "EXISTS @l", zero, "LPOP @l", nilBulk)},
		{Name: "indexes count from the end if they are negative", Means: "-1 is the last one; a range beyond the ends is cut.", Run: session("RPUSH @l a b c", ":3\r\n", "LINDEX @l -1", bulk("c"), "LINDEX @l 9", nilBulk, "LRANGE @l -2 99", bulks("b c"), "LRANGE @l 5 9", emptyList)},
		{Name: "BLPOP waits until somebody pushes", Means: "The client waits, the server does not.", Run: func(t *T) {
			own, waits, pushes := newKeys(), t.Dial(), t.Dial()
			waits.Send(own.cmd("BLPOP @l 0"))
			waits.ExpectSilence(20 * time.Millisecond)
			converse(t, pushes, own, "PING", "+PONG\r\n", "RPUSH @l a", one)
			waits.Expect(array(bulk(own.key("l")), bulk("a")))
			converse(t, pushes, own, "EXISTS @l", zero)
		}},
		{Name: "who waits longest is served first", Means: "Clients that wait for a list stand in a queue.", Run: func(t *T) {
			own, first, second, pushes := newKeys(), t.Dial(), t.Dial(), t.Dial()
			for _, c := range []*conformance.Conn{first, second} {
				c.Send(own.cmd("BLPOP @l 0"))
				c.ExpectSilence(20 * time.Millisecond)
				converse(t, pushes, own, "PING", "+PONG\r\n")
			}
			converse(t, pushes, own, "RPUSH @l a b", ":2\r\n")
			first.Expect(array(bulk(own.key("l")), bulk("a")))
			second.Expect(array(bulk(own.key("l")), bulk("b")))
		}},
		{Name: "an element of a list may become longer", Means: "What stands behind it moves, and is found from both ends.", Run: session("RPUSH @l a b c", ":3\r\n", "LSET @l 1 "+long, done, "LINDEX @l -2", bulk(long), "LRANGE @l 0 -1", bulks("a "+long+" c"), "RPOP @l", bulk("c"), "RPOP @l", bulk(long), "RPOP @l", bulk("a"))},
		{Name: "a command for another type is WRONGTYPE", Means: "A key holds one type; it is left as it is.", Run: session("SET @k v", done, "LPUSH @k a", wrongType, "SADD @k a", wrongType, "GET @k", bulk("v"), "RPUSH @l a", one, "GET @l", wrongType, "INCR @l", wrongType)},
	}))
	others := in(8, lesson8Sets, core(list{
		{Name: "a set has each member once", Means: "SADD counts those that are new.", Run: session("SADD @s a b a", ":2\r\n", "SADD @s b", zero, "SCARD @s", ":2\r\n", "SISMEMBER @s a", one, "SISMEMBER @s c", zero, "SREM @s a c", one)},
		{Name: "a set of integers is an intset, until another word comes", Means: "OBJECT ENCODING tells.", Run: session("SADD @s 3 1 2", ":3\r\n", "OBJECT ENCODING @s", bulk("intset"), "SMEMBERS @s", bulks("1 2 3"), "SADD @s a", one, "OBJECT ENCODING @s", bulk("hashtable"))},
		{Name: "a set of integers is in their order, negative ones too", Means: "All have the width of the widest; one that is wider changes them all.", Run: session("SADD @s -5 7 -300", ":3\r\n", "SISMEMBER @s -5", one, "SMEMBERS @s", bulks("-300 -5 7"), "SADD @s -5000000000", one, "SMEMBERS @s", bulks("-5000000000 -300 -5 7"), "SISMEMBER @s -300", one)},
		{Name: "sets are intersected", Means: "What is in both.", Run: session("SADD @a 1 2 3", ":3\r\n", "SADD @b 2 3 4", ":3\r\n", "SINTER @a @b", bulks("2 3"), "SINTERSTORE @c @a @b", ":2\r\n", "SCARD @c", ":2\r\n")},
		{Name: "a hash has a value for each field", Means: "HSET counts the fields that are new.", Run: session("HSET @h a 1 b 2", ":2\r\n", "HSET @h a 3", zero, "HGET @h a", bulk("3"), "HGET @h c", nilBulk, "HLEN @h", ":2\r\n", "HDEL @h a c", one, "HGETALL @h", bulks("b 2"))},
	}))
	sorted := in(8, lesson8Places, core(list{
		{Name: "a sorted set is in the order of its scores", Means: "And by name where these are alike.", Run: session("ZADD @z 3 c 1 a 2 b 1 A", ":4\r\n", "ZRANGE @z 0 -1", bulks("A a b c"), "ZSCORE @z c", bulk("3"), "ZRANK @z b", ":2\r\n", "ZADD @z 0 c", zero, "ZRANGE @z 0 0 WITHSCORES", bulks("c 0"))},
		{Name: "a place is found again by its distance", Means: "Two coordinates are one number of 52 bits: a score.", Run: session("GEOADD @g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", ":2\r\n", "GEODIST @g Palermo Catania km", bulk("166.2742"), "GEOSEARCH @g FROMLONLAT 15 37 BYRADIUS 100 km", bulks("Catania"))},
	}))
	strs := in(8, lesson8Strings, core(list{
		{Name: "a string grows at its end and is cut into parts", Means: "APPEND makes room to grow: it does not copy each time.", Run: session("APPEND @k hello", ":5\r\n", "APPEND @k _world", ":11\r\n", "GETRANGE @k 0 4", bulk("hello"), "GETRANGE @k -5 -1", bulk("world"), "STRLEN @k", ":11\r\n")},
		{Name: "a gap in a string is zeros", Means: "Nothing shows of what stood there when the string was longer.", Run: session("SET @k abcdef", done, "SET @k a", done, "SETRANGE @k 3 x", ":4\r\n", "GET @k", bulk("a\x00\x00x"))},
		{Name: "a string is an array of bits", Means: "Bit 0 is the highest one of the first byte.", Run: session("SETBIT @k 1 1", zero, "SETBIT @k 7 1", zero, "GET @k", bulk("A"), "GETBIT @k 1", one, "BITCOUNT @k", ":2\r\n")},
	}))
	counted := in(8, "HyperLogLog and cardinality estimation", core(list{
		{Name: "PFMERGE counts what is in several once", Means: "Of two registers the higher one is kept.", Run: session("PFADD @a 1 2 3 4", one, "PFADD @b 3 4 5 6", one, "PFMERGE @c @a @b", done, "PFCOUNT @c", ":6\r\n", "PFCOUNT @a @b", ":6\r\n")},
		{Name: "PFCOUNT tells how many different things were added", Means: "Nearly, in 12 KB at most; of few exactly.", Run: session("PFADD @h a b c a", one, "PFADD @h a", zero, "PFCOUNT @h", ":3\r\n")},
	}))
	lfu := in(8, lesson8LFU, core(list{
		{Name: "OBJECT FREQ counts uses under an LFU policy", Means: "A new key begins at 5, so that it does not go at once.", Args: []string{"--maxmemory-policy", "allkeys-lfu"}, Run: func(t *T) {
			converse(t, t.Dial(), plain, "SET k v", done, "OBJECT FREQ k", ":5\r\n")
		}},
	}))
	return concat(lists, others, sorted, strs, counted, lfu)
}
