// ch08_debug_more.go: DEBUG's subcommands with which rigs prepare a server, and clients are
// tested: keys by the thousand, replies of each type, any error.

package cases

import (
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const (
	notSds       = "-ERR Not an sds encoded string.\r\n"
	notQuicklist = "-ERR Not a quicklist encoded object.\r\n"
	typeNames    = "-ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false\r\n"
)

func debugMore() list {
	own := func(name string, run func(*T)) conformance.Case {
		return conformance.Case{Name: name, Args: debuggable, Run: run}
	}
	return in(8, lesson5Info, list{
		own("DEBUG POPULATE makes strings, but for those that are there", dialogue(
			"SET key:1 mine", done, "DEBUG POPULATE 3", done, "DBSIZE", integer(3), "MGET key:0 key:1 key:2", array(bulk("value:0"), bulk("mine"), bulk("value:2")), "debug populate 12 pre", done, "DBSIZE", integer(15), "GET pre:11", bulk("value:11"),
			"DEBUG POPULATE 2 big 10", done, "GET big:1", bulk("value:1\x00\x00\x00"), "OBJECT ENCODING big:1", bulk("embstr"), "DEBUG POPULATE 1 cut 3", done, "GET cut:0", bulk("val"), "DEBUG POPULATE 1 long 100", done, "OBJECT ENCODING long:0", bulk("raw"), "STRLEN long:0", integer(100),
			"DEBUG POPULATE 0", done, "DEBUG POPULATE x", notPositive, "DEBUG POPULATE -1", notPositive, "DEBUG POPULATE 1 a x", notPositive, "DEBUG POPULATE 1 a 1 b", debugError("POPULATE"), "DBSIZE", integer(19),
		)),
		own("DEBUG POPULATE tells who watches a key", scene("A> WATCH key:5", done, "B> DEBUG POPULATE 10", done, "A> MULTI", done, "A> EXEC", nullArray)),
		own("DEBUG PROTOCOL answers a reply of each type", debugTypes),
		own("DEBUG ERROR is the error that it is told", debugErrors),
		own("DEBUG SDSLEN and QUICKLIST want what they are about", dialogue(
			"SET n 12", done, "RPUSH l a b", two, "SET s word", done, "DEBUG SDSLEN n", notSds, "DEBUG SDSLEN l", notSds, "DEBUG SDSLEN none", noSuchKey, "DEBUG QUICKLIST s", notQuicklist, "DEBUG QUICKLIST none", noSuchKey,
			"DEBUG QUICKLIST l", "+Quicklist structure printed on stdout\r\n", "debug quicklist l 1", "+Quicklist structure printed on stdout\r\n", "DEBUG QUICKLIST l 1 2", debugError("QUICKLIST"),
		)),
		own("DEBUG SDSLEN tells how long key and string are", func(t *T) {
			c := t.Dial()
			c.Exchange(cmd("SET", "some key", "some word"), done)
			line := c.Call("DEBUG", "SDSLEN", "some key").Text
			require.Regexp(t, `^key_sds_len:8, key_sds_avail:\d+, key_zmalloc: \d+, val_sds_len:9, val_sds_avail:\d+, val_zmalloc: \d+$`, line)
		}),
		own("DEBUG CHANGE-REPL-ID gives the history another name", func(t *T) {
			c := t.Dial()
			before := askFigures(c, "replication")["master_replid"]
			speak(c, plain, "DEBUG CHANGE-REPL-ID", done, "DEBUG CHANGE-REPL-ID x", debugError("CHANGE-REPL-ID"))
			after := askFigures(c, "replication")["master_replid"]
			require.Len(t, after, 40)
			require.NotEqual(t, before, after)
		}),
		own("DEBUG RELOAD with MERGE replaces what is there", func(t *T) {
			c := t.Dial()
			setEveryType(c)
			for _, words := range []string{"RELOAD MERGE", "RELOAD NOFLUSH MERGE", "reload merge noflush"} {
				speak(c, plain, "DEBUG "+words, done, "DEBUG DIGEST", "+"+allDigests+"\r\n")
			}
		}),
		own("DEBUG LOG writes a line to the log", func(t *T) {
			c := t.Dial()
			c.Exchange(cmd("DEBUG", "LOG", "a word from the rig"), done)
			t.Until("it is there", func() bool { return strings.Contains(t.Server().Log(), "DEBUG LOG: a word from the rig") })
		}),
		{Name: "DEBUG STRINGMATCH-TEST matches random patterns", Args: debuggable, NotRedis: "Redis tries ten million of them", Run: dialogue("DEBUG STRINGMATCH-TEST", "+Apparently Redis did not crash: test passed\r\n", "DEBUG STRINGMATCH-TEST x", debugError("STRINGMATCH-TEST"))},
		own("what Redis' own tests say before they begin is taken", dialogue(
			"DEBUG SET-SKIP-CHECKSUM-VALIDATION 1", done, "DEBUG SET-DISABLE-DENY-SCRIPTS 0", done, "DEBUG PAUSE-CRON 1", done, "DEBUG PAUSE-CRON 0", done, "DEBUG DROP-CLUSTER-PACKET-FILTER -1", done,
			"DEBUG REPLYBUFFER PEAK-RESET-TIME NEVER", done, "DEBUG REPLYBUFFER peak-reset-time reset", done, "DEBUG REPLYBUFFER PEAK-RESET-TIME 10", done, "DEBUG REPLYBUFFER PEAK-RESET-TIME x", noInteger, "DEBUG REPLYBUFFER RESIZING 0", done, "DEBUG REPLYBUFFER NOSUCH 1", debugError("REPLYBUFFER"), "DEBUG REPLYBUFFER", debugError("REPLYBUFFER"),
			"DEBUG SET-SKIP-CHECKSUM-VALIDATION", debugError("SET-SKIP-CHECKSUM-VALIDATION"), "DEBUG LOG", debugError("LOG"), "DEBUG JMAP", debugError("JMAP"),
		)),
	})
}

func debugTypes(t *T) {
	const attribute, push = "Some real reply following the attribute", "Some real reply following the push reply"
	c := t.Dial()
	for name, want := range map[string][2]string{
		"string":   {bulk("Hello World"), bulk("Hello World")},
		"integer":  {integer(12345), integer(12345)},
		"double":   {bulk("3.141"), ",3.141\r\n"},
		"null":     {nilBulk, "_\r\n"},
		"array":    {"*3\r\n:0\r\n:1\r\n:2\r\n", "*3\r\n:0\r\n:1\r\n:2\r\n"},
		"set":      {"*3\r\n:0\r\n:1\r\n:2\r\n", "~3\r\n:0\r\n:1\r\n:2\r\n"},
		"map":      {"*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n", "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n"},
		"attrib":   {bulk(attribute), "|1\r\n" + bulk("key-popularity") + "*2\r\n" + bulk("key:123") + integer(90) + bulk(attribute)},
		"push":     {"-ERR RESP2 is not supported by this command\r\n", ">2\r\n" + bulk("server-cpu-usage") + integer(42) + bulk(push)},
		"verbatim": {bulk("This is a verbatim\nstring"), "=29\r\ntxt:This is a verbatim\nstring\r\n"},
		"true":     {one, "#t\r\n"},
		"false":    {zero, "#f\r\n"},
		"bignum":   {bulk("1234567999999999999999999999999999999"), "(1234567999999999999999999999999999999\r\n"},
		"nosuch":   {typeNames, typeNames},
	} {
		for i, version := range []string{"2", "3"} {
			require.False(t, c.Call("HELLO", version).IsError())
			c.Exchange(cmd("DEBUG", "PROTOCOL", name)+cmd("debug", "protocol", strings.ToUpper(name)), want[i]+want[i])
		}
	}
}

func debugErrors(t *T) {
	c := t.Dial()
	c.Exchange(cmd("DEBUG", "ERROR", "CODE a text")+cmd("DEBUG", "ERROR", "-x\ny\r\n")+cmd("DEBUG", "ERROR", ""), "-CODE a text\r\n--x y  \r\n-\r\n")
	require.Empty(t, askFigures(c, "errorstats"), "it is none")
	require.Equal(t, "0", calls(c, "debug")["failed_calls"])
}
