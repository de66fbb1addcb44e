package load

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// near checks a quantile against the exact one: at most 0.4 % off.
func near(t *testing.T, exact, got time.Duration, q float64) {
	t.Helper()
	require.LessOrEqual(t, math.Abs(float64(got-exact)), 0.004*float64(exact), "quantile %v: %v for %v", q, got, exact)
}

func TestHistogram_QuantilesAreWithinFourPerMille(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() float64{
		"uniform":    func() float64 { return random.Float64() * 1e6 },
		"long tail":  func() float64 { return math.Exp(random.NormFloat64()*3 + 11) },
		"nanosecond": func() float64 { return random.Float64() * 300 },
		"an hour":    func() float64 { return random.Float64() * float64(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			var h Histogram
			var all []time.Duration
			for range 10_000 {
				d := time.Duration(draw())
				h.Record(d)
				all = append(all, d)
			}
			slices.Sort(all)
			for _, q := range []float64{0, .001, .25, .5, .9, .99, .999, 1} {
				rank := max(1, int(math.Ceil(q*float64(len(all)))))
				near(t, all[rank-1], h.Quantile(q), q)
			}
			require.Equal(t, all[len(all)-1], h.Max())
		})
	}
}

func TestHistogram_EveryBucketHoldsItsOwnMiddle(t *testing.T) {
	for i := range bucketsAll {
		require.Equal(t, i, bucketOf(middleOf(i)))
	}
}

func TestHistogram_ValuesAtTheEdgesOfBucketsStayWithinTheBound(t *testing.T) {
	for shift := range topBits {
		for _, d := range []time.Duration{1<<shift - 1, 1 << shift, 1<<shift + 1} {
			var h Histogram
			h.Record(d)
			h.Record(time.Hour) // or the maximum would correct the middle
			near(t, d, h.Quantile(.5), .5)
		}
	}
}

func TestHistogram_ExtremesAreCountedInTheOuterBuckets(t *testing.T) {
	var h Histogram
	h.Record(-time.Second)
	h.Record(math.MinInt64)
	h.Record(math.MaxInt64)
	require.Zero(t, h.Quantile(.5))
	require.EqualValues(t, math.MaxInt64, h.Max())
	require.Equal(t, time.Duration(middleOf(bucketsAll-1)), h.Quantile(1))
}

func TestHistogram_QuantileOfASingleValueNeverExceedsIt(t *testing.T) {
	var h Histogram
	h.Record(1 << 30)
	require.EqualValues(t, 1<<30, h.Quantile(.99))
}

func TestHistogram_QuantileRoundsTheRankUp(t *testing.T) {
	var h Histogram
	for _, d := range []time.Duration{100, 150, 200} {
		h.Record(d)
	}
	for q, want := range map[float64]time.Duration{0: 100, .33: 100, .34: 150, .5: 150, .66: 150, .67: 200, 1: 200} {
		require.Equal(t, want, h.Quantile(q), "quantile %v", q)
	}
}

func TestHistogram_ResetForgetsEverything(t *testing.T) {
	var h Histogram
	h.Record(time.Second)
	h.Reset()
	require.Zero(t, h.Max())
	require.Zero(t, h.Quantile(1))
	h.Record(5)
	require.EqualValues(t, 5, h.Quantile(1))
}

func TestHistogram_RecordAllocatesNothing(t *testing.T) {
	var h Histogram
	require.Zero(t, testing.AllocsPerRun(100, func() { h.Record(12345) }))
}
