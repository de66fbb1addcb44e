// waiting.go: clients that wait for a key (engine/block.go), and go on.

package server

import (
	"time"

	"redis-internals/ch08/internal/engine"
)

// resumeServed makes clients go on that have waited: their replies are sent at the end of the
// turn, and what they have sent meanwhile is executed in the next one.
func (s *Server) resumeServed() {
	for _, client := range s.engine.Served() {
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
