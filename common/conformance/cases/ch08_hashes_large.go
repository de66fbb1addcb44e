// ch08_hashes_large.go: when a hash becomes a hash table, what is in a large one, and what
// the log keeps of both.

package cases

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const (
	aListpack  = "$8\r\nlistpack\r\n"
	aHashTable = "$9\r\nhashtable\r\n"
)

func largeHashes() list {
	word64 := strings.Repeat("x", 64)
	rows := list{
		{Name: "a hash of 512 fields is a listpack, and of 513 a hash table", Run: fieldsMakeATable},
		{Name: "a value of 64 bytes is in a listpack, and of 65 in a hash table", Run: dialogue("HSET @h f "+word64, one, "OBJECT ENCODING @h", aListpack, "HSET @h f "+longWord, zero, "OBJECT ENCODING @h", aHashTable, "HSET @h f v", zero, "OBJECT ENCODING @h", aHashTable)},
		{Name: "a field of 64 bytes is in a listpack, and of 65 in a hash table", Run: dialogue("HSET @h "+word64+" v", one, "OBJECT ENCODING @h", aListpack, "HSET @h "+longWord+" v", one, "OBJECT ENCODING @h", aHashTable, "HDEL @h "+longWord, one, "OBJECT ENCODING @h", aHashTable, "HGETALL @h", bulks(word64+" v"))},
		{Name: "a long word among many makes a hash table", Run: dialogue("HMSET @h a 1 b 2 c "+longWord+" d 4", done, "OBJECT ENCODING @h", aHashTable, "HMGET @h a b c d", bulks("1 2 "+longWord+" 4"))},
		{Name: "HSETNX that sets nothing makes no hash table", Run: dialogue("HSETNX @h a 1", one, "HSETNX @h a "+longWord, zero, "OBJECT ENCODING @h", aListpack, "HSETNX @h b "+longWord, one, "OBJECT ENCODING @h", aHashTable)},
		{Name: "a hash that was deleted begins anew as a listpack", Run: dialogue("HSET @h a "+longWord, one, "OBJECT ENCODING @h", aHashTable, "HDEL @h a", one, "HSET @h a 1", one, "OBJECT ENCODING @h", aListpack)},
		{Name: "a long number is text in a listpack", Run: dialogue("HSET @h n "+most, one, "OBJECT ENCODING @h", aListpack, "HINCRBY @h n 0", ":"+most+"\r\n", "OBJECT ENCODING @h", aListpack)},
		{Name: "hash-max-listpack-entries and -value hold from the next HSET on", Own: true, Run: hashLimits},
		{Name: "hash-max-ziplist-entries and -value are their former names", Own: true, Run: hashFormerNames},
		{Name: "a hash's fields are found at every moment of its growth and its shrinking", Run: hashGrowsAndShrinks},
		{Name: "a hash does what a map does", Timeout: time.Minute, Run: hashIsAMap},
		{Name: "fields of a hash grow and shrink from nothing to 100 KB", Run: fieldValuesOfAllSizes},
		{Name: "a hash of 200000 fields is deleted, flushed and replaced", Own: true, Timeout: time.Minute, Run: largeHashGoes},
		{Name: "a server that is full refuses HSET and takes HDEL", Args: noLimit, Run: func(t *T) {
			speak(t.Dial(), plain, "HSET h a 1 b 2", two, "CONFIG SET maxmemory 1", done, "HSET h c 3", oom, "HSETNX h c 3", oom, "HMSET h c 3", oom, "HINCRBY h a 1", oom, "HINCRBYFLOAT h a 1", oom, "HDEL h a", one, "HGETALL h", bulks("b 2"))
		}},
		{Name: "the log has commands of hashes", Run: logs("HSET h a 1 b 2; HMSET h c 3; HSETNX h d 4; HINCRBY h a 5; HDEL h b none", "HSET h a 1 b 2; HMSET h c 3; HSETNX h d 4; HINCRBY h a 5; HDEL h b none")},
		{Name: "the log has nothing of what changes no hash", Run: logs("HSETNX h a 1; HSETNX h a 2; HDEL h none; HDEL none a; HGETALL h; HSCAN h 0; HRANDFIELD h 3", "HSETNX h a 1")},
		{Name: "the log has what HINCRBYFLOAT makes, and not what it adds", Run: logs("HINCRBYFLOAT h a 1.5; HINCRBYFLOAT h a 1e1", "HSET h a 1.5; HSET h a 11.5")},
		{Name: "hashes are there after kill -9, and in a new base", Run: hashesAreKept},
		{Name: "a large hash that changes while the log is rewritten", Timeout: time.Minute, Run: hashChangesInRewrite},
	}
	return in(8, lesson8Lists, rows)
}

// setFields sets the fields from to to-1 of a hash to their numbers.
func setFields(t *T, c *conformance.Conn, key string, from, to int) {
	inBatches(t, c, from, to, func(i int) (request, reply string) {
		return cmd("HSET", key, "f"+strconv.Itoa(i), strconv.Itoa(i)), one
	})
}

// hashOf is what HGETALL answers.
func hashOf(t *T, c *conformance.Conn, key string) map[string]string {
	words := c.Call("HGETALL", key).Strings()
	all := map[string]string{}
	for i := 0; i+1 < len(words); i += 2 {
		all[words[i]] = words[i+1]
	}
	require.Equal(t, 2*len(all), len(words), "HGETALL has each field once")
	return all
}

func fieldsMakeATable(t *T) {
	c, k := t.Dial(), newKeys().key("h")
	setFields(t, c, k, 0, 512)
	c.Exchange(cmd("OBJECT", "ENCODING", k)+cmd("HSET", k, "f0", "again")+cmd("OBJECT", "ENCODING", k), aListpack+zero+aListpack)
	setFields(t, c, k, 512, 513)
	c.Exchange(cmd("OBJECT", "ENCODING", k)+cmd("HLEN", k)+cmd("HDEL", k, "f1", "f2")+cmd("OBJECT", "ENCODING", k), aHashTable+":513\r\n"+two+aHashTable)
	all := hashOf(t, c, k)
	require.Len(t, all, 511)
	require.Equal(t, "again", all["f0"])
	require.Equal(t, "512", all["f512"])
}

func hashLimits(t *T) {
	c := t.Dial()
	speak(
		c, plain, "HSET h a 1 b 2 c 3", three, "CONFIG SET hash-max-listpack-entries 2 hash-max-listpack-value 4", done, "OBJECT ENCODING h", aListpack, "HSETNX h a 2", zero, "OBJECT ENCODING h", aListpack, "HSET h a 2", zero, "OBJECT ENCODING h", aHashTable,
		"HSET i a 1 b 2", two, "OBJECT ENCODING i", aListpack, "HSET i a 12345", zero, "OBJECT ENCODING i", aHashTable, "HSET j abcde 1", one, "OBJECT ENCODING j", aHashTable, "HSET k abcd 1234", one, "OBJECT ENCODING k", aListpack,
		"CONFIG SET hash-max-listpack-entries 0", done, "HSET l a 1", one, "OBJECT ENCODING l", aHashTable,
		"CONFIG SET hash-max-listpack-entries 100000 hash-max-listpack-value 100000", done, "OBJECT ENCODING h", aHashTable, "HSET m a "+longWord, one, "OBJECT ENCODING m", aListpack,
		"CONFIG SET hash-max-listpack-entries -1", setFailed("hash-max-listpack-entries", between("0", most)),
		"CONFIG SET hash-max-listpack-value x", setFailed("hash-max-listpack-value", "argument must be a memory value"),
	)
}

func hashFormerNames(t *T) {
	c := t.Dial()
	speak(c, plain, "CONFIG SET hash-max-ziplist-entries 2", done, "CONFIG SET hash-max-ziplist-value 3", done, "HSET h a 1 b 2", two, "OBJECT ENCODING h", aListpack, "HSET h c 3", one, "OBJECT ENCODING h", aHashTable, "HSET i a 1234", one, "OBJECT ENCODING i", aHashTable)
	for _, name := range []string{"listpack", "ziplist"} {
		speak(c, plain, "CONFIG GET hash-max-"+name+"-entries", bulks("hash-max-"+name+"-entries 2"), "CONFIG GET hash-max-"+name+"-value", bulks("hash-max-"+name+"-value 3"))
	}
}

// hashGrowsAndShrinks looks for all fields while there are more and more of them, and
// fewer and fewer.
func hashGrowsAndShrinks(t *T) {
	const most = 1500
	c, k := t.Dial(), newKeys().key("h")
	field := func(i int) string { return "f" + strconv.Itoa(i) }
	look := func(n int) {
		request, want := []string{"HMGET", k}, []string{}
		for i := range n + 1 {
			request, want = append(request, field(i)), append(want, bulk(strconv.Itoa(i)))
		}
		want[n] = nilBulk
		c.Exchange(cmd(request...)+cmd("HLEN", k), array(want...)+integer(int64(n)))
	}
	for n := range most {
		c.Exchange(cmd("HSET", k, field(n), strconv.Itoa(n)), one)
		if n < 100 || n > 500 && n < 530 || n%37 == 0 {
			look(n + 1)
		}
	}
	for n := most - 1; n >= 0; n-- {
		c.Exchange(cmd("HDEL", k, field(n)), one)
		if n < 100 || n%37 == 0 {
			look(n)
		}
	}
	c.Exchange(cmd("EXISTS", k), zero)
}

// hashIsAMap does the same to hashes and to maps of Go's, and compares them.
func hashIsAMap(t *T) {
	c, own, random := t.Dial(), newKeys(), rand.New(rand.NewPCG(8, 8))
	for round := range 30 {
		k, model := own.key(strconv.Itoa(round)), map[string]string{}
		fields := []int{5, 100, 600, 3000}[round%4]
		inBatches(t, c, 0, 3000, func(int) (request, reply string) {
			field := "f" + strconv.Itoa(random.IntN(fields))
			value := strconv.Itoa(random.IntN(1_000_000))
			if round%4 == 3 && random.IntN(50) == 0 {
				value = numbered(random.IntN(200))
			}
			old, there := model[field]
			switch random.IntN(6) {
			case 0, 1:
				model[field] = value
				if there {
					return cmd("HSET", k, field, value), zero
				}
				return cmd("HSET", k, field, value), one
			case 2:
				delete(model, field)
				if there {
					return cmd("HDEL", k, field), one
				}
				return cmd("HDEL", k, field), zero
			case 3:
				if there {
					return cmd("HSETNX", k, field, value), zero
				}
				model[field] = value
				return cmd("HSETNX", k, field, value), one
			case 4:
				return cmd("HLEN", k), integer(int64(len(model)))
			}
			if there {
				return cmd("HGET", k, field), bulk(old)
			}
			return cmd("HGET", k, field), nilBulk
		})
		require.Equal(t, model, hashOf(t, c, k))
	}
}

func fieldValuesOfAllSizes(t *T) {
	c, k := t.Dial(), newKeys().key("h")
	random := rand.New(rand.NewPCG(8, 9))
	c.Exchange(cmd("HSET", k, "neighbour", "untouched", "f", ""), two)
	for _, size := range append([]int{0, 1, 64, 65, 251, 252, 253, 254, 255, 256, 65_533, 65_534, 65_535, 65_536, 100_000, 0, 65_535, 1}, random.Perm(400)...) {
		value := numbered(size)
		c.Exchange(cmd("HSET", k, "f", value)+cmd("HSTRLEN", k, "f")+cmd("HGET", k, "f")+cmd("HGET", k, "neighbour"), zero+integer(int64(size))+bulk(value)+bulk("untouched"))
	}
}

func largeHashGoes(t *T) {
	const n = 200_000
	c := t.Dial()
	for i, request := range []string{"DEL h", "UNLINK h", "SET h v", "FLUSHALL", "FLUSHALL ASYNC", "PEXPIRE h -1"} {
		setFields(t, c, "h", 0, n)
		c.Exchange(cmd("HLEN", "h"), integer(n))
		require.False(t, c.Call(strings.Fields(request)...).IsError(), request)
		c.Exchange(cmd("DEL", "h")+cmd("EXISTS", "h"), integer(int64(map[bool]int{true: 1}[i == 2]))+zero)
	}
}

// hashesAreKept makes hashes of each kind and expects them after a kill, and after another
// one with a new base.
func hashesAreKept(t *T) {
	d := newDisk(t)
	s, c := d.start()
	setFields(t, c, "small", 0, 10)
	setFields(t, c, "large", 0, 5000)
	c.Exchange(cmd("HSET", "bytes", everyValue, numbered(70_000), "", "", "\r\n", "\x00"), three)
	speak(c, plain, "HINCRBY small n 5", ":5\r\n", "HINCRBYFLOAT small x 0.1", bulk("0.1"), "HDEL large f7", one, "HSET lives f v", one, "PEXPIREAT lives "+year2100+"000", one, "HSET gone f v", one, "HDEL gone f", one)
	all := func() (state []any) {
		for _, k := range []string{"small", "large", "bytes", "lives", "gone"} {
			state = append(state, hashOf(t, c, k), c.Call("PEXPIRETIME", k).Int, c.Call("OBJECT", "ENCODING", k).Text)
		}
		return state
	}
	want := all()
	require.Len(t, want[3], 4999)
	s.Kill()
	s, c = d.start()
	require.Equal(t, want, all())
	beginRewrite(t, c)
	d.awaitGeneration(2)
	require.Empty(t, d.read("appendonly.aof.2.incr.aof"))
	s.Kill()
	_, c = d.start()
	require.Equal(t, want, all())
}

// hashChangesInRewrite changes a large hash in all ways while the log is rewritten.
func hashChangesInRewrite(t *T) {
	const n = 50_000
	d := newDisk(t)
	s, c := d.start()
	setFields(t, c, "h", 0, n)
	random := rand.New(rand.NewPCG(8, 10))
	for generation := 2; generation < 5; generation++ {
		beginRewrite(t, c)
		for range 20 {
			var requests strings.Builder
			for range 100 {
				field := "f" + strconv.Itoa(random.IntN(n+n/10))
				requests.WriteString([]string{cmd("HSET", "h", field, fmt.Sprint("changed ", generation)), cmd("HDEL", "h", field), cmd("HSETNX", "h", field, "new"), cmd("HSET", "h", field, numbered(random.IntN(300)))}[random.IntN(4)])
			}
			c.Send(requests.String())
			for range 100 {
				require.False(t, c.Reply().IsError())
			}
		}
		d.awaitGeneration(generation)
		want := hashOf(t, c, "h")
		s.Kill()
		s, c = d.start()
		require.Equal(t, want, hashOf(t, c, "h"))
	}
}
