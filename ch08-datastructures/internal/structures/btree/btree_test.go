package btree

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/structures/skiplist"
	"redis-internals/ch08/internal/zmalloc"
)

// check panics unless the members are in order, every count and every first member beside a
// child is right, all leaves are equally far from the top and in a row, and of two neighbours
// not both are small.
func (t Tree) check() {
	r := t.root()
	var leaves []Ref
	inners := 0
	var below func(at Ref, height uint32) (first child)
	below = func(at Ref, height uint32) (first child) {
		if height == 0 {
			l := leafAt(at)
			if l.n == 0 && r.length > 0 || int(l.n) > leafFull {
				panic(fmt.Sprintf("a leaf of %d", l.n))
			}
			leaves = append(leaves, at)
			return child{l.scores[0], l.entries[0], at, l.n}
		}
		n := innerAt(at)
		inners++
		if n.n == 0 || int(n.n) > innerFull || at == r.top && n.n == 1 {
			panic(fmt.Sprintf("an inner node of %d", n.n))
		}
		sum := uint32(0)
		for i := range int(n.n) {
			is := below(n.children[i], height-1)
			switch {
			case i == 0:
				first = is
			case n.scores[i] != is.score || n.entries[i] != is.entry:
				panic("beside a child stands what is not its first member")
			case height == 1 && n.counts[i-1]+n.counts[i] <= leafFew()/2:
				panic("two small leaves beside each other")
			}
			if n.counts[i] != is.count {
				panic("a count is wrong")
			}
			sum += is.count
		}
		return child{first.score, first.entry, at, sum}
	}
	if all := below(r.top, r.height); all.count != r.length {
		panic("the length is wrong")
	}
	if int(r.leaves) != len(leaves) || int(r.inners) != inners {
		panic("there are other nodes, too")
	}
	before := Ref(0)
	for i, at := range leaves {
		if leafAt(at).prev != before {
			panic("a leaf's neighbour is another one")
		}
		if before = at; i == 0 && r.first != at {
			panic("the first leaf is another one")
		}
		if i+1 < len(leaves) && leafAt(at).next != leaves[i+1] || i+1 == len(leaves) && (leafAt(at).next != 0 || r.last != at) {
			panic("the row of leaves is broken")
		}
	}
	for at := t.First(); at != 0 && at.Next() != 0; at = at.Next() {
		if next := at.Next(); !at.isBefore(next.Score(), entry.Key(next.Entry())) || next.Prev() != at {
			panic("two members are not in order")
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

func (t Tree) all() (all []pair) {
	for at := t.First(); at != 0; at = at.Next() {
		all = append(all, pair{at.Score(), string(entry.Key(at.Entry()))})
	}
	return all
}

// small makes nodes of so few for a test, so that a few members are a tree of many levels.
func small(t testing.TB, leaf, inner int) {
	leafFull, innerFull = leaf, inner
	t.Cleanup(func() { leafFull, innerFull = leafMax, innerMax })
}

func TestNodes_FillTheirBlocks(t *testing.T) {
	for _, size := range []uintptr{unsafe.Sizeof(leaf{}), unsafe.Sizeof(inner{})} {
		require.Less(t, zmalloc.GoodSize(int(size))-int(size), 12)
	}
}

// model is a tree beside a sorted slice.
type model struct {
	tree  Tree
	pairs []pair
}

func (m *model) insert(p pair) {
	i, there := slices.BinarySearchFunc(m.pairs, p, compare)
	if there || slices.ContainsFunc(m.pairs, func(q pair) bool { return q.name == p.name }) {
		return
	}
	m.tree.Insert(p.score, entry.New([]byte(p.name), nil))
	m.pairs = slices.Insert(m.pairs, i, p)
}

func (m *model) update(i int, score float64) {
	p := m.pairs[i]
	m.tree.Update(m.tree.At(i).Entry(), p.score, score)
	p.score = score
	m.pairs = slices.Delete(m.pairs, i, i+1)
	i, _ = slices.BinarySearchFunc(m.pairs, p, compare)
	m.pairs = slices.Insert(m.pairs, i, p)
}

func (m *model) delete(t require.TestingT, i int) {
	e := m.tree.Delete(m.pairs[i].score, []byte(m.pairs[i].name))
	require.Equal(t, m.pairs[i].name, string(entry.Key(e)))
	entry.Free(e)
	m.pairs = slices.Delete(m.pairs, i, i+1)
}

func (m *model) deleteRanks(t require.TestingT, first, n int) {
	var gone []string
	want := max(0, min(n, len(m.pairs)-first))
	require.Equal(t, want, m.tree.DeleteRanks(first, n, func(r Ref) {
		gone = append(gone, string(entry.Key(r)))
		entry.Free(r)
	}))
	for i, name := range gone {
		require.Equal(t, m.pairs[first+i].name, name)
	}
	if want > 0 {
		m.pairs = slices.Delete(m.pairs, first, first+want)
	}
}

// compare compares all, in both directions, by rank and back.
func (m *model) compare(t require.TestingT) {
	m.tree.check()
	require.True(t, slices.Equal(m.pairs, m.tree.all()))
	for i, p := range m.pairs {
		require.Equal(t, i, m.tree.Rank(p.score, []byte(p.name)))
		require.Equal(t, m.tree.At(i), m.tree.Find(p.score, []byte(p.name)))
		require.Equal(t, p.name, string(entry.Key(m.tree.At(i).Entry())))
	}
	require.Zero(t, m.tree.At(len(m.pairs)))
	require.Zero(t, m.tree.At(-1))
	for _, n := range []int{1, 3, 20, len(m.pairs) + 1} {
		first := max(0, len(m.pairs)/3-1)
		var up, down []pair
		m.tree.At(first).Each(n, false, func(score float64, e Ref) { up = append(up, pair{score, string(entry.Key(e))}) })
		m.tree.At(first).Each(n, true, func(score float64, e Ref) { down = append(down, pair{score, string(entry.Key(e))}) })
		slices.Reverse(down)
		require.True(t, slices.Equal(m.pairs[first:min(first+n, len(m.pairs))], up))
		require.True(t, slices.Equal(m.pairs[max(0, first+1-n):min(first+1, len(m.pairs))], down))
	}
	if n := len(m.pairs); n > 0 {
		require.Equal(t, m.tree.At(n-1), m.tree.Last())
	} else {
		require.Zero(t, m.tree.First())
		require.Zero(t, m.tree.Last())
	}
}

func TestTree_AgreesWithASortedSlice(t *testing.T) {
	before := zmalloc.Used()
	for _, full := range [][2]int{{4, 4}, {5, 6}, {leafMax, innerMax}} {
		small(t, full[0], full[1])
		rapid.Check(t, func(t *rapid.T) {
			m := model{tree: New()}
			defer func() { m.tree.Free(entry.Free) }()
			byName := rapid.Bool().Draw(t, "all scores are the same")
			score := func(t *rapid.T) float64 {
				if byName {
					return 0
				}
				return rapid.SampledFrom([]float64{math.Inf(-1), -2, -1, 0, 0.5, 1, 2, 3, math.Inf(1)}).Draw(t, "score")
			}
			name := rapid.StringMatching(`[a-d]{0,3}`)
			bound := func(t *rapid.T, sign int) skiplist.Bound {
				open := rapid.Bool().Draw(t, "open")
				if !byName {
					return skiplist.Score(score(t), open)
				}
				if rapid.IntRange(0, 5).Draw(t, "infinite") == 0 {
					return skiplist.Infinite(sign)
				}
				return skiplist.Name([]byte(name.Draw(t, "bound")), open)
			}
			place := func(t *rapid.T) int {
				if len(m.pairs) == 0 {
					t.Skip("empty")
				}
				return rapid.IntRange(0, len(m.pairs)-1).Draw(t, "i")
			}
			insert := func(t *rapid.T) { m.insert(pair{score(t), name.Draw(t, "name")}) }
			t.Repeat(map[string]func(*rapid.T){
				"insert":       insert,
				"insert more":  insert,
				"insert again": insert,
				"delete":       func(t *rapid.T) { m.delete(t, place(t)) },
				"delete what is not there": func(t *rapid.T) {
					require.Zero(t, m.tree.Delete(score(t), []byte("not there")))
					require.Equal(t, -1, m.tree.Rank(score(t), []byte("not there")))
					require.Zero(t, m.tree.Find(score(t), []byte("not there")))
				},
				"update":       func(t *rapid.T) { m.update(place(t), score(t)) },
				"delete ranks": func(t *rapid.T) { m.deleteRanks(t, place(t), rapid.IntRange(0, 9).Draw(t, "n")) },
				"range": func(t *rapid.T) {
					r := skiplist.Range{Low: bound(t, -1), High: bound(t, 1)}
					first, end := m.tree.Ranks(&r)
					for i, p := range m.pairs {
						in := !r.IsAbove(p.score, []byte(p.name)) && !r.IsBelow(p.score, []byte(p.name))
						require.Equal(t, in, i >= first && i < end)
					}
				},
				"": func(t *rapid.T) { m.compare(t) },
			})
		})
	}
	require.Equal(t, before, zmalloc.Used())
}

func member(i int) []byte { return fmt.Appendf(nil, "member:%08d", i) }

// Growing and shrinking through all heights, in order, backwards and at random, with scores
// that are all different, often the same, and all the same.
func TestTree_GrowsAndShrinks(t *testing.T) {
	before := zmalloc.Used()
	small(t, 6, 5)
	random := rand.New(rand.NewPCG(5, 6))
	for _, kinds := range []int{1, 40, 1 << 30} {
		for order := range 3 {
			m := model{tree: New()}
			for i := range 1500 {
				p := pair{float64(i % kinds), string(member(i))}
				switch order {
				case 1:
					p = pair{float64((1500 - i) % kinds), string(member(1500 - i))}
				case 2:
					p.score = float64(random.IntN(1<<20) % kinds)
				}
				m.insert(p)
				if i%100 == 0 {
					m.tree.check()
				}
			}
			require.GreaterOrEqual(t, m.tree.root().height, uint32(3))
			m.compare(t)
			for i := range 1500 {
				m.update(random.IntN(len(m.pairs)), float64(random.IntN(1<<20)%kinds))
				if i%50 == 0 {
					m.tree.check()
				}
			}
			m.compare(t)
			for len(m.pairs) > 0 {
				switch i := random.IntN(len(m.pairs)); order {
				case 0:
					m.delete(t, 0)
				case 1:
					m.delete(t, len(m.pairs)-1)
				default:
					m.deleteRanks(t, i, random.IntN(20))
				}
				if len(m.pairs)%20 == 0 {
					m.tree.check()
				}
			}
			m.insert(pair{1, "again"})
			m.compare(t)
			m.tree.Free(entry.Free)
		}
	}
	require.Equal(t, before, zmalloc.Used())
}

// filled returns n members with scores from 0 to n in some order.
func filled(n int) (t Tree, random *rand.Rand) {
	t, random = New(), rand.New(rand.NewPCG(1, 2))
	for _, i := range random.Perm(n) {
		t.Insert(float64(i), entry.New(member(i), nil))
	}
	return t, random
}

func TestTree_OfManyMembers(t *testing.T) {
	before := zmalloc.Used()
	tree, random := filled(50_000)
	tree.check()
	require.Equal(t, tree.MemoryUsage(), zmalloc.Used()-before-50_000*zmalloc.GoodSize(4+len(member(0))))
	for i := range 50_000 {
		if got := tree.Rank(float64(i), member(i)); got != i {
			t.Fatalf("the rank of %d is %d", i, got)
		}
	}
	for range 20_000 {
		at := tree.At(random.IntN(tree.Len()))
		tree.Update(at.Entry(), at.Score(), float64(random.IntN(50_000)))
	}
	tree.check()
	require.Equal(t, 49_000, tree.DeleteRanks(500, 49_000, entry.Free))
	tree.check()
	released := 0
	for more := true; more; {
		var n int
		n, more = tree.ReleaseSome(entry.Free)
		released += n
	}
	require.Equal(t, 1000, released)
	require.Equal(t, before, zmalloc.Used())
}

// Who adds in order, up or down, leaves full leaves behind.
func TestTree_IsFullWhereMembersCameInOrder(t *testing.T) {
	for _, sign := range []float64{1, -1} {
		tree := New()
		for i := range 10_000 {
			tree.Insert(sign*float64(i), entry.New(member(i), nil))
		}
		require.Less(t, int(tree.root().leaves), 10_000/leafMax+4)
		tree.Free(entry.Free)
	}
}

func TestTree_AllocatesNothingOnGosHeap(t *testing.T) {
	tree, _ := filled(10_000)
	defer tree.Free(entry.Free)
	name := []byte("one more")
	visit := func(Ref) {}
	require.Zero(t, testing.AllocsPerRun(500, func() {
		e := entry.New(name, nil)
		tree.Insert(500, e)
		tree.Update(e, 500, 7)
		r := skiplist.Range{Low: skiplist.Score(5, false), High: skiplist.Score(8, true)}
		tree.Ranks(&r)
		tree.Rank(7, name)
		tree.Delete(7, name)
		tree.Insert(20_000, e)
		tree.DeleteRanks(10_000, 1, visit)
		entry.Free(e)
	}))
}

func FuzzTree(f *testing.F) {
	f.Add([]byte{0, 1, 5, 0, 2, 5, 0, 3, 4, 1, 1, 0, 2, 2, 9, 3, 0, 2})
	f.Fuzz(func(t *testing.T, script []byte) {
		small(t, 4, 4)
		before := zmalloc.Used()
		m := model{tree: New()}
		for ; len(script) >= 3; script = script[3:] {
			name, score := string(script[1:2]), float64(int8(script[2]))
			at := slices.IndexFunc(m.pairs, func(p pair) bool { return p.name == name })
			switch {
			case script[0]%4 == 3:
				m.deleteRanks(t, int(script[1]), int(script[2]))
			case at < 0:
				m.insert(pair{score, name})
			case script[0]%4 == 1:
				m.delete(t, at)
			default:
				m.update(at, score)
			}
			m.tree.check()
		}
		m.compare(t)
		m.tree.Free(entry.Free)
		if zmalloc.Used() != before {
			t.Fatal("memory is left")
		}
	})
}

func sizes(b *testing.B) []int {
	if testing.Short() {
		return []int{1000}
	}
	return []int{1000, 4000, 100_000, 1_000_000}
}

// With -short of few members. The same are the skip list's.
func BenchmarkUpdate(b *testing.B) {
	for _, n := range sizes(b) {
		tree, random := filled(n)
		entries, scores := make([]Ref, 0, n), make([]float64, 0, n)
		bytesUsed := tree.MemoryUsage()
		for at := tree.First(); at != 0; at = at.Next() {
			entries, scores = append(entries, at.Entry()), append(scores, at.Score())
			bytesUsed += entry.MemoryUsage(at.Entry()) + 8
		}
		random.Shuffle(n, func(i, j int) {
			entries[i], entries[j] = entries[j], entries[i]
			scores[i], scores[j] = scores[j], scores[i]
		})
		b.Run(fmt.Sprintf("members=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				to := random.Float64() * float64(n)
				tree.Update(entries[i%n], scores[i%n], to)
				scores[i%n] = to
			}
			b.ReportMetric(float64(bytesUsed)/float64(n), "bytes/member")
		})
		tree.Free(entry.Free)
	}
}

func BenchmarkRank(b *testing.B) {
	for _, n := range sizes(b) {
		tree, random := filled(n)
		b.Run(fmt.Sprintf("members=%d", n), func(b *testing.B) {
			name := bytes.Clone(member(0))
			for b.Loop() {
				i := random.IntN(n)
				name = fmt.Appendf(name[:0], "member:%08d", i)
				if tree.Rank(float64(i), name) != i {
					b.Fatal("wrong")
				}
			}
		})
		tree.Free(entry.Free)
	}
}
