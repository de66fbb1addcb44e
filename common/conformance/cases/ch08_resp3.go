// ch08_resp3.go: RESP3: a client that asks for it with HELLO 3 is told by each reply of what
// type it is. What is here is said in RESP3; all other cases are played again in it, too
// (resp3_test.go).

package cases

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
)

const (
	null3 = "_\r\n"
)

// helloReply is what HELLO answers: a map in RESP3.
func helloReply(protocol int, id int64) string {
	head := map[int]string{2: "*14", 3: "%7"}[protocol]
	return head + "\r\n" + bulk("server") + bulk("redis") + bulk("version") + bulk("7.0.15") +
		bulk("proto") + integer(int64(protocol)) + bulk("id") + integer(id) +
		bulk("mode") + bulk("standalone") + bulk("role") + bulk("master") + bulk("modules") + "*0\r\n"
}

// inRESP3 is dialogue behind HELLO 3.
func inRESP3(lines ...string) func(*T) {
	return func(t *T) {
		c, k := t.Dial(), newKeys()
		id := c.Call("CLIENT", "ID").Int
		c.Exchange(cmd("HELLO", "3"), helloReply(3, id))
		for i := 0; i < len(lines); i += 2 {
			c.Exchange(k.cmd(lines[i]), strings.ReplaceAll(lines[i+1], bulk("@z"), bulk(k.key("z"))))
		}
	}
}

// double is a floating-point number's bytes in RESP3.
func double(digits string) string { return "," + digits + "\r\n" }

// grouped is a set of RESP3, ~, or a map, %, of these elements.
func grouped(kind string, elements ...string) string {
	n := len(elements)
	if kind == "%" {
		n /= 2
	}
	return kind + strconv.Itoa(n) + "\r\n" + strings.Join(elements, "")
}

// resp3 is the protocol's third version.
func resp3() list {
	return in(8, lesson2RESP, list{
		{Name: "HELLO 3 answers a map", Run: inRESP3()},
		{Name: "HELLO without a version leaves the protocol", Run: leavesProtocol},
		{Name: "HELLO goes back to RESP2, and RESET does", Run: goesBack},
		{Name: "a HELLO that is refused leaves the protocol", Run: inRESP3("HELLO 2 FOO", helloSyntax("FOO"), "GET @k", null3, "HELLO 4", noProto, "GET @k", null3, "HELLO 2 AUTH nobody x", wrongPass, "GET @k", null3)},
		{Name: "HELLO changes the protocol within a transaction, for what comes behind it", Run: helloInMulti},
		{Name: "each connection has a protocol of its own", Run: ownProtocols},
		{Name: "RESP3 in pieces", Run: answers(cmd("HELLO", "2", "FOO")+cmd("RESET")+cmd("CLIENT", "GETNAME"), helloSyntax("FOO")+"+RESET\r\n"+nilBulk)},

		{Name: "in RESP3 there is one null", Run: inRESP3(
			"GET @x", null3, "LPOP @x", null3, "LPOP @x 2", null3, "HGET @x f", null3, "ZSCORE @x m", null3, "SET @s v XX", null3, "SPOP @x", null3,
			"LMPOP 1 @x LEFT", null3, "ZMPOP 1 @x MIN", null3, "BLPOP @x 0.01", null3, "BLMOVE @x @y LEFT LEFT 0.01", null3, "BZPOPMIN @x 0.01", null3,
			"GEOPOS @x m", array(null3), "HMGET @x f g", array(null3, null3), "OBJECT ENCODING @x", null3, "LPOS @x e", null3, "RPOPLPUSH @x @y", null3)},
		{Name: "in RESP3 a failed EXEC is null", Run: inRESP3("WATCH @k", done, "SET @k v", done, "MULTI", done, "GET @k", queued, "EXEC", null3)},
		{Name: "in RESP3 nothing is an empty map, set or array", Run: inRESP3("HGETALL @x", "%0\r\n", "SMEMBERS @x", "~0\r\n", "SINTER @x @y", "~0\r\n", "SUNION @x", "~0\r\n", "SDIFF @x", "~0\r\n", "SPOP @x 3", "~0\r\n", "SRANDMEMBER @x 3", emptyList, "LRANGE @x 0 1", emptyList, "ZRANGE @x 0 1 WITHSCORES", emptyList, "CONFIG GET nosuch", "%0\r\n")},
		{Name: "in RESP3 a hash is a map", Run: inRESP3("HSET @h f 1", one, "HGETALL @h", grouped("%", bulk("f"), bulk("1")), "HRANDFIELD @h 2 WITHVALUES", array(array(bulk("f"), bulk("1"))), "HRANDFIELD @h -2 WITHVALUES", array(array(bulk("f"), bulk("1")), array(bulk("f"), bulk("1"))), "HRANDFIELD @h 2", bulks("f"), "HSCAN @h 0", array(bulk("0"), bulks("f 1")))},
		{Name: "in RESP3 a set is a set", Run: inRESP3("SADD @s 1", one, "SMEMBERS @s", grouped("~", bulk("1")), "SINTER @s @s", grouped("~", bulk("1")), "SUNION @s @x", grouped("~", bulk("1")), "SDIFF @s @x", grouped("~", bulk("1")), "SRANDMEMBER @s 3", bulks("1"), "SSCAN @s 0", array(bulk("0"), bulks("1")), "SPOP @s 3", grouped("~", bulk("1")))},
		{Name: "in RESP3 a score is a double", Run: inRESP3(
			"ZADD @z 1 a 2.5 b inf c -inf d 1e20 e 0.1 f", ":6\r\n", "ZSCORE @z a", double("1"), "ZMSCORE @z b x c d e f", array(double("2.5"), null3, double("inf"), double("-inf"), double("1e+20"), double("0.10000000000000001")),
			"ZADD @z INCR 1 a", double("2"), "ZADD @z NX INCR 1 a", null3, "ZINCRBY @z 1.5 a", double("3.5"), "ZINCRBY @z 3 n", double("3"))},
		{Name: "in RESP3 members come with their scores in pairs", Run: inRESP3(
			"ZADD @z 1 a 2.5 b", ":2\r\n", "ZRANGE @z 0 -1 WITHSCORES", array(array(bulk("a"), double("1")), array(bulk("b"), double("2.5"))), "ZREVRANGEBYSCORE @z +inf 2 WITHSCORES", array(array(bulk("b"), double("2.5"))),
			"ZUNION 1 @z WITHSCORES", array(array(bulk("a"), double("1")), array(bulk("b"), double("2.5"))), "ZDIFF 1 @z WITHSCORES", array(array(bulk("a"), double("1")), array(bulk("b"), double("2.5"))),
			"ZRANGE @z 0 -1", bulks("a b"), "ZSCAN @z 0", array(bulk("0"), bulks("a 1 b 2.5")), "ZRANDMEMBER @z 5 WITHSCORES", array(array(bulk("b"), double("2.5")), array(bulk("a"), double("1"))))},
		{Name: "in RESP3 ZPOPMIN answers a pair, with a count pairs", Run: inRESP3(
			"ZADD @z 1 a 2 b 3 c 4 d 5 e 6 f", ":6\r\n", "ZPOPMIN @z", array(bulk("a"), double("1")), "ZPOPMIN @z 1", array(array(bulk("b"), double("2"))), "ZPOPMAX @z", array(bulk("f"), double("6")), "ZPOPMAX @z 2", array(array(bulk("e"), double("5")), array(bulk("d"), double("4"))),
			"BZPOPMIN @z 0", array(bulk("@z"), bulk("c"), double("3")), "ZADD @z 1 a", one, "ZMPOP 1 @z MAX COUNT 2", array(bulk("@z"), array(array(bulk("a"), double("1")))), "ZPOPMIN @z", emptyList)},
		{Name: "in RESP3 a place is two doubles, and a distance a string", Run: inRESP3(
			"GEOADD @g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", ":2\r\n", "GEOPOS @g Palermo x", array(array(double("13.36138933897018433"), double("38.11555639549629859")), null3),
			"GEODIST @g Palermo Catania", bulk("166274.1516"), "GEOSEARCH @g FROMLONLAT 15 37 BYRADIUS 100 km WITHDIST WITHCOORD", array(array(bulk("Catania"), bulk("56.4413"), array(double("15.08726745843887329"), double("37.50266842333162032")))))},
		{Name: "in RESP3 what INCRBYFLOAT answers is a string still", Run: inRESP3("INCRBYFLOAT @f 1.5", bulk("1.5"), "HINCRBYFLOAT @h f 1.5", bulk("1.5"))},
		{Name: "in RESP3 LCS answers a map", Run: inRESP3("MSET @a abc @b xbc", done, "LCS @a @b IDX", grouped("%", bulk("matches"), array(array(array(":1\r\n", ":2\r\n"), array(":1\r\n", ":2\r\n"))), bulk("len"), ":2\r\n"), "LCS @a @b IDX MINMATCHLEN 3", grouped("%", bulk("matches"), emptyList, bulk("len"), ":2\r\n"))},
		{Name: "in RESP3 settings are a map", Run: inRESP3("CONFIG GET port*x", "%0\r\n", "CONFIG GET appendfsyn?", grouped("%", bulk("appendfsync"), bulk("everysec")))},
		{Name: "in RESP3 EXEC's replies are of their types", Run: inRESP3("SADD @s a", one, "MULTI", done, "SMEMBERS @s", queued, "HGETALL @x", queued, "GET @x", queued, "ZSCORE @x m", queued, "EXEC", array(grouped("~", bulk("a")), "%0\r\n", null3, null3))},
		{Name: "in RESP3 INFO is a text", Run: verbatimInfo},
		{Name: "in RESP3 COMMAND tells of sets and maps", Run: inRESP3(
			"COMMAND INFO ping nosuch", array(array(bulk("ping"), ":-1\r\n", grouped("~", "+fast\r\n"), zero, zero, zero, grouped("~", "+@fast\r\n", "+@connection\r\n"), grouped("~", bulk("request_policy:all_shards"), bulk("response_policy:all_succeeded")), "~0\r\n", "~0\r\n"), null3),
			"COMMAND GETKEYSANDFLAGS GET k", array(array(bulk("k"), grouped("~", "+RO\r\n", "+access\r\n"))), "COMMAND LIST FILTERBY PATTERN ech*", bulks("echo"), "COMMAND DOCS nosuch", "%0\r\n")},
		{Name: "errors in RESP3 are as in RESP2", Run: inRESP3("NOSUCH", unknown("NOSUCH"), "GET", wrongArity("get"), "SADD @s a", one, "GET @s", wrongType, "EXEC", "-ERR EXEC without MULTI\r\n")},
	})
}

func leavesProtocol(t *T) {
	c := t.Dial()
	id := c.Call("CLIENT", "ID").Int
	c.Exchange(cmd("HELLO"), helloReply(2, id))
	c.Exchange(cmd("HELLO", "3", "SETNAME", "me"), helloReply(3, id))
	c.Exchange(cmd("HELLO"), helloReply(3, id))
	c.Exchange(cmd("CLIENT", "GETNAME"), bulk("me"))
}

func goesBack(t *T) {
	c := t.Dial()
	id := c.Call("CLIENT", "ID").Int
	for _, back := range []struct{ request, reply string }{{cmd("HELLO", "2"), helloReply(2, id)}, {cmd("RESET"), "+RESET\r\n"}} {
		c.Exchange(cmd("CLIENT", "GETNAME"), nilBulk)
		c.Exchange(cmd("HELLO", "3")+cmd("CLIENT", "GETNAME"), helloReply(3, id)+null3)
		c.Exchange(back.request+cmd("CLIENT", "GETNAME"), back.reply+nilBulk)
	}
}

func helloInMulti(t *T) {
	c, k := t.Dial(), newKeys()
	id := c.Call("CLIENT", "ID").Int
	c.Exchange(cmd("MULTI")+k.cmd("GET @k")+cmd("HELLO", "3")+k.cmd("GET @k"), done+queued+queued+queued)
	c.Exchange(cmd("EXEC")+k.cmd("GET @k"), array(nilBulk, helloReply(3, id), null3)+null3)
}

func ownProtocols(t *T) {
	a, b, k := t.Dial(), t.Dial(), newKeys()
	a.Call("HELLO", "3")
	a.Exchange(k.cmd("GET @k"), null3)
	b.Exchange(k.cmd("GET @k"), nilBulk)
	a.Exchange(k.cmd("GET @k"), null3)
	c := t.Dial()
	c.Exchange(k.cmd("GET @k"), nilBulk)
}

func verbatimInfo(t *T) {
	c := t.Dial()
	c.Call("HELLO", "3")
	info := c.Call("INFO", "server")
	require.Equal(t, byte('='), info.Kind)
	require.True(t, strings.HasPrefix(info.Text, "txt:# Server\r\n"), info.Text[:min(len(info.Text), 40)])
}
