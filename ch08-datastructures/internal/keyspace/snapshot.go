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
//
// A large value is not dumped at once: that would be a long wait for all clients. It is
// dumped in pieces, one a slice, and nothing can be dumped between two of them. What
// changes meanwhile is kept instead, as it is: its block stays, and whoever changes the
// object makes another one. So is what changes while the disk is behind with what was
// dumped, and a large value that changes before its time.
//
//	kept   [ large: 384 of 40000 KB dumped ] [ h as it was ] [ k as it was ]
//	                 ▲ the next slice goes on here; then h, k, then the walk
//
// What it costs is O(1) a change, and the memory of what changes: the same that Redis pays
// for a page that both processes had.
//
// Redis: aof.c, rewriteAppendOnlyFileBackground.

package keyspace

import (
	"time"
	"unsafe"

	"redis-internals/ch08/internal/object"
)

// Piece is a key of a snapshot, or a part of one: bytes From to To of its value. Those of
// one key come one after another, with no other key between; but items of collections may
// come between them. Those are pieces of an item each, and a last one without. Nothing in
// it may be kept.
type Piece struct {
	DB       int // the number its database had when the snapshot began
	Key      []byte
	Value    *object.Object
	ExpireAt int64 // Unix milliseconds; 0 is never
	From, To int
	Item     object.Item // of a collection
	Last     bool        // there are no more items
}

// dump is where a snapshot goes.
type dump struct {
	piece  func(Piece)
	behind func() bool // more should not be dumped at present
	size   int         // bytes of a value that are dumped at a time
	large  int         // elements from which on a collection is dumped in parts
	items  int         // of it that are dumped at a time
	kept   []keptValue // still to be dumped, in this order
	offset int         // of the first of them: what is dumped of it already
	parts  []*part     // collections that are being dumped, in this order
	byRoot map[ref]*part
	memory int // bytes of Go's heap that the parts take
}

// keptValue is a key as it was.
type keptValue struct {
	db       int
	value    ref
	expireAt int64
}

// snapshot is the state of the walk through one database.
type snapshot struct {
	open    bool   // there is one
	db      int    // the number to dump
	walking bool   // the walk is not through
	at      uint64 // where it is: a cursor of Scan
	epoch   uint8  // changes with every snapshot
	left    bool   // a key has gone from here to another database since the start
}

const (
	keyCost   = 64       // of coming by a key, in bytes of a value that cost as much
	clockCost = 16 * 64  // after which the walk looks at the clock
	pieceSize = 64 << 10 // bytes of a large value that are dumped at a time
)

// StartSnapshot begins a snapshot of what the databases hold now: piece is called with
// each key that has not expired, from SnapshotStep or from a write before it changes the
// key; while behind reports true only from SnapshotStep. There must be none yet. What is
// flushed before it is dumped is left out. O(databases).
func (ks *Keyspace) StartSnapshot(piece func(Piece), behind func() bool) {
	ks.snapshotCut, ks.snapshotTorn = false, false
	ks.dump.piece, ks.dump.behind = piece, behind
	renew := ks.abandoned == object.Epochs-2
	if renew {
		ks.abandoned = 0
	}
	ks.env.Epoch = (ks.env.Epoch + 1) % object.Epochs
	for _, db := range ks.dbs {
		s := &db.snapshot
		if renew {
			db.renewEpochs()
		}
		s.open, s.db, s.walking, s.at, s.left = true, db.ID, true, 0, false
		s.epoch = ks.env.Epoch
	}
}

// renewEpochs makes all objects look dumped by the last snapshot. O(n), but it
// happens only after several snapshots in a row were given up.
func (db *DB) renewEpochs() {
	for i, more := uint64(0), true; more; {
		i, more = db.dict.Walk(i, func(r ref) { db.renewEpoch(object.At(r)) })
	}
}

func (db *DB) renewEpoch(e *entry) {
	e.SetEpoch(db.snapshot.epoch)
	for cursor := uint64(0); e.IsCollection() && e.Type() != object.ListType; {
		cursor = e.Items(cursor, perPart, func(i object.Item) {
			i.Enter(db.snapshot.epoch)
		})
		if cursor == 0 {
			break
		}
	}
}

// SnapshotStep dumps keys for as long as budget, or until more should not be dumped, and
// reports whether there are more. When there are none the snapshot has ended.
func (ks *Keyspace) SnapshotStep(budget time.Duration) (more bool) {
	start, cost, looked := time.Now(), 0, 0
	over := func() bool {
		if cost-looked < clockCost {
			return false
		}
		looked = cost
		return time.Since(start) > budget || ks.dump.behind()
	}
	for len(ks.dump.kept) > 0 {
		cost += keyCost + ks.dumpKept()
		if over() {
			return true
		}
	}
	for len(ks.dump.parts) > 0 {
		cost += ks.dumpPart()
		if over() {
			return true
		}
	}
	for _, db := range ks.dbs {
		s, left := &db.snapshot, false
		visit := func(r ref) {
			if left = left || ks.dump.mustGoOn(); left { // the rest of the bucket is for the next step
				return
			}
			e := object.At(r)
			cost += keyCost
			if e.Epoch() != s.epoch {
				cost += ks.dumpCost(e)
			}
			db.dumpOnce(e)
		}
		for s.walking {
			cost += keyCost // also of a bucket that is empty
			next := db.dict.Scan(s.at, visit)
			if left || ks.dump.mustGoOn() {
				return true
			}
			if s.at = next; next == 0 {
				s.walking = false
			}
			if over() {
				return true
			}
		}
	}
	if !ks.snapshotTorn { // all have this epoch now
		ks.abandoned = -1
	}
	ks.EndSnapshot()
	return false
}

// mustGoOn reports whether something has begun to be dumped, or must be before the walk
// goes on.
func (d *dump) mustGoOn() bool { return len(d.kept)+len(d.parts) > 0 }

// dumpCost is about what it costs to dump an entry, or to begin with it.
func (ks *Keyspace) dumpCost(e *entry) int {
	if e.IsCollection() {
		return min(e.Count()*keyCost, ks.dump.size)
	}
	return min(e.Len(), ks.dump.size)
}

// EndSnapshot gives the snapshot up, if there is one.
func (ks *Keyspace) EndSnapshot() {
	if ks.dump.piece == nil {
		return
	}
	ks.abandoned++
	for _, k := range ks.dump.kept {
		object.At(k.value).Release()
	}
	for _, p := range ks.dump.parts {
		ks.endPart(p)
	}
	ks.env.Leaving = nil
	ks.dump = dump{size: ks.dump.size, large: ks.dump.large, items: ks.dump.items}
	for _, db := range ks.dbs {
		db.snapshot.open, db.snapshot.walking = false, false
	}
}

// SnapshotCut reports whether the last snapshot lacks keys that were flushed. It is
// of use only together with the log of what happened since it began.
func (ks *Keyspace) SnapshotCut() bool { return ks.snapshotCut }

// SnapshotTorn reports whether the last snapshot is of no use, not even with that log: see
// cutSnapshot.
func (ks *Keyspace) SnapshotTorn() bool { return ks.snapshotTorn }

// SnapshotMemory is what a snapshot takes besides the blocks that it keeps, in bytes.
func (ks *Keyspace) SnapshotMemory() int {
	return cap(ks.dump.kept)*int(unsafe.Sizeof(keptValue{})) + ks.dump.memory
}

// cutSnapshot ends the walk through a database that is being flushed: what it has not
// come to is not dumped, and nothing that was flushed stays in memory for it, but for what
// has begun to be dumped or was changed. That is dumped to its end: the log has the change,
// which would fail without it (LSET, where the list is too short). The log repeats the flush,
// so nobody misses the other keys: a command before the flush that reads one that is not
// there (SUNIONSTORE) makes a false key of it, which goes with the same flush. Unless a key
// was moved or copied to another database in between, and stays: then the snapshot is torn.
func (db *DB) cutSnapshot() {
	s := &db.snapshot
	if !s.open {
		return
	}
	if s.walking {
		db.ks.snapshotCut = true
		db.ks.snapshotTorn = db.ks.snapshotTorn || s.left
	}
	s.walking = false
}

// dumpOnce dumps an entry, if the snapshot still has to; a large one it begins.
func (db *DB) dumpOnce(e *entry) {
	switch {
	case !db.mustDump(e):
	case e.IsCollection():
		db.dumpCollection(e)
	case e.Len() > db.ks.dump.size:
		db.keep(e)
		db.ks.dumpKept()
	default:
		db.ks.dumpPiece(db.snapshot.db, e, 0, e.Len())
	}
}

// dumpOrKeep is dumpOnce for an entry that is about to change, and cannot wait.
func (db *DB) dumpOrKeep(e *entry) {
	switch d := &db.ks.dump; {
	case !db.mustDump(e):
	case e.IsCollection():
		db.dumpCollection(e)
	case len(d.kept) > 0 || e.Len() > d.size || d.behind():
		db.keep(e)
	default:
		db.ks.dumpPiece(db.snapshot.db, e, 0, e.Len())
	}
}

// mustDump reports whether an entry is still to be dumped. After that it is not.
func (db *DB) mustDump(e *entry) bool {
	s := &db.snapshot
	if e.Epoch() == s.epoch {
		return false
	}
	e.SetEpoch(s.epoch)
	return !db.expired(e)
}

// keep keeps an entry as it is, to be dumped later.
func (db *DB) keep(e *entry) {
	e.Keep()
	db.ks.dump.kept = append(db.ks.dump.kept, keptValue{db.snapshot.db, e.Ref(), e.ExpireAt()})
}

// dumpKept dumps a piece of what was kept first, and returns how many bytes.
func (ks *Keyspace) dumpKept() (bytes int) {
	d := &ks.dump
	k := d.kept[0]
	e := object.At(k.value)
	from, to := d.offset, min(d.offset+d.size, e.Len())
	ks.dump.piece(Piece{DB: k.db, Key: e.Key(), Value: e, ExpireAt: k.expireAt, From: from, To: to})
	if d.offset = to; to == e.Len() {
		e.Release()
		if d.kept, d.offset = d.kept[1:], 0; len(d.kept) == 0 {
			d.kept = nil
		}
	}
	return to - from
}

func (ks *Keyspace) dumpPiece(db int, e *entry, from, to int) {
	ks.dump.piece(Piece{DB: db, Key: e.Key(), Value: e, ExpireAt: e.ExpireAt(), From: from, To: to})
}
