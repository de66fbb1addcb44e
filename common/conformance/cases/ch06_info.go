// ch06_info.go: what INFO says of the memory in use.

package cases

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// infoMemory is what INFO says of the memory in use.
func infoMemory() list {
	return in(6, lesson6Malloc, list{
		{Name: "INFO memory has the fields that tools read", Run: memoryFields},
		{Name: "INFO memory agrees with itself", Run: memoryAgrees},
		{Name: "used_memory grows by what is added and falls after FLUSHALL", Args: noLimit, Run: usedMemoryFollows(func(t *T, c *conformance.Conn) { c.Exchange(cmd("FLUSHALL"), done) })},
		{Name: "used_memory falls after FLUSHDB ASYNC", Args: noLimit, Run: usedMemoryFollows(func(t *T, c *conformance.Conn) { c.Exchange(cmd("FLUSHDB", "ASYNC"), done) })},
		{Name: "used_memory falls when keys are deleted one by one", Args: noLimit, Run: usedMemoryFollows(deleteAll)},
		{Name: "used_memory falls when keys expire", Args: noLimit, Run: usedMemoryFollows(expireAll)},
		{Name: "used_memory stays where values are overwritten", Args: noLimit, Run: usedMemoryStays},
		{Name: "used_memory_peak keeps the most there was", Args: noLimit, Run: peakStays},
		{Name: "memory goes back to the system after FLUSHALL", Args: noLimit, Run: residentFalls},
		{Name: "memory that was freed is used again", Args: noLimit, Run: freedIsUsedAgain},
	})
}

func memoryFields(t *T) {
	f := askFigures(t.Dial(), "memory")
	for _, name := range strings.Fields(`used_memory used_memory_rss used_memory_peak used_memory_overhead used_memory_startup used_memory_dataset
		allocator_allocated allocator_active allocator_resident total_system_memory maxmemory allocator_frag_bytes allocator_rss_bytes
		rss_overhead_bytes mem_fragmentation_bytes mem_not_counted_for_evict mem_clients_normal mem_aof_buffer lazyfree_pending_objects lazyfreed_objects
		used_memory_lua number_of_cached_scripts mem_clients_slaves mem_cluster_links mem_replication_backlog active_defrag_running`) {
		f.number(t, name)
	}
	for _, name := range strings.Fields(`used_memory_human used_memory_rss_human used_memory_peak_human used_memory_peak_perc used_memory_dataset_perc
		total_system_memory_human maxmemory_human maxmemory_policy allocator_frag_ratio allocator_rss_ratio rss_overhead_ratio mem_fragmentation_ratio mem_allocator`) {
		require.NotEmpty(t, f[name], name)
	}
}

func memoryAgrees(t *T) {
	f := askFigures(t.Dial(), "memory")
	require.GreaterOrEqual(t, f.number(t, "used_memory_peak"), f.number(t, "used_memory"))
	require.Greater(t, f.number(t, "used_memory_startup"), int64(100<<10), "no server runs in less")
	require.GreaterOrEqual(t, f.number(t, "used_memory"), f.number(t, "used_memory_startup")/2)
	require.Greater(t, f.number(t, "used_memory_rss"), int64(1<<20))
	require.Greater(t, f.number(t, "total_system_memory"), f.number(t, "used_memory_rss"))
	require.Equal(t, "noeviction", f["maxmemory_policy"])
	require.Equal(t, "0", f["maxmemory"])
	require.Equal(t, "0B", f["maxmemory_human"])
	require.True(t, strings.HasSuffix(f["used_memory_peak_perc"], "%"), f["used_memory_peak_perc"])
}

// usedMemoryFollows adds 100000 keys with values of 64 bytes, and frees them.
func usedMemoryFollows(free func(*T, *conformance.Conn)) func(*T) {
	return func(t *T) {
		c := t.Dial()
		before := usedMemory(t, c)
		setMany(t, c, "key:", 0, 100_000, 64)
		added := usedMemory(t, c) - before
		require.Greater(t, added, int64(6<<20), "100000 keys with values of 64 bytes")
		require.Less(t, added, int64(30<<20), "100000 keys with values of 64 bytes")
		free(t, c)
		c.Exchange(cmd("DBSIZE"), zero)
		t.Until("most of the memory is free", func() bool { return usedMemory(t, c) < before+added/4 })
	}
}

func deleteAll(t *T, c *conformance.Conn) {
	inBatches(t, c, 0, 100_000, func(i int) (string, string) { return cmd("DEL", numberedKey(i)), one })
}

func expireAll(t *T, c *conformance.Conn) {
	inBatches(t, c, 0, 100_000, func(i int) (string, string) { return cmd("PEXPIRE", numberedKey(i), "1"), one })
	t.Until("all keys have expired", func() bool { return c.Call("DBSIZE").Int == 0 })
}

// usedMemoryStays overwrites the same keys ten times.
func usedMemoryStays(t *T) {
	c := t.Dial()
	before := usedMemory(t, c)
	setMany(t, c, "key:", 0, 20_000, 500)
	added := usedMemory(t, c) - before
	for range 10 {
		setMany(t, c, "key:", 0, 20_000, 500)
	}
	require.Less(t, usedMemory(t, c)-before, added*3/2, "20000 values of 500 bytes, overwritten by such")
	setMany(t, c, "key:", 0, 20_000, 1)
	t.Until("short values take less", func() bool { return usedMemory(t, c)-before < added*2/3 })
}

// peakIsNoticed gives the server time to look at its memory, which it does ten
// times a second.
func peakIsNoticed(c *conformance.Conn) { c.ExpectSilence(350 * time.Millisecond) }

func peakStays(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 20_000, 500)
	high := askFigures(c, "memory")
	require.GreaterOrEqual(t, high.number(t, "used_memory_peak"), high.number(t, "used_memory"))
	peakIsNoticed(c)
	c.Exchange(cmd("FLUSHALL"), done)
	low := askFigures(c, "memory")
	require.GreaterOrEqual(t, low.number(t, "used_memory_peak"), high.number(t, "used_memory"))
	require.Less(t, low.number(t, "used_memory"), high.number(t, "used_memory"))
}

// residentFalls sets 80 MB. MEMORY PURGE is for allocators that keep free pages
// until they are asked.
func residentFalls(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 100_000, 800)
	full := askFigures(c, "memory").number(t, "used_memory_rss")
	require.Greater(t, full, int64(80<<20))
	c.Exchange(cmd("FLUSHALL"), done)
	t.Until("half of the memory has gone back", func() bool {
		c.Exchange(cmd("MEMORY", "PURGE"), done)
		return askFigures(c, "memory").number(t, "used_memory_rss") < full/2
	})
}

// freedIsUsedAgain fills and empties the server again and again.
func freedIsUsedAgain(t *T) {
	c := t.Dial()
	var first int64
	for round := range 6 {
		setMany(t, c, "key:", 0, 50_000, 500+50*round)
		resident := askFigures(c, "memory").number(t, "used_memory_rss")
		if round == 0 {
			first = resident
		}
		require.Less(t, resident, first*5/2, "used_memory_rss with 50000 keys, the round %d", round)
		c.Exchange(cmd("FLUSHALL"), done)
	}
}
