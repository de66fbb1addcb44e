package chapters

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// drifts returns the findings on a repository of the files, as lines. The chapters'
// files of code get headers.
func drifts(t *testing.T, files map[string]string) []string {
	t.Helper()
	withHeaders := map[string]string{}
	for name, text := range files {
		if strings.HasPrefix(name, "ch") && strings.HasPrefix(text, "package ") {
			text = "// " + path.Base(name) + ": a test's.\n\n" + text
		}
		withHeaders[name] = text
	}
	found, err := Drift(newRepository(t, withHeaders).root)
	require.NoError(t, err)
	lines := []string{}
	for _, f := range found {
		lines = append(lines, f.String())
	}
	return lines
}

// twoChapters are clean; with replaces or adds files, and "" takes one away.
func twoChapters(with map[string]string) map[string]string {
	files := map[string]string{
		"ch01-a/README.md": "# One\n",
		"ch01-a/main.go":   "package main\n\nimport _ \"redis-internals/ch01/internal/resp\"\n",
		"ch01-a/kept.txt":  "kept\n",
		"ch01-a/gone.txt":  "gone\n",
		"ch02-b/README.md": "# Two\n\n## What changed since chapter 1\n\n- In short, `kept.txt`: is kept.\n\n" +
			"- `new.txt`,\n  `changed.txt`: they had to.\n- `gone.txt`: removed, nobody reads it.\n\n## Exercises\n\n- `kept.txt`: read it.\n",
		"ch02-b/main.go":     "package main\n\nimport _ \"redis-internals/ch02/internal/resp\"\n",
		"ch02-b/kept.txt":    "kept\n",
		"ch02-b/new.txt":     "new\n",
		"ch01-a/changed.txt": "before\n",
		"ch02-b/changed.txt": "after\n",
		"ch02-b/go.sum":      "sums need no listing\n",
	}
	for name, text := range with {
		files[name] = text
		if text == "" {
			delete(files, name)
		}
	}
	return files
}

func TestDrift_IsSilentOnChaptersInLine(t *testing.T) {
	require.Empty(t, drifts(t, twoChapters(nil)))
}

func TestDrift_NamesFilesThatDifferUnlisted(t *testing.T) {
	require.Equal(t, []string{
		"ch02-b/changed2.txt: is not in ch01-a, and README.md does not list it under \"## What changed...\"",
		"ch02-b/gone2.txt: is removed, but stands in ch01-a, and README.md does not list it under \"## What changed...\"",
		"ch02-b/kept.txt: differs from ch01-a, and README.md does not list it under \"## What changed...\"",
	}, drifts(t, twoChapters(map[string]string{
		"ch02-b/changed2.txt": "x\n", "ch01-a/gone2.txt": "x\n", "ch02-b/kept.txt": "kept, nearly\n",
	})))
}

func TestDrift_SeesGoModDifferBeyondTheModulePath(t *testing.T) {
	require.Equal(t, []string{
		"ch02-b/go.mod: differs from ch01-a, and README.md does not list it under \"## What changed...\"",
	}, drifts(t, twoChapters(map[string]string{"ch02-b/go.mod": "module redis-internals/ch02\n\ngo 1.25\n"})))
}

func TestDrift_NamesListedFilesThatDoNotDiffer(t *testing.T) {
	require.Equal(t, []string{
		"ch02-b/changed.txt: is the same as in ch01-a, but README.md line 7 lists it as changed",
		"ch02-b/new.txt: is in neither chapter, but README.md line 7 lists it as changed",
	}, slices.Sorted(slices.Values(drifts(t, twoChapters(map[string]string{"ch02-b/changed.txt": "before\n", "ch02-b/new.txt": ""})))))
}

func TestDrift_WantsAReasonForEachListedFile(t *testing.T) {
	text := "## What changed\n\n- `new.txt`: a reason\n- `changed.txt`, `gone.txt`:\n"
	require.Equal(t, []string{
		"ch02-b/changed.txt: README.md line 4 lists it and does not say why",
		"ch02-b/gone.txt: README.md line 4 lists it and does not say why",
	}, drifts(t, twoChapters(map[string]string{"ch02-b/README.md": text})))
}

func TestDrift_WantsTheSectionFromChapterTwoOn(t *testing.T) {
	text := "# Two\n\n```\n## What changed\n- `new.txt`: within a fence\n```\n"
	require.Contains(t, drifts(t, twoChapters(map[string]string{"ch02-b/README.md": text})),
		"ch02-b/README.md: has no section \"## What changed...\"")
}

func TestDrift_LetsTheReadmeListItself(t *testing.T) {
	same := "# One\n\n## What changed\n\n- `README.md`: itself.\n"
	require.Empty(t, drifts(t, map[string]string{"ch01-a/README.md": same, "ch02-b/README.md": same}))
}

func TestDrift_WantsAReadme(t *testing.T) {
	require.Contains(t, drifts(t, twoChapters(map[string]string{"ch02-b/README.md": ""})),
		"ch02-b/README.md: is missing: a chapter is a lesson")
}

func TestDrift_WantsTheChaptersOwnModulePath(t *testing.T) {
	require.Contains(t, drifts(t, twoChapters(map[string]string{"ch02-b/go.mod": "module redis-internals/ch01\n"})),
		"ch02-b/go.mod: module redis-internals/ch01 should be redis-internals/ch02")
}

// TestDrift_HoldsImportsAgainstTheLayers has a row for each rule: the file that
// stands alone in a chapter, what it imports, and what is said ("" is nothing).
func TestDrift_HoldsImportsAgainstTheLayers(t *testing.T) {
	const own = "redis-internals/ch01/"
	for _, row := range []struct{ name, file, imported, finding string }{
		{"down one layer", "internal/keyspace/x.go", own + "internal/object", ""},
		{"down many layers", "main.go", own + "internal/zmalloc", ""},
		{"between structures", "internal/structures/a/x.go", own + "internal/structures/b", ""},
		{"up from a test", "internal/zmalloc/x_test.go", own + "internal/server", ""},
		{"up", "internal/keyspace/x.go", own + "internal/aof", "imports internal/aof, which is not below internal/keyspace"},
		{"up to main", "internal/server/x.go", "redis-internals/ch01", "imports ., which is not below internal/server"},
		{"from the server to commands", "internal/server/x.go", own + "internal/command", "imports internal/command, which is not below internal/server"},
		{"from a command to the server", "internal/command/x.go", own + "internal/server", "imports internal/server, which is not below internal/command"},
		{"from a command to the engine", "internal/command/x.go", own + "internal/engine", ""},
		{"between leaves", "internal/resp/x.go", own + "internal/glob", "imports internal/glob, which is not below internal/resp"},
		{"from zmalloc to a structure", "internal/zmalloc/x.go", own + "internal/structures/a", "imports internal/structures/a, which is not below internal/zmalloc"},
		{"a package without a layer", "internal/util/x.go", "fmt", "package internal/util has no layer; the table stands in common/chapters/layers.go"},
		{"structures itself", "internal/structures/x.go", "fmt", "package internal/structures has no layer; the table stands in common/chapters/layers.go"},
		{"system calls where they belong", "internal/aof/x.go", "os", ""},
		{"os in config", "internal/config/x.go", "os", ""},
		{"net in config", "internal/config/x.go", "net", "imports net: package internal/config makes no system calls"},
		{"os in a command", "internal/command/x.go", "os", "imports os: package internal/command makes no system calls"},
		{"unix in a leaf", "internal/resp/x.go", "golang.org/x/sys/unix", "imports golang.org/x/sys/unix: package internal/resp makes no system calls"},
		{"os in a command's test", "internal/command/x_test.go", "os", ""},
		{"another part of x/sys", "internal/command/x.go", "golang.org/x/sys/cpu", ""},
		{"another module", "main.go", "example.org/m", "imports example.org/m: a chapter has the standard library, its own module and golang.org/x/sys"},
		{"another chapter", "main.go", "redis-internals/ch02/internal/resp", "imports redis-internals/ch02/internal/resp: a chapter has the standard library, its own module and golang.org/x/sys"},
		{"testify in code", "main.go", "github.com/stretchr/testify/require", "imports github.com/stretchr/testify/require: a chapter has the standard library, its own module and golang.org/x/sys"},
		{"testify in a test", "main_test.go", "github.com/stretchr/testify/require", ""},
		{"rapid in a test", "main_test.go", "pgregory.net/rapid", ""},
		{"another module in a test", "main_test.go", "example.org/m", "imports example.org/m: a test has the standard library, its own module, golang.org/x/sys, testify and rapid"},
		{"cgo", "main.go", "C", "imports C: a chapter has the standard library, its own module and golang.org/x/sys"},
		{"anything in testdata", "testdata/x.go", "example.org/m", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			want := []Finding{}
			if row.finding != "" {
				want = append(want, Finding{"ch01-a", row.file, row.finding})
			}
			files := tree{row.file: {data: []byte("package p\n\nimport _ \"" + row.imported + "\"\n")}}
			require.ElementsMatch(t, want, checkImports(Chapter{1, "ch01-a", ""}, files))
		})
	}
}

func TestDrift_TellsOfAPackageWithoutALayerOnce(t *testing.T) {
	file := file{data: []byte("package util\n")}
	require.Len(t, checkImports(Chapter{1, "ch01-a", ""}, tree{"internal/util/a.go": file, "internal/util/b.go": file}), 1)
}

func TestDrift_TakesInImports(t *testing.T) {
	require.Equal(t, []string{"ch01-a/internal/resp/x.go: imports net: package internal/resp makes no system calls"},
		drifts(t, map[string]string{"ch01-a/README.md": "", "ch01-a/internal/resp/x.go": "package resp\n\nimport _ \"net\"\n"}))
}

func TestDrift_TellsOfAFileThatDoesNotParse(t *testing.T) {
	found := checkImports(Chapter{1, "ch01-a", ""}, tree{"main.go": {data: []byte("pakcage main\n")}})
	require.Len(t, found, 1)
	require.Contains(t, found[0].Message, "does not parse")
}

func TestRepository_ArrowsPointDown(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	list, err := List(root)
	require.NoError(t, err)
	for _, c := range list {
		found, err := CheckImports(c)
		require.NoError(t, err)
		require.Empty(t, found)
	}
}

const page = "```\nmain.go  wiring\ninternal/\n  server/  sockets\n  aof/     the log (from chapter 2)\n  resp/    bytes (from chapter 1)\n```\n" +
	"```\nmain   -> resp server\nserver -> aof resp\n\nsystem calls  server\n```\n"

// pageAndCode are two chapters whose ARCHITECTURE.md is true.
func pageAndCode(with map[string]string) map[string]string {
	files := map[string]string{"ARCHITECTURE.md": page}
	for name, text := range twoChapters(nil) {
		files[name] = text
	}
	files["ch01-a/internal/resp/x.go"] = "package resp\n"
	files["ch02-b/internal/resp/x.go"] = "package resp\n"
	files["ch02-b/internal/aof/x.go"] = "package aof\n"
	files["ch02-b/internal/server/x.go"] = "package server\n\nimport (\n\t_ \"os\"\n\t_ \"redis-internals/ch02/internal/aof\"\n\t_ \"redis-internals/ch02/internal/resp\"\n)\n"
	files["ch02-b/main.go"] = "package main\n\nimport (\n\t_ \"redis-internals/ch02/internal/resp\"\n\t_ \"redis-internals/ch02/internal/server\"\n)\n"
	files["ch02-b/README.md"] = "# Two\n\n## What changed\n\n- `new.txt`, `changed.txt`, `gone.txt`, `main.go`, `internal/aof/x.go`, `internal/server/x.go`: they had to.\n"
	for name, text := range with {
		files[name] = text
	}
	return files
}

func TestDrift_IsSilentOnAPageThatIsTrue(t *testing.T) {
	require.Empty(t, drifts(t, pageAndCode(nil)))
}

func TestDrift_HoldsThePageAgainstTheCode(t *testing.T) {
	for name, row := range map[string]struct{ old, new, finding string }{
		"a package that is not there": {"  resp/", "  glob/    patterns\n  resp/", "lists a package glob, which no chapter has"},
		"a package that is not told":  {"  aof/     the log (from chapter 2)\n", "", "does not list the package aof, of chapter 2"},
		"a wrong chapter":             {"(from chapter 2)", "(from chapter 4)", "says that aof comes with chapter 4; it comes with 2"},
		"an arrow too many":           {"main   -> resp server", "main   -> aof resp server", "the arrows of main should be: main -> resp server"},
		"an arrow too few":            {"server -> aof resp", "server -> aof", "the arrows of server should be: server -> aof resp"},
		"a leaf with arrows":          {"main   ->", "resp -> aof\nmain   ->", "the arrows of resp should be: none, a leaf has no line"},
		"system calls":                {"calls  server", "calls  server aof", "should say: system calls  server"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, page, row.old)
			found := drifts(t, pageAndCode(map[string]string{"ARCHITECTURE.md": strings.Replace(page, row.old, row.new, 1)}))
			require.Equal(t, []string{"./ARCHITECTURE.md: " + row.finding}, found)
		})
	}
}

func TestDrift_WantsAHeaderBeforeThePackageClause(t *testing.T) {
	for name, row := range map[string]struct {
		code string
		fine bool
	}{
		"a header":                    {"// x.go: what it is about.\n\npackage a\n", true},
		"a package comment":           {"// Package a is what it is about.\npackage a\n", true},
		"a header behind a directive": {"//go:build linux\n\n// x.go: what it is about.\n\npackage a\n", true},
		"none":                        {"package a\n", false},
		"a directive only":            {"//go:build linux\n\npackage a\n", false},
		"behind the package clause":   {"package a\n\n// x.go: what it is about.\n", false},
		"another file's":              {"// y.go: what it is about.\n\npackage a\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			found := drifts(t, twoChapters(map[string]string{"common/a/x.go": row.code}))
			require.Equal(t, row.fine, len(found) == 0, "%q", found)
		})
	}
	require.Empty(t, drifts(t, twoChapters(map[string]string{"common/a/x_test.go": "package a\n"})), "a test's name says it")
}

func TestDrift_WantsAPackagesListOfFilesToBeWhole(t *testing.T) {
	for name, row := range map[string]struct{ list, finding string }{
		"all":              {"//\ta.go  one\n//\tb.go  two\n//\tc_on.go  three\n", ""},
		"without its own":  {"//\tb.go  two\n//\tc_on.go  three\n", ""},
		"a pattern":        {"//\tb.go  two\n//\tc_*.go  three\n", ""},
		"one is missing":   {"//\ta.go  one\n//\tb.go  two\n", "the package's text lists its files, but not c_on.go"},
		"one is gone":      {"//\tb.go  two\n//\tc_*.go  three\n//\td.go  four\n", "the package's text lists d.go, which is not there"},
		"no list":          {"//\tb.go  an example\n", ""},
		"in another place": {"//\tb.go  two\n//\tsub.go  three\n//\tc_on.go  four\n", "the package's text lists sub.go, which is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			found := drifts(t, twoChapters(map[string]string{
				"common/a/a.go":       "// Package a is a test's.\n//\n" + row.list + "package a\n",
				"common/a/b.go":       "// b.go: two.\n\npackage a\n",
				"common/a/b_test.go":  "package a\n",
				"common/a/c_on.go":    "// c_on.go: three.\n\npackage a\n",
				"common/a/sub/sub.go": "// Package sub is another.\npackage sub\n",
			}))
			want := []string{}
			if row.finding != "" {
				want = append(want, "common/a/a.go: "+row.finding)
			}
			require.Equal(t, want, found)
		})
	}
}
