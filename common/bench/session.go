// session.go: a run, from the start of its servers to their end.
//
//	start servers | pin them | a thread of our own: connect, measure | stop servers

package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"redis-internals/common/bench/machine"
)

// bench is a run under way.
type bench struct {
	Config
	servers []*server
	stopped atomic.Bool
	report  *Report
	done    int
	folder  string // holds the servers' folders; "": they have no files

	// What the question at hand says of how it is to be answered.
	take        func(*server, cell) ([]Sample, error) // measures a cell on a server
	helped      bool                                  // something works beside a server's loop: no core is held free of it
	environment []string                              // of the servers, NAME=value
}

// newBench is a run that measures each cell once, on servers that have a core.
func newBench(cfg Config) *bench {
	b := &bench{Config: cfg, report: newReport(cfg)}
	b.take = b.measure
	return b
}

// session starts servers, runs work on a thread pinned away from them, and
// stops them. The end of ctx stops work and is then the error.
func (b *bench) session(ctx context.Context, start func(context.Context) error, work func() error) error {
	defer context.AfterFunc(ctx, func() { b.stopped.Store(true) })()
	defer b.stopServers()
	err := machine.AllowFiles(2*b.Clients + b.Idle + 2*b.listeners())
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

// dyingTime is how long a server that has broken its connections may take to be gone, on a
// machine that has much else to do.
const dyingTime = 2 * time.Second

// lastWords adds to an error what a server printed that has ended. (Its end
// breaks its connections a moment before we hear of it.)
func (b *bench) lastWords(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(ctx, dyingTime)
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
			return fmt.Errorf("%w\n%s has ended (exit code %d); it printed:\n%s", err, s.Name, s.proc.ExitCode(), s.proc.Log())
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

// listeners is how many connections of a server only listen.
func (b *bench) listeners() (n int) {
	for _, row := range b.Rows {
		if row.Listeners > 0 {
			n += row.Listeners + 1 // and what waits for them
		}
	}
	return n
}

// pinBesideGenerator keeps the calling thread off the servers' core.
func (b *bench) pinBesideGenerator() {
	runtime.LockOSThread() // never unlocked, as the generator's
	if core := b.report.Machine.GeneratorCore; core != nil {
		_ = machine.PinThread(0, machine.Only(*core))
	}
}

// pin moves the servers to one core (to all that are left where a fork's child or a
// garbage collector works beside them), and the calling thread to another.
func (b *bench) pin() {
	servers, generator, ok := machine.PickCores()
	if !ok {
		b.note("not pinned: this process may use one core only, which generator and servers share")
		return
	}
	cores := machine.Only(servers)
	if b.helped {
		var err error
		if cores, err = machine.AllBut(generator); err != nil {
			b.note("not pinned: %v", err)
			return
		}
	}
	err := machine.PinThread(0, machine.Only(generator))
	for _, s := range b.servers {
		if s.proc != nil && err == nil {
			err = machine.PinProcess(s.proc.Pid(), cores)
		}
	}
	if err != nil {
		b.note("not pinned: %v", err)
		return
	}
	b.report.Machine.GeneratorCore = &generator
	if cores.Count() == 1 {
		b.report.Machine.ServerCore = &servers
		if b.helped {
			b.note("no core to spare: what works beside a server (a fork's child, a garbage collector) shares its core")
		}
	} else {
		b.note("generator on core %d, the servers on the other %d", generator, cores.Count())
	}
}
