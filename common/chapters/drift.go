// drift.go: whether the chapters are still one program that grows.
//
// Eight copies of a server stay readable only while a file is either the same as
// in the chapter before, to the letter, or differs for a reason that the
// chapter's README gives. Then what a student has read once holds in every later
// chapter, and the list of changes is the lesson:
//
//	                   differs from the chapter before?
//	                        yes              no
//	listed     yes          fine             says what is not so
//	in README  no           drifted          fine
//
// New and removed files differ, too.

package chapters

import (
	"fmt"
	"path/filepath"
	"regexp"
)

// Finding is one violation.
type Finding struct {
	Chapter string // the directory's name
	Path    string // inside the chapter
	Message string
}

func (f Finding) String() string { return fmt.Sprintf("%s/%s: %s", f.Chapter, f.Path, f.Message) }

// Drift checks all chapters below root: each against the one before, its imports and
// its module path; the headers of files, also of common; and ARCHITECTURE.md.
func Drift(root string) ([]Finding, error) {
	list, err := List(root)
	if err != nil {
		return nil, err
	}
	var found []Finding
	var before tree
	is := newFloor()
	for i, c := range list {
		files, err := readTree(c)
		if err != nil {
			return nil, err
		}
		found = append(found, checkModule(c, files)...)
		if _, ok := files[readme]; !ok {
			found = append(found, Finding{c.Name, readme, "is missing: a chapter is a lesson"})
		}
		if i > 0 {
			found = append(found, checkListing(c, files, list[i-1], before)...)
		}
		found = append(found, checkImports(c, files)...)
		found = append(found, checkHeaders(c.Name, files)...)
		is.add(c, files)
		before = files
	}
	common, err := readCode(filepath.Join(root, "common"))
	if err != nil {
		return nil, err
	}
	found = append(found, checkHeaders("common", common)...)
	wrong, err := checkFloor(root, is)
	return append(found, wrong...), err
}

// CheckImports is Drift's check of one chapter's packages: arrows point down,
// few make system calls, and hardly any other module is used.
func CheckImports(c Chapter) ([]Finding, error) {
	files, err := readTree(c)
	if err != nil {
		return nil, err
	}
	return checkImports(c, files), nil
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)

func checkModule(c Chapter, files tree) []Finding {
	m := moduleLine.FindSubmatch(files["go.mod"].data)
	switch {
	case m == nil:
		return []Finding{{c.Name, "go.mod", "is missing or names no module; it should be " + c.Module()}}
	case string(m[1]) != c.Module():
		return []Finding{{c.Name, "go.mod", fmt.Sprintf("module %s should be %s", m[1], c.Module())}}
	}
	return nil
}

// checkListing compares what differs between two neighbours with what the later
// one's README lists.
func checkListing(c Chapter, files tree, previous Chapter, before tree) []Finding {
	var found []Finding
	add := func(path, format string, args ...any) {
		found = append(found, Finding{c.Name, path, fmt.Sprintf(format, args...)})
	}
	list, ok := parseListing(files[readme].data)
	if _, exists := files[readme]; exists && !ok {
		add(readme, "has no section %q", heading+"...")
	}
	before = before.rewritten(previous, c)
	how := differences(before, files)
	mentioned := map[string]bool{}
	for _, l := range list {
		mentioned[l.path] = true
		if how[l.path] == "" && l.path != readme {
			what := "is the same as in " + previous.Name
			if _, ok := files[l.path]; !ok {
				what = "is in neither chapter"
			}
			add(l.path, "%s, but %s line %d lists it as changed", what, readme, l.line)
		}
		if l.why == "" {
			add(l.path, "%s line %d lists it and does not say why", readme, l.line)
		}
	}
	for _, name := range union(before, files) {
		if how[name] != "" && !mentioned[name] && name != readme && name != "go.sum" {
			add(name, "%s %s, and %s does not list it under %q", how[name], previous.Name, readme, heading+"...")
		}
	}
	return found
}

// differences says of each path that is not the same in both trees how it
// differs, in words that the older chapter's name ends.
func differences(before, after tree) map[string]string {
	how := map[string]string{}
	for name, f := range after {
		g, ok := before[name]
		switch {
		case !ok:
			how[name] = "is not in"
		case !f.same(g):
			how[name] = "differs from"
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			how[name] = "is removed, but stands in"
		}
	}
	return how
}

// union returns the paths of both trees, sorted, each once.
func union(a, b tree) []string {
	all := tree{}
	for _, t := range []tree{a, b} {
		for name := range t {
			all[name] = file{}
		}
	}
	return all.paths()
}
