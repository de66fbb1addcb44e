package keyspace

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (ks *Keyspace) check() {
	keys := 0
	for _, db := range ks.dbs {
		db.check()
		keys += db.Len()
	}
	if keys != ks.keys {
		panic("the count of all keys is " + strconv.Itoa(ks.keys) + ", not " + strconv.Itoa(keys))
	}
}

func TestSwap_ExchangesWhatDatabasesHold(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	a, b := ks.DB(0), ks.DB(3)
	a.Set([]byte("a"), []byte("1"), Never)
	a.SetExpire([]byte("a"), now.ms+1000)
	b.Set([]byte("b"), []byte("2"), Never)
	ks.Swap(a, b)
	ks.check()
	require.Equal(t, "(none)", a.get("a"))
	require.Equal(t, "2", a.get("b"))
	require.Equal(t, "1", b.get("a"))
	at, ok := b.ExpireAt([]byte("a"))
	require.True(t, ok)
	require.Equal(t, now.ms+1000, at)
}

func TestMove_TakesTheTimeToLiveAlong(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	a, b := ks.DB(0), ks.DB(1)
	a.Set([]byte("k"), []byte("v"), Never)
	a.SetExpire([]byte("k"), now.ms+1000)
	require.True(t, a.Move([]byte("k"), b))
	ks.check()
	require.Equal(t, "(none)", a.get("k"))
	require.Equal(t, "v", b.get("k"))
	at, _ := b.ExpireAt([]byte("k"))
	require.Equal(t, now.ms+1000, at)
	a.Set([]byte("k"), []byte("w"), Never)
	require.False(t, a.Move([]byte("k"), b), "it is there already")
	require.False(t, a.Move([]byte("none"), b))
	now.ms += 1001
	require.True(t, a.Move([]byte("k"), b), "the other one has expired")
	require.Equal(t, "w", b.get("k"))
	ks.check()
}

func TestRandomKey_FindsEachAliveKey(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	db := ks.DB(0)
	_, ok := db.RandomKey()
	require.False(t, ok)
	for i := range 20 {
		key := []byte(strconv.Itoa(i))
		db.Set(key, key, Never)
		if i >= 10 {
			db.SetExpire(key, now.ms+5)
		}
	}
	now.ms += 10
	seen := map[string]bool{}
	for range 1000 {
		key, ok := db.RandomKey()
		require.True(t, ok)
		seen[string(key)] = true
	}
	require.Len(t, seen, 10)
	ks.check()
}

// A snapshot is of one moment, also while databases are swapped and flushed.
func TestSnapshot_KeepsTheNumbersDatabasesHadAtItsStart(t *testing.T) {
	ks, _ := newTestKeyspace(t, Eviction{})
	for id := range 3 {
		for i := range 100 {
			key := []byte(strconv.Itoa(i))
			ks.DB(id).Set(key, []byte(strconv.Itoa(id)+"-"+strconv.Itoa(i)), Never)
		}
	}
	got := ks.collect(nil)
	ks.SnapshotStep(0)
	ks.Swap(ks.DB(0), ks.DB(1))
	ks.DB(1).Move([]byte("99"), ks.DB(7))
	ks.DB(1).Flush()
	ks.DB(0).Set([]byte("50"), []byte("changed"), Never)
	ks.DB(2).Set([]byte("new"), []byte("x"), Never)
	for ks.SnapshotStep(0) {
	}
	for id := range 3 {
		for i := range 100 {
			k, dumped := got[strconv.Itoa(id)+":"+strconv.Itoa(i)]
			require.True(t, dumped || id == 0 && i != 99, "neither flushed nor dumped: %d-%d", id, i)
			if dumped {
				require.Equal(t, strconv.Itoa(id)+"-"+strconv.Itoa(i), k.value)
			}
		}
	}
	require.Less(t, len(got), 300, "what was flushed is not dumped after that")
	ks.check()
}

func TestStats_CountWhatReadersFind(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	db := ks.DB(0)
	db.Set([]byte("k"), []byte("v"), Never)
	db.SetExpire([]byte("k"), now.ms+5)
	db.LookupRead([]byte("k"))
	db.Peek([]byte("k"))
	db.Peek([]byte("none"))
	db.LookupWrite([]byte("none"))
	now.ms += 10
	db.LookupRead([]byte("k"))
	require.Equal(t, Stats{Hits: 2, Misses: 2, Expired: 1}, ks.Stats)
	ks.ResetStats()
	require.Zero(t, ks.Stats)
}

func TestExpireCycle_GoesThroughAllDatabases(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	for id := range 16 {
		for i := range 1000 {
			key := []byte(strconv.Itoa(i))
			ks.DB(id).Set(key, key, Never)
			ks.DB(id).SetExpire(key, now.ms+5)
		}
	}
	require.False(t, ks.ExpireCycle(time.Minute))
	require.InDelta(t, 5, ks.DB(0).AvgTTL(), 0)
	now.ms += 10
	require.False(t, ks.ExpireCycle(time.Minute))
	require.Zero(t, ks.Keys())
	require.EqualValues(t, 16_000, ks.Stats.Expired)
	ks.check()
}

func TestFrozen_HidesWhatHasExpiredAndKeepsIt(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{})
	db := ks.DB(0)
	db.Set([]byte("k"), []byte("v"), Never)
	db.SetExpire([]byte("k"), now.ms+1)
	now.ms += 1000
	ks.Frozen = true
	require.Equal(t, "(none)", db.get("k"))
	_, ok := db.RandomKey()
	require.False(t, ok)
	require.Equal(t, 1, db.Len())
	require.Zero(t, ks.Stats.Expired)
	ks.Frozen = false
	require.Equal(t, "(none)", db.get("k"))
	require.Zero(t, db.Len())
	require.EqualValues(t, 1, ks.Stats.Expired)
}
