// rename.go: a value under another key: moved there, or copied.
//
// A key stands in the block of its object, so it cannot change there: another block is made
// for the new one. What is large stays where it is, since the block has but its root:
//
//	RENAME a b    | a | root |──┐         COPY a b    | a | root |──▶ set
//	              | b | root |──┴▶ set                | b | root |──▶ another set
//
// Redis: db.c, renameGenericCommand and copyCommand.

package keyspace

import (
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/dict"
)

// Rename gives a key that is there another name, which it takes from whatever has it now.
// The time to live goes along. from and to must differ. O(1) for a collection, O(length) for
// a string.
func (db *DB) Rename(from, to []byte) {
	db.Delete(to)
	e := db.find(from)
	db.remove(e)
	e = object.Rename(e, to)
	db.insert(dict.Hash(to), e)
}

// Copy copies a key that is there to another one, of this database or of another, in the
// place of whatever that is now; its time to live, too. O(n).
func (db *DB) Copy(from []byte, target *DB, to []byte) {
	target.Delete(to)
	e := db.find(from)
	db.snapshot.left = db.snapshot.left || target != db
	copied := object.Clone(e, to, e.ExpireAt(), &db.ks.env)
	copied.Touch(db.ks.fresh)
	target.insert(dict.Hash(to), copied)
}
