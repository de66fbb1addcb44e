// db.go: one database: look up, set, delete. Redis: db.c.

package keyspace

// DB is a database.
type DB struct {
	ID int // its number
	contents

	ks *Keyspace
}

// contents is all that a database holds.
type contents struct {
	entries     map[string]*entry
	first, last *entry // in the order in which the keys came
	volatile    volatile
	snapshot    snapshot
}

func newContents() contents { return contents{entries: map[string]*entry{}} }

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
	if !e.value.set(value) {
		e.move(key, len(value))
		e.value.set(value)
		db.entries[e.name()] = e
	}
}

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

// insert adds an entry, as the last one in the order.
func (db *DB) insert(e *entry) {
	e.SetEpoch(db.snapshot.epoch)
	e.prev = db.last
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
	delete(db.entries, e.name())
	db.ks.keys--
}
