package quicklist

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/ch08/internal/structures/listpack"
	"redis-internals/ch08/internal/zmalloc"
)

// check panics unless the chain is whole both ways, no node is empty or longer than its
// fill, and the counts are right.
func (l List) check() {
	q := l.root()
	count, nodes, prev := 0, 0, Ref(0)
	for r := q.first; r != 0; prev, r = r, nodeAt(r).next {
		n := nodeAt(r)
		if n.prev != prev {
			panic("a node's prev is another one")
		}
		if n.flags&isFrozen != 0 && !q.frozen {
			panic("a node is frozen and the list is not")
		}
		count, nodes = count+int(n.count), nodes+1
		switch {
		case n.flags&isPlain != 0:
			if n.count != 1 || int(n.size) <= l.limit() {
				panic("a plain node has more than one element, or a small one")
			}
		case !listpack.Validate(n.pack.Bytes()) || n.pack.Len() != int(n.count) || n.count == 0:
			panic(fmt.Sprintf("a pack of %d elements is said to have %d", n.pack.Len(), n.count))
		case n.count > 1 && n.pack.Size() > l.limit():
			panic("a pack is too long")
		case q.fill >= 0 && int(n.count) > max(int(q.fill), 1):
			panic("a pack has too many elements")
		}
	}
	if q.last != prev || count != l.Len() || nodes != l.Nodes() {
		panic("the last node or a count is wrong")
	}
	if q.orphans != 0 && !q.frozen {
		panic("there are orphans and no reader")
	}
}

func (l List) all() (all []string) {
	for p := l.First(); !p.IsNone(); p = l.Next(p) {
		all = append(all, string(l.At(p).AppendTo(nil)))
	}
	return all
}

func (l List) backwards() (all []string) {
	for p := l.Last(); !p.IsNone(); p = l.Prev(p) {
		all = append(all, string(l.At(p).AppendTo(nil)))
	}
	return all
}

func TestQuicklist_AgreesWithASlice(t *testing.T) {
	before := zmalloc.Used()
	rapid.Check(t, func(t *rapid.T) {
		l := New(rapid.SampledFrom([]int{-1, -2, 0, 1, 2, 5, 100}).Draw(t, "fill"))
		model, frozen, snapshot := []string{}, []Frozen(nil), []string(nil)
		defer func() {
			l.Thaw()
			l.Free()
		}()
		text := rapid.OneOf(
			rapid.StringMatching(`-?[0-9]{0,6}`),
			rapid.Custom(func(t *rapid.T) string {
				n := rapid.SampledFrom([]int{10, 500, 1500, 4000, 4089, 4096, 4097, 8193, 20_000}).Draw(t, "length")
				return string(bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, n))
			}),
		)
		place := func(t *rapid.T) int {
			if len(model) == 0 {
				t.Skip("empty")
			}
			return rapid.IntRange(0, len(model)-1).Draw(t, "i")
		}
		t.Repeat(map[string]func(*rapid.T){
			"push back": func(t *rapid.T) {
				for _, s := range rapid.SliceOfN(text, 1, 6).Draw(t, "s") {
					l.PushBack([]byte(s))
					model = append(model, s)
				}
			},
			"push front": func(t *rapid.T) {
				s := text.Draw(t, "s")
				l.PushFront([]byte(s))
				model = slices.Insert(model, 0, s)
			},
			"insert": func(t *rapid.T) {
				i, s := place(t), text.Draw(t, "s")
				if rapid.Bool().Draw(t, "after") {
					l.InsertAfter(l.Seek(i), []byte(s))
					i++
				} else {
					l.InsertBefore(l.Seek(i-len(model)), []byte(s))
				}
				model = slices.Insert(model, i, s)
			},
			"replace": func(t *rapid.T) {
				i, s := place(t), text.Draw(t, "s")
				l.Replace(l.Seek(i), []byte(s))
				model[i] = s
			},
			"delete": func(t *rapid.T) {
				i := place(t)
				next := l.Delete(l.Seek(i))
				model = slices.Delete(model, i, i+1)
				require.Equal(t, i == len(model), next.IsNone())
				if !next.IsNone() {
					require.True(t, l.At(next).Is([]byte(model[i])))
				}
			},
			"delete range": func(t *rapid.T) {
				i, n := place(t), rapid.IntRange(0, 20).Draw(t, "n")
				end := min(i+n, len(model))
				require.Equal(t, end-i, l.DeleteRange(i-len(model), n))
				model = slices.Delete(model, i, end)
			},
			"freeze": func(t *rapid.T) {
				if !l.IsFrozen() {
					frozen, snapshot = l.Freeze(nil), slices.Clone(model)
				}
			},
			"thaw": func(*rapid.T) {
				l.Thaw()
				frozen, snapshot = nil, nil
			},
			"": func(t *rapid.T) {
				l.check()
				require.True(t, slices.Equal(model, l.all()))
				reversed := l.backwards()
				slices.Reverse(reversed)
				require.True(t, slices.Equal(model, reversed))
				for i, s := range model {
					require.True(t, l.At(l.Seek(i)).Is([]byte(s)))
				}
				require.True(t, l.Seek(len(model)).IsNone())
				var was []string
				for _, f := range frozen {
					f.Each(func(v Value) { was = append(was, string(v.AppendTo(nil))) })
				}
				require.True(t, slices.Equal(snapshot, was), "what is frozen stays as it was")
			},
		})
	})
	require.Equal(t, before, zmalloc.Used())
}

// A million elements of ten bytes are some 1,500 nodes, and 12 bytes each.
func TestQuicklist_OfManyElements(t *testing.T) {
	before := zmalloc.Used()
	l := New(-2)
	for i := range 1_000_000 {
		l.PushBack(fmt.Appendf(nil, "%09dx", i))
	}
	l.check()
	require.Less(t, l.Nodes(), 1600)
	require.Less(t, l.MemoryUsage(), 12_700_000)
	require.Equal(t, zmalloc.Used()-before, l.MemoryUsage())
	require.Equal(t, "000700000x", string(l.At(l.Seek(700_000)).AppendTo(nil)))
	require.Equal(t, 999_000, l.DeleteRange(500, 999_000))
	l.check()
	for l.Len() > 0 {
		l.Delete(l.First())
	}
	require.Zero(t, l.Nodes())
	l.Free()
	require.Equal(t, before, zmalloc.Used())
}

// Insertions in the middle leave no trail of short nodes.
func TestInsert_JoinsWhatFits(t *testing.T) {
	l := New(100)
	defer l.Free()
	for range 1000 {
		l.PushBack([]byte("element"))
	}
	for i := range 2000 {
		l.InsertBefore(l.Seek(i*7919%l.Len()), []byte("more"))
	}
	l.check()
	require.Equal(t, 3000, l.Len())
	require.Less(t, l.Nodes(), 3000/100*3)
}

func TestQuicklist_AllocatesNothingOnGosHeap(t *testing.T) {
	l, text := New(-2), []byte("some element")
	defer l.Free()
	for range 2000 {
		l.PushBack(text)
	}
	require.Zero(t, testing.AllocsPerRun(500, func() {
		l.PushFront(text)
		l.PushBack(text)
		l.InsertAfter(l.Seek(1000), text)
		l.Replace(l.Seek(1000), text)
		l.Delete(l.Seek(1000))
		l.Delete(l.Last())
		l.DeleteRange(0, 1)
	}))
}

func FuzzQuicklist(f *testing.F) {
	f.Add([]byte("\x02\x00\x05\x01\x09\x02\x03\x00\x60\x03\x01\x50\x04\x02\x01\x05\x00\x02"))
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) == 0 {
			return
		}
		before := zmalloc.Used()
		l, model := New(int(int8(script[0]))%6), []string{}
		for script = script[1:]; len(script) >= 3; script = script[3:] {
			at, text := 0, bytes.Repeat(script[1:2], int(script[2])*int(script[2])/8)
			if len(model) > 0 {
				at = int(script[1]) % len(model)
			}
			switch op := script[0] % 8; {
			case op < 2 || len(model) == 0:
				l.PushBack(text)
				model = append(model, string(text))
			case op == 2:
				l.PushFront(text)
				model = slices.Insert(model, 0, string(text))
			case op == 3:
				l.InsertBefore(l.Seek(at), text)
				model = slices.Insert(model, at, string(text))
			case op == 4:
				l.InsertAfter(l.Seek(at), text)
				model = slices.Insert(model, at+1, string(text))
			case op == 5:
				l.Replace(l.Seek(at), text)
				model[at] = string(text)
			case op == 6:
				l.Delete(l.Seek(at))
				model = slices.Delete(model, at, at+1)
			default:
				model = slices.Delete(model, at, at+l.DeleteRange(at, int(script[2])))
			}
			l.check()
		}
		if !slices.Equal(model, l.all()) && len(model) > 0 {
			t.Fatal("it differs from the model")
		}
		l.Free()
		if zmalloc.Used() != before {
			t.Fatal("memory is left")
		}
	})
}

func BenchmarkPushPop(b *testing.B) {
	text := []byte("element:01")
	for _, fill := range []int{-1, -2, -5, 128} {
		b.Run(fmt.Sprintf("fill=%d", fill), func(b *testing.B) {
			l := New(fill)
			for range 10_000 {
				l.PushBack(text)
			}
			for b.Loop() {
				l.PushFront(text)
				l.Delete(l.Last())
			}
			b.ReportMetric(float64(l.MemoryUsage())/float64(l.Len()), "bytes/element")
			l.Free()
		})
	}
}

func BenchmarkWalk(b *testing.B) {
	l := New(-2)
	for range 600 {
		l.PushBack([]byte("element:01"))
	}
	sum := 0
	for b.Loop() {
		for p := l.First(); !p.IsNone(); p = l.Next(p) {
			sum += len(l.At(p).Text)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/600, "ns/element")
	l.Free()
}

func BenchmarkSeek(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		l := New(-2)
		for range n {
			l.PushBack([]byte("element:01"))
		}
		b.Run(fmt.Sprintf("elements=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				l.Seek(i * 7919 % n)
			}
		})
		l.Free()
	}
}

func TestRead_IsAtAndNext(t *testing.T) {
	for _, fill := range []int{-1, 1, 3} {
		l := New(fill)
		for i := range 300 {
			l.PushBack(bytes.Repeat([]byte("1"), i*i%5000))
		}
		for p := l.First(); !p.IsNone(); {
			v, next := l.Read(p)
			require.Equal(t, l.At(p), v)
			require.Equal(t, l.Next(p), next)
			p = next
		}
		l.Free()
	}
}
