package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
)

// latencyEngine keeps events from 10 ms on; its clock is driven by now, in Unix seconds.
func latencyEngine(now *int64) *Engine {
	c := config.Default()
	c.LatencyThreshold = 10
	return &Engine{Config: c, Clock: func() int64 { return *now * 1000 }}
}

func TestAddLatency_KeepsTheLongestOfASecond(t *testing.T) {
	now := int64(1000)
	e := latencyEngine(&now)
	for _, ms := range []time.Duration{9, 20, 15, 30, 25} {
		e.AddLatency(EventExpire, ms*time.Millisecond)
	}
	now++
	e.AddLatency(EventExpire, 11*time.Millisecond)
	e.AddLatency(EventEvict, 9999*time.Microsecond)
	require.Equal(t, []*Event{{EventExpire, 30, []Sample{{1000, 30}, {1001, 11}}}}, e.Events())
}

func TestAddLatency_KeepsTheLastSamplesAndTheLongestOfAll(t *testing.T) {
	now := int64(0)
	e := latencyEngine(&now)
	for i := range 3 * maxSamples {
		now++
		e.AddLatency(EventCommand, time.Duration(1000-i)*time.Millisecond)
	}
	event := e.Event(EventCommand)
	require.Len(t, event.Samples, maxSamples)
	require.Equal(t, Sample{now, 1000 - 3*maxSamples + 1}, event.Samples[maxSamples-1])
	require.Equal(t, Sample{now - maxSamples + 1, 1000 - 2*maxSamples}, event.Samples[0])
	require.EqualValues(t, 1000, event.Max)
}

func TestResetEvents_ForgetsByNameInAnyCase(t *testing.T) {
	now := int64(1)
	e := latencyEngine(&now)
	for _, name := range []string{EventCommand, EventWrite, EventSync} {
		e.AddLatency(name, time.Second)
	}
	require.Zero(t, e.ResetEvents("nosuch"))
	require.Equal(t, 1, e.ResetEvents("AOF-write"))
	require.Nil(t, e.Event(EventWrite))
	require.Nil(t, e.Event("COMMAND"), "Redis finds it by its exact name only")
	require.Equal(t, 2, e.ResetEvents(""))
}

func TestAddLatency_WithoutAThresholdNothingIsKept(t *testing.T) {
	now := int64(1)
	e := latencyEngine(&now)
	e.Config.LatencyThreshold = 0
	e.AddLatency(EventCommand, time.Hour)
	require.Empty(t, e.Events())
}

func TestFitMeasuring_TimesEachCommandOnlyIfSomebodyWantsToKnow(t *testing.T) {
	now := int64(1)
	for _, tc := range []struct {
		slow, threshold int
		alone           bool
		from            time.Duration
	}{
		{10_000, 0, false, 10 * time.Millisecond},
		{-1, 0, false, 1<<63 - 1},
		{0, 0, true, 0},
		{100, 0, true, 100 * time.Microsecond},
		{-1, 1, true, time.Millisecond},
		{1<<63 - 1, 50, false, 50 * time.Millisecond},
		{1<<63 - 1, 1<<63 - 1, false, 1<<63 - 1},
	} {
		e := latencyEngine(&now)
		e.Config.SlowLogSlowerThan, e.Config.LatencyThreshold = tc.slow, tc.threshold
		e.fitMeasuring()
		require.Equal(t, tc.alone, e.shares == 0, "%+v", tc)
		require.Equal(t, tc.from, e.tellFrom, "%+v", tc)
	}
}
