// info.go: INFO, what a server tells of itself. Field names are Redis'; what this
// server does not have is left out, or zero where tools expect it. Redis: server.c,
// genRedisInfoString.

package command

import (
	"fmt"
	"hash/fnv"
	"math/bits"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
)

var infoCommands = []Row{
	row("info", info, -1, Loading|Stale, ACLDangerous, noKeys,
		doc("1.0.0", "O(1)", "[<section> [<section> ...]]", "Tells facts and figures of the server.", "nondeterministic_output", "request_policy:all_shards", "response_policy:special")),
}

// section is a part of INFO.
type section struct {
	name      string
	isDefault bool
	write     func(w *infoWriter)
}

var sections = []section{
	{"Server", true, infoServer},
	{"Clients", true, infoClients},
	{"Memory", true, infoMemory},
	{"Persistence", true, infoPersistence},
	{"Stats", true, infoStats},
	{"Replication", true, infoReplication},
	{"CPU", true, infoCPU},
	{"Modules", true, func(*infoWriter) {}},
	{"Commandstats", false, infoCommandStats},
	{"Errorstats", true, infoErrorStats},
	{"Latencystats", false, infoLatencyStats},
	{"Cluster", true, infoCluster},
	{"Keyspace", true, infoKeyspace},
}

// info answers INFO [section ...]. Redis: server.c, infoCommand.
func info(c *Client) {
	var asked []string
	for _, arg := range c.Args[1:] {
		asked = append(asked, strings.ToLower(string(arg)))
	}
	w := &infoWriter{engine: c.Engine, facts: c.Engine.Server.Facts()}
	for _, s := range sections {
		all := slices.Contains(asked, "all") || slices.Contains(asked, "everything")
		byDefault := s.isDefault && (len(asked) == 0 || slices.Contains(asked, "default"))
		if all || byDefault || slices.Contains(asked, strings.ToLower(s.name)) {
			w.begin(s.name)
			s.write(w)
		}
	}
	c.ReplyVerbatim(w.text)
}

// infoWriter builds the text.
type infoWriter struct {
	engine *engine.Engine
	facts  engine.Facts
	text   []byte
}

func (w *infoWriter) begin(name string) {
	if len(w.text) > 0 {
		w.text = append(w.text, "\r\n"...)
	}
	w.text = fmt.Appendf(w.text, "# %s\r\n", name)
}

// zeros writes fields that tools read, of what this server has none of.
func (w *infoWriter) zeros(names ...string) {
	for _, name := range names {
		w.field(name, 0)
	}
}

func (w *infoWriter) field(name string, value any) {
	switch v := value.(type) {
	case bool:
		value = 0
		if v {
			value = 1
		}
	case float64:
		value = fmt.Sprintf("%.2f", v)
	}
	w.text = fmt.Appendf(w.text, "%s:%v\r\n", name, value)
}

// size writes a number of bytes twice: for programs, and for people.
func (w *infoWriter) size(name string, bytes int64) {
	w.field(name, bytes)
	w.field(name+"_human", humanSize(bytes))
}

// humanSize is a size as in 12.34M. Redis: util.c, bytesToHuman.
func humanSize(bytes int64) string {
	if bytes < 1<<10 {
		return fmt.Sprintf("%dB", bytes)
	}
	size, unit := float64(bytes)/(1<<10), 0
	for size >= 1<<10 && unit < 3 {
		size /= 1 << 10
		unit++
	}
	return fmt.Sprintf("%.2f%c", size, "KMGT"[unit])
}

func status(ok bool) string {
	if ok {
		return "ok"
	}
	return "err"
}

// ServerName is what this server is called, where it is not taken for Redis.
const ServerName = "redis-internals"

// serverVersion is that of the source it was built of: the chapter, and the commit if it is known.
func serverVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return "ch08-" + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return "ch08"
}

// buildID tells builds apart, in 16 digits as Redis does. Redis: release.c, redisBuildId.
func buildID() string {
	h := fnv.New64a()
	if info, ok := debug.ReadBuildInfo(); ok {
		h.Write([]byte(info.String()))
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

func infoServer(w *infoWriter) {
	f, now := &w.facts, time.UnixMilli(w.engine.Clock())
	uptime := int64(now.Sub(f.Started).Seconds())
	w.field("redis_version", Version)
	w.field("redis_git_sha1", "00000000")
	w.field("redis_git_dirty", 0)
	w.field("redis_build_id", buildID())
	w.field("redis_mode", "standalone")
	w.field("os", f.System)
	w.field("arch_bits", bits.UintSize)
	w.field("monotonic_clock", "POSIX clock_gettime")
	w.field("multiplexing_api", "epoll")
	w.field("process_id", f.PID)
	w.field("process_supervised", f.Supervised)
	w.field("run_id", f.RunID)
	w.field("tcp_port", w.engine.Config.Port)
	w.field("server_time_usec", now.UnixMicro())
	w.field("uptime_in_seconds", uptime)
	w.field("uptime_in_days", uptime/(24*60*60))
	w.field("hz", w.engine.Config.Hz)
	w.field("configured_hz", w.engine.Config.Hz)
	w.field("lru_clock", object.Clock(now.UnixMilli()))
	w.field("executable", f.Executable)
	w.field("config_file", w.engine.Config.File)
	w.field("io_threads_active", 0)
	w.field("server_name", ServerName)
	w.field("server_version", serverVersion())
	w.field("go_version", runtime.Version())
}

func infoClients(w *infoWriter) {
	w.field("connected_clients", w.facts.Connections)
	w.field("cluster_connections", 0)
	w.field("maxclients", w.engine.Config.MaxClients)
	w.field("client_recent_max_input_buffer", w.facts.LongestQuery)
	w.field("client_recent_max_output_buffer", w.facts.LongestReply)
	w.field("blocked_clients", w.engine.BlockedClients())
	trackers, _, _, _ := w.engine.TrackingFigures()
	w.field("tracking_clients", trackers)
	w.field("clients_in_timeout_table", w.engine.WaitingForTime())
}

func infoMemory(w *infoWriter) {
	f, m := &w.facts, figuresOf(w.engine, &w.facts)
	a := m.allocator
	w.size("used_memory", m.used)
	w.size("used_memory_rss", m.resident)
	w.size("used_memory_peak", m.peak)
	w.field("used_memory_peak_perc", percent(m.used, m.peak))
	w.field("used_memory_overhead", m.overhead)
	w.field("used_memory_startup", m.startup)
	w.field("used_memory_dataset", m.dataset)
	w.field("used_memory_dataset_perc", percent(m.dataset, m.used-m.startup))
	w.field("allocator_allocated", a.Used)
	w.field("allocator_active", a.Active)
	w.field("allocator_resident", a.Resident)
	w.size("total_system_memory", f.SystemMemory)
	w.zeros("used_memory_lua", "used_memory_vm_eval")
	w.field("used_memory_lua_human", humanSize(0))
	w.zeros("used_memory_scripts_eval", "number_of_cached_scripts", "number_of_functions", "number_of_libraries", "used_memory_vm_functions")
	w.size("used_memory_vm_total", 0)
	w.zeros("used_memory_functions")
	w.size("used_memory_scripts", 0)
	w.size("maxmemory", int64(w.engine.Config.MaxMemory))
	w.field("maxmemory_policy", w.engine.Config.MaxMemoryPolicy)
	w.field("allocator_frag_ratio", ratio(int64(a.Active), int64(a.Used)))
	w.field("allocator_frag_bytes", a.Active-a.Used)
	w.field("allocator_rss_ratio", ratio(int64(a.Resident), int64(a.Active)))
	w.field("allocator_rss_bytes", a.Resident-a.Active)
	w.field("rss_overhead_ratio", ratio(m.resident, int64(a.Resident)))
	w.field("rss_overhead_bytes", m.resident-int64(a.Resident))
	w.field("mem_fragmentation_ratio", ratio(m.resident, m.used))
	w.field("mem_fragmentation_bytes", m.resident-m.used)
	w.field("mem_not_counted_for_evict", w.engine.UncountedMemory())
	w.zeros("mem_replication_backlog", "mem_total_replication_buffers", "mem_clients_slaves")
	w.field("mem_clients_normal", w.engine.ClientMemory())
	w.field("mem_cluster_links", 0)
	w.field("mem_aof_buffer", w.engine.LogMemory())
	w.field("mem_allocator", "zmalloc")
	w.zeros("active_defrag_running")
	pending, freed := w.engine.Keyspace.Doomed()
	w.field("lazyfree_pending_objects", pending)
	w.field("lazyfreed_objects", freed)
}

func percent(part, of int64) string {
	return fmt.Sprintf("%.2f%%", 100*float64(part)/float64(max(1, of)))
}

func infoPersistence(w *infoWriter) {
	s := w.engine.LogState()
	w.field("loading", w.engine.Loading())
	w.zeros("async_loading", "current_cow_peak", "current_cow_size", "current_cow_size_age")
	w.field("current_fork_perc", 0.0)
	w.zeros("current_save_keys_processed", "current_save_keys_total")
	w.field("rdb_changes_since_last_save", w.engine.Changes())
	w.field("rdb_bgsave_in_progress", 0)
	w.field("rdb_last_save_time", lastSaved(w.engine, w.facts.Started))
	w.field("rdb_last_bgsave_status", status(true))
	w.field("rdb_last_bgsave_time_sec", -1)
	w.field("rdb_current_bgsave_time_sec", -1)
	w.zeros("rdb_saves", "rdb_last_cow_size", "rdb_last_load_keys_expired", "rdb_last_load_keys_loaded")
	w.field("aof_enabled", s.Enabled)
	w.field("aof_rewrite_in_progress", s.Rewriting)
	w.field("aof_rewrite_scheduled", s.Scheduled)
	w.field("aof_last_rewrite_time_sec", s.LastRewriteSeconds)
	w.field("aof_current_rewrite_time_sec", s.RewriteSeconds)
	w.field("aof_last_bgrewrite_status", status(s.Failures == 0))
	w.field("aof_rewrites", s.Rewrites)
	w.field("aof_rewrites_consecutive_failures", s.Failures)
	w.field("aof_last_write_status", status(s.Err == nil))
	w.zeros("aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size")
	if s.Enabled {
		w.field("aof_current_size", s.Size)
		w.field("aof_base_size", s.BaseSize)
		w.field("aof_pending_rewrite", 0)
		w.field("aof_buffer_length", w.engine.LogBuffered())
		w.field("aof_pending_bio_fsync", s.PendingSyncs)
		w.field("aof_delayed_fsync", s.DelayedSyncs)
	}
	if w.engine.Loading() {
		infoLoading(w)
	}
}

// infoLoading tells how far loading is: in seconds, about.
func infoLoading(w *infoWriter) {
	l := w.engine.Loaded()
	eta := int64(1) // where nothing is known yet
	if elapsed := int64(time.Since(l.Began).Seconds()); elapsed > 0 {
		eta = elapsed * (l.Total - l.Done) / (l.Done + 1)
	}
	w.field("loading_start_time", l.Began.Unix())
	w.field("loading_total_bytes", l.Total)
	w.field("loading_rdb_used_mem", 0)
	w.field("loading_loaded_bytes", l.Done)
	w.field("loading_loaded_perc", 100*ratio(l.Done, l.Total))
	w.field("loading_eta_seconds", eta)
}

func infoStats(w *infoWriter) {
	f, keys := &w.facts, &w.engine.Keyspace.Stats
	w.field("total_connections_received", f.Accepted)
	w.field("total_commands_processed", w.engine.Stats.Commands)
	w.field("instantaneous_ops_per_sec", f.OpsPerSecond)
	w.field("total_net_input_bytes", f.BytesIn)
	w.field("total_net_output_bytes", f.BytesOut)
	w.zeros("total_net_repl_input_bytes", "total_net_repl_output_bytes")
	w.field("instantaneous_input_kbps", f.KilobytesIn)
	w.field("instantaneous_output_kbps", f.KilobytesOut)
	w.field("instantaneous_input_repl_kbps", 0.0)
	w.field("instantaneous_output_repl_kbps", 0.0)
	w.field("rejected_connections", f.Rejected)
	w.zeros("sync_full", "sync_partial_ok", "sync_partial_err")
	w.field("expired_keys", keys.Expired)
	w.field("expired_stale_perc", keys.ExpiredStale)
	w.field("expired_time_cap_reached_count", keys.ExpireTimeouts)
	w.field("expire_cycle_cpu_milliseconds", f.ExpireMilliseconds)
	w.field("evicted_keys", keys.Evicted)
	w.field("evicted_clients", f.EvictedClients)
	exceeded, now := w.engine.Exceeded()
	w.field("total_eviction_exceeded_time", exceeded.Milliseconds())
	w.field("current_eviction_exceeded_time", now.Milliseconds())
	w.field("keyspace_hits", keys.Hits)
	w.field("keyspace_misses", keys.Misses)
	w.field("pubsub_channels", len(w.engine.Topics(engine.Channels)))
	w.field("pubsub_patterns", len(w.engine.Topics(engine.Patterns)))
	w.field("pubsubshard_channels", len(w.engine.Topics(engine.ShardChannels)))
	w.zeros("latest_fork_usec", "total_forks", "migrate_cached_sockets",
		"slave_expires_tracked_keys", "active_defrag_hits", "active_defrag_misses", "active_defrag_key_hits", "active_defrag_key_misses",
		"total_active_defrag_time", "current_active_defrag_time")
	_, tracked, items, prefixes := w.engine.TrackingFigures()
	w.field("tracking_total_keys", tracked)
	w.field("tracking_total_items", items)
	w.field("tracking_total_prefixes", prefixes)
	w.zeros("unexpected_error_replies")
	w.field("total_error_replies", w.engine.Stats.ErrorsTotal)
	w.field("dump_payload_sanitizations", 0)
	w.field("total_reads_processed", f.Reads)
	w.field("total_writes_processed", f.Writes)
	w.zeros("io_threaded_reads_processed", "io_threaded_writes_processed", "reply_buffer_shrinks", "reply_buffer_expands")
}

// infoReplication is what a server without replicas says; clients ask for its role.
func infoReplication(w *infoWriter) {
	w.field("role", "master")
	w.field("connected_slaves", 0)
	w.field("master_failover_state", "no-failover")
	replID := w.engine.ReplID
	if replID == "" {
		replID = w.facts.RunID // a history of its own, as long as it runs
	}
	w.field("master_replid", replID)
	w.field("master_replid2", strings.Repeat("0", 40))
	w.field("master_repl_offset", 0)
	w.field("second_repl_offset", -1)
	w.zeros("repl_backlog_active", "repl_backlog_size", "repl_backlog_first_byte_offset", "repl_backlog_histlen")
}

func infoCPU(w *infoWriter) {
	w.field("used_cpu_sys", fmt.Sprintf("%.6f", w.facts.CPUSystem))
	w.field("used_cpu_user", fmt.Sprintf("%.6f", w.facts.CPUUser))
	w.field("used_cpu_sys_children", "0.000000")
	w.field("used_cpu_user_children", "0.000000")
}

func infoCommandStats(w *infoWriter) {
	for _, cmd := range w.engine.Table.All {
		s := &cmd.Stats
		if s.Calls == 0 && s.Rejected == 0 {
			continue
		}
		usec := s.Time.Microseconds()
		perCall := float64(s.Time.Nanoseconds()) / 1000 / float64(max(1, s.Calls))
		w.field("cmdstat_"+cmd.Name, fmt.Sprintf("calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
			s.Calls, usec, perCall, s.Rejected, s.Failed))
	}
}

func infoErrorStats(w *infoWriter) {
	var codes []string
	for code := range w.engine.Stats.Errors {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		w.field("errorstat_"+code, fmt.Sprintf("count=%d", w.engine.Stats.Errors[code]))
	}
}

// trimZeros is a number with six decimals, but for zeros at the end.
func trimZeros(f float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%f", f), "0"), ".")
}

// infoLatencyStats tells percentiles of how long a command's runs took, in microseconds.
func infoLatencyStats(w *infoWriter) {
	for _, cmd := range w.engine.Table.All {
		h := cmd.Stats.Latency
		if h == nil {
			continue
		}
		var values []string
		for _, p := range w.engine.Config.LatencyPercentiles {
			values = append(values, fmt.Sprintf("p%s=%.3f", trimZeros(p), float64(h.Percentile(p))/1000))
		}
		w.field("latency_percentiles_usec_"+cmd.Name, strings.Join(values, ","))
	}
}

func infoCluster(w *infoWriter) { w.field("cluster_enabled", 0) }

func infoKeyspace(w *infoWriter) {
	for id := range w.engine.Config.Databases {
		if db := w.engine.Keyspace.DB(id); db.Len() > 0 {
			w.field(fmt.Sprintf("db%d", id), fmt.Sprintf("keys=%d,expires=%d,avg_ttl=%d", db.Len(), db.Expires(), db.AvgTTL()))
		}
	}
}
