// Package keyspace holds the databases: keys, their values, and the times at
// which they expire. Commands ask it by key and never see how it is kept.
//
//	keyspace.go  the numbered databases, and what they have in common
//	db.go        one of them: look up, set, delete
//	edit.go      changing a collection where it stands
//	rename.go    a value under another key
//	expire.go    times to live: on access, and the cycle that needs none
//	volatile.go  the list of the keys that have one
//	uses.go      when, or how often, a key was used
//	evict.go     which key goes when there is no room
//	pool.go      the keys that would be the next to go
//	memory.go    how much a key and the tables take
//	prefetch.go  asking for the memory of many keys at once
//	observe.go   telling somebody of every change
//	snapshot.go  all keys as they were at one moment, while commands go on
//	parts.go     a large collection in it, element by element
//	reclaim.go   freeing what is large a little at a time
//
// A database is a dict of objects, each a block of memory outside of Go's heap with
// key and value in it, and a list of those that have a time to live, from which the
// expire cycle draws its samples:
//
//	dict      buckets of references ─▶ | head | key | value | expiry |
//	volatile  [ ref, ref ]              an object's place in it is in its expiry
//
// A key is a string where the keyspace owns it, and a []byte where it is borrowed:
// one that a function gets is the caller's, and dies with the request; one that a
// function gives is the entry's, and is good until the database changes.
//
// Redis: db.c; server.h, redisServer.db.
package keyspace

import (
	"math/rand/v2"

	"redis-internals/ch08/internal/object"
)

// Keyspace is a server's databases. It belongs to one goroutine.
type Keyspace struct {
	Options
	Observer Observer
	Frozen   bool // nothing goes of itself: what has expired is hidden, but stays
	Stats    Stats
	dbs      []*DB
	keys     int // in all databases
	uses         // when or how often keys are used
	pool     pool

	expireDB int // the database that the expire cycle looks at
	evictDB  int // and the one that lost a key last, at random
	random   *rand.Rand
	env      object.Env // what collections need to know

	dump         dump
	snapshotCut  bool   // see SnapshotCut
	snapshotTorn bool   // see SnapshotTorn
	abandoned    int    // snapshots given up in a row: keys may still bear their epochs
	orphanBytes  int    // of collections that only the snapshot still has
	doomed       doomed // what is to be freed
}

// Options are a keyspace's settings. Those of eviction may change at any time.
type Options struct {
	Databases int // how many there are
	Eviction  Eviction
	Now       func() int64 // the time, in Unix milliseconds; the same throughout a turn
	Seed      uint64       // of the random choices

	// Deleted is called after a database has deleted a key of its own accord: it
	// had expired, or was evicted. The key is borrowed.
	Deleted func(db *DB, key []byte, why Reason)
}

// Reason is why a database has deleted a key of its own accord.
type Reason uint8

// The reasons.
const (
	Expired Reason = iota
	Evicted
)

// Stats count since the start, or since ResetStats. Redis: server.h,
// stat_keyspace_hits and its neighbours.
type Stats struct {
	Hits, Misses     int64   // lookups to read
	Expired, Evicted int64   // keys
	ExpiredStale     float64 // percent of the keys that can expire and probably have
	ExpireTimeouts   int64   // expire cycles that stopped for the time
}

// New returns empty databases.
func New(o Options) *Keyspace {
	random := rand.New(rand.NewPCG(o.Seed, o.Seed))
	ks := &Keyspace{Options: o, random: random, env: object.Env{Random: random}, dump: dump{size: pieceSize, large: partsFrom, items: perPart}}
	for id := range o.Databases {
		ks.dbs = append(ks.dbs, &DB{ID: id, ks: ks, contents: newContents()})
	}
	ks.SetEviction(o.Eviction)
	ks.SetClock(o.Now())
	return ks
}

// Keys is the number of keys in all databases.
func (ks *Keyspace) Keys() int { return ks.keys }

// ResetStats makes all counts begin again. Redis: server.c, resetServerStats.
func (ks *Keyspace) ResetStats() { ks.Stats, ks.doomed.freed = Stats{}, 0 }

// DB returns database number id, from 0 to Databases-1.
func (ks *Keyspace) DB(id int) *DB { return ks.dbs[id] }

// Flush deletes all keys of all databases.
func (ks *Keyspace) Flush() {
	for _, db := range ks.dbs {
		db.Flush()
	}
	ks.snapshotTorn = false // no database has what was made of something that is missing
}

// FlushLater is Flush for who does not wait for the memory.
func (ks *Keyspace) FlushLater() {
	for _, db := range ks.dbs {
		db.FlushLater()
	}
	ks.snapshotTorn = false
}

// Swap makes each of two databases hold what the other one held. Whoever works
// on one of them sees it at once. O(1). Redis: db.c, dbSwapDatabases.
func (ks *Keyspace) Swap(a, b *DB) {
	if a == b {
		return
	}
	a.tellReplaced(b)
	b.tellReplaced(a)
	a.contents, b.contents = b.contents, a.contents
}

// Move moves a key, with its time to live, to another database. It reports false
// if it is not here, or there already. O(1). Redis: db.c, moveCommand.
func (db *DB) Move(key []byte, to *DB) bool {
	e := db.lookup(key)
	if e == nil || to.lookup(key) != nil {
		return false
	}
	db.remove(e)
	db.snapshot.left = true
	to.insert(to.lastHash, e)
	return true
}
