package chapters

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tenLines is long enough for git to see a renamed file in it.
const tenLines = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"

func compare(t *testing.T, file string) Diff {
	t.Helper()
	r := newRepository(t, map[string]string{
		"ch01-a/README.md":         "first\n",
		"ch01-a/main.go":           "package main\n\nimport \"redis-internals/ch01/internal/resp\"\n",
		"ch01-a/internal/old.txt":  tenLines,
		"ch01-a/internal/gone.txt": "1\n2\n",
		"ch01-a/same.txt":          "same\n",

		"ch02-b/README.md":          "second\n",
		"ch02-b/main.go":            "package main\n\nimport \"redis-internals/ch02/internal/resp\"\n",
		"ch02-b/internal/new.txt":   strings.Replace(tenLines, "five\n", "", 1),
		"ch02-b/internal/fresh.txt": "a\nb\nc\n",
		"ch02-b/same.txt":           "same\nbut for this\n",
		"ch02-b/go.sum":             "example.org/m v1.0.0 h1:x=\n",
	})
	d, err := Compare(r.chapter(1), r.chapter(2), file)
	require.NoError(t, err)
	return d
}

func TestCompare_NamesEachChangeWithItsLines(t *testing.T) {
	d := compare(t, "")
	require.Equal(t, []Change{
		{"README.md", "README.md", 1, 1},
		{"", "go.sum", 1, 0},
		{"", "internal/fresh.txt", 3, 0},
		{"internal/gone.txt", "", 0, 2},
		{"internal/old.txt", "internal/new.txt", 0, 1},
		{"same.txt", "same.txt", 1, 0},
	}, d.Changes)
}

func TestCompare_CountsFilesThatDifferOnlyInTheModulePathAsUnchanged(t *testing.T) {
	require.Equal(t, 2, compare(t, "").Unchanged) // go.mod, main.go
}

func TestCompare_SeesAChangeOfModeAlone(t *testing.T) {
	r := newRepository(t, map[string]string{"ch01-a/run": "x\n", "ch02-b/run": "x\n"})
	r.makeExecutable("ch02-b/run")
	d, err := Compare(r.chapter(1), r.chapter(2), "")
	require.NoError(t, err)
	require.Equal(t, []Change{{Old: "run", New: "run"}}, d.Changes)
}

func TestOverview_ShowsKindsTotalsAndTheShareRemoved(t *testing.T) {
	require.Equal(t, `ch02-b against ch01-a

  changed  README.md              +1     -1
  new      go.sum                 +1     -0
  new      internal/fresh.txt     +3     -0
  removed  internal/gone.txt      +0     -2
  renamed  internal/new.txt       +0     -1  was internal/old.txt
  changed  same.txt               +1     -0

  files: 2 new, 2 changed, 1 renamed, 1 removed, 2 unchanged
  lines: +6 -4
  20.0% of the 20 lines in ch01-a were removed (without README.md: 15.8%)
`, compare(t, "").Overview())
}

func TestOverview_OfADirectoryCountsOnlyWhatIsInIt(t *testing.T) {
	overview := compare(t, "internal/").Overview()
	require.Contains(t, overview, "files: 1 new, 1 renamed, 1 removed, 0 unchanged\n")
	require.Contains(t, overview, "25.0% of the 12 lines in ch01-a/internal were removed\n")
}

func TestText_NamesFilesByTheirChaptersAndNothingElse(t *testing.T) {
	text, err := compare(t, "").Text(false)
	require.NoError(t, err)
	require.Contains(t, string(text), "--- ch01-a/same.txt\n+++ ch02-b/same.txt\n@@ -1 +1,2 @@\n same\n+but for this\n")
	require.Contains(t, string(text), "rename from ch01-a/internal/old.txt\nrename to ch02-b/internal/new.txt\n")
	require.NotContains(t, string(text), "chapters-diff-", "the temporary directory")
}

func TestText_LeavesOutModulePathsTheReadmeAndSums(t *testing.T) {
	text, err := compare(t, "").Text(false)
	require.NoError(t, err)
	for _, hidden := range []string{"main.go", "go.mod", "README.md", "go.sum"} {
		require.NotContains(t, string(text), hidden)
	}
}

func TestText_ShowsTheReadmeThatWasAskedFor(t *testing.T) {
	text, err := compare(t, "README.md").Text(false)
	require.NoError(t, err)
	require.Contains(t, string(text), "-first\n+second\n")
}

func TestText_IsColouredOnlyOnRequest(t *testing.T) {
	t.Setenv("TERM", "xterm")
	d := compare(t, "same.txt")
	for _, colour := range []bool{true, false} {
		text, err := d.Text(colour)
		require.NoError(t, err)
		require.Equal(t, colour, strings.Contains(string(text), "\x1b["))
	}
}

func TestCompare_TakesAFileByItsPathWithTheChapter(t *testing.T) {
	require.Equal(t, "same.txt", compare(t, "./ch02-b/same.txt").File)
}

func TestCompare_RefusesAnUnknownFileAndNamesNearOnes(t *testing.T) {
	r := newRepository(t, map[string]string{
		"ch01-a/internal/resp/parser.go": "package resp\n", "ch02-b/internal/server/server.go": "package server\n",
	})
	_, err := Compare(r.chapter(1), r.chapter(2), "internal/resp/parse.go")
	require.IsType(t, UsageError(""), err)
	require.ErrorContains(t, err, `has "internal/resp/parse.go"; near it: internal/resp/parser.go`)
}

func TestCompare_DoesNotTakeAPrefixOfANameForADirectory(t *testing.T) {
	r := newRepository(t, map[string]string{"ch01-a/internal/x": "x\n", "ch02-b/internals": "y\n"})
	d, err := Compare(r.chapter(1), r.chapter(2), "internal")
	require.NoError(t, err)
	require.Equal(t, []Change{{"internal/x", "", 0, 1}}, d.Changes)
}

func TestReadTree_LeavesOutWhatGitIgnores(t *testing.T) {
	r := newRepository(t, map[string]string{"ch01-a/main.go": "", ".gitignore": "*.test\n"})
	r.write("ch01-a/a.test", "a binary, say")
	r.write("ch01-a/new.go", "")
	r.remove("ch01-a/go.mod")
	files, err := readTree(r.chapter(1))
	require.NoError(t, err)
	require.Equal(t, []string{"main.go", "new.go"}, files.paths())
}

func TestReadTree_OutsideGitTakesAllButHiddenFiles(t *testing.T) {
	r := newRepository(t, map[string]string{"ch01-a/internal/x.go": "", "ch01-a/.hidden": "", "ch01-a/.d/x": ""})
	r.git("config", "core.repositoryformatversion", "99") // git refuses such a repository
	files, err := readTree(r.chapter(1))
	require.NoError(t, err)
	require.Equal(t, []string{"go.mod", "internal/x.go"}, files.paths())
}

func TestReadTree_RefusesLinks(t *testing.T) {
	r := newRepository(t, map[string]string{"ch01-a/main.go": ""})
	r.link("ch01-a/link", "main.go")
	_, err := readTree(r.chapter(1))
	require.ErrorContains(t, err, "ch01-a/link is not a regular file")
}
