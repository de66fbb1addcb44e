// snapshot.go: all keys as they were at one moment, dumped while commands go on.
//
// Redis forks: the child process has the memory as it was, and the kernel copies
// each page that the parent changes. Here the same is done key by key. A walk
// comes by every key and dumps it, a slice of time at a time; and whoever changes
// a key that the walk has not reached dumps it first, as it still is:
//
//	buckets  │ a b c │ d e │ f g h i │ j │
//	epoch      7 7 7   7 7   6 6 7 6   6
//	                         ▲ at  │
//	                         │     └ h was changed: dumped before
//	                         └ the walk is here
//
// An object's epoch is the number of the last snapshot that need not look at it
// again: it was dumped, or is newer than the start. So every key is dumped once,
// with the value that it had when the snapshot began. The walk is a SCAN: it meets all
// that stays, however the dict grows meanwhile, and what it meets twice is dumped once.
// Redis: aof.c, rewriteAppendOnlyFileBackground.

package keyspace

import (
	"time"

	"redis-internals/ch08/internal/object"
)

// DumpFunc gets a key of a snapshot: the number its database had when the
// snapshot began, its value, and when it expires (Unix milliseconds, 0 for
// never). It keeps none of them.
type DumpFunc func(db int, key []byte, value *object.Object, expireAt int64)

// snapshot is the state of the walk through one database.
type snapshot struct {
	dump      DumpFunc // nil if there is none
	db        int      // the number to dump
	walking   bool     // the walk is not through
	at        uint64   // where it is: a cursor of Scan
	epoch     uint8    // changes with every snapshot
	abandoned int      // snapshots given up in a row: keys may still bear their epochs
}

const (
	keyCost   = 64        // of coming by a key, in bytes of a value that cost as much
	clockCost = 16 * 64   // after which the walk looks at the clock
	sliceCost = 128 << 10 // after which a step ends in any case
)

// StartSnapshot begins a snapshot of what the databases hold now: dump is called
// once with each key that has not expired, from SnapshotStep or from a write
// before it changes the key. There must be none yet. What is flushed before it is
// dumped is left out. O(databases).
func (ks *Keyspace) StartSnapshot(dump DumpFunc) {
	ks.snapshotCut = false
	for _, db := range ks.dbs {
		s := &db.snapshot
		if s.abandoned == object.Epochs-2 {
			db.renewEpochs()
		}
		s.dump, s.db, s.walking, s.at = dump, db.ID, true, 0
		s.epoch = (s.epoch + 1) % object.Epochs
	}
}

// renewEpochs makes all objects look dumped by the last snapshot. O(n), but it
// happens only after several snapshots in a row were given up.
func (db *DB) renewEpochs() {
	for i, more := uint64(0), true; more; {
		i, more = db.dict.Walk(i, func(r ref) { object.At(r).SetEpoch(db.snapshot.epoch) })
	}
	db.snapshot.abandoned = 0
}

// SnapshotStep dumps keys for as long as budget, but not many bytes after a large
// value, and reports whether there are more. When there are none the snapshot has
// ended.
func (ks *Keyspace) SnapshotStep(budget time.Duration) (more bool) {
	start, cost, looked := time.Now(), 0, 0
	for _, db := range ks.dbs {
		s, left := &db.snapshot, false
		visit := func(r ref) {
			if left = cost >= sliceCost; left { // the rest of the bucket is for the next step
				return
			}
			e := object.At(r)
			cost += keyCost
			if e.Epoch() != s.epoch {
				cost += e.Len()
			}
			db.dumpOnce(e)
		}
		for s.walking {
			cost += keyCost // also of a bucket that is empty
			next := db.dict.Scan(s.at, visit)
			if left {
				return true
			}
			if s.at = next; next == 0 {
				s.walking, s.abandoned = false, 0
			}
			if cost-looked < clockCost {
				continue
			}
			if looked = cost; cost >= sliceCost || time.Since(start) > budget {
				return true
			}
		}
	}
	ks.EndSnapshot()
	return false
}

// EndSnapshot gives the snapshot up.
func (ks *Keyspace) EndSnapshot() {
	for _, db := range ks.dbs {
		s := &db.snapshot
		if s.walking {
			s.abandoned++
		}
		s.dump, s.walking = nil, false
	}
}

// SnapshotCut reports whether the last snapshot lacks keys that were flushed. It is
// of use only together with the log of what happened since it began.
func (ks *Keyspace) SnapshotCut() bool { return ks.snapshotCut }

// cutSnapshot ends the walk through a database that is being flushed: what it has not
// come to is not dumped, and nothing that was flushed stays in memory for it. The log
// repeats the flush, and until there it does not miss those keys: a command that
// changed one has dumped it, and none depends on a key that it does not change. (One
// that did would have to call changing for what it reads.)
func (db *DB) cutSnapshot() {
	s := &db.snapshot
	db.ks.snapshotCut = db.ks.snapshotCut || s.walking
	s.walking, s.abandoned = false, 0
}

// dumpOnce dumps an entry, if the snapshot still has to.
func (db *DB) dumpOnce(e *entry) {
	if s := &db.snapshot; e.Epoch() != s.epoch {
		e.SetEpoch(s.epoch)
		if !db.expired(e) {
			s.dump(s.db, e.Key(), e, e.ExpireAt())
		}
	}
}
