// ch08_strings_numbers.go: INCRBYFLOAT, which adds as C's long double does, and LCS, the
// longest sequence that two strings have in common.

package cases

import (
	"strings"

	"redis-internals/common/conformance"
)

const (
	lenAndIdx  = "-ERR If you want both the length and indexes, please just use IDX.\r\n"
	notStrings = "-ERR The specified keys must contain string values\r\n"
)

func stringNumbers() list {
	rows := list{
		{Name: "INCRBYFLOAT adds, and answers as few digits as it can", Run: dialogue(
			"SET @k 10.50", done, "INCRBYFLOAT @k 0.1", bulk("10.6"), "INCRBYFLOAT @k -5", bulk("5.6"), "SET @k 5.0e3", done, "INCRBYFLOAT @k 2.0e2", bulk("5200"), "GET @k", bulk("5200"), "INCRBYFLOAT @none 3", bulk("3"), "GET @none", bulk("3"), "OBJECT ENCODING @none", bulk("embstr"), "INCRBYFLOAT @zero 0", bulk("0"), "INCRBYFLOAT @small 1e-17", bulk("0.00000000000000001"), "INCRBYFLOAT @smaller 1e-18", bulk("0"),
		)},
		{Name: "INCRBYFLOAT makes an integer text, which INCR makes a number again", Run: dialogue(
			"SET @k 3", done, "OBJECT ENCODING @k", bulk("int"), "INCRBYFLOAT @k 1.5", bulk("4.5"), "OBJECT ENCODING @k", bulk("embstr"), "INCRBYFLOAT @k 0.5", bulk("5"), "GET @k", bulk("5"), "OBJECT ENCODING @k", bulk("embstr"), "INCR @k", ":6\r\n", "OBJECT ENCODING @k", bulk("int"),
		)},
		{Name: "INCRBYFLOAT keeps the time to live", Run: dialogue("SET @k 1 EXAT 4102444800", done, "INCRBYFLOAT @k 1.5", bulk("2.5"), "EXPIRETIME @k", ":4102444800\r\n")},
		{Name: "INCRBYFLOAT takes what C takes for a number", Run: dialogue(
			"INCRBYFLOAT @a 0x10", bulk("16"), "INCRBYFLOAT @b 1e3", bulk("1000"), "INCRBYFLOAT @c .5", bulk("0.5"), "INCRBYFLOAT @d 5.", bulk("5"), "INCRBYFLOAT @e +7", bulk("7"), "INCRBYFLOAT @f 010", bulk("10"), "INCRBYFLOAT @g -0", bulk("0"), "INCRBYFLOAT @h -0X1p3", bulk("-8"),
		)},
		{Name: "INCRBYFLOAT refuses what is no number", Run: dialogue(
			"SET @k 1", done, "INCRBYFLOAT @k x", noFloat, "INCRBYFLOAT @k 1x", noFloat, "INCRBYFLOAT @k nan", noFloat, "INCRBYFLOAT @k 1e5000", noFloat, "INCRBYFLOAT @k 1_0", noFloat, "INCRBYFLOAT @k e5", noFloat, "INCRBYFLOAT @k 1e", noFloat, "SET @t text", done, "INCRBYFLOAT @t 1", noFloat, "INCRBYFLOAT @t x", noFloat, "GET @k", bulk("1"),
		)},
		{Name: "INCRBYFLOAT never answers an infinity", Run: dialogue(
			"SET @k 1", done, "INCRBYFLOAT @k inf", wouldBeNaN, "INCRBYFLOAT @k -Infinity", wouldBeNaN, "GET @k", bulk("1"), "SET @i inf", done, "INCRBYFLOAT @i 1", wouldBeNaN, "INCRBYFLOAT @i -inf", wouldBeNaN, "GET @i", bulk("inf"),
		)},
		{Name: "INCRBYFLOAT adds in more digits than a double has", Run: dialogue(
			"INCRBYFLOAT @k 0.1", bulk("0.1"), "INCRBYFLOAT @k 0.2", bulk("0.3"), "INCRBYFLOAT @k 0.3", bulk("0.6"), "INCRBYFLOAT @k -0.6", bulk("0"), "INCRBYFLOAT @l 1e18", bulk("1000000000000000000"), "INCRBYFLOAT @l 1", bulk("1000000000000000001"), "INCRBYFLOAT @m 123456789.123456789", bulk("123456789.12345678899873747"), "INCRBYFLOAT @m 0.000000001", bulk("123456789.12345678999554366"), "INCRBYFLOAT @n 1e400", bulk("10000000000000000000281880683947586514586453433629052038625910693539685534008629862039363994848324160522094053927317616200295822777259255734023828976593340661017797447434546173917862448116674971723778943824391593338047470675026246684401359237513603830343735485505244955964979021825038280091068414947402456898653040951017512658092615827588920183472511643316591362664138176309734806343732497430221946880"), "INCRBYFLOAT @n -1e400", bulk("0"),
		)},
		{Name: "LCS answers the longest sequence that two strings have in common", Run: dialogue(
			"MSET @a ohmytext @b mynewtext", done, "LCS @a @b", bulk("mytext"), "LCS @a @b LEN", ":6\r\n", "lcs @b @a len", ":6\r\n", "LCS @a @a", bulk("ohmytext"), "LCS @a @none", bulk(""), "LCS @none @none", bulk(""), "LCS @a @none LEN", zero,
		)},
		{Name: "LCS IDX answers where the pieces are", Run: dialogue(
			"MSET @a ohmytext @b mynewtext", done, "LCS @a @b IDX", array(bulk("matches"), array(array(array(":4\r\n", ":7\r\n"), array(":5\r\n", ":8\r\n")), array(array(two, three), array(zero, one))), bulk("len"), ":6\r\n"), "LCS @a @b IDX MINMATCHLEN 4", array(bulk("matches"), array(array(array(":4\r\n", ":7\r\n"), array(":5\r\n", ":8\r\n"))), bulk("len"), ":6\r\n"), "LCS @a @b IDX MINMATCHLEN 4 WITHMATCHLEN", array(bulk("matches"), array(array(array(":4\r\n", ":7\r\n"), array(":5\r\n", ":8\r\n"), ":4\r\n")), bulk("len"), ":6\r\n"), "LCS @a @b IDX WITHMATCHLEN", array(bulk("matches"), array(array(array(":4\r\n", ":7\r\n"), array(":5\r\n", ":8\r\n"), ":4\r\n"), array(array(two, three), array(zero, one), two)), bulk("len"), ":6\r\n"), "LCS @a @b IDX MINMATCHLEN 5", array(bulk("matches"), emptyList, bulk("len"), ":6\r\n"), "LCS @a @b idx minmatchlen 0", array(bulk("matches"), array(array(array(":4\r\n", ":7\r\n"), array(":5\r\n", ":8\r\n")), array(array(two, three), array(zero, one))), bulk("len"), ":6\r\n"), "LCS @a @b IDX MINMATCHLEN -3", array(bulk("matches"), array(array(array(":4\r\n", ":7\r\n"), array(":5\r\n", ":8\r\n")), array(array(two, three), array(zero, one))), bulk("len"), ":6\r\n"), "LCS @a @none IDX", array(bulk("matches"), emptyList, bulk("len"), zero), "LCS @none @none IDX WITHMATCHLEN", array(bulk("matches"), emptyList, bulk("len"), zero),
		)},
		{Name: "LCS with options that need no IDX", Run: dialogue(
			"MSET @a ohmytext @b mynewtext", done, "LCS @a @b MINMATCHLEN 4", bulk("mytext"), "LCS @a @b WITHMATCHLEN", bulk("mytext"), "LCS @a @b LEN MINMATCHLEN 100 WITHMATCHLEN", ":6\r\n",
		)},
		{Name: "LCS refuses what is no option", Run: dialogue(
			"MSET @a x @b y", done, "LCS @a @b nosuch", syntax, "LCS @a @b MINMATCHLEN", syntax, "LCS @a @b MINMATCHLEN x", noInteger, "LCS @a @b LEN IDX", lenAndIdx, "LCS @a @b IDX LEN WITHMATCHLEN", lenAndIdx, "LCS @a @b LEN nosuch IDX", syntax,
		)},
		{Name: "LCS refuses other types before it looks at the options", Run: dialogue("SADD @s a", one, "SET @a x", done, "LCS @s @a", notStrings, "LCS @a @s LEN", notStrings, "LCS @s @none nosuch", notStrings, "LCS @none @s LEN IDX", notStrings)},
		{Name: "LCS of numbers is of their digits", Run: dialogue(
			"MSET @a 12345 @b 9235", done, "OBJECT ENCODING @a", bulk("int"), "LCS @a @b", bulk("235"), "LCS @a @b IDX WITHMATCHLEN", array(bulk("matches"), array(array(array(":4\r\n", ":4\r\n"), array(three, three), one), array(array(one, two), array(one, two), two)), bulk("len"), three),
		)},
		{Name: "LCS with ties", Run: dialogue(
			"MSET @a abcabc @b bcabca", done, "LCS @a @b", bulk("bcabc"), "LCS @a @b IDX", array(bulk("matches"), array(array(array(one, ":5\r\n"), array(zero, ":4\r\n"))), bulk("len"), ":5\r\n"), "MSET @c aaaa @d aa", done, "LCS @c @d IDX", array(bulk("matches"), array(array(array(two, three), array(zero, one))), bulk("len"), two), "LCS @d @c IDX", array(bulk("matches"), array(array(array(zero, one), array(two, three))), bulk("len"), two), "MSET @e abab @f baba", done, "LCS @e @f IDX WITHMATCHLEN", array(bulk("matches"), array(array(array(one, three), array(zero, two), three)), bulk("len"), three),
		)},
		{Name: "INCRBYFLOAT of ten tenths makes one", Run: func(t *T) {
			c, k := t.Dial(), newKeys().key("k")
			for _, want := range strings.Fields("0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1 1.1") {
				c.Exchange(cmd("INCRBYFLOAT", k, "0.1"), bulk(want))
			}
		}},
		{Name: "INCRBYFLOAT refuses an empty word and one with spaces", Run: func(t *T) {
			c, k := t.Dial(), newKeys().key("k")
			for _, word := range []string{"", " ", " 1", "1 ", "1\x00", "\n1", "１"} {
				c.Exchange(cmd("INCRBYFLOAT", k, word)+cmd("SET", k, word)+cmd("INCRBYFLOAT", k, "1")+cmd("DEL", k), noFloat+done+noFloat+one)
			}
		}},
		{Name: "LCS of strings that are too long for its table is refused", Run: func(t *T) {
			c, own := t.Dial(), newKeys()
			speak(c, own, "SETRANGE @a 29999 x", ":30000\r\n", "LCS @a @a LEN", "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len\r\n", "DEL @a", one)
		}},
		{Name: "LCS of bytes of every value", Run: func(t *T) {
			c, own := t.Dial(), newKeys()
			c.Exchange(cmd("MSET", own.key("a"), everyValue, own.key("b"), "\xff\x00\r\n\x80")+cmd("LCS", own.key("a"), own.key("b"))+cmd("LCS", own.key("a"), own.key("b"), "LEN"), done+bulk("\x00\r\x80")+three)
		}},
		{Name: "arguments are counted: LCS", Run: answers(cmd("LCS")+cmd("LCS", "a"), wrongArity("lcs")+wrongArity("lcs"))},
		{Name: "COMMAND GETKEYS finds the keys of LCS", Run: answers(cmd("COMMAND", "GETKEYS", "LCS", "a", "b", "LEN"), bulks("a b"))},
	}
	for _, sum := range floatSums {
		rows = append(rows, conformance.Case{
			Name: "INCRBYFLOAT of " + sum.increment + " to " + sum.field,
			Run:  dialogue("SET @k "+sum.field, done, "INCRBYFLOAT @k "+sum.increment, bulk(sum.sum), "GET @k", bulk(sum.sum)),
		})
	}
	return in(8, lesson8Strings, rows)
}
