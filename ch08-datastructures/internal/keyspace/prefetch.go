// prefetch.go: asking for the memory of many keys at once.
//
//	Bucket   k1 k2 ... k16     each key's bucket is asked for
//	Entries  k1 k2 ... k16     it is there: its references say which entries to ask for
//	                           they are there when the first request is executed
//
// Looking one key up after the other would wait for each of them twice. A member of a large
// set, or a field of a large hash, is looked up in a hash table of its own, once its key is
// found: it goes the same way behind the keys.
//
//	          HSET k1 f1 ...     HSET k2 f2 ...
//	Entries   k1's hash table: f1's bucket is asked for, f2's, and so on
//	          f1's entries, f2's entries ...

package keyspace

import (
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/dict"
)

const (
	worthPrefetching = 2000 // keys; see below
	maxPrefetch      = 16   // keys at a time: a processor has no more reads under way
)

// From how many keys on it is worth while was measured with lookups that have some 200
// instructions of other work between them, as requests have: up to 1,000 keys, whose
// memory stays in the nearest caches, asking costs 9 ns a key; with 2,000 it makes no
// difference, with 4,000 it saves 20 to 40 ns, with a million 400 of 850. (Lookups
// alone, one behind the other, a processor overlaps by itself: there it pays from
// 16,000 on.)

// Prefetch is the keys whose buckets have been asked for. The zero value is ready.
type Prefetch struct {
	wanted [maxPrefetch]struct {
		dict    *dict.Dict
		hash    uint64
		key     []byte // borrowed from the request
		element []byte // of the collection at the key; nil: not asked for
	}
	n int
}

// Bucket asks for a key's bucket, unless the database is small or as many keys have
// been asked for as are worth it. element is the member or field that the request names,
// or nil; key and element must stay until Entries.
func (p *Prefetch) Bucket(db *DB, key, element []byte) {
	large := db.Len() >= worthPrefetching
	if !large && element == nil || p.n == maxPrefetch {
		return
	}
	w := &p.wanted[p.n]
	w.dict, w.hash, w.key, w.element = db.dict, dict.Hash(key), key, element
	if large {
		w.dict.PrefetchBucket(w.hash)
	}
	p.n++
}

// Entries asks for the keys' objects, then for the buckets and entries of their elements,
// and forgets all of them. No database may have changed since the first of them came.
func (p *Prefetch) Entries() {
	elements := false
	for i := range p.wanted[:p.n] {
		w := &p.wanted[i]
		if w.dict.Len() >= worthPrefetching {
			w.dict.PrefetchEntries(w.hash)
		}
		elements = elements || w.element != nil
	}
	if elements {
		p.elements()
	}
	p.n = 0
}

// elements does for elements what Bucket and Entries do for keys.
func (p *Prefetch) elements() {
	for i := range p.wanted[:p.n] {
		w := &p.wanted[i]
		table, hash := (*dict.Dict)(nil), uint64(0)
		if w.element != nil {
			if r := w.dict.Find(w.hash, w.key); r != 0 {
				table, hash = object.At(r).PrefetchElement(w.element, worthPrefetching)
			}
		}
		w.dict, w.hash, w.key, w.element = table, hash, nil, nil
	}
	for i := range p.wanted[:p.n] {
		if w := &p.wanted[i]; w.dict != nil {
			w.dict.PrefetchEntries(w.hash)
		}
	}
}
