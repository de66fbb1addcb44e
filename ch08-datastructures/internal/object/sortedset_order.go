// sortedset_order.go: who keeps the members of a large sorted set in order.
//
// Two structures can, and beside either stands the hash table that finds a member by name:
//
//	to 512 members     skiplist   an entry's value names its node: | head | ada | node u32 |
//	more               btree      it is the score, since nodes of a tree move what they hold:
//	                              | head | ada | score f64 |
//
// A skip list is short, and the lesson's. But each of its steps waits for memory, and of a
// million members that is what a command's time goes to: giving one another score takes a third
// of the time in a tree, and a member takes as many bytes. Among a thousand all is in the
// processor's cache, and the tree is quicker by a seventh; among a few hundred they are alike.
// Nobody can tell which it is: OBJECT ENCODING says skiplist of both, as in Redis. A tree stays
// one.
//
// Redis: server.h, zset: a dict and a zskiplist.

package object

import (
	"encoding/binary"
	"math"

	"redis-internals/ch08/internal/structures/btree"
	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/structures/skiplist"
	"redis-internals/ch08/internal/zmalloc"
)

// ordered is the block that the root of a sorted set names, when it is no listpack. It stays
// the same when the list becomes a tree.
type ordered struct {
	dict zmalloc.Ref
	list skiplist.List // 0 if it is a tree
	tree btree.Tree
}

const (
	orderedSize = 12
	treeBytes   = 40 // that one of them needs while it does, at most
	nodeBytes   = 4  // of an entry's value: a node,
	scoreBytes  = 8  // or a score
)

// treeFrom is how many members are a list at most. Tests make trees of fewer.
var treeFrom = 512

func (o *Object) ordered() *ordered { return (*ordered)(zmalloc.Pointer(*o.root())) }

// newOrdered makes the object a skip list without members. What it was is the caller's to
// free.
func newOrdered(o *Object) {
	r := zmalloc.Alloc(orderedSize)
	*(*ordered)(zmalloc.Pointer(r)) = ordered{dict: dict.New(entry.Type).Ref(), list: skiplist.New()}
	*o.root() = r
	o.setEncoding(SkipList)
}

func (t *ordered) table() *dict.Dict { return dict.At(t.dict) }

func (t *ordered) isTree() bool { return t.tree != 0 }

func (t *ordered) len() int {
	if t.isTree() {
		return t.tree.Len()
	}
	return t.list.Len()
}

// add adds a member that is not there. O(log n), and now and then O(treeFrom).
func (t *ordered) add(hash uint64, member []byte, score float64, env *Env) {
	var value [scoreBytes]byte
	if t.isTree() {
		putScore(value[:], score)
		r := entry.New(member, value[:])
		entry.At(r).SetEpoch(env.Epoch)
		t.tree.Insert(score, r)
		t.table().Insert(hash, r)
		return
	}
	r := entry.New(member, value[:nodeBytes])
	e := entry.At(r)
	e.SetEpoch(env.Epoch)
	binary.LittleEndian.PutUint32(e.Value(), uint32(t.list.Insert(score, r, env.Random)))
	t.table().Insert(hash, r)
	if n := t.list.Len(); n > treeFrom && zmalloc.HasRoom(n*treeBytes) { // where there is no memory a list does as well
		t.plant()
	}
}

// plant makes a tree of the list. Entries that become longer move; whoever walks through the
// hash table meets each in its place. O(n).
func (t *ordered) plant() {
	tree := btree.New()
	var value [scoreBytes]byte
	for n := t.list.First(); n != 0; n = n.Next() {
		putScore(value[:], n.Score())
		r := n.Entry()
		to := entry.SetValue(r, value[:])
		if to != r {
			t.table().Replace(dict.Hash(entry.Key(to)), r, to)
		}
		tree.Insert(n.Score(), to)
	}
	t.list.Free(nil)
	t.list, t.tree = 0, tree
}

func putScore(value []byte, score float64) {
	binary.LittleEndian.PutUint64(value, math.Float64bits(score))
}

// nodeOf is the node of an entry in a skip list.
func nodeOf(e *entry.Entry) skiplist.Node {
	return skiplist.Node(binary.LittleEndian.Uint32(e.Value()))
}

// scoreOf is the score of an entry.
func scoreOf(e *entry.Entry) float64 {
	if v := e.Value(); len(v) == scoreBytes {
		return math.Float64frombits(binary.LittleEndian.Uint64(v))
	}
	return nodeOf(e).Score()
}

// update gives a member another score. O(log n).
func (t *ordered) update(r zmalloc.Ref, score float64) {
	e := entry.At(r)
	if !t.isTree() {
		t.list.Update(nodeOf(e), score)
		return
	}
	t.tree.Update(r, scoreOf(e), score)
	putScore(e.Value(), score)
}

// remove takes a member out of the order. O(log n).
func (t *ordered) remove(r zmalloc.Ref) {
	e := entry.At(r)
	if t.isTree() {
		t.tree.Delete(scoreOf(e), e.Key())
	} else {
		t.list.Delete(nodeOf(e).Score(), e.Key())
	}
}

// deleteRanks takes members out of the order, calls visit with the entry of each, and returns
// how many they were.
func (t *ordered) deleteRanks(first, n int, visit func(zmalloc.Ref)) (deleted int) {
	if t.isTree() {
		return t.tree.DeleteRanks(first, n, visit)
	}
	return t.list.DeleteRanks(first, n, visit)
}

// rank is how many members stand before one.
func (t *ordered) rank(score float64, member []byte) int {
	if t.isTree() {
		return t.tree.Rank(score, member)
	}
	return t.list.Rank(score, member)
}

func (t *ordered) ranks(r *Range) (first, end int) {
	if t.isTree() {
		return t.tree.Ranks(r)
	}
	return t.list.Ranks(r)
}

// at is the place of a rank, or 0.
func (t *ordered) at(rank int) Place {
	if t.isTree() {
		return Place(t.tree.At(rank))
	}
	return Place(t.list.At(rank))
}

// placeOf is where an entry stands. O(log n).
func (t *ordered) placeOf(e *entry.Entry) Place {
	if t.isTree() {
		return Place(t.tree.Find(scoreOf(e), e.Key()))
	}
	return Place(nodeOf(e))
}

func (t *ordered) next(at Place) Place {
	if t.isTree() {
		return Place(btree.Pos(at).Next())
	}
	return Place(skiplist.Node(at).Next())
}

func (t *ordered) prev(at Place) Place {
	if t.isTree() {
		return Place(btree.Pos(at).Prev())
	}
	return Place(skiplist.Node(at).Prev())
}

// each calls visit with n members from a rank on, or from it backwards.
func (t *ordered) each(rank, n int, back bool, visit func(member []byte, score float64)) {
	if t.isTree() {
		t.tree.At(rank).Each(n, back, func(score float64, e zmalloc.Ref) { visit(entry.Key(e), score) })
		return
	}
	for at := t.list.At(rank); at != 0 && n > 0; n-- {
		visit(entry.Key(at.Entry()), at.Score())
		if back {
			at = at.Prev()
		} else {
			at = at.Next()
		}
	}
}

func (t *ordered) entry(at Place) zmalloc.Ref {
	if t.isTree() {
		return btree.Pos(at).Entry()
	}
	return skiplist.Node(at).Entry()
}

func (t *ordered) score(at Place) float64 {
	if t.isTree() {
		return btree.Pos(at).Score()
	}
	return skiplist.Node(at).Score()
}

// release frees up to about n members with what keeps them in order, and reports whether there
// are more.
func (t *ordered) release(n int) (more bool) {
	for n > 0 {
		switch {
		case t.tree != 0:
			released, more := t.tree.ReleaseSome(entry.Free)
			if n -= released; !more {
				t.tree = 0
			}
		case t.list == 0:
			return false
		case t.list.ReleaseFirst(entry.Free):
			n--
		default:
			t.list.Free(nil)
			t.list = 0
		}
	}
	return true
}

// memoryUsage is how many bytes the order and the entries take, told by so many members; 0 is
// all.
func (t *ordered) memoryUsage(samples int) int {
	met, bytes := 0, 0
	for at := t.at(0); at != 0 && (samples == 0 || met < samples); at = t.next(at) {
		met++
		bytes += entry.MemoryUsage(t.entry(at))
		if !t.isTree() {
			bytes += skiplist.Node(at).MemoryUsage()
		}
	}
	n := estimate(bytes, met, t.len())
	if t.isTree() {
		return n + t.tree.MemoryUsage()
	}
	return n + zmalloc.Size(zmalloc.Ref(t.list))
}
