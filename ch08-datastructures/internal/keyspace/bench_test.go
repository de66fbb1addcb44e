package keyspace

import (
	"fmt"
	"testing"
)

func benchKeys(b *testing.B, n int) (*DB, [][]byte, []byte) {
	now := int64(1_700_000_000_000)
	ks := New(Options{Databases: 1, Now: func() int64 { return now }, Seed: 1})
	b.Cleanup(ks.Flush)
	keys := make([][]byte, n)
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "key:%012d", i)
	}
	return ks.DB(0), keys, make([]byte, 64)
}

func BenchmarkGet(b *testing.B) {
	db, keys, value := benchKeys(b, 1000)
	for _, key := range keys {
		db.Set(key, value, Never)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		db.LookupRead(keys[i%len(keys)])
	}
}

func BenchmarkSet(b *testing.B) {
	for _, w := range []struct {
		name         string
		before, then func(db *DB, key, value []byte)
	}{
		{"plain", never, never},
		{"ex-over-ex", at, at},
		{"keepttl-over-ex", at, keep},
		{"ex-over-plain-and-back", never, func(db *DB, key, value []byte) { at(db, key, value); never(db, key, value) }},
		{"new-plain-and-del", nothing, func(db *DB, key, value []byte) { never(db, key, value); db.Delete(key) }},
		{"new-ex-and-del", nothing, func(db *DB, key, value []byte) { at(db, key, value); db.Delete(key) }},
	} {
		b.Run(w.name, func(b *testing.B) {
			db, keys, value := benchKeys(b, 1000)
			for _, key := range keys {
				w.before(db, key, value)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.then(db, keys[i%len(keys)], value)
			}
		})
	}
}

func BenchmarkIncr(b *testing.B) {
	db, keys, _ := benchKeys(b, 1000)
	for i := 0; b.Loop(); i++ {
		key := keys[i%len(keys)]
		n := int64(0)
		if o := db.LookupWrite(key); o != nil {
			n, _ = o.Int()
		}
		db.SetInt(key, n+1)
	}
}

func nothing(*DB, []byte, []byte)     {}
func never(db *DB, key, value []byte) { db.Set(key, value, Never) }
func keep(db *DB, key, value []byte)  { db.Set(key, value, Keep) }
func at(db *DB, key, value []byte)    { db.Set(key, value, At(1_800_000_000_000)) }
