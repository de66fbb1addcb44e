// ch08_bitmaps.go: strings as rows of bits.

package cases

import (
	"math/bits"
	"strconv"
	"strings"

	"redis-internals/common/conformance"
)

// The rows of the commands on bits as Redis 7.0.15 has them; BITOP's keys are in two places.
var bitmapRows = []commandRow{
	{"setbit", 4, "write denyoom", "@write @bitmap @slow", "", 1, "RW access update", ""},
	{"getbit", 3, "readonly fast", "@read @bitmap @fast", "", 1, "RO access", ""},
	{"bitcount", -2, "readonly", "@read @bitmap @slow", "", 1, "RO access", ""},
	{"bitpos", -3, "readonly", "@read @bitmap @slow", "", 1, "RO access", ""},
	{"bitfield", -2, "write denyoom", "@write @bitmap @slow", "", 1, "RW access update variable_flags", "This command allows both access and modification of the key"},
	{"bitfield_ro", -2, "readonly fast", "@read @bitmap @fast", "", 1, "RO access", ""},
}

const (
	bitOffset   = "-ERR bit offset is not an integer or out of range\r\n"
	noBit       = "-ERR bit is not an integer or out of range\r\n"
	bitArgument = "-ERR The bit argument must be 1 or 0.\r\n"
	oneSource   = "-ERR BITOP NOT must be called with a single source key.\r\n"
)

func bitmaps() list {
	rows := list{
		{Name: "SETBIT answers the bit that was there", Run: dialogue(
			"SETBIT @k 7 1", zero, "GET @k", bulk("\x01"), "SETBIT @k 7 0", one, "SETBIT @k 7 0", zero, "GETBIT @k 7", zero, "SETBIT @k 0 1", zero, "GETBIT @k 0", one, "STRLEN @k", one,
		)},
		{Name: "SETBIT makes the string as long as it must be", Run: dialogue(
			"SETBIT @k 100 1", zero, "STRLEN @k", ":13\r\n", "SETBIT @k 103 1", zero, "STRLEN @k", ":13\r\n", "SETBIT @k 104 0", zero, "STRLEN @k", ":14\r\n", "GETBIT @k 99", zero, "GETBIT @k 100", one, "GETBIT @k 4294967295", zero, "OBJECT ENCODING @k", bulk("raw"), "BITCOUNT @k", two,
		)},
		{Name: "SETBIT of a number changes its digits", Run: dialogue(
			"SET @k 1", done, "OBJECT ENCODING @k", bulk("int"), "SETBIT @k 6 1", zero, "GET @k", bulk("3"), "OBJECT ENCODING @k", bulk("raw"), "SETBIT @k 6 1", one, "GETBIT @k 2", one, "GETBIT @k 0", zero,
		)},
		{Name: "SETBIT and BITFIELD keep the time to live", Run: dialogue("SET @k a EXAT 4102444800", done, "SETBIT @k 6 1", zero, "SETBIT @k 1000 1", zero, "BITFIELD @k SET u8 #200 7", array(zero), "EXPIRETIME @k", ":4102444800\r\n")},
		{Name: "SETBIT and GETBIT refuse what is no offset before they look at the key", Run: dialogue(
			"SADD @s a", one, "SETBIT @s x 1", bitOffset, "SETBIT @s -1 1", bitOffset, "SETBIT @s 4294967296 1", bitOffset, "SETBIT @s 9223372036854775808 1", bitOffset, "SETBIT @s #1 1", bitOffset, "SETBIT @s 1.0 1", bitOffset, "GETBIT @s -1", bitOffset, "GETBIT @s x", bitOffset, "GETBIT @s 4294967296", bitOffset, "GETBIT @s #1", bitOffset, "SETBIT @s 1 1", wrongType, "GETBIT @s 1", wrongType,
		)},
		{Name: "SETBIT refuses what is no bit", Run: dialogue("SETBIT @k 1 2", noBit, "SETBIT @k 1 -1", noBit, "SETBIT @k 1 x", noBit, "SETBIT @k 1 1.0", noBit, "SETBIT @k -1 2", bitOffset, "EXISTS @k", zero)},
		{Name: "GETBIT of what is not there is 0", Run: dialogue(
			"GETBIT @none 0", zero, "GETBIT @none 4294967295", zero, "SET @k 12", done, "GETBIT @k 2", one, "GETBIT @k 16", zero, "SET @e a", done, "GETBIT @e 7", one, "GETBIT @e 8", zero,
		)},
		{Name: "BITCOUNT counts bits, of a part too", Run: dialogue(
			"SET @k foobar", done, "BITCOUNT @k", ":26\r\n", "BITCOUNT @k 0 0", ":4\r\n", "BITCOUNT @k 1 1", ":6\r\n", "BITCOUNT @k 0 -1", ":26\r\n", "BITCOUNT @k -2 -1", ":7\r\n", "BITCOUNT @k 1 1 BYTE", ":6\r\n", "BITCOUNT @k 5 30 BIT", ":17\r\n", "BITCOUNT @k 0 0 bit", zero, "BITCOUNT @k -8 -1 BIT", ":4\r\n", "BITCOUNT @k 6 9", zero, "BITCOUNT @k 3 1", zero, "BITCOUNT @k -1 -3", zero, "BITCOUNT @k -100 -90", ":4\r\n", "BITCOUNT @k -100 100", ":26\r\n", "BITCOUNT @k -100 100 BIT", ":26\r\n", "BITCOUNT @k 7 8 BIT", zero, "BITCOUNT @none", zero,
		)},
		{Name: "BITCOUNT of a number counts in its digits", Run: dialogue("SET @k 123456", done, "BITCOUNT @k", ":21\r\n", "BITCOUNT @k 1 2", ":7\r\n", "OBJECT ENCODING @k", bulk("int"))},
		{Name: "BITCOUNT refuses half a range and other words", Run: dialogue(
			"SET @k foobar", done, "BITCOUNT @k 0", syntax, "BITCOUNT @k 0 -1 BYTE x", syntax, "BITCOUNT @k 0 -1 nosuch", syntax, "BITCOUNT @k x 1", noInteger, "BITCOUNT @k 1 x", noInteger, "BITCOUNT @k x 1 nosuch", noInteger, "BITCOUNT @none 0", zero, "BITCOUNT @none x y", zero, "BITCOUNT @none 0 1 nosuch", zero, "SADD @s a", one, "BITCOUNT @s", wrongType, "BITCOUNT @s 0", wrongType, "BITCOUNT @s x y", wrongType,
		)},
		{Name: "BITCOUNT goes to the ends of 64 bits", Run: dialogue(
			"SET @k foobar", done, "BITCOUNT @k -9223372036854775808 9223372036854775807", ":26\r\n", "BITCOUNT @k -9223372036854775808 9223372036854775807 BIT", ":26\r\n", "BITCOUNT @k 9223372036854775807 9223372036854775807", zero, "BITCOUNT @k -9223372036854775808 -9223372036854775808 BIT", zero, "BITCOUNT @k 0 9223372036854775808", noInteger,
		)},
		{Name: "BITPOS finds the first bit", Run: dialogue(
			"SETBIT @k 12 1", zero, "BITPOS @k 1", ":12\r\n", "BITPOS @k 0", zero, "BITPOS @k 1 1", ":12\r\n", "BITPOS @k 1 2", noTTL, "BITPOS @k 0 1", ":8\r\n", "SETBIT @k 100 1", zero, "BITPOS @k 1 2", ":100\r\n", "BITPOS @k 1 2 -2", noTTL, "BITPOS @k 1 -1", ":100\r\n", "BITPOS @k 1 12 12 BYTE", ":100\r\n", "BITPOS @k 1 13 99 BIT", noTTL, "BITPOS @k 1 13 100 BIT", ":100\r\n", "BITPOS @k 0 12 12 BIT", noTTL, "BITPOS @k 0 12 13 bit", ":13\r\n", "BITPOS @k 1 -100 -1 BIT", ":12\r\n",
		)},
		{Name: "BITPOS of bits that are all set finds a clear one behind them, unless an end was given", Run: dialogue(
			"BITFIELD @k SET i24 0 -1", array(zero), "BITPOS @k 0", ":24\r\n", "BITPOS @k 0 0", ":24\r\n", "BITPOS @k 0 2", ":24\r\n", "BITPOS @k 0 3", noTTL, "BITPOS @k 0 0 -1", noTTL, "BITPOS @k 0 0 2", noTTL, "BITPOS @k 0 0 23 BIT", noTTL, "BITPOS @k 0 0 -1 BIT", noTTL, "BITPOS @k 0 -1", ":24\r\n", "BITPOS @k 1 3", noTTL, "BITPOS @k 1 0 -1", zero,
		)},
		{Name: "BITPOS of bits that are all clear finds none that is set", Run: dialogue(
			"SETBIT @k 23 0", zero, "BITPOS @k 1", noTTL, "BITPOS @k 1 0 -1", noTTL, "BITPOS @k 0", zero, "BITPOS @k 0 2", ":16\r\n", "BITPOS @k 0 3", noTTL, "BITPOS @none 1", noTTL, "BITPOS @none 0", zero, "BITPOS @none 0 5", zero, "BITPOS @none 1 0 -1 BIT", noTTL, "BITPOS @none 0 0 -1 nosuch", zero,
		)},
		{Name: "BITPOS counts from the end, and stays within the string", Run: dialogue(
			"SET @k foobar", done, "BITPOS @k 1 -1", ":41\r\n", "BITPOS @k 1 -3 -2", ":25\r\n", "BITPOS @k 1 -1 -3", noTTL, "BITPOS @k 1 -100 -90", one, "BITPOS @k 0 -100 100", zero, "BITPOS @k 1 5 100", ":41\r\n", "BITPOS @k 1 6 100", noTTL, "BITPOS @k 1 3 1", noTTL, "BITPOS @k 1 -9223372036854775808 9223372036854775807", one, "BITPOS @k 0 9223372036854775807", noTTL,
		)},
		{Name: "BITPOS refuses what is no bit, no number and no unit", Run: dialogue(
			"SET @k foobar", done, "BITPOS @k 2", bitArgument, "BITPOS @k -1", bitArgument, "BITPOS @k x", noInteger, "BITPOS @k 1 x", noInteger, "BITPOS @k 1 0 x", noInteger, "BITPOS @k 1 0 1 nosuch", syntax, "BITPOS @k 1 0 1 BIT x", syntax, "BITPOS @none 2", bitArgument, "BITPOS @none x", noInteger, "BITPOS @none 1 x", noTTL, "SADD @s a", one, "BITPOS @s 2", bitArgument, "BITPOS @s 1", wrongType, "BITPOS @s 1 x", wrongType,
		)},
		{Name: "BITOP combines strings", Run: dialogue(
			"SET @a abc", done, "SET @b ab", done, "SET @c 123", done, "BITOP AND @d @a @c", three, "GET @d", bulk("!\"#"), "BITOP OR @d @a @c", three, "GET @d", bulk("qrs"), "BITOP XOR @d @a @c", three, "GET @d", bulk("PPP"), "BITOP NOT @d @a", three, "GET @d", bulk("\x9e\x9d\x9c"), "BITOP NOT @d @d", three, "GET @d", bulk("abc"), "OBJECT ENCODING @d", bulk("raw"), "bitop and @d @a", three, "GET @d", bulk("abc"),
		)},
		{Name: "BITOP gives shorter strings zeros", Run: dialogue(
			"SET @a abc", done, "SET @b ab", done, "BITOP AND @d @a @b", three, "GET @d", bulk("ab\x00"), "BITOP OR @d @a @b", three, "GET @d", bulk("abc"), "BITOP XOR @d @a @b", three, "GET @d", bulk("\x00\x00c"), "BITOP AND @d @a @none", three, "GET @d", bulk("\x00\x00\x00"), "BITOP OR @d @none @b @a @none", three, "GET @d", bulk("abc"), "BITOP XOR @d @a @a @a", three, "GET @d", bulk("abc"),
		)},
		{Name: "BITOP of nothing deletes the key", Run: dialogue(
			"SET @d old", done, "BITOP AND @d @none", zero, "EXISTS @d", zero, "SET @d old", done, "BITOP NOT @d @none", zero, "EXISTS @d", zero, "BITOP OR @d @none @none", zero, "SET @e x", done, "GETRANGE @e 1 1", bulk(""), "SADD @d a", one, "BITOP OR @d @none", zero, "EXISTS @d", zero,
		)},
		{Name: "BITOP overwrites any type, and the time to live", Run: dialogue(
			"SET @a abc", done, "SADD @d x", one, "BITOP OR @d @a", three, "GET @d", bulk("abc"), "SET @e v EX 1000", done, "BITOP OR @e @a", three, "TTL @e", noTTL, "BITOP XOR @a @a @a", three, "GET @a", bulk("\x00\x00\x00"), "SET @n 7", done, "BITOP OR @n @n", one, "GET @n", bulk("7"), "OBJECT ENCODING @n", bulk("raw"),
		)},
		{Name: "BITOP refuses what it cannot do", Run: dialogue(
			"SET @a abc", done, "SADD @s x", one, "BITOP NAND @d @a", syntax, "BITOP NOT @d @a @a", oneSource, "BITOP NOT @d @a @s", oneSource, "BITOP AND @d @s", wrongType, "BITOP AND @d @a @s", wrongType, "BITOP nosuch @d @s", syntax, "EXISTS @d", zero, "BITOP NOT @d", wrongArity("bitop"),
		)},
		{Name: "every bit of a string is its own", Run: everyBit},
		{Name: "BITCOUNT and BITPOS of every range of bits", Run: everyBitRange},
		{Name: "BITOP of long strings of every length", Run: longBitop},
		{Name: "arguments are counted: BITOP", Run: answers(cmd("BITOP")+cmd("BITOP", "AND")+cmd("BITOP", "AND", "d"), wrongArity("bitop")+wrongArity("bitop")+wrongArity("bitop"))},
		{Name: "COMMAND GETKEYS finds the keys of BITOP", Run: answers(cmd("COMMAND", "GETKEYS", "BITOP", "AND", "d", "a", "b"), bulks("d a b"))},
		{Name: "a server that is full refuses SETBIT", Args: noLimit, Run: func(t *T) {
			speak(t.Dial(), plain, "SET k v", done, "CONFIG SET maxmemory 1", done, "SETBIT k 1 1", oom, "BITOP NOT d k", oom, "BITFIELD k GET u8 0", oom, "BITFIELD_RO k GET u8 0", array(integer('v')), "GETBIT k 1", one, "BITCOUNT k", ":5\r\n")
		}},
		{Name: "the log has commands of bits that change something", Run: logs(
			"SETBIT k 1 1; SETBIT k 1 1; BITFIELD k SET u8 8 7 GET u8 0; BITFIELD k SET u8 8 7; BITFIELD k GET u8 0; BITOP NOT d k; BITOP AND e none; BITCOUNT k; BITPOS k 1",
			"SETBIT k 1 1; BITFIELD k SET u8 8 7 GET u8 0; BITOP NOT d k",
		)},
	}
	for _, r := range bitmapRows {
		rows = append(
			rows,
			conformance.Case{Name: "COMMAND INFO describes " + r.name, Run: answers(cmd("COMMAND", "INFO", r.name), array(r.info()))},
			conformance.Case{Name: "arguments are counted: " + strings.ToUpper(r.name), Run: r.countsArguments},
		)
	}
	return in(8, lesson8Strings, rows)
}

// everyBit sets bits one after another and asks for all of them.
func everyBit(t *T) {
	c, k := t.Dial(), newKeys().key("k")
	const n = 80
	for i := range n {
		at := i * 37 % n
		c.Exchange(cmd("SETBIT", k, strconv.Itoa(at), "1")+cmd("BITCOUNT", k), zero+integer(int64(i+1)))
		for j := range n {
			c.Send(cmd("GETBIT", k, strconv.Itoa(j)))
		}
		for j := range n {
			c.Expect([]string{zero, one}[isSetBy(j, i, n)])
		}
	}
}

// isSetBy is whether everyBit has set bit j when it has come to i.
func isSetBy(j, i, n int) int {
	for ; i >= 0; i-- {
		if i*37%n == j {
			return 1
		}
	}
	return 0
}

// everyBitRange asks for all ranges of bits of a string, in bits and in bytes.
func everyBitRange(t *T) {
	c, k := t.Dial(), newKeys().key("k")
	text := "\x00\xff\x81\x7e\x00"
	c.Exchange(cmd("SET", k, text), done)
	bit := func(i int) int { return int(text[i/8]>>(7-i%8)) & 1 }
	var requests, replies strings.Builder
	for from := range len(text) * 8 {
		count, first := 0, [2]int{-1, -1}
		for to := from; to < len(text)*8; to++ {
			b := bit(to)
			count += b
			if first[b] < 0 {
				first[b] = to
			}
			f, l := strconv.Itoa(from), strconv.Itoa(to-len(text)*8)
			requests.WriteString(cmd("BITCOUNT", k, f, l, "BIT") + cmd("BITPOS", k, "0", f, l, "BIT") + cmd("BITPOS", k, "1", f, l, "BIT"))
			replies.WriteString(integer(int64(count)) + integer(int64(first[0])) + integer(int64(first[1])))
		}
	}
	for from := range text {
		count := 0
		for to := from; to < len(text); to++ {
			count += bits.OnesCount8(text[to])
			requests.WriteString(cmd("BITCOUNT", k, strconv.Itoa(from), strconv.Itoa(to)))
			replies.WriteString(integer(int64(count)))
		}
	}
	c.Exchange(requests.String(), replies.String())
}

// longBitop combines strings of lengths about those at which a machine takes many bytes at
// once.
func longBitop(t *T) {
	c, own := t.Dial(), newKeys()
	d := own.key("d")
	for _, n := range []int{1, 7, 8, 9, 31, 32, 33, 100, 1000, 4097} {
		a, b := numbered(n), numbered(n + n/2)[n/2:]
		and, or, xor, not := []byte(a), []byte(a), []byte(a), []byte(a)
		for i := range n {
			and[i], or[i], xor[i], not[i] = a[i]&b[i], a[i]|b[i], a[i]^b[i], ^a[i]
		}
		c.Exchange(cmd("MSET", own.key("a"), a, own.key("b"), b), done)
		for _, row := range []struct {
			name string
			want []byte
		}{{"AND", and}, {"OR", or}, {"XOR", xor}} {
			c.Exchange(cmd("BITOP", row.name, d, own.key("a"), own.key("b"))+cmd("GET", d), integer(int64(n))+bulk(string(row.want)))
		}
		c.Exchange(cmd("BITOP", "NOT", d, own.key("a"))+cmd("GET", d), integer(int64(n))+bulk(string(not)))
	}
}
