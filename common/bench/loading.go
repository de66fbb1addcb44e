// loading.go: how long a server takes to come back with its data.
//
//	start                                        answers
//	  |--- exec, listen ---|--- load the file ---|--- +PONG
//	  PING?   (refused)       -LOADING or silence
//
// One file is written (see aoffile.go) and every start loads the same one, from
// the page cache: it measures reading the protocol and executing it, not the
// disk. The time runs from just before the process is started; while it loads,
// a PING is sent as soon as the one before is refused, a millisecond later. A
// server may as well leave the PING waiting, or listen only once it has loaded
// (then for at most the harness' 20 s, and to within its 2 ms).
//
// No server is pinned: a start is measured as it is, on all cores. So the CPU
// time belongs beside the time: what is read or collected on a second core
// shortens the one and not the other.

package bench

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"redis-internals/common/bench/load"
	"redis-internals/common/bench/machine"
	"redis-internals/common/harness"
)

// Load is one start of one server.
type Load struct {
	Round  int           `json:"round"`
	Server string        `json:"server"`
	Wall   time.Duration `json:"wall_ns"`
	CPU    time.Duration `json:"server_cpu_ns"` // -1: not to be had
}

func (l Load) seconds() float64    { return l.Wall.Seconds() }
func (l Load) cpuSeconds() float64 { return part(l.CPU, time.Second) }

// loadPatience is how long a server may load before the run fails.
const loadPatience = 10 * time.Minute

// RunLoading writes an append-only file of cfg.Loading commands, starts the
// servers on it turn by turn, and reports how long each took. Of cfg it uses
// Chapter, NoRedis, Rounds, Size, Dir, Loading and Progress. The end of ctx ends
// it as it ends Run; only a server that does not listen yet is waited for.
func RunLoading(ctx context.Context, cfg Config) (*Report, error) {
	cfg.Rows = nil
	b := newBench(cfg)
	starters, err := b.starters()
	if err == nil {
		err = b.loadAll(ctx, starters)
	}
	if err != nil {
		return nil, err
	}
	return b.report, nil
}

// loadAll walks the rounds; who goes first changes with every one.
func (b *bench) loadAll(ctx context.Context, starters []starter) error {
	defer context.AfterFunc(ctx, func() { b.stopped.Store(true) })()
	defer func() {
		if b.folder != "" {
			_ = os.RemoveAll(b.folder)
		}
	}()
	b.report.Settings.Keys = loadedKeys(b.Loading)
	source, err := b.makeFolder("written")
	if err == nil {
		err = writeAppendOnly(source, b.Loading, b.Size, &b.stopped)
	}
	for round := 1; round <= b.Rounds && err == nil; round++ {
		order := slices.Clone(starters)
		if round%2 == 0 {
			slices.Reverse(order)
		}
		for _, l := range order {
			if b.stopped.Load() {
				break
			}
			b.stepLoading(round, len(starters), l.name)
			var load Load
			if load, err = b.load(ctx, l, source); err != nil {
				break
			}
			load.Round = round
			b.report.Loads = append(b.report.Loads, load)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (b *bench) stepLoading(round, servers int, name string) {
	if b.Progress != nil {
		b.Progress(Step{
			Round: round, Rounds: b.Rounds, Done: b.done, Total: b.Rounds * servers,
			What: fmt.Sprintf("round %d of %d: loading, %s", round, b.Rounds, name),
		})
	}
	b.done++
}

// load starts one server on the source's files, waits for its first answer, and
// ends it.
func (b *bench) load(ctx context.Context, l starter, source string) (Load, error) {
	dir, err := b.makeFolder(l.name)
	if err != nil {
		return Load{}, err
	}
	defer os.RemoveAll(dir)
	if err := linkAppendOnly(source, dir); err != nil {
		return Load{}, err
	}
	before, err := os.Stat(filepath.Join(source, appendOnlyDir, incrFile))
	if err != nil {
		return Load{}, err
	}
	begin := time.Now()
	proc, err := l.start(harness.Options{Args: appendOnlyArgs("everysec"), Dir: dir})
	if err != nil {
		return Load{}, err
	}
	defer proc.Kill()
	b.addStarted(proc)
	defer func() { b.servers = nil }()
	p := &b.servers[0].Peer
	if p.Patience = b.patience; p.Patience == 0 {
		p.Patience = loadPatience
	}
	fd, err := p.Dial()
	if err != nil {
		return Load{}, b.lastWords(ctx, err)
	}
	defer unix.Close(fd)
	if err := awaitLoaded(p, fd); err != nil {
		return Load{}, b.lastWords(ctx, err)
	}
	load := Load{Server: l.name, Wall: time.Since(begin), CPU: -1}
	if used, err := machine.CPUTime(proc.Pid()); err == nil {
		load.CPU = used
	}
	if err := keptKeys(p, fd, loadedKeys(b.Loading)); err != nil {
		return Load{}, b.lastWords(ctx, err)
	}
	after, err := os.Stat(filepath.Join(source, appendOnlyDir, incrFile))
	if err == nil && (after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime())) {
		err = fmt.Errorf("%s wrote to the append-only file that it only had to load", p)
	}
	return load, err
}

// awaitLoaded sends PINGs until one is answered with PONG.
func awaitLoaded(p *load.Peer, fd int) error {
	end := time.Now().Add(p.Patience)
	for time.Now().Before(end) {
		line, err := p.Ask(fd, "PING", p.Patience)
		switch {
		case err != nil:
			return err
		case line == "+PONG":
			return nil
		case !strings.HasPrefix(line, "-LOADING"):
			return fmt.Errorf("%s answered PING with %q", p, line)
		case p.Stop.Load():
			return load.ErrStopped
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("%s was still loading after %v", p, p.Patience)
}

// keptKeys checks that nothing was lost on the way.
func keptKeys(p *load.Peer, fd, keys int) error {
	line, err := p.Ask(fd, "DBSIZE", p.Patience)
	if err == nil && line != fmt.Sprintf(":%d", keys) {
		err = fmt.Errorf("%s answered DBSIZE with %q after it loaded %d keys", p, line, keys)
	}
	return err
}

// loadTable is the report of the starts.
func (r *Report) loadTable() string {
	var names []string
	walls, cpus := map[string][]float64{}, map[string][]float64{}
	for _, l := range r.Loads { // round 1 starts the stage before redis
		if walls[l.Server] == nil {
			names = append(names, l.Server)
		}
		walls[l.Server] = append(walls[l.Server], l.seconds())
		cpus[l.Server] = append(cpus[l.Server], l.cpuSeconds())
	}
	g := &grid{columns: []column{
		{"", "server"},
		{"from start to PONG", "seconds"},
		{"from start to PONG", "(min..max)"},
		{"CPU time of the process", "seconds"},
		{"CPU time of the process", "(min..max)"},
		{"", "commands per second"},
	}}
	for _, name := range names {
		wall := spreadOf(walls[name])
		row := append([]string{name}, secondsCells(wall)...)
		row = append(row, secondsCells(spreadOf(cpus[name]))...)
		g.row(append(row, thousands(float64(r.Settings.Loading)/wall.Median))...)
	}
	for i := 1; i < len(names); i++ {
		row := append([]string{ratioColumns("", names)[2*i-2].title}, spreadCells(spreadOf(ratios(walls[names[0]], walls[names[i]])))...)
		row = append(row, spreadCells(spreadOf(ratios(cpus[names[0]], cpus[names[i]])))...)
		g.row(append(row, "")...)
	}
	text := "\n" + g.String() + "\n" + ratioLegend(names, "Below 1 is better")
	return text + "Of 10 commands 8 SET a new key, 1 a new key with PXAT, 1 a key there is. The file was in the page cache.\n" +
		"Servers were not pinned: CPU seconds may exceed the seconds where a second core took part.\n"
}

// secondsCells formats seconds and their ends to a millisecond.
func secondsCells(s Spread) []string {
	if math.IsNaN(s.Median) {
		return []string{"-", ""}
	}
	return []string{number(s.Median, 3), fmt.Sprintf("(%.3f..%.3f)", s.Min, s.Max)}
}
