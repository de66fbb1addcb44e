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
	maxReused  = 256 << 10 // a buffer that has grown beyond is not lent to just anybody
	maxIdle    = 16 << 20  // bytes kept, all together, for the next borrowers
	maxLarge   = 8 << 20   // and bytes of larger ones, for who says that he needs one
)

// bufferPool keeps buffers that nobody uses. The last one returned is lent
// first: it is the one that the processor's cache still holds.
type bufferPool struct {
	idle      [][]byte
	idleBytes int
	dropped   int // bytes that were not kept: garbage by now

	large      [][]byte // larger than maxReused
	largeBytes int
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
	switch {
	case cap(b) > maxReused && p.largeBytes+cap(b) <= maxLarge:
		p.large = append(p.large, b[:0])
		p.largeBytes += cap(b)
		return
	case cap(b) > maxReused || p.idleBytes+cap(b) > maxIdle:
		p.dropped += cap(b)
		return
	}
	p.idle = append(p.idle, b[:0])
	p.idleBytes += cap(b)
}

// exchange gives b back for a larger buffer that has its bytes and room for n more, if there is
// one. Fresh memory costs a page fault for each 4 KiB, and a long reply is nothing but that.
func (p *bufferPool) exchange(b []byte, n int) []byte {
	for i, larger := range p.large {
		if cap(larger) < len(b)+n {
			continue
		}
		last := len(p.large) - 1
		p.large[i], p.large[last] = p.large[last], nil
		p.large = p.large[:last]
		p.largeBytes -= cap(larger)
		larger = append(larger, b...)
		if b != nil {
			p.giveBack(b)
		}
		return larger
	}
	return b
}
