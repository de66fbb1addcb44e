// parts.go: a large collection in a snapshot, element by element.
//
// A set of ten million members takes a second to be dumped, and nobody should wait for so
// long. A snapshot dumps it in parts instead, while commands add and remove:
//
//	hash table  Scan goes through it. Every entry has an epoch, as every key has: it was
//	            dumped, or is newer than the start. Before an entry goes or gets another
//	            value, it is dumped (leaving). So each is dumped once, as it was, in some
//	            order; in sets, hashes and sorted sets no order counts.
//	list        its order counts. Freeze hands out the nodes as they are, and who changes
//	            one makes a copy of it first, 8 KiB (structures/quicklist).
//
// The part keeps what the key was and when it expired, in a block of its own that has the
// collection's root. A key that is deleted meanwhile leaves the collection to its part.
//
//	the database's  | head | key | root |──┐
//	the part's      | head | key | root |──┴─▶ dict ─▶ entries
//
// What is small is dumped at once, as a string is. O(1) a change.

package keyspace

import (
	"unsafe"

	"redis-internals/ch08/internal/object"
)

const (
	partsFrom  = 1024     // elements from which on a collection is dumped in parts,
	partsBytes = 64 << 10 // or bytes
	perPart    = 64       // elements that are dumped at a time
	someOfThem = 5        // elements that tell how long the others are
)

// part is a collection that is being dumped.
type part struct {
	db       int
	view     *object.Object // the key as it was, and the collection's root
	expireAt int64
	cursor   uint64
	frozen   object.Frozen // a list's nodes
	orphan   bool          // no key has the collection any more: it is the part's to free
	size     int           // of an orphan, in bytes
}

// dumpCollection dumps a collection that is about to change, or begins to.
func (db *DB) dumpCollection(e *entry) {
	if db.ks.isLarge(e) {
		db.beginPart(e)
		return
	}
	ks := db.ks
	p := Piece{DB: db.snapshot.db, Key: e.Key(), Value: e, ExpireAt: e.ExpireAt()}
	for cursor := uint64(0); ; {
		cursor = e.Items(cursor, perPart, func(i object.Item) {
			if i.Enter(ks.env.Epoch) {
				p.Item = i
				ks.dump.piece(p)
			}
		})
		if cursor == 0 {
			break
		}
	}
	p.Item, p.Last = object.Item{}, true
	ks.dump.piece(p)
}

// isLarge reports whether a collection is to be dumped in parts. What is in one block
// cannot be; it is small unless the settings are not.
func (ks *Keyspace) isLarge(e *entry) bool {
	switch e.Encoding() {
	case object.Listpack, object.IntSet:
		return false
	}
	return e.Count() > ks.dump.large || e.MemoryUsage(someOfThem) > partsBytes
}

func (db *DB) beginPart(e *entry) {
	p := &part{db: db.snapshot.db, view: object.View(e), expireAt: e.ExpireAt()}
	if e.Type() == object.ListType {
		p.frozen = e.Freeze()
	}
	d := &db.ks.dump
	if d.byRoot == nil {
		d.byRoot = map[ref]*part{}
	}
	d.parts, d.byRoot[e.Root()] = append(d.parts, p), p
	d.memory += p.memoryUsage()
	db.ks.env.Leaving = db.ks.leaving
}

// memoryUsage is about how many bytes of Go's heap a part takes.
func (p *part) memoryUsage() int { return 2*int(unsafe.Sizeof(*p)) + p.frozen.MemoryUsage() }

// leaving dumps an entry that is about to go or to change, if that is still to be done.
func (ks *Keyspace) leaving(o *object.Object, r ref) {
	i := o.ItemAt(r)
	if !i.Enter(ks.env.Epoch) {
		return
	}
	if p := ks.dump.byRoot[o.Root()]; p != nil {
		ks.dumpItem(p, i)
	}
}

func (ks *Keyspace) dumpItem(p *part, i object.Item) {
	ks.dump.piece(Piece{DB: p.db, Key: p.view.Key(), Value: p.view, ExpireAt: p.expireAt, Item: i})
}

// dumpPart dumps some elements of the first part, and returns what that costs, in bytes.
func (ks *Keyspace) dumpPart() (cost int) {
	p := ks.dump.parts[0]
	visit := func(i object.Item) {
		cost += keyCost
		if i.Enter(ks.env.Epoch) {
			cost += len(i.Name) + len(i.Value)
			ks.dumpItem(p, i)
		}
	}
	if p.view.Type() == object.ListType {
		p.cursor = p.frozen.Items(p.cursor, visit)
	} else {
		p.cursor = p.view.Items(p.cursor, ks.dump.items, visit)
	}
	if p.cursor == 0 {
		ks.dump.piece(Piece{DB: p.db, Key: p.view.Key(), Value: p.view, ExpireAt: p.expireAt, Last: true})
		ks.endPart(p)
		if ks.dump.parts = ks.dump.parts[1:]; len(ks.dump.parts) == 0 {
			ks.dump.parts = nil
		}
	}
	return cost + keyCost
}

// endPart lets go of a collection.
func (ks *Keyspace) endPart(p *part) {
	delete(ks.dump.byRoot, p.view.Root())
	ks.dump.memory -= p.memoryUsage()
	if p.view.Type() == object.ListType {
		p.view.Thaw()
	}
	if p.orphan {
		ks.orphanBytes -= p.size
		ks.doomed.objects = append(ks.doomed.objects, p.view.Ref())
		return
	}
	object.FreeView(p.view)
}

// leaveToPart leaves the collection of an entry that is being freed to the part that dumps
// it, if there is one.
func (ks *Keyspace) leaveToPart(e *entry) bool {
	if len(ks.dump.parts) == 0 {
		return false
	}
	p := ks.dump.byRoot[e.Root()]
	if p == nil {
		return false
	}
	p.orphan, p.size = true, e.MemoryUsage(someOfThem)
	ks.orphanBytes += p.size
	object.FreeView(e)
	return true
}

// LeftBytes is how many bytes only a snapshot still has.
func (ks *Keyspace) LeftBytes() int { return object.LeftBytes() + ks.orphanBytes }
