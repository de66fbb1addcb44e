// edit.go: changes in the middle.
//
// An element goes into the node that it is put beside, or into that one's neighbour, if it
// stands at the edge. If both are full, the node is split there:
//
//	| a b c d e f g h |   x before d   ->   | a b c x |  | d e f g h |
//
// and what is left is joined with its neighbours where that fits. So nodes never are
// longer than their fill; and they are short only where something was deleted.
//
// Redis: quicklist.c, _quicklistInsert, _quicklistSplitNode, _quicklistMergeNodes,
// quicklistDelRange, quicklistReplaceEntry.

package quicklist

import (
	"redis-internals/ch08/internal/structures/listpack"
	"redis-internals/ch08/internal/zmalloc"
)

// packOf is a node's pack, to be written to.
func (l List) packOf(r Ref) *listpack.Pack {
	p := nodeAt(r)
	if p.flags&isFrozen != 0 {
		l.unshare(p)
	}
	return &p.pack
}

// InsertBefore and InsertAfter add an element beside another one. O(1). text must not be
// in the list itself.
func (l List) InsertBefore(p Pos, text []byte) { l.insert(p, text, false) }
func (l List) InsertAfter(p Pos, text []byte)  { l.insert(p, text, true) }

func (l List) insert(p Pos, text []byte, after bool) {
	n := nodeAt(p.node)
	if !l.isLarge(text) && l.takes(p.node, len(text), 1) {
		if pack := l.packOf(p.node); after {
			pack.InsertAfter(p.at, text)
		} else {
			pack.InsertBefore(p.at, text)
		}
		l.counted(p.node, 1)
		return
	}
	// It stands between two nodes, or they are made of this one.
	behind := p.node
	switch {
	case after && p == lastOf(p.node):
	case !after && p == firstOf(p.node):
		behind = n.prev
	case after:
		l.split(l.Next(p))
	default:
		l.split(p)
	}
	next := l.root().first
	if behind != 0 {
		next = nodeAt(behind).next
	}
	switch {
	case !l.isLarge(text) && l.takes(behind, len(text), 1):
		l.packOf(behind).Append(text)
		l.counted(behind, 1)
	case !l.isLarge(text) && l.takes(next, len(text), 1):
		l.packOf(next).Prepend(text)
		l.counted(next, 1)
	default:
		behind = l.newNode(behind, text)
	}
	l.joinAround(behind)
}

// split makes two nodes of one: the second begins with the element at p, which is not the
// first one.
func (l List) split(p Pos) {
	pack := l.packOf(p.node)
	r := zmalloc.Alloc(nodeSize)
	tail := pack.SplitAt(p.at)
	moved := uint32(tail.Len())
	*nodeAt(r) = node{pack: tail, count: moved}
	nodeAt(p.node).count -= moved
	l.link(r, p.node)
}

// joinAround joins a node with its neighbours, where they fit into one.
func (l List) joinAround(r Ref) {
	if r == 0 {
		r = l.root().first
	}
	if prev := nodeAt(r).prev; l.joinNext(prev) {
		r = prev
	}
	if next := nodeAt(r).next; next != 0 && !l.joinNext(r) {
		l.joinNext(next)
	}
}

// joinNext appends the elements of the next node to a node, if that takes them.
func (l List) joinNext(r Ref) bool {
	if r == 0 {
		return false
	}
	next := nodeAt(r).next
	if next == 0 || nodeAt(next).flags&isPlain != 0 ||
		!l.takes(r, nodeAt(next).pack.Size(), int(nodeAt(next).count)) {
		return false
	}
	l.packOf(r).Join(nodeAt(next).pack)
	l.counted(r, int(nodeAt(next).count))
	l.removeNode(next)
	return true
}

// Replace puts text in the place of an element. O(1). Redis: quicklistReplaceEntry.
func (l List) Replace(p Pos, text []byte) {
	n := nodeAt(p.node)
	if n.flags&isPlain == 0 && !l.isLarge(text) && (n.count == 1 || n.pack.Size()+len(text)+overhead <= l.limit()) {
		l.packOf(p.node).Replace(p.at, text)
		return
	}
	if n.count == 1 { // a node for a node
		l.newNode(p.node, text)
		l.removeNode(p.node)
		return
	}
	r := p.node
	if next := l.Delete(p); next.IsNone() {
		l.PushBack(text)
	} else if next.node != r { // it was the last one of its node
		l.insert(lastOf(r), text, true)
	} else {
		l.insert(next, text, false)
	}
}

// Delete takes an element out and returns the one that was behind it. O(1). Redis:
// quicklistDelEntry.
func (l List) Delete(p Pos) (next Pos) {
	n := nodeAt(p.node)
	if n.count == 1 {
		next = firstOf(n.next)
		l.removeNode(p.node)
		return next
	}
	at := l.packOf(p.node).Delete(p.at)
	l.counted(p.node, -1)
	if at == 0 {
		return firstOf(n.next)
	}
	return Pos{p.node, at}
}

// DeleteRange takes up to n elements out, from element i on, which may be negative, and
// returns how many they were. O(nodes). Redis: quicklistDelRange.
func (l List) DeleteRange(i, n int) (deleted int) {
	p := l.Seek(i)
	for !p.IsNone() && deleted < n {
		m := nodeAt(p.node)
		next := m.next
		if p == firstOf(p.node) && int(m.count) <= n-deleted {
			deleted += int(m.count)
			l.removeNode(p.node)
		} else {
			_, gone := l.packOf(p.node).DeleteFrom(p.at, n-deleted)
			l.counted(p.node, -gone)
			deleted += gone
		}
		p = firstOf(next)
	}
	return deleted
}
