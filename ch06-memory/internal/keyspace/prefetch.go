// prefetch.go: asking for the memory of many keys at once.
//
//	Bucket   k1 k2 ... k16     each key's bucket is asked for
//	Entries  k1 k2 ... k16     it is there: its references say which entries to ask for
//	                           they are there when the first request is executed
//
// Looking one key up after the other would wait for each of them twice.

package keyspace

import "redis-internals/ch06/internal/structures/dict"

const (
	worthPrefetching = 1000 // keys; fewer stay in the processor's nearest cache
	maxPrefetch      = 16   // keys at a time: a processor has no more reads under way
)

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
