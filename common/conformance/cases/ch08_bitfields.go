// ch08_bitfields.go: integers of any width, anywhere in a string.

package cases

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	noFieldType = "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.\r\n"
	noOverflow  = "-ERR Invalid OVERFLOW type specified\r\n"
	onlyGet     = "-ERR BITFIELD_RO only supports the GET subcommand\r\n"
)

func bitfields() list {
	return in(8, lesson8Strings, list{
		{Name: "BITFIELD gets, sets and increments", Run: dialogue(
			"BITFIELD @k SET u8 0 255 GET u4 4 GET i8 0 INCRBY u8 8 3", array(zero, ":15\r\n", noTTL, three), "BITFIELD @k GET u16 0", array(":65283\r\n"), "GET @k", bulk("\xff\x03"), "STRLEN @k", two, "BITFIELD @k set i5 3 -7 get i5 3", array(noTTL, ":-7\r\n"), "bitfield @k incrby u2 100 1", array(one), "STRLEN @k", ":13\r\n",
		)},
		{Name: "BITFIELD with # counts in integers of that width", Run: dialogue(
			"BITFIELD @k SET u8 #1 7 SET u8 #0 5", array(zero, zero), "BITFIELD @k GET u8 0 GET u8 8 GET u8 #1 GET u4 #3", array(":5\r\n", ":7\r\n", ":7\r\n", ":7\r\n"), "BITFIELD @k SET i63 #1 -1", array(zero), "STRLEN @k", ":16\r\n", "BITFIELD @k GET i63 63", array(noTTL),
		)},
		{Name: "BITFIELD without an operation answers nothing", Run: dialogue(
			"BITFIELD @k", emptyList, "EXISTS @k", zero, "BITFIELD @k OVERFLOW SAT", emptyList, "EXISTS @k", zero, "BITFIELD_RO @k", emptyList, "BITFIELD_RO @k OVERFLOW FAIL", emptyList, "SADD @s a", one, "BITFIELD @s", wrongType, "BITFIELD_RO @s", wrongType, "BITFIELD @s OVERFLOW WRAP", wrongType,
		)},
		{Name: "BITFIELD GET makes no key, and finds zeros behind the end", Run: dialogue(
			"BITFIELD @k GET u8 0 GET i64 100", array(zero, zero), "EXISTS @k", zero, "SET @k a", done, "BITFIELD @k GET u16 0 GET u8 4 GET u63 #9", array(":24832\r\n", ":16\r\n", zero), "STRLEN @k", one, "SET @n 12", done, "BITFIELD @n GET u8 8", array(":50\r\n"), "OBJECT ENCODING @n", bulk("int"), "BITFIELD @n SET u8 8 51", array(":50\r\n"), "GET @n", bulk("13"), "OBJECT ENCODING @n", bulk("raw"),
		)},
		{Name: "BITFIELD wraps around", Run: dialogue(
			"BITFIELD @k SET u8 0 255", array(zero), "BITFIELD @k INCRBY u8 0 1", array(zero), "BITFIELD @k INCRBY u8 0 -1", array(":255\r\n"), "BITFIELD @k SET i8 0 127 INCRBY i8 0 1 INCRBY i8 0 -1", array(noTTL, ":-128\r\n", ":127\r\n"), "BITFIELD @k SET u8 0 256 SET u8 0 -1 SET i8 0 128 GET i8 0", array(":127\r\n", zero, noTTL, ":-128\r\n"), "BITFIELD @k OVERFLOW SAT OVERFLOW WRAP INCRBY u2 0 7", array(one), "BITFIELD @k SET u1 0 3 GET u1 0 SET i1 0 1 GET i1 0", array(zero, one, noTTL, noTTL),
		)},
		{Name: "BITFIELD OVERFLOW SAT stops at the ends", Run: dialogue(
			"BITFIELD @k OVERFLOW SAT SET u8 0 250 INCRBY u8 0 10 INCRBY u8 0 -1000", array(zero, ":255\r\n", zero), "BITFIELD @k OVERFLOW SAT SET i8 0 100 INCRBY i8 0 100 INCRBY i8 0 -1000 GET i8 0", array(zero, ":127\r\n", ":-128\r\n", ":-128\r\n"), "BITFIELD @k OVERFLOW SAT SET u8 0 256 SET u8 0 -1 GET u8 0", array(":128\r\n", ":255\r\n", ":255\r\n"), "BITFIELD @k OVERFLOW sat SET i8 0 -129 GET i8 0 SET i8 0 1000 GET i8 0", array(noTTL, ":-128\r\n", ":-128\r\n", ":127\r\n"),
		)},
		{Name: "BITFIELD OVERFLOW FAIL stores nothing", Run: dialogue(
			"BITFIELD @k SET u8 0 255 SET i8 8 127", array(zero, zero), "BITFIELD @k OVERFLOW FAIL INCRBY u8 0 1 INCRBY i8 8 1 SET u8 0 256 INCRBY u8 0 -1 GET u8 0 GET i8 8", array(nilBulk, nilBulk, nilBulk, ":254\r\n", ":254\r\n", ":127\r\n"), "BITFIELD @k OVERFLOW FAIL INCRBY u8 #2 300", array(nilBulk), "STRLEN @k", three,
		)},
		{Name: "BITFIELD OVERFLOW holds for what comes after it", Run: dialogue(
			"BITFIELD @k SET u8 0 255", array(zero), "BITFIELD @k INCRBY u8 0 2 OVERFLOW SAT INCRBY u8 0 255 INCRBY u8 0 9 OVERFLOW FAIL INCRBY u8 0 1 OVERFLOW WRAP INCRBY u8 0 1", array(one, ":255\r\n", ":255\r\n", nilBulk, zero),
		)},
		{Name: "BITFIELD with integers of 63 and 64 bits", Run: dialogue(
			"BITFIELD @k SET i64 0 9223372036854775807 INCRBY i64 0 1 INCRBY i64 0 -1", array(zero, ":-9223372036854775808\r\n", ":9223372036854775807\r\n"), "BITFIELD @k OVERFLOW SAT INCRBY i64 0 9223372036854775807 INCRBY i64 0 -9223372036854775808 INCRBY i64 0 -9223372036854775808 INCRBY i64 0 -9223372036854775808", array(":9223372036854775807\r\n", noTTL, ":-9223372036854775808\r\n", ":-9223372036854775808\r\n"), "BITFIELD @k OVERFLOW FAIL INCRBY i64 0 -1 GET i64 0", array(nilBulk, ":-9223372036854775808\r\n"), "BITFIELD @k OVERFLOW WRAP SET u63 1 9223372036854775807 INCRBY u63 1 1 INCRBY u63 1 -1 GET u63 1", array(zero, zero, ":9223372036854775807\r\n", ":9223372036854775807\r\n"), "BITFIELD @k OVERFLOW SAT INCRBY u63 1 9223372036854775807 INCRBY u63 1 -9223372036854775808", array(":9223372036854775807\r\n", zero),
		)},
		{Name: "BITFIELD refuses what is no type", Run: dialogue(
			"BITFIELD @k GET u64 0", noFieldType, "BITFIELD @k GET i65 0", noFieldType, "BITFIELD @k GET u0 0", noFieldType, "BITFIELD @k GET i0 0", noFieldType, "BITFIELD @k GET x8 0", noFieldType, "BITFIELD @k GET U8 0", noFieldType, "BITFIELD @k GET 8 0", noFieldType, "BITFIELD @k GET u 0", noFieldType, "BITFIELD @k GET u08 0", noFieldType, "BITFIELD @k GET u-1 0", noFieldType, "BITFIELD @k SET ux 0 1", noFieldType, "EXISTS @k", zero,
		)},
		{Name: "BITFIELD refuses what is no offset", Run: dialogue(
			"BITFIELD @k GET u8 -1", bitOffset, "BITFIELD @k GET u8 x", bitOffset, "BITFIELD @k GET u8 #x", bitOffset, "BITFIELD @k GET u8 #-1", bitOffset, "BITFIELD @k GET u8 4294967296", bitOffset, "BITFIELD @k GET u8 #536870912", bitOffset, "BITFIELD @k SET u8 9223372036854775807 1", bitOffset, "BITFIELD @k GET u8 #9223372036854775807", bitOffset, "BITFIELD @k GET u8 #", bitOffset, "EXISTS @k", zero,
		)},
		{Name: "BITFIELD refuses what is no number and no operation, and then does none of the others", Run: dialogue(
			"BITFIELD @k SET u8 0 x", noInteger, "BITFIELD @k SET u8 0 1 SET u8 0 1.5", noInteger, "BITFIELD @k INCRBY u8 0 9223372036854775808", noInteger, "BITFIELD @k SET u8 0 1 nosuch", syntax, "BITFIELD @k SET u8 0 1 GET u8", syntax, "BITFIELD @k SET u8 0", syntax, "BITFIELD @k GET", syntax, "BITFIELD @k OVERFLOW", syntax, "BITFIELD @k OVERFLOW nosuch", noOverflow, "BITFIELD @k SET u8 0 1 OVERFLOW nosuch SET u8 0 2", noOverflow, "EXISTS @k", zero,
		)},
		{Name: "BITFIELD looks at the key when it has read all of the operations", Run: dialogue(
			"SADD @s a", one, "BITFIELD @s SET u8 0 x", noInteger, "BITFIELD @s GET u64 0", noFieldType, "BITFIELD @s GET u8 0", wrongType, "BITFIELD @s SET u8 0 1", wrongType, "BITFIELD_RO @s GET u8 0", wrongType, "BITFIELD_RO @s SET u8 0 1", onlyGet, "BITFIELD_RO @s nosuch", syntax,
		)},
		{Name: "BITFIELD_RO only reads", Run: dialogue(
			"SET @k abc", done, "BITFIELD_RO @k GET u8 0 GET u8 #1 GET i24 0", array(":97\r\n", ":98\r\n", ":6382179\r\n"), "BITFIELD_RO @k SET u8 0 1", onlyGet, "BITFIELD_RO @k GET u8 0 INCRBY u8 0 1", onlyGet, "BITFIELD_RO @k OVERFLOW SAT GET u8 0", array(":97\r\n"), "BITFIELD_RO @k OVERFLOW nosuch GET u8 0", noOverflow, "BITFIELD_RO @k INCRBY u8 0 x", noInteger, "GET @k", bulk("abc"), "bitfield_ro @none get u8 0", array(zero), "EXISTS @none", zero,
		)},
		{Name: "BITFIELD has integers of every width at every offset", Run: everyWidth},
		{Name: "BITFIELD wraps, stops and fails at the ends of every width", Run: everyEnd},
	})
}

// everyWidth stores integers of alternating bits among set ones, and among clear ones.
func everyWidth(t *T) {
	c, k := t.Dial(), newKeys().key("k")
	for width := 1; width <= 63; width++ {
		var requests, replies strings.Builder
		for offset := range 9 {
			v := uint64(0x5555555555555555) >> (64 - width)
			typ, at := "u"+strconv.Itoa(width), strconv.Itoa(offset)
			behind := strconv.Itoa(offset + width)
			requests.WriteString(cmd("SET", k, strings.Repeat("\xff", 10)) + cmd("BITFIELD", k, "SET", typ, at, strconv.FormatUint(v, 10), "GET", typ, at, "GET", "u1", behind) + cmd("BITCOUNT", k))
			replies.WriteString(done + array(integer(1<<width-1), integer(int64(v)), one) + integer(int64(80-width+width/2)))
		}
		c.Exchange(requests.String(), replies.String())
	}
}

// everyEnd goes over both ends of signed and unsigned integers of every width.
func everyEnd(t *T) {
	c, k := t.Dial(), newKeys().key("k")
	for width := 2; width <= 63; width++ {
		most, least := int64(1)<<(width-1)-1, -int64(1)<<(width-1)
		typ := fmt.Sprintf("i%d", width)
		for _, e := range []struct{ at, step, wrapped int64 }{{most, 1, least}, {least, -1, most}} {
			start := cmd("BITFIELD", k, "SET", typ, "3", strconv.FormatInt(e.at, 10))
			step := strconv.FormatInt(e.step, 10)
			c.Send(cmd("DEL", k) + start)
			c.Reply()
			c.Expect(array(zero))
			c.Exchange(cmd("BITFIELD", k, "OVERFLOW", "FAIL", "INCRBY", typ, "3", step, "OVERFLOW", "SAT", "INCRBY", typ, "3", step, "OVERFLOW", "WRAP", "INCRBY", typ, "3", step), array(nilBulk, integer(e.at), integer(e.wrapped)))
		}
		greatest := int64(1)<<width - 1
		typ = fmt.Sprintf("u%d", width)
		if width == 63 {
			greatest = 1<<63 - 1
		}
		c.Exchange(cmd("DEL", k)+cmd("BITFIELD", k, "OVERFLOW", "FAIL", "INCRBY", typ, "5", "-1", "OVERFLOW", "SAT", "INCRBY", typ, "5", "-1", "OVERFLOW", "WRAP", "INCRBY", typ, "5", "-1", "OVERFLOW", "SAT", "INCRBY", typ, "5", "1", "OVERFLOW", "FAIL", "INCRBY", typ, "5", "1", "OVERFLOW", "WRAP", "INCRBY", typ, "5", "1"),
			one+array(nilBulk, zero, integer(greatest), integer(greatest), nilBulk, zero))
	}
}
