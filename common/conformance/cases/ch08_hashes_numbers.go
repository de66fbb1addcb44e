// ch08_hashes_numbers.go: fields that are numbers: HINCRBY, and HINCRBYFLOAT, which adds as
// C's long double does and shows 17 places.

package cases

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const (
	fieldNoInteger = "-ERR hash value is not an integer\r\n"
	fieldNoFloat   = "-ERR hash value is not a float\r\n"
	noFloat        = "-ERR value is not a valid float\r\n"
	nanOrInfinite  = "-ERR value is NaN or Infinity\r\n"
	wouldBeNaN     = "-ERR increment would produce NaN or Infinity\r\n"
)

func hashNumbers() list {
	rows := list{
		{Name: "HINCRBY counts from nothing", Run: dialogue("HINCRBY @h n 5", ":5\r\n", "HINCRBY @h n -7", ":-2\r\n", "HGET @h n", bulk("-2"), "HINCRBY @h other 0", zero, "HLEN @h", two)},
		{Name: "HINCRBY stays between the ends of 64 bits", Run: dialogue(
			"HSET @h n "+most, one, "HINCRBY @h n 1", overflow, "HINCRBY @h n 0", ":"+most+"\r\n", "HINCRBY @h n -1", ":9223372036854775806\r\n", "HSET @h n "+least, zero, "HINCRBY @h n -1", overflow, "HINCRBY @h n "+most, noTTL, "HINCRBY @h n "+least, overflow, "HGET @h n", bulk("-1"),
		)},
		{Name: "HINCRBY refuses an increment that is none before it looks at the key", Run: dialogue(
			"SET @s v", done, "HINCRBY @s n x", noInteger, "HINCRBY @s n 1.5", noInteger, "HINCRBY @s n 9223372036854775808", noInteger, "HINCRBY @s n 1", wrongType, "HINCRBY @none n 1.0", noInteger, "EXISTS @none", zero,
		)},
		{Name: "HINCRBY refuses a field that is no integer", Run: dialogue("HSET @h a x b 1.5 c 007 d 9223372036854775808 e 1e3", ":5\r\n", "HINCRBY @h a 1", fieldNoInteger, "HINCRBY @h b 1", fieldNoInteger, "HINCRBY @h c 1", fieldNoInteger, "HINCRBY @h d 1", fieldNoInteger, "HINCRBY @h e 1", fieldNoInteger, "HINCRBYFLOAT @h c 1", bulk("8"))},
		{Name: "HINCRBY of a hash table", Run: dialogue("HSET @h long "+longWord+" n 1", two, "HINCRBY @h n 41", ":42\r\n", "HINCRBY @h new 3", three, "HINCRBY @h long 1", fieldNoInteger, "HMGET @h n new", bulks("42 3"))},
		{Name: "HINCRBYFLOAT refuses an increment that is none before it looks at the key", Run: dialogue("SET @s v", done, "HINCRBYFLOAT @s n x", noFloat, "HINCRBYFLOAT @s n inf", nanOrInfinite, "HINCRBYFLOAT @s n 1", wrongType, "HINCRBYFLOAT @none n nan", noFloat, "EXISTS @none", zero)},
		{Name: "HINCRBYFLOAT refuses a field that is no number", Run: dialogue("HSET @h a x b 1x c nan", three, "HINCRBYFLOAT @h a 1", fieldNoFloat, "HINCRBYFLOAT @h b 1", fieldNoFloat, "HINCRBYFLOAT @h c 1", fieldNoFloat, "HGETALL @h", bulks("a x b 1x c nan"))},
		{Name: "HINCRBYFLOAT never answers an infinity", Run: dialogue("HSET @h a inf b -inf c 1e4932", three, "HINCRBYFLOAT @h a 1", wouldBeNaN, "HINCRBYFLOAT @h b 1", wouldBeNaN, "HINCRBYFLOAT @h c 1e4932", wouldBeNaN, "HGETALL @h", bulks("a inf b -inf c 1e4932"))},
		{Name: "HINCRBYFLOAT that makes a long number makes a hash table", Run: dialogue(
			"HINCRBYFLOAT @h n 1e60", bulk("999999999999999999999373423426722168652130621984886772203520"), "OBJECT ENCODING @h", bulk("listpack"),
			"HINCRBYFLOAT @h n 1e64", bulk("10000999999999999999780047170300040523665789924991139988595802112"), "OBJECT ENCODING @h", bulk("hashtable"),
		)},
		{Name: "HINCRBYFLOAT of ten tenths makes one", Run: func(t *T) {
			c, k := t.Dial(), newKeys().key("h")
			for _, want := range strings.Fields("0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1 1.1") {
				c.Exchange(cmd("HINCRBYFLOAT", k, "n", "0.1"), bulk(want))
			}
		}},
	}
	for _, sum := range floatSums {
		rows = append(rows, conformance.Case{
			Name: "HINCRBYFLOAT of " + sum.increment + " to " + sum.field,
			Run:  dialogue("HSET @h n "+sum.field, one, "HINCRBYFLOAT @h n "+sum.increment, bulk(sum.sum), "HGET @h n", bulk(sum.sum)),
		})
	}
	return in(8, lesson8Lists, append(rows, conformance.Case{Name: "HINCRBYFLOAT takes what C takes for a number", Run: floatsAsC}))
}

// floatSums are sums of long doubles as Redis prints them.
var floatSums = []struct{ field, increment, sum string }{
	{"0", "0.1", "0.1"},
	{"10.50", "0.1", "10.6"},
	{"5.0e3", "2.0e2", "5200"},
	{"3", "-3", "0"},
	{"0.1", "0.2", "0.3"},
	{"1", "1e-18", "1"},
	{"-1.5", "1.5", "0"},
	{"1e10", "1e-8", "10000000000.00000001024454832"},
	{"010", "0x10", "26"},
	{"1e17", "0.3", "100000000000000000.296875"},
	{"123456789012345678", "0.125", "123456789012345678.125"},
	{"0", "-0", "0"},
	{"-0", "0", "0"},
	{"0", "1e-17", "0.00000000000000001"},
	{"0", "4e-18", "0"},
	{"0", "6e-18", "0.00000000000000001"},
	{"0.5", "5e-18", "0.5"},
	{"1.7e308", "1.7e308", "340000000000000000006273556050395193590540427779388267466087171526404912102411641988123739177800600673957047683771263425322806997836001586961457274820033393094901317200013624802610872515245814124760542925564488876540887382670905522638137419003805178364056052028734561012664811529831035124023358619554802565120"},
	{"0", ".5", "0.5"},
	{"0", "5.", "5"},
	{"0", "+5", "5"},
	{"0", "0x1p-3", "0.125"},
	{"0", "3.14159265358979323846", "3.14159265358979324"},
	{"9223372036854775807", "1", "9223372036854775808"},
	{"-9223372036854775808", "-1", "-9223372036854775809"},
	{"1e-5", "1e-5", "0.00002"},
	{"0", "-1e-17", "-0.00000000000000001"},
	{"100", "-99.99999999999999999", "0.00000000000000001"},
}

func floatsAsC(t *T) {
	c, own := t.Dial(), newKeys()
	for _, text := range []string{
		"", "x", "nan", "-nan", "nan(1)", " 1", "1 ", "1_0", "1e", "e5", ".", "-", "+", "0x", "1e5000", "-1e5000", "1e-5000", "0x1p20000", "1,5", "--1", "1\x00", "infx", "1e99999999999", "1e-99999999999",
		strings.Repeat("1", 5119), strings.Repeat("0", 5119) + "1",
	} {
		c.Exchange(cmd("HINCRBYFLOAT", own.key("none"), "n", text), noFloat)
	}
	for _, text := range []string{"inf", "+inf", "-INF", "Infinity", "-infinity"} {
		c.Exchange(cmd("HINCRBYFLOAT", own.key("none"), "n", text), nanOrInfinite)
	}
	for i, text := range []string{"1e4932", "1e-4950", "0e99999999999", "1.e+2", "0X1.8P1", strings.Repeat("0", 5118) + "1"} {
		reply := c.Call("HINCRBYFLOAT", own.key("some"), strconv.Itoa(i), text)
		require.False(t, reply.IsError(), "%q: %s", text, reply.Text)
	}
	c.Exchange(cmd("HMGET", own.key("some"), "1", "2", "3", "4", "5"), bulks("0 0 100 3 1"))
	c.Exchange(cmd("EXISTS", own.key("none")), zero)
}
