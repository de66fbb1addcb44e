// ch06_maxmemory.go: the limit where no key may go, and how it is set.

package cases

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// maxMemory is the limit where no key may go, and how it is set.
func maxMemory() list {
	fiveMegabytes := []string{"--maxmemory", "5mb"}
	rows := list{
		{Name: "a full server refuses SET, and still reads and deletes", Args: fiveMegabytes, Run: refusesWhenFull},
		{Name: "a full server takes writes again when keys were deleted", Args: fiveMegabytes, Run: roomAfterDelete},
		{Name: "a full server takes writes again after FLUSHALL", Args: fiveMegabytes, Run: roomAfterFlush},
		{Name: "a full server takes writes again when the limit is lifted", Args: fiveMegabytes, Run: roomAfterConfig},
		{Name: "above maxmemory commands that need memory are refused and others run", Args: noLimit, Run: deniedAtLimit},
		{Name: "above maxmemory a pipeline's commands are refused one by one", Args: noLimit, Run: deniedInPipeline},
		{Name: "above maxmemory refusals are counted", Args: noLimit, Run: deniedIsCounted},
		{Name: "CONFIG SET maxmemory-policy makes a full server evict", Args: fiveMegabytes, Run: policyMakesRoom},
		{Name: "CONFIG SET maxmemory takes units and answers bytes", Args: noLimit, Run: maxmemoryUnits},
		{Name: "CONFIG SET maxmemory refuses what is no amount", Args: noLimit, Run: refusesAmounts},
		{Name: "CONFIG SET maxmemory-policy takes any case", Args: noLimit, Run: policyNames},
		{Name: "CONFIG SET of the limit changes all settings or none", Args: noLimit, Run: limitAllOrNone},
		{Name: "maxmemory-policy is noeviction at first", Args: noLimit, Run: func(t *T) {
			t.Dial().Exchange(cmd("CONFIG", "GET", "maxmemory-policy")+cmd("CONFIG", "GET", "maxmemory-samples")+cmd("CONFIG", "GET", "maxmemory-eviction-tenacity"),
				bulks("maxmemory-policy noeviction")+bulks("maxmemory-samples 5")+bulks("maxmemory-eviction-tenacity 10"))
		}},
	}
	return in(6, lesson6Limit, append(rows, maxMemoryFlags()...))
}

// maxMemoryFlags is the command line of the limit.
func maxMemoryFlags() (rows list) {
	for _, args := range [][]string{
		{"--maxmemory", "x"},
		{"--maxmemory", "-1"},
		{"--maxmemory", "10xb"},
		{"--maxmemory", "1.5mb"},
		{"--maxmemory", "20%"},
		{"--maxmemory"},
		{"--maxmemory-policy", "nosuch"},
		{"--maxmemory-policy"},
		{"--maxmemory-samples", "0"},
		{"--maxmemory-samples", "x"},
		{"--maxmemory-eviction-tenacity", "101"},
		{"--maxmemory-eviction-tenacity", "-1"},
		{"--maxmemory-eviction-tenacity", "x"},
	} {
		rows = append(rows, conformance.Case{Name: "the limit is refused with code 1: " + flagsName(args), Run: refusesFlags(args...)})
	}
	for _, amount := range []struct{ text, bytes string }{
		{"100mb", "104857600"}, {"1gb", "1073741824"}, {"1000000", "1000000"}, {"0", "0"}, {"100k", "100000"}, {"2G", "2000000000"},
	} {
		args := []string{"--maxmemory", amount.text}
		rows = append(rows, conformance.Case{Name: "the limit is taken: " + flagsName(args), Args: args, Run: func(t *T) {
			t.Dial().Exchange(cmd("CONFIG", "GET", "maxmemory"), bulks("maxmemory "+amount.bytes))
		}})
	}
	for _, policy := range policies {
		args := []string{"--maxmemory-policy", policy}
		rows = append(rows, conformance.Case{Name: "the policy is taken: " + flagsName(args), Args: args, Run: func(t *T) {
			t.Dial().Exchange(cmd("CONFIG", "GET", "maxmemory-policy"), bulks("maxmemory-policy "+policy))
		}})
	}
	return rows
}

// setUntilFull sets keys with these options until one is refused, and returns how many
// there is room for. The values are long, so that it does not take many.
func setUntilFull(t *T, c *conformance.Conn, prefix string, options ...string) (n int) {
	value := numbered(4000)
	for {
		reply := c.Call(append([]string{"SET", prefix + strconv.Itoa(n), value}, options...)...)
		if reply.IsError() {
			require.Equal(t, strings.TrimSuffix(oom[1:], "\r\n"), reply.Text)
			return n
		}
		n++
		require.Less(t, n, 100_000, "keys of 4 KB in 5 MB")
	}
}

func refusesWhenFull(t *T) {
	c := t.Dial()
	n := setUntilFull(t, c, "k")
	require.Greater(t, n, 500, "keys of 4 KB in 5 MB")
	value := numbered(4000)
	c.Exchange(cmd("GET", "k0")+cmd("DBSIZE")+cmd("TTL", "k0")+cmd("EXPIRE", "k0", "1000")+cmd("PERSIST", "k0"), bulk(value)+integer(int64(n))+noTTL+one+one)
	for i := range n {
		c.Exchange(cmd("GET", "k"+strconv.Itoa(i)), bulk(value))
	}
	require.Zero(t, evictedKeys(t, c))
	require.InDelta(t, 5<<20, usedMemory(t, c), 1<<19)
	c.Exchange(cmd("DEL", "k0"), one)
}

func roomAfterDelete(t *T) {
	c := t.Dial()
	n := setUntilFull(t, c, "k")
	inBatches(t, c, 0, n, func(i int) (string, string) { return cmd("DEL", "k"+strconv.Itoa(i)), one })
	c.Exchange(cmd("DBSIZE"), zero)
	t.Until("SET is taken", func() bool { return !c.Call("SET", "k0", "v").IsError() })
	c.Exchange(cmd("INCR", "n")+cmd("GET", "k0"), one+bulk("v"))
	again := setUntilFull(t, c, "k")
	require.Greater(t, again, n*9/10, "as many keys as before, or nearly")
}

func roomAfterFlush(t *T) {
	c := t.Dial()
	n := setUntilFull(t, c, "k")
	c.Exchange(cmd("FLUSHALL"), done)
	require.Greater(t, setUntilFull(t, c, "k"), n*9/10, "as many keys as before, or nearly")
}

func roomAfterConfig(t *T) {
	c := t.Dial()
	n := setUntilFull(t, c, "k")
	configure(c, "maxmemory", "0")
	setMany(t, c, "k", 0, 2*n, 4000)
	c.Exchange(cmd("DBSIZE"), integer(int64(2*n)))
}

// deniedAtLimit has a limit of one byte: no server is below it.
func deniedAtLimit(t *T) {
	c := t.Dial()
	speak(c, plain, "SET k v", done, "SET n 41 EX 1000", done, "SET m v", done)
	configure(c, "maxmemory", "1")
	speak(
		c, plain,
		"SET k w", oom, "SET k w XX", oom, "set new v NX GET", oom, "INCR n", oom, "DECR n", oom, "INCRBY n 5", oom, "DECRBY new 5", oom, "SET k v foo", oom,
		"SET k", wrongArity("set"), "INCR", wrongArity("incr"), "NOSUCH k", unknown("NOSUCH", "k"),
		"GET k", bulk("v"), "GET n", bulk("41"), "GET new", nilBulk, "EXISTS k n", ":2\r\n", "TYPE k", "+string\r\n", "DBSIZE", ":3\r\n", "PING", "+PONG\r\n",
		"EXPIRE k 1000", one, "PERSIST k", one, "PEXPIREAT k "+year2100+"000", one, "EXPIRETIME k", ":"+year2100+"\r\n", "PERSIST n", one, "TTL n", noTTL,
		"OBJECT ENCODING n", bulk("int"), "MOVE m 1", one, "SWAPDB 0 1", done, "DBSIZE", one, "SELECT 1", done, "DBSIZE", ":2\r\n",
		"DEL k nosuch", one, "UNLINK n", one, "FLUSHDB", done, "FLUSHALL", done, "SET k v", oom,
	)
	configure(c, "maxmemory", "0")
	speak(c, plain, "SET k v", done, "INCR n", one)
}

func deniedInPipeline(t *T) {
	c := t.Dial()
	speak(c, plain, "SET k v", done)
	var requests, replies strings.Builder
	for i := range 500 {
		requests.WriteString(cmd("SET", "k", strconv.Itoa(i)) + cmd("GET", "k") + cmd("INCR", "n"))
		replies.WriteString(oom + bulk("v") + oom)
	}
	free, full := cmd("CONFIG", "SET", "maxmemory", "0"), cmd("CONFIG", "SET", "maxmemory", "1")
	c.Exchange(full+requests.String()+free+cmd("SET", "k", "w")+full+cmd("SET", "k", "x")+cmd("GET", "k")+cmd("DEL", "k"),
		done+replies.String()+done+done+done+oom+bulk("w")+one)
}

func deniedIsCounted(t *T) {
	c := t.Dial()
	configure(c, "maxmemory", "1")
	speak(c, plain, "CONFIG RESETSTAT", done, "SET k v", oom, "SET k v", oom, "INCR n", oom, "GET k", nilBulk)
	require.Contains(t, askFigures(c, "commandstats")["cmdstat_set"], "calls=0,")
	require.Contains(t, askFigures(c, "commandstats")["cmdstat_set"], "rejected_calls=2,")
	require.Equal(t, "count=3", askFigures(c, "errorstats")["errorstat_OOM"])
}

func policyMakesRoom(t *T) {
	c := t.Dial()
	n := setUntilFull(t, c, "k")
	configure(c, "maxmemory-policy", "allkeys-random")
	setMany(t, c, "new", 0, n, 4000)
	configure(c, "maxmemory-policy", "noeviction")
	require.NotZero(t, evictedKeys(t, c))
	setUntilFull(t, c, "other") // until one is refused again
}

func maxmemoryUnits(t *T) {
	c := t.Dial()
	for _, amount := range []struct{ text, bytes string }{
		{"100mb", "104857600"},
		{"1gb", "1073741824"},
		{"1000000", "1000000"},
		{"1GB", "1073741824"},
		{"1g", "1000000000"},
		{"100m", "100000000"},
		{"100kb", "102400"},
		{"100K", "100000"},
		{"7b", "7"},
		{"0", "0"},
	} {
		configure(c, "maxmemory", amount.text)
		c.Exchange(cmd("CONFIG", "GET", "maxmemory"), bulks("maxmemory "+amount.bytes))
		require.Equal(t, amount.bytes, askFigures(c, "memory")["maxmemory"])
	}
}

func refusesAmounts(t *T) {
	const refusal = "-ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value\r\n"
	c := t.Dial()
	configure(c, "maxmemory", "1gb")
	for _, amount := range []string{"x", "-1", "10xb", "1.5mb", " 1", "1 ", "20%", "0x10"} {
		c.Exchange(cmd("CONFIG", "SET", "maxmemory", amount), refusal)
	}
	c.Exchange(cmd("CONFIG", "GET", "maxmemory"), bulks("maxmemory 1073741824"))
}

func policyNames(t *T) {
	c := t.Dial()
	for _, policy := range policies {
		for _, name := range []string{policy, strings.ToUpper(policy)} {
			configure(c, "maxmemory-policy", name)
			c.Exchange(cmd("CONFIG", "GET", "maxmemory-policy"), bulks("maxmemory-policy "+policy))
			require.Equal(t, policy, askFigures(c, "memory")["maxmemory_policy"])
		}
	}
	for _, name := range []string{"nosuch", "", "lru", "allkeys"} {
		reply := c.Call("CONFIG", "SET", "maxmemory-policy", name)
		require.True(t, strings.HasPrefix(reply.Text, "ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - argument(s) must be one of the following: "), reply.Text)
	}
	last := policies[len(policies)-1]
	c.Exchange(cmd("CONFIG", "GET", "maxmemory-policy"), bulks("maxmemory-policy "+last))
}

func limitAllOrNone(t *T) {
	c := t.Dial()
	range100 := "-ERR CONFIG SET failed (possibly related to argument 'maxmemory-eviction-tenacity') - argument must be between 0 and 100 inclusive\r\n"
	c.Exchange(cmd("CONFIG", "SET", "maxmemory", "1mb", "maxmemory-eviction-tenacity", "101"), range100)
	c.Exchange(cmd("CONFIG", "SET", "maxmemory-eviction-tenacity", "-1", "maxmemory", "1mb"), range100)
	c.Exchange(cmd("CONFIG", "SET", "maxmemory", "1mb", "maxmemory", "2mb"), "-ERR CONFIG SET failed (possibly related to argument 'maxmemory') - duplicate parameter\r\n")
	c.Exchange(cmd("CONFIG", "GET", "maxmemory"), bulks("maxmemory 0"))
	configure(c, "maxmemory", "1gb", "maxmemory-policy", "volatile-ttl", "maxmemory-samples", "10", "maxmemory-eviction-tenacity", "100")
	for _, s := range []string{"maxmemory 1073741824", "maxmemory-policy volatile-ttl", "maxmemory-samples 10", "maxmemory-eviction-tenacity 100"} {
		c.Exchange(cmd("CONFIG", "GET", strings.Fields(s)[0]), bulks(s))
	}
}
