package bench

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
	"redis-internals/common/bench/load"
	"redis-internals/common/harness"
)

func TestMemory_OfRedisBesideItself(t *testing.T) {
	starters := redisTwice(t)
	b := filling(t, modeMemory, 1, 100_000)
	require.NoError(t, b.onFresh(t.Context(), starters, []string{plainKeys, expiringKeys}, b.measureMemory))
	require.Len(t, b.report.Fillings, 4)
	for i, f := range b.report.Fillings {
		require.Equal(t, i%2 == 1, f.TTL)
		require.GreaterOrEqual(t, f.Keys, 100_000)
		require.Less(t, f.Keys, 100_000+2*3*load.LoadDepth)
		require.Greater(t, f.usedPerKey(), 26., "a key and its value alone are 26 bytes")
		require.Greater(t, f.residentPerKey(), 26.)
		require.Less(t, f.residentPerKey(), 400.)
		require.Greater(t, f.agreement(), 50.)
		require.Less(t, f.Flushed.Used, f.Full.Used/2)
	}
	plain, ttl := b.report.Fillings[0], b.report.Fillings[1]
	require.Greater(t, ttl.usedPerKey(), plain.usedPerKey()+8, "a TTL takes room")
	text := b.report.Table()
	require.Contains(t, text, "ch09-test: memory, 1 round, 100,000 keys, values of 10 bytes\n")
	require.Regexp(t, `(?m)^no TTL +[\d.]+ +[\d.]+ +[01]\.\d\d `, text)
	require.Regexp(t, `(?m)^a TTL on every key +[\d.]+ +[\d.]+ +[01]\.\d\d `, text)
}

func TestMemory_RefusesAServerThatLostKeys(t *testing.T) {
	benchtest.StartRedis(t).Kill() // or skip
	b := filling(t, modeMemory, 1, 50_000)
	small := named("ch09", func(o harness.Options) (*harness.Server, error) {
		o.Args = append(o.Args, "--maxmemory", "4mb", "--maxmemory-policy", "allkeys-random")
		return harness.StartRedis(o)
	})
	err := b.onFresh(t.Context(), []starter{small}, []string{plainKeys}, b.measureMemory)
	require.ErrorContains(t, err, "keys after 50000 were set")
}

func TestMemoryTable_ShowsBytesPerKeyRatioAndAgreement(t *testing.T) {
	r := newReport(Config{Rounds: 1, Keys: 1000, Size: 8})
	r.Settings.Mode = modeMemory
	const mb = 1 << 20
	at := func(name string, ttl bool, resident, used int64) Filling {
		return Filling{
			Round: 1, Server: name, TTL: ttl, Keys: 1000, Empty: Footprint{10 * mb, mb},
			Full: Footprint{10*mb + resident, mb + used}, Flushed: Footprint{12 * mb, mb},
		}
	}
	r.Fillings = []Filling{
		at("ch09", false, 100_000, 90_000), at("ch09", true, 120_000, 120_000),
		at("redis", false, 200_000, 180_000), at("redis", true, 200_000, 160_000),
	}
	text := r.Table()
	require.Contains(t, text, ": memory, 1 round, 1,000 keys, values of 8 bytes\n")
	require.Regexp(t, `(?m)^no TTL +100\.0 +200\.0 +0\.50 +\(0\.50\.\.0\.50\) +90\.0 +180\.0 +0\.50 +\(0\.50\.\.0\.50\) +90\.0 +90\.0 +2\.0 +2\.0$`, text)
	require.Regexp(t, `(?m)^a TTL on every key +120\.0 +200\.0 +0\.60 +\(0\.60\.\.0\.60\) +120\.0 +160\.0 +0\.75 +\(0\.75\.\.0\.75\) +100\.0 +80\.0 +2\.0 +2\.0$`, text)
	require.Contains(t, text, "ratio: ch09 / redis")
	r.Fillings = r.Fillings[:2]
	text = r.Table()
	require.Regexp(t, `(?m)^no TTL +100\.0 +90\.0 +90\.0 +2\.0$`, text)
	require.NotContains(t, strings.Split(text, "ratio: ")[0], "ratio")
}

func TestStandstill_WaitsUntilMemoryIsReadAlikeForAWhile(t *testing.T) {
	b := filling(t, modeMemory, 1, 1)
	err := b.onFresh(t.Context(), []starter{named("ch09", respond)}, []string{"a"}, func(s *server, _ int, _ string) error {
		n, err := b.standstill(s)
		require.NoError(t, err)
		require.Greater(t, n, int64(1<<20))
		s.Stop.Store(true)
		b.still = 1 << 40
		_, err = b.standstill(s)
		require.Equal(t, load.ErrStopped, err)
		s.proc.Kill()
		s.Stop.Store(false)
		_, err = b.standstill(s)
		require.ErrorContains(t, err, "reading the memory of ch09 (")
		return nil
	})
	require.NoError(t, err)
}
