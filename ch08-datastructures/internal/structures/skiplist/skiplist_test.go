package skiplist

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/zmalloc"
)

// check panics unless the nodes are in order, every link passes as many as its span says,
// and the way back is the way there.
func (l List) check() {
	h := l.head()
	ranks := map[Node]int{Node(l): 0}
	back := Node(0)
	for n := l.First(); n != 0; n = n.Next() {
		ranks[n] = len(ranks)
		if back != 0 && !back.isBefore(n.Score(), entry.Key(n.Entry())) {
			panic("two nodes are not in order")
		}
		if n.Prev() != back {
			panic("a node's back is another one")
		}
		back = n
	}
	if h.last != back || len(ranks)-1 != l.Len() {
		panic("the last node or the length is wrong")
	}
	for level := range int(h.levels) {
		met := 0
		for n := Node(l); n != 0; n = n.link(level).next {
			k := n.link(level)
			met++
			want := l.Len() - ranks[n]
			if k.next != 0 {
				want = ranks[k.next] - ranks[n]
			}
			if int(k.span) != want {
				panic(fmt.Sprintf("a span on level %d is %d, and passes %d", level, k.span, want))
			}
		}
		if level > 0 && met == 1 {
			panic("the topmost level is empty")
		}
	}
}

// pair is what the model, a sorted slice, holds.
type pair struct {
	score float64
	name  string
}

func compare(a, b pair) int {
	return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.name, b.name))
}

func (l List) all() (all []pair) {
	for n := l.First(); n != 0; n = n.Next() {
		all = append(all, pair{n.Score(), string(entry.Key(n.Entry()))})
	}
	return all
}

func (l List) node(p pair) Node { return l.At(l.Rank(p.score, []byte(p.name))) }

// inRange is what a plain loop finds.
func inRange(model []pair, r *Range) (first, end int) {
	first, end = -1, -1
	for i, p := range model {
		inside := func(b *Bound, sign int) bool {
			c := cmp.Compare(p.score, b.score)
			if b.byName {
				c = cmp.Compare(p.name, string(b.name))
			}
			if b.infinite != 0 {
				c = -b.infinite
			}
			return c*sign > 0 || c == 0 && !b.open
		}
		if inside(&r.Low, 1) && inside(&r.High, -1) {
			if first < 0 {
				first = i
			}
			end = i + 1
		}
	}
	return first, end
}

func TestSkiplist_AgreesWithASortedSlice(t *testing.T) {
	before := zmalloc.Used()
	rapid.Check(t, func(t *rapid.T) {
		l, model := New(), []pair{}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		defer func() { l.Free(entry.Free) }()
		byName := rapid.Bool().Draw(t, "all scores are the same")
		score := func(t *rapid.T) float64 {
			if byName {
				return 0
			}
			return rapid.SampledFrom([]float64{math.Inf(-1), -2, -1, 0, 0.5, 1, 2, 3, math.Inf(1)}).Draw(t, "score")
		}
		name := rapid.StringMatching(`[a-d]{0,3}`)
		bound := func(t *rapid.T, sign int) Bound {
			open := rapid.Bool().Draw(t, "open")
			if !byName {
				return Score(score(t), open)
			}
			if rapid.IntRange(0, 5).Draw(t, "infinite") == 0 {
				return Infinite(sign)
			}
			return Name([]byte(name.Draw(t, "bound")), open)
		}
		drawRange := func(t *rapid.T) *Range { return &Range{bound(t, -1), bound(t, 1)} }
		place := func(t *rapid.T) int {
			if len(model) == 0 {
				t.Skip("empty")
			}
			return rapid.IntRange(0, len(model)-1).Draw(t, "i")
		}
		freed := func(n *[]string) func(Ref) {
			return func(r Ref) {
				*n = append(*n, string(entry.Key(r)))
				entry.Free(r)
			}
		}
		names := func(pairs []pair) (all []string) {
			for _, p := range pairs {
				all = append(all, p.name)
			}
			return all
		}
		insert := func(t *rapid.T) {
			p := pair{score(t), name.Draw(t, "name")}
			if slices.ContainsFunc(model, func(q pair) bool { return q.name == p.name }) {
				return
			}
			l.Insert(p.score, entry.New([]byte(p.name), nil), random)
			i, _ := slices.BinarySearchFunc(model, p, compare)
			model = slices.Insert(model, i, p)
		}
		t.Repeat(map[string]func(*rapid.T){
			"insert":       insert,
			"insert more":  insert,
			"insert again": insert,
			"delete": func(t *rapid.T) {
				i := place(t)
				e := l.Delete(model[i].score, []byte(model[i].name))
				require.Equal(t, model[i].name, string(entry.Key(e)))
				entry.Free(e)
				model = slices.Delete(model, i, i+1)
			},
			"delete what is not there": func(t *rapid.T) {
				require.Zero(t, l.Delete(score(t), []byte("not there")))
				require.Equal(t, -1, l.Rank(score(t), []byte("not there")))
			},
			"update": func(t *rapid.T) {
				i := place(t)
				p := model[i]
				n := l.node(p)
				p.score = score(t)
				l.Update(n, p.score)
				require.Equal(t, n, l.node(p), "its node stays")
				model = slices.Delete(model, i, i+1)
				i, _ = slices.BinarySearchFunc(model, p, compare)
				model = slices.Insert(model, i, p)
			},
			"range": func(t *rapid.T) {
				r := drawRange(t)
				first, end := inRange(model, r)
				if first < 0 {
					require.Zero(t, l.FirstIn(r))
					require.Zero(t, l.LastIn(r))
				} else {
					require.Equal(t, l.At(first), l.FirstIn(r))
					require.Equal(t, l.At(end-1), l.LastIn(r))
				}
			},
			"delete range": func(t *rapid.T) {
				r, n := drawRange(t), rapid.IntRange(0, 4).Draw(t, "at most")
				first, end := inRange(model, r)
				var gone []string
				deleted := l.DeleteIn(r, n, freed(&gone))
				if first < 0 {
					first, end = 0, 0
				}
				end = min(end, first+n)
				require.Equal(t, end-first, deleted)
				require.Equal(t, names(model[first:end]), gone)
				model = slices.Delete(model, first, end)
			},
			"delete ranks": func(t *rapid.T) {
				i, n := place(t), rapid.IntRange(0, 4).Draw(t, "n")
				end := min(i+n, len(model))
				var gone []string
				require.Equal(t, end-i, l.DeleteRanks(i, n, freed(&gone)))
				require.Equal(t, names(model[i:end]), gone)
				model = slices.Delete(model, i, end)
			},
			"": func(t *rapid.T) {
				l.check()
				require.True(t, slices.Equal(model, l.all()))
				for i, p := range model {
					require.Equal(t, i, l.Rank(p.score, []byte(p.name)))
				}
				require.Zero(t, l.At(len(model)))
				require.Zero(t, l.At(-1))
			},
		})
	})
	require.Equal(t, before, zmalloc.Used())
}

// As a sorted set has them: the dict finds a member's entry, whose value names the node, and
// the node names the entry.
func TestSkiplist_BesideADict(t *testing.T) {
	before := zmalloc.Used()
	d, l, random, model := dict.New(entry.Type), New(), rand.New(rand.NewPCG(5, 6)), map[int]float64{}
	for range 30_000 {
		i, score := random.IntN(2000), float64(random.IntN(500))
		name := member(i)
		hash := dict.Hash(name)
		e := d.Find(hash, name)
		_, there := model[i]
		require.Equal(t, there, e != 0)
		switch {
		case e == 0:
			e = entry.New(name, make([]byte, 4))
			binary.LittleEndian.PutUint32(entry.At(e).Value(), uint32(l.Insert(score, e, random)))
			d.Insert(hash, e)
			model[i] = score
		case random.IntN(3) == 0:
			require.Equal(t, e, d.Delete(hash, name))
			require.Equal(t, e, l.Delete(model[i], name))
			entry.Free(e)
			delete(model, i)
		default:
			l.Update(Node(binary.LittleEndian.Uint32(entry.At(e).Value())), score)
			model[i] = score
		}
	}
	l.check()
	require.Equal(t, len(model), l.Len())
	for n := l.First(); n != 0; n = n.Next() {
		require.Equal(t, n.Entry(), d.Find(dict.Hash(entry.Key(n.Entry())), entry.Key(n.Entry())))
	}
	l.Free(nil)
	d.Clear(entry.Free)
	require.Equal(t, before, zmalloc.Used())
}

func member(i int) []byte { return fmt.Appendf(nil, "member:%08d", i) }

// filled returns n members with scores from 0 to n in some order.
func filled(n int) (l List, random *rand.Rand) {
	l, random = New(), rand.New(rand.NewPCG(1, 2))
	for _, i := range random.Perm(n) {
		l.Insert(float64(i), entry.New(member(i), nil), random)
	}
	return l, random
}

func TestSkiplist_OfManyMembers(t *testing.T) {
	before := zmalloc.Used()
	l, random := filled(50_000)
	l.check()
	for i := range 50_000 {
		if got := l.Rank(float64(i), member(i)); got != i {
			t.Fatalf("the rank of %d is %d", i, got)
		}
	}
	for range 20_000 { // to and fro
		n := l.At(random.IntN(l.Len()))
		l.Update(n, float64(random.IntN(50_000)))
	}
	l.check()
	require.Equal(t, 49_000, l.DeleteRanks(500, 49_000, entry.Free))
	l.check()
	l.Free(entry.Free)
	require.Equal(t, before, zmalloc.Used())
}

// Three nodes in four have one level, three in sixteen two, and so on: 27 bytes a node.
func TestLevels_AreAQuarterEach(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	counts, sum := [maxLevels + 1]int{}, 0
	const n = 1 << 20
	for range n {
		levels := randomLevels(random)
		counts[levels]++
		sum += levels
	}
	require.InDelta(t, 4.0/3, float64(sum)/n, 0.01)
	for level := 1; level < 5; level++ {
		want := 0.75 * math.Pow(0.25, float64(level-1))
		require.InEpsilon(t, want, float64(counts[level])/n, 0.05)
	}
}

func TestSkiplist_AllocatesNothingOnGosHeap(t *testing.T) {
	l, random := filled(1000)
	defer l.Free(entry.Free)
	name := []byte("one more")
	visit := func(Ref) {}
	require.Zero(t, testing.AllocsPerRun(500, func() {
		e := entry.New(name, nil)
		l.Update(l.Insert(500, e, random), 7)
		r := Range{Score(5, false), Score(8, true)}
		l.FirstIn(&r)
		l.LastIn(&r)
		l.Rank(7, name)
		l.Delete(7, name)
		l.Insert(2000, e, random)
		l.DeleteRanks(1000, 1, visit)
		entry.Free(e)
	}))
}

func FuzzSkiplist(f *testing.F) {
	f.Add([]byte{0, 1, 5, 0, 2, 5, 0, 3, 4, 1, 1, 0, 2, 2, 9, 3, 0, 2})
	f.Fuzz(func(t *testing.T, script []byte) {
		before := zmalloc.Used()
		l, model, random := New(), []pair{}, rand.New(rand.NewPCG(1, 2))
		for ; len(script) >= 3; script = script[3:] {
			name, score := string(script[1:2]), float64(int8(script[2]))
			at := slices.IndexFunc(model, func(p pair) bool { return p.name == name })
			switch script[0] % 4 {
			case 0:
				if at < 0 {
					l.Insert(score, entry.New([]byte(name), nil), random)
					model = append(model, pair{score, name})
				}
			case 1:
				if at >= 0 {
					entry.Free(l.Delete(model[at].score, []byte(name)))
					model = slices.Delete(model, at, at+1)
				}
			case 2:
				if at >= 0 {
					l.Update(l.node(model[at]), score)
					model[at].score = score
				}
			default:
				first, n := int(script[1]), int(script[2])
				slices.SortFunc(model, compare)
				want := max(0, min(n, len(model)-first))
				if got := l.DeleteRanks(first, n, entry.Free); got != want {
					t.Fatalf("%d and not %d", got, want)
				}
				if want > 0 {
					model = slices.Delete(model, first, first+want)
				}
			}
			l.check()
		}
		slices.SortFunc(model, compare)
		if !slices.Equal(model, l.all()) {
			t.Fatal("it differs from the model")
		}
		l.Free(entry.Free)
		if zmalloc.Used() != before {
			t.Fatal("memory is left")
		}
	})
}

func sizes(b *testing.B) []int {
	if testing.Short() {
		return []int{1000}
	}
	return []int{1000, 100_000, 1_000_000}
}

// With -short of few members.
func BenchmarkUpdate(b *testing.B) {
	for _, n := range sizes(b) {
		l, random := filled(n)
		nodes := make([]Node, 0, n)
		bytesUsed := 0
		for at := l.First(); at != 0; at = at.Next() {
			nodes = append(nodes, at)
			bytesUsed += at.MemoryUsage() + entry.MemoryUsage(at.Entry())
		}
		random.Shuffle(n, func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
		b.Run(fmt.Sprintf("members=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				l.Update(nodes[i%n], random.Float64()*float64(n))
			}
			b.ReportMetric(float64(bytesUsed)/float64(n), "bytes/member")
		})
		l.Free(entry.Free)
	}
}

func BenchmarkRank(b *testing.B) {
	for _, n := range sizes(b) {
		l, random := filled(n)
		b.Run(fmt.Sprintf("members=%d", n), func(b *testing.B) {
			name := bytes.Clone(member(0))
			for b.Loop() {
				i := random.IntN(n)
				name = fmt.Appendf(name[:0], "member:%08d", i)
				if l.Rank(float64(i), name) != i {
					b.Fatal("wrong")
				}
			}
		})
		l.Free(entry.Free)
	}
}

// The same without spans: a walk along the lowest list.
func BenchmarkRankByWalking(b *testing.B) {
	l, random := filled(1000)
	defer l.Free(entry.Free)
	for b.Loop() {
		i, rank := random.IntN(1000), 0
		for n := l.First(); n.Score() != float64(i); n = n.Next() {
			rank++
		}
	}
}
