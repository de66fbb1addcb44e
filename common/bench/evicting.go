// evicting.go: what it costs to make room for every new key.
//
//	without   |  N/2 new keys  |                    |== N/2 new keys ==|
//	with      |  N/2 new keys  |  a limit: no more  |== N/2 new keys ==|  one goes for each that comes
//
// The limit is what the server says it has in use once half of the keys are
// there, so it needs no knowledge of what a key takes. The second half is
// measured. With the limit each of its keys makes another one go, chosen by
// allkeys-lru; without, the keyspace grows, and tables with it, which is not for
// nothing either: the ratio is what an operator gets who sets a limit, not the
// price of the choice alone.

package bench

import (
	"context"
	"errors"
	"fmt"

	"redis-internals/common/bench/load"
)

// The two variants.
const (
	unlimited = "unlimited"
	limited   = "limited"
)

// RunEvicting measures SET of new keys without a limit and at one. It uses Chapter,
// NoRedis, Rounds, Clients, Pipeline[0], Keys (at least 2), Size and Progress.
func RunEvicting(ctx context.Context, cfg Config) (*Report, error) {
	b := newFresh(cfg, modeEvicting)
	starters, err := b.starters()
	if err == nil {
		err = b.onFresh(ctx, starters, []string{unlimited, limited}, b.measureEvicting)
	}
	if err != nil {
		return nil, err
	}
	return b.report, nil
}

func (b *bench) measureEvicting(s *server, round int, variant string) error {
	q, err := s.Questions()
	if err != nil {
		return err
	}
	defer q.Close()
	batch, half := newKeys(load.Set(b.Size), b.Pipeline[0]), b.Keys/2
	if _, err := s.fill(variant, batch, half); err != nil {
		return err
	}
	limit := int64(0)
	if variant == limited {
		if limit, err = q.Info("memory", "used_memory"); err == nil {
			err = q.Must(fmt.Sprintf("CONFIG SET maxmemory %d maxmemory-policy allkeys-lru", limit), "+OK")
		}
	}
	if err != nil {
		return err
	}
	sample, err := s.fill(variant, batch, half)
	if err != nil {
		return err
	}
	sample.Round = round
	if variant == limited {
		if err := sample.readEvicted(q, limit, half); err != nil {
			return err
		}
	}
	b.report.Samples = append(b.report.Samples, sample)
	return nil
}

// readEvicted adds what INFO says afterwards: how many keys went, and how much is
// in use. The price of evicting is not known where less than half of those that
// came made one go.
func (s *Sample) readEvicted(q *load.Question, limit int64, came int) error {
	evicted, err1 := q.Info("stats", "evicted_keys")
	used, err2 := q.Info("memory", "used_memory")
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if evicted < int64(came/2) {
		return fmt.Errorf("%s evicted %d keys, though %d came beyond its limit", q.Peer, evicted, came)
	}
	s.Evicted, s.OfLimit = evicted, float64(used)/float64(limit)
	return nil
}

// evictingTable is the report of RunEvicting.
func evictingTable(lines []Line) string {
	g := &grid{columns: []column{{"", "server"}}}
	for _, group := range []string{"requests per second", "server CPU per request, µs"} {
		for _, title := range []string{"without", "with", "ratio", "(min..max)"} {
			g.columns = append(g.columns, column{group, title})
		}
	}
	g.columns = append(
		g.columns, column{"evicting costs, %", "of throughput"},
		column{"p99.9, µs", "without"}, column{"p99.9, µs", "with"}, column{"longest, ms", "with"}, column{"at the end", "% of the limit"},
	)
	for i := range lines[0].Sides {
		with, without := lines[0].Sides[i], lines[1].Sides[i]
		if lines[0].Command == unlimited {
			with, without = without, with
		}
		rate, cpu := spreadOf(ratios(with.perSecond, without.perSecond)), spreadOf(ratios(with.cpu, without.cpu))
		row := append([]string{with.Name, thousands(without.PerSecond.Median), thousands(with.PerSecond.Median)}, spreadCells(rate)...)
		row = append(row, number(without.CPU.Median, 3), number(with.CPU.Median, 3))
		row = append(append(row, spreadCells(cpu)...), number(100*(1-rate.Median), 1))
		row = append(row, number(without.P999.Median, 0), number(with.P999.Median, 0), number(with.Max.Median/1e3, 1))
		g.row(append(row, number(100*with.OfLimit.Median, 1))...)
	}
	return "\n" + g.String() + "\n" +
		"ratio: with a limit / without, the median of the rounds' ratios. Each key is new; with the limit, another one goes for it.\n" + latencyLegend
}
