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
// gone when EXEC comes. A buffer that grows moves: so what is kept is not where a word
// lies, but where in the buffer it ends.
//
//	words   SETa1INCRb
//	bounds  0  3 4 5   9 10     a word lies between two of them
//	queue   SET 0 │ INCR 3      each command, and which word is its first
//
// Redis: multi.c.

package engine

import (
	"slices"
	"strings"

	"redis-internals/ch08/internal/zmalloc"
)

// transaction is what a client has queued since MULTI.
type transaction struct {
	queue   []queued
	words   []byte   // of all commands, one after another
	bounds  []int    // in words: where each begins, and the last one ends
	flags   Flags    // of any of the commands
	flawed  bool     // a request was refused: EXEC refuses all
	running bool     // EXEC runs it
	args    [][]byte // room for the words of the one that runs
}

// queued is a command that waits, and which of the transaction's words is its first.
type queued struct {
	command *Command
	first   int
}

const (
	spareTransactions = 64       // empty ones that are kept, to be filled again
	spareRoom         = 16 << 10 // bytes that one of them takes at most
	queuedSpan        = 16       // commands of EXEC that are timed together

	queuedBytes, boundBytes, argBytes = 16, 8, 24
)

// add queues a request: it copies its words. It reports false if there is no memory for
// that. O(their bytes). Redis: multi.c, queueMultiCommand.
func (t *transaction) add(cmd *Command, args [][]byte) (ok bool) {
	size := 0
	for _, arg := range args {
		size += len(arg)
	}
	if !t.hasRoom(size, len(args)) {
		return false
	}
	t.queue = append(t.queue, queued{cmd, len(t.bounds) - 1})
	t.flags |= cmd.Flags
	t.words = slices.Grow(t.words, size)
	for _, arg := range args {
		t.words = append(t.words, arg...)
		t.bounds = append(t.bounds, len(t.words))
	}
	return true
}

// hasRoom reports whether Go's heap has room for a request more, of so many bytes and
// words. It asks if much is to be moved: what small requests add up to the server bounds.
func (t *transaction) hasRoom(size, words int) bool {
	move := 0
	if size > cap(t.words)-len(t.words) {
		move = cap(t.words) + size
	}
	if words > cap(t.bounds)-len(t.bounds) {
		move += (cap(t.bounds) + words) * boundBytes
	}
	if len(t.queue) == cap(t.queue) {
		move += cap(t.queue) * queuedBytes
	}
	return move < largeReply || zmalloc.GoCanTake(move+move/4+replyMargin)
}

// request is the i-th that waits. Its words are borrowed until the next call.
func (t *transaction) request(i int) (cmd *Command, args [][]byte) {
	q, end := t.queue[i], len(t.bounds)-1
	if i+1 < len(t.queue) {
		end = t.queue[i+1].first
	}
	t.args = t.args[:0]
	for word := q.first; word < end; word++ {
		start, end := t.bounds[word], t.bounds[word+1]
		t.args = append(t.args, t.words[start:end:end])
	}
	return q.command, t.args
}

// memory is what the transaction takes of Go's heap, in bytes.
func (t *transaction) memory() int {
	return cap(t.words) + cap(t.queue)*queuedBytes + cap(t.bounds)*boundBytes + cap(t.args)*argBytes
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
	c.multi = &transaction{bounds: []int{0}}
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
		*t = transaction{queue: t.queue[:0], words: t.words[:0], bounds: t.bounds[:1], args: t.args[:0]}
		e.spare = append(e.spare, t)
	}
}

// queues reports whether the request waits for EXEC. Redis: server.c, processCommand.
func (c *Client) queues() bool { return c.multi != nil && c.Command.Flags&Immediate == 0 }

// enqueue queues the request, unless it is known already that it will not run.
func (e *Engine) enqueue(c *Client) {
	if !c.multi.flawed && !c.touched && !c.multi.add(c.Command, c.Args) {
		e.outOfMemory = true
		c.Command.Stats.Rejected++
		c.reject(ErrNoMemory)
		return
	}
	c.ReplyWire("+QUEUED\r\n")
}

// Exec runs all that is queued, replies an array of their replies, and ends the
// transaction. To the log they are one command. Redis: multi.c, execCommand.
func (e *Engine) Exec(c *Client) {
	t, exec, request := c.multi, c.Command, c.Args
	c.Unwatch() // at once: what changes from now on is of no interest
	c.ReplyArrayLen(len(t.queue))
	e.beginUnit()
	t.running = true
	for first := 0; first < len(t.queue); first += queuedSpan {
		span := e.beginSpan()
		for i := first; i < min(first+queuedSpan, len(t.queue)); i++ {
			c.Command, c.Args = t.request(i)
			if c.Command.grows && !e.hasRoom(c) {
				c.ReplyError(ErrNoMemory)
				continue
			}
			e.call(c)
			if hard := e.Config.Output[c.Class()].Hard; hard > 0 && len(c.Reply) > hard {
				c.Closing, c.Reply = CloseForOutput, c.Reply[:hard+1] // the rest runs, and nobody will be told
			}
		}
		e.endSpan(span)
	}
	c.Command, c.Args = exec, request
	if c.quiet == silent {
		c.hush() // CLIENT REPLY OFF was among them
	}
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

// QueuedBytes is how many bytes of requests wait for EXEC. They count against
// client-query-buffer-limit: Redis does so from 7.2 on, and until then has no bound for
// them but maxmemory.
func (c *Client) QueuedBytes() int {
	if c.multi == nil {
		return 0
	}
	return len(c.multi.words)
}

// QueueMemory is what the transaction takes of Go's heap, in bytes.
func (c *Client) QueueMemory() int {
	if c.multi == nil {
		return 0
	}
	return c.multi.memory()
}
