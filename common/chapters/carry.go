// carry.go: a change made in one chapter, made in all later ones.
//
//	ch03 at HEAD --- what you changed ---> ch03 on disk
//	     |                                    |
//	     +-- rewritten to ch04, merged into --+--> ch04 on disk
//	     +-- rewritten to ch05, merged into --+--> ch05 on disk
//	                                              ...
//
// merge.go says how one file is merged. All merges are made in memory first: at
// a conflict nothing is written anywhere. Then a person carries that one change
// into that chapter by hand, and runs carry again. If the chapter needs the
// change in words of its own, the merge cannot see that it is there, so carry is
// told: the lines in conflict stay as they are in files named as done by hand.
//
// A change that a chapter already has merges to nothing, so carry may be run as
// often as one likes.

package chapters

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Report says what a carry did, or why it did nothing. If there are Conflicts,
// nothing was written.
type Report struct {
	Written   []string // "ch05-objects-lru/main.go: merged"
	Notes     []string // what was left as it is, and why
	Conflicts []Conflict
}

// Conflict is a change that a person has to carry.
type Conflict struct {
	Path    string // with the chapter: "ch05-objects-lru/main.go"
	Line    int    // in that file
	Message string
}

func (c Conflict) String() string { return fmt.Sprintf("%s:%d: %s", c.Path, c.Line, c.Message) }

// Carry takes what changed in one chapter since a commit, on disk, into every
// chapter of the repository after it. Revision is the commit, as git names it;
// "" is HEAD. Conflicts in files that byHand names ("ch05-objects-lru/main.go")
// have been settled in them. Each chapter's README stays its own.
func Carry(root string, from Chapter, revision string, byHand ...string) (Report, error) {
	list, err := List(root)
	if err != nil {
		return Report{}, err
	}
	base, err := treeAt(from, revision)
	if err != nil {
		return Report{}, err
	}
	theirs, err := readTree(from)
	if err != nil {
		return Report{}, err
	}
	var plans []*plan
	var r Report
	for _, target := range list[from.Number:] {
		p := &plan{from: from, to: target, between: list[from.Number:target.Number], byHand: byHand}
		if err := p.merge(base.rewritten(from, target), theirs.rewritten(from, target)); err != nil {
			return Report{}, err
		}
		plans = append(plans, p)
		r.Notes = append(r.Notes, p.notes...)
		r.Conflicts = append(r.Conflicts, p.conflicts...)
	}
	if len(r.Conflicts) > 0 {
		return r, nil
	}
	for _, p := range plans {
		for _, s := range p.steps {
			if err := s.do(p.to); err != nil {
				return r, err
			}
			r.Written = append(r.Written, fmt.Sprintf("%s/%s: %s", p.to.Name, s.path, s.what))
		}
	}
	return r, nil
}

// plan is what is to be done in one later chapter.
type plan struct {
	from, to  Chapter
	between   []Chapter // those after from, up to and with to
	byHand    []string
	steps     []step
	notes     []string
	conflicts []Conflict
}

// step is one file to write, or to remove.
type step struct {
	path, what string
	remove     bool
	file       file
}

func (p *plan) note(path, format string, args ...any) {
	p.notes = append(p.notes, p.to.Name+"/"+path+": "+fmt.Sprintf(format, args...))
}

// conflict records that a change cannot be carried, at a line of the target.
func (p *plan) conflict(path string, line int, why string) {
	full := p.to.Name + "/" + path
	if slices.Contains(p.byHand, full) {
		p.note(path, "line %d left as it is, carried by hand", line)
		return
	}
	p.conflicts = append(p.conflicts, Conflict{full, line, why + "; carry by hand into " + p.to.Name + ", then again"})
}

// merge plans every file that differs between base and theirs, both rewritten to
// the target.
func (p *plan) merge(base, theirs tree) error {
	for _, name := range union(base, theirs) {
		b, inBase := base[name]
		t, inTheirs := theirs[name]
		if name == readme || inBase && inTheirs && b.same(t) {
			continue
		}
		ours, found, err := readFile(p.to, name)
		if err != nil {
			return err
		}
		switch {
		case !inBase:
			p.create(name, t, ours, found)
		case !inTheirs:
			p.remove(name, b, ours, found)
		case !found:
			err = p.missing(name)
		default:
			err = p.change(name, b, t, ours)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) create(name string, theirs, ours file, found bool) {
	switch {
	case !found:
		p.steps = append(p.steps, step{path: name, what: "created", file: theirs})
	case !ours.same(theirs):
		p.conflict(name, firstDifference(ours, theirs), "stands here already, different from the new one in "+p.from.Name)
	}
}

func (p *plan) remove(name string, base, ours file, found bool) {
	switch {
	case !found:
	case ours.same(base):
		p.steps = append(p.steps, step{path: name, what: "removed", remove: true})
	default:
		p.conflict(name, firstDifference(ours, base), "was removed in "+p.from.Name+", but here it has changes of its own")
	}
}

// missing plans a changed file that the target does not have. It is in order if
// a chapter on the way to the target removed it, and its README says so.
func (p *plan) missing(name string) error {
	for _, c := range p.between {
		files, err := readTree(c)
		if err != nil {
			return err
		}
		list, _ := parseListing(files[readme].data)
		_, there := files[name]
		if !there && slices.ContainsFunc(list, func(l listed) bool { return l.path == name }) {
			p.note(name, "skipped, %s removed it", c.Name)
			return nil
		}
	}
	p.conflict(name, 1, "is missing here, and no README lists it as removed")
	return nil
}

func (p *plan) change(name string, base, theirs, ours file) error {
	merged, conflicts, err := mergeFiles(base, theirs, ours)
	if err != nil {
		return err
	}
	for _, at := range conflicts {
		p.conflict(name, at, p.from.Name+" changed what is different here")
	}
	if !merged.same(ours) {
		p.steps = append(p.steps, step{path: name, what: "merged", file: merged})
	}
	return nil
}

// do writes or removes the file. A reader sees the old file or the new one whole.
func (s step) do(target Chapter) error {
	full := filepath.Join(target.Dir, filepath.FromSlash(s.path))
	if s.remove {
		return os.Remove(full)
	}
	dir := filepath.Dir(full)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".carry-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(s.file.data)
	err = errors.Join(err, tmp.Chmod(s.file.perm), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), full)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

// treeAt reads the chapter's files from a commit.
func treeAt(c Chapter, revision string) (tree, error) {
	if revision == "" {
		revision = "HEAD"
	}
	if strings.HasPrefix(revision, "-") {
		return nil, UsageError(fmt.Sprintf("%q is no revision; -base takes a commit, a branch or a tag", revision))
	}
	id, err := git(c.Dir, "rev-parse", "--verify", "--quiet", revision+"^{commit}")
	if err != nil {
		return nil, UsageError(fmt.Sprintf("git knows no commit %q to carry from; -base takes a commit, a branch or a tag", revision))
	}
	out, err := git(c.Dir, "ls-tree", "-r", "-z", strings.TrimSpace(string(id)))
	if err != nil {
		return nil, err
	}
	t := tree{}
	for record := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		// "100644 blob ce013625030ba8dba906f756967f9e9ca394464a TAB main.go"
		attributes, name, ok := strings.Cut(record, "\t")
		mode, kindAndID, _ := strings.Cut(attributes, " ")
		blob, isBlob := strings.CutPrefix(kindAndID, "blob ")
		switch {
		case !ok: // there is nothing
			return nil, UsageError(fmt.Sprintf("%s is not in %s: commit it there first, or give -base a commit that has it", c.Name, revision))
		case !isBlob || mode == "120000":
			return nil, fmt.Errorf("%s/%s is not a regular file in %s; chapters hold nothing else", c.Name, name, revision)
		}
		data, err := git(c.Dir, "cat-file", "blob", blob)
		if err != nil {
			return nil, err
		}
		t[name] = file{data, commitPerm(mode)}
	}
	return t, nil
}

func commitPerm(mode string) fs.FileMode {
	if mode == "100755" {
		return 0o755
	}
	return 0o644
}

// firstDifference is the first line, from 1, at which two files part.
func firstDifference(a, b file) int {
	x, y := strings.Split(string(a.data), "\n"), strings.Split(string(b.data), "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return i + 1
		}
	}
	return min(len(x), len(y))
}
