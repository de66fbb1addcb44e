// report.go: what a run found: samples, and the lines made of them.

package bench

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"redis-internals/common/bench/machine"
)

// Report is all that a run found. As JSON it holds every measurement raw.
type Report struct {
	Server   string    `json:"server"` // the chapter, ch02-resp-eventloop, or the address that was measured
	Machine  Machine   `json:"machine"`
	Settings Settings  `json:"settings"`
	Notes    []string  `json:"notes"` // what a reader must know, a line each
	Samples  []Sample  `json:"samples"`
	Loads    []Load    `json:"loads,omitempty"`    // of RunLoading, in place of samples
	Fillings []Filling `json:"fillings,omitempty"` // of RunMemory, in place of samples
}

// Settings repeats what was asked for.
type Settings struct {
	Rounds   int           `json:"rounds"`
	Clients  int           `json:"clients"`
	Pipeline []int         `json:"pipeline"`
	Commands []string      `json:"commands"`
	Measure  time.Duration `json:"measure_ns"`
	Keys     int           `json:"keys"`
	Size     int           `json:"value_bytes"`
	Idle     int           `json:"idle"`
	Fsync    string        `json:"appendfsync,omitempty"`
	Loading  int           `json:"loading,omitempty"` // commands in the file
	Mode     string        `json:"mode,omitempty"`    // one of those below; "": another one
	Beside   string        `json:"beside,omitempty"`  // the chapter that RunAllocators compares with
}

// The runs that have a server for each measurement; see fresh.go.
const (
	modeMemory     = "memory"
	modeTail       = "tail"
	modeEvicting   = "evicting"
	modeAllocators = "allocators"
)

// Machine is where it ran.
type Machine struct {
	Time          time.Time `json:"time"`
	CPU           string    `json:"cpu"`
	Cores         int       `json:"cores"`
	ServerCore    *int      `json:"server_core"` // null: not pinned
	GeneratorCore *int      `json:"generator_core"`
	Kernel        string    `json:"kernel"`
	Go            string    `json:"go"`
	Redis         string    `json:"redis"` // empty: not measured
}

func newReport(c Config) *Report {
	r := &Report{Server: c.Addr, Machine: thisMachine(), Notes: []string{}}
	if c.Chapter != nil {
		r.Server = c.Chapter.Name
	}
	r.Settings = Settings{
		Rounds: c.Rounds, Clients: c.Clients, Pipeline: c.Pipeline,
		Measure: c.Measure, Keys: c.Keys, Size: c.Size, Idle: c.Idle, Fsync: c.Fsync, Loading: c.Loading,
	}
	for _, row := range c.Rows {
		r.Settings.Commands = append(r.Settings.Commands, row.Name)
	}
	return r
}

func thisMachine() Machine {
	m := Machine{Time: time.Now(), CPU: "unknown", Cores: runtime.NumCPU(), Go: runtime.Version()}
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		m.Kernel = unix.ByteSliceToString(u.Release[:])
	}
	return m
}

// redisVersion is the v= of redis-server --version: 7.0.15.
func redisVersion() string {
	out, _ := exec.Command("redis-server", "--version").Output()
	for field := range strings.FieldsSeq(string(out)) {
		if version, ok := strings.CutPrefix(field, "v="); ok {
			return version
		}
	}
	return "of unknown version"
}

// Line is one command at one depth, over all rounds.
type Line struct {
	Command  string  `json:"command"`
	Pipeline int     `json:"pipeline"`
	Idle     int     `json:"idle"`
	Rewrite  bool    `json:"rewrite"` // measured during rewrites
	Sides    []Side  `json:"sides"`   // the server, and those that were measured beside it
	Ratios   []Ratio `json:"ratios"`  // to each of these
}

// Ratio is the first server's figures divided by another's, round by round.
type Ratio struct {
	To         string `json:"to"`
	Throughput Spread `json:"throughput"`
	CPU        Spread `json:"cpu"` // per request
}

// Side is one server's part of a line.
type Side struct {
	Name      string `json:"server"`
	PerSecond Spread `json:"requests_per_second"`
	CPU       Spread `json:"cpu_us_per_request"`           // all threads of the server
	OwnCPU    Spread `json:"generator_cpu_us_per_request"` // all threads of ours
	P50       Spread `json:"p50_us"`
	P99       Spread `json:"p99_us"`
	P999      Spread `json:"p999_us"`
	Busy      Spread `json:"busy"` // CPU time by wall time
	OwnBusy   Spread `json:"generator_busy"`
	Rewrite   Spread `json:"rewrite_s"` // null: there was none
	Max       Spread `json:"max_us"`
	Stalls    Spread `json:"stalls"`
	Waiting   Spread `json:"waiting"`       // for a core, by wall time
	OfLimit   Spread `json:"used_of_limit"` // null: there was none

	// Of a Go program, where it told; else null.
	Collected    Spread `json:"collections"`
	Paused       Spread `json:"collections_paused_us"`
	LongestPause Spread `json:"collections_longest_pause_us"`
	CollectorCPU Spread `json:"collections_of_cpu"` // by the CPU time of the server

	perSecond, cpu, p50, p99, p999, max []float64 // round by round
}

// Lines digests the samples, in the order in which they were first taken.
func (r *Report) Lines() []Line {
	type key struct {
		command  string
		pipeline int
		idle     int
		rewrite  bool
	}
	var order []key
	sides := map[key][]string{}
	samples := map[key]map[string][]Sample{}
	for _, s := range r.Samples {
		k := key{s.Command, s.Pipeline, s.Idle, s.Rewrite > 0}
		if samples[k] == nil {
			samples[k] = map[string][]Sample{}
			order = append(order, k)
		}
		if samples[k][s.Server] == nil {
			sides[k] = append(sides[k], s.Server)
		}
		samples[k][s.Server] = append(samples[k][s.Server], s)
	}
	var lines []Line
	for _, k := range order {
		line := Line{Command: k.command, Pipeline: k.pipeline, Idle: k.idle, Rewrite: k.rewrite, Ratios: []Ratio{}}
		for _, name := range sides[k] { // round 1 measures the server before the others
			line.Sides = append(line.Sides, sideOf(name, samples[k][name]))
		}
		ours := line.Sides[0]
		for _, theirs := range line.Sides[1:] {
			line.Ratios = append(line.Ratios, Ratio{
				theirs.Name,
				spreadOf(ratios(ours.perSecond, theirs.perSecond)), spreadOf(ratios(ours.cpu, theirs.cpu)),
			})
		}
		lines = append(lines, line)
	}
	return lines
}

func sideOf(name string, samples []Sample) Side {
	each := func(figure func(Sample) float64) []float64 { return figuresOf(samples, figure) }
	gc := func(figure func(Sample, *machine.Collections) float64) Spread {
		return spreadOf(each(collected(figure)))
	}
	perSecond, cpu := each(Sample.perSecond), each(Sample.cpuMicros)
	p50, p99, p999, longest := each(Sample.p50Micros), each(Sample.p99Micros), each(Sample.p999Micros), each(Sample.maxMicros)
	return Side{
		Name: name, PerSecond: spreadOf(perSecond), CPU: spreadOf(cpu),
		OwnCPU: spreadOf(each(Sample.ownMicros)),
		P50:    spreadOf(p50), P99: spreadOf(p99), P999: spreadOf(p999),
		Busy: spreadOf(each(Sample.busy)), OwnBusy: spreadOf(each(Sample.ownBusy)),
		Rewrite: spreadOf(each(Sample.rewriteSeconds)),
		Max:     spreadOf(longest), Stalls: spreadOf(each(Sample.stalls)), Waiting: spreadOf(each(Sample.waiting)), OfLimit: spreadOf(each(Sample.ofLimit)),
		Collected:    gc(func(_ Sample, c *machine.Collections) float64 { return float64(c.Count) }),
		Paused:       gc(func(_ Sample, c *machine.Collections) float64 { return float64(c.Paused) / 1e3 }),
		LongestPause: gc(func(_ Sample, c *machine.Collections) float64 { return float64(c.Longest) / 1e3 }),
		CollectorCPU: gc(func(s Sample, c *machine.Collections) float64 { return part(c.CPU, s.ServerCPU) }),
		perSecond:    perSecond, cpu: cpu, p50: p50, p99: p99, p999: p999, max: longest,
	}
}

// IdleCost is what idle connections did to one side of a line: its figures
// with them divided by those without, round by round.
type IdleCost struct {
	Name            string
	Throughput, CPU Spread
}

// IdleCosts pairs the lines that had idle connections with those that had none:
// costs[i] is what they did to each side of lines[i].
func (r *Report) IdleCosts() (lines []Line, costs [][]IdleCost) {
	all := r.Lines()
	for _, with := range all {
		for _, without := range all {
			if with.Idle == 0 || without.Idle != 0 || with.Command != without.Command || with.Pipeline != without.Pipeline {
				continue
			}
			var row []IdleCost
			for i, s := range with.Sides {
				row = append(row, IdleCost{
					Name:       s.Name,
					Throughput: spreadOf(ratios(s.perSecond, without.Sides[i].perSecond)),
					CPU:        spreadOf(ratios(s.cpu, without.Sides[i].cpu)),
				})
			}
			lines, costs = append(lines, with), append(costs, row)
		}
	}
	return lines, costs
}

// MarshalJSON writes a spread that is not a number as null.
func (s Spread) MarshalJSON() ([]byte, error) {
	if math.IsNaN(s.Median) {
		return []byte("null"), nil
	}
	type plain Spread
	return json.Marshal(plain(s))
}

// WriteJSON writes the report with its lines, indented, to a file.
func (r *Report) WriteJSON(file string) error {
	text, err := json.MarshalIndent(struct {
		*Report
		Lines []Line `json:"lines"`
	}{r, r.Lines()}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
