// snapshot.go: all keys as they were at one moment, dumped while commands go on.
//
// Redis forks: the child process has the memory as it was, and the kernel copies
// each page that the parent changes. Here the same is done key by key. A walk
// comes by every key and dumps it, a slice of time at a time; and whoever changes
// a key that the walk has not reached dumps it first, as it still is:
//
//	order    a ── b ── c ── d ── e ── f        f was added after the start
//	epoch    7    7    6    7    6    7
//	                   ▲ next    │
//	                   │         └ not dumped yet: a write to e dumps it first
//	                   └ the walk is here; d was changed, so it has been dumped
//
// An entry's epoch is the number of the last snapshot that need not look at it
// again: it was dumped, or is newer than the start. So every key is dumped once,
// with the value that it had when the snapshot began. Redis: aof.c,
// rewriteAppendOnlyFileBackground.

package keyspace

import (
	"time"

	"redis-internals/ch05/internal/object"
)

// DumpFunc gets a key of a snapshot: the number its database had when the
// snapshot began, its value, and when it expires (Unix milliseconds, 0 for
// never). It keeps none of them.
type DumpFunc func(db int, key []byte, value *object.Object, expireAt int64)

// snapshot is the state of the walk through one database.
type snapshot struct {
	dump  DumpFunc // nil if there is none
	db    int      // the number to dump
	next  *entry   // the walk's place
	epoch uint32   // grows with every snapshot
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
		db.snapshot = snapshot{dump: dump, db: db.ID, next: db.first, epoch: db.snapshot.epoch + 1}
	}
}

// SnapshotStep dumps keys for as long as budget, but not many bytes after a large
// value, and reports whether there are more. When there are none the snapshot has
// ended.
func (ks *Keyspace) SnapshotStep(budget time.Duration) (more bool) {
	start, cost, looked := time.Now(), 0, 0
	for _, db := range ks.dbs {
		for s := &db.snapshot; s.next != nil; {
			e := s.next
			s.next = e.next
			cost += keyCost + e.object.Len()
			db.dumpOnce(e)
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
		db.snapshot.dump, db.snapshot.next = nil, nil
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
	db.ks.snapshotCut = db.ks.snapshotCut || db.snapshot.next != nil
	db.snapshot.next = nil
}

// dumpOnce dumps an entry, if the snapshot still has to.
func (db *DB) dumpOnce(e *entry) {
	if s := &db.snapshot; e.Epoch() != s.epoch {
		e.SetEpoch(s.epoch)
		if !db.expired(e) {
			s.dump(s.db, e.Key(), &e.object, e.ExpireAt())
		}
	}
}
