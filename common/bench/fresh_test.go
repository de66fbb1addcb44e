package bench

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
	"redis-internals/common/bench/load"
	"redis-internals/common/chapters"
	"redis-internals/common/harness"
)

// filling is a run of a kind that takes a fraction of a second.
func filling(t *testing.T, mode string, rounds, keys int) *bench {
	t.Helper()
	return newFresh(Config{
		Chapter: &chapters.Chapter{Name: "ch09-test", Number: 9}, Rounds: rounds, Clients: 3, Pipeline: []int{4},
		Measure: 50 * time.Millisecond, Keys: keys, Size: 10, patience: time.Minute, still: time.Millisecond,
	}, mode)
}

// named starts a server under another name.
func named(name string, start func(harness.Options) (*harness.Server, error)) starter {
	return starter{name, func(o harness.Options) (*harness.Server, error) {
		s, err := start(o)
		if err == nil {
			s.Name = name
		}
		return s, err
	}}
}

// redisTwice is redis-server beside itself. Without one the test is skipped.
func redisTwice(t *testing.T) []starter {
	t.Helper()
	benchtest.StartRedis(t).Kill() // or skip
	return []starter{named("ch09", harness.StartRedis), named("redis", harness.StartRedis)}
}

// respond starts a responder as a process.
func respond(o harness.Options) (*harness.Server, error) {
	o.Env = append(o.Env, benchtest.AsProcess+"=honest")
	return harness.StartBinary("responder", os.Args[0], o)
}

func TestFresh_EveryMeasurementHasAServerOfItsOwnAndTheOrderTurns(t *testing.T) {
	b := filling(t, modeTail, 2, 5000)
	var steps []Step
	b.Progress = func(s Step) { steps = append(steps, s) }
	var order []string
	pids := map[int]bool{}
	err := b.onFresh(t.Context(), []starter{named("ch09", respond), named("redis", respond)}, []string{"a", "b"},
		func(s *server, round int, variant string) error {
			for pid := range pids {
				require.True(t, gone(pid), "one server at a time")
			}
			pids[s.proc.Pid()] = true
			require.Equal(t, 3, s.gen.Size())
			order = append(order, s.Name+" "+variant)
			return nil
		})
	require.NoError(t, err)
	require.Equal(t, []string{
		"ch09 a", "ch09 b", "redis a", "redis b",
		"redis b", "redis a", "ch09 b", "ch09 a",
	}, order)
	require.Len(t, pids, 8)
	require.Equal(t, Step{Round: 2, Rounds: 2, Done: 5, Total: 8, What: "round 2 of 2: a, redis"}, steps[5])
}

func TestFresh_StopsWithTheContextAndLeavesNoServerBehind(t *testing.T) {
	b := filling(t, modeTail, 2, 5000)
	ctx, cancel := context.WithCancel(t.Context())
	pid := 0
	err := b.onFresh(ctx, []starter{named("ch09", respond)}, []string{"a"}, func(s *server, _ int, _ string) error {
		pid = s.proc.Pid()
		cancel()
		_, err := s.fill("set", newKeys(load.Set(10), 4), 1<<30)
		return err
	})
	require.Equal(t, context.Canceled, err)
	require.True(t, gone(pid))
}

func TestFill_SendsEachKeyOnceAndGoesOnWhereItWas(t *testing.T) {
	r, addr := benchtest.Serve(t, nil)
	p := peerAt(addr)
	s := &server{Peer: *p, gen: clientsOf(t, addr, 3)}
	batch := newKeys(load.Set(10), 4)
	sum := 0
	for range 2 {
		sample, err := s.fill("set", batch, 100)
		require.NoError(t, err)
		require.GreaterOrEqual(t, sample.Requests, uint64(100))
		require.Less(t, sample.Requests, uint64(100+4*3))
		sum += 100
	}
	require.Len(t, r.Values(), r.Counted(), "no key comes twice")
	require.GreaterOrEqual(t, r.Counted(), sum)
}
