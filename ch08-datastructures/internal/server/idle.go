// idle.go: clients that have been silent for too long (timeout).
//
// To look at all of them at once would take long where there are many: each run
// looks at some, going round, so that everyone's turn comes once a second.
//
//	conns  | c7 | c2 | c9 | c4 | c1 | c8 |
//	                   ▲ next: this run looks at c9, c4, ...
//
// Redis: server.c, clientsCron; timeout.c, clientsCronHandleTimeout.

package server

import "time"

const (
	idlePeriod  = 100 * time.Millisecond
	idleRounds  = 10 // runs in which everyone has been looked at
	idleAtLeast = 5  // clients that one run looks at
)

// roster is the connections in a row that one can go round.
type roster struct {
	conns []*conn
	next  int // the one that is looked at next
}

func (r *roster) add(c *conn) {
	c.place = len(r.conns)
	r.conns = append(r.conns, c)
}

// remove lets the last one step into c's place.
func (r *roster) remove(c *conn) {
	last := len(r.conns) - 1
	r.conns[c.place] = r.conns[last]
	r.conns[c.place].place = c.place
	r.conns[last] = nil
	r.conns = r.conns[:last]
}

// closeIdle closes clients that have not sent or taken anything for the time that
// timeout says, and returns when it wants to run again. Unlike a peer that has
// vanished, which the kernel's probes find (tcp-keepalive), these could still speak.
func (s *Server) closeIdle() (again time.Duration) {
	limit, r := time.Duration(s.opts.Timeout)*time.Second, &s.roster
	if limit == 0 {
		return idlePeriod
	}
	for range min(len(r.conns), max(idleAtLeast, len(r.conns)/idleRounds)) {
		if r.next >= len(r.conns) {
			r.next = 0
		}
		if c := r.conns[r.next]; s.loop.Now().Sub(c.used) > limit && !c.client.Blocked() && !c.client.Subscribed() {
			s.log.Verbose("Closing idle client")
			c.close() // now another one stands in its place
			continue
		}
		r.next++
	}
	return idlePeriod
}
