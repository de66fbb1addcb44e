// stats.go: medians, and ratios round by round.

package bench

import (
	"math"
	"slices"
)

// Spread is the middle and the ends of a few figures. The median, not the
// mean: a round that another process disturbed does not pull it.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf ignores figures that are not numbers (what could not be read). Of
// none at all the spread is not a number either.
func spreadOf(figures []float64) Spread {
	f := slices.DeleteFunc(slices.Clone(figures), math.IsNaN)
	if len(f) == 0 {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	slices.Sort(f)
	n := len(f)
	return Spread{Median: (f[(n-1)/2] + f[n/2]) / 2, Min: f[0], Max: f[n-1]}
}

// ratios divides figure by figure: round i of a by round i of b. The two were
// measured one right after the other, so what disturbed both cancels out.
// A division by nothing gives NaN.
func ratios(a, b []float64) []float64 {
	out := make([]float64, min(len(a), len(b)))
	for i := range out {
		out[i] = math.NaN()
		if b[i] > 0 {
			out[i] = a[i] / b[i]
		}
	}
	return out
}
