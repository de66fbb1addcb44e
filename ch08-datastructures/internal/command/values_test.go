package command

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestIncr_CountsAndRefuses(t *testing.T) {
	s := newSession(t)
	s.expect("INCR n", ":1\r\n")
	s.expect("INCRBY n 41", ":42\r\n")
	s.expect("DECR n", ":41\r\n")
	s.expect("DECRBY n -1", ":42\r\n")
	s.expect("OBJECT ENCODING n", "$3\r\nint\r\n")
	s.expect("SET n 9223372036854775807", "+OK\r\n")
	s.expect("INCR n", "-ERR increment or decrement would overflow\r\n")
	s.expect("DECRBY n -9223372036854775808", "-ERR decrement would overflow\r\n")
	s.expect("SET n 007", "+OK\r\n")
	s.expect("INCR n", "-ERR value is not an integer or out of range\r\n")
	s.expect("SET n 1 EX 100", "+OK\r\n")
	s.expect("INCR n", ":2\r\n")
	s.expect("TTL n", ":100\r\n")
}

func TestIncr_AllocatesNothing(t *testing.T) {
	s := newSession(t)
	s.expect("INCR n", ":1\r\n")
	s.c.Args = [][]byte{[]byte("INCR"), []byte("n")}
	s.c.Reply = make([]byte, 0, 1<<10)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		s.c.Reply = s.c.Reply[:0]
		s.c.Engine.BeginRequests()
		s.c.Engine.Execute(&s.c)
		s.c.Engine.EndRequests()
	}))
}

func TestIdleTime_CountsFromTheLastUse(t *testing.T) {
	s := newSession(t)
	s.expect("SET k v", "+OK\r\n")
	s.now = s.now.Add(10 * time.Second)
	for _, request := range []string{"EXISTS k", "TYPE k", "TTL k", "OBJECT ENCODING k"} {
		s.ask(strings.Fields(request)...)
		s.expect("OBJECT IDLETIME k", ":10\r\n")
	}
	s.expect("GET k", "$1\r\nv\r\n")
	s.expect("OBJECT IDLETIME k", ":0\r\n")
}

func TestSelect_EachClientHasItsDatabase(t *testing.T) {
	s := newSession(t)
	other := s.c.Engine.NewClient(2)
	s.expect("SELECT 3", "+OK\r\n")
	s.expect("SET k v", "+OK\r\n")
	other.Args = [][]byte{[]byte("GET"), []byte("k")}
	s.c.Engine.Execute(&other)
	require.Equal(t, "$-1\r\n", string(other.Reply))
	s.expect("SELECT 16", "-ERR DB index is out of range\r\n")
	s.expect("SELECT x", "-ERR value is not an integer or out of range\r\n")
	s.expect("SWAPDB 3 0", "+OK\r\n")
	s.expect("GET k", "$-1\r\n")
	s.expect("SELECT 0", "+OK\r\n")
	s.expect("MOVE k 0", "-ERR source and destination objects are the same\r\n")
	s.expect("MOVE k 5", ":1\r\n")
	s.expect("FLUSHDB", "+OK\r\n")
	s.expect("SELECT 5", "+OK\r\n")
	s.expect("RANDOMKEY", "$1\r\nk\r\n")
	s.expect("FLUSHALL", "+OK\r\n")
	s.expect("RANDOMKEY", "$-1\r\n")
}

// fields reads INFO's lines.
func (s *session) fields(sections ...string) map[string]string {
	all := map[string]string{}
	for _, line := range strings.Split(s.ask(append([]string{"INFO"}, sections...)...), "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			all[name] = value
		}
	}
	return all
}

func TestInfo_CountsCommandsErrorsAndKeys(t *testing.T) {
	s := newSession(t)
	s.expect("CONFIG RESETSTAT", "+OK\r\n")
	s.expect("SET k v EX 100", "+OK\r\n")
	s.expect("SET n 1", "+OK\r\n")
	s.ask("GET", "k")
	s.ask("GET", "none")
	s.ask("SET", "k", "v", "KEEPTTL", "GET")
	s.ask("GET")
	s.ask("INCR", "k")
	s.ask("NOSUCH")
	all := s.fields("everything")
	require.Contains(t, all["cmdstat_get"], "calls=2,")
	require.Contains(t, all["cmdstat_get"], "rejected_calls=1,failed_calls=0")
	require.Contains(t, all["cmdstat_incr"], "calls=1,")
	require.Contains(t, all["cmdstat_incr"], "rejected_calls=0,failed_calls=1")
	require.Equal(t, "count=3", all["errorstat_ERR"])
	require.Equal(t, "3", all["total_error_replies"])
	require.Equal(t, "2", all["keyspace_hits"])
	require.Equal(t, "1", all["keyspace_misses"])
	require.Equal(t, "keys=2,expires=1,avg_ttl=0", all["db0"])
	require.Equal(t, "7", all["total_commands_processed"], "RESETSTAT itself, three SETs, two GETs, an INCR")
}

func TestInfo_HasTheSectionsThatAreAskedFor(t *testing.T) {
	s := newSession(t)
	require.Contains(t, s.fields(), "redis_version")
	require.NotContains(t, s.fields(), "cmdstat_info")
	require.Contains(t, s.fields("ALL"), "cmdstat_info")
	require.NotContains(t, s.fields("stats", "CPU"), "redis_version")
	require.Contains(t, s.fields("stats", "CPU"), "used_cpu_sys")
	require.Equal(t, "$0\r\n\r\n", s.ask("INFO", "nosuch"))
}

// What agents of monitoring read, even if this server has none of it.
func TestInfo_HasTheFieldsThatToolsRead(t *testing.T) {
	s := newSession(t)
	all := s.fields("everything")
	for _, name := range []string{
		"rdb_last_save_time", "rdb_last_bgsave_status", "mem_clients_slaves", "mem_replication_backlog", "active_defrag_running",
		"expire_cycle_cpu_milliseconds", "evicted_clients", "sync_full", "tracking_total_keys", "master_replid", "repl_backlog_size",
		"second_repl_offset", "used_memory_lua", "number_of_cached_scripts", "io_threaded_reads_processed",
	} {
		require.Contains(t, all, name)
	}
	require.Equal(t, "$11\r\n# Modules\r\n\r\n", s.ask("INFO", "modules"))
}

func TestSelect_TakesNumbersOf32Bits(t *testing.T) {
	const tooLarge = "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n"
	s := newSession(t)
	s.expect("SELECT 2147483647", "-ERR DB index is out of range\r\n")
	s.expect("SELECT 2147483648", tooLarge)
	s.expect("MOVE k 4294967297", tooLarge)
	s.expect("SWAPDB 4294967296 0", "-ERR invalid first DB index\r\n")
	s.expect("SWAPDB 0 4294967296", "-ERR invalid second DB index\r\n")
}

func TestHumanSize_IsWrittenAsRedisDoes(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0B", 1023: "1023B", 1024: "1.00K", 1536: "1.50K", 1 << 20: "1.00M", 5 << 30: "5.00G", 3 << 40: "3.00T"} {
		require.Equal(t, want, humanSize(bytes))
	}
}

func TestConfigSet_ChangesEvictionAtOnce(t *testing.T) {
	s := newSession(t)
	s.expect("CONFIG SET maxkeys 2 maxmemory-policy allkeys-random", "+OK\r\n")
	for _, key := range []string{"a", "b", "c", "d"} {
		s.expect("SET "+key+" v", "+OK\r\n")
	}
	s.expect("DBSIZE", ":2\r\n")
	s.expect("CONFIG GET maxkeys", "*2\r\n$7\r\nmaxkeys\r\n$1\r\n2\r\n")
	s.expect("CONFIG SET maxkeys", "-ERR wrong number of arguments for 'config|set' command\r\n")
	s.expect("CONFIG SET maxkeys 1 x", "-ERR syntax error\r\n")
}

func TestSetbit_TellsNobodyWhenNothingChanges(t *testing.T) {
	s := newSession(t)
	s.expect("SETBIT k 9 1", ":0\r\n")
	for _, row := range []struct {
		request, reply string
		changes        bool
	}{
		{"SETBIT k 9 1", ":1\r\n", false},
		{"SETBIT k 8 0", ":0\r\n", false},
		{"SETBIT k 16 0", ":0\r\n", true}, // it is longer
		{"BITFIELD k SET u1 9 1", "*1\r\n:1\r\n", false},
		{"BITFIELD k SET u1 24 0", "*1\r\n:0\r\n", true},
		{"BITFIELD k INCRBY u1 9 0", "*1\r\n:1\r\n", false},
		{"BITFIELD k INCRBY u2 8 1", "*1\r\n:2\r\n", true},
	} {
		before := s.changes()
		s.expect(row.request, row.reply)
		require.Equal(t, row.changes, s.changes() != before, row.request)
	}
}

func TestBitop_KeepsItsResultAsBytes(t *testing.T) {
	s := newSession(t)
	s.expect("SET a 7", "+OK\r\n")
	s.expect("SET b 1 EX 100", "+OK\r\n")
	s.expect("BITOP AND b a", ":1\r\n")
	s.expect("GET b", "$1\r\n7\r\n")
	s.expect("OBJECT ENCODING b", "$3\r\nraw\r\n")
	s.expect("TTL b", ":-1\r\n")
}

// changes is INFO's line on how often the data has changed.
func (s *session) changes() string {
	_, text, _ := strings.Cut(s.ask("INFO", "persistence"), "rdb_changes_since_last_save:")
	line, _, _ := strings.Cut(text, "\r\n")
	return line
}
