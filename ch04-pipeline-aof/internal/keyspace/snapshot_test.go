package keyspace

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever is written meanwhile: a snapshot has each key once, as it was at its
// start. Also after snapshots that were given up.
func TestSnapshot_IsOfOneMoment(t *testing.T) {
	db, now := newTestDB(0)
	random := rand.New(rand.NewPCG(1, 2))
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
	for round := range 20 {
		for range 4000 {
			change()
		}
		want, got := map[string]state{}, map[string]state{}
		db.Walk(func(key []byte) {
			e := db.find(key)
			want[string(key)] = state{string(e.value.data), e.ExpireAt()}
		})
		db.ks.StartSnapshot(func(_ int, key []byte, value *Value, at int64) {
			require.NotContains(t, got, string(key))
			got[string(key)] = state{string(value.AppendTo(nil)), at}
		})
		for steps := 0; ; steps++ {
			if round%2 == 0 && steps == 100 {
				db.ks.EndSnapshot()
				break
			}
			if !db.ks.SnapshotStep(0) {
				if db.ks.SnapshotCut() {
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
		db.check()
	}
}

// What is flushed goes at once, and is not dumped after that. What comes then is not
// of the snapshot.
func TestSnapshot_IsCutByAFlush(t *testing.T) {
	db, _ := newTestDB(0)
	ks := db.ks
	for i := range 1000 {
		db.Set([]byte(strconv.Itoa(i)), []byte("old"), Never)
	}
	got := map[string]string{}
	ks.StartSnapshot(func(_ int, key []byte, o *Value, _ int64) { got[string(key)] = string(o.AppendTo(nil)) })
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
	db.check()
}
