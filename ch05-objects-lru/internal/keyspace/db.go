// Package keyspace holds the databases: keys, their values, and the times at
// which they expire. Commands ask it by key and never see how it is kept.
//
//	keyspace.go  the numbered databases, and what they have in common
//	db.go        look up, set, delete; the order of the keys
//	expire.go    times to live: on access, and the cycle that needs none
//	evict.go     which key goes when there are too many
//	pool.go      the keys that would be the next to go
//	snapshot.go  all keys as they were at one moment, while commands go on
//
// In this chapter a database is a Go map from keys to small structs. Three more
// things hang on the same structs: the list of all keys from the first set to the
// last, and two arrays, of all keys and of those that have a time to live, from
// which random keys are drawn:
//
//	entries   "a" ─▶ entry{ object, expireAt, prev, next, place, volatileAt }
//	          "b" ─▶ entry         ▲ order: a ⇄ b ⇄ c, as they were set
//	          "c" ─▶ entry
//	all       [ a, c, b ]           in no order
//	volatile  [ c, a ]              those with expireAt, in no order
//
// Redis: db.c.
package keyspace

import (
	"unsafe"

	"redis-internals/ch05/internal/object"
)

// DB is a database.
type DB struct {
	ID int // its number
	contents

	ks *Keyspace
}

// contents is all that a database holds. Two databases may swap theirs.
type contents struct {
	entries     map[string]*entry
	first, last *entry // in the order in which the keys came
	all         []*entry
	volatile    []*entry
	snapshot    snapshot
	avgTTL      int64 // milliseconds; of the keys that the expire cycle has seen
}

func newContents() contents { return contents{entries: map[string]*entry{}} }

// entry is one key with what belongs to it. The bytes of key and value lie in one
// block of memory, as they are read together:
//
//	block  | key | value | room |
type entry struct {
	key        string
	object     object.Object
	expireAt   int64  // Unix milliseconds; 0 is never
	at         int    // its place in DB.all
	volatileAt int    // its place in DB.volatile, if it expires
	epoch      uint32 // of the last snapshot that has it, or need not

	prev, next *entry
}

// LookupRead returns the value of key, or nil if there is none, or it has
// expired. It counts as a use of the key. The object is good until the key is
// written. O(1). Redis: db.c, lookupKeyRead.
func (db *DB) LookupRead(key []byte) *object.Object {
	o := db.Peek(key)
	if o != nil {
		o.Touch(db.ks.clock)
	}
	return o
}

// Peek is LookupRead for a command that asks about the key and does not use it.
// Redis: LOOKUP_NOTOUCH.
func (db *DB) Peek(key []byte) *object.Object {
	e := db.lookup(key)
	if e == nil {
		db.ks.Stats.Misses++
		return nil
	}
	db.ks.Stats.Hits++
	return &e.object
}

// LookupWrite is LookupRead for a command that means to change the key. It is no
// hit or miss. O(1). Redis: db.c, lookupKeyWrite.
func (db *DB) LookupWrite(key []byte) *object.Object {
	e := db.lookup(key)
	if e == nil {
		return nil
	}
	e.object.Touch(db.ks.clock)
	return &e.object
}

// lookup finds a key. One that has expired is deleted on the way: nobody sees
// it again, however late the expire cycle comes by.
func (db *DB) lookup(key []byte) *entry {
	e := db.entries[string(key)]
	if e != nil && db.expired(e) {
		db.removeExpired(e)
		return nil
	}
	return e
}

// Set makes key hold a copy of value. A time to live is dropped unless keepTTL.
// A key that is new may push another one out: see evict.go. O(1), with no
// allocation for a value that fits in the old one's room. Redis: db.c, setKey.
func (db *DB) Set(key, value []byte, keepTTL bool) {
	e := db.writable(key, len(value), keepTTL)
	if !e.object.SetString(value) {
		e.place(key, len(value))
		e.object.SetString(value)
		db.entries[e.key] = e // the map's key, too, leaves the old block
	}
}

// SetInt makes key hold a number. It keeps its time to live. O(1), with two
// allocations for a new key.
func (db *DB) SetInt(key []byte, n int64) { db.writable(key, 0, true).object.SetInt(n) }

// writable returns the entry of key for the caller to overwrite: one with the old
// value still, or a new one with room for so many bytes.
func (db *DB) writable(key []byte, room int, keepTTL bool) *entry {
	e := db.lookup(key)
	if e == nil {
		db.ks.makeRoom()
		e = &entry{epoch: db.snapshot.epoch}
		e.place(key, room)
		db.insert(e)
	} else {
		db.beforeChange(e)
		if !keepTTL {
			db.setExpireAt(e, 0)
		}
	}
	e.object.Touch(db.ks.clock)
	return e
}

// place gives the entry a block of its own: the key, and room for a value.
func (e *entry) place(key []byte, room int) {
	block := make([]byte, len(key)+room)
	e.key = unsafe.String(unsafe.SliceData(block), copy(block, key))
	e.object.Place(block[len(key):])
}

// Delete deletes key, and reports whether it was there. O(1). Redis: db.c,
// dbGenericDelete.
func (db *DB) Delete(key []byte) bool {
	e := db.lookup(key)
	if e == nil {
		return false
	}
	db.remove(e)
	return true
}

// Len is the number of keys. Those that have expired and were not noticed yet
// count. O(1).
func (db *DB) Len() int { return len(db.entries) }

// Flush deletes all keys. A snapshot goes on along the list of the old ones. O(1);
// the garbage collector does the rest.
func (db *DB) Flush() {
	db.ks.keys -= len(db.entries)
	old := db.snapshot
	db.contents = newContents()
	db.snapshot = old
}

// Walk calls visit with each key that has not expired, in the order in which
// they were added. visit must not change the database. O(n).
func (db *DB) Walk(visit func(key string)) {
	for e := db.first; e != nil; e = e.next {
		if !db.expired(e) {
			visit(e.key)
		}
	}
}

// RandomKey returns one of the keys that have not expired, each as likely as the
// others; false if there is none. What it meets on the way that has expired is
// deleted. O(1), more where much has expired. Redis: db.c, dbRandomKey.
func (db *DB) RandomKey() (key string, ok bool) {
	for len(db.all) > 0 {
		e := db.all[db.ks.random.IntN(len(db.all))]
		if !db.expired(e) {
			return e.key, true
		}
		db.removeExpired(e)
	}
	return "", false
}

// insert adds an entry, as the last one in the order.
func (db *DB) insert(e *entry) {
	e.prev, e.at = db.last, len(db.all)
	if db.last == nil {
		db.first = e
	} else {
		db.last.next = e
	}
	db.last = e
	db.all = append(db.all, e)
	db.entries[e.key] = e
	db.ks.keys++
}

// removeUnasked deletes an entry that has expired or is evicted.
func (db *DB) removeUnasked(e *entry) {
	db.remove(e)
	if db.ks.Deleted != nil {
		db.ks.Deleted(db, e.key)
	}
}

// remove deletes an entry that is there.
func (db *DB) remove(e *entry) {
	db.beforeChange(e)
	if db.snapshot.next == e {
		db.snapshot.next = e.next
	}
	db.setExpireAt(e, 0)
	if e.prev == nil {
		db.first = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next == nil {
		db.last = e.prev
	} else {
		e.next.prev = e.prev
	}
	last := db.all[len(db.all)-1]
	db.all[e.at], last.at = last, e.at
	db.all[len(db.all)-1] = nil
	db.all = db.all[:len(db.all)-1]
	delete(db.entries, e.key)
	db.ks.keys--
}
