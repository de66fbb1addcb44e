// memory.go: the flags of the runs that fill servers, each a fresh one.
//
//	-memory N       what N keys take, and how much of it a server knows of
//	-tail N         the slowest replies, and stalls, with N keys
//	-evicting N     what it costs to make room for each of so many new keys
//	-allocators N   N keys in Go's heap, and outside of it

package main

import (
	"context"
	"flag"
	"fmt"
	"slices"

	"redis-internals/common/bench"
)

// filling is one of these flags.
type filling struct {
	flag   string
	keys   int
	from   int // the first chapter that has what it measures
	needs  string
	others []string

	rounds  int // by default
	seconds float64
}

// runner is one of package bench's runs.
type runner func(context.Context, bench.Config) (*bench.Report, error)

const (
	heapChapter   = 5 // the last that keeps its keys in Go's heap
	memoryChapter = 6 // the first that does not, and that has maxmemory
)

// defaultDepth is the pipeline of these runs.
const defaultDepth = "16"

func newFillings() []*filling {
	return []*filling{
		{flag: "memory", from: memoryChapter, needs: "MEMORY", others: []string{"clients", "size"}, rounds: 3},
		{flag: "tail", from: 3, needs: "keys", others: []string{"clients", "pipeline", "seconds", "size"}, rounds: 3, seconds: 30},
		{flag: "evicting", from: memoryChapter, needs: "maxmemory", others: []string{"clients", "pipeline", "size"}, rounds: 5},
		{flag: "allocators", from: memoryChapter, needs: "allocator of its own", others: []string{"clients", "pipeline", "seconds", "size"}, rounds: 3, seconds: 10},
	}
}

func (o *options) fillingFlags(fs *flag.FlagSet) {
	o.fillings = newFillings()
	for _, m := range o.fillings {
		usage := map[string]string{
			"memory":     "measure instead what so many `keys` take, without and with a TTL: resident memory, used_memory,\nand what FLUSHALL gives back (from chapter 6; 3 rounds)",
			"tail":       "measure instead the slowest replies and the stalls: SET of so many new `keys`, then of random ones\n(3 rounds of 30 seconds, 16 in the pipeline)",
			"evicting":   "measure instead what evicting costs: SET of so many new `keys`, half of them at maxmemory\n(from chapter 6; 16 in the pipeline)",
			"allocators": "measure instead so many `keys` in Go's heap (chapter 5) and outside of it: memory, garbage\ncollections, the slowest replies (from chapter 6; 3 rounds of 10 seconds, 16 in the pipeline)",
		}[m.flag]
		fs.IntVar(&m.keys, m.flag, 0, usage)
	}
}

// resolveFilling settles which of the flags was given, and what goes with it.
func (o *options) resolveFilling(f *flags) error {
	for _, m := range o.fillings {
		if !f.set[m.flag] {
			continue
		}
		least := 1
		if m.flag == "evicting" {
			least = 2 // halves
		}
		if m.keys < least || m.keys > most {
			return fmt.Errorf("-%s %d: give a number from %d to %d", m.flag, m.keys, least, most)
		}
		if err := f.onlyWith(m.flag, append(slices.Concat([]string{"ch", "rounds"}, m.others), "json", "peer", "no-redis")...); err != nil {
			return err
		}
		o.filling, o.config.Keys = m, m.keys
		if !f.set["rounds"] {
			o.config.Rounds = m.rounds
		}
		if !f.set["pipeline"] {
			f.pipeline = defaultDepth
		}
		if !f.set["seconds"] && m.seconds > 0 {
			f.seconds = m.seconds
		}
	}
	return nil
}

// hasFilling checks that the chapter has what the flag is about.
func (o *options) hasFilling() error {
	m := o.filling
	switch {
	case m == nil:
		return nil
	case len(o.config.Pipeline) != 1:
		return fmt.Errorf("-%s takes one number with -pipeline", m.flag)
	case o.config.Upto < m.from:
		return fmt.Errorf("-%s: chapter %d has no %s; chapter %d is the first", m.flag, o.config.Upto, m.needs, m.from)
	}
	return nil
}

// runFilling is the run of the flag.
func (o *options) runFilling() runner {
	switch o.filling.flag {
	case "memory":
		return bench.RunMemory
	case "tail":
		return bench.RunTail
	case "evicting":
		return bench.RunEvicting
	}
	return func(ctx context.Context, cfg bench.Config) (*bench.Report, error) {
		return bench.RunAllocators(ctx, cfg, o.heap)
	}
}
