// volatile.go: the keys that have a time to live.
//
//	entries  [ c, a, f, b ]   in no order: each entry knows its place
//	drop a   [ c, b, f ]      the last one comes where it was
//
// An array, so that any of them is as easy to draw as any other. All is O(1).
// Redis: server.h, redisDb.expires, which is a dict.
//
// It stands in pieces, outside of Go's heap: a Go slice of five million would be copied
// when it is full, and everybody would wait. Here another piece is added:
//
//	chunks  [ ▪ ▪ ▪ ... ]     1024 references each

package keyspace

import (
	"math/rand/v2"

	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/zmalloc"
)

const (
	perChunk = 1024
	refSize  = 4 // bytes
)

type volatile struct {
	chunks []ref // blocks of references
	n      uint32
}

func (v *volatile) len() int { return int(v.n) }

func (v *volatile) slot(place uint32) *ref {
	return &(*[perChunk]ref)(zmalloc.Pointer(v.chunks[place/perChunk]))[place%perChunk]
}

func (v *volatile) at(place uint32) *entry { return object.At(*v.slot(place)) }

// set says that the entry at a place is in another block now.
func (v *volatile) set(place uint32, e *entry) { *v.slot(place) = e.Ref() }

// draw returns one of the entries, each as likely as the others. There must be any.
func (v *volatile) draw(random *rand.Rand) *entry {
	return v.at(random.Uint32N(uint32(v.len())))
}

// push adds an entry and returns its place.
func (v *volatile) push(e *entry) (place uint32) {
	if v.len() == len(v.chunks)*perChunk {
		v.chunks = append(v.chunks, zmalloc.Alloc(perChunk*refSize))
	}
	v.n++
	v.set(v.n-1, e)
	return v.n - 1
}

// drop takes out what stands at a place. The last one comes there.
func (v *volatile) drop(place uint32) {
	last := v.at(v.n - 1)
	v.set(place, last)
	last.SetPlace(place)
	v.n--
	// One empty chunk is kept: the next push may need it.
	if spare := len(v.chunks)*perChunk - v.len(); spare >= 2*perChunk {
		zmalloc.Free(v.chunks[len(v.chunks)-1])
		v.chunks = v.chunks[:len(v.chunks)-1]
	}
}

// memoryUsage is how many bytes the chunks take.
func (v *volatile) memoryUsage() int { return len(v.chunks) * perChunk * refSize }

// free gives the chunks back.
func (v *volatile) free() {
	for _, chunk := range v.chunks {
		zmalloc.Free(chunk)
	}
	*v = volatile{}
}
