//go:build !amd64 && !arm64

package zmalloc

import "unsafe"

// Prefetch does nothing: this processor is not known.
func Prefetch(Ref, int) {}

// PrefetchPointer does nothing, too.
func PrefetchPointer(unsafe.Pointer) {}
