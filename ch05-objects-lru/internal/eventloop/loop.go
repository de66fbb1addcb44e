//go:build linux

// Package eventloop waits for many things at once, on one thread: descriptors
// that can be read or written, timers, and functions posted by other
// goroutines. It knows nothing of Redis.
//
//	loop.go         descriptors, posted functions, the turn
//	timers.go       what is due at a time
//	unsupported.go  what a build says where there is no epoll
//
//	     ┌────────────────────────────────────────────────┐
//	     ▼                                                │
//	beforeSleep ──▶ epoll_wait ──▶ read the clock ──▶ callbacks ──▶ timers
//	(work that is    (sleeps until    (once a turn)     of ready
//	 still owed)      something is                      descriptors
//	                  ready, or a
//	                  timer is due)
//
// One round is a turn. While a callback runs nothing else does, so callbacks
// share their data without locks, and must never block.
//
// Readiness is level-triggered: epoll reports a descriptor again each turn for
// as long as it stays ready, so a callback may leave bytes for the next turn.
//
// Redis: ae.c (aeProcessEvents), ae_epoll.c (aeApiPoll).
package eventloop

import (
	"fmt"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Events is a set of ways in which a descriptor can be ready.
type Events uint32

// What a descriptor can be watched for. A descriptor in error, or whose peer is
// gone, counts as ready for whatever it is watched for: the next call on it
// says what happened.
const (
	Readable Events = unix.EPOLLIN
	Writable Events = unix.EPOLLOUT
)

// maxEvents is how many descriptors one epoll_wait may report. More wait for
// the next turn; the kernel takes turns among them.
const maxEvents = 1024

// Loop is an event loop. Only Post may be called from other goroutines than
// the one that runs it.
type Loop struct {
	epfd    int
	events  []unix.EpollEvent // filled by epoll_wait
	watches []watch           // by descriptor
	timers  timerHeap
	now     time.Time // when this turn's epoll_wait returned
	nowMs   int64     // the same in Unix milliseconds
	busy    bool      // the last turn had several events
	ready   time.Time // when a descriptor was last ready
	stopped bool

	// BeforeSleep, if set, runs before each epoll_wait. It reports whether
	// work is left that waits for no event: then the loop looks for events but
	// does not sleep.
	BeforeSleep func() (more bool)

	wakeFd int // an eventfd: written by Post, watched by the loop
	mu     sync.Mutex
	posted []func() // guarded by mu
}

// watch is what is known of one descriptor. A free one has no callback.
type watch struct {
	callback func(ready Events)
	interest Events
	// generation tells the descriptor from one closed earlier in the same turn
	// whose number it was given: an event reported for that one is stale.
	generation int32
}

// New returns a loop that watches nothing yet. Close frees it.
func New() (*Loop, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	// The Go runtime has an epoll of its own. It opens that when it first needs it, which may be at
	// a garbage collection, and if there is no descriptor left by then it ends the process. A timer
	// makes it need it now.
	time.AfterFunc(0, func() {})
	wakeFd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(epfd)
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	l := &Loop{epfd: epfd, wakeFd: wakeFd, events: make([]unix.EpollEvent, maxEvents)}
	l.setNow()
	l.ready = l.now
	if err := l.Watch(wakeFd, Readable, func(Events) { l.runPosted() }); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Close frees the loop's own descriptors. The watched ones are their owners' to
// close.
func (l *Loop) Close() {
	unix.Close(l.wakeFd)
	unix.Close(l.epfd)
}

// Watch makes the loop call callback whenever fd is ready for something in
// interest. The descriptor must not be watched already. O(1), one system call.
func (l *Loop) Watch(fd int, interest Events, callback func(ready Events)) error {
	for fd >= len(l.watches) {
		l.watches = append(l.watches, watch{})
	}
	w := &l.watches[fd]
	w.generation++
	w.callback, w.interest = callback, interest
	if err := l.control(unix.EPOLL_CTL_ADD, fd); err != nil {
		w.callback = nil
		return err
	}
	return nil
}

// SetInterest changes what a watched fd is watched for. It makes a system call
// only where that is a change.
func (l *Loop) SetInterest(fd int, interest Events) error {
	w := &l.watches[fd]
	if w.interest == interest {
		return nil
	}
	w.interest = interest
	return l.control(unix.EPOLL_CTL_MOD, fd)
}

// Forget ends the watch of fd, from this moment on: an event of this turn that
// its callback has not seen yet is dropped. Call it before closing fd.
func (l *Loop) Forget(fd int) {
	l.watches[fd].callback = nil
	// It fails only if fd is not watched or already closed: then it is forgotten.
	_ = unix.EpollCtl(l.epfd, unix.EPOLL_CTL_DEL, fd, nil)
}

func (l *Loop) control(op, fd int) error {
	w := &l.watches[fd]
	// The kernel hands these 64 bits back as they are: descriptor and generation.
	event := unix.EpollEvent{Events: uint32(w.interest), Fd: int32(fd), Pad: w.generation}
	if err := unix.EpollCtl(l.epfd, op, fd, &event); err != nil {
		return fmt.Errorf("epoll_ctl: %w", err)
	}
	return nil
}

// Post makes the loop call fn in its next turn, waking it if it sleeps. It may
// be called from any goroutine, also before Run. What is posted after the last
// turn is never called.
func (l *Loop) Post(fn func()) {
	l.mu.Lock()
	l.posted = append(l.posted, fn)
	first := len(l.posted) == 1
	l.mu.Unlock()
	if first { // otherwise the loop has been woken already
		one := [8]byte{7: 1} // any number but 0, in either byte order
		_, _ = unix.Write(l.wakeFd, one[:])
	}
}

func (l *Loop) runPosted() {
	var count [8]byte
	_, _ = unix.Read(l.wakeFd, count[:]) // back to zero: not readable
	l.mu.Lock()
	posted := l.posted
	l.posted = nil
	l.mu.Unlock()
	for _, fn := range posted {
		fn()
	}
}

// Now is the time at which this turn began. Everything done in one turn happens
// at one time.
func (l *Loop) Now() time.Time { return l.now }

// NowMs is Now in Unix milliseconds.
func (l *Loop) NowMs() int64 { return l.nowMs }

// Quiet is how long no descriptor has been ready, when this turn began. What takes
// long and has time may use that time for more of its work.
func (l *Loop) Quiet() time.Duration { return l.now.Sub(l.ready) }

// Stop makes Run return after this turn.
func (l *Loop) Stop() { l.stopped = true }

// Run takes turns until Stop. Its error is that of epoll_wait.
func (l *Loop) Run() error {
	for !l.stopped {
		if err := l.turn(true); err != nil {
			return err
		}
	}
	return nil
}

// Poll takes one turn that does not sleep. Work that takes long, and cannot be
// cut into timers, calls it now and then so that others have theirs. It reports
// whether Stop was called.
func (l *Loop) Poll() (stopped bool, err error) {
	err = l.turn(false)
	return l.stopped, err
}

func (l *Loop) turn(maySleep bool) error {
	more := l.BeforeSleep != nil && l.BeforeSleep()
	n, err := l.wait(more || !maySleep)
	if err != nil {
		return err
	}
	for _, event := range l.events[:n] {
		l.dispatch(event)
	}
	l.runTimers()
	return nil
}

// wait asks for events: without sleeping if there is more to do, else until one
// comes or a timer is due. It sets the turn's time.
func (l *Loop) wait(more bool) (n int, err error) {
	// After a turn with several events there are probably more by now.
	if more || l.busy {
		n, err = l.poll()
	}
	if n == 0 && !more {
		// Sleeping goes through the scheduler (a Syscall, not a RawSyscall), so
		// that other goroutines may have this one's processor meanwhile.
		n, err = unix.EpollWait(l.epfd, l.events, l.untilNextTimer())
	}
	l.setNow()
	if err == unix.EINTR { // a signal: the runtime's own, or one that Post will tell of
		n, err = 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("epoll_wait: %w", err)
	}
	l.busy = n > 1
	if n > 1 || n == 1 && int(l.events[0].Fd) != l.wakeFd {
		l.ready = l.now
	}
	return n, nil
}

func (l *Loop) setNow() {
	l.now = time.Now()
	l.nowMs = l.now.UnixMilli()
}

// poll asks for events and never sleeps, so the scheduler need not know.
func (l *Loop) poll() (n int, err error) {
	r, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(l.epfd),
		uintptr(unsafe.Pointer(&l.events[0])), uintptr(len(l.events)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(r), nil
}

func (l *Loop) dispatch(event unix.EpollEvent) {
	w := &l.watches[event.Fd]
	if w.callback == nil || w.generation != event.Pad {
		return
	}
	ready := Events(event.Events)
	if event.Events&(unix.EPOLLERR|unix.EPOLLHUP) != 0 {
		ready = w.interest
	}
	if ready &= w.interest; ready != 0 {
		w.callback(ready)
	}
}
