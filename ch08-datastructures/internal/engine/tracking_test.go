package engine

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// check compares what is counted of the readers with what there is.
func (t *tracked) check(tt *testing.T) {
	items, bytes := 0, 0
	for key, ids := range t.readers {
		require.NotEmpty(tt, ids, key)
		require.True(tt, slices.IsSorted(ids), key)
		require.Equal(tt, len(ids), len(slices.Compact(slices.Clone(ids))), key)
		items += len(ids)
		bytes += readerMemory + len(key) + cap(ids)*8
	}
	require.Equal(tt, items, t.items)
	require.Equal(tt, bytes, t.bytes)
}

func TestTracked_RemembersEachReaderOnceAndForgetsThemTogether(t *testing.T) {
	all := tracked{readers: map[string][]int64{}}
	model := map[string]map[int64]bool{}
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		key := "key:" + strconv.Itoa(random.IntN(20))
		if random.IntN(10) > 0 {
			id := int64(random.IntN(50))
			if model[key] == nil {
				model[key] = map[int64]bool{}
			}
			model[key][id] = true
			all.add([]byte(key), id)
		} else {
			ids := all.take(key)
			require.Len(t, ids, len(model[key]))
			for _, id := range ids {
				require.True(t, model[key][id])
			}
			delete(model, key)
		}
		all.check(t)
	}
	for key := range model {
		all.take(key)
	}
	all.check(t)
	require.Zero(t, all.bytes)
}

func TestPrefix_OfOthersLeavesOwnChangesOut(t *testing.T) {
	a, b := &Client{}, &Client{}
	p := &prefix{changed: map[string]*Client{"k1": a, "k2": b, "k3": nil}}
	keys := []string{"k1", "k2", "k3"}
	all := appendKeys(nil, keys)
	require.Equal(t, "*2\r\n$2\r\nk2\r\n$2\r\nk3\r\n", string(p.ofOthers(a, keys, all)))
	require.Equal(t, string(all), string(p.ofOthers(&Client{}, keys, all)))
	require.Nil(t, p.ofOthers(a, []string{"k1"}, all))
}
