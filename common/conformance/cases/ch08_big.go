// ch08_big.go: values of many elements, in the log and on their way out.

package cases

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

func large() list {
	rows := list{
		{Name: "large values of every type change while the log is rewritten", Timeout: 2 * time.Minute, Run: largeChangesInRewrite},
		{Name: "large values are renamed, moved, copied, swapped and deleted while the log is rewritten", Timeout: 2 * time.Minute, Run: largeMovesInRewrite},
		{Name: "what was moved stays when its old database is flushed while the log is rewritten", Timeout: time.Minute, Run: movedThenFlushed},
		{Name: "the memory of large values comes back, whatever makes them go", Args: noLimit, Timeout: 2 * time.Minute, Run: largeGoes},
		{Name: "maxmemory is kept by large values of every type", Args: noLimit, Timeout: 2 * time.Minute, Run: largeKeepsMaxMemory},
	}
	return in(8, lesson8Sets, rows)
}

// addLarge gives elements from to to-1 to a value of each type.
func addLarge(t *T, c *conformance.Conn, prefix string, from, to int) {
	inBatches(t, c, from, to, func(i int) (request, reply string) {
		n := strconv.Itoa(i)
		name := "element:" + n
		return cmd("SADD", prefix+"s", name) + cmd("HSET", prefix+"h", name, n) + cmd("ZADD", prefix+"z", strconv.Itoa(i*7919%10_007), name) + cmd("RPUSH", prefix+"l", name),
			one + one + one + integer(int64(i+1))
	})
}

// changeLarge changes some elements of those values, of n each.
func changeLarge(t *T, c *conformance.Conn, random *rand.Rand, n int) {
	const times = 200
	var requests strings.Builder
	for range times {
		i := strconv.Itoa(random.IntN(n + n/10))
		name, other := "element:"+i, "other:"+i
		all := []string{
			cmd("SADD", "s", other), cmd("SREM", "s", name), cmd("SPOP", "s"), cmd("SMOVE", "s", "s2", name),
			cmd("HSET", "h", name, "changed"), cmd("HDEL", "h", name), cmd("HINCRBY", "h", other, i),
			cmd("ZADD", "z", i, name), cmd("ZINCRBY", "z", "0.5", name), cmd("ZREM", "z", name), cmd("ZPOPMIN", "z"), cmd("ZREMRANGEBYRANK", "z", "5", "7"),
			cmd("LPUSH", "l", other), cmd("RPOP", "l"), cmd("LSET", "l", strconv.Itoa(random.IntN(1000)), other), cmd("LINSERT", "l", "BEFORE", "element:"+strconv.Itoa(n/2), other),
			cmd("LREM", "l", "1", name), cmd("LTRIM", "l", "1", "-2"), cmd("APPEND", "string", name),
		}
		requests.WriteString(all[random.IntN(len(all))])
	}
	t.Go(func() { c.Send(requests.String()) })
	for range times {
		c.Reply()
	}
	t.Wait()
}

// rewriteEnds waits until no rewrite is under way.
func rewriteEnds(t *T, c *conformance.Conn) {
	t.Until("no rewrite is under way", func() bool {
		return strings.Contains(c.Call("INFO", "persistence").Text, "aof_rewrite_in_progress:0\r\n")
	})
}

// sameAfterKill kills the server and expects the same data of the next one.
func sameAfterKill(t *T, d *disk, s *harness.Server, c *conformance.Conn) (*harness.Server, *conformance.Conn) {
	digest := c.Call("DEBUG", "DIGEST").Text
	s.Kill()
	s, c = d.start(debuggable...)
	require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text)
	return s, c
}

func largeChangesInRewrite(t *T) {
	const n = 20_000
	d := newDisk(t)
	s, c := d.start(debuggable...)
	addLarge(t, c, "", 0, n)
	random := rand.New(rand.NewPCG(8, 20))
	for range 3 {
		beginRewrite(t, c)
		for range 10 {
			changeLarge(t, c, random, n)
		}
		rewriteEnds(t, c)
		changeLarge(t, c, random, n)
		s, c = sameAfterKill(t, d, s, c)
	}
}

func largeMovesInRewrite(t *T) {
	const n = 20_000
	d := newDisk(t)
	s, c := d.start(debuggable...)
	for round, requests := range []string{
		"RENAME s s3; RENAME h h3; RENAME z z3; RENAME l l3",
		"MOVE s 1; MOVE h 1; MOVE z 1; MOVE l 1",
		"COPY s s3; COPY h h3; COPY z z3 DB 2; COPY l l3 DB 2",
		"SWAPDB 0 1; SELECT 1",
		"DEL s; UNLINK h; SET z v; GETSET string v; SUNIONSTORE l s2",
		"PEXPIRE s 1; PEXPIRE h 1; EXPIRE z 100000; PEXPIREAT l 1",
		"FLUSHALL ASYNC",
		"FLUSHDB; MOVE s 1",
	} {
		c.Call("FLUSHALL")
		c.Call("SELECT", "0")
		addLarge(t, c, "", 0, n)
		beginRewrite(t, c)
		random := rand.New(rand.NewPCG(8, uint64(round)))
		changeLarge(t, c, random, n)
		for _, request := range strings.Split(requests, "; ") {
			c.Call(strings.Fields(request)...)
			c.Call("SADD", "s", "after")
		}
		rewriteEnds(t, c)
		for _, k := range []string{"s", "h"} {
			t.Until("what is to expire at once has", func() bool {
				left := c.Call("PTTL", k).Int
				return left < 0 || left > 1000
			})
		}
		s, c = sameAfterKill(t, d, s, c)
	}
}

func movedThenFlushed(t *T) {
	const n = 20_000
	d := newDisk(t)
	s, c := d.start(debuggable...)
	for _, requests := range []string{
		"MOVE s 1; MOVE l 1; FLUSHDB",
		"COPY h copy DB 1; SUNIONSTORE union s; MOVE union 1; FLUSHDB ASYNC",
		"MOVE s 1; SWAPDB 0 2; SELECT 2; FLUSHDB",
		"MOVE z 1; SELECT 1; FLUSHDB",
		"MOVE z 1; FLUSHALL",
	} {
		c.Call("FLUSHALL")
		c.Call("SELECT", "0")
		addLarge(t, c, "", 0, n)
		beginRewrite(t, c)
		for _, request := range strings.Split(requests, "; ") {
			require.False(t, c.Call(strings.Fields(request)...).IsError(), request)
		}
		rewriteEnds(t, c)
		s, c = sameAfterKill(t, d, s, c)
	}
}

// infoNumber is a number of INFO's.
func infoNumber(t *T, c *conformance.Conn, section, name string) int {
	for _, line := range strings.Split(c.Call("INFO", section).Text, "\r\n") {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			n, err := strconv.Atoi(value)
			require.NoError(t, err)
			return n
		}
	}
	require.FailNow(t, "INFO has no "+name)
	return 0
}

func largeGoes(t *T) {
	const n = 50_000
	c := t.Dial()
	addLarge(t, c, "", 0, 1000) // what is made once is there
	c.Call("FLUSHALL")
	start := infoNumber(t, c, "memory", "used_memory")
	for _, requests := range []string{
		"DEL s h z l", "UNLINK s h z l", "SET s v; SET h v; SET z v; SET l v", "PEXPIRE s 1; PEXPIRE h 1; PEXPIRE z 1; PEXPIRE l 1", "PEXPIRE s -1; PEXPIREAT h 1; EXPIRE z 0; EXPIREAT l 1",
		"FLUSHALL", "FLUSHALL ASYNC", "FLUSHDB ASYNC", "RENAME s h; RENAME h z; RENAME z l; DEL l", "SPOP s 50000; LTRIM l 1 0; ZREMRANGEBYRANK z 0 -1; UNLINK h",
		"SINTERSTORE s none; ZUNIONSTORE z 1 none; COPY s h REPLACE; SORT none STORE l; UNLINK h",
	} {
		addLarge(t, c, "", 0, n)
		require.Greater(t, infoNumber(t, c, "memory", "used_memory")-start, 4*n*10, "the elements take memory")
		for _, request := range strings.Split(requests, "; ") {
			require.False(t, c.Call(strings.Fields(request)...).IsError(), request)
		}
		t.Until("their memory is free: "+requests, func() bool {
			c.Call("EXISTS", "s", "h", "z", "l")
			return infoNumber(t, c, "memory", "lazyfree_pending_objects") == 0 && infoNumber(t, c, "memory", "used_memory")-start < 1_000_000
		})
		c.Call("FLUSHALL")
	}
}

// largeKeepsMaxMemory writes three times as much as there may be, in values of some
// thousand elements.
func largeKeepsMaxMemory(t *T) {
	c := t.Dial()
	limit := infoNumber(t, c, "memory", "used_memory") + 8<<20
	speak(c, plain, "CONFIG SET maxmemory "+strconv.Itoa(limit)+" maxmemory-policy allkeys-lru", done)
	values := 0
	for infoNumber(t, c, "stats", "evicted_keys") < 40 {
		addLarge(t, c, strconv.Itoa(values)+":", 0, 2000)
		values++
		require.Less(t, values, 200, "keys are evicted")
	}
	t.Until("what is in use is below the limit", func() bool {
		c.Call("SET", "small", "v")
		return infoNumber(t, c, "memory", "used_memory") <= limit+1<<20
	})
	require.Positive(t, c.Call("DBSIZE").Int)
	c.Call("FLUSHALL")
}
