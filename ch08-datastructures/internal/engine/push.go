// push.go: messages that a client did not ask for now: what others publish, what it has
// cached and is stale, what MONITOR shows.
//
//	B> PUBLISH news hi      its handler: Push(A, "*3 message news hi")
//	                          │
//	A's Reply   │ OK │ message news hi │        sent at the end of the turn, as replies are:
//	B's Reply   │ 1 │                           one send a client, however many messages
//
// A message is encoded once, as an array, for all that get it. To a client of RESP3 it goes
// as a push: one byte is another one, and its library can tell it from a reply.
//
// Into a reply that is being written nothing can be pushed: a message to the client whose
// command runs waits until that has replied. Redis: networking.c, CLIENT_PUSHING and
// pending_push_messages.

package engine

import "redis-internals/ch08/internal/resp"

// Push hands a client a message. wire is borrowed, and encoded as an array, or is a line, as
// MONITOR shows it. A client that is closing gets no more; one that has more waiting than it may
// have, or than there is memory for, will be closed. O(len(wire)).
func (e *Engine) Push(c *Client, wire []byte) {
	if c.Closing != StayOpen {
		return
	}
	e.stir(c)
	if hard := e.Config.Output[c.Class()].Hard; hard > 0 && c.Backlog+len(c.Reply)+len(c.pushes)+len(wire) > hard {
		c.Closing = CloseForOutput
		return
	}
	if c == e.current {
		c.pushes = c.appendPush(c.pushes, wire)
		return
	}
	if c.Reply == nil {
		c.Reply = e.Server.ReplyBuffer()
	}
	before := cap(c.Reply)
	if n := len(c.Reply) + len(wire); n < largeReply || n+roomLeft <= before || c.canGrow(n+roomLeft) {
		c.Reply = c.appendPush(c.Reply, wire)
	}
	if grown := cap(c.Reply) - before; grown > 0 { // many may be sent this before the turn ends
		c.Pushed += grown
		e.CountClientMemory(grown)
	}
}

// appendPush appends the message as the client's protocol has it.
func (c *Client) appendPush(dst, wire []byte) []byte {
	at := len(dst)
	dst = append(dst, wire...)
	if c.RESP3() && wire[0] == '*' {
		dst[at] = resp.Push
	}
	return dst
}

// endReply puts what was pushed while the client's command ran behind its reply.
func (c *Client) endReply() {
	c.Reply = append(c.Reply, c.pushes...)
	c.pushes = nil
}

// stirred are clients that have something to be sent, or are to be closed, though they sent
// nothing; in the order in which that came about.
type stirred struct {
	queue []*Client
	first int // of queue: those before it have been taken
}

// stir notes that a client is one of them.
func (e *Engine) stir(c *Client) {
	if !c.stirred {
		c.stirred = true
		e.stirred.queue = append(e.stirred.queue, c)
	}
}

// NextStirred takes the client that has waited for longest: it has got messages, or the reply
// to a command that has waited, though it sent nothing. It is nil if there is none. Amortised
// O(1).
func (e *Engine) NextStirred() *Client {
	s := &e.stirred
	if s.first == len(s.queue) {
		return nil
	}
	c := s.queue[s.first]
	s.queue[s.first] = nil
	c.stirred = false
	if s.first++; 2*s.first >= len(s.queue) {
		n := copy(s.queue, s.queue[s.first:])
		clear(s.queue[n:])
		s.queue, s.first = s.queue[:n], 0
	}
	return c
}

// IsStirred reports whether there are any.
func (e *Engine) IsStirred() bool { return len(e.stirred.queue) > 0 }
