// idle.go: connections that are open and silent, to see what they cost the
// ones that are not. (An event loop asks epoll for those that are ready and
// never looks at the rest; a select or poll loop would walk them all.)

package bench

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// idlers are the silent connections to one server.
type idlers struct {
	*peer
	fds []int
}

// openIdle opens n connections, one after the other. Each says one PING and
// gets its answer: a server over its limit accepts a connection only to close it.
func openIdle(p *peer, n int) (*idlers, error) {
	s := &idlers{peer: p}
	for i := range n {
		fd, err := p.dial()
		if err == nil {
			s.fds = append(s.fds, fd)
			err = s.pingOnce(fd)
		}
		if err != nil {
			s.drop()
			return nil, fmt.Errorf("idle connection %d of %d to %s: %w", i+1, n, p, err)
		}
	}
	return s, nil
}

func (s *idlers) pingOnce(fd int) error {
	if _, errno := send(fd, []byte("PING\r\n")); errno != 0 {
		return errno
	}
	var in [256]byte
	n, err := s.recvWithin(fd, in[:], s.patience)
	if err != nil {
		return err
	}
	if n == 0 {
		return errors.New("the server closed it")
	}
	if got := string(in[:n]); got != "+PONG\r\n" {
		return fmt.Errorf("the server answered PING with %q", got)
	}
	return nil
}

// hangUp checks that all connections are still held, ends them, and waits until
// the server has ended its side too: what is measured next runs without them.
func (s *idlers) hangUp() error {
	defer s.drop()
	var in [256]byte
	for _, fd := range s.fds {
		switch n, errno := recv(fd, in[:]); {
		case errno == unix.EAGAIN:
		case errno == 0 && n == 0:
			return fmt.Errorf("%s closed an idle connection during the run", s.peer)
		case errno == 0:
			return fmt.Errorf("%s sent %s over an idle connection", s.peer, quote(in[:n]))
		default:
			return fmt.Errorf("an idle connection to %s: %w", s.peer, errno)
		}
		_ = unix.Shutdown(fd, unix.SHUT_WR)
	}
	for _, fd := range s.fds {
		if n, err := s.recvWithin(fd, in[:], s.patience); err != nil || n != 0 {
			return fmt.Errorf("%s did not close an idle connection after its client did (%d bytes came, error: %v)", s.peer, n, err)
		}
	}
	return nil
}

// drop closes our side.
func (s *idlers) drop() {
	for _, fd := range s.fds {
		_ = unix.Close(fd)
	}
	s.fds = nil
}

// spareFiles is what a process opens beside its connections, generously.
const spareFiles = 100

// allowFiles raises the limit of open files, for this process and the servers it
// starts from now on, so that a process can hold n connections.
func allowFiles(n int) error {
	need := uint64(n + spareFiles)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("reading the limit of open files: %w", err)
	}
	hard := limit.Max
	limit.Max = max(hard, need) // above the hard limit only root may go
	limit.Cur = limit.Max
	if unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) == nil {
		return nil
	}
	if hard < need {
		return fmt.Errorf("%d connections need %d open files, and the hard limit is %d (ulimit -Hn): raise it, or take fewer connections",
			n, need, hard)
	}
	limit.Max, limit.Cur = hard, hard
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
}
