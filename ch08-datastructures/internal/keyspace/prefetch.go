// prefetch.go: asking for the memory of many keys at once.
//
//	Bucket   k1 k2 ... k16     each key's bucket is asked for
//	Entries  k1 k2 ... k16     it is there: its references say which entries to ask for
//	                           they are there when the first request is executed
//
// Looking one key up after the other would wait for each of them twice.

package keyspace

import "redis-internals/ch08/internal/structures/dict"

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
		dict *dict.Dict
		hash uint64
	}
	n int
}

// Bucket asks for a key's bucket, unless the database is small or as many keys have
// been asked for as are worth it.
func (p *Prefetch) Bucket(db *DB, key []byte) {
	if db.Len() < worthPrefetching || p.n == maxPrefetch {
		return
	}
	w := &p.wanted[p.n]
	w.dict, w.hash = db.dict, dict.Hash(key)
	w.dict.PrefetchBucket(w.hash)
	p.n++
}

// Entries asks for the keys' objects, and forgets the keys. No database may have
// changed since the first of them came.
func (p *Prefetch) Entries() {
	for _, w := range p.wanted[:p.n] {
		w.dict.PrefetchEntries(w.hash)
	}
	p.n = 0
}
