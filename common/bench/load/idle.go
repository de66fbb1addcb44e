// idle.go: connections that are open and silent, to see what they cost the
// ones that are not. (An event loop asks epoll for those that are ready and
// never looks at the rest; a select or poll loop would walk them all.)

package load

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Idlers are the silent connections to one server.
type Idlers struct {
	*Peer
	fds []int
}

// OpenIdle opens n connections, one after the other. Each says one PING and
// gets its answer: a server over its limit accepts a connection only to close it.
func OpenIdle(p *Peer, n int) (*Idlers, error) {
	s := &Idlers{Peer: p}
	for i := range n {
		fd, err := p.Dial()
		if err == nil {
			s.fds = append(s.fds, fd)
			err = s.pingOnce(fd)
		}
		if err != nil {
			s.Drop()
			return nil, fmt.Errorf("idle connection %d of %d to %s: %w", i+1, n, p, err)
		}
	}
	return s, nil
}

func (s *Idlers) pingOnce(fd int) error {
	if _, errno := send(fd, []byte("PING\r\n")); errno != 0 {
		return errno
	}
	var in [256]byte
	n, err := s.recvWithin(fd, in[:], s.Patience)
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

// HangUp checks that all connections are still held, ends them, and waits until
// the server has ended its side too: what is measured next runs without them.
func (s *Idlers) HangUp() error {
	defer s.Drop()
	var in [256]byte
	for _, fd := range s.fds {
		switch n, errno := recv(fd, in[:]); {
		case errno == unix.EAGAIN:
		case errno == 0 && n == 0:
			return fmt.Errorf("%s closed an idle connection during the run", s.Peer)
		case errno == 0:
			return fmt.Errorf("%s sent %s over an idle connection", s.Peer, quote(in[:n]))
		default:
			return fmt.Errorf("an idle connection to %s: %w", s.Peer, errno)
		}
		_ = unix.Shutdown(fd, unix.SHUT_WR)
	}
	for _, fd := range s.fds {
		if n, err := s.recvWithin(fd, in[:], s.Patience); err != nil || n != 0 {
			return fmt.Errorf("%s did not close an idle connection after its client did (%d bytes came, error: %v)", s.Peer, n, err)
		}
	}
	return nil
}

// Drop closes our side.
func (s *Idlers) Drop() {
	for _, fd := range s.fds {
		_ = unix.Close(fd)
	}
	s.fds = nil
}
