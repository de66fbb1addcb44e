// peer.go: one of two servers that are asked the same.

package duel

import (
	"bufio"
	"fmt"
	"net"
	"time"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
	"redis-internals/common/harness"
)

// Peer is a connection to one of the servers that are compared. A target that has ended is
// started again for the next sequence, so that a crash shrinks like other differences.
type Peer struct {
	*conformance.Target
	Server *harness.Server // in place of the target's own
	Wait   time.Duration   // for one reply; 10 s if 0

	nc net.Conn
	r  *bufio.Reader
}

// Connect dials the server, and starts another one if nobody listens.
func (s *Peer) Connect() (err error) {
	if s.Server != nil {
		s.nc, err = net.DialTimeout("tcp", s.Server.Addr, 5*time.Second)
	} else if s.nc, err = net.DialTimeout("tcp", s.Addr, 5*time.Second); err != nil {
		if err := s.Restart(); err != nil {
			return fmt.Errorf("it has ended: %w", err)
		}
		s.nc, err = net.DialTimeout("tcp", s.Addr, 5*time.Second)
	}
	if err == nil {
		s.r = bufio.NewReader(s.nc)
	}
	return err
}

// Send writes bytes. They, and what is read next, must come through within the peer's Wait.
func (s *Peer) Send(bytes string) error {
	wait := s.Wait
	if wait == 0 {
		wait = 10 * time.Second
	}
	_ = s.nc.SetDeadline(time.Now().Add(wait))
	_, err := s.nc.Write([]byte(bytes))
	return err
}

// Read reads one reply.
func (s *Peer) Read() (wire.Value, error) { return wire.Read(s.r) }

// Close ends the connection, if there is one.
func (s *Peer) Close() {
	if s.nc != nil {
		_ = s.nc.Close()
	}
}
