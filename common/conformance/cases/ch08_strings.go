// ch08_strings.go: the commands of strings that came after GET and SET: parts, several keys
// at once, and values that expire.

package cases

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// The rows of the commands on strings as Redis 7.0.15 has them.
var stringRows = []commandRow{
	{"append", 3, "write denyoom fast", "@write @string @fast", "", 1, "RW insert", ""},
	{"strlen", 2, "readonly fast", "@read @string @fast", "", 1, "RO", ""},
	{"getrange", 4, "readonly", "@read @string @slow", "", 1, "RO access", ""},
	{"substr", 4, "readonly", "@read @string @slow", "", 1, "RO access", ""},
	{"setrange", 4, "write denyoom", "@write @string @slow", "", 1, "RW update", ""},
	{"mget", -2, "readonly fast", "@read @string @fast", "request_policy:multi_shard", -1, "RO access", ""},
	{"getset", 3, "write denyoom fast", "@write @string @fast", "", 1, "RW access update", ""},
	{"getdel", 2, "write fast", "@write @string @fast", "", 1, "RW access delete", ""},
	{"getex", -2, "write fast", "@write @string @fast", "", 1, "RW access update", "RW and UPDATE because it changes the TTL"},
	{"setnx", 3, "write denyoom fast", "@write @string @fast", "", 1, "OW insert", ""},
	{"setex", 4, "write denyoom", "@write @string @slow", "", 1, "OW update", ""},
	{"psetex", 4, "write denyoom", "@write @string @slow", "", 1, "OW update", ""},
	{"incrbyfloat", 3, "write denyoom fast", "@write @string @fast", "", 1, "RW access update", ""},
}

const (
	tooLong     = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n"
	offsetRange = "-ERR offset is out of range\r\n"
)

// stringParts is APPEND, GETRANGE and their neighbours.
func stringParts() list {
	rows := list{
		{Name: "APPEND makes a string, and makes it longer", Run: dialogue("APPEND @k abc", three, "APPEND @k def", ":6\r\n", "GET @k", bulk("abcdef"), "APPEND @k x", ":7\r\n", "STRLEN @k", ":7\r\n", "GET @k", bulk("abcdefx"))},
		{Name: "APPEND makes raw whatever it was, and a new string what SET makes", Run: dialogue(
			"APPEND @a 12", two, "OBJECT ENCODING @a", bulk("int"), "APPEND @a 3", three, "OBJECT ENCODING @a", bulk("raw"), "GET @a", bulk("123"), "INCR @a", ":124\r\n", "OBJECT ENCODING @a", bulk("int"), "SET @b word", done, "OBJECT ENCODING @b", bulk("embstr"), "APPEND @b x", ":5\r\n", "OBJECT ENCODING @b", bulk("raw"), "APPEND @c word", ":4\r\n", "OBJECT ENCODING @c", bulk("embstr"), "APPEND @d xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ":45\r\n", "OBJECT ENCODING @d", bulk("raw"),
		)},
		{Name: "APPEND keeps the time to live", Run: dialogue(
			"SET @k a EXAT 4102444800", done, "APPEND @k b", two, "GET @k", bulk("ab"), "EXPIRETIME @k", ":4102444800\r\n", "APPEND @k xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ":92\r\n", "EXPIRETIME @k", ":4102444800\r\n", "STRLEN @k", ":92\r\n", "PERSIST @k", one, "APPEND @k c", ":93\r\n", "STRLEN @k", ":93\r\n", "TTL @k", noTTL,
		)},
		{Name: "APPEND makes room for as much again, and the next ones move nothing", Run: makesRoom},
		{Name: "STRLEN is what a value has in bytes, a number its digits", Run: dialogue(
			"STRLEN @none", zero, "SET @k hello", done, "STRLEN @k", ":5\r\n", "SET @k -12345", done, "OBJECT ENCODING @k", bulk("int"), "STRLEN @k", ":6\r\n", "SET @k 9223372036854775807", done, "STRLEN @k", ":19\r\n", "SET @k -9223372036854775808", done, "STRLEN @k", ":20\r\n", "SET @k 0", done, "STRLEN @k", one,
		)},
		{Name: "GETRANGE answers a part, from the end too", Run: dialogue(
			"SET @k hello", done, "GETRANGE @k 0 -1", bulk("hello"), "GETRANGE @k 1 3", bulk("ell"), "GETRANGE @k -3 -2", bulk("ll"), "GETRANGE @k -3 4", bulk("llo"), "GETRANGE @k 4 4", bulk("o"), "GETRANGE @k -1 -1", bulk("o"), "GETRANGE @k 0 0", bulk("h"), "SUBSTR @k 1 2", bulk("el"), "substr @k -2 -1", bulk("lo"),
		)},
		{Name: "GETRANGE of what is not there is empty", Run: dialogue(
			"SET @k hello", done, "GETRANGE @k 5 9", bulk(""), "GETRANGE @k 3 1", bulk(""), "GETRANGE @k -1 -3", bulk(""), "GETRANGE @k -100 -90", bulk("h"), "GETRANGE @k -100 0", bulk("h"), "GETRANGE @k -100 100", bulk("hello"), "GETRANGE @k 4 100", bulk("o"), "GETRANGE @none 0 -1", bulk(""), "GETRANGE @none -1 -3", bulk(""), "GETRANGE @k 1 -100", bulk(""), "GETRANGE @k -90 -100", bulk(""),
		)},
		{Name: "GETRANGE goes to the ends of 64 bits", Run: dialogue(
			"SET @k hello", done, "GETRANGE @k -9223372036854775808 9223372036854775807", bulk("hello"), "GETRANGE @k 9223372036854775807 -9223372036854775808", bulk(""), "GETRANGE @k 0 9223372036854775808", noInteger, "GETRANGE @k -9223372036854775808 -9223372036854775808", bulk("h"), "GETRANGE @k 9223372036854775807 9223372036854775807", bulk(""),
		)},
		{Name: "GETRANGE refuses what is no number before it looks at the key", Run: dialogue(
			"SADD @s a", one, "GETRANGE @s x 1", noInteger, "GETRANGE @s 1 x", noInteger, "GETRANGE @s 1.5 1", noInteger, "GETRANGE @s 0 1", wrongType, "GETRANGE @none 0 x", noInteger,
		)},
		{Name: "GETRANGE of a number is its digits", Run: dialogue("SET @k -1234567", done, "GETRANGE @k 0 2", bulk("-12"), "GETRANGE @k -3 -1", bulk("567"), "OBJECT ENCODING @k", bulk("int"))},
		{Name: "SETRANGE writes over a part", Run: dialogue(
			"SET @k hello", done, "SETRANGE @k 1 EL", ":5\r\n", "GET @k", bulk("hELlo"), "SETRANGE @k 4 ow", ":6\r\n", "GET @k", bulk("hELlow"), "SETRANGE @k 0 J", ":6\r\n", "GET @k", bulk("JELlow"), "SETRANGE @k 6 !", ":7\r\n", "GET @k", bulk("JELlow!"),
		)},
		{Name: "SETRANGE fills what there was not with zeros", Run: dialogue(
			"SETRANGE @k 3 x", ":4\r\n", "GET @k", bulk("\x00\x00\x00x"), "STRLEN @k", ":4\r\n", "SETRANGE @k 8 yz", ":10\r\n", "GET @k", bulk("\x00\x00\x00x\x00\x00\x00\x00yz"), "OBJECT ENCODING @k", bulk("raw"), "SETRANGE @a 0 x", one, "GET @a", bulk("x"), "OBJECT ENCODING @a", bulk("raw"),
		)},
		{Name: "SETRANGE shows nothing of what was there when the string was longer", Run: growsOverZeros},
		{Name: "SETRANGE makes a number raw", Run: dialogue("SET @k 12345", done, "SETRANGE @k 1 9", ":5\r\n", "GET @k", bulk("19345"), "OBJECT ENCODING @k", bulk("raw"), "INCR @k", ":19346\r\n", "OBJECT ENCODING @k", bulk("int"))},
		{Name: "SETRANGE keeps the time to live", Run: dialogue("SET @k hello EXAT 4102444800", done, "SETRANGE @k 1 E", ":5\r\n", "SETRANGE @k 100 x", ":101\r\n", "EXPIRETIME @k", ":4102444800\r\n", "STRLEN @k", ":101\r\n")},
		{Name: "SETRANGE refuses what is no offset before it looks at the key", Run: dialogue(
			"SADD @s a", one, "SETRANGE @s x v", noInteger, "SETRANGE @s -1 v", offsetRange, "SETRANGE @s -9223372036854775808 v", offsetRange, "SETRANGE @s 9223372036854775808 v", noInteger, "SETRANGE @s 1.0 v", noInteger, "SETRANGE @s 0 v", wrongType, "SETRANGE @none -1 v", offsetRange, "EXISTS @none", zero,
		)},
		{Name: "SETRANGE goes no further than 512 MB", Run: dialogue(
			"SET @k v", done, "SETRANGE @k 536870912 x", tooLong, "SETRANGE @k 536870911 xy", tooLong, "SETRANGE @k 9223372036854775807 x", tooLong, "SETRANGE @k 9223372036854775806 x", tooLong, "SETRANGE @none 536870912 x", tooLong, "EXISTS @none", zero, "GET @k", bulk("v"),
		)},
		{Name: "MGET answers in the order of the request", Run: dialogue(
			"SET @a 1", done, "SET @b word", done, "MGET @a @none @b @a", array(bulk("1"), nilBulk, bulk("word"), bulk("1")), "MGET @none", array(nilBulk), "SADD @s x", one, "MGET @s @a", array(nilBulk, bulk("1")), "MGET @a @b", bulks("1 word"), "mget @b", bulks("word"),
		)},
		{Name: "MSET gives every key its value, and takes times to live away", Run: dialogue(
			"SET @a old EX 1000", done, "MSET @a 1 @b 2 @c word", done, "MGET @a @b @c", bulks("1 2 word"), "TTL @a", noTTL, "OBJECT ENCODING @a", bulk("int"), "OBJECT ENCODING @c", bulk("embstr"), "MSET @a x @a y", done, "GET @a", bulk("y"),
		)},
		{Name: "MSET and MSETNX take the place of any value", Run: dialogue(
			"SADD @s a", one, "RPUSH @l a", one, "MSET @s 1 @l 2", done, "MGET @s @l", bulks("1 2"), "SADD @t a", one, "MSETNX @t 1 @u 2", zero, "EXISTS @u", zero, "TYPE @t", "+set\r\n",
		)},
		{Name: "MSETNX sets all or none", Run: dialogue(
			"MSETNX @a 1 @b 2", one, "MSETNX @b 3 @c 4", zero, "MGET @a @b @c", array(bulk("1"), bulk("2"), nilBulk), "MSETNX @c 4 @d 5", one, "MGET @c @d", bulks("4 5"), "MSETNX @e 1 @e 2", one, "GET @e", bulk("2"), "EXPIRE @e 1000", one, "MSETNX @e 3", zero, "TTL @e", ":1000\r\n",
		)},
		{Name: "MSET and MSETNX refuse a key without a value", Run: dialogue("MSET @a 1 @b", wrongArity("mset"), "MSETNX @a 1 @b", wrongArity("msetnx"), "EXISTS @a @b", zero, "MSET @a 1 @b 2 @c", wrongArity("mset"), "MSET @a", wrongArity("mset"))},
		{Name: "GETSET answers the old value", Run: dialogue(
			"GETSET @k 1", nilBulk, "GETSET @k word", bulk("1"), "GETSET @k 3", bulk("word"), "GET @k", bulk("3"), "OBJECT ENCODING @k", bulk("int"), "SADD @s a", one, "GETSET @s v", wrongType, "SMEMBERS @s", bulks("a"),
		)},
		{Name: "GETSET takes the time to live away", Run: dialogue("SET @k 1 EX 1000", done, "GETSET @k 2", bulk("1"), "TTL @k", noTTL)},
		{Name: "GETDEL answers the value and deletes the key", Run: dialogue(
			"SET @k word", done, "GETDEL @k", bulk("word"), "GETDEL @k", nilBulk, "EXISTS @k", zero, "SET @n 123 EX 100", done, "GETDEL @n", bulk("123"), "EXISTS @n", zero, "SADD @s a", one, "GETDEL @s", wrongType, "SCARD @s", one,
		)},
		{Name: "GETEX without an option is GET", Run: dialogue("SET @k word EXAT 4102444800", done, "GETEX @k", bulk("word"), "EXPIRETIME @k", ":4102444800\r\n", "GETEX @none", nilBulk, "SADD @s a", one, "GETEX @s", wrongType)},
		{Name: "GETEX changes the time to live", Run: dialogue(
			"SET @k word", done, "GETEX @k EX 1000", bulk("word"), "TTL @k", ":1000\r\n", "GETEX @k PXAT 4102444800123", bulk("word"), "PEXPIRETIME @k", ":4102444800123\r\n", "getex @k exat 4102444800", bulk("word"), "EXPIRETIME @k", ":4102444800\r\n", "GETEX @k PERSIST", bulk("word"), "TTL @k", noTTL, "GETEX @k persist", bulk("word"), "GETEX @k PX 1000000", bulk("word"), "TTL @k", ":1000\r\n",
		)},
		{Name: "GETEX with a time that is over deletes the key", Run: dialogue(
			"SET @k word", done, "GETEX @k EXAT 1", bulk("word"), "EXISTS @k", zero, "SET @k word EX 1000", done, "GETEX @k PXAT 1000", bulk("word"), "EXISTS @k", zero, "GETEX @k EXAT 1", nilBulk,
		)},
		{Name: "GETEX refuses times that are none", Run: dialogue(
			"SET @k word EXAT 4102444800", done, "GETEX @k EX 0", invalidExpire("getex"), "GETEX @k EX -1", invalidExpire("getex"), "GETEX @k PX 0", invalidExpire("getex"), "GETEX @k EXAT 0", invalidExpire("getex"), "GETEX @k PXAT -5", invalidExpire("getex"), "GETEX @k EX x", noInteger, "GETEX @k EX 9223372036854775807", invalidExpire("getex"), "GETEX @k PX 9223372036854775807", invalidExpire("getex"), "GETEX @k EX 1.5", noInteger, "EXPIRETIME @k", ":4102444800\r\n", "GETEX @none EX 0", nilBulk, "GETEX @none EX x", nilBulk,
		)},
		{Name: "GETEX refuses what is no option, and two of them", Run: dialogue(
			"SET @k word", done, "GETEX @k NX", syntax, "GETEX @k KEEPTTL", syntax, "GETEX @k EX", syntax, "GETEX @k EX 1 PX 1", syntax, "GETEX @k PERSIST EX 1", syntax, "GETEX @k EX 1 PERSIST", syntax, "GETEX @k GET", syntax, "GETEX @none nosuch", syntax, "GETEX @k EXAT 4102444800 EX 10", syntax, "TTL @k", noTTL, "SADD @s a", one, "GETEX @s nosuch", syntax, "GETEX @s EX x", wrongType, "GETEX @s EX 0", wrongType,
		)},
		{Name: "SETNX sets a key that is not there", Run: dialogue(
			"SETNX @k 1", one, "SETNX @k 2", zero, "GET @k", bulk("1"), "OBJECT ENCODING @k", bulk("int"), "TTL @k", noTTL, "SADD @s a", one, "SETNX @s v", zero, "TYPE @s", "+set\r\n",
		)},
		{Name: "SETEX and PSETEX set a value with its time to live", Run: dialogue(
			"SETEX @k 1000 12", done, "GET @k", bulk("12"), "TTL @k", ":1000\r\n", "OBJECT ENCODING @k", bulk("int"), "PSETEX @k 2000000 word", done, "GET @k", bulk("word"), "TTL @k", ":2000\r\n", "SADD @s a", one, "SETEX @s 1000 v", done, "GET @s", bulk("v"), "RPUSH @l a", one, "PSETEX @l 1000000 v", done, "TTL @l", ":1000\r\n",
		)},
		{Name: "SETEX and PSETEX refuse times that are none", Run: dialogue(
			"SET @k v", done, "SETEX @k 0 x", invalidExpire("setex"), "SETEX @k -1 x", invalidExpire("setex"), "SETEX @k x x", noInteger, "SETEX @k 9223372036854775807 x", invalidExpire("setex"), "SETEX @k 9223372036854775 x", invalidExpire("setex"), "PSETEX @k 0 x", invalidExpire("psetex"), "PSETEX @k -5 x", invalidExpire("psetex"), "PSETEX @k 9223372036854775807 x", invalidExpire("psetex"), "PSETEX @k 1.5 x", noInteger, "GET @k", bulk("v"), "TTL @k", noTTL, "SETEX @none 0 x", invalidExpire("setex"), "EXISTS @none", zero,
		)},
		{Name: "strings refuse other types, and leave them as they are", Run: dialogue(
			"RPUSH @l a", one, "APPEND @l x", wrongType, "STRLEN @l", wrongType, "GETRANGE @l 0 1", wrongType, "SETRANGE @l 0 x", wrongType, "SETRANGE @l 536870912 x", wrongType, "GETSET @l x", wrongType, "GETDEL @l", wrongType, "GETEX @l", wrongType, "INCRBYFLOAT @l 1", wrongType, "INCRBYFLOAT @l x", wrongType, "INCR @l", wrongType, "GET @l", wrongType, "SUBSTR @l 0 0", wrongType, "LRANGE @l 0 -1", bulks("a"),
		)},
		{Name: "SET of another type's key makes a string, with GET it does not", Run: dialogue("RPUSH @l a", one, "SET @l v GET", wrongType, "SET @l v NX", nilBulk, "SET @l v XX", done, "GET @l", bulk("v"), "SADD @s a", one, "SET @s v", done, "GET @s", bulk("v"))},
		{Name: "SETRANGE of nothing changes nothing, and makes no key", Run: setsNoRange},
		{Name: "strings of any bytes are appended to and overwritten", Run: stringsOfAnyBytes},
		{Name: "a string grows a byte at a time", Run: growsByBytes},
		{Name: "a part of a long string", Run: partsOfALongString},
		{Name: "an expired key is none for APPEND, SETNX, GETDEL and others", Run: onceExpired("STRLEN @k", zero, "GETDEL @k", nilBulk, "GETEX @k", nilBulk, "APPEND @k x", one, "TTL @k", noTTL, "SETNX @k2 v", one, "TTL @k2", noTTL, "MSETNX @k v @new v", zero)},
		{Name: "MULTI queues commands of strings", Run: dialogue("MULTI", done, "APPEND @k ab", queued, "SETRANGE @k 1 x", queued, "GETRANGE @k 0 -1", queued, "GETDEL @k", queued, "SETNX @k v", queued, "EXEC", array(two, two, bulk("ax"), bulk("ax"), one))},
		{Name: "COMMAND GETKEYS finds the keys of MSET and MGET", Run: answers(cmd("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2")+cmd("COMMAND", "GETKEYS", "MGET", "a", "b", "c")+cmd("COMMAND", "GETKEYS", "MSETNX", "a", "1"), bulks("a b")+bulks("a b c")+bulks("a"))},
		{Name: "COMMAND INFO describes mset and msetnx", Run: answers(
			cmd("COMMAND", "INFO", "mset", "msetnx"),
			array(infoOfPairs("mset", "update", "request_policy:multi_shard response_policy:all_succeeded"), infoOfPairs("msetnx", "insert", "request_policy:multi_shard response_policy:agg_min")),
		)},
		{Name: "a server that is full refuses APPEND and takes GETDEL", Args: noLimit, Run: func(t *T) {
			speak(
				t.Dial(), plain, "SET k v", done, "CONFIG SET maxmemory 1", done, "APPEND k x", oom, "SETRANGE k 5 x", oom, "MSET k x", oom, "MSETNX k x", oom, "SETNX k x", oom, "SETEX k 10 x", oom, "PSETEX k 10 x", oom,
				"GETSET k x", oom, "INCRBYFLOAT k 1", oom, "GETRANGE k 0 0", bulk("v"), "MGET k", bulks("v"), "GETEX k EX 100", bulk("v"), "GETDEL k", bulk("v"),
			)
		}},
		{Name: "the log has commands of strings", Run: logs("APPEND k ab; SETRANGE k 1 cd; MSET a 1 b 2; MSETNX c 3 d 4; SETNX e 5; GETSET e 6; GETDEL e", "APPEND k ab; SETRANGE k 1 cd; MSET a 1 b 2; MSETNX c 3 d 4; SETNX e 5; SET e 6; DEL e")},
		{Name: "the log has nothing of what changes no string", Run: logs("SET k v; SETNX k x; MSETNX k x n y; GETEX k; GETEX k PERSIST; GETDEL none; GETRANGE k 0 0; MGET k none; STRLEN k; LCS k k", "SET k v")},
		{Name: "the log has times, and not how long it is until then", Run: logs("SETEX k 100 v; PSETEX k 100000 w; GETEX k EX 100; GETEX k PERSIST; GETEX k PXAT 4102444800001; GETEX k EXAT 1", "SET k v PXAT +100s; SET k w PXAT +100s; PEXPIREAT k +100s; PERSIST k; PEXPIREAT k 4102444800001; DEL k")},
		{Name: "the log has what INCRBYFLOAT makes, and not what it adds", Run: logs("INCRBYFLOAT k 1.5; INCRBYFLOAT k 1e1", "SET k 1.5 KEEPTTL; SET k 11.5 KEEPTTL")},
		{Name: "strings that were changed in place are there after kill -9", Run: kept("SET k abc EXAT "+year2100, done, "APPEND k def", ":6\r\n", "SETRANGE k 10 x", ":11\r\n", "SETBIT b 100 1", zero, "INCRBYFLOAT f 0.1", bulk("0.1"), "PFADD h a b c", one, "SETEX e 10000 v", done)},
	}
	for _, r := range stringRows {
		rows = append(
			rows,
			conformance.Case{Name: "COMMAND INFO describes " + r.name, Run: answers(cmd("COMMAND", "INFO", r.name), array(r.info()))},
			conformance.Case{Name: "arguments are counted: " + strings.ToUpper(r.name), Run: r.countsArguments},
		)
	}
	return in(8, lesson8Strings, append(rows, changesOfStrings()...))
}

// infoOfPairs is the row of a command with a key at every second place.
func infoOfPairs(name, access, tips string) string {
	return array(
		bulk(name), ":-3\r\n", statuses("write denyoom"), one, noTTL, two, statuses("@write @string @slow"), bulks(tips),
		array(array(
			bulk("flags"), statuses("OW "+access),
			bulk("begin_search"), array(bulk("type"), bulk("index"), bulk("spec"), array(bulk("index"), one)),
			bulk("find_keys"), array(bulk("type"), bulk("range"), bulk("spec"), array(bulk("lastkey"), noTTL, bulk("keystep"), two, bulk("limit"), zero)),
		)), emptyList,
	)
}

// changesOfStrings tells what WATCH takes for a change of a string.
func changesOfStrings() (rows list) {
	for _, row := range []struct {
		request, reply string
		changes        bool
	}{
		{"APPEND @k x", ":4\r\n", true},
		{"SETRANGE @k 0 a", three, true}, // the same value
		{"SETNX @k x", zero, false},
		{"MSETNX @none x @k x", zero, false},
		{"MSET @k abc", done, true},
		{"GETSET @k abc", bulk("abc"), true},
		{"GETDEL @none", nilBulk, false},
		{"GETDEL @k", bulk("abc"), true},
		{"GETEX @k", bulk("abc"), false},
		{"GETEX @k PERSIST", bulk("abc"), false},
		{"GETEX @k EX 100", bulk("abc"), true},
		{"INCRBYFLOAT @k 1", noFloat, false},
		{"INCRBYFLOAT @none 0", bulk("0"), true},
		{"SETBIT @k 1 1", one, false}, // it is set already
		{"SETBIT @k 0 1", zero, true},
		{"SETBIT @k 24 0", zero, true}, // the string is longer
		{"BITFIELD @k SET u8 0 97", array(integer('a')), false},
		{"BITFIELD @k SET u8 0 98", array(integer('a')), true},
		{"BITFIELD @k INCRBY u8 0 0", array(integer('a')), false},
		{"BITFIELD @k OVERFLOW FAIL INCRBY u8 0 300", array(nilBulk), false},
		{"BITFIELD @k GET u8 0", array(integer('a')), false},
		{"BITOP NOT @none @none2", zero, false},
		{"BITOP OR @k @k", three, true},
	} {
		reply, what := emptyList, "no change"
		if row.changes {
			reply, what = nullArray, "a change"
		}
		rows = append(rows, conformance.Case{
			Name: "WATCH: " + what + ": " + row.request,
			Run:  scene("A> SET @k abc", done, "A> WATCH @k @none", done, "B> "+row.request, row.reply, "A> MULTI", done, "A> EXEC", reply),
		})
	}
	return rows
}

func setsNoRange(t *T) {
	c, own := t.Dial(), newKeys()
	k, none := own.key("k"), own.key("none")
	c.Exchange(cmd("SET", k, "123")+cmd("SETRANGE", k, "1", "")+cmd("SETRANGE", k, "1000000000", "")+cmd("OBJECT", "ENCODING", k), done+three+three+bulk("int"))
	c.Exchange(cmd("SETRANGE", none, "5", "")+cmd("EXISTS", none)+cmd("SETRANGE", none, "-1", "")+cmd("APPEND", none, "")+cmd("EXISTS", none)+cmd("GET", none), zero+zero+offsetRange+zero+one+bulk(""))
	c.Exchange(cmd("GETRANGE", none, "0", "-1")+cmd("BITCOUNT", none)+cmd("BITPOS", none, "0")+cmd("BITPOS", none, "1")+cmd("STRLEN", none), bulk("")+zero+noTTL+noTTL+zero)
}

func stringsOfAnyBytes(t *T) {
	c, own := t.Dial(), newKeys()
	k := own.key(everyValue)
	c.Exchange(cmd("APPEND", k, everyValue)+cmd("APPEND", k, everyValue)+cmd("GET", k), ":256\r\n:512\r\n"+bulk(everyValue+everyValue))
	for _, at := range []int{0, 1, 13, 255, 256, 500} {
		c.Exchange(cmd("SETRANGE", k, fmt.Sprint(at), "\x00\r\n\xff"), ":512\r\n")
		c.Exchange(cmd("GETRANGE", k, fmt.Sprint(at), fmt.Sprint(at+3)), bulk("\x00\r\n\xff"))
	}
	c.Exchange(cmd("MSET", k, "\x00", own.key("\r\n"), everyValue)+cmd("MGET", own.key("\r\n"), k), done+array(bulk(everyValue), bulk("\x00")))
	c.Exchange(cmd("GETSET", k, "\n")+cmd("GETDEL", k), bulk("\x00")+bulk("\n"))
}

// growsByBytes passes every length at which a string moves to a larger block, and back.
func growsByBytes(t *T) {
	c, own := t.Dial(), newKeys()
	all := numbered(3000)
	for i := range len(all) {
		c.Send(own.cmd("EXPIREAT @k "+year2100) + cmd("APPEND", own.key("k"), all[i:i+1]))
		c.Expect([]string{zero, one}[min(i, 1)] + integer(int64(i+1)))
		if i%100 == 99 {
			speak(c, own, "GET @k", bulk(all[:i+1]), "EXPIRETIME @k", ":"+year2100+"\r\n")
		}
	}
	c.Exchange(own.cmd("SET @k short")+own.cmd("APPEND @k er")+own.cmd("GET @k")+own.cmd("TTL @k"), done+":7\r\n"+bulk("shorter")+noTTL)
}

// makesRoom expects that one APPEND takes memory for twice as much as there is, and that those
// for which there is room then take none.
func makesRoom(t *T) {
	c, k := t.Dial(), newKeys().key("k")
	c.Exchange(cmd("SET", k, numbered(10_000))+cmd("APPEND", k, numbered(1000)), done+":11000\r\n")
	roomy := c.Call("MEMORY", "USAGE", k).Int
	require.GreaterOrEqual(t, roomy, int64(20_000), "MEMORY USAGE of 11,000 bytes, of which 1,000 were appended")
	for i := range 9 {
		c.Exchange(cmd("APPEND", k, numbered(1000)), integer(int64(12_000+1000*i)))
		require.Equal(t, roomy, c.Call("MEMORY", "USAGE", k).Int, "MEMORY USAGE of %d bytes", 12_000+1000*i)
	}
}

// growsOverZeros makes a string shorter, and longer again beyond a gap. Of as many lengths as a
// block's class has some stay in their block, with what was behind them.
func growsOverZeros(t *T) {
	c, k := t.Dial(), newKeys().key("k")
	for n := 600; n < 640; n++ {
		text := numbered(n)
		c.Exchange(cmd("SET", k, text+"password")+cmd("SET", k, text)+cmd("SETRANGE", k, fmt.Sprint(n+7), "y")+cmd("GET", k),
			done+done+integer(int64(n+8))+bulk(text+strings.Repeat("\x00", 7)+"y"))
	}
}

func partsOfALongString(t *T) {
	c, k := t.Dial(), newKeys().key("k")
	all := numbered(5 << 20)
	c.Exchange(cmd("SET", k, all)+cmd("APPEND", k, all[:1000]), done+integer(int64(len(all)+1000)))
	all += all[:1000]
	c.Exchange(cmd("GETRANGE", k, "1000000", "1000099")+cmd("GETRANGE", k, "-1500", "-1")+cmd("GETRANGE", k, "100", "-1"), bulk(all[1_000_000:1_000_100])+bulk(all[len(all)-1500:])+bulk(all[100:]))
	c.Exchange(cmd("SETRANGE", k, "3000000", strings.Repeat("x", 1<<20))+cmd("STRLEN", k), integer(int64(len(all)))+integer(int64(len(all))))
	require.Equal(t, all[:3_000_000]+strings.Repeat("x", 1<<20)+all[3_000_000+1<<20:], c.Call("GET", k).Text)
	c.Exchange(cmd("DEL", k), one)
}
