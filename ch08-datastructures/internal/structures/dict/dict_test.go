package dict

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/zmalloc"
)

// The tests' entries are a length and the key.
var testType = &Type{Key: func(r Ref) []byte {
	b := zmalloc.Bytes(r)
	return b[2 : 2+binary.LittleEndian.Uint16(b)]
}}

func newEntry(key []byte) Ref {
	r := zmalloc.Alloc(2 + len(key))
	b := zmalloc.Bytes(r)
	binary.LittleEndian.PutUint16(b, uint16(len(key)))
	copy(b[2:], key)
	return r
}

func (d *Dict) add(key []byte) { d.Insert(Hash(key), newEntry(key)) }

func (d *Dict) drop(key []byte) bool {
	r := d.Delete(Hash(key), key)
	if r != 0 {
		zmalloc.Free(r)
	}
	return r != 0
}

func (d *Dict) close() { d.Clear(zmalloc.Free) }

// check panics unless every entry is where it belongs.
func (d *Dict) check() {
	count, extra := 0, 0
	for ti := range d.tables {
		t := &d.tables[ti]
		if t.memory == 0 {
			continue
		}
		for i := range t.mask() + 1 {
			for b := t.bucket(i); ; b = pointerTo(b.child) {
				n := b.len()
				for s, tag := range b.tags {
					if s >= n && (tag != 0 || b.refs[s] != 0) {
						panic(fmt.Sprintf("bucket %d has an entry behind an empty slot", i))
					}
				}
				for s := range n {
					hash := Hash(d.key(b.refs[s]))
					if hash&t.mask() != i || tagOf(hash) != b.tags[s] || d.home(hash) != t.bucket(i) {
						panic(fmt.Sprintf("an entry of bucket %d belongs elsewhere", i))
					}
				}
				count += n
				if b.child == 0 {
					break
				}
				if n < slots {
					panic("a bucket has a child and room")
				}
				extra++
			}
		}
	}
	if count != d.Len() || extra != int(d.extra) {
		panic(fmt.Sprintf("%d entries and %d children are counted, and %d and %d there", d.count, d.extra, count, extra))
	}
}

func key(i int) []byte { return fmt.Appendf(nil, "key:%d", i) }

func TestDict_AgreesWithAMap(t *testing.T) {
	before := zmalloc.Used()
	d, model := New(testType), map[int]bool{}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 200_000 {
		k := random.IntN(1 << (4 + i/20_000)) // the range grows: so does the dict
		if i > 150_000 {
			k = random.IntN(1 << 14)
		}
		switch grows := i < 150_000; {
		case model[k] && (!grows || random.IntN(4) == 0):
			require.True(t, d.drop(key(k)))
			delete(model, k)
		case !model[k] && (grows || random.IntN(8) == 0):
			require.Zero(t, d.Find(Hash(key(k)), key(k)))
			d.add(key(k))
			model[k] = true
		default:
			require.Equal(t, model[k], d.Find(Hash(key(k)), key(k)) != 0)
		}
		if i%1000 == 0 {
			d.check()
			require.Equal(t, len(model), d.Len())
		}
	}
	for k := range model {
		require.NotZero(t, d.Find(Hash(key(k)), key(k)))
		require.Equal(t, key(k), testType.Key(d.Find(Hash(key(k)), key(k))))
	}
	d.close()
	require.Equal(t, before, zmalloc.Used())
}

// A dict is a block of 48 bytes, found again by its reference, and as many may be as are
// wanted: they share their types.
func TestDict_IsABlock(t *testing.T) {
	before := zmalloc.Used()
	var refs []Ref
	for i := range 100 {
		d := New(testType)
		require.Equal(t, 48, zmalloc.Size(d.Ref()))
		d.add(key(i))
		refs = append(refs, d.Ref())
	}
	for i, r := range refs {
		require.NotZero(t, At(r).Find(Hash(key(i)), key(i)))
		require.Equal(t, 1, At(r).Len())
		require.Equal(t, 48+minBuckets*bucketSize, At(r).MemoryUsage())
		At(r).close()
	}
	require.Equal(t, before, zmalloc.Used())
	require.Zero(t, testing.AllocsPerRun(100, func() { New(testType).Clear(nil) }))
}

func TestDict_ShrinksWhenItEmpties(t *testing.T) {
	before := zmalloc.Used()
	d := New(testType)
	for i := range 100_000 {
		d.add(key(i))
	}
	require.Less(t, d.MemoryUsage(), 100_000*15)
	for i := range 99_900 {
		require.True(t, d.drop(key(i)))
	}
	for d.Rehash(100) {
	}
	d.check()
	require.Less(t, d.MemoryUsage(), 100*bucketSize)
	d.close()
	require.Equal(t, before, zmalloc.Used())
}

// Where memory ends the dict does not grow, and what it has begun to move waits; it finds
// all the same, and goes on when there is memory again.
func TestDict_StaysAsItIsWithoutMemory(t *testing.T) {
	for _, spare := range []int{600 << 10, 1 << 20, 2 << 20} {
		before := zmalloc.Used()
		d := New(testType)
		restore := zmalloc.EndSoon(spare)
		n := 0
		for ; zmalloc.HasRoom(64); n++ {
			d.add(key(n))
		}
		d.check()
		for i := range n {
			require.NotZero(t, d.Find(Hash(key(i)), key(i)))
		}
		for i := range n / 2 {
			require.True(t, d.drop(key(i)))
		}
		d.check()
		restore()
		for i := range n / 2 {
			d.add(key(i))
		}
		for d.Rehash(100) {
		}
		d.check()
		require.LessOrEqual(t, d.Len(), (int(d.tables[0].mask())+1)*growAt, "it has grown")
		d.close()
		require.Equal(t, before, zmalloc.Used())
	}
}

func TestReplace_KeepsTheKeyWhereItIs(t *testing.T) {
	d := New(testType)
	defer d.close()
	d.add([]byte("k"))
	old, moved := d.Find(Hash([]byte("k")), []byte("k")), newEntry([]byte("k"))
	d.Replace(Hash([]byte("k")), old, moved)
	require.Equal(t, moved, d.Find(Hash([]byte("k")), []byte("k")))
	zmalloc.Free(old)
	d.check()
}

// What is there all the time is met, whatever else comes and goes, and however the
// table is resized meanwhile.
func TestScan_MeetsAllThatStays(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 5, 100, 3000} {
		for round := range 20 {
			d := New(testType)
			for i := range n {
				d.add(key(i))
			}
			met, others, cursor := map[string]bool{}, n, uint64(0)
			for steps := 0; ; steps++ {
				cursor = d.Scan(cursor, func(r Ref) { met[string(testType.Key(r))] = true })
				if cursor == 0 {
					break
				}
				require.Less(t, steps, 100_000)
				for range random.IntN(40) {
					if (steps/30+round)%2 == 0 {
						d.add(key(others))
						others++
					} else if others > n {
						others--
						require.True(t, d.drop(key(others)))
					}
				}
			}
			for i := range n {
				require.True(t, met[string(key(i))], "%d of %d", i, n)
			}
			d.check()
			d.close()
		}
	}
}

func TestWalk_MeetsEachOnceWhileRehashing(t *testing.T) {
	d := New(testType)
	defer d.close()
	for i := range 5000 {
		d.add(key(i))
	}
	for i := 0; !d.isRehashing(); i++ {
		d.add(key(5000 + i))
	}
	n := d.Len()
	met := map[string]int{}
	for i, more := uint64(0), true; more; {
		i, more = d.Walk(i, func(r Ref) { met[string(testType.Key(r))]++ })
	}
	require.True(t, d.isRehashing())
	for i := range n {
		require.Equal(t, 1, met[string(key(i))], "%d", i)
	}
	for d.Rehash(1) {
	}
	d.check()
}

func TestRandom_IsFair(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 2, 10, 200, 1000} {
		d := New(testType)
		for i := range n {
			d.add(key(i))
		}
		drawn := map[Ref]int{}
		const each = 200
		for range n * each {
			drawn[d.Random(random)]++
		}
		require.Len(t, drawn, n)
		chi := 0.0
		for _, k := range drawn {
			chi += float64((k-each)*(k-each)) / each
		}
		// Its mean is n-1 and its deviation the root of 2(n-1): five of these.
		require.Less(t, (chi-float64(n-1))*(chi-float64(n-1)), 25*2*float64(n), "n %d, chi squared %f", n, chi)
		d.close()
	}
	d := New(testType)
	require.Zero(t, d.Random(random))
	d.close()
}

// While entries are being moved the tables differ in length: every entry of both must
// still be drawn as often as any other, whichever of them is the longer one.
func TestRandom_IsFairWhileRehashing(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, shrinks := range []bool{false, true} {
		d := New(testType)
		for i := range 3000 {
			d.add(key(i))
		}
		for d.Rehash(1) {
		}
		if shrinks {
			for i := 0; !d.isRehashing(); i++ {
				require.True(t, d.drop(key(i)))
			}
		} else {
			for i := 3000; !d.isRehashing(); i++ {
				d.add(key(i))
			}
		}
		require.True(t, d.Rehash(int(d.tables[0].mask()/2)))
		n, drawn := d.Len(), map[Ref]int{}
		const each = 200
		for range n * each {
			drawn[d.Random(random)]++
		}
		require.Len(t, drawn, n)
		chi := 0.0
		for _, k := range drawn {
			chi += float64((k-each)*(k-each)) / each
		}
		// Its mean is n-1 and its deviation the root of 2(n-1): five of these.
		require.Less(t, (chi-float64(n-1))*(chi-float64(n-1)), 25*2*float64(n), "n %d, chi squared %f", n, chi)
		d.close()
	}
}

func TestDict_AllocatesNothingOnGosHeap(t *testing.T) {
	d := New(testType)
	defer d.close()
	for i := range 1000 {
		d.add(key(i))
	}
	k := key(7)
	hash := Hash(k)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		r := d.Delete(hash, k)
		d.Insert(hash, r)
		if d.Find(Hash(k), k) != r {
			t.Fatal("not found")
		}
	}))
}

func FuzzDict(f *testing.F) {
	f.Add([]byte("abcabcABC\x00\x01\xff"))
	f.Fuzz(func(t *testing.T, script []byte) {
		before := zmalloc.Used()
		d, model := New(testType), map[string]bool{}
		for i, op := range script[:min(len(script), 1000)] { // more would be slower, and find no more
			// Many keys from one byte: each op works on a group of them.
			for j := range 1 + int(op)%29 {
				k := fmt.Appendf(nil, "%d:%d", op%64, j)
				switch {
				case op < 100 && !model[string(k)]:
					d.add(k)
					model[string(k)] = true
				case op < 160:
					if d.drop(k) != model[string(k)] {
						t.Fatalf("dropping %q", k)
					}
					delete(model, string(k))
				case op < 170:
					d.Rehash(j)
				case (d.Find(Hash(k), k) != 0) != model[string(k)]:
					t.Fatalf("finding %q", k)
				}
			}
			if i%16 == 0 {
				d.check()
			}
		}
		d.check()
		met := 0
		for cursor, first := uint64(0), true; first || cursor != 0; first = false {
			cursor = d.Scan(cursor, func(r Ref) {
				if !model[string(testType.Key(r))] {
					t.Fatal("scan meets what is not there")
				}
				met++
			})
		}
		if met < len(model) || d.Len() != len(model) {
			t.Fatalf("%d met and %d counted of %d", met, d.Len(), len(model))
		}
		d.close()
		if zmalloc.Used() != before {
			t.Fatal("memory is left")
		}
	})
}

// filled returns a dict whose entries are as a key of 16 bytes with a value of 64 is: 88
// bytes, of which GET reads all.
func filled(b *testing.B, n int) (*Dict, [][]byte) {
	d := New(testType)
	keys := make([][]byte, 1<<16)
	for i := range n {
		k := fmt.Appendf(nil, "key:%012d", i)
		r := zmalloc.Alloc(88)
		all := zmalloc.Bytes(r)
		binary.LittleEndian.PutUint16(all, uint16(len(k)))
		copy(all[2:], k)
		d.Insert(Hash(k), r)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "key:%012d", random.IntN(n))
	}
	b.ResetTimer()
	return d, keys
}

// What asking for memory before it is needed gives, for a batch of sixteen keys. With
// -short it is asked of few keys.
func BenchmarkFind(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000, 5_000_000} {
		if testing.Short() && n > 100_000 {
			break
		}
		for _, ahead := range []bool{false, true} {
			b.Run(fmt.Sprintf("keys=%d/prefetch=%v", n, ahead), func(b *testing.B) {
				d, keys := filled(b, n)
				defer d.close()
				var hashes [16]uint64
				var value [64]byte
				for i := 0; b.Loop(); i += 16 {
					batch := keys[i&(len(keys)-1):][:16]
					for j, k := range batch {
						hashes[j] = Hash(k)
						if ahead {
							d.PrefetchBucket(hashes[j])
						}
					}
					if ahead {
						for _, h := range hashes {
							d.PrefetchEntries(h)
						}
					}
					for j, k := range batch {
						r := d.Find(hashes[j], k)
						if r == 0 {
							b.Fatal("not found")
						}
						copy(value[:], zmalloc.Bytes(r)[24:])
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/16, "ns/key")
			})
		}
	}
}
