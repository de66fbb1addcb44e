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

// IsName reports whether names are compared with the bound, and not scores.
func (b *Bound) IsName() bool { return b.byName }

// compare is how a member compares with a bound: negative if it comes before.
func (b *Bound) compare(score float64, name []byte) int {
	switch {
	case b.infinite != 0:
		return -b.infinite
	case b.byName:
		return bytes.Compare(name, b.name)
	}
	return cmp.Compare(score, b.score)
}

// IsAbove reports whether the range begins behind a member, and IsBelow whether it ends
// before it.
func (r *Range) IsAbove(score float64, name []byte) bool {
	c := r.Low.compare(score, name)
	return c < 0 || c == 0 && r.Low.open
}

func (r *Range) IsBelow(score float64, name []byte) bool {
	c := r.High.compare(score, name)
	return c > 0 || c == 0 && r.High.open
}

func (r *Range) isAbove(n Node) bool { return r.IsAbove(n.Score(), n.nameFor(&r.Low)) }
func (r *Range) isBelow(n Node) bool { return r.IsBelow(n.Score(), n.nameFor(&r.High)) }

// nameFor is the node's name, if the bound is one: it costs a look at the entry.
func (n Node) nameFor(b *Bound) []byte {
	if !b.byName {
		return nil
	}
	return entry.Key(n.Entry())
}

// end is the last node that comes before the range, or the last one that does not come
// behind it; the head, if there is none. How many nodes come before the next one is its
// rank. It fills the way to the next one.
func (l List) end(p *path, r *Range, behind bool) (at Node, rank int) {
	at = Node(l)
	for level := int(l.head().levels) - 1; level >= 0; level-- {
		for {
			k := at.link(level)
			if k.next == 0 || behind && r.isBelow(k.next) || !behind && !r.isAbove(k.next) {
				break
			}
			at, rank = k.next, rank+int(k.span)
		}
		p.nodes[level] = at
	}
	return at, rank
}

// Ranks are the ranks of the members in a range, from first on, and below end: none, if end
// is not more. O(log n).
func (l List) Ranks(r *Range) (first, end int) {
	var p path
	_, first = l.end(&p, r, false)
	_, end = l.end(&p, r, true)
	return first, end
}

// FirstIn is the first node in a range, or 0, and LastIn the last one. O(log n).
func (l List) FirstIn(r *Range) Node {
	var p path
	at, _ := l.end(&p, r, false)
	n := at.Next()
	if n == 0 || r.isBelow(n) {
		return 0
	}
	return n
}

func (l List) LastIn(r *Range) Node {
	var p path
	n, _ := l.end(&p, r, true)
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
