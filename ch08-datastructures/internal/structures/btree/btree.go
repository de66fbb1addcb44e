// Package btree keeps members in the order of their scores, and knows the rank of each: what
// a skip list does, where there are so many members that memory is what one waits for.
//
//	btree.go   what it is; walking; freeing
//	search.go  by score and name, by rank, and by ranges
//	insert.go  adding, and splitting what is full
//	delete.go  taking out, and joining what has become small
//
// A skip list of a million members takes twenty steps and more to find one, and each step
// reads a node, perhaps its member's name, somewhere else in memory. A processor waits as
// long for one of these as it would compare a hundred numbers that lie side by side. So here
// they do, sixty in a block:
//
//	inner            | 10 ▪ 3 | 40 ▪ 2 | 70 ▪ 4 |       scores from which on, children, counts
//	                      │        │        └────────────┐
//	leaves    | 10 20 30 | ◄──► | 40 50 | ◄──► | 70 70 80 90 |     scores
//	          |  a  b  c |      |  d  e |      |  f  g  h  i |     their entries
//
// To find 80 is to look in the inner node for the last score that is not more, and in that
// child again. Beside each child stands how many members are below it: those to the left of
// the way, 3 and 2, and the two before h in its leaf are the rank of h, 7. All leaves are
// equally far from the top; a million members make four levels.
//
// What is full is split in two halves, and the node above gets one child more; it may be
// full itself, so a new level grows at the top. Two neighbours of which little is left are
// joined. Who adds in order leaves full leaves behind.
//
// A leaf of two of 62 members, as bytes (the scores 10 and 20, the entries a and b):
//
//	02 00 00 00   00 00 00 00   30 05 00 00   00 00 00 00   2 members, no leaf before, the next one
//	00 00 00 00 00 00 24 40   00 00 00 00 00 00 34 40 ...   62 scores, of which two count
//	e5 04 00 00   d1 04 00 00 ...                           62 entries
//
// What holds: the members in order, equal scores by name; beside each child but the first its
// first member, to the bit; and of two neighbours below one node at least one has enough.
//
// It takes 12 bytes for each place, of which two thirds and more are in use: about 17 a
// member, where a skip list takes 27.
//
// Insert, Delete, Rank and At are O(log n); Next and Prev O(1). A position is good until the
// tree is written to. Redis has skip lists of any length: t_zset.c.
package btree

import (
	"unsafe"

	"redis-internals/ch08/internal/zmalloc"
)

// Ref names an entry or a node; 0 is none.
type Ref = zmalloc.Ref

// Tree is a B+ tree with counts. See ../README.md for how handles are used: it never moves.
type Tree Ref

// Pos is where a member stands; 0 is nowhere.
type Pos uint64

const (
	leafMax   = 62 // members of a leaf: 760 bytes
	innerMax  = 50 // children of an inner node: 1,016 bytes
	maxHeight = 12 // levels of inner nodes; with half of each in use seven are enough for 2^32
	slotBits  = 8  // of a Pos
)

// How many are full. Tests make trees of many levels with few.
var leafFull, innerFull = leafMax, innerMax

// root is the block of a tree.
type root struct {
	top         Ref // a leaf, if there are no levels above the leaves
	first, last Ref // leaves
	length      uint32
	height      uint32 // levels of inner nodes
	leaves      uint32 // how many there are,
	inners      uint32 // and of these
}

type leaf struct {
	n          uint32
	prev, next Ref
	_          uint32
	scores     [leafMax]float64
	entries    [leafMax]Ref
}

// inner has children. What stands beside the first one's is not used.
type inner struct {
	n        uint32
	_        [3]uint32
	scores   [innerMax]float64 // each child's first member:
	entries  [innerMax]Ref     // its score, and its entry
	children [innerMax]Ref
	counts   [innerMax]uint32 // members below each child
}

func (t Tree) root() *root { return (*root)(zmalloc.Pointer(Ref(t))) }

func leafAt(r Ref) *leaf   { return (*leaf)(zmalloc.Pointer(r)) }
func innerAt(r Ref) *inner { return (*inner)(zmalloc.Pointer(r)) }

// New returns an empty tree.
func New() Tree {
	t := Tree(zmalloc.AllocZeroed(int(unsafe.Sizeof(root{}))))
	first := t.newLeaf()
	r := t.root()
	r.top, r.first, r.last = first, first, first
	return t
}

func (t Tree) newLeaf() Ref {
	t.root().leaves++
	r := zmalloc.Alloc(int(unsafe.Sizeof(leaf{})))
	l := leafAt(r)
	l.n, l.prev, l.next = 0, 0, 0
	return r
}

func (t Tree) newInner() Ref {
	t.root().inners++
	r := zmalloc.Alloc(int(unsafe.Sizeof(inner{})))
	innerAt(r).n = 0
	return r
}

// Free gives all nodes back, after it has called visit, if it is not nil, with the entry of
// each member. O(n): ReleaseSome does it in pieces.
func (t Tree) Free(visit func(Ref)) {
	for {
		if _, more := t.ReleaseSome(visit); !more {
			return
		}
	}
}

// ReleaseSome frees a leaf of a tree that is being freed, and the tree with the last one. It
// returns how many members that were, and whether there are more. Nothing else but this and
// Free may be called then. O(members of a leaf).
func (t Tree) ReleaseSome(visit func(Ref)) (released int, more bool) {
	r := t.root()
	var way [maxHeight]Ref
	at := r.top
	for level := range r.height {
		way[level] = at
		n := innerAt(at)
		at = n.children[n.n-1]
	}
	l := leafAt(at)
	released = int(l.n)
	for _, e := range l.entries[:l.n] {
		if visit != nil {
			visit(e)
		}
	}
	zmalloc.Free(at)
	for level := int(r.height) - 1; level >= 0; level-- {
		if n := innerAt(way[level]); n.n > 1 {
			n.n--
			return released, true
		}
		zmalloc.Free(way[level])
	}
	zmalloc.Free(Ref(t))
	return released, false
}

// Len is how many members there are. O(1).
func (t Tree) Len() int { return int(t.root().length) }

// MemoryUsage is how many bytes the tree takes, without the entries. O(1).
func (t Tree) MemoryUsage() int {
	r := t.root()
	return zmalloc.Size(Ref(t)) + int(r.leaves)*zmalloc.GoodSize(int(unsafe.Sizeof(leaf{}))) +
		int(r.inners)*zmalloc.GoodSize(int(unsafe.Sizeof(inner{})))
}

func posOf(l Ref, slot int) Pos { return Pos(l)<<slotBits | Pos(slot) }

func (p Pos) leaf() *leaf { return leafAt(Ref(p >> slotBits)) }
func (p Pos) slot() int   { return int(p & (1<<slotBits - 1)) }

// First and Last are the members at the ends, Next and Prev those beside one; 0 where there
// is none. O(1).
func (t Tree) First() Pos {
	if t.Len() == 0 {
		return 0
	}
	return posOf(t.root().first, 0)
}

func (t Tree) Last() Pos {
	if t.Len() == 0 {
		return 0
	}
	last := t.root().last
	return posOf(last, int(leafAt(last).n)-1)
}

func (p Pos) Next() Pos {
	l := p.leaf()
	if p.slot()+1 < int(l.n) {
		return p + 1
	}
	if l.next == 0 {
		return 0
	}
	return posOf(l.next, 0)
}

func (p Pos) Prev() Pos {
	if p.slot() > 0 {
		return p - 1
	}
	before := p.leaf().prev
	if before == 0 {
		return 0
	}
	return posOf(before, int(leafAt(before).n)-1)
}

// ahead is how many entries are asked for before they are needed.
const ahead = 8

// Each calls visit with n members, or as many as there are, from a position on; or from it
// backwards. It must not change the tree. O(n), and quicker than Next: within a leaf it is a
// loop, and the entries, which lie anywhere, are asked for before.
func (p Pos) Each(n int, back bool, visit func(score float64, e Ref)) {
	for p != 0 && n > 0 {
		l, slot := p.leaf(), p.slot()
		some := min(n, int(l.n)-slot)
		if back {
			some = min(n, slot+1)
			slot -= some - 1
		}
		l.eachOf(slot, some, back, visit)
		if n -= some; back {
			p = posOf(Ref(p>>slotBits), slot).Prev()
		} else {
			p = posOf(Ref(p>>slotBits), slot+some-1).Next()
		}
	}
}

// eachOf calls visit with so many members from a slot on, or with the last of them first.
func (l *leaf) eachOf(slot, n int, back bool, visit func(score float64, e Ref)) {
	scores, entries := l.scores[slot:slot+n], l.entries[slot:slot+n]
	for i := range n {
		at, next := i, i+ahead
		if back {
			at, next = n-1-i, n-1-next
		}
		if next >= 0 && next < n {
			zmalloc.PrefetchBlock(entries[next])
		}
		visit(scores[at], entries[at])
	}
}

// Score and Entry are the member's at a position.
func (p Pos) Score() float64 { return p.leaf().scores[p.slot()] }
func (p Pos) Entry() Ref     { return p.leaf().entries[p.slot()] }
