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
// MONITOR shows it. A client that is closing gets no more; one that has more waiting than there
// is memory for will be closed. O(len(wire)).
func (e *Engine) Push(c *Client, wire []byte) {
	switch {
	case c.Closing != StayOpen:
		return
	case c == e.current:
		c.pushes = c.appendPush(c.pushes, wire)
		return
	case c.Reply == nil:
		c.Reply = e.Server.ReplyBuffer()
	}
	if n := len(c.Reply) + len(wire); n < largeReply || n+roomLeft <= cap(c.Reply) || c.canGrow(n+roomLeft) {
		c.Reply = c.appendPush(c.Reply, wire)
	}
	e.stir(c)
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

// stir notes that a client has something to be sent, or is to be closed, though it sent
// nothing.
func (e *Engine) stir(c *Client) {
	if !c.stirred {
		c.stirred = true
		e.stirred = append(e.stirred, c)
	}
}

// Stirred are the clients that have got something since it was last called though they sent
// nothing: messages, or the reply to a command that has waited.
func (e *Engine) Stirred() (stirred []*Client) {
	stirred, e.stirred = e.stirred, nil
	for _, c := range stirred {
		c.stirred = false
	}
	return stirred
}

// IsStirred reports whether there are any.
func (e *Engine) IsStirred() bool { return len(e.stirred) > 0 }
