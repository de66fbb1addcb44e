// ch03_keys.go: the commands that take keys whatever their values are.

package cases

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// onKeys is the commands that take keys whatever their values are.
func onKeys() list {
	rows := list{
		{Name: "DEL deletes", Run: dialogue("SET @k v", done, "DEL @k", one, "GET @k", nilBulk, "DEL @k", zero)},
		{Name: "DEL counts what it deleted", Run: dialogue("SET @a v", done, "SET @b v", done, "DEL @a @nosuch @b @c", ":2\r\n", "EXISTS @a @b", zero)},
		{Name: "DEL of a key named twice counts it once", Run: dialogue("SET @k v", done, "DEL @k @k", one)},
		{Name: "DEL takes the TTL away", Run: dialogue("SET @k v EX 1000", done, "DEL @k", one, "TTL @k", noKey, "SET @k v KEEPTTL", done, "TTL @k", noTTL)},
		{Name: "UNLINK deletes", Run: dialogue("SET @a v", done, "SET @b v EX 1000", done, "UNLINK @a @nosuch @b @b", ":2\r\n", "EXISTS @a @b", zero, "UNLINK @a", zero)},
		{Name: "EXISTS counts the keys there are", Run: dialogue("SET @a v", done, "SET @b v", done, "EXISTS @a", one, "EXISTS @nosuch", zero, "EXISTS @a @nosuch @b", ":2\r\n")},
		{Name: "EXISTS counts a key as often as it is named", Run: dialogue("SET @k v", done, "EXISTS @k @k @nosuch @k", ":3\r\n")},
		{Name: "TYPE of a string is string", Run: dialogue("SET @k 12", done, "TYPE @k", "+string\r\n")},
		{Name: "TYPE of a missing key is none", Run: dialogue("TYPE @k", "+none\r\n")},
		{Name: "DBSIZE counts the keys", Own: true, Run: countsKeys},
		{Name: "FLUSHALL refuses other words", Run: dialogue("FLUSHALL foo", syntax, "FLUSHALL SYNC ASYNC", syntax, "FLUSHALL ASYNC foo", syntax)},
		{Name: "FLUSHDB refuses other words", Run: dialogue("FLUSHDB foo", syntax, "flushdb async async", syntax)},
		{Name: "a NUL ends the words of FLUSHALL", Own: true, Run: flushes("FLUSHALL ASYNC\x00foo")},
		{Name: "KEYS finds keys by patterns", Run: keysByPattern},
		{Name: "KEYS finds every key", Own: true, Run: everyKey},
		{Name: "KEYS forgets what DEL deleted", Run: keysAfterDel},
		{Name: "KEYS is quick with a pattern of many stars", Run: manyStars},
	}
	for _, flush := range []string{"FLUSHALL", "FLUSHDB", "FLUSHALL ASYNC", "FLUSHDB async", "FLUSHALL sync", "FLUSHDB SYNC"} {
		rows = append(rows, conformance.Case{Name: flush + " deletes every key", Own: true, Run: flushes(flush)})
	}
	return in(3, lesson3Set, rows)
}

func countsKeys(t *T) {
	c, own := t.Dial(), newKeys()
	empty(t, c)
	speak(
		c, own, "DBSIZE", zero, "SET @a v", done, "DBSIZE", one, "SET @a w", done, "DBSIZE", one,
		"SET @b v EX 1000", done, "DBSIZE", ":2\r\n", "SET @c v XX", nilBulk, "DBSIZE", ":2\r\n",
		"DEL @a @nosuch", one, "DBSIZE", one, "EXPIRE @b 0", one, "DBSIZE", zero,
	)
	for i := range 1000 {
		c.Exchange(cmd("SET", own.key(strconv.Itoa(i)), "v"), done)
	}
	speak(c, own, "DBSIZE", ":1000\r\n")
}

func flushes(flush string) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		empty(t, c)
		speak(
			c, own, "SET @a v", done, "SET @b v EX 1000", done, flush, done, "DBSIZE", zero,
			"KEYS *", emptyList, "GET @a", nilBulk, "TTL @b", noKey,
			"SET @b w KEEPTTL", done, "TTL @b", noTTL, "DBSIZE", one, flush, done, flush, done, "DBSIZE", zero,
		)
	}
}

// Keys that differ in one character, and the patterns that find some of them.
var (
	globKeys = strings.Fields(`hello hallo hxllo hllo heeeello h*llo h?llo h[llo h]llo h\llo h-llo h^llo HELLO`)
	globs    = []struct{ pattern, found string }{
		{`h?llo`, `hello hallo hxllo h*llo h?llo h[llo h]llo h\llo h-llo h^llo`},
		{`h*llo`, `hello hallo hxllo hllo heeeello h*llo h?llo h[llo h]llo h\llo h-llo h^llo`},
		{`h**o`, `hello hallo hxllo hllo heeeello h*llo h?llo h[llo h]llo h\llo h-llo h^llo`},
		{`h?l*`, `hello hallo hxllo hllo h*llo h?llo h[llo h]llo h\llo h-llo h^llo`},
		{`?????*`, `hello hallo hxllo heeeello h*llo h?llo h[llo h]llo h\llo h-llo h^llo HELLO`},
		{`hello`, `hello`},
		{`hell`, ``},
		{`helloo`, ``},
		{`*O`, `HELLO`},
		{`[^h]*`, `HELLO`},
		{`h[ae]llo`, `hello hallo`},
		{`h[a-e]llo`, `hello hallo`},
		{`h[e-a]llo`, `hello hallo`}, // a range may be written backwards
		{`h[^e]llo`, `hallo hxllo h*llo h?llo h[llo h]llo h\llo h-llo h^llo`},
		{`h[^a-z]llo`, `h*llo h?llo h[llo h]llo h\llo h-llo h^llo`},
		{`h[a^]llo`, `hallo h^llo`},
		{`h[[]llo`, `h[llo`},
		{`h]llo`, `h]llo`},
		{`h[]llo`, ``},
		{`h[]]llo`, ``}, // the first ] ends the set: no character is in it
		{`h[^]llo`, `hello hallo hxllo h*llo h?llo h[llo h]llo h\llo h-llo h^llo`},
		{`h[a-]llo`, ``}, // a range from a to ], and the set has no end
		{`h\*llo`, `h*llo`},
		{`h\?llo`, `h?llo`},
		{`h\[llo`, `h[llo`},
		{`h\\llo`, `h\llo`},
		{`\h\e\l\l\o`, `hello`},
		{`h[\]]llo`, `h]llo`},
		{`h[\^]llo`, `h^llo`},
		{`h[\\]llo`, `h\llo`},
		{`h[a\-z]llo`, `hallo h-llo`},
		{`hell[o`, `hello`}, // a set without an end ends with the pattern
		{`hell[^o`, ``},
		{`h[aello`, ``},
		{`h[`, ``},
		{`hello\`, ``},
	}
)

func keysByPattern(t *T) {
	c, own := t.Dial(), newKeys()
	for _, key := range globKeys {
		c.Exchange(cmd("SET", own.key(key), "v"), done)
	}
	for _, glob := range globs {
		var want []string
		for _, key := range strings.Fields(glob.found) {
			want = append(want, own.key(key))
		}
		require.ElementsMatch(t, want, c.Call("KEYS", own.key(glob.pattern)).Strings(), "KEYS %s", glob.pattern)
	}
}

func everyKey(t *T) {
	c, own := t.Dial(), newKeys()
	empty(t, c)
	speak(c, own, "KEYS *", emptyList)
	want := []string{own.key(""), own.key("\x00\r\n"), own.key("\xff"), own.key("with TTL")}
	for _, key := range want[:3] {
		c.Exchange(cmd("SET", key, "v"), done)
	}
	c.Exchange(cmd("SET", want[3], "v", "EX", "1000"), done)
	require.ElementsMatch(t, want, c.Call("KEYS", "*").Strings())
	c.Exchange(cmd("KEYS", "")+cmd("SET", "", "v")+cmd("KEYS", "")+cmd("DEL", ""), emptyList+done+"*1\r\n"+bulk("")+one)
	c.Exchange(cmd("FLUSHALL")+cmd("SET", "", "v")+cmd("KEYS", "*")+cmd("KEYS", "**")+cmd("KEYS", "?")+cmd("DEL", ""), done+done+"*1\r\n"+bulk("")+emptyList+emptyList+one)
	for _, key := range want {
		c.Exchange(cmd("SET", key, "v"), done)
	}
	c.Exchange(cmd("KEYS", own.key("[\xfe-\xff]")), "*1\r\n"+bulk(own.key("\xff")))
}

func keysAfterDel(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "SET @a v", done, "SET @b v", done, "SET @c v", done, "DEL @b", one)
	found := c.Call("KEYS", own.key("*")).Strings()
	slices.Sort(found)
	require.Equal(t, []string{own.key("a"), own.key("c")}, found)
	speak(c, own, "DEL @a @c", ":2\r\n", "KEYS @*", emptyList)
}

// manyStars asks for what a matcher that tries every way to share a key out
// among the stars would take ages to deny.
func manyStars(t *T) {
	c, own := t.Dial(), newKeys()
	c.Exchange(cmd("SET", own.key(strings.Repeat("a", 100)), "v"), done)
	c.Exchange(cmd("KEYS", own.key(strings.Repeat("*a", 50)+"*b")), emptyList)
}
