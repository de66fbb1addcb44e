package clients

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/harness"
)

func TestMain(m *testing.M) {
	code := m.Run()
	harness.RemoveBuilds()
	os.Exit(code)
}

func newest(t *testing.T) Options {
	root, err := chapters.Root()
	require.NoError(t, err)
	list, err := chapters.List(root)
	require.NoError(t, err)
	if _, err := redisBinary(); err != nil {
		t.Skip(err)
	}
	return Options{Root: root, Chapter: list[len(list)-1]}
}

const ask = `port=$1 password=$2
ask() { redis-cli -p $port -a $password --no-auth-warning "$@"; }
`

// program is a session in shell.
func program(t *testing.T, lines string) Check {
	file := filepath.Join(t.TempDir(), "session")
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\n"+ask+lines+"\n"), 0o755))
	return Check{Name: "shell", Run: func(s *server) (string, error) {
		return converse(s, []string{file, s.number(), password, "2"})
	}}
}

func report(t *testing.T, c ...Check) (string, bool) {
	var out strings.Builder
	passed, err := Run(&out, newest(t), c)
	require.NoError(t, err)
	return out.String(), passed
}

func TestRun_FindsTheServerAgainAfterItsRestart(t *testing.T) {
	text, passed := report(t, program(t, `
ask set kept yes
echo @restart
read line
ask get kept
ask -e ping && echo end`))
	require.True(t, passed, text)
	require.Contains(t, text, "1 passed, 0 failed, 0 skipped")
}

func TestRun_FailsWhere(t *testing.T) {
	for name, c := range map[string]struct{ lines, want string }{
		"the transcripts differ":            {`ask info server | grep executable; echo end`, "ch08   executable"},
		"a session ends with an error":      {`echo end; echo it broke >&2; exit 3`, "it broke"},
		"a session ends before its end":     {`echo begin`, "its last line is not: end"},
		"a server does not outlive it":      {`ask shutdown nosave; echo; echo end`, "has ended; it printed"},
		"a session breaks before a restart": {`echo @restart; exit 1`, "exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			text, passed := report(t, program(t, c.lines))
			require.False(t, passed, text)
			require.Contains(t, text, c.want)
		})
	}
}

func TestRun_LeavesOutWhatTheMachineLacks(t *testing.T) {
	lacking := Check{Name: "lacking", Prepare: func(string) error { return onPath("a-program-that-nobody-has") }}
	silent := Check{Name: "silent", Run: func(*server) (string, error) { return "", nil }}
	text, passed := report(t, lacking, silent)
	require.False(t, passed)
	require.Contains(t, text, "skip  lacking")
	require.Contains(t, text, "left out: no a-program-that-nobody-has")
	require.Contains(t, text, "nothing was compared")
	require.Contains(t, text, "0 passed, 1 failed, 1 skipped")
}

func TestListen_CollectsLinesWithoutAnEnd(t *testing.T) {
	text, err := listen(nil, strings.NewReader("one\ntwo"), nopCloser{io.Discard})
	require.NoError(t, err)
	require.Equal(t, "one\ntwo", text)
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func TestDifference_ShowsTheLinesThatOneHasAndThoseThatDiffer(t *testing.T) {
	kinds := [2]kind{{name: "ch08"}, {name: "redis"}}
	require.NoError(t, difference(kinds, [2]string{"a\nb\n", "a\nb\n"}))
	require.EqualError(t, difference(kinds, [2]string{"a\nb\nsame\nonly\nz", "a\nc\nsame\nz\nend"}),
		"ch08   b\nredis  c\nch08   only\nredis  end")
	require.Error(t, difference(kinds, [2]string{"a\n", "a\n\n"}))
	require.Error(t, difference(kinds, [2]string{"a\n", "a"}))
}
