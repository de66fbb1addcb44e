// hashtable.go: a collection whose elements are entries of a hash table: sets, hashes, and
// sorted sets beside their skip list.

package object

import (
	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/zmalloc"
)

const (
	entriesPerBucket = 4  // about
	bucketsPerEntry  = 10 // that a scan looks at for one entry, at most: most may be empty
)

func (o *Object) dict() *dict.Dict { return dict.At(*o.root()) }

// newDict makes the object a hash table without entries. What it was is the caller's to
// free.
func newDict(o *Object) *dict.Dict {
	d := dict.New(entry.Type)
	*o.root() = d.Ref()
	o.setEncoding(HashTable)
	return d
}

// insertNew adds an entry for a name that is not there.
func insertNew(d *dict.Dict, name, value []byte, env *Env) {
	insertHashed(d, dict.Hash(name), name, value, env)
}

func insertHashed(d *dict.Dict, hash uint64, name, value []byte, env *Env) {
	r := entry.New(name, value)
	entry.At(r).SetEpoch(env.Epoch)
	d.Insert(hash, r)
}

// PrefetchElement asks for the memory in which a member or field will be looked up: the
// block that all are in, or their hash table's bucket. It returns that table and the name's
// hash, for PrefetchEntries; nil if there is none, or it has fewer entries than are worth it.
func (o *Object) PrefetchElement(name []byte, worth int) (d *dict.Dict, hash uint64) {
	switch o.Encoding() {
	case HashTable:
		d = o.dict()
	case SkipList:
		d = o.ordered().table()
	case Listpack, IntSet:
		zmalloc.PrefetchBlock(*o.root())
		return nil, 0
	default:
		return nil, 0
	}
	if d.Len() < worth {
		return nil, 0
	}
	hash = dict.Hash(name)
	d.PrefetchBucket(hash)
	return d, hash
}

// leave tells whoever walks through the collection that an entry goes, or changes.
func (o *Object) leave(r zmalloc.Ref, env *Env) {
	if env.Leaving != nil {
		env.Leaving(o, r)
	}
}

// deleteEntry deletes the entry of that name, and reports whether there was one.
func (o *Object) deleteEntry(d *dict.Dict, name []byte, env *Env) bool {
	hash := dict.Hash(name)
	if env.Leaving != nil {
		if r := d.Find(hash, name); r != 0 {
			env.Leaving(o, r)
		}
	}
	r := d.Delete(hash, name)
	if r == 0 {
		return false
	}
	entry.Free(r)
	return true
}

// eachEntry calls visit with all entries. O(n).
func eachEntry(d *dict.Dict, visit func(zmalloc.Ref)) {
	for i, more := uint64(0), true; more; {
		i, more = d.Walk(i, visit)
	}
}

// scanEntries is items of a hash table.
func scanEntries(d *dict.Dict, cursor uint64, n int, visit func(zmalloc.Ref)) (next uint64) {
	met := 0
	for buckets := n * bucketsPerEntry; buckets > 0 && met < n; buckets-- {
		cursor = d.Scan(cursor, func(r zmalloc.Ref) {
			met++
			visit(r)
		})
		if cursor == 0 {
			break
		}
	}
	return cursor
}

// sizeOfTable is how many bytes a hash table takes, its entries estimated from so many of
// them; 0 is all.
func sizeOfTable(d *dict.Dict, samples int) int {
	met, bytes := 0, 0
	for i, more := uint64(0), true; more && (samples == 0 || met < samples); {
		i, more = d.Walk(i, func(r zmalloc.Ref) {
			met++
			bytes += entry.MemoryUsage(r)
		})
	}
	return d.MemoryUsage() + estimate(bytes, met, d.Len())
}

// estimate is what n elements take, if so many of them take so many bytes.
func estimate(bytes, of, n int) int {
	if of == 0 {
		return 0
	}
	return int(float64(bytes) / float64(of) * float64(n))
}

// cloneBlock returns a block with the same bytes.
func cloneBlock(r zmalloc.Ref) zmalloc.Ref {
	to := zmalloc.Alloc(zmalloc.Size(r))
	copy(zmalloc.Bytes(to), zmalloc.Bytes(r))
	return to
}
