//go:build amd64 || arm64

package zmalloc

import "unsafe"

// prefetch.go: asking for memory before it is needed.
//
// Reading memory that is in no cache takes a hundred times as long as reading what
// is. A processor can have ten such reads under way, if it knows of them. A server
// that executes one request after the other tells it of one at a time; one that
// knows the next sixteen can ask for all of them, and find them there when it comes
// to them.

// prefetch asks for the cache line at p. It never faults.
//
//go:noescape
func prefetch(p unsafe.Pointer)

// Prefetch asks for the first so many bytes of a block.
func Prefetch(r Ref, bytes int) {
	for p := Pointer(r); bytes > 0; bytes -= cacheLine {
		prefetch(p)
		p = unsafe.Add(p, cacheLine)
	}
}

// PrefetchPointer asks for the cache line at p.
func PrefetchPointer(p unsafe.Pointer) { prefetch(p) }

const cacheLine = 64
