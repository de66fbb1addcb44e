// t.go: what a case is given: a server, clients, and the means to fail.

package conformance

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"redis-internals/common/harness"
)

// T is what a case gets: a server to talk to, and the means to fail. It is a
// testify TestingT, so require works with it. The first failure ends the case:
// all its connections are closed, and what goes wrong after that is not told.
//
// Nothing needs closing: what a case dialled or started goes when it ends.
type T struct {
	target   *Target
	c        Case
	addr     string
	server   *harness.Server // nil where only an address is known
	patience time.Duration   // a case that was given up may outlive a change of the target's

	tasks sync.WaitGroup // goroutines of Go

	mu       sync.Mutex
	failed   bool
	symptom  string
	stopped  bool
	skipped  string
	report   strings.Builder
	conns    []*Conn
	tapes    []*tape // of every connection, go-redis's too, in dialling order
	cleanups []func()
}

// Addr is the server's address, host:port.
func (t *T) Addr() string { return t.addr }

// Patience is how long one wait may last.
func (t *T) Patience() time.Duration { return t.patience }

// Server is the process behind Addr. Where only an address is known the case
// is skipped.
func (t *T) Server() *harness.Server {
	if t.server == nil {
		t.Skip("needs a server that the suite started")
	}
	return t.server
}

// OnlyAddress says that nothing is known of the server but where it listens.
func (t *T) OnlyAddress() bool { return t.target.OnlyAddress() }

// Start starts another server of the same kind; the case ends it.
func (t *T) Start(o harness.Options) *harness.Server {
	if t.target.Launch == nil {
		t.Skip("needs to start a server")
	}
	if t.target.command != nil && !t.c.Core && !t.target.takes(o) {
		t.Skip(needsFlags)
	}
	s, err := t.target.Launch(o)
	if err != nil {
		t.fatal("starting another server: " + err.Error())
	}
	t.Cleanup(s.Kill)
	return s
}

// needsBinary is why a server that is started by a line of shell is not asked what it refuses.
const needsBinary = "needs to start a server's program with flags that it refuses"

// Execute runs the server's binary with these arguments, which it is expected
// to refuse, and returns its exit code and what it printed.
func (t *T) Execute(args ...string) (code int, output string) {
	return t.Command(t.Binary(), "", args...)
}

// Binary is the server's program. It skips the case where only an address is known.
func (t *T) Binary() string {
	if t.target.Binary == "" {
		t.Skip(needsBinary)
	}
	return t.target.Binary
}

// Command runs a program with this input to its end and returns its exit code
// and what it printed, both streams. It skips the case where the program is
// not installed.
func (t *T) Command(program, input string, args ...string) (code int, output string) {
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(program + " is not installed")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*t.Patience())
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = time.Second
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || ctx.Err() != nil {
		t.fatal(fmt.Sprintf("%s %q did not end as it should (%v); it printed:\n%s", program, args, err, out))
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// Client is a go-redis client that speaks RESP2.
func (t *T) Client() *redis.Client {
	return t.ClientWith(redis.Options{Protocol: 2, DisableIdentity: true})
}

// ClientWith is a go-redis client with these options; the address, and a
// dialler that keeps the bytes for the report, are filled in.
func (t *T) ClientWith(o redis.Options) *redis.Client {
	o.Addr = t.addr
	o.MaxRetries = -1
	o.ReadTimeout = t.Patience()
	o.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := (&net.Dialer{Timeout: t.Patience()}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &recorded{Conn: nc, tape: t.newTape()}, nil
	}
	t.target.Script.spoil()
	client := redis.NewClient(&o)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// Go runs fn beside the case, which ends when all of them have. A failure in
// fn is the case's.
func (t *T) Go(fn func()) {
	t.tasks.Add(1)
	go func() {
		defer t.tasks.Done()
		t.guard(fn)
	}()
}

// Wait waits for what Go started; if one of them failed the case ends here.
func (t *T) Wait() {
	t.tasks.Wait()
	if t.over() {
		runtime.Goexit()
	}
}

// Until polls cond until it holds; after the patience it fails with what.
func (t *T) Until(what string, cond func() bool) {
	deadline := time.Now().Add(t.Patience())
	for !cond() {
		if time.Now().After(deadline) {
			t.fatal(fmt.Sprintf("%s: not within %v", what, t.Patience()))
		}
		if t.over() {
			runtime.Goexit()
		}
		<-time.After(2 * time.Millisecond)
	}
}

// Skip ends the case without a verdict.
func (t *T) Skip(reason string) {
	t.mu.Lock()
	if t.skipped == "" {
		t.skipped = reason
	}
	t.mu.Unlock()
	t.stop()
	runtime.Goexit()
}

// Cleanup has fn called when the case has ended, last first.
func (t *T) Cleanup(fn func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, fn)
}

// Errorf records a failure; the case goes on. It belongs to testify's TestingT.
func (t *T) Errorf(format string, args ...any) {
	t.recordFailure(withoutTrace(fmt.Sprintf(format, args...)) + t.exchanges())
}

// withoutTrace leaves out testify's stack, which names this package's lines;
// the report has the case's own.
func withoutTrace(text string) string {
	var b strings.Builder
	tracing := false
	for line := range strings.Lines(text) {
		label := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(label, "Error Trace:"):
			tracing = true
		case strings.HasPrefix(label, "Error:"):
			tracing = false
		}
		if !tracing && label != "" {
			b.WriteString(strings.TrimPrefix(line, "\t"))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// FailNow ends the case as failed. It belongs to testify's TestingT.
func (t *T) FailNow() {
	t.recordFailure("")
	t.stop()
	runtime.Goexit()
}

// fatal records a failure with what was said on the connections and ends the case.
func (t *T) fatal(text string) {
	t.Errorf("%s", text)
	t.FailNow()
}

// Helper belongs to testify's TestingT; reports find the case's line themselves.
func (t *T) Helper() {}

// maxReport bounds the text of one failure, in bytes.
const maxReport = 8 << 10

func (t *T) recordFailure(text string) {
	line := caller()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped { // the case is over: this is only its wreckage
		return
	}
	t.failed = true
	if len(text) > maxReport {
		text = text[:maxReport] + " ..."
	}
	if text != "" {
		fmt.Fprintf(&t.report, "%s\n%s", text, line)
	}
}

func (t *T) over() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stopped
}

// stop closes the case's connections, so that whatever waits on one ends.
func (t *T) stop() {
	t.mu.Lock()
	t.stopped = true
	conns := t.conns
	t.mu.Unlock()
	for _, c := range conns {
		_ = c.nc.Close()
	}
}

func (t *T) cleanUp() {
	t.stop()
	t.mu.Lock()
	cleanups := t.cleanups
	t.mu.Unlock()
	for i := len(cleanups) - 1; i >= 0; i-- {
		cleanups[i]()
	}
}

// exchanges shows what was last sent and came on each connection; where there
// are many, on the latest.
func (t *T) exchanges() string {
	t.mu.Lock()
	tapes := t.tapes
	t.mu.Unlock()
	var b strings.Builder
	for _, tape := range tapes[max(0, len(tapes)-3):] {
		b.WriteString("\n" + tape.String())
	}
	return b.String()
}

func (t *T) newTape() *tape {
	t.mu.Lock()
	defer t.mu.Unlock()
	tape := &tape{number: len(t.tapes) + 1, script: t.target.Script, named: t.target.named}
	t.tapes = append(t.tapes, tape)
	return tape
}
