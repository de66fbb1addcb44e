// waiting.go: clients that wait: for a key (engine/block.go), and go on; or for what others
// send them (engine/push.go).

package server

import (
	"time"

	"redis-internals/ch08/internal/engine"
)

// resumeStirred makes clients go on that have waited, or been sent something: it goes out at
// the end of the turn, and what they have sent meanwhile is executed in the next one.
//
// A turn sends to some of them only. A message to ten thousand subscribers so keeps nobody
// waiting for a hundred milliseconds; and what is published meanwhile goes out with it, in one
// send, to those that have not had it yet.
func (s *Server) resumeStirred() {
	for range stirredATurn {
		client := s.engine.NextStirred()
		if client == nil {
			return
		}
		c := s.conns[client.ID]
		if c == nil || c.closed {
			continue
		}
		if c.client.Closing == engine.CloseForOutput {
			c.closeForOutput()
			continue
		}
		c.more = len(c.query) > 0
		if !c.served && (c.more || c.hasUnsent() || c.client.Closing != engine.StayOpen) { // else a turn of its own has sent it
			c.served = true
			s.served = append(s.served, c)
		}
	}
}

// stirredATurn is to how many clients a turn sends that sent nothing: about a millisecond's
// work.
const stirredATurn = 128

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
