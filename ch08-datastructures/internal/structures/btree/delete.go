// delete.go: taking members out, and joining what has become small.
//
//	| 10 20 | ◄──► | 30 |   less 10   ->   | 20 30 |
//
// A leaf is joined with a neighbour below the same node if both fit well into one; so a
// member that comes next does not split it again. What has no member left goes, and the node
// above loses a child: it may be joined itself, and a top with one child goes, too.

package btree

import "redis-internals/ch08/internal/zmalloc"

// leafFew is what two leaves have together when they are joined, at most, and innerFew what
// two inner nodes have.
func leafFew() uint32  { return uint32(leafFull * 3 / 4) }
func innerFew() uint32 { return uint32(innerFull * 3 / 4) }

// Delete takes a member out and returns its entry, or 0 if it is not there with that score.
// O(log n).
func (t Tree) Delete(score float64, name []byte) Ref {
	var p path
	if t.find(&p, score, name); !p.is(score, name) {
		return 0
	}
	e := p.leaf.entries[p.slot]
	t.remove(&p, 1)
	return e
}

// DeleteRanks takes up to n members out, from a rank on, calls visit with the entry of each,
// after it is out, and returns how many they were. O(log n + n).
func (t Tree) DeleteRanks(rank, n int, visit func(Ref)) (deleted int) {
	for deleted < n {
		var p path
		if !t.seek(&p, rank) {
			break
		}
		var gone [leafMax]Ref
		some := copy(gone[:min(n-deleted, leafMax)], p.leaf.entries[p.slot:p.leaf.n])
		t.remove(&p, some)
		for _, e := range gone[:some] {
			visit(e)
		}
		deleted += some
	}
	return deleted
}

// remove takes members out of one leaf, from the end of a way on.
func (t Tree) remove(p *path, some int) {
	r := t.root()
	r.length -= uint32(some)
	for level := range int(r.height) {
		p.nodes[level].counts[p.at[level]] -= uint32(some)
	}
	l, n := p.leaf, int(p.leaf.n)
	copy(l.scores[p.slot:n], l.scores[p.slot+some:n])
	copy(l.entries[p.slot:n], l.entries[p.slot+some:n])
	l.n -= uint32(some)
	level := int(r.height) - 1
	switch {
	case level < 0:
	case l.n == 0:
		t.unlink(l)
		t.freeLeaf(p.ref)
		t.dropChild(p, level, p.at[level])
	default:
		t.tellFirst(p)
		t.joinLeaf(p, level)
	}
}

// tellFirst writes the first member of the way's leaf beside the child that it is the first
// member of, if it has become that.
func (t Tree) tellFirst(p *path) {
	if p.slot == 0 {
		p.tell(int(t.root().height)-1, p.leaf.scores[0], p.leaf.entries[0])
	}
}

// tell writes a first member beside the child on the way, on the level at which it is not
// the node's first.
func (p *path) tell(level int, score float64, e Ref) {
	for ; level >= 0; level-- {
		if at := p.at[level]; at > 0 {
			p.nodes[level].scores[at], p.nodes[level].entries[at] = score, e
			return
		}
	}
}

// joinLeaf joins the way's leaf with one beside it, if both are small.
func (t Tree) joinLeaf(p *path, level int) {
	if p.leaf.n > leafFew() {
		return
	}
	n, at := p.nodes[level], p.at[level]
	switch {
	case at > 0 && n.counts[at-1]+n.counts[at] <= leafFew():
		at--
	case at+1 < int(n.n) && n.counts[at]+n.counts[at+1] <= leafFew():
	default:
		return
	}
	left, right := leafAt(n.children[at]), leafAt(n.children[at+1])
	copy(left.scores[left.n:], right.scores[:right.n])
	copy(left.entries[left.n:], right.entries[:right.n])
	left.n += right.n
	n.counts[at] = left.n
	t.unlink(right)
	t.freeLeaf(n.children[at+1])
	t.dropChild(p, level, at+1)
}

// unlink takes a leaf out of the row of leaves.
func (t Tree) unlink(l *leaf) {
	if l.prev == 0 {
		t.root().first = l.next
	} else {
		leafAt(l.prev).next = l.next
	}
	if l.next == 0 {
		t.root().last = l.prev
	} else {
		leafAt(l.next).prev = l.prev
	}
}

func (t Tree) freeLeaf(r Ref) {
	t.root().leaves--
	zmalloc.Free(r)
}

func (t Tree) freeInner(r Ref) {
	t.root().inners--
	zmalloc.Free(r)
}

// dropChild takes a child out that is freed already, beside the way's or the way's own.
func (t Tree) dropChild(p *path, level, at int) {
	n := p.nodes[level]
	end := int(n.n)
	copy(n.scores[at:end], n.scores[at+1:end])
	copy(n.entries[at:end], n.entries[at+1:end])
	copy(n.children[at:end], n.children[at+1:end])
	copy(n.counts[at:end], n.counts[at+1:end])
	n.n--
	switch {
	case level == 0:
		t.shrink(n)
	case n.n == 0:
		up := p.nodes[level-1].children[p.at[level-1]]
		t.freeInner(up)
		t.dropChild(p, level-1, p.at[level-1])
	default:
		if at == 0 {
			p.tell(level-1, n.scores[0], n.entries[0])
		}
		t.joinInner(p, level-1)
	}
}

// shrink takes tops away that have one child. One that has none is the end of the last member.
func (t Tree) shrink(top *inner) {
	r := t.root()
	if top.n == 0 {
		t.freeInner(r.top)
		first := t.newLeaf()
		r.top, r.first, r.last, r.height = first, first, first, 0
		return
	}
	for r.height > 0 && innerAt(r.top).n == 1 {
		below := innerAt(r.top).children[0]
		t.freeInner(r.top)
		r.top = below
		r.height--
	}
}

// joinInner joins the child on the way of the node on a level with one beside it, if both
// are small.
func (t Tree) joinInner(p *path, level int) {
	n, at := p.nodes[level], p.at[level]
	is := innerAt(n.children[at]).n
	fits := func(i int) bool {
		return i >= 0 && i < int(n.n) && is+innerAt(n.children[i]).n <= innerFew()
	}
	switch {
	case fits(at - 1):
		at--
	case fits(at + 1):
	default:
		return
	}
	left, right := innerAt(n.children[at]), innerAt(n.children[at+1])
	first := left.n
	left.take(right, 0, int(right.n))
	left.scores[first], left.entries[first] = n.scores[at+1], n.entries[at+1]
	n.counts[at] += n.counts[at+1]
	t.freeInner(n.children[at+1])
	t.dropChild(p, level, at+1)
}
