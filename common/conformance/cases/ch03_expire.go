// ch03_expire.go: EXPIRE, its variants and their options.

package cases

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"redis-internals/common/conformance"
)

// The refusals of EXPIRE's options.
const (
	nxWithOthers = "-ERR NX and XX, GT or LT options at the same time are not compatible\r\n"
	gtWithLT     = "-ERR GT and LT options at the same time are not compatible\r\n"
)

// expireCommand is one of the four that give a time to live. They differ in
// the unit and in whether they count from now or from 1970.
type expireCommand struct {
	name     string
	unit     time.Duration
	absolute bool
}

// expire is EXPIRE and the three like it.
func expire() list {
	rows := slices.Concat(
		expireCommand{"EXPIRE", time.Second, false}.rows(),
		expireCommand{"PEXPIRE", time.Millisecond, false}.rows(),
		expireCommand{"EXPIREAT", time.Second, true}.rows(),
		expireCommand{"PEXPIREAT", time.Millisecond, true}.rows(),
		list{
			{Name: "EXPIRE refuses what does not fit with the time of day", Run: expireRefuses("EXPIRE", invalidExpire("expire"), "9223372036854775")},
			{Name: "PEXPIRE refuses what does not fit with the time of day", Run: expireRefuses("PEXPIRE", invalidExpire("pexpire"), "9223372036854775807", "9223372036854775000")},
			{Name: "PEXPIREAT takes the latest time there is", Run: dialogue("SET @k v", done, "PEXPIREAT @k 9223372036854775807", one, "PEXPIRETIME @k", ":9223372036854775807\r\n", "GET @k", bulk("v"))},
			{Name: "PEXPIREAT takes the earliest time there is", Run: dialogue("SET @k v", done, "PEXPIREAT @k -9223372036854775808", one, "EXISTS @k", zero)},
			{Name: "PEXPIRE takes the earliest time there is", Run: dialogue("SET @k v", done, "PEXPIRE @k -9223372036854775808", one, "EXISTS @k", zero)},
			{Name: "EXPIREAT takes the latest second there is", Run: dialogue("SET @k v", done, "EXPIREAT @k 9223372036854775", one, "PEXPIRETIME @k", ":9223372036854775000\r\n")},
			{Name: "an unsupported option is repeated without its line ends, up to a NUL", Run: unsupportedBytes},
			{Name: "GT and LT compare milliseconds", Run: dialogue(
				"SET @k v PXAT "+year2100+"001", done, "EXPIREAT @k "+year2100+" GT", zero,
				"PEXPIREAT @k "+year2100+"001 GT", zero, "PEXPIREAT @k "+year2100+"001 LT", zero,
				"PEXPIREAT @k "+year2100+"002 GT", one, "EXPIREAT @k "+year2100+" LT", one, "PEXPIRETIME @k", ":"+year2100+"000\r\n",
			)},
		},
	)
	return in(3, lesson3Expire, rows)
}

// at is the request to expire k so many hours from now. What was written a
// while before it is sent is still hours from the other times of its case.
func (e expireCommand) at(hours int64) string {
	when := hours * int64(time.Hour/e.unit)
	if e.absolute {
		when += time.Now().UnixNano() / int64(e.unit)
	}
	return e.name + " @k " + strconv.FormatInt(when, 10)
}

func (e expireCommand) rows() (rows list) {
	row := func(does string, run func(*T)) {
		rows = append(rows, conformance.Case{Name: e.name + " " + does, Run: run})
	}
	tenHours, at, k := "SET @k v EX 36000", e.at, e.name+" @k "
	row("gives a time to live", e.givesTTL)
	row("answers 0 for a missing key", dialogue(at(1), zero, "EXISTS @k", zero, at(-1), zero, k+"0", zero))
	row("with a time that is past deletes the key", dialogue(
		"SET @k v", done, at(-1), one, "EXISTS @k", zero, "TTL @k", noKey,
		tenHours, done, k+"-1", one, "GET @k", nilBulk, k+"-1", zero,
		"SET @k v", done, k+"0", one, "GET @k", nilBulk, "SET @k v KEEPTTL", done, "TTL @k", noTTL,
	))
	row("NX gives a first TTL only", dialogue(at(1)+" NX", zero, "SET @k v", done, at(1)+" NX", one, at(2)+" nx", zero, at(-1)+" NX", zero, "EXISTS @k", one))
	row("XX replaces a TTL only", dialogue("SET @k v", done, at(1)+" XX", zero, at(-1)+" XX", zero, "TTL @k", noTTL, tenHours, done, at(1)+" xx", one, at(-1)+" XX", one, "EXISTS @k", zero))
	row("GT only lengthens a TTL", dialogue(tenHours, done, at(5)+" GT", zero, at(20)+" GT", one, at(15)+" gt", zero, at(-1)+" GT", zero, "EXISTS @k", one))
	row("LT only shortens a TTL", dialogue(tenHours, done, at(20)+" LT", zero, at(5)+" LT", one, at(7)+" lt", zero, at(-1)+" LT", one, "EXISTS @k", zero))
	row("takes no TTL for the longest", dialogue("SET @k v", done, at(1)+" GT", zero, at(-1)+" GT", zero, "TTL @k", noTTL, at(2)+" LT", one, at(4)+" GT", one, at(1)+" LT", one, "SET @k v", done, at(-1)+" LT", one, "EXISTS @k", zero))
	row("takes XX together with GT or LT", dialogue("SET @k v", done, at(1)+" XX LT", zero, at(1)+" GT XX", zero, "TTL @k", noTTL, tenHours, done, at(20)+" GT XX", one, at(5)+" xx gt", zero, at(5)+" XX LT", one))
	row("takes an option twice", dialogue("SET @k v", done, at(1)+" NX NX", one, at(2)+" GT gt XX", one))
	row("takes an option up to its first NUL", dialogue("SET @k v", done, at(1)+" NX\x00", one, at(2)+" nx\x00foo", zero, at(2)+" GT\x00 xx\x00\x00", one, k+"10 LT NX\x00", nxWithOthers, k+"10 \x00NX", unsupported("")))
	row("refuses options that contradict", dialogue(
		"SET @k v", done, k+"10 NX XX", nxWithOthers, k+"10 XX NX", nxWithOthers, k+"10 NX GT", nxWithOthers, k+"10 LT NX", nxWithOthers,
		k+"10 GT LT", gtWithLT, k+"10 LT XX GT", gtWithLT, k+"10 NX GT LT", nxWithOthers, k+"x NX XX", nxWithOthers,
		e.name+" @nosuch 10 NX XX", nxWithOthers, "TTL @k", noTTL,
	))
	row("refuses an unknown option", dialogue(
		"SET @k v", done, k+"10 foo", unsupported("foo"), k+"10 NX Foo", unsupported("Foo"), k+"x KEEPTTL", unsupported("KEEPTTL"),
		k+"10 NX XX 5", unsupported("5"), e.name+" @nosuch 10 EX", unsupported("EX"), "TTL @k", noTTL,
	))
	row("refuses what is no integer", expireRefuses(e.name, noInteger, "x", "1.5", "+5", "05", "1e3", "", " 1", "1 ", "9223372036854775808", "-9223372036854775809"))
	if e.unit == time.Second {
		row("refuses what does not fit in milliseconds", expireRefuses(e.name, invalidExpire(strings.ToLower(e.name)),
			"9223372036854775807", "9223372036854776", "-9223372036854776", "-9223372036854775808"))
	}
	return rows
}

// givesTTL gives an hour, in place of none and of a longer one.
func (e expireCommand) givesTTL(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "SET @k v", done)
	for range 2 {
		speak(c, own, e.at(1), one, "GET @k", bulk("v"))
		within(t, c, own.cmd("TTL @k"), 3540, 3600)
		within(t, c, own.cmd("PTTL @k"), 3_540_000, 3_600_000)
		now := time.Now().Unix()
		within(t, c, own.cmd("EXPIRETIME @k"), now+3540, now+3660)
		speak(c, own, e.at(20), one)
	}
}

// expireRefuses expects that these times are refused, whether there is a key
// or not.
func expireRefuses(command, reply string, times ...string) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		speak(c, own, "SET @k v", done)
		for _, when := range times {
			c.Exchange(cmd(command, own.key("k"), when), reply)
			c.Exchange(cmd(command, own.key("nosuch"), when), reply)
		}
		speak(c, own, "TTL @k", noTTL)
	}
}

func unsupportedBytes(t *T) {
	c, key := t.Dial(), newKeys().key("k")
	for _, o := range []struct{ option, repeated string }{
		{"", ""},
		{"a\r\nb", "a  b"},
		{"a\r\n", "a"},
		{"\r\na", "  a"},
		{"a\x00b", "a"},
		{"\xff%s", "\xff%s"},
		{"'a'", "'a'"},
		{strings.Repeat("x", 300), strings.Repeat("x", 300)},
	} {
		c.Exchange(cmd("EXPIRE", key, "10", o.option), unsupported(o.repeated))
	}
}
