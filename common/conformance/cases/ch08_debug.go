// ch08_debug.go: DEBUG's subcommands that test suites of clients and tools ask for: digests,
// what an object is, and all data loaded again.

package cases

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const (
	emptyDigest  = "0000000000000000000000000000000000000000"
	noPack       = "-ERR Not a listpack encoded object.\r\n"
	notThreshold = "-ERR argument must be a memory value bigger than 1 and smaller than 4gb\r\n"
)

// debugError is DEBUG's answer to a subcommand that it does not know like that.
func debugError(sub string) string {
	return "-ERR unknown subcommand or wrong number of arguments for '" + sub + "'. Try DEBUG HELP.\r\n"
}

// digested is a command, and the digests of its key's value and of all data behind it.
type digested struct {
	words      []string
	value, all string
}

// digests are what redis-server answers. Their keys are all that the server has.
var digests = []digested{
	{[]string{"SET", "s", "word"}, "9612ec957853b15c6734490439bd2305cb750511", "30cc6aa912b80c3872e04c8cf75ba78d793671e4"},
	{[]string{"SET", "n", "-12345"}, "9364d007acb0ba24016c9866e6283671e674924f", "a09076b8ba18926816a2771e324d29ae091a9c42"},
	{[]string{"SET", "big", strings.Repeat("x", 100)}, "6942b9b71aaff9a398b7a2f898756f5e28dd3cd1", "71615a8d490c4e882e4e3be3075fc442b0ef3aaa"},
	{[]string{"SET", everyValue, everyValue}, "c8fe06ff459b38d0a3c8fc5cd3ddef4e3174a5a8", "bc36080a8fc831c0fcb459b555ffdf4575554562"},
	{[]string{"SET", "e", "v", "EXAT", year2100}, "311b17018163335616e089f6b951c82c477335ac", "8af1ef2981f43e2ae00f695d2f7b1545f69ac063"},
	{[]string{"RPUSH", "l", "a", "b", "3", "a", ""}, "b19be502abb86a9afc03459f1b17b932afd70889", "a6ec6cfbfe87f118a7a0808784a9c75bfd3cb810"},
	{[]string{"SADD", "si", "3", "-1", "70000"}, "48fc958d12a3c020b3f7c8575e1beb40ea51c28a", "734c3036704dcecc250c0bad515b54ad7f51cb66"},
	{[]string{"SADD", "ss", "m", "7", everyValue}, "00898d49bdba11d77e93bf3efb1b46e0972d2f1c", "54977850b9d2137521c4a9779c0ea25b499bf254"},
	{[]string{"HSET", "h", "f", "v", "g", "1", "", "x"}, "31ea52cff993c5c01635210682cceb8a2b729c1c", "e336207d6576d499d2de3dceb51a6a2748ab5eea"},
	{[]string{"HSET", "hh", "f", strings.Repeat("y", 65), "k", "2"}, "37ecbeec6a7f6406e0eeacbe998977af14afcc24", "1a9a6d6e67dfb3e822ded197b2627c9442c41811"},
	{[]string{"ZADD", "z", "1", "one", "2.5", "two", "-0", "zero", "1e20", "big", "inf", "top", "-inf", "low", "0.1", "tenth"}, "a3bfe535f568d24bf0892bea7c59cf74795ffd1e", "019929281a2888290dfe72574f191fe35940d114"},
	{[]string{"ZADD", "zz", "3", strings.Repeat("z", 65), "1.1", "m"}, "7656fb005df201b36a54d5904a3a33f9856eb37f", "1ddc520b3e39ca3d416246edcffc27490e3f7563"},
}

// allDigests is the digest when database 3 has a string and database 9 a set beside those.
const allDigests = "56b6ede95e4610174bde57481b30c12f23011ccd"

func debugData() list {
	own := func(name string, run func(*T)) conformance.Case {
		return conformance.Case{Name: name, Args: debuggable, Run: run}
	}
	logged := []string{"--enable-debug-command", "yes", "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--appendfsync", "everysec"}
	return in(8, lesson8LFU, list{
		own("DEBUG DIGEST of no data is zeros", dialogue("DEBUG DIGEST", "+"+emptyDigest+"\r\n", "debug digest-value none none", statuses(emptyDigest+" "+emptyDigest), "DEBUG DIGEST-VALUE", emptyList)),
		own("DEBUG DIGEST and DIGEST-VALUE tell values of every type, byte for byte", tellsDigests),
		own("DEBUG DIGEST does not depend on how or in which order a value was made", sameDigest),
		own("DEBUG DIGEST depends on the order of a list, and on every byte", otherDigest),
		own("DEBUG DIGEST and SET-ACTIVE-EXPIRE see a key that has expired and was not noticed", digestOfExpired),
		own("DEBUG OBJECT tells how a value is kept", tellsObjects),
		own("DEBUG OBJECT and LISTPACK want a key that is there", dialogue("DEBUG OBJECT none", noSuchKey, "DEBUG LISTPACK none", noSuchKey)),
		own("DEBUG LISTPACK prints what is in one block", dialogue(
			"HSET h f v", one, "DEBUG LISTPACK h", "+Listpack structure printed on stdout\r\n", "ZADD z 1 m", one, "debug listpack z", "+Listpack structure printed on stdout\r\n",
			"SET s v", done, "DEBUG LISTPACK s", noPack, "SADD si 1", one, "DEBUG LISTPACK si", noPack, "SADD ss m", one, "DEBUG LISTPACK ss", noPack, "RPUSH l a", one, "DEBUG LISTPACK l", noPack,
		)),
		own("DEBUG QUICKLIST-PACKED-THRESHOLD takes sizes below 4 GB", dialogue(
			"DEBUG QUICKLIST-PACKED-THRESHOLD 100B", done, "RPUSH l "+strings.Repeat("long", 100)+" b", ":2\r\n", "LRANGE l 0 -1", bulks(strings.Repeat("long", 100)+" b"), "OBJECT ENCODING l", bulk("quicklist"),
			"DEBUG QUICKLIST-PACKED-THRESHOLD 0", done, "DEBUG QUICKLIST-PACKED-THRESHOLD 3gb", done, "DEBUG QUICKLIST-PACKED-THRESHOLD 4gb", notThreshold, "DEBUG QUICKLIST-PACKED-THRESHOLD many", notThreshold, "DEBUG QUICKLIST-PACKED-THRESHOLD 4293918720", done, "DEBUG QUICKLIST-PACKED-THRESHOLD 4293918721", notThreshold,
		)),
		own("DEBUG's subcommands want their number of words", dialogue(
			"DEBUG DIGEST x", debugError("DIGEST"), "DEBUG OBJECT", debugError("OBJECT"), "DEBUG OBJECT a b", debugError("OBJECT"), "DEBUG LISTPACK", debugError("LISTPACK"), "DEBUG set-active-expire", debugError("set-active-expire"),
			"DEBUG SET-ACTIVE-EXPIRE 1 2", debugError("SET-ACTIVE-EXPIRE"), "DEBUG QUICKLIST-PACKED-THRESHOLD", debugError("QUICKLIST-PACKED-THRESHOLD"), "DEBUG ZIPLIST l", debugError("ZIPLIST"),
			"DEBUG RELOAD nosuch", "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n",
		)),
		{Name: "DEBUG is refused where it is not allowed, whatever it is to do", Own: true, Run: dialogue("DEBUG DIGEST", notAllowed, "DEBUG RELOAD", notAllowed, "DEBUG LOADAOF", notAllowed, "DEBUG OBJECT k", notAllowed)},
		own("DEBUG RELOAD gives the same data", reloads("RELOAD")),
		{Name: "DEBUG RELOAD with a log gives the same data", Args: logged, Run: reloads("RELOAD")},
		{Name: "DEBUG LOADAOF gives the same data", Args: logged, Run: reloads("LOADAOF")},
		{Name: "DEBUG LOADAOF behind a rewrite gives the same data", Args: logged, Run: reloads("LOADAOF", "BGREWRITEAOF")},
		own("DEBUG RELOAD tells who watches a key", scene("A> SET a 1", done, "A> WATCH a", done, "B> DEBUG RELOAD", done, "A> MULTI", done, "A> GET a", queued, "A> EXEC", nullArray)),
		own("DEBUG RELOAD of no data is done", dialogue("DEBUG RELOAD", done, "DBSIZE", zero, "debug reload", done)),
		{Name: "DEBUG RELOAD and LOADAOF while the log is rewritten lose nothing", Run: reloadsBesideRewrite},
		{Name: "random values of every type have one digest on redis-server and here, through the log of either", Timeout: time.Minute, Run: digestsAgree},
		{Name: "what DEBUG RELOAD has loaded is logged no second time", Run: reloadIsNotLogged},
	})
}

// setEveryType makes the keys of digests, and those of two other databases.
func setEveryType(c *conformance.Conn) {
	for _, d := range digests {
		c.Call(d.words...)
	}
	speak(c, plain, "SELECT 3", done, "SET s word", done, "SELECT 9", done, "SADD x 1", one, "SELECT 0", done)
}

func tellsDigests(t *T) {
	c := t.Dial()
	for _, d := range digests {
		require.False(t, c.Call(d.words...).IsError(), d.words[0])
		c.Exchange(cmd("DEBUG", "DIGEST-VALUE", d.words[1], "none")+cmd("DEBUG", "DIGEST"), statuses(d.value+" "+emptyDigest)+"+"+d.all+"\r\n")
	}
	c.Exchange(cmd("FLUSHALL"), done)
	setEveryType(c)
	c.Exchange(cmd("DEBUG", "DIGEST"), "+"+allDigests+"\r\n")
	speak(c, plain, "SWAPDB 3 9", done)
	require.NotEqual(t, allDigests, c.Call("DEBUG", "DIGEST").Text)
}

// sameDigest makes the same values in other ways, and in other encodings.
func sameDigest(t *T) {
	c := t.Dial()
	same := func(a, b string) {
		all := c.Call("DEBUG", "DIGEST-VALUE", a, b).Strings()
		require.Equal(t, all[0], all[1], a+" and "+b)
	}
	for i := range 600 {
		n, m := strconv.Itoa(i), strconv.Itoa(599-i)
		c.Call("SADD", "set", n)
		c.Call("SADD", "set 2", "text", m)
		c.Call("HSET", "hash", n, "v"+n)
		c.Call("HSET", "hash 2", m, "v"+m)
		c.Call("ZADD", "zset", n, "m"+n)
		c.Call("ZADD", "zset 2", m, "m"+m)
		c.Call("RPUSH", "list", n)
		c.Call("LPUSH", "list 2", m)
	}
	speak(c, plain, "OBJECT ENCODING set", bulk("hashtable"))
	c.Call("SREM", "set 2", "text")
	same("set", "set 2")
	same("hash", "hash 2")
	same("zset", "zset 2")
	same("list", "list 2")
	speak(c, plain, "SADD si 1 2 3", ":3\r\n", "SADD st x 3 2 1", ":4\r\n", "SREM st x", one, "OBJECT ENCODING si", bulk("intset"), "OBJECT ENCODING st", bulk("hashtable"))
	same("si", "st")
	speak(c, plain, "SET int 12345", done, "SET text 12345x", done, "SETRANGE raw 0 12345", ":5\r\n", "OBJECT ENCODING int", bulk("int"), "OBJECT ENCODING raw", bulk("raw"))
	same("int", "raw")
	before := c.Call("DEBUG", "DIGEST").Text
	speak(c, plain, "SET new v", done)
	require.NotEqual(t, before, c.Call("DEBUG", "DIGEST").Text)
	speak(c, plain, "DEL new", one, "DEBUG DIGEST", "+"+before+"\r\n", "RENAME int other", done)
	require.NotEqual(t, before, c.Call("DEBUG", "DIGEST").Text)
	speak(c, plain, "RENAME other int", done, "DEBUG DIGEST", "+"+before+"\r\n", "EXPIRE int 1000", one)
	require.NotEqual(t, before, c.Call("DEBUG", "DIGEST").Text)
	speak(c, plain, "EXPIRE int 2000", one, "PERSIST int", one, "DEBUG DIGEST", "+"+before+"\r\n")
}

func otherDigest(t *T) {
	c := t.Dial()
	speak(
		c, plain, "RPUSH a 1 2 3", ":3\r\n", "RPUSH b 3 2 1", ":3\r\n", "RPUSH c 1 2", ":2\r\n", "SADD d 1 2 3", ":3\r\n", "HSET e 1 2", one, "HSET f 2 1", one, "ZADD g 1 2", one, "ZADD h 2 1", one, "ZADD i 1.0000000000000002 2", one,
		"SET j 1", done, "SET k 1 EX 1000", done, "SET l 01", done,
	)
	seen := map[string]bool{}
	for _, d := range c.Call(strings.Fields("DEBUG DIGEST-VALUE a b c d e f g h i j k l")...).Strings() {
		require.False(t, seen[d], d)
		seen[d] = true
	}
}

func digestOfExpired(t *T) {
	c := t.Dial()
	speak(c, plain, "DEBUG SET-ACTIVE-EXPIRE 0", done, "SET k word PX 1", done, "SET clock v PX 2", done)
	t.Until("the clock has expired", func() bool { return c.Call("GET", "clock").Null })
	speak(c, plain, "SET same word EX 1000", done)
	all := c.Call("DEBUG", "DIGEST-VALUE", "k", "same").Strings()
	require.Equal(t, all[0], all[1])
	speak(c, plain, "DBSIZE", ":2\r\n", "DEBUG OBJECT clock", noSuchKey, "EXISTS k", zero, "DBSIZE", one, "SET k word PX 1", done, "DEBUG SET-ACTIVE-EXPIRE 1", done)
	awaitSize(t, c, 1)
}

var objectLine = regexp.MustCompile(`^Value at:0x[0-9a-f]+ refcount:(\d+) encoding:(\w+) serializedlength:(\d+) lru:\d+ lru_seconds_idle:\d+( ql_nodes:\d+ ql_avg_node:\d+\.\d\d ql_listpack_max:-?\d+ ql_compressed:0 ql_uncompressed_size:\d+)?$`)

func tellsObjects(t *T) {
	c := t.Dial()
	for _, v := range []struct{ make, refcount, encoding, length, list string }{
		{"SET k v", "1", "embstr", "2", ""},
		{"SET k 5", "2147483647", "int", "2", ""},
		{"SET k 12345", "1", "int", "3", ""},
		{"SET k 1234567", "1", "int", "5", ""},
		{"SET k 12345678901", "1", "int", "12", ""},
		{"SET k 0123456789abcdefghij", "1", "embstr", "21", ""},
		{"SADD k a b", "1", "hashtable", "5", ""},
		{"SADD k 1 2 x", "1", "hashtable", "7", ""},
		{"SADD k 1 2 3", "1", "intset", "15", ""},
		{"HSET k a b", "1", "listpack", "14", ""},
		{"ZADD k 1 a", "1", "listpack", "13", ""},
		{"RPUSH k a b c", "1", "quicklist", "19", " ql_nodes:1 ql_avg_node:3.00 ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:16"},
	} {
		c.Call(strings.Fields(v.make)...)
		got := objectLine.FindStringSubmatch(c.Call("DEBUG", "OBJECT", "k").Text)
		require.NotNil(t, got, v.make)
		require.Equal(t, []string{v.refcount, v.encoding, v.length, v.list}, got[1:], v.make)
		c.Call("DEL", "k")
	}
}

// reloads has values of every type loaded again, and compares.
func reloads(how string, before ...string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		setEveryType(c)
		for i := range 300 {
			n := strconv.Itoa(i)
			c.Call("RPUSH", "long list", strings.Repeat("element ", 10)+n)
			c.Call("SADD", "long set", "member"+n)
			c.Call("HSET", "long hash", "field"+n, n)
			c.Call("ZADD", "long zset", n, "member"+n)
			c.Call("SET", "key:"+n, n)
		}
		c.Call("SETRANGE", "raw", "0", "12345")
		digest, size := c.Call("DEBUG", "DIGEST").Text, c.Call("DBSIZE").Int
		if len(before) > 0 {
			c.Call(before...)
		}
		for range 3 {
			speak(c, plain, "DEBUG "+how, done)
			require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text)
			require.Equal(t, size, c.Call("DBSIZE").Int)
		}
		for key, encoding := range map[string]string{"s": "embstr", "n": "int", "big": "raw", "l": "quicklist", "si": "intset", "ss": "hashtable", "h": "listpack", "hh": "hashtable", "z": "listpack", "zz": "skiplist", "long set": "hashtable", "long hash": "listpack", "long zset": "skiplist", "raw": "int"} {
			if key != "raw" || how == "RELOAD" {
				c.Exchange(cmd("OBJECT", "ENCODING", key), bulk(encoding))
			}
		}
		speak(c, plain, "EXPIRETIME e", ":"+year2100+"\r\n", "SELECT 9", done, "SMEMBERS x", bulks("1"), "SET more v", done, "SELECT 0", done)
		digest = c.Call("DEBUG", "DIGEST").Text
		speak(c, plain, "DEBUG "+how, done)
		require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text)
	}
}

func reloadIsNotLogged(t *T) {
	d := newDisk(t)
	s, c := d.start(debuggable...)
	setEveryType(c)
	digest, before := c.Call("DEBUG", "DIGEST").Text, d.read(incr1)
	speak(c, plain, "DEBUG RELOAD", done, "DEBUG LOADAOF", done)
	require.Equal(t, before, d.read(incr1))
	require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text)
	speak(c, plain, "SET new v", done)
	digest = c.Call("DEBUG", "DIGEST").Text
	s.Kill()
	_, c = d.start(debuggable...)
	require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text)
}

// reloadsBesideRewrite loads at several moments of a rewrite, and writes on.
func reloadsBesideRewrite(t *T) {
	d := newDisk(t)
	s, c := d.start(debuggable...)
	setEveryType(c)
	setMany(t, c, "key:", 0, 20_000, 100)
	for round, how := range []string{"RELOAD", "LOADAOF", "RELOAD", "LOADAOF", "RELOAD"} {
		c.Call("BGREWRITEAOF")
		for range round { // the walk goes on between two requests
			c.Exchange(cmd("INCR", "n"), integer(c.Call("INCR", "n").Int+1))
		}
		digest := c.Call("DEBUG", "DIGEST").Text
		speak(c, plain, "DEBUG "+how, done)
		require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text, how)
		speak(c, plain, "DEL key:"+strconv.Itoa(round), one, "RPUSH rounds "+how, integer(int64(round+1)))
	}
	t.Until("no rewrite is under way", func() bool {
		return strings.Contains(c.Call("INFO", "persistence").Text, "aof_rewrite_in_progress:0\r\n")
	})
	speak(c, plain, "SET last v", done)
	digest := c.Call("DEBUG", "DIGEST").Text
	s.Kill()
	_, c = d.start(debuggable...)
	require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text)
}

// digestsAgree has random values of every type in the log, of one server and of redis-server in
// turn; each loads what the other one has written, and rewrites it.
func digestsAgree(t *T) {
	d := newDisk(t, "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--enable-debug-command", "yes", "--appendfsync", "no")
	random := rand.New(rand.NewPCG(8, 15))
	s, c := d.start()
	digest := emptyDigest
	for round := range 4 {
		require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text, "round %d", round)
		for range 800 {
			change(c, random)
		}
		if round%2 == 1 {
			d.rewriteNow(c)
		}
		for range 100 {
			change(c, random)
		}
		digest = c.Call("DEBUG", "DIGEST").Text
		require.NoError(t, s.Signal(syscall.SIGTERM))
		<-s.Exited()
		if round%2 == 0 {
			s, c = d.startRedis()
		} else {
			s, c = d.start()
		}
	}
	require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text)
}

// rewriteNow has the log rewritten, and waits for that.
func (d *disk) rewriteNow(c *conformance.Conn) {
	c.Exchange(cmd("BGREWRITEAOF"), rewriting)
	d.t.Until("the log is rewritten", func() bool {
		text := c.Call("INFO", "persistence").Text
		return strings.Contains(text, "aof_rewrite_in_progress:0\r\n") && strings.Contains(text, "aof_rewrite_scheduled:0\r\n")
	})
}

// change changes something about a key.
func change(c *conformance.Conn, random *rand.Rand) {
	word := func() string { return strings.Repeat("x", random.IntN(3)*40) + strconv.Itoa(random.IntN(300)-100) }
	score := strconv.FormatFloat(random.NormFloat64()*math.Pow(10, float64(random.IntN(40)-20)), 'g', -1, 64)
	key := strconv.Itoa(random.IntN(12))
	switch random.IntN(16) {
	case 0, 1:
		c.Call("SADD", "s"+key, strconv.Itoa(random.IntN(1_000_000)), word())
	case 2:
		c.Call("SADD", "i"+key, strconv.Itoa(random.IntN(1_000_000)))
	case 3, 4:
		c.Call("HSET", "h"+key, word(), word())
	case 5, 6:
		c.Call("ZADD", "z"+key, score, word())
	case 7:
		c.Call("RPUSH", "l"+key, word(), word(), word())
	case 8:
		c.Call("LPOP", "l"+key)
	case 9:
		c.Call("SET", "t"+key, word())
	case 10:
		c.Call("APPEND", "t"+key, word())
	case 11:
		c.Call("ZINCRBY", "z"+key, score, word())
	case 12:
		c.Call("SREM", "i"+key, strconv.Itoa(random.IntN(1_000_000)))
	case 13:
		c.Call("SORT", "l"+key, "ALPHA", "STORE", "sorted"+key)
	case 14:
		kinds := "sihzlt"
		c.Call("COPY", string(kinds[random.IntN(6)])+key, "copy"+key, "DB", strconv.Itoa(random.IntN(3)), "REPLACE")
	case 15:
		c.Call("RENAME", "copy"+key, "renamed"+strconv.Itoa(random.IntN(30)))
		c.Call("EXPIRE", "renamed"+key, "100000")
	}
}
