// rewriting.go: what the clients feel of a rewrite of the append-only file.
//
//	           warm-up |   without    |     during      |
//	clients    ========|==============|=================|=   SET and GET, without a pause
//	another                           ^ BGREWRITEAOF    ^ the manifest has a new base file
//
// The two windows follow each other with the same load, so their ratio is the
// price of the rewrite: Redis pays with a fork and with copying every page that
// is written while the child lives, a stage that has no fork with slices of its
// loop. The second window is as long as the rewrite. Its end is seen in the
// manifest, which another thread reads every few milliseconds: the commands that
// could tell are in no early chapter.
//
// A fork's child runs where its parent may run. So the servers are not held on
// one core here but may use all except the generator's. On a machine of two
// cores that is one: parent and child then share it.

package bench

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"redis-internals/common/bench/load"
)

const (
	rewriteTimeout = 5 * time.Minute
	rewritePoll    = 2 * time.Millisecond
)

// rewriteRow is the load under which rewrites are measured.
const rewriteRow = "set_get"

// RunRewriting loads cfg.Keys keys and measures each server without and during
// rewrites, at every depth and in every round. Rows and Idle are not used, and
// without Fsync it is everysec; otherwise it is like Run.
func RunRewriting(ctx context.Context, cfg Config) (*Report, error) {
	rows, err := load.RowsOf(cfg.Upto, []string{rewriteRow})
	if err != nil {
		return nil, err
	}
	cfg.Rows, cfg.Idle = rows, 0
	if cfg.Fsync == "" {
		cfg.Fsync = "everysec"
	}
	b := newRewriting(cfg)
	if err := b.session(ctx, b.startServers, b.measureAll); err != nil {
		return nil, err
	}
	return b.report, nil
}

// newRewriting is a run that measures each cell twice. A child has a core if there
// is one.
func newRewriting(cfg Config) *bench {
	b := newBench(cfg)
	b.take, b.helped = b.measureRewrite, true
	return b
}

// rewrite is one under way. A goroutine of its own asks for it and watches the
// manifest; took and err are its result, once done is closed.
type rewrite struct {
	ended  atomic.Bool // it is over, or failed
	cancel atomic.Bool // nobody waits for it any more
	done   chan struct{}
	took   time.Duration
	err    error
}

// startRewrite sends BGREWRITEAOF over fd.
func (s *server) startRewrite(fd int) *rewrite {
	r := &rewrite{done: make(chan struct{})}
	go func() {
		defer close(r.done)
		defer r.ended.Store(true)
		r.took, r.err = s.awaitRewrite(fd, &r.cancel)
	}()
	return r
}

// awaitRewrite returns how long it took from the sending of BGREWRITEAOF until
// the manifest had a new base file, to within rewritePoll.
func (s *server) awaitRewrite(fd int, cancel *atomic.Bool) (time.Duration, error) {
	before, err := baseSeq(s.dir)
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	line, err := s.Ask(fd, "BGREWRITEAOF", s.Patience)
	if err != nil {
		return 0, err
	}
	if line == "" || line[0] != '+' {
		return 0, fmt.Errorf("%s answered BGREWRITEAOF with %q", &s.Peer, line)
	}
	for time.Since(begin) < rewriteTimeout {
		if s.Stop.Load() || cancel.Load() {
			return 0, load.ErrStopped
		}
		now, err := baseSeq(s.dir)
		if err != nil {
			return 0, err
		}
		if now > before {
			return time.Since(begin), nil
		}
		time.Sleep(rewritePoll)
	}
	return 0, fmt.Errorf("%s had not rewritten its append-only file after %v: the base file in its manifest is still number %d",
		&s.Peer, rewriteTimeout, before)
}

// measureRewrite measures one cell on one server, without a rewrite and during
// one.
func (b *bench) measureRewrite(s *server, c cell) ([]Sample, error) {
	fd, err := s.Dial()
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	s.gen.Use(c.row, s.cells[c]...)
	if err := s.gen.Run(b.Measure/5, math.MaxUint64); err != nil {
		return nil, err
	}
	without, err := s.window(c, b.Measure, noLimit)
	if err != nil {
		return nil, err
	}
	r := s.startRewrite(fd)
	s.gen.Ended = &r.ended
	during, err := s.window(c, forever, noLimit)
	s.gen.Ended = nil
	r.cancel.Store(true)
	<-r.done
	if err == nil {
		err = r.err
	}
	if err != nil {
		return nil, err
	}
	during.Rewrite = r.took
	return []Sample{without, during}, s.gen.Finish()
}

// RewriteCost is what rewrites did to one server at one depth: its figures
// during them divided by those right before, round by round.
type RewriteCost struct {
	Pipeline                   int
	Without, During            Side
	Throughput, P50, P99, P999 Spread
}

// RewriteCosts pairs the lines that were measured during rewrites with those
// that were not, a server at a time.
func RewriteCosts(lines []Line) (costs []RewriteCost) {
	for _, without := range lines {
		for _, during := range lines {
			if without.Rewrite || !during.Rewrite || without.Command != during.Command || without.Pipeline != during.Pipeline {
				continue
			}
			for i, w := range without.Sides {
				d := during.Sides[i]
				costs = append(costs, RewriteCost{
					Pipeline: without.Pipeline, Without: w, During: d,
					Throughput: spreadOf(ratios(d.perSecond, w.perSecond)), P50: spreadOf(ratios(d.p50, w.p50)),
					P99: spreadOf(ratios(d.p99, w.p99)), P999: spreadOf(ratios(d.p999, w.p999)),
				})
			}
		}
	}
	return costs
}

// rewriteTable is the report of a run with rewrites.
func rewriteTable(lines []Line) string {
	heads := func(groups ...string) *grid {
		g := &grid{columns: []column{{"", "server"}, {"", "pipeline"}}}
		for _, group := range groups {
			g.columns = append(g.columns, column{group, "without"}, column{group, "during"},
				column{group, "ratio"}, column{group, "(min..max)"})
		}
		return g
	}
	rates := heads("requests per second", "p50, µs")
	rates.columns = append(rates.columns, column{"a rewrite, s", "median"}, column{"a rewrite, s", "(min..max)"})
	tails := heads("p99, µs", "p99.9, µs")
	micros := func(without, during, ratio Spread) []string {
		return append([]string{number(without.Median, 0), number(during.Median, 0)}, spreadCells(ratio)...)
	}
	for _, c := range RewriteCosts(lines) {
		w, d := c.Without, c.During
		row := []string{w.Name, strconv.Itoa(c.Pipeline), thousands(w.PerSecond.Median), thousands(d.PerSecond.Median)}
		row = append(append(row, spreadCells(c.Throughput)...), micros(w.P50, d.P50, c.P50)...)
		rates.row(append(row, secondsCells(d.Rewrite)...)...)
		row = append([]string{w.Name, strconv.Itoa(c.Pipeline)}, micros(w.P99, d.P99, c.P99)...)
		tails.row(append(row, micros(w.P999, d.P999, c.P999)...)...)
	}
	return fmt.Sprintf("\n%s\n%s\n", rates, tails) +
		"Half of the batches are SETs, half are GETs. ratio: during / without, the median of the rounds' ratios.\n" +
		"Requests: below 1 is what a rewrite costs; latencies: above 1. A rewrite ends when the manifest names its file.\n" +
		latencyLegend
}
