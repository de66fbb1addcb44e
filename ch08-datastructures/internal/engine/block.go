// block.go: clients that wait for a key.
//
//	A> BLPOP jobs 0                 nothing there: A waits
//	B> BLPOP jobs mail 5            B waits, behind A
//	C> RPUSH jobs 1 2               the key is there now, and C's command is through:
//	                                A is served, then B
//
// A blocked command is the same command, run again. It is kept as it came, its client in a
// queue for each of its keys; requests that are sent behind it wait:
//
//	waiting   jobs ─▶ A, B          deadlines   B: in 5 s
//	          mail ─▶ B
//
// When something is made at a key that somebody waits for, the key is ready. After the
// command, or after EXEC, ready keys are served in the order in which they became so: their
// clients' commands run, the one first that has waited longest, and see this key only. One
// that finds nothing, since another one was quicker or the key has another type, goes on
// waiting in its place. What a served command makes may serve others: a chain of BLMOVEs.
//
// While nobody waits the keyspace does not even ask. Redis: blocked.c,
// handleClientsBlockedOnKeys and blockForKeys; timeout.c.

package engine

import (
	"container/heap"
	"container/list"
	"slices"
	"time"

	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/object"
)

// waiter is a client that waits.
type waiter struct {
	client   *Client
	command  *Command
	args     [][]byte // copied
	kind     object.Type
	at       []place         // the keys, each once
	in       []*list.Element // its place in the queue of each
	deadline int64           // Unix milliseconds; 0 is never
	index    int             // in deadlines
	timedOut func(*Client)   // replies
	bytes    int             // that it takes
	took     time.Duration   // what its runs took
}

// waiterMemory is what a waiter takes for itself and for each key, in bytes.
const waiterMemory = 200

// waiting is all clients that wait.
type waiting struct {
	queues    map[place]*list.List // of waiters, in the order in which they came
	ready     []place              // keys that something was made at, in this order
	isReady   map[place]bool
	deadlines deadlines
	count     int
}

// MayBlock reports whether a command may wait: not inside of a transaction, and not in a log
// that is loaded. Redis: CLIENT_DENY_BLOCKING.
func (c *Client) MayBlock() bool { return c.multi == nil && !c.Engine.loading }

// Blocked reports whether the client waits, for a key or for the end of a pause. Until then
// nothing else of it runs.
func (c *Client) Blocked() bool { return c.waiter != nil || c.postponed != nil }

// WaitMemory is what waiting takes, in bytes.
func (c *Client) WaitMemory() int {
	if c.waiter == nil {
		return 0
	}
	return c.waiter.bytes
}

// Block makes the client wait until something of a type is at one of the keys, or until the
// deadline, in Unix milliseconds (0 is never): then timedOut replies. The command runs again
// then, with Ready. If it does already, the client keeps its place. O(keys). Redis:
// blockForKeys.
func (c *Client) Block(keys [][]byte, kind object.Type, deadline int64, timedOut func(*Client)) {
	if c.ready != nil {
		return
	}
	w := &waiter{client: c, command: c.Command, kind: kind, deadline: deadline, timedOut: timedOut, bytes: waiterMemory}
	for _, arg := range c.Args {
		w.args = append(w.args, slices.Clone(arg))
		w.bytes += len(arg) + argBytes
	}
	e := c.Engine
	if e.waiting.count == 0 {
		e.Keyspace.Observer.Created = e.signal
		e.waiting.queues, e.waiting.isReady = map[place]*list.List{}, map[place]bool{}
	}
	for _, key := range keys {
		at := place{c.DB, string(key)}
		queue := e.waiting.queues[at]
		if queue == nil {
			queue = list.New()
			e.waiting.queues[at] = queue
		} else if queue.Back().Value.(*waiter) == w { // the key is named twice
			continue
		}
		w.at, w.in = append(w.at, at), append(w.in, queue.PushBack(w))
		w.bytes += waiterMemory + len(key)
	}
	e.waiting.count++
	c.waiter = w
	e.CountClientMemory(w.bytes)
	if deadline > 0 {
		heap.Push(&e.waiting.deadlines, w)
		e.Server.WakeAt(e.waiting.deadlines[0].deadline)
	}
}

// Ready is the key that a command which had to wait may look at; nil is that it runs for
// the first time, and looks at all.
func (c *Client) Ready() []byte { return c.ready }

// StopWaiting takes a client that waits out of all queues. O(keys). Redis: unblockClient.
func (c *Client) StopWaiting() {
	c.stopBeingPostponed()
	w := c.waiter
	if w == nil {
		return
	}
	c.waiter = nil
	e := c.Engine
	for i, at := range w.at {
		queue := e.waiting.queues[at]
		if queue.Remove(w.in[i]); queue.Len() == 0 {
			delete(e.waiting.queues, at)
		}
	}
	if w.deadline > 0 {
		heap.Remove(&e.waiting.deadlines, w.index)
	}
	e.CountClientMemory(-w.bytes)
	if e.waiting.count--; e.waiting.count == 0 {
		e.Keyspace.Observer.Created = nil
		e.waiting.ready, e.waiting.isReady = nil, nil
	}
}

// signal notes that something was made at a key. Redis: signalKeyAsReady.
func (e *Engine) signal(db *keyspace.DB, key []byte) {
	at := place{db, string(key)}
	if e.waiting.queues[at] != nil && !e.waiting.isReady[at] {
		e.waiting.ready = append(e.waiting.ready, at)
		e.waiting.isReady[at] = true
	}
}

// SignalAll notes that a database has got other keys. O(keys waited for). Redis:
// scanDatabaseForReadyKeys.
func (e *Engine) SignalAll(db *keyspace.DB) {
	for at := range e.waiting.queues {
		if there, _ := db.Lies([]byte(at.key)); there && at.db == db {
			e.signal(db, []byte(at.key))
		}
	}
}

// serveReady runs the commands that wait for keys which are ready. Redis:
// handleClientsBlockedOnKeys.
func (e *Engine) serveReady() {
	current := e.current
	for len(e.waiting.ready) > 0 {
		at := e.waiting.ready[0]
		e.waiting.ready = e.waiting.ready[1:]
		delete(e.waiting.isReady, at)
		queue := e.waiting.queues[at]
		if queue == nil {
			continue
		}
		for element := queue.Front(); element != nil; {
			w := element.Value.(*waiter)
			element = element.Next()
			o := at.db.Glance([]byte(at.key))
			if o == nil {
				break
			}
			if o.Type() == w.kind {
				e.serve(w, at)
			}
		}
	}
	e.current = current
}

// serve runs a command that waits, for one of its keys. If it is served its client goes on.
func (e *Engine) serve(w *waiter, at place) {
	c := w.client
	args, command := c.Args, c.Command
	e.current = c
	c.Args, c.Command, c.ready = w.args, w.command, []byte(at.key)
	replied, before := len(c.Reply), e.dirty
	e.errorsSeen = e.Stats.ErrorsTotal
	began := sinceStart()
	e.Keyspace.BeginCommand()
	w.command.Handler(c)
	e.countServed(c, began, len(c.Reply) > replied)
	if e.dirty != before && e.log != nil {
		e.propagate(c)
	}
	e.rewritten = e.rewritten[:0]
	c.Args, c.Command, c.ready = args, command, nil
	if len(c.Reply) > replied || c.Closing != StayOpen { // there may be no memory for the reply
		e.release(c, replied)
	}
	if c.pushes != nil {
		c.endReply()
	}
}

// release ends a client's waiting: it has a reply, which begins there.
func (e *Engine) release(c *Client, replied int) {
	c.StopWaiting()
	if c.quiet != loud {
		c.quietFrom = replied
		c.hush()
	}
	e.stir(c)
}

// TimeOut replies to the clients whose time is over, ends a pause whose is, and returns when
// the next one's will be, in Unix milliseconds; 0 if no one's will.
func (e *Engine) TimeOut() (next int64) {
	d := &e.waiting.deadlines
	for len(*d) > 0 && (*d)[0].deadline <= e.NowMs() {
		w := (*d)[0]
		replied := len(w.client.Reply)
		w.timedOut(w.client)
		e.release(w.client, replied)
	}
	e.endPause()
	if next = e.pause.until; len(*d) > 0 && (next == 0 || (*d)[0].deadline < next) {
		next = (*d)[0].deadline
	}
	return next
}

// BlockedClients is how many clients wait, for a key or for the end of a pause.
func (e *Engine) BlockedClients() int { return e.waiting.count + e.pause.postponed.Len() }

// WaitingForTime is how many of those that wait for a key do so for a time only.
func (e *Engine) WaitingForTime() int { return len(e.waiting.deadlines) }

// deadlines is a heap: the first one is the next.
type deadlines []*waiter

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].deadline < d[j].deadline }
func (d deadlines) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].index, d[j].index = i, j
}

// Push and Pop are for package heap.
func (d *deadlines) Push(x any) {
	w := x.(*waiter)
	w.index = len(*d)
	*d = append(*d, w)
}

func (d *deadlines) Pop() any {
	last := len(*d) - 1
	w := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	return w
}
