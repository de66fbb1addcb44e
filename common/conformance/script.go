// script.go: what a case says on its connections and what it hears, in order, so that the
// same can be said elsewhere: to servers that are to be compared, or in another protocol.
//
//	connection 1 sent "*1\r\n$4\r\nPING\r\n"
//	connection 1 came "+PONG\r\n"
//	connection 2 sent ...

package conformance

import (
	"sync"
	"time"
)

// maxScript is up to how many bytes a script is kept.
const maxScript = 1 << 20

// Script is what a case has said and heard. A Target that has one writes it.
type Script struct {
	mu    sync.Mutex
	steps []Step
	bytes int
	began time.Time
	unfit bool // it is too long, or not all of it
}

// Step is a piece of a script: bytes that were sent or came on a connection, or its end.
type Step struct {
	Conn       int // in the order of dialling
	Sent, Came string
	Closed     bool
	At         time.Duration // since the first one
}

// Steps are all steps; none of a script that cannot be said again: it is too long, has a
// client of its own in it, or speaks to several servers.
func (s *Script) Steps() []Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unfit {
		return nil
	}
	return s.steps
}

func (s *Script) add(step Step) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += len(step.Sent) + len(step.Came)
	s.unfit = s.unfit || s.bytes > maxScript
	if len(s.steps) == 0 {
		s.began = time.Now()
	}
	if step.At = time.Since(s.began); !s.unfit {
		s.steps = append(s.steps, step)
	}
}

func (s *Script) sent(conn int, b []byte) {
	if s != nil {
		s.add(Step{Conn: conn, Sent: string(b)})
	}
}

func (s *Script) came(conn int, b []byte) {
	if s != nil {
		s.add(Step{Conn: conn, Came: string(b)})
	}
}

func (s *Script) spoil() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unfit = true
}
