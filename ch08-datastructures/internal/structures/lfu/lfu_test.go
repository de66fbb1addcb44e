package lfu

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The table of redis.conf. Its cells are whole numbers, of one run each: so the mean of many
// runs is within 5 % of most, and of those that are low (8, 11 and 18) one run in twenty is
// within 5 %.
func TestIncrement_HasTheTableOfRedisConf(t *testing.T) {
	hits := []int{100, 1000, 100_000, 1_000_000, 10_000_000}
	byMean := 0
	for _, row := range []struct {
		factor int
		want   []float64
	}{
		{0, []float64{104, 255, 255, 255, 255}},
		{1, []float64{18, 49, 255, 255, 255}},
		{10, []float64{10, 18, 142, 255, 255}},
		{100, []float64{8, 11, 49, 143, 255}},
	} {
		random := rand.New(rand.NewPCG(uint64(row.factor), 1))
		const runs = 60
		counters := make([][]float64, len(hits))
		for range runs {
			counter, done := uint8(Initial), 0
			for i, n := range hits {
				for ; done < n && counter < 255; done++ {
					counter = Increment(counter, row.factor, random)
				}
				counters[i] = append(counters[i], float64(counter))
			}
		}
		for i, want := range row.want {
			slices.Sort(counters[i])
			mean := 0.0
			for _, c := range counters[i] {
				mean += c / runs
			}
			t.Logf("factor %d, %d hits: %.1f, and %.0f in the table", row.factor, hits[i], mean, want)
			if mean >= want*0.95 && mean <= want*1.05 {
				byMean++
				continue
			}
			require.LessOrEqual(t, counters[i][runs/20], want*1.05, "factor %d, %d hits", row.factor, hits[i])
			require.GreaterOrEqual(t, counters[i][runs-1-runs/20], want*0.95, "factor %d, %d hits", row.factor, hits[i])
		}
	}
	require.GreaterOrEqual(t, byMean, 17, "of 20 cells")
}

func TestCounter_LosesOneForEachPeriod(t *testing.T) {
	bits := pack(1000, 100)
	for _, c := range []struct {
		now       uint16
		decayTime int
		want      uint8
	}{
		{1000, 1, 100},
		{1001, 1, 99},
		{1003, 1, 97},
		{1100, 1, 0},
		{2000, 1, 0},
		{1009, 10, 100},
		{1010, 10, 99},
		{1019, 10, 99},
		{999, 1, 0},
		{65535, 0, 100},
	} {
		require.Equal(t, c.want, Counter(bits, c.now, c.decayTime), "%+v", c)
	}
	require.Equal(t, uint8(98), Counter(pack(65534, 100), 1, 1), "the clock has come round")
}

func TestTouch_DecaysBeforeItCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	require.Equal(t, uint32(0x03e807), pack(1000, 7))
	require.Equal(t, uint32(0x03eb05), Touch(pack(1000, 7), 1003, 10, 1, random))
	require.Equal(t, New(7), pack(7, 5))
	require.Equal(t, uint16(1), Clock(65537*60))
}

func TestTouch_NeverGoesUpByMoreThanOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.Uint32Range(0, 1<<24-1).Draw(t, "bits")
		now := rapid.Uint16().Draw(t, "now")
		factor, decay := rapid.IntRange(0, 1000).Draw(t, "factor"), rapid.IntRange(0, 100).Draw(t, "decay")
		was := int(Counter(bits, now, decay))
		after := Touch(bits, now, factor, decay, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)))
		require.Equal(t, now, uint16(after>>8))
		require.Contains(t, []int{was, was + 1}, int(after&0xff))
		if was <= Initial {
			require.Equal(t, was+1, int(after&0xff), "a new key's first hits all count")
		}
	})
}

func BenchmarkTouch(b *testing.B) {
	random, bits := rand.New(rand.NewPCG(1, 2)), New(0)
	for b.Loop() {
		bits = Touch(bits, 0, 10, 1, random)
	}
}
