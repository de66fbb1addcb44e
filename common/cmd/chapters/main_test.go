package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// inRepository makes a committed repository of two chapters in line and goes there.
func inRepository(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_SYSTEM": os.DevNull,
		"GIT_AUTHOR_NAME": "test", "GIT_AUTHOR_EMAIL": "test@example.org",
		"GIT_COMMITTER_NAME": "test", "GIT_COMMITTER_EMAIL": "test@example.org",
	} {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"go.work":           "go 1.26\n",
		"ch01-echo/go.mod":  "module redis-internals/ch01\n",
		"ch02-resp/go.mod":  "module redis-internals/ch02\n",
		"ch01-echo/main.go": "// main.go: a server.\n\npackage main\n", "ch02-resp/main.go": "// main.go: a server.\n\npackage main\n",
		"ch01-echo/README.md": "# One\n", "ch02-resp/README.md": "# Two\n\n## What changed\n\nNothing.\n",
	} {
		write(t, name, text)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "test"}} {
		git := exec.Command("git", args...)
		// A git hook sets these to another repository.
		git.Env = append(os.Environ(), "GIT_DIR=.git", "GIT_WORK_TREE=.", "GIT_INDEX_FILE=.git/index")
		out, err := git.CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
}

func TestRun_SaysWhatIsWrongInALineAndExits(t *testing.T) {
	inRepository(t)
	for _, row := range []struct {
		args []string
		code int
		says string
	}{
		{nil, 2, "chapters: no verb; there are: list diff drift carry\n"},
		{[]string{"dif"}, 2, "chapters: no verb \"dif\"; there are: list diff drift carry\n"},
		{[]string{"diff"}, 2, "chapters: diff: which chapter? -ch 02, or with make: CH=02\n"},
		{[]string{"diff", "-ch", "9"}, 2, "chapters: diff: no chapter \"9\"; there are 01 to 02\n"},
		{[]string{"diff", "-ch", "01"}, 1, "chapters: diff: ch01-echo is the first chapter, there is nothing before it\n"},
		{[]string{"diff", "-ch", "2", "-from", "2"}, 2, "chapters: diff: ch02-resp is not before itself; -from takes an earlier chapter, with make: FROM=01\n"},
		{[]string{"diff", "-ch", "1", "-from", "2"}, 2, "chapters: diff: ch02-resp is not before ch01-echo: swap them, -ch 02 -from 01, or with make: CH=02 FROM=01\n"},
		{[]string{"diff", "-ch", "2", "-file", "nosuch.go"}, 2, "chapters: neither ch01-echo nor ch02-resp has \"nosuch.go\"\n"},
		{[]string{"diff", "-ch", "2", "-file", "man.go"}, 2, "chapters: neither ch01-echo nor ch02-resp has \"man.go\"; near it: main.go\n"},
		{[]string{"diff", "-chapter", "2"}, 2, "chapters: diff: flag provided but not defined: -chapter; it takes -all -ch -file -from -html -tests\n"},
		{[]string{"drift", "2"}, 2, "chapters: drift: what is \"2\"? it takes no flags\n"},
		{[]string{"carry"}, 2, "chapters: carry: from which chapter? -from 02, or with make: FROM=02\n"},
		{[]string{"carry", "-from", "1", "-base", "x"}, 2, "chapters: git knows no commit \"x\" to carry from; -base takes a commit, a branch or a tag\n"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, row.code, run(row.args, &stdout, &stderr), row.args)
		require.Equal(t, row.says, stderr.String())
		require.Empty(t, stdout.String())
	}
}

func TestRun_DiffPrintsTheOverviewAndThenTheDiff(t *testing.T) {
	inRepository(t)
	write(t, "ch02-resp/main.go", "package main\n\nfunc main() {}\n")
	var stdout, stderr bytes.Buffer
	require.Zero(t, run([]string{"diff", "-ch", "02"}, &stdout, &stderr), stderr.String())
	require.Regexp(t, `(?s)^ch02-resp against ch01-echo\n.*changed  main.go .*\n\n--- ch01-echo/main.go\n\+\+\+ ch02-resp/main.go\n`, stdout.String())
}

func TestRun_DriftExitsByWhatItFinds(t *testing.T) {
	inRepository(t)
	var stdout, stderr bytes.Buffer
	require.Zero(t, run([]string{"drift"}, &stdout, &stderr), stdout.String())
	require.Equal(t, "drift: none in 2 chapters and 0 exhibits\n", stdout.String())

	write(t, "ch02-resp/main.go", "// main.go: a server.\n\npackage main // changed\n")
	stdout.Reset()
	require.Equal(t, 1, run([]string{"drift"}, &stdout, &stderr))
	require.Contains(t, stdout.String(), "ch02-resp/main.go: differs from ch01-echo")
}

func TestRun_DriftLooksAtTheMuseum(t *testing.T) {
	inRepository(t)
	write(t, "bugs/README.md", "# A museum\n")
	write(t, "bugs/01-no-name/README.md", "# No front matter\n")
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run([]string{"drift"}, &stdout, &stderr))
	require.Equal(t, "bugs/01-no-name/README.md: begins with front matter between two lines of ---\n", stdout.String())
}

func TestRun_CarryTellsWhatItDid(t *testing.T) {
	inRepository(t)
	carry := func(args ...string) (int, string) {
		var stdout, stderr bytes.Buffer
		code := run(append([]string{"carry", "-from"}, args...), &stdout, &stderr)
		return code, stdout.String() + stderr.String()
	}
	step := func(wantCode int, want string, args ...string) {
		t.Helper()
		code, said := carry(args...)
		require.Equal(t, wantCode, code, said)
		require.Equal(t, want, said)
	}
	step(0, "no later chapter than ch02-resp\n", "02")
	step(0, "nothing to carry\n", "01")
	write(t, "ch01-echo/main.go", "package main // one\n")
	step(0, "ch02-resp/main.go: merged\n", "01")
	write(t, "ch02-resp/main.go", "package main // two\n")
	step(1, "ch02-resp/main.go:1: ch01-echo changed what is different here; carry by hand into ch02-resp, then again\n"+
		"chapters: nothing was written. If a file carried by hand still stops the merge, name it: -byhand ch02-resp/main.go\n", "01")
	step(0, "ch02-resp/main.go: line 1 left as it is, carried by hand\nnothing to carry\n", "01", "-byhand", "ch02-resp/main.go")
}

func TestRun_ListNamesChaptersWithTheirLessons(t *testing.T) {
	inRepository(t)
	var stdout, stderr bytes.Buffer
	require.Zero(t, run([]string{"list"}, &stdout, &stderr))
	require.Contains(t, stdout.String(), "ch02-resp              Speaking Redis' language\n                       Implementing RESP\n")
}

func TestPage_ShowsTheTextThroughThePager(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, page("sed s/^/paged:/", []byte("text\n"), &out))
	require.Equal(t, "paged:text\n", out.String())
}

func TestPage_IsLeftBeforeTheEndWithoutAnError(t *testing.T) {
	require.NoError(t, page("true", bytes.Repeat([]byte("text\n"), 100_000), &bytes.Buffer{}))
}
