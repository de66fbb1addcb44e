package listpack

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/ch08/internal/zmalloc"
)

// check panics unless the bytes are a pack, in a block of its class, and walking backwards
// meets what walking forwards does.
func (p Pack) check() {
	if !Validate(p.Bytes()) {
		panic(fmt.Sprintf("not a pack: %x", p.Bytes()))
	}
	if zmalloc.Size(zmalloc.Ref(p)) != zmalloc.GoodSize(p.Size()) {
		panic("the block is of another class")
	}
	var there []Pos
	for at := p.First(); at != 0; at = p.Next(at) {
		there = append(there, at)
	}
	for at := p.Last(); at != 0; at = p.Prev(at) {
		if len(there) == 0 || there[len(there)-1] != at {
			panic("backwards is another way than forwards")
		}
		there = there[:len(there)-1]
	}
	if len(there) != 0 {
		panic("backwards ends too early")
	}
}

func (p Pack) all() (all []string) {
	for at := p.First(); at != 0; at = p.Next(at) {
		all = append(all, string(p.At(at).AppendTo(nil)))
	}
	return all
}

// element draws strings of all lengths at which the encoding or the backlen changes, and
// integers near to those at which it does.
func element() *rapid.Generator[string] {
	near := func(limits ...int64) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			n := rapid.SampledFrom(limits).Draw(t, "limit") + rapid.Int64Range(-2, 2).Draw(t, "off")
			return strconv.FormatInt(n, 10)
		})
	}
	return rapid.OneOf(
		near(0, 127, 4095, -4096, 1<<15, -1<<15, 1<<23, -1<<23, 1<<31, -1<<31, 1<<62),
		rapid.SampledFrom([]string{
			"", "-", "-0", "00", "007", "+1", " 1", "9223372036854775807", "9223372036854775808",
			"-9223372036854775808", "-9223372036854775809", "18446744073709551617", "\xff", "1\x00",
			"one of some", "two of some", "three of some", // their ends are the same
		}),
		rapid.Custom(func(t *rapid.T) string {
			n := rapid.SampledFrom([]int{1, 62, 63, 64, 125, 126, 127, 4093, 4095, 4096}).Draw(t, "length")
			return string(bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, n))
		}),
	)
}

func TestListpack_AgreesWithASlice(t *testing.T) {
	before := zmalloc.Used()
	rapid.Check(t, func(t *rapid.T) {
		p, model := New(), []string{}
		defer func() { p.Free() }()
		text := element()
		place := func(t *rapid.T) int {
			if len(model) == 0 {
				t.Skip("empty")
			}
			return rapid.IntRange(0, len(model)-1).Draw(t, "i")
		}
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				s := text.Draw(t, "s")
				require.True(t, p.At(p.Append([]byte(s))).Is([]byte(s)))
				model = append(model, s)
			},
			"prepend": func(t *rapid.T) {
				s := text.Draw(t, "s")
				p.Prepend([]byte(s))
				model = slices.Insert(model, 0, s)
			},
			"append all": func(t *rapid.T) {
				more := rapid.SliceOfN(text, 0, 5).Draw(t, "more")
				var texts [][]byte
				for _, s := range more {
					texts = append(texts, []byte(s))
				}
				p.AppendAll(texts)
				model = append(model, more...)
			},
			"insert": func(t *rapid.T) {
				i, s := place(t), text.Draw(t, "s")
				if rapid.Bool().Draw(t, "after") {
					p.InsertAfter(p.Seek(i), []byte(s))
					i++
				} else {
					p.InsertBefore(p.Seek(i), []byte(s))
				}
				model = slices.Insert(model, i, s)
			},
			"replace": func(t *rapid.T) {
				i, s := place(t), text.Draw(t, "s")
				p.Replace(p.Seek(i-len(model)), []byte(s))
				model[i] = s
			},
			"delete": func(t *rapid.T) {
				i := place(t)
				next := p.Delete(p.Seek(i))
				require.Equal(t, i == len(model)-1, next == 0)
				model = slices.Delete(model, i, i+1)
			},
			"delete range": func(t *rapid.T) {
				i, n := place(t), rapid.IntRange(0, 5).Draw(t, "n")
				end := min(i+n, len(model))
				require.Equal(t, end-i, p.DeleteRange(i, n))
				model = slices.Delete(model, i, end)
			},
			"find": func(t *rapid.T) {
				s, skip := text.Draw(t, "s"), rapid.IntRange(0, 2).Draw(t, "skip")
				if len(model) > 0 {
					s = model[place(t)]
				}
				want, at := -1, p.Find(p.First(), []byte(s), skip)
				for i := 0; i < len(model) && want < 0; i += skip + 1 {
					if model[i] == s {
						want = i
					}
				}
				if want < 0 {
					require.Zero(t, at)
				} else {
					require.Equal(t, p.Seek(want), at)
				}
			},
			"split and join": func(t *rapid.T) {
				i := place(t)
				tail := p.SplitAt(p.Seek(i))
				p.check()
				tail.check()
				require.Equal(t, len(model)-i, tail.Len())
				require.Equal(t, i, p.Len())
				p.Join(tail)
				tail.Free()
			},
			"": func(t *rapid.T) {
				p.check()
				require.Equal(t, len(model), p.Len())
				require.True(t, slices.Equal(model, p.all()), "%q, %q", model, p.all())
				for i := range model {
					require.Equal(t, p.Seek(i), p.Seek(i-len(model)))
				}
				require.Zero(t, p.Seek(len(model)))
				require.Zero(t, p.Seek(-len(model)-1))
			},
		})
	})
	require.Equal(t, before, zmalloc.Used())
}

// What redis-server 7.0.15 answers to DUMP of a list with these elements, without what
// stands around the pack.
func TestListpack_HasRedisBytes(t *testing.T) {
	for _, c := range []struct {
		texts []string
		want  string
	}{
		{
			[]string{"ada", "1815", "5"},
			"\x11\x00\x00\x00\x03\x00\x83ada\x04\xc7\x17\x02\x05\x01\xff",
		},
		{
			[]string{"-1", "127", "128", "4095", "-4096", "4096", "-4097", "32767", "32768", "8388607", "8388608", "-2147483649", "007", ""},
			"BB\x00\x00\x00\x0e\x00\xdf\xff\x02\x7f\x01\xc0\x80\x02\xcf\xff\x02\xd0\x00\x02\xf1\x00\x10\x03\xf1\xff\xef\x03\xf1\xff\x7f\x03" +
				"\xf2\x00\x80\x00\x04\xf2\xff\xff\x7f\x04\xf3\x00\x00\x80\x00\x05\xf4\xff\xff\xff\x7f\xff\xff\xff\xff\t\x83007\x04\x80\x01\xff",
		},
	} {
		p := New()
		for _, s := range c.texts {
			p.Append([]byte(s))
		}
		require.Equal(t, c.want[len(c.want)-len(p.Bytes()):], string(p.Bytes()))
		require.True(t, Validate(p.Bytes()))
		p.Free()
	}
}

// Backlens of all lengths but the last, at the limits where Redis makes them longer.
func TestBacklen_IsReadAsWritten(t *testing.T) {
	for _, n := range []int{1, 127, 128, 300, 16382, 16383, 16384, 2097150, 2097151, 268435454, 268435455, 1 << 30} {
		var b [8]byte
		size := putBacklen(b[:], n)
		require.Equal(t, backlenSize(n), size)
		require.Equal(t, n, decodeBacklen(b[:size]), "%x", b[:size])
	}
	var b [2]byte
	putBacklen(b[:], 300)
	require.Equal(t, [2]byte{0x02, 0xac}, b)
}

func TestListpack_LongStrings(t *testing.T) {
	before := zmalloc.Used()
	p := New()
	for _, n := range []int{16_000, 16_383, 70_000, 3 << 20} {
		p.Append(bytes.Repeat([]byte{'x'}, n))
		p.Prepend(bytes.Repeat([]byte{'y'}, n))
		p.check()
	}
	require.Equal(t, 3<<20, p.At(p.Last()).Len())
	p.DeleteRange(0, 8)
	require.Equal(t, 7, p.Size())
	p.Free()
	require.Equal(t, before, zmalloc.Used())
}

// A count of two bytes ends at 65,534: from there on it is counted.
func TestLen_CountsBeyondItsTwoBytes(t *testing.T) {
	p := New()
	defer func() { p.Free() }()
	for i := range 66_000 {
		p.AppendInt(int64(i % 100))
	}
	require.Equal(t, 66_000, p.Len())
	require.Equal(t, int64(99), p.At(p.Seek(65_999)).Integer)
	require.Equal(t, int64(99), p.At(p.Seek(-1)).Integer)
	require.Equal(t, 1000, p.DeleteRange(500, 1000))
	require.Equal(t, 65_000, p.Len())
	require.Equal(t, uint16(65_000), order.Uint16(p.Bytes()[4:]), "who counts writes it down")
	p.check()
}

func TestSample_IsFair(t *testing.T) {
	p, random := New(), rand.New(rand.NewPCG(1, 2))
	defer func() { p.Free() }()
	for i := range 10 {
		p.AppendInt(int64(i))
		p.Append([]byte("value"))
	}
	const each = 3000
	drawn, single := [10]int{}, [10]int{}
	for range each * 10 / 3 {
		met := 0
		p.Sample(random, 3, 2, func(at Pos) {
			drawn[p.At(at).Integer]++
			met++
		})
		require.Equal(t, 3, met)
	}
	for range each * 10 {
		single[p.At(p.Random(random, 2)).Integer]++
	}
	for _, counts := range [][10]int{drawn, single} {
		chi := 0.0
		for _, n := range counts {
			chi += float64(n-each) * float64(n-each) / each
		}
		require.Less(t, chi, 27.9, "one in a thousand, with nine degrees of freedom")
	}
	met := 0
	p.Sample(random, 50, 2, func(Pos) { met++ })
	require.Equal(t, 10, met)
}

// ziplist computes what a ziplist of such payloads would be: the size of each entry, whose
// prevlen takes five bytes if the entry before it has 254 or more.
func ziplist(payloads []int) (sizes []int) {
	before := 0
	for _, n := range payloads {
		size := 1 + n
		if before >= 254 {
			size = 5 + n
		}
		sizes = append(sizes, size)
		before = size
	}
	return sizes
}

// One insertion makes every entry of a ziplist longer, and no other one of a listpack's.
func TestZiplist_Cascades(t *testing.T) {
	payloads := slices.Repeat([]int{252}, 100) // encoding and data
	was, is := ziplist(payloads), ziplist(append([]int{300}, payloads...))
	longer := 0
	for i := range was {
		if is[i+1] > was[i] {
			longer++
		}
	}
	require.Equal(t, 100, longer)

	p := New()
	defer func() { p.Free() }()
	for range 100 {
		p.Append(bytes.Repeat([]byte{'x'}, 250))
	}
	behind := bytes.Clone(p.Bytes()[headSize:])
	p.Prepend(bytes.Repeat([]byte{'y'}, 300))
	require.Equal(t, behind, p.Bytes()[p.Next(p.First()):], "what is behind is moved, and not changed")
}

func TestListpack_AllocatesNothingOnGosHeap(t *testing.T) {
	p, text, out := New(), []byte("some text"), make([]byte, 0, 64)
	defer func() { p.Free() }()
	require.Zero(t, testing.AllocsPerRun(500, func() {
		p.Append(text)
		p.AppendInt(1234)
		at := p.Find(p.First(), text, 0)
		out = p.At(p.Replace(at, text)).AppendTo(out[:0])
		p.Delete(p.Last())
	}))
}

func FuzzListpack(f *testing.F) {
	f.Add([]byte("\x00\x05hello\x01\x0242\x02\x03abc\x13\x00\x04\x01"))
	f.Fuzz(func(t *testing.T, script []byte) {
		before := zmalloc.Used()
		p, model := New(), [][]byte{}
		word := func() []byte {
			if len(script) == 0 {
				return nil
			}
			n := min(int(script[0]), len(script)-1)
			w := script[1 : 1+n]
			script = script[1+n:]
			return w
		}
		for len(script) > 0 {
			op := int(script[0])
			script = script[1:]
			at := 0
			if len(model) > 0 {
				at = op / 8 % len(model)
			}
			switch w := word(); {
			case op%8 < 2 || len(model) == 0:
				p.Append(w)
				model = append(model, w)
			case op%8 == 2:
				p.InsertBefore(p.Seek(at), w)
				model = slices.Insert(model, at, w)
			case op%8 == 3:
				p.InsertAfter(p.Seek(at), w)
				model = slices.Insert(model, at+1, w)
			case op%8 == 4:
				p.Replace(p.Seek(at), w)
				model[at] = w
			case op%8 == 5:
				p.Delete(p.Seek(at))
				model = slices.Delete(model, at, at+1)
			case op%8 == 6:
				n := p.DeleteRange(at, len(w))
				model = slices.Delete(model, at, at+n)
			default:
				if at := p.Find(p.First(), w, 0); at != 0 && !p.At(at).Is(w) {
					t.Fatalf("%q is not %q", p.At(at).AppendTo(nil), w)
				}
			}
			p.check()
		}
		if p.Len() != len(model) {
			t.Fatalf("%d and not %d", p.Len(), len(model))
		}
		for i, at := 0, p.First(); at != 0; i, at = i+1, p.Next(at) {
			if got := p.At(at).AppendTo(nil); !bytes.Equal(got, model[i]) {
				t.Fatalf("%d: %q and not %q", i, got, model[i])
			}
		}
		p.Free()
		if zmalloc.Used() != before {
			t.Fatal("memory is left")
		}
	})
}

// Whatever Validate lets pass can be walked, read and changed. The bytes are at the end
// of their slice: who reads behind it panics.
func FuzzValidate(f *testing.F) {
	f.Add([]byte("\x11\x00\x00\x00\x03\x00\x83ada\x04\xc7\x17\x02\x05\x01\xff"))
	f.Add([]byte("\x0d\x00\x00\x00\x01\x00\xf0\xff\xff\xff\xff\x01\xff"))
	f.Add([]byte("\x07\x00\x00\x00\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		fix := slices.Clone(b) // so that more than one in four billion gets past the head
		if len(fix) > headSize {
			order.PutUint32(fix, uint32(len(fix)))
			order.PutUint16(fix[4:], unknown)
			fix[len(fix)-1] = endMark
		}
		for _, b := range [][]byte{b, slices.Clip(fix)} {
			if !Validate(b) {
				continue
			}
			p := Load(b)
			p.check()
			n := p.Len()
			for at := p.First(); at != 0; at = p.Next(at) {
				p.At(at).AppendTo(nil)
			}
			p.Append([]byte("more"))
			if p.Len() != n+1 || p.DeleteRange(0, n+1) != n+1 {
				t.Fatal("it cannot be changed")
			}
			p.Free()
		}
	})
}

func filled(n, size int) Pack {
	p := New()
	for i := range n {
		p.Append(fmt.Appendf(nil, "%0*dx", size-1, i))
	}
	return p
}

// What a small hash costs: 128 fields and values, as hash-max-listpack-entries allows.
func BenchmarkFind(b *testing.B) {
	for _, row := range []struct{ pairs, value int }{{8, 12}, {128, 12}, {100, 64}} {
		b.Run(fmt.Sprintf("pairs=%d/value=%d", row.pairs, row.value), func(b *testing.B) {
			p := New()
			var names [][]byte
			for i := range row.pairs {
				names = append(names, fmt.Appendf(nil, "mem:%012d", i))
				p.Append(names[i])
				p.Append(bytes.Repeat([]byte("v"), row.value))
			}
			i := 0
			for b.Loop() {
				if i += 37; i >= len(names) {
					i %= len(names)
				}
				if p.Find(p.First(), names[i], 1) == 0 {
					b.Fatal("not found")
				}
			}
			b.ReportMetric(float64(p.MemoryUsage())/float64(2*row.pairs), "bytes/element")
			p.Free()
		})
	}
}

func BenchmarkWalk(b *testing.B) {
	p := filled(600, 12)
	sum := 0
	for b.Loop() {
		for at := p.First(); at != 0; at = p.Next(at) {
			sum += len(p.At(at).Text)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/600, "ns/element")
	p.Free()
}

// An insertion shifts what is behind: cheap while a pack is small.
func BenchmarkPrepend(b *testing.B) {
	for _, size := range []int{1 << 10, 8 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			p := filled(size/14, 12)
			text := []byte("twelve bytes")
			for b.Loop() {
				p.Prepend(text)
				p.Delete(p.First())
			}
			p.Free()
		})
	}
}
