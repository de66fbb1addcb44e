// classes.go: the sizes that blocks have.
//
// An allocator that cut every block to measure would end with holes of every size
// between them, and nothing that fits. So sizes are rounded up to a class, and a
// freed block is used again by the next one of its class. What rounding up wastes:
//
//	asked for        classes            a block wastes at most   on average, about
//	1 to 256         8, 16, 24, ...     7 bytes                  3.5 bytes
//	257 to 512       272, 288, ...      15 bytes, 6 %            2 %
//	513 to 32768     16 to a doubling   6 %                      2 %
//	more             whole 8 KiB pages  8191 bytes, 20 %         less, the larger
//
// jemalloc has four classes to a doubling, from 16 bytes on, and wastes up to 20 %.
// A server full of small keys feels that: 97 bytes in a class of 112 are 15 MB in
// a million. jemalloc's gain is that fewer classes leave fewer half-empty slabs.

package zmalloc

import "math/bits"

const (
	perDoubling = 16                     // steps from one power of two to the next
	maxFine     = 2 * perDoubling * unit // up to 256 bytes classes are 8 bytes apart
	maxSmall    = 32 << 10               // the largest class; beyond are runs of pages
	classes     = 2*perDoubling + 7*perDoubling
)

// classSize is the size of a class in bytes, and slabPages how long its slabs are.
var classSize, slabPages = func() (size, pages [classes]uint32) {
	for c := range classes {
		size[c] = stepStart(uint32(c)+1) * unit
		pages[c] = 8 // 64 KiB, or more until little of its end is wasted
		for pages[c]*pageSize%size[c]*100 > pages[c]*pageSize*3 {
			pages[c]++
		}
	}
	return size, pages
}()

// classOf is the class of the smallest blocks with n bytes: of n in units of eight
// bytes, rounded up, the step that begins there or next.
func classOf(n int) int {
	units := (uint32(max(n, 1)) + unit - 1) / unit
	if units <= 2*perDoubling {
		return int(units) - 1
	}
	return int(stepOf(units - 1))
}

// Classes of blocks, and lists of free runs, are steps: 1, 2, 3 and so on up to 32,
// and from there on sixteen to a doubling.
//
//	n      1 2 3 ... 31 32   34   36   ...  62   64   68   ...
//	step   1 2 3 ... 31 32   33   34   ...  47   48   49   ...
//
// A number's highest bit says which doubling it is in, and the four bits below it
// which sixteenth of that. 75 is
//
//	1001011    six bits below the highest: 64 to 127
//	 ▔▔▔▔      0010: the third sixteenth, 72 to 75
//
// and the step is 32 + 16 for the doubling 32 to 63, + 2: 50.

// stepOf is the step that n, from 1 on, belongs to: the last one that does not begin
// behind it.
func stepOf(n uint32) uint32 {
	if n < 2*perDoubling {
		return n
	}
	shift := uint32(bits.Len32(n)) - 5 // so that five bits are left: 1, and the four
	return shift*perDoubling + n>>shift
}

// stepStart is the least number of a step.
func stepStart(step uint32) uint32 {
	if step < 2*perDoubling {
		return step
	}
	shift := step/perDoubling - 1
	return (step%perDoubling + perDoubling) << shift
}
