// search.go: from the top to a member: by its score and name, by its rank, or to the end of
// a range.
//
// In a node the scores lie side by side, so a binary search reads a few lines of memory, of
// which the processor is asked for all before it needs the first. Names are looked at only
// where scores are the same.

package btree

import (
	"bytes"

	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/structures/skiplist"
)

// path is the way from the top to a place in a leaf: on each level the node and which of its
// children is next.
type path struct {
	nodes [maxHeight]*inner
	at    [maxHeight]int
	ref   Ref // the leaf
	leaf  *leaf
	slot  int
}

// countBefore is how many of the members with these scores and entries come before a score
// and a name. No name comes before all others.
func countBefore(scores []float64, entries []Ref, score float64, name []byte) int {
	low, left := 0, len(scores)
	for left > 0 {
		half := left / 2
		if scores[low+half] < score {
			low += left - half
		}
		left = half
	}
	if low == len(scores) || scores[low] != score {
		return low
	}
	for high := len(scores); low < high; {
		if middle := (low + high) / 2; scores[middle] == score && bytes.Compare(entry.Key(entries[middle]), name) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// child is which child a member is in, or would be.
func (n *inner) child(score float64, name []byte) int {
	i := 1 + countBefore(n.scores[1:n.n], n.entries[1:n.n], score, name)
	if i < int(n.n) && n.scores[i] == score && bytes.Equal(entry.Key(n.entries[i]), name) {
		return i // it is that one's first
	}
	return i - 1
}

// before is how many members are in the children before one.
func (n *inner) before(child int) (count int) {
	for _, c := range n.counts[:child] {
		count += int(c)
	}
	return count
}

// find fills the way to a score and a name: to that member, or to where it would be.
func (t Tree) find(p *path, score float64, name []byte) {
	r := t.root()
	at := r.top
	for level := range int(r.height) {
		n := innerAt(at)
		i := n.child(score, name)
		p.nodes[level], p.at[level] = n, i
		at = n.children[i]
	}
	l := leafAt(at)
	p.ref, p.leaf, p.slot = at, l, countBefore(l.scores[:l.n], l.entries[:l.n], score, name)
}

// is reports whether the place has that member.
func (p *path) is(score float64, name []byte) bool {
	l := p.leaf
	return p.slot < int(l.n) && l.scores[p.slot] == score && bytes.Equal(entry.Key(l.entries[p.slot]), name)
}

// Find is where a member stands, or 0 if it is not there with that score. O(log n).
func (t Tree) Find(score float64, name []byte) Pos {
	var p path
	if t.find(&p, score, name); !p.is(score, name) {
		return 0
	}
	return posOf(p.ref, p.slot)
}

// Rank is how many members are before one; -1 if it is not there with that score. O(log n).
func (t Tree) Rank(score float64, name []byte) int {
	var p path
	if t.find(&p, score, name); !p.is(score, name) {
		return -1
	}
	rank := p.slot
	for level := range int(t.root().height) {
		rank += p.nodes[level].before(p.at[level])
	}
	return rank
}

// At is the member of a rank, or 0. O(log n).
func (t Tree) At(rank int) Pos {
	var p path
	if !t.seek(&p, rank) {
		return 0
	}
	return posOf(p.ref, p.slot)
}

// seek fills the way to a rank, and reports whether there is a member.
func (t Tree) seek(p *path, rank int) bool {
	r := t.root()
	if rank < 0 || rank >= int(r.length) {
		return false
	}
	at := r.top
	for level := range int(r.height) {
		n := innerAt(at)
		i := 0
		for rank >= int(n.counts[i]) {
			rank -= int(n.counts[i])
			i++
		}
		p.nodes[level], p.at[level] = n, i
		at = n.children[i]
	}
	p.ref, p.leaf, p.slot = at, leafAt(at), rank
	return true
}

// Ranks are the ranks of the members in a range, from first on, and below end: none, if end
// is not more. O(log n).
func (t Tree) Ranks(r *skiplist.Range) (first, end int) {
	return t.countWhile(&r.Low, r.IsAbove), t.countWhile(&r.High, func(score float64, name []byte) bool { return !r.IsBelow(score, name) })
}

// countWhile is how many members are in front of the first one for which holds is false: for
// all behind it, it is too. A name is given only if the bound is one: it costs a look at the
// entry. O(log n).
func (t Tree) countWhile(b *skiplist.Bound, holds func(score float64, name []byte) bool) (count int) {
	within := func(scores []float64, entries []Ref) int {
		low := 0
		for high := len(scores); low < high; {
			middle := (low + high) / 2
			var name []byte
			if b.IsName() {
				name = entry.Key(entries[middle])
			}
			if holds(scores[middle], name) {
				low = middle + 1
			} else {
				high = middle
			}
		}
		return low
	}
	r := t.root()
	at := r.top
	for range r.height {
		n := innerAt(at)
		i := within(n.scores[1:n.n], n.entries[1:n.n])
		count += n.before(i)
		at = n.children[i]
	}
	l := leafAt(at)
	return count + within(l.scores[:l.n], l.entries[:l.n])
}
