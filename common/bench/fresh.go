// fresh.go: what can be measured only once on a server, for it is about filling
// it. So every measurement has a server of its own:
//
//	round 1   start stage | fill, measure | end    start redis | fill, measure | end
//	round 2   start redis | fill, measure | end    start stage | fill, measure | end
//
// One server runs at a time. As elsewhere, who goes first changes with the round.

package bench

import (
	"context"
	"fmt"
	"os/exec"
	"runtime/debug"
	"slices"

	"redis-internals/common/bench/load"
	"redis-internals/common/chapters"
	"redis-internals/common/harness"
)

// starter is a server that can be started.
type starter struct {
	name  string
	start func(harness.Options) (*harness.Server, error)
}

// stageStarter builds a chapter's stage, before any clock runs.
func stageStarter(c chapters.Chapter) (starter, error) {
	binary, err := harness.Build(c)
	name := fmt.Sprintf("ch%02d", c.Number)
	return starter{name, func(o harness.Options) (*harness.Server, error) {
		return harness.StartBinary(name, binary, o)
	}}, err
}

// starters are those of the chapter, of Config.Peer if there is one, and, unless it
// is not wanted or not there, of redis-server.
func (b *bench) starters() ([]starter, error) {
	stage, err := stageStarter(*b.Chapter)
	if err != nil {
		return nil, err
	}
	list := []starter{stage}
	if b.Peer != "" {
		list = append(list, b.peerStarter())
	}
	_, missing := exec.LookPath("redis-server")
	switch {
	case b.NoRedis:
	case missing != nil:
		b.note("%v: nothing to compare with", harness.ErrNoRedis)
	default:
		b.report.Machine.Redis = redisVersion()
		list = append(list, starter{"redis", harness.StartRedis})
	}
	return list, nil
}

// newFresh prepares a run of that kind; see Settings.Mode.
func newFresh(cfg Config, mode string) *bench {
	cfg.Rows, cfg.Idle, cfg.Fsync = nil, 0, ""
	b := newBench(cfg)
	b.report.Settings.Mode = mode
	return b
}

// onFresh walks the rounds. In each it starts every server once for every variant,
// connects the clients, and lets work measure. The variants of one server follow
// each other.
func (b *bench) onFresh(ctx context.Context, starters []starter, variants []string, work func(s *server, round int, variant string) error) error {
	total := b.Rounds * len(starters) * len(variants)
	for round := 1; round <= b.Rounds; round++ {
		servers, kinds := slices.Clone(starters), slices.Clone(variants)
		if round%2 == 0 {
			slices.Reverse(servers)
			slices.Reverse(kinds)
		}
		for _, st := range servers {
			for _, kind := range kinds {
				if b.Progress != nil {
					b.Progress(Step{
						Round: round, Rounds: b.Rounds, Done: b.done, Total: total,
						What: fmt.Sprintf("round %d of %d: %s, %s", round, b.Rounds, kind, st.name),
					})
				}
				b.done++
				if err := b.oneFresh(ctx, st, func(s *server) error { return work(s, round, kind) }); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (b *bench) oneFresh(ctx context.Context, st starter, work func(*server) error) error {
	b.servers = nil
	start := func(context.Context) error {
		o, err := b.options(st.name)
		if err != nil {
			return err
		}
		o.Env = append(o.Env, b.environment...)
		proc, err := st.start(o)
		if err == nil {
			b.addStarted(proc)
		}
		return err
	}
	return b.session(ctx, start, func() (err error) {
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
		s := b.servers[0]
		if s.gen, err = load.NewGenerator(&s.Peer, b.Clients); err != nil {
			return err
		}
		return work(s)
	})
}

// fill sends requests with keys 0, 1, 2, ... until so many are answered, and
// waits for those in flight. It reports what it measured under that name.
func (s *server) fill(name string, b *load.Batch, keys int) (Sample, error) {
	s.gen.Use(name, b)
	sample, err := s.window(cell{name, b.Depth}, forever, uint64(keys))
	if err == nil {
		err = s.gen.Finish()
	}
	return sample, err
}

// newKeys is a batch that sends a key only once, however many are asked for.
func newKeys(t load.Template, depth int) *load.Batch {
	return load.NewBatch(t, depth, load.EveryKey(1<<32))
}
