// ranges.go: members between two scores, or between two names.
//
// Both ask the same: which is the first node that is not below the range, and is it still
// in it? From there on it is a walk. By name makes sense where all scores are the same.
//
// Redis: t_zset.c, zslFirstInRange, zslLastInRange, zslFirstInLexRange,
// zslDeleteRangeByScore, zslDeleteRangeByLex.

package skiplist

import (
	"bytes"
	"cmp"

	"redis-internals/ch08/internal/structures/entry"
)

// Range is from Low to High.
type Range struct{ Low, High Bound }

// Bound is an end of a range: a score, a name, or an end that all names are within.
type Bound struct {
	score    float64
	name     []byte
	byName   bool
	open     bool // without the bound itself
	infinite int
}

// Score, Name and Infinite are bounds. A name is borrowed. Infinite(-1) comes before all
// names, and Infinite(1) after them.
func Score(score float64, open bool) Bound { return Bound{score: score, open: open} }
func Name(name []byte, open bool) Bound    { return Bound{name: name, byName: true, open: open} }
func Infinite(sign int) Bound              { return Bound{byName: true, infinite: sign} }

// compare is how a node compares with a bound: negative if it comes before.
func (b *Bound) compare(n Node) int {
	switch {
	case b.infinite != 0:
		return -b.infinite
	case b.byName:
		return bytes.Compare(entry.Key(n.Entry()), b.name)
	}
	return cmp.Compare(n.Score(), b.score)
}

// isAbove reports whether the range begins behind the node, and isBelow whether it ends
// before it.
func (r *Range) isAbove(n Node) bool {
	c := r.Low.compare(n)
	return c < 0 || c == 0 && r.Low.open
}

func (r *Range) isBelow(n Node) bool {
	c := r.High.compare(n)
	return c > 0 || c == 0 && r.High.open
}

// end is the last node that comes before the range, or the last one that does not come
// behind it; the head, if there is none. It fills the way to the next one.
func (l List) end(p *path, r *Range, behind bool) Node {
	at := Node(l)
	for level := int(l.head().levels) - 1; level >= 0; level-- {
		for {
			next := at.link(level).next
			if next == 0 || behind && r.isBelow(next) || !behind && !r.isAbove(next) {
				break
			}
			at = next
		}
		p.nodes[level] = at
	}
	return at
}

// FirstIn is the first node in a range, or 0, and LastIn the last one. O(log n).
func (l List) FirstIn(r *Range) Node {
	var p path
	n := l.end(&p, r, false).Next()
	if n == 0 || r.isBelow(n) {
		return 0
	}
	return n
}

func (l List) LastIn(r *Range) Node {
	var p path
	n := l.end(&p, r, true)
	if n == Node(l) || r.isAbove(n) {
		return 0
	}
	return n
}

// DeleteIn takes the members in a range out, up to n of them, calls visit with the entry
// of each, and returns how many they were. O(log n + deleted).
func (l List) DeleteIn(r *Range, n int, visit func(Ref)) (deleted int) {
	var p path
	l.end(&p, r, false)
	for ; deleted < n; deleted++ {
		next := p.nodes[0].Next()
		if next == 0 || r.isBelow(next) || !l.deleteNext(&p, visit) {
			break
		}
	}
	return deleted
}
