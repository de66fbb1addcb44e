// ch08_sets_random.go: members by chance, and sets in the log.
//
// Where chance decides, a case checks what must hold whatever comes out, or draws so often
// that a fair server fails it less than once in the age of the world.

package cases

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

func randomMembers() list {
	return in(8, lesson8Sets, list{
		{Name: "SPOP takes a member away", Run: bothSets(popsOneMember)},
		{Name: "SPOP takes so many members away", Run: bothSets(popsManyMembers)},
		{Name: "SPOP of all deletes the set", Run: dialogue(
			"SADD @s a b", ":2\r\n", "SREM @s b", one, "EXPIRE @s 1000", one, "SPOP @s", bulk("a"), "EXISTS @s", zero, "SADD @s 1", one, "TTL @s", noTTL, "SPOP @s 1", bulks("1"), "EXISTS @s", zero, "SADD @s 7", one, "SPOP @s "+most, bulks("7"), "EXISTS @s", zero,
		)},
		{Name: "SPOP with 0 takes nothing", Run: dialogue("SADD @s a", one, "SPOP @s 0", emptyList, "SCARD @s", one, "SPOP @s -0", "-ERR value is out of range, must be positive\r\n")},
		{Name: "SPOP keeps the TTL of what stays", Run: func(t *T) {
			c, own := t.Dial(), newKeys()
			for _, n := range []string{"1", "50", "97"} {
				speak(c, own, "DEL @s", ":"+map[string]string{"1": "0", "50": "1", "97": "1"}[n]+"\r\n")
				c.Exchange(own.cmd("SADD @s x "+numbersTo(100))+own.cmd("EXPIRE @s 1000"), ":101\r\n"+one)
				require.Len(t, c.Call("SPOP", own.key("s"), n).Elems, mustInt(n))
				speak(c, own, "TTL @s", ":1000\r\n")
			}
		}},
		{Name: "what SPOP leaves of many integers is an intset again if it is little", Args: []string{"--set-max-intset-entries", "8"}, Run: popsToIntset},
		{Name: "SRANDMEMBER answers members, and takes none away", Run: bothSets(drawsOfSet)},
		{Name: "SRANDMEMBER draws each member as often as the others", Run: bothSets(drawsOfSetFairly)},
		{Name: "SPOP and SRANDMEMBER with a count reach every member", Run: bothSets(countsOfSetReachAll)},
		{Name: "SRANDMEMBER of many members", Own: true, Run: func(t *T) {
			c := t.Dial()
			inBatches(t, c, 0, 20_000, func(i int) (string, string) { return cmd("SADD", "s", "m"+strconv.Itoa(i)), one })
			for _, n := range []int{10, 6_000, 7_000, 19_999, 20_000, 30_000} {
				require.Len(t, distinct(c.Call("SRANDMEMBER", "s", strconv.Itoa(n)).Strings()), min(n, 20_000))
				require.Len(t, c.Call("SRANDMEMBER", "s", "-"+strconv.Itoa(n)).Elems, n)
			}
			require.Len(t, distinct(c.Call("SPOP", "s", "12000").Strings()), 12_000)
			speak(c, plain, "SCARD s", ":8000\r\n")
			require.Len(t, distinct(c.Call("SPOP", "s", "7990").Strings()), 7990)
			speak(c, plain, "SCARD s", ":10\r\n")
		}},
		{Name: "the log has what SPOP took", Run: poppedIsLogged},
		{Name: "sets are there again after a kill and after a rewrite", Timeout: time.Minute, Run: setsAreKept},
		{Name: "a large set that changes while the log is rewritten", Timeout: time.Minute, Run: setChangesInRewrite},
		{Name: "a server that is full refuses SADD and takes SREM and SPOP", Args: noLimit, Run: dialogue(
			"SADD s a b c", ":3\r\n", "CONFIG SET maxmemory 1", done, "SADD s d", oom, "SUNIONSTORE d s", oom, "SINTERSTORE d s", oom, "SDIFFSTORE d s", oom, "SMOVE s t a", one, "SREM s b", one, "SPOP s", bulk("c"), "SCARD s", zero,
		)},
	})
}

// bothSets runs a part with the key of an intset, and with that of a hash table, of 20
// members each.
func bothSets(part func(t *T, c *conformance.Conn, key string, members []string)) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		for _, prefix := range []string{"", "m"} {
			var members []string
			for i := range 20 {
				members = append(members, prefix+strconv.Itoa(i*1000))
			}
			key := own.key("s" + prefix)
			c.Exchange(cmd(append([]string{"SADD", key}, members...)...), ":20\r\n")
			part(t, c, key, members)
		}
	}
}

// distinct is the words, each once.
func distinct(words []string) map[string]bool {
	found := map[string]bool{}
	for _, w := range words {
		found[w] = true
	}
	return found
}

// numbersTo is the numbers below n, in words.
func numbersTo(n int) string {
	var words []string
	for i := range n {
		words = append(words, strconv.Itoa(i))
	}
	return strings.Join(words, " ")
}

func mustInt(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic(err)
	}
	return n
}

func popsOneMember(t *T, c *conformance.Conn, key string, members []string) {
	var popped []string
	for i := range members {
		member := c.Call("SPOP", key).Text
		popped = append(popped, member)
		c.Exchange(cmd("SISMEMBER", key, member)+cmd("SCARD", key), zero+integer(int64(len(members)-1-i)))
	}
	require.ElementsMatch(t, members, popped)
	c.Exchange(cmd("EXISTS", key)+cmd("SPOP", key), zero+nilBulk)
}

func popsManyMembers(t *T, c *conformance.Conn, key string, members []string) {
	for n := range len(members) + 3 {
		popped := c.Call("SPOP", key, strconv.Itoa(n)).Strings()
		require.Len(t, popped, min(n, len(members)))
		left := c.Call("SMEMBERS", key).Strings()
		require.ElementsMatch(t, members, slices.Concat(popped, left))
		if len(popped) > 0 {
			c.Exchange(cmd(append([]string{"SADD", key}, popped...)...), integer(int64(len(popped))))
		}
	}
}

func popsToIntset(t *T) {
	c := t.Dial()
	for _, try := range []struct {
		pop      string
		members  int
		encoding string
	}{{"16", 20, "hashtable"}, {"17", 20, "intset"}, {"19", 20, "intset"}, {"10", 20, "hashtable"}, {"50", 60, "hashtable"}, {"51", 60, "hashtable"}, {"52", 60, "intset"}} {
		c.Exchange(cmd("FLUSHALL")+plain.cmd("SADD s "+numbersTo(try.members)), done+integer(int64(try.members)))
		require.Len(t, distinct(c.Call("SPOP", "s", try.pop).Strings()), mustInt(try.pop))
		speak(c, plain, "SCARD s", integer(int64(try.members-mustInt(try.pop))), "OBJECT ENCODING s", bulk(try.encoding))
	}
	c.Exchange(cmd("FLUSHALL")+plain.cmd("SADD s a b c d e f g h i j"), done+":10\r\n")
	require.Len(t, c.Call("SPOP", "s", "9").Elems, 9)
	speak(c, plain, "OBJECT ENCODING s", bulk("hashtable"), "SCARD s", one)
}

func drawsOfSet(t *T, c *conformance.Conn, key string, members []string) {
	require.Contains(t, members, c.Call("SRANDMEMBER", key).Text)
	for n := range 25 {
		drawn := c.Call("SRANDMEMBER", key, strconv.Itoa(n)).Strings()
		require.Subset(t, members, drawn)
		require.Len(t, drawn, min(n, len(members)))
		require.Len(t, distinct(drawn), len(drawn))
		again := c.Call("SRANDMEMBER", key, strconv.Itoa(-n)).Strings()
		require.Len(t, again, n)
		require.Subset(t, members, again)
	}
	require.ElementsMatch(t, members, c.Call("SRANDMEMBER", key, most).Strings())
	c.Exchange(cmd("SCARD", key), ":20\r\n")
}

// drawsOfSetFairly expects each of 20 members about 1000 times of 20000. Half of that, or half as
// much again, is 16 standard deviations away.
func drawsOfSetFairly(t *T, c *conformance.Conn, key string, members []string) {
	times := map[string]int{}
	for _, member := range c.Call("SRANDMEMBER", key, "-10000").Strings() {
		times[member]++
	}
	var requests strings.Builder
	for range 10_000 {
		requests.WriteString(cmd("SRANDMEMBER", key))
	}
	t.Go(func() { c.Send(requests.String()) })
	for range 10_000 {
		times[c.Reply().Text]++
	}
	t.Wait()
	require.Len(t, times, len(members))
	for member, n := range times {
		require.True(t, 500 < n && n < 1500, "%s is drawn %d times of 20000", member, n)
	}
}

// countsOfSetReachAll draws and pops some of 20 members a thousand times.
func countsOfSetReachAll(t *T, c *conformance.Conn, key string, members []string) {
	for _, n := range []int{2, 7, 13, 19} {
		drawn, popped := map[string]int{}, map[string]int{}
		for range 1000 {
			for _, member := range c.Call("SRANDMEMBER", key, strconv.Itoa(n)).Strings() {
				drawn[member]++
			}
			taken := c.Call("SPOP", key, strconv.Itoa(n)).Strings()
			for _, member := range taken {
				popped[member]++
			}
			c.Exchange(cmd(append([]string{"SADD", key}, taken...)...), integer(int64(n)))
		}
		for _, member := range members {
			want := 1000 * n / len(members)
			require.InDelta(t, want, drawn[member], 200, "%s by SRANDMEMBER %d", member, n) // 12 deviations
			require.InDelta(t, want, popped[member], 200, "%s by SPOP %d", member, n)
		}
	}
}

// contentOfSets is every set's members, in order, with its TTL.
func contentOfSets(c *conformance.Conn) (all []any) {
	keys := c.Call("KEYS", "*").Strings()
	slices.Sort(keys)
	for _, key := range keys {
		members := c.Call("SMEMBERS", key).Strings()
		slices.Sort(members)
		all = append(all, key, members, c.Call("PEXPIRETIME", key).Int)
	}
	return all
}

func poppedIsLogged(t *T) {
	d := newDisk(t)
	s, c := d.start()
	for _, key := range []string{"one", "many", "nearly", "all", "exactly"} {
		c.Exchange(plain.cmd("SADD "+key+" x "+numbersTo(50)), ":51\r\n")
		c.Exchange(plain.cmd("SADD n"+key+" "+numbersTo(50)), ":50\r\n")
	}
	for _, pop := range []string{"one", "many 10", "nearly 47", "all 100", "exactly 51", "none", "none 3", "many 0"} {
		c.Send(plain.cmd("SPOP "+pop) + plain.cmd("SPOP n"+pop) + plain.cmd("SRANDMEMBER "+pop))
		for range 3 {
			require.False(t, c.Reply().IsError(), pop)
		}
	}
	c.Exchange(cmd("MULTI")+cmd("SPOP", "many", "5")+cmd("SPOP", "nmany")+cmd("EXEC"), done+queued+queued)
	require.Len(t, c.Reply().Elems, 2)
	want := contentOfSets(c)
	log := records(t, d.read("appendonly.aof.1.incr.aof"))
	for _, record := range log {
		require.NotContains(t, record, "SPOP")
		require.NotContains(t, record, "SRANDMEMBER")
	}
	require.Contains(t, log, "DEL all")
	s.Kill()
	_, c = d.start()
	require.Equal(t, want, contentOfSets(c))
}

func setsAreKept(t *T) {
	d := newDisk(t)
	s, c := d.start()
	for key, prefix := range map[string]string{"ints": "", "words": "w"} {
		inBatches(t, c, 0, 5000, func(i int) (string, string) { return cmd("SADD", key, prefix+strconv.Itoa(i*i)), one })
	}
	c.Exchange(plain.cmd("SADD few 1 -2 300000 "+least)+cmd("SADD", "bytes", everyValue, "", "\r\n", numbered(70_000)), ":4\r\n:4\r\n")
	speak(c, plain, "SREM words w1 w4", ":2\r\n", "SMOVE words few w9", one, "SADD lives a", one, "PEXPIREAT lives "+year2100+"000", one, "SADD gone a", one, "SREM gone a", one, "SUNIONSTORE union few bytes", ":9\r\n", "SINTERSTORE union2 ints ints", ":5000\r\n", "SDIFFSTORE gone words words", zero)
	want := contentOfSets(c)
	s.Kill()
	s, c = d.start()
	require.Equal(t, want, contentOfSets(c))
	beginRewrite(t, c)
	d.awaitGeneration(2)
	require.Empty(t, d.read("appendonly.aof.2.incr.aof"))
	s.Kill()
	_, c = d.start()
	require.Equal(t, want, contentOfSets(c))
}

// setChangesInRewrite changes a large set in all ways while the log is rewritten.
func setChangesInRewrite(t *T) {
	const n = 50_000
	d := newDisk(t)
	s, c := d.start()
	inBatches(t, c, 0, n, func(i int) (string, string) { return cmd("SADD", "s", "m"+strconv.Itoa(i)), one })
	random := rand.New(rand.NewPCG(8, 11))
	for generation := 2; generation < 5; generation++ {
		beginRewrite(t, c)
		for range 20 {
			var requests strings.Builder
			for range 100 {
				member := "m" + strconv.Itoa(random.IntN(n+n/10))
				requests.WriteString([]string{
					cmd("SADD", "s", member), cmd("SREM", "s", member), cmd("SPOP", "s"), cmd("SPOP", "s", "3"), cmd("SMOVE", "s", "t", member), cmd("SMOVE", "t", "s", member), cmd("SADD", "s", member+"new"),
				}[random.IntN(7)])
			}
			c.Send(requests.String())
			for range 100 {
				require.False(t, c.Reply().IsError())
			}
		}
		d.awaitGeneration(generation)
		want := contentOfSets(c)
		s.Kill()
		s, c = d.start()
		require.Equal(t, want, contentOfSets(c))
	}
}
