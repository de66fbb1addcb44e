// socket.go: the few system calls of the generator, without Go's netpoller.
//
// send and recv go through RawSyscall: on a non-blocking socket they never
// wait, so the runtime need not be told that the thread leaves for the kernel.
// What does wait (await, and epoll_wait in generator.go) waits in short pieces,
// so that a stop is noticed.

package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// pollWait bounds one wait in the kernel.
	pollWait = 100 * time.Millisecond
	// DefaultPatience is how long no reply at all may come before a run fails.
	DefaultPatience = 10 * time.Second
)

// ErrStopped ends a run that was told to stop.
var ErrStopped = errors.New("stopped")

// Peer is a server as its clients see it.
type Peer struct {
	Name     string
	Addr     string // as it was given, for errors
	To       netip.AddrPort
	Patience time.Duration
	Stop     *atomic.Bool // another goroutine sets it to end every wait
}

func (p *Peer) String() string { return p.Name + " (" + p.Addr + ")" }

// Resolve turns host:port into an address, of IPv4 where the host has one.
func Resolve(ctx context.Context, addr string) (netip.AddrPort, error) {
	if to, err := netip.ParseAddrPort(addr); err == nil {
		return netip.AddrPortFrom(to.Addr().Unmap(), to.Port()), nil
	}
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(preferIPv4(found), uint16(port)), nil
}

// preferIPv4 picks one address; there is at least one.
func preferIPv4(found []netip.Addr) netip.Addr {
	for _, ip := range found {
		if ip.Unmap().Is4() {
			return ip.Unmap()
		}
	}
	return found[0]
}

// Dial connects a non-blocking TCP socket.
func (p *Peer) Dial() (fd int, err error) {
	family, sa := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Port: int(p.To.Port()), Addr: p.To.Addr().As16()})
	if p.To.Addr().Is4() {
		family, sa = unix.AF_INET, &unix.SockaddrInet4{Port: int(p.To.Port()), Addr: p.To.Addr().As4()}
	}
	fd, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("making a socket: %w", err)
	}
	err = unix.Connect(fd, sa)
	if errors.Is(err, unix.EINPROGRESS) || errors.Is(err, unix.EINTR) {
		err = p.connected(fd)
	}
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("connecting to %s: %w", p, err)
	}
	return fd, nil
}

// connected waits for the end of a connect that goes on in the background.
func (p *Peer) connected(fd int) error {
	if err := await(fd, unix.POLLOUT, p.Patience, p.Stop); err != nil {
		return err
	}
	failed, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && failed != 0 {
		err = unix.Errno(failed)
	}
	return err
}

// recvWithin reads from a socket, waiting up to timeout for something to come. It
// returns 0 bytes at the end of the stream, unix.ETIMEDOUT when nothing came.
func (p *Peer) recvWithin(fd int, in []byte, timeout time.Duration) (int, error) {
	for {
		n, errno := recv(fd, in)
		if errno == 0 {
			return n, nil
		}
		if errno != unix.EAGAIN && errno != unix.EINTR {
			return 0, errno
		}
		if err := await(fd, unix.POLLIN, timeout, p.Stop); err != nil {
			return 0, err
		}
	}
}

// await waits until the socket is ready for the events. The error is
// unix.ETIMEDOUT after the timeout, ErrStopped after a stop.
func await(fd int, events int16, timeout time.Duration, stop *atomic.Bool) error {
	deadline := time.Now().Add(timeout)
	for !stop.Load() {
		left := time.Until(deadline)
		if left <= 0 {
			return unix.ETIMEDOUT
		}
		wait := []unix.PollFd{{Fd: int32(fd), Events: events}}
		n, err := unix.Poll(wait, int(min(left, pollWait).Milliseconds())+1)
		if n > 0 {
			return nil
		}
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
	}
	return ErrStopped
}

// send writes what the socket takes of p, which must not be empty.
func send(fd int, p []byte) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd),
		uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0)
	return int(n), errno
}

// recv reads what is there into p, which must not be empty. 0 is the end.
func recv(fd int, p []byte) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd),
		uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), 0, 0, 0)
	return int(n), errno
}

// epollNow returns the events that are ready, without waiting.
func epollNow(epfd int, events []unix.EpollEvent) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd),
		uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	return int(n), errno
}
