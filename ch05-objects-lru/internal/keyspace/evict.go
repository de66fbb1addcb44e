// evict.go: which key goes when there are too many.
//
//	simple-first      the one that was set first
//	allkeys-random    any
//	volatile-random   any that can expire
//	volatile-ttl      of those that can expire, one that will soon
//	allkeys-lru       one that has not been used for long
//	volatile-lru      the same, of those that can expire
//
// The last three look for an extreme: the smallest time left, the longest
// idleness. Finding it exactly would cost a list or a heap through all keys. A
// guess costs nothing and is nearly as good: draw a few keys at random, and take
// the best of them and of those that were drawn before (pool.go).
//
// Redis: evict.c, performEvictions.

package keyspace

import "math"

// Policy says which key is evicted.
type Policy uint8

// The policies. With NoEviction none is.
const (
	NoEviction Policy = iota
	SimpleFirst
	AllKeysRandom
	VolatileRandom
	VolatileTTL
	AllKeysLRU
	VolatileLRU
)

// Policies are the policies by the names they have in the configuration.
var Policies = map[string]Policy{
	"noeviction":      NoEviction,
	"simple-first":    SimpleFirst,
	"allkeys-random":  AllKeysRandom,
	"volatile-random": VolatileRandom,
	"volatile-ttl":    VolatileTTL,
	"allkeys-lru":     AllKeysLRU,
	"volatile-lru":    VolatileLRU,
}

// isVolatile reports whether only keys that can expire may go.
func (p Policy) isVolatile() bool {
	return p == VolatileRandom || p == VolatileTTL || p == VolatileLRU
}

// Eviction is how many keys there may be, and which go.
type Eviction struct {
	MaxKeys int // in all databases; 0 is no limit
	Policy  Policy
	Samples int // keys drawn at a time (maxmemory-samples)
}

// SetEviction changes how keys are evicted. Scores of another policy mean nothing.
func (ks *Keyspace) SetEviction(e Eviction) { ks.Eviction, ks.pool = e, pool{} }

// makeRoom evicts until one more key fits, or no key may go.
func (ks *Keyspace) makeRoom() {
	for ks.Eviction.MaxKeys > 0 && ks.keys >= ks.Eviction.MaxKeys && ks.evictOne() {
	}
}

// evictOne evicts a key. It reports false if none may go.
func (ks *Keyspace) evictOne() bool {
	db, e := ks.victim()
	if e == nil {
		return false
	}
	ks.Stats.Evicted++
	db.removeUnasked(e)
	return true
}

// victim chooses the key to go.
func (ks *Keyspace) victim() (*DB, *entry) {
	switch ks.Eviction.Policy {
	case SimpleFirst:
		for _, db := range ks.dbs {
			if db.first != nil {
				return db, db.first
			}
		}
		return nil, nil
	case AllKeysRandom, VolatileRandom:
		return ks.randomVictim()
	case VolatileTTL, AllKeysLRU, VolatileLRU:
		return ks.bestVictim()
	}
	return nil, nil
}

// candidates are the keys of a database that may go.
func (db *DB) candidates() []*entry {
	if db.ks.Eviction.Policy.isVolatile() {
		return db.volatile
	}
	return db.all
}

// randomVictim draws from the databases in turn.
func (ks *Keyspace) randomVictim() (*DB, *entry) {
	for range ks.dbs {
		ks.evictDB = (ks.evictDB + 1) % len(ks.dbs)
		db := ks.dbs[ks.evictDB]
		if list := db.candidates(); len(list) > 0 {
			return db, list[ks.random.IntN(len(list))]
		}
	}
	return nil, nil
}

// bestVictim draws samples of all databases into the pool, and takes the best
// that is still there.
func (ks *Keyspace) bestVictim() (*DB, *entry) {
	for {
		found := false
		for _, db := range ks.dbs {
			if list := db.candidates(); len(list) > 0 {
				ks.sample(db, list)
				found = true
			}
		}
		if !found {
			return nil, nil
		}
		for {
			c, ok := ks.pool.takeBest()
			if !ok {
				break // all that were in it had gone by themselves
			}
			db := ks.dbs[c.db]
			if e := db.entries[c.key]; e != nil && ks.mayGo(e) && ks.score(e) >= c.score {
				return db, e
			}
		}
	}
}

// sample draws keys of a database and offers them to the pool.
func (ks *Keyspace) sample(db *DB, list []*entry) {
	for range min(ks.Eviction.Samples, len(list)) {
		e := list[ks.random.IntN(len(list))]
		ks.pool.offer(candidate{score: ks.score(e), db: db.ID, key: e.key})
	}
}

func (ks *Keyspace) mayGo(e *entry) bool { return e.expireAt != 0 || !ks.Eviction.Policy.isVolatile() }

// score says how much a key deserves to go.
func (ks *Keyspace) score(e *entry) uint64 {
	if ks.Eviction.Policy == VolatileTTL {
		return math.MaxUint64 - uint64(e.expireAt)
	}
	return uint64(e.object.IdleSeconds(ks.clock))
}
