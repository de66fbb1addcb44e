// ch07_multi_log.go: a transaction in the log: one unit, whole or not at all.

package cases

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// cutsInside is what Redis does with a unit that is torn in the middle of a command: what
// it appends then has MULTI in front of it.
const cutsInside = "it cuts off the torn command only, and the unit's beginning stays in the log"

func multiLog() list {
	rows := list{
		{Name: "kept over kill -9: a transaction", Run: kept("MULTI", done, "SET a 1", queued, "INCR a", queued, "SET b 1 EX 1000", queued, "DEL nosuch", queued, "EXEC", array(done, ":2\r\n", done, zero))},
		{Name: "kept over kill -9: transactions in several databases", Run: keptDatabases},
		{Name: "a log that ends in a unit, cut at any byte, has all of the unit or nothing of it", Timeout: 2 * time.Minute, NotRedis: cutsInside, Run: unitCutAnywhere},
		{Name: "a torn unit is refused where aof-load-truncated says so", Run: tornUnitRefused},
		{Name: "after a torn unit the log goes on", NotRedis: cutsInside, Run: goesOnAfterTornUnit},
		{Name: "on a full disk EXEC is refused as a write", Run: execOnFullDisk},
		{Name: "a rewrite while transactions run has none of them by half", Timeout: time.Minute, Run: rewriteBesideTransactions},
		{Name: "BGREWRITEAOF inside of a transaction begins when that has ended", Run: rewriteInside},
	}
	for _, tc := range []struct{ name, requests, want string }{
		{"as one unit", "MULTI; SET a 1; INCR a; EXEC", "SELECT 0; MULTI; SET a 1; INCR a; EXEC"},
		{"of one change plain", "MULTI; SET a 1; GET a; DEL nosuch; EXEC", "SELECT 0; SET a 1"},
		{"that changes nothing not at all", "MULTI; GET a; DEL nosuch; EXEC; SET b 1", "SELECT 0; SET b 1"},
		{"that is discarded not at all", "MULTI; SET a 1; DISCARD; SET b 1", "SELECT 0; SET b 1"},
		{"that is refused not at all", "WATCH a; SET a 1; MULTI; SET b 1; EXEC", "SELECT 0; SET a 1"},
		{"with its databases inside", "SET a 0; MULTI; SELECT 1; SET a 1; SELECT 0; SET b 1; EXEC; SET c 1", "SELECT 0; SET a 0; SELECT 1; MULTI; SET a 1; SELECT 0; SET b 1; EXEC; SET c 1"},
		{"and SELECT is right after it", "MULTI; SET a 1; SELECT 2; SET a 1; EXEC; SET c 1", "SELECT 0; MULTI; SET a 1; SELECT 2; SET a 1; EXEC; SET c 1"},
	} {
		rows = append(rows, conformance.Case{Name: "the log has a transaction " + tc.name, Run: logsWhole(tc.requests, tc.want)})
	}
	for _, policy := range []string{"always", "everysec", "no"} {
		rows = append(rows, conformance.Case{Name: "kill -9 inside of transactions leaves none by half: appendfsync " + policy, Timeout: 2 * time.Minute, Run: killInside(policy)})
	}
	return in(7, lesson7Transactions, rows)
}

// logsWhole is logs with the words that only say how to execute others.
func logsWhole(requests, want string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		_, c := d.start()
		for _, r := range strings.Split(requests, "; ") {
			require.False(t, c.Call(strings.Fields(r)...).IsError(), r)
		}
		require.Equal(t, want, strings.Join(recordsBut(t, d.read(incr1)), "; "))
	}
}

func keptDatabases(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SET a 0", done, "MULTI", done, "SELECT 3", queued, "SET a 3", queued, "SELECT 5", queued, "SET a 5", queued, "EXEC", array(done, done, done, done), "SET b 5", done,
		"MULTI", done, "MOVE a 7", queued, "SWAPDB 0 9", queued, "EXEC", array(one, done))
	c.Exchange(cmd("SELECT", "0"), done)
	before := dumpOf(c, "0", "3", "5", "7", "9")
	require.Len(t, before, 4)
	s.Kill()
	_, c = d.start()
	require.Equal(t, before, dumpOf(c, "0", "3", "5", "7", "9"))
}

// unit is a transaction as the log has it.
var unit = cmd("MULTI") + cmd("SET", "a", "2") + cmd("SELECT", "1") + cmd("SET", "b", "2") + cmd("SELECT", "0") + cmd("DEL", "gone") + cmd("EXEC")

// unitCutAnywhere starts a server for each of some places, and has the one that it loads
// tell what there is.
func unitCutAnywhere(t *T) {
	before := cmd("SELECT", "0") + cmd("SET", "a", "1") + cmd("SET", "gone", "1")
	for cut := 0; cut < len(unit); cut++ {
		if cut%7 != 0 && unit[cut] != '*' { // a command begins there: the one before is whole
			continue
		}
		d := newDisk(t)
		d.writeLog(before + unit[:cut])
		s, c := d.start()
		speak(c, plain, "GET a", bulk("1"), "EXISTS gone", one)
		c.Exchange(cmd("SELECT", "1")+cmd("DBSIZE"), done+zero)
		require.Equal(t, before, d.read(incr1), "cut at %d: the torn unit is cut off", cut)
		s.Kill()
		_ = os.RemoveAll(d.path)
	}
	d := newDisk(t)
	d.writeLog(before + unit)
	_, c := d.start()
	speak(c, plain, "GET a", bulk("2"), "EXISTS gone", zero)
	c.Exchange(cmd("SELECT", "1")+cmd("GET", "b"), done+bulk("2"))
}

func tornUnitRefused(t *T) {
	d := newDisk(t)
	log := cmd("SET", "a", "1") + unit[:len(unit)-1]
	d.writeLog(log)
	d.refusesWith([]string{"--aof-load-truncated", "no"}, "aof-load-truncated")
	require.Equal(t, log, d.read(incr1), "it is left as it was")
}

func goesOnAfterTornUnit(t *T) {
	d := newDisk(t)
	d.writeLog(cmd("SELECT", "0") + cmd("SET", "a", "1") + unit[:len(unit)/2])
	s, c := d.start()
	speak(c, plain, "GET a", bulk("1"), "MULTI", done, "SET b 1", queued, "SET c 1", queued, "EXEC", array(done, done))
	d.afterKill(s, c)
}

func execOnFullDisk(t *T) {
	d, makeSpace := smallDisk(t, "everysec")
	s, c := d.start()
	speak(c, plain, "MULTI", done, "SET inside 1", queued, "GET inside", queued)
	filler := t.DialAddr(s.Addr)
	t.Until("the disk is full", func() bool {
		filler.Send(tenKilobytes(0))
		return filler.Reply().IsError()
	})
	c.Exchange(cmd("EXEC"), "-EXECABORT Transaction discarded because of: "+strings.TrimPrefix(diskIsFull, "-"))
	speak(c, plain, "MULTI", done)
	c.Exchange(cmd("SET", "a", "1"), diskIsFull)
	c.Exchange(cmd("EXEC"), aborted)
	speak(c, plain, "MULTI", done, "GET inside", queued, "EXEC", array(nilBulk))
	makeSpace()
	awaitWritable(t, filler)
	speak(c, plain, "MULTI", done, "SET inside 2", queued, "SET more 2", queued, "EXEC", array(done, done))
	d.afterKill(s, c)
}

// rewriteBesideTransactions has the log rewritten again and again meanwhile.
func rewriteBesideTransactions(t *T) {
	d := newDisk(t, unsynced...)
	s, c := d.start()
	var n transfers
	n.run(t, s.Addr)
	for range 5 {
		n.awaitMore(t, 20)
		beginRewrite(t, c)
		t.Until("the rewrite has ended", func() bool {
			return strings.Contains(c.Call("INFO", "persistence").Text, "aof_rewrite_in_progress:0")
		})
	}
	s.Kill()
	t.Wait()
	_, c = d.start()
	n.expect(t, c)
}

func rewriteInside(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "MULTI", done, "SET a 1", queued, "BGREWRITEAOF", queued, "SET b 1", queued, "EXEC", array(done, "+Background append only file rewriting scheduled\r\n", done))
	d.awaitGeneration(2)
	d.afterKill(s, c)
}

// killInside kills a server in the middle of many clients' transactions, and again. With
// everysec what was acknowledged while the disk was synced may be lost, but none by half.
func killInside(policy string) func(*T) {
	return func(t *T) {
		d := newDisk(t, "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--appendfsync", policy)
		var n transfers
		n.mayLose = policy == "everysec"
		for range rounds(5) {
			s, c := d.start()
			n.expect(t, c)
			n.run(t, s.Addr)
			n.awaitMore(t, 8+rand.IntN(200))
			s.Kill()
			t.Wait()
		}
		_, c := d.start()
		n.expect(t, c)
	}
}

// rounds is how often something is done that luck decides: a few times, or as often as
// KILLS says.
func rounds(few int) int {
	if many, err := strconv.Atoi(os.Getenv("KILLS")); err == nil {
		return many
	}
	return few
}

// transfers is clients whose transactions set several keys of their own to one number, and
// who know which number was acknowledged.
type transfers struct {
	acknowledged [6]atomic.Int64
	total        atomic.Int64
	mayLose      bool // what was acknowledged
}

// accounts is how many keys a client has.
const accounts = 5

func account(client, i int) string { return fmt.Sprintf("client%d:account%d", client, i) }

// transfer is the transaction that sets all keys of a client to n.
func transfer(client int, n int64) string {
	words := cmd("MULTI")
	for i := range accounts {
		words += cmd("SET", account(client, i), strconv.FormatInt(n, 10))
	}
	return words + cmd("EXEC")
}

// run goes on until the server ends.
func (n *transfers) run(t *T, addr string) {
	for client := range n.acknowledged {
		c := t.DialAddr(addr)
		t.Go(func() {
			for {
				next := n.acknowledged[client].Load() + 1
				if c.TrySend(transfer(client, next)) != nil {
					return
				}
				for range 1 + accounts + 1 {
					if !c.Served() {
						return
					}
				}
				n.acknowledged[client].Store(next)
				n.total.Add(1)
			}
		})
	}
}

// awaitMore waits until so many more were acknowledged.
func (n *transfers) awaitMore(t *T, more int) {
	target := n.total.Load() + int64(more)
	t.Until("transactions run", func() bool { return n.total.Load() >= target })
}

// expect expects that the keys of each client are equal, and are what was acknowledged or
// one farther: the last reply may have got lost.
func (n *transfers) expect(t *T, c *conformance.Conn) {
	for client := range n.acknowledged {
		first := c.Call("GET", account(client, 0))
		for i := range accounts {
			require.Equal(t, first.Text, c.Call("GET", account(client, i)).Text, "a transaction of client %d is there by half", client)
		}
		value := int64(0)
		if !first.Null {
			var err error
			value, err = strconv.ParseInt(first.Text, 10, 64)
			require.NoError(t, err)
		}
		least := n.acknowledged[client].Load()
		if !n.mayLose {
			require.GreaterOrEqual(t, value, least, "client %d's transaction was acknowledged", client)
		}
		require.LessOrEqual(t, value, least+1)
		n.acknowledged[client].Store(value)
	}
}
