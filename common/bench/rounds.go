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
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

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
	Rows     []Row
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

// Sample is one measurement of one server.
type Sample struct {
	Round     int           `json:"round"`
	Server    string        `json:"server"`
	Command   string        `json:"command"`
	Pipeline  int           `json:"pipeline"`
	Idle      int           `json:"idle"`
	Requests  uint64        `json:"requests"`
	Wall      time.Duration `json:"wall_ns"`
	ServerCPU time.Duration `json:"server_cpu_ns"` // -1: not to be had
	OwnCPU    time.Duration `json:"generator_cpu_ns"`
	P50       time.Duration `json:"p50_ns"`
	P99       time.Duration `json:"p99_ns"`
	P999      time.Duration `json:"p999_ns"`
	Max       time.Duration `json:"max_ns"`
	Rewrite   time.Duration `json:"rewrite_ns,omitempty"` // it was measured during a rewrite that took so long

	Waited      time.Duration `json:"server_waited_ns"` // for a core, its busiest thread; -1: not to be had
	Stalls      []Stall       `json:"stalls,omitempty"`
	Evicted     int64         `json:"evicted,omitempty"`         // keys, of RunEvicting
	OfLimit     float64       `json:"used_of_limit,omitempty"`   // used_memory by maxmemory, at the end
	Resident    int64         `json:"resident_growth,omitempty"` // bytes, of RunAllocators
	Collections *Collections  `json:"collections,omitempty"`     // of RunAllocators, where the server is a Go program
}

// The figures of a sample. NaN: not to be had.

func (s Sample) perSecond() float64  { return float64(s.Requests) / s.Wall.Seconds() }
func (s Sample) busy() float64       { return part(s.ServerCPU, s.Wall) }
func (s Sample) ownBusy() float64    { return part(s.OwnCPU, s.Wall) }
func (s Sample) p50Micros() float64  { return float64(s.P50) / 1e3 }
func (s Sample) p99Micros() float64  { return float64(s.P99) / 1e3 }
func (s Sample) p999Micros() float64 { return float64(s.P999) / 1e3 }
func (s Sample) maxMicros() float64  { return float64(s.Max) / 1e3 }
func (s Sample) stalls() float64     { return float64(len(s.Stalls)) }
func (s Sample) waiting() float64    { return part(s.Waited, s.Wall) }
func (s Sample) cpuMicros() float64 {
	return part(s.ServerCPU, time.Duration(s.Requests)*time.Microsecond)
}

func (s Sample) ownMicros() float64 {
	return part(s.OwnCPU, time.Duration(s.Requests)*time.Microsecond)
}

func (s Sample) rewriteSeconds() float64 {
	if s.Rewrite == 0 {
		return math.NaN()
	}
	return s.Rewrite.Seconds()
}

func (s Sample) ofLimit() float64 {
	if s.OfLimit == 0 {
		return math.NaN()
	}
	return s.OfLimit
}

// collected makes a figure of a sample from one of its collections.
func collected(figure func(Sample, *Collections) float64) func(Sample) float64 {
	return func(s Sample) float64 {
		if s.Collections == nil {
			return math.NaN()
		}
		return figure(s, s.Collections)
	}
}

func part(a, of time.Duration) float64 {
	if a < 0 || of <= 0 {
		return math.NaN()
	}
	return float64(a) / float64(of)
}

// server is one side of the comparison.
type server struct {
	peer
	proc  *harness.Server // nil: not ours, so its CPU time stays unknown
	dir   string          // its working directory; "" where it is not ours
	gen   *generator
	idle  *idlers
	cells map[cell][]*batch
}

// cell is one line of the table, on one server.
type cell struct {
	row   string
	depth int
}

// bench is a run under way.
type bench struct {
	Config
	servers []*server
	stopped atomic.Bool
	report  *Report
	done    int
	folder  string // holds the servers' folders; "": they have no files

	rewriting   bool     // each cell is measured without and during a rewrite
	environment []string // of the servers, NAME=value
}

// Run starts the servers, measures, stops the servers and reports. When ctx
// ends it stops within a fraction of a second (only the compiler, where it is
// at work, is waited for) and returns ctx.Err().
func Run(ctx context.Context, cfg Config) (*Report, error) {
	b := &bench{Config: cfg, report: newReport(cfg)}
	if err := b.session(ctx, b.startServers, b.measureAll); err != nil {
		return nil, err
	}
	return b.report, nil
}

// session starts servers, runs work on a thread pinned away from them, and
// stops them. The end of ctx stops work and is then the error.
func (b *bench) session(ctx context.Context, start func(context.Context) error, work func() error) error {
	defer context.AfterFunc(ctx, func() { b.stopped.Store(true) })()
	defer b.stopServers()
	err := allowFiles(2*b.Clients + b.Idle)
	if err == nil {
		err = start(ctx)
	}
	if err == nil && ctx.Err() == nil {
		ended := make(chan error)
		go func() {
			// Never unlocked: the thread ends with the goroutine, and its pinning with it.
			runtime.LockOSThread()
			b.pin()
			ended <- work()
		}()
		if err = <-ended; err != nil {
			err = b.lastWords(ctx, err)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// lastWords adds to an error what a server printed that has ended. (Its end
// breaks its connections a moment before we hear of it.)
func (b *bench) lastWords(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	for _, s := range b.servers {
		if s.proc == nil {
			continue
		}
		select {
		case <-s.proc.Exited():
		case <-ctx.Done():
		}
		select {
		case <-s.proc.Exited():
			return fmt.Errorf("%w\n%s has ended (exit code %d); it printed:\n%s", err, s.name, s.proc.ExitCode(), s.proc.Log())
		default:
		}
	}
	return err
}

// note keeps a line for the reader, once.
func (b *bench) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(b.report.Notes, text) {
		b.report.Notes = append(b.report.Notes, text)
	}
}

// pin moves the servers to one core (to all that are left where a fork's child or a
// garbage collector works beside them), and the calling thread to another.
func (b *bench) pin() {
	servers, generator, ok := pickCores()
	if !ok {
		b.note("not pinned: this process may use one core only, which generator and servers share")
		return
	}
	cores := only(servers)
	helped := b.rewriting || b.report.Settings.Mode == modeAllocators
	if helped {
		var err error
		if cores, err = allBut(generator); err != nil {
			b.note("not pinned: %v", err)
			return
		}
	}
	err := pinThread(0, only(generator))
	for _, s := range b.servers {
		if s.proc != nil && err == nil {
			err = pinProcess(s.proc.Pid(), cores)
		}
	}
	if err != nil {
		b.note("not pinned: %v", err)
		return
	}
	b.report.Machine.GeneratorCore = &generator
	if cores.Count() == 1 {
		b.report.Machine.ServerCore = &servers
		if helped {
			b.note("no core to spare: what works beside a server (a fork's child, a garbage collector) shares its core")
		}
	} else {
		b.note("generator on core %d, the servers on the other %d", generator, cores.Count())
	}
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
	if s.gen, err = newGenerator(&s.peer, b.Clients); err != nil {
		return err
	}
	s.cells = map[cell][]*batch{}
	loaded := map[string]bool{}
	for _, row := range b.Rows {
		for _, depth := range b.Pipeline {
			s.cells[cell{row.Name, depth}] = row.batches(b.Size, depth, b.Keys)
		}
		if row.Load == nil {
			continue
		}
		t := row.Load(b.Size)
		if loaded[string(t.Request)] {
			continue
		}
		loaded[string(t.Request)] = true
		depth := max(1, min(loadDepth, loadBytes/len(t.Request)))
		if err := s.gen.load(row.Name, newBatch(t, depth, everyKey(b.Keys)), b.Keys); err != nil {
			return fmt.Errorf("loading %d keys: %w", b.Keys, err)
		}
	}
	return nil
}

// Keys are loaded through a pipeline of loadDepth requests, of fewer where they
// are large.
const (
	loadDepth = 64
	loadBytes = 1 << 20
)

// load sends every key's request once (a few of them twice).
func (g *generator) load(row string, batch *batch, keys int) error {
	g.use(row, batch)
	if err := g.run(math.MaxInt64/2, uint64(keys)); err != nil {
		return err
	}
	return g.finish()
}

func (b *bench) measureBlock(round int, k block) error {
	for _, s := range k.servers {
		if k.idle == 0 {
			continue
		}
		var err error
		if s.idle, err = openIdle(&s.peer, k.idle); err != nil {
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
				b.step(round, row.Name, depth, s.name)
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
			err := s.idle.hangUp()
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

// take measures a cell on a server as this run does it.
func (b *bench) take(s *server, c cell) ([]Sample, error) {
	if b.rewriting {
		return b.measureRewrite(s, c)
	}
	sample, err := b.measure(s, c)
	return []Sample{sample}, err
}

// measure runs one cell on one server: a warm-up of a fifth, then the clocks
// are read, the run goes on, and the clocks are read again while requests are
// still in flight. What lies between the readings counts.
func (b *bench) measure(s *server, c cell) (Sample, error) {
	s.gen.use(c.row, s.cells[c]...)
	if err := s.gen.run(b.Measure/5, math.MaxUint64); err != nil {
		return Sample{}, err
	}
	sample, err := s.window(c, b.Measure, noLimit)
	if err != nil {
		return Sample{}, err
	}
	return sample, s.gen.finish()
}

// noLimit is a number of replies that never come.
const noLimit = math.MaxUint64

// window is what comes in for a time, until so many replies have come, or until the
// generator's end is set, while requests are in flight before and after.
func (s *server) window(c cell, d time.Duration, replies uint64) (Sample, error) {
	g := s.gen
	g.replies, g.stalls = 0, nil
	g.latency.Reset()
	g.tick()
	g.opened = g.now
	begin := s.clocks()
	if err := g.run(d, replies); err != nil {
		return Sample{}, err
	}
	end := s.clocks()
	sample := Sample{
		Server: s.name, Command: c.row, Pipeline: c.depth, Requests: g.replies,
		Wall: end.wall.Sub(begin.wall), ServerCPU: -1, OwnCPU: end.own - begin.own,
		P50: g.latency.Quantile(.5), P99: g.latency.Quantile(.99), P999: g.latency.Quantile(.999), Max: g.latency.Max(), Stalls: g.stalls, Waited: waitOfBusiest(begin.threads, end.threads),
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
	threads map[string]threadTime
}

func (s *server) clocks() clocks {
	at := clocks{wall: time.Now(), own: ownCPU(), server: -1}
	if s.proc != nil {
		if d, err := cpuTime(s.proc.Pid()); err == nil {
			at.server = d
		}
		at.threads, _ = threadTimes(s.proc.Pid()) // none where the kernel does not tell
	}
	return at
}
