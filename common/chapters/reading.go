// reading.go: in which order the changed files of a chapter are best read, and why each of
// them changed. Both stand in its README:
//
//	## The code, in reading order
//
//	1. `internal/structures/intset`: the shortest one       a directory: all of it
//	2. `internal/object/object.go`, then `lru.go`           a name: beside the one before
//
//	## What changed since chapter 4                         (listing.go)
//
// What the first list does not name comes behind, in the second one's order. Tests come
// after all code.

package chapters

import (
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

const readingHeading = "## The code, in reading order"

// readingOrder lists the files and directories that a README names to be read, in its order.
func readingOrder(text []byte) (paths []string) {
	_, rest, found := strings.Cut("\n"+string(text), "\n"+readingHeading)
	if !found {
		return nil
	}
	section, _, _ := strings.Cut(rest, "\n## ")
	dir := "."
	for _, m := range backticked.FindAllStringSubmatch(section, -1) {
		switch name := strings.TrimSuffix(m[1], "/"); {
		case strings.ContainsAny(name, " ()=<>"): // code, or a command
		case strings.Contains(name, "/"):
			paths = append(paths, name)
			if dir = name; path.Ext(name) != "" {
				dir = path.Dir(name)
			}
		case path.Ext(name) == ".go":
			paths = append(paths, path.Join(dir, name), name)
		}
	}
	return paths
}

// arrange puts the changes in the order in which they are to be read, and gives each its
// reason.
func (d Diff) arrange(changes []Change) []Change {
	order := readingOrder(d.new[readme].data)
	list, _ := parseListing(d.new[readme].data)
	type place struct{ test, reading, inside, listed int }
	places := map[string]place{}
	for i, c := range changes {
		p := place{reading: len(order), listed: len(list)}
		if isTest(c.Path()) {
			p.test = 1
		}
		for j, name := range order {
			if name == c.Path() {
				p.reading, p.inside = j, 0
				break
			}
			if p.reading == len(order) && strings.HasPrefix(c.Path(), name+"/") {
				p.reading, p.inside = j, 1
			}
		}
		for j, l := range list {
			if l.path == c.Path() || l.path == c.Old {
				p.listed, changes[i].Why = j, l.why
				break
			}
		}
		places[c.Path()] = p
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		p, q := places[a.Path()], places[b.Path()]
		return slices.Compare([]int{p.test, p.reading, p.inside, p.listed}, []int{q.test, q.reading, q.inside, q.listed})
	})
	return changes
}

// isTest reports whether a file is a test, what one compares with, or a profile: not what a
// chapter is read for.
func isTest(name string) bool {
	return strings.HasSuffix(name, "_test.go") || path.Ext(name) == ".pgo" || strings.Contains("/"+name, "/testdata/")
}

var sentenceEnd = regexp.MustCompile(`[.:?](\s|$)`)

// headline is the first sentence of what a Go file says it is about, without its own name;
// "" for other files.
func (f file) headline(name string) string {
	if path.Ext(name) != ".go" {
		return ""
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, f.data, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return ""
	}
	for _, c := range parsed.Comments {
		text := strings.Join(strings.Fields(strings.Split(c.Text(), "\n\n")[0]), " ")
		if text == "" { // a directive
			continue
		}
		text = strings.TrimPrefix(text, path.Base(name)+": ")
		if end := sentenceEnd.FindStringIndex(text); end != nil {
			text = text[:end[0]]
		}
		return text
	}
	return ""
}
