package keyspace

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/zmalloc"
)

// clock is a time that the test drives.
type clock struct{ ms int64 }

// tick lets time pass for what is used, too.
func (c *clock) tick(ks *Keyspace, ms int64) {
	c.ms += ms
	ks.SetClock(c.ms)
}

func newTestDB(t *testing.T, maxKeys int) (*DB, *clock) {
	ks, c := newTestKeyspace(t, Eviction{MaxKeys: maxKeys, Policy: AllKeysRandom, Samples: 5})
	return ks.DB(0), c
}

// newTestKeyspace returns one whose memory is all back when the test has ended.
func newTestKeyspace(t *testing.T, e Eviction) (*Keyspace, *clock) {
	before := zmalloc.Used()
	c := &clock{ms: 1_700_000_000_000}
	ks := New(Options{Databases: 16, Eviction: e, Now: func() int64 { return c.ms }, Seed: 1})
	t.Cleanup(func() {
		ks.EndSnapshot()
		ks.Flush()
		for ks.Reclaim(time.Second) {
		}
		for _, db := range ks.dbs {
			db.dict.Clear(nil)
		}
		require.Equal(t, before, zmalloc.Used(), "memory is left")
	})
	return ks, c
}

// check panics unless the dict and the list of volatile keys agree.
func (db *DB) check() {
	listed, expiring := 0, 0
	for i, more := uint64(0), true; more; {
		i, more = db.dict.Walk(i, func(r ref) {
			listed++
			e := object.At(r)
			if db.dict.Find(dict.Hash(e.Key()), e.Key()) != r {
				panic("the dict does not find " + string(e.Key()))
			}
			if e.Expires() {
				expiring++
				if db.volatile.at(e.Place()) != e {
					panic("volatile does not have " + string(e.Key()) + " where it should be")
				}
			}
		})
	}
	if db.last != nil {
		key := db.last.Key()
		if db.lastHash != dict.Hash(key) || db.dict.Find(db.lastHash, key) != db.last.Ref() {
			panic("what was found last is not there any more")
		}
	}
	if listed != db.Len() || expiring != db.Expires() {
		panic(fmt.Sprintf("%d keys listed of %d, %d volatile of %d", listed, db.Len(), expiring, db.Expires()))
	}
}

func (db *DB) get(key string) string {
	v := db.LookupRead([]byte(key))
	if v == nil {
		return "(none)"
	}
	return string(v.AppendTo(nil))
}

// The model is a map of values and times, searched from end to end.
func TestDB_AgreesWithAPlainMap(t *testing.T) {
	type pair struct {
		value string
		at    int64
	}
	db, now := newTestDB(t, 0)
	model := map[string]pair{}
	live := func(key string) (pair, bool) {
		p, ok := model[key]
		return p, ok && (p.at == 0 || now.ms <= p.at)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 50_000 {
		key := fmt.Sprint("key", random.IntN(40))
		old, there := live(key)
		switch random.IntN(8) {
		case 0, 1:
			p, expiry := pair{value: fmt.Sprint(i)}, Never
			switch random.IntN(3) {
			case 0:
				expiry = Keep
				if there {
					p.at = old.at
				}
			case 1:
				p.at = now.ms + random.Int64N(50) - 5
				expiry = At(p.at)
			}
			db.Set([]byte(key), []byte(p.value), expiry)
			model[key] = p
		case 2:
			require.Equal(t, there, db.Delete([]byte(key)))
			delete(model, key)
		case 3, 4:
			if there {
				old.at = now.ms + random.Int64N(50) - 5
				db.SetExpire([]byte(key), old.at)
				model[key] = old
			}
		case 5:
			require.Equal(t, there && old.at != 0, db.Persist([]byte(key)))
			if there {
				model[key] = pair{value: old.value}
			}
		case 6:
			now.ms += random.Int64N(20)
		case 7:
			db.ks.ExpireCycle(time.Second)
		}
		db.check()
		p, there := live(key)
		at, expires := db.ExpireAt([]byte(key))
		require.Equal(t, there && p.at != 0, expires)
		if expires {
			require.Equal(t, p.at, at)
		}
		if there {
			require.Equal(t, p.value, db.get(key))
		} else {
			require.Nil(t, db.LookupWrite([]byte(key)))
		}
	}
	walked := map[string]bool{}
	db.Walk(func(key []byte) { walked[string(key)] = true })
	for key := range model {
		_, there := live(key)
		require.Equal(t, there, walked[key], key)
	}
}

func TestSet_CopiesItsArguments(t *testing.T) {
	db, _ := newTestDB(t, 0)
	key, value := []byte("key"), []byte("value")
	db.Set(key, value, Never)
	copy(key, "xxx")
	copy(value, "xxxxx")
	require.Equal(t, "value", db.get("key"))
}

func TestExpireCycle_ClearsWhatNobodyAsksFor(t *testing.T) {
	db, now := newTestDB(t, 0)
	for i := range 10_000 {
		key := fmt.Appendf(nil, "key%d", i)
		db.Set(key, key, Never)
		db.SetExpire(key, now.ms+10)
	}
	db.Set([]byte("stays"), nil, Never)
	require.False(t, db.ks.ExpireCycle(time.Minute))
	require.Equal(t, 10_001, db.Len(), "nothing has expired yet")
	now.ms += 11
	require.False(t, db.ks.ExpireCycle(time.Minute))
	require.Equal(t, 1, db.Len())
	db.check()
}

func TestExpireCycle_StopsWhereFewHaveExpired(t *testing.T) {
	db, now := newTestDB(t, 0)
	for i := range 10_000 {
		key := fmt.Appendf(nil, "key%d", i)
		db.Set(key, key, Never)
		at := now.ms + 1_000_000
		if i%100 == 0 {
			at = now.ms - 1
		}
		db.SetExpire(key, at)
	}
	require.False(t, db.ks.ExpireCycle(time.Minute))
	require.Greater(t, db.Len(), 9_950, "it drew a sample or two, and left the rest")
}

func TestExpireCycle_StopsForItsBudget(t *testing.T) {
	db, now := newTestDB(t, 0)
	for i := range 10_000 {
		key := fmt.Appendf(nil, "key%d", i)
		db.Set(key, key, Never)
		db.SetExpire(key, now.ms-1)
	}
	require.True(t, db.ks.ExpireCycle(0))
	require.Equal(t, 10_000-sampleSize, db.Len(), "one sample")
}

func TestEvict_AnOverwriteCostsNoKey(t *testing.T) {
	db, _ := newTestDB(t, 3)
	for _, key := range []string{"a", "b", "c", "a"} {
		db.Set([]byte(key), []byte("1"), Never)
	}
	require.Equal(t, 3, db.Len())
	db.Set([]byte("d"), []byte("1"), Never)
	require.Equal(t, 3, db.Len())
	require.Equal(t, "1", db.get("d"), "not the new one itself")
	db.check()
}

func TestFlush_LeavesNothing(t *testing.T) {
	db, now := newTestDB(t, 0)
	db.Set([]byte("a"), []byte("1"), Never)
	db.SetExpire([]byte("a"), now.ms+1)
	db.Flush()
	db.check()
	require.Zero(t, db.Len())
	require.False(t, db.ks.ExpireCycle(time.Second))
	db.Set([]byte("a"), []byte("2"), Never)
	require.Equal(t, "2", db.get("a"))
	db.check()
}

// The commonest write of a cache: nothing moves, and the key keeps its place in volatile.
func TestSet_WithAnExpiryStaysInItsBlock(t *testing.T) {
	db, now := newTestDB(t, 0)
	value := func(c string) []byte { return bytes.Repeat([]byte(c), 64) }
	for i := range 10 {
		db.Set(fmt.Append(nil, "key:", i), value("a"), At(now.ms+1000))
	}
	used, before := zmalloc.Used(), db.find([]byte("key:4"))
	place := before.Place()
	db.Set([]byte("key:4"), value("b"), At(now.ms+5000))
	require.Same(t, before, db.find([]byte("key:4")))
	require.Equal(t, place, before.Place())
	require.Equal(t, now.ms+5000, before.ExpireAt())
	require.Equal(t, used, zmalloc.Used())
	require.Zero(t, testing.AllocsPerRun(100, func() { db.Set([]byte("key:4"), []byte("c"), At(now.ms+1)) }))
	db.check()
}
