package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// requests reads a batch as a server would, to the last byte.
func requests(t *testing.T, b *batch) (all [][]string) {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(b.buf))
	for range b.depth {
		args, err := readRequest(r)
		require.NoError(t, err)
		all = append(all, args)
	}
	require.Zero(t, r.Buffered(), "bytes after the last request")
	return all
}

func TestRows_RenderTheRequestTheyAreNamedFor(t *testing.T) {
	for name, want := range map[string][]string{
		"ping":        {"PING"},
		"ping_inline": {"PING"},
		"set":         {"SET", "key:000000000000", "xxxxx"},
		"get":         {"GET", "key:000000000000"},
		"incr":        {"INCR", "cnt:000000000000"},
		"echo_bytes":  {"xxxxx"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBatch(rowNamed(t, name).Build(5), 3, everyKey(1))
			require.Equal(t, [][]string{want, want, want}, requests(t, b))
		})
	}
}

func TestBatch_EveryKeyComesOnceBeforeOneComesAgain(t *testing.T) {
	const keys = 1000
	b := newBatch(set(5), 8, everyKey(keys)) // 125 batches
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
	b := newBatch(get(5), 16, randomKeys(keys, 42))
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
	b := newBatch(rowNamed(t, "ping").Build(5), 4, randomKeys(10, 1))
	before := bytes.Clone(b.buf)
	b.patch()
	require.Equal(t, before, b.buf)
}

func TestBatch_PatchAllocatesNothing(t *testing.T) {
	b := newBatch(get(64), 16, randomKeys(1e6, 1))
	require.Zero(t, testing.AllocsPerRun(100, b.patch))
}

func TestPutDigits_WritesAllTwelve(t *testing.T) {
	for _, n := range []uint64{0, 9, 10, 123_456_789_012, 999_999_999_999} {
		dst := make([]byte, keyDigits)
		putDigits(dst, n)
		require.Equal(t, fmt.Sprintf("%012d", n), string(dst))
	}
}

func TestCommand_FindsTheKeyOnlyWhereAnArgumentIsOne(t *testing.T) {
	require.Negative(t, command(anInteger, "ECHO", "000000000000").KeyAt)
	require.Negative(t, command(anInteger, "ECHO", "key:000000000001").KeyAt)
	c := command(anInteger, "GET", "key:000000000000")
	require.Equal(t, "000000000000\r\n", string(c.Request[c.KeyAt:]))
}

func TestRowsOf_ListsWhatTheChapterAnswers(t *testing.T) {
	for chapter, want := range map[int][]string{
		1: {"echo_bytes"},
		2: {"ping", "ping_inline"},
		3: {"ping", "ping_inline", "set", "get"},
		4: {"ping", "ping_inline", "set", "get", "set_get"},
		5: {"ping", "ping_inline", "set", "get", "set_get", "incr"},
		8: {"ping", "ping_inline", "set", "get", "set_get", "incr"},
	} {
		rows, err := RowsOf(chapter, nil)
		require.NoError(t, err)
		var names []string
		for _, r := range rows {
			names = append(names, r.Name)
		}
		require.Equal(t, want, names, "chapter %d", chapter)
	}
}

func TestRowsOf_PicksInTheOrderOfTheNames(t *testing.T) {
	rows, err := RowsOf(3, []string{"GET", " ping"})
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, []string{"get", "ping"}, []string{rows[0].Name, rows[1].Name})
}

func TestRowsOf_SaysWhatThereIsWhenANameIsUnknown(t *testing.T) {
	_, err := RowsOf(2, []string{"get"})
	require.EqualError(t, err, `no command "get" to measure in chapter 2; there are: ping,ping_inline`)
}

func rowNamed(t *testing.T, name string) Row {
	t.Helper()
	for _, r := range Rows {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no row %s", name)
	return Row{}
}
