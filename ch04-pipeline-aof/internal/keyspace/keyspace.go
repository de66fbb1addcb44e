// Package keyspace holds the databases: keys, their values, and the times at
// which they expire. Commands ask it by key and never see how it is kept.
//
//	keyspace.go  the numbered databases, and what they have in common
//	db.go        one of them: look up, set, delete; the order of the keys
//	entry.go     one key, its value, and when it expires
//	expire.go    times to live: on access, and the cycle that needs none
//	volatile.go  the list of the keys that have one
//	evict.go     which key goes when there are too many
//	snapshot.go  all keys as they were at one moment, while commands go on
//
// In this chapter a database is a Go map from keys to small structs. Two more
// things hang on the same structs: the list of all keys from the first set to the
// last, and the array of the keys that have a time to live, from which the expire
// cycle draws its samples:
//
//	entries   "a" ─▶ entry{ key, value, expireAt, place, prev, next }
//	          "b" ─▶ entry        ▲ order: a ⇄ b ⇄ c, as they were set
//	          "c" ─▶ entry
//	volatile  [ c, a ]              those that expire, in no order
//
// A key is a string where the keyspace owns it, and a []byte where it is borrowed:
// one that a function gets is the caller's, and dies with the request; one that a
// function gives is the entry's, and is good until the database changes.
//
// Redis: db.c; server.h, redisServer.db.
package keyspace

import "math/rand/v2"

// Keyspace is a server's databases. It belongs to one goroutine.
type Keyspace struct {
	Options
	dbs  []*DB
	keys int // in all databases

	expireDB int // the database that the expire cycle looks at
	random   *rand.Rand

	dump        dump
	snapshotCut bool // see SnapshotCut
}

// Options are a keyspace's settings. Those of eviction may change at any time.
type Options struct {
	Databases int // how many there are
	Eviction  Eviction
	Now       func() int64 // the time, in Unix milliseconds; the same throughout a turn
	Seed      uint64       // of the random choices

	// Deleted is called after a database has deleted a key of its own accord: it
	// had expired, or was evicted. The key is borrowed.
	Deleted func(db *DB, key []byte)
}

// New returns empty databases.
func New(o Options) *Keyspace {
	ks := &Keyspace{Options: o, random: rand.New(rand.NewPCG(o.Seed, o.Seed)), dump: dump{size: pieceSize}}
	for id := range o.Databases {
		ks.dbs = append(ks.dbs, &DB{ID: id, ks: ks, contents: newContents()})
	}
	return ks
}

// Keys is the number of keys in all databases.
func (ks *Keyspace) Keys() int { return ks.keys }

// DB returns database number id, from 0 to Databases-1.
func (ks *Keyspace) DB(id int) *DB { return ks.dbs[id] }

// Flush deletes all keys of all databases.
func (ks *Keyspace) Flush() {
	for _, db := range ks.dbs {
		db.Flush()
	}
}
