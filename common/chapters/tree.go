// tree.go: the files of one chapter, in memory.
//
// Chapters are copies of one another, but each is a module of its own, so its
// imports begin with its own path. That difference says nothing, and every tool
// here takes it away first: it rewrites one chapter's files as if they stood in
// the other.
//
//	ch02  import "redis-internals/ch02/internal/resp"
//	         | rewritten to ch03
//	         v
//	ch03  import "redis-internals/ch03/internal/resp"     the same: no change

package chapters

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// file is one file: its bytes, and its permissions as they are on disk (from a
// commit: 0644 or 0755, git keeps no more).
type file struct {
	data []byte
	perm fs.FileMode
}

func (f file) executable() bool { return f.perm&0o100 != 0 }

// same reports whether a commit could not tell f from g.
func (f file) same(g file) bool {
	return f.executable() == g.executable() && bytes.Equal(f.data, g.data)
}

// tree maps slash-separated paths inside a chapter to files.
type tree map[string]file

func (t tree) paths() []string { return slices.Sorted(maps.Keys(t)) }

// rewritten is t as it would stand in another chapter.
func (t tree) rewritten(from, to Chapter) tree {
	u := make(tree, len(t))
	for name, f := range t {
		u[name] = f.rewritten(name, from, to)
	}
	return u
}

// rewritten is f with the module path of from replaced by that of to: in go.mod
// on the module line, in Go files where a quoted string starts with it.
func (f file) rewritten(name string, from, to Chapter) file {
	switch {
	case name == "go.mod":
		line := regexp.MustCompile(`(?m)^(module\s+)` + regexp.QuoteMeta(from.Module()) + `(\s|$)`)
		f.data = line.ReplaceAll(f.data, []byte("${1}"+to.Module()+"${2}"))
	case path.Ext(name) == ".go":
		for _, end := range []string{`"`, `/`} {
			f.data = bytes.ReplaceAll(f.data, []byte(`"`+from.Module()+end), []byte(`"`+to.Module()+end))
		}
	}
	return f
}

// readTree reads the chapter's files: those git tracks, and new ones that it
// does not ignore. Outside a git repository (an unpacked archive) it takes every
// file but hidden ones.
func readTree(c Chapter) (tree, error) {
	names, err := gitFiles(c.Dir)
	if err != nil {
		if names, err = walkFiles(c.Dir); err != nil {
			return nil, err
		}
	}
	t := make(tree, len(names))
	for _, name := range names {
		f, found, err := readFile(c, name)
		if err != nil {
			return nil, err
		}
		if found { // git also names tracked files that are deleted
			t[name] = f
		}
	}
	return t, nil
}

// readFile reads one file of the chapter, ignored by git or not.
func readFile(c Chapter, name string) (f file, found bool, err error) {
	full := filepath.Join(c.Dir, filepath.FromSlash(name))
	info, err := os.Lstat(full)
	if errors.Is(err, fs.ErrNotExist) {
		return file{}, false, nil
	}
	if err != nil {
		return file{}, false, err
	}
	if !info.Mode().IsRegular() {
		return file{}, false, fmt.Errorf("%s/%s is not a regular file; chapters hold nothing else", c.Name, name)
	}
	data, err := os.ReadFile(full)
	return file{data, info.Mode().Perm()}, err == nil, err
}

func gitFiles(dir string) ([]string, error) {
	out, err := git(dir, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
}

func walkFiles(dir string) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(e.Name(), ".") && e.IsDir():
			return fs.SkipDir
		case !e.IsDir() && !strings.HasPrefix(e.Name(), "."):
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// lines counts f's lines; a binary file has none, as in git.
func (f file) lines() int {
	if f.binary() {
		return 0
	}
	n := bytes.Count(f.data, []byte("\n"))
	if len(f.data) > 0 && !bytes.HasSuffix(f.data, []byte("\n")) {
		n++
	}
	return n
}

// binary is git's rule: a NUL among the first 8000 bytes.
func (f file) binary() bool {
	return bytes.IndexByte(f.data[:min(len(f.data), 8000)], 0) >= 0
}
