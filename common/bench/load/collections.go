// collections.go: rows of lists, sets, sorted sets, hashes, and of what is built on them.
//
// One large collection has as many members as there are keys (-keys), and the member of each
// request is drawn as keys are. What takes elements out is half of its row: the other half
// brings as many new ones in, so that the collection stays as large as it is.
//
//	spop      SPOP pop:set            SADD pop:set mem:<a new one>
//	zpopmin   ZPOPMIN pop:zset        ZADD pop:zset 1<n> mem:<n>
//
// Replies that a server may order or choose as it likes are compared but for the digits of
// the members (withDigits).

package load

import (
	"fmt"
	"slices"
	"strings"
)

const (
	smallHash   = 50
	smallSet    = 1000
	placesCount = 10_000
	ranged      = 10
)

var collectionRows = []Row{
	{Name: "mset", From: 8, Build: mset, Load: Set},
	{Name: "lpush", From: 8, Build: push("LPUSH", "grow:list")},
	{Name: "rpush", From: 8, Build: push("RPUSH", "grow:list")},
	{Name: "lpop", From: 8, Build: pop("LPOP"), Also: push("RPUSH", "pop:list"), Load: push("RPUSH", "pop:list")},
	{Name: "rpop", From: 8, Build: pop("RPOP"), Also: push("LPUSH", "pop:list"), Load: push("RPUSH", "pop:list")},
	{Name: "lrange_100", From: 8, Build: lrange(100), Load: push("RPUSH", "range:list"), Count: 600},
	{Name: "lrange_600", From: 8, Build: lrange(600), Load: push("RPUSH", "range:list"), Count: 600},
	{Name: "sadd", From: 8, Build: sadd("set"), Load: sadd("set")},
	{Name: "sismember", From: 8, Build: sismember, Load: sadd("set")},
	{Name: "spop", From: 8, Build: spop, Also: sadd("pop:set"), Load: sadd("pop:set"), Fresh: true},
	{Name: "sinter", From: 8, Build: sinter, Load: sadd("inter:1"), LoadAlso: sadd("inter:2"), Count: smallSet},
	{Name: "hset", From: 8, Build: hsetKey, Load: hsetKey},
	{Name: "hget", From: 8, Build: hgetKey, Load: hsetKey},
	{Name: "hset_100", From: 8, Build: hset("hash:100"), Load: hset("hash:100"), Count: 100},
	{Name: "hget_100", From: 8, Build: hget, Load: hset("hash:100"), Count: 100},
	{Name: "hgetall_50", From: 8, Build: hgetall, Load: hset("hash:50"), Count: smallHash},
	{Name: "zadd", From: 8, Build: zadd("zset"), Load: zaddAlike("zset")},
	{Name: "zadd_1000", From: 8, Build: zadd("zset:1000"), Load: zaddAlike("zset:1000"), Count: 1000},
	{Name: "zscore", From: 8, Build: zscore, Load: zaddAlike("zset")},
	{Name: "zrank", From: 8, Build: zrank, Load: zaddAlike("zset")},
	{Name: "zpopmin", From: 8, Build: zpopmin, Also: zaddAlike("pop:zset"), Load: zaddAlike("pop:zset"), Fresh: true},
	{Name: "zrange", From: 8, Build: zrange, Load: zaddAlike("zset")},
	{Name: "pfadd", From: 8, Build: func(int) Template { return Command(anInteger, "PFADD", "hll", NumberedKey("mem:")) }},
	{Name: "geoadd", From: 8, Build: geoadd("geo"), Load: geoadd("geo"), Count: placesCount},
	{Name: "geosearch", From: 8, Build: geosearch, Load: alike(geoadd("geo:line")), Count: placesCount},
}

// alike makes all numbers of a request the same one.
func alike(build func(int) Template) func(int) Template {
	return func(size int) Template {
		t := build(size)
		t.Alike = true
		return t
	}
}

// A member is 16 bytes, as keys are; a score has 13 digits, whatever its number is.
var (
	aMember   = NumberedKey("mem:")
	aScore    = NumberedKey("1")
	member    = "$16\r\nmem:############\r\n"
	score     = "$13\r\n1############\r\n"
	bulkValue = func(size int) string { return fmt.Sprintf("$%d\r\n%s\r\n", size, Value(size)) }
)

// mset sets ten keys.
func mset(size int) Template {
	args := []string{"MSET"}
	for range 10 {
		args = append(args, NumberedKey("key:"), Value(size))
	}
	return Command(exactly("+OK\r\n"), args...)
}

func push(command, key string) func(int) Template {
	return func(size int) Template { return Command(anInteger, command, key, Value(size)) }
}

func pop(command string) func(int) Template {
	return func(size int) Template { return Command(exactly(bulkValue(size)), command, "pop:list") }
}

func lrange(n int) func(int) Template {
	return func(size int) Template {
		reply := fmt.Sprintf("*%d\r\n", n) + strings.Repeat(bulkValue(size), n)
		return Command(exactly(reply), "LRANGE", "range:list", "0", fmt.Sprint(n-1))
	}
}

func sadd(key string) func(int) Template {
	return func(int) Template { return Command(anInteger, "SADD", key, aMember) }
}

func sismember(int) Template { return Command(exactly(":1\r\n"), "SISMEMBER", "set", aMember) }

func spop(int) Template { return Command(withDigits(member), "SPOP", "pop:set") }

func sinter(int) Template {
	return Command(withDigits(fmt.Sprintf("*%d\r\n", smallSet)+strings.Repeat(member, smallSet)), "SINTER", "inter:1", "inter:2")
}

// hsetKey is HSET of a small hash of its own for each number, and hset of a field of one.
func hsetKey(size int) Template {
	return Command(anInteger, "HSET", NumberedKey("hsh:"), "field", Value(size))
}

func hgetKey(size int) Template {
	return Command(exactly(bulkValue(size)), "HGET", NumberedKey("hsh:"), "field")
}

func hset(key string) func(int) Template {
	return func(size int) Template { return Command(anInteger, "HSET", key, aMember, Value(size)) }
}

func hget(size int) Template { return Command(exactly(bulkValue(size)), "HGET", "hash:100", aMember) }

func hgetall(size int) Template {
	reply := fmt.Sprintf("*%d\r\n", 2*smallHash) + strings.Repeat(member+bulkValue(size), smallHash)
	return Command(withDigits(reply), "HGETALL", "hash:50")
}

// zadd gives a member another score; zaddAlike gives each one a score of its own.
func zadd(key string) func(int) Template {
	return func(int) Template { return Command(anInteger, "ZADD", key, aScore, aMember) }
}

func zaddAlike(key string) func(int) Template { return alike(zadd(key)) }

func zscore(int) Template { return Command(withDigits(score), "ZSCORE", "zset", aMember) }

func zrank(int) Template { return Command(anInteger, "ZRANK", "zset", aMember) }

func zpopmin(int) Template {
	return Command(withDigits("*2\r\n"+member+score), "ZPOPMIN", "pop:zset")
}

func zrange(int) Template {
	reply := fmt.Sprintf("*%d\r\n", ranged) + strings.Repeat(member, ranged)
	return Command(withDigits(reply), "ZRANGE", "zset", "0", fmt.Sprint(ranged-1))
}

// geoadd puts a member anywhere between the meridians of 0 and 100 degrees and the parallels
// of 0 and 10, or on a line from corner to corner where the numbers are alike.
func geoadd(key string) func(int) Template {
	return func(int) Template {
		return Command(anInteger, "GEOADD", key, NumberedKey("")+"e-2", NumberedKey("")+"e-3", aMember)
	}
}

// geosearch finds the next ten of some two hundred on the line.
func geosearch(int) Template {
	args := strings.Fields("GEOSEARCH geo:line FROMLONLAT 50 5 BYRADIUS 100 km ASC COUNT")
	return Command(withDigits(fmt.Sprintf("*%d\r\n", ranged)+strings.Repeat(member, ranged)), slices.Concat(args, []string{fmt.Sprint(ranged)})...)
}
