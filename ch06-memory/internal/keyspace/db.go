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
// A database is a dict of objects, each a block of memory outside of Go's heap with
// key and value in it, and a list of those that have a time to live, from which the
// expire cycle draws its samples:
//
//	dict      buckets of references ─▶ | head | key | value | expiry |
//	volatile  [ ref, ref ]              an object's place in it is in its expiry
//
// Redis: db.c.
package keyspace

import (
	"bytes"
	"time"
	"unsafe"

	"redis-internals/ch06/internal/object"
	"redis-internals/ch06/internal/structures/dict"
	"redis-internals/ch06/internal/zmalloc"
)

// DB is a database.
type DB struct {
	ID int // its number
	contents

	ks *Keyspace
}

// contents is all that a database holds. Two databases may swap theirs.
type contents struct {
	dict     *dict.Dict
	volatile refList
	snapshot snapshot
	last     ref    // the object that was found or set last, while it is there; or 0
	lastHash uint64 // its key's hash
	avgTTL   int64  // milliseconds; of the keys that the expire cycle has seen
}

func newContents() contents { return contents{dict: dict.New(objects)} }

// objects says how the dict gets at a key.
var objects = &dict.Type{Key: func(r zmalloc.Ref) []byte { return object.At(r).Key() }}

// ref names an object's block; 0 is none.
type ref = zmalloc.Ref

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
	_, r := db.lookup(key)
	if r == 0 {
		db.ks.Stats.Misses++
		return nil
	}
	db.ks.Stats.Hits++
	return object.At(r)
}

// LookupWrite is LookupRead for a command that means to change the key. It is no
// hit or miss. O(1). Redis: db.c, lookupKeyWrite.
func (db *DB) LookupWrite(key []byte) *object.Object {
	_, r := db.lookup(key)
	if r == 0 {
		return nil
	}
	o := object.At(r)
	o.Touch(db.ks.clock)
	return o
}

// find finds a key, whether it has expired or not; r is 0 if there is none. One
// command asks for its key several times, to read it, to set it, to make it expire:
// the last one found is remembered. O(1).
func (db *DB) find(key []byte) (hash uint64, r ref) {
	if db.last != 0 && bytes.Equal(object.At(db.last).Key(), key) {
		return db.lastHash, db.last
	}
	hash = dict.Hash(key)
	return hash, db.findHashed(hash, key)
}

// findHashed is find for a key whose hash is known.
func (db *DB) findHashed(hash uint64, key []byte) ref {
	db.last, db.lastHash = db.dict.Find(hash, key), hash
	return db.last
}

// lookup finds a key. One that has expired is deleted on the way: nobody sees
// it again, however late the expire cycle comes by.
func (db *DB) lookup(key []byte) (hash uint64, r ref) {
	hash, r = db.find(key)
	if r != 0 && db.expired(r) {
		db.removeExpired(r)
		return hash, 0
	}
	return hash, r
}

// Set makes key hold a copy of value. A time to live is dropped unless keepTTL.
// A key that is new may push another one out: see evict.go. O(1). Redis: db.c,
// setKey.
func (db *DB) Set(key, value []byte, keepTTL bool) {
	db.set(key, object.StringValue(value), keepTTL)
}

// SetInt makes key hold a number. It keeps its time to live. O(1).
func (db *DB) SetInt(key []byte, n int64) {
	if _, r := db.lookup(key); r != 0 && object.At(r).Encoding() == object.Int { // a counter
		db.beforeChange(r)
		object.At(r).SetNumber(n)
		object.At(r).Touch(db.ks.clock)
		return
	}
	db.set(key, object.IntValue(n), true)
}

func (db *DB) set(key []byte, v object.Value, keepTTL bool) {
	hash, r := db.lookup(key)
	if r == 0 {
		db.ks.makeRoom()
		r = object.New(key, v)
		db.insert(hash, r)
	} else {
		db.beforeChange(r)
		if !keepTTL && object.At(r).Expires() {
			r = db.setExpireAt(r, hash, 0)
		}
		r = db.moved(hash, r, object.Set(r, v))
	}
	object.At(r).Touch(db.ks.clock)
}

// moved says that an object is at another place now, if it is.
func (db *DB) moved(hash uint64, from, to ref) ref {
	if from != to {
		if db.last == from {
			db.last = to
		}
		db.dict.Replace(hash, from, to)
		if o := object.At(to); o.Expires() {
			db.volatile.set(o.Place(), to)
		}
	}
	return to
}

// Delete deletes key, and reports whether it was there. O(1). Redis: db.c,
// dbGenericDelete.
func (db *DB) Delete(key []byte) bool {
	_, r := db.lookup(key)
	if r == 0 {
		return false
	}
	db.remove(r)
	object.Free(r)
	return true
}

// Len is the number of keys. Those that have expired and were not noticed yet
// count. O(1).
func (db *DB) Len() int { return db.dict.Len() }

// Flush deletes all keys. A snapshot goes on with the old ones, which are freed when
// it has them. O(n).
func (db *DB) Flush() {
	db.ks.keys -= db.Len()
	old := db.contents
	db.contents = newContents()
	db.snapshot = old.snapshot
	old.volatile.free()
	if !db.snapshot.keeps(old.dict) {
		old.dict.Clear(object.Free)
	}
}

// MemoryUsage is how many bytes a key takes: its block, and its part of the tables.
// ok is false if it is not there. It is no use of the key.
func (db *DB) MemoryUsage(key []byte) (bytes int, ok bool) {
	_, r := db.lookup(key)
	if r == 0 {
		return 0, false
	}
	main, _ := db.TableMemory()
	bytes = zmalloc.Size(r) + main/db.Len()
	if object.At(r).Expires() {
		bytes += refSize
	}
	return bytes, true
}

// BlockSize is how many bytes a key's block takes; 0 if it is not there. O(1).
func (db *DB) BlockSize(key []byte) int {
	if _, r := db.lookup(key); r != 0 {
		return zmalloc.Size(r)
	}
	return 0
}

// TableMemory is how many bytes the dict's tables take, and the list of keys that
// expire.
func (db *DB) TableMemory() (main, expires int) {
	return db.dict.MemoryUsage(), len(db.volatile.chunks) * perChunk * refSize
}

// Rehash moves on with a dict that is being resized, for as long as budget, and
// reports whether there is more to do. Redis: server.c, databasesCron.
func (ks *Keyspace) Rehash(budget time.Duration) (more bool) {
	start := time.Now()
	for _, db := range ks.dbs {
		for db.dict.Rehash(bucketsAtATime) {
			if time.Since(start) > budget {
				return true
			}
		}
	}
	return false
}

const bucketsAtATime = 16

// Walk calls visit with each key that has not expired. visit must not change the
// database. The keys are borrowed until it changes. O(n).
func (db *DB) Walk(visit func(key string)) {
	for i, more := uint64(0), true; more; {
		i, more = db.dict.Walk(i, func(r ref) {
			if !db.expired(r) {
				visit(keyOf(r))
			}
		})
	}
}

// RandomKey returns one of the keys that have not expired, each as likely as the
// others; false if there is none. It is borrowed. What it meets on the way that has
// expired is deleted. O(1), more where much has expired. Redis: db.c, dbRandomKey.
func (db *DB) RandomKey() (key string, ok bool) {
	for {
		r := db.dict.Random(db.ks.random)
		switch {
		case r == 0:
			return "", false
		case !db.expired(r):
			return keyOf(r), true
		}
		db.removeExpired(r)
	}
}

// keyOf is an object's key, in its block: good for as long as that.
func keyOf(r ref) string {
	key := object.At(r).Key()
	return unsafe.String(unsafe.SliceData(key), len(key))
}

// insert adds an object.
func (db *DB) insert(hash uint64, r ref) {
	object.At(r).SetEpoch(db.snapshot.epoch)
	db.dict.Insert(hash, r)
	db.last, db.lastHash = r, hash
	db.ks.keys++
}

// removeUnasked deletes an object that has expired or is evicted.
func (db *DB) removeUnasked(r ref) {
	db.remove(r)
	if db.ks.Deleted != nil {
		db.ks.Deleted(db, keyOf(r))
	}
	object.Free(r)
}

// remove takes an object out. It is the caller's to free.
func (db *DB) remove(r ref) {
	db.beforeChange(r)
	o := object.At(r)
	if o.Expires() {
		db.dropVolatile(o.Place())
	}
	hash, _ := db.find(o.Key())
	db.dict.Delete(hash, o.Key())
	db.last = 0
	db.ks.keys--
}
