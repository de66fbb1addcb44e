// near.go: what a path that does not exist was meant to be.

package chapters

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// find takes what was typed for a path inside the chapters, of a file or of a
// directory, and returns it clean. The path may begin with a chapter's name, as
// a shell completes it.
func (d Diff) find(typed string) (string, error) {
	name := path.Clean(typed)
	for _, c := range []Chapter{d.From, d.To} {
		name = strings.TrimPrefix(name, c.Name+"/")
	}
	known := map[string]bool{}
	for _, t := range []tree{d.old, d.new} {
		for p := range t {
			for ; p != "."; p = path.Dir(p) {
				known[p] = true
			}
		}
	}
	if known[name] {
		return name, nil
	}
	var called []string // by that name, wherever it is
	for k := range known {
		if path.Base(k) == name {
			called = append(called, k)
		}
	}
	slices.Sort(called)
	neither := fmt.Sprintf("neither %s nor %s has %q", d.From.Name, d.To.Name, typed)
	near := nearest(name, known, 3)
	switch {
	case len(called) == 1:
		return called[0], nil
	case len(called) > 1:
		return "", UsageError(fmt.Sprintf("%q may be %s: which?", typed, strings.Join(called, ", ")))
	case len(near) == 0:
		return "", UsageError(neither)
	}
	return "", UsageError(neither + "; near it: " + strings.Join(near, " "))
}

// nearest picks up to n names that take the fewest edits to become name, or whose
// last part takes the fewest to become name's last part. One of three letters that is
// another one is no name that was meant.
func nearest(name string, known map[string]bool, n int) []string {
	type candidate struct {
		name  string
		edits int
	}
	var list []candidate
	for k := range known {
		if n := min(edits(k, name), edits(path.Base(k), path.Base(name))); n <= len(path.Base(name))/3 {
			list = append(list, candidate{k, n})
		}
	}
	slices.SortFunc(list, func(a, b candidate) int {
		if a.edits != b.edits {
			return a.edits - b.edits
		}
		return strings.Compare(a.name, b.name)
	})
	var names []string
	for _, c := range list[:min(n, len(list))] {
		names = append(names, c.name)
	}
	return names
}

// edits is the Levenshtein distance: how many bytes have to be put in, taken out
// or replaced to make b of a. O(len(a) * len(b)).
func edits(a, b string) int {
	row := make([]int, len(b)+1) // row[j]: from the part of a read so far to b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
