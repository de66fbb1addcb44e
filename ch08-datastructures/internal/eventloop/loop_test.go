package eventloop

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// newLoop returns a loop that gives up after some seconds, so that a test whose
// event never comes fails and does not hang.
func newLoop(t *testing.T) *Loop {
	l, err := New()
	require.NoError(t, err)
	t.Cleanup(l.Close)
	l.After(10*time.Second, func() time.Duration {
		t.Error("the loop was still running after 10 s")
		l.Stop()
		return 0
	})
	return l
}

// socketPair returns two connected non-blocking sockets.
func socketPair(t *testing.T) (a, b int) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return fds[0], fds[1]
}

func write(t *testing.T, fd int, s string) {
	t.Helper()
	n, err := unix.Write(fd, []byte(s))
	require.NoError(t, err)
	require.Equal(t, len(s), n)
}

func TestWatch_ReportsAgainWhileBytesAreLeft(t *testing.T) {
	l := newLoop(t)
	a, b := socketPair(t)
	write(t, b, "xyz")
	var got []byte
	require.NoError(t, l.Watch(a, Readable, func(ready Events) {
		require.Equal(t, Readable, ready)
		var one [1]byte
		_, err := unix.Read(a, one[:])
		require.NoError(t, err)
		if got = append(got, one[0]); len(got) == 3 {
			l.Stop()
		}
	}))
	require.NoError(t, l.Run())
	require.Equal(t, "xyz", string(got))
}

func TestSetInterest_TurnsWritableOnAndOff(t *testing.T) {
	l := newLoop(t)
	a, b := socketPair(t)
	var calls []Events
	require.NoError(t, l.Watch(a, Readable|Writable, func(ready Events) {
		calls = append(calls, ready)
		if ready&Writable != 0 {
			require.NoError(t, l.SetInterest(a, Readable))
			write(t, b, "x")
			return
		}
		l.Stop()
	}))
	require.NoError(t, l.Run())
	require.Equal(t, []Events{Writable, Readable}, calls)
}

func TestWatch_PeerGoneCountsAsReady(t *testing.T) {
	l := newLoop(t)
	a, b := socketPair(t)
	require.NoError(t, l.Watch(a, Readable, func(ready Events) {
		n, err := unix.Read(a, make([]byte, 1))
		require.NoError(t, err)
		require.Zero(t, n, "the end of the stream")
		l.Stop()
	}))
	require.NoError(t, unix.Shutdown(b, unix.SHUT_RDWR))
	require.NoError(t, l.Run())
}

// Two descriptors are ready in one turn. The first callback forgets the second
// one and watches a new descriptor under the same number, as happens when one
// client's command closes another's connection and a third connects.
func TestForget_DropsTheEventOfAReusedDescriptor(t *testing.T) {
	l := newLoop(t)
	a, aPeer := socketPair(t)
	b, bPeer := socketPair(t)
	fresh, _ := socketPair(t)
	called := map[string]int{}
	replaced := false
	replace := func(self, other int) {
		if replaced {
			return
		}
		replaced = true
		l.Forget(other)
		require.NoError(t, unix.Dup3(fresh, other, 0))
		require.NoError(t, l.Watch(other, Readable, func(Events) { called["stale"]++ }))
		l.Forget(self)
		l.After(time.Millisecond, func() time.Duration { l.Stop(); return 0 })
	}
	require.NoError(t, l.Watch(a, Readable, func(Events) { called["first"]++; replace(a, b) }))
	require.NoError(t, l.Watch(b, Readable, func(Events) { called["first"]++; replace(b, a) }))
	write(t, aPeer, "x")
	write(t, bPeer, "x")
	require.NoError(t, l.Run())
	require.Equal(t, map[string]int{"first": 1}, called)
}

func TestPost_WakesTheSleepingLoop(t *testing.T) {
	l := newLoop(t)
	asleep := make(chan struct{})
	l.BeforeSleep = func() bool {
		select {
		case <-asleep:
		default:
			close(asleep)
		}
		return false
	}
	go func() {
		<-asleep
		l.Post(l.Stop)
	}()
	require.NoError(t, l.Run())
}

func TestPost_LosesNothingFromManyGoroutines(t *testing.T) {
	l := newLoop(t)
	const goroutines, each = 8, 1000
	ran := 0 // no lock: only the loop touches it
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range each {
				l.Post(func() {
					if ran++; ran == goroutines*each {
						l.Stop()
					}
				})
			}
		})
	}
	require.NoError(t, l.Run())
	wg.Wait()
	require.Equal(t, goroutines*each, ran)
}

func TestBeforeSleep_MoreWorkKeepsTheLoopAwake(t *testing.T) {
	l := newLoop(t)
	turns := 0
	l.BeforeSleep = func() bool {
		if turns++; turns == 100 {
			l.Stop()
		}
		return true
	}
	require.NoError(t, l.Run()) // with nothing to wake it: it would sleep till the timer
	require.Equal(t, 100, turns)
}

func TestNow_StandsStillWithinATurn(t *testing.T) {
	l := newLoop(t)
	var before, after time.Time
	l.Post(func() { before = l.Now(); time.Sleep(2 * time.Millisecond) })
	l.Post(func() { after = l.Now(); l.Stop() })
	require.NoError(t, l.Run())
	require.Equal(t, before, after)
}

// What other goroutines post is not what the loop is there for.
func TestQuiet_EndsWhenADescriptorIsReady(t *testing.T) {
	l := newLoop(t)
	a, aPeer := socketPair(t)
	require.NoError(t, l.Watch(a, Readable, func(Events) {}))
	poll := func() time.Duration {
		_, err := l.Poll()
		require.NoError(t, err)
		return l.Quiet()
	}
	before := poll()
	require.Positive(t, before)
	l.Post(func() {})
	require.Greater(t, poll(), before)
	write(t, aPeer, "x")
	require.Zero(t, poll())
}

func TestPoll_TakesATurnAndDoesNotSleep(t *testing.T) {
	l := newLoop(t)
	a, b := socketPair(t)
	got := 0
	require.NoError(t, l.Watch(a, Readable, func(Events) {
		var one [1]byte
		n, _ := unix.Read(a, one[:])
		got += n
	}))
	for range 3 {
		stopped, err := l.Poll() // with nothing to wait for: 10 s, if it slept
		require.NoError(t, err)
		require.False(t, stopped)
	}
	require.Zero(t, got)
	write(t, b, "xy")
	for want := 1; want <= 2; want++ {
		_, err := l.Poll()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	l.Post(l.Stop)
	stopped, err := l.Poll()
	require.NoError(t, err)
	require.True(t, stopped)
}
