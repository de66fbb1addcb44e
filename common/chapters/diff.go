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
	"regexp"
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
	Why            string // the README's reason; "" if it has none
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
	d.Changes = d.arrange(d.Changes)
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

// Shown says which of the changes are shown line by line.
type Shown struct {
	Tests bool // tests, what they compare with, and profiles
	All   bool // new files, whole
}

// shows reports whether a change's lines are shown. The README is a lesson, not code: it is
// shown only where it was asked for by name. go.sum never is.
func (d Diff) shows(c Change, s Shown) bool {
	switch {
	case c.Path() == "go.sum":
		return false
	case c.Path() == d.File:
		return true
	case c.Path() == readme:
		return false
	}
	return (s.Tests || !isTest(c.Path())) && (s.All || c.Kind() != "new")
}

// Text is the diff itself, a file after the other in reading order, as git prints it; colour
// is as the user's git has it for a terminal. A new file is one line: what it is about.
func (d Diff) Text(s Shown, colour bool) ([]byte, error) {
	sections, err := d.sections(s, colour)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, c := range d.Changes {
		switch {
		case d.shows(c, s):
			b.Write(sections[c.Path()])
		case c.Kind() == "new" && c.Path() != "go.sum" && c.Path() != readme && (s.Tests || !isTest(c.Path())):
			fmt.Fprintf(&b, "new file %s (%d lines)\n", path.Join(d.To.Name, c.New), c.Added)
			if about := d.new[c.New].headline(c.New); about != "" {
				b.WriteString(wrapped(about, "    "))
			}
		}
	}
	return b.Bytes(), nil
}

var sectionStart = regexp.MustCompile(`(?m)^(\x1b\[[0-9;]*m)*diff --git `)

// sections is git's diff of each change that is shown, by its path.
func (d Diff) sections(s Shown, colour bool) (map[string][]byte, error) {
	oldShown, newShown := map[string]bool{}, map[string]bool{}
	for _, c := range d.Changes {
		oldShown[c.Old], newShown[c.New] = d.shows(c, s), d.shows(c, s)
	}
	var env []string
	args := []string{"--unified=1", "--no-color"}
	if s.All {
		args[0] = "--unified=3"
	}
	if colour {
		env, args[1] = []string{"GIT_PAGER_IN_USE=1"}, "--color-moved"
	}
	out, err := d.git(env,
		func(name string) bool { return oldShown[name] },
		func(name string) bool { return newShown[name] },
		args...)
	if err != nil {
		return nil, err
	}
	byHead := map[string]string{} // its first line: the path
	for _, c := range d.Changes {
		byHead[d.head(c)] = c.Path()
	}
	sections := map[string][]byte{}
	starts := sectionStart.FindAllIndex(out, -1)
	for i, start := range starts {
		end := len(out)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		section := out[start[0]:end]
		head, _, _ := bytes.Cut(section, []byte("\n"))
		sections[byHead[string(escapes.ReplaceAll(head, nil))]] = withoutHead(section)
	}
	return sections, nil
}

// withoutHead takes away the lines that only git needs. What is left is a patch still; of a
// file that has no other line (its mode has changed, it has moved) all are left.
func withoutHead(section []byte) []byte {
	if !hunkStart.Match(section) {
		return section
	}
	var kept [][]byte
	for i, line := range bytes.SplitAfter(section, []byte("\n")) {
		if plain := escapes.ReplaceAll(line, nil); i > 3 || !bytes.HasPrefix(plain, []byte("diff --git ")) && !bytes.HasPrefix(plain, []byte("index ")) {
			kept = append(kept, line)
		}
	}
	return bytes.Join(kept, nil)
}

var hunkStart = regexp.MustCompile(`(?m)^(\x1b\[[0-9;]*m)*@@ `)

// escapes are what colours a line on a terminal.
var escapes = regexp.MustCompile(`\x1b\[[0-9;]*[mK]`)

// head is the line that begins a change in git's diff. Of a file that is not in both chapters
// git names the one twice.
func (d Diff) head(c Change) string {
	was, is := path.Join(d.From.Name, c.Old), path.Join(d.To.Name, c.New)
	switch c.Kind() {
	case "new":
		was = is
	case "removed":
		is = was
	}
	return "diff --git " + was + " " + is
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

// pace is how many lines of a diff are read in a minute, with the thought that they need.
const pace = 40

// Overview is what stands above the diff: the changed files in reading order, each with its
// lines and its reason, and totals.
func (d Diff) Overview(shown Shown) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s against %s\n\n", path.Join(d.To.Name, d.File), path.Join(d.From.Name, d.File))
	var tests, readmes Change
	count, hidden, code, newLines := map[string]int{}, 0, 0, 0
	var added, removed int
	why := ""
	for _, c := range d.Changes {
		count[c.Kind()]++
		added += c.Added
		removed += c.Removed
		if c.Path() == readme {
			readmes = c
		}
		if isTest(c.Path()) && !shown.Tests && c.Path() != d.File {
			hidden++
			tests.Added += c.Added
			tests.Removed += c.Removed
			continue
		}
		b.WriteString(c.line())
		if c.Why != why && c.Why != "" {
			b.WriteString(wrapped(strings.TrimSuffix(c.Why, "."), whyIndent))
		}
		why = c.Why
		switch {
		case c.Path() == readme || c.Path() == "go.sum":
		case d.shows(c, shown):
			code += c.Added + c.Removed
		default:
			newLines += c.Added
		}
	}
	if len(d.Changes) > 0 {
		b.WriteByte('\n')
	}
	if hidden > 0 {
		fmt.Fprintf(&b, "  and %s of tests, goldens and profiles, +%d -%d: TESTS=1 shows them\n", plural(hidden, "file"), tests.Added, tests.Removed)
	}
	if newLines > 0 {
		fmt.Fprintf(&b, "  new files are named and not shown, %d lines: ALL=1, or FILE=one of them\n", newLines)
	}
	if code > 0 {
		fmt.Fprintf(&b, "  what is shown: %d lines, about %s at %d a minute\n", code, plural(max(1, (code+pace/2)/pace), "minute"), pace)
	}
	d.totals(&b, count, added, removed, readmes.Removed)
	return b.String()
}

const whyIndent = "           "

// line is one of the overview's.
func (c Change) line() string {
	counts := fmt.Sprintf("%+d -%d", c.Added, c.Removed)
	line := fmt.Sprintf("  %-8s %s", c.Kind(), c.Path())
	line += strings.Repeat(" ", max(1, columns-len(line)-len(counts))) + counts + "\n"
	if c.Kind() == "renamed" {
		line += whyIndent + "was " + c.Old + "\n"
	}
	return line
}

// totals adds how many files there are of each kind, and what they come to.
func (d Diff) totals(b *bytes.Buffer, count map[string]int, added, removed, readmeRemoved int) {
	b.WriteString("  files: ")
	for _, kind := range []string{"new", "changed", "renamed", "removed"} {
		if count[kind] > 0 {
			fmt.Fprintf(b, "%d %s, ", count[kind], kind)
		}
	}
	fmt.Fprintf(b, "%d unchanged\n  lines: +%d -%d\n", d.Unchanged, added, removed)
	if d.OldLines == 0 {
		return
	}
	fmt.Fprintf(b, "  %s of the %d lines in %s were removed", share(removed, d.OldLines), d.OldLines, path.Join(d.From.Name, d.File))
	if d.File == "" && d.readmeLines > 0 {
		fmt.Fprintf(b, "\n  (without %s: %s)", readme, share(removed-readmeRemoved, d.OldLines-d.readmeLines))
	}
	b.WriteString("\n")
}

// columns is how wide a terminal may be taken to be.
const columns = 79

// wrapped breaks a sentence into lines that are indented.
func wrapped(text, indent string) string {
	var b strings.Builder
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line) > len(indent) && len(line)+1+len(word) > columns {
			b.WriteString(line + "\n")
			line = indent
		}
		if len(line) > len(indent) {
			line += " "
		}
		line += word
	}
	return b.String() + line + "\n"
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func share(part, whole int) string {
	return fmt.Sprintf("%.1f%%", 100*float64(part)/float64(max(whole, 1)))
}
