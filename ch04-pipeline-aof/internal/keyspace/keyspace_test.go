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

func TestExpireCycle_ComesToEveryDatabase(t *testing.T) {
	ks, now := newTestKeyspace(Eviction{})
	for id := range 16 {
		for i := range 100 {
			ks.DB(id).Set([]byte(strconv.Itoa(i)), []byte("v"), At(now.ms+10))
		}
	}
	now.ms += 11
	cycles := 1
	for ; ks.ExpireCycle(0); cycles++ { // each time one sample, and then the next database
		ks.check()
	}
	require.Equal(t, 16*100/sampleSize+1, cycles)
	require.Zero(t, ks.Keys())
	require.False(t, ks.ExpireCycle(time.Minute))
}

func TestMaxKeys_CountsAllDatabases(t *testing.T) {
	ks, _ := newTestKeyspace(Eviction{MaxKeys: 10})
	for i := range 100 {
		ks.DB(i%3).Set([]byte(strconv.Itoa(i)), []byte("v"), Never)
		ks.check()
	}
	require.Equal(t, 10, ks.Keys())
	ks.Flush()
	ks.check()
	require.Zero(t, ks.Keys())
}
