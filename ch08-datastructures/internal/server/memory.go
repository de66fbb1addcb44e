// memory.go: what connections take of Go's heap, counted as it comes and goes.
//
//	a connection     from accept to close                          connMemory
//	its buffers      query, Reply and backlog, with all their room  conn.countMemory
//	messages         what others make Reply grow by                package engine
//	its transaction  what is queued                                conn.countMemory
//	its watches      a change may end them                         package engine
//	what it listens to                                             package engine
//	arguments        of a batch, where they are many               Server.countArguments
//	idle buffers     not counted: nobody uses them, and the next borrower will
//
// A reply grows in a handler, by append, and nobody is told. So a connection is looked
// at when its share of a turn ends, and when replies have been sent, and the
// difference is counted: that is an addition or two, and right for each turn.
//
// Where the system gives no more (ulimit -v, vm.overcommit_memory 2), Go's heap would end the
// process. So each time that clients have taken a few MiB more it is asked whether there is
// room for as much again; if not, the client that takes most is closed.
//
// Redis counts in its allocator (zmalloc.c, update_zmalloc_stat_alloc). Go's has no such
// place, and its garbage collector tells only now and then what is in use.

package server

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"unsafe"

	"redis-internals/ch08/internal/zmalloc"
)

// connMemory is what a connection takes besides its buffers, in bytes: the struct, its
// places in the server's map and roster and in the event loop's table, and its callback.
const connMemory = 900

// countMemory counts by how much the connection's buffers have grown since it was last
// called, or become less. O(1).
func (c *conn) countMemory() {
	bytes := cap(c.queryBuf) + cap(c.client.Reply) + c.backlogRoom + c.client.QueueMemory()
	c.server.engine.CountClientMemory(bytes - c.counted - c.client.Pushed)
	c.counted, c.client.Pushed = bytes, 0
	if c.server.clientLimit != 0 {
		c.server.weigh(c)
	}
}

// taken is what the connection takes of Go's heap, as it was last counted.
func (c *conn) taken() int {
	return c.counted + c.client.Pushed + c.client.WatchMemory() + c.client.SubscriptionMemory() + c.client.PrefixMemory() + c.client.WaitMemory()
}

// countArguments does the same for the arguments of the batch. The room for few of them
// is always there.
func (s *Server) countArguments() {
	bytes := max(0, cap(s.batch.args)-maxArgs) * int(unsafe.Sizeof([]byte{}))
	s.engine.CountClientMemory(bytes - s.batch.counted)
	s.batch.counted = bytes
}

const (
	lookAgain = 4 << 20  // bytes that clients may take until it is asked whether there are more
	minTaken  = 16 << 10 // bytes that a client must take to be closed for them
)

// boundClientMemory closes clients when the system gives no memory for what they take: the
// one first that takes most. Where a limit is set they are before that (clienteviction.go).
func (s *Server) boundClientMemory() {
	s.evictClients()
	taken := s.engine.ClientMemory()
	if s.lookedAt = min(s.lookedAt, taken); taken-s.lookedAt < lookAgain {
		return
	}
	for !zmalloc.GoHasRoom() {
		debug.FreeOSMemory() // what was sent, or has been closed, is garbage still
		if zmalloc.GoHasRoom() || !s.closeGreediest() {
			break
		}
	}
	s.lookedAt = s.engine.ClientMemory()
}

// closeGreediest closes the clients that take most, until it is worth collecting what they
// took. It reports false if all that are left take little.
func (s *Server) closeGreediest() (closed bool) {
	for end := s.engine.ClientMemory() - 2*lookAgain; s.engine.ClientMemory() > end; closed = true {
		var most *conn
		for _, c := range s.conns {
			if c.taken() >= minTaken && (most == nil || c.taken() > most.taken()) {
				most = c
			}
		}
		if most == nil {
			return closed
		}
		s.log.Warning("Out of memory: closing the client that takes most: id=%d qbuf=%d omem=%d", most.client.ID, len(most.query), most.unsentBytes())
		most.close()
	}
	return closed
}

// heapInUse is what is in use of Go's heap, in bytes. It collects all garbage to know
// that, which takes milliseconds.
func heapInUse() int {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int(sample[0].Value.Uint64())
}
