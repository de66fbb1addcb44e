// batch.go: requests are executed in batches of up to sixteen, whoever sent them.
//
//	A's query   │ GET a │ SET b 1 │ GE          A, B and C have sent something:
//	B's query   │ GET d │                       it is received, and nothing is
//	C's query   │ PING │ PING │ PING │ ...      executed yet
//
//	batch   [ GET a | SET b 1 | GET d | PING | PING | ... ]   all are parsed,
//	            A        A        B      C      C             then executed
//
// It is filled from one connection after the other, and again, until none has a
// whole request left or each has had its share of the turn. The code of parsing,
// and that of executing, stays in the processor's cache when it runs many times in
// a row: a pipeline of sixteen and sixteen clients that wait for their replies are
// the same to it.
//
// Who knows the next sixteen requests can also have the memory of their keys fetched
// for all of them at once.
//
// What is in a batch is not executed yet, and need not be in this turn:
//
//	C's query   │ PING │ PING │ PING │ PING │ PI
//	                   ▲ executed           ▲ parsed
//
// When the turn is over, a query begins at the first request that was not executed.
// What was parsed behind that is parsed again. An inline request cannot be, since
// its escapes are resolved where it lies: so it has a batch of its own. So has one of a client
// that must say the password: how long the next one may be depends on that.

package server

import (
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/resp"
)

const (
	batchSize   = 16
	maxArgs     = 1024 // arguments' room that is kept from one batch to the next
	maxRequests = 1024 // executed for one connection in a turn
)

// request is one request of a batch, or a protocol error in its place.
type request struct {
	conn *conn
	args [][]byte // a part of batch.args, borrowed from conn.query; none for an empty line
	end  int      // where it ends in conn.query
	err  error
}

// batch is room for requests.
type batch struct {
	requests [batchSize]request
	n        int      // how many there are
	args     [][]byte // all requests' arguments, one after another
	counted  int      // bytes of args that are part of Engine.ClientMemory
}

// executeReceived executes what connections have sent since it was last called, or
// as much of it as each may have executed in a turn. The replies stay with the
// clients. Redis: networking.c, processInputBuffer.
func (s *Server) executeReceived() {
	if len(s.received) == 0 {
		return
	}
	s.engine.BeginRequests()
	for left := s.received; len(left) > 0; {
		left = s.batch.fill(left)
		s.countArguments()
		s.prefetch()
		s.batch.execute()
		s.batch.countReplies()
		s.batch.clear()
		s.countArguments()
		s.boundClientMemory()
	}
	s.engine.EndRequests()
	for _, c := range s.received {
		c.endShare()
	}
	clear(s.received)
	s.received, s.inputUsed = s.received[:0], 0
}

// fill parses requests of the connections, one connection after the other, until
// the batch is full. It returns those that may have more.
func (b *batch) fill(conns []*conn) (left []*conn) {
	for len(conns) > 0 && !b.parse(conns[0]) {
		conns = conns[1:]
	}
	return conns
}

// parse parses requests of a connection, and reports whether it may have more: it
// stops where the batch is full.
func (b *batch) parse(c *conn) (more bool) {
	if !c.mayExecute() {
		return false
	}
	n, args, at := b.n, b.args, c.parsed
	c.parser.Stranger = c.client.MustAuthenticate()
	for at < len(c.query) && !more {
		alone := c.query[at] != '*' || c.parser.Stranger
		if n == batchSize || alone && n > 0 {
			more = true
			break
		}
		size, all, err := c.parser.Parse(c.query[at:], args)
		if size == 0 && err == nil {
			break
		}
		at += size
		b.requests[n] = request{c, all[len(args):], at, err}
		n++
		args = all
		more = alone || err != nil
	}
	b.n, b.args, c.parsed = n, args, at
	return more
}

// prefetch asks for the memory of the keys of all requests in the batch.
func (s *Server) prefetch() {
	b := &s.batch
	if b.n < 2 {
		return
	}
	for i := range b.requests[:b.n] {
		r := &b.requests[i]
		s.engine.PrefetchBucket(&r.conn.client, r.args)
	}
	s.engine.PrefetchEntries()
}

// execute executes the requests, but for those of a connection that has ended, or
// had its share.
func (b *batch) execute() {
	for i := range b.requests[:b.n] {
		if r := &b.requests[i]; r.conn.mayExecute() {
			r.conn.execute(r)
		}
	}
}

// countReplies counts what the replies take, once for requests of one connection in a row.
func (b *batch) countReplies() {
	for i := range b.requests[:b.n] {
		if c := b.requests[i].conn; i+1 == b.n || b.requests[i+1].conn != c {
			c.countMemory()
		}
	}
}

// clear makes room for the next requests, and lets go of the query buffers.
func (b *batch) clear() {
	clear(b.requests[:b.n])
	b.n = 0
	clear(b.args)
	b.args = b.args[:0]
	if cap(b.args) > maxArgs {
		b.args = nil
	}
}

// mayExecute reports whether another request may be executed in this turn. One
// client's pipeline, however long, keeps nobody waiting for long.
func (c *conn) mayExecute() bool {
	return !c.closed && c.client.Closing == engine.StayOpen && !c.client.Blocked() &&
		c.requests < maxRequests && c.passed+len(c.client.Reply) < maxSend
}

// execute executes a request. Its replies stay in client.Reply.
func (c *conn) execute(r *request) {
	if c.client.Reply == nil {
		c.client.Reply = c.server.buffers.borrow()
	}
	begin := c.executed
	c.executed = r.end
	c.requests++
	switch {
	case r.err != nil:
		c.client.RejectProtocol(r.err)
	case len(r.args) > 0: // otherwise it was an empty line, or *0
		c.client.Args = r.args
		c.server.engine.Execute(&c.client)
		if c.client.Postponed() {
			c.putOff(r, begin)
		}
	}
	switch c.client.Closing {
	case engine.CloseNow:
		c.server.logAttack(c)
		c.close()
	case engine.CloseForOutput:
		c.closeForOutput()
	case engine.StayOpen:
		if len(c.client.Reply) >= passFrom {
			c.pass()
		}
	}
}

// putOff leaves a request, which begins there, for later: it will be parsed again. Of an inline
// one the words are kept.
func (c *conn) putOff(r *request, begin int) {
	if c.query[begin] == '*' {
		c.executed = begin
		return
	}
	c.again = resp.AppendArray(nil, len(r.args))
	for _, arg := range r.args {
		c.again = resp.AppendBulk(c.again, arg)
	}
}

// endShare ends a connection's share of the turn, and keeps what was not executed.
// Where the input buffer was used up in the middle of a turn, a connection may have a
// second share in it.
func (c *conn) endShare() {
	c.client.Args = nil
	if c.closed {
		return
	}
	if c.client.Reply != nil && len(c.client.Reply) == 0 { // all is on its way: the next one may have the buffer
		c.server.buffers.giveBack(c.client.Reply)
		c.client.Reply = nil
	}
	if c.requests > 0 && !c.served {
		c.served = true
		c.server.served = append(c.server.served, c)
	}
	if c.parsed != c.executed { // some are to be parsed again
		c.parser = resp.Parser{MaxBulk: c.parser.MaxBulk}
	}
	c.query = c.query[c.executed:]
	if c.again != nil {
		rest := append(c.again, c.query...)
		c.dropQuery()
		c.query, c.queryBuf, c.again = rest, rest, nil
		c.parser = resp.Parser{MaxBulk: c.parser.MaxBulk}
	}
	if len(c.query) == 0 || c.client.Closing != engine.StayOpen {
		c.more = false
		c.dropQuery()
	} else {
		c.more = !c.mayExecute() && !c.client.Blocked()
		c.keepQuery()
	}
	if c.requests == 0 { // or it is counted with its replies
		c.countMemory()
	}
	c.parsed, c.executed, c.requests, c.passed = 0, 0, 0, 0
}
