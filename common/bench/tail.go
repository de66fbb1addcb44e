// tail.go: the slowest replies, of a server with many keys.
//
//	empty |  growing: N new keys  |  overwriting: SET of random keys, for a time  |
//
// While it grows a server has larger and larger tables to allocate, and entries
// to move into them; with many keys each pass of a garbage collector, each walk
// of a cron job is longer. None of it shows in a median. The table has the
// percentiles, the longest wait, and the stalls.
//
// A stall is a time of more than 10 ms in which no client got any reply, though
// all of them waited for one. So a stall counts once, however many clients it
// hits. A machine that takes the server's core away for that long makes a stall as
// well. So the table says for which part of the time the server had work and no
// core: where that is more than a percent, others used the machine, and the stalls
// and the longest wait may be theirs.

package bench

import (
	"context"
	"fmt"
	"time"

	"redis-internals/common/bench/load"
)

// The two parts of the measurement.
const (
	growing     = "growing"
	overwriting = "overwriting"
)

// RunTail fills each server with cfg.Keys new keys and then overwrites random ones
// for cfg.Measure, at cfg.Pipeline[0]. It uses Chapter, NoRedis, Rounds, Clients,
// Pipeline, Measure, Keys, Size and Progress.
func RunTail(ctx context.Context, cfg Config) (*Report, error) {
	b := newFresh(cfg, modeTail)
	starters, err := b.starters()
	if err == nil {
		err = b.onFresh(ctx, starters, []string{growing + " and " + overwriting}, b.measureTail)
	}
	if err != nil {
		return nil, err
	}
	return b.report, nil
}

func (b *bench) measureTail(s *server, round int, _ string) error {
	depth := b.Pipeline[0]
	if err := b.grow(s, round, depth); err != nil {
		return err
	}
	return b.overwrite(s, round, depth, load.NewBatch(load.Set(b.Size), depth, load.RandomKeys(b.Keys, uint64(round))))
}

// grow fills the server and adds the sample.
func (b *bench) grow(s *server, round, depth int) error {
	sample, err := s.fill(growing, newKeys(load.Set(b.Size), depth), b.Keys)
	if err != nil {
		return err
	}
	sample.Round = round
	b.report.Samples = append(b.report.Samples, sample)
	q, err := s.Questions()
	if err != nil {
		return err
	}
	defer q.Close()
	n, err := q.Number("DBSIZE")
	if err == nil && n < b.Keys {
		err = fmt.Errorf("%s has %d keys after %d were set", &s.Peer, n, b.Keys)
	}
	return err
}

// overwrite measures the batches on a full server and adds the sample. A tenth of
// a second comes before it, that does not count.
func (b *bench) overwrite(s *server, round, depth int, batches ...*load.Batch) error {
	s.gen.Use(overwriting, batches...)
	if err := s.gen.Run(min(b.Measure/5, 100*time.Millisecond), uint64(b.Keys)); err != nil {
		return err
	}
	sample, err := s.window(cell{overwriting, depth}, b.Measure, noLimit)
	if err != nil {
		return err
	}
	sample.Round = round
	b.report.Samples = append(b.report.Samples, sample)
	return s.gen.Finish()
}

// tailTable is the report of RunTail.
func tailTable(lines []Line) string {
	g := &grid{columns: []column{
		{"", "keyspace"},
		{"", "server"},
		{"", "requests per second"},
		{"µs", "p50"},
		{"µs", "p99"},
		{"µs", "p99.9"},
		{"longest, ms", "median"},
		{"longest, ms", "(min..max)"},
		{"stalls over 10 ms in a round", "median"},
		{"stalls over 10 ms in a round", "(min..max)"},
		{"", "no core, %"},
	}}
	for _, l := range lines {
		name := l.Command
		for _, s := range l.Sides {
			row := []string{name, s.Name, thousands(s.PerSecond.Median), number(s.P50.Median, 0), number(s.P99.Median, 0), number(s.P999.Median, 0)}
			row = append(row, number(s.Max.Median/1e3, 1), fmt.Sprintf("(%.1f..%.1f)", s.Max.Min/1e3, s.Max.Max/1e3))
			g.row(append(row, number(s.Stalls.Median, 0), fmt.Sprintf("(%.0f..%.0f)", s.Stalls.Min, s.Stalls.Max), number(100*s.Waiting.Median, 1))...)
			name = ""
		}
		for i, r := range l.Ratios {
			ours, theirs := l.Sides[0], l.Sides[i+1]
			row := []string{"", ratioColumns("", l.names())[2*i].title, number(r.Throughput.Median, 2)}
			for _, pair := range [][2][]float64{{ours.p50, theirs.p50}, {ours.p99, theirs.p99}, {ours.p999, theirs.p999}, {ours.max, theirs.max}} {
				row = append(row, number(spreadOf(ratios(pair[0], pair[1])).Median, 2))
			}
			g.row(append(row, "", "", "", "")...)
		}
	}
	text := "\n" + g.String() + "\n" + ratioLegend(lines[0].names(), "Requests: above 1 is better; latencies: below 1 is")
	return text + "growing: SET of new keys, until all are there; overwriting: SET of random ones. A stall: no reply to any client.\n" +
		"no core: the part of the time in which the server could have run, but others did. Their stalls are counted too.\n" + latencyLegend
}
