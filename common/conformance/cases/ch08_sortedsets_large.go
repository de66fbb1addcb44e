// ch08_sortedsets_large.go: when a sorted set becomes a skip list, what is in a large one,
// what the log keeps of both, and COMMAND's rows.

package cases

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
)

const aSkipList = "$8\r\nskiplist\r\n"

func largeSortedSets() list {
	word64 := strings.Repeat("x", 64)
	rows := list{
		{Name: "a sorted set of 128 members is a listpack, and of 129 a skip list", Run: membersMakeASkipList},
		{Name: "a member of 64 bytes is in a listpack, and of 65 in a skip list", Run: dialogue(
			"ZADD @z 1 "+word64, one, "OBJECT ENCODING @z", aListpack, "ZADD @z XX 1 "+longWord, zero, "OBJECT ENCODING @z", aListpack, "ZADD @z 1 "+longWord, one, "OBJECT ENCODING @z", aSkipList,
			"ZREM @z "+longWord, one, "OBJECT ENCODING @z", aSkipList, "ZADD @y 1 "+longWord, one, "OBJECT ENCODING @y", aSkipList, "DEL @y", one, "ZADD @y 1 a", one, "OBJECT ENCODING @y", aListpack,
		)},
		{Name: "what is stored is a listpack if it may be one", Run: storedEncodings},
		{Name: "zset-max-listpack-entries and -value hold from the next ZADD on", Own: true, Run: dialogue(
			"ZADD z 1 a 2 b 3 c", three, "CONFIG SET zset-max-listpack-entries 2 zset-max-listpack-value 4", done, "OBJECT ENCODING z", aListpack, "ZADD z 4 c", zero, "OBJECT ENCODING z", aListpack,
			"ZADD z 4 d", one, "OBJECT ENCODING z", aSkipList, "ZADD y 1 a 2 b", two, "OBJECT ENCODING y", aListpack, "ZADD y 1 abcd", one, "OBJECT ENCODING y", aSkipList, "ZADD x 1 abcde", one, "OBJECT ENCODING x", aSkipList,
			"ZUNIONSTORE d 1 y", three, "OBJECT ENCODING d", aSkipList, "ZRANGESTORE d y 0 1", two, "OBJECT ENCODING d", aListpack, "CONFIG SET zset-max-ziplist-entries 0", done, "ZADD w 1 a", one, "OBJECT ENCODING w", aSkipList,
			"CONFIG SET zset-max-listpack-entries 100000 zset-max-ziplist-value 100000", done, "ZADD v 1 "+longWord, one, "OBJECT ENCODING v", aListpack, "OBJECT ENCODING w", aSkipList,
		)},
		{Name: "a zero below zero is kept by a skip list, and not by a listpack", Own: true, Run: dialogue(
			"ZADD z -0 a -0.0 b 1 c", three, "ZRANGE z 0 -1 WITHSCORES", bulks("a 0 b 0 c 1"), "ZUNION 1 z WEIGHTS -1 WITHSCORES", bulks("c -1 a -0 b -0"), "ZUNIONSTORE d 1 z WEIGHTS -1", three, "ZSCORE d a", bulk("0"),
			"CONFIG SET zset-max-listpack-entries 0", done, "ZADD y -0 a", one, "ZSCORE y a", bulk("-0"), "ZADD y 0 a", zero, "ZSCORE y a", bulk("-0"), "ZINCRBY y 0 a", bulk("0"), "ZSCORE y a", bulk("-0"),
			"ZCOUNT y 0 0", one, "ZCOUNT y (-0 0", zero,
		)},
		{Name: "ZSCAN of a listpack answers all, and whole numbers with all their digits", Run: dialogue(
			"ZADD @z 1 a 1e17 b 0.5 c", three, "ZSCAN @z 0", scanned("0", bulks("c 0.5 a 1 b 100000000000000000")), "ZSCAN @z 99 COUNT 1", scanned("0", bulks("c 0.5 a 1 b 100000000000000000")), "ZSCAN @z 0 MATCH [ab]", scanned("0", bulks("a 1 b 100000000000000000")),
			"ZSCAN @z 0 MATCH x*", scanned("0", emptyList), "ZADD @y 1e17 "+longWord, one, "ZSCAN @y 0 COUNT 100", scanned("0", bulks(longWord+" 1e+17")), "ZSCAN @none 5 COUNT", scanned("0", emptyList), "ZSCAN @z x", badCursor,
			"ZSCAN @z 0 COUNT 0", syntax, "ZSCAN @z 0 COUNT x", noInteger, "ZSCAN @z 0 NOSUCH", syntax, "ZSCAN @z 0 TYPE zset", syntax,
		)},
		{Name: "ZSCAN meets all that stays while members come and go", Run: scansChangingSortedSet},
		{Name: "ZMPOP tells the key that it took from", Run: func(t *T) {
			c, own := t.Dial(), newKeys()
			took := func(key, pairs string) string { return array(bulk(own.key(key)), pairs) }
			speak(
				c, own, "ZADD @a 1 a 2 b 3 c", three, "ZADD @b 4 d", one, "ZMPOP 3 @none @a @b MIN", took("a", array(bulks("a 1"))), "ZMPOP 2 @b @a MAX COUNT 5", took("b", array(bulks("d 4"))), "EXISTS @b", zero,
				"ZMPOP 2 @b @a max count 9", took("a", array(bulks("c 3"), bulks("b 2"))), "EXISTS @a", zero, "ZMPOP 2 @b @a MAX", nullArray,
			)
		}},
		{Name: "members have any bytes, and none", Run: sortedAnyBytes},
		{Name: "members that look like numbers are what they are", Run: sortedNumbers},
		{Name: "ZRANDMEMBER draws all members, and different ones if the count is positive", Run: drawsMembers},
		{Name: "ZRANDMEMBER with a large negative count draws as many", Run: func(t *T) {
			c, k := t.Dial(), newKeys().key("z")
			c.Exchange(cmd("ZADD", k, "1", "a"), one)
			require.Len(t, c.Call("ZRANDMEMBER", k, "-50000", "WITHSCORES").Strings(), 100_000)
		}},
		{Name: "a sorted set does what a sorted list does", Timeout: time.Minute, Run: sortedSetIsAModel},
		{Name: "a sorted set of 100000 members is deleted, flushed and replaced", Own: true, Timeout: time.Minute, Run: func(t *T) {
			c := t.Dial()
			for i, request := range []string{"DEL z", "UNLINK z", "SET z v", "ZREMRANGEBYRANK z 0 -1", "FLUSHALL", "FLUSHALL ASYNC", "PEXPIRE z -1"} {
				scoreMembers(t, c, "z", 0, 100_000)
				require.False(t, c.Call(strings.Fields(request)...).IsError(), request)
				c.Exchange(cmd("DEL", "z")+cmd("EXISTS", "z"), integer(int64(map[bool]int{true: 1}[i == 2]))+zero)
			}
		}},
		{Name: "a server that is full refuses ZADD and takes ZREM", Args: noLimit, Run: dialogue(
			"ZADD z 1 a 2 b 3 c 4 d 5 e", ":5\r\n", "CONFIG SET maxmemory 1", done, "ZADD z 1 a", oom, "ZINCRBY z 1 a", oom, "ZUNIONSTORE y 1 z", oom, "ZRANGESTORE y z 0 1", oom, "ZINTERSTORE y 1 z", oom, "ZDIFFSTORE y 1 z", oom,
			"ZREM z a", one, "ZPOPMIN z", bulks("b 2"), "ZMPOP 1 z MAX", array(bulk("z"), array(bulks("e 5"))), "ZREMRANGEBYRANK z 0 0", one, "ZUNION 1 z", bulks("d"), "ZREMRANGEBYSCORE z 0 9", one, "EXISTS z", zero,
		)},
		{
			Name: "a sorted set fills up all that the system gives, and what would be made of it is refused", NotRedis: "it ends when it gets no memory", Alone: true, Timeout: time.Minute,
			Wrap: []string{"sh", "-c", `ulimit -d 163840; exec "$@"`, "sh"}, Run: sortedSetFillsMemory,
		},
		{Name: "the log has commands of sorted sets", Run: logs(
			"ZADD z 1 a 2 b 3 c 4 d 5 e; ZADD z NX CH 7 f 1 a; ZINCRBY z 1.5 a; ZADD z INCR 1 a; ZREM z b none; ZPOPMIN z; ZPOPMAX z 1; ZREMRANGEBYRANK z 0 0; ZREMRANGEBYSCORE z 4 4; ZUNIONSTORE y 1 z; ZRANGESTORE x z 0 1; ZREMRANGEBYLEX z - +",
			"ZADD z 1 a 2 b 3 c 4 d 5 e; ZADD z NX CH 7 f 1 a; ZINCRBY z 1.5 a; ZADD z INCR 1 a; ZREM z b none; ZPOPMIN z; ZPOPMAX z 1; ZREMRANGEBYRANK z 0 0; ZREMRANGEBYSCORE z 4 4; ZUNIONSTORE y 1 z; ZRANGESTORE x z 0 1; ZREMRANGEBYLEX z - +",
		)},
		{Name: "the log has ZMPOP as ZPOPMIN or ZPOPMAX, with how many went", Run: logs("ZADD z 1 a 2 b 3 c 4 d; ZMPOP 2 none z MIN; ZMPOP 1 z MAX COUNT 9", "ZADD z 1 a 2 b 3 c 4 d; ZPOPMIN z 1; ZPOPMAX z 3")},
		{Name: "the log has nothing of what changes no sorted set", Run: logs(
			"ZADD z 1 a; ZADD z 1 a; ZADD z NX 2 a; ZADD z XX 2 b; ZADD z GT 0 a; ZADD none XX 1 a; ZINCRBY z 0 a; ZREM z none; ZREM none a; ZPOPMIN none; ZPOPMIN z 0; ZMPOP 1 none MIN; ZREMRANGEBYSCORE z 5 6; ZUNIONSTORE d 1 none; ZRANGESTORE d z 5 6; ZRANGE z 0 -1; ZSCAN z 0; ZRANDMEMBER z 3",
			"ZADD z 1 a",
		)},
		{Name: "sorted sets are there after kill -9, and in a new base", Run: sortedSetsAreKept},
		{Name: "a large sorted set that changes while the log is rewritten", Timeout: time.Minute, Run: sortedSetChangesInRewrite},
	}
	return in(8, lesson8Places, append(rows, watchedSortedSets()...))
}

// watchedSortedSets has what tells who watches a key, and what does not.
func watchedSortedSets() (rows list) {
	for _, row := range []struct {
		request, reply string
		changes        bool
	}{
		{"ZADD @z 2 a", zero, true},
		{"ZADD @z 1 a", zero, false},
		{"ZADD @z NX 2 a", zero, false},
		{"ZADD @z GT 0 a", zero, false},
		{"ZADD @none XX 1 a", zero, false},
		{"ZADD @none 1 a", one, true},
		{"ZINCRBY @z 1 a", bulk("2"), true},
		{"ZINCRBY @z 0 a", bulk("1"), false},
		{"ZINCRBY @z x a", noFloat, false},
		{"ZREM @z a", one, true},
		{"ZREM @z x", zero, false},
		{"ZREMRANGEBYSCORE @z 1 1", one, true},
		{"ZREMRANGEBYSCORE @z 5 9", zero, false},
		{"ZPOPMIN @z", bulks("a 1"), true},
		{"ZPOPMIN @z 0", emptyList, false},
		{"ZUNIONSTORE @none 1 @z", two, true},
		{"ZDIFFSTORE @z 1 @nosuch", zero, true},
		{"ZDIFFSTORE @none 1 @nosuch", zero, false},
		{"ZRANGESTORE @z @z 0 -1", two, true},
		{"ZRANGE @z 0 -1", bulks("a b"), false},
	} {
		reply, what := emptyList, "no change"
		if row.changes {
			reply, what = nullArray, "a change"
		}
		rows = append(rows, conformance.Case{
			Name: "WATCH: " + what + ": " + row.request,
			Run:  scene("A> ZADD @z 1 a 2 b", two, "A> WATCH @z @none", done, "B> "+row.request, row.reply, "A> MULTI", done, "A> EXEC", reply),
		})
	}
	return rows
}

// scoreMembers gives the members from to to-1 of a sorted set their numbers as scores.
func scoreMembers(t *T, c *conformance.Conn, key string, from, to int) {
	inBatches(t, c, from, to, func(i int) (request, reply string) {
		return cmd("ZADD", key, strconv.Itoa(i), "m"+strconv.Itoa(i)), one
	})
}

func membersMakeASkipList(t *T) {
	c, k := t.Dial(), newKeys().key("z")
	scoreMembers(t, c, k, 0, 128)
	c.Exchange(cmd("OBJECT", "ENCODING", k)+cmd("ZADD", k, "500", "m0")+cmd("OBJECT", "ENCODING", k), aListpack+zero+aListpack)
	scoreMembers(t, c, k, 128, 129)
	c.Exchange(cmd("OBJECT", "ENCODING", k)+cmd("ZCARD", k)+cmd("ZREM", k, "m1", "m2")+cmd("OBJECT", "ENCODING", k), aSkipList+":129\r\n"+two+aSkipList)
	all := c.Call("ZRANGE", k, "0", "-1").Strings()
	require.Len(t, all, 127)
	require.Equal(t, []string{"m3", "m128", "m0"}, []string{all[0], all[125], all[126]})
}

// sortedSetFillsMemory adds members until one is refused, and asks for what takes as much
// again. When the sorted set has gone all works.
func sortedSetFillsMemory(t *T) {
	const batch, more = 500, 10_000
	c := t.Dial()
	full := func(reply wire.Value) bool {
		if reply.IsError() {
			require.Contains(t, reply.Text, "OOM command not allowed when the system gives")
		}
		return reply.IsError()
	}
	n := 0
	for ; ; n += batch {
		request := []string{"ZADD", "z"}
		for i := n; i < n+batch; i++ {
			request = append(request, strconv.Itoa(i*7919%1_000_003), fmt.Sprintf("member:%d", i))
		}
		if full(c.Call(request...)) {
			break
		}
	}
	require.Greater(t, n, 100_000)
	for _, request := range []string{"ZUNIONSTORE d 1 z", "ZINTERSTORE d 2 z z", "ZDIFFSTORE d 2 z none", "ZRANGESTORE d z 0 -1", "ZUNION 2 z z", "COPY z d"} {
		require.True(t, full(c.Call(strings.Fields(request)...)), request)
	}
	speak(c, plain, "EXISTS d", zero, "ZREM z member:7", one, "ZINTERCARD 1 z", integer(int64(n-1)), "ZREMRANGEBYRANK z 0 -1", integer(int64(n-1)), "EXISTS z", zero)
	scoreMembers(t, c, "z", 0, more)
	speak(c, plain, "ZUNIONSTORE d 1 z", integer(more), "ZRANGESTORE e d 5 9", ":5\r\n")
}

func storedEncodings(t *T) {
	c, own := t.Dial(), newKeys()
	scoreMembers(t, c, own.key("z"), 0, 200)
	for _, request := range []string{
		"ZRANGESTORE @d @z 0 127", "ZRANGESTORE @d @z 0 128", "ZUNIONSTORE @d 1 @z", "ZINTERSTORE @d 1 @z", "ZRANGESTORE @small @z 5 9 REV", "ZINTERSTORE @d 2 @z @small", "ZDIFFSTORE @d 2 @z @small", "ZUNIONSTORE @d 1 @small",
	} {
		c.Send(own.cmd(request))
		encoding := aListpack
		if n := c.Reply().Int; n > 128 {
			encoding = aSkipList
		}
		key := strings.Fields(request)[1]
		speak(c, own, "OBJECT ENCODING "+key, encoding)
	}
	speak(c, own, "ZADD @long 1 a 2 "+longWord, two, "ZUNIONSTORE @d 1 @long", two, "OBJECT ENCODING @d", aSkipList, "ZRANGESTORE @d @long 0 0", one, "OBJECT ENCODING @d", aListpack)
}

// scansChangingSortedSet scans while members that it does not look for come and go.
func scansChangingSortedSet(t *T) {
	c, k := t.Dial(), newKeys().key("z")
	scoreMembers(t, c, k, 0, 1000)
	met, cursor := map[string]bool{}, "0"
	for i := 0; ; i++ {
		next, elements := scanCall(t, c, "ZSCAN", k, cursor, "COUNT", "20")
		for j := 0; j < len(elements); j += 2 {
			met[elements[j]] = true
			if n, err := strconv.Atoi(elements[j][1:]); err == nil && n < 1000 {
				require.Equal(t, strconv.Itoa(n), elements[j+1])
			}
		}
		if cursor = next; cursor == "0" {
			break
		}
		for n := range 40 {
			c.Call([]string{"ZADD", "ZREM"}[i/10%2], k, []string{"7", "x"}[i/10%2], fmt.Sprintf("n%d", 1000+(i%10)*40+n))
		}
	}
	for i := range 1000 {
		require.True(t, met["m"+strconv.Itoa(i)], "%d", i)
	}
}

// bothKinds runs a part with keys of listpacks, and with those of skip lists: begin makes a
// key of that encoding, which then has the member @@, behind all others.
func bothKinds(t *T, part func(c *conformance.Conn, begin func(name string) (key string))) {
	c := t.Dial()
	for _, large := range []bool{false, true} {
		own := newKeys()
		part(c, func(name string) string {
			k := own.key(name)
			if large {
				c.Exchange(cmd("ZADD", k, "inf", "@@", "0", longWord)+cmd("ZREM", k, longWord), two+one)
			}
			return k
		})
	}
}

func sortedAnyBytes(t *T) {
	words := []string{"", everyValue, "\x00", "a\x00b", "a\x00c", "\r\n", "\xff", "a", strings.Repeat("\x00", 64), numbered(64), numbered(65), numbered(300), numbered(5000), numbered(70_000)}
	sorted := slices.Sorted(slices.Values(words))
	bothKinds(t, func(c *conformance.Conn, begin func(string) string) {
		k := begin("z")
		for _, w := range words {
			c.Exchange(cmd("ZADD", k, "1", w)+cmd("ZADD", k, "1", w), one+zero)
		}
		for i, w := range sorted {
			c.Exchange(cmd("ZSCORE", k, w)+cmd("ZRANK", k, w), bulk("1")+integer(int64(i)))
		}
		require.Equal(t, sorted, c.Call("ZRANGE", k, "0", strconv.Itoa(len(words)-1)).Strings())
		require.Equal(t, sorted[3:7], c.Call("ZRANGE", k, "["+sorted[3], "("+sorted[7], "BYLEX").Strings())
		for _, w := range words {
			c.Exchange(cmd("ZREM", k, w)+cmd("ZSCORE", k, w), one+nilBulk)
		}
	})
}

func sortedNumbers(t *T) {
	sorted := slices.Sorted(slices.Values(looksLikeNumbers))
	bothKinds(t, func(c *conformance.Conn, begin func(string) string) {
		k := begin("z")
		for _, w := range looksLikeNumbers {
			c.Exchange(cmd("ZADD", k, "0", w), one)
		}
		require.Equal(t, sorted, c.Call("ZRANGE", k, "0", strconv.Itoa(len(sorted)-1)).Strings())
		for i, w := range sorted {
			c.Exchange(cmd("ZRANK", k, w), integer(int64(i)))
		}
		for _, w := range looksLikeNumbers {
			c.Exchange(cmd("ZINCRBY", k, "0.5", w)+cmd("ZREM", k, w), bulk("0.5")+one)
		}
	})
}

func drawsMembers(t *T) {
	c, own := t.Dial(), newKeys()
	for _, n := range []int{20, 300} {
		k := own.key(strconv.Itoa(n))
		scoreMembers(t, c, k, 0, n)
		for _, count := range []int{1, 3, n / 2, n - 1, n, n + 5} {
			words := c.Call("ZRANDMEMBER", k, strconv.Itoa(count), "WITHSCORES").Strings()
			require.Len(t, words, 2*min(count, n))
			drawn := map[string]bool{}
			for i := 0; i < len(words); i += 2 {
				require.Equal(t, words[i], "m"+words[i+1])
				drawn[words[i]] = true
			}
			require.Len(t, drawn, min(count, n), "no member twice")
		}
		for _, count := range []string{"-100", "7", ""} { // each member comes sooner or later
			met := map[string]bool{}
			t.Until("all members are drawn", func() bool {
				request := []string{"ZRANDMEMBER", k, count}
				if count == "" {
					for range n {
						met[c.Call(request[:2]...).Text] = true
					}
					return len(met) == n
				}
				for _, m := range c.Call(request...).Strings() {
					met[m] = true
				}
				return len(met) == n
			})
		}
	}
}

// sortedSetIsAModel does the same to sorted sets and to a map, and compares them.
func sortedSetIsAModel(t *T) {
	c, own, random := t.Dial(), newKeys(), rand.New(rand.NewPCG(8, 11))
	for round := range 30 {
		k, model := own.key(strconv.Itoa(round)), map[string]int{}
		members := []int{5, 100, 600, 3000}[round%4]
		inBatches(t, c, 0, 2000, func(int) (request, reply string) {
			member, score := "m"+strconv.Itoa(random.IntN(members)), random.IntN(members)-members/2
			old, there := model[member]
			switch random.IntN(5) {
			case 0:
				delete(model, member)
				if there {
					return cmd("ZREM", k, member), one
				}
				return cmd("ZREM", k, member), zero
			case 1:
				model[member] = old + score
				return cmd("ZINCRBY", k, strconv.Itoa(score), member), bulk(strconv.Itoa(old + score))
			case 2:
				return cmd("ZCARD", k), integer(int64(len(model)))
			}
			model[member] = score
			if there {
				return cmd("ZADD", k, strconv.Itoa(score), member), zero
			}
			return cmd("ZADD", k, strconv.Itoa(score), member), one
		})
		var sorted []string
		for m := range model {
			sorted = append(sorted, m)
		}
		slices.SortFunc(sorted, func(a, b string) int { return cmp.Or(cmp.Compare(model[a], model[b]), strings.Compare(a, b)) })
		require.Equal(t, sorted, c.Call("ZRANGE", k, "0", "-1").Strings())
		for i, m := range sorted {
			if i%(1+len(sorted)/50) == 0 {
				c.Exchange(cmd("ZRANK", k, m)+cmd("ZSCORE", k, m)+cmd("ZRANGE", k, strconv.Itoa(i), strconv.Itoa(i)), integer(int64(i))+bulk(strconv.Itoa(model[m]))+array(bulk(m)))
			}
		}
		for range 20 {
			low, high := random.IntN(members)-members/2, random.IntN(members)-members/2
			var want int64
			for _, score := range model {
				if low < score && score <= high {
					want++
				}
			}
			c.Exchange(cmd("ZCOUNT", k, "("+strconv.Itoa(low), strconv.Itoa(high)), integer(want))
		}
	}
}

// sortedSetsAreKept makes sorted sets of each kind and expects them after a kill, and after
// another one with a new base.
func sortedSetsAreKept(t *T) {
	d := newDisk(t)
	s, c := d.start()
	scoreMembers(t, c, "small", 0, 10)
	scoreMembers(t, c, "large", 0, 3000)
	c.Exchange(cmd("ZADD", "bytes", "0.1", everyValue, "inf", "", "-inf", "\r\n", "1e300", numbered(70_000), "123456789012345678", "a", "5e-324", "b"), ":6\r\n")
	speak(c, plain, "ZINCRBY small 0.2 m3", bulk("3.2000000000000002"), "ZREM large m7", one, "ZPOPMAX large 10", bulksFrom(2999, 10), "ZADD lives 1 a", one, "PEXPIREAT lives "+year2100+"000", one, "ZADD gone 1 a", one, "ZREM gone a", one)
	all := func() (state []any) {
		for _, k := range []string{"small", "large", "bytes", "lives", "gone"} {
			state = append(state, c.Call("ZRANGE", k, "0", "-1", "WITHSCORES").Strings(), c.Call("PEXPIRETIME", k).Int, c.Call("OBJECT", "ENCODING", k).Text)
		}
		return state
	}
	want := all()
	require.Len(t, want[3], 2*2989)
	s.Kill()
	s, c = d.start()
	require.Equal(t, want, all())
	beginRewrite(t, c)
	d.awaitGeneration(2)
	require.Empty(t, d.read("appendonly.aof.2.incr.aof"))
	s.Kill()
	_, c = d.start()
	require.Equal(t, want, all())
}

// bulksFrom are n members of scoreMembers with their scores, downwards.
func bulksFrom(last, n int) string {
	var words []string
	for i := last; i > last-n; i-- {
		words = append(words, fmt.Sprintf("m%d %d", i, i))
	}
	return bulks(strings.Join(words, " "))
}

// sortedSetChangesInRewrite changes a large sorted set in all ways while the log is rewritten.
func sortedSetChangesInRewrite(t *T) {
	const n = 30_000
	d := newDisk(t)
	s, c := d.start()
	scoreMembers(t, c, "z", 0, n)
	random := rand.New(rand.NewPCG(8, 12))
	for generation := 2; generation < 5; generation++ {
		beginRewrite(t, c)
		for range 20 {
			var requests strings.Builder
			for range 100 {
				member, score := "m"+strconv.Itoa(random.IntN(n+n/10)), strconv.Itoa(random.IntN(n))
				requests.WriteString([]string{
					cmd("ZADD", "z", score, member), cmd("ZREM", "z", member), cmd("ZINCRBY", "z", "0.5", member), cmd("ZPOPMIN", "z", "2"), cmd("ZREMRANGEBYRANK", "z", score, score),
				}[random.IntN(5)])
			}
			c.Send(requests.String())
			for range 100 {
				require.False(t, c.Reply().IsError())
			}
		}
		d.awaitGeneration(generation)
		want := c.Call("ZRANGE", "z", "0", "-1", "WITHSCORES").Strings()
		s.Kill()
		s, c = d.start()
		require.Equal(t, want, c.Call("ZRANGE", "z", "0", "-1", "WITHSCORES").Strings())
	}
}
