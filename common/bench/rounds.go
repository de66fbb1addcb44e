// rounds.go: which server is measured when.
//
//	round 1   ping P=1: stage redis   ping P=16: stage redis   ...
//	round 2   ping P=1: redis stage   ping P=16: redis stage   ...
//	round 3   ping P=1: stage redis   ...
//
// The two figures that make a ratio are taken one right after the other, and
// who goes first changes with every round: a machine that grows slower or
// faster, or that others use, bends both alike.

package bench

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"time"

	"redis-internals/common/bench/load"
	"redis-internals/common/bench/machine"
	"redis-internals/common/chapters"
	"redis-internals/common/harness"
)

// Config says what to measure. cmd/bench documents the fields as flags.
type Config struct {
	Chapter  *chapters.Chapter // the stage to build and start; nil where Addr is set
	Upto     int               // the chapter whose commands the server answers
	Addr     string            // a running server to measure in place of a stage
	Peer     string            // another server's binary, to be started like a stage and measured beside it; "": none
	NoRedis  bool
	Rounds   int
	Clients  int
	Pipeline []int
	Rows     []load.Row
	Measure  time.Duration // of one measurement; its warm-up comes before that
	Keys     int
	Size     int
	Idle     int
	Fsync    string // start the servers with an append-only file and this appendfsync; "": without
	Dir      string // where the servers' folders are made, if they have files; "": the system's
	Loading  int    // commands in the file that RunLoading has loaded

	patience time.Duration // without any reply, then the run fails; 0: 10 s
	still    time.Duration // how long memory must stand still to be read; 0: a second

	// Progress, where set, is told of every measurement before it begins.
	Progress func(Step)
}

// Step is where a run stands.
type Step struct {
	Round, Rounds int
	Done, Total   int    // measurements
	What          string // "round 2 of 5: ping, 16 in the pipeline, redis"
}

// server is one side of the comparison.
type server struct {
	load.Peer
	proc  *harness.Server // nil: not ours, so its CPU time stays unknown
	dir   string          // its working directory; "" where it is not ours
	gen   *load.Generator
	idle  *load.Idlers
	ears  []*load.Listeners
	cells map[cell][]*load.Batch
}

// cell is one line of the table, on one server.
type cell struct {
	row   string
	depth int
}

// Run starts the servers, measures, stops the servers and reports. When ctx
// ends it stops within a fraction of a second (only the compiler, where it is
// at work, is waited for) and returns ctx.Err().
func Run(ctx context.Context, cfg Config) (*Report, error) {
	b := newBench(cfg)
	if err := b.session(ctx, b.startServers, b.measureAll); err != nil {
		return nil, err
	}
	return b.report, nil
}

// measureAll connects, loads the keys and walks the rounds.
func (b *bench) measureAll() error {
	// Garbage there is little of (none while requests run): let it lie.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, s := range b.servers {
		if err := b.prepare(s); err != nil {
			return err
		}
	}
	for round := 1; round <= b.Rounds; round++ {
		for _, block := range b.blocks(round) {
			if err := b.measureBlock(round, block); err != nil {
				return err
			}
		}
	}
	for _, s := range b.servers {
		for _, ears := range s.ears {
			if err := ears.Check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// block is a part of a round: all cells on these servers, with so many idle
// connections to each.
type block struct {
	servers []*server
	idle    int
}

// blocks is a round's order, turned around every second time. Where idle
// connections are asked for, every server is measured with them right before
// or after it is without, and only one server at a time has them: this process
// may not be allowed more open files than one side takes.
func (b *bench) blocks(round int) []block {
	list := []block{{servers: b.servers}}
	if b.Idle > 0 {
		list = nil
		for _, s := range b.servers {
			list = append(list, block{[]*server{s}, 0}, block{[]*server{s}, b.Idle})
		}
	}
	if round%2 == 0 {
		slices.Reverse(list)
	}
	return list
}

// prepare connects the clients and makes every key that a row needs exist.
func (b *bench) prepare(s *server) error {
	var err error
	if s.gen, err = load.NewGenerator(&s.Peer, b.Clients); err != nil {
		return err
	}
	for _, row := range b.Rows {
		if row.Listeners == 0 {
			continue
		}
		ears, err := load.Listen(&s.Peer, load.ChannelOf(row.Listeners), row.Listeners, b.pinBesideGenerator)
		if err != nil {
			return err
		}
		s.ears = append(s.ears, ears)
	}
	s.cells = map[cell][]*load.Batch{}
	loaded := map[string]bool{}
	for _, row := range b.Rows {
		for _, depth := range b.Pipeline {
			s.cells[cell{row.Name, depth}] = row.Batches(b.Size, depth, b.Keys)
		}
		for _, t := range row.Loads(b.Size) {
			if loaded[string(t.Request)] {
				continue
			}
			loaded[string(t.Request)] = true
			keys := row.KeysOf(b.Keys)
			depth := max(1, min(load.LoadDepth, load.LoadBytes/len(t.Request), keys))
			if err := s.gen.Load(row.Name, load.NewBatch(t, depth, load.EveryKey(keys)), keys); err != nil {
				return fmt.Errorf("loading %d keys: %w", keys, err)
			}
		}
	}
	return nil
}

func (b *bench) measureBlock(round int, k block) error {
	for _, s := range k.servers {
		if k.idle == 0 {
			continue
		}
		var err error
		if s.idle, err = load.OpenIdle(&s.Peer, k.idle); err != nil {
			return err
		}
	}
	order := slices.Clone(k.servers)
	if round%2 == 0 {
		slices.Reverse(order)
	}
	for _, row := range b.Rows {
		for _, depth := range b.Pipeline {
			for _, s := range order {
				b.step(round, row.Name, depth, s.Name)
				samples, err := b.take(s, cell{row.Name, depth})
				if err != nil {
					return err
				}
				for _, sample := range samples {
					sample.Round, sample.Idle = round, k.idle
					b.report.Samples = append(b.report.Samples, sample)
				}
			}
		}
	}
	for _, s := range k.servers {
		if s.idle != nil {
			err := s.idle.HangUp()
			if s.idle = nil; err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) step(round int, row string, depth int, name string) {
	total := b.Rounds * len(b.Rows) * len(b.Pipeline) * len(b.servers)
	if b.Idle > 0 {
		total *= 2
	}
	if b.Progress != nil {
		b.Progress(Step{
			Round: round, Rounds: b.Rounds, Done: b.done, Total: total,
			What: fmt.Sprintf("round %d of %d: %s, %d in the pipeline, %s", round, b.Rounds, row, depth, name),
		})
	}
	b.done++
}

// measure runs one cell on one server: a warm-up of a fifth, then the clocks
// are read, the run goes on, and the clocks are read again while requests are
// still in flight. What lies between the readings counts.
func (b *bench) measure(s *server, c cell) ([]Sample, error) {
	s.gen.Use(c.row, s.cells[c]...)
	if err := s.gen.Run(b.Measure/5, math.MaxUint64); err != nil {
		return nil, err
	}
	sample, err := s.window(c, b.Measure, noLimit)
	if err != nil {
		return nil, err
	}
	return []Sample{sample}, s.gen.Finish()
}

// noLimit is a number of replies that never come.
const noLimit = math.MaxUint64

// window is what comes in for a time, until so many replies have come, or until the
// generator's end is set, while requests are in flight before and after.
func (s *server) window(c cell, d time.Duration, replies uint64) (Sample, error) {
	g := s.gen
	g.Reset()
	begin := s.clocks()
	if err := g.Run(d, replies); err != nil {
		return Sample{}, err
	}
	end := s.clocks()
	sample := Sample{
		Server: s.Name, Command: c.row, Pipeline: c.depth, Requests: g.Replies,
		Wall: end.wall.Sub(begin.wall), ServerCPU: -1, OwnCPU: end.own - begin.own,
		P50: g.Latency.Quantile(.5), P99: g.Latency.Quantile(.99), P999: g.Latency.Quantile(.999), Max: g.Latency.Max(), Stalls: g.Stalls, Waited: machine.WaitOfBusiest(begin.threads, end.threads),
	}
	if begin.server >= 0 && end.server >= 0 {
		sample.ServerCPU = end.server - begin.server
	}
	return sample, nil
}

// clocks are read together, at the beginning and the end of a measurement.
type clocks struct {
	wall    time.Time
	own     time.Duration
	server  time.Duration // -1: not to be had
	threads map[string]machine.ThreadTime
}

func (s *server) clocks() clocks {
	at := clocks{wall: time.Now(), own: machine.OwnCPU(), server: -1}
	if s.proc != nil {
		if d, err := machine.CPUTime(s.proc.Pid()); err == nil {
			at.server = d
		}
		at.threads, _ = machine.ThreadTimes(s.proc.Pid()) // none where the kernel does not tell
	}
	return at
}
