// evict.go: which key goes when there are too many.
//
// The first policy is the simplest that can be told in a sentence: the key that
// was set first goes first (simple-first). It knows nothing of how a key is
// used: the one that everybody asks for goes as soon as the one that nobody
// does. Chapter 5 looks for better ones. Redis: evict.c, performEvictions.

package keyspace

// Eviction is how many keys there may be.
type Eviction struct {
	MaxKeys int // in all databases; 0 is no limit
}

// makeRoom evicts until one more key fits.
func (ks *Keyspace) makeRoom() {
	for ks.Eviction.MaxKeys > 0 && ks.keys >= ks.Eviction.MaxKeys && ks.evictOne() {
	}
}

// evictOne evicts a key. It reports false if none may go.
func (ks *Keyspace) evictOne() bool {
	db, e := ks.firstSet()
	if e == nil {
		return false
	}
	db.remove(e)
	return true
}

// firstSet is the key that was set first, of the first database that has any.
func (ks *Keyspace) firstSet() (*DB, *entry) {
	for _, db := range ks.dbs {
		if db.first != nil {
			return db, db.first
		}
	}
	return nil, nil
}
