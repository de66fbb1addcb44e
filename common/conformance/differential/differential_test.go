package differential

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance/wire"
)

func TestSame(t *testing.T) {
	for _, c := range []struct {
		name, command, a, b string
		same                bool
	}{
		{"the same bulk", "GET", "$1\r\nv\r\n", "$1\r\nv\r\n", true},
		{"nil is no empty bulk", "GET", "$-1\r\n", "$0\r\n\r\n", false},
		{"nil is no empty list", "GET", "$-1\r\n", "*0\r\n", false},
		{"KEYS in another order", "keys", "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "*2\r\n$1\r\nb\r\n$1\r\na\r\n", true},
		{"KEYS with another key", "KEYS", "*1\r\n$1\r\na\r\n", "*1\r\n$1\r\nb\r\n", false},
		{"TTL a second apart", "ttl", ":100\r\n", ":101\r\n", true},
		{"TTL two seconds apart", "TTL", ":100\r\n", ":102\r\n", false},
		{"no TTL is no short one", "TTL", ":-1\r\n", ":0\r\n", false},
		{"a missing key is none without TTL", "TTL", ":-1\r\n", ":-2\r\n", false},
		{"EXPIRETIME counted from now", "EXPIRETIME", ":1800000000\r\n", ":1800000001\r\n", true},
		{"EXPIRETIME counted from 1970", "EXPIRETIME", ":4102444800\r\n", ":4102444801\r\n", false},
		{"DBSIZE has no tolerance", "DBSIZE", ":1\r\n", ":2\r\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := read(t, c.a), read(t, c.b)
			require.Equal(t, c.same, Same([]string{c.command}, a, b))
			require.Equal(t, c.same, Same([]string{c.command}, b, a))
			require.Equal(t, c.a, Bytes(a))
		})
	}
}

func read(t *testing.T, bytes string) wire.Value {
	t.Helper()
	v, err := wire.Read(bufio.NewReader(strings.NewReader(bytes)))
	require.NoError(t, err)
	return v
}

func TestRequest_TimesFromNowStayApart(t *testing.T) {
	c := Command{{Text: "EXPIRE"}, {Text: "k"}, {Unit: time.Second, Thousand: 2}}
	require.Equal(t, []string{"EXPIRE", "k", "7200000"}, c.Request(0))
	require.Equal(t, []string{"EXPIRE", "k", "7200300"}, c.Request(3))
}

func TestSequencesOf_HaveWhatTheChapterHas(t *testing.T) {
	names := func(chapter int) map[string]bool {
		found := map[string]bool{}
		for seed := range 200 {
			for _, c := range SequencesOf(chapter).Example(seed) {
				found[strings.ToUpper(c[0].Text)] = true
			}
		}
		return found
	}
	early, late := names(4), names(6)
	for _, name := range []string{"SET", "EXPIRE", "DEL", "KEYS", "DBSIZE"} {
		require.Contains(t, early, name)
		require.Contains(t, late, name)
	}
	for _, name := range []string{"INCR", "DECRBY", "OBJECT", "SELECT", "SWAPDB", "MOVE", "RANDOMKEY"} {
		require.NotContains(t, early, name)
		require.Contains(t, late, name)
	}
}

func TestScenes_HaveTransactionsOfAllClients(t *testing.T) {
	found := map[string]bool{}
	for seed := range 100 {
		for _, step := range Scenes().Example(seed) {
			require.Less(t, step.Client, Clients)
			for _, c := range step.Commands {
				found[strings.ToUpper(c[0].Text)] = true
				if IsBrief(c.Request(0)) {
					found["brief"] = true
				}
			}
		}
	}
	for _, name := range []string{"MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "RESET", "FLUSHALL", "SWAPDB", "SET", "brief"} {
		require.Contains(t, found, name)
	}
}

func TestQueue_ComparesWhatExecAnswersCommandByCommand(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		same       bool
	}{
		{"a second apart", "*2\r\n:100\r\n+OK\r\n", "*2\r\n:101\r\n+OK\r\n", true},
		{"two seconds apart", "*2\r\n:100\r\n+OK\r\n", "*2\r\n:102\r\n+OK\r\n", false},
		{"another reply", "*2\r\n:100\r\n+OK\r\n", "*2\r\n:100\r\n$-1\r\n", false},
		{"a reply less", "*1\r\n:100\r\n", "*2\r\n:100\r\n+OK\r\n", false},
		{"null is no empty array", "*0\r\n", "*-1\r\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var q Queue
			queued := read(t, "+QUEUED\r\n")
			require.True(t, q.Same([]string{"TTL", "k"}, queued, queued))
			require.True(t, q.Same([]string{"SET", "k", "v", "PX", "2"}, queued, queued))
			require.False(t, q.Brief, "it has not run")
			require.Equal(t, c.same, q.Same([]string{"EXEC"}, read(t, c.a), read(t, c.b)))
		})
	}
}

func TestShow_QuotesWhatALineCouldNotHold(t *testing.T) {
	require.Equal(t, `SET "" "a b" "\x00\r\n" v`, Show([]string{"SET", "", "a b", "\x00\r\n", "v"}))
}
