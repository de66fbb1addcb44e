package keyspace

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/object"
)

// addMembers makes a set of n members; more than a few are a hash table.
func addMembers(db *DB, key string, n int) {
	o := db.Create([]byte(key), object.SetType)
	for i := range n {
		o.Set(db.Env()).Add([]byte("member " + strconv.Itoa(i)))
	}
	db.Done(o, n)
}

func (db *DB) members(key string) (all []string) {
	if o := db.Peek([]byte(key)); o != nil {
		o.Set(db.Env()).Each(func(m []byte) bool {
			all = append(all, string(m))
			return true
		})
	}
	return all
}

func TestRename_TakesValueAndTimeToLiveAlong(t *testing.T) {
	for _, kind := range []string{"string", "long string", "set"} {
		ks, now := newTestKeyspace(t, Eviction{})
		db, from, to := ks.DB(0), []byte("from"), []byte("a key with another length")
		value := map[string]string{"string": "12345", "long string": string(make([]byte, 100_000))}[kind]
		if kind == "set" {
			addMembers(db, "from", 100)
		} else {
			db.Set(from, []byte(value), Never)
		}
		db.SetExpire(from, now.ms+1000)
		db.Set(to, []byte("old"), At(now.ms+5))
		before := db.holds(kind, "from")
		db.Rename(from, to)
		ks.check()
		require.Nil(t, db.Peek(from))
		require.Equal(t, before, db.holds(kind, string(to)))
		at, ok := db.ExpireAt(to)
		require.True(t, ok)
		require.Equal(t, now.ms+1000, at)
		require.Equal(t, 1, db.Len())
	}
}

// holds is what a key holds, whatever that is.
func (db *DB) holds(kind, key string) any {
	if kind == "set" {
		return db.members(key)
	}
	return db.get(key)
}

func TestCopy_IsIndependentOfItsSource(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	db, other := ks.DB(0), ks.DB(5)
	addMembers(db, "set", 500)
	db.SetExpire([]byte("set"), now.ms+1000)
	other.Set([]byte("copy"), []byte("old"), Never)
	db.Copy([]byte("set"), other, []byte("copy"))
	db.Copy([]byte("set"), db, []byte("set 2"))
	ks.check()
	o, _ := db.Edit([]byte("set"), object.SetType)
	require.True(t, o.Set(db.Env()).Remove([]byte("member 7")))
	db.Done(o, 1)
	require.Len(t, db.members("set"), 499)
	require.Len(t, other.members("copy"), 500)
	require.ElementsMatch(t, other.members("copy"), db.members("set 2"))
	at, _ := other.ExpireAt([]byte("copy"))
	require.Equal(t, now.ms+1000, at)
	db.Delete([]byte("set"))
	require.Len(t, db.members("set 2"), 500)
}

// The log that follows a snapshot says COPY or MOVE, and not what was: so a snapshot without
// the source is of no use, where the other database stays.
func TestSnapshot_IsTornByTheFlushOfWhatWasMovedElsewhere(t *testing.T) {
	copyTo := func(db, to *DB) { db.Copy([]byte("set"), to, []byte("copy")) }
	move := func(db, to *DB) { db.Move([]byte("set"), to) }
	for name, c := range map[string]struct {
		leave func(db, to *DB)
		flush func(ks *Keyspace)
		torn  bool
	}{
		"copied":                         {copyTo, func(ks *Keyspace) { ks.DB(0).Flush() }, true},
		"moved, later":                   {move, func(ks *Keyspace) { ks.DB(0).FlushLater() }, true},
		"moved, swapped":                 {move, func(ks *Keyspace) { ks.Swap(ks.DB(0), ks.DB(2)); ks.DB(2).Flush() }, true},
		"copied in place":                {func(db, _ *DB) { copyTo(db, db) }, func(ks *Keyspace) { ks.DB(0).Flush() }, false},
		"moved, all flushed":             {move, (*Keyspace).Flush, false},
		"moved, all flushed later":       {move, (*Keyspace).FlushLater, false},
		"moved, the other flushed":       {move, func(ks *Keyspace) { ks.DB(1).Flush() }, false},
		"moved, the other flushed later": {move, func(ks *Keyspace) { ks.DB(1).FlushLater() }, false},
	} {
		t.Run(name, func(t *testing.T) {
			ks, _ := newTestKeyspace(t, Eviction{})
			addMembers(ks.DB(0), "set", 2000)
			addMembers(ks.DB(0), "other", 2000)
			members := 0
			ks.StartSnapshot(func(p Piece) {
				if string(p.Key) == "set" && !p.Last {
					members++
				}
			}, func() bool { return false })
			ks.SnapshotStep(0)
			c.leave(ks.DB(0), ks.DB(1))
			c.flush(ks)
			for ks.SnapshotStep(0) {
			}
			require.Equal(t, c.torn, ks.SnapshotTorn())
			if !ks.SnapshotCut() {
				require.Equal(t, 2000, members)
			}
			ks.check()
		})
	}
}
