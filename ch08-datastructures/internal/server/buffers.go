// buffers.go: buffers for connections that have something to keep.
//
// Most connections, most of the time, have nothing in flight: their last
// request is executed and their last reply sent. So a connection owns no
// buffer. It borrows one when bytes come to stay, half a request or a reply that
// is not sent yet, and gives it back when they are gone. Ten thousand idle
// clients then cost no more than ten thousand small structs.

package server

const (
	bufferSize = 1 << 10   // bytes of a fresh buffer; most replies are shorter
	maxReused  = 256 << 10 // a buffer that has grown beyond is not kept
	maxIdle    = 16 << 20  // bytes kept, all together, for the next borrowers
)

// bufferPool keeps buffers that nobody uses. The last one returned is lent
// first: it is the one that the processor's cache still holds.
type bufferPool struct {
	idle      [][]byte
	idleBytes int
	dropped   int // bytes that were not kept: garbage by now
}

// borrow returns an empty buffer. It grows as one appends to it.
func (p *bufferPool) borrow() []byte {
	n := len(p.idle)
	if n == 0 {
		return make([]byte, 0, bufferSize)
	}
	b := p.idle[n-1]
	p.idle = p.idle[:n-1]
	p.idleBytes -= cap(b)
	return b
}

// giveBack takes a buffer that the caller will not touch any more.
func (p *bufferPool) giveBack(b []byte) {
	if cap(b) > maxReused || p.idleBytes+cap(b) > maxIdle {
		p.dropped += cap(b)
		return
	}
	p.idle = append(p.idle, b[:0])
	p.idleBytes += cap(b)
}
