// headers.go: every file of code begins with what it is about.
//
//	// layers.go: which package of a chapter may import which.
//	//
//	//	(a figure, what always holds, what it costs, Redis' file)
//
//	package chapters
//
// One place for it, before the package clause and a blank line away from it: there it
// is the first thing a reader sees, and godoc does not take it for the package's own
// text, which stands in one file of the package.
//
// Where that text lists the package's files it lists all of them, but for the tests:
//
//	//	slabs.go     blocks of one size, cut from a slab
//	//	poison_*.go  freed blocks, in a build with the tag poison

package chapters

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// checkHeaders looks at the files of a chapter, or of any other directory, by that
// name.
func checkHeaders(name string, files tree) []Finding {
	var found []Finding
	for _, p := range files.paths() {
		if path.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go") || skippedByGo(p) {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), p, files[p].data, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			continue
		}
		if !hasHeader(path.Base(p), parsed) {
			found = append(found, Finding{name, p, fmt.Sprintf(
				"does not begin with what it is about: \"// %s: ...\" and a blank line before the package clause", path.Base(p),
			)})
		}
		for _, wrong := range checkFileList(p, parsed.Doc.Text(), files) {
			found = append(found, Finding{name, p, wrong})
		}
	}
	return found
}

var listedFile = regexp.MustCompile(`(?m)^\t([a-z0-9_*]+\.go) +\S`)

// checkFileList holds the list of a package's files, if its text has one, against the
// files beside it.
func checkFileList(p, doc string, files tree) (wrong []string) {
	listed := listedFile.FindAllStringSubmatch(doc, -1)
	if len(listed) < 2 { // one is an example
		return nil
	}
	var beside []string
	for other := range files {
		if base := path.Base(other); path.Dir(other) == path.Dir(p) && path.Ext(base) == ".go" && !strings.HasSuffix(base, "_test.go") {
			beside = append(beside, base)
		}
	}
	slices.Sort(beside)
	told := map[string]bool{path.Base(p): true} // where the list stands need not be in it
	for _, m := range listed {
		exists := false
		for _, base := range beside {
			if same, _ := path.Match(m[1], base); same {
				told[base], exists = true, true
			}
		}
		if !exists {
			wrong = append(wrong, "the package's text lists "+m[1]+", which is not there")
		}
	}
	for _, base := range beside {
		if !told[base] {
			wrong = append(wrong, "the package's text lists its files, but not "+base)
		}
	}
	return wrong
}

func hasHeader(base string, f *ast.File) bool {
	if f.Doc != nil && f.Doc.Text() != "" { // directives alone give no text
		return true
	}
	for _, c := range f.Comments {
		if c.Pos() < f.Package && strings.HasPrefix(c.Text(), base+": ") {
			return true
		}
	}
	return false
}

// readCode reads the Go files of a directory that is no chapter; none where there is
// no such directory.
func readCode(dir string) (tree, error) {
	files := tree{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".go" {
			return err
		}
		data, err := os.ReadFile(name)
		inside, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(inside)] = file{data: data}
		return err
	})
	if os.IsNotExist(err) {
		return tree{}, nil
	}
	return files, err
}
