//go:build !amd64 && !arm64

// prefetch_other.go: asking for memory before it is needed, on processors that are not known.

package zmalloc

import "unsafe"

// PrefetchLine does nothing: this processor is not known.
func PrefetchLine(unsafe.Pointer) {}

// PrefetchBlock does nothing, too.
func PrefetchBlock(Ref) {}
