// observe.go: telling somebody of every change, whoever made it.
//
//	a command      SET EXPIRE DEL ...  ─┐
//	access         it had expired      ─┤
//	the cycle      it has expired      ─┼─▶ changing, insert ─▶ Observer.Changing(db, key)
//	maxmemory      it is evicted       ─┤
//	MOVE                               ─┘
//	FLUSHDB FLUSHALL SWAPDB ───────────────────────────────────▶ Observer.Replacing(db, by)
//	a key that is new  ────────────────────────▶ insert ───────▶ Observer.Added(db, key)
//
// Commands need not think of it, and cannot forget it. While nobody observes it costs a
// comparison a write. Redis: db.c, signalModifiedKey and signalFlushedDb.

package keyspace

import "redis-internals/ch08/internal/object"

// Observer is told of changes, most of them before they happen. Its functions are nil while nobody
// wants to know; they must not change the databases.
type Observer struct {
	// Changing is called before a key is added, changed or deleted. The key is borrowed.
	Changing func(db *DB, key []byte)

	// Added is called after a key was made; a value that takes the place of another one does
	// not count. Redis: dbAdd.
	Added func(db *DB, key []byte)

	// Missed is called after a key was read that is not there.
	Missed func(db *DB, key []byte)

	// Created is called after a collection was put where no key was. One that Store puts in
	// the place of another value does not count.
	Created func(db *DB, key []byte)

	// Replacing is called before db loses all that it holds, and gets what by holds;
	// nothing, if that is nil.
	Replacing func(db, by *DB)
}

// tell says that an entry is about to change, or to be added.
func (db *DB) tell(e *entry) {
	if changing := db.ks.Observer.Changing; changing != nil {
		changing(db, e.Key())
	}
}

// tellReplaced says that the database is about to hold what by holds.
func (db *DB) tellReplaced(by *DB) {
	if replacing := db.ks.Observer.Replacing; replacing != nil {
		replacing(db, by)
	}
}

// Glance is the object at a key that has not expired, or nil. It is no use of the key, and no
// hit or miss. O(1).
func (db *DB) Glance(key []byte) *object.Object { return db.lookup(key) }

// Lies reports whether a key lies in the database, and whether it has expired there
// without anybody having noticed. Nothing is deleted, counted or used by that. A
// database that is nil has no keys. O(1).
func (db *DB) Lies(key []byte) (there, expired bool) {
	if db == nil {
		return false, false
	}
	e := db.find(key)
	return e != nil, e != nil && db.expired(e)
}
