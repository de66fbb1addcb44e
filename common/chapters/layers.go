// layers.go: which package of a chapter may import which.
//
//	main
//	  server  command
//	    engine
//	      aof
//	        keyspace
//	          object
//	            structures/*  <-> each other        config
//	              zmalloc  eventloop  resp  glob  number  logging
//
// Arrows point down: a package imports only what stands lower. Then it can be
// read, tested and replaced knowing nothing of what stands above it, and there
// are no cycles to untangle when chapter 6 puts another dict below the keyspace.
// server and command stand side by side: neither knows the other, main brings them
// together.
//
// Few packages talk to the kernel. All others are plain functions of their
// arguments: their tests need no sockets, no files and no waiting.

package chapters

import (
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// kernel names the imports by which code makes system calls.
var kernel = []string{"os", "os/exec", "os/signal", "net", "net/http", "syscall", "golang.org/x/sys/unix"}

// layer is a row of the table: one package, or the packages of one directory.
type layer struct {
	pattern string   // of directories in the chapter, for path.Match
	height  int      // it may import what is lower
	level   bool     // and what is as high, too
	calls   []string // those of kernel that it may import
}

var layers = []layer{
	// directory, height, may import its own height, system calls by
	{".", 7, false, kernel}, // main
	{"internal/server", 6, false, kernel},
	{"internal/command", 6, false, nil},
	{"internal/engine", 5, false, nil},
	{"internal/aof", 4, false, kernel},
	{"internal/keyspace", 3, false, nil},
	{"internal/object", 2, false, nil},
	{"internal/structures/*", 1, true, nil},
	{"internal/config", 1, false, []string{"os"}}, // reads redis.conf
	{"internal/zmalloc", 0, false, kernel},
	{"internal/eventloop", 0, false, kernel},
	{"internal/resp", 0, false, nil},
	{"internal/glob", 0, false, nil},
	{"internal/pubsub", 0, false, nil},
	{"internal/number", 0, false, nil},
	{"internal/logging", 0, false, []string{"os"}}, // the log file
}

// testModules are what tests may import besides what all code may.
var testModules = []string{"github.com/stretchr/testify", "pgregory.net/rapid"}

func layerOf(dir string) (layer, bool) {
	for _, l := range layers {
		if ok, _ := path.Match(l.pattern, dir); ok {
			return l, true
		}
	}
	return layer{}, false
}

// checkImports holds all Go files of a chapter against the table.
func checkImports(c Chapter, files tree) []Finding {
	var found []Finding
	strangers := map[string]bool{} // directories not in the table, each told once
	for _, name := range files.paths() {
		if path.Ext(name) != ".go" || skippedByGo(name) {
			continue
		}
		add := func(format string, args ...any) {
			found = append(found, Finding{c.Name, name, fmt.Sprintf(format, args...)})
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, files[name].data, parser.ImportsOnly)
		if err != nil {
			add("does not parse: %v", err)
			continue
		}
		dir := path.Dir(name)
		test := strings.HasSuffix(name, "_test.go")
		from, known := layerOf(dir)
		if !known && !test && !strangers[dir] {
			strangers[dir] = true
			add("package %s has no layer; the table stands in common/chapters/layers.go", dir)
		}
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
			inner, own := within(c.Module(), imported)
			switch {
			case own && !test && known:
				if to, ok := layerOf(inner); ok && !mayImport(from, to) {
					add("imports %s, which is not below %s", inner, dir)
				}
			case own:
			case !allowedModule(imported, test):
				add("imports %s: %s", imported, allowedWords(test))
			case known && !test && slices.Contains(kernel, imported) && !slices.Contains(from.calls, imported):
				add("imports %s: package %s makes no system calls", imported, dir)
			}
		}
	}
	return found
}

func mayImport(from, to layer) bool {
	return to.height < from.height || from.level && to.height == from.height
}

// within returns the directory, in the module, of an imported package.
func within(module, imported string) (dir string, own bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// allowedModule reports whether a package that is not the chapter's own may be
// imported. Only the standard library's paths have no dot in their first part,
// but for this repository's own modules and cgo's "C".
func allowedModule(imported string, test bool) bool {
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return first != "redis-internals" && first != "C"
	}
	for _, m := range testModules {
		if _, ok := within(m, imported); ok && test {
			return true
		}
	}
	_, ok := within("golang.org/x/sys", imported)
	return ok
}

func allowedWords(test bool) string {
	if test {
		return "a test has the standard library, its own module, golang.org/x/sys, testify and rapid"
	}
	return "a chapter has the standard library, its own module and golang.org/x/sys"
}

// skippedByGo reports whether the go command leaves the file out of packages.
func skippedByGo(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part == "testdata" || part == "vendor" || strings.HasPrefix(part, ".") || strings.HasPrefix(part, "_") {
			return true
		}
	}
	return false
}
