// ch05_objects.go: what OBJECT tells of a value.

package cases

import (
	"strconv"
	"strings"

	"redis-internals/common/conformance"
)

const (
	noLFU  = "-ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.\r\n"
	shared = ":2147483647\r\n" // OBJECT REFCOUNT of what all keys share
)

// objects is what OBJECT tells of a value: how it is kept, and when it was used.
func objects() list {
	rows := list{
		{Name: "OBJECT ENCODING follows what is set", Run: dialogue(
			"SET @k 1", done, "OBJECT ENCODING @k", bulk("int"), "SET @k one", done, "OBJECT ENCODING @k", bulk("embstr"),
			"SET @k "+strings.Repeat("x", 45), done, "object encoding @k", bulk("raw"), "SET @k x", done, "OBJECT ENCODING @k", bulk("embstr"), "SET @k 2 KEEPTTL", done, "OBJECT ENCODING @k", bulk("int"),
		)},
		{Name: "OBJECT ENCODING after INCR is int", Run: dialogue("INCR @k", one, "OBJECT ENCODING @k", bulk("int"), "SET @k 9223372036854775806", done, "INCR @k", ":"+most+"\r\n", "OBJECT ENCODING @k", bulk("int"), "INCR @k", overflow, "OBJECT ENCODING @k", bulk("int"))},
		{Name: "OBJECT ENCODING stays with a TTL and without", Run: dialogue("SET @k 7 EX 1000", done, "OBJECT ENCODING @k", bulk("int"), "PERSIST @k", one, "OBJECT ENCODING @k", bulk("int"), "EXPIRE @k 1000", one, "OBJECT ENCODING @k", bulk("int"))},
		{Name: "OBJECT answers nil where there is no key", Run: dialogue("OBJECT ENCODING @k", nilBulk, "OBJECT IDLETIME @k", nilBulk, "OBJECT REFCOUNT @k", nilBulk, "OBJECT FREQ @k", nilBulk)},
		{Name: "OBJECT answers nil for an expired key", Run: onceExpired("OBJECT ENCODING @k", nilBulk, "OBJECT IDLETIME @k2", nilBulk, "OBJECT REFCOUNT @k3", nilBulk, "OBJECT FREQ @k", nilBulk)},
		{Name: "OBJECT REFCOUNT of small numbers is that of an object all keys share", Run: dialogue(
			"SET @k 0", done, "OBJECT REFCOUNT @k", shared, "SET @k 9999", done, "OBJECT REFCOUNT @k", shared, "SET @k 10000", done, "OBJECT REFCOUNT @k", one, "SET @k -1", done, "OBJECT REFCOUNT @k", one,
			"SET @k text", done, "OBJECT REFCOUNT @k", one, "SET @k 007", done, "OBJECT REFCOUNT @k", one,
		)},
		{Name: "OBJECT REFCOUNT follows INCR", Run: dialogue("SET @k 9998", done, "INCR @k", ":9999\r\n", "OBJECT REFCOUNT @k", shared, "INCR @k", ":10000\r\n", "OBJECT REFCOUNT @k", one, "DECRBY @k 10000", zero, "OBJECT REFCOUNT @k", shared, "DECR @k", noTTL, "OBJECT REFCOUNT @k", one)},
		{Name: "OBJECT FREQ wants an LFU policy", Run: dialogue("SET @k v", done, "OBJECT FREQ @k", noLFU, "object freq @k", noLFU)},
		{Name: "OBJECT IDLETIME counts the seconds since a key was used", Own: true, Run: idleSeconds},
		{Name: "GET, SET and INCR are uses of a key", Own: true, Run: usesOfKeys},
		{Name: "to ask about a key is no use of it", Own: true, Run: askingIsNoUse},
		{Name: "OBJECT HELP lists the subcommands", Run: helpLists("OBJECT", "ENCODING <key>", "FREQ <key>", "IDLETIME <key>", "REFCOUNT <key>", "HELP", "    Prints this help.")},
		{Name: "OBJECT refuses an unknown subcommand", Run: answers(cmd("OBJECT", "NoSuch", "k")+cmd("object", "nosuch")+cmd("OBJECT", ""), unknownSub("NoSuch", "OBJECT")+unknownSub("nosuch", "OBJECT")+unknownSub("", "OBJECT"))},
		{Name: "TYPE of a number is string", Run: dialogue("INCR @k", one, "TYPE @k", "+string\r\n", "type @none", "+none\r\n")},
		{Name: "TYPE finds no expired number", Run: onceExpired("TYPE @k", "+none\r\n", "INCR @k", one, "TYPE @k", "+string\r\n")},
	}
	for _, e := range encodings() {
		rows = append(rows, conformance.Case{Name: "OBJECT ENCODING of " + e.what + " is " + e.encoding, Run: isEncoded(e.value, e.encoding)})
	}
	return in(5, lesson5Objects, rows)
}

// encoded is a value, and how it is kept.
type encoded struct{ what, value, encoding string }

func encodings() (all []encoded) {
	for _, n := range []int{0, 1, 19, 20, 21, 43, 44, 45, 46, 63, 64, 100, 32768} {
		encoding := "embstr"
		if n > 44 {
			encoding = "raw"
		}
		all = append(all, encoded{strconv.Itoa(n) + " letters", strings.Repeat("x", n), encoding})
	}
	for _, number := range []string{"0", "-1", "9999", "10000", "1234567890123456789", "9223372036854775807", "-9223372036854775808", "-1234567890123456789"} {
		all = append(all, encoded{number, number, "int"})
	}
	for _, text := range []string{
		"01", "-0", "+1", "1.0", "1 ", " 1", "-", "1e5", "9223372036854775808", "-9223372036854775809", "12345678901234567890", "00000000000000000001",
		"18446744073709551615", "-99999999999999999999", "123456789012345678901",
	} {
		all = append(all, encoded{strconv.Quote(text), text, "embstr"})
	}
	return append(
		all, encoded{"44 digits", strings.Repeat("1", 44), "embstr"}, encoded{"45 digits", strings.Repeat("1", 45), "raw"},
		encoded{"a number and a NUL", "12\x00", "embstr"}, encoded{"44 NULs", strings.Repeat("\x00", 44), "embstr"},
	)
}

// isEncoded sets the value where nothing was, and over one of each kind.
func isEncoded(value, encoding string) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		k := own.key("k")
		check := cmd("SET", k, value) + cmd("OBJECT", "ENCODING", k) + cmd("GET", k)
		want := done + bulk(encoding) + bulk(value)
		c.Exchange(check+check, want+want)
		for _, before := range []string{"7", "text", strings.Repeat("raw", 30)} {
			c.Exchange(cmd("SET", k, before)+check, done+want)
		}
	}
}

func idleSeconds(t *T) {
	c := t.Dial()
	speak(c, plain, "SET k v", done, "SET fresh v", done)
	within(t, c, cmd("OBJECT", "IDLETIME", "k"), 0, 1)
	idleFor(t, c, "k", 2)
	speak(c, plain, "GET fresh", bulk("v"))
	within(t, c, cmd("OBJECT", "IDLETIME", "k"), 2, 10)
	within(t, c, cmd("OBJECT", "IDLETIME", "fresh"), 0, 1)
}

// usesOfKeys has keys idle, and uses each in another way. The numbers are too large
// to be an object that other keys use, too.
func usesOfKeys(t *T) {
	c := t.Dial()
	uses := []string{"GET", "SET", "INCR", "DECRBY"}
	for _, name := range append(uses, "unused") {
		speak(c, plain, "SET "+name+" 20000", done)
	}
	idleFor(t, c, "unused", 2)
	speak(c, plain, "GET GET", bulk("20000"), "SET SET 30000", done, "INCR INCR", ":20001\r\n", "DECRBY DECRBY 1", ":19999\r\n")
	for _, name := range uses {
		within(t, c, cmd("OBJECT", "IDLETIME", name), 0, 1)
	}
	within(t, c, cmd("OBJECT", "IDLETIME", "unused"), 2, 10)
}

func askingIsNoUse(t *T) {
	c := t.Dial()
	speak(c, plain, "SET k v EX 1000", done)
	idleFor(t, c, "k", 2)
	for range 3 {
		speak(
			c, plain, "TYPE k", "+string\r\n", "OBJECT ENCODING k", bulk("embstr"), "OBJECT REFCOUNT k", one, "OBJECT FREQ k", noLFU,
			"KEYS *", bulks("k"), "DBSIZE", one, "RANDOMKEY", bulk("k"), "EXPIRETIME none", noKey, "EXISTS k", one,
		)
		within(t, c, cmd("TTL", "k"), 900, 1000)
		within(t, c, cmd("OBJECT", "IDLETIME", "k"), 2, 10)
	}
}
