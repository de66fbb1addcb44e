// Package keyspace holds the database: keys, their values, and the times at
// which they expire. Commands ask it by key and never see how it is kept.
//
//	db.go        look up, set, delete; the order of the keys
//	expire.go    times to live: on access, and the cycle that needs none
//	evict.go     which key goes when there are too many
//	snapshot.go  all keys as they were at one moment, while commands go on
//
// In this chapter it is a Go map from keys to small structs. Two more things
// hang on the same structs: the list of all keys from the first set to the last,
// and the array of the keys that have a time to live, from which the expire
// cycle draws its samples:
//
//	entries   "a" ─▶ entry{ value, expireAt, prev, next, volatileAt }
//	          "b" ─▶ entry        ▲ order: a ⇄ b ⇄ c, as they were set
//	          "c" ─▶ entry
//	volatile  [ c, a ]              those with expireAt, in no order
//
// Redis: db.c.
package keyspace

import (
	"math/rand/v2"
	"unsafe"
)

// DB is a database. It belongs to one goroutine.
type DB struct {
	entries     map[string]*entry
	first, last *entry // in the order in which the keys came
	volatile    []*entry
	snapshot    snapshot

	maxKeys int              // 0 is no limit
	now     func() int64     // Unix milliseconds; the same throughout a turn
	deleted func(key string) // told of what nobody asked to delete
	random  *rand.Rand
}

// entry is one key with what belongs to it. The bytes of key and value lie in one
// block of memory, as they are read together:
//
//	block  | key | value | room |
type entry struct {
	key        string
	value      Value
	expireAt   int64  // Unix milliseconds; 0 is never
	volatileAt int    // its place in DB.volatile, if it expires
	epoch      uint32 // of the last snapshot that has it, or need not

	prev, next *entry
}

// Options are a database's settings.
type Options struct {
	MaxKeys int          // how many keys there may be; 0 is no limit
	Now     func() int64 // the time, in Unix milliseconds
	Seed    uint64       // of the random choices

	// Deleted is called after the database has deleted a key of its own accord:
	// it had expired, or was evicted.
	Deleted func(key string)
}

// New returns an empty database.
func New(o Options) *DB {
	return &DB{
		entries: map[string]*entry{}, maxKeys: o.MaxKeys, now: o.Now, deleted: o.Deleted,
		random: rand.New(rand.NewPCG(o.Seed, o.Seed)),
	}
}

// Value is what a key holds. One that a lookup returned is good until the key
// is written.
type Value struct{ data []byte }

// Len is the value's length in bytes.
func (v *Value) Len() int { return len(v.data) }

// AppendTo appends the value's bytes to dst.
func (v *Value) AppendTo(dst []byte) []byte { return append(dst, v.data...) }

// LookupRead returns the value of key, or nil if there is none, or it has
// expired. O(1). Redis: db.c, lookupKeyRead.
func (db *DB) LookupRead(key []byte) *Value {
	if e := db.lookup(key); e != nil {
		return &e.value
	}
	return nil
}

// LookupWrite is LookupRead for a command that means to change the key. O(1).
// Redis: db.c, lookupKeyWrite.
func (db *DB) LookupWrite(key []byte) *Value { return db.LookupRead(key) }

// lookup finds a key. One that has expired is deleted on the way: nobody sees
// it again, however late the expire cycle comes by.
func (db *DB) lookup(key []byte) *entry {
	e := db.entries[string(key)]
	if e != nil && db.expired(e) {
		db.removeUnasked(e)
		return nil
	}
	return e
}

// Set makes key hold a copy of value. A time to live is dropped unless keepTTL.
// A key that is new may push another one out: see evict.go. O(1), with two
// allocations for a new key, one for a value that is longer than the old one's
// room, and none else. Redis: db.c, setKey.
func (db *DB) Set(key, value []byte, keepTTL bool) {
	e := db.lookup(key)
	if e == nil {
		db.add(key, value)
		return
	}
	db.beforeChange(e)
	if !keepTTL {
		db.setExpireAt(e, 0)
	}
	if !e.value.replace(value) {
		e.place(key, value)
		db.entries[e.key] = e // the map's key, too, leaves the old block
	}
}

// place gives the entry a block of its own with key and value.
func (e *entry) place(key, value []byte) {
	block := make([]byte, len(key)+len(value))
	e.key = unsafe.String(unsafe.SliceData(block), copy(block, key))
	e.value.data = block[len(key):]
	copy(e.value.data, value)
}

// replace stores a copy of b, if it fits in the room of the old value and does
// not waste half of it.
func (v *Value) replace(b []byte) bool {
	if n := cap(v.data); len(b) > n || len(b) < n/2 {
		return false
	}
	v.data = append(v.data[:0], b...)
	return true
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
	db.entries = map[string]*entry{}
	db.first, db.last, db.volatile = nil, nil, nil
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

// add makes an entry for a key that is not there.
func (db *DB) add(key, value []byte) {
	db.makeRoom()
	e := &entry{prev: db.last, epoch: db.snapshot.epoch}
	e.place(key, value)
	if db.last == nil {
		db.first = e
	} else {
		db.last.next = e
	}
	db.last = e
	db.entries[e.key] = e
}

// removeUnasked deletes an entry that has expired or is evicted.
func (db *DB) removeUnasked(e *entry) {
	db.remove(e)
	if db.deleted != nil {
		db.deleted(e.key)
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
	delete(db.entries, e.key)
}
