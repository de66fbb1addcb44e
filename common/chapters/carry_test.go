package chapters

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// threeChapters have one file that grows: ch03 has a line more at its end.
func threeChapters(t *testing.T) repository {
	t.Helper()
	return newRepository(t, map[string]string{
		"ch01-a/README.md": "# One\n", "ch01-a/main.txt": tenLines,
		"ch02-b/README.md": "# Two\n", "ch02-b/main.txt": tenLines,
		"ch03-c/README.md": "# Three\n", "ch03-c/main.txt": tenLines + "eleven\n",
	})
}

func (r repository) carry(from int, byHand ...string) Report {
	r.t.Helper()
	report, err := Carry(r.root, r.chapter(from), "", byHand...)
	require.NoError(r.t, err)
	return report
}

// edit replaces a line of tenLines in a chapter's file.
func (r repository) edit(name, line, by string) {
	r.t.Helper()
	text := r.read(name)
	require.Contains(r.t, text, line+"\n")
	r.write(name, strings.Replace(text, line+"\n", by+"\n", 1))
}

func TestCarry_MergesAChangeIntoEachLaterChapter(t *testing.T) {
	r := threeChapters(t)
	r.edit("ch01-a/main.txt", "two", "2")
	report := r.carry(1)
	require.Equal(t, Report{Written: []string{"ch02-b/main.txt: merged", "ch03-c/main.txt: merged"}}, report)
	fixed := strings.Replace(tenLines, "two", "2", 1)
	require.Equal(t, fixed, r.read("ch02-b/main.txt"))
	require.Equal(t, fixed+"eleven\n", r.read("ch03-c/main.txt"))
}

func TestCarry_LeavesEarlierChaptersAlone(t *testing.T) {
	r := threeChapters(t)
	r.edit("ch02-b/main.txt", "two", "2")
	require.Equal(t, []string{"ch03-c/main.txt: merged"}, r.carry(2).Written)
	require.Equal(t, tenLines, r.read("ch01-a/main.txt"))
}

func TestCarry_AgainFindsNothingLeft(t *testing.T) {
	r := threeChapters(t)
	r.edit("ch01-a/main.txt", "two", "2")
	r.write("ch01-a/new.txt", "new\n")
	require.NotEmpty(t, r.carry(1).Written)
	require.Equal(t, Report{}, r.carry(1))
}

// The merge of this result with the change is a conflict to git, as the change
// and the target's own one touch nearly the same repeated lines.
func TestCarry_AgainFindsNothingLeftWhereLinesRepeat(t *testing.T) {
	lines := func(s string) string { return strings.ReplaceAll(s, " ", "\n") + "\n" }
	base := lines("r r - - x } x r - r } c } b")
	r := newRepository(t, map[string]string{
		"ch01-a/f": base, "ch02-b/f": lines("r r - - x n } x r - r } c b"),
	})
	r.write("ch01-a/f", lines("r - - x } x - } } c } b"))
	require.Equal(t, []string{"ch02-b/f: merged"}, r.carry(1).Written)
	require.Equal(t, Report{}, r.carry(1))
}

func TestCarry_RewritesTheModulePath(t *testing.T) {
	module := func(ch, more string) string {
		return "package main\n\nimport (\n\t\"redis-internals/" + ch + "/internal/resp\"\n" + more + ")\n"
	}
	r := newRepository(t, map[string]string{"ch01-a/x.go": module("ch01", ""), "ch02-b/x.go": module("ch02", "")})
	r.write("ch01-a/x.go", module("ch01", "\t\"redis-internals/ch01/internal/server\"\n"))
	r.write("ch01-a/go.mod", "module redis-internals/ch01\n\ngo 1.27\n")
	require.Empty(t, r.carry(1).Conflicts)
	require.Equal(t, module("ch02", "\t\"redis-internals/ch02/internal/server\"\n"), r.read("ch02-b/x.go"))
	require.Equal(t, "module redis-internals/ch02\n\ngo 1.27\n", r.read("ch02-b/go.mod"))
}

func TestCarry_CreatesNewFilesAndRemovesRemovedOnes(t *testing.T) {
	r := threeChapters(t)
	r.write("ch02-b/internal/new.txt", "new\n")
	r.write("ch03-c/main.txt", tenLines)
	r.remove("ch02-b/main.txt")
	require.Equal(t, []string{"ch03-c/internal/new.txt: created", "ch03-c/main.txt: removed"}, r.carry(2).Written)
	require.Equal(t, "new\n", r.read("ch03-c/internal/new.txt"))
	require.NoFileExists(t, filepath.Join(r.root, "ch03-c/main.txt"))
}

func TestCarry_NeverCarriesTheReadme(t *testing.T) {
	r := threeChapters(t)
	r.write("ch01-a/README.md", "# Won\n")
	require.Equal(t, Report{}, r.carry(1))
}

func TestCarry_TakesABaseFurtherBack(t *testing.T) {
	r := threeChapters(t)
	r.edit("ch02-b/main.txt", "two", "2")
	r.commit()
	require.Equal(t, Report{}, r.carry(2), "nothing changed since HEAD")
	report, err := Carry(r.root, r.chapter(2), "HEAD~1")
	require.NoError(t, err)
	require.Equal(t, []string{"ch03-c/main.txt: merged"}, report.Written)
}

func TestCarry_KeepsModesAndCarriesTheirChange(t *testing.T) {
	r := newRepository(t, map[string]string{
		"ch01-a/plain": tenLines, "ch02-b/plain": tenLines + "x\n",
		"ch01-a/script": tenLines, "ch02-b/script": tenLines + "x\n",
	})
	private := filepath.Join(r.root, "ch02-b/plain")
	require.NoError(t, os.Chmod(private, 0o600))
	r.edit("ch01-a/plain", "two", "2")
	r.makeExecutable("ch01-a/script")
	require.Equal(t, []string{"ch02-b/plain: merged", "ch02-b/script: merged"}, r.carry(1).Written)
	for name, want := range map[string]os.FileMode{"ch02-b/plain": 0o600, "ch02-b/script": 0o755} {
		info, err := os.Stat(filepath.Join(r.root, name))
		require.NoError(t, err)
		require.Equal(t, want, info.Mode(), name)
	}
}

func TestCarry_AtAConflictWritesNothingAnywhere(t *testing.T) {
	r := threeChapters(t)
	r.edit("ch03-c/main.txt", "seven", "seven, own words")
	r.commit()
	r.edit("ch01-a/main.txt", "two", "two\nand a half") // clean; moves the lines of the merge
	r.edit("ch01-a/main.txt", "seven", "7")
	report := r.carry(1)
	require.Empty(t, report.Written)
	require.Len(t, report.Conflicts, 1)
	require.Equal(t, "ch03-c/main.txt:7: ch01-a changed what is different here; carry by hand into ch03-c, then again",
		report.Conflicts[0].String())
	require.Equal(t, tenLines, r.read("ch02-b/main.txt"), "the clean merge is not written either")
}

func TestCarry_NamesEveryConflictOfAFile(t *testing.T) {
	r := threeChapters(t)
	for _, line := range []string{"one", "ten"} {
		r.edit("ch01-a/main.txt", line, line+"!")
		r.edit("ch03-c/main.txt", line, line+"?")
	}
	report := r.carry(1)
	require.Len(t, report.Conflicts, 2)
	require.Equal(t, []int{1, 10}, []int{report.Conflicts[0].Line, report.Conflicts[1].Line})
}

func TestCarry_TakesAFileSettledByHandAndMergesItsRest(t *testing.T) {
	r := threeChapters(t)
	r.edit("ch02-b/main.txt", "two", "2")
	r.edit("ch02-b/main.txt", "seven", "7")
	r.edit("ch03-c/main.txt", "seven", "7, own words")
	require.NotEmpty(t, r.carry(2).Conflicts)
	report := r.carry(2, "ch03-c/main.txt")
	require.Equal(t, Report{
		Written: []string{"ch03-c/main.txt: merged"},
		Notes:   []string{"ch03-c/main.txt: line 7 left as it is, carried by hand"},
	}, report)
	require.Equal(t, "one\n2\nthree\nfour\nfive\nsix\n7, own words\neight\nnine\nten\neleven\n", r.read("ch03-c/main.txt"))
}

func TestCarry_TakesTheSameChangeMadeByHand(t *testing.T) {
	r := threeChapters(t)
	for _, chapter := range []string{"ch01-a", "ch02-b", "ch03-c"} {
		r.edit(chapter+"/main.txt", "two", "2")
	}
	require.Equal(t, Report{}, r.carry(1))
}

// TestCarry_StopsWhereItCannotTell has a row for each conflict but that of lines.
func TestCarry_StopsWhereItCannotTell(t *testing.T) {
	for _, row := range []struct {
		name    string
		prepare func(r repository)
		want    string
	}{
		{"a new file that stands there, different", func(r repository) {
			r.write("ch02-b/new.txt", "a\nb\n")
			r.write("ch03-c/new.txt", "a\nc\n")
		}, "ch03-c/new.txt:2: stands here already, different from the new one in ch02-b"},
		{"a new file where an ignored one stands", func(r repository) {
			r.write(".gitignore", "/ch03-c/new.txt\n")
			r.write("ch02-b/new.txt", "b\n")
			r.write("ch03-c/new.txt", "c\n")
		}, "ch03-c/new.txt:1: stands here already, different from the new one in ch02-b"},
		{"a removed file that has grown", func(r repository) {
			r.remove("ch02-b/main.txt")
		}, "ch03-c/main.txt:11: was removed in ch02-b, but here it has changes of its own"},
		{"a changed file that is missing", func(r repository) {
			r.remove("ch03-c/main.txt")
			r.edit("ch02-b/main.txt", "two", "2")
		}, "ch03-c/main.txt:1: is missing here, and no README lists it as removed"},
		{"binary files", func(r repository) {
			r.write("ch02-b/main.txt", "\x00b")
			r.write("ch03-c/main.txt", "\x00c")
		}, "ch03-c/main.txt:1: ch02-b changed what is different here"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := threeChapters(t)
			row.prepare(r)
			report := r.carry(2)
			require.Empty(t, report.Written)
			require.Len(t, report.Conflicts, 1)
			require.Equal(t, row.want+"; carry by hand into ch03-c, then again", report.Conflicts[0].String())
		})
	}
}

func TestCarry_SkipsAFileThatALaterChapterRemovedOnPurpose(t *testing.T) {
	r := threeChapters(t)
	r.remove("ch02-b/main.txt")
	r.remove("ch03-c/main.txt")
	r.write("ch02-b/README.md", "## What changed\n\n- `main.txt`: removed, not needed.\n")
	r.edit("ch01-a/main.txt", "two", "2")
	require.Equal(t, Report{Notes: []string{
		"ch02-b/main.txt: skipped, ch02-b removed it",
		"ch03-c/main.txt: skipped, ch02-b removed it",
	}}, r.carry(1))
}

func TestCarry_DoesNotTakeAnEarlierListingOfAFileForItsRemoval(t *testing.T) {
	r := threeChapters(t)
	r.write("ch02-b/README.md", "## What changed\n\n- `main.txt`: it has a word more.\n")
	r.remove("ch03-c/main.txt")
	r.edit("ch01-a/main.txt", "two", "2")
	require.Len(t, r.carry(1).Conflicts, 1)
}

func TestCarry_RefusesABaseThatDoesNotServe(t *testing.T) {
	r := threeChapters(t)
	_, err := Carry(r.root, r.chapter(1), "nowhere")
	require.IsType(t, UsageError(""), err)

	r.write("ch04-d/main.txt", tenLines)
	r.write("ch05-e/main.txt", tenLines)
	_, err = Carry(r.root, r.chapter(4), "")
	require.ErrorContains(t, err, "ch04-d is not in HEAD")
}
