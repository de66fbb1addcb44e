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
		if err == nil && !hasHeader(path.Base(p), parsed) {
			found = append(found, Finding{name, p, fmt.Sprintf(
				"does not begin with what it is about: \"// %s: ...\" and a blank line before the package clause", path.Base(p),
			)})
		}
	}
	return found
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
