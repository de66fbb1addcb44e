//go:build linux

// timers.go: what is due at a time. The timers are a heap:
//
//	index    0   1   2   3   4             3
//	due    [ 3 | 5 | 4 | 9 | 6 ]         /   \      none is due before the one
//	                                    5     4     above it: those below index i
//	                                   / \          stand at 2i+1 and 2i+2
//	                                  9   6
//
// So the first is the next one due, at no cost. One that is added, or put off,
// changes places with the one above or below it until both are right: O(log n).
// Redis searches a list of its few timers each time: ae.c, usUntilEarliestTimer.

package eventloop

import "time"

// Timer is a function that waits for its time.
type Timer struct {
	loop *Loop
	due  time.Time
	fn   func() (again time.Duration)
	at   int // its index in loop.timers; -1 once it has ended
}

type timerHeap []*Timer

// After calls fn once delay has passed, and again after each delay that fn
// returns, until it returns 0 or the timer is stopped. O(log n). Redis: ae.c,
// aeCreateTimeEvent.
func (l *Loop) After(delay time.Duration, fn func() (again time.Duration)) *Timer {
	t := &Timer{loop: l, due: time.Now().Add(delay), fn: fn, at: len(l.timers)}
	l.timers = append(l.timers, t)
	l.timers.settle(t.at)
	return t
}

// Stop ends the timer: its function is not called any more. Stopping one that
// has ended does nothing. O(log n).
func (t *Timer) Stop() {
	if t.at < 0 {
		return
	}
	timers, hole, last := t.loop.timers, t.at, len(t.loop.timers)-1
	timers.swap(hole, last)
	timers[last] = nil
	t.loop.timers, t.at = timers[:last], -1
	if hole < last {
		t.loop.timers.settle(hole)
	}
}

// settle moves the timer at index i, the only one that may be out of place, to
// where it belongs.
func (h timerHeap) settle(i int) {
	for above := (i - 1) / 2; i > 0 && h[i].due.Before(h[above].due); above = (i - 1) / 2 {
		h.swap(i, above)
		i = above
	}
	for {
		first := i
		for below := 2*i + 1; below <= 2*i+2 && below < len(h); below++ {
			if h[below].due.Before(h[first].due) {
				first = below
			}
		}
		if first == i {
			return
		}
		h.swap(i, first)
		i = first
	}
}

func (h timerHeap) swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// untilNextTimer is how long epoll_wait may sleep, in milliseconds; -1 is for
// ever. O(1).
func (l *Loop) untilNextTimer() int {
	if len(l.timers) == 0 {
		return -1
	}
	// Rounded up: a timer must not be found not quite due, again and again.
	ms := (time.Until(l.timers[0].due) + time.Millisecond - 1) / time.Millisecond
	return int(max(0, ms))
}

// runTimers calls what is due, in order. What its functions put off or add is due
// after this turn's time, and waits for a later one.
func (l *Loop) runTimers() {
	for len(l.timers) > 0 && !l.timers[0].due.After(l.now) {
		t := l.timers[0]
		switch again := t.fn(); {
		case t.at < 0: // fn has stopped it
		case again > 0:
			t.due = l.now.Add(again)
			l.timers.settle(t.at)
		default:
			t.Stop()
		}
	}
}
