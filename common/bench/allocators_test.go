package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
	"redis-internals/common/bench/machine"
	"redis-internals/common/harness"
)

func TestAllocators_OfAGoProgramBesideRedis(t *testing.T) {
	benchtest.StartRedis(t).Kill() // or skip
	b := filling(t, modeAllocators, 1, 50_000)
	b.environment = []string{"GODEBUG=gctrace=1"}
	starters := []starter{named("ch05", respond), named("redis", harness.StartRedis)}
	require.NoError(t, b.onFresh(t.Context(), starters, []string{"x"}, b.measureAllocator))
	require.Len(t, b.report.Samples, 4)
	grown, redis := b.report.Samples[0], b.report.Samples[2]
	require.Equal(t, growing, grown.Command)
	require.Positive(t, grown.Collections.Count, "50,000 values do not fit in the least heap that is collected")
	require.Positive(t, grown.Collections.Paused)
	require.GreaterOrEqual(t, grown.Collections.Paused, grown.Collections.Longest)
	require.Greater(t, grown.Resident, int64(26*50_000), "a key and its value are 26 bytes")
	require.Nil(t, redis.Collections)
	require.Greater(t, redis.Resident, int64(26*50_000))
	b.report.Settings.Beside = "ch05-test"
	b.report.Machine.Redis = "7"
	text := b.report.Table()
	require.Contains(t, text, "ch09-test beside ch05-test and redis-server 7: 3 clients, 4 in the pipeline, 1 round of 50ms, 50,000 keys, values of 10 bytes\n")
	require.Regexp(t, `(?m)^growing +ch05 +[\d.]+ +[\d,]+ +[\d.]+ +\d+ +\d+ +\d+ +[\d.]+ +\d+ +\d+ +\d+ +\d+$`, text)
	require.Regexp(t, `(?m)^ +redis +[\d.]+ +[\d,]+ +[\d.]+ +- +- +- +- +\d+ +\d+ +\d+ +\d+$`, text)
	require.Regexp(t, `(?m)^overwriting +ch05 +[\d,]+ +[\d.]+ +\d+ `, text)
}

func TestAllocatorTable_ShowsWhatTheCollectorDid(t *testing.T) {
	s := sample(1, "ch05", 1000, time.Second/2, 0)
	s.Command, s.Resident, s.P999, s.Max = growing, 200_000, 300*time.Microsecond, 400*time.Microsecond
	s.Collections = &machine.Collections{Count: 3, Paused: 120 * time.Microsecond, Longest: 50 * time.Microsecond, CPU: time.Second / 10}
	r := reportOf(s)
	r.Settings.Mode, r.Settings.Pipeline = modeAllocators, []int{16}
	require.Regexp(t, `(?m)^growing +ch05 +200\.0 +1,000 +500\.000 +3 +120 +50 +20\.0 +100 +200 +300 +400$`, r.Table())
}
