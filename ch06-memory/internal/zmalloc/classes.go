// classes.go: the sizes that blocks have.
//
// An allocator that cut every block to measure would end with holes of every size
// between them, and nothing that fits. So sizes are rounded up to a class, and a
// freed block is used again by the next one of its class. What rounding up wastes:
//
//	asked for        classes           a block wastes at most   on average, about
//	1 to 256         8, 16, 24, ...    7 bytes                  3.5 bytes
//	257 to 512       288, 320, ...     31 bytes, 11 %           5 %
//	513 to 32768     8 to a doubling   11 %                     5 %
//	more             whole 8 KiB pages 8191 bytes, 20 %         less, the larger
//
// jemalloc has four classes to a doubling, from 16 bytes on, and wastes up to 20 %.
// A server full of small keys feels that: 97 bytes in a class of 112 are 15 MB in
// a million. jemalloc's gain is that fewer classes leave fewer half-empty slabs.

package zmalloc

import "math/bits"

const (
	maxFine  = 256      // up to here classes are 8 bytes apart
	maxSmall = 32 << 10 // the largest class; beyond are runs of pages
	fine     = maxFine / unit
	classes  = fine + 8*7 // 7 doublings from 256 to 32768
)

// classSize is the size of a class in bytes, and slabPages how long its slabs are.
var classSize, slabPages = func() (size, pages [classes]uint32) {
	for c := range classes {
		if c < fine {
			size[c] = uint32(c+1) * unit
		} else {
			doubling, step := (c-fine)/8, (c-fine)%8
			size[c] = uint32(maxFine<<doubling + (step+1)*(maxFine<<doubling)/8)
		}
		pages[c] = 8 // 64 KiB, or more until little of its end is wasted
		for pages[c]*pageSize%size[c]*100 > pages[c]*pageSize*3 {
			pages[c]++
		}
	}
	return size, pages
}()

// classOf is the class of the smallest blocks with n bytes.
func classOf(n int) int {
	if n <= maxFine {
		return (max(n, 1) - 1) / unit
	}
	// n-1 has its highest bit in one of the doublings; the three bits below it
	// say which eighth.
	high := bits.Len32(uint32(n-1)) - 1 // 8 for 257 to 512
	eighth := (n-1)>>(high-3) - 8
	return fine + (high-8)*8 + eighth
}
