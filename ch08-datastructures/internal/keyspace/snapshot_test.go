package keyspace

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/object"
)

// Whatever is written meanwhile, and however the dict would like to grow: a snapshot
// has each key once, as it was at its start. Also after snapshots that were given up.
func TestSnapshot_IsOfOneMoment(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	db, random := ks.DB(0), rand.New(rand.NewPCG(1, 2))
	change := func() {
		key := []byte(strconv.Itoa(random.IntN(3000)))
		switch random.IntN(6) {
		case 0, 1, 2:
			db.Set(key, []byte(strconv.Itoa(random.IntN(1_000_000))+"-"), []Expiry{Keep, Never, At(now.ms + 700)}[random.IntN(3)])
		case 3:
			db.Delete(key)
		case 4:
			if db.LookupWrite(key) != nil {
				db.SetExpire(key, now.ms+random.Int64N(2000))
			}
		case 5:
			db.Persist(key)
		}
		if random.IntN(3000) == 0 {
			db.Flush()
		}
	}
	type state struct {
		value string
		at    int64
	}
	for round := range 40 {
		for range 4000 {
			change()
		}
		want, got := map[string]state{}, map[string]state{}
		db.Walk(func(key []byte) {
			e := db.find(key)
			want[string(key)] = state{string(e.AppendTo(nil)), e.ExpireAt()}
		})
		ks.StartSnapshot(func(_ int, key []byte, o *object.Object, at int64) {
			require.NotContains(t, got, string(key))
			got[string(key)] = state{string(o.AppendTo(nil)), at}
		})
		for steps := 0; ; steps++ {
			if round%10 < 8 && steps == 100 { // eight in a row are given up
				ks.EndSnapshot()
				break
			}
			if !ks.SnapshotStep(0) {
				if ks.SnapshotCut() {
					require.Subset(t, want, got)
				} else {
					require.Equal(t, want, got)
				}
				break
			}
			for range 20 {
				change()
			}
		}
		now.ms += 500
		ks.check()
	}
}

// What is flushed goes at once, and is not dumped after that. What comes then is not
// of the snapshot.
func TestSnapshot_IsCutByAFlush(t *testing.T) {
	ks, _ := newTestKeyspace(t, Eviction{})
	db := ks.DB(0)
	for i := range 1000 {
		db.Set([]byte(strconv.Itoa(i)), []byte("old"), Never)
	}
	got := map[string]string{}
	ks.StartSnapshot(func(_ int, key []byte, o *object.Object, _ int64) { got[string(key)] = string(o.AppendTo(nil)) })
	ks.SnapshotStep(0)
	require.False(t, ks.SnapshotCut())
	ks.Flush()
	require.True(t, ks.SnapshotCut())
	dumped := len(got)
	require.Positive(t, dumped)
	require.Less(t, dumped, 1000)
	for i := range 1000 {
		db.Set([]byte(strconv.Itoa(i)), []byte("new"), Never)
	}
	require.False(t, ks.SnapshotStep(0))
	require.Len(t, got, dumped)
	for _, value := range got {
		require.Equal(t, "old", value)
	}
	ks.check()
}

// The log's commands name databases by number, and SWAPDB, executed again, swaps
// them again: so the dump has the numbers from before.
func TestSnapshot_NumbersDatabasesAsTheyWere(t *testing.T) {
	ks, _ := newTestKeyspace(t, Eviction{})
	ks.DB(1).Set([]byte("one"), nil, Never)
	ks.DB(2).Set([]byte("two"), nil, Never)
	got := map[string]int{}
	ks.StartSnapshot(func(db int, key []byte, _ *object.Object, _ int64) { got[string(key)] = db })
	ks.Swap(ks.DB(1), ks.DB(2))
	ks.DB(1).Delete([]byte("two"))
	for ks.SnapshotStep(0) {
	}
	require.Equal(t, map[string]int{"one": 1, "two": 2}, got)
	ks.check()
}

// A rewrite of many keys in one database must not keep another one from growing: its
// buckets would become long lists.
func TestSnapshot_LetsDatabasesGrow(t *testing.T) {
	ks, _ := newTestKeyspace(t, Eviction{})
	for i := range 1000 {
		ks.DB(0).Set([]byte(strconv.Itoa(i)), nil, Never)
	}
	ks.StartSnapshot(func(int, []byte, *object.Object, int64) {})
	db, growing := ks.DB(1), 0
	for i := range 10_000 {
		db.Set([]byte(strconv.Itoa(i)), nil, Never)
		if db.dict.Rehash(0) {
			growing++
		}
	}
	require.Positive(t, growing)
	// Two tables of buckets of 64 bytes, a third full at least.
	main, _ := db.TableMemory()
	require.Less(t, main, 10_000*40)
	db.check()
	for ks.SnapshotStep(0) {
	}
}
