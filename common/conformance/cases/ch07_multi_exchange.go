// ch07_multi_exchange.go: transactions in the log are as redis-server has them, and go
// from one server to the other.

package cases

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

func multiExchange() list {
	return in(7, lesson7Transactions, list{
		{Name: "redis-server loads a log of transactions", Run: redisLoadsTransactions},
		{Name: "redis-server's log of transactions is loaded", Run: loadsRedisTransactions},
		{Name: "redis-server and the server have the same bytes in the log for transactions", Run: sameBytes},
		{Name: "the log has times of the clock inside of a unit", Run: logsTimesInside},
		{Name: "the log deletes what has expired inside of the unit that found it", Run: logsExpiredInside},
	})
}

// requestsInTransactions are transactions with what they can do to a log. Of times they
// have those only that both servers log alike, if they ask at another moment.
var requestsInTransactions = strings.Split(strings.Join([]string{
	"MULTI; SET a 1; SET b 2; INCR a; EXEC",                                        // a unit
	"MULTI; SET one 1; GET one; EXEC",                                              // of one change
	"SET text a; MULTI; GET a; DEL nosuch; SET a 1 NX; PERSIST a; INCR text; EXEC", // of none
	"MULTI; INCR text; SET c 1; INCR text; EXPIRE c x; EXEC",                       // with errors
	"MULTI; SET d 1 EXAT " + year2100 + "; PEXPIREAT d " + year2100 + "001; PERSIST d; EXPIREAT d " + year2100 + "; EXEC",
	"MULTI; SET e 1; EXPIRE e -1; SET g 1; UNLINK g nosuch; EXEC",                 // that delete
	"SELECT 3; MULTI; SET a 3; SELECT 5; SET a 5; GET a; SELECT 3; EXEC; SET b 3", // in databases
	"MULTI; SELECT 7; EXEC; SELECT 0; MULTI; SELECT 6; SELECT 0; SET h 1; EXEC",
	"MULTI; SET i 1; MOVE i 9; SWAPDB 3 5; SWAPDB 1 1; EXEC",
	"MULTI; SET j 1; DISCARD; MULTI; SET j 1; NOSUCH; EXEC; WATCH j; SET j 2; MULTI; SET j 3; EXEC", // that do not run
	"MULTI; EXEC; MULTI; SET k 1; MULTI; WATCH k; SET k 2; EXEC",
	"MULTI; SELECT 11; SET k 1; SET l 1; FLUSHDB; SET l 2; EXEC; SELECT 0",
}, "; "), "; ")

// ask has a server answer requests one by one.
func ask(c *conformance.Conn, requests []string) (replies []string) {
	for _, r := range requests {
		v := c.Call(strings.Fields(r)...)
		replies = append(replies, r+": "+strconv.Quote(v.Text)+" "+strings.Join(v.Strings(), ","))
	}
	return replies
}

// databasesInTransactions are those in which there is something then.
var databasesInTransactions = []string{"0", "3", "5", "9", "11"}

func exchangeTransactions(t *T, d *disk, begin, load func() (*harness.Server, *conformance.Conn)) {
	s, c := begin()
	ask(c, requestsInTransactions)
	beginRewrite(t, c)
	d.awaitGeneration(2)
	ask(c, []string{"FLUSHALL"})
	ask(c, requestsInTransactions)
	before := dumpOf(c, databasesInTransactions...)
	require.Greater(t, len(before), 12)
	s.Kill()
	_, c = load()
	require.Equal(t, before, dumpOf(c, databasesInTransactions...))
}

func redisLoadsTransactions(t *T) {
	d := newDisk(t)
	exchangeTransactions(t, d, func() (*harness.Server, *conformance.Conn) { return d.start() }, d.startRedis)
}

func loadsRedisTransactions(t *T) {
	d := newDisk(t)
	exchangeTransactions(t, d, d.startRedis, func() (*harness.Server, *conformance.Conn) { return d.start() })
}

func sameBytes(t *T) {
	d, redis := newDisk(t), newDisk(t)
	_, c := d.start()
	_, other := redis.startRedis()
	require.Equal(t, ask(other, requestsInTransactions), ask(c, requestsInTransactions))
	require.Equal(t, recordsBut(t, redis.read(incr1)), recordsBut(t, d.read(incr1)))
	require.Equal(t, redis.read(incr1), d.read(incr1))
}

func logsTimesInside(t *T) {
	d := newDisk(t)
	_, c := d.start()
	began := time.Now().UnixMilli()
	speak(c, plain, "MULTI", done, "SET a 1 EX 100", queued, "EXPIRE a 200", queued, "PEXPIRE a 300000", queued, "SET b 1 PX 400000 GET", queued, "EXEC", array(done, one, one, nilBulk))
	ended := time.Now().UnixMilli()
	log := strings.Join(recordsBut(t, d.read(incr1)), "; ")
	times := regexp.MustCompile(`\d{13}`)
	require.Equal(t, "SELECT 0; MULTI; SET a 1 PXAT t; PEXPIREAT a t; PEXPIREAT a t; SET b 1 PXAT t; EXEC", times.ReplaceAllString(log, "t"))
	for i, text := range times.FindAllString(log, -1) {
		ms, err := strconv.ParseInt(text, 10, 64)
		require.NoError(t, err)
		after := int64(i+1) * 100_000
		require.GreaterOrEqual(t, ms, began+after)
		require.LessOrEqual(t, ms, ended+after)
	}
}

// logsExpiredInside: the server may have found the key by itself before.
func logsExpiredInside(t *T) {
	d := newDisk(t, unsynced...)
	s, c := d.start()
	const rounds = 20
	for range rounds {
		end := time.Now().UnixMilli() + 3
		c.Exchange(cmd("SET", "k", "v", "PXAT", strconv.FormatInt(end, 10))+cmd("MULTI")+cmd("GET", "k")+cmd("SET", "a", "1")+cmd("SET", "b", "1"), done+done+queued+queued+queued)
		passes(t, end)
		c.Exchange(cmd("EXEC"), array(nilBulk, done, done))
	}
	log := strings.Join(recordsBut(t, d.read(incr1)), "; ")
	inside := strings.Count(log, "MULTI; DEL k; SET a 1; SET b 1; EXEC")
	before := strings.Count(log, "DEL k; MULTI; SET a 1; SET b 1; EXEC")
	require.Equal(t, rounds, inside+before, log)
	d.afterKill(s, c)
}
