package aof

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
