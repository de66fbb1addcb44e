package bench

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/common/bench/benchtest"
	"redis-internals/common/chapters"
	"redis-internals/common/harness"
)

// loading is a run of two rounds that takes a fraction of a second.
func loading(t *testing.T) *bench {
	t.Helper()
	benchtest.StartRedis(t).Kill() // or skip
	cfg := Config{
		Chapter: &chapters.Chapter{Name: "ch09-test", Number: 9}, Rounds: 2, Size: 10,
		Loading: 1000, Dir: t.TempDir(), patience: time.Minute,
	}
	return newBench(cfg)
}

func TestLoading_StartsBothServersInTurnOnTheSameFile(t *testing.T) {
	b := loading(t)
	var steps []Step
	b.Progress = func(s Step) { steps = append(steps, s) }
	require.NoError(t, b.loadAll(t.Context(), []starter{{"ch09", harness.StartRedis}, {"redis", harness.StartRedis}}))
	var order []string
	for i, l := range b.report.Loads {
		order = append(order, l.Server)
		require.Equal(t, 1+i/2, l.Round)
		require.Positive(t, l.Wall)
		require.Positive(t, l.CPU)
	}
	require.Equal(t, []string{"ch09", "redis", "redis", "ch09"}, order)
	require.Len(t, steps, 4)
	require.Equal(t, Step{Round: 2, Rounds: 2, Done: 3, Total: 4, What: "round 2 of 2: loading, ch09"}, steps[3])
	left, err := os.ReadDir(b.Dir)
	require.NoError(t, err)
	require.Empty(t, left)
	require.Regexp(t, `(?m)^ch09 +[\d.]+ +\(`, b.report.Table())
}

func TestLoading_RefusesAServerThatLostKeys(t *testing.T) {
	b := loading(t)
	err := b.loadAll(t.Context(), []starter{{"ch09", func(o harness.Options) (*harness.Server, error) {
		o.Args = append(o.Args, "--appendonly", "no")
		return harness.StartRedis(o)
	}}})
	require.ErrorContains(t, err, `answered DBSIZE with ":0" after it loaded 900 keys`)
}

func TestLoading_RefusesAServerThatWroteToTheFile(t *testing.T) {
	b := loading(t)
	err := b.loadAll(t.Context(), []starter{{"ch09", func(o harness.Options) (*harness.Server, error) {
		f, err := os.OpenFile(filepath.Join(o.Dir, appendOnlyDir, incrFile), os.O_WRONLY|os.O_APPEND, 0)
		require.NoError(t, err)
		_, err = f.WriteString("*1\r\n$4\r\nPING\r\n")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		return harness.StartRedis(o)
	}}})
	require.ErrorContains(t, err, "wrote to the append-only file that it only had to load")
}

func TestLoading_StopsWithTheContext(t *testing.T) {
	b := loading(t)
	ctx, cancel := context.WithCancel(t.Context())
	b.Progress = func(Step) { cancel() }
	require.Equal(t, context.Canceled, b.loadAll(ctx, []starter{{"ch09", harness.StartRedis}}))
	left, err := os.ReadDir(b.Dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAwaitLoaded_AsksUntilTheServerIsReady(t *testing.T) {
	for name, row := range map[string]struct {
		replies []string
		says    string
	}{
		"at once":     {[]string{"+PONG\r\n"}, ""},
		"after a few": {[]string{"-LOADING dataset\r\n", "-LOADING dataset\r\n", "+PONG\r\n"}, ""},
		"an error":    {[]string{"-LOADING dataset\r\n", "-ERR no\r\n"}, `answered PING with "-ERR no"`},
		"silence":     {[]string{""}, "sent no reply to PING for 50ms"},
	} {
		t.Run(name, func(t *testing.T) {
			r, addr := benchtest.Serve(t, func(n int, _ []string) (string, bool) { return row.replies[n-1], false })
			p := peerAt(addr)
			if name == "silence" {
				p.Patience = 50 * time.Millisecond
			}
			fd, err := p.Dial()
			require.NoError(t, err)
			defer unix.Close(fd)
			if err = awaitLoaded(p, fd); row.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, row.says)
			}
			require.Equal(t, len(row.replies), r.Counted())
		})
	}
}

func TestAwaitLoaded_SaysThatTheServerLeft(t *testing.T) {
	_, addr := benchtest.Serve(t, func(int, []string) (string, bool) { return "", true })
	p := peerAt(addr)
	fd, err := p.Dial()
	require.NoError(t, err)
	defer unix.Close(fd)
	require.EqualError(t, awaitLoaded(p, fd), "server ("+addr+") closed the connection during PING")
}

func TestLoadTable_ShowsSecondsCPUAndRate(t *testing.T) {
	const ms = time.Millisecond
	r := newReport(Config{Chapter: &chapters.Chapter{Name: "ch09-test"}, Rounds: 2, Size: 8, Loading: 1000})
	r.Settings.Keys = loadedKeys(1000)
	r.Loads = []Load{
		{1, "ch09", 500 * ms, 750 * ms},
		{1, "redis", 1000 * ms, 1000 * ms},
		{2, "redis", 1000 * ms, 1000 * ms},
		{2, "ch09", 300 * ms, 250 * ms},
	}
	text := r.Table()
	require.Contains(t, text, "ch09-test: loading 1,000 commands, 2 rounds, 900 keys, values of 8 bytes\n")
	require.Regexp(t, `(?m)^ch09 +0\.400 +\(0\.300\.\.0\.500\) +0\.500 +\(0\.250\.\.0\.750\) +2,500$`, text)
	require.Regexp(t, `(?m)^redis +1\.000 +\(1\.000\.\.1\.000\) +1\.000 +\(1\.000\.\.1\.000\) +1,000$`, text)
	require.Regexp(t, `(?m)^ratio +0\.40 +\(0\.30\.\.0\.50\) +0\.50 +\(0\.25\.\.0\.75\)$`, text)
	require.Contains(t, text, "ratio: ch09 / redis")
	r.Loads = []Load{{1, "ch09", 500 * ms, -1}}
	text = r.Table()
	require.Regexp(t, `(?m)^ch09 +0\.500 +\(0\.500\.\.0\.500\) +- +2,000$`, text)
	require.NotContains(t, text, "ratio")
}
