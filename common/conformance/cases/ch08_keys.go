// ch08_keys.go: RENAME, COPY and TOUCH: keys, whatever they hold.

package cases

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
)

const (
	infoRename   = "*10\r\n$6\r\nrename\r\n:3\r\n*1\r\n+write\r\n:1\r\n:2\r\n:1\r\n*3\r\n+@keyspace\r\n+@write\r\n+@slow\r\n*0\r\n"
	infoRenameNX = "*10\r\n$8\r\nrenamenx\r\n:3\r\n*2\r\n+write\r\n+fast\r\n:1\r\n:2\r\n:1\r\n*3\r\n+@keyspace\r\n+@write\r\n+@fast\r\n*0\r\n"
	noSuchKey    = "-ERR no such key\r\n"
)

func renaming() list {
	rows := list{
		{Name: "RENAME moves a value to another name", Run: dialogue(
			"SET @a word", done, "RENAME @a @b", done, "GET @a", nilBulk, "GET @b", bulk("word"), "EXISTS @a @b", one, "rename @b @a", done, "GET @a", bulk("word"),
		)},
		{Name: "RENAME takes the time to live along, and none of what was there", Run: dialogue(
			"SET @a word EXAT "+year2100, done, "SET @b other", done, "RENAME @a @b", done, "EXPIRETIME @b", ":"+year2100+"\r\n", "GET @b", bulk("word"),
			"SET @c word", done, "RENAME @c @b", done, "EXPIRETIME @b", noTTL, "GET @b", bulk("word"), "EXISTS @c", zero,
		)},
		{Name: "RENAME of a key that is not there is an error", Run: dialogue("RENAME @a @b", noSuchKey, "RENAME @a @a", noSuchKey, "RENAMENX @a @b", noSuchKey, "RENAMENX @a @a", noSuchKey, "SET @b word", done, "RENAME @a @b", noSuchKey, "GET @b", bulk("word"))},
		{Name: "RENAME to its own name changes nothing", Run: dialogue("SET @a word EX 1000", done, "RENAME @a @a", done, "GET @a", bulk("word"), "PERSIST @a", one, "RENAMENX @a @a", zero, "GET @a", bulk("word"))},
		{Name: "RENAMENX takes a name only if it is free", Run: dialogue(
			"SET @a word", done, "SET @b other", done, "RENAMENX @a @b", zero, "GET @a", bulk("word"), "GET @b", bulk("other"), "DEL @b", one, "renamenx @a @b", one, "GET @b", bulk("word"), "EXISTS @a", zero,
		)},
		{Name: "RENAME finds no expired key, and RENAMENX takes the name of one", Run: onceExpired("RENAME @k @x", noSuchKey, "SET @a word", done, "RENAMENX @a @k2", one, "GET @k2", bulk("word"), "TTL @k2", noTTL)},
		{Name: "RENAME tells who watches either name", Run: scene(
			"A> SET @a word", done, "A> WATCH @b", done, "B> RENAME @a @b", done, "A> MULTI", done, "A> GET @b", "+QUEUED\r\n", "A> EXEC", nullArray,
			"A> WATCH @b", done, "B> RENAME @b @c", done, "A> MULTI", done, "A> GET @b", "+QUEUED\r\n", "A> EXEC", nullArray,
			"A> WATCH @c", done, "B> RENAME @c @c", done, "B> RENAMENX @c @c", zero, "A> MULTI", done, "A> GET @c", "+QUEUED\r\n", "A> EXEC", array(bulk("word")),
		)},
		{Name: "RENAME with too few or too many words is refused", Run: answers(
			cmd("RENAME", "a")+cmd("RENAME", "a", "b", "c")+cmd("RENAMENX", "a")+cmd("RENAMENX", "a", "b", "c"), wrongArity("rename")+wrongArity("rename")+wrongArity("renamenx")+wrongArity("renamenx"))},
		{Name: "RENAME, COPY and TOUCH have any bytes for a name", Run: anyNames},
		{Name: "COPY copies a value and its time to live", Run: dialogue(
			"SET @a word EXAT "+year2100, done, "COPY @a @b", one, "GET @b", bulk("word"), "EXPIRETIME @b", ":"+year2100+"\r\n", "SET @a other", done, "GET @b", bulk("word"), "DEL @a", one, "GET @b", bulk("word"),
		)},
		{Name: "COPY overwrites with REPLACE only", Run: dialogue(
			"SET @a word", done, "SET @b other EX 1000", done, "COPY @a @b", zero, "GET @b", bulk("other"), "COPY @a @b REPLACE", one, "GET @b", bulk("word"), "TTL @b", noTTL, "copy @a @c replace Replace", one, "GET @c", bulk("word"),
		)},
		{Name: "COPY of what is not there copies nothing", Run: dialogue("COPY @a @b", zero, "SET @b word", done, "COPY @a @b REPLACE", zero, "GET @b", bulk("word"), "COPY @a @b DB 3", zero)},
		{Name: "COPY to its own name is refused, unless that is in another database", Own: true, Run: dialogue(
			"SET a word", done, "COPY a a", sameObject, "COPY a a REPLACE", sameObject, "COPY a a DB 0", sameObject, "COPY a a DB 0 REPLACE", sameObject, "COPY a a DB 3", one, "COPY a a DB 3", zero, "COPY a a DB 3 REPLACE", one,
			"SELECT 3", done, "GET a", bulk("word"), "COPY a a", sameObject, "COPY a b DB 0", one, "SELECT 0", done, "GET b", bulk("word"), "COPY none none", sameObject,
		)},
		{Name: "of two databases COPY takes the last one", Own: true, Run: dialogue("SET a word", done, "COPY a b DB 1 DB 2", one, "SELECT 1", done, "EXISTS b", zero, "SELECT 2", done, "EXISTS b", one)},
		{Name: "COPY refuses what is no option", Run: dialogue(
			"SET @a word", done, "COPY @a @b nosuch", syntax, "COPY @a @b DB", syntax, "COPY @a @b REPLACE DB", syntax, "COPY @a @b REPLACE nosuch", syntax, "COPY @a @b DB one", noInteger, "COPY @a @b DB 16", noDB, "COPY @a @b DB -1", noDB,
			"COPY @a @b DB 2147483648", "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n", "COPY @a @a nosuch", syntax, "COPY @none @b nosuch", syntax, "COPY @none @b DB 16", noDB, "EXISTS @b", zero,
		)},
		{Name: "COPY with too few words is refused", Run: answers(cmd("COPY")+cmd("COPY", "a"), wrongArity("copy")+wrongArity("copy"))},
		{Name: "COPY finds no expired key, and takes the name of one", Run: onceExpired("COPY @k @x", zero, "SET @a word", done, "COPY @a @k2", one, "GET @k2", bulk("word"), "TTL @k2", noTTL)},
		{Name: "COPY tells who watches the copy, and not who watches the source", Run: scene(
			"B> SET @a word", done, "A> WATCH @b", done, "B> COPY @a @b", one, "A> MULTI", done, "A> GET @b", "+QUEUED\r\n", "A> EXEC", nullArray,
			"A> WATCH @a", done, "B> COPY @a @c", one, "A> MULTI", done, "A> GET @c", "+QUEUED\r\n", "A> EXEC", array(bulk("word")),
		)},
		{Name: "TOUCH counts the keys that are there", Run: dialogue("SET @a word", done, "SADD @b m", one, "TOUCH @a", one, "TOUCH @a @none @b @a", ":3\r\n", "touch @none", zero)},
		{Name: "TOUCH without a key is refused", Run: answers(cmd("TOUCH"), wrongArity("touch"))},
		{Name: "TOUCH is a use of a key, and finds no expired one", Own: true, Run: func(t *T) {
			c := t.Dial()
			speak(c, plain, "SET k v", done, "SET unused v", done)
			idleFor(t, c, "k", 2)
			speak(c, plain, "TOUCH k", one)
			within(t, c, cmd("OBJECT", "IDLETIME", "k"), 0, 1)
			within(t, c, cmd("OBJECT", "IDLETIME", "unused"), 2, 10)
		}},
		{Name: "TOUCH finds no expired key", Run: onceExpired("TOUCH @k @k2 @k3", zero)},
		{Name: "COMMAND INFO describes RENAME and RENAMENX", Run: func(t *T) {
			c := t.Dial()
			for _, info := range []struct{ name, begins string }{{"rename", infoRename}, {"renamenx", infoRenameNX}} {
				c.Send(cmd("COMMAND", "INFO", info.name))
				c.Expect("*1\r\n" + info.begins)
				c.Reply()
				c.Reply()
			}
		}},
		{Name: "COMMAND GETKEYS finds the keys of RENAME, COPY and TOUCH", Run: answers(
			cmd("COMMAND", "GETKEYS", "RENAME", "a", "b")+cmd("COMMAND", "GETKEYS", "COPY", "a", "b", "DB", "1")+cmd("COMMAND", "GETKEYS", "TOUCH", "a", "b", "c"), bulks("a b")+bulks("a b")+bulks("a b c"))},
		{Name: "the log has RENAME and COPY, and gives the same data", Run: logsRenames},
	}
	for _, v := range everyType {
		rows = append(rows, conformance.Case{Name: "RENAME, COPY and OBJECT take " + v.what, Run: movesValue(v)})
	}
	return in(8, lesson8LFU, rows)
}

// typed is a value of a type, made by a request, and what tells it.
type typed struct{ what, make, typeName, encoding, show string }

var everyType = []typed{
	{"a string", "SET @a word", "string", "embstr", "GET @a"},
	{"a number", "SET @a 123456", "string", "int", "GET @a"},
	{"a long string", "SET @a 0123456789012345678901234567890123456789012345", "string", "raw", "GET @a"},
	{"a list", "RPUSH @a a b 3 d", "list", "quicklist", "LRANGE @a 0 -1"},
	{"a set of integers", "SADD @a 3 1 2", "set", "intset", "SMEMBERS @a"},
	{"a set", "SADD @a word", "set", "hashtable", "SMEMBERS @a"},
	{"a short hash", "HSET @a f v g 1", "hash", "listpack", "HGETALL @a"},
	{"a hash with a long value", "HSET @a f 01234567890123456789012345678901234567890123456789012345678901234", "hash", "hashtable", "HGETALL @a"},
	{"a short sorted set", "ZADD @a 1 one 2.5 two", "zset", "listpack", "ZRANGE @a 0 -1 WITHSCORES"},
	{"a sorted set with a long member", "ZADD @a 1 01234567890123456789012345678901234567890123456789012345678901234", "zset", "skiplist", "ZRANGE @a 0 -1 WITHSCORES"},
}

// movesValue renames and copies a value, over a value of every type.
func movesValue(v typed) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		c.Send(own.cmd(v.make))
		c.Reply()
		ask := func(key string) wire.Value {
			c.Send(own.cmd(rekeyed(v.show, key)))
			return c.Reply()
		}
		want := ask("@a")
		for i, over := range everyType {
			to := fmt.Sprintf("@%d", i)
			c.Send(own.cmd(rekeyed(over.make, to)))
			c.Reply()
			speak(
				c, own, "EXPIRE "+to+" 1000", one, "COPY @a "+to, zero, "RENAMENX @a "+to, zero, "COPY @a "+to+" REPLACE", one,
				"TYPE "+to, "+"+v.typeName+"\r\n", "OBJECT ENCODING "+to, bulk(v.encoding), "OBJECT REFCOUNT "+to, one, "TTL "+to, noTTL,
			)
			require.Equal(t, want, ask(to))
			speak(c, own, "RENAME "+to+" @renamed", done, "EXISTS "+to, zero, "OBJECT ENCODING @renamed", bulk(v.encoding), "TYPE @renamed", "+"+v.typeName+"\r\n")
			require.Equal(t, want, ask("@renamed"))
			speak(c, own, "RENAMENX @renamed "+to, one, "RENAME @a @renamed", done, "RENAME @renamed @a", done)
			require.Equal(t, want, ask("@a"))
			within(t, c, own.cmd("OBJECT IDLETIME @a"), 0, 5)
			speak(c, own, "OBJECT FREQ @a", noLFU, "DEL "+to, one)
		}
	}
}

// rekeyed is a request about the key @a for another key.
func rekeyed(request, key string) string { return strings.Replace(request, "@a", key, 1) }

func anyNames(t *T) {
	c, own := t.Dial(), newKeys()
	a, b := own.key(everyValue), own.key("\x00\r\n"+everyValue)
	c.Exchange(cmd("SET", a, "v")+cmd("RENAME", a, b)+cmd("COPY", b, a)+cmd("TOUCH", a, b)+cmd("GET", a)+cmd("GET", b), done+done+one+":2\r\n"+bulk("v")+bulk("v"))
	long := own.key(strings.Repeat("long", 1000)) // its block is another kind than a short key's
	c.Exchange(cmd("RENAME", a, long)+cmd("COPY", long, a)+cmd("GET", long)+cmd("RENAME", long, b)+cmd("GET", b), done+one+bulk("v")+done+bulk("v"))
	c.Exchange(cmd("SET", a, "v")+cmd("RENAME", a, own.key(""))+cmd("GET", own.key("")), done+done+bulk("v"))
}

func logsRenames(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(
		c, plain, "SET a word EXAT "+year2100, done, "SADD s m", one, "RENAME a b", done, "RENAME b b", done, "RENAMENX b s", zero, "RENAMENX b c", one, "COPY s t", one, "COPY s t", zero, "COPY s t REPLACE", one, "COPY c c DB 2", one,
		"TOUCH c", one, "RENAME none x", noSuchKey,
	)
	require.Equal(t, []string{
		"SELECT 0", "SET a word EXAT " + year2100, "SADD s m", "RENAME a b", "RENAMENX b c", "COPY s t", "COPY s t REPLACE", "COPY c c DB 2",
	}, recordsBut(t, strings.ReplaceAll(d.read(incr1), "$4\r\nPXAT\r\n$13\r\n"+year2100+"000", "$4\r\nEXAT\r\n$10\r\n"+year2100)))
	s.Kill()
	_, c = d.start()
	speak(c, plain, "EXPIRETIME c", ":"+year2100+"\r\n", "SMEMBERS t", bulks("m"), "EXISTS a b", zero, "SELECT 2", done, "GET c", bulk("word"), "EXPIRETIME c", ":"+year2100+"\r\n")
}
