package object

import (
	"bytes"
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/zmalloc"
)

// scored is a member of a model.
type scored struct {
	name  string
	score float64
}

// inOrder is a model as a sorted set has it.
func inOrder(model map[string]float64) []scored {
	list := []scored{}
	for name, score := range model {
		list = append(list, scored{name, score})
	}
	slices.SortFunc(list, func(a, b scored) int {
		return cmp.Or(cmp.Compare(a.score, b.score), strings.Compare(a.name, b.name))
	})
	return list
}

// checkSortedSet panics unless a sorted set is what the model says, from both ends, and list
// and hash table are of one mind.
func checkSortedSet(t *testing.T, o *Object, env *Env, model map[string]float64) {
	t.Helper()
	s, list := o.SortedSet(env), inOrder(model)
	require.Equal(t, len(model), s.Len())
	var room Room
	at := s.At(0)
	for rank, m := range list {
		member, score := s.Member(at, &room)
		require.Equal(t, m, scored{string(member), score})
		require.Equal(t, at, s.At(rank))
		require.Equal(t, rank, s.Rank([]byte(m.name)))
		require.Equal(t, m.score, s.Find([]byte(m.name)).Score)
		at = s.Next(at)
	}
	require.Zero(t, at)
	require.Zero(t, s.At(len(list)))
	require.Zero(t, s.At(-1))
	for _, fromEnd := range []bool{false, true} {
		first, n := len(list)/4, len(list)/2
		var walked []scored
		s.Each(first, n, fromEnd, func(member []byte, score float64) { walked = append(walked, scored{string(member), score}) })
		if fromEnd {
			slices.Reverse(walked)
		}
		require.True(t, slices.Equal(list[first:first+n], walked))
	}
	at = s.At(len(list) - 1)
	for _, m := range slices.Backward(list) {
		member, _ := s.Member(at, &room)
		require.Equal(t, m.name, string(member))
		at = s.Prev(at)
	}
	require.Zero(t, at)
	if o.Encoding() == SkipList {
		require.Equal(t, len(model), o.ordered().table().Len())
		d := o.ordered()
		require.True(t, d.isTree() || len(model) <= treeFrom)
		for at := s.At(0); at != 0; at = s.Next(at) {
			require.Equal(t, at, d.placeOf(entry.At(d.entry(at))))
			require.Equal(t, d.score(at), scoreOf(entry.At(d.entry(at))))
			require.Equal(t, d.score(at), s.Score(at))
		}
	}
	met := map[string]float64{}
	for cursor := uint64(0); ; {
		cursor = o.Items(cursor, 3, func(i Item) { met[string(i.Name)] = i.Score })
		if cursor == 0 {
			break
		}
	}
	require.Equal(t, model, met)
}

func randomScore(random *rand.Rand) float64 {
	switch random.IntN(8) {
	case 0:
		return math.Inf(1 - 2*random.IntN(2))
	case 1:
		return random.NormFloat64()
	case 2:
		return math.Ldexp(float64(random.Int64()), random.IntN(40)-20)
	}
	return float64(random.IntN(10) - 5)
}

// treesFrom makes a tree of every skip list of more members, until the test's end.
func treesFrom(t *testing.T, members int) {
	was := treeFrom
	treeFrom = members
	t.Cleanup(func() { treeFrom = was })
}

func TestSortedSet_IsAModel(t *testing.T) {
	before := zmalloc.Used()
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		treesFrom(t, []int{3, 20, 2048}[round%3])
		env := newEnv()
		o := NewCollection([]byte("z"), SortedSetType, env)
		s, model := o.SortedSet(env), map[string]float64{}
		for range random.IntN(60) {
			member := strconv.Itoa(random.IntN(12 + round%30))
			if random.IntN(60) == 0 {
				member = strings.Repeat("m", random.IntN(300))
			}
			_, there := model[member]
			switch random.IntN(8) {
			case 0, 1:
				require.Equal(t, there, s.Remove([]byte(member)))
				delete(model, member)
			case 2:
				first, n := random.IntN(8)-1, random.IntN(4)
				list := inOrder(model)
				gone := list[min(max(first, 0), len(list)):min(max(first+n, 0), len(list))]
				if first < 0 {
					first, n = 0, len(gone)
				}
				require.Equal(t, len(gone), s.DeleteRanks(first, n))
				for _, m := range gone {
					delete(model, m.name)
				}
			default:
				score := randomScore(random)
				require.Equal(t, !there, s.Add([]byte(member), score))
				model[member] = score
			}
			checkSortedSet(t, o, env, model)
		}
		copied := Clone(o, []byte("a longer key"), 7, env)
		drain(o)
		checkSortedSet(t, copied, env, model)
		copied.SortedSet(env).Compact()
		copied.SortedSet(env).Expand()
		checkSortedSet(t, copied, env, model)
		copied.SortedSet(env).Compact()
		checkSortedSet(t, copied, env, model)
		copied = Rename(copied, []byte("k"))
		checkSortedSet(t, copied, env, model)
		Free(copied)
	}
	require.Equal(t, before, zmalloc.Used())
}

// Of any two bounds both encodings count what the model does.
func TestSortedSet_RangesAreRanks(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, members := range []int{0, 1, 7, 100, 150} {
		treesFrom(t, 120)
		env := newEnv()
		byScore, byName := NewCollection(nil, SortedSetType, env), NewCollection(nil, SortedSetType, env)
		scores, names := map[string]float64{}, map[string]float64{}
		for i := range members {
			name := strconv.Itoa(i)
			scores[name], names[name] = float64(random.IntN(20)), 0
			byScore.SortedSet(env).Add([]byte(name), scores[name])
			byName.SortedSet(env).Add([]byte(name), 0)
		}
		for range 500 {
			low, high, openLow, openHigh := float64(random.IntN(24)-2), float64(random.IntN(24)-2), random.IntN(2) == 0, random.IntN(2) == 0
			want := 0
			for _, score := range scores {
				if (score > low || score == low && !openLow) && (score < high || score == high && !openHigh) {
					want++
				}
			}
			r := Range{Low: AtScore(low, openLow), High: AtScore(high, openHigh)}
			first, end := byScore.SortedSet(env).Ranks(&r)
			require.Equal(t, want, max(0, end-first), "%v", r)
			if want > 0 {
				require.Less(t, first, members)
				list := inOrder(scores)
				require.True(t, list[first].score > low || list[first].score == low && !openLow)
			}

			from, to := []byte(strconv.Itoa(random.IntN(100))), []byte(strconv.Itoa(random.IntN(100)))
			want = 0
			for name := range names {
				a, b := bytes.Compare([]byte(name), from), bytes.Compare([]byte(name), to)
				if (a > 0 || a == 0 && !openLow) && (b < 0 || b == 0 && !openHigh) {
					want++
				}
			}
			r = Range{Low: AtName(from, openLow), High: AtName(to, openHigh)}
			first, end = byName.SortedSet(env).Ranks(&r)
			require.Equal(t, want, max(0, end-first), "%v", r)
			all := Range{Low: Endless(-1), High: Endless(1)}
			first, end = byName.SortedSet(env).Ranks(&all)
			require.Equal(t, []int{0, members}, []int{first, end})
			none := Range{Low: Endless(1), High: Endless(-1)}
			first, end = byName.SortedSet(env).Ranks(&none)
			require.LessOrEqual(t, end, first)
		}
		Free(byScore)
		Free(byName)
	}
}

func TestSortedSet_ChangesItsEncodingAsRedis(t *testing.T) {
	env := newEnv()
	o := NewCollection([]byte("z"), SortedSetType, env)
	s := o.SortedSet(env)
	for i := range env.SortedSetEntries {
		s.Add([]byte(strconv.Itoa(i)), 1)
	}
	s.Add([]byte("0"), 2)
	require.Equal(t, Listpack, o.Encoding(), "another score is no other member")
	s.Add([]byte("another"), 1)
	require.Equal(t, SkipList, o.Encoding())
	s.DeleteRanks(0, 3)
	require.Equal(t, SkipList, o.Encoding(), "it never goes back")
	s.Compact()
	require.Equal(t, Listpack, o.Encoding(), "but where it is asked to")
	s.Add([]byte(strings.Repeat("m", env.SortedSetValue)), 1)
	require.Equal(t, Listpack, o.Encoding())
	s.Add([]byte(strings.Repeat("m", env.SortedSetValue+1)), 1)
	require.Equal(t, SkipList, o.Encoding())
	s.Compact()
	require.Equal(t, SkipList, o.Encoding(), "one member is too long")
	Free(o)
}

// Whoever walks through the entries hears of each one before it goes or changes, with the
// score that it had.
func TestSortedSet_TellsOfEntriesBeforeTheyLeave(t *testing.T) {
	for _, from := range []int{2048, 10} {
		treesFrom(t, from)
		testLeaving(t)
	}
}

func testLeaving(t *testing.T) {
	env := newEnv()
	env.Epoch = 3
	o := NewCollection([]byte("z"), SortedSetType, env)
	s := o.SortedSet(env)
	s.Expand()
	for i := range 20 {
		s.Add([]byte(strconv.Itoa(i)), float64(i))
	}
	require.EqualValues(t, 3, entry.At(s.Find([]byte("5")).entry).Epoch())
	var told []scored
	env.Leaving = func(of *Object, r zmalloc.Ref) {
		i := of.ItemAt(r)
		told = append(told, scored{string(i.Name), i.Score})
	}
	s.Add([]byte("5"), 50)
	s.Add([]byte("new"), 1)
	s.Remove([]byte("7"))
	s.Remove([]byte("none"))
	s.DeleteRanks(17, 2)
	require.Equal(t, []scored{{"5", 5}, {"7", 7}, {"18", 18}, {"19", 19}}, told)
	Free(o)
}

func TestSortedSet_DrawsFairly(t *testing.T) {
	env := newEnv()
	treesFrom(t, 80)
	for _, n := range []int{5, 60, 100} {
		o := NewCollection([]byte("z"), SortedSetType, env)
		s := o.SortedSet(env)
		for i := range n {
			s.Add([]byte(strconv.Itoa(i)), 0)
		}
		const draws = 20_000
		times := map[string]int{}
		var room Room
		for range draws {
			member, _ := s.Member(s.Random(), &room)
			times[string(member)]++
		}
		expected, chi := float64(draws)/float64(n), 0.0
		for i := range n {
			d := float64(times[strconv.Itoa(i)]) - expected
			chi += d * d / expected
		}
		require.Less(t, chi, float64(n)*2+20, "%d elements", n) // its mean is n-1; the seed is fixed
		Free(o)
	}
}

func TestSortedSet_OfOneMemberAllocatesNothing(t *testing.T) {
	env := newEnv()
	treesFrom(t, 1000)
	for _, n := range []int{4, 100, 2000} { // in one block, and in a hash table beside a list, and a tree
		o := NewCollection([]byte("z"), SortedSetType, env)
		s := o.SortedSet(env)
		for i := range n {
			s.Add([]byte(strconv.Itoa(i)), float64(i)+.5)
		}
		member, score := []byte("a member"), 1.5
		var room Room
		require.Zero(t, testing.AllocsPerRun(100, func() {
			s.Add(member, score)
			score += 1.25
			s.Rank(member)
			s.Member(s.At(s.Len()/2), &room)
			s.Remove(member)
			s.Add(member, score)
			s.DeleteRanks(s.Rank(member), 1)
		}))
		Free(o)
	}
}

// A list that becomes a tree, and entries that move: who walks through them meets all, and
// knows of each whether he has.
func TestSortedSet_BecomesATreeWhileSomebodyWalks(t *testing.T) {
	treesFrom(t, 100)
	env := newEnv()
	o := NewCollection([]byte("z"), SortedSetType, env)
	s := o.SortedSet(env)
	s.Expand()
	for i := range 100 {
		s.Add([]byte(strconv.Itoa(i)), float64(i))
	}
	root := o.Root()
	env.Epoch = 1
	met := map[string]float64{}
	visit := func(i Item) {
		if i.Enter(env.Epoch) {
			require.NotContains(t, met, string(i.Name))
			met[string(i.Name)] = i.Score
		}
	}
	cursor := o.Items(0, 30, visit)
	require.NotZero(t, cursor)
	require.False(t, o.ordered().isTree())
	s.Add([]byte("one more"), 7)
	require.True(t, o.ordered().isTree())
	require.Equal(t, root, o.Root(), "who walks knows it by that")
	for cursor != 0 {
		cursor = o.Items(cursor, 30, visit)
	}
	require.Len(t, met, 100)
	require.NotContains(t, met, "one more")
	Free(o)
}

// MEMORY USAGE is what is in use, of a list and of a tree.
func TestSortedSet_KnowsWhatItTakes(t *testing.T) {
	treesFrom(t, 500)
	env := newEnv()
	before := zmalloc.Used()
	o := NewCollection([]byte("z"), SortedSetType, env)
	s := o.SortedSet(env)
	for i := range 2000 {
		s.Add([]byte(strconv.Itoa(i)), float64(i%77))
		if i == 400 || i == 1999 {
			require.Equal(t, zmalloc.Used()-before, o.MemoryUsage(0))
			require.InEpsilon(t, zmalloc.Used()-before, o.MemoryUsage(20), 0.1)
		}
	}
	Free(o)
	require.Equal(t, before, zmalloc.Used())
}
