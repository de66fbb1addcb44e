package load

import (
	"bufio"
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
)

// requests reads a batch as a server would, to the last byte.
func requests(t *testing.T, b *Batch) (all [][]string) {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(b.buf))
	for range b.Depth {
		args, err := benchtest.ReadRequest(r)
		require.NoError(t, err)
		all = append(all, args)
	}
	require.Zero(t, r.Buffered(), "bytes after the last request")
	return all
}

func TestBatch_EveryKeyComesOnceBeforeOneComesAgain(t *testing.T) {
	const keys = 1000
	b := NewBatch(Set(5), 8, EveryKey(keys)) // 125 batches
	for range 2 {
		seen := map[string]bool{}
		for range keys / 8 {
			for _, args := range requests(t, b) {
				require.Len(t, args, 3)
				require.False(t, seen[args[1]], args[1])
				require.Equal(t, "xxxxx", args[2])
				seen[args[1]] = true
			}
			b.patch()
		}
		require.Len(t, seen, keys)
		require.True(t, seen["key:000000000999"])
	}
}

func TestBatch_RandomKeysStayInRangeAndReachAllOfIt(t *testing.T) {
	const keys = 100
	b := NewBatch(get(5), 16, RandomKeys(keys, 42))
	seen := map[string]bool{}
	for range 200 {
		for _, args := range requests(t, b) {
			seen[args[1]] = true
		}
		b.patch()
	}
	for i := range keys {
		require.Contains(t, seen, fmt.Sprintf("key:%012d", i))
	}
	require.Len(t, seen, keys)
}

func TestBatch_WithoutKeyIsNeverTouched(t *testing.T) {
	b := NewBatch(rowNamed(t, "ping").Build(5), 4, RandomKeys(10, 1))
	before := bytes.Clone(b.buf)
	b.patch()
	require.Equal(t, before, b.buf)
}

func TestBatch_PatchAllocatesNothing(t *testing.T) {
	b := NewBatch(get(64), 16, RandomKeys(1e6, 1))
	require.Zero(t, testing.AllocsPerRun(100, b.patch))
}

func TestTransaction_HasAKeyOfItsOwnInEachCommand(t *testing.T) {
	b := NewBatch(Transaction(Set(1), 2), 2, EveryKey(4))
	b.Depth *= 4 // commands, for who reads them
	set := func(n string) []string { return []string{"SET", "key:00000000000" + n, "x"} }
	multi, exec := []string{"MULTI"}, []string{"EXEC"}
	want := [][]string{multi, set("0"), set("1"), exec, multi, set("2"), set("3"), exec}
	require.Equal(t, want, requests(t, b))
	b.patch()
	require.Equal(t, want, requests(t, b), "the keys begin again")
	require.Equal(t, "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n+OK\r\n", string(b.reply.Exact))
}

func TestPutDigits_WritesAllTwelve(t *testing.T) {
	for _, n := range []uint64{0, 9, 10, 123_456_789_012, 999_999_999_999} {
		dst := make([]byte, KeyDigits)
		PutDigits(dst, n)
		require.Equal(t, fmt.Sprintf("%012d", n), string(dst))
	}
}

func TestCommand_FindsTheNumbersOfAllArguments(t *testing.T) {
	require.Empty(t, Command(anInteger, "ECHO", "00000000000").KeysAt)
	require.Empty(t, Command(anInteger, "ECHO", "key:000000000001").KeysAt)
	c := Command(anInteger, "GET", "key:000000000000")
	require.Len(t, c.KeysAt, 1)
	require.Equal(t, "000000000000\r\n", string(c.Request[c.KeysAt[0]:]))
	b := NewBatch(zadd("k")(0), 2, EveryKey(10))
	require.Equal(t, [][]string{{"ZADD", "k", "1000000000000", "mem:000000000001"}, {"ZADD", "k", "1000000000002", "mem:000000000003"}}, requests(t, b))
	b = NewBatch(zaddAlike("k")(0), 2, EveryKey(10))
	require.Equal(t, [][]string{{"ZADD", "k", "1000000000000", "mem:000000000000"}, {"ZADD", "k", "1000000000001", "mem:000000000001"}}, requests(t, b))
}

func TestFreshKeys_NeverComeAgain(t *testing.T) {
	keys := FreshKeys(7)
	for want := uint64(7); want < 5000; want++ {
		require.Equal(t, want, keys.Next())
	}
}
