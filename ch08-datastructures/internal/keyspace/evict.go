// evict.go: which key goes when there is no room.
//
//	allkeys-random    any
//	volatile-random   any that can expire
//	volatile-ttl      of those that can expire, one that will soon
//	allkeys-lru       one that has not been used for long
//	volatile-lru      the same, of those that can expire
//	allkeys-lfu       one that is used seldom
//	volatile-lfu      the same, of those that can expire
//
// The last five look for an extreme: the smallest time left, the longest
// idleness, the lowest counter. Finding it exactly would cost a list or a heap through all keys. A
// guess costs nothing and is nearly as good: draw a few keys at random, and take
// the best of them and of those that were drawn before (pool.go).
//
// Room is memory: before a command runs, keys go until what is in use is below
// maxmemory, or for as long as a slice of time, and in the turns that follow. Redis:
// evict.c, performEvictions.

package keyspace

import (
	"math"
	"time"

	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/zmalloc"
)

// Policy says which key is evicted.
type Policy uint8

const (
	NoEviction     Policy = iota // None is.
	AllKeysRandom                // Any key goes.
	VolatileRandom               // Any key that can expire goes.
	VolatileTTL                  // One goes that will soon expire.
	AllKeysLRU                   // One goes that has not been used for long.
	VolatileLRU                  // The same, of those that can expire.
	AllKeysLFU                   // One goes that is used seldom.
	VolatileLFU                  // The same, of those that can expire.
)

// Policies are the policies by the names they have in the configuration.
var Policies = map[string]Policy{
	"noeviction":      NoEviction,
	"allkeys-random":  AllKeysRandom,
	"volatile-random": VolatileRandom,
	"volatile-ttl":    VolatileTTL,
	"allkeys-lru":     AllKeysLRU,
	"volatile-lru":    VolatileLRU,
	"allkeys-lfu":     AllKeysLFU,
	"volatile-lfu":    VolatileLFU,
}

// isVolatile reports whether only keys that can expire may go.
func (p Policy) isVolatile() bool {
	return p == VolatileRandom || p == VolatileTTL || p == VolatileLRU || p == VolatileLFU
}

// isLFU reports whether the uses of keys are counted.
func (p Policy) isLFU() bool { return p == AllKeysLFU || p == VolatileLFU }

// Eviction is how much there may be, and which keys go.
type Eviction struct {
	MaxMemory int // bytes in use; 0 is no limit
	MaxKeys   int // in all databases; 0 is no limit
	Policy    Policy
	Samples   int           // keys drawn at a time (maxmemory-samples)
	LogFactor int           // how seldom a counter of uses is raised (lfu-log-factor)
	DecayTime int           // minutes in which it loses one (lfu-decay-time); 0 is never
	Budget    time.Duration // of one round (from maxmemory-eviction-tenacity)
	Used      func() int    // bytes in use that count
}

// SetEviction changes how keys are evicted. Scores of another policy mean nothing.
func (ks *Keyspace) SetEviction(e Eviction) {
	ks.Eviction, ks.pool = e, pool{}
	ks.counted = e.Policy.isLFU()
	ks.setFresh()
}

// Outcome is what a round of evictions came to.
type Outcome uint8

const (
	EvictOK      Outcome = iota // There is room.
	EvictRunning                // There will be, after more rounds.
	EvictFail                   // There is none, and no key may go.
)

// evictionsAtATime is how many keys go between two looks at the clock. Most rounds
// evict one or two and look at none.
const evictionsAtATime = 16

// Evict evicts keys until what is in use is below the limit. O(1) if it is. Redis:
// evict.c, performEvictions.
func (ks *Keyspace) Evict() Outcome {
	if ks.Frozen {
		return EvictOK
	}
	ks.evictOver(ks.Eviction.MaxKeys)
	limit := ks.Eviction.MaxMemory
	if limit == 0 || ks.Eviction.Used() <= limit {
		return EvictOK
	}
	var start time.Time
	for n := 0; ks.Eviction.Used() > limit; n++ {
		switch {
		case n == 0 || n%evictionsAtATime != 0:
		case n == evictionsAtATime:
			start = time.Now()
		case time.Since(start) > ks.Eviction.Budget:
			return EvictRunning
		}
		if ks.reclaims() { // that makes room, and no key need go for it
			ks.reclaimSome()
		} else if !ks.evictOne() {
			return EvictFail
		}
	}
	return EvictOK
}

// makeRoom evicts until one more key fits, or no key may go.
func (ks *Keyspace) makeRoom() {
	ks.evictOver(ks.Eviction.MaxKeys - 1)
}

// evictOver evicts until there are no more keys than n, if they are limited, or no key may
// go.
func (ks *Keyspace) evictOver(n int) {
	for ks.Eviction.MaxKeys > 0 && ks.keys > n && ks.evictOne() {
	}
}

// evictOne evicts a key. It reports false if none may go.
func (ks *Keyspace) evictOne() bool {
	db, e := ks.victim()
	if e == nil {
		return false
	}
	ks.Stats.Evicted++
	db.removeUnasked(e, Evicted)
	return true
}

// victim chooses the key to go; nil if none may.
func (ks *Keyspace) victim() (*DB, *entry) {
	switch ks.Eviction.Policy {
	case AllKeysRandom, VolatileRandom:
		return ks.randomVictim()
	case VolatileTTL, AllKeysLRU, VolatileLRU, AllKeysLFU, VolatileLFU:
		return ks.bestVictim()
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
	return object.At(db.dict.Random(db.ks.random))
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
			ks.prefetchBest()
			db := ks.dbs[c.db]
			if e := db.findHashed(c.hash, c.key); e != nil && ks.mayGo(e) && ks.score(e) >= c.score {
				return db, e
			}
		}
	}
}

// prefetchBest asks for the memory of the one that is to go after this one.
func (ks *Keyspace) prefetchBest() {
	if p := &ks.pool; p.n > 0 {
		c := &p.candidates[p.n-1]
		ks.dbs[c.db].dict.PrefetchBucket(c.hash)
		zmalloc.PrefetchBlock(c.ref)
	}
}

// sample draws keys of a database and offers them to the pool.
func (ks *Keyspace) sample(db *DB, n int) {
	if ks.Eviction.Policy.isVolatile() {
		for range n {
			ks.offer(db, db.draw())
		}
		return
	}
	db.dict.Sample(ks.random, n, func(r ref) { ks.offer(db, object.At(r)) })
}

func (ks *Keyspace) offer(db *DB, e *entry) { ks.pool.offer(ks.score(e), db.ID, e) }

func (ks *Keyspace) mayGo(e *entry) bool { return e.Expires() || !ks.Eviction.Policy.isVolatile() }

// score says how much a key deserves to go.
func (ks *Keyspace) score(e *entry) uint64 {
	switch {
	case ks.counted:
		return uint64(math.MaxUint8 - ks.Frequency(e))
	case ks.Eviction.Policy == VolatileTTL:
		return math.MaxUint64 - uint64(e.ExpireAt())
	}
	return uint64(e.IdleSeconds(ks.clock))
}
