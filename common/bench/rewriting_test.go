package bench

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
	"redis-internals/common/harness"
)

// setManifest gives a server's folder a base file of that number.
func setManifest(t *testing.T, dir string, seq int) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, appendOnlyDir), 0o755))
	text := fmt.Sprintf("file appendonly.aof.%d.base.aof seq %[1]d type b\n", seq)
	require.NoError(t, os.WriteFile(filepath.Join(dir, appendOnlyDir, manifestFile+".new"), []byte(text), 0o644))
	require.NoError(t, os.Rename(filepath.Join(dir, appendOnlyDir, manifestFile+".new"), filepath.Join(dir, appendOnlyDir, manifestFile)))
}

// rewriting is a short run of rewrites.
func rewriting(t *testing.T) *bench {
	t.Helper()
	cfg := short(t, "", rewriteRow)
	cfg.Addr, cfg.Fsync, cfg.Dir, cfg.Keys = "", "everysec", t.TempDir(), 1000
	return newRewriting(cfg)
}

// rewriteResponder measures a responder that answers BGREWRITEAOF like this and
// then does that.
func rewriteResponder(t *testing.T, reply string, then func(dir string)) (*Report, error) {
	t.Helper()
	b, dir := rewriting(t), t.TempDir()
	setManifest(t, dir, 1)
	r := &benchtest.Responder{}
	_, addr := benchtest.Serve(t, func(_ int, args []string) (string, bool) {
		if args[0] == "BGREWRITEAOF" {
			go then(dir)
			return reply, false
		}
		return r.Honest(args), false
	})
	err := b.session(t.Context(), func(context.Context) error {
		b.add("ch09", addr, netip.MustParseAddrPort(addr), nil)
		b.servers[0].dir = dir
		return nil
	}, b.measureAll)
	return b.report, err
}

func TestRewriting_MeasuresUntilTheManifestHasANewBaseFile(t *testing.T) {
	const lasts = 40 * time.Millisecond
	var seq atomic.Int64
	seq.Store(1)
	report, err := rewriteResponder(t, "+Background append only file rewriting started\r\n", func(dir string) {
		time.Sleep(lasts)
		setManifest(t, dir, int(seq.Add(1)))
	})
	require.NoError(t, err)
	require.EqualValues(t, 5, seq.Load(), "two rounds, two depths")
	require.Len(t, report.Samples, 8)
	for i, s := range report.Samples {
		require.Equal(t, rewriteRow, s.Command)
		require.Equal(t, 1+i/4, s.Round)
		require.Positive(t, s.Requests)
		if i%2 == 0 {
			require.Zero(t, s.Rewrite)
		} else {
			require.GreaterOrEqual(t, s.Rewrite, lasts)
			require.GreaterOrEqual(t, s.Wall, lasts)
		}
	}
}

func TestRewriting_EndsWithTheErrorThatTheServerReplied(t *testing.T) {
	_, err := rewriteResponder(t, "-ERR unknown command\r\n", func(string) {})
	require.ErrorContains(t, err, `answered BGREWRITEAOF with "-ERR unknown command"`)
}

func TestRewriting_EndsWithAManifestThatIsNone(t *testing.T) {
	_, err := rewriteResponder(t, "+OK\r\n", func(dir string) {
		_ = os.WriteFile(filepath.Join(dir, appendOnlyDir, manifestFile), []byte("nonsense\n"), 0o644)
	})
	require.ErrorContains(t, err, "appendonly.aof.manifest: no pairs of words")
}

func TestRewriting_OfRedisBesideItself(t *testing.T) {
	benchtest.StartRedis(t).Kill() // or skip
	b := rewriting(t)
	b.Rounds = 1
	start := func(context.Context) error {
		for _, name := range []string{"ch09", "redis"} {
			o, err := b.options(name)
			require.NoError(t, err)
			s, err := harness.StartRedis(o)
			require.NoError(t, err)
			s.Name = name
			b.addStarted(s)
		}
		return nil
	}
	require.NoError(t, b.session(t.Context(), start, func() error {
		if err := b.measureAll(); err != nil {
			return err
		}
		for _, s := range b.servers {
			seq, err := baseSeq(s.dir)
			require.NoError(t, err)
			require.Equal(t, 3, seq, "a rewrite at each depth")
		}
		return nil
	}))
	require.Len(t, b.report.Samples, 2*2*2)
	left, err := os.ReadDir(b.Dir)
	require.NoError(t, err)
	require.Empty(t, left)
	text := b.report.Table()
	require.Contains(t, text, "appendfsync everysec")
	require.Contains(t, text, "\nnote: append-only files were in "+b.Dir)
	for _, row := range []string{"ch09 +1", "redis +1", "ch09 +4", "redis +4"} {
		require.Regexp(t, `(?m)^`+row+` +[\d,]+ +[\d,]+ +[\d.]+ `, text)
	}
}

func TestRewriteTable_ShowsWithoutDuringAndTheirRatio(t *testing.T) {
	without, during := sample(1, "ch09", 1000, 0, 0), sample(1, "ch09", 500, 0, 0)
	without.P999, during.P999 = 300*time.Microsecond, 900*time.Microsecond
	during.P99, during.Rewrite = 800*time.Microsecond, 1500*time.Millisecond
	r := reportOf(without, during)
	r.Settings.Fsync = "no"
	text := r.Table()
	require.Contains(t, text, ", appendfsync no\n")
	require.Regexp(t, `(?m)^ch09 +1 +1,000 +500 +0\.50 +\(0\.50\.\.0\.50\) +100 +100 +1\.00 +\(1\.00\.\.1\.00\) +1\.500 +\(1\.500\.\.1\.500\)$`, text)
	require.Regexp(t, `(?m)^ch09 +1 +200 +800 +4\.00 +\(4\.00\.\.4\.00\) +300 +900 +3\.00 +\(3\.00\.\.3\.00\)$`, text)
}

func TestRewriteCosts_CompareRoundByRound(t *testing.T) {
	during := func(s Sample) Sample { s.Rewrite = time.Second; return s }
	costs := RewriteCosts(reportOf(
		sample(1, "ch09", 1000, 0, 0), during(sample(1, "ch09", 900, 0, 0)),
		sample(1, "redis", 1000, 0, 0), during(sample(1, "redis", 400, 0, 0)),
		sample(2, "redis", 500, 0, 0), during(sample(2, "redis", 300, 0, 0)),
		sample(2, "ch09", 500, 0, 0), during(sample(2, "ch09", 350, 0, 0)),
	).Lines())
	require.Len(t, costs, 2)
	require.Equal(t, "ch09", costs[0].Without.Name)
	require.InDelta(t, .8, costs[0].Throughput.Median, 1e-9)
	require.Equal(t, "redis", costs[1].During.Name)
	require.InDelta(t, .5, costs[1].Throughput.Median, 1e-9)
	require.Equal(t, Spread{1, 1, 1}, costs[1].P99)
}
