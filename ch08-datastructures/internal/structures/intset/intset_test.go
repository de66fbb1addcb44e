package intset

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/ch08/internal/zmalloc"
)

// check panics unless the set is sorted, no wider than its widest member ever was, and in
// a block of its class.
func (s Set) check() {
	if !Validate(s.Bytes()) {
		panic(fmt.Sprintf("not a set: %x", s.Bytes()))
	}
	for i := range s.Len() {
		if widthOf(s.At(i)) > s.width() {
			panic("a member is wider than the set")
		}
	}
	if zmalloc.Size(zmalloc.Ref(s)) != zmalloc.GoodSize(len(s.Bytes())) {
		panic("the block is of another class")
	}
}

func (s Set) all() (all []int64) {
	for i := range s.Len() {
		all = append(all, s.At(i))
	}
	return all
}

// edges draws integers that are near to a change of width, or small.
func edges() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64Range(-20, 20),
		rapid.Map(rapid.IntRange(-2, 2), func(d int) int64 { return math.MaxInt16 + int64(d) }),
		rapid.Map(rapid.IntRange(-2, 2), func(d int) int64 { return math.MinInt16 + int64(d) }),
		rapid.Map(rapid.IntRange(-2, 2), func(d int) int64 { return math.MaxInt32 + int64(d) }),
		rapid.Map(rapid.IntRange(-2, 2), func(d int) int64 { return math.MinInt32 + int64(d) }),
		rapid.Int64(),
	)
}

func TestIntset_AgreesWithAMap(t *testing.T) {
	before := zmalloc.Used()
	rapid.Check(t, func(t *rapid.T) {
		s, model, widest := New(), map[int64]bool{}, 2
		defer func() { s.Free() }()
		member := edges()
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				v := member.Draw(t, "v")
				require.Equal(t, !model[v], s.Add(v))
				model[v] = true
				widest = max(widest, widthOf(v))
			},
			"remove": func(t *rapid.T) {
				v := member.Draw(t, "v")
				if s.Len() > 0 && rapid.Bool().Draw(t, "one that is there") {
					v = s.At(rapid.IntRange(0, s.Len()-1).Draw(t, "i"))
				}
				require.Equal(t, model[v], s.Remove(v))
				delete(model, v)
			},
			"has": func(t *rapid.T) {
				v := member.Draw(t, "v")
				require.Equal(t, model[v], s.Has(v))
			},
			"": func(t *rapid.T) {
				s.check()
				require.Equal(t, widest, s.width())
				require.Equal(t, len(model), s.Len())
				for _, v := range s.all() {
					require.True(t, model[v])
				}
			},
		})
	})
	require.Equal(t, before, zmalloc.Used())
}

// What redis-server 7.0.15 answers to DUMP, without the type in front and the checksum.
func TestIntset_HasRedisBytes(t *testing.T) {
	for _, c := range []struct {
		members []int64
		want    string
	}{
		{[]int64{300, 7, -5}, "0200000003000000fbff07002c01"},
		{[]int64{300, 7, -5, 70000}, "0400000004000000fbffffff070000002c01000070110100"},
		{[]int64{1, -3000000000}, "080000000200000000a22f4dffffffff0100000000000000"},
	} {
		s := New()
		for _, v := range c.members {
			require.True(t, s.Add(v))
		}
		require.Equal(t, c.want, hex.EncodeToString(s.Bytes()))
		s.Free()
	}
}

func TestIntset_WidensForMemberThatDoesNotFit(t *testing.T) {
	s := New()
	defer func() { s.Free() }()
	for _, v := range []int64{5, -5, math.MinInt32, math.MaxInt64} {
		s.Add(v)
	}
	require.Equal(t, 8, s.width())
	require.Equal(t, []int64{math.MinInt32, -5, 5, math.MaxInt64}, s.all())
	require.Equal(t, int64(math.MinInt32), s.Min())
	s.Remove(math.MaxInt64)
	require.Equal(t, 8, s.width(), "it never shrinks")
	require.Equal(t, int64(5), s.Max())
}

func TestRandom_IsFair(t *testing.T) {
	s, random, drawn := New(), rand.New(rand.NewPCG(1, 2)), map[int64]int{}
	defer func() { s.Free() }()
	for i := range 10 {
		s.Add(int64(i * 1000))
	}
	const each = 2000
	for range 10 * each {
		drawn[s.Random(random)]++
	}
	chi := 0.0
	for i := range 10 {
		d := float64(drawn[int64(i*1000)] - each)
		chi += d * d / each
	}
	require.Less(t, chi, 27.9, "one in a thousand, with nine degrees of freedom")
}

func TestIntset_AllocatesNothingOnGosHeap(t *testing.T) {
	s := New()
	defer func() { s.Free() }()
	v := int64(0)
	require.Zero(t, testing.AllocsPerRun(500, func() {
		v += 7919
		s.Add(v)
		s.Has(v)
		s.Remove(v - 5*7919)
	}))
}

func FuzzIntset(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0x81, 0xff, 0xff, 0x80, 3})
	f.Fuzz(func(t *testing.T, script []byte) {
		before := zmalloc.Used()
		s, model := New(), []int64{}
		for i := 0; i+2 < len(script); i += 3 {
			v := int64(int8(script[i+1])) << (script[i] & 63) >> (script[i+2] & 7)
			at, there := slices.BinarySearch(model, v)
			if s.Has(v) != there {
				t.Fatalf("Has(%d) is %v", v, !there)
			}
			if script[i]&64 == 0 {
				if s.Add(v) == there {
					t.Fatalf("Add(%d)", v)
				}
				if !there {
					model = slices.Insert(model, at, v)
				}
			} else {
				if s.Remove(v) != there {
					t.Fatalf("Remove(%d)", v)
				}
				if there {
					model = slices.Delete(model, at, at+1)
				}
			}
			s.check()
		}
		if !slices.Equal(s.all(), model) && len(model) > 0 {
			t.Fatalf("%v and not %v", s.all(), model)
		}
		s.Free()
		if zmalloc.Used() != before {
			t.Fatal("memory is left")
		}
	})
}

func FuzzValidate(f *testing.F) {
	f.Add([]byte{2, 0, 0, 0, 1, 0, 0, 0, 5, 0})
	f.Add([]byte{4, 0, 0, 0, 255, 255, 255, 255, 5, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if Validate(b) {
			for i := range (len(b) - headSize) / int(order.Uint32(b)) {
				load(b[headSize:], int(order.Uint32(b)), i)
			}
		}
	})
}

// Nine steps in a few cache lines, whatever the width.
func BenchmarkHas(b *testing.B) {
	for _, n := range []int{16, 512, 65536} {
		for _, scale := range []int64{1, 1 << 20, 1 << 40} {
			s := New()
			for i := range n {
				s.Add(int64(i%32768) * scale)
			}
			b.Run(fmt.Sprintf("members=%d/width=%d", s.Len(), s.width()), func(b *testing.B) {
				i := int64(0)
				for b.Loop() {
					i = (i*1103515245 + 12345) & 0x7fff
					s.Has(i % int64(n) * scale)
				}
			})
			s.Free()
		}
	}
}

func BenchmarkAddRemove(b *testing.B) {
	for _, n := range []int{16, 512, 30_000} {
		b.Run(fmt.Sprintf("members=%d", n), func(b *testing.B) {
			s := New()
			for i := range n {
				s.Add(int64(i))
			}
			i := 0
			for b.Loop() {
				i = (i + 7919) % n
				s.Remove(int64(i))
				s.Add(int64(i))
			}
			b.ReportMetric(float64(s.MemoryUsage())/float64(n), "bytes/member")
			s.Free()
		})
	}
}
