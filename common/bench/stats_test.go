package bench

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

var nan = math.NaN()

func TestSpread_IsTheMedianAndTheEndsOfTheNumbers(t *testing.T) {
	for name, row := range map[string]struct {
		figures []float64
		want    Spread
	}{
		"odd":         {[]float64{3, 1, 2}, Spread{2, 1, 3}},
		"even":        {[]float64{4, 1, 3, 2}, Spread{2.5, 1, 4}},
		"one":         {[]float64{7}, Spread{7, 7, 7}},
		"one outlier": {[]float64{1, 1000, 2, 3, 2}, Spread{2, 1, 1000}},
		"with NaN":    {[]float64{nan, 3, nan, 1}, Spread{2, 1, 3}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, row.want, spreadOf(row.figures)) })
	}
}

func TestSpread_OfNoNumbersIsNone(t *testing.T) {
	for _, figures := range [][]float64{nil, {nan, nan}} {
		s := spreadOf(figures)
		require.True(t, math.IsNaN(s.Median) && math.IsNaN(s.Min) && math.IsNaN(s.Max), "%v", s)
		text, err := json.Marshal(s)
		require.NoError(t, err)
		require.JSONEq(t, "null", string(text))
	}
}

func TestSpread_LeavesItsFiguresInOrder(t *testing.T) {
	figures := []float64{3, 1, 2}
	spreadOf(figures)
	require.Equal(t, []float64{3, 1, 2}, figures)
}

func TestRatios_DivideRoundByRound(t *testing.T) {
	require.Equal(t, []float64{2, 0.5}, ratios([]float64{4, 1, 9}, []float64{2, 2}))
}

func TestRatios_OfWhatIsUnknownOrNothingAreNone(t *testing.T) {
	for _, r := range ratios([]float64{1, nan, 1}, []float64{0, 1, nan}) {
		require.True(t, math.IsNaN(r))
	}
}
