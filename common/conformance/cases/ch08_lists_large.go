// ch08_lists_large.go: lists of many nodes, and what the log keeps of lists.

package cases

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

func largeLists() list {
	rows := list{
		{Name: "a list of 100000 is read, trimmed, emptied from both ends", Timeout: time.Minute, Run: largeList},
		{Name: "a list of 200000 is deleted, flushed and replaced", Own: true, Timeout: time.Minute, Run: largeListGoes},
		{Name: "list-max-listpack-size holds for lists that are new", Own: true, Run: listLimits},
		{Name: "list-max-ziplist-size is its former name, and list-compress-depth is taken", Own: true, Run: dialogue(
			"CONFIG GET list-max-listpack-size", array(bulk("list-max-listpack-size"), bulk("-2")), "CONFIG SET list-max-ziplist-size 16", done, "CONFIG GET list-max-listpack-size", array(bulk("list-max-listpack-size"), bulk("16")),
			"CONFIG GET list-max-ziplist-size", array(bulk("list-max-ziplist-size"), bulk("16")), "CONFIG GET list-compress-depth", array(bulk("list-compress-depth"), bulk("0")), "CONFIG SET list-compress-depth 2", done,
			"RPUSH l a b c", three, "LRANGE l 0 -1", bulks("a b c"), "CONFIG SET list-compress-depth -1", setFailed("list-compress-depth", between("0", "2147483647")),
		)},
		{Name: "the log has commands of lists", Run: logs(
			"RPUSH l a b c; LPUSH l x y; RPUSHX l z; LPUSHX l z; LSET l 0 s; LINSERT l BEFORE a i; LREM l 0 b; LTRIM l 1 -2; LPOP l; RPOP l 1; LMOVE l m LEFT RIGHT; RPOPLPUSH m l",
			"RPUSH l a b c; LPUSH l x y; RPUSHX l z; LPUSHX l z; LSET l 0 s; LINSERT l BEFORE a i; LREM l 0 b; LTRIM l 1 -2; LPOP l; RPOP l 1; LMOVE l m LEFT RIGHT; RPOPLPUSH m l",
		)},
		{Name: "the log has LMPOP as LPOP or RPOP of what it took", Run: logs("RPUSH l a b c d e f; LMPOP 1 l LEFT; LMPOP 2 none l RIGHT COUNT 2; LMPOP 1 l LEFT COUNT 100; LMPOP 1 l LEFT", "RPUSH l a b c d e f; LPOP l 1; RPOP l 2; LPOP l 3")},
		{Name: "the log has nothing of what changes no list", Run: logs(
			"RPUSH l a; LPUSHX none x; RPUSHX none x; LPOP none; RPOP none 2; LPOP l 0; LINSERT l BEFORE x y; LREM l 0 x; LREM none 0 a; LTRIM l 0 -1; LTRIM none 0 0; LMOVE none l LEFT LEFT; RPOPLPUSH none l; LMPOP 1 none LEFT; LRANGE l 0 -1; LPOS l a; LINDEX l 0; LLEN l",
			"RPUSH l a",
		)},
		{Name: "lists are there after kill -9, and in a new base", Run: listsAreKept},
		{Name: "a large list that changes while the log is rewritten", Timeout: time.Minute, Run: listChangesInRewrite},
	}
	for _, size := range []string{"1", "3", "50", "-1", "-2", "-5"} {
		rows = append(rows, conformance.Case{Name: "a list does what a slice does, with list-max-listpack-size " + size, Args: []string{"--list-max-listpack-size", size}, Timeout: time.Minute, Run: listIsASlice})
	}
	return in(8, lesson8Lists, rows)
}

// pushNumbers appends the numbers from to to-1 to a list of from elements.
func pushNumbers(t *T, c *conformance.Conn, key string, from, to int) {
	inBatches(t, c, from, to, func(i int) (request, reply string) {
		return cmd("RPUSH", key, strconv.Itoa(i)), integer(int64(i + 1))
	})
}

// listOf is what LRANGE answers of all.
func listOf(c *conformance.Conn, key string) []string {
	return c.Call("LRANGE", key, "0", "-1").Strings()
}

// numberWords are the numbers from to to-1 as words.
func numberWords(from, to int) (words []string) {
	for i := from; i < to; i++ {
		words = append(words, strconv.Itoa(i))
	}
	return words
}

func largeList(t *T) {
	const n = 100_000
	c, own := t.Dial(), newKeys()
	l := own.key("l")
	pushNumbers(t, c, l, 0, n)
	require.Equal(t, numberWords(0, n), listOf(c, l))
	for _, i := range []int{0, 1, 777, 49_999, 50_000, 50_001, 99_998, 99_999} {
		c.Exchange(cmd("LINDEX", l, strconv.Itoa(i))+cmd("LINDEX", l, strconv.Itoa(i-n))+cmd("LPOS", l, strconv.Itoa(i))+cmd("LPOS", l, strconv.Itoa(i), "RANK", "-1"), strings.Repeat(bulk(strconv.Itoa(i)), 2)+strings.Repeat(integer(int64(i)), 2))
		require.Equal(t, numberWords(i, min(n, i+600)), c.Call("LRANGE", l, strconv.Itoa(i), strconv.Itoa(i+599)).Strings())
	}
	c.Exchange(cmd("LINDEX", l, strconv.Itoa(n))+cmd("LINDEX", l, strconv.Itoa(-n-1)), nilBulk+nilBulk)
	c.Exchange(cmd("LTRIM", l, "10000", "-10001")+cmd("LLEN", l), done+integer(80_000))
	require.Equal(t, numberWords(10_000, 40_000), c.Call("LPOP", l, "30000").Strings())
	want := numberWords(60_000, 90_000)
	slices.Reverse(want)
	require.Equal(t, want, c.Call("RPOP", l, "30000").Strings())
	for i := range 10_000 {
		first, last := strconv.Itoa(40_000+i), strconv.Itoa(59_999-i)
		c.Send(cmd("LPOP", l) + cmd("RPOP", l))
		c.Expect(bulk(first) + bulk(last))
	}
	c.Exchange(cmd("EXISTS", l), zero)
}

func largeListGoes(t *T) {
	const n = 200_000
	c := t.Dial()
	for _, request := range []string{"DEL l", "UNLINK l", "FLUSHALL", "FLUSHALL ASYNC", "SET l v", "LTRIM l 1 0", "LPOP l " + most} {
		pushNumbers(t, c, "l", 0, n)
		c.Send(cmd(strings.Fields(request)...))
		require.False(t, c.Reply().IsError(), request)
		speak(c, plain, "DEL l", integer(c.Call("EXISTS", "l").Int), "DBSIZE", zero)
	}
}

func listLimits(t *T) {
	c := t.Dial()
	for _, size := range []string{"-5", "-4", "-3", "-2", "-1", "0", "1", "128", most32} {
		configure(c, "list-max-listpack-size", size)
		pushNumbers(t, c, "l"+size, 0, 3000)
	}
	configure(c, "list-max-listpack-size", "7")
	for _, size := range []string{"-5", "-4", "-3", "-2", "-1", "0", "1", "128", most32} {
		speak(c, plain, "OBJECT ENCODING l"+size, bulk("quicklist"))
		for range 20 {
			speak(c, plain, "LINSERT l"+size+" BEFORE 1500 x", integer(3001), "LREM l"+size+" -1 x", one)
		}
		require.Equal(t, numberWords(0, 3000), listOf(c, "l"+size))
	}
	speak(c, plain, "CONFIG SET list-max-listpack-size x", setFailed("list-max-listpack-size", notParsed), "CONFIG GET list-max-listpack-size", array(bulk("list-max-listpack-size"), bulk("7")))
}

const most32 = "2147483647"

// listIsASlice changes a list in all ways, and a slice too.
func listIsASlice(t *T) {
	c := t.Dial()
	random := rand.New(rand.NewPCG(8, 11))
	var model []string
	word := func() string {
		switch random.IntN(30) {
		case 0:
			return numbered(random.IntN(10_000))
		case 1:
			return ""
		case 2, 3, 4:
			return fmt.Sprint("word ", random.IntN(10))
		default:
			return strconv.Itoa(random.IntN(40) - 10)
		}
	}
	for step := range 4000 {
		w, i := word(), 0
		if len(model) > 0 {
			i = random.IntN(len(model))
		}
		at := strconv.Itoa(i)
		switch choice := random.IntN(12); {
		case choice < 3 || len(model) == 0:
			model = append(model, w, "x")
			c.Exchange(cmd("RPUSH", "l", w, "x"), integer(int64(len(model))))
		case choice < 5:
			model = slices.Insert(model, 0, w)
			c.Exchange(cmd("LPUSH", "l", w), integer(int64(len(model))))
		case choice == 5:
			model[i] = w
			c.Exchange(cmd("LSET", "l", at, w), done)
		case choice == 6:
			pivot := slices.Index(model, model[i])
			if random.IntN(2) == 0 {
				c.Exchange(cmd("LINSERT", "l", "BEFORE", model[i], w), integer(int64(len(model)+1)))
				model = slices.Insert(model, pivot, w)
			} else {
				c.Exchange(cmd("LINSERT", "l", "AFTER", model[i], w), integer(int64(len(model)+1)))
				model = slices.Insert(model, pivot+1, w)
			}
		case choice == 7:
			c.Exchange(cmd("LREM", "l", "1", model[i]), one)
			pivot := slices.Index(model, model[i])
			model = slices.Delete(model, pivot, pivot+1)
		case choice == 8:
			c.Exchange(cmd("LPOP", "l"), bulk(model[0]))
			model = model[1:]
		case choice == 9:
			c.Exchange(cmd("LMOVE", "l", "l", "RIGHT", "LEFT"), bulk(model[len(model)-1]))
			model = slices.Insert(model[:len(model)-1:len(model)-1], 0, model[len(model)-1])
		case choice == 10:
			c.Exchange(cmd("LINDEX", "l", at)+cmd("LPOS", "l", model[i]), bulk(model[i])+integer(int64(slices.Index(model, model[i]))))
		default:
			end := min(len(model), i+random.IntN(200)+1)
			if len(model) > 600 {
				model = slices.Clone(model[i:end])
				c.Exchange(cmd("LTRIM", "l", at, strconv.Itoa(end-1)), done)
			} else {
				require.Equal(t, model[i:end], c.Call("LRANGE", "l", at, strconv.Itoa(end-1)).Strings())
			}
		}
		if step%50 == 0 || step == 3999 {
			require.Equal(t, slices.Clone(model), append([]string(nil), listOf(c, "l")...))
		}
	}
}

func listsAreKept(t *T) {
	d := newDisk(t)
	s, c := d.start()
	pushNumbers(t, c, "small", 0, 10)
	pushNumbers(t, c, "large", 0, 5000)
	c.Exchange(cmd("RPUSH", "bytes", everyValue, numbered(70_000), "", "\r\n", "007"), integer(5))
	speak(c, plain, "LINSERT small AFTER 5 x", integer(11), "LREM large 1 7", one, "LMPOP 1 large LEFT COUNT 3", array(bulk("large"), bulks("0 1 2")), "RPUSH lives v", one, "PEXPIREAT lives "+year2100+"000", one, "RPUSH gone v", one, "LMOVE gone moved LEFT LEFT", bulk("v"))
	all := func() (state []any) {
		for _, k := range []string{"small", "large", "bytes", "lives", "gone", "moved"} {
			state = append(state, listOf(c, k), c.Call("PEXPIRETIME", k).Int)
		}
		return state
	}
	want := all()
	require.Len(t, want[2], 4996)
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

// listChangesInRewrite changes a large list at its ends and inside of it while the log is
// rewritten.
func listChangesInRewrite(t *T) {
	const n = 50_000
	d := newDisk(t)
	s, c := d.start()
	pushNumbers(t, c, "l", 0, n)
	random := rand.New(rand.NewPCG(8, 12))
	for generation := 2; generation < 5; generation++ {
		beginRewrite(t, c)
		for range 20 {
			var requests strings.Builder
			for range 100 {
				place := strconv.Itoa(random.IntN(n / 2))
				requests.WriteString([]string{
					cmd("LPUSH", "l", place, "new"), cmd("RPUSH", "l", numbered(random.IntN(300))), cmd("LSET", "l", place, fmt.Sprint("changed ", generation)),
					cmd("LPOP", "l", "3"), cmd("RPOPLPUSH", "l", "l"), cmd("LINSERT", "l", "BEFORE", strconv.Itoa(random.IntN(5000)), "between"),
				}[random.IntN(6)])
			}
			c.Send(requests.String())
			for range 100 {
				require.False(t, c.Reply().IsError())
			}
		}
		c.Exchange(cmd("LTRIM", "l", "5", "-5"), done)
		d.awaitGeneration(generation)
		want := listOf(c, "l")
		s.Kill()
		s, c = d.start()
		require.Equal(t, want, listOf(c, "l"))
	}
}
