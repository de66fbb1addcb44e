// kill.go: kill -9 in the middle of everything, again and again.
//
//	8 clients, each with keys of its own     MULTI, collections of all types, pipelines
//	BGREWRITEAOF now and then                  │
//	                                           ▼
//	kill -9 ──▶ start again on the same log ──▶ each client reads its keys
//
// A client knows what it has sent, and how much of that was answered. What it finds must be
// the state after some number of its steps: no fewer than were answered, since nothing
// acknowledged is ever lost, and no more than were sent; never half a step, and a
// transaction is one. Then the next round goes on from there.

package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"redis-internals/common/conformance/wire"
	"redis-internals/common/harness"
)

// KillConfig says what to kill and how often.
type KillConfig struct {
	Name     string // of the server, in errors
	Binary   string // takes --port, like a stage's, and --appendonly
	Rounds   int
	Clients  int
	Seed     uint64
	Patience time.Duration // for a reply, and until the log is loaded

	Progress func(rounds int64) // is told after each; may be nil
}

// KillResult counts what a run has done.
type KillResult struct {
	Rounds, Answered, Rewrites int64
	InFlight                   int64 // steps that were not answered when the server was killed
	Kept                       int64 // of those were in the log
}

func (r KillResult) String() string {
	return fmt.Sprintf("%d rounds, %d steps answered and found, %d more in flight of which %d were found, %d rewrites begun",
		r.Rounds, r.Answered, r.InFlight, r.Kept, r.Rewrites)
}

// fsyncs take turns. What a process has written outlives it, so neither may lose anything by
// kill -9: they differ when the machine dies. With everysec what comes during a sync waits
// for its end in the process, here as in Redis, and may die with it.
var fsyncs = []string{"always", "no"}

const leastLife, mostLife = 30 * time.Millisecond, 300 * time.Millisecond

// RunKills kills a server, and looks what is left. The error says who misses what.
func RunKills(ctx context.Context, cfg KillConfig) (KillResult, error) {
	dir, err := os.MkdirTemp("", "redis-internals-kill-")
	if err != nil {
		return KillResult{}, err
	}
	defer os.RemoveAll(dir)
	k := &kills{KillConfig: cfg, dir: dir, rng: rand.New(rand.NewPCG(cfg.Seed, 0))}
	for id := range cfg.Clients {
		k.keepers = append(k.keepers, newKeeper(cfg.Seed, id))
	}
	for k.result.Rounds < int64(cfg.Rounds) && ctx.Err() == nil {
		if err := k.round(); err != nil {
			return k.result, fmt.Errorf("seed %d, round %d: %w", cfg.Seed, k.result.Rounds+1, err)
		}
		k.result.Rounds++
		if cfg.Progress != nil {
			cfg.Progress(k.result.Rounds)
		}
	}
	return k.result, ctx.Err()
}

type kills struct {
	KillConfig
	dir     string
	rng     *rand.Rand
	keepers []*keeper
	result  KillResult
}

// round starts the server, has everybody look for what should be there and go on, and
// kills it.
func (k *kills) round() error {
	server, err := harness.StartBinary(k.Name, k.Binary, harness.Options{Dir: k.dir, Args: []string{
		"--appendonly", "yes", "--appendfsync", fsyncs[int(k.result.Rounds)%len(fsyncs)], "--save", "",
		"--auto-aof-rewrite-min-size", "256kb", "--auto-aof-rewrite-percentage", "50",
	}})
	if err != nil {
		return err
	}
	defer server.Kill()
	r := &run{Config: Config{Patience: k.Patience}, server: server}
	if err := k.awaitLoaded(r); err != nil {
		return fmt.Errorf("%w\nit printed:\n%s", err, ends(server.Log()))
	}
	err = k.everyKeeper(func(p *keeper) error { return p.look(r) })
	if err != nil {
		return err
	}
	var over atomic.Bool
	killed := make(chan struct{})
	life := leastLife + time.Duration(k.rng.Int64N(int64(mostLife-leastLife)))
	rewriteAt := time.Duration(k.rng.Int64N(int64(2 * life)))
	go func() {
		defer close(killed)
		end := time.After(life)
		if rewriteAt < life {
			<-time.After(rewriteAt)
			if c, err := r.dial(); err == nil {
				if _, err := c.call("BGREWRITEAOF"); err == nil {
					k.result.Rewrites++
				}
				c.close()
			}
		}
		<-end
		over.Store(true)
		server.Kill()
	}()
	err = k.everyKeeper(func(p *keeper) error { return p.work(r, &over) })
	<-killed
	for _, p := range k.keepers {
		k.result.Answered, k.result.InFlight, k.result.Kept = k.result.Answered+p.answered, k.result.InFlight+p.lost+p.kept, k.result.Kept+p.kept
		p.answered, p.lost, p.kept = 0, 0, 0
	}
	if err != nil {
		return fmt.Errorf("%w\nthe server printed:\n%s", err, ends(server.Log()))
	}
	return nil
}

// everyKeeper runs one thing for all clients beside each other.
func (k *kills) everyKeeper(do func(*keeper) error) error {
	var all sync.WaitGroup
	errs := make([]error, len(k.keepers))
	for i, p := range k.keepers {
		all.Go(func() { errs[i] = do(p) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// awaitLoaded waits until the server answers what it is asked.
func (k *kills) awaitLoaded(r *run) error {
	c, err := r.dial()
	if err != nil {
		return err
	}
	defer c.close()
	for deadline := time.Now().Add(k.Patience); ; {
		v, err := c.call("PING")
		if err != nil || v.Text == "PONG" {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("it still answers %q", v.Text)
		}
		<-time.After(time.Millisecond)
	}
}

// keeper is a client that knows what its keys must hold.
type keeper struct {
	id       int
	rng      *rand.Rand
	answered int64 // steps of this round
	lost     int64 // steps of the last one that were not answered, and not found
	kept     int64 // and those that were found

	safe    holdings // after all that was answered
	sent    holdings // after all that was sent
	pending []step   // what lies between
}

func newKeeper(seed uint64, id int) *keeper {
	return &keeper{id: id, rng: rand.New(rand.NewPCG(seed, uint64(id)+1)), safe: newHoldings(), sent: newHoldings()}
}

// maxPipeline is how many steps are sent at once.
const maxPipeline = 16

// work sends steps and notes which are answered, until the server is gone.
func (p *keeper) work(r *run, over *atomic.Bool) error {
	gone := func(err error) error {
		if over.Load() { // it is set before the server is killed
			return nil
		}
		return fmt.Errorf("client %d: before anybody killed the server: %w", p.id, err)
	}
	c, err := r.dial()
	if err != nil {
		return gone(err)
	}
	defer c.close()
	for {
		var bytes string
		for range 1 + p.rng.IntN(maxPipeline) {
			s := p.sent.draw(p.rng, p.id)
			p.sent.apply(s)
			p.pending = append(p.pending, s)
			for _, words := range s {
				bytes += wire.Command(words...)
			}
		}
		if err := c.write(bytes); err != nil {
			return gone(err)
		}
		for len(p.pending) > 0 {
			for _, words := range p.pending[0] {
				c.patient()
				v, err := nextReply(c.in)
				if err != nil {
					return gone(unwrapped(err))
				}
				if bad := firstError(v); bad != "" {
					return fmt.Errorf("client %d: %s is answered %s", p.id, show(words), bad)
				}
			}
			p.safe.apply(p.pending[0])
			p.pending = p.pending[1:]
			p.answered++
		}
	}
}

// firstError is an error in a reply, or in the replies of EXEC; all steps are valid.
func firstError(v wire.Value) string {
	if v.IsError() {
		return v.Text
	}
	for _, e := range v.Elems {
		if bad := firstError(e); bad != "" {
			return bad
		}
	}
	return ""
}

// look compares what the server holds with what it may hold, and takes that as the truth.
func (p *keeper) look(r *run) error {
	c, err := r.dial()
	if err != nil {
		return err
	}
	defer c.close()
	found, err := readHoldings(c, p.id)
	if err != nil {
		return fmt.Errorf("client %d: %w", p.id, err)
	}
	first := found.differs(p.safe)
	for n := 0; ; n++ {
		if found.differs(p.safe) == "" {
			p.kept, p.lost = int64(n), int64(len(p.pending)-n)
			break
		}
		if n == len(p.pending) {
			return fmt.Errorf("client %d finds what is none of its states between the last step that was answered and the %d that were sent after it; after the answered ones: %s",
				p.id, len(p.pending), first)
		}
		p.safe.apply(p.pending[n])
	}
	p.pending = nil
	p.sent = p.safe.clone()
	return nil
}
