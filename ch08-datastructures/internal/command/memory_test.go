package command

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/zmalloc"
)

func TestMaxMemory_RefusesWhatNeedsMoreUnderNoEviction(t *testing.T) {
	s := newSession(t)
	s.expect("SET k v", "+OK\r\n")
	s.expect("CONFIG SET maxmemory 1", "+OK\r\n")
	const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
	s.expect("SET k w", oom)
	s.expect("INCR n", oom)
	s.expect("GET k", "$1\r\nv\r\n")
	s.expect("EXPIRE k 100", ":1\r\n")
	s.expect("DEL k", ":1\r\n")
	s.expect("CONFIG SET maxmemory 0", "+OK\r\n")
	s.expect("SET k w", "+OK\r\n")
	s.expect("FLUSHALL", "+OK\r\n")
}

func TestMaxMemory_MakesRoomBeforeAWrite(t *testing.T) {
	s := newSession(t)
	limit := zmalloc.Used() + 1<<20
	s.expect("CONFIG SET maxmemory "+strconv.Itoa(limit)+" maxmemory-policy allkeys-lru maxmemory-eviction-tenacity 100", "+OK\r\n")
	for i := range 20_000 {
		require.Equal(t, "+OK\r\n", s.ask("SET", strconv.Itoa(i), strings.Repeat("v", 100)))
	}
	// The last write may be beyond it, and a table that grew.
	require.Less(t, zmalloc.Used(), limit+256<<10)
	require.NotEqual(t, "0", s.fields("stats")["evicted_keys"])
	s.expect("FLUSHALL", "+OK\r\n")
}

func TestMemory_TellsWhatIsInUse(t *testing.T) {
	s := newSession(t)
	s.expect("MEMORY USAGE none", "$-1\r\n")
	s.expect("SET k v", "+OK\r\n")
	usage, err := strconv.Atoi(strings.Trim(s.ask("MEMORY", "USAGE", "k", "SAMPLES", "0"), ":\r\n"))
	require.NoError(t, err)
	require.Greater(t, usage, 16)
	for _, wrong := range []string{"MEMORY USAGE k SAMPLES", "MEMORY USAGE k SAMPLES -1", "MEMORY USAGE k FOO 1", "MEMORY USAGE k SAMPLES 1 2"} {
		s.expect(wrong, "-ERR syntax error\r\n")
	}
	stats := s.ask("MEMORY", "STATS")
	require.True(t, strings.HasPrefix(stats, "*"+strconv.Itoa(2*28)+"\r\n"), stats)
	require.Contains(t, stats, "keys.count\r\n:1\r\n")
	require.Contains(t, s.ask("MEMORY", "MALLOC-STATS"), "slabs")
	require.Contains(t, s.ask("MEMORY", "DOCTOR"), "\n")
	s.expect("MEMORY PURGE", "+OK\r\n")
	require.Equal(t, strconv.Itoa(zmalloc.Used()), s.fields("memory")["allocator_allocated"])
	s.expect("FLUSHALL", "+OK\r\n")
}

// A map's head and what follows must agree, or a client waits for ever.
func TestMemoryStats_HasAsManyFieldsAsItSays(t *testing.T) {
	s := newSession(t)
	s.expect("SET k v", "+OK\r\n")
	lines := strings.Split(strings.TrimSuffix(s.ask("MEMORY", "STATS"), "\r\n"), "\r\n")
	at := 0
	var value func()
	value = func() {
		head := lines[at]
		at++
		switch head[0] {
		case '$':
			at++
		case '*':
			n, err := strconv.Atoi(head[1:])
			require.NoError(t, err)
			for range n {
				value()
			}
		}
	}
	value()
	require.Equal(t, len(lines), at)
	s.expect("FLUSHALL", "+OK\r\n")
}

// Where the system gives no more memory a command is refused that may need some, before
// it has done anything, and all others run.
func TestOutOfMemory_IsAnAnswer(t *testing.T) {
	s := newSession(t)
	const oom = "-OOM command not allowed when the system gives the server no more memory.\r\n"
	large := strings.Repeat("l", 1<<20)
	s.expect("SET large "+large, "+OK\r\n")
	restore := zmalloc.EndSoon(8 << 20)
	defer restore()
	n := 0
	for s.ask("SET", "k"+strconv.Itoa(n), strings.Repeat("v", 1000)) == "+OK\r\n" {
		n++
	}
	require.Greater(t, n, 1000)
	for i := 0; s.ask("SET", strconv.Itoa(i), "1") == "+OK\r\n"; i++ {
	}
	for _, request := range []string{"SET k0 " + large, "EXPIRE large 100", "MOVE large 1"} {
		s.expect(request, oom)
	}
	s.expect("GET k1", "$1000\r\n"+strings.Repeat("v", 1000)+"\r\n")
	for i := range n {
		s.expect("DEL k"+strconv.Itoa(i), ":1\r\n")
	}
	s.expect("EXPIRE large 100", ":1\r\n")
	s.expect("MOVE large 1", ":1\r\n")
	s.expect("FLUSHALL", "+OK\r\n")
	s.expect("SET large "+large, "+OK\r\n")
	s.expect("FLUSHALL", "+OK\r\n")
}

func TestRoom_AskingForItDeletesNothing(t *testing.T) {
	s := newSession(t)
	s.expect("SET k v PX 100", "+OK\r\n")
	s.now = s.now.Add(101e6)
	s.expect("MOVE k 0", "-ERR source and destination objects are the same\r\n")
	s.expect("DBSIZE", ":1\r\n")
}
