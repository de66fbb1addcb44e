// allocators.go: one load on keys in Go's heap and on keys outside of it.
//
//	empty |  growing: N new keys  | resident? |  overwriting: SET of random keys, values of two sizes  |
//
// Every second time a value is twice as long: so many an overwrite leaves a block
// behind and takes one of another size, which is what allocators are about.
//
// Go's garbage collector tells of each of its passes (GODEBUG=gctrace=1), and
// gctrace.go reads that from the log which the harness keeps of the server.
// Redis, where it is there, has no such passes and is a third line to compare with.
//
// The collector works beside the server's thread. So the servers are not held on
// one core here, as in a run of rewrites: see rewriting.go.

package bench

import (
	"context"
	"fmt"

	"redis-internals/common/bench/load"
	"redis-internals/common/bench/machine"
	"redis-internals/common/chapters"
)

// RunAllocators measures cfg.Chapter, the chapter that it is compared with, and
// redis-server. Otherwise it is as RunTail.
func RunAllocators(ctx context.Context, cfg Config, other chapters.Chapter) (*Report, error) {
	b := newFresh(cfg, modeAllocators)
	b.helped = true
	b.environment = []string{"GODEBUG=gctrace=1"}
	b.report.Settings.Beside = other.Name
	starters, err := b.starters()
	if err != nil {
		return nil, err
	}
	first, err := stageStarter(other)
	if err != nil {
		return nil, err
	}
	starters = append([]starter{first}, starters...)
	if err := b.onFresh(ctx, starters, []string{growing + " and " + overwriting}, b.measureAllocator); err != nil {
		return nil, err
	}
	return b.report, nil
}

func (b *bench) measureAllocator(s *server, round int, _ string) error {
	depth := b.Pipeline[0]
	empty, err := b.standstill(s)
	if err != nil {
		return err
	}
	traced := len(s.proc.Log())
	if err := b.grow(s, round, depth); err != nil {
		return err
	}
	if err := b.addCollections(s, &traced); err != nil {
		return err
	}
	full, err := b.standstill(s)
	if err != nil {
		return err
	}
	grown := &b.report.Samples[len(b.report.Samples)-1]
	grown.Resident = full - empty
	traced = len(s.proc.Log())
	if err := b.overwrite(s, round, depth,
		load.NewBatch(load.Set(b.Size), depth, load.RandomKeys(b.Keys, uint64(2*round))),
		load.NewBatch(load.Set(2*b.Size), depth, load.RandomKeys(b.Keys, uint64(2*round+1)<<32))); err != nil {
		return err
	}
	return b.addCollections(s, &traced)
}

// addCollections adds to the last sample what the server's log, from there on,
// tells of its garbage collector.
func (b *bench) addCollections(s *server, from *int) error {
	log := s.proc.Log()
	c, err := machine.ParseGCTrace(log[*from:])
	if err != nil {
		return fmt.Errorf("%s: %w", &s.Peer, err)
	}
	*from = len(log)
	if s.Name != "redis" {
		b.report.Samples[len(b.report.Samples)-1].Collections = &c
	}
	return nil
}

// allocatorTable is the report of RunAllocators.
func (r *Report) allocatorTable(lines []Line) string {
	resident := map[string][]float64{}
	for _, s := range r.Samples {
		if s.Command == growing {
			resident[s.Server] = append(resident[s.Server], float64(s.Resident)/float64(s.Requests))
		}
	}
	g := &grid{columns: []column{
		{"", "keyspace"},
		{"", "server"},
		{"resident bytes", "per key"},
		{"", "requests per second"},
		{"", "CPU, µs"},
		{"garbage collections", "a round"},
		{"garbage collections", "pauses, µs"},
		{"garbage collections", "longest, µs"},
		{"garbage collections", "CPU, %"},
		{"latency, µs", "p50"},
		{"latency, µs", "p99"},
		{"latency, µs", "p99.9"},
		{"latency, µs", "max"},
	}}
	for _, l := range lines {
		name := l.Command
		for _, s := range l.Sides {
			bytes := ""
			if l.Command == growing {
				bytes = number(spreadOf(resident[s.Name]).Median, 1)
			}
			g.row(name, s.Name, bytes, thousands(s.PerSecond.Median), number(s.CPU.Median, 3),
				number(s.Collected.Median, 0), number(s.Paused.Median, 0), number(s.LongestPause.Median, 0), number(100*s.CollectorCPU.Median, 1),
				number(s.P50.Median, 0), number(s.P99.Median, 0), number(s.P999.Median, 0), number(s.Max.Median, 0))
			name = ""
		}
	}
	return "\n" + g.String() + "\n" +
		"growing: SET of new keys, until all are there; overwriting: SET of random ones, every second value twice as long.\n" +
		"CPU: per request. Garbage collections: as Go's runtime tells them; pauses: all times it stopped the program, together;\n" +
		"CPU: of its workers, by the CPU time of the process (too much where they had to wait for a core: they count time).\n" + latencyLegend
}
