// evict.go: which key goes when there are too many.
//
// The first policy is the simplest that can be told in a sentence: the key that
// was set first goes first (simple-first). It knows nothing of how a key is
// used: the one that everybody asks for goes as soon as the one that nobody
// does. Chapter 5 looks for better ones. Redis: evict.c, performEvictions.

package keyspace

// SetMaxKeys changes how many keys there may be, 0 is no limit, and returns how
// many might be before. Those that are too many go when the next one comes.
func (db *DB) SetMaxKeys(n int) (before int) {
	before, db.maxKeys = db.maxKeys, n
	return before
}

// makeRoom evicts until one more key fits.
func (db *DB) makeRoom() {
	for db.maxKeys > 0 && len(db.entries) >= db.maxKeys {
		db.removeUnasked(db.first)
	}
}
