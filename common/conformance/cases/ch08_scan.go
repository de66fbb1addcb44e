// ch08_scan.go: SCAN and its neighbours: what is there from the first call to the last is
// answered, whatever comes and goes meanwhile.

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

const badCursor = "-ERR invalid cursor\r\n"

// scanned is what SCAN answers: the next cursor, and elements.
func scanned(cursor, elements string) string { return array(bulk(cursor), elements) }

func scan() list {
	row := commandRow{"scan", -2, "readonly", "@keyspace @read @slow", "nondeterministic_output request_policy:special", 0, "", ""}
	rows := list{
		{Name: "COMMAND INFO describes scan", Run: answers(cmd("COMMAND", "INFO", "scan"), array(row.info()))},
		{Name: "arguments are counted: SCAN", Run: row.countsArguments},
		{Name: "SCAN of an empty database", Own: true, Run: dialogue("SCAN 0", scanned("0", emptyList), "SCAN 0 COUNT 1000 MATCH x TYPE string", scanned("0", emptyList), "SCAN 17", scanned("0", emptyList))},
		{Name: "SCAN's errors, in their order", Run: dialogue(
			"SCAN x", badCursor, "SCAN 0x", badCursor, "SCAN x COUNT", badCursor, "SCAN 0 COUNT", syntax, "SCAN 0 MATCH", syntax, "SCAN 0 TYPE", syntax, "SCAN 0 NOSUCH 1", syntax, "SCAN 0 COUNT x", noInteger, "SCAN 0 COUNT 1.5", noInteger,
			"SCAN 0 COUNT 0", syntax, "SCAN 0 COUNT -1", syntax, "SCAN 0 COUNT 9223372036854775808", noInteger, "SCAN 0 COUNT 10 COUNT 0", syntax, "SCAN 0 COUNT x NOSUCH", noInteger, "SCAN 0 NOSUCH COUNT x", syntax, "SCAN 0 COUNT 10 MATCH", syntax,
		)},
		{Name: "SCAN takes for a cursor what C takes for an unsigned number", Own: true, Run: cursorsAsC},
		{Name: "SCAN answers every key once of a database that rests", Timeout: 2 * time.Minute, Own: true, Run: scansAll},
		{Name: "SCAN MATCH filters keys, and goes through all", Own: true, Run: scanMatches},
		{Name: "SCAN TYPE answers keys of a type", Own: true, Run: scanTypes},
		{Name: "SCAN answers no key that has expired, and deletes it", Own: true, Run: scanExpired},
		{Name: "SCAN keeps to its database", Own: true, Run: dialogue("SET a 1", done, "SELECT 3", done, "SCAN 0", scanned("0", emptyList), "SET b 1", done, "SCAN 0", scanned("0", bulks("b")), "SELECT 0", done, "SCAN 0", scanned("0", bulks("a")))},
		{Name: "SCAN in a transaction", Own: true, Run: dialogue("MULTI", done, "SET a 1", queued, "SCAN 0", queued, "SCAN x", queued, "EXEC", array(done, scanned("0", bulks("a")), badCursor))},
		{Name: "SCAN's COUNT is about how many it answers", Own: true, Run: scanCounts},
		{Name: "SCAN meets all that stays while keys come and go", Own: true, Timeout: time.Minute, Run: scanWhileChanging(keysToScan{})},
		{Name: "SCAN of keys of many bytes", Own: true, Run: func(t *T) {
			c := t.Dial()
			names := []string{"", everyValue, "\x00", "a b", "\r\n", numbered(70_000)}
			for _, name := range names {
				c.Exchange(cmd("SET", name, "v"), done)
			}
			require.ElementsMatch(t, names, scanKeys(t, c))
		}},
	}
	return in(8, lesson8Sets, rows)
}

func scanCollections() list {
	rows := list{
		{Name: "HSCAN and SSCAN of no key", Run: dialogue("HSCAN @none 0", scanned("0", emptyList), "SSCAN @none 0", scanned("0", emptyList), "HSCAN @none 17 COUNT", scanned("0", emptyList), "SSCAN @none 0 COUNT 0", scanned("0", emptyList), "HSCAN @none x", badCursor)},
		{Name: "HSCAN's errors, in their order", Run: dialogue(
			"HSET @h f v", one, "SET @s v", done, "HSCAN @s x", badCursor, "HSCAN @s 0 COUNT", wrongType, "SSCAN @h 0", wrongType, "HSCAN @h 0 COUNT", syntax, "HSCAN @h 0 COUNT 0", syntax, "HSCAN @h 0 COUNT x", noInteger, "HSCAN @h 0 TYPE hash", syntax, "HSCAN @h 0 NOVALUES", syntax, "HSCAN @h 0 f", syntax,
		)},
		{Name: "HSCAN of a listpack answers all, whatever cursor and COUNT are", Run: dialogue(
			"HSET @h a 1 b 2 c 3", three, "HSCAN @h 0", scanned("0", bulks("a 1 b 2 c 3")), "HSCAN @h 0 COUNT 1", scanned("0", bulks("a 1 b 2 c 3")), "HSCAN @h 99", scanned("0", bulks("a 1 b 2 c 3")), "HSCAN @h -1", scanned("0", bulks("a 1 b 2 c 3")), "hscan @h 0 match [ac]", scanned("0", bulks("a 1 c 3")), "HSCAN @h 0 MATCH 2", scanned("0", emptyList), "HSCAN @h 0 MATCH *", scanned("0", bulks("a 1 b 2 c 3")),
			"HSCAN @h 0 MATCH a MATCH b COUNT 5 COUNT 1", scanned("0", bulks("b 2")),
		)},
		{Name: "SSCAN of an intset answers all, whatever cursor and COUNT are", Run: dialogue("SADD @s 3 1 2", three, "SSCAN @s 0", scanned("0", bulks("1 2 3")), "SSCAN @s 0 COUNT 1", scanned("0", bulks("1 2 3")), "SSCAN @s 99 MATCH [13]", scanned("0", bulks("1 3")))},
		{Name: "HSCAN of one long field", Run: dialogue("HSET @h "+longWord+" v", one, "HSCAN @h 0 COUNT 100", scanned("0", bulks(longWord+" v")), "HSCAN @h 0 COUNT 100 MATCH y*", scanned("0", emptyList), "HSCAN @h 0 COUNT "+most, scanned("0", bulks(longWord+" v")))},
		{Name: "HSCAN goes on with a cursor of a table that has become a listpack", Run: scanAfterConversion},
		{Name: "HSCAN meets all that stays while fields come and go", Timeout: time.Minute, Run: scanWhileChanging(fieldsToScan{})},
		{Name: "SSCAN meets all that stays while members come and go", Timeout: time.Minute, Run: scanWhileChanging(membersToScan{})},
		{Name: "HSCAN and SSCAN of large tables, with MATCH", Run: scanLargeTables},
	}
	return in(8, lesson8Sets, rows)
}

// scanCall sends one request and returns the next cursor, and the elements.
func scanCall(t *T, c *conformance.Conn, args ...string) (next string, elements []string) {
	reply := c.Call(args...)
	require.Len(t, reply.Elems, 2, "%v: %s", args, reply.Text)
	return reply.Elems[0].Text, reply.Elems[1].Strings()
}

// scanAllOf goes from cursor 0 to the end; command is what stands in front of the cursor.
func scanAllOf(t *T, c *conformance.Conn, command, options []string) (all []string) {
	cursor := "0"
	for range 1_000_000 {
		var elements []string
		cursor, elements = scanCall(t, c, slices.Concat(command, []string{cursor}, options)...)
		if all = append(all, elements...); cursor == "0" {
			return all
		}
	}
	require.Fail(t, "it has no end")
	return nil
}

func scanKeys(t *T, c *conformance.Conn, options ...string) []string {
	return scanAllOf(t, c, []string{"SCAN"}, options)
}

func cursorsAsC(t *T) {
	c := t.Dial()
	c.Exchange(cmd("SET", "k", "v"), done)
	for _, cursor := range []string{"0", "", "00", "+0", "-0", "0\x00x", "\x00"} {
		c.Exchange(cmd("SCAN", cursor, "COUNT", "1000"), scanned("0", bulks("k")))
	}
	for _, cursor := range []string{"18446744073709551615", "-1", "-18446744073709551615", "7", "+7", "007"} {
		reply := c.Call("SCAN", cursor, "COUNT", "1000")
		require.False(t, reply.IsError(), "%q: %s", cursor, reply.Text)
	}
	for _, cursor := range []string{"18446744073709551616", "-18446744073709551616", " 0", "\t0", "0 ", "-", "+", "--1", "+-1", "-+1", "0x1", "1_0", "1e3", "1.0", "x", "99999999999999999999999999"} {
		c.Exchange(cmd("SCAN", cursor), badCursor)
		c.Exchange(cmd("HSCAN", "none", cursor)+cmd("SSCAN", "none", cursor), badCursor+badCursor)
	}
}

func scansAll(t *T) {
	c := t.Dial()
	for _, n := range []int{1, 5, 100, 3000} {
		c.Exchange(cmd("FLUSHALL"), done)
		setMany(t, c, "key:", 0, n, 3)
		var want []string
		for i := range n {
			want = append(want, numberedKey(i))
		}
		for _, options := range []string{"", "COUNT 1", "COUNT 7", "COUNT 100", "COUNT 100000", "COUNT " + most, "MATCH *", "MATCH key:*", "TYPE string", "COUNT 50 MATCH k* TYPE string"} {
			require.ElementsMatch(t, want, scanKeys(t, c, strings.Fields(options)...), "%d keys, %s", n, options)
		}
	}
}

func scanMatches(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 1000, 3)
	setMany(t, c, "other:", 0, 1000, 3)
	for pattern, n := range map[string]int{"key:*": 1000, "*:1": 2, "key:?": 10, "*:[12]?": 40, "nothing": 0, "": 0, "key:7": 1, `key\:7`: 1, "**": 2000, "*7": 200} {
		require.Len(t, scanKeys(t, c, "MATCH", pattern), n, pattern)
		require.Len(t, scanKeys(t, c, "COUNT", "1", "MATCH", "nothing", "MATCH", pattern), n, pattern)
	}
	next, elements := scanCall(t, c, "SCAN", "0", "MATCH", "nothing")
	require.NotEqual(t, "0", next, "what does not match counts, too")
	require.Empty(t, elements)
}

func scanTypes(t *T) {
	c := t.Dial()
	setMany(t, c, "string:", 0, 100, 3)
	inBatches(t, c, 0, 100, func(i int) (string, string) {
		return cmd("HSET", "hash:"+strconv.Itoa(i), "f", "v") + cmd("SADD", "set:"+strconv.Itoa(i), "m"), one + one
	})
	for kind, n := range map[string]int{"string": 100, "hash": 100, "HASH": 100, "Set": 100, "list": 0, "zset": 0, "none": 0, "nosuch": 0, "": 0, "string ": 0, "hash\x00x": 100} {
		keys := scanKeys(t, c, "TYPE", kind)
		require.Len(t, keys, n, kind)
		for _, k := range keys {
			require.True(t, strings.HasPrefix(k, strings.ToLower(strings.TrimSuffix(kind, "\x00x"))+":"), k)
		}
	}
	require.Len(t, scanKeys(t, c, "TYPE", "string", "TYPE", "hash"), 100)
	require.Len(t, scanKeys(t, c, "TYPE", "set", "MATCH", "*:5"), 1)
	require.Empty(t, scanKeys(t, c, "TYPE", "set", "MATCH", "hash:*"))
}

func scanExpired(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 100, 3)
	setMany(t, c, "short:", 0, 100, 3, "PX", "30")
	c.Exchange(cmd("SET", "clock", "v", "PX", "40"), done)
	t.Until("they have expired", func() bool { return c.Call("GET", "clock").Null })
	require.Len(t, scanKeys(t, c), 100)
	require.Len(t, scanKeys(t, c, "TYPE", "string"), 100)
	c.Exchange(cmd("DBSIZE"), ":100\r\n")
}

// scanCounts expects each call to answer at least so many as COUNT says, but for the last
// one, and not many times as many: a bucket is answered as a whole.
func scanCounts(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 10_000, 3)
	for _, count := range []int{1, 10, 100, 1000} {
		cursor, calls := "0", 0
		for calls == 0 || cursor != "0" {
			var keys []string
			cursor, keys = scanCall(t, c, "SCAN", cursor, "COUNT", strconv.Itoa(count))
			require.Less(t, len(keys), count+100)
			calls++
		}
		require.LessOrEqual(t, calls, 10_000/count+1)
	}
}

// scannable is what has elements that can be added and removed one by one, and scanned.
type scannable interface {
	reset() string // makes it empty
	add(i int) string
	remove(i int) string
	scan() []string
	name(elements []string) []string // the elements that add has added
}

type (
	keysToScan    struct{}
	fieldsToScan  struct{}
	membersToScan struct{}
)

func (keysToScan) reset() string                   { return "FLUSHALL" }
func (fieldsToScan) reset() string                 { return "DEL " + scanKey }
func (membersToScan) reset() string                { return "DEL " + scanKey2 }
func (keysToScan) add(i int) string                { return cmd("SET", "e"+strconv.Itoa(i), "v") }
func (keysToScan) remove(i int) string             { return cmd("DEL", "e"+strconv.Itoa(i)) }
func (keysToScan) scan() []string                  { return []string{"SCAN"} }
func (keysToScan) name(elements []string) []string { return elements }
func (fieldsToScan) add(i int) string              { return cmd("HSET", scanKey, "e"+strconv.Itoa(i), "v") }

func (fieldsToScan) remove(i int) string { return cmd("HDEL", scanKey, "e"+strconv.Itoa(i)) }
func (fieldsToScan) scan() []string      { return []string{"HSCAN", scanKey} }
func (membersToScan) add(i int) string   { return cmd("SADD", scanKey2, "e"+strconv.Itoa(i)) }

func (membersToScan) remove(i int) string             { return cmd("SREM", scanKey2, "e"+strconv.Itoa(i)) }
func (membersToScan) scan() []string                  { return []string{"SSCAN", scanKey2} }
func (membersToScan) name(elements []string) []string { return elements }

func (fieldsToScan) name(elements []string) (names []string) {
	for i := 0; i < len(elements); i += 2 {
		names = append(names, elements[i])
	}
	return names
}

var (
	scanKey  = newKeys().key("h")
	scanKey2 = newKeys().key("s")
)

// scanWhileChanging scans again and again while elements come and go between the calls: so
// many that the table grows and shrinks in the middle of a scan. Those that stay all the
// time must be met by each scan.
func scanWhileChanging(what scannable) func(*T) {
	return func(t *T) {
		c, random := t.Dial(), rand.New(rand.NewPCG(8, 11))
		for _, stay := range []int{0, 3, 600, 2000} {
			send := func(from, to int, request func(int) string) {
				for i := from; i < to; i++ {
					c.Send(request(i))
				}
				for range to - from {
					require.False(t, c.Reply().IsError())
				}
			}
			require.False(t, c.Call(strings.Fields(what.reset())...).IsError())
			send(0, stay, what.add)
			end := stay // elements from stay to end come and go
			for _, trend := range []int{+1, -1, +1, 0, -1} {
				met, cursor := map[string]bool{}, "0"
				for calls := 0; calls == 0 || cursor != "0"; calls++ {
					require.Less(t, calls, 100_000, "it has no end")
					var elements []string
					cursor, elements = scanCall(t, c, slices.Concat(what.scan(), []string{cursor, "COUNT", strconv.Itoa(1 + random.IntN(20))})...)
					for _, name := range what.name(elements) {
						met[name] = true
					}
					n := random.IntN(60)
					switch {
					case trend > 0 && end < stay+10_000:
						send(end, end+n, what.add)
						end += n
					case trend < 0:
						n = min(n, end-stay)
						send(end-n, end, what.remove)
						end -= n
					case trend == 0:
						i := stay + 20_000 + random.IntN(100_000) // no other one is there
						send(i, i+1, what.add)
						send(i, i+1, what.remove)
					}
				}
				for i := range stay {
					require.True(t, met["e"+strconv.Itoa(i)], "element %d of %d stayed, and was not met", i, stay)
				}
			}
		}
	}
}

func scanAfterConversion(t *T) {
	c, k := t.Dial(), newKeys().key("h")
	setFields(t, c, k, 0, 600)
	cursor, _ := scanCall(t, c, "HSCAN", k, "0")
	require.NotEqual(t, "0", cursor)
	c.Exchange(cmd("DEL", k)+cmd("HSET", k, "a", "1", "b", "2")+cmd("HSCAN", k, cursor), one+two+scanned("0", bulks("a 1 b 2")))
}

func scanLargeTables(t *T) {
	c, own := t.Dial(), newKeys()
	h, s := own.key("h"), own.key("s")
	setFields(t, c, h, 0, 2000)
	inBatches(t, c, 0, 2000, func(i int) (string, string) { return cmd("SADD", s, "f"+strconv.Itoa(i)), one })
	for pattern, n := range map[string]int{"*": 2000, "f*": 2000, "f1": 1, "f1?": 10, "f?9": 9, "1": 0, "": 0} {
		for _, count := range []string{"1", "10", "5000"} {
			options := []string{"MATCH", pattern, "COUNT", count}
			fields, members := scanAllOf(t, c, []string{"HSCAN", h}, options), scanAllOf(t, c, []string{"SSCAN", s}, options)
			require.Len(t, fields, 2*n, pattern)
			require.Len(t, members, n, pattern)
			for i := 0; i < len(fields); i += 2 {
				require.Equal(t, "f"+fields[i+1], fields[i])
			}
		}
	}
}
