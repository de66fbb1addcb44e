// ch08_lists.go: lists: elements that are put at both ends, taken from there and looked at.

package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// The rows of the commands on one list as Redis 7.0.15 has them.
var listRows = []commandRow{
	{"lpush", -3, "write denyoom fast", "@write @list @fast", "", 1, "RW insert", ""},
	{"rpush", -3, "write denyoom fast", "@write @list @fast", "", 1, "RW insert", ""},
	{"lpushx", -3, "write denyoom fast", "@write @list @fast", "", 1, "RW insert", ""},
	{"rpushx", -3, "write denyoom fast", "@write @list @fast", "", 1, "RW insert", ""},
	{"llen", 2, "readonly fast", "@read @list @fast", "", 1, "RO", ""},
	{"lindex", 3, "readonly", "@read @list @slow", "", 1, "RO access", ""},
	{"lset", 4, "write denyoom", "@write @list @slow", "", 1, "RW update", ""},
	{"lpop", -2, "write fast", "@write @list @fast", "", 1, "RW access delete", ""},
	{"rpop", -2, "write fast", "@write @list @fast", "", 1, "RW access delete", ""},
	{"lrange", 4, "readonly", "@read @list @slow", "", 1, "RO access", ""},
	{"ltrim", 4, "write", "@write @list @slow", "", 1, "RW delete", ""},
	{"lpos", -3, "readonly", "@read @list @slow", "", 1, "RO access", ""},
	{"lrem", 4, "write", "@write @list @slow", "", 1, "RW delete", ""},
}

const (
	noPlace    = "-ERR index out of range\r\n"
	noPopCount = "-ERR value is out of range, must be positive\r\n"
)

// notLong are words that are no number of 64 bits.
var notLong = []string{"x", "1.5", "", " 1", "1 ", "+1", "01", "-0", "9223372036854775808", "-9223372036854775809", "1e3", "0x1"}

func lists() list {
	rows := list{
		{Name: "LPUSH and RPUSH put elements in front and at the end, one after the other", Run: dialogue(
			"RPUSH @l c", one, "LPUSH @l b a", integer(3), "RPUSH @l d e", integer(5), "LRANGE @l 0 -1", bulks("a b c d e"), "LLEN @l", integer(5), "TYPE @l", "+list\r\n", "OBJECT ENCODING @l", bulk("quicklist"),
		)},
		{Name: "LPUSHX and RPUSHX do nothing without a list", Run: dialogue(
			"LPUSHX @l a b", zero, "RPUSHX @l a", zero, "EXISTS @l", zero, "RPUSH @l c", one, "LPUSHX @l b a", integer(3), "RPUSHX @l d e", integer(5), "LRANGE @l 0 -1", bulks("a b c d e"),
		)},
		{Name: "LPOP and RPOP take an element away", Run: dialogue(
			"RPUSH @l a b c", integer(3), "LPOP @l", bulk("a"), "RPOP @l", bulk("c"), "LLEN @l", one, "RPOP @l", bulk("b"), "EXISTS @l", zero, "LPOP @l", nilBulk, "RPOP @l", nilBulk, "TYPE @l", "+none\r\n",
		)},
		{Name: "LPOP and RPOP with a count answer an array, from their end on", Run: dialogue(
			"RPUSH @l a b c d e", integer(5), "LPOP @l 2", bulks("a b"), "RPOP @l 2", bulks("e d"), "LPOP @l 0", emptyList, "RPOP @l 0", emptyList, "LLEN @l", one, "LPOP @l 1", bulks("c"), "EXISTS @l", zero,
			"LPOP @l 0", nullArray, "LPOP @l 1", nullArray, "RPOP @l 5", nullArray,
		)},
		{Name: "LPOP and RPOP with a count of more than there are take all", Run: dialogue(
			"RPUSH @l a b", integer(2), "LPOP @l 3", bulks("a b"), "EXISTS @l", zero, "RPUSH @l a b", integer(2), "RPOP @l "+most, bulks("b a"), "EXISTS @l", zero,
		)},
		{Name: "LPOP and RPOP refuse what is no count, before they look at the key", Run: refusesCounts},
		{Name: "LPOP and RPOP take no third argument", Run: dialogue("RPUSH @l a", one, "LPOP @l 1 2", wrongArity("lpop"), "RPOP @l x y", wrongArity("rpop"), "LLEN @l", one)},
		{Name: "LRANGE answers what is between two places, for all pairs", Run: rangesOfLists},
		{Name: "LRANGE, LTRIM refuse what is no number before they look at the key", Run: refusesRanges},
		{Name: "LINDEX answers the element at a place, for all places", Run: placesOfLists},
		{Name: "LINDEX looks at the key before the number", Run: dialogue("LINDEX @none x", nilBulk, "SET @s v", done, "LINDEX @s x", wrongType, "RPUSH @l a", one, "LINDEX @l x", noInteger)},
		{Name: "a list that was emptied begins anew", Run: dialogue("RPUSH @l a", one, "EXPIRE @l 1000", one, "LPOP @l", bulk("a"), "RPUSH @l b", one, "TTL @l", noTTL, "LRANGE @l 0 -1", bulks("b"))},
		{Name: "a list keeps its TTL when elements come and go", Run: dialogue("RPUSH @l a b c", integer(3), "EXPIRE @l 1000", one, "LPUSH @l x", integer(4), "RPOP @l", bulk("c"), "LSET @l 0 y", done, "LREM @l 0 b", one, "LTRIM @l 0 0", done, "TTL @l", integer(1000), "LRANGE @l 0 -1", bulks("y"))},
		{Name: "a list expires", Run: listExpires},
		{Name: "SET and DEL take a list away", Run: dialogue("RPUSH @l a b", integer(2), "SET @l v", done, "LLEN @l", wrongType, "DEL @l", one, "LPUSH @l c", one, "LRANGE @l 0 -1", bulks("c"), "UNLINK @l", one, "LLEN @l", zero)},
		{Name: "commands of strings refuse a list", Run: dialogue("RPUSH @l a", one, "GET @l", wrongType, "INCR @l", wrongType, "SET @l v GET", wrongType, "LRANGE @l 0 -1", bulks("a"))},
		{Name: "MULTI queues commands of lists", Run: dialogue("MULTI", done, "RPUSH @l a b", queued, "LPOP @l", queued, "LRANGE @l 0 -1", queued, "LPOP @l", queued, "EXISTS @l", queued, "EXEC", array(integer(2), bulk("a"), bulks("b"), bulk("b"), zero))},
		{Name: "elements of any bytes come back as they were", Run: elementsOfAnyBytes},
		{Name: "elements that look like numbers come back as they were", Run: elementsOfNumbers},
		{Name: "reading lists counts hits and misses, writing does not", Own: true, Run: listHits},
		{Name: "a server that is full refuses what adds to a list and takes what removes", Args: noLimit, Run: fullForLists},
	}
	for _, r := range listRows {
		name := strings.ToUpper(r.name)
		rows = append(
			rows,
			conformance.Case{Name: "COMMAND INFO describes " + r.name, Run: answers(cmd("COMMAND", "INFO", r.name), array(r.info()))},
			conformance.Case{Name: "arguments are counted: " + name, Run: r.countsArguments},
		)
	}
	for _, request := range []string{
		"LPUSH @k a", "RPUSH @k a b", "LPUSHX @k a", "RPUSHX @k a", "LINSERT @k BEFORE a b", "LLEN @k", "LINDEX @k 0", "LSET @k 0 a", "LPOP @k", "RPOP @k", "LPOP @k 0", "RPOP @k 1", "LRANGE @k 0 -1", "LTRIM @k 0 -1",
		"LPOS @k a", "LPOS @k a COUNT 0", "LREM @k 0 a", "RPOPLPUSH @k @none", "LMOVE @k @none LEFT LEFT", "LMPOP 1 @k LEFT", "LMPOP 2 @none @k RIGHT COUNT 1",
	} {
		rows = append(rows, conformance.Case{Name: "refuses what is no list: " + request, Run: dialogue(
			"SET @k text", done, request, wrongType, "GET @k", bulk("text"), "DEL @k", one, "SADD @k a", one, request, wrongType, "SCARD @k", one, "DEL @k", one, "HSET @k a b", one, request, wrongType, "HLEN @k", one, "EXISTS @none", zero,
		)})
	}
	return in(8, lesson8Lists, append(rows, changesOfLists()...))
}

func fullForLists(t *T) {
	c := t.Dial()
	speak(c, plain, "RPUSH l a b c d e f", integer(6), "CONFIG SET maxmemory 1", done)
	for _, request := range []string{"RPUSH l x", "LPUSH l x", "RPUSHX l x", "LPUSHX l x", "LINSERT l BEFORE a x", "LSET l 0 x", "RPOPLPUSH l m", "LMOVE l m LEFT LEFT"} {
		speak(c, plain, request, oom)
	}
	speak(c, plain, "LPOP l", bulk("a"), "RPOP l 1", bulks("f"), "LREM l 0 b", one, "LMPOP 1 l LEFT", array(bulk("l"), bulks("c")), "LTRIM l 0 0", done, "LRANGE l 0 -1", bulks("d"))
}

// changesOfLists tells what WATCH takes for a change of a list.
func changesOfLists() (rows list) {
	for _, row := range []struct {
		request, reply string
		changes        bool
	}{
		{"RPUSH @l x", integer(5), true},
		{"LPUSH @none x", one, true},
		{"LPUSHX @none x", zero, false},
		{"LPOP @l", bulk("a"), true},
		{"RPOP @l 9", bulks("c a b a"), true},
		{"LPOP @l 0", emptyList, false},
		{"RPOP @none", nilBulk, false},
		{"LSET @l 0 a", done, true}, // the same element
		{"LSET @l 9 a", noPlace, false},
		{"LINSERT @l AFTER b x", integer(5), true},
		{"LINSERT @l AFTER x x", integer(-1), false},
		{"LREM @l 1 a", one, true},
		{"LREM @l 1 x", zero, false},
		{"LTRIM @l 1 2", done, true},
		{"LTRIM @l 0 -1", done, true}, // nothing goes
		{"LTRIM @l 5 0", done, true},
		{"LTRIM @none 0 0", done, false},
		{"LRANGE @l 0 0", bulks("a"), false},
		{"LMOVE @l @other LEFT LEFT", bulk("a"), true},
		{"LMOVE @l @l LEFT RIGHT", bulk("a"), true},
		{"LMOVE @one @none LEFT RIGHT", bulk("1"), true},
		{"LMOVE @none @l LEFT RIGHT", nilBulk, false},
		{"RPOPLPUSH @one @l", bulk("1"), true},
		{"RPOPLPUSH @one @other", bulk("1"), false},
		{"LMPOP 1 @none LEFT", nullArray, false},
	} {
		reply, what := "*0\r\n", "no change"
		if row.changes {
			reply, what = nullArray, "a change"
		}
		rows = append(rows, conformance.Case{
			Name: "WATCH: " + what + ": " + row.request,
			Run:  scene("A> RPUSH @l a b a c", integer(4), "A> RPUSH @one 1", one, "A> WATCH @l @none", done, "B> "+row.request, row.reply, "A> MULTI", done, "A> EXEC", reply),
		})
	}
	return rows
}

func refusesCounts(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "RPUSH @l a", one, "SET @s v", done)
	for _, name := range []string{"LPOP", "RPOP"} {
		for _, count := range append([]string{"-1", least}, notLong...) {
			for _, key := range []string{"l", "s", "none"} {
				c.Exchange(cmd(name, own.key(key), count), noPopCount)
			}
		}
	}
	speak(c, own, "LLEN @l", one)
}

func refusesRanges(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "RPUSH @l a", one, "SET @s v", done)
	for _, word := range notLong {
		for _, key := range []string{"l", "s", "none"} {
			for _, name := range []string{"LRANGE", "LTRIM"} {
				c.Exchange(cmd(name, own.key(key), word, "0")+cmd(name, own.key(key), "0", word), noInteger+noInteger)
			}
		}
	}
	speak(c, own, "LLEN @l", one, "LRANGE @none 0 -1", emptyList, "LTRIM @none 0 -1", done)
}

// places are those in and around a list of five elements.
var places = []string{least, "-9223372036854775807", "-7", "-6", "-5", "-4", "-3", "-2", "-1", "0", "1", "2", "3", "4", "5", "6", "7", most}

var fiveElements = []string{"a", "-2", "c", "4", "e"}

// partOf is the part of some elements from one place to another, as LRANGE counts.
func partOf(elements []string, from, to string) []string {
	place := func(word string) int {
		i, _ := strconv.Atoi(word)
		if i < 0 {
			i += len(elements)
		}
		return i
	}
	first, last := max(0, place(from)), min(place(to), len(elements)-1)
	if first > last {
		return nil
	}
	return elements[first : last+1]
}

func rangesOfLists(t *T) {
	c, own := t.Dial(), newKeys()
	l := own.key("l")
	c.Exchange(cmd(append([]string{"RPUSH", l}, fiveElements...)...), integer(5))
	for _, from := range places {
		for _, to := range places {
			c.Exchange(cmd("LRANGE", l, from, to), bulks(strings.Join(partOf(fiveElements, from, to), " ")))
		}
	}
}

func placesOfLists(t *T) {
	c, own := t.Dial(), newKeys()
	l := own.key("l")
	c.Exchange(cmd(append([]string{"RPUSH", l}, fiveElements...)...), integer(5))
	for _, place := range places {
		i, _ := strconv.Atoi(place)
		want, inside := nilBulk, -5 <= i && i < 5
		if inside {
			want = bulk(fiveElements[(i+5)%5])
		}
		c.Exchange(cmd("LINDEX", l, place), want)
		set := noPlace
		if inside {
			set = done
		}
		c.Exchange(cmd("LSET", l, place, "new")+cmd("LINDEX", l, place), set+strings.ReplaceAll(want, bulk(fiveElements[(i%5+5)%5]), bulk("new")))
		if inside {
			c.Exchange(cmd("LSET", l, place, fiveElements[(i+5)%5]), done)
		}
	}
	c.Exchange(cmd("LRANGE", l, "0", "-1"), bulks(strings.Join(fiveElements, " ")))
}

func listExpires(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "RPUSH @l a", one, "PEXPIRE @l 30", one)
	t.Until("the list is gone", func() bool { return c.Call("LLEN", own.key("l")).Int == 0 })
	speak(c, own, "LRANGE @l 0 -1", emptyList, "LPUSHX @l b", zero, "LPOP @l", nilBulk, "RPUSH @l b", one, "TTL @l", noTTL)
}

func elementsOfAnyBytes(t *T) {
	words := []string{everyValue, "", "\x00", "a\x00b", "\r\n", "\xff", numbered(62), numbered(63), numbered(64), numbered(4094), numbered(4095), numbered(4096), numbered(8191), numbered(8193), numbered(70_000), "", "x"}
	c, own := t.Dial(), newKeys()
	l, m := own.key("l"), own.key("m")
	for i, w := range words {
		c.Exchange(cmd("RPUSH", l, w)+cmd("LPUSH", m, w), strings.Repeat(integer(int64(i+1)), 2))
	}
	require.Equal(t, words, c.Call("LRANGE", l, "0", "-1").Strings())
	for i, w := range words {
		back := strconv.Itoa(-i - 1)
		c.Exchange(cmd("LINDEX", l, strconv.Itoa(i))+cmd("LINDEX", m, back), bulk(w)+bulk(w))
		c.Exchange(cmd("LSET", l, strconv.Itoa(i), "new")+cmd("LPOS", l, "new")+cmd("LSET", l, strconv.Itoa(i), words[len(words)-1-i]), done+integer(int64(i))+done)
	}
	slices.Reverse(words)
	require.Equal(t, words, c.Call("LRANGE", l, "0", "-1").Strings())
	require.Equal(t, words, c.Call("LRANGE", m, "0", "-1").Strings())
	for range words {
		last := words[len(words)-1]
		c.Exchange(cmd("RPOPLPUSH", m, m)+cmd("LMOVE", m, l, "LEFT", "RIGHT")+cmd("RPOP", l)+cmd("RPOP", l), bulk(last)+bulk(last)+bulk(last)+bulk(last))
		words = words[:len(words)-1]
	}
	c.Exchange(cmd("EXISTS", l, m), zero)
}

// numberElements are words that a listpack may take for integers, or must not.
var numberElements = []string{
	"0", "1", "127", "128", "-1", "4095", "4096", "-4096", "-4097", "32767", "32768", "-32768", "-32769", "8388607", "8388608", "-8388608", "-8388609",
	"2147483647", "2147483648", "-2147483648", "-2147483649", most, least, "9223372036854775808", "-9223372036854775809", "18446744073709551616",
	"007", "-0", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "-", "--1", "00", "1\x00",
}

func elementsOfNumbers(t *T) {
	c, own := t.Dial(), newKeys()
	l := own.key("l")
	c.Exchange(cmd(append([]string{"RPUSH", l}, numberElements...)...), integer(int64(len(numberElements))))
	require.Equal(t, numberElements, c.Call("LRANGE", l, "0", "-1").Strings())
	for i, w := range numberElements {
		c.Exchange(cmd("LPOS", l, w)+cmd("LPOS", l, w, "RANK", "2")+cmd("LINDEX", l, strconv.Itoa(i)), integer(int64(i))+nilBulk+bulk(w))
	}
	for _, w := range numberElements {
		c.Exchange(cmd("LINSERT", l, "BEFORE", w, "x")+cmd("LREM", l, "0", "x"), integer(int64(len(numberElements)+1))+one)
	}
	for i, w := range numberElements {
		c.Exchange(cmd("LREM", l, "0", w), one)
		require.Equal(t, int64(len(numberElements)-1-i), c.Call("LLEN", l).Int)
	}
}

func listHits(t *T) {
	c := t.Dial()
	speak(c, plain, "RPUSH l a b", integer(2), "CONFIG RESETSTAT", done)
	for _, request := range []string{"LRANGE l 0 -1", "LINDEX l 0", "LINDEX l 9", "LLEN l", "LPOS l a", "LPOS l none"} {
		c.Call(strings.Fields(request)...)
		c.Call(strings.Fields(strings.Replace(request, " l", " none", 1))...)
	}
	hits := fmt.Sprintf("keyspace_hits:%d\r\nkeyspace_misses:%d\r\n", 6, 6)
	require.Contains(t, c.Call("INFO", "stats").Text, hits)
	for _, request := range []string{"LPUSH l x", "RPUSHX l x", "LPOP l", "RPOP none", "LPOP none 2", "LSET l 0 a", "LREM l 0 none", "LTRIM l 0 -1", "LINSERT l BEFORE a x", "LMOVE l l LEFT RIGHT", "RPOPLPUSH none l", "LMPOP 2 none l LEFT"} {
		require.False(t, c.Call(strings.Fields(request)...).IsError(), request)
	}
	require.Contains(t, c.Call("INFO", "stats").Text, hits, "writes do not count")
}
