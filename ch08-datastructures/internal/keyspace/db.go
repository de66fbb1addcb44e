// db.go: one database: look up, set, delete. Redis: db.c.

package keyspace

import (
	"bytes"

	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/zmalloc"
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
	volatile volatile
	snapshot snapshot
	last     *entry // the one that was found or set last, while it is there; or nil
	lastHash uint64 // the hash of the key that was looked for last, found or not
	avgTTL   int64  // milliseconds; of the keys that the expire cycle has seen
}

func newContents() contents { return contents{dict: dict.New(objects)} }

// entry is one key with what belongs to it: all of that is in the object's block. A
// pointer to it is good until the key is written. Who keeps one keeps a ref.
type entry = object.Object

// ref names an entry's block; 0 is none.
type ref = zmalloc.Ref

// objects says how the dict gets at a key.
var objects = &dict.Type{Key: func(r ref) []byte { return object.At(r).Key() }}

// LookupRead returns the value of key, or nil if there is none, or it has
// expired. It counts as a use of the key. The object is good until the key is
// written. O(1). Redis: db.c, lookupKeyRead.
func (db *DB) LookupRead(key []byte) *object.Object {
	o := db.Peek(key)
	if o != nil {
		if ks := db.ks; ks.counted {
			ks.count(o)
		} else {
			o.Touch(ks.clock)
		}
	}
	return o
}

// Peek is LookupRead for a command that asks about the key and does not use it.
// Redis: LOOKUP_NOTOUCH.
func (db *DB) Peek(key []byte) *object.Object {
	e := db.lookup(key)
	if e == nil {
		db.ks.Stats.Misses++
		if missed := db.ks.Observer.Missed; missed != nil {
			missed(db, key)
		}
		return nil
	}
	db.ks.Stats.Hits++
	return e
}

// Look is Peek for a command about the object itself: that it is not there nobody is told.
// Redis: LOOKUP_NONOTIFY.
func (db *DB) Look(key []byte) *object.Object {
	e := db.lookup(key)
	if e == nil {
		db.ks.Stats.Misses++
		return nil
	}
	db.ks.Stats.Hits++
	return e
}

// LookupWrite is LookupRead for a command that means to change the key. It is no
// hit or miss. O(1). Redis: db.c, lookupKeyWrite.
func (db *DB) LookupWrite(key []byte) *object.Object {
	e := db.lookup(key)
	if e == nil {
		return nil
	}
	if ks := db.ks; ks.counted {
		ks.countToWrite(e)
	} else {
		e.Touch(ks.clock)
	}
	return e
}

// find finds a key, whether it has expired or not. One command asks for its key several
// times, to read it, to set it, to make it expire: the last one found is remembered. O(1).
func (db *DB) find(key []byte) *entry {
	if db.last != nil && bytes.Equal(db.last.Key(), key) {
		return db.last
	}
	return db.findHashed(dict.Hash(key), key)
}

// findHashed is find for a key whose hash is known.
func (db *DB) findHashed(hash uint64, key []byte) *entry {
	db.last, db.lastHash = nil, hash
	if r := db.dict.Find(hash, key); r != 0 {
		db.last = object.At(r)
	}
	return db.last
}

// hashOf is the hash of an entry's key.
func (db *DB) hashOf(e *entry) uint64 {
	if e == db.last {
		return db.lastHash
	}
	return dict.Hash(e.Key())
}

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
// may push another one out: see evict.go. O(1). Redis: db.c, setKey.
func (db *DB) Set(key, value []byte, expiry Expiry) {
	db.set(key, object.StringValue(value), expiry)
}

// SetText is Set for a value that stays text, also if it reads like a number, and for a key
// that keeps its time to live.
func (db *DB) SetText(key, value []byte) { db.set(key, object.TextValue(value), Keep) }

// SetRaw is Set for bytes that are kept as they are, however short; the key never expires.
func (db *DB) SetRaw(key, value []byte) { db.set(key, object.RawValue(value), Never) }

// SetInt makes key hold a number. It keeps its time to live. O(1).
func (db *DB) SetInt(key []byte, n int64) {
	if e := db.lookup(key); e != nil && e.Encoding() == object.Int { // a counter
		db.changing(e)
		if !e.Kept() {
			e.SetNumber(n)
			if ks := db.ks; ks.counted {
				ks.countBySet(e)
			} else {
				e.Touch(ks.clock)
			}
			return
		}
	}
	db.set(key, object.IntValue(n), Keep)
}

// set gives a key its value and its expiry at once: most often its block has the right
// size for both, and nothing moves.
func (db *DB) set(key []byte, v object.Value, expiry Expiry) {
	e := db.lookup(key)
	if e == nil {
		hash := db.lastHash // before room is made, which looks for other keys
		db.ks.makeRoom()
		e = object.New(key, v, max(0, int64(expiry))) // Keep is never, too
		e.Touch(db.ks.fresh)
		db.insert(hash, e)
		return
	}
	if ks := db.ks; ks.counted {
		ks.countBySet(e)
	} else {
		e.Touch(ks.clock)
	}
	if e.IsCollection() {
		at, hash, used := expiry.of(e), db.hashOf(e), e.Used()
		db.remove(e)
		db.ks.free(e)
		e = object.New(key, v, at)
		e.Touch(used)
		db.add(hash, e)
	} else {
		db.changing(e)
		at, place := db.enlist(e, expiry)
		db.moved(e, object.SetValue(e, v, at, place))
	}
}

// moved puts a block's new place into the dict and into volatile, if it has one, and
// returns it.
func (db *DB) moved(from, to *entry) *entry {
	if from != to {
		if from == db.last {
			db.last = to
		}
		db.dict.Replace(db.hashOf(to), from.Ref(), to.Ref())
		if to.Expires() {
			db.volatile.set(to.Place(), to)
		}
	}
	return to
}

// Delete deletes key, and reports whether it was there. O(1). Redis: db.c,
// dbGenericDelete.
func (db *DB) Delete(key []byte) bool {
	e := db.lookup(key)
	if e == nil {
		return false
	}
	db.remove(e)
	db.ks.free(e)
	return true
}

// Bare returns what lies at a key, whether it has expired or not; nil if nothing does. It is
// no use of the key, and no hit or miss. O(1). Redis: debug.c looks into the dict like that.
func (db *DB) Bare(key []byte) *object.Object { return db.find(key) }

// Each calls visit with all objects, those that have expired, too. visit must not change the
// database. O(n).
func (db *DB) Each(visit func(o *object.Object)) {
	for i, more := uint64(0), true; more; {
		i, more = db.dict.Walk(i, func(r ref) { visit(object.At(r)) })
	}
}

// Len is the number of keys. Those that have expired and were not noticed yet
// count. O(1).
func (db *DB) Len() int { return db.dict.Len() }

// Flush deletes all keys. O(n).
func (db *DB) Flush() { db.empty().Clear(db.ks.freeNow) }

// FlushLater deletes all keys, and leaves their memory to Reclaim. O(1).
func (db *DB) FlushLater() { db.ks.doomed.add(db.empty()) }

// empty makes the database empty, and returns what held its keys.
func (db *DB) empty() *dict.Dict {
	db.tellReplaced(nil)
	db.ks.keys -= db.Len()
	old := db.contents
	db.contents = newContents()
	db.snapshot = old.snapshot
	db.cutSnapshot()
	old.volatile.free()
	return old.dict
}

// Walk calls visit with each key that has not expired. visit must not change the
// database. O(n).
func (db *DB) Walk(visit func(key []byte)) {
	for i, more := uint64(0), true; more; {
		i, more = db.dict.Walk(i, func(r ref) {
			if e := object.At(r); !db.expired(e) {
				visit(e.Key())
			}
		})
	}
}

// Scan calls visit with about n keys from cursor on that have not expired, and returns the
// cursor for the next ones; 0 begins, and 0 is the end. What stays in the database from the
// beginning to the end is met, some of it more than once. visit must not change the
// database. What is met and has expired is deleted. O(n). Redis: db.c, scanGenericCommand.
func (db *DB) Scan(cursor uint64, n int, visit func(o *object.Object)) (next uint64) {
	var dead []ref // not deleted at once, since the dict must not change
	met := 0
	for buckets := n * bucketsPerKey; buckets > 0 && met < n; buckets-- {
		cursor = db.dict.Scan(cursor, func(r ref) {
			met++
			if e := object.At(r); db.expired(e) {
				dead = append(dead, r)
			} else {
				visit(e)
			}
		})
		if cursor == 0 {
			break
		}
	}
	for _, r := range dead {
		db.removeExpired(object.At(r))
	}
	return cursor
}

// bucketsPerKey is how many buckets Scan looks at for one key, at most: most may be empty.
const bucketsPerKey = 10

// RandomKey returns one of the keys that have not expired, each as likely as the
// others; false if there is none. It is borrowed. What it meets on the way that has
// expired is deleted. O(1), more where much has expired. Redis: db.c, dbRandomKey.
func (db *DB) RandomKey() (key []byte, ok bool) {
	for tries := 0; db.Len() > 0; tries++ {
		e := object.At(db.dict.Random(db.ks.random))
		if !db.expired(e) {
			return e.Key(), true
		}
		if db.removeExpired(e); db.ks.Frozen && tries == triesFrozen {
			break
		}
	}
	return nil, false
}

// triesFrozen is how many keys that have expired RandomKey meets where none is deleted, until
// it takes all for such.
const triesFrozen = 100

// insert adds an entry, whose key has that hash, and tells who wants to know of keys that are
// new, or waits for such a key.
func (db *DB) insert(hash uint64, e *entry) {
	db.add(hash, e)
	if added := db.ks.Observer.Added; added != nil {
		added(db, e.Key())
	}
	if created := db.ks.Observer.Created; created != nil && e.IsCollection() {
		created(db, e.Key())
	}
}

// add is insert for a key that had another value until now: it is nothing that one waits for.
func (db *DB) add(hash uint64, e *entry) {
	db.tell(e)
	e.SetEpoch(db.snapshot.epoch)
	if e.Expires() {
		e.SetPlace(db.volatile.push(e))
	}
	db.dict.Insert(hash, e.Ref())
	db.last, db.lastHash = e, hash
	db.ks.keys++
}

// changing is called before an entry changes or goes. Every change of a key that is
// there passes here, in whatever way it comes about; insert has the keys that are
// new. So this is the place to tell whoever must see what the entry still is.
func (db *DB) changing(e *entry) {
	if db.snapshot.open || db.ks.Observer.Changing != nil {
		db.announce(e)
	}
}

// announce is the rare part of changing, which so is short enough to cost no call.
func (db *DB) announce(e *entry) {
	db.tell(e)
	if db.snapshot.open {
		db.dumpOrKeep(e)
	}
}

// removeUnasked deletes an entry that has expired or is evicted.
func (db *DB) removeUnasked(e *entry, why Reason) {
	db.remove(e)
	if db.ks.Deleted != nil {
		db.ks.Deleted(db, e.Key(), why)
	}
	db.ks.free(e)
}

// remove takes out an entry that is there. It is the caller's to free.
func (db *DB) remove(e *entry) {
	db.changing(e)
	if e.Expires() {
		db.volatile.drop(e.Place())
	}
	db.dict.Delete(db.hashOf(e), e.Key())
	db.last = nil
	db.ks.keys--
}
