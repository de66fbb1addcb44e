// freeze.go: a list as it was, while it is written to.
//
// Who writes ten million elements to a file takes seconds, in slices between commands; and
// they change the list meanwhile. Freeze marks every node, and hands out its pack. A write
// to a marked node copies its pack first, 8 KiB at most:
//
//	nodes      [1 frozen] [2 frozen] [3 frozen]        RPUSH: the last one is copied
//	packs         A          B          C   C'
//	handed out    A          B          C              C is an orphan now
//
// An orphan is in no node any more; Thaw frees them all. A node that is deleted leaves its
// pack as one, too. So nothing is copied that nobody writes to.
//
// Redis has the kernel do this: the child of a fork sees the pages as they were.

package quicklist

import (
	"redis-internals/ch08/internal/structures/listpack"
	"redis-internals/ch08/internal/zmalloc"
)

// Frozen is the elements of a node, as they were.
type Frozen struct {
	pack  listpack.Pack
	size  uint32
	plain bool
}

// orphan is a pack that only the reader has.
type orphan struct{ pack, next Ref }

// Freeze appends all nodes, as they are until Thaw. O(nodes). A list is frozen once at a
// time.
func (l List) Freeze(dst []Frozen) []Frozen {
	l.root().frozen = true
	for r := l.root().first; r != 0; r = nodeAt(r).next {
		n := nodeAt(r)
		n.flags |= isFrozen
		dst = append(dst, Frozen{n.pack, n.size, n.flags&isPlain != 0})
	}
	return dst
}

// Thaw says that nobody reads what Freeze has handed out. O(nodes + what was copied).
func (l List) Thaw() {
	l.root().frozen = false
	for r := l.root().first; r != 0; r = nodeAt(r).next {
		nodeAt(r).flags &^= isFrozen
	}
	for r := l.root().orphans; r != 0; {
		o := *(*orphan)(zmalloc.Pointer(r))
		zmalloc.Free(o.pack)
		zmalloc.Free(r)
		r = o.next
	}
	l.root().orphans = 0
}

// IsFrozen reports whether somebody reads it.
func (l List) IsFrozen() bool { return l.root().frozen }

// Each calls visit with the elements of a frozen node.
func (f Frozen) Each(visit func(Value)) {
	if f.plain {
		visit(Value{Text: zmalloc.Bytes(Ref(f.pack))[:f.size]})
		return
	}
	for at := f.pack.First(); at != 0; at = f.pack.Next(at) {
		visit(f.pack.At(at))
	}
}

// unshare gives a frozen node a copy of its pack.
func (l List) unshare(n *node) {
	was := n.pack
	n.pack = listpack.Load(was.Bytes())
	l.disown(Ref(was))
	n.flags &^= isFrozen
}

// dropPack frees the pack of a node that is going, or leaves it to the reader.
func (l List) dropPack(n *node) {
	if n.flags&isFrozen != 0 {
		l.disown(Ref(n.pack))
		return
	}
	zmalloc.Free(Ref(n.pack))
}

func (l List) disown(pack Ref) {
	r := zmalloc.Alloc(8)
	*(*orphan)(zmalloc.Pointer(r)) = orphan{pack, l.root().orphans}
	l.root().orphans = r
}
