// ch04_aof_restart.go: the data is there again: after an orderly end, and after kill -9 at any moment.

package cases

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// aofRestart is that the data is there again: after an orderly end, and after
// kill -9 at any moment.
func aofRestart() list {
	rows := list{
		{Name: "kept over kill -9: SET", Run: kept("SET a 1", done, "SET b 2", done, "SET a 3", done)},
		{Name: "kept over kill -9: SET with every kind of time", Run: kept(
			"SET a 1 EX 1000", done, "SET b 1 PX 1000000", done, "SET c 1 EXAT "+year2100, done, "SET d 1 PXAT "+year2100+"001", done,
			"SET e 1 EX 1000", done, "SET e 2 KEEPTTL", done, "SET f 1 EX 1000", done, "SET f 2", done,
		)},
		{Name: "kept over kill -9: SET NX, XX and GET", Run: kept(
			"SET a 1 NX", done, "SET a 2 NX", nilBulk, "SET b 1 XX", nilBulk, "SET a 3 XX GET", bulk("1"), "SET c 1 GET", nilBulk,
			"SET c 2 NX GET", bulk("1"), "SET d 1 EX 1000 NX", done, "SET d 2 GET KEEPTTL", bulk("1"),
		)},
		{Name: "kept over kill -9: DEL and UNLINK", Run: kept("SET a 1", done, "SET b 2", done, "SET c 3", done, "SET d 4", done, "DEL a nosuch", one, "UNLINK b c b", ":2\r\n")},
		{Name: "kept over kill -9: EXPIRE and its like", Run: kept(
			"SET a 1", done, "EXPIRE a 1000", one, "SET b 1", done, "PEXPIRE b 1000000", one, "SET c 1", done, "EXPIREAT c "+year2100, one,
			"SET d 1", done, "PEXPIREAT d "+year2100+"001", one, "EXPIRE d 1000 GT", zero, "EXPIRE d 1000 LT", one, "EXPIRE d 2000 XX GT", one,
			"SET e 1", done, "EXPIRE e 1000 NX", one, "EXPIRE e 2000 NX", zero,
		)},
		{Name: "kept over kill -9: EXPIRE with times that are past", Run: kept("SET a 1", done, "EXPIRE a -1", one, "SET b 1 EX 1000", done, "PEXPIREAT b 1", one, "SET c 1", done, "EXPIRE c 0", one, "SET d 1", done, "SET c 2", done)},
		{Name: "kept over kill -9: SET with a time that is past", Run: kept("SET a 1 EX 1000", done, "SET a 2 PXAT 1", done, "GET a", nilBulk, "SET b 1 EXAT 1", done, "SET b 2", done, "SET c 1 PXAT 1", done, "SET c 2 NX", done)},
		{Name: "kept over kill -9: PERSIST", Run: kept("SET a 1 EX 1000", done, "PERSIST a", one, "SET b 1 EX 1000", done, "PERSIST nosuch", zero)},
		{Name: "kept over kill -9: FLUSHALL", Run: kept("SET a 1", done, "SET b 1 EX 1000", done, "FLUSHALL", done, "SET c 1", done)},
		{Name: "kept over kill -9: FLUSHDB", Run: kept("SET a 1", done, "FLUSHDB ASYNC", done, "SET b 1", done, "FLUSHDB SYNC", done)},
		{Name: "kept over kill -9: an empty keyspace", Run: kept("SET a 1", done, "DEL a", one)},
		{Name: "kept over kill -9: keys and values of any bytes", Run: keepsAnyBytes},
		{Name: "kept over kill -9: a value of 1 MiB", Run: keepsMegabyte},
		{Name: "kept over kill -9: requests that came as lines", Run: keepsLines},
		{Name: "kept over kill -9: a long pipeline", Run: keepsPipeline},
		{Name: "kept over several restarts", Run: keepsOverRestarts},
		{Name: "a key that expired while the server was down is gone", Run: expiredWhileDown},
		{Name: "a TTL that was taken away in time stays away, however late the log is loaded", Run: ttlTakenAway},
		{Name: "a key that was set over an expired one stays", Run: setOverExpired},
		{Name: "what had expired does not come back", Run: expiredStaysAway},
		{Name: "what a lower maxkeys evicted does not come back", NotRedis: ownMaxkeys, Run: evictedStaysAway},
		{Name: "kill -9 under load loses nothing acknowledged", Timeout: time.Minute, Run: killUnderLoad},
		{Name: "kill -9 during rewrites loses nothing acknowledged", Timeout: time.Minute, Run: killDuringRewrites},
	}
	for _, policy := range []string{"always", "everysec", "no"} {
		rows = append(rows, conformance.Case{Name: "SIGTERM loses nothing with appendfsync " + policy, Run: keptOverStop(policy)})
	}
	return in(4, lesson4AOF, rows)
}

// evictedStaysAway has more keys in the log than there may be when it is loaded.
func evictedStaysAway(t *T) {
	d := newDisk(t)
	s, c := d.start()
	setKeys(c, plain, 0, 20)
	s.Kill()
	s, c = d.start("--maxkeys", "10")
	speak(c, plain, "SET new v", done, "DBSIZE", ":10\r\n")
	d.afterKill(s, c)
}

func keptOverStop(policy string) func(*T) {
	return func(t *T) {
		d := newDisk(t, "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--appendfsync", policy)
		s, c := d.start()
		for round := range 3 {
			requests, replies := manySets(round, 2000)
			t.Go(func() { c.Send(requests) })
			c.Expect(replies)
			before := dump(c)
			require.NoError(t, s.Signal(syscall.SIGTERM))
			require.Zero(t, s.ExitCode(), "it printed: %s", s.Log())
			s, c = d.start()
			require.Equal(t, before, dump(c))
		}
	}
}

// manySets is n requests that set n/2 keys, some with a TTL, and delete some
// others.
func manySets(round, n int) (requests, replies string) {
	var a, b strings.Builder
	for i := range n {
		k := strconv.Itoa(i / 2)
		switch {
		case i%2 == 0:
			a.WriteString(cmd("SET", k, "round "+strconv.Itoa(round)+" of "+k))
			b.WriteString(done)
		case i%20 == 1:
			a.WriteString(cmd("DEL", k))
			b.WriteString(one)
		default:
			a.WriteString(cmd("EXPIRE", k, strconv.Itoa(10_000+i)))
			b.WriteString(one)
		}
	}
	return a.String(), b.String()
}

func keepsAnyBytes(t *T) {
	d := newDisk(t)
	s, c := d.start()
	words := []string{"", "\x00", "\r\n", "*3\r\n$3\r\nSET\r\n", "#TS:1\r\n", "\xff\xfe", " ", "\"", everyValue}
	for i, w := range words {
		c.Exchange(cmd("SET", w, words[len(words)-1-i]), done)
		c.Exchange(cmd("EXPIRE", w, strconv.Itoa(1000+i)), one)
	}
	_, c = d.afterKill(s, c)
	for i, w := range words {
		c.Exchange(cmd("GET", w), bulk(words[len(words)-1-i]))
	}
}

func keepsMegabyte(t *T) {
	d := newDisk(t)
	s, c := d.start()
	value := numbered(1 << 20)
	c.Exchange(cmd("SET", "k", value), done)
	c.Exchange(cmd("SET", value[:100_000], "k"), done)
	_, c = d.afterKill(s, c)
	c.Exchange(cmd("GET", "k"), bulk(value))
	c.Exchange(cmd("GET", value[:100_000]), bulk("k"))
}

func keepsLines(t *T) {
	d := newDisk(t)
	s, c := d.start()
	c.Exchange("set k \"a b\\x00\\n\"\r\nSET '' ''\nexpire k 1000\r\n", done+done+one)
	d.afterKill(s, c)
}

func keepsPipeline(t *T) {
	d := newDisk(t)
	s, c := d.start()
	requests, replies := manySets(0, 20_000)
	t.Go(func() { c.Send(requests) })
	c.Expect(replies)
	_, c = d.afterKill(s, c)
	speak(c, plain, "DBSIZE", ":9000\r\n")
}

func keepsOverRestarts(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SET first v", done)
	for i := range 5 {
		n := strconv.Itoa(i)
		speak(c, plain, "SET "+n+" v EX 1000", done, "SET last "+n, done)
		if i > 0 {
			speak(c, plain, "DEL "+strconv.Itoa(i-1), one)
		}
		s, c = d.afterKill(s, c)
		speak(c, plain, "GET last", bulk(n), "DBSIZE", ":3\r\n")
	}
	require.Equal(t, []string{base1, incr1, manifest}, d.names(), "a restart adds no files")
	require.Equal(t, named1, d.read(manifest))
}

func expiredWhileDown(t *T) {
	d := newDisk(t)
	s, c := d.start()
	end := time.Now().UnixMilli() + 100
	speak(c, plain, "SET stays v", done, "SET goes v PXAT "+strconv.FormatInt(end, 10), done, "SET goes2 v", done, "PEXPIREAT goes2 "+strconv.FormatInt(end, 10), one)
	s.Kill()
	passes(t, end)
	s, c = d.start()
	speak(c, plain, "KEYS *", array(bulk("stays")), "GET goes", nilBulk, "SET goes2 new NX", done)
	awaitSize(t, c, 2)
	d.afterKill(s, c)
}

// ttlTakenAway loads the log when the times in it are over. What counts is what
// happened then.
func ttlTakenAway(t *T) {
	d := newDisk(t)
	s, c := d.start()
	end := time.Now().UnixMilli() + 300
	when := strconv.FormatInt(end, 10)
	c.Exchange(
		cmd("SET", "a", "1", "PXAT", when)+cmd("PERSIST", "a")+
			cmd("SET", "b", "1", "PXAT", when)+cmd("SET", "b", "2", "XX")+
			cmd("SET", "c", "1", "PXAT", when)+cmd("EXPIRE", "c", "1000")+
			cmd("SET", "d", "1", "PXAT", when)+cmd("EXPIRE", "d", "1000", "GT")+
			cmd("SET", "e", "1", "PXAT", when)+cmd("SET", "e", "2", "KEEPTTL")+cmd("PERSIST", "e"),
		done+one+done+done+done+one+done+one+done+done+one,
	)
	s.Kill()
	passes(t, end)
	_, c = d.start()
	speak(c, plain, "GET a", bulk("1"), "TTL a", noTTL, "GET b", bulk("2"), "TTL b", noTTL, "GET c", bulk("1"), "GET d", bulk("1"), "GET e", bulk("2"), "TTL e", noTTL, "DBSIZE", ":5\r\n")
}

func setOverExpired(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SET a 1 PX 20", done, "SET b 1 PX 20", done, "SET c 1 PX 20", done)
	passes(t, time.Now().UnixMilli()+20)
	speak(c, plain, "SET a 2", done, "SET b 2 KEEPTTL", done, "SET c 2 NX EX 1000", done)
	_, c = d.afterKill(s, c)
	speak(c, plain, "GET a", bulk("2"), "TTL a", noTTL, "TTL b", noTTL, "GET c", bulk("2"))
}

func expiredStaysAway(t *T) {
	d := newDisk(t)
	s, c := d.start()
	for i := range 20 {
		speak(c, plain, "SET "+strconv.Itoa(i)+" v PX 20", done)
	}
	passes(t, time.Now().UnixMilli()+20)
	speak(c, plain, "GET 3", nilBulk, "EXPIRE 4 1000", zero, "PERSIST 5", zero, "SET 6 v XX", nilBulk, "DEL 7", zero)
	s.Kill()
	_, c = d.start()
	speak(c, plain, "KEYS *", emptyList)
	awaitSize(t, c, 0)
}

// counters is clients that count, each on a key of its own, and know how far
// their server has told them that they are.
type counters struct {
	acknowledged [8]atomic.Int64
	total        atomic.Int64
}

// run counts on until the server ends.
func (n *counters) run(t *T, addr string) {
	for i := range n.acknowledged {
		c := t.DialAddr(addr)
		t.Go(func() {
			for {
				next := n.acknowledged[i].Load() + 1
				if c.TrySend(cmd("SET", "counter"+strconv.Itoa(i), strconv.FormatInt(next, 10))) != nil || !c.Served() {
					return
				}
				n.acknowledged[i].Store(next)
				n.total.Add(1)
			}
		})
	}
}

// awaitMore waits until so many more were acknowledged.
func (n *counters) awaitMore(t *T, more int) {
	target := n.total.Load() + int64(more)
	t.Until("the clients count", func() bool { return n.total.Load() >= target })
}

// expect expects each counter where its client knows it to be, or one farther:
// the last reply may have got lost.
func (n *counters) expect(t *T, c *conformance.Conn) {
	for i := range n.acknowledged {
		least := n.acknowledged[i].Load()
		if least == 0 && c.Call("EXISTS", "counter"+strconv.Itoa(i)).Int == 0 {
			continue
		}
		value, err := strconv.ParseInt(c.Call("GET", "counter"+strconv.Itoa(i)).Text, 10, 64)
		require.NoError(t, err)
		require.GreaterOrEqual(t, value, least, "counter %d was acknowledged", i)
		require.LessOrEqual(t, value, least+1, "counter %d was asked for", i)
		n.acknowledged[i].Store(value)
	}
}

func killUnderLoad(t *T) {
	d := newDisk(t)
	var n counters
	for range 5 {
		s, c := d.start()
		n.expect(t, c)
		n.run(t, s.Addr)
		n.awaitMore(t, 8+rand.IntN(300))
		s.Kill()
		t.Wait()
	}
	_, c := d.start()
	n.expect(t, c)
}

// killDuringRewrites has 20000 keys besides that stay as they are, so that a
// rewrite takes a while.
func killDuringRewrites(t *T) {
	const others = 20_000
	d := newDisk(t)
	s, c := d.start()
	c.Exchange(strings.Repeat(cmd("SET", "x", strings.Repeat("x", 100)), 100), strings.Repeat(done, 100))
	var sets strings.Builder
	for i := range others {
		sets.WriteString(cmd("SET", "other"+strconv.Itoa(i), numbered(100)))
	}
	t.Go(func() { c.Send(sets.String()) })
	c.Expect(strings.Repeat(done, others))
	var n counters
	for range 8 {
		n.run(t, s.Addr)
		n.awaitMore(t, 8+rand.IntN(50))
		c.Exchange(cmd("BGREWRITEAOF"), rewriting)
		n.awaitMore(t, rand.IntN(100))
		s.Kill()
		t.Wait()
		s, c = d.start()
		n.expect(t, c)
		c.Exchange(cmd("EXISTS", "other0", "other1234", "other19999", "x"), ":4\r\n")
		require.EqualValues(t, others+1+len(n.acknowledged), c.Call("DBSIZE").Int)
	}
	c.Exchange(cmd("BGREWRITEAOF"), rewriting)
	t.Until("the log is a base and one incremental file again", func() bool {
		return len(d.names()) == 3 && strings.Count(d.manifestNow(), "\n") == 2
	})
}
