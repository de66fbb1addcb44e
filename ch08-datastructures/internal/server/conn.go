// conn.go: one connection: receive and send; batch.go has what lies between.
//
//	socket ──receive──▶ query ──Parse──▶ batch ──Execute──▶ Reply ──send──▶ socket
//	                    the bytes        16 requests         │
//	                    not executed     (borrow             ▼ what the peer does not take
//	                    yet               from query)      backlog
//
// Bytes are received into the server's input buffer, which all connections
// share. Requests that are there whole are executed where they lie, all that
// have arrived in one go: a client that sends many at a time (pipelining) costs
// one receive, one turn and one send for all of them. Only bytes that must
// outlive the turn move to a buffer that the connection borrows.

package server

import (
	"time"

	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/eventloop"
	"redis-internals/ch08/internal/resp"
	"redis-internals/ch08/internal/zmalloc"
)

const (
	inputSize   = 64 << 10  // bytes of the shared input buffer
	minRoom     = 16 << 10  // bytes of free space that a receive should find
	maxReceive  = 256 << 10 // bytes received from one connection in a turn
	maxSend     = 256 << 10 // bytes sent to one connection in a turn
	backlogSize = 16 << 10  // bytes from which on an unsent buffer is not appended to
	passFrom    = 128 << 10 // bytes of replies that do not wait for the turn's end
)

// conn is one connection.
type conn struct {
	server              *Server
	place               int       // in the roster
	used                time.Time // when the peer last sent or took something
	accepted            time.Time
	peerName, localName string // addresses; empty until somebody asks
	fd                  int
	client              engine.Client
	parser              resp.Parser

	// query holds the bytes received and not executed: a part of queryBuf, or
	// during a turn of server.input. Empty unless requests wait or one has
	// arrived in part.
	query    []byte
	queryBuf []byte // the borrowed buffer; nil if none is
	parsed   int    // bytes of query whose requests have been parsed in this turn
	executed int    // and those whose have been executed
	requests int    // executed in this turn
	passed   int    // bytes of replies that did not wait for its end
	again    []byte // an inline request that was put off in this turn, encoded; nil if none was

	// backlog holds full buffers of replies that the peer has not taken; what
	// is in client.Reply comes behind them.
	backlog [][]byte
	sent    int // bytes already sent of the first buffer

	backlogRoom int              // bytes that these buffers take
	counted     int              // bytes of its buffers that are part of Engine.ClientMemory
	softTimer   *eventloop.Timer // runs while more waits than the soft limit allows; else nil

	weight weight // among all clients, while what they may take is limited

	more    bool // requests wait in query that its share of the last turn did not allow
	served  bool // in server.served
	waiting bool // for the socket to take more: it is watched for writability
	closed  bool
}

// ready is called by the loop when the socket is.
func (c *conn) ready(events eventloop.Events) {
	if events&eventloop.Writable != 0 {
		c.flush()
		c.countMemory()
	}
	// While requests wait in query no more are read: what a client may have
	// waiting here is bounded by what one receive brings.
	if events&eventloop.Readable != 0 && !c.more && !c.closed {
		c.receive()
	}
}

// receive reads what has arrived, for executeReceived. Redis: networking.c,
// readQueryFromClient.
func (c *conn) receive() {
	s := c.server
	room := s.input[s.inputUsed:]
	if len(c.query) > 0 {
		if room = c.roomInQuery(); room == nil {
			c.refuseForMemory()
			return
		}
	}
	c.used = s.loop.Now()
	n, errno := receive(c.fd, room)
	s.stats.reads++
	switch {
	case errno == unix.EAGAIN || errno == unix.EINTR:
		return
	case errno != 0: // the peer is gone
		c.close()
		return
	case n == 0:
		c.endOfStream()
		return
	}
	s.stats.bytesIn += int64(n)
	if len(c.query) > 0 {
		c.query = c.query[:len(c.query)+n]
	} else {
		c.query = room[:n]
		s.inputUsed += n
	}
	if len(c.query)+c.client.QueuedBytes() > s.opts.MaxQuery {
		s.log.Warning("Closing client that reached max query buffer length: id=%d qbuf=%d multi-mem=%d", c.client.ID, len(c.query), c.client.QueuedBytes())
		c.close()
		return
	}
	s.received = append(s.received, c)
	if len(s.received) >= batchSize || len(s.input)-s.inputUsed < minRoom {
		s.executeReceived()
	}
}

// refuseForMemory answers a request that is longer than there is memory for, and closes
// the connection: where the next request begins nobody will know.
func (c *conn) refuseForMemory() {
	s := c.server
	s.log.Warning("Out of memory: closing client whose request is too long: id=%d qbuf=%d", c.client.ID, len(c.query))
	c.dropQuery()
	if c.client.Reply == nil {
		c.client.Reply = s.buffers.borrow()
	}
	c.client.ReplyError(engine.ErrNoMemory)
	c.client.Closing = engine.CloseAfterReply
	s.served = append(s.served, c)
}

// keepQuery moves query out of the shared input buffer, if it lies there.
func (c *conn) keepQuery() {
	if c.queryBuf == nil {
		c.queryBuf = append(c.server.buffers.borrow(), c.query...)
		c.query = c.queryBuf
	}
}

// dropQuery forgets query and gives its buffer back.
func (c *conn) dropQuery() {
	if c.queryBuf != nil {
		c.server.buffers.giveBack(c.queryBuf)
	}
	c.query, c.queryBuf = nil, nil
}

// roomInQuery returns the free space behind query, and makes some first if
// there is little. The buffer doubles, so that a client pays for what it sent
// and not for what it announced, and all the moving together costs no more than
// the receiving. If most of it is one long argument, it grows to the end of that
// and no further. It is nil if there is no memory for it.
func (c *conn) roomInQuery() []byte {
	have := len(c.query)
	free := cap(c.query) - have
	start, end := c.parser.Arriving()
	if free < minRoom && (end <= have || end > cap(c.query)) {
		more := have
		if end-start >= have/2 {
			more = min(more, end-have)
		}
		size := have + max(minRoom, more)
		if size > maxReused && !zmalloc.GoCanTake(size) {
			return nil
		}
		c.moveQuery(size)
	}
	return c.query[have:min(cap(c.query), have+maxReceive)]
}

// moveQuery moves query to the front of a buffer of at least size bytes: of its
// own, over the requests executed already, if that is large enough.
func (c *conn) moveQuery(size int) {
	old := c.queryBuf
	if size > cap(old) {
		c.queryBuf = append(make([]byte, 0, size), c.query...)
		c.server.buffers.giveBack(old)
	} else {
		c.queryBuf = append(old[:0], c.query...)
	}
	c.query = c.queryBuf
}

// reply sends the replies of this turn. Nearly always the socket takes them at
// once; if not, flush goes on from there. Redis: networking.c, writeToClient.
func (c *conn) reply() {
	buf := c.client.Reply
	if c.waiting {
		c.awaitWritable() // behind those that wait already
		return
	}
	if len(buf) > 0 && len(buf) <= maxSend && len(c.backlog) == 0 && c.client.Closing == engine.StayOpen {
		n, _ := c.send(buf) // an error is there for flush to find, too
		if n == len(buf) {
			c.client.Reply = nil
			c.server.buffers.giveBack(buf)
			return
		}
		c.sent = n
	}
	c.flush()
}

// pass sends replies in the middle of a turn, when there are many: as long as a few of them are
// made in one buffer and sent from it, again and again, they stay in the processor's cache, and
// no buffer grows. It may not while the log waits to be written, since a reply could tell of what
// is not safe: then they go to the backlog.
func (c *conn) pass() {
	buf := c.client.Reply
	c.passed += len(buf)
	if !c.waiting && len(c.backlog) == 0 && c.server.engine.LogBuffered() == 0 {
		n, _ := c.send(buf) // an error is there for flush to find, too
		if n == len(buf) {
			c.client.Reply = buf[:0]
			return
		}
		c.sent = n
	}
	c.keepReply()
}

// keepReply moves a full buffer to the backlog.
func (c *conn) keepReply() {
	c.backlog = append(c.backlog, c.client.Reply)
	c.client.Backlog += len(c.client.Reply)
	c.backlogRoom += cap(c.client.Reply)
	c.client.Reply = nil
}

// flush sends replies until there are none left, the peer's buffers are full,
// or it has had its share of the turn. What is left goes out when the socket is
// writable again.
func (c *conn) flush() {
	for share := maxSend; share > 0 && c.hasUnsent(); {
		buf := c.oldestBuffer()
		n, errno := c.send(buf[c.sent:min(len(buf), c.sent+share)])
		if errno == unix.EAGAIN || errno == unix.EINTR {
			break
		}
		if errno != 0 { // the peer is gone
			c.close()
			return
		}
		c.sent += n
		c.used = c.server.loop.Now()
		share -= n
		if c.sent == len(buf) {
			c.dropOldestBuffer()
		}
	}
	switch {
	case c.hasUnsent():
		c.awaitWritable()
	case c.client.Closing == engine.CloseAfterReply:
		c.finish()
	default:
		c.dropOldestBuffer()
		c.stopSoftTimer()
		c.waiting = false
		c.watch(eventloop.Readable)
	}
}

// send is the system call, counted.
func (c *conn) send(b []byte) (n int, errno unix.Errno) {
	n, errno = send(c.fd, b)
	c.server.stats.writes++
	c.server.stats.bytesOut += int64(n)
	return n, errno
}

func (c *conn) hasUnsent() bool { return len(c.backlog) > 0 || len(c.client.Reply) > 0 }

// oldestBuffer is the buffer with the next bytes to send.
func (c *conn) oldestBuffer() []byte {
	if len(c.backlog) > 0 {
		return c.backlog[0]
	}
	return c.client.Reply
}

// dropOldestBuffer gives back the buffer whose bytes are all sent.
func (c *conn) dropOldestBuffer() {
	buf := c.oldestBuffer()
	if len(c.backlog) > 0 {
		c.client.Backlog -= len(buf)
		c.backlogRoom -= cap(buf)
		c.backlog[0] = nil
		c.backlog = c.backlog[1:]
	} else {
		c.client.Reply = nil
	}
	c.sent = 0
	if buf != nil {
		c.server.buffers.giveBack(buf)
	}
}

// awaitWritable leaves the unsent replies to the turn in which the socket can
// take more. A full buffer moves to the backlog, so that later replies begin
// another one and no reply is ever copied to make room: a client that does not
// read costs memory, not the others' time.
func (c *conn) awaitWritable() {
	if len(c.client.Reply) >= backlogSize {
		c.keepReply()
	}
	c.waiting = true
	if c.enforceOutputLimit(); c.closed {
		return
	}
	if c.client.Closing == engine.StayOpen {
		c.watch(eventloop.Readable | eventloop.Writable)
	} else {
		c.watch(eventloop.Writable)
	}
}

func (c *conn) watch(interest eventloop.Events) {
	if err := c.server.loop.SetInterest(c.fd, interest); err != nil {
		c.server.log.Warning("Cannot watch client %d: %v", c.client.ID, err)
		c.close()
	}
}

// endOfStream is called when the peer will send no more. It may still read: it
// gets the replies that are on their way.
func (c *conn) endOfStream() {
	if !c.hasUnsent() {
		c.close()
		return
	}
	c.client.StopWaiting() // what it would be given nobody might get
	c.client.Closing = engine.CloseAfterReply
	c.awaitWritable()
}

// finish closes the connection after its last reply. If unread bytes are left
// in a socket that is closed, the kernel sends a reset, and on a reset the peer
// may throw away the reply it has not read yet: so what has arrived is read.
func (c *conn) finish() {
	for unread := maxReceive; unread > 0; {
		n, errno := receive(c.fd, c.server.input[c.server.inputUsed:])
		if n == 0 || errno != 0 {
			break
		}
		unread -= n
	}
	c.close()
}

// close ends the connection at once. Closing it again does nothing.
func (c *conn) close() {
	if c.closed {
		return
	}
	c.closed = true
	c.stopSoftTimer()
	c.server.loop.Forget(c.fd)
	unix.Close(c.fd)
	delete(c.server.conns, c.client.ID)
	c.server.roster.remove(c)
	c.client.Discard()
	c.server.engine.EndTracking(&c.client)
	c.client.StopWaiting()
	c.client.EndSubscriptions()
	c.client.StopMonitoring()
	c.dropQuery()
	for c.oldestBuffer() != nil {
		c.dropOldestBuffer()
	}
	c.countMemory()
	c.server.engine.CountClientMemory(-connMemory)
	c.server.stopIfAlone()
}

// Peer is the address of a client's other end.
func (s *Server) Peer(client *engine.Client) string {
	c := s.conns[client.ID]
	c.findNames()
	return c.peerName
}

// peer is the other end's address, for the log.
func (c *conn) peer() string {
	address, err := unix.Getpeername(c.fd)
	if err != nil {
		return "unknown"
	}
	return addressOf(address).String()
}
