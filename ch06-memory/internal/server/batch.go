// batch.go: requests that are parsed together, before the first of them is
// executed.
//
//	query   *1 PING *2 GET a *3 SET b c ...
//	             ▼       ▼         ▼
//	args    [ PING | GET a | SET b c |          one array for all
//	requests   0       1        2               where each begins and ends
//
// The parser's code and the commands' stay in the processor's cache when each
// runs many times in a row; and who knows the next sixteen requests can have
// memory fetched for all of them at once.
//
// They need not be one client's. Clients that send one request and wait for its
// reply arrive together, too, when there are many: what each has sent is received
// into its own part of the input buffer, and nothing is executed until there are
// sixteen of them, or no more this turn.
//
//	input   │ A's │ B's │ C's │ free ...
//	ahead   [ GET a | SET b c | GET d |         parsed, and their keys asked for;
//	received  A       B         C               then A's are executed, B's, C's

package server

const (
	batchSize = 16
	maxArgs   = 1024 // arguments' room that is kept from one batch to the next
)

// batch is room for requests. Their arguments borrow from the query buffer.
type batch struct {
	requests [batchSize][][]byte // parts of args
	n        int                 // how many there are
	args     [][]byte            // all requests' arguments, one after another
}

// parse parses requests of a connection's query until the batch is full, and takes
// their bytes off query. err is a protocol error in what comes behind them.
func (b *batch) parse(c *conn) (requests [][][]byte, err error) {
	first, args, query := b.n, b.args, c.query
	for b.n < batchSize {
		begin, size := len(args), 0
		size, args, err = c.parser.Parse(query, args)
		if size == 0 {
			break
		}
		b.requests[b.n] = args[begin:]
		b.n++
		query = query[size:]
	}
	b.args, c.query = args, query
	return b.requests[first:b.n], err
}

// clear makes room for the next requests. What these borrowed from must not
// stay alive for them.
func (b *batch) clear() {
	clear(b.requests[:b.n])
	b.n = 0
	clear(b.args)
	b.args = b.args[:0]
	if cap(b.args) > maxArgs {
		b.args = nil
	}
}

// executeReceived executes what connections have sent since it was last called, or
// as much of it as each may have executed in a turn.
func (s *Server) executeReceived() {
	for _, c := range s.received {
		c.ahead, c.aheadErr = s.ahead.parse(c)
	}
	if s.ahead.n > 1 {
		for _, c := range s.received {
			s.engine.PrefetchBuckets(&c.client, c.ahead)
		}
		s.engine.PrefetchEntries()
	}
	s.takeTurns(s.received)
	s.ahead.clear()
	clear(s.received)
	s.received, s.inputUsed = s.received[:0], 0
}

// takeTurns gives each of the connections its turn.
func (s *Server) takeTurns(conns []*conn) {
	if len(conns) == 0 {
		return
	}
	s.engine.BeginBatch()
	for _, c := range conns {
		if !c.closed {
			c.takeTurn()
		}
	}
	s.engine.EndBatch()
}
