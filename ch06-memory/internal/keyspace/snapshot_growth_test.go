package keyspace

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch06/internal/object"
)

// A rewrite of many keys in one database must not keep another one from growing: its
// buckets would become long lists.
func TestSnapshot_LetsDatabasesGrow(t *testing.T) {
	ks, _ := newTestKeyspace(t, Eviction{})
	for i := range 1000 {
		ks.DB(0).Set([]byte(strconv.Itoa(i)), nil, false)
	}
	ks.StartSnapshot(func(int, string, *object.Object, int64) {})
	db, growing := ks.DB(1), 0
	for i := range 10_000 {
		db.Set([]byte(strconv.Itoa(i)), nil, false)
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
