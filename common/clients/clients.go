// Package clients runs real clients on chapter 8 and on redis-server and holds what they
// print against each other.
//
//	a session's program                  the runner
//	-------------------                  ----------
//	connects, works, prints    ------>   collects lines: the transcript
//	prints @restart            ------>   ends the server, starts it again on its port
//	reads a line               <------   it is up
//	goes on as if nothing had happened
//	prints end, exits with 0
//
// A session is the same script in each client's own words: see sessions/README.md. What it
// prints may depend on the client, and never on the server: order that Redis does not
// promise is sorted, times and ids are compared before they are printed. So two transcripts
// are equal, or the client noticed a difference between the two servers.
//
// What a machine lacks is left out and said to be; a program that cannot be compiled, or that
// ends before its end, fails.
//
//	clients.go    the checks, how they are run and reported
//	session.go    one session on one server: start, restart, transcript
//	sessions.go   which sessions there are: what each needs, how it is built and called
//	cli.go        redis-cli's modes
//	tools.go      redis-benchmark, the exporter for Prometheus
//	proxy.go      several servers behind one proxy
package clients

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"redis-internals/common/chapters"
	"redis-internals/common/harness"
	"redis-internals/common/terminal"
)

// A Check is something that is done on both servers, and must look the same on both.
type Check struct {
	Name string

	// Prepare finds what the check needs and builds it, once, below dir. errMissing tells
	// what the machine lacks. Nil if there is nothing to prepare.
	Prepare func(dir string) error

	// Run does it on one server and returns what is to be compared.
	Run func(s *server) (transcript string, err error)
}

// errMissing says that the machine lacks what a check needs.
var errMissing = errors.New("left out")

func missing(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errMissing, fmt.Sprintf(format, args...))
}

// All returns every check: the sessions, then the tools.
func All(root string) []Check {
	list := sessions(filepath.Join(root, "common", "clients", "sessions"))
	list = append(list, cliModes()...)
	list = append(list, tools()...)
	return append(list, proxies(root)...)
}

// Options says which checks Run makes, and where.
type Options struct {
	Root    string           // the repository
	Chapter chapters.Chapter // the stage that is compared with redis-server
	Only    string           // those whose name contains it
	Verbose bool             // prints the transcripts

	Progress *terminal.Progress // says which check is made; nil: nobody sees it
}

// Run makes the checks and reports a line each. It returns true if none failed.
func Run(out io.Writer, o Options, checks []Check) (bool, error) {
	binary, err := harness.Build(o.Chapter)
	if err != nil {
		return false, err
	}
	redis, err := redisBinary()
	if err != nil {
		return false, err
	}
	dir := filepath.Join(o.Root, "bin", "sessions") // bin/clients is this program
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return false, err
	}
	kinds := [2]kind{{fmt.Sprintf("ch%02d", o.Chapter.Number), binary}, {"redis", redis}}
	checks = slices.DeleteFunc(slices.Clone(checks), func(c Check) bool { return !strings.Contains(c.Name, o.Only) })
	progress := cmp.Or(o.Progress, &terminal.Progress{})
	var passed, failed, skipped int
	for i, c := range checks {
		progress.Clear()
		progress.Show("%d of %d: %s", i+1, len(checks), c.Name)
		began := time.Now()
		transcript, err := c.both(dir, kinds)
		took := time.Since(began).Round(100 * time.Millisecond)
		progress.Clear()
		switch {
		case errors.Is(err, errMissing):
			skipped++
			line := fmt.Sprintf("skip  %-28s %v", c.Name, err)
			if len(line) > terminal.Columns {
				line = "skip  " + c.Name + "\n" + terminal.Wrap(err.Error(), "      ", terminal.Columns)
			}
			fmt.Fprintln(out, line)
		case err != nil:
			failed++
			fmt.Fprintf(out, "FAIL  %-28s %v\n%s\n", c.Name, took, indent(err.Error()))
		default:
			passed++
			fmt.Fprintf(out, "ok    %-28s %v, %d lines\n", c.Name, took, strings.Count(transcript, "\n"))
		}
		if o.Verbose {
			fmt.Fprintln(out, indent(transcript))
		}
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	return failed == 0, nil
}

// both runs the check on the two kinds of server at once. The transcript is redis-server's.
func (c Check) both(dir string, kinds [2]kind) (string, error) {
	if c.Prepare != nil {
		if err := c.Prepare(dir); err != nil {
			return "", err
		}
	}
	var wg sync.WaitGroup
	var transcripts [2]string
	var errs [2]error
	for i, k := range kinds {
		wg.Go(func() { transcripts[i], errs[i] = c.one(k) })
	}
	wg.Wait()
	if err := errors.Join(errs[0], errs[1]); err != nil {
		return transcripts[1], err
	}
	if err := difference(kinds, transcripts); err != nil {
		return transcripts[1], err
	}
	if strings.TrimSpace(transcripts[1]) == "" {
		return "", errors.New("it printed nothing: nothing was compared")
	}
	return transcripts[1], nil
}

func (c Check) one(k kind) (string, error) {
	s, err := k.start()
	if err != nil {
		return "", err
	}
	defer s.close()
	transcript, err := c.Run(s)
	if err != nil {
		return transcript, fmt.Errorf("on %s: %w", k.name, err)
	}
	if err := s.alive(); err != nil {
		return transcript, err
	}
	return transcript, nil
}

// difference shows the lines in which two transcripts differ, twenty at most. Lines that only
// one of them has are told as such, if the two agree again soon after.
func difference(kinds [2]kind, transcripts [2]string) error {
	if transcripts[0] == transcripts[1] {
		return nil
	}
	var shown []string
	tell := func(i int, lines ...string) {
		for _, line := range lines {
			shown = append(shown, fmt.Sprintf("%-6s %s", kinds[i].name, clip(line, 600)))
		}
	}
	a, b := strings.Split(transcripts[0], "\n"), strings.Split(transcripts[1], "\n")
	for len(a) > 0 && len(b) > 0 && len(shown) < 20 {
		if a[0] == b[0] {
			a, b = a[1:], b[1:]
			continue
		}
		i, j := slices.Index(a[:min(len(a), 30)], b[0]), slices.Index(b[:min(len(b), 30)], a[0])
		switch {
		case i > 0 && (j < 0 || i <= j):
			tell(0, a[:i]...)
			a = a[i:]
		case j > 0:
			tell(1, b[:j]...)
			b = b[j:]
		default:
			tell(0, a[0])
			tell(1, b[0])
			a, b = a[1:], b[1:]
		}
	}
	tell(0, a[:min(len(a), 20-min(20, len(shown)))]...)
	tell(1, b[:min(len(b), 20-min(20, len(shown)))]...)
	return errors.New(strings.Join(shown, "\n"))
}

func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return s[:most] + "..."
}

func indent(s string) string { return "      " + strings.ReplaceAll(s, "\n", "\n      ") }
