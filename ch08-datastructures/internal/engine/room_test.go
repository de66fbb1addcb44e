package engine

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEvictionBudget_GrowsWithTheTenacity(t *testing.T) {
	require.Equal(t, time.Duration(0), evictionBudget(0))
	require.Equal(t, 500*time.Microsecond, evictionBudget(10))
	require.InDelta(t, 575*time.Microsecond, evictionBudget(11), float64(time.Microsecond))
	require.Greater(t, evictionBudget(99), 2*time.Minute)
	require.Equal(t, time.Duration(math.MaxInt64), evictionBudget(100))
}
