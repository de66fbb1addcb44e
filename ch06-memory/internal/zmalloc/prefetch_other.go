//go:build !amd64 && !arm64

package zmalloc

import "unsafe"

// PrefetchLine does nothing: this processor is not known.
func PrefetchLine(unsafe.Pointer) {}

// PrefetchBlock does nothing, too.
func PrefetchBlock(Ref) {}
