// ch03_set_options.go: SET's options, alone and together.

package cases

import (
	"strconv"
	"time"

	"redis-internals/common/conformance"
)

// setOptions is SET's options, alone and together.
func setOptions() list {
	rows := list{
		{Name: "SET EX gives a time to live in seconds", Run: setsTTL("EX", time.Second)},
		{Name: "SET PX gives a time to live in milliseconds", Run: setsTTL("PX", time.Millisecond)},
		{Name: "SET EXAT gives the second of its end", Run: dialogue("SET @k v EXAT "+year2100, done, "EXPIRETIME @k", ":"+year2100+"\r\n", "GET @k", bulk("v"))},
		{Name: "SET PXAT gives the millisecond of its end", Run: dialogue("SET @k v PXAT "+year2100+"123", done, "PEXPIRETIME @k", ":"+year2100+"123\r\n", "GET @k", bulk("v"))},
		{Name: "SET EXAT and PXAT in the past delete the key", Run: dialogue(
			"SET @k old", done, "SET @k v EXAT 1", done, "GET @k", nilBulk, "EXISTS @k", zero,
			"SET @k old", done, "SET @k v PXAT 1", done, "EXISTS @k", zero, "TTL @k", noKey,
		)},
		{Name: "SET NX stores where there is nothing", Run: dialogue("SET @k a NX", done, "GET @k", bulk("a"), "SET @k b NX", nilBulk, "GET @k", bulk("a"))},
		{Name: "SET XX stores where there is something", Run: dialogue("SET @k a XX", nilBulk, "EXISTS @k", zero, "SET @k b", done, "SET @k c XX", done, "GET @k", bulk("c"))},
		{Name: "SET NX that does not store leaves the TTL", Run: dialogue("SET @k a EXAT "+year2100, done, "SET @k b NX EX 5", nilBulk, "EXPIRETIME @k", ":"+year2100+"\r\n")},
		{Name: "SET takes the TTL away", Run: dialogue("SET @k v EX 1000", done, "SET @k w", done, "TTL @k", noTTL, "PTTL @k", noTTL)},
		{Name: "SET XX takes the TTL away", Run: dialogue("SET @k v EX 1000", done, "SET @k w XX", done, "TTL @k", noTTL)},
		{Name: "SET KEEPTTL keeps the TTL", Run: dialogue("SET @k v EXAT "+year2100, done, "SET @k w KEEPTTL", done, "GET @k", bulk("w"), "EXPIRETIME @k", ":"+year2100+"\r\n")},
		{Name: "SET KEEPTTL where there is no TTL", Run: dialogue("SET @k v KEEPTTL", done, "TTL @k", noTTL, "SET @k w keepttl", done, "TTL @k", noTTL)},
		{Name: "SET EX replaces the TTL", Run: dialogue("SET @k v EX 1000", done, "SET @k v EXAT "+year2100, done, "EXPIRETIME @k", ":"+year2100+"\r\n")},
		{Name: "SET GET answers the old value", Run: dialogue("SET @k a GET", nilBulk, "SET @k b GET", bulk("a"), "GET @k", bulk("b"))},
		{Name: "SET GET takes the TTL away", Run: dialogue("SET @k a EX 1000", done, "SET @k b GET", bulk("a"), "TTL @k", noTTL)},
		{Name: "SET GET KEEPTTL keeps the TTL", Run: dialogue("SET @k a EXAT "+year2100, done, "SET @k b GET KEEPTTL", bulk("a"), "EXPIRETIME @k", ":"+year2100+"\r\n")},
		{Name: "SET NX GET stores where there is nothing and answers nil", Run: dialogue("SET @k a NX GET", nilBulk, "GET @k", bulk("a"))},
		{Name: "SET NX GET answers the value that it leaves", Run: dialogue("SET @k a", done, "SET @k b NX GET", bulk("a"), "GET @k", bulk("a"))},
		{Name: "SET XX GET answers the value that it replaces", Run: dialogue("SET @k a", done, "SET @k b XX GET", bulk("a"), "GET @k", bulk("b"))},
		{Name: "SET XX GET answers nil where there is nothing", Run: dialogue("SET @k a XX GET", nilBulk, "EXISTS @k", zero)},
		{Name: "SET's options come in any order and case", Run: dialogue(
			"SET @k a nX eXaT "+year2100, done, "SET @k b get xx KeepTTL", bulk("a"), "SET @k c Xx pxAt "+year2100+"000 Get", bulk("b"),
			"SET @k d KEEPTTL GET XX", bulk("c"), "GET @k", bulk("d"), "EXPIRETIME @k", ":"+year2100+"\r\n",
		)},
		{Name: "SET takes an option twice", Run: dialogue("SET @k a NX NX", done, "SET @k b XX XX GET GET", bulk("a"), "SET @k c EXAT 5 EXAT "+year2100, done, "EXPIRETIME @k", ":"+year2100+"\r\n", "SET @k d KEEPTTL KEEPTTL", done, "EXPIRETIME @k", ":"+year2100+"\r\n")},
		{Name: "a NUL ends the name of SET's option", Run: dialogue(
			"SET @k a NX\x00", done, "SET @k b nx\x00foo", nilBulk, "SET @k c GET\x00 EXAT\x00x "+year2100, bulk("a"), "SET @k d KEEPTTL\x00 Xx\x00", done,
			"EXPIRETIME @k", ":"+year2100+"\r\n", "SET @k e \x00NX", syntax, "SET @k e NX\x00 XX", syntax, "GET @k", bulk("d"),
		)},
		{Name: "an option's name may be SET's value", Run: dialogue("SET @k EX", done, "GET @k", bulk("EX"), "SET @k NX NX", nilBulk, "SET @k GET GET", bulk("EX"))},
	}
	for _, options := range []string{
		"EX 10 PX 10", "PX 10 EX 10", "EX 10 EXAT " + year2100, "PXAT " + year2100 + " PX 10", "EXAT 1 PXAT 1",
		"KEEPTTL EX 10", "EX 10 KEEPTTL", "PXAT 1 KEEPTTL",
		"NX XX", "XX NX", "NX GET XX",
		"EX", "PX", "EXAT", "PXAT", "NX EX", "EX 10 PX",
		"foo", "EX 10 foo", "10", "NX 10", "EX 10 20", "NXX", "E", "KEEPTT", "EX x NX XX", "EX 0 foo",
	} {
		rows = append(rows, conformance.Case{Name: "a syntax error: SET key value " + options, Run: refusedSet(options, syntax)})
	}
	return in(3, lesson3Set, append(rows, setTimes()...))
}

// setTimes is expire times that SET refuses.
func setTimes() (rows list) {
	for _, option := range []string{"EX", "PX", "EXAT", "PXAT"} {
		for _, when := range []string{"0", "-1", "-9223372036854775808"} {
			rows = append(rows, refusedTime(option+" "+when, invalidExpire("set")))
		}
		for _, when := range []string{"x", "1.5", "+5", "05", "1e3", "0x10", "9223372036854775808", "-9223372036854775809", "NX"} {
			rows = append(rows, refusedTime(option+" "+when, noInteger))
		}
	}
	for _, options := range []string{
		"EX 9223372036854775807", "EX 9223372036854776", "EX 9223372036854775", "EXAT 9223372036854776", "EXAT 9223372036854775807",
		"PX 9223372036854775807", "PX 9223372036854775000", "NX EX 0", "EX 0 XX", "GET EX 0",
	} {
		rows = append(rows, refusedTime(options, invalidExpire("set")))
	}
	return append(rows,
		conformance.Case{Name: "SET's expire time must not be empty or have spaces", Run: spacedTimes},
		conformance.Case{Name: "SET takes the latest times there are", Run: dialogue(
			"SET @k v PXAT 9223372036854775807", done, "PEXPIRETIME @k", ":9223372036854775807\r\n",
			"SET @k v EXAT 9223372036854775", done, "PEXPIRETIME @k", ":9223372036854775000\r\n", "GET @k", bulk("v"),
		)},
	)
}

func refusedTime(options, reply string) conformance.Case {
	return conformance.Case{Name: "an expire time that is refused: SET key value " + options, Run: refusedSet(options, reply)}
}

// refusedSet expects that SET is refused, where there is a key and where there
// is none.
func refusedSet(options, reply string) func(*T) {
	return dialogue(
		"SET @k new "+options, reply, "EXISTS @k", zero,
		"SET @k old", done, "SET @k new "+options, reply, "GET @k", bulk("old"), "TTL @k", noTTL,
	)
}

func spacedTimes(t *T) {
	c, key := t.Dial(), newKeys().key("k")
	for _, when := range []string{"", " ", " 1", "1 ", "1\x00", "1\n"} {
		c.Exchange(cmd("SET", key, "v", "EX", when), noInteger)
	}
	c.Exchange(cmd("EXISTS", key), zero)
}

// setsTTL expects that SET with this option of this unit gives a time to live.
func setsTTL(option string, unit time.Duration) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		hour := strconv.FormatInt(int64(time.Hour/unit), 10)
		speak(c, own, "SET @k v "+option+" "+hour, done, "GET @k", bulk("v"))
		within(t, c, own.cmd("TTL @k"), 3540, 3600)
		within(t, c, own.cmd("PTTL @k"), 3_540_000, 3_600_000)
		now := time.Now().UnixMilli()
		within(t, c, own.cmd("PEXPIRETIME @k"), now+3_540_000, now+3_660_000)
		within(t, c, own.cmd("EXPIRETIME @k"), now/1000+3540, now/1000+3660)
	}
}
