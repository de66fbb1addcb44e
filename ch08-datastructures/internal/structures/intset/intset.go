// Package intset is a set of integers: a sorted array, of the narrowest width that
// holds them all.
//
//	| width u32 | count u32 | v0 | v1 | v2 | ...    little-endian, ascending, each once
//
// The width is 2, 4 or 8 bytes. It grows for all when one member does not fit, and never
// shrinks: what has been wide may be so again. -5, 7 and 300 take 14 bytes,
//
//	02 00 00 00   03 00 00 00   fb ff   07 00   2c 01
//	width 2       count 3       -5      7       300
//
// and with 70,000, which needs four bytes, they are moved apart, the last one first, so
// that none is written over before it was read:
//
//	04 00 00 00   04 00 00 00   fb ff ff ff   07 00 00 00   2c 01 00 00   70 11 01 00
//
// A member that needs more width than all others is less than all of them, or greater:
// so it goes to the front or to the end, and nothing has to be searched.
//
// Why an array, when a hash table finds in O(1)? A table takes some 50 bytes a member
// in Redis, and here 2, 4 or 8. Up to 512 members (set-max-intset-entries) the nine steps
// of a search stay within a few cache lines, and so does the shifting.
//
// Has is O(log n), At and Random O(1), Add and Remove O(n): they shift what is behind.
// The bytes are Redis' own. Redis: intset.c; t_set.c decides when a set is one.
package intset

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"unsafe"

	"redis-internals/ch08/internal/structures/room"
	"redis-internals/ch08/internal/zmalloc"
)

// Set is a set of integers. See ../README.md for how handles are used.
type Set zmalloc.Ref

// head is the beginning of the block.
type head struct{ width, count uint32 }

const headSize = 8

var order = binary.LittleEndian

// New returns an empty set.
func New() Set {
	s := Set(zmalloc.Alloc(headSize))
	*s.head() = head{width: 2}
	return s
}

// Free gives the block back.
func (s Set) Free() { zmalloc.Free(zmalloc.Ref(s)) }

// Len is how many members there are. O(1).
func (s Set) Len() int { return int(s.head().count) }

// Bytes is the set as Redis writes it to a file. Borrowed.
func (s Set) Bytes() []byte {
	h := s.head()
	return unsafe.Slice((*byte)(unsafe.Pointer(h)), headSize+int(h.count)*int(h.width))
}

// MemoryUsage is how many bytes the set takes. O(1).
func (s Set) MemoryUsage() int { return zmalloc.Size(zmalloc.Ref(s)) }

func (s Set) head() *head { return (*head)(zmalloc.Pointer(zmalloc.Ref(s))) }

func (s Set) width() int { return int(s.head().width) }

// values is the array.
func (s Set) values() []byte { return s.Bytes()[headSize:] }

// At is member i, counted from 0 in ascending order. O(1). Redis: intsetGet.
func (s Set) At(i int) int64 { return load(s.values(), s.width(), i) }

// Max and Min are the greatest member and the least. The set must not be empty. O(1).
func (s Set) Max() int64 { return s.At(s.Len() - 1) }
func (s Set) Min() int64 { return s.At(0) }

// Random is a member, each as likely as the others. The set must not be empty. O(1).
func (s Set) Random(random *rand.Rand) int64 { return s.At(random.IntN(s.Len())) }

// Has reports whether v is a member. O(log n). Redis: intsetFind.
func (s Set) Has(v int64) bool {
	_, found := s.search(v)
	return found
}

// Add adds v and reports whether it is new. O(n). Redis: intsetAdd.
func (s *Set) Add(v int64) (added bool) {
	if w := widthOf(v); w > s.width() {
		s.widen(w, v)
		return true
	}
	at, found := s.search(v)
	if found {
		return false
	}
	n, w := s.Len(), s.width()
	s.resize(n+1, w)
	all := s.values()
	copy(all[(at+1)*w:], all[at*w:n*w])
	store(all, w, at, v)
	return true
}

// Remove takes v out and reports whether it was there. O(n). Redis: intsetRemove.
func (s *Set) Remove(v int64) (removed bool) {
	at, found := s.search(v)
	if !found {
		return false
	}
	n, w := s.Len(), s.width()
	all := s.values()
	copy(all[at*w:], all[(at+1)*w:])
	s.resize(n-1, w)
	return true
}

// search returns where v stands, or where it would. Members are often added in order:
// so the ends come first.
func (s Set) search(v int64) (at int, found bool) {
	all, w := s.values(), s.width()
	low, high := 0, len(all)/w // what is sought is in low..high
	switch {
	case high == 0:
		return 0, false
	case v > load(all, w, high-1):
		return high, false
	case v < load(all, w, 0):
		return 0, false
	}
	for low < high {
		middle := int(uint(low+high) / 2)
		if load(all, w, middle) < v {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, load(all, w, low) == v
}

// widen gives all members the width w and adds v, which needs it. Redis:
// intsetUpgradeAndAdd.
func (s *Set) widen(w int, v int64) {
	n, was := s.Len(), s.width()
	s.resize(n+1, w)
	all, first := s.values(), 0
	if v < 0 {
		first = 1
	}
	for i := n - 1; i >= 0; i-- {
		store(all, w, first+i, load(all, was, i))
	}
	if v < 0 {
		store(all, w, 0, v)
	} else {
		store(all, w, n, v)
	}
}

// resize makes room for n members of a width, or gives it back, and writes the head.
func (s *Set) resize(n, width int) {
	r := room.Fit(zmalloc.Ref(*s), headSize+s.Len()*s.width(), headSize+n*width)
	*s = Set(r)
	*s.head() = head{uint32(width), uint32(n)}
}

// widthOf is how many bytes v needs.
func widthOf(v int64) int {
	switch {
	case v < math.MinInt32 || v > math.MaxInt32:
		return 8
	case v < math.MinInt16 || v > math.MaxInt16:
		return 4
	}
	return 2
}

func load(all []byte, width, i int) int64 {
	switch width {
	case 2:
		return int64(int16(order.Uint16(all[i*2:])))
	case 4:
		return int64(int32(order.Uint32(all[i*4:])))
	}
	return int64(order.Uint64(all[i*8:]))
}

func store(all []byte, width, i int, v int64) {
	switch width {
	case 2:
		order.PutUint16(all[i*2:], uint16(v))
	case 4:
		order.PutUint32(all[i*4:], uint32(v))
	default:
		order.PutUint64(all[i*8:], uint64(v))
	}
}

// Validate reports whether b is what Bytes returns of some set: for bytes that come from
// elsewhere. O(n). Redis: intsetValidateIntegrity.
func Validate(b []byte) bool {
	if len(b) < headSize {
		return false
	}
	w := int(order.Uint32(b))
	if w != 2 && w != 4 && w != 8 {
		return false
	}
	all := b[headSize:]
	if int64(order.Uint32(b[4:]))*int64(w) != int64(len(all)) {
		return false
	}
	for i := 1; i < len(all)/w; i++ {
		if load(all, w, i-1) >= load(all, w, i) {
			return false
		}
	}
	return true
}
