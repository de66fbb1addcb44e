package keyspace

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/zmalloc"
)

// dumped is a snapshot put together from its pieces, by database and key.
type dumped map[string]dumpedKey

type dumpedKey struct {
	value string
	at    int64
}

// collect begins a snapshot. It panics where the pieces do not fit. Half of the time the
// disk is behind.
func (ks *Keyspace) collect(random *rand.Rand) dumped {
	all, open := dumped{}, ""
	ks.StartSnapshot(func(p Piece) {
		name := strconv.Itoa(p.DB) + ":" + string(p.Key)
		k := all[name]
		switch {
		case open == "" && p.From == 0 && k == dumpedKey{}:
		case open == name && p.From == len(k.value):
		default:
			panic("a piece of " + name + " comes where it does not belong")
		}
		open = name
		if p.To == p.Value.Len() {
			open = ""
		}
		all[name] = dumpedKey{string(p.Value.AppendPart([]byte(k.value), p.From, p.To)), p.ExpireAt}
	}, func() bool { return random != nil && random.IntN(2) == 0 })
	return all
}

// now is what a snapshot should have.
func (ks *Keyspace) now() dumped {
	all := dumped{}
	for _, db := range ks.dbs {
		db.Walk(func(key []byte) {
			e := db.find(key)
			all[strconv.Itoa(db.ID)+":"+string(key)] = dumpedKey{string(e.AppendTo(nil)), e.ExpireAt()}
		})
	}
	return all
}

// Whatever is written meanwhile, and however the dict would like to grow: a snapshot
// has each key once, as it was at its start. Also after snapshots that were given up.
func TestSnapshot_IsOfOneMoment(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	db, random := ks.DB(0), rand.New(rand.NewPCG(1, 2))
	change := func() {
		key := []byte(strconv.Itoa(random.IntN(3000)))
		switch random.IntN(6) {
		case 0, 1, 2:
			db.Set(key, []byte(strings.Repeat(strconv.Itoa(random.IntN(1_000_000))+"-", random.IntN(5))), []Expiry{Keep, Never, At(now.ms + 700)}[random.IntN(3)])
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
	for round := range 40 {
		ks.dump.size = 1 + random.IntN(20)
		for range 4000 {
			change()
		}
		want := ks.now()
		got := ks.collect(random)
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
	got := ks.collect(nil)
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
	for _, k := range got {
		require.Equal(t, "old", k.value)
	}
	ks.check()
}

// The log's commands name databases by number, and SWAPDB, executed again, swaps
// them again: so the dump has the numbers from before.
func TestSnapshot_NumbersDatabasesAsTheyWere(t *testing.T) {
	ks, _ := newTestKeyspace(t, Eviction{})
	ks.DB(1).Set([]byte("one"), nil, Never)
	ks.DB(2).Set([]byte("two"), nil, Never)
	got := ks.collect(nil)
	ks.Swap(ks.DB(1), ks.DB(2))
	ks.DB(1).Delete([]byte("two"))
	for ks.SnapshotStep(0) {
	}
	require.Equal(t, dumped{"1:one": {}, "2:two": {}}, got)
	ks.check()
}

// A rewrite of many keys in one database must not keep another one from growing: its
// buckets would become long lists.
func TestSnapshot_LetsDatabasesGrow(t *testing.T) {
	ks, _ := newTestKeyspace(t, Eviction{})
	for i := range 1000 {
		ks.DB(0).Set([]byte(strconv.Itoa(i)), nil, Never)
	}
	ks.collect(nil)
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

// A value that is dumped by half stays as it was, whatever becomes of it, and what changes
// meanwhile waits. All of it is free at the end.
func TestSnapshot_OfALargeValueGoesOnWhateverBecomesOfIt(t *testing.T) {
	large := strings.Repeat("0123456789", 1000)
	for name, change := range map[string]func(ks *Keyspace, db *DB, now *clock){
		"nothing":              func(*Keyspace, *DB, *clock) {},
		"a longer one":         func(_ *Keyspace, db *DB, _ *clock) { db.Set([]byte("large"), []byte(large+large), Never) },
		"one of the same size": func(_ *Keyspace, db *DB, _ *clock) { db.Set([]byte("large"), []byte(large[1:]+"x"), Keep) },
		"a number":             func(_ *Keyspace, db *DB, _ *clock) { db.SetInt([]byte("large"), 1); db.SetInt([]byte("large"), 2) },
		"deleted":              func(_ *Keyspace, db *DB, _ *clock) { db.Delete([]byte("large")) },
		"an expiry":            func(_ *Keyspace, db *DB, now *clock) { db.SetExpire([]byte("large"), now.ms+5) },
		"another expiry, then none": func(_ *Keyspace, db *DB, now *clock) {
			db.SetExpire([]byte("large"), now.ms+5)
			db.Persist([]byte("large"))
		},
		"expired": func(_ *Keyspace, db *DB, now *clock) { now.ms += 1e9; db.LookupRead([]byte("large")) },
		"evicted": func(ks *Keyspace, _ *DB, _ *clock) {
			for ks.evictOne() {
			}
		},
		"moved": func(ks *Keyspace, db *DB, _ *clock) { db.Move([]byte("large"), ks.DB(3)) },
		"moved, set": func(ks *Keyspace, db *DB, _ *clock) {
			db.Move([]byte("large"), ks.DB(3))
			ks.DB(3).Set([]byte("large"), nil, Never)
		},
		"swapped": func(ks *Keyspace, db *DB, _ *clock) { ks.Swap(db, ks.DB(3)); ks.DB(3).Delete([]byte("large")) },
		"flushed": func(ks *Keyspace, _ *DB, _ *clock) { ks.Flush() },
		"deleted, anew": func(_ *Keyspace, db *DB, _ *clock) {
			db.Delete([]byte("large"))
			db.Set([]byte("large"), []byte(large), Never)
		},
	} {
		for _, ends := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, ends %v", name, ends), func(t *testing.T) {
				ks, now := newTestKeyspace(t, Eviction{Policy: AllKeysRandom, Samples: 5})
				db, began := ks.DB(0), zmalloc.Used()
				ks.dump.size = 100
				db.Set([]byte("large"), []byte(large), At(now.ms+1e6))
				db.Set([]byte("small"), []byte("v"), Never)
				db.SetInt([]byte("n"), 1)
				want, got := ks.now(), ks.collect(nil)
				for len(ks.dump.kept) == 0 {
					ks.dump.size = 100
					require.True(t, ks.SnapshotStep(0))
				}
				db.SetInt([]byte("n"), 2)
				db.Delete([]byte("small"))
				change(ks, db, now)
				require.Less(t, len(got["0:large"].value), len(large), "it is not through")
				if ends {
					for ks.SnapshotStep(0) {
					}
					require.Equal(t, want, got)
				} else {
					ks.EndSnapshot()
				}
				require.Zero(t, object.LeftBytes())
				ks.check()
				ks.Flush()
				require.Equal(t, began, zmalloc.Used())
			})
		}
	}
}

// To expire at another time is no reason to copy a value that is kept, however large.
func TestSnapshot_ExpiryOfAKeptValueCopiesNothing(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	db, key := ks.DB(0), []byte("large")
	db.Set(key, make([]byte, 1_000_000), Never)
	want, got := ks.now(), ks.collect(nil)
	used, block := zmalloc.Used(), db.find(key).Ref()
	change := func() {
		db.SetExpire(key, now.ms+1e6)
		db.Persist(key)
		db.SetExpire(key, now.ms+2e6)
		require.Equal(t, block, db.find(key).Ref())
		require.Less(t, zmalloc.Used()-used, 10_000, "but for the list of what expires")
	}
	change() // before the walk comes by
	require.True(t, ks.SnapshotStep(0))
	change() // and in the middle
	for ks.SnapshotStep(0) {
	}
	require.Equal(t, want, got)
	at, _ := db.ExpireAt(key)
	require.Equal(t, now.ms+2e6, at)
	ks.check()
}

// While the disk is behind nothing is dumped by those who write.
func TestSnapshot_KeepsWhatChangesWhileTheDiskIsBehind(t *testing.T) {
	ks, _ := newTestKeyspace(t, Eviction{})
	db := ks.DB(0)
	for i := range 1000 {
		db.Set([]byte(strconv.Itoa(i)), []byte("old"), Never)
	}
	want, behind, pieces := ks.now(), true, 0
	got := dumped{}
	ks.StartSnapshot(func(p Piece) {
		pieces++
		got["0:"+string(p.Key)] = dumpedKey{string(p.Value.AppendTo(nil)), p.ExpireAt}
	}, func() bool { return behind })
	for i := range 1000 {
		db.Set([]byte(strconv.Itoa(i)), []byte("new"), Never)
	}
	require.Zero(t, pieces)
	require.Positive(t, object.LeftBytes(), "what was kept")
	require.Positive(t, ks.SnapshotMemory())
	behind = false
	for ks.SnapshotStep(0) {
	}
	require.Equal(t, want, got)
	require.Zero(t, object.LeftBytes())
	require.Zero(t, ks.SnapshotMemory())
	ks.check()
}
