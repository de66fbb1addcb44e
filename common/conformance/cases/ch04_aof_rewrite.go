// ch04_aof_rewrite.go: how the log is made shorter, on demand and by itself.

package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// aofRewrite is how the log is made shorter, on demand and by itself.
func aofRewrite() list {
	return in(4, lesson4AOF, list{
		{Name: "BGREWRITEAOF takes no argument", Run: answers(cmd("BGREWRITEAOF", "now"), wrongArity("bgrewriteaof"))},
		{Name: "COMMAND INFO describes bgrewriteaof", Run: answers(cmd("COMMAND", "INFO", "bgrewriteaof"), array(bgrewriteaofRow.info()))},
		{Name: "COMMAND GETKEYS finds none in BGREWRITEAOF", Run: answers(cmd("COMMAND", "GETKEYS", "bgrewriteaof", "x"), noKeys)},
		{Name: "BGREWRITEAOF makes a new base and incremental file and deletes the old ones", Run: rewriteReplacesFiles},
		{Name: "BGREWRITEAOF keeps one record for each key", Run: rewriteIsShort},
		{Name: "BGREWRITEAOF writes times as PXAT", Run: rewriteWritesTimes},
		{Name: "BGREWRITEAOF again and again", Run: rewriteAgain},
		{Name: "BGREWRITEAOF while one is under way is refused", Run: rewriteTwice},
		{Name: "BGREWRITEAOF of an empty keyspace", Run: rewriteEmpty},
		{Name: "BGREWRITEAOF of keys and values of any bytes", Run: rewriteAnyBytes},
		{Name: "writes during BGREWRITEAOF are kept", Run: writesDuringRewrite},
		{Name: "FLUSHALL during BGREWRITEAOF is kept", Run: flushDuringRewrite},
		{Name: "BGREWRITEAOF without appendonly writes a base that loads later", Run: rewriteWithoutLog},
		{Name: "SIGTERM during BGREWRITEAOF loses nothing", Run: stopDuringRewrite},
		{Name: "BGREWRITEAOF of large values that change meanwhile loses nothing", Timeout: time.Minute, Run: rewriteOfChangingLarge},
		{Name: "a rewrite does not keep other clients waiting", Alone: true, Timeout: 2 * time.Minute, Run: rewriteDelaysNobody},
		{Name: "a log that has grown is rewritten by itself", Run: rewrittenByItself},
		{Name: "a log that is shorter than the least size is not rewritten by itself", Run: staysAsItIs("--auto-aof-rewrite-min-size", "1mb", "--auto-aof-rewrite-percentage", "1")},
		{Name: "with percentage 0 a log is never rewritten by itself", Run: staysAsItIs("--auto-aof-rewrite-min-size", "1kb", "--auto-aof-rewrite-percentage", "0")},
		{Name: "a log that has not grown by the percentage is not rewritten by itself", Run: notGrownEnough},
	})
}

var bgrewriteaofRow = commandRow{"bgrewriteaof", 1, "admin noscript no_async_loading", "@admin @slow @dangerous", "", 0, "", ""}

func rewriteReplacesFiles(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SET a 1", done, "SET b 2 EX 1000", done, "SET a 3", done, "DEL nosuch", zero, "BGREWRITEAOF", rewriting)
	d.awaitGeneration(2)
	require.Empty(t, d.read("appendonly.aof.2.incr.aof"))
	speak(c, plain, "SET c 4", done)
	require.Equal(t, []string{"SET c 4"}, records(t, d.read("appendonly.aof.2.incr.aof")))
	d.afterKill(s, c)
	require.Equal(t, []string{"appendonly.aof.2.base.aof", "appendonly.aof.2.incr.aof", manifest}, d.names())
}

func rewriteIsShort(t *T) {
	d := newDisk(t)
	_, c := d.start()
	requests, replies := manySets(0, 2000)
	c.Exchange(requests+requests+strings.Repeat(cmd("SET", "k", "v"), 1000), replies+replies+strings.Repeat(done, 1000))
	speak(c, plain, "FLUSHALL", done)
	var want []string
	for i := range 200 {
		request := fmt.Sprintf("SET %d v%d", i, i)
		speak(c, plain, request, done)
		want = append(want, request)
	}
	speak(c, plain, "BGREWRITEAOF", rewriting)
	d.awaitGeneration(2)
	require.ElementsMatch(t, want, records(t, d.read("appendonly.aof.2.base.aof")))
}

// rewriteWritesTimes reads the base: Redis writes SET and PEXPIREAT, which a
// server may write as one.
func rewriteWritesTimes(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SET k v PXAT "+year2100+"001", done, "BGREWRITEAOF", rewriting)
	d.awaitGeneration(2)
	log := strings.Join(records(t, d.read("appendonly.aof.2.base.aof")), "; ")
	require.Contains(t, []string{"SET k v PXAT " + year2100 + "001", "SET k v; PEXPIREAT k " + year2100 + "001"}, log)
	d.afterKill(s, c)
}

func rewriteAgain(t *T) {
	d := newDisk(t)
	s, c := d.start()
	for i := 2; i <= 5; i++ {
		speak(c, plain, fmt.Sprintf("SET %d v EX 1000", i), done, fmt.Sprintf("SET last %d", i), done)
		beginRewrite(t, c)
		d.awaitGeneration(i)
		speak(c, plain, fmt.Sprintf("SET after %d", i), done)
		if i%2 == 0 {
			s, c = d.afterKill(s, c)
		}
	}
	d.afterKill(s, c)
}

func rewriteTwice(t *T) {
	d := newDisk(t)
	_, c := d.start()
	const refusal = "-ERR Background append only file rewriting already in progress\r\n"
	c.Exchange(cmd("SET", "k", "v")+strings.Repeat(cmd("BGREWRITEAOF"), 3)+cmd("GET", "k"), done+rewriting+refusal+refusal+bulk("v"))
	d.awaitGeneration(2)
	beginRewrite(t, c)
	d.awaitGeneration(3)
}

func rewriteEmpty(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SET k v", done, "FLUSHALL", done, "BGREWRITEAOF", rewriting)
	d.awaitGeneration(2)
	require.Empty(t, records(t, d.read("appendonly.aof.2.base.aof")))
	s, c = d.afterKill(s, c)
	speak(c, plain, "SET k v", done)
	d.afterKill(s, c)
}

func rewriteAnyBytes(t *T) {
	d := newDisk(t)
	s, c := d.start()
	for i, w := range []string{"", "\x00", "\r\n", "*1\r\n$8\r\nFLUSHALL\r\n", "#TS:1\r\n", "\xff\xfe", "12", everyValue, numbered(1 << 20)} {
		c.Exchange(cmd("SET", w, w), done)
		if i%2 == 0 {
			c.Exchange(cmd("EXPIRE", w, strconv.Itoa(1000+i)), one)
		}
	}
	speak(c, plain, "BGREWRITEAOF", rewriting)
	d.awaitGeneration(2)
	d.afterKill(s, c)
}

// writesDuringRewrite changes, deletes, expires and adds keys in the same
// pipeline as the rewrite's start, and goes on until it has ended.
func writesDuringRewrite(t *T) {
	const n = 20_000
	d := newDisk(t, "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--appendfsync", "no")
	s, c := d.start()
	requests, replies := manySets(0, n)
	t.Go(func() { c.Send(requests) })
	c.Expect(replies)
	var during, expected strings.Builder
	during.WriteString(cmd("BGREWRITEAOF"))
	expected.WriteString(rewriting)
	for i := 0; i < n/2; i += 3 {
		k := strconv.Itoa((i*7919 + 1) % (n / 2))
		during.WriteString(cmd("SET", k, "during") + cmd("SET", "new"+k, "during", "EX", "1000") + cmd("UNLINK", "new"+k, k) + cmd("SET", k, "last", "PX", "1000000"))
		expected.WriteString(done + done + ":2\r\n" + done)
	}
	t.Go(func() { c.Send(during.String()) })
	c.Expect(expected.String())
	for i := 0; !strings.Contains(d.manifestNow(), "base.aof seq 2 "); i++ {
		k := strconv.Itoa(i % (n / 2))
		c.Exchange(cmd("SET", k, "later", "KEEPTTL")+cmd("SET", "other"+k, "later")+cmd("DEL", k), done+done+one)
	}
	d.awaitGeneration(2)
	d.afterKill(s, c)
}

func flushDuringRewrite(t *T) {
	d := newDisk(t)
	s, c := d.start()
	requests, replies := manySets(0, 2000)
	c.Exchange(requests+cmd("BGREWRITEAOF")+cmd("SET", "a", "1")+cmd("FLUSHALL")+cmd("SET", "b", "2")+cmd("SET", "0", "3", "EX", "1000"), replies+rewriting+done+done+done+done)
	d.awaitGeneration(2)
	_, c = d.afterKill(s, c)
	speak(c, plain, "DBSIZE", ":2\r\n", "GET b", bulk("2"), "GET 0", bulk("3"))
}

func rewriteWithoutLog(t *T) {
	d := newDisk(t, "--appendonly", "no", "--aof-use-rdb-preamble", "no")
	s, c := d.start()
	for n := 1; n <= 2; n++ {
		speak(c, plain, "SET a "+strconv.Itoa(n), done, "SET b 2 PXAT "+year2100+"001", done)
		beginRewrite(t, c)
		base := fmt.Sprintf("appendonly.aof.%d.base.aof", n)
		t.Until("the base is in the manifest", func() bool {
			return d.manifestNow() == fmt.Sprintf("file %s seq %d type b\n", base, n) && len(d.names()) == 2
		})
		speak(c, plain, "SET later v", done)
		require.NotContains(t, records(t, d.read(base)), "SET later v")
		speak(c, plain, "DEL later", one)
	}
	s.Kill()
	d.args = synced
	s, c = d.start()
	require.Equal(t, []entry{{"a", "2", -1}, {"b", "2", 4102444800001}}, dump(c))
	speak(c, plain, "SET c 3", done)
	d.afterKill(s, c)
}

func stopDuringRewrite(t *T) {
	d := newDisk(t)
	s, c := d.start()
	for round := range 3 {
		requests, replies := manySets(round, 10_000)
		t.Go(func() { c.Send(requests) })
		c.Expect(replies)
		before := dump(c)
		c.Exchange(cmd("BGREWRITEAOF"), rewriting)
		require.Zero(t, s.Stop(), "exit code; it printed: %s", s.Log())
		s, c = d.start()
		require.Equal(t, before, dump(c))
	}
}

// rewriteDelaysNobody rewrites 300000 keys. The bound is generous; one of three
// rounds may be disturbed by the machine's other work, but not all.
func rewriteDelaysNobody(t *T) {
	const bound = 100 * time.Millisecond
	d := newDisk(t, "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--appendfsync", "no")
	_, c := d.start()
	var sets strings.Builder
	for i := range 300_000 {
		sets.WriteString(cmd("SET", "key"+strconv.Itoa(i), "a value of some forty bytes, or a few more"))
	}
	t.Go(func() { c.Send(sets.String()) })
	c.Expect(strings.Repeat(done, 300_000))
	var longest time.Duration
	for round := range 3 {
		longest = 0
		beginRewrite(t, c)
		named := fmt.Sprintf("base.aof seq %d ", round+2)
		for !strings.Contains(d.manifestNow(), named) {
			began := time.Now()
			c.Exchange(cmd("SET", "key1", "v")+cmd("GET", "key1"), done+bulk("v"))
			longest = max(longest, time.Since(began))
		}
		d.awaitGeneration(round + 2)
		if longest <= bound {
			break
		}
	}
	require.LessOrEqual(t, longest, bound, "a write and a read during a rewrite")
}

// size is the length of all files of the log.
func (d *disk) size() (total int64) {
	entries, err := os.ReadDir(filepath.Join(d.path, "appendonlydir"))
	require.NoError(d.t, err)
	for _, e := range entries {
		if info, err := e.Info(); err == nil { // it may have been deleted since
			total += info.Size()
		}
	}
	return total
}

// rewrittenByItself writes more than the least size in a burst, and waits until
// the log is short again. A burst that comes just before the rewrite of the one
// before has ended is part of what the log must grow from: then another follows.
func rewrittenByItself(t *T) {
	d := newDisk(t)
	s, c := d.start("--auto-aof-rewrite-min-size", "64kb", "--auto-aof-rewrite-percentage", "100")
	burst, replies := strings.Repeat(cmd("SET", "k", numbered(1000)), 150), strings.Repeat(done, 150)
	for i := range 3 {
		var began time.Time
		t.Until("the log is rewritten and short", func() bool {
			if time.Since(began) > time.Second {
				began = time.Now()
				c.Exchange(burst, replies)
			}
			return !strings.Contains(d.manifestNow(), fmt.Sprintf("base.aof seq %d ", i+1)) && len(d.names()) == 3 && d.size() < 128<<10
		})
	}
	d.afterKill(s, c)
}

// staysAsItIs gives the server time for its checks, of which there are ten in a
// second.
func staysAsItIs(args ...string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		_, c := d.start(args...)
		c.Exchange(strings.Repeat(cmd("SET", "k", numbered(1000)), 300), strings.Repeat(done, 300))
		c.ExpectSilence(350 * time.Millisecond)
		require.Equal(t, named1, d.read(manifest))
	}
}

// notGrownEnough has a base of 200 KB, adds half as much, and then the other
// half.
func notGrownEnough(t *T) {
	d := newDisk(t)
	s, c := d.start()
	setKilobytes(c, 0, 200)
	c.Exchange(cmd("BGREWRITEAOF"), rewriting)
	d.awaitGeneration(2)
	s.Kill()
	s, c = d.start("--auto-aof-rewrite-min-size", "1kb", "--auto-aof-rewrite-percentage", "100")
	setKilobytes(c, 200, 300)
	c.ExpectSilence(350 * time.Millisecond)
	require.Contains(t, d.manifestNow(), "base.aof seq 2 ")
	setKilobytes(c, 300, 420)
	d.awaitGeneration(3)
	d.afterKill(s, c)
}

// setKilobytes sets the keys with these numbers to a value of 1000 bytes.
func setKilobytes(c *conformance.Conn, from, to int) {
	var sets strings.Builder
	for i := from; i < to; i++ {
		sets.WriteString(cmd("SET", "key"+strconv.Itoa(i), numbered(1000)))
	}
	c.Exchange(sets.String(), strings.Repeat(done, to-from))
}

// rewriteOfChangingLarge changes, deletes and sets anew values of a megabyte and small ones
// while they are written to the base.
func rewriteOfChangingLarge(t *T) {
	d := newDisk(t, unsynced...)
	s, c := d.start()
	large := numbered(1 << 20)
	for i := range 16 {
		c.Exchange(cmd("SET", "large"+strconv.Itoa(i), large[i:]), done)
		c.Exchange(cmd("SET", "small"+strconv.Itoa(i), "v", "EX", "1000"), done)
	}
	beginRewrite(t, c)
	for i := range 16 {
		key := "large" + strconv.Itoa(i)
		switch i % 4 {
		case 0:
			c.Exchange(cmd("SET", key, large[100+i:]), done)
		case 1:
			c.Exchange(cmd("DEL", key), one)
		case 2:
			c.Exchange(cmd("EXPIRE", key, "2000"), one)
		case 3:
			c.Exchange(cmd("DEL", key)+cmd("SET", key, strconv.Itoa(i)), one+done)
		}
		c.Exchange(cmd("PERSIST", "small"+strconv.Itoa(i)), one)
	}
	d.awaitGeneration(2)
	s, c = d.afterKill(s, c)
	beginRewrite(t, c)
	d.awaitGeneration(3)
	d.afterKill(s, c)
}
