package keyspace

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/object"
)

// exact is LFU under which every use counts, and none is forgotten.
var exact = Eviction{Policy: AllKeysLFU, Samples: 5}

func TestUses_CountOneForEachUseInACommand(t *testing.T) {
	ks, _ := newTestKeyspace(t, exact)
	db, key := ks.DB(0), []byte("k")
	frequency := func() int { return int(ks.Frequency(db.Peek(key))) }
	for _, step := range []struct {
		what string
		do   func()
		want int
	}{
		{"a new key", func() { db.Set(key, []byte("v"), Never) }, 5},
		{"set", func() { db.Set(key, []byte("w"), Never) }, 6},
		{"set to what moves the block", func() { db.Set(key, make([]byte, 1000), Never) }, 7},
		{"read", func() { db.LookupRead(key) }, 8},
		{"asked about", func() { db.Peek(key) }, 8},
		{"looked up to write, and set", func() { db.LookupWrite(key); db.Set(key, []byte("1"), Never) }, 9},
		{"looked up to write, and set to a number", func() { db.LookupWrite(key); db.SetInt(key, 7) }, 10},
		{"read, and set, which are two", func() { db.LookupRead(key); db.Set(key, []byte("x"), Keep) }, 12},
		{"another type", func() {
			s := object.NewCollection(key, object.SetType, db.Env())
			s.Set(db.Env()).Add([]byte("m"))
			db.Store(s)
		}, 13},
		{"edited", func() { o, _ := db.Edit(key, object.SetType); db.Done(o, 0) }, 14},
		{"a string in the place of a set", func() { db.Set(key, []byte("v"), Never) }, 15},
		{"moved", func() { db.Move(key, ks.DB(1)); ks.DB(1).Move(key, db) }, 15},
		{"deleted, and new", func() { db.Delete(key); db.Set(key, []byte("v"), Never) }, 5},
	} {
		ks.BeginCommand()
		step.do()
		require.Equal(t, step.want, frequency(), step.what)
	}
}

func TestUses_AreForgottenAMinuteAtATime(t *testing.T) {
	e := exact
	e.DecayTime = 2
	ks, now := newTestKeyspace(t, e)
	db, key := ks.DB(0), []byte("k")
	db.Set(key, []byte("v"), Never)
	for range 10 {
		db.LookupRead(key)
	}
	require.EqualValues(t, 15, ks.Frequency(db.Peek(key)))
	now.tick(ks, 7*60_000)
	require.EqualValues(t, 12, ks.Frequency(db.Peek(key)))
	db.LookupRead(key)
	require.EqualValues(t, 13, ks.Frequency(db.Peek(key)))
	now.tick(ks, 1000*60_000)
	require.EqualValues(t, 0, ks.Frequency(db.Peek(key)))
}

// What was written under the other policy is read as it is, and put right by new uses.
func TestUses_PolicyChangesWhileKeysAreThere(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{Policy: AllKeysLRU, Samples: 5})
	db, key := ks.DB(0), []byte("k")
	db.Set(key, []byte("v"), Never)
	require.False(t, ks.Counts())
	ks.SetEviction(exact)
	require.True(t, ks.Counts())
	require.Equal(t, uint8(ks.clock), ks.Frequency(db.Peek(key)), "the clock's last byte")
	db.Delete(key)
	db.Set(key, []byte("v"), Never)
	require.EqualValues(t, 5, ks.Frequency(db.Peek(key)))
	ks.SetEviction(Eviction{Policy: AllKeysLRU, Samples: 5})
	db.LookupRead(key)
	now.tick(ks, 3000)
	require.EqualValues(t, 3, ks.IdleSeconds(db.Peek(key)))
}

func TestEviction_UnderLFUTakesWhatIsUsedSeldom(t *testing.T) {
	for _, policy := range []Policy{AllKeysLFU, VolatileLFU} {
		ks, now := newTestKeyspace(t, Eviction{MaxKeys: 1000, Policy: policy, Samples: 10, LogFactor: 10, DecayTime: 1})
		db := ks.DB(0)
		for i := range 1000 {
			db.Set([]byte(strconv.Itoa(i)), nil, At(now.ms+1e9))
		}
		for range 100 { // the second half was used last, and seldom
			for i := range 500 {
				db.LookupRead([]byte(strconv.Itoa(i)))
			}
		}
		for i := 500; i < 1000; i++ {
			db.LookupRead([]byte(strconv.Itoa(i)))
		}
		for i := range 400 {
			db.Set([]byte(strconv.Itoa(1000+i)), nil, At(now.ms+1e9))
		}
		left := 0
		for i := range 500 {
			if there, _ := db.Lies([]byte(strconv.Itoa(i))); there {
				left++
			}
		}
		require.Greater(t, left, 480, "of the 500 that are used often")
		require.Equal(t, 1000, ks.Keys())
		ks.check()
	}
}

func TestUses_CostNoAllocation(t *testing.T) {
	for _, policy := range []Policy{AllKeysLRU, AllKeysLFU} {
		ks, _ := newTestKeyspace(t, Eviction{Policy: policy, LogFactor: 10, DecayTime: 1})
		db, key := ks.DB(0), []byte("k")
		db.Set(key, []byte("v"), Never)
		require.Zero(t, testing.AllocsPerRun(100, func() { db.LookupRead(key) }))
	}
}
