// multi.go: transactions: commands that wait for EXEC, and then run as one.
//
//	           MULTI             SET a 1 │ INCR b │ ...            EXEC
//	outside ──────────▶ inside ──────────┐                ──────────▶ outside: [ OK, 1, ... ]
//	   ▲                  │ ▲            │ QUEUED
//	   │                  │ └────────────┘
//	   │ DISCARD          │ a request that is refused
//	   │ RESET            ▼
//	   └────────────── flawed ── EXEC ──▶ outside: -EXECABORT
//
// There is one thread, so a transaction needs no lock: EXEC runs what is queued before
// anything else runs. That is all: a command that fails takes nothing back, neither what
// ran before it nor what comes after. What can be known to fail beforehand (no such
// command, a wrong number of arguments, no memory) is refused when it is to be queued,
// and then nothing runs at all.
//
// The words of all commands lie in one buffer, since the requests that they came in are
// gone when EXEC comes:
//
//	words   SETa1INCRb
//	ends       3 4 5 9 10       where each word ends
//	queue   SET 3 │ INCR 2      how many are each command's
//
// Redis: multi.c.

package engine

import "strings"

// transaction is what a client has queued since MULTI.
type transaction struct {
	queue  []queued
	words  []byte   // of all commands, one after another
	ends   []int    // in words
	flags  Flags    // of any of the commands
	flawed bool     // a request was refused: EXEC refuses all
	args   [][]byte // room for the words of the one that runs
}

// queued is a command that waits, and how many words are its own.
type queued struct {
	command *Command
	words   int
}

const (
	spareTransactions = 64       // empty ones that are kept, to be filled again
	spareRoom         = 16 << 10 // bytes that one of them takes at most
)

// add queues a request: it copies its words. O(their bytes). Redis: multi.c,
// queueMultiCommand.
func (t *transaction) add(cmd *Command, args [][]byte) {
	t.queue = append(t.queue, queued{cmd, len(args)})
	t.flags |= cmd.Flags
	for _, arg := range args {
		t.words = append(t.words, arg...)
		t.ends = append(t.ends, len(t.words))
	}
}

// memory is what the transaction takes of Go's heap, in bytes.
func (t *transaction) memory() int {
	const queuedBytes, endBytes, argBytes = 16, 8, 24
	return cap(t.words) + cap(t.queue)*queuedBytes + cap(t.ends)*endBytes + cap(t.args)*argBytes
}

// InMulti reports whether the client has begun a transaction.
func (c *Client) InMulti() bool { return c.multi != nil }

// Multi begins a transaction. There must be none. Redis: multi.c, multiCommand.
func (c *Client) Multi() {
	e := c.Engine
	if n := len(e.spare); n > 0 {
		c.multi, e.spare = e.spare[n-1], e.spare[:n-1]
		return
	}
	c.multi = &transaction{}
}

// Flawed reports whether a request of the transaction was refused. Redis:
// CLIENT_DIRTY_EXEC.
func (c *Client) Flawed() bool { return c.multi.flawed }

// Discard ends the transaction, if there is one, and forgets what was watched. Redis:
// multi.c, discardTransaction.
func (c *Client) Discard() {
	c.Unwatch()
	t := c.multi
	if t == nil {
		return
	}
	c.multi = nil
	if e := c.Engine; len(e.spare) < spareTransactions && t.memory() <= spareRoom {
		clear(t.args[:cap(t.args)])
		*t = transaction{queue: t.queue[:0], words: t.words[:0], ends: t.ends[:0], args: t.args[:0]}
		e.spare = append(e.spare, t)
	}
}

// enqueue queues the request, unless it is known already that it will not run.
func (e *Engine) enqueue(c *Client) {
	if !c.multi.flawed && !c.touched {
		c.multi.add(c.Command, c.Args)
	}
	c.ReplyWire("+QUEUED\r\n")
}

// Exec runs all that is queued, replies an array of their replies, and ends the
// transaction. To the log they are one command. Redis: multi.c, execCommand.
func (e *Engine) Exec(c *Client) {
	t, request, exec := c.multi, c.Args, c.Command
	c.Unwatch() // at once: what changes from now on is of no interest
	c.ReplyArrayLen(len(t.queue))
	e.beginUnit()
	span := e.beginSpan()
	word, start := 0, 0
	for _, q := range t.queue {
		t.args = t.args[:0]
		for _, end := range t.ends[word : word+q.words] {
			t.args = append(t.args, t.words[start:end:end])
			start = end
		}
		word += q.words
		c.Command, c.Args = q.command, t.args
		if q.command.grows && !e.hasRoom(c) {
			c.ReplyError(ErrNoMemory)
			continue
		}
		e.call(c)
	}
	c.Command, c.Args = exec, request
	e.endSpan(span)
	e.endUnit(c)
	c.Discard()
}

// effect is what the flags say of the request: for EXEC what is queued does. While
// commands are queued, each that adds to the queue needs memory. Redis: server.c,
// processCommand.
func (c *Client) effect() Flags {
	switch {
	case c.multi == nil:
		return c.Command.Flags
	case c.Command == c.Engine.exec:
		return c.Command.Flags | c.multi.flags
	case c.Command.Flags&EndsMulti != 0:
		return c.Command.Flags
	}
	return c.Command.Flags | DenyOOM
}

// reject answers why a request does not run. A transaction that it was meant for cannot
// be complete any more; if it was EXEC, that is its end. Redis: server.c, rejectCommand;
// multi.c, flagTransaction and execCommandAbort.
func (c *Client) reject(why string) {
	if c.Command != nil && c.Command == c.Engine.exec {
		c.Discard()
		c.ReplyError("EXECABORT Transaction discarded because of: " + strings.TrimPrefix(why, "ERR "))
		return
	}
	if c.multi != nil {
		c.multi.flawed = true
	}
	c.ReplyError(why)
}

// QueuedBytes is how many bytes of requests wait for EXEC.
func (c *Client) QueuedBytes() int {
	if c.multi == nil {
		return 0
	}
	return len(c.multi.words)
}

// Memory is what the client keeps of Go's heap from one request to the next: its
// transaction, and what it watches. In bytes. O(1).
func (c *Client) Memory() int {
	bytes := c.watchedBytes
	if c.multi != nil {
		bytes += c.multi.memory()
	}
	return bytes
}
