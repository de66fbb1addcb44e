// memory.go: what connections take of Go's heap, counted as it comes and goes.
//
//	a connection     from accept to close                          connMemory
//	its buffers      query, Reply and backlog, with all their room  conn.countMemory
//	its transaction  what is queued, and what is watched           conn.countMemory
//	arguments        of a batch, where they are many               Server.countArguments
//	idle buffers     not counted: nobody uses them, and the next borrower will
//
// A reply grows in a handler, by append, and nobody is told. So a connection is looked
// at when its share of a turn ends, and when replies have been sent, and the
// difference is counted: that is an addition or two, and right for each turn.
//
// Redis counts in its allocator (zmalloc.c, update_zmalloc_stat_alloc). Go's has no such
// place, and its garbage collector tells only now and then what is in use.

package server

import (
	"runtime"
	"runtime/metrics"
	"unsafe"
)

// connMemory is what a connection takes besides its buffers, in bytes: the struct, its
// places in the server's map and roster and in the event loop's table, and its callback.
const connMemory = 700

// countMemory counts by how much the connection's buffers have grown since it was last
// called, or become less. O(1).
func (c *conn) countMemory() {
	bytes := cap(c.queryBuf) + cap(c.client.Reply) + c.backlogRoom + c.client.Memory()
	c.server.engine.CountClientMemory(bytes - c.counted)
	c.counted = bytes
}

// countArguments does the same for the arguments of the batch. The room for few of them
// is always there.
func (s *Server) countArguments() {
	bytes := max(0, cap(s.batch.args)-maxArgs) * int(unsafe.Sizeof([]byte{}))
	s.engine.CountClientMemory(bytes - s.batch.counted)
	s.batch.counted = bytes
}

// heapInUse is what is in use of Go's heap, in bytes. It collects all garbage to know
// that, which takes milliseconds.
func heapInUse() int {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int(sample[0].Value.Uint64())
}
