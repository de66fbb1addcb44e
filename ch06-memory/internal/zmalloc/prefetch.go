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

// PrefetchLine asks for the cache line at p, of 64 bytes. It never faults.
//
//go:noescape
func PrefetchLine(p unsafe.Pointer)

// PrefetchTwoLines asks for that line and the next one.
//
//go:noescape
func PrefetchTwoLines(p unsafe.Pointer)
