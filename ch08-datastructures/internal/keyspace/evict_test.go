package keyspace

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/structures/dict"

	"redis-internals/ch08/internal/zmalloc"
)

// Where to write what a trace evicted: a line for each way of evicting, and a
// character for each group of keys, from the least to the most recently used. See
// the README, "Measure it".
var traceFile = flag.String("trace", "", "write a picture of what each policy evicts to `file`")

// way is a way of choosing the keys that go.
type way struct {
	name    string
	policy  Policy
	samples int
	forget  bool // what was sampled before: as if there were no pool
}

// trace makes a full keyspace of n keys, each used a second after the one before,
// and then adds half as many. It returns which of the n keys are gone. What is
// exactly LRU loses the first half of them.
func trace(t *testing.T, w way, n int) (gone []bool) {
	ks, now := newTestKeyspace(t, Eviction{MaxKeys: n, Policy: w.policy, Samples: w.samples})
	db := ks.DB(0)
	for i := range n {
		db.Set([]byte(strconv.Itoa(i)), nil, Never)
	}
	for i := range n {
		now.tick(ks, 1000)
		db.LookupRead([]byte(strconv.Itoa(i)))
	}
	for i := range n / 2 {
		now.tick(ks, 1000)
		if w.forget {
			ks.pool = pool{}
		}
		db.Set([]byte(strconv.Itoa(n+i)), nil, Never)
	}
	for i := range n {
		e := db.find([]byte(strconv.Itoa(i)))
		gone = append(gone, e == nil)
	}
	ks.check()
	return gone
}

// quality is the part of the keys that exact LRU would evict, and that did go.
func quality(gone []bool) float64 {
	right := 0
	for _, g := range gone[:len(gone)/2] {
		if g {
			right++
		}
	}
	return float64(right) / float64(len(gone)/2)
}

func TestEviction_FindsTheOldestKeysBetterWithSamplesAndWithThePool(t *testing.T) {
	ways := []way{
		{"random", AllKeysRandom, 1, false},
		{"lru, 3 samples, no pool", AllKeysLRU, 3, true},
		{"lru, 5 samples, no pool", AllKeysLRU, 5, true},
		{"lru, 10 samples, no pool", AllKeysLRU, 10, true},
		{"lru, 5 samples", AllKeysLRU, 5, false},
		{"lru, 10 samples", AllKeysLRU, 10, false},
	}
	q := map[string]float64{}
	var pictures []string
	for _, w := range ways {
		gone := trace(t, w, 4000)
		q[w.name] = quality(gone)
		pictures = append(pictures, fmt.Sprintf("%-25s %3.0f%%  %s", w.name, 100*q[w.name], picture(gone)))
	}
	if *traceFile != "" {
		require.NoError(t, writeLines(*traceFile, pictures))
	}
	require.Less(t, q["random"], 0.5)
	require.Greater(t, q["lru, 3 samples, no pool"], q["random"]+0.1)
	require.Greater(t, q["lru, 5 samples, no pool"], q["lru, 3 samples, no pool"])
	require.Greater(t, q["lru, 10 samples, no pool"], q["lru, 5 samples, no pool"])
	require.Greater(t, q["lru, 5 samples"], q["lru, 5 samples, no pool"])
	require.Greater(t, q["lru, 10 samples"], q["lru, 10 samples, no pool"])
	require.Greater(t, q["lru, 10 samples"], 0.88)
}

// picture shows groups of keys by the part of them that is gone.
func picture(gone []bool) (s string) {
	const groups = 60
	for g := range groups {
		part := gone[g*len(gone)/groups : (g+1)*len(gone)/groups]
		n := 0
		for _, x := range part {
			if x {
				n++
			}
		}
		s += string([]rune(" ░▒▓█")[(4*n+len(part)/2)/len(part)])
	}
	return s
}

func writeLines(name string, lines []string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
	return w.Flush()
}

func TestEviction_SparesKeysThatCannotExpire(t *testing.T) {
	for _, policy := range []Policy{VolatileRandom, VolatileTTL, VolatileLRU} {
		ks, now := newTestKeyspace(t, Eviction{MaxKeys: 100, Policy: policy, Samples: 5})
		db := ks.DB(2)
		for i := range 100 {
			key := []byte(strconv.Itoa(i))
			db.Set(key, nil, Never)
			if i%2 == 0 {
				db.SetExpire(key, now.ms+int64(1000+i))
			}
		}
		for i := range 50 {
			db.Set([]byte(strconv.Itoa(1000+i)), nil, Never)
			require.Equal(t, 100, ks.Keys())
		}
		require.Zero(t, db.Expires())
		db.Set([]byte("one more"), nil, Never)
		require.Equal(t, 101, ks.Keys(), "none may go")
		ks.check()
	}
}

func TestEviction_TakesTheSoonestToExpire(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{MaxKeys: 10, Policy: VolatileTTL, Samples: 64})
	db := ks.DB(0)
	for i := range 10 {
		key := []byte(strconv.Itoa(i))
		db.Set(key, nil, Never)
		db.SetExpire(key, now.ms+int64(1_000_000-i))
	}
	db.Set([]byte("new"), nil, Never)
	require.Equal(t, "(none)", db.get("9"))
}

func TestEviction_LooksAgainBeforeItTakesFromThePool(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{MaxKeys: 10, Policy: AllKeysLRU, Samples: 5})
	db := ks.DB(0)
	for i := range 10 {
		db.Set([]byte(strconv.Itoa(i)), nil, Never)
	}
	now.tick(ks, 100_000)
	for i, key := range []string{"deleted", "moved", "1"} {
		ks.pool.candidates[i] = candidate{score: 1000, hash: dict.Hash([]byte(key)), key: []byte(key)}
		ks.pool.n++
	}
	db.LookupRead([]byte("1"))
	db.Set([]byte("new"), nil, Never)
	require.Equal(t, "", db.get("1"), "it was used meanwhile")
	require.Equal(t, 10, ks.Keys())
	require.EqualValues(t, 1, ks.Stats.Evicted)
	ks.check()
}

func TestEviction_ForgetsThePoolWithThePolicy(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{MaxKeys: 3, Policy: VolatileTTL, Samples: 5})
	db := ks.DB(0)
	for i := range 3 {
		key := []byte(strconv.Itoa(i))
		db.Set(key, nil, Never)
		db.SetExpire(key, now.ms+1000)
	}
	db.Set([]byte("3"), nil, Never)
	ks.SetEviction(Eviction{MaxKeys: 3, Policy: AllKeysLRU, Samples: 5})
	require.Zero(t, ks.pool.n)
}

func TestEvict_KeepsMemoryBelowTheLimit(t *testing.T) {
	for _, policy := range []Policy{AllKeysRandom, AllKeysLRU, VolatileTTL} {
		start := zmalloc.Used()
		const limit = 1 << 20
		ks, now := newTestKeyspace(t, Eviction{
			MaxMemory: limit, Policy: policy, Samples: 5, Budget: time.Second,
			Used: func() int { return zmalloc.Used() - start },
		})
		db := ks.DB(0)
		for i := range 50_000 {
			require.Equal(t, EvictOK, ks.Evict())
			require.LessOrEqual(t, zmalloc.Used()-start, limit)
			key := []byte(strconv.Itoa(i))
			db.Set(key, make([]byte, 64), Never)
			db.SetExpire(key, now.ms+int64(i)+1000)
			now.ms++
		}
		require.Greater(t, ks.Stats.Evicted, int64(30_000))
		ks.check()
	}
}

func TestEvict_StopsForItsBudgetAndGoesOn(t *testing.T) {
	start := zmalloc.Used()
	ks, _ := newTestKeyspace(t, Eviction{})
	for i := range 10_000 {
		ks.DB(0).Set([]byte(strconv.Itoa(i)), make([]byte, 64), Never)
	}
	ks.SetEviction(Eviction{MaxMemory: 1, Policy: AllKeysRandom, Samples: 5, Used: func() int { return zmalloc.Used() - start }})
	require.Equal(t, EvictRunning, ks.Evict())
	require.EqualValues(t, 2*evictionsAtATime, ks.Stats.Evicted)
	for ks.Evict() == EvictRunning {
	}
	require.Zero(t, ks.Keys())
	require.Equal(t, EvictFail, ks.Evict(), "the empty tables are more than the limit")
}

func TestEvict_SaysThatNoKeyMayGo(t *testing.T) {
	ks, _ := newTestKeyspace(t, Eviction{MaxMemory: 1, Policy: VolatileLRU, Samples: 5, Used: func() int { return 2 }})
	ks.DB(0).Set([]byte("stays"), nil, Never)
	require.Equal(t, EvictFail, ks.Evict())
	ks.SetEviction(Eviction{MaxMemory: 1, Policy: NoEviction, Used: func() int { return 2 }})
	require.Equal(t, EvictFail, ks.Evict())
	require.Equal(t, 1, ks.Keys())
}
