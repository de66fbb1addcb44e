// Package soak puts a server under random and hostile traffic for a while, and
// says what broke.
//
//	200 clients    valid commands with any arguments, torn, pipelined, mutated;
//	               some read slowly, half-close, hang up in the middle, hoard
//	a controller   rewrites of the log, FLUSHALL, new limits of memory, INFO
//	               |
//	               v
//	the server     a build with the race detector, or with a poisoned allocator
//
// What must hold meanwhile:
//
//   - the server lives, answers within patience, and prints neither a race nor a panic;
//   - every reply parses, each request of a client has one, and none is another's: what a
//     client stores and has echoed bears its mark (mark.go).
//
// And afterwards (aftermath.go):
//
//   - all clients are gone, also for the server;
//   - another server that loads a copy of the log holds the same data;
//   - after FLUSHALL the memory in use is what it was at the start;
//   - SIGTERM ends the server with code 0.
//
// Which commands there are says the server itself (COMMAND), so that a later
// chapter's need no line here. What each client does, connection by connection, is
// drawn from the seed; only how the clients meet differs from run to run.
package soak

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"redis-internals/common/harness"
)

// Config says what to soak and for how long.
type Config struct {
	Name    string // of the server, in errors
	Binary  string // takes --port, like a stage's
	Clients int    // connections at a time
	Time    time.Duration
	Seed    uint64
	// Patience is how long a reply may take before the server counts as hung.
	Patience time.Duration
	// Forgetful servers drop the replies of a client that has closed its half of
	// the connection, as Redis does.
	Forgetful bool
	// Slack is how much more memory than at the start may be in use at the end, in bytes.
	Slack int64
}

// Result counts what a run has done.
type Result struct {
	Connections, Requests, Replies int64
	Bytes                          int64 // sent
}

func (r Result) String() string {
	return fmt.Sprintf("%d connections, %d requests, %d checked replies, %d MB sent",
		r.Connections, r.Requests, r.Replies, r.Bytes>>20)
}

// run is a run under way.
type run struct {
	Config
	dir    string
	server *harness.Server
	table  *table
	start  int64 // memory in use before the clients came, in bytes; -1: not to be had

	connections, requests, replies, bytes atomic.Int64

	cancel context.CancelFunc
	mu     sync.Mutex
	err    error // the first failure
}

// Run soaks a server. The error says what broke, and who noticed it.
func Run(ctx context.Context, cfg Config) (Result, error) {
	dir, err := os.MkdirTemp("", "redis-internals-soak-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	r := &run{Config: cfg, dir: dir}
	if err := r.begin(); err != nil {
		return Result{}, err
	}
	defer func() { r.server.Kill() }()
	r.traffic(ctx)
	if r.err == nil {
		r.fail("afterwards", r.aftermath())
	}
	return Result{r.connections.Load(), r.requests.Load(), r.replies.Load(), r.bytes.Load()}, r.verdict()
}

// begin starts the server, after it has told which commands it has: one that can
// rewrite a log gets one.
func (r *run) begin() (err error) {
	if r.server, err = r.launch(r.dir); err != nil {
		return err
	}
	if r.table, err = r.askTable(); err != nil {
		r.server.Kill()
		return err
	}
	if r.table.has("bgrewriteaof") {
		r.server.Kill()
		if r.server, err = r.launch(r.dir, logged...); err != nil {
			return err
		}
	}
	if err = r.prepare(); err != nil {
		r.server.Kill()
	}
	return err
}

// logged has the log on, and rewritten often.
var logged = []string{"--appendonly", "yes", "--appendfsync", "everysec", "--auto-aof-rewrite-min-size", "1mb"}

// launch starts a server in a directory. A race ends it at once: its report is the
// last that it prints.
func (r *run) launch(dir string, args ...string) (*harness.Server, error) {
	return harness.StartBinary(r.Name, r.Binary, harness.Options{
		Dir: dir, Args: args, Env: []string{"GORACE=halt_on_error=1 exitcode=66"},
	})
}

// traffic lets the clients and the controller work until the time is over or
// something broke.
func (r *run) traffic(ctx context.Context) {
	ctx, r.cancel = context.WithTimeout(ctx, r.Time)
	defer r.cancel()
	go func() { // an end of the server ends the run
		select {
		case <-r.server.Exited():
			r.fail("the server", fmt.Errorf("has ended with exit code %d", r.server.ExitCode()))
		case <-ctx.Done():
		}
	}()
	var all sync.WaitGroup
	for id := range r.Clients {
		all.Go(func() { newClient(r, id).live(ctx) })
	}
	all.Go(func() { r.control(ctx) })
	all.Wait()
}

// fail keeps the first failure and ends the traffic: nobody waits any longer for a
// server that is gone.
func (r *run) fail(who string, err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", who, err)
	}
	r.mu.Unlock()
	r.cancel()
	r.server.Kill()
}

// verdict is the failure with what the server printed, or nil.
func (r *run) verdict() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	log := r.server.Log()
	for _, sign := range []string{"DATA RACE", "panic:", "fatal error:", "\ngoroutine "} {
		if r.err == nil && strings.Contains(log, sign) {
			r.err = fmt.Errorf("the server printed %q", strings.TrimSpace(sign))
		}
	}
	if r.err == nil {
		return nil
	}
	return fmt.Errorf("seed %d: %w\n%s printed:\n%s", r.Seed, r.err, r.Name, ends(log))
}

// ends is a text without its middle, if it is long.
func ends(s string) string {
	const most = 6000
	if len(s) <= 2*most {
		return s
	}
	return s[:most] + "\n...\n" + s[len(s)-most:]
}
