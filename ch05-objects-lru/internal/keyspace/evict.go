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

const (
	NoEviction     Policy = iota // None is.
	SimpleFirst                  // The key that was set first goes.
	AllKeysRandom                // Any key goes.
	VolatileRandom               // Any key that can expire goes.
	VolatileTTL                  // One goes that will soon expire.
	AllKeysLRU                   // One goes that has not been used for long.
	VolatileLRU                  // The same, of those that can expire.
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
		return ks.firstSet()
	case AllKeysRandom, VolatileRandom:
		return ks.randomVictim()
	case VolatileTTL, AllKeysLRU, VolatileLRU:
		return ks.bestVictim()
	}
	return nil, nil
}

// firstSet is the key that was set first, of the first database that has any.
func (ks *Keyspace) firstSet() (*DB, *entry) {
	for _, db := range ks.dbs {
		if db.first != nil {
			return db, db.first
		}
	}
	return nil, nil
}

// candidates is how many keys of a database may go.
func (db *DB) candidates() int {
	if db.ks.Eviction.Policy.isVolatile() {
		return db.Expires()
	}
	return db.Len()
}

// draw returns one of the keys that may go, of which there must be some.
func (db *DB) draw() *entry {
	if db.ks.Eviction.Policy.isVolatile() {
		return db.volatile.draw(db.ks.random)
	}
	return db.all[db.ks.random.IntN(len(db.all))]
}

// randomVictim draws from the databases in turn.
func (ks *Keyspace) randomVictim() (*DB, *entry) {
	for range ks.dbs {
		ks.evictDB = (ks.evictDB + 1) % len(ks.dbs)
		if db := ks.dbs[ks.evictDB]; db.candidates() > 0 {
			return db, db.draw()
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
			if n := db.candidates(); n > 0 {
				ks.sample(db, min(n, ks.Eviction.Samples))
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
			if e := db.find(c.key); e != nil && ks.mayGo(e) && ks.score(e) >= c.score {
				return db, e
			}
		}
	}
}

// sample draws keys of a database and offers them to the pool.
func (ks *Keyspace) sample(db *DB, n int) {
	for range n {
		ks.offer(db, db.draw())
	}
}

func (ks *Keyspace) offer(db *DB, e *entry) { ks.pool.offer(ks.score(e), db.ID, e) }

func (ks *Keyspace) mayGo(e *entry) bool { return e.Expires() || !ks.Eviction.Policy.isVolatile() }

// score says how much a key deserves to go.
func (ks *Keyspace) score(e *entry) uint64 {
	if ks.Eviction.Policy == VolatileTTL {
		return math.MaxUint64 - uint64(e.ExpireAt())
	}
	return uint64(e.object.IdleSeconds(ks.clock))
}
