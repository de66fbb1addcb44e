package keyspace

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

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
		random := rand.New(rand.NewPCG(1, uint64(len(script))))
		var want, got dumped // what is to be dumped, and is; nil without a snapshot
		var maybe dumped     // of that, what was flushed before it was
		var began []int      // the numbers that the databases' contents had then
		for i := 0; i+1 < min(len(script), 2000); i += 2 {
			op, arg := script[i], script[i+1]
			switch {
			case want == nil && arg%8 == 0:
				ks.dump.size = 1 + int(op)*int(op)/4
				want, maybe, began = ks.now(), dumped{}, []int{0, 1, 2, 3, 4}
				got = ks.collect(random)
			case want != nil && arg == 1:
				ks.EndSnapshot()
				want = nil
			case want != nil && arg%4 == 2:
				for range 1 + op%16 {
					if !ks.SnapshotStep(0) {
						for name, k := range got { // by whoever changed it before the flush
							if maybe[name] == k {
								delete(got, name)
							}
						}
						for name, k := range want {
							if got[name] != k {
								t.Fatalf("%.300q is dumped as %.300v, and not as %.300v", name, got[name], k)
							}
						}
						if len(got) > len(want) {
							t.Fatalf("%d keys are dumped, of %d", len(got), len(want))
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
					for name, k := range want {
						if name[0] == '0'+byte(began[db]) {
							maybe[name] = k
							delete(want, name)
						}
					}
				}
				ks.step(op, arg)
			}
		}
		ks.check()
	})
}
