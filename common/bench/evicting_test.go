package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
)

func TestEvicting_OfRedisBesideItself(t *testing.T) {
	starters := redisTwice(t)
	b := filling(t, modeEvicting, 1, 60_000)
	require.NoError(t, b.onFresh(t.Context(), starters, []string{unlimited, limited}, b.measureEvicting))
	require.Len(t, b.report.Samples, 4)
	for i, s := range b.report.Samples {
		require.Equal(t, []string{unlimited, limited}[i%2], s.Command)
		require.GreaterOrEqual(t, s.Requests, uint64(30_000))
		if s.Command == unlimited {
			require.Zero(t, s.Evicted)
			continue
		}
		require.InDelta(t, 30_000, s.Evicted, 6_000)
		require.InDelta(t, 1, s.OfLimit, .05)
	}
	text := b.report.Table()
	require.Contains(t, text, "ch09-test: evicting, 3 clients, 4 in the pipeline, 1 round, 60,000 keys, values of 10 bytes\n")
	require.Regexp(t, `(?m)^ch09 +[\d,]+ +[\d,]+ +[\d.]+ `, text)
	require.Regexp(t, `(?m)^redis +[\d,]+ +[\d,]+ +[\d.]+ `, text)
}

func TestReadEvicted_RefusesAServerThatHardlyEvicted(t *testing.T) {
	for evicted, ok := range map[int]bool{49: false, 50: true} {
		_, addr := benchtest.Serve(t, func(_ int, args []string) (string, bool) {
			text := fmt.Sprintf("evicted_keys:%d\r\nused_memory:990\r\n", evicted)
			return fmt.Sprintf("$%d\r\n%s\r\n", len(text), text), false
		})
		q, err := (&server{Peer: *peerAt(addr)}).Questions()
		require.NoError(t, err)
		defer q.Close()
		var s Sample
		if err = s.readEvicted(q, 1000, 100); ok {
			require.NoError(t, err)
			require.EqualValues(t, 50, s.Evicted)
			require.Equal(t, .99, s.OfLimit)
		} else {
			require.ErrorContains(t, err, "evicted 49 keys, though 100 came beyond its limit")
		}
	}
}

func TestEvictingTable_ShowsWithoutWithAndTheCost(t *testing.T) {
	at := func(name, variant string, requests uint64, cpu time.Duration) Sample {
		s := sample(1, name, requests, cpu, 0)
		s.Command, s.P999, s.Max = variant, 300*time.Microsecond, 4*time.Millisecond
		if variant == limited {
			s.OfLimit = .995
		}
		return s
	}
	samples := []Sample{
		at("ch09", unlimited, 2000, time.Second/2), at("ch09", limited, 1500, time.Second/2),
		at("redis", unlimited, 1000, time.Second), at("redis", limited, 600, time.Second),
	}
	for name, order := range map[string][]int{"as measured first": {0, 1, 2, 3}, "the other way": {1, 0, 3, 2}} {
		t.Run(name, func(t *testing.T) {
			r := reportOf()
			for _, i := range order {
				r.Samples = append(r.Samples, samples[i])
			}
			r.Settings.Mode, r.Settings.Pipeline = modeEvicting, []int{16}
			text := r.Table()
			require.Regexp(t, `(?m)^ch09 +2,000 +1,500 +0\.75 +\(0\.75\.\.0\.75\) +250\.000 +333\.333 +1\.33 +\(1\.33\.\.1\.33\) +25\.0 +300 +300 +4\.0 +99\.5$`, text)
			require.Regexp(t, `(?m)^redis +1,000 +600 +0\.60 `, text)
			require.Equal(t, 1, strings.Count(text, "40.0"))
		})
	}
}
