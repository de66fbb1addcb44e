package eventloop

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// check holds the heap against what it promises.
func (h timerHeap) check(t *testing.T) {
	t.Helper()
	for i, timer := range h {
		require.Equal(t, i, timer.at)
		require.False(t, timer.due.Before(h[(max(i, 1)-1)/2].due), "index %d", i)
	}
}

// advance runs what is due at a time.
func (l *Loop) advance(now time.Time) {
	l.now = now
	l.runTimers()
}

func TestTimers_RunInTheOrderInWhichTheyAreDue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var l Loop
		var ran, want []time.Duration
		for range random.IntN(60) {
			delay := time.Duration(random.IntN(40)) * time.Hour
			timer := l.After(delay, func() time.Duration { ran = append(ran, delay); return 0 })
			l.timers.check(t)
			if random.IntN(3) > 0 {
				want = append(want, delay)
				continue
			}
			timer.Stop()
			require.Equal(t, -1, timer.at)
			l.timers.check(t)
			timer.Stop() // does nothing
		}
		slices.Sort(want)
		l.advance(time.Now().Add(1000 * time.Hour))
		require.Equal(t, want, ran)
		require.Empty(t, l.timers)
	}
}

func TestTimers_StoppingAnyOfThemKeepsTheOrder(t *testing.T) {
	const n = 20
	for stopped := range n {
		var l Loop
		timers := make([]*Timer, n)
		ran := 0
		for i := range timers {
			timers[i] = l.After(time.Duration(n-i)*time.Hour, func() time.Duration { ran++; return 0 })
		}
		timers[stopped].Stop()
		l.timers.check(t)
		l.advance(time.Now().Add(n * time.Hour))
		require.Equal(t, n-1, ran)
	}
}

func TestTimers_RunAgainAfterTheDelayTheyReturn(t *testing.T) {
	var l Loop
	delays := []time.Duration{time.Hour, 3 * time.Hour, 0}
	ran := 0
	l.After(time.Hour, func() time.Duration { ran++; return delays[ran-1] })
	start := time.Now()
	for _, at := range []struct {
		hours time.Duration
		ran   int
	}{{0, 0}, {1, 1}, {2, 2}, {3, 2}, {4, 2}, {5, 3}, {100, 3}} {
		l.advance(start.Add(at.hours*time.Hour + time.Minute))
		require.Equal(t, at.ran, ran, "after %d hours", at.hours)
		l.timers.check(t)
	}
	require.Empty(t, l.timers)
}

func TestTimers_OneMayStopItselfAndAnother(t *testing.T) {
	var l Loop
	var first, second *Timer
	first = l.After(time.Hour, func() time.Duration {
		first.Stop()
		second.Stop()
		return time.Hour // too late
	})
	second = l.After(2*time.Hour, func() time.Duration { t.Error("it was stopped"); return 0 })
	l.advance(time.Now().Add(3 * time.Hour))
	require.Empty(t, l.timers)
}

func TestTimers_OneThatIsAddedWaitsForTheNextTurn(t *testing.T) {
	var l Loop
	turns := 0
	var again func() time.Duration
	again = func() time.Duration {
		turns++
		l.After(0, again)
		return 0
	}
	l.After(0, again)
	for turn := range 3 {
		turnsTime := l.timers[0].due
		for !time.Now().After(turnsTime) { // the clock has moved on when it is added
		}
		l.advance(turnsTime)
		require.Equal(t, turn+1, turns)
	}
}

func TestAfter_WakesTheSleepingLoop(t *testing.T) {
	l := newLoop(t)
	start := time.Now()
	l.After(5*time.Millisecond, func() time.Duration { l.Stop(); return 0 })
	require.NoError(t, l.Run())
	require.GreaterOrEqual(t, time.Since(start), 5*time.Millisecond)
}
