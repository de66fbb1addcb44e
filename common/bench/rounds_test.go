package bench

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/common/bench/benchtest"
	"redis-internals/common/bench/load"
	"redis-internals/common/harness"
)

// short is a run of a server on addr that takes a fraction of a second.
func short(t *testing.T, addr string, commands ...string) Config {
	t.Helper()
	rows, err := load.RowsOf(6, commands) // the responder knows no transactions
	require.NoError(t, err)
	return Config{
		Addr: addr, NoRedis: true, Rounds: 2, Clients: 3, Pipeline: []int{1, 4}, Rows: rows,
		Measure: 30 * time.Millisecond, Keys: 100, Size: 10, patience: time.Minute,
	}
}

// runStarted is Run for servers that the test has started.
func runStarted(ctx context.Context, cfg Config, servers ...*harness.Server) (*Report, error) {
	cfg.Addr = ""
	b := newBench(cfg)
	start := func(context.Context) error {
		for _, s := range servers {
			b.addStarted(s)
		}
		return nil
	}
	err := b.session(ctx, start, b.measureAll)
	return b.report, err
}

func gone(pid int) bool { return unix.Kill(pid, 0) == unix.ESRCH }

func TestRun_MeasuresEveryCommandAtEveryDepthInEveryRound(t *testing.T) {
	r, addr := benchtest.Serve(t, nil)
	cfg := short(t, addr)
	steps := 0
	cfg.Progress = func(s Step) {
		require.Equal(t, steps, s.Done)
		require.Equal(t, 2*6*2, s.Total)
		steps++
	}
	report, err := Run(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, 24, steps)
	require.Len(t, report.Samples, 24)
	var sum uint64
	for i, s := range report.Samples {
		require.Equal(t, cfg.Rows[i/2%6].Name, s.Command)
		require.Equal(t, cfg.Pipeline[i%2], s.Pipeline)
		require.Equal(t, 1+i/12, s.Round)
		require.GreaterOrEqual(t, s.Wall, cfg.Measure)
		require.Positive(t, s.Requests)
		require.EqualValues(t, -1, s.ServerCPU, "of a server that is not ours nothing is known")
		require.Positive(t, s.P50)
		require.LessOrEqual(t, s.P50, s.P99)
		require.LessOrEqual(t, s.P99, s.P999)
		require.LessOrEqual(t, s.P999, s.Max)
		sum += s.Requests
	}
	require.Less(t, sum, uint64(r.Counted()), "the warm-up counts too")
}

func TestRun_TakesTurnsAndReadsTheCPUTimeOfTheServersItStarted(t *testing.T) {
	first, second := benchtest.StartProcess(t, "honest"), benchtest.StartProcess(t, "honest")
	first.Name, second.Name = "ch09", "redis"
	cfg := short(t, "", "ping")
	cfg.Pipeline = []int{4}
	pinned := 0
	cfg.Progress = func(Step) {
		var set unix.CPUSet
		require.NoError(t, unix.SchedGetaffinity(first.Pid(), &set))
		pinned = set.Count()
	}
	report, err := runStarted(t.Context(), cfg, first, second)
	require.NoError(t, err)
	var order []string
	for _, s := range report.Samples {
		order = append(order, s.Server)
		require.Positive(t, s.ServerCPU)
		require.Positive(t, s.OwnCPU)
	}
	require.Equal(t, []string{"ch09", "redis", "redis", "ch09"}, order)
	if report.Machine.ServerCore != nil {
		require.Equal(t, 1, pinned)
		require.NotEqual(t, *report.Machine.ServerCore, *report.Machine.GeneratorCore)
	} else {
		require.Contains(t, report.Notes[0], "not pinned")
	}
	require.True(t, gone(first.Pid()) && gone(second.Pid()))
}

func TestRun_MeasuresAnotherBinaryBeside(t *testing.T) {
	benchtest.StartRedis(t).Kill() // or skip
	_, addr := benchtest.Serve(t, nil)
	cfg := short(t, addr, "ping")
	cfg.Pipeline = []int{4}
	var err error
	cfg.Peer, err = exec.LookPath("redis-server")
	require.NoError(t, err)
	report, err := Run(t.Context(), cfg)
	require.NoError(t, err)
	lines := report.Lines()
	require.Equal(t, []string{"server", "peer"}, lines[0].names())
	require.Equal(t, "peer", lines[0].Ratios[0].To)
	require.Positive(t, lines[0].Sides[1].CPU.Median)
	require.Contains(t, report.Notes, "peer is "+cfg.Peer)
}

func TestRun_WritesAllItMeasuredAsJSON(t *testing.T) {
	_, addr := benchtest.Serve(t, nil)
	cfg := short(t, addr, "ping")
	report, err := Run(t.Context(), cfg)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "bench.json")
	require.NoError(t, report.WriteJSON(file))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var got struct {
		Report
		Lines []struct {
			Command string `json:"command"`
			Sides   []struct {
				PerSecond Spread  `json:"requests_per_second"`
				CPU       *Spread `json:"cpu_us_per_request"`
			} `json:"sides"`
		} `json:"lines"`
	}
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, report.Samples, got.Samples)
	require.Equal(t, report.Settings, got.Settings)
	require.Len(t, got.Lines, 2)
	require.Positive(t, got.Lines[0].Sides[0].PerSecond.Median)
	require.Nil(t, got.Lines[0].Sides[0].CPU, "what is unknown is null")
}

func TestRun_EndsWithTheErrorThatTheServerReplied(t *testing.T) {
	_, addr := benchtest.Serve(t, func(n int, _ []string) (string, bool) {
		if n == 50 {
			return "-OOM command not allowed\r\n", false
		}
		return "+PONG\r\n", false
	})
	report, err := Run(t.Context(), short(t, addr, "ping"))
	require.EqualError(t, err, "server ("+addr+`) answered ping with "-OOM command not allowed\r\n" where "+PONG\r\n" was expected`)
	require.Nil(t, report)
}

func TestRun_SaysThatKeysCouldNotBeLoaded(t *testing.T) {
	_, addr := benchtest.Serve(t, func(int, []string) (string, bool) { return "-ERR unknown command 'SET'\r\n", false })
	_, err := Run(t.Context(), short(t, addr, "get"))
	require.ErrorContains(t, err, "loading 100 keys: ")
	require.ErrorContains(t, err, "unknown command 'SET'")
}

func TestRun_SaysThatTheServerClosedAConnection(t *testing.T) {
	_, addr := benchtest.Serve(t, func(n int, _ []string) (string, bool) { return "+PONG\r\n", n == 50 })
	cfg := short(t, addr, "ping")
	cfg.Pipeline = []int{1}
	_, err := Run(t.Context(), cfg)
	require.EqualError(t, err, "server ("+addr+") closed the connection during ping")
}

func TestRun_ShowsTheLastWordsOfAServerThatDied(t *testing.T) {
	s := benchtest.StartProcess(t, "dies")
	_, err := runStarted(t.Context(), short(t, "", "ping"), s)
	require.ErrorContains(t, err, "responder ("+s.Addr+")")
	require.ErrorContains(t, err, "responder has ended (exit code 3); it printed:\nout of cheese\n")
}

func TestRun_LosesPatienceWithASilentServer(t *testing.T) {
	_, addr := benchtest.Serve(t, func(n int, _ []string) (string, bool) {
		if n > 50 {
			return "", false
		}
		return "+PONG\r\n", false
	})
	cfg := short(t, addr, "ping")
	cfg.patience = 50 * time.Millisecond
	_, err := Run(t.Context(), cfg)
	require.EqualError(t, err, "server ("+addr+") sent no reply to ping for 50ms")
}

func TestRun_StopsWithTheContextWhateverItIsDoing(t *testing.T) {
	for name, reply := range map[string]string{"measuring": "+PONG\r\n", "waiting for a reply": ""} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, addr := benchtest.Serve(t, func(n int, _ []string) (string, bool) {
				if n == 2 {
					cancel()
				}
				return reply, false
			})
			cfg := short(t, addr, "ping")
			cfg.Measure, cfg.patience = time.Hour, time.Hour
			_, err := Run(ctx, cfg)
			require.Equal(t, context.Canceled, err)
		})
	}
}

func TestRun_LeavesNoServerBehindWhenItIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := benchtest.StartProcess(t, "honest")
	cfg := short(t, "", "ping")
	cfg.Measure = time.Hour
	cfg.Progress = func(Step) { cancel() }
	_, err := runStarted(ctx, cfg, s)
	require.Equal(t, context.Canceled, err)
	require.True(t, gone(s.Pid()))
}

func TestRun_StartsNothingOnceTheContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cfg := short(t, "127.0.0.1:1", "ping")
	cfg.NoRedis = false
	b := newBench(cfg)
	require.Equal(t, context.Canceled, b.session(ctx, b.startServers, b.measureAll))
	require.Len(t, b.servers, 1, "no redis-server")
}

func TestRun_SaysWhereItCouldNotConnect(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	l.Close()
	_, err = Run(t.Context(), short(t, addr, "ping"))
	require.EqualError(t, err, "connecting to server ("+addr+"): connection refused")
}

func TestIdle_OnRedisAreOpenWhileTheOthersAreMeasured(t *testing.T) {
	cfg := short(t, "", "ping")
	cfg.Pipeline, cfg.Idle = []int{1}, 300
	s := benchtest.StartRedis(t, (&bench{Config: cfg}).allowClients()...)
	most := 0
	cfg.Progress = func(step Step) {
		require.Equal(t, 4, step.Total)
		files, err := os.ReadDir("/proc/" + strconv.Itoa(s.Pid()) + "/fd")
		require.NoError(t, err)
		most = max(most, len(files))
	}
	report, err := runStarted(t.Context(), cfg, s)
	require.NoError(t, err)
	require.Greater(t, most, 300)
	var idle []int
	for _, sample := range report.Samples {
		idle = append(idle, sample.Idle)
	}
	require.Equal(t, []int{0, 300, 300, 0}, idle)
	lines, costs := report.IdleCosts()
	require.Len(t, lines, 1)
	require.Positive(t, costs[0][0].CPU.Median)
	require.Contains(t, report.Table(), "what 300 idle connections cost")
}

func TestIdle_SaysThatTheServerTakesNoMore(t *testing.T) {
	s := benchtest.StartRedis(t, "--maxclients", "20")
	cfg := short(t, s.Addr, "ping") // by its address: not ours to configure
	cfg.Idle = 100
	_, err := Run(t.Context(), cfg)
	require.ErrorContains(t, err, "idle connection 18 of 100 to server ("+s.Addr+")")
	require.ErrorContains(t, err, "max number of clients reached")
}

func TestCheck_MeasuresBothGenerators(t *testing.T) {
	// On a machine with much else to do so short a run may have taken no time that can be told.
	told := strings.NewReplacer("..", "", "+,Inf", "0", "+Inf", "0", "NaN", "0")
	benchtest.StartRedis(t).Kill() // or skip
	table, err := Check(t.Context(), Config{Rounds: 1, Clients: 2, Pipeline: []int{1, 4}, Measure: 30 * time.Millisecond})
	if err != nil && strings.Contains(err.Error(), "redis-benchmark is not installed") && os.Getenv("REQUIRE_REDIS") != "1" {
		t.Skip(err)
	}
	require.NoError(t, err)
	require.Regexp(t, `(?m)^PING, 2 clients, 1 round of 30ms; redis-server \d`, table)
	require.Regexp(t, `(?m)^1 +[\d,]+ +[\d,]+ +[\d.]+ +[\d.]+ +[\d.]+ +\([\d.]+\) +[\d.]+ +[\d.]+$`, told.Replace(table))
}

func TestCsvRate_ReadsWhatRedisBenchmarkPrints(t *testing.T) {
	rate, err := csvRate("\"test\",\"rps\"\n\"PING_MBULK\",\"55213.50\",\"0.4\"\n")
	require.Error(t, err, "rows of different lengths")
	require.Zero(t, rate)
	rate, err = csvRate("\"test\",\"rps\"\n\"PING_MBULK\",\"55213.50\"\n")
	require.NoError(t, err)
	require.Equal(t, 55213.5, rate)
	for _, text := range []string{"", "\"test\",\"rps\"\n", "a\nb\n", "a,b\nc,d\n"} {
		_, err := csvRate(text)
		require.Error(t, err, "%q", text)
	}
}
