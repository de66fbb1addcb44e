// Package quicklist is a list that grows at both ends: a chain of listpacks.
//
//	quicklist.go  what it is; pushing, walking, seeking
//	edit.go       insert, replace, delete; splitting a node and joining two
//	freeze.go     a list as it was, while it is written to
//
//	root ──► node ◄──► node ◄──► node ◄──► node        24 bytes each
//	          │         │         │         │
//	        | a b c | | d e f | | g h i | | one large element |
//	          a pack of up to 8 KiB          plain
//
// A chain of single elements pays for two links and two blocks each, and a cache miss a
// step. One listpack shifts all of it for each LPUSH. Packs in a chain do neither: a push
// shifts 8 KiB at most, and a million elements of 10 bytes are 1,500 nodes and not a
// million. LRANGE reads memory in a row.
//
// A node as bytes, and the same as fields (the third of three nodes, 300 elements):
//
//	c8 08 00 00   00 00 00 00   40 10 00 00   2c 01 00 00   00 00 00 00   00 00 00 00
//	previous      no next       its pack      300 elements  flags         size, if plain
//
// How much goes into a pack is list-max-listpack-size, the fill: -1 to -5 are 4, 8, 16, 32
// and 64 KiB, and a number from 1 on so many elements, in 8 KiB at most. An element longer
// than that has a node of its own, and is stored plain, as its bytes: nothing is gained by
// an encoding, and nothing is shifted.
//
// Redis can compress inner nodes by LZF (list-compress-depth, by default 0: none). Here all
// are stored as they are: the setting changes no reply. A pack that were decompressed for
// each LINDEX in the middle would cost more time than its memory is worth to most.
//
// Push and pop are O(1) (within a pack of bounded size), First, Last, Next, Prev too; Seek
// is O(nodes) from the nearer end; Insert and Delete at a place O(1) in the same sense.
// Redis: quicklist.c.
package quicklist

import (
	"redis-internals/ch08/internal/structures/listpack"
	"redis-internals/ch08/internal/zmalloc"
)

// Ref names a node or a pack; 0 is none.
type Ref = zmalloc.Ref

// List is a quicklist. See ../README.md for how handles are used: it never moves.
type List Ref

// root is the block of a list.
type root struct {
	first, last Ref
	count       uint32 // of elements
	nodes       uint32
	fill        int32
	frozen      bool // somebody reads the nodes as they were
	orphans     Ref  // packs that only he has: see freeze.go
}

// node is a link of the chain.
type node struct {
	prev, next Ref
	pack       listpack.Pack // or a block with one plain element
	count      uint32
	flags      uint32
	size       uint32 // of a plain element
}

const (
	rootSize = 32
	nodeSize = 24

	isPlain  = 1 << 0
	isFrozen = 1 << 1 // the pack is not to be written to: it is copied before

	overhead   = 8       // bytes that an element takes beside its own, at most about
	countLimit = 8 << 10 // bytes of a pack whose fill is a number of elements
)

// Pos is where an element is. The zero Pos is no element. It is good until the list is
// written to.
type Pos struct {
	node Ref
	at   listpack.Pos // 1 in a plain node
}

// IsNone reports whether there is no element.
func (p Pos) IsNone() bool { return p.node == 0 }

func nodeAt(r Ref) *node { return (*node)(zmalloc.Pointer(r)) }

func (l List) root() *root { return (*root)(zmalloc.Pointer(Ref(l))) }

// New returns an empty list. fill is list-max-listpack-size.
func New(fill int) List {
	l := List(zmalloc.AllocZeroed(rootSize))
	l.root().fill = int32(max(-5, min(fill, 1<<15-1)))
	return l
}

// Free gives all blocks back. O(nodes): ReleaseFirst does it in pieces. A frozen list is
// thawed before.
func (l List) Free() {
	for l.ReleaseFirst() {
	}
	zmalloc.Free(Ref(l))
}

// ReleaseFirst frees the first node with its elements, and reports whether there was one.
// O(1).
func (l List) ReleaseFirst() bool {
	first := l.root().first
	if first == 0 {
		return false
	}
	l.removeNode(first)
	return true
}

// Len is how many elements there are, and Nodes how many nodes. O(1).
func (l List) Len() int   { return int(l.root().count) }
func (l List) Nodes() int { return int(l.root().nodes) }

// MemoryUsage is how many bytes the list takes. O(nodes).
func (l List) MemoryUsage() int {
	n := zmalloc.Size(Ref(l))
	for r := l.root().first; r != 0; r = nodeAt(r).next {
		n += zmalloc.Size(r) + zmalloc.Size(Ref(nodeAt(r).pack))
	}
	return n
}

// EachNode calls visit with the bytes of each node's pack, or plain element. O(nodes).
func (l List) EachNode(visit func(size int)) {
	for r := l.root().first; r != 0; r = nodeAt(r).next {
		if n := nodeAt(r); n.flags&isPlain != 0 {
			visit(int(n.size))
		} else {
			visit(n.pack.Size())
		}
	}
}

// Estimate is what MemoryUsage would be if all nodes were as long as so many of the first ones
// on average; 0 is all. O(samples).
func (l List) Estimate(samples int) int {
	if samples == 0 || samples >= l.Nodes() {
		return l.MemoryUsage()
	}
	n, r := 0, l.root().first
	for range samples {
		n += zmalloc.Size(r) + zmalloc.Size(Ref(nodeAt(r).pack))
		r = nodeAt(r).next
	}
	return zmalloc.Size(Ref(l)) + n/samples*l.Nodes()
}

// limit is how many bytes a pack may have.
func (l List) limit() int {
	if fill := l.root().fill; fill < 0 {
		return 2 << 10 << -fill // 4 KiB for -1, and so on
	}
	return countLimit
}

// takes reports whether a node takes n bytes more, in so many elements more. Redis:
// _quicklistNodeAllowInsert.
func (l List) takes(r Ref, n, elements int) bool {
	if r == 0 || nodeAt(r).flags&isPlain != 0 {
		return false
	}
	p := nodeAt(r)
	if fill := int(l.root().fill); fill >= 0 && int(p.count)+elements > max(fill, 1) {
		return false
	}
	return p.pack.Size()+n+overhead <= l.limit()
}

// isLarge reports whether an element gets a node of its own.
func (l List) isLarge(text []byte) bool { return len(text) > l.limit() }

// PushBack and PushFront add an element at an end. O(1). Redis: quicklistPushTail,
// quicklistPushHead.
func (l List) PushBack(text []byte) {
	last := l.root().last
	if l.isLarge(text) || !l.takes(last, len(text), 1) {
		l.newNode(last, text)
		return
	}
	l.packOf(last).Append(text)
	l.counted(last, 1)
}

func (l List) PushFront(text []byte) {
	first := l.root().first
	if l.isLarge(text) || !l.takes(first, len(text), 1) {
		l.newNode(0, text)
		return
	}
	l.packOf(first).Prepend(text)
	l.counted(first, 1)
}

// counted says that a node has more elements, or fewer.
func (l List) counted(r Ref, more int) {
	nodeAt(r).count += uint32(more)
	l.root().count += uint32(more)
}

// newNode adds a node with one element behind another node, or in front.
func (l List) newNode(behind Ref, text []byte) Ref {
	r := zmalloc.Alloc(nodeSize)
	*nodeAt(r) = node{}
	if l.isLarge(text) {
		plain := zmalloc.Alloc(len(text))
		copy(zmalloc.Bytes(plain), text)
		nodeAt(r).pack, nodeAt(r).flags, nodeAt(r).size = listpack.Pack(plain), isPlain, uint32(len(text))
	} else {
		pack := listpack.New()
		pack.Append(text)
		nodeAt(r).pack = pack
	}
	l.link(r, behind)
	l.counted(r, 1)
	return r
}

// link puts a node into the chain, behind another one or in front.
func (l List) link(r, behind Ref) {
	l.root().nodes++
	p := nodeAt(r)
	p.prev, p.next = behind, l.root().first
	if behind != 0 {
		p.next = nodeAt(behind).next
	}
	l.setNext(behind, r)
	l.setPrev(p.next, r)
}

// setNext and setPrev set a node's neighbour, or the list's end, where there is no node.
func (l List) setNext(r, next Ref) {
	if r == 0 {
		l.root().first = next
		return
	}
	nodeAt(r).next = next
}

func (l List) setPrev(r, prev Ref) {
	if r == 0 {
		l.root().last = prev
		return
	}
	nodeAt(r).prev = prev
}

// removeNode takes a node with all its elements out.
func (l List) removeNode(r Ref) {
	p := nodeAt(r)
	l.setNext(p.prev, p.next)
	l.setPrev(p.next, p.prev)
	l.root().nodes--
	l.root().count -= p.count
	l.dropPack(p)
	zmalloc.Free(r)
}

// Value is an element: see listpack. Its text is borrowed.
type Value = listpack.Value

// At is the element at a position. O(1).
func (l List) At(p Pos) Value {
	n := nodeAt(p.node)
	if n.flags&isPlain != 0 {
		return Value{Text: zmalloc.Bytes(Ref(n.pack))[:n.size]}
	}
	return n.pack.At(p.at)
}

// First and Last are the elements at the ends, Next and Prev those beside one. O(1).
func (l List) First() Pos { return firstOf(l.root().first) }
func (l List) Last() Pos  { return lastOf(l.root().last) }

func (l List) Next(p Pos) Pos {
	n := nodeAt(p.node)
	if n.flags&isPlain == 0 {
		if at := n.pack.Next(p.at); at != 0 {
			return Pos{p.node, at}
		}
	}
	return firstOf(n.next)
}

func (l List) Prev(p Pos) Pos {
	n := nodeAt(p.node)
	if n.flags&isPlain == 0 {
		if at := n.pack.Prev(p.at); at != 0 {
			return Pos{p.node, at}
		}
	}
	return lastOf(n.prev)
}

// Read is At and Next in one, which is what walking through many takes.
func (l List) Read(p Pos) (v Value, next Pos) {
	n := nodeAt(p.node)
	if n.flags&isPlain == 0 {
		var at listpack.Pos
		if v, at = n.pack.Read(p.at); at != 0 {
			return v, Pos{p.node, at}
		}
		return v, firstOf(n.next)
	}
	return l.At(p), firstOf(n.next)
}

// firstOf and lastOf are a node's first element and its last.
func firstOf(r Ref) Pos { return in(r, 0) }
func lastOf(r Ref) Pos  { return in(r, -1) }

// in is element i of a node, or no element.
func in(r Ref, i int) Pos {
	switch {
	case r == 0:
		return Pos{}
	case nodeAt(r).flags&isPlain != 0:
		return Pos{r, 1}
	}
	return Pos{r, nodeAt(r).pack.Seek(i)}
}

// Seek is element i, from 0 on, or from -1 backwards; none if there is none. O(nodes) from
// the nearer end. Redis: quicklistGetIteratorAtIdx.
func (l List) Seek(i int) Pos {
	n := l.Len()
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return Pos{}
	}
	if i < n/2 {
		for r := l.root().first; ; r = nodeAt(r).next {
			if count := int(nodeAt(r).count); i >= count {
				i -= count
				continue
			}
			return in(r, i)
		}
	}
	for i, r := n-1-i, l.root().last; ; r = nodeAt(r).prev {
		if count := int(nodeAt(r).count); i >= count {
			i -= count
			continue
		}
		return in(r, -1-i)
	}
}
