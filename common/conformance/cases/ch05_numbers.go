// ch05_numbers.go: strings that are numbers: INCR and its variants.

package cases

import (
	"math"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// numbers is strings that are numbers: INCR and its variants.
func numbers() list {
	rows := list{
		{Name: "INCR counts", Run: dialogue("SET @k 41", done, "INCR @k", ":42\r\n", "INCR @k", ":43\r\n", "GET @k", bulk("43"))},
		{Name: "DECR counts down, below zero too", Run: dialogue("SET @k 1", done, "DECR @k", zero, "DECR @k", noTTL, "DECR @k", noKey, "GET @k", bulk("-2"))},
		{Name: "INCRBY and DECRBY add and take any number", Run: dialogue(
			"SET @k 10", done, "INCRBY @k 5", ":15\r\n", "INCRBY @k -20", ":-5\r\n", "DECRBY @k 5", ":-10\r\n", "DECRBY @k -100", ":90\r\n", "INCRBY @k 0", ":90\r\n", "decrby @k 0", ":90\r\n",
		)},
		{Name: "a missing key counts as 0", Run: dialogue("INCR @a", one, "DECR @b", noTTL, "INCRBY @c 7", ":7\r\n", "DECRBY @d 7", ":-7\r\n", "INCRBY @e 0", zero, "EXISTS @a @b @c @d @e", ":5\r\n", "TTL @a", noTTL)},
		{Name: "an expired key counts as 0", Run: onceExpired("INCR @k", one, "TTL @k", noTTL, "DECRBY @k2 5", ":-5\r\n", "TTL @k2", noTTL)},
		{Name: "INCR and its variants keep the TTL", Run: dialogue(
			"SET @k 1 PXAT "+year2100+"123", done, "INCR @k", ":2\r\n", "DECR @k", one, "INCRBY @k 10", ":11\r\n", "DECRBY @k 10", one, "PEXPIRETIME @k", ":"+year2100+"123\r\n",
		)},
		{Name: "INCR ends at the largest number", Run: dialogue("SET @k 9223372036854775806", done, "INCR @k", ":"+most+"\r\n", "INCR @k", overflow, "INCRBY @k 1", overflow, "INCRBY @k "+most, overflow, "DECRBY @k -1", overflow, "DECRBY @k -"+most, overflow, "GET @k", bulk(most))},
		{Name: "DECR ends at the smallest number", Run: dialogue("SET @k -9223372036854775807", done, "DECR @k", ":"+least+"\r\n", "DECR @k", overflow, "INCRBY @k -1", overflow, "INCRBY @k "+least, overflow, "DECRBY @k 1", overflow, "DECRBY @k "+most, overflow, "GET @k", bulk(least))},
		{Name: "INCRBY goes from one end to the other", Run: dialogue(
			"INCRBY @k "+most, ":"+most+"\r\n", "INCRBY @k "+least, noTTL, "INCRBY @k -"+most, ":"+least+"\r\n", "INCRBY @k "+most, noTTL,
			"DECRBY @k "+most, ":"+least+"\r\n", "SET @k -1", done, "INCRBY @k "+least, overflow, "SET @k 0", done, "INCRBY @k "+least, ":"+least+"\r\n",
		)},
		{Name: "DECRBY cannot take the smallest number", Run: dialogue("SET @k -5", done, "DECRBY @k "+least, decrOverflow, "GET @k", bulk("-5"), "DECRBY @none "+least, decrOverflow, "EXISTS @none", zero)},
		{Name: "INCR refuses an increment before it looks at the key", Run: dialogue("SET @k text", done, "INCRBY @k x", noInteger, "DECRBY @k "+least, decrOverflow, "INCRBY @k 1", noInteger)},
		{Name: "a refused INCR changes nothing", Run: dialogue("SET @k text EXAT "+year2100, done, "INCR @k", noInteger, "DECR @k", noInteger, "INCRBY @k 1", noInteger, "DECRBY @k 1", noInteger, "GET @k", bulk("text"), "EXPIRETIME @k", ":"+year2100+"\r\n")},
		{Name: "SET GET answers a number's digits", Run: dialogue("SET @k 5", done, "SET @k 6 GET", bulk("5"), "INCR @k", ":7\r\n", "SET @k text GET", bulk("7"), "SET @k -1 GET XX", bulk("text"), "SET @k 9 NX GET", bulk("-1"), "GET @k", bulk("-1"))},
		{Name: "INCR in a pipeline sees what came before", Run: countsInPipeline},
		{Name: "64 clients increment one key and nothing is lost", Run: countsTogether},
		{Name: "INCR moves through numbers of every length", Run: everyLength},
	}
	for _, value := range append(notNumbers, strings.Repeat("1", 100), everyValue) {
		rows = append(rows, conformance.Case{Name: "no number for INCR: " + strconv.Quote(value)[:min(30, len(strconv.Quote(value)))], Run: isNoNumber(value)})
	}
	for _, value := range []string{"0", "-1", "1", "10", "-10", "9223372036854775806", "-9223372036854775807", "1000000000000000000"} {
		rows = append(rows, conformance.Case{Name: "a number for INCR: " + value, Run: isNumber(value)})
	}
	return in(5, lesson5Objects, rows)
}

// notNumbers are texts that people, or other programs, take for numbers.
var notNumbers = []string{
	"", " ", "-", "+", "+1", "-0", "00", "01", "-01", "007", " 1", "1 ", "1\n", "1\r\n", "\x001", "1\x00", "1.0", "1.5", ".5", "1e3", "0x10", "1_000", "1,000", "--1", "- 1",
	"one", "NaN", "inf", "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "99999999999999999999", "\u0661",
}

func isNoNumber(value string) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		k, n := own.key("k"), own.key("n")
		c.Exchange(cmd("SET", k, value), done)
		for _, request := range [][]string{{"INCR", k}, {"DECR", k}, {"INCRBY", k, "1"}, {"DECRBY", k, "1"}, {"INCRBY", n, value}, {"DECRBY", n, value}} {
			c.Exchange(cmd(request...), noInteger)
		}
		c.Exchange(cmd("GET", k)+cmd("EXISTS", n), bulk(value)+zero)
	}
}

func isNumber(value string) func(*T) {
	n, err := strconv.ParseInt(value, 10, 64)
	return func(t *T) {
		require.NoError(t, err)
		speak(
			t.Dial(), newKeys(),
			"SET @k "+value, done, "INCR @k", integer(n+1), "DECR @k", integer(n), "GET @k", bulk(value), "INCRBY @n "+value, integer(n), "DECRBY @m "+value, integer(-n),
		)
	}
}

func countsInPipeline(t *T) {
	c, own := t.Dial(), newKeys()
	requests, replies := "", ""
	for i := range int64(500) {
		requests += own.cmd("INCR @k") + own.cmd("GET @k") + own.cmd("DECRBY @m 3")
		replies += integer(i+1) + bulk(strconv.FormatInt(i+1, 10)) + integer(-3*(i+1))
	}
	c.Exchange(requests, replies)
}

func countsTogether(t *T) {
	const clients, times = 64, 50
	own := newKeys()
	for range clients {
		c := t.Dial()
		t.Go(func() {
			c.Send(strings.Repeat(own.cmd("INCR @k"), times))
			last := int64(0)
			for range times {
				n := c.Reply().Int
				require.Greater(t, n, last)
				last = n
			}
		})
	}
	t.Wait()
	speak(t.Dial(), own, "GET @k", bulk(strconv.Itoa(clients*times)))
}

// everyLength crosses each power of ten, above and below zero.
func everyLength(t *T) {
	c, own := t.Dial(), newKeys()
	for n := int64(10); n > 0 && n < math.MaxInt64/10; n *= 10 {
		for _, sign := range []int64{1, -1} {
			speak(
				c, own, "SET @k "+strconv.FormatInt(sign*(n-1), 10), done, "INCRBY @k "+strconv.FormatInt(sign, 10), integer(sign*n), "GET @k", bulk(strconv.FormatInt(sign*n, 10)),
				"DECRBY @k "+strconv.FormatInt(sign, 10), integer(sign*(n-1)), "GET @k", bulk(strconv.FormatInt(sign*(n-1), 10)), "OBJECT ENCODING @k", bulk("int"),
			)
		}
	}
}
