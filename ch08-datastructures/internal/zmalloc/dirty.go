// dirty.go: which free pages the kernel may have back.
//
// The kernel gives a page to the process when it is first touched, filled with zeros,
// and takes it back when told that it is not needed (MADV_DONTNEED). Telling it costs
// time, and touching the page again does too: so free pages are kept as they are,
// dirty, until Purge, a little at a time. All others that are free are clean: zeros,
// which cost no memory.
//
// There is a bit for each page: it is free, and dirty. Runs need not know: a run may
// have some of both.

package zmalloc

import (
	"math/bits"
	"unsafe"

	"golang.org/x/sys/unix"
)

var (
	dirty      [maxPages / 64]uint64 // bit page%64 of word page/64
	dirtyPages int                   // how many bits are set
	purgedTo   uint32                // where Purge goes on
)

// kernelPage is the size of a page as the kernel has them.
var kernelPage = unix.Getpagesize()

// part says which bits of a word the pages from at to end are, as far as this word
// goes, and where the next word begins. Of pages 60 to 69:
//
//	part(60, 70)   word 0   1111000000...000000   bits 60 to 63
//	part(64, 70)   word 1   000000...0000111111   bits 0 to 5
func part(at, end uint32) (word *uint64, mask uint64, next uint32) {
	next = min(end, (at|63)+1)
	mask = ^uint64(0) >> (64 - (next - at)) << (at % 64) // so many ones, moved up
	return &dirty[at/64], mask, next
}

func markDirty(at, n uint32) {
	for end := at + n; at < end; {
		word, mask, next := part(at, end)
		*word |= mask
		at = next
	}
	dirtyPages += int(n)
}

func forgetDirty(at, n uint32) {
	for end := at + n; at < end; {
		word, mask, next := part(at, end)
		dirtyPages -= bits.OnesCount64(*word & mask)
		*word &^= mask
		at = next
	}
}

func countDirty(at, n uint32) (count int) {
	for end := at + n; at < end; {
		word, mask, next := part(at, end)
		count += bits.OnesCount64(*word & mask)
		at = next
	}
	return count
}

// nextDirty returns the first dirty pages between two, up to max in a row; n is 0 if
// there are none. Sixty-four clean ones are passed at a time.
func nextDirty(at, end, max uint32) (first, n uint32) {
	for at < end {
		word, mask, next := part(at, end)
		if found := *word & mask; found != 0 {
			at += uint32(bits.TrailingZeros64(found >> (at % 64)))
			break
		}
		at = next
	}
	first = at
	for at < end && at-first < max && dirty[at/64]>>(at%64)&1 != 0 {
		at++
	}
	return first, at - first
}

// Purge gives free pages back to the kernel, about as many bytes, and reports whether
// there are more. It costs some 0.1 ms for a megabyte. O(given back), and 10 ns for
// each 32 MiB of the range in which there are none. Redis: MEMORY PURGE; jemalloc does
// it in time by itself.
//
// Where the kernel's pages are longer than ours (arm64 may have 64 KiB) nothing is
// given back: its pages would take neighbours that are in use with them.
func Purge(bytes int) (more bool) {
	for pages := pagesFor(bytes); dirtyPages > 0; {
		if pages == 0 {
			return true
		}
		at, n := nextDirty(purgedTo, top, pages)
		if n == 0 {
			purgedTo = 0 // and once again from the beginning
			continue
		}
		if purge(at, n) != nil {
			return false
		}
		purgedTo = at + n
		pages -= n
	}
	return false
}

// purge gives those of n free pages back that are dirty. It fails where memory is
// locked, as by mlockall, or the kernel's pages are longer.
func purge(at, n uint32) error {
	if kernelPage > pageSize {
		return unix.EINVAL
	}
	for end := at + n; ; {
		at, n = nextDirty(at, end, end)
		if n == 0 {
			return nil
		}
		checkFreed(at, n)
		memory := unsafe.Slice((*byte)(Pointer(Ref(at*perPage))), int(n)*pageSize)
		if err := unix.Madvise(memory, unix.MADV_DONTNEED); err != nil {
			return err
		}
		forgetDirty(at, n)
	}
}
