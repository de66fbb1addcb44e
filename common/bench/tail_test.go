package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
	"redis-internals/common/bench/load"
)

func TestTail_OfRedisBesideItself(t *testing.T) {
	starters := redisTwice(t)
	b := filling(t, modeTail, 2, 5000)
	require.NoError(t, b.onFresh(t.Context(), starters, []string{"x"}, b.measureTail))
	require.Len(t, b.report.Samples, 8)
	for i, s := range b.report.Samples {
		require.Equal(t, []string{growing, overwriting}[i%2], s.Command)
		require.Equal(t, []string{"ch09", "redis", "redis", "ch09"}[i/2], s.Server)
		require.Equal(t, 1+i/4, s.Round)
		require.Equal(t, 4, s.Pipeline)
		require.Positive(t, s.Requests)
		require.Positive(t, s.ServerCPU)
	}
	text := b.report.Table()
	require.Contains(t, text, "ch09-test: 3 clients, 4 in the pipeline, 2 rounds of 50ms, 5,000 keys, values of 10 bytes\n")
	for _, row := range []string{"growing +ch09", " +redis", " +ratio", "overwriting +ch09"} {
		require.Regexp(t, `(?m)^`+row+` +[\d,.]+ +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+`, text)
	}
}

func TestTail_RefusesAServerThatLostKeys(t *testing.T) {
	b := filling(t, modeTail, 2, 5000)
	r := &benchtest.Responder{}
	_, addr := benchtest.Serve(t, func(_ int, args []string) (string, bool) {
		if args[0] == "DBSIZE" {
			return ":7\r\n", false
		}
		return r.Honest(args), false
	})
	s := &server{Peer: *peerAt(addr), gen: clientsOf(t, addr, 3)}
	require.ErrorContains(t, b.measureTail(s, 1, ""), "has 7 keys after 5000 were set")
}

func TestGenerator_NotesStallsThatHitAllClientsOnce(t *testing.T) {
	const lasts = 30 * time.Millisecond
	_, addr := benchtest.Serve(t, func(n int, _ []string) (string, bool) {
		if n == 500 { // the responder answers one at a time: so nobody gets a reply
			time.Sleep(lasts)
		}
		return "+PONG\r\n", false
	})
	g := clientsOf(t, addr, 3)
	s := &server{Peer: *g.Peer, gen: g}
	g.Use("ping", load.NewBatch(load.PingInline(1), 1, load.KeySource{}))
	sample, err := s.window(cell{"ping", 1}, forever, 1000)
	require.NoError(t, err)
	long := 0
	for _, stall := range sample.Stalls { // a busy machine may make more
		require.Greater(t, stall.Took, load.StallLimit)
		require.Positive(t, stall.At)
		require.Less(t, stall.At+stall.Took, sample.Wall+time.Millisecond)
		if stall.Took >= lasts-time.Millisecond {
			long++
		}
	}
	require.GreaterOrEqual(t, long, 1)
	require.NoError(t, g.Finish())
	sample, err = s.window(cell{"ping", 1}, forever, 1)
	require.NoError(t, err)
	require.Empty(t, sample.Stalls, "those of the window before do not count")
}

func TestTailTable_ShowsPercentilesLongestAndStalls(t *testing.T) {
	ours, theirs := sample(1, "ch09", 3000, 0, 0), sample(1, "redis", 2000, 0, 0)
	for _, s := range []*Sample{&ours, &theirs} {
		s.Command, s.P999, s.Max = growing, 300*time.Microsecond, 12*time.Millisecond
	}
	theirs.Waited = -1
	ours.Waited, ours.P99, ours.Stalls = 25*time.Millisecond, 100*time.Microsecond, []load.Stall{{Took: 11 * time.Millisecond}, {Took: 12 * time.Millisecond}}
	r := reportOf(ours, theirs)
	r.Settings.Mode, r.Settings.Pipeline = modeTail, []int{16}
	text := r.Table()
	require.Regexp(t, `(?m)^growing +ch09 +3,000 +100 +100 +300 +12\.0 +\(12\.0\.\.12\.0\) +2 +\(2\.\.2\) +2\.5$`, text)
	require.Regexp(t, `(?m)^ +redis +2,000 +100 +200 +300 +12\.0 +\(12\.0\.\.12\.0\) +0 +\(0\.\.0\) +-$`, text)
	require.Regexp(t, `(?m)^ +ratio +1\.50 +1\.00 +0\.50 +1\.00 +1\.00$`, text)
}
