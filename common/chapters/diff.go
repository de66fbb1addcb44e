// diff.go: what a chapter changes against an earlier one.
//
// Both trees are copied to a temporary directory, the older one rewritten to the
// newer's module path (tree.go), and git compares the two copies:
//
//	ch01-echo  -- rewritten to ch02 -->  TMP/ch01-echo  ---+
//	                                                       +-- git diff --no-index
//	ch02-resp-eventloop  ------------->  TMP/ch02-...   ---+
//
// So renames are found, moved code can be coloured, and what people have
// configured for git's diffs holds here too.

package chapters

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A UsageError says what is wrong with a request, and what would be right.
type UsageError string

func (e UsageError) Error() string { return string(e) }

// A Change is one file that is not the same in both chapters.
type Change struct {
	Old, New       string // paths inside the chapters; "" where there is no such file
	Added, Removed int    // lines; 0 for binary files
}

// Kind is new, removed, renamed or changed.
func (c Change) Kind() string {
	switch {
	case c.Old == "":
		return "new"
	case c.New == "":
		return "removed"
	case c.Old != c.New:
		return "renamed"
	}
	return "changed"
}

// Path is the file's path, the newer one of a renamed file.
func (c Change) Path() string { return cmp.Or(c.New, c.Old) }

// Diff is the comparison of a chapter with an earlier one, or of a part of it.
type Diff struct {
	From, To  Chapter
	File      string // the file or directory compared; "" for all
	Changes   []Change
	Unchanged int // files
	OldLines  int // lines that From has, in the part compared

	readmeLines int  // how many of OldLines are the README's
	old, new    tree // old is rewritten to To's module path
}

// Compare compares two chapters. A file that is not "" narrows the comparison to
// one file, or to what is below one directory; if neither chapter has it, the
// error is a UsageError that names near ones.
func Compare(from, to Chapter, file string) (Diff, error) {
	d := Diff{From: from, To: to}
	var err error
	if d.old, err = readTree(from); err != nil {
		return d, err
	}
	if d.new, err = readTree(to); err != nil {
		return d, err
	}
	d.old = d.old.rewritten(from, to)
	if file != "" {
		if d.File, err = d.find(file); err != nil {
			return d, err
		}
	}
	changes, err := d.numstat()
	if err != nil {
		return d, err
	}
	for _, c := range changes {
		if d.selects(c.Old) || d.selects(c.New) {
			d.Changes = append(d.Changes, c)
		}
	}
	for name, f := range d.old {
		if !d.selects(name) {
			continue
		}
		d.OldLines += f.lines()
		if g, kept := d.new[name]; kept && f.same(g) {
			d.Unchanged++
		}
	}
	d.readmeLines = d.old[readme].lines()
	return d, nil
}

// selects reports whether the comparison takes in the file called name.
func (d Diff) selects(name string) bool {
	return name != "" && (d.File == "" || name == d.File || strings.HasPrefix(name, d.File+"/"))
}

// numstat asks git for all changes, in the order of their paths.
func (d Diff) numstat() ([]Change, error) {
	all := func(string) bool { return true }
	out, err := d.git(nil, all, all, "--numstat", "-z")
	if err != nil {
		return nil, err
	}
	// A record is "added TAB removed TAB NUL old NUL new NUL"; for a new or
	// removed file one of the paths is /dev/null.
	var changes []Change
	fields := strings.Split(string(out), "\x00")
	for ; len(fields) >= 3; fields = fields[3:] {
		counts := strings.Split(fields[0], "\t")
		if len(counts) != 3 || counts[2] != "" {
			return nil, fmt.Errorf("git diff --numstat printed %q", fields[0])
		}
		var c Change
		c.Added, _ = strconv.Atoi(counts[0]) // "-" for a binary file
		c.Removed, _ = strconv.Atoi(counts[1])
		if fields[1] != os.DevNull {
			c.Old = strings.TrimPrefix(fields[1], d.From.Name+"/")
		}
		if fields[2] != os.DevNull {
			c.New = strings.TrimPrefix(fields[2], d.To.Name+"/")
		}
		changes = append(changes, c)
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path(), b.Path()) })
	return changes, nil
}

// Text is the diff itself, as git prints it; colour is as the user's git has it
// for a terminal. The README is a lesson, not code: its diff is shown only
// where it was asked for by name. That of go.sum is never shown.
func (d Diff) Text(colour bool) ([]byte, error) {
	oldShown, newShown := map[string]bool{}, map[string]bool{}
	for _, c := range d.Changes {
		hidden := c.Path() == "go.sum" || c.Path() == readme && d.File != readme
		oldShown[c.Old] = !hidden
		newShown[c.New] = !hidden
	}
	var env []string
	arg := "--no-color"
	if colour {
		env, arg = []string{"GIT_PAGER_IN_USE=1"}, "--color-moved"
	}
	return d.git(env,
		func(name string) bool { return oldShown[name] },
		func(name string) bool { return newShown[name] },
		arg)
}

// git runs git diff over copies of those files that the functions pick.
func (d Diff) git(env []string, pickOld, pickNew func(name string) bool, args ...string) ([]byte, error) {
	tmp, err := os.MkdirTemp("", "chapters-diff-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	if err := d.old.write(filepath.Join(tmp, d.From.Name), pickOld); err != nil {
		return nil, err
	}
	if err := d.new.write(filepath.Join(tmp, d.To.Name), pickNew); err != nil {
		return nil, err
	}
	out, err := gitWith(env, tmp, slices.Concat(
		[]string{"diff", "--no-index", "--no-ext-diff", "--no-prefix", "--find-renames"}, args,
		[]string{"--", d.From.Name, d.To.Name})...)
	if code := exitCode(err); code != 0 && code != 1 { // 1: they differ
		return nil, err
	}
	return out, nil
}

// write writes the files that pick picks below dir.
func (t tree) write(dir string, pick func(name string) bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, f := range t {
		if !pick(name) {
			continue
		}
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(full, f.data, f.perm|0o600); err != nil {
			return err
		}
	}
	return nil
}

// Overview is the table above the diff, a line a changed file, with totals.
func (d Diff) Overview() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s against %s\n\n", path.Join(d.To.Name, d.File), path.Join(d.From.Name, d.File))
	width := 0
	for _, c := range d.Changes {
		width = max(width, len(c.Path()))
	}
	count := map[string]int{}
	var added, removed, readmeRemoved int
	for _, c := range d.Changes {
		fmt.Fprintf(&b, "  %-8s %-*s %+6d %6s", c.Kind(), width, c.Path(), c.Added, "-"+strconv.Itoa(c.Removed))
		if c.Kind() == "renamed" {
			fmt.Fprintf(&b, "  was %s", c.Old)
		}
		b.WriteByte('\n')
		count[c.Kind()]++
		added += c.Added
		removed += c.Removed
		if c.Old == readme {
			readmeRemoved = c.Removed
		}
	}
	if len(d.Changes) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString("  files: ")
	for _, kind := range []string{"new", "changed", "renamed", "removed"} {
		if count[kind] > 0 {
			fmt.Fprintf(&b, "%d %s, ", count[kind], kind)
		}
	}
	fmt.Fprintf(&b, "%d unchanged\n  lines: +%d -%d\n", d.Unchanged, added, removed)
	if d.OldLines == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "  %s of the %d lines in %s were removed", share(removed, d.OldLines), d.OldLines, path.Join(d.From.Name, d.File))
	if d.File == "" && d.readmeLines > 0 {
		fmt.Fprintf(&b, " (without %s: %s)", readme, share(removed-readmeRemoved, d.OldLines-d.readmeLines))
	}
	b.WriteString("\n")
	return b.String()
}

func share(part, whole int) string {
	return fmt.Sprintf("%.1f%%", 100*float64(part)/float64(max(whole, 1)))
}
