package bench

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
	startRedis(t).Kill() // or skip
	return []starter{named("ch09", harness.StartRedis), named("redis", harness.StartRedis)}
}

// respond starts a responder as a process.
func respond(o harness.Options) (*harness.Server, error) {
	o.Env = append(o.Env, asProcess+"=honest")
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
			require.Len(t, s.gen.clients, 3)
			order = append(order, s.name+" "+variant)
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
		_, err := s.fill("set", newKeys(set(10), 4), 1<<30)
		return err
	})
	require.Equal(t, context.Canceled, err)
	require.True(t, gone(pid))
}

func TestFill_SendsEachKeyOnceAndGoesOnWhereItWas(t *testing.T) {
	r, addr := serve(t, nil)
	p := peerOf(addr)
	s := &server{peer: *p, gen: connect(t, addr, 3)}
	batch := newKeys(set(10), 4)
	sum := 0
	for range 2 {
		sample, err := s.fill("set", batch, 100)
		require.NoError(t, err)
		require.GreaterOrEqual(t, sample.Requests, uint64(100))
		require.Less(t, sample.Requests, uint64(100+4*3))
		sum += 100
	}
	require.Len(t, r.values, r.counted(), "no key comes twice")
	require.GreaterOrEqual(t, r.counted(), sum)
}

// answering asks a responder that always answers like this.
func answering(t *testing.T, reply string) *question {
	t.Helper()
	_, addr := serve(t, func(int, []string) (string, bool) { return reply, false })
	s := &server{peer: *peerOf(addr)}
	s.patience = 200 * time.Millisecond
	q, err := s.questions()
	require.NoError(t, err)
	t.Cleanup(q.close)
	return q
}

func TestQuestion_ReadsAFigureOfInfo(t *testing.T) {
	const text = "# Memory\r\nused_memory_human:1M\r\nused_memory:1234\r\nmaxmemory:x\r\n"
	q := answering(t, "$"+number(float64(len(text)), 0)+"\r\n"+text+"\r\n")
	n, err := q.info("memory", "used_memory")
	require.NoError(t, err)
	require.EqualValues(t, 1234, n)
	_, err = q.info("memory", "maxmemory")
	require.ErrorContains(t, err, `says in INFO memory: "maxmemory:x\r\n"`)
	_, err = q.info("memory", "used")
	require.ErrorContains(t, err, "has no used in INFO memory")
}

func TestQuestion_SaysWhatTheAnswerWas(t *testing.T) {
	for name, row := range map[string]struct {
		reply, says string
		ask         func(*question) error
	}{
		"not as it must be":   {"-ERR no\r\n", `answered FLUSHALL with "-ERR no"`, func(q *question) error { return q.must("FLUSHALL", "+OK") }},
		"no number":           {"+OK\r\n", `answered DBSIZE with "+OK"`, func(q *question) error { _, err := q.number("DBSIZE"); return err }},
		"no digits":           {":x\r\n", `answered DBSIZE with ":x"`, func(q *question) error { _, err := q.number("DBSIZE"); return err }},
		"an error for a bulk": {"-ERR no\r\n", `answered INFO x with "-ERR no"`, func(q *question) error { _, err := q.bulk("INFO x"); return err }},
		"nothing for a bulk":  {"$-1\r\n", `answered INFO x with "$-1"`, func(q *question) error { _, err := q.bulk("INFO x"); return err }},
		"an empty line":       {"\r\n", `answered INFO x with ""`, func(q *question) error { _, err := q.bulk("INFO x"); return err }},
		"a part of a bulk":    {"$9\r\nabc", "reading the reply to INFO x from", func(q *question) error { _, err := q.bulk("INFO x"); return err }},
		"a bulk without end":  {"$3\r\nabc", "reading the reply to INFO x from", func(q *question) error { _, err := q.bulk("INFO x"); return err }},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, row.ask(answering(t, row.reply)), row.says) })
	}
}
