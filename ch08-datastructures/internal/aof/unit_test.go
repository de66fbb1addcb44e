package aof

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/keyspace"
)

// appendUnit appends commands that are one.
func (l *testLog) appendUnit(commands ...[]string) {
	l.BeginUnit()
	for _, words := range commands {
		var b [][]byte
		for _, word := range words {
			b = append(b, []byte(word))
		}
		l.Append(0, b)
	}
	l.EndUnit()
}

func TestUnit_HasAFrameIfItHasSeveralCommands(t *testing.T) {
	large := strings.Repeat("v", 2*pieceSize)
	a, b, c := []string{"SET", "a", "1"}, []string{"SET", "b", large}, []string{"DEL", "a"}
	for _, tc := range []struct {
		name string
		unit [][]string
		want string
	}{
		{"none", nil, ""},
		{"one", [][]string{a}, cmd(a...)},
		{"two", [][]string{a, c}, cmd("MULTI") + cmd(a...) + cmd(c...) + cmd("EXEC")},
		{"a large one", [][]string{b}, cmd(b...)},
		{"a large one first", [][]string{b, a}, cmd("MULTI") + cmd(b...) + cmd(a...) + cmd("EXEC")},
		{"large ones last", [][]string{a, b, b}, cmd("MULTI") + cmd(a...) + cmd(b...) + cmd(b...) + cmd("EXEC")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			l, _ := startLog(t, dir, nil)
			l.set("before", "1")
			began := l.Appended()
			l.appendUnit(tc.unit...)
			require.EqualValues(t, len(tc.want), l.Appended()-began)
			l.set("after", "1")
			require.NoError(t, l.Flush())
			require.Equal(t, select0+cmd("SET", "before", "1")+tc.want+cmd("SET", "after", "1"), folder(t, dir)[incr1])
		})
	}
}

func TestUnit_HasSelectAndDeletesInside(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, nil)
	l.BeginUnit()
	l.AppendDelete(0, []byte("expired"))
	l.AppendDelete(0, []byte("evicted"))
	require.True(t, l.EndUnit())
	l.BeginUnit()
	require.False(t, l.EndUnit())
	require.NoError(t, l.Flush())
	require.Equal(t, select0+cmd("MULTI")+cmd("DEL", "expired")+cmd("DEL", "evicted")+cmd("EXEC"), folder(t, dir)[incr1])
}

func TestUnit_IsLoadedWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, nil)
	l.set("a", "0")
	l.appendUnit([]string{"SET", "a", "1"}, []string{"SET", "b", "1"})
	l.appendUnit([]string{"SET", "a", "2"}, []string{"SET", "b", "2"}, []string{"SET", "c", "2"})
	require.NoError(t, l.Close())
	whole := folder(t, dir)[incr1]
	first := strings.Index(whole, cmd("EXEC")) + len(cmd("EXEC"))
	for n := range len(whole) {
		want := data{}
		switch {
		case n >= first:
			want = data{"a": "1", "b": "1"}
		case n >= len(select0+cmd("SET", "a", "0")):
			want = data{"a": "0"}
		}
		requireLoads(t, want, logOf(t, "", whole[:n]))
	}
}

// A disk that becomes full takes a part of a unit, perhaps, and the rest when there is room
// again: nothing may come between, and a server that dies meanwhile has none of it.
func TestUnit_ADiskMayTakeItInParts(t *testing.T) {
	large := strings.Repeat("v", pieceSize)
	dir := t.TempDir()
	l, _ := startLog(t, dir, nil)
	l.set("a", "0")
	l.appendUnit([]string{"SET", "a", "1"}, []string{"SET", "b", large}, []string{"SET", "c", large}, []string{"SET", "d", "1"})
	require.NoError(t, l.write(1)) // a piece
	disk := l.file
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	l.file = full
	require.NoError(t, l.Flush())
	require.Error(t, l.Err())
	l.AppendDelete(0, []byte("d"))

	part := folder(t, dir)[incr1]
	require.Contains(t, part, cmd("MULTI"))
	require.NotContains(t, part, cmd("EXEC"))
	requireLoads(t, data{"a": "0"}, logOf(t, "", part))

	l.file = disk
	require.NoError(t, l.Close())
	requireLoads(t, data{"a": "1", "b": large, "c": large}, dir)
}

// A rewrite that begins while a unit is appended goes on with another file behind it.
func TestUnit_IsNotCutByARewrite(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, nil)
	s.set("a", "0")
	s.BeginUnit()
	for i, key := range []string{"a", "b", "c"} {
		s.db.Set([]byte(key), []byte("1"), keyspace.Never)
		s.testLog.set(key, "1")
		if i == 0 {
			require.NoError(t, s.rewrite())
		}
	}
	require.True(t, s.EndUnit())
	s.loop.until(t, func() bool { return s.rewriting == nil })
	require.NoError(t, s.Close())
	requireLoads(t, data{"a": "1", "b": "1", "c": "1"}, dir)
	for name, content := range folder(t, dir) {
		require.NotContains(t, content, "MULTI", name)
	}
}
