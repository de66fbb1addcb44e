// flags.go: the command line, checked before anything is started.

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"redis-internals/common/bench"
	"redis-internals/common/bench/load"
	"redis-internals/common/chapters"
)

// options is the command line, checked.
type options struct {
	config    bench.Config
	check     bool
	rewriting int // keys to load before rewrites are measured; 0: not this
	json      string

	fillings []*filling       // that there are; see memory.go
	filling  *filling         // the one that was asked for; nil: none
	heap     chapters.Chapter // that -allocators compares with
}

// flags is the command line as it was typed.
type flags struct {
	ch, addr, pipeline, commands string
	seconds                      float64
	set                          map[string]bool // the flags that were given
}

const (
	most         = 1 << 30
	mostInFlight = 1 << 30 // bytes of requests that all clients may have sent
	mostLoaded   = 4 << 30 // bytes of values in a server
)

// lastChapter is the one whose commands an address is asked for by default.
var lastChapter = chapters.Lessons[len(chapters.Lessons)-1].Chapter

// parse reads and checks the flags. The error is one line: what is wrong and
// what would be right. Help goes to help.
func parse(args []string, help io.Writer) (*options, error) {
	o, f := &options{}, &flags{set: map[string]bool{}}
	c := &o.config
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&f.ch, "ch", "", "the `chapter` to build and measure: 2, 02 or ch02 (default: the newest);\nwith -addr: the chapter whose commands it answers (default: the last)")
	fs.StringVar(&f.addr, "addr", "", "measure the server at `host:port` instead; SET and INCR write keys key:* and cnt:* there")
	fs.IntVar(&c.Rounds, "rounds", 5, "`number` of rounds; each measures every command on both servers")
	fs.IntVar(&c.Clients, "clients", 50, "`connections` that send requests (chapter 1 serves one at a time: 1)")
	fs.StringVar(&f.pipeline, "pipeline", "1,16,64", "requests a client sends before it waits: `numbers`, separated by commas")
	fs.StringVar(&f.commands, "commands", "", "what to measure: `names`, separated by commas (default: all that the chapter answers)")
	fs.Float64Var(&f.seconds, "seconds", 0.5, "length of one measurement in `seconds`")
	fs.IntVar(&c.Keys, "keys", 100_000, "`number` of different keys; all exist before anything is measured")
	fs.IntVar(&c.Size, "size", 64, "length of a value in `bytes`")
	fs.IntVar(&c.Idle, "idle", 0, "also measure with so many idle `connections` to each server, and say what they cost")
	o.appendOnlyFlags(fs)
	o.fillingFlags(fs)
	fs.StringVar(&o.json, "json", "", "write every measurement and the machine's facts to `file`")
	fs.StringVar(&c.Peer, "peer", "", "measure another server's `binary` too, say an older build: it is started like a stage")
	fs.BoolVar(&c.NoRedis, "no-redis", false, "measure without redis-server beside it")
	fs.BoolVar(&o.check, "check", false, "measure the load generator beside redis-benchmark, both against redis-server")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(help)
			fmt.Fprintln(help, "bench measures a stage, or any server, beside redis-server.")
			fs.PrintDefaults()
			return nil, err
		}
		return nil, fmt.Errorf("%w (bench -help lists the flags)", err)
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("what is %q? All arguments are flags: bench -ch 02", fs.Arg(0))
	}
	fs.Visit(func(g *flag.Flag) { f.set[g.Name] = true })
	return o, o.resolve(f)
}

// resolve checks the values and turns names into what they name.
func (o *options) resolve(f *flags) error {
	c := &o.config
	for _, n := range []struct {
		flag       string
		value      int
		least, top int
	}{
		{"rounds", c.Rounds, 1, 1000},
		{"clients", c.Clients, 1, 100_000},
		{"keys", c.Keys, 1, most},
		{"size", c.Size, 1, 512 << 20},
		{"idle", c.Idle, 0, 1_000_000},
	} {
		if n.value < n.least || n.value > n.top {
			return fmt.Errorf("-%s %d: give a number from %d to %d", n.flag, n.value, n.least, n.top)
		}
	}
	if err := o.resolveFilling(f); err != nil {
		return err
	}
	if math.IsNaN(f.seconds) || f.seconds < 0.01 || f.seconds > 3600 {
		return fmt.Errorf("-seconds %v: give a number from 0.01 to 3600", f.seconds)
	}
	c.Measure = time.Duration(f.seconds * float64(time.Second))
	var err error
	if c.Pipeline, err = numbers(f.pipeline); err != nil {
		return err
	}
	if o.check {
		if err := f.onlyWith("check", "rounds", "clients", "pipeline", "seconds"); err != nil {
			return err
		}
		return o.fits()
	}
	if err := o.resolveAppendOnly(f); err != nil {
		return err
	}
	if err := o.peer(f); err != nil {
		return err
	}
	if err := o.target(f); err != nil {
		return err
	}
	if err := o.hasAppendOnly(f); err != nil {
		return err
	}
	if err := o.hasFilling(); err != nil {
		return err
	}
	if err := o.fits(); err != nil {
		return err
	}
	var names []string
	if f.commands != "" {
		names = strings.Split(f.commands, ",")
	}
	if c.Rows, err = load.RowsOf(c.Upto, names); err != nil {
		return fmt.Errorf("-commands: %w", err)
	}
	if err := writable(o.json); err != nil {
		return fmt.Errorf("-json: %w", err)
	}
	return nil
}

// fits keeps a slip in a number from filling the machine's memory.
func (o *options) fits() error {
	c := &o.config
	if depth := slices.Max(c.Pipeline); c.Clients*depth*c.Size > mostInFlight {
		return fmt.Errorf("-clients %d, -pipeline %d, -size %d: more than 1 GiB of values under way; take fewer or smaller ones",
			c.Clients, depth, c.Size)
	}
	if c.Keys*c.Size > mostLoaded {
		keys := "keys"
		switch {
		case c.Loading > 0:
			keys = "loading"
		case o.rewriting > 0:
			keys = "rewriting"
		case o.filling != nil:
			keys = o.filling.flag
		}
		return fmt.Errorf("-%s %d, -size %d: more than 4 GiB of values in each server; take fewer or smaller ones", keys, c.Keys, c.Size)
	}
	return nil
}

// writable says before the run why a file could not be written after it. "" is
// no file; one that exists keeps its content.
func writable(file string) error {
	if file == "" {
		return nil
	}
	_, missing := os.Lstat(file)
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if missing != nil {
		_ = os.Remove(file)
	}
	return f.Close()
}

// peer finds the program that -peer names.
func (o *options) peer(f *flags) error {
	if !f.set["peer"] {
		return nil
	}
	found, err := exec.LookPath(o.config.Peer)
	if err == nil {
		found, err = filepath.Abs(found)
	}
	if err != nil {
		return fmt.Errorf("-peer %q: give a program, as in bin/ch02-resp-eventloop", o.config.Peer)
	}
	o.config.Peer = found
	return nil
}

// target finds out which server is meant.
func (o *options) target(f *flags) error {
	c := &o.config
	if f.set["addr"] {
		return o.address(f)
	}
	root, err := chapters.Root()
	if err != nil {
		return err
	}
	list, err := chapters.List(root)
	if err != nil {
		return err
	}
	chapter := list[len(list)-1]
	if f.ch != "" {
		if chapter, err = chapters.Parse(list, f.ch); err != nil {
			return fmt.Errorf("-ch: %w", err)
		}
	}
	c.Chapter, c.Upto = &chapter, chapter.Number
	if o.filling != nil && o.filling.flag == "allocators" && chapter.Number >= memoryChapter {
		if o.heap, err = chapters.Parse(list, strconv.Itoa(heapChapter)); err != nil {
			return fmt.Errorf("-allocators: %w", err)
		}
	}
	if chapter.Number > 1 {
		return nil
	}
	return o.echo(f)
}

// address is target for a server that runs already.
func (o *options) address(f *flags) error {
	c := &o.config
	host, port, err := net.SplitHostPort(f.addr)
	if n, bad := strconv.Atoi(port); err != nil || host == "" || bad != nil || n < 1 || n > 65535 {
		return fmt.Errorf("-addr %q: give host:port, as in 127.0.0.1:6379", f.addr)
	}
	c.Addr, c.Upto = f.addr, lastChapter
	if f.ch == "" {
		return nil
	}
	if c.Upto, err = strconv.Atoi(strings.TrimPrefix(f.ch, "ch")); err != nil || c.Upto < 2 || c.Upto > lastChapter {
		return fmt.Errorf("-ch %q with -addr: give the chapter whose commands it answers, 2 to %d", f.ch, lastChapter)
	}
	return nil
}

// echo settles what chapter 1 leaves open: it echoes bytes to one client at a
// time, which redis-server does not do.
func (o *options) echo(f *flags) error {
	c := &o.config
	if c.Idle > 0 || (f.set["clients"] && c.Clients != 1) {
		return errors.New("chapter 1 serves one client at a time: -clients 1 and no -idle")
	}
	if c.Peer != "" {
		return errors.New("-peer: chapter 1 only echoes, so no other server answers as it does")
	}
	c.Clients, c.NoRedis = 1, true
	return nil
}

// numbers reads a list of pipeline depths.
func numbers(s string) ([]int, error) {
	var list []int
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 || n > 100_000 {
			return nil, fmt.Errorf("-pipeline %q: give numbers from 1 to 100000, as in 1,16,64", s)
		}
		list = append(list, n)
	}
	return list, nil
}
