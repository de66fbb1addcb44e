// Command bench measures a stage, or any server, beside redis-server.
//
//	go run ./common/cmd/bench -ch 02
//	go run ./common/cmd/bench -ch 03 -commands get,set -pipeline 1,16 -keys 1000000
//	go run ./common/cmd/bench -ch 02 -commands ping -pipeline 1 -idle 10000
//	go run ./common/cmd/bench -ch 04 -commands set -appendfsync always -dir /var/tmp
//	go run ./common/cmd/bench -ch 04 -loading 1000000
//	go run ./common/cmd/bench -ch 04 -rewriting 1000000 -pipeline 1,16
//	go run ./common/cmd/bench -ch 06 -memory 1000000
//	go run ./common/cmd/bench -ch 06 -tail 5000000 -seconds 10
//	go run ./common/cmd/bench -ch 06 -evicting 4000000
//	go run ./common/cmd/bench -ch 06 -allocators 1000000
//	go run ./common/cmd/bench -ch 06 -peer /tmp/older-build
//	go run ./common/cmd/bench -addr 127.0.0.1:6379 -ch 02
//	go run ./common/cmd/bench -check
//	go run ./common/cmd/bench -json /tmp/ch02.json
//
// Without -ch it measures the newest stage. Package bench says how it measures,
// and what the figures mean. The table goes to stdout, progress to stderr. Exit
// codes: 0 done; 1 a server failed or gave a wrong reply; 2 a wrong flag; 130
// interrupted, with no server left running.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"redis-internals/common/bench"
	"redis-internals/common/harness"
)

const interrupted = 130

func main() {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends this process at once; the servers die with it.
	context.AfterFunc(ctx, restore)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	harness.RemoveBuilds()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "bench: "+err.Error())
		return 2
	}
	progress := newProgress(stderr)
	o.config.Progress = progress.show
	table, err := measure(ctx, o)
	progress.clear()
	if err == nil {
		fmt.Fprint(stdout, table)
		return 0
	}
	// A terminal sends Ctrl-C to the servers too: their end can reach us
	// before the signal does.
	select {
	case <-ctx.Done():
		fmt.Fprintln(stderr, "bench: interrupted")
		return interrupted
	case <-time.After(100 * time.Millisecond):
	}
	fmt.Fprintln(stderr, "bench: "+strings.TrimSpace(err.Error()))
	return 1
}

// measure does what was asked for and returns the table.
func measure(ctx context.Context, o *options) (string, error) {
	if o.check {
		return bench.Check(ctx, o.config)
	}
	var run runner = bench.Run
	switch {
	case o.config.Loading > 0:
		run = bench.RunLoading
	case o.rewriting > 0:
		run = bench.RunRewriting
	case o.filling != nil:
		run = o.runFilling()
	}
	report, err := run(ctx, o.config)
	if err == nil && o.json != "" {
		err = report.WriteJSON(o.json)
	}
	if err != nil {
		return "", err
	}
	return report.Table(), nil
}

// progress tells how far the run is: on a terminal one line, rewritten in
// place; else a short line for every round.
type progress struct {
	to       io.Writer
	terminal bool
	round    int
}

func newProgress(to io.Writer) *progress {
	p := &progress{to: to}
	if file, ok := to.(*os.File); ok {
		_, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS)
		p.terminal = err == nil
	}
	return p
}

const eraseLine = "\r\x1b[K"

func (p *progress) show(s bench.Step) {
	switch {
	case p.terminal:
		fmt.Fprintf(p.to, "%s%3d%% %s", eraseLine, 100*s.Done/s.Total, s.What)
	case s.Round != p.round:
		fmt.Fprintf(p.to, "round %d of %d\n", s.Round, s.Rounds)
	}
	p.round = s.Round
}

func (p *progress) clear() {
	if p.terminal && p.round > 0 {
		fmt.Fprint(p.to, eraseLine)
	}
}
