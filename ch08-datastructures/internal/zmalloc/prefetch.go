//go:build amd64 || arm64

// prefetch.go: asking for memory before it is needed.
//
// Reading memory that is in no cache takes a hundred times as long as reading what
// is. A processor can have ten such reads under way, if it knows of them. A server
// that executes one request after the other tells it of one at a time; one that
// knows the next sixteen can ask for all of them, and find them there when it comes
// to them.

package zmalloc

import "unsafe"

// PrefetchLine asks for the cache line at p, of 64 bytes. It never faults.
//
//go:noescape
func PrefetchLine(p unsafe.Pointer)

// PrefetchBlock asks for a block's first 88 bytes, which is all of a key of 16 with a
// value of 64, and for what is known of its page, which Size reads. Two lines hold the
// bytes, or three: a block in four begins so late in its first one.
func PrefetchBlock(r Ref) { prefetchBlock(Pointer(r), unsafe.Pointer(&table[r.page()])) }

//go:noescape
func prefetchBlock(p, entry unsafe.Pointer)
