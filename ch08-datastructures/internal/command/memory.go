// memory.go: how much memory is in use, and for what.
// Redis: object.c, memoryCommand.

package command

import (
	"fmt"
	"strings"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/zmalloc"
)

var memoryCommands = []Row{
	row("memory", nil, -2, 0, 0, noKeys,
		doc("4.0.0", "Depends on subcommand.", "", "Tells how memory is used.")),
	row("memory|usage", memoryUsage, -3, ReadOnly, 0, secondKey,
		doc("4.0.0", "O(N) where N is the number of samples.", "<key> [SAMPLES <count>]", "Answers how many bytes a key and its value take.")),
	row("memory|stats", memoryStats, 2, 0, 0, noKeys,
		doc("4.0.0", "O(1)", "", "Answers figures of the memory in use.", allShardsTips...)),
	row("memory|doctor", memoryDoctor, 2, 0, 0, noKeys,
		doc("4.0.0", "O(1)", "", "Says in words what is odd about the memory in use.", allShardsTips...)),
	row("memory|malloc-stats", memoryMallocStats, 2, 0, 0, noKeys,
		doc("4.0.0", "Depends on how much memory is allocated, could be slow", "", "Answers the allocator's own report.", allShardsTips...)),
	row("memory|purge", memoryPurge, 2, 0, 0, noKeys,
		doc("4.0.0", "Depends on how much memory is allocated, could be slow", "", "Gives free pages back to the system.", "request_policy:all_shards", "response_policy:all_succeeded")),
	row("memory|help", help, 2, Loading|Stale, 0, noKeys,
		doc("4.0.0", "O(1)", "", "Prints this help.")),
}

var allShardsTips = []string{"nondeterministic_output", "request_policy:all_shards", "response_policy:special"}

func memoryUsage(c *Client) {
	samples := int64(sampledElements)
	for args := c.Args[3:]; len(args) > 0; args = args[2:] {
		if !engine.IsOption(args[0], "samples") || len(args) == 1 {
			c.ReplyError(engine.ErrSyntax)
			return
		}
		var ok bool
		if samples, ok = c.ParseInt(args[1]); !ok {
			return
		}
		if samples < 0 {
			c.ReplyError(engine.ErrSyntax)
			return
		}
	}
	size, ok := c.DB.MemoryUsage(c.Args[2], int(samples))
	if !ok {
		c.ReplyNull()
		return
	}
	c.ReplyInt(int64(size))
}

// sampledElements are those of a collection that tell how long the others are, if the
// command does not say how many. Redis: OBJ_COMPUTE_SIZE_DEF_SAMPLES.
const sampledElements = 5

// memoryFigures are what MEMORY and INFO tell.
type memoryFigures struct {
	used, peak, startup, dataset, overhead, tables int64
	resident                                       int64
	keys                                           int64
	allocator                                      zmalloc.Usage
}

// figuresOf computes them from what the server knows.
func figuresOf(e *engine.Engine, f *engine.Facts) memoryFigures {
	m := memoryFigures{
		used: int64(e.UsedMemory()), startup: f.StartMemory, resident: f.Resident,
		keys: int64(e.Keyspace.Keys()), allocator: zmalloc.Stats(),
	}
	for id := range e.Config.Databases {
		main, expires := e.Keyspace.DB(id).TableMemory()
		m.tables += int64(main + expires)
	}
	m.peak = max(f.PeakMemory, m.used)
	m.overhead = m.used - int64(m.allocator.Used) + m.tables
	m.dataset = max(0, m.used-m.overhead)
	return m
}

func ratio(a, b int64) float64 { return float64(a) / float64(max(1, b)) }

func memoryStats(c *Client) {
	e := c.Engine
	f := e.Server.Facts()
	m := figuresOf(e, &f)
	a := m.allocator
	netOfStart := max(1, m.used-m.startup)
	var databases []*keyspace.DB
	for id := range e.Config.Databases {
		if db := e.Keyspace.DB(id); db.Len() > 0 {
			databases = append(databases, db)
		}
	}
	const others = 27 // fields that are not a database's
	c.ReplyMapLen(others + len(databases))
	number := func(name string, n int64) {
		c.ReplyBulkString(name)
		c.ReplyInt(n)
	}
	fraction := func(name string, f float64) {
		c.ReplyBulkString(name)
		c.ReplyDouble(f)
	}
	number("peak.allocated", m.peak)
	number("total.allocated", m.used)
	number("startup.allocated", m.startup)
	number("replication.backlog", 0)
	number("clients.slaves", 0)
	number("clients.normal", int64(e.ClientMemory()))
	number("cluster.links", 0)
	number("aof.buffer", int64(e.LogMemory()))
	number("lua.caches", 0)
	number("functions.caches", 0)
	for _, db := range databases {
		main, expires := db.TableMemory()
		c.ReplyBulkString(fmt.Sprintf("db.%d", db.ID))
		c.ReplyMapLen(3)
		number("overhead.hashtable.main", int64(main))
		number("overhead.hashtable.expires", int64(expires))
		number("overhead.hashtable.slot-to-keys", 0)
	}
	number("overhead.total", m.overhead)
	number("keys.count", m.keys)
	number("keys.bytes-per-key", netOfStart/max(1, m.keys))
	number("dataset.bytes", m.dataset)
	fraction("dataset.percentage", 100*ratio(m.dataset, netOfStart))
	fraction("peak.percentage", 100*ratio(m.used, m.peak))
	number("allocator.allocated", int64(a.Used))
	number("allocator.active", int64(a.Active))
	number("allocator.resident", int64(a.Resident))
	fraction("allocator-fragmentation.ratio", ratio(int64(a.Active), int64(a.Used)))
	number("allocator-fragmentation.bytes", int64(a.Active-a.Used))
	fraction("allocator-rss.ratio", ratio(int64(a.Resident), int64(a.Active)))
	number("allocator-rss.bytes", int64(a.Resident-a.Active))
	fraction("rss-overhead.ratio", ratio(m.resident, int64(a.Resident)))
	number("rss-overhead.bytes", m.resident-int64(a.Resident))
	fraction("fragmentation", ratio(m.resident, m.used))
	number("fragmentation.bytes", m.resident-m.used)
}

// memoryDoctor says what an experienced eye would see. Redis: object.c,
// getMemoryDoctorReport, with other words.
func memoryDoctor(c *Client) {
	f := c.Engine.Server.Facts()
	m := figuresOf(c.Engine, &f)
	const small = 5 << 20
	var found []string
	add := func(format string, args ...any) { found = append(found, "* "+fmt.Sprintf(format, args...)) }
	if m.peak > m.used*3/2 {
		add("Peak: at its peak the server used %s, now %s. What is resident may still be that of the peak; MEMORY PURGE gives free pages back.", humanSize(m.peak), humanSize(m.used))
	}
	if a := m.allocator; a.Active > a.Used*11/10 && a.Active-a.Used > 10<<20 {
		add("Fragmentation: %s of %s in slabs are free. They are used again by keys and values of the same sizes, and only by these.", humanSize(int64(a.Active-a.Used)), humanSize(int64(a.Active)))
	}
	if limit := int64(c.Engine.Config.MaxMemory); limit > 0 && m.used > limit*95/100 {
		add("Limit: %s of %s (maxmemory) are in use. With the policy %s, %s.", humanSize(m.used), humanSize(limit), c.Engine.Config.MaxMemoryPolicy, fullMeans(c.Engine.Config.MaxMemoryPolicy))
	}
	switch {
	case m.used < small:
		c.ReplyVerbatim([]byte("There is hardly anything in this server yet: nothing to say about its memory.\n"))
	case len(found) == 0:
		c.ReplyVerbatim([]byte("Nothing is wrong with the memory of this server.\n"))
	default:
		c.ReplyVerbatim([]byte("What is odd about the memory of this server:\n\n" + strings.Join(found, "\n") + "\n"))
	}
}

func fullMeans(policy string) string {
	if policy == "noeviction" {
		return "writes that need more are refused"
	}
	return "each new key costs an old one"
}

func memoryMallocStats(c *Client) {
	u := zmalloc.Stats()
	var b strings.Builder
	fmt.Fprintf(&b, "used %d, active %d, resident %d bytes\n\n%10s %8s %10s %8s\n", u.Used, u.Active, u.Resident, "size", "slabs", "live", "used")
	for _, class := range zmalloc.Classes() {
		if class.Slabs > 0 {
			fmt.Fprintf(&b, "%10d %8d %10d %7.1f%%\n", class.Size, class.Slabs, class.Live, 100*ratio(int64(class.Live*class.Size), int64(class.SlabBytes)))
		}
	}
	c.ReplyVerbatim([]byte(b.String()))
}

// purgeStep is how many bytes are given back between two looks at whether that is
// all.
const purgeStep = 64 << 20

func memoryPurge(c *Client) {
	for zmalloc.Purge(purgeStep) {
	}
	c.ReplyOK()
}
