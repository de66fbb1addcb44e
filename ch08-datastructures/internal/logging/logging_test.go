package logging

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fixed makes a logger's process and clock known.
func fixed(l *Logger) *Logger {
	l.pid = 4711
	l.now = func() time.Time { return time.Date(2026, time.February, 3, 4, 5, 6, 7_999_999, time.Local) }
	return l
}

func TestLogger_WritesRedisLines(t *testing.T) {
	var out strings.Builder
	l := fixed(New(&out, Debug))
	l.Debug("a")
	l.Verbose("b %d", 1)
	l.Notice("Ready to accept connections")
	l.Warning("%v", errors.New("100% wrong"))
	require.Equal(t, "4711:M 03 Feb 2026 04:05:06.007 . a\n"+
		"4711:M 03 Feb 2026 04:05:06.007 - b 1\n"+
		"4711:M 03 Feb 2026 04:05:06.007 * Ready to accept connections\n"+
		"4711:M 03 Feb 2026 04:05:06.007 # 100% wrong\n", out.String())
}

func TestLogger_KeepsAnEventOnOneLine(t *testing.T) {
	var out strings.Builder
	fixed(New(&out, Debug)).Notice("%v", errors.Join(errors.New("one"), errors.New("two")))
	require.Equal(t, "4711:M 03 Feb 2026 04:05:06.007 * one; two\n", out.String())
}

func TestLogger_DropsLinesBelowItsLevel(t *testing.T) {
	for level := Debug; level <= Warning; level++ {
		var out strings.Builder
		l := New(&out, Warning)
		l.SetLevel(level)
		l.Debug("x")
		l.Verbose("x")
		l.Notice("x")
		l.Warning("x")
		require.Equal(t, 4-int(level), strings.Count(out.String(), "\n"), "level %d", level)
	}
}

func TestLogger_ZeroDropsEverything(t *testing.T) {
	new(Logger).Warning("x")
}

func TestOpen_AppendsAndBeginsAnewWhereTheFileWasMoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "redis.log")
	require.NoError(t, os.WriteFile(path, []byte("older\n"), 0o600))
	l, err := Open(path, Notice)
	require.NoError(t, err)
	l.Notice("one")
	require.NoError(t, os.Rename(path, path+".1"))
	l.Notice("two")
	old, err := os.ReadFile(path + ".1")
	require.NoError(t, err)
	require.Regexp(t, `^older\n\d+:M .* \* one\n$`, string(old))
	fresh, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Regexp(t, `^\d+:M .* \* two\n$`, string(fresh))
}

func TestOpen_SaysWhyAFileCannotBeOpened(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "missing", "redis.log"), Notice)
	require.ErrorContains(t, err, "cannot open the log file")
	require.ErrorIs(t, err, os.ErrNotExist)
}
