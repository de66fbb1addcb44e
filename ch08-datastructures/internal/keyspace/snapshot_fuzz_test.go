package keyspace

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"redis-internals/ch08/internal/object"
)

// contentsOf is all that the databases hold, as a snapshot should have it.
func contentsOf(ks *Keyspace) map[string]string {
	all := map[string]string{}
	for _, db := range ks.dbs {
		var keys []string
		db.Walk(func(key []byte) { keys = append(keys, string(key)) })
		for _, key := range keys {
			at, _ := db.ExpireAt([]byte(key))
			all[fmt.Sprint(db.ID, key)] = fmt.Sprintf("%s until %d", db.LookupWrite([]byte(key)).AppendTo(nil), at)
		}
	}
	return all
}

// step changes something, as two bytes of a script say.
func (ks *Keyspace) step(op, arg byte) {
	db, other := ks.dbs[op>>4%4], ks.dbs[arg%5]
	key := []byte(strings.Repeat("k", int(op&3)*100) + fmt.Sprint(arg))
	switch op & 15 {
	case 0, 1, 2, 3:
		expiry := []Expiry{Keep, Never, At(ks.Now() + int64(arg) + 1)}[arg%3]
		db.Set(key, []byte(strings.Repeat("v", int(arg)*int(op&3)*20)), expiry)
	case 4, 5:
		db.SetInt(key, int64(arg)<<(op%60))
	case 6, 7:
		db.Delete(key)
	case 8:
		if db.LookupWrite(key) != nil {
			db.SetExpire(key, ks.Now()+int64(arg)+1)
		}
	case 9:
		db.Persist(key)
	case 10, 11:
		if db != other {
			db.Move(key, other)
		}
	case 12:
		ks.Swap(db, other)
	case 13:
		if arg < 20 {
			db.Flush()
		}
	case 14:
		ks.evictOne()
	case 15: // many keys, so that tables grow while the walk is under way
		for i := range int(arg) {
			db.Set(fmt.Append(nil, op, i), key, Never)
		}
	}
}

// A snapshot has each key of each database once, as it was at the start, whatever is
// written, moved, swapped or evicted meanwhile, and however many snapshots before it
// were given up. From a flush on it has no more of what was flushed.
func FuzzSnapshot(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		script := make([]byte, random.IntN(2000))
		for i := range script {
			script[i] = byte(random.Uint32())
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		ks, _ := newTestKeyspace(t, Eviction{Policy: AllKeysLRU, Samples: 5})
		var want map[string]string // what is still to be dumped; nil without a snapshot
		var began []int            // the numbers that the databases' contents had then
		for i := 0; i+1 < min(len(script), 2000); i += 2 {
			op, arg := script[i], script[i+1]
			switch {
			case want == nil && arg%8 == 0:
				want, began = contentsOf(ks), []int{0, 1, 2, 3, 4}
				ks.StartSnapshot(func(db int, key []byte, o *object.Object, at int64) {
					name := fmt.Sprint(db, string(key))
					if is := fmt.Sprintf("%s until %d", o.AppendTo(nil), at); want[name] != is {
						t.Fatalf("%s is dumped as %q, and not as %q", name, is, want[name])
					}
					delete(want, name)
				})
			case want != nil && arg == 1:
				ks.EndSnapshot()
				want = nil
			case want != nil && arg%4 == 2:
				for range 1 + op%16 {
					if !ks.SnapshotStep(0) {
						if len(want) > 0 {
							t.Fatalf("nobody dumped %v", want)
						}
						want = nil
						break
					}
				}
			default:
				db, other := op>>4%4, arg%5
				switch {
				case want != nil && op&15 == 12:
					began[db], began[other] = began[other], began[db]
				case want != nil && op&15 == 13 && arg < 20:
					maps.DeleteFunc(want, func(name, _ string) bool { return name[0] == byte('0'+began[db]) })
				}
				ks.step(op, arg)
			}
		}
		ks.check()
	})
}
