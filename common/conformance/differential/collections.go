// collections.go: the commands of chapter 8 on lists, sets, hashes, sorted sets, strings and
// keys, drawn from their grammars.
//
// What comes by chance is left out, or compared by its shape (same.go): SPOP takes all
// members or none. Ranges by name are asked of sorted sets whose scores are all alike, for
// Redis itself answers others by chance. Scores are sums of halves, so that the order of
// adding makes no difference.

package differential

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// CollectionKeys is every key that Collections may set, mostly to what its name begins with.
var CollectionKeys = []string{"list", "list2", "set", "set2", "set3", "hash", "hash2", "zset", "zset2", "zset3", "text", "text2", "hll", "hll2", "names", "names2"}

// CollectionDatabases are the databases that it uses.
var CollectionDatabases = []string{"0", "1"}

var collectionTemplates = []struct {
	weight    int
	templates []string
}{
	{5, []string{ // lists
		"(LPUSH|RPUSH) l e+", "(LPUSH|RPUSH) l e+", "(LPUSH|RPUSH) l e+", "(LPUSHX|RPUSHX) l e+", "(LPOP|RPOP) l [n]", "LLEN l", "LRANGE l i i", "LRANGE l i i", "LINDEX l i", "LSET l i e", "LINSERT l (BEFORE|AFTER) e e", "LREM l i e", "LTRIM l i i",
		"LPOS l e [RANK i] [COUNT n] [MAXLEN n]", "LMOVE l l (LEFT|RIGHT) (LEFT|RIGHT)", "RPOPLPUSH l l", "LMPOP 2 l l (LEFT|RIGHT) [COUNT n]", "OBJECT ENCODING l",
	}},
	{5, []string{ // sets
		"SADD s e+", "SADD s e+", "SADD s e+", "SREM s e+", "SISMEMBER s e", "SMISMEMBER s e+", "SCARD s", "SMEMBERS s", "SMOVE s s e", "SPOP s 500", "SPOP s 0", "SRANDMEMBER s [c]", "(SINTER|SUNION|SDIFF) s+", "(SINTERSTORE|SUNIONSTORE|SDIFFSTORE) s s+",
		"SINTERCARD 2 s s [LIMIT n]", "SINTERCARD 1 s [LIMIT n]", "SSCAN s 0 COUNT 1000 [MATCH pattern]", "OBJECT ENCODING s",
	}},
	{5, []string{ // hashes
		"(HSET|HMSET) h (e e)+", "(HSET|HMSET) h (e e)+", "HSETNX h e e", "HGET h e", "HMGET h e+", "HDEL h e+", "(HGETALL|HKEYS|HVALS) h", "HLEN h", "HSTRLEN h e", "HEXISTS h e", "HINCRBY h e amount", "HINCRBYFLOAT h e float", "HRANDFIELD h [c [WITHVALUES]]",
		"HSCAN h 0 COUNT 1000 [MATCH pattern]", "OBJECT ENCODING h",
	}},
	{8, []string{ // sorted sets
		"ZADD z (score e)+", "ZADD z (score e)+", "ZADD z [NX|XX] [GT|LT] [CH] [INCR] (score e)+", "ZINCRBY z score e", "ZREM z e+", "ZCARD z", "ZSCORE z e", "ZMSCORE z e+", "(ZRANK|ZREVRANK) z e",
		"ZRANGE z i i [REV] [WITHSCORES]", "ZRANGE z b b BYSCORE [REV] [LIMIT i i] [WITHSCORES]", "ZREVRANGE z i i [WITHSCORES]", "(ZRANGEBYSCORE|ZREVRANGEBYSCORE) z b b [WITHSCORES] [LIMIT i i]", "ZCOUNT z b b", "ZREMRANGEBYRANK z i i", "ZREMRANGEBYSCORE z b b",
		"ZRANGESTORE z z i i [REV]", "ZRANGESTORE z z b b BYSCORE [REV] [LIMIT i i]", "(ZPOPMIN|ZPOPMAX) z [n]", "ZMPOP 2 z z (MIN|MAX) [COUNT n]", "(ZUNION|ZINTER) 2 zs zs [WEIGHTS score score] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]", "ZDIFF 2 zs zs [WITHSCORES]",
		"(ZUNIONSTORE|ZINTERSTORE) z 2 zs zs [WEIGHTS score score] [AGGREGATE (SUM|MIN|MAX)]", "ZDIFFSTORE z 2 zs zs", "ZINTERCARD 2 zs zs [LIMIT n]", "ZRANDMEMBER z [c [WITHSCORES]]", "ZSCAN z 0 COUNT 1000 [MATCH pattern]", "OBJECT ENCODING z",
	}},
	{3, []string{ // sorted sets of one score
		"ZADD y (0 e)+", "ZADD y (0 e)+", "ZADD y (0 e)+", "ZREM y e+", "ZRANGE y x x BYLEX [REV] [LIMIT i i]", "(ZRANGEBYLEX|ZREVRANGEBYLEX) y x x [LIMIT i i]", "ZLEXCOUNT y x x", "ZREMRANGEBYLEX y x x", "ZRANGESTORE y y x x BYLEX [REV] [LIMIT i i]",
	}},
	{6, []string{ // strings
		"SET a e", "SET a e", "SET a float", "APPEND a e", "(GETRANGE|SUBSTR) a i i", "SETRANGE a o e", "STRLEN a", "MGET any+", "(MSET|MSETNX) (a e)+", "GETSET a e", "GETDEL a", "GETEX a [PERSIST|EX seconds|PXAT 4102444800000]", "SETNX a e", "(SETEX a seconds e|PSETEX a milliseconds e)", "INCRBYFLOAT a float", "INCRBY a amount", "DECR a", "GET a",
		"SETBIT a o bit", "GETBIT a o", "BITCOUNT a [i i [BYTE|BIT]]", "BITPOS a bit [i [i [BYTE|BIT]]]", "BITOP (AND|OR|XOR) a a+", "BITOP NOT a a", "BITFIELD a (GET width at|SET width at amount|INCRBY width at amount|OVERFLOW (WRAP|SAT|FAIL))+", "BITFIELD_RO a (GET width at)+", "LCS a a [LEN|IDX [MINMATCHLEN n] [WITHMATCHLEN]]",
	}},
	{1, []string{"PFADD p e+", "PFADD p e+", "PFCOUNT p+", "PFMERGE p p+", "GET p"}},
	{6, []string{ // keys
		"(DEL|UNLINK) any", "(EXISTS|TOUCH) any+", "TYPE any", "(RENAME|RENAMENX) any any", "COPY any any [DB db] [REPLACE]", "EXPIRE any seconds [NX|XX|GT|LT]", "PEXPIRE any milliseconds [NX|XX|GT|LT]", "(EXPIREAT any 4102444800|PEXPIREAT any 4102444800000)", "(EXPIRE any -1)", "PERSIST any", "(TTL|PTTL|EXPIRETIME) any",
		"OBJECT ENCODING any", "MOVE any db", "SELECT db", "SWAPDB db db", "KEYS pattern", "DBSIZE", "SCAN 0 COUNT 1000 [MATCH pattern] [TYPE (string|list|set|hash|zset)]",
	}},
	{3, []string{"MULTI", "EXEC", "EXEC", "DISCARD"}},
}

// collectionWords are the generators that templates name.
var collectionWords = func() map[string]*rapid.Generator[Word] {
	words := map[string]*rapid.Generator[Word]{}
	of := func(name string, options ...string) {
		words[name] = rapid.Custom(func(t *rapid.T) Word { return Word{Text: pick(options...).Draw(t, name)} })
	}
	// A key is mostly of the type that the command wants.
	own := func(name string, keys ...string) {
		of(name, slices.Concat(slices.Repeat(keys, 24/len(keys)), CollectionKeys[:len(CollectionKeys)-4])...)
	}
	own("l", "list", "list2")
	own("s", "set", "set2", "set3")
	own("h", "hash", "hash2")
	own("z", "zset", "zset2", "zset3")
	own("a", "text", "text2")
	own("zs", "zset", "zset2", "zset3", "set")
	of("y", "names", "names2")
	of("p", "hll", "hll2")
	of("any", CollectionKeys[:len(CollectionKeys)-2]...)
	of("e", "a", "b", "c", "d", "1", "2", "3", "-1", "10", "100000", "1.5", "", "01", "9223372036854775807", "9223372036854775808", "\x00\xff\r\n", "B", "aa", strings.Repeat("long", 20), strings.Repeat("0123456789", 30))
	of("i", "0", "1", "2", "3", "5", "10", "100", "-1", "-2", "-3", "-10", "-100", "9223372036854775807", "-9223372036854775807")
	of("n", "0", "1", "2", "3", "10", "1", "2", "1000000", "-1", "9223372036854775807")
	of("c", "0", "1", "2", "5", "100", "-1", "-5")
	of("o", "0", "1", "2", "7", "8", "9", "30", "100", "1000")
	of("bit", "0", "1", "1")
	of("width", "u1", "i8", "u8", "i5", "u63", "i64", "u16", "i65", "u64")
	of("at", "0", "1", "7", "#1", "#2", "100")
	of("score", "0", "1", "2", "3", "-1", "1.5", "-2.5", "1e3", "inf", "-inf", "0", "1", "2")
	of("b", "0", "1", "2", "(1", "(2", "-inf", "+inf", "-inf", "inf", "1.5", "(-1", "(inf", "1000")
	of("x", "-", "+", "[a", "(a", "[b", "(c", "[1", "[", "(", "[B", "-", "+")
	of("float", "1", "-1", "0.1", "1.5", "1e3", "3.0e-2", "-2.25", "10", "0")
	of("amount", "1", "-1", "5", "100", "9223372036854775807", "-9223372036854775808", "127", "200")
	of("pattern", "*", "a*", "?", "[0-9]*", "*2", "set*", "long*")
	of("db", CollectionDatabases...)
	words["seconds"] = timeFromNow(time.Second)
	words["milliseconds"] = timeFromNow(time.Millisecond)
	return words
}()

func timeFromNow(unit time.Duration) *rapid.Generator[Word] {
	return rapid.Custom(func(t *rapid.T) Word { return Word{Unit: unit, Thousand: pick(1, 2, 3).Draw(t, "thousand hours")} })
}

// spoilt are words that a command may get in the place of one of its own.
var spoilt = pick("x", "", "-1", "1.5", "nan", "9223372036854775808", "\x00", "(1", "[a", "NX", "COUNT", "WITHSCORES", "1 ")

// spoil makes a command wrong, in some way. Those that ask for less than all by chance then
// stay as they are, and those whose scores must be alike.
func spoil(t *rapid.T, c Command) Command {
	name := strings.ToUpper(c[0].Text)
	if strings.HasSuffix(name, "SCAN") || name == "SPOP" || len(c) > 1 && strings.HasPrefix(c[1].Text, "names") {
		return c
	}
	switch i := rapid.IntRange(1, 1<<16).Draw(t, "place") % len(c); pick(0, 1, 2, 3).Draw(t, "how") {
	case 0:
		return c[:len(c)-1+min(1, 1/len(c))]
	case 1:
		return append(c, Word{Text: spoilt.Draw(t, "word")})
	default:
		if i > 0 {
			c[i] = Word{Text: spoilt.Draw(t, "word")}
		}
		return c
	}
}

// Collections makes up to 100 commands on collections, some of them in transactions.
func Collections() *rapid.Generator[Sequence] {
	var parsed []template
	for _, family := range collectionTemplates {
		var all anyOf
		for _, line := range family.templates {
			all = append(all, parse(line))
		}
		for range family.weight {
			parsed = append(parsed, all)
		}
	}
	command := rapid.Custom(func(t *rapid.T) Command {
		c := pick(parsed...).Draw(t, "family").draw(t, collectionWords)
		if rapid.IntRange(0, 1<<10).Draw(t, "spoil")%16 == 15 {
			return spoil(t, c)
		}
		return c
	})
	least := pick(1, 60, 60, 60)
	return rapid.Custom(func(t *rapid.T) Sequence {
		return rapid.SliceOfN(command, least.Draw(t, "least"), 100).Draw(t, "commands")
	})
}

// CollectionLimits makes sizes up to which collections are kept in one block: CONFIG SET
// and pairs. They are small, so that sequences pass them.
func CollectionLimits() *rapid.Generator[[]string] {
	return rapid.Custom(func(t *rapid.T) []string {
		size := func(name string, options ...string) string { return pick(options...).Draw(t, name) }
		return []string{
			"CONFIG", "SET", "list-max-listpack-size", size("list", "-2", "3", "1", "128", "-1"), "set-max-intset-entries", size("set", "512", "4", "1", "0"),
			"hash-max-listpack-entries", size("hash", "512", "4", "8"), "hash-max-listpack-value", size("hash value", "64", "5"), "zset-max-listpack-entries", size("zset", "128", "4", "0"), "zset-max-listpack-value", size("zset value", "64", "5"),
		}
	})
}

// EverythingOf is what is asked of a key in the end, whatever its type.
func EverythingOf(key string) [][]string {
	return [][]string{
		{"TYPE", key}, {"OBJECT", "ENCODING", key}, {"PTTL", key}, {"PEXPIRETIME", key}, {"GET", key}, {"LRANGE", key, "0", "-1"}, {"SMEMBERS", key}, {"HGETALL", key}, {"ZRANGE", key, "0", "-1", "WITHSCORES"},
	}
}
