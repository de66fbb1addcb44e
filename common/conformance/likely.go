// likely.go: which known mistake a server has, judged by what it fails.
//
// For each exhibit of the museum of bugs it is known which core cases fail, and how. A server
// that fails the same ones in the same way has probably the same mistake, in whatever language:
//
//	the server's failures      a: silence   b: closed
//	exhibit 07                 a: silence   b: closed   c: silence
//	                           ──────────   ─────────   ──────────
//	                               1      +     1     +     0        of 3: likeness 0.67
//
// What the exhibit fails and the server passes speaks against it: the same mistake would fail it.
// What only the server fails says less, for a server that is being built lacks other things,
// too. That is Tversky's index, which is Jaccard's where both count alike. A case that both
// fail, but differently, counts half; one that many exhibits fail tells little about any of
// them, and weighs 1 / sqrt(how many exhibits fail it).

package conformance

import (
	"cmp"
	"math"
	"slices"
)

// Exhibit is a mistake that is known, by the core cases that fail for it.
type Exhibit struct {
	Number int
	Title  string            // what it is, in a few words
	Core   map[string]string // of the name of each core case that fails: its symptom
}

const (
	otherSymptom = 0.5 // what a case counts that both fail, but not alike
	onlyServer   = 0.4 // what a case weighs that the server fails, and the exhibit passes
	tooUnlike    = 0.3 // a likeness below that names nothing
	namedCauses  = 2   // at most
)

// Nearest are the exhibits that are most like a server that was asked these core cases, nearest
// first: two at most, and none that has little to do with it.
func Nearest(exhibits []Exhibit, asked []Result) []Exhibit {
	failed, passed, failing := map[string]string{}, map[string]bool{}, map[string]int{}
	for _, r := range asked {
		passed[r.Case.Name] = r.Status == Passed
		if r.Status == Failed {
			failed[r.Case.Name] = r.Symptom
		}
	}
	for _, e := range exhibits {
		for name := range e.Core {
			failing[name]++
		}
	}
	weight := func(name string) float64 { return 1 / math.Sqrt(float64(max(1, failing[name]))) }
	likeness := func(e Exhibit) float64 {
		var both, either float64
		for name, symptom := range failed {
			switch known, ok := e.Core[name]; {
			case !ok:
				either += onlyServer * weight(name)
			case known == symptom:
				both, either = both+weight(name), either+weight(name)
			default:
				both, either = both+otherSymptom*weight(name), either+weight(name)
			}
		}
		for name := range e.Core {
			if passed[name] {
				either += weight(name)
			}
		}
		return both / max(either, math.SmallestNonzeroFloat64)
	}
	near := slices.DeleteFunc(slices.Clone(exhibits), func(e Exhibit) bool { return likeness(e) < tooUnlike })
	slices.SortStableFunc(near, func(a, b Exhibit) int { return cmp.Compare(likeness(b), likeness(a)) })
	return near[:min(namedCauses, len(near))]
}

// likelyCause names the exhibits that the failures are most like.
func (g *grader) likelyCause(asked []Result) {
	looks := "\n  This looks like"
	for _, e := range Nearest(g.Exhibits, asked) {
		g.print("%s exhibit %02d (make bug N=%02d):\n%s\n", looks, e.Number, e.Number, g.wrapped(e.Title, "      "))
		looks = "  or like"
	}
}
