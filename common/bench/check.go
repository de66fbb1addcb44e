// check.go: the generator against redis-benchmark, on one redis-server.
//
// A load generator that needs more CPU for a request than the server does
// measures itself. So it is measured beside the one that Redis brings along:
// same server, same core, same clients and pipeline, turn by turn.

package bench

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"net"
	"os/exec"
	"strconv"
	"strings"

	"redis-internals/common/bench/load"
	"redis-internals/common/harness"
)

// toolRun is one run of one generator.
type toolRun struct {
	perSecond float64
	client    float64 // microseconds of CPU a request
	server    float64 // the same; NaN: not to be had
}

// Check measures PING with both generators in turn, and returns a table: their
// rates, and what a request cost the client and the server. Of cfg it uses Rounds,
// Clients, Pipeline, Measure and Progress. Our figures are of the measurement
// alone; redis-benchmark's CPU time is that of its whole process, start
// included, so a Measure below half a second is unfair to it.
func Check(ctx context.Context, cfg Config) (string, error) {
	if _, err := exec.LookPath("redis-benchmark"); err != nil {
		return "", errors.New("redis-benchmark is not installed (Debian: apt-get install redis-tools)")
	}
	rows, err := load.RowsOf(2, []string{"ping"})
	if err != nil {
		return "", err
	}
	cfg.Rows, cfg.Keys = rows, 1
	b := newBench(cfg)
	start := func(context.Context) error {
		s, err := harness.StartRedis(harness.Options{})
		if err != nil {
			return err
		}
		b.addStarted(s)
		return nil
	}
	var table string
	err = b.session(ctx, start, func() (err error) {
		table, err = b.check(ctx)
		return err
	})
	return table, err
}

func (b *bench) check(ctx context.Context) (string, error) {
	s := b.servers[0]
	if err := b.prepare(s); err != nil {
		return "", err
	}
	ours, theirs := make([][]toolRun, len(b.Pipeline)), make([][]toolRun, len(b.Pipeline))
	for round := 1; round <= b.Rounds; round++ {
		for i, depth := range b.Pipeline {
			b.step(round, "ping", depth, "both generators")
			samples, err := b.measure(s, cell{"ping", depth})
			if err != nil {
				return "", err
			}
			sample := samples[0]
			ours[i] = append(ours[i], toolRun{sample.perSecond(), sample.ownMicros(), sample.cpuMicros()})
			run, err := redisBenchmark(ctx, s, b.Clients, depth, int(sample.perSecond()*b.Measure.Seconds()))
			if err != nil {
				return "", err
			}
			theirs[i] = append(theirs[i], run)
		}
	}
	g := &grid{columns: []column{
		{"", "pipeline"},
		{"requests per second", "ours"},
		{"requests per second", "redis-benchmark"},
		{"client CPU per request, µs", "ours"},
		{"client CPU per request, µs", "redis-benchmark"},
		{"client CPU per request, µs", "ratio"},
		{"client CPU per request, µs", "(min..max)"},
		{"server CPU per request, µs", "ours"},
		{"server CPU per request, µs", "redis-benchmark"},
	}}
	for i, depth := range b.Pipeline {
		g.row(checkCells(depth, ours[i], theirs[i])...)
	}
	notes := ""
	for _, note := range b.report.Notes {
		notes += "note: " + note + "\n"
	}
	return fmt.Sprintf("PING, %s, %s of %v; redis-server %s\n%s\n%s", several(b.Clients, "client"),
		several(b.Rounds, "round"), b.Measure, redisVersion(), notes, g), nil
}

func checkCells(depth int, ours, theirs []toolRun) []string {
	figures := func(runs []toolRun, figure func(toolRun) float64) []float64 {
		out := make([]float64, len(runs))
		for i, r := range runs {
			out[i] = figure(r)
		}
		return out
	}
	rate := func(r toolRun) float64 { return r.perSecond }
	client := func(r toolRun) float64 { return r.client }
	server := func(r toolRun) float64 { return r.server }
	median := func(runs []toolRun, figure func(toolRun) float64) float64 {
		return spreadOf(figures(runs, figure)).Median
	}
	cells := []string{strconv.Itoa(depth), thousands(median(ours, rate)), thousands(median(theirs, rate))}
	cells = append(cells, number(median(ours, client), 3), number(median(theirs, client), 3))
	cells = append(cells, spreadCells(spreadOf(ratios(figures(ours, client), figures(theirs, client))))...)
	return append(cells, number(median(ours, server), 3), number(median(theirs, server), 3))
}

// redisBenchmark runs about n PINGs. The process inherits the core of the
// calling thread.
func redisBenchmark(ctx context.Context, s *server, clients, depth, n int) (toolRun, error) {
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return toolRun{}, err
	}
	n = max(n, clients*depth)
	cmd := exec.CommandContext(ctx, "redis-benchmark", "-h", host, "-p", port, "-t", "ping_mbulk",
		"-P", strconv.Itoa(depth), "-c", strconv.Itoa(clients), "-n", strconv.Itoa(n), "--csv")
	before := s.clocks()
	out, err := cmd.Output()
	if err != nil {
		return toolRun{}, fmt.Errorf("redis-benchmark: %w", err)
	}
	after := s.clocks()
	perSecond, err := csvRate(string(out))
	if err != nil {
		return toolRun{}, fmt.Errorf("redis-benchmark printed %q: %w", out, err)
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	run := toolRun{perSecond: perSecond, client: float64(used.Microseconds()) / float64(n), server: math.NaN()}
	if before.server >= 0 && after.server >= 0 {
		run.server = float64((after.server - before.server).Microseconds()) / float64(n)
	}
	return run, nil
}

// csvRate reads the second field of the line after the heading.
func csvRate(text string) (float64, error) {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return 0, err
	}
	if len(records) < 2 || len(records[1]) < 2 {
		return 0, errors.New("not the expected table")
	}
	return strconv.ParseFloat(records[1][1], 64)
}
