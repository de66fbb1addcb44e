// ch05_info.go: what INFO tells, and that it is true.

package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// info is what INFO tells, and that it is true.
func info() list {
	return in(5, lesson5Info, list{
		{Name: "INFO has Redis' sections in Redis' order", Run: infoSections},
		{Name: "INFO takes sections in any case and order, each once", Run: infoSelects},
		{Name: "INFO of an unknown section is empty", Run: answers(cmd("INFO", "nosuch")+cmd("INFO", "nosuch", "neither")+cmd("INFO", ""), bulk("")+bulk("")+bulk(""))},
		{Name: "INFO's lines end with CR LF", Run: infoLines},
		{Name: "INFO server tells about the process", Run: infoServer},
		{Name: "INFO clients counts the connections", Own: true, Run: infoClients},
		{Name: "INFO counts connections that were refused", Args: []string{"--maxclients", "3"}, Run: refusedAreCounted},
		{Name: "INFO memory tells what is in use", Own: true, Run: infoInUse},
		{Name: "INFO persistence tells that there is no log", Own: true, Run: infoWithoutLog},
		{Name: "INFO persistence follows the append-only file", Run: infoOfLog},
		{Name: "INFO cpu grows with work", Own: true, Run: infoCPU},
		{Name: "INFO stats counts hits and misses", Own: true, Run: hitsAndMisses},
		{Name: "INFO stats counts expired keys", Own: true, Run: expiredAreCounted},
		{Name: "INFO stats counts commands, those that failed too", Own: true, Run: commandsAreCounted},
		{Name: "INFO stats counts bytes in and out", Own: true, Run: bytesAreCounted},
		{Name: "INFO stats knows how many commands ran a second", Own: true, Run: opsPerSecond},
		{Name: "INFO commandstats counts calls, failed and rejected ones", Own: true, Run: callsAreCounted},
		{Name: "INFO commandstats counts the time of calls", Own: true, Run: timeIsCounted},
		{Name: "INFO errorstats counts error replies by code", Own: true, Run: errorsAreCounted},
		{Name: "INFO keyspace counts keys of every database that has any", Own: true, Run: keyspaceLines},
		{Name: "INFO keyspace guesses how long keys will live", Own: true, Run: averageTTL},
		{Name: "CONFIG RESETSTAT makes the counts begin again", Own: true, Run: statsAreReset},
	})
}

// sectionsOf are the sections of INFO that chapter 5 has, in order.
func sectionsOf(t *T, c *conformance.Conn, words ...string) (names []string) {
	reply := c.Call(append([]string{"INFO"}, words...)...)
	require.Equal(t, "$", string(reply.Kind))
	for line := range strings.SplitSeq(reply.Text, "\r\n") {
		if name, ok := strings.CutPrefix(line, "# "); ok && slices.Contains(everySection, name) {
			names = append(names, name)
		}
	}
	return names
}

var (
	everySection    = strings.Fields("Server Clients Memory Persistence Stats Replication CPU Commandstats Errorstats Cluster Keyspace")
	defaultSections = strings.Fields("Server Clients Memory Persistence Stats Replication CPU Errorstats Cluster Keyspace")
)

func infoSections(t *T) {
	c := t.Dial()
	for words, want := range map[string][]string{
		"": defaultSections, "default": defaultSections, "DEFAULT": defaultSections, "all": everySection, "everything": everySection, "Everything": everySection,
		"default commandstats": everySection, "keyspace default": defaultSections, "nosuch default": defaultSections, "server all": everySection, "all nosuch": everySection,
	} {
		require.Equal(t, want, sectionsOf(t, c, strings.Fields(words)...), "INFO %s", words)
	}
	for _, name := range everySection {
		require.Equal(t, []string{name}, sectionsOf(t, c, name))
	}
}

func infoSelects(t *T) {
	c := t.Dial()
	for words, want := range map[string]string{
		"SERVER": "Server", "cpu": "CPU", "Cpu": "CPU", "keyspace server": "Server Keyspace", "server SERVER Server": "Server", "nosuch keyspace nosuch": "Keyspace",
		"errorstats commandstats": "Commandstats Errorstats", "stats": "Stats", "stat": "",
	} {
		require.Equal(t, strings.Fields(want), append([]string{}, sectionsOf(t, c, strings.Fields(words)...)...), "INFO %s", words)
	}
}

func infoLines(t *T) {
	c := t.Dial()
	text := c.Call("INFO", "everything").Text
	require.True(t, strings.HasPrefix(text, "# Server\r\nredis_version:7.0.15\r\n"), text)
	require.Equal(t, strings.Count(text, "\n"), strings.Count(text, "\r\n"))
	require.Contains(t, text, "\r\n\r\n# Clients\r\nconnected_clients:")
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		require.True(t, line == "" || strings.HasPrefix(line, "# ") || strings.Contains(line, ":"), line)
	}
	c.Exchange(cmd("INFO", "cluster"), bulk("# Cluster\r\ncluster_enabled:0\r\n"))
}

func infoServer(t *T) {
	s, c := t.Server(), t.Dial()
	f := askFigures(c, "server")
	require.Equal(t, strconv.Itoa(s.Pid()), f["process_id"])
	require.Equal(t, s.Addr[strings.LastIndexByte(s.Addr, ':')+1:], f["tcp_port"])
	require.Equal(t, "standalone", f["redis_mode"])
	require.Equal(t, "epoll", f["multiplexing_api"])
	require.Equal(t, "64", f["arch_bits"])
	require.Len(t, f["run_id"], 40)
	require.True(t, strings.HasPrefix(f["os"], "Linux "), f["os"])
	require.InDelta(t, time.Now().UnixMicro(), f.number(t, "server_time_usec"), 5e6)
	require.InDelta(t, time.Now().Unix()%(1<<24), f.number(t, "lru_clock"), 5)
	require.Less(t, f.number(t, "uptime_in_seconds"), int64(3600))
	require.Equal(t, "", f["config_file"])
	require.Equal(t, f["run_id"], askFigures(t.Dial(), "server")["run_id"], "it is one server")
}

func infoClients(t *T) {
	c := t.Dial()
	t.Until("the connection that looked whether it listens is gone", func() bool { return askFigures(c, "clients").number(t, "connected_clients") == 1 })
	received := askFigures(c, "stats").number(t, "total_connections_received")
	var others []*conformance.Conn
	for range 20 {
		other := t.Dial()
		other.Exchange(cmd("PING"), "+PONG\r\n")
		others = append(others, other)
	}
	require.EqualValues(t, 21, askFigures(c, "clients").number(t, "connected_clients"))
	require.Equal(t, received+20, askFigures(c, "stats").number(t, "total_connections_received"))
	for _, other := range others[:15] {
		other.Close()
	}
	t.Until("15 have gone", func() bool { return askFigures(c, "clients").number(t, "connected_clients") == 6 })
	require.Equal(t, received+20, askFigures(c, "stats").number(t, "total_connections_received"))
}

func refusedAreCounted(t *T) {
	c := t.Dial()
	t.Until("the connection that looked whether it listens is gone", func() bool { return askFigures(c, "clients").number(t, "connected_clients") == 1 })
	for range 2 {
		t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
	}
	for range 4 {
		t.Dial().Discard()
	}
	require.EqualValues(t, 4, askFigures(c, "stats").number(t, "rejected_connections"))
	f := askFigures(c, "clients")
	require.EqualValues(t, 3, f.number(t, "connected_clients"))
	require.EqualValues(t, 3, f.number(t, "maxclients"))
}

func infoInUse(t *T) {
	c := t.Dial()
	before := askFigures(c, "memory")
	setMany(t, c, "key:", 0, 10_000, 1000)
	after := askFigures(c, "memory")
	require.Greater(t, after.number(t, "used_memory")-before.number(t, "used_memory"), int64(10_000_000))
	require.GreaterOrEqual(t, after.number(t, "used_memory_peak"), after.number(t, "used_memory")-1<<20)
	require.Greater(t, after.number(t, "used_memory_rss"), int64(10_000_000))
	require.Positive(t, after.number(t, "total_system_memory"))
	require.True(t, strings.HasSuffix(after["used_memory_human"], "M"), after["used_memory_human"])
	require.Equal(t, "noeviction", after["maxmemory_policy"])
}

func infoWithoutLog(t *T) {
	f := askFigures(t.Dial(), "persistence")
	for name, want := range map[string]string{
		"loading": "0", "aof_enabled": "0", "aof_rewrite_in_progress": "0", "aof_last_write_status": "ok", "aof_last_bgrewrite_status": "ok", "aof_rewrites": "0", "aof_last_rewrite_time_sec": "-1",
		"aof_current_rewrite_time_sec": "-1", "rdb_bgsave_in_progress": "0",
	} {
		require.Equal(t, want, f[name], name)
	}
	if !t.OnlyAddress() { // nobody else has changed anything
		require.Equal(t, "0", f["rdb_changes_since_last_save"])
	}
	require.NotContains(t, f, "aof_current_size")
}

func infoOfLog(t *T) {
	d := newDisk(t)
	_, c := d.start()
	f := askFigures(c, "persistence")
	require.Equal(t, "1", f["aof_enabled"])
	require.EqualValues(t, 0, f.number(t, "aof_base_size"))
	speak(c, plain, "SET k v", done, "SET k w", done, "DEL k", one)
	f = askFigures(c, "persistence")
	require.EqualValues(t, len(d.read(incr1)), f.number(t, "aof_current_size"))
	require.EqualValues(t, 3, f.number(t, "rdb_changes_since_last_save"))
	require.EqualValues(t, 0, f.number(t, "aof_buffer_length"))
	speak(c, plain, "SET k v", done)
	beginRewrite(t, c)
	d.awaitGeneration(2)
	t.Until("the rewrite's end is told", func() bool {
		f = askFigures(c, "persistence")
		return f["aof_rewrite_in_progress"] == "0"
	})
	require.Equal(t, "1", f["aof_rewrites"])
	require.Equal(t, "ok", f["aof_last_bgrewrite_status"])
	require.EqualValues(t, len(d.read("appendonly.aof.2.base.aof")), f.number(t, "aof_base_size"))
	require.GreaterOrEqual(t, f.number(t, "aof_last_rewrite_time_sec"), int64(0))
}

func infoCPU(t *T) {
	c := t.Dial()
	sum := func() (sum float64) {
		f := askFigures(c, "cpu")
		for _, name := range []string{"used_cpu_sys", "used_cpu_user"} {
			seconds, err := strconv.ParseFloat(f[name], 64)
			require.NoError(t, err, name)
			sum += seconds
		}
		return sum
	}
	before := sum()
	t.Until("work costs time", func() bool {
		setMany(t, c, "key:", 0, 1000, 10)
		return sum() > before+0.01
	})
	require.Less(t, sum(), before+60)
}

func hitsAndMisses(t *T) {
	c := t.Dial()
	for _, step := range []struct {
		request, reply string
		hits, misses   int64
	}{
		{"GET k", nilBulk, 0, 1},
		{"SET k 5", done, 0, 0},
		{"GET k", bulk("5"), 1, 0},
		{"EXISTS k none k", ":2\r\n", 2, 1},
		{"TTL k", noTTL, 1, 0},
		{"PTTL none", noKey, 0, 1},
		{"EXPIRETIME k", noTTL, 1, 0},
		{"TYPE k", "+string\r\n", 1, 0},
		{"TYPE none", "+none\r\n", 0, 1},
		{"OBJECT ENCODING k", bulk("int"), 1, 0},
		{"OBJECT ENCODING none", nilBulk, 0, 1},
		{"INCR k", ":6\r\n", 0, 0},
		{"SET k 6 GET", bulk("6"), 1, 0},
		{"SET k 7 NX", nilBulk, 0, 0},
		{"EXPIRE k 1000", one, 0, 0},
		{"PERSIST k", one, 0, 0},
		{"KEYS *", bulks("k"), 0, 0},
		{"RANDOMKEY", bulk("k"), 0, 0},
		{"MOVE k 3", one, 0, 0},
		{"DEL k", zero, 0, 0},
	} {
		hits, misses := stat(t, c, "keyspace_hits"), stat(t, c, "keyspace_misses")
		speak(c, plain, step.request, step.reply)
		require.Equal(t, step.hits, stat(t, c, "keyspace_hits")-hits, "hits of %s", step.request)
		require.Equal(t, step.misses, stat(t, c, "keyspace_misses")-misses, "misses of %s", step.request)
	}
}

func expiredAreCounted(t *T) {
	c := t.Dial()
	speak(c, plain, "SET a v PX 20", done, "SET b v PX 20", done, "SET c v PX 20", done, "SET stays v EX 1000", done, "SET deleted v EX 1000", done, "DEL deleted", one)
	awaitSize(t, c, 1)
	require.EqualValues(t, 3, stat(t, c, "expired_keys"))
	require.EqualValues(t, 0, stat(t, c, "evicted_keys"))
}

func commandsAreCounted(t *T) {
	c := t.Dial()
	// The INFO that asked before is counted when it has run.
	grows(t, c, "total_commands_processed", 1+6, "PING", "+PONG\r\n", "SET k text", done, "GET k", bulk("text"), "INCR k", noInteger, "SET k v foo", syntax, "SELECT 99", noDB)
	grows(t, c, "total_commands_processed", 1, "NOSUCH", unknown("NOSUCH"), "GET", wrongArity("get"), "OBJECT nosuch", unknownSub("nosuch", "OBJECT"))
	grows(t, c, "total_error_replies", 4, "NOSUCH", unknown("NOSUCH"), "GET", wrongArity("get"), "INCR k", noInteger, "SELECT x", noInteger, "GET none", nilBulk)
}

func bytesAreCounted(t *T) {
	c := t.Dial()
	in, out := stat(t, c, "total_net_input_bytes"), stat(t, c, "total_net_output_bytes")
	value := numbered(100_000)
	c.Exchange(cmd("SET", "k", value)+cmd("GET", "k")+cmd("GET", "k"), done+bulk(value)+bulk(value))
	require.InDelta(t, 100_000, stat(t, c, "total_net_input_bytes")-in, 1000)
	require.InDelta(t, 200_000, stat(t, c, "total_net_output_bytes")-out, 20_000)
}

// opsPerSecond keeps a server at work until it says so, and idle until it says that.
func opsPerSecond(t *T) {
	c := t.Dial()
	idle := func() bool { return stat(t, c, "instantaneous_ops_per_sec") < 1000 }
	t.Until("nothing is done yet", idle) // a server that others have used remembers it for 1.6 s
	t.Until("much is done", func() bool {
		setMany(t, c, "key:", 0, 1000, 10)
		return stat(t, c, "instantaneous_ops_per_sec") > 1000
	})
	t.Until("little is done", idle)
}

// calls is what INFO commandstats says of a command.
func calls(c *conformance.Conn, name string) figures {
	f := figures{}
	for pair := range strings.SplitSeq(askFigures(c, "commandstats")["cmdstat_"+name], ",") {
		field, value, _ := strings.Cut(pair, "=")
		f[field] = value
	}
	return f
}

func callsAreCounted(t *T) {
	c := t.Dial()
	require.Empty(t, calls(c, "get")["calls"], "a command that nobody has called is not listed")
	speak(
		c, plain, "SET k v", done, "GET k", bulk("v"), "get none", nilBulk, "GeT k", bulk("v"), "GET", wrongArity("get"), "GET a b", wrongArity("get"), "INCR k", noInteger, "INCR n", one,
		"SET k v foo", syntax, "OBJECT ENCODING k", bulk("embstr"), "OBJECT nosuch", unknownSub("nosuch", "OBJECT"), "OBJECT ENCODING", wrongArity("object|encoding"), "DECR", wrongArity("decr"),
	)
	for name, want := range map[string]string{
		"get": "3 2 0", "incr": "2 0 1", "set": "2 0 1", "object|encoding": "1 1 0", "decr": "0 1 0",
	} {
		f := calls(c, name)
		require.Equal(t, want, fmt.Sprint(f["calls"], " ", f["rejected_calls"], " ", f["failed_calls"]), "calls, rejected and failed ones, of %s", name)
	}
	require.Empty(t, calls(c, "nosuch")["calls"])
	require.Equal(t, "", askFigures(c, "commandstats")["cmdstat_object"], "a container is never called")
}

func timeIsCounted(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 20_000, 10)
	for range 5 {
		c.Exchange(cmd("KEYS", "none*"), emptyList)
	}
	for _, name := range []string{"set", "keys"} {
		f := calls(c, name)
		require.Positive(t, f.number(t, "usec"), name)
		perCall, err := strconv.ParseFloat(f["usec_per_call"], 64)
		require.NoError(t, err)
		require.InDelta(t, float64(f.number(t, "usec"))/float64(f.number(t, "calls")), perCall, 1, name)
	}
	require.Greater(t, calls(c, "keys").number(t, "usec"), int64(100), "five walks through 20000 keys")
}

func errorsAreCounted(t *T) {
	c := t.Dial()
	require.Empty(t, askFigures(c, "errorstats"))
	speak(c, plain, "SET k v", done, "INCR k", noInteger, "NOSUCH", unknown("NOSUCH"), "GET", wrongArity("get"), "HELLO 9", noProto, "GET k", bulk("v"))
	require.Equal(t, figures{"errorstat_ERR": "count=3", "errorstat_NOPROTO": "count=1"}, askFigures(c, "errorstats"))
}

func keyspaceLines(t *T) {
	c := t.Dial()
	c.Exchange(cmd("INFO", "keyspace"), bulk("# Keyspace\r\n"))
	speak(c, plain, "SET a v", done, "INCR b", one, "SELECT 15", done, "SET c v", done, "SELECT 3", done, "SET d v", done, "DEL d", one)
	c.Exchange(cmd("INFO", "keyspace"), bulk("# Keyspace\r\ndb0:keys=2,expires=0,avg_ttl=0\r\ndb15:keys=1,expires=0,avg_ttl=0\r\n"))
	speak(c, plain, "SELECT 0", done, "EXPIRE a 1000", one, "EXPIRE b 1000", one, "PERSIST a", one)
	require.True(t, strings.HasPrefix(askFigures(c, "keyspace")["db0"], "keys=2,expires=1,avg_ttl="))
	speak(c, plain, "SWAPDB 0 7", done)
	f := askFigures(c, "keyspace")
	require.True(t, strings.HasPrefix(f["db7"], "keys=2,expires=1,avg_ttl="), f)
	require.NotContains(t, f, "db0")
	speak(c, plain, "FLUSHALL", done)
	c.Exchange(cmd("INFO", "keyspace"), bulk("# Keyspace\r\n"))
}

// averageTTL is what the expire cycle has seen.
func averageTTL(t *T) {
	c := t.Dial()
	for i := range 10 {
		speak(c, plain, fmt.Sprintf("SET k%d v EX 1000", i), done)
	}
	t.Until("the average is near", func() bool {
		_, text, _ := strings.Cut(askFigures(c, "keyspace")["db0"], "avg_ttl=")
		ms, err := strconv.Atoi(text)
		require.NoError(t, err)
		return ms > 900_000 && ms <= 1_000_000
	})
}

func statsAreReset(t *T) {
	c := t.Dial()
	speak(c, plain, "SET k v", done, "GET k", bulk("v"), "GET none", nilBulk, "INCR k", noInteger, "SET e v PX 1", done)
	awaitSize(t, c, 1)
	speak(c, plain, "CONFIG RESETSTAT", done)
	f := askFigures(c, "stats")
	for _, name := range []string{"total_connections_received", "keyspace_hits", "keyspace_misses", "expired_keys", "evicted_keys", "rejected_connections", "total_error_replies"} {
		require.EqualValues(t, 0, f.number(t, name), name)
	}
	require.LessOrEqual(t, f.number(t, "total_commands_processed"), int64(1), "but for CONFIG RESETSTAT itself")
	require.Less(t, f.number(t, "total_net_input_bytes"), int64(200))
	require.Empty(t, askFigures(c, "errorstats"))
	require.Empty(t, calls(c, "get")["calls"])
	require.Equal(t, "1", calls(c, "config|resetstat")["calls"])
	speak(c, plain, "GET k", bulk("v"))
	require.EqualValues(t, 1, stat(t, c, "keyspace_hits"))
	require.EqualValues(t, 1, askFigures(c, "clients").number(t, "connected_clients"), "who is there stays there")
	require.Contains(t, askFigures(c, "keyspace")["db0"], "keys=1")
}
