// ch06_memory.go: MEMORY: what a key takes, and the server.

package cases

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
)

// memoryCommand is MEMORY: what a key takes, and the server.
func memoryCommand() list {
	badCount := "-ERR Invalid number of arguments specified for command\r\n"
	rows := list{
		{Name: "MEMORY USAGE answers nil where there is no key", Run: dialogue("MEMORY USAGE @none", nilBulk, "MEMORY USAGE @none SAMPLES 5", nilBulk, "memory usage @none samples 0", nilBulk)},
		{Name: "MEMORY USAGE refuses other options", Run: dialogue("MEMORY USAGE @k FOO", syntax, "MEMORY USAGE @k FOO 1", syntax, "MEMORY USAGE @k SAMPLES", syntax, "MEMORY USAGE @k SAMPLES 1 SAMPLES", syntax, "MEMORY USAGE @k SAMPLES 1 2", syntax)},
		{Name: "MEMORY USAGE refuses a bad number of samples", Run: dialogue("MEMORY USAGE @k SAMPLES -1", syntax, "MEMORY USAGE @k SAMPLES x", noInteger, "MEMORY USAGE @k SAMPLES 01", noInteger, "MEMORY USAGE @k SAMPLES 99999999999999999999", noInteger)},
		{Name: "MEMORY USAGE of a short key is little", Args: noLimit, Run: usageOfShortKeys},
		{Name: "MEMORY USAGE does not depend on samples", Args: noLimit, Run: usageOfSamples},
		{Name: "MEMORY USAGE grows with the value", Args: noLimit, Run: usageGrows},
		{Name: "MEMORY USAGE grows with the key", Args: noLimit, Run: usageGrowsWithKey},
		{Name: "MEMORY USAGE looks into the selected database", Args: noLimit, Run: usageOfDatabase},
		{Name: "MEMORY USAGE does not touch the key", Args: noLimit, Run: usageTouchesNothing},
		{Name: "MEMORY STATS has the fields that tools read", Run: statsFields},
		{Name: "MEMORY STATS counts keys and bytes", Args: noLimit, Run: statsCount},
		{Name: "MEMORY STATS tells of each database that has keys", Args: noLimit, Run: statsOfDatabases},
		{Name: "MEMORY DOCTOR and MALLOC-STATS answer text", Run: memoryTexts},
		{Name: "MEMORY PURGE answers OK", Run: answers(cmd("MEMORY", "PURGE")+cmd("memory", "purge"), done+done)},
		{Name: "MEMORY HELP lists the subcommands", Run: helpLists("MEMORY", "USAGE <key> [SAMPLES <count>]", "STATS", "DOCTOR", "MALLOC-STATS", "PURGE", "HELP", "    Prints this help.")},
		{Name: "MEMORY refuses an unknown subcommand", Run: answers(cmd("MEMORY", "NoSuch")+cmd("memory", "usages", "k"), unknownSub("NoSuch", "MEMORY")+unknownSub("usages", "MEMORY"))},
		{Name: "MEMORY counts its arguments", Run: memoryCountsArguments},
		{Name: "COMMAND GETKEYS finds the key of MEMORY USAGE", Run: answers(cmd("COMMAND", "GETKEYS", "MEMORY", "USAGE", "k")+cmd("COMMAND", "GETKEYS", "memory", "usage", "k", "SAMPLES", "5"), bulks("k")+bulks("k"))},
		{Name: "COMMAND GETKEYS finds none in MEMORY STATS", Run: answers(cmd("COMMAND", "GETKEYS", "MEMORY", "STATS")+cmd("COMMAND", "GETKEYS", "MEMORY", "DOCTOR", "x"), noKeys+noKeys)},
		{Name: "COMMAND GETKEYS counts the arguments of MEMORY USAGE", Run: answers(cmd("COMMAND", "GETKEYS", "MEMORY", "USAGE")+cmd("COMMAND", "GETKEYS", "MEMORY", "nosuch"), badCount+noCommand)},
		{Name: "COMMAND LIST names the subcommands of memory", Run: memoryIsListed},
		{Name: "COMMAND INFO describes memory", Run: memoryIsDescribed},
		{Name: "COMMAND INFO describes memory|usage", Run: answers(cmd("COMMAND", "INFO", "memory|usage"), array(infoMemoryUsage))},
	}
	for _, r := range memoryRows {
		rows = append(rows, conformance.Case{Name: "COMMAND INFO describes " + r.name, Run: answers(cmd("COMMAND", "INFO", r.name), array(r.info()))})
	}
	return in(6, lesson6Limit, rows)
}

const ofAllShards = "nondeterministic_output request_policy:all_shards response_policy:special"

// The rows of MEMORY's subcommands without keys as Redis 7.0.15 has them.
var memoryRows = []commandRow{
	{"memory|stats", 2, "", "@slow", ofAllShards, 0, "", ""},
	{"memory|doctor", 2, "", "@slow", ofAllShards, 0, "", ""},
	{"memory|malloc-stats", 2, "", "@slow", ofAllShards, 0, "", ""},
	{"memory|purge", 2, "", "@slow", allSucceed, 0, "", ""},
	{"memory|help", 2, "loading stale", "@slow", "", 0, "", ""},
}

// infoMemoryUsage is the row of the one whose key comes second.
var infoMemoryUsage = array(
	bulk("memory|usage"), integer(-3), statuses("readonly"), integer(2), integer(2), integer(1),
	statuses("@read @slow"), emptyList,
	array(array(
		bulk("flags"), statuses("RO"),
		bulk("begin_search"), array(bulk("type"), bulk("index"), bulk("spec"), array(bulk("index"), integer(2))),
		bulk("find_keys"), array(bulk("type"), bulk("range"), bulk("spec"), array(bulk("lastkey"), zero, bulk("keystep"), one, bulk("limit"), zero)),
	)), emptyList,
)

// amongOthers is a connection to a server with a thousand keys: a server may count
// a part of its table to each.
func amongOthers(t *T) *conformance.Conn {
	c := t.Dial()
	setMany(t, c, "key:", 0, 1000, 10)
	return c
}

// usage is what a key takes, in bytes.
func usage(t *T, c *conformance.Conn, key string, options ...string) int64 {
	reply := c.Call(append([]string{"MEMORY", "USAGE", key}, options...)...)
	require.Equal(t, ":", string(reply.Kind), "the reply to MEMORY USAGE")
	return reply.Int
}

func usageOfShortKeys(t *T) {
	c := amongOthers(t)
	speak(c, plain, "SET s v", done, "SET n 12345", done, "SET e v EX 1000", done)
	c.Exchange(cmd("SET", "empty", ""), done)
	for _, name := range []string{"s", "n", "e", "empty"} {
		n := usage(t, c, name)
		require.Greater(t, n, int64(len(name)), name)
		require.Less(t, n, int64(200), name)
	}
}

func usageOfSamples(t *T) {
	c := amongOthers(t)
	const key = "k"
	c.Exchange(cmd("SET", key, numbered(1000)), done)
	want := usage(t, c, key)
	for _, samples := range []string{"0", "1", "5", "1000000", "9223372036854775807"} {
		require.InDelta(t, want, usage(t, c, key, "SAMPLES", samples), 64) // the table may grow meanwhile
	}
}

func usageGrows(t *T) {
	c := amongOthers(t)
	const key = "k"
	last := int64(0)
	for size := 64; size <= 16<<20; size *= 4 {
		c.Exchange(cmd("SET", key, numbered(size)), done)
		n := usage(t, c, key)
		require.Greater(t, n, last, "with a value of %d bytes", size)
		require.GreaterOrEqual(t, n, int64(size), "with a value of %d bytes", size)
		require.LessOrEqual(t, n, int64(size*13/10+200), "with a value of %d bytes", size)
		last = n
	}
	speak(c, plain, "SET k v", done)
	require.Less(t, usage(t, c, key), int64(200), "with a value of 1 byte again")
}

func usageGrowsWithKey(t *T) {
	c := amongOthers(t)
	for _, size := range []int{100, 10_000, 1_000_000} {
		key := numbered(size)
		c.Exchange(cmd("SET", key, "v"), done)
		n := usage(t, c, key)
		require.GreaterOrEqual(t, n, int64(size), "with a key of %d bytes", size)
		require.LessOrEqual(t, n, int64(size*13/10+300), "with a key of %d bytes", size)
	}
}

func usageOfDatabase(t *T) {
	c := t.Dial()
	speak(c, plain, "SELECT 3", done, "SET k v", done)
	require.Positive(t, usage(t, c, "k"))
	speak(c, plain, "SELECT 0", done, "MEMORY USAGE k", nilBulk)
}

// usageTouchesNothing has a key idle for a second and asks for its size.
func usageTouchesNothing(t *T) {
	c := t.Dial()
	speak(c, plain, "SET k v", done)
	idleFor(t, c, "k", 1)
	require.Positive(t, usage(t, c, "k"))
	require.Positive(t, c.Call("OBJECT", "IDLETIME", "k").Int, "seconds that the key has not been used")
}

// memoryStats asks for the figures, by name.
func memoryStats(t *T, c *conformance.Conn) map[string]wire.Value {
	reply := c.Call("MEMORY", "STATS")
	require.Equal(t, "*", string(reply.Kind))
	require.Zero(t, len(reply.Elems)%2, "names and values in turn")
	all := map[string]wire.Value{}
	for i := 0; i < len(reply.Elems); i += 2 {
		all[reply.Elems[i].Text] = reply.Elems[i+1]
	}
	return all
}

func statsFields(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "SET @k v", done)
	all := memoryStats(t, c)
	for _, name := range strings.Fields(`peak.allocated total.allocated startup.allocated replication.backlog clients.slaves clients.normal
		cluster.links aof.buffer lua.caches functions.caches overhead.total keys.count keys.bytes-per-key dataset.bytes
		allocator.allocated allocator.active allocator.resident allocator-fragmentation.bytes allocator-rss.bytes rss-overhead.bytes fragmentation.bytes`) {
		require.Equal(t, ":", string(all[name].Kind), name)
	}
	for _, name := range strings.Fields("dataset.percentage peak.percentage allocator-fragmentation.ratio allocator-rss.ratio rss-overhead.ratio fragmentation") {
		require.Equal(t, "$", string(all[name].Kind), name)
		_, err := strconv.ParseFloat(all[name].Text, 64)
		require.NoError(t, err, name)
	}
	require.GreaterOrEqual(t, all["peak.allocated"].Int, all["total.allocated"].Int)
	require.LessOrEqual(t, all["overhead.total"].Int, all["total.allocated"].Int)
}

func statsCount(t *T) {
	c := t.Dial()
	before := memoryStats(t, c)
	require.Zero(t, before["keys.count"].Int)
	setMany(t, c, "k", 0, 20_000, 500)
	all := memoryStats(t, c)
	require.EqualValues(t, 20_000, all["keys.count"].Int)
	require.Greater(t, all["total.allocated"].Int-before["total.allocated"].Int, int64(20_000*500))
	require.Greater(t, all["dataset.bytes"].Int, int64(20_000*500))
	require.Greater(t, all["keys.bytes-per-key"].Int, int64(500))
	require.Less(t, all["keys.bytes-per-key"].Int, int64(1000))
	require.GreaterOrEqual(t, all["peak.allocated"].Int, all["total.allocated"].Int)
	peakIsNoticed(c)
	c.Exchange(cmd("FLUSHALL"), done)
	t.Until("what was in use is less", func() bool { return memoryStats(t, c)["total.allocated"].Int < all["total.allocated"].Int/2 })
	after := memoryStats(t, c)
	require.Zero(t, after["keys.count"].Int)
	require.GreaterOrEqual(t, after["peak.allocated"].Int, all["total.allocated"].Int, "the peak stays")
}

func statsOfDatabases(t *T) {
	c := t.Dial()
	speak(c, plain, "SET a v", done, "SELECT 9", done, "SET b v EX 1000", done)
	all := memoryStats(t, c)
	for _, name := range []string{"db.0", "db.9"} {
		main, found := all[name].Get("overhead.hashtable.main")
		require.True(t, found, "%s in %v", name, all[name])
		require.Positive(t, main.Int)
		_, found = all[name].Get("overhead.hashtable.expires")
		require.True(t, found, "%s in %v", name, all[name])
	}
	require.NotContains(t, all, "db.1")
	require.EqualValues(t, 2, all["keys.count"].Int)
}

func memoryTexts(t *T) {
	c := t.Dial()
	for _, name := range []string{"DOCTOR", "MALLOC-STATS"} {
		reply := c.Call("MEMORY", name)
		require.Equal(t, "$", string(reply.Kind), name)
		require.NotEmpty(t, reply.Text, name)
	}
}

func memoryCountsArguments(t *T) {
	c := t.Dial()
	c.Exchange(cmd("MEMORY")+cmd("MEMORY", "USAGE"), wrongArity("memory")+wrongArity("memory|usage"))
	for _, r := range memoryRows {
		sub := strings.TrimPrefix(r.name, "memory|")
		c.Exchange(cmd("MEMORY", sub, "x"), wrongArity(r.name))
	}
}

func memoryIsListed(t *T) {
	names := []string{"memory|usage"}
	for _, r := range memoryRows {
		names = append(names, r.name)
	}
	require.ElementsMatch(t, names, t.Dial().Call("COMMAND", "LIST", "FILTERBY", "PATTERN", "memory|*").Strings())
}

// memoryIsDescribed looks at the container's own row: the order of its
// subcommands is the server's.
func memoryIsDescribed(t *T) {
	reply := t.Dial().Call("COMMAND", "INFO", "memory")
	row := reply.Elems[0].Elems
	require.Len(t, row, 10)
	require.Equal(t, "memory", row[0].Text)
	require.EqualValues(t, -2, row[1].Int)
	require.Empty(t, row[2].Elems, "flags")
	require.Equal(t, []string{"@slow"}, row[6].Strings())
	require.Len(t, row[9].Elems, len(memoryRows)+1, "subcommands")
}
