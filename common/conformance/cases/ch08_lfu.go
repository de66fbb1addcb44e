// ch08_lfu.go: keys that are used seldom go first: what counts as a use, what OBJECT FREQ
// tells, and what is evicted.
//
// With lfu-log-factor 0 every use counts, and with lfu-decay-time 0 none is forgotten: then
// a counter is exact.

package cases

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const underLFU = "-ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.\r\n"

// everyUse is a server whose counters are exact.
var everyUse = []string{"--maxmemory-policy", "allkeys-lfu", "--lfu-log-factor", "0", "--lfu-decay-time", "0"}

func lfu() list {
	rows := list{
		{Name: "a counter of uses begins with 5, and each use of a string counts", Args: everyUse, Run: counts(
			"SET @k word", 5, "SET @k word", 6, "GET @k", 7, "SET @k word XX", 8, "SET @k word NX", 9, "SET @k word KEEPTTL", 10, "GET @k", 11, "SET @k word GET", 13,
			"SET @k 20000", 14, "INCR @k", 15, "INCRBY @k 5", 16, "DECR @k", 17, "SET @k "+strings.Repeat("long", 100), 18, "EXPIRE @k 1000", 19, "PERSIST @k", 20,
		)},
		{Name: "to ask about a key counts for nothing", Args: everyUse, Run: counts(
			"SET @k word EX 1000", 5, "TTL @k", 5, "PTTL @k", 5, "TYPE @k", 5, "EXISTS @k @k", 5, "OBJECT ENCODING @k", 5, "OBJECT REFCOUNT @k", 5, "EXPIRETIME @k", 5, "MEMORY USAGE @k", 5, "KEYS *", 5, "DBSIZE", 5,
		)},
		{Name: "a key that is deleted forgets", Args: everyUse, Run: counts("SET @k word", 5, "GET @k", 6, "DEL @k", -1, "SET @k word", 5, "GET @k", 6)},
		{Name: "uses in a transaction count as others do", Args: everyUse, Run: counts("SET @k word", 5, "MULTI", -2, "GET @k", -2, "SET @k 20000 XX", -2, "INCR @k", -2, "EXEC", 8)},
		{Name: "each use of a string counts once, or as often as Redis looks it up", Args: everyUse, Run: counts(
			"SET @k word", 5, "APPEND @k x", 6, "SETRANGE @k 1 abc", 7, "GETRANGE @k 0 1", 8, "STRLEN @k", 9, "GETSET @k y", 11,
			"MGET @k @k", 13, "MSET @k 20000", 14, "INCR @k", 15, "INCRBYFLOAT @k 1.5", 16, "SETEX @k 100 v", 17, "PSETEX @k 100000 v", 18,
			"SETNX @k v", 19, "GETEX @k", 20, "GETEX @k persist", 21, "SETBIT @k 3 1", 22, "GETBIT @k 3", 23, "BITCOUNT @k", 24,
			"BITPOS @k 1", 25, "BITFIELD @k set u8 0 7", 26, "BITFIELD @k get u8 0", 27, "BITOP not @k @k", 29, "LCS @k @k", 31, "SET @k w nx", 32,
			"SET @k w xx get", 34, "MSETNX @k v", 35, "SUBSTR @k 0 1", 36, "EXPIRE @k 100", 37, "PEXPIREAT @k 99999999999999", 38, "PERSIST @k", 39,
			"TOUCH @k @k", 41, "RENAME @k @j", -1, "RENAME @j @k", 43, "COPY @k @j", 44, "COPY @j @k replace", 5, "GETDEL @k", -1,
		)},
		{Name: "each use of a list counts once, or as often as Redis looks it up", Args: everyUse, Run: counts(
			"RPUSH @k a b c", 5, "LPUSH @k x", 6, "LPUSHX @k y", 7, "LLEN @k", 8, "LINDEX @k 0", 9, "LSET @k 0 z", 10,
			"LRANGE @k 0 -1", 11, "LINSERT @k before a q", 12, "LREM @k 0 q", 13, "LTRIM @k 0 3", 14, "LPOS @k a", 15, "LMOVE @k @k left right", 17,
			"RPOPLPUSH @k @k", 19, "LPOP @k", 20, "LMPOP 1 @k left", 21, "SORT @k alpha", 22, "SORT @k alpha store @k", 24, "SORT @k by nosort", 25,
			"BLPOP @k 1", 26, "DEL @k", -1,
		)},
		{Name: "each use of a set counts once, or as often as Redis looks it up", Args: everyUse, Run: counts(
			"SADD @k a b c", 5, "SREM @k c", 6, "SISMEMBER @k a", 7, "SMISMEMBER @k a b", 8, "SCARD @k", 9, "SMEMBERS @k", 10,
			"SRANDMEMBER @k", 11, "SINTER @k @k", 13, "SINTERCARD 1 @k", 14, "SUNIONSTORE @k @k", 16, "SMOVE @k @k a", 18, "SSCAN @k 0", 19,
			"SPOP @k", 20, "SORT @k alpha", 21, "DEL @k", -1,
		)},
		{Name: "each use of a hash counts once, or as often as Redis looks it up", Args: everyUse, Run: counts(
			"HSET @k a 1 b 2", 5, "HGET @k a", 6, "HMGET @k a b", 7, "HINCRBY @k a 1", 8, "HINCRBYFLOAT @k a 1", 9, "HDEL @k b", 10,
			"HLEN @k", 11, "HEXISTS @k a", 12, "HGETALL @k", 13, "HKEYS @k", 14, "HSETNX @k a 1", 15, "HSTRLEN @k a", 16,
			"HSCAN @k 0", 17, "HRANDFIELD @k", 18, "DEL @k", -1,
		)},
		{Name: "each use of a sorted set counts once, or as often as Redis looks it up", Args: everyUse, Run: counts(
			"ZADD @k 1 a 2 b 3 c", 5, "ZINCRBY @k 1 a", 6, "ZSCORE @k a", 7, "ZMSCORE @k a b", 8, "ZRANK @k a", 9, "ZCARD @k", 10,
			"ZCOUNT @k 0 9", 11, "ZRANGE @k 0 -1", 12, "ZRANGESTORE @k @k 0 -1", 14, "ZUNIONSTORE @k 1 @k", 16, "ZINTER 1 @k", 17, "ZPOPMIN @k", 18,
			"ZREM @k nosuch", 19, "ZSCAN @k 0", 20, "ZRANDMEMBER @k", 21, "ZMPOP 1 @k min", 22, "ZREMRANGEBYRANK @k 5 6", 23, "SORT @k by nosort", 24,
			"DEL @k", -1,
		)},
		{Name: "a counter ends at 255", Args: everyUse, Run: countsTo255},
		{Name: "with lfu-log-factor a counter is raised the more seldom the higher it is", Args: []string{"--maxmemory-policy", "volatile-lfu", "--lfu-decay-time", "0"}, Run: countsSeldom},
		{Name: "OBJECT FREQ tells nothing of a key that is not there", Args: everyUse, Run: dialogue("OBJECT FREQ @k", nilBulk, "OBJECT IDLETIME @k", nilBulk)},
		{Name: "OBJECT FREQ wants an LFU policy and OBJECT IDLETIME another one, at any time", Own: true, Run: switchesPolicies},
		{Name: "LFU's settings are what Redis has", Own: true, Run: dialogue(
			"CONFIG GET lfu-log-factor", array(bulk("lfu-log-factor"), bulk("10")), "CONFIG GET lfu-decay-time", array(bulk("lfu-decay-time"), bulk("1")),
			"CONFIG SET lfu-log-factor 2147483647 lfu-decay-time 0", done, "CONFIG GET lfu-log-factor", array(bulk("lfu-log-factor"), bulk("2147483647")), "CONFIG GET lfu-decay-time", array(bulk("lfu-decay-time"), bulk("0")),
			"CONFIG SET lfu-log-factor -1", setFailed("lfu-log-factor", between("0", "2147483647")), "CONFIG SET lfu-decay-time 2147483648", setFailed("lfu-decay-time", between("0", "2147483647")),
			"CONFIG SET lfu-log-factor ten", setFailed("lfu-log-factor", notParsed), "CONFIG SET lfu-decay-time 1.5", setFailed("lfu-decay-time", notParsed),
			"CONFIG SET maxmemory-policy lfu", setFailed("maxmemory-policy", "argument(s) must be one of the following: volatile-lru, volatile-lfu, volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, noeviction"),
			"CONFIG SET maxmemory-policy ALLKEYS-LFU", done, "CONFIG GET maxmemory-policy", array(bulk("maxmemory-policy"), bulk("allkeys-lfu")),
		)},
		{Name: "what the log gives back is used as what is new", Run: loadsUnderLFU},
	}
	for _, policy := range []string{"allkeys-lfu", "volatile-lfu"} {
		under := []string{"--maxmemory", "5mb", "--maxmemory-policy", policy}
		rows = append(
			rows,
			conformance.Case{Name: policy + " keeps memory at the limit", Args: under, Run: keepsToLimit(policy)},
			conformance.Case{Name: policy + " evicts no more than it must", Args: noLimit, Run: evictsNoMore(policy)},
			conformance.Case{Name: policy + " keeps the keys that are used often, and not those that were used last", Args: noLimit, Run: keepsWhatIsUsedOften(policy)},
		)
	}
	return in(8, lesson8LFU, append(
		rows,
		conformance.Case{Name: "volatile-lfu never evicts a key without a TTL", Args: []string{"--maxmemory", "5mb", "--maxmemory-policy", "volatile-lfu"}, Run: sparesOthers},
		conformance.Case{Name: "volatile-lfu refuses writes when no key with a TTL is left", Args: []string{"--maxmemory", "5mb", "--maxmemory-policy", "volatile-lfu"}, Run: refusesWithoutVictims},
	))
}

// counts goes through requests, each followed by what OBJECT FREQ tells of the key k after
// it: -1 that there is none, and -2 that it is not asked.
func counts(steps ...any) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		for i := 0; i+1 < len(steps); i += 2 {
			c.Send(own.cmd(steps[i].(string)))
			c.Reply()
			switch want := steps[i+1].(int); want {
			case -1:
				speak(c, own, "OBJECT FREQ @k", nilBulk)
			case -2:
			default:
				require.EqualValues(t, want, c.Call("OBJECT", "FREQ", own.key("k")).Int, steps[i])
			}
		}
	}
}

func countsTo255(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "SET @k word", done)
	inBatches(t, c, 0, 249, func(int) (string, string) { return own.cmd("GET @k"), bulk("word") })
	speak(c, own, "OBJECT FREQ @k", ":254\r\n", "GET @k", bulk("word"), "OBJECT FREQ @k", ":255\r\n", "GET @k", bulk("word"), "OBJECT FREQ @k", ":255\r\n")
}

// countsSeldom uses 50 keys a thousand times each: a counter is then at 5+sqrt(200), 19. Their
// average is that of one within less than one, whatever the luck.
func countsSeldom(t *T) {
	c, own := t.Dial(), newKeys()
	sum := int64(0)
	for i := range 50 {
		key := own.key(strconv.Itoa(i))
		c.Exchange(cmd("SET", key, "word"), done)
		inBatches(t, c, 0, 1000, func(int) (string, string) { return cmd("GET", key), bulk("word") })
		sum += c.Call("OBJECT", "FREQ", key).Int
	}
	require.InDelta(t, 18.6, float64(sum)/50, 1.5)
}

func switchesPolicies(t *T) {
	c := t.Dial()
	speak(c, plain, "SET k word", done, "OBJECT FREQ k", noLFU)
	for _, policy := range []string{"allkeys-lfu", "volatile-lfu", "allkeys-lfu"} {
		configure(c, "maxmemory-policy", policy)
		speak(c, plain, "OBJECT IDLETIME k", underLFU, "DEL new", integer(c.Call("EXISTS", "new").Int), "SET new word", done, "OBJECT FREQ new", ":5\r\n")
		within(t, c, cmd("OBJECT", "FREQ", "k"), 0, 255) // a time, taken for a counter
		for _, other := range []string{"allkeys-lru", "noeviction", "volatile-ttl", "allkeys-random"} {
			configure(c, "maxmemory-policy", other)
			speak(c, plain, "OBJECT FREQ new", noLFU, "SET k word", done)
			within(t, c, cmd("OBJECT", "IDLETIME", "k"), 0, 5)
		}
	}
}

func loadsUnderLFU(t *T) {
	d := newDisk(t)
	s, c := d.start(everyUse...)
	speak(c, plain, "SET k word", done, "SET n 20000", done, "GET k", bulk("word"), "INCR n", ":20001\r\n", "OBJECT FREQ k", ":6\r\n", "OBJECT FREQ n", ":6\r\n")
	s.Kill()
	_, c = d.start(everyUse...)
	speak(c, plain, "OBJECT FREQ k", ":5\r\n", "OBJECT FREQ n", ":6\r\n") // INCR was logged
}

// keepsWhatIsUsedOften uses some of the keys twenty times, then all others once, and wants
// half of the memory back.
func keepsWhatIsUsedOften(policy string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		configure(c, "maxmemory-policy", policy, "maxmemory-samples", "10", "lfu-log-factor", "1")
		value := bulk(numbered(long))
		lowerToHalf(t, c, policy, func() {
			setMany(t, c, "key:", 0, 10_000, long, expiring(policy)...)
			for range 20 {
				inBatches(t, c, 0, 2000, func(i int) (string, string) { return cmd("GET", fmt.Sprintf("key:%d", i)), value })
			}
			inBatches(t, c, 2000, 10_000, func(i int) (string, string) { return cmd("GET", fmt.Sprintf("key:%d", i)), value })
		})
		left := numbersOf(t, c, "key:")
		require.Greater(t, countBetween(left, 0, 2000), 1900, "of the 2000 keys that were used often")
		require.Less(t, countBetween(left, 2000, 10_000), 5000, "of the 8000 others")
	}
}
