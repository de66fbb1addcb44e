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

		"ch02-b/README.md": "second\n\n## The code, in reading order\n\n1. `internal/new.txt`, with `code()`.\n\n" +
			"## What changed since chapter 1\n\n- `same.txt`: more.\n- `internal/new.txt`: it is new.\n",
		"ch02-b/main.go":                "package main\n\nimport \"redis-internals/ch02/internal/resp\"\n",
		"ch02-b/internal/new.txt":       strings.Replace(tenLines, "five\n", "", 1),
		"ch02-b/internal/fresh.go":      "// fresh.go: what has just come. It is\n// good.\n\npackage internal\n\n",
		"ch02-b/internal/fresh_test.go": "package internal\n",
		"ch02-b/same.txt":               "same\nbut for this\n",
		"ch02-b/go.sum":                 "example.org/m v1.0.0 h1:x=\n",
	})
	d, err := Compare(r.chapter(1), r.chapter(2), file)
	require.NoError(t, err)
	return d
}

func TestCompare_NamesEachChangeWithItsLines(t *testing.T) {
	d := compare(t, "")
	require.Equal(t, []Change{
		{Old: "internal/old.txt", New: "internal/new.txt", Removed: 1, Why: "it is new."},
		{Old: "same.txt", New: "same.txt", Added: 1, Why: "more."},
		{Old: "README.md", New: "README.md", Added: 10, Removed: 1},
		{New: "go.sum", Added: 1},
		{New: "internal/fresh.go", Added: 5},
		{Old: "internal/gone.txt", Removed: 2},
		{New: "internal/fresh_test.go", Added: 1},
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

func TestOverview_IsInReadingOrderWithReasonsAndTotals(t *testing.T) {
	require.Equal(t, `ch02-b against ch01-a

  renamed  internal/new.txt                                               +0 -1
           was internal/old.txt
           it is new
  changed  same.txt                                                       +1 -0
           more
  changed  README.md                                                     +10 -1
  new      go.sum                                                         +1 -0
  new      internal/fresh.go                                              +5 -0
  removed  internal/gone.txt                                              +0 -2

  and 1 file of tests, goldens and profiles, +1 -0: TESTS=1 shows them
  new files are named and not shown, 5 lines: ALL=1, or FILE=one of them
  what is shown: 4 lines, about 1 minute at 40 a minute
  files: 3 new, 2 changed, 1 renamed, 1 removed, 2 unchanged
  lines: +18 -4
  20.0% of the 20 lines in ch01-a were removed
  (without README.md: 15.8%)
`, compare(t, "").Overview(Shown{}))
}

func TestOverview_OfADirectoryCountsOnlyWhatIsInIt(t *testing.T) {
	overview := compare(t, "internal/").Overview(Shown{})
	require.Contains(t, overview, "files: 2 new, 1 renamed, 1 removed, 0 unchanged\n")
	require.Contains(t, overview, "25.0% of the 12 lines in ch01-a/internal were removed\n")
}

func text(t *testing.T, file string, s Shown) string {
	t.Helper()
	b, err := compare(t, file).Text(s, false)
	require.NoError(t, err)
	return string(b)
}

func TestText_NamesFilesByTheirChaptersAndNothingElse(t *testing.T) {
	s := text(t, "", Shown{})
	require.Contains(t, s, "--- ch01-a/same.txt\n+++ ch02-b/same.txt\n@@ -1 +1,2 @@\n same\n+but for this\n")
	require.Contains(t, s, "rename from ch01-a/internal/old.txt\nrename to ch02-b/internal/new.txt\n")
	require.NotContains(t, s, "chapters-diff-", "the temporary directory")
}

func TestText_IsInReadingOrder(t *testing.T) {
	s := text(t, "", Shown{})
	require.Less(t, strings.Index(s, "new.txt"), strings.Index(s, "same.txt"))
	require.Less(t, strings.Index(s, "same.txt"), strings.Index(s, "fresh.go"))
}

func TestText_LeavesOutModulePathsTheReadmeSumsAndTests(t *testing.T) {
	s := text(t, "", Shown{})
	for _, hidden := range []string{"main.go", "go.mod", "README.md", "go.sum", "fresh_test.go"} {
		require.NotContains(t, s, hidden)
	}
	require.Contains(t, text(t, "", Shown{Tests: true}), "new file ch02-b/internal/fresh_test.go (1 lines)\n")
}

func TestText_NamesANewFileWithWhatItIsAbout(t *testing.T) {
	require.Contains(t, text(t, "", Shown{}), "new file ch02-b/internal/fresh.go (5 lines)\n    what has just come\n")
	for _, s := range []string{text(t, "", Shown{All: true}), text(t, "internal/fresh.go", Shown{})} {
		require.Contains(t, s, "+++ ch02-b/internal/fresh.go\n@@ -0,0 +1,5 @@\n+// fresh.go")
	}
}

func TestText_ShowsTheReadmeThatWasAskedFor(t *testing.T) {
	require.Contains(t, text(t, "README.md", Shown{}), "-first\n+second\n")
}

func TestText_IsColouredOnlyOnRequest(t *testing.T) {
	t.Setenv("TERM", "xterm")
	d := compare(t, "")
	for _, colour := range []bool{true, false} {
		text, err := d.Text(Shown{}, colour)
		require.NoError(t, err)
		require.Equal(t, colour, strings.Contains(string(text), "\x1b["))
		require.Contains(t, string(text), "but for this", "sections are found in colour, too")
	}
}

func TestReadingOrder_TakesFilesDirectoriesAndNamesBesideThem(t *testing.T) {
	require.Equal(t, []string{"main.go", "main.go", "internal/a", "internal/b/x.go", "internal/b/y.go", "y.go"}, readingOrder([]byte(
		"# T\n`no.go`\n## The code, in reading order\n\n1. `main.go`.\n2. `internal/a`: `Get(key)`.\n3. `internal/b/x.go`, `y.go`.\n\n## Next\n\n`z.go`\n")))
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
	require.Equal(t, []Change{{Old: "internal/x", Removed: 1}}, d.Changes)
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

// TestText_OfThisRepositoryIsReadInAnEvening: who has read chapter 4 reads what is new in 5.
func TestText_OfThisRepositoryIsReadInAnEvening(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	list, err := List(root)
	require.NoError(t, err)
	d, err := Compare(list[3], list[4], "")
	require.NoError(t, err)
	text, err := d.Text(Shown{}, false)
	require.NoError(t, err)
	require.Less(t, strings.Count(d.Overview(Shown{})+string(text), "\n"), 1600)
	for line := range strings.Lines(d.Overview(Shown{})) {
		require.LessOrEqual(t, len(line), 80, line)
	}
}
