package object

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/zmalloc"
)

func newEnv() *Env {
	return &Env{
		Limits: Limits{HashEntries: 8, HashValue: 16, SortedSetEntries: 8, SortedSetValue: 16, SetInts: 8, ListSize: -2},
		Random: rand.New(rand.NewPCG(3, 4)),
	}
}

// itemsOf is what Items meets, name to value.
func itemsOf(o *Object) map[string]string {
	all := map[string]string{}
	for cursor := uint64(0); ; {
		cursor = o.Items(cursor, 3, func(i Item) { all[string(i.Name)] = string(i.Value) })
		if cursor == 0 {
			return all
		}
	}
}

// drain frees an object in pieces.
func drain(o *Object) {
	for ReleaseSome(o, 5) {
	}
}

func TestSet_IsAModel(t *testing.T) {
	before := zmalloc.Used()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		env := newEnv()
		o := NewCollection([]byte("s"), SetType, env)
		model := map[string]string{}
		for range random.IntN(200) {
			member := strconv.Itoa(random.IntN(30) - 10)
			if random.IntN(40) == 0 {
				member = strings.Repeat("m", random.IntN(300))
			}
			_, there := model[member]
			require.Equal(t, there, o.Set(env).Has([]byte(member)))
			if random.IntN(3) > 0 {
				require.Equal(t, !there, o.Set(env).Add([]byte(member)))
				model[member] = ""
			} else {
				require.Equal(t, there, o.Set(env).Remove([]byte(member)))
				delete(model, member)
			}
			require.Equal(t, len(model), o.Count())
			if len(model) > 0 {
				var room [20]byte
				require.Contains(t, model, string(o.Set(env).Random(room[:])))
			}
		}
		require.Equal(t, model, itemsOf(o))
		met := 0
		o.Set(env).Each(func(member []byte) bool {
			require.Contains(t, model, string(member))
			met++
			return true
		})
		require.Equal(t, len(model), met)
		copied := Clone(o, []byte("a longer key"), 7, env)
		drain(o)
		require.Equal(t, model, itemsOf(copied))
		copied = Rename(copied, []byte("k"))
		require.EqualValues(t, 7, copied.ExpireAt())
		require.Equal(t, model, itemsOf(copied))
		Free(copied)
	}
	require.Equal(t, before, zmalloc.Used())
}

func TestSet_ChangesItsEncodingAsRedis(t *testing.T) {
	env := newEnv()
	o := NewCollection([]byte("s"), SetType, env)
	for i := range env.SetInts {
		o.Set(env).Add([]byte(strconv.Itoa(i)))
	}
	require.Equal(t, IntSet, o.Encoding())
	o.Set(env).Add([]byte("8"))
	require.Equal(t, HashTable, o.Encoding())
	Free(o)
	o = NewCollection([]byte("s"), SetType, env)
	o.Set(env).Add([]byte("007"))
	require.Equal(t, HashTable, o.Encoding(), "it is no integer")
	Free(o)
}

func TestHash_IsAModel(t *testing.T) {
	before := zmalloc.Used()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		env := newEnv()
		o := NewCollection([]byte("h"), HashType, env)
		model := map[string]string{}
		for range random.IntN(200) {
			field := strconv.Itoa(random.IntN(20))
			value := strconv.Itoa(random.IntN(100_000))
			if random.IntN(30) == 0 {
				value = strings.Repeat("v", random.IntN(70_000))
			}
			old, there := model[field]
			var room Room
			got, ok := o.Hash(env).Get([]byte(field), &room)
			require.Equal(t, there, ok)
			require.Equal(t, old, string(got))
			require.Equal(t, there, o.Hash(env).Has([]byte(field)))
			if random.IntN(3) > 0 {
				require.Equal(t, !there, o.Hash(env).Set([]byte(field), []byte(value)))
				model[field] = value
			} else {
				require.Equal(t, there, o.Hash(env).Delete([]byte(field)))
				delete(model, field)
			}
			require.Equal(t, len(model), o.Count())
			if len(model) > 0 {
				o.Hash(env).Random(func(field, value []byte) { require.Equal(t, model[string(field)], string(value)) })
			}
		}
		require.Equal(t, model, itemsOf(o))
		copied := Clone(o, []byte("a longer key"), 0, env)
		drain(o)
		require.Equal(t, model, itemsOf(copied))
		Free(copied)
	}
	require.Equal(t, before, zmalloc.Used())
}

// Every member is drawn as often as the others, within what chance allows.
func TestRandom_IsFair(t *testing.T) {
	env := newEnv()
	for _, n := range []int{5, 60} { // in one block, and in a hash table
		s, h := NewCollection([]byte("s"), SetType, env), NewCollection([]byte("h"), HashType, env)
		for i := range n {
			s.Set(env).Add([]byte(strconv.Itoa(i)))
			h.Hash(env).Set([]byte(strconv.Itoa(i)), []byte("v"))
		}
		const draws = 20_000
		ofSet, ofHash := map[string]int{}, map[string]int{}
		for range draws {
			var room [20]byte
			ofSet[string(s.Set(env).Random(room[:]))]++
			h.Hash(env).Random(func(field, _ []byte) { ofHash[string(field)]++ })
		}
		for _, times := range []map[string]int{ofSet, ofHash} {
			expected, chi := float64(draws)/float64(n), 0.0
			for i := range n {
				d := float64(times[strconv.Itoa(i)]) - expected
				chi += d * d / expected
			}
			require.Less(t, chi, float64(n)*2+20, "%d elements", n) // its mean is n-1; the seed is fixed
		}
		Free(s)
		Free(h)
	}
}

func TestList_CanBeCopiedFreedAndWalked(t *testing.T) {
	before := zmalloc.Used()
	env := newEnv()
	o := NewCollection([]byte("l"), ListType, env)
	var want []string
	for i := range 5000 {
		want = append(want, strconv.Itoa(i*i))
		o.List(env).Push(false, []byte(want[i]))
	}
	all := func(o *Object) (all []string) {
		for cursor := uint64(0); ; {
			cursor = o.Items(cursor, 64, func(i Item) { all = append(all, string(i.Name)) })
			if cursor == 0 {
				return all
			}
		}
	}
	require.Equal(t, want, all(o))
	frozen := o.Freeze()
	o.List(env).Push(true, []byte("new"))
	var was []string
	for cursor := uint64(0); ; {
		cursor = frozen.Items(cursor, func(i Item) { was = append(was, string(i.Name)) })
		if cursor == 0 {
			break
		}
	}
	require.Equal(t, want, was)
	o.Thaw()
	copied := Clone(o, []byte("m"), 0, env)
	require.Equal(t, append([]string{"new"}, want...), all(copied))
	require.InEpsilon(t, o.MemoryUsage(0), o.MemoryUsage(3), 0.3)
	drain(o)
	Free(copied)
	require.Equal(t, before, zmalloc.Used())
}
