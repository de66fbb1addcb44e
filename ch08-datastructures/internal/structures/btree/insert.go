// insert.go: adding a member, and splitting what is full.
//
//	| 10 20 30 40 |   25   ->   | 10 20 25 | ◄──► | 30 40 |    and the node above: | ... 30 ▪ 2 ... |
//
// A member that comes behind all others gets a leaf of its own, and the full one stays full:
// scores are times more often than not.

package btree

import (
	"bytes"

	"redis-internals/ch08/internal/structures/entry"
)

// Insert adds an entry, whose key is not there yet. The score must be a number. O(log n).
func (t Tree) Insert(score float64, e Ref) {
	var p path
	t.find(&p, score, entry.Key(e))
	t.insert(&p, score, e)
}

// insert adds an entry at the end of a way.
func (t Tree) insert(p *path, score float64, e Ref) {
	r := t.root()
	r.length++
	for level := range int(r.height) {
		p.nodes[level].counts[p.at[level]]++
	}
	l := p.leaf
	if int(l.n) < leafFull {
		l.put(p.slot, score, e)
		return
	}
	at := leafFull / 2
	switch {
	case l.next == 0 && p.slot == leafFull:
		at = leafFull
	case l.prev == 0 && p.slot == 0:
		at = 1
	}
	ref := t.splitLeaf(p.ref, at)
	right := leafAt(ref)
	if p.slot > at || at == leafFull {
		right.put(p.slot-at, score, e)
	} else {
		l.put(p.slot, score, e)
	}
	t.addChild(p, int(r.height)-1, child{right.scores[0], right.entries[0], ref, right.n})
}

// put adds a member to a leaf that is not full.
func (l *leaf) put(slot int, score float64, e Ref) {
	n := int(l.n)
	copy(l.scores[slot+1:n+1], l.scores[slot:n])
	copy(l.entries[slot+1:n+1], l.entries[slot:n])
	l.scores[slot], l.entries[slot] = score, e
	l.n++
}

// splitLeaf moves the members from a slot on to a new leaf, which comes next.
func (t Tree) splitLeaf(ref Ref, at int) (right Ref) {
	right = t.newLeaf()
	l, to := leafAt(ref), leafAt(right)
	to.n = uint32(copy(to.scores[:], l.scores[at:l.n]))
	copy(to.entries[:], l.entries[at:l.n])
	l.n = uint32(at)
	to.prev, to.next = ref, l.next
	l.next = right
	if to.next == 0 {
		t.root().last = right
	} else {
		leafAt(to.next).prev = right
	}
	return right
}

// child is one with what stands beside it.
type child struct {
	score float64
	entry Ref
	ref   Ref
	count uint32
}

// addChild puts a child behind the one on the way, whose members it has taken over.
func (t Tree) addChild(p *path, level int, c child) {
	if level < 0 {
		t.grow(c)
		return
	}
	n, at := p.nodes[level], p.at[level]
	n.counts[at] -= c.count
	if int(n.n) < innerFull {
		n.put(at+1, c)
		return
	}
	half := innerFull / 2
	if at+1 == innerFull { // as if all came in order
		half = innerFull - 1
	}
	ref := t.newInner()
	right := innerAt(ref)
	right.take(n, half, innerFull)
	n.n = uint32(half)
	if at+1 > half {
		right.put(at+1-half, c)
	} else {
		n.put(at+1, c)
	}
	t.addChild(p, level-1, child{right.scores[0], right.entries[0], ref, uint32(right.before(int(right.n)))})
}

// grow puts a new top above the old one and a child.
func (t Tree) grow(c child) {
	r := t.root()
	ref := t.newInner()
	n := innerAt(ref)
	n.put(0, child{ref: r.top, count: r.length - c.count})
	n.put(1, c)
	r.top = ref
	r.height++
}

// put adds a child to a node that is not full.
func (n *inner) put(i int, c child) {
	is := int(n.n)
	copy(n.scores[i+1:is+1], n.scores[i:is])
	copy(n.entries[i+1:is+1], n.entries[i:is])
	copy(n.children[i+1:is+1], n.children[i:is])
	copy(n.counts[i+1:is+1], n.counts[i:is])
	n.scores[i], n.entries[i], n.children[i], n.counts[i] = c.score, c.entry, c.ref, c.count
	n.n++
}

// take appends another node's children.
func (n *inner) take(from *inner, first, end int) {
	is := int(n.n)
	copy(n.scores[is:], from.scores[first:end])
	copy(n.entries[is:], from.entries[first:end])
	copy(n.children[is:], from.children[first:end])
	copy(n.counts[is:], from.counts[first:end])
	n.n += uint32(end - first)
}

// Update gives a member, which has the score from, another one. O(log n).
func (t Tree) Update(e Ref, from, to float64) {
	name := entry.Key(e)
	var p path
	t.find(&p, from, name)
	at := posOf(p.ref, p.slot)
	next, prev := at.Next(), at.Prev()
	if (next == 0 || !next.isBefore(to, name)) && (prev == 0 || prev.isBefore(to, name)) {
		p.leaf.scores[p.slot] = to // it keeps its place, as most do whose score grows by little
		t.tellFirst(&p)
		return
	}
	t.remove(&p, 1)
	t.Insert(to, e)
}

// isBefore reports whether a member comes before a score and a name.
func (p Pos) isBefore(score float64, name []byte) bool {
	is := p.Score()
	return is < score || is == score && bytes.Compare(entry.Key(p.Entry()), name) < 0
}
