// memory.go: what a database takes, and what it needs done for it between requests.
// Redis: object.c, objectComputeSize and memoryCommand.

package keyspace

import (
	"time"

	"redis-internals/ch08/internal/zmalloc"
)

// MemoryUsage is how many bytes a key takes: its block, its collection, and its part of the
// tables. So many elements of a collection tell how long the others are; 0 is all. ok is
// false if the key is not there. It is no use of it. O(samples).
func (db *DB) MemoryUsage(key []byte, samples int) (bytes int, ok bool) {
	e := db.lookup(key)
	if e == nil {
		return 0, false
	}
	main, _ := db.TableMemory()
	bytes = e.MemoryUsage(samples) + main/db.Len()
	if e.Expires() {
		bytes += refSize
	}
	return bytes, true
}

// BlockSize is how many bytes a key's block takes, whether it has expired or not; 0 if
// it is not there. O(1).
func (db *DB) BlockSize(key []byte) int {
	if e := db.find(key); e != nil {
		return zmalloc.Size(e.Ref())
	}
	return 0
}

// TableMemory is how many bytes the dict's tables take, and the list of keys that
// expire.
func (db *DB) TableMemory() (main, expires int) {
	return db.dict.MemoryUsage(), db.volatile.memoryUsage()
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
