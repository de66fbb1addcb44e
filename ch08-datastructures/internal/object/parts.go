// parts.go: what a snapshot needs of a collection that it dumps element by element.

package object

import (
	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/structures/quicklist"
	"redis-internals/ch08/internal/zmalloc"
)

// Root names a collection's structure: while it is large, always by the same number.
func (o *Object) Root() zmalloc.Ref { return *o.root() }

// View returns a second object with the same key and the same structure. It is good while
// somebody keeps the structure from being freed. O(length of the key).
func View(o *Object) *Object {
	v := newBlock(o.Key(), o.Type(), 0)
	v.kind = o.kind
	*v.root() = *o.root()
	return v
}

// FreeView frees an object's block, and leaves its structure to another one.
func FreeView(o *Object) { zmalloc.Free(o.Ref()) }

// ItemAt is the item that an entry of the object's hash table is. O(1).
func (o *Object) ItemAt(r zmalloc.Ref) Item {
	e := entry.At(r)
	switch o.Type() {
	case SortedSetType:
		return Item{Name: e.Key(), Score: scoreOf(e), Entry: r}
	default:
		return Item{Name: e.Key(), Value: e.Value(), Entry: r}
	}
}

// Enter makes the epoch of the item's entry the present one. It reports false if it was so
// already. What is in no hash table has none, and always enters. O(1).
func (i Item) Enter(epoch uint8) bool {
	if i.Entry == 0 {
		return true
	}
	e := entry.At(i.Entry)
	if e.Epoch() == epoch {
		return false
	}
	e.SetEpoch(epoch)
	return true
}

// Frozen is a list's nodes as they were when it was frozen.
type Frozen struct{ nodes []quicklist.Frozen }

// Freeze keeps the nodes of a list as they are, until Thaw. O(nodes).
func (o *Object) Freeze() Frozen {
	return Frozen{quicklist.List(*o.root()).Freeze(nil)}
}

// Thaw ends Freeze. O(nodes).
func (o *Object) Thaw() { quicklist.List(*o.root()).Thaw() }

// MemoryUsage is how many bytes of Go's heap the frozen nodes take.
func (f Frozen) MemoryUsage() int { return cap(f.nodes) * 12 }

// Items calls visit with the elements of a node, the one that cursor counts, and returns
// the cursor of the next one; 0 is the end.
func (f Frozen) Items(cursor uint64, visit func(Item)) (next uint64) {
	if cursor >= uint64(len(f.nodes)) {
		return 0
	}
	var digits [maxDigits]byte
	f.nodes[cursor].Each(func(v quicklist.Value) {
		if v.IsInt() {
			visit(Item{Name: v.AppendTo(digits[:0])})
			return
		}
		visit(Item{Name: v.Text})
	})
	if cursor++; cursor == uint64(len(f.nodes)) {
		return 0
	}
	return cursor
}
