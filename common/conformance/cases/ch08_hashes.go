// ch08_hashes.go: hashes: fields with values, small ones.

package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// The rows of the commands on hashes as Redis 7.0.15 has them.
var hashRows = []commandRow{
	{"hset", -4, "write denyoom fast", "@write @hash @fast", "", 1, "RW update", ""},
	{"hsetnx", 4, "write denyoom fast", "@write @hash @fast", "", 1, "RW insert", ""},
	{"hmset", -4, "write denyoom fast", "@write @hash @fast", "", 1, "RW update", ""},
	{"hget", 3, "readonly fast", "@read @hash @fast", "", 1, "RO access", ""},
	{"hmget", -3, "readonly fast", "@read @hash @fast", "", 1, "RO access", ""},
	{"hgetall", 2, "readonly", "@read @hash @slow", "nondeterministic_output_order", 1, "RO access", ""},
	{"hdel", -3, "write fast", "@write @hash @fast", "", 1, "RW delete", ""},
	{"hlen", 2, "readonly fast", "@read @hash @fast", "", 1, "RO", ""},
	{"hstrlen", 3, "readonly fast", "@read @hash @fast", "", 1, "RO", ""},
	{"hexists", 3, "readonly fast", "@read @hash @fast", "", 1, "RO", ""},
	{"hkeys", 2, "readonly", "@read @hash @slow", "nondeterministic_output_order", 1, "RO access", ""},
	{"hvals", 2, "readonly", "@read @hash @slow", "nondeterministic_output_order", 1, "RO access", ""},
	{"hincrby", 4, "write denyoom fast", "@write @hash @fast", "", 1, "RW access update", ""},
	{"hincrbyfloat", 4, "write denyoom fast", "@write @hash @fast", "", 1, "RW access update", ""},
	{"hrandfield", -2, "readonly", "@read @hash @slow", "nondeterministic_output", 1, "RO access", ""},
	{"hscan", -3, "readonly", "@read @hash @slow", "nondeterministic_output", 1, "RO access", ""},
}

// longWord makes a hash a hash table: it is too long for a listpack.
var longWord = strings.Repeat("x", 65)

const (
	two   = ":2\r\n"
	three = ":3\r\n"
)

func hashes() list {
	rows := list{
		{Name: "HSET answers how many fields are new", Run: dialogue(
			"HSET @h a 1", one, "HSET @h a 2", zero, "HSET @h a 3 b 4 c 5", two, "HGET @h a", bulk("3"), "HLEN @h", three, "TYPE @h", "+hash\r\n",
		)},
		{Name: "HSET of one field twice gives it the last value", Run: dialogue("HSET @h a 1 a 2 a 3", one, "HGET @h a", bulk("3"), "HLEN @h", one)},
		{Name: "HMSET is HSET that answers OK", Run: dialogue("HMSET @h a 1 b 2", done, "HMSET @h a 3", done, "HMGET @h a b c", array(bulk("3"), bulk("2"), nilBulk))},
		{Name: "HSET and HMSET refuse a field without a value before they look at the key", Run: dialogue(
			"SET @s v", done, "HSET @s a 1 b", wrongArity("hset"), "HMSET @s a 1 b", wrongArity("hmset"), "hSeT @s a 1 b", wrongArity("hset"), "HSET @none a 1 b", wrongArity("hset"), "EXISTS @none", zero,
		)},
		{Name: "HSETNX sets a field that there is not", Run: dialogue("HSETNX @h a 1", one, "HSETNX @h a 2", zero, "HGET @h a", bulk("1"), "HSETNX @h b 3", one, "HLEN @h", two)},
		{Name: "HGET answers nil for no field and no key", Run: dialogue("HSET @h a 1", one, "HGET @h b", nilBulk, "HGET @none a", nilBulk)},
		{Name: "HMGET answers in the order of the request", Run: dialogue(
			"HSET @h a 1 b 2", two, "HMGET @h b none a b", array(bulk("2"), nilBulk, bulk("1"), bulk("2")), "HMGET @none a b", array(nilBulk, nilBulk), "EXISTS @none", zero,
		)},
		{Name: "HDEL answers how many fields there were", Run: dialogue("HSET @h a 1 b 2 c 3", three, "HDEL @h none", zero, "HDEL @h a none b a", two, "HLEN @h", one, "HDEL @none a", zero)},
		{Name: "HDEL of the last field deletes the key", Run: dialogue(
			"HSET @h a 1 b 2", two, "EXPIRE @h 1000", one, "HDEL @h a", one, "EXISTS @h", one, "TTL @h", ":1000\r\n", "HDEL @h b c", one, "EXISTS @h", zero, "TYPE @h", "+none\r\n", "HSET @h a 1", one, "TTL @h", noTTL,
		)},
		{Name: "HDEL goes on when the hash is empty", Run: dialogue("HSET @h a 1 b 2", two, "HDEL @h a b c d", two, "EXISTS @h", zero)},
		{Name: "HLEN, HSTRLEN and HEXISTS", Run: dialogue(
			"HSET @h text abc number -12345 zero 0", three, "HLEN @h", three, "HSTRLEN @h text", three, "HSTRLEN @h number", ":6\r\n", "HSTRLEN @h zero", one, "HSTRLEN @h none", zero,
			"HEXISTS @h zero", one, "HEXISTS @h none", zero, "HLEN @none", zero, "HSTRLEN @none a", zero, "HEXISTS @none a", zero,
		)},
		{Name: "HGETALL, HKEYS and HVALS of no key are empty", Run: dialogue("HGETALL @none", emptyList, "HKEYS @none", emptyList, "HVALS @none", emptyList)},
		{Name: "HGETALL of a listpack keeps the order in which the fields came", Run: dialogue(
			"HSET @h z 1 a 2 m 3", three, "HSET @h a 4", zero, "HGETALL @h", bulks("z 1 a 4 m 3"), "HKEYS @h", bulks("z a m"), "HVALS @h", bulks("1 4 3"), "HDEL @h z", one, "HSET @h z 5", one, "HGETALL @h", bulks("a 4 m 3 z 5"),
		)},
		{Name: "a hash keeps its TTL when fields come and go", Run: dialogue("HSET @h a 1 b 2", two, "EXPIRE @h 1000", one, "HSET @h a 2", zero, "HDEL @h b", one, "HINCRBY @h a 1", three, "HSET @h c "+longWord, one, "TTL @h", ":1000\r\n")},
		{Name: "a hash expires", Run: hashExpires},
		{Name: "SET and DEL take a hash away", Run: dialogue("HSET @h a 1", one, "EXPIRE @h 1000", one, "SET @h v", done, "TTL @h", noTTL, "HGET @h a", wrongType, "DEL @h", one, "HSET @h b 2", one, "HGETALL @h", bulks("b 2"), "UNLINK @h", one, "HLEN @h", zero)},
		{Name: "commands of strings refuse a hash", Run: dialogue("HSET @h a 1", one, "GET @h", wrongType, "INCR @h", wrongType, "DECRBY @h 1", wrongType, "SET @h v GET", wrongType, "HGETALL @h", bulks("a 1"))},
		{Name: "MULTI queues commands of hashes", Run: dialogue("MULTI", done, "HSET @h a 1 b 2", queued, "HINCRBY @h a 5", queued, "HGET @h", wrongArity("hget"), "EXEC", aborted, "MULTI", done, "HSET @h a 1", queued, "HGET @h a", queued, "HDEL @h a", queued, "EXISTS @h", queued, "EXEC", array(one, bulk("1"), one, zero))},
		{Name: "COMMAND GETKEYS finds the key of HSET and HDEL", Run: answers(cmd("COMMAND", "GETKEYS", "HSET", "h", "f", "v")+cmd("COMMAND", "GETKEYS", "HDEL", "h", "f", "g"), bulks("h")+bulks("h"))},
		{Name: "hashes of any bytes, short and long", Run: hashesOfAnyBytes},
		{Name: "values and fields that look like numbers come back as they were", Run: hashesOfNumbers},
		{Name: "fields of every length are told apart", Run: fieldsOfEveryLength},
		{Name: "an empty field and an empty value are some", Run: emptyField},
		{Name: "HGET, HEXISTS and others count hits and misses", Own: true, Run: hashHits},
	}
	for _, r := range hashRows {
		name := strings.ToUpper(r.name)
		rows = append(
			rows,
			conformance.Case{Name: "COMMAND INFO describes " + r.name, Run: answers(cmd("COMMAND", "INFO", r.name), array(r.info()))},
			conformance.Case{Name: "arguments are counted: " + name, Run: r.countsArguments},
			conformance.Case{Name: name + " refuses what is no hash", Run: refusesOthers(r)},
		)
	}
	return in(8, lesson8Lists, append(rows, changesOfHashes()...))
}

func hashExpires(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "HSET @h a 1", one, "PEXPIRE @h 30", one)
	t.Until("the hash is gone", func() bool { return c.Call("HGET", own.key("h"), "a").Null })
	speak(c, own, "HGETALL @h", emptyList, "HSETNX @h b 2", one, "TTL @h", noTTL, "HGETALL @h", bulks("b 2"))
}

// changesOfHashes tells what WATCH takes for a change of a hash.
func changesOfHashes() (rows list) {
	for _, row := range []struct {
		request, reply string
		changes        bool
	}{
		{"HSET @h a 2", zero, true},
		{"HSET @h a 1", zero, true}, // the same value
		{"HSETNX @h b 1", one, true},
		{"HSETNX @h a 2", zero, false},
		{"HDEL @h a", one, true},
		{"HDEL @h b", zero, false},
		{"HINCRBY @h a 0", one, true},
		{"HINCRBY @h text 1", "-ERR hash value is not an integer\r\n", false},
		{"HINCRBYFLOAT @h a 1", bulk("2"), true},
		{"HGETALL @h", bulks("a 1 text x"), false},
		{"HSET @none a 1", one, true},
		{"HDEL @none a", zero, false},
		{"HSCAN @h 0", array(bulk("0"), bulks("a 1 text x")), false},
	} {
		reply, what := "*0\r\n", "no change"
		if row.changes {
			reply, what = nullArray, "a change"
		}
		rows = append(rows, conformance.Case{
			Name: "WATCH: " + what + ": " + row.request,
			Run:  scene("A> HSET @h a 1 text x", two, "A> WATCH @h @none", done, "B> "+row.request, row.reply, "A> MULTI", done, "A> EXEC", reply),
		})
	}
	return rows
}

// refusesOthers asks for a string's fields, and leaves it as it was.
func refusesOthers(r commandRow) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		k := own.key("k")
		args := []string{r.name, k}
		for i := int64(2); i < max(r.arity, -r.arity); i++ {
			args = append(args, "1")
		}
		c.Exchange(cmd("SET", k, "text"), done)
		c.Exchange(cmd(args...)+cmd("GET", k), wrongType+bulk("text"))
		c.Exchange(cmd("DEL", k)+cmd("SADD", k, "a")+cmd(args...)+cmd("SCARD", k), one+one+wrongType+one)
	}
}

// bothEncodings runs a part with keys of listpacks, and with those of hash tables: begin
// makes a key of that encoding, which has the field @@ if it is a hash table.
func bothEncodings(t *T, part func(c *conformance.Conn, begin func(name string) (key string))) {
	c := t.Dial()
	for _, table := range []bool{false, true} {
		own := newKeys()
		part(c, func(name string) string {
			k := own.key(name)
			if table {
				c.Exchange(cmd("HSET", k, "@@", longWord), one)
			}
			return k
		})
	}
}

func hashesOfAnyBytes(t *T) {
	words := []string{everyValue, "\x00", "a\x00b", "a\x00c", "\r\n", "\xff", "a", strings.Repeat("\x00", 64), numbered(64), numbered(65), numbered(300), numbered(5000), numbered(70_000)}
	bothEncodings(t, func(c *conformance.Conn, begin func(string) string) {
		k := begin("h")
		for i, w := range words {
			c.Exchange(cmd("HSET", k, w, words[len(words)-1-i]), one)
		}
		for i, w := range words {
			value := words[len(words)-1-i]
			c.Exchange(cmd("HGET", k, w)+cmd("HSTRLEN", k, w), bulk(value)+integer(int64(len(value))))
			c.Exchange(cmd("HSET", k, w, w)+cmd("HGET", k, w), zero+bulk(w))
		}
		for _, w := range words {
			c.Exchange(cmd("HDEL", k, w)+cmd("HGET", k, w), one+nilBulk)
		}
	})
}

// looksLikeNumbers are words that a listpack may take for integers, or must not.
var looksLikeNumbers = []string{
	"0", "1", "127", "128", "-1", "4095", "4096", "-4096", "-4097", "32767", "32768", "-32768", "-32769", "8388607", "8388608", "-8388608", "-8388609",
	"2147483647", "2147483648", "-2147483648", "-2147483649", most, least, "9223372036854775808", "-9223372036854775809", "18446744073709551616",
	"007", "-0", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "-", "--1", "00", "1\x00",
}

func hashesOfNumbers(t *T) {
	bothEncodings(t, func(c *conformance.Conn, begin func(string) string) {
		k := begin("h")
		for i, w := range looksLikeNumbers {
			c.Exchange(cmd("HSET", k, w, looksLikeNumbers[len(looksLikeNumbers)-1-i]), one)
		}
		for i, w := range looksLikeNumbers {
			c.Exchange(cmd("HGET", k, w), bulk(looksLikeNumbers[len(looksLikeNumbers)-1-i]))
		}
		fields := c.Call("HKEYS", k).Strings()
		require.ElementsMatch(t, looksLikeNumbers, slices.DeleteFunc(fields, func(f string) bool { return f == "@@" }))
		for _, w := range looksLikeNumbers {
			c.Exchange(cmd("HEXISTS", k, w)+cmd("HDEL", k, w)+cmd("HEXISTS", k, w), one+one+zero)
		}
	})
}

func fieldsOfEveryLength(t *T) {
	bothEncodings(t, func(c *conformance.Conn, begin func(string) string) {
		k := begin("h")
		name := func(i int) string { return strings.Repeat("f", i) }
		for i := range 300 {
			c.Send(cmd("HSET", k, name(i), strconv.Itoa(i)))
		}
		c.Expect(strings.Repeat(one, 300))
		for i := range 300 {
			c.Exchange(cmd("HGET", k, name(i)), bulk(strconv.Itoa(i)))
		}
	})
}

func emptyField(t *T) {
	bothEncodings(t, func(c *conformance.Conn, begin func(string) string) {
		k := begin("h")
		c.Exchange(cmd("HEXISTS", k, "")+cmd("HSET", k, "", "")+cmd("HGET", k, "")+cmd("HSTRLEN", k, "")+cmd("HEXISTS", k, "")+cmd("HSETNX", k, "", "x"), zero+one+bulk("")+zero+one+zero)
		c.Exchange(cmd("HINCRBY", k, "", "1"), "-ERR hash value is not an integer\r\n")
		c.Exchange(cmd("HINCRBYFLOAT", k, "", "1"), "-ERR hash value is not a float\r\n")
		c.Exchange(cmd("HSET", k, "", "v")+cmd("HMGET", k, "", "x")+cmd("HDEL", k, "", ""), zero+array(bulk("v"), nilBulk)+one)
	})
}

func hashHits(t *T) {
	c := t.Dial()
	speak(c, plain, "HSET h a 1", one, "HINCRBY h a 1", two, "HSETNX h b 1", one, "HDEL h b", one, "CONFIG RESETSTAT", done)
	for _, request := range []string{"HGET h a", "HGET h none", "HMGET h a none", "HEXISTS h a", "HLEN h", "HSTRLEN h a", "HGETALL h", "HKEYS h", "HVALS h", "HRANDFIELD h", "HRANDFIELD h 5", "HSCAN h 0"} {
		c.Call(strings.Fields(request)...)
		c.Call(strings.Fields(strings.Replace(request, " h", " none", 1))...)
	}
	stats := c.Call("INFO", "stats").Text
	require.Contains(t, stats, fmt.Sprintf("keyspace_hits:%d\r\nkeyspace_misses:%d\r\n", 12, 12))
	speak(c, plain, "HSET h a 1", zero, "HDEL none a", zero, "HINCRBY h a 1", two, "HSETNX h a 1", zero)
	require.Contains(t, c.Call("INFO", "stats").Text, fmt.Sprintf("keyspace_hits:%d\r\nkeyspace_misses:%d\r\n", 12, 12), "writes do not count")
}
