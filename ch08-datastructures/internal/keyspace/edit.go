// edit.go: changing a collection where it stands.
//
// A string is replaced as a whole, so Set is enough for it. A collection is looked up,
// changed element by element, and may be empty in the end; then its key must go. All
// commands do it in these steps:
//
//	Edit     the object, or none; of another type: the command is refused.
//	         A snapshot has seen it by then as it was
//	Create   if there was none
//	...      the command adds and removes
//	Done     who watches the key is told, if something has changed; an empty one goes
//
// Redis: db.c, lookupKeyWrite, dbAdd, signalModifiedKey; every t_*.c deletes the key that it
// has emptied.

package keyspace

import (
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/dict"
)

// Env is what the collections of the keyspace need to know.
func (db *DB) Env() *object.Env { return &db.ks.env }

// SetLimits changes from which size on collections are kept in the large way: those that
// are changed from now on.
func (ks *Keyspace) SetLimits(l object.Limits) { ks.env.Limits = l }

// Edit finds the object that a command means to change in place: nil if there is none. ok
// is false if it is of another type. It counts as a use of the key, and as no hit or miss.
// The object is good until Done, whatever becomes of other keys. O(1).
func (db *DB) Edit(key []byte, t object.Type) (o *object.Object, ok bool) {
	o = db.LookupWrite(key)
	switch {
	case o == nil:
		return nil, true
	case o.Type() != t:
		return nil, false
	}
	if db.snapshot.open {
		db.dumpOrKeep(o)
	}
	return o, true
}

// Create makes an empty collection at a key that is not there. O(1).
func (db *DB) Create(key []byte, t object.Type) *object.Object {
	o := object.NewCollection(key, t, &db.ks.env)
	o.Touch(db.ks.fresh)
	db.insert(dict.Hash(key), o)
	return o
}

// Done says that the command has changed so many elements of what Edit or Create gave it.
// It tells whoever watches the key, and deletes it if it is empty: then the object is gone.
// O(1).
func (db *DB) Done(o *object.Object, changed int) {
	if changed > 0 {
		db.tell(o)
	}
	if o.Count() == 0 {
		db.remove(o)
		db.ks.free(o)
	}
}

// Store puts a collection that is in no database in the place of whatever its key holds.
// It never expires. Who waits for the key is told only if nothing was there, as in Redis. O(1),
// and the freeing of what was there. Redis: db.c, setKey and dbOverwrite.
func (db *DB) Store(o *object.Object) {
	o.Touch(db.ks.fresh)
	if e := db.lookup(o.Key()); e != nil {
		if ks := db.ks; ks.counted {
			ks.countBySet(e)
		} else {
			e.Touch(ks.clock)
		}
		o.Touch(e.Used())
		db.remove(e)
		db.ks.free(e)
		db.add(dict.Hash(o.Key()), o)
		return
	}
	db.insert(dict.Hash(o.Key()), o)
}

// EditString gives the string at a key to be changed in place, at least n bytes long: what
// it has not had is zeros. If there is none it makes an empty one. What is there must be a
// string. Changed must follow if it does change. Amortised O(1) for each byte that is new.
func (db *DB) EditString(key []byte, n int) *object.Object {
	o := db.lookup(key)
	if o == nil {
		hash := db.lastHash
		db.ks.makeRoom()
		o = object.Extend(object.New(key, object.RawValue(nil), 0), n)
		o.Touch(db.ks.fresh)
		db.insert(hash, o)
		return o
	}
	if ks := db.ks; ks.counted {
		ks.countBySet(o)
	} else {
		o.Touch(ks.clock)
	}
	if db.snapshot.open {
		db.dumpOrKeep(o)
	}
	return db.moved(o, object.Extend(o, n))
}

// Changed tells whoever watches the key that the object has changed.
func (db *DB) Changed(o *object.Object) { db.tell(o) }
