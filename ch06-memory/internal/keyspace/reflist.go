package keyspace

import "redis-internals/ch06/internal/zmalloc"

// reflist.go: a list of references that grows without being copied.
//
//	chunks  [ ▪ ▪ ▪ ... ]    1024 references each, outside of Go's heap
//
// A Go slice of five million would be copied when it is full, and everybody would
// wait. Here another chunk is added.

const (
	perChunk = 1024
	refSize  = 4 // bytes
)

type refList struct {
	chunks []ref // blocks of references
	n      uint32
}

func (l *refList) slot(i uint32) *ref {
	return &(*[perChunk]ref)(zmalloc.Pointer(l.chunks[i/perChunk]))[i%perChunk]
}

func (l *refList) at(i uint32) ref     { return *l.slot(i) }
func (l *refList) set(i uint32, r ref) { *l.slot(i) = r }

// push adds a reference and returns its place.
func (l *refList) push(r ref) (place uint32) {
	if int(l.n) == len(l.chunks)*perChunk {
		l.chunks = append(l.chunks, zmalloc.Alloc(perChunk*refSize))
	}
	l.n++
	l.set(l.n-1, r)
	return l.n - 1
}

// pop takes the last one out.
func (l *refList) pop() (r ref) {
	r = l.at(l.n - 1)
	l.n--
	// One empty chunk is kept: the next push may need it.
	if spare := len(l.chunks)*perChunk - int(l.n); spare >= 2*perChunk {
		zmalloc.Free(l.chunks[len(l.chunks)-1])
		l.chunks = l.chunks[:len(l.chunks)-1]
	}
	return r
}

func (l *refList) free() {
	for _, chunk := range l.chunks {
		zmalloc.Free(chunk)
	}
	*l = refList{}
}
