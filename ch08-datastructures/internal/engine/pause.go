// pause.go: CLIENT PAUSE: requests that are put off, so that an operator can do something in
// peace.
//
//	A> CLIENT PAUSE 5000 WRITE
//	B> GET k                     is answered
//	C> SET k v                   is not executed now: C is blocked, its request stays where it
//	                             came in, and C's next ones behind it
//	A> CLIENT UNPAUSE            or 5 s later: C's requests are executed
//
// While writes are put off nothing changes at all: what has expired is hidden, but stays, and
// nothing is evicted. A request that would be refused is refused at once. Redis: networking.c,
// pauseClients; server.c, processCommand.

package engine

import "container/list"

// PauseKind says which requests are put off.
type PauseKind uint8

// The kinds; the higher one includes the lower.
const (
	NoPause     PauseKind = iota
	PauseWrites           // those that may change data, or tell replicas something
	PauseAll
)

// pause is the one that lasts.
type pause struct {
	kind      PauseKind
	until     int64     // Unix milliseconds
	postponed list.List // of the *Client whose requests are put off, in the order of coming
}

// Pause puts requests off until a time in Unix milliseconds, which may be past. A pause that
// lasts is made stricter or longer by it, never less. O(1).
func (e *Engine) Pause(kind PauseKind, until int64) {
	p := &e.pause
	p.kind, p.until = max(p.kind, kind), max(p.until, until)
	if e.endPause(); p.kind != NoPause {
		e.Keyspace.Frozen = true
		e.Server.WakeAt(p.until)
	}
}

// Unpause ends the pause: the clients go on, in the order in which they came. O(clients).
func (e *Engine) Unpause() {
	p := &e.pause
	p.kind, p.until = NoPause, 0
	e.Keyspace.Frozen = false
	for p.postponed.Len() > 0 {
		c := p.postponed.Front().Value.(*Client)
		c.stopBeingPostponed()
		e.stir(c)
	}
}

// endPause ends it if its time is over.
func (e *Engine) endPause() {
	if e.pause.kind != NoPause && e.pause.until <= e.Clock() {
		e.Unpause()
	}
}

// postpones puts a request off if it has to be, and reports whether it has. What asks is that
// there is a pause.
func (e *Engine) postpones(c *Client) bool {
	if e.endPause(); e.pause.kind == NoPause || c.monitors || e.pause.kind == PauseWrites && c.effect()&(Write|MayReplicate) == 0 {
		return false
	}
	c.postponed = e.pause.postponed.PushBack(c)
	return true
}

// Postponed reports whether the request that was to be executed is put off: it was not, and is
// to be given to Execute again when the client is not blocked any more.
func (c *Client) Postponed() bool { return c.postponed != nil }

// stopBeingPostponed is for when the pause ends, or the client leaves.
func (c *Client) stopBeingPostponed() {
	if c.postponed != nil {
		c.Engine.pause.postponed.Remove(c.postponed)
		c.postponed = nil
	}
}
