// listeners.go: connections that have subscribed to a channel and read whatever comes, so that
// a PUBLISH has somebody to go to.
//
// They are read by a thread of their own, in the order in which they are ready, and nothing is
// made of what they get: it is the server that is measured.

package load

import (
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Listeners are the subscribers of one channel of one server.
type Listeners struct {
	*Peer
	channel string
	epfd    int
	fds     []int
	came    []atomic.Int64 // bytes, by listener
	failed  atomic.Pointer[error]
	stop    atomic.Bool
	ended   chan struct{}
}

// Listen subscribes n connections to a channel. pin is called on the thread that reads them.
func Listen(p *Peer, channel string, n int, pin func()) (*Listeners, error) {
	l := &Listeners{Peer: p, channel: channel, came: make([]atomic.Int64, n), ended: make(chan struct{})}
	var err error
	if l.epfd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	for i := range n {
		if err := l.add(i); err != nil {
			close(l.ended)
			l.Drop()
			return nil, fmt.Errorf("listener %d of %d to %s: %w", i+1, n, p, err)
		}
	}
	go l.read(pin)
	return l, nil
}

// add subscribes one.
func (l *Listeners) add(i int) error {
	fd, err := l.Dial()
	if err != nil {
		return err
	}
	l.fds = append(l.fds, fd)
	if _, errno := send(fd, []byte("SUBSCRIBE "+l.channel+"\r\n")); errno != 0 {
		return errno
	}
	want := fmt.Sprintf("*3\r\n$9\r\nsubscribe\r\n$%d\r\n%s\r\n:1\r\n", len(l.channel), l.channel)
	got := make([]byte, 0, len(want))
	for len(got) < len(want) && string(got) == want[:len(got)] {
		n, err := l.recvWithin(fd, got[len(got):cap(got)], l.Patience)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("the server closed it")
		}
		got = got[:len(got)+n]
	}
	if string(got) != want {
		return fmt.Errorf("the server answered SUBSCRIBE with %s", quote(got))
	}
	return unix.EpollCtl(l.epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)})
}

// read reads all of them until it is told to stop, or one has ended.
func (l *Listeners) read(pin func()) {
	defer close(l.ended)
	pin()
	events, in := make([]unix.EpollEvent, 256), make([]byte, 64<<10)
	for !l.stop.Load() {
		n, err := unix.EpollWait(l.epfd, events, int(pollWait.Milliseconds()))
		if err != nil && err != unix.EINTR {
			l.fail(err)
			return
		}
		for _, event := range events[:max(0, n)] {
			size, errno := recv(l.fds[event.Fd], in)
			switch {
			case errno == unix.EAGAIN || errno == unix.EINTR:
			case errno != 0:
				l.fail(errno)
				return
			case size == 0:
				l.fail(fmt.Errorf("%s closed listener %d of %s", l.Peer, event.Fd+1, l.channel))
				return
			}
			l.came[event.Fd].Add(int64(size))
		}
	}
}

func (l *Listeners) fail(err error) { l.failed.Store(&err) }

// Check expects that all have got as much, each of them something, once what is under way has
// come.
func (l *Listeners) Check() error {
	for deadline := time.Now().Add(l.Patience); ; time.Sleep(time.Millisecond) {
		if err := l.failed.Load(); err != nil {
			return *err
		}
		least, most := l.came[0].Load(), l.came[0].Load()
		for i := range l.came {
			least, most = min(least, l.came[i].Load()), max(most, l.came[i].Load())
		}
		switch {
		case least == most && least > 0:
			return nil
		case l.Stop.Load():
			return ErrStopped
		case time.Now().After(deadline):
			return fmt.Errorf("of the listeners to %s at %s one got %d bytes and another one %d", l.channel, l.Peer, least, most)
		}
	}
}

// Drop ends their connections.
func (l *Listeners) Drop() {
	l.stop.Store(true)
	<-l.ended
	for _, fd := range l.fds {
		_ = unix.Close(fd)
	}
	_ = unix.Close(l.epfd)
	l.fds = nil
}
