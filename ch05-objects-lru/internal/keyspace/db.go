// db.go: one database: look up, set, delete. Redis: db.c.

package keyspace

import "redis-internals/ch05/internal/object"

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
	volatile    volatile
	snapshot    snapshot
	avgTTL      int64 // milliseconds; of the keys that the expire cycle has seen
}

func newContents() contents { return contents{entries: map[string]*entry{}} }

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

// find finds a key, whether it has expired or not. O(1).
func (db *DB) find(key []byte) *entry { return db.entries[string(key)] }

// lookup finds a key. One that has expired is deleted on the way: nobody sees
// it again, however late the expire cycle comes by.
func (db *DB) lookup(key []byte) *entry {
	e := db.find(key)
	if e != nil && db.expired(e) {
		db.removeExpired(e)
		return nil
	}
	return e
}

// Set makes key hold a copy of value, and expire as expiry says. A key that is new
// may push another one out: see evict.go. O(1), with two allocations for a new key,
// one for a value that is longer than the old one's room, and none else. Redis:
// db.c, setKey.
func (db *DB) Set(key, value []byte, expiry Expiry) {
	e := db.writable(key, len(value), expiry)
	if !e.object.SetString(value) {
		e.move(key, len(value))
		e.object.SetString(value)
		db.entries[e.name()] = e
	}
}

// SetInt makes key hold a number. It keeps its time to live. O(1), with two
// allocations for a new key.
func (db *DB) SetInt(key []byte, n int64) { db.writable(key, 0, Keep).object.SetInt(n) }

// writable returns the entry of key for the caller to overwrite: one with the old
// value still, or a new one with room for so many bytes. It expires as expiry says.
func (db *DB) writable(key []byte, room int, expiry Expiry) *entry {
	e := db.lookup(key)
	if e == nil {
		db.ks.makeRoom()
		e = &entry{}
		e.move(key, room)
		db.insert(e)
	}
	db.changing(e)
	db.setExpiry(e, expiry)
	e.object.Touch(db.ks.clock)
	return e
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

// Flush deletes all keys. O(1); the garbage collector does the rest.
func (db *DB) Flush() {
	db.ks.keys -= db.Len()
	old := db.contents
	db.contents = newContents()
	db.snapshot = old.snapshot
	db.cutSnapshot()
}

// Walk calls visit with each key that has not expired, in the order in which
// they were added. visit must not change the database. O(n).
func (db *DB) Walk(visit func(key []byte)) {
	for e := db.first; e != nil; e = e.next {
		if !db.expired(e) {
			visit(e.Key())
		}
	}
}

// RandomKey returns one of the keys that have not expired, each as likely as the
// others; false if there is none. It is borrowed. What it meets on the way that has
// expired is deleted. O(1), more where much has expired. Redis: db.c, dbRandomKey.
func (db *DB) RandomKey() (key []byte, ok bool) {
	for len(db.all) > 0 {
		e := db.all[db.ks.random.IntN(len(db.all))]
		if !db.expired(e) {
			return e.Key(), true
		}
		db.removeExpired(e)
	}
	return nil, false
}

// insert adds an entry, as the last one in the order.
func (db *DB) insert(e *entry) {
	e.SetEpoch(db.snapshot.epoch)
	e.prev, e.next, e.at = db.last, nil, len(db.all)
	db.all = append(db.all, e)
	if db.last == nil {
		db.first = e
	} else {
		db.last.next = e
	}
	db.last = e
	db.entries[e.name()] = e
	db.ks.keys++
}

// changing is called before an entry changes or goes. Every change of a key that is
// there passes here, in whatever way it comes about; insert has the keys that are
// new. So this is the place to tell whoever must see what the entry still is.
func (db *DB) changing(e *entry) {
	if db.snapshot.open {
		db.dumpOrKeep(e)
	}
}

// removeUnasked deletes an entry that has expired or is evicted.
func (db *DB) removeUnasked(e *entry) {
	db.remove(e)
	if db.ks.Deleted != nil {
		db.ks.Deleted(db, e.Key())
	}
}

// remove deletes an entry that is there.
func (db *DB) remove(e *entry) {
	db.changing(e)
	if db.snapshot.next == e {
		db.snapshot.next = e.next
	}
	db.setExpiry(e, Never)
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
	delete(db.entries, e.name())
	db.ks.keys--
}
