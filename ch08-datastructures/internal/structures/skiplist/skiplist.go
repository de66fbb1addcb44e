// Package skiplist keeps members in the order of their scores, and knows the rank of each.
//
//	skiplist.go  what it is; insert, delete, update
//	rank.go      by rank and back
//	ranges.go    by score, and by name where all scores are the same
//
// A list in order must be walked; so one node in four stands in a second list too, one in
// sixteen in a third, and so on. A search goes along the topmost list as far as it can,
// then one down. Each link has a span: how many nodes it passes on to.
//
//	level 3  head ────────────────4──────────────► d ────────2──────► none
//	level 2  head ──1──► a ───────3──────────────► d ────────2──────► none
//	level 1  head ──1──► a ──1──► b ──1──► c ──1──► d ──1──► e ──1──► none
//	                    10       20       20       30       40
//
// To find c: from the head to a on level 2 (d is too far), then b and c on level 1. The
// spans on the way, 1 + 1 + 1, are c's rank: ZRANK is a search. And to find the node of
// rank 4 is to follow spans until they make 4: one link.
//
// How many levels a node has is thrown, and not kept right by rotations as a tree's shape
// is: no operation has more to do than to change the links on its way.
//
// Equal scores are in the order of their members' bytes.
//
// A node is one block, of 16 bytes and 8 for each level; 1.33 levels on average, 27 bytes.
// The member's bytes are an entry's, which the hash table beside it has, too:
//
//	| score f64 | entry u32 | back u32 | next u32, span u32 | next, span | ...
//
//	c above is   00 00 00 00 00 00 34 40   20.0
//	             e5 04 00 00   d1 04 00 00   the entry "c", and b's node
//	             f0 04 00 00   01 00 00 00   level 1: d's node, 1 further
//
// The head is a node of 32 levels; in the place of its score stand the length and how many
// levels are in use, and its back is the last node. Of the last node in a list the next is
// 0, and the span how many nodes are behind it. Redis has the same, with pointers of eight
// bytes.
//
// Insert, Delete, Rank and At are O(log n) on average; Next and Prev O(1).
// Redis: t_zset.c, zslInsert and its neighbours.
package skiplist

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"unsafe"

	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/zmalloc"
)

// Ref names an entry or a node; 0 is none.
type Ref = zmalloc.Ref

// List is a skip list. See ../README.md for how handles are used: it never moves.
type List Ref

// Node is one of its nodes; 0 is none. It is good until it is deleted or updated.
type Node Ref

const (
	maxLevels = 32 // enough for 4^32 members
	nodeSize  = 16
	linkSize  = 8
)

// node is the beginning of a block; its links are behind it.
type node struct {
	score float64 // the head's is not one
	entry Ref
	back  Node // of the head: the last node
}

type link struct {
	next Node
	span uint32
}

// head is the beginning of the head's block.
type head struct {
	length, levels uint32
	_              Ref
	last           Node
}

func (n Node) node() *node { return (*node)(zmalloc.Pointer(Ref(n))) }

// link is the node's link on a level, from 0 on.
func (n Node) link(level int) *link {
	return (*link)(unsafe.Add(zmalloc.Pointer(Ref(n)), nodeSize+level*linkSize))
}

func (l List) head() *head { return (*head)(zmalloc.Pointer(Ref(l))) }

// New returns an empty list.
func New() List {
	l := List(zmalloc.AllocZeroed(nodeSize + maxLevels*linkSize))
	l.head().levels = 1
	return l
}

// Free gives all nodes back, after it has called visit, if it is not nil, with the entry
// of each. O(n): ReleaseFirst does it in pieces.
func (l List) Free(visit func(Ref)) {
	for l.ReleaseFirst(visit) {
	}
	zmalloc.Free(Ref(l))
}

// ReleaseFirst frees the first node of a list that is being freed, and reports whether
// there was one. Nothing else but this and Free may be called then. O(1).
func (l List) ReleaseFirst(visit func(Ref)) bool {
	first := Node(l).link(0)
	n := first.next
	if n == 0 {
		return false
	}
	first.next = n.link(0).next
	if visit != nil {
		visit(n.Entry())
	}
	zmalloc.Free(Ref(n))
	return true
}

// Len is how many members there are. O(1).
func (l List) Len() int { return int(l.head().length) }

// First and Last are the nodes at the ends, Next and Prev those beside one; 0 where there
// is none. O(1).
func (l List) First() Node { return Node(l).link(0).next }
func (l List) Last() Node  { return l.head().last }
func (n Node) Next() Node  { return n.link(0).next }
func (n Node) Prev() Node  { return n.node().back }

// Score and Entry are what a node holds.
func (n Node) Score() float64 { return n.node().score }
func (n Node) Entry() Ref     { return n.node().entry }

// SetEntry tells a node that its entry has moved.
func (n Node) SetEntry(e Ref) { n.node().entry = e }

// MemoryUsage is how many bytes a node takes, without its entry.
func (n Node) MemoryUsage() int { return zmalloc.Size(Ref(n)) }

// isBefore reports whether a node comes before a score and a name.
func (n Node) isBefore(score float64, name []byte) bool {
	p := n.node()
	return p.score < score || p.score == score && bytes.Compare(entry.Key(p.entry), name) < 0
}

// path is the way to a place: on each level the last node before it, and its rank.
type path struct {
	nodes [maxLevels]Node
	ranks [maxLevels]uint32
}

// find fills the way to a score and a name.
func (l List) find(p *path, score float64, name []byte) {
	at, rank := Node(l), uint32(0)
	for level := int(l.head().levels) - 1; level >= 0; level-- {
		for {
			k := at.link(level)
			if k.next == 0 || !k.next.isBefore(score, name) {
				break
			}
			at, rank = k.next, rank+k.span
		}
		p.nodes[level], p.ranks[level] = at, rank
	}
}

// Insert adds an entry, whose key is not there yet, and returns its node. The score must
// be a number. O(log n). Redis: zslInsert.
func (l List) Insert(score float64, e Ref, random *rand.Rand) Node {
	levels := randomLevels(random)
	n := Node(zmalloc.Alloc(nodeSize + levels*linkSize))
	*n.node() = node{score: score, entry: e}
	l.insert(n, levels)
	return n
}

// randomLevels throws: 1, and each further one with a chance of a quarter.
func randomLevels(random *rand.Rand) int {
	return 1 + min(bits.TrailingZeros64(random.Uint64())/2, maxLevels-1)
}

// insert puts a node in its place.
func (l List) insert(n Node, levels int) {
	var p path
	h := l.head()
	l.find(&p, n.Score(), entry.Key(n.Entry()))
	for ; int(h.levels) < levels; h.levels++ {
		p.nodes[h.levels], p.ranks[h.levels] = Node(l), 0
		Node(l).link(int(h.levels)).span = h.length
	}
	for level := range levels {
		before, own := p.nodes[level].link(level), n.link(level)
		passed := p.ranks[0] - p.ranks[level] // nodes between the one before and the place
		*own = link{before.next, before.span - passed}
		*before = link{n, passed + 1}
	}
	for level := levels; level < int(h.levels); level++ {
		p.nodes[level].link(level).span++
	}
	h.length++
	if p.nodes[0] != Node(l) {
		n.node().back = p.nodes[0]
	}
	if next := n.Next(); next != 0 {
		next.node().back = n
	} else {
		h.last = n
	}
}

// Delete takes a member out and returns its entry, or 0 if it is not there with that
// score. O(log n). Redis: zslDelete.
func (l List) Delete(score float64, name []byte) Ref {
	var p path
	l.find(&p, score, name)
	n := p.nodes[0].Next()
	if n == 0 || !n.is(score, name) {
		return 0
	}
	e := n.Entry()
	l.unlink(n, &p)
	zmalloc.Free(Ref(n))
	return e
}

// is reports whether the node is the member's.
func (n Node) is(score float64, name []byte) bool {
	return n.Score() == score && bytes.Equal(entry.Key(n.Entry()), name)
}

// unlink takes a node out to which p is the way.
func (l List) unlink(n Node, p *path) {
	h := l.head()
	for level := range int(h.levels) {
		if before := p.nodes[level].link(level); before.next == n {
			own := n.link(level)
			*before = link{own.next, before.span + own.span - 1}
		} else {
			before.span--
		}
	}
	if next := n.Next(); next != 0 {
		next.node().back = n.Prev()
	} else {
		h.last = n.Prev()
	}
	for h.levels > 1 && Node(l).link(int(h.levels)-1).next == 0 {
		h.levels--
	}
	h.length--
}

// Update gives a member another score. Its node stays, with its levels, at another place.
// O(log n), and O(1) where the member keeps its place, as most do
// whose score grows by little. Redis: zslUpdateScore.
func (l List) Update(n Node, score float64) {
	name := entry.Key(n.Entry())
	next, back := n.Next(), n.Prev()
	if (next == 0 || !next.isBefore(score, name)) && (back == 0 || back.isBefore(score, name)) {
		n.node().score = score
		return
	}
	var p path
	l.find(&p, n.Score(), name)
	levels := 1
	for levels < int(l.head().levels) && p.nodes[levels].link(levels).next == n {
		levels++
	}
	l.unlink(n, &p)
	n.node().score, n.node().back = score, 0
	l.insert(n, levels)
}
