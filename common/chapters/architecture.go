// architecture.go: whether ARCHITECTURE.md tells what the code is like.
//
// Two of its blocks are read. One lists a chapter's packages,
//
//	  aof/         the append-only file: ... (from chapter 4)
//
// and all packages must stand there, with the chapter that brings them, unless that
// is the second. The other lists who imports whom, and who makes system calls,
//
//	aof       -> keyspace object config
//	system calls  main server aof
//
// all chapters together. What stands there is what the code does, no more and no less.

package chapters

import (
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const floorPlan = "ARCHITECTURE.md"

var (
	planPackage = regexp.MustCompile(`^  ([a-z]+)/ .*$`)
	planFrom    = regexp.MustCompile(`\(from chapter (\d+)\)`)
	planArrow   = regexp.MustCompile(`^([a-z]+) +-> (.*)$`)
	planCalls   = regexp.MustCompile(`^system calls +(.*)$`)
)

// usual is the chapter that brings a package of which the page says nothing else.
const usual = 2

// floor is what is said, or what is so.
type floor struct {
	from    map[string]int             // a package's first chapter
	imports map[string]map[string]bool // of a package, the others
	calls   map[string]bool            // packages that make system calls
}

func newFloor() floor {
	return floor{map[string]int{}, map[string]map[string]bool{}, map[string]bool{}}
}

// parseFloor reads the two blocks.
func parseFloor(text string) floor {
	p := newFloor()
	inBlock, packages := false, false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock, packages = !inBlock, false
		case !inBlock:
		case strings.HasPrefix(line, "internal/"):
			packages = true
		case packages && planPackage.MatchString(line):
			chapter := usual
			if m := planFrom.FindStringSubmatch(line); m != nil {
				chapter, _ = strconv.Atoi(m[1])
			}
			p.from[planPackage.FindStringSubmatch(line)[1]] = chapter
		case planArrow.MatchString(line):
			m := planArrow.FindStringSubmatch(line)
			p.imports[m[1]] = setOf(strings.Fields(m[2]))
		case planCalls.MatchString(line):
			p.calls = setOf(strings.Fields(planCalls.FindStringSubmatch(line)[1]))
		}
	}
	return p
}

func setOf(words []string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[w] = true
	}
	return set
}

// add notes what a chapter's code does.
func (f floor) add(c Chapter, files tree) {
	for _, name := range files.paths() {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || skippedByGo(name) {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, files[name].data, parser.ImportsOnly)
		if err != nil {
			continue // checkImports tells
		}
		from := roomOf(path.Dir(name))
		if f.imports[from] == nil {
			f.imports[from], f.from[from] = map[string]bool{}, c.Number
		}
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if inner, own := within(c.Module(), imported); own && roomOf(inner) != from {
				f.imports[from][roomOf(inner)] = true
			}
			if slices.Contains(kernel, imported) {
				f.calls[from] = true
			}
		}
	}
}

// roomOf is how the page calls a package: all structures are one.
func roomOf(dir string) string {
	if dir == "." {
		return "main"
	}
	room, _, _ := strings.Cut(strings.TrimPrefix(dir, "internal/"), "/")
	return room
}

// checkFloor holds the page against the code of all chapters. A repository
// without it is not asked for it.
func checkFloor(root string, is floor) ([]Finding, error) {
	text, err := os.ReadFile(filepath.Join(root, floorPlan))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	said := parseFloor(string(text))
	var found []Finding
	add := func(format string, args ...any) {
		found = append(found, Finding{".", floorPlan, fmt.Sprintf(format, args...)})
	}
	for _, room := range slices.Sorted(maps.Keys(keysOf(is.from, said.from))) {
		first, exists := is.from[room]
		told, listed := said.from[room]
		switch {
		case room == "main":
		case !exists:
			add("lists a package %s, which no chapter has", room)
		case !listed:
			add("does not list the package %s, of chapter %d", room, first)
		case told != first:
			add("says that %s comes with chapter %d; it comes with %d", room, told, first)
		}
	}
	for _, room := range slices.Sorted(maps.Keys(keysOf(is.imports, said.imports))) {
		if !maps.Equal(is.imports[room], said.imports[room]) {
			add("the arrows of %s should be: %s", room, arrow(room, is.imports[room]))
		}
	}
	if !maps.Equal(is.calls, said.calls) {
		add("should say: system calls  %s", strings.Join(slices.Sorted(maps.Keys(is.calls)), " "))
	}
	return found, nil
}

func arrow(room string, imports map[string]bool) string {
	if len(imports) == 0 {
		return "none, a leaf has no line"
	}
	return room + " -> " + strings.Join(slices.Sorted(maps.Keys(imports)), " ")
}

// keysOf has the keys of both maps; a room that imports nothing needs no line.
func keysOf[V any](a, b map[string]V) map[string]bool {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return all
}
