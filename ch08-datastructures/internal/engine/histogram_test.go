package engine

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lastRange is the end of the range that a second is counted in.
const lastRange = 1_002_438_656 - 1

// The figures are what redis-server answers where all calls of a command took so long.
func TestHistogram_TellsARangeByItsLargestValue(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{
		0: 1, 1: 1, 127: 127, 128: 128, 255: 255, 256: 257, 1000: 1003, 2000: 2007, 3000: 3007, 85_000: 85_503,
		1024: 1031, time.Second: lastRange, 2 * time.Second: lastRange,
	} {
		var h Histogram
		h.add(d, 3)
		for _, p := range []float64{1e-7, 50, 99.9, 100} {
			require.Equal(t, want, h.Percentile(p), "%v, percentile %v", d, p)
		}
		require.LessOrEqual(t, h.Percentile(0), max(1, min(d, time.Second)))
	}
}

func TestHistogram_Percentile0IsTheLeastOfARange(t *testing.T) {
	var h Histogram
	h.add(2995, 1)
	require.EqualValues(t, 2992, h.Percentile(0)) // redis-server: p0=2.992,p50=3.007
	require.EqualValues(t, 3007, h.Percentile(50))
}

func TestHistogram_EveryValueLiesInItsRange(t *testing.T) {
	last := int64(-1)
	for page := range pages {
		for at := range pageRanges {
			end := largest(page, at)
			for _, v := range []int64{last + 1, end} { // the first and the last value
				p, a := placeOf(uint64(v))
				require.Equal(t, []int{page, at}, []int{int(p), int(a)}, "%d", v)
			}
			require.Greater(t, end, last)
			last = end
		}
	}
	require.Greater(t, last, int64(longestCounted))
}

func TestHistogram_PercentilesAreThoseOfTheValuesThemselves(t *testing.T) {
	var h Histogram
	var all []time.Duration
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		d := time.Duration(1 << random.IntN(30))
		d += time.Duration(random.Int64N(int64(d)))
		d = min(d, time.Second)
		h.add(d, 1)
		all = append(all, d)
	}
	slices.Sort(all)
	for _, p := range []float64{0, 1, 25, 50, 90, 99, 99.9, 100} {
		exact := all[max(0, int(p/100*float64(len(all)))-1)]
		require.InDelta(t, float64(exact), float64(h.Percentile(p)), float64(exact)/100+1, "percentile %v", p)
	}
}

func TestHistogram_StepsAreWhereSomethingIsAdded(t *testing.T) {
	var h Histogram
	require.Empty(t, h.Cumulative())
	h.add(500, 2)
	h.add(1031, 1) // the first step's range
	h.add(1032, 1)
	h.add(40*time.Microsecond, 5)
	require.Equal(t, []Step{{1, 3}, {2, 4}, {66, 9}}, h.Cumulative())
	require.EqualValues(t, 9, h.Total)
	require.Equal(t, 3*1024, h.memory())
}

func TestHistogram_AddingAllocatesNothingTwice(t *testing.T) {
	var h Histogram
	require.Equal(t, 1024, h.add(time.Microsecond, 1))
	require.Zero(t, testing.AllocsPerRun(100, func() { h.add(time.Microsecond, 1) }))
}
