// ch04_aof_exchange.go: the log is the one that Redis 7 writes and reads.

package cases

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

// aofExchange is that the log is the one that Redis 7 writes and reads. Where
// redis-server is the target it exchanges logs with itself.
func aofExchange() list {
	return in(4, lesson4AOF, list{
		{Name: "redis-server loads the log", Run: redisLoads},
		{Name: "redis-server's log is loaded", Run: loadsRedis},
		{Name: "a log goes to redis-server and back, with rewrites on both sides", Run: backAndForth},
		{Name: "redis-server and the server log the same commands", Run: sameRecords},
	})
}

// startRedis starts a redis-server on the disk.
func (d *disk) startRedis() (*harness.Server, *conformance.Conn) {
	s, err := harness.StartRedis(harness.Options{Dir: d.path, Args: d.args})
	if errors.Is(err, harness.ErrNoRedis) {
		d.t.Skip(err.Error())
	}
	require.NoError(d.t, err)
	d.t.Cleanup(s.Kill)
	return s, d.connect(s)
}

// variety sets keys in every way that chapter 4 has, from-th to to-th.
func variety(c *conformance.Conn, from, to int) {
	for i := from; i < to; i++ {
		k := func(s string) string { return s + strconv.Itoa(i) }
		c.Exchange(
			cmd("SET", k("plain"), k("v"))+cmd("SET", k("ex"), k("v"), "EX", "10000")+cmd("SET", k("ex"), "w", "KEEPTTL")+
				cmd("SET", k("expire"), everyValue)+cmd("EXPIRE", k("expire"), "10000")+cmd("SET", k("\x00\r\n"), "")+cmd("PEXPIREAT", k("\x00\r\n"), year2100+"001")+
				cmd("SET", k("gone"), "v")+cmd("EXPIRE", k("gone"), "-1")+cmd("SET", k("stays"), "v", "PX", "1000000")+cmd("PERSIST", k("stays"))+
				cmd("SET", k("a"), "v")+cmd("SET", k("b"), "v")+cmd("UNLINK", k("a"), k("b"), "nosuch")+cmd("SET", k("get"), "old")+cmd("SET", k("get"), "v", "EX", "10000", "GET"),
			done+done+done+done+one+done+one+done+one+done+one+done+done+":2\r\n"+done+bulk("old"),
		)
	}
	c.Exchange(cmd("SET", "", "empty")+cmd("SET", "last", strconv.Itoa(to)), done+done)
}

func redisLoads(t *T) {
	d := newDisk(t)
	s, c := d.start()
	variety(c, 0, 50)
	speak(c, plain, "BGREWRITEAOF", rewriting)
	d.awaitGeneration(2)
	variety(c, 25, 75)
	before := dump(c)
	s.Kill()
	_, c = d.startRedis()
	require.Equal(t, before, dump(c))
}

func loadsRedis(t *T) {
	d := newDisk(t)
	s, c := d.startRedis()
	variety(c, 0, 50)
	speak(c, plain, "BGREWRITEAOF", rewriting)
	d.awaitGeneration(2)
	speak(c, plain, "MULTI", done, "SET multi 1", "+QUEUED\r\n", "SET multi 2 EX 10000", "+QUEUED\r\n", "EXEC", "*2\r\n"+done+done)
	variety(c, 25, 75)
	before := dump(c)
	s.Kill()
	s, c = d.start()
	require.Equal(t, before, dump(c))
	d.afterKill(s, c)
}

func backAndForth(t *T) {
	d := newDisk(t)
	starts := []func() (*harness.Server, *conformance.Conn){func() (*harness.Server, *conformance.Conn) { return d.start() }, d.startRedis}
	var before []entry
	for round := range 4 {
		s, c := starts[round%2]()
		require.Equal(t, before, dump(c))
		variety(c, round*10, round*10+20)
		speak(c, plain, "BGREWRITEAOF", rewriting)
		d.awaitGeneration(round + 2)
		variety(c, round*10+10, round*10+30)
		before = dump(c)
		if round < 2 {
			s.Kill()
		} else {
			require.Zero(t, s.Stop(), "exit code")
		}
	}
}

// sameRecords compares what both log for the same requests. Times from now are
// left out: the servers do not get the requests in the same millisecond.
func sameRecords(t *T) {
	d, redis := newDisk(t), newDisk(t)
	_, c := d.start()
	_, other := redis.startRedis()
	requests := []string{
		"SET a 1", "set a 2", "SET a 3 EXAT " + year2100, "SET a 4 PXAT " + year2100 + "001 GET", "SET a 5 KEEPTTL", "SET a 6 XX KEEPTTL GET", "SET a 7 NX",
		"SET b 1 NX", "SET b 2 XX GET", "SET c 1 NX EXAT " + year2100, "EXPIREAT b " + year2100, "PEXPIREAT b " + year2100 + "001", "PERSIST b", "PERSIST b",
		"EXPIRE b -1", "EXPIRE b -1", "SET b 3 PXAT 1", "GET b", "SET b 4", "DEL a b nosuch", "DEL nosuch", "UNLINK c nosuch", "SET d 1", "PEXPIREAT d 1", "EXISTS d", "FLUSHDB", "SET e 1", "FLUSHALL SYNC", "FLUSHALL", "set e 2",
	}
	for _, r := range requests {
		require.Equal(t, other.Call(strings.Fields(r)...), c.Call(strings.Fields(r)...), r)
	}
	want, got := records(t, redis.read(incr1)), records(t, d.read(incr1))
	require.Equal(t, want, got)
	require.True(t, slices.Contains(got, "DEL b"))
}
