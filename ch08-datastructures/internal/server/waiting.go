// waiting.go: clients that wait: for a key (engine/block.go), and go on; or for what others
// send them (engine/push.go).

package server

import (
	"time"

	"redis-internals/ch08/internal/engine"
)

// resumeStirred makes clients go on that have waited, or been sent something: it goes out at
// the end of the turn, and what they have sent meanwhile is executed in the next one.
func (s *Server) resumeStirred() {
	for _, client := range s.engine.Stirred() {
		c := s.conns[client.ID]
		if c == nil || c.closed {
			continue
		}
		if c.client.Closing == engine.CloseForOutput {
			c.closeForOutput()
			continue
		}
		if !c.served {
			c.served = true
			s.served = append(s.served, c)
		}
		c.more = len(c.query) > 0
	}
}

// ReplyBuffer lends a buffer to a client that is sent something.
func (s *Server) ReplyBuffer() []byte { return s.buffers.borrow() }

// LargerBuffer is what engine.Server says.
func (s *Server) LargerBuffer(b []byte, n int) []byte { return s.buffers.exchange(b, n) }

// WakeAt makes the engine look at that time whose waiting is over. One timer is enough: for
// the earliest.
func (s *Server) WakeAt(ms int64) {
	if s.wake != nil {
		if s.wakeAt <= ms {
			return
		}
		s.wake.Stop()
	}
	s.wakeAt = ms
	delay := time.Duration(ms-s.loop.NowMs()) * time.Millisecond
	s.wake = s.loop.After(max(0, delay), func() (again time.Duration) {
		s.wake = nil
		if next := s.engine.TimeOut(); next != 0 {
			s.WakeAt(next)
		}
		return 0
	})
}
