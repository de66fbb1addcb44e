package load

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
			b := NewBatch(rowNamed(t, name).Build(5), 3, EveryKey(1))
			require.Equal(t, [][]string{want, want, want}, requests(t, b))
		})
	}
}

func TestRows_ATransactionIsOneRequest(t *testing.T) {
	b := NewBatch(rowNamed(t, "transaction").Build(5), 2, EveryKey(10))
	want := string(Command(Reply{}, "MULTI").Request)
	for i := range 10 {
		want += string(Command(Reply{}, "SET", fmt.Sprintf("key:%012d", i), "xxxxx").Request)
	}
	want += string(Command(Reply{}, "EXEC").Request)
	require.Equal(t, want+want, string(b.buf))
	require.True(t, strings.HasPrefix(string(b.reply.Exact), "+OK\r\n+QUEUED\r\n"))
	require.True(t, strings.HasSuffix(string(b.reply.Exact), "+QUEUED\r\n*10\r\n"+strings.Repeat("+OK\r\n", 10)))
}

func TestRowsOf_ListsWhatTheChapterAnswers(t *testing.T) {
	for chapter, want := range map[int][]string{
		1: {"echo_bytes"},
		2: {"ping", "ping_inline"},
		3: {"ping", "ping_inline", "set", "get"},
		4: {"ping", "ping_inline", "set", "get", "set_get"},
		5: {"ping", "ping_inline", "set", "get", "set_get", "incr"},
		7: {"ping", "ping_inline", "set", "get", "set_get", "incr", "transaction"},
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

func TestRows_ThoseOfCollectionsBeginWithChapter8(t *testing.T) {
	seven, err := RowsOf(7, nil)
	require.NoError(t, err)
	eight, err := RowsOf(8, nil)
	require.NoError(t, err)
	require.Len(t, eight, len(seven)+len(collectionRows)+len(publishRows))
	for _, row := range collectionRows {
		for _, b := range row.Batches(5, 2, 100) {
			require.Len(t, requests(t, b), 2, row.Name)
		}
	}
}

func TestRows_WhatTakesOutBringsNewOnesIn(t *testing.T) {
	row := rowNamed(t, "spop")
	require.Equal(t, "SADD", requests(t, row.Batches(5, 1, 100)[1])[0][0])
	for _, depth := range []int{1, 16, 64, 100_000} {
		b := row.Batches(5, depth, 100)[1]
		require.Less(t, uint64(100), b.keys.turn-uint64(depth))
		require.Less(t, b.keys.turn, uint64(1e12)-freshPerDepth)
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
