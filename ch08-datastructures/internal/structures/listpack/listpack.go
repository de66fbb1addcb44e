// Package listpack is a list of strings and integers in one block, one after another.
//
//	listpack.go  what it is; walking, seeking, finding
//	encode.go    an element's bytes
//	edit.go      insert, replace, delete
//	pick.go      random elements
//	validate.go  bytes that come from elsewhere
//
//	| bytes u32 | count u16 | element | element | ... | FF |
//
//	element:  | encoding and data | backlen |
//
// A small list as a chain of blocks costs more for its links than for what is in it, and
// a cache line for each step. Here a step is to add the element's length. The price is
// that an insertion shifts all that is behind: so packs are kept small, and what grows
// beyond becomes a quicklist, a hash table or a skip list.
//
// "ada", 1815 and 5, all 17 bytes:
//
//	11 00 00 00  03 00   83 61 64 61 04   c7 17 02   05 01   ff
//	17 bytes     3       "ada"            1815       5       end
//
// 83 is 10 000011: a string of 3. c7 17 is 110 00111 00010111: a number of 13 bits. 05 is
// itself: numbers to 127 take a byte (encode.go has all forms). Behind each stands its
// backlen, how long what is before it was: 4, 2 and 1 bytes. Who walks backwards reads
// it, and steps over as many.
//
// # What the ziplist was
//
// The videos' Redis has ziplists. There each entry began with the length of the one
// before it, in a byte if that is less than 254, or in five:
//
//	ziplist:   | prevlen | encoding | data |    prevlen: of the entry before
//	listpack:  | encoding | data | backlen |    backlen: of the entry itself
//
// Take entries of 253 bytes each, 1 + 2 + 250, and put one of 300 in front:
//
//	       [01..253] [fd..253] [fd..253]          every prevlen is one byte
//	[300]  [fe..257] ...                          the first needs five for 300: it has 257
//	[300]  [fe..257] [fe..257] ...                so the second needs five for 257,
//	[300]  [fe..257] [fe..257] [fe..257]          and so on to the end
//
// That is the cascading update: one insertion, and every entry is moved, each again and
// again; O(n^2) bytes. A backlen speaks of its own element alone, so no other one changes
// when an element does. TestZiplist_Cascades counts both.
//
// First, Last, Next, Prev, At and appending are O(1); Seek is O(n) from the nearer end;
// Find, Insert, Replace and Delete are O(bytes). The bytes are Redis' own.
//
// Redis: listpack.c; ziplist.c for what was before.
package listpack

import (
	"bytes"
	"encoding/binary"
	"math"
	"unsafe"

	"redis-internals/ch08/internal/zmalloc"
)

// Pack is a list in a block. See ../README.md for how handles are used.
type Pack zmalloc.Ref

// Pos is where an element begins, in bytes from the block's start; 0 is no element. It
// is good until the pack is written to.
type Pos int

const (
	headSize = 6
	endMark  = 0xff
	unknown  = math.MaxUint16 // a count that says: go and count
	maxBytes = 1 << 30        // that a pack may have; Redis' LISTPACK_MAX_SAFETY_LIMIT
)

var order = binary.LittleEndian

// New returns an empty pack.
func New() Pack {
	r := zmalloc.Alloc(headSize + 1)
	b := zmalloc.Bytes(r)
	order.PutUint32(b, headSize+1)
	order.PutUint16(b[4:], 0)
	b[headSize] = endMark
	return Pack(r)
}

// Load returns a pack with these bytes, which Validate has approved of.
func Load(b []byte) Pack {
	r := zmalloc.Alloc(len(b))
	copy(zmalloc.Bytes(r), b)
	return Pack(r)
}

// Free gives the block back.
func (p Pack) Free() { zmalloc.Free(zmalloc.Ref(p)) }

// Size is how many bytes the pack has, the end included. O(1).
func (p Pack) Size() int { return int(*(*uint32)(zmalloc.Pointer(zmalloc.Ref(p)))) }

// Bytes is the pack as Redis writes it to a file. Borrowed.
func (p Pack) Bytes() []byte {
	head := zmalloc.Pointer(zmalloc.Ref(p))
	return unsafe.Slice((*byte)(head), *(*uint32)(head)) // the head knows: zmalloc need not be asked
}

// MemoryUsage is how many bytes the pack takes. O(1).
func (p Pack) MemoryUsage() int { return zmalloc.Size(zmalloc.Ref(p)) }

// Len is how many elements there are. O(1) up to 65,534 of them, and O(n) beyond: the
// count has two bytes. Who finds fewer by counting writes it down. Redis: lpLength.
func (p Pack) Len() int {
	b := p.Bytes()
	if n := order.Uint16(b[4:]); n != unknown {
		return int(n)
	}
	n := 0
	for at := headSize; b[at] != endMark; n++ {
		at = after(b, at)
	}
	order.PutUint16(b[4:], uint16(min(n, unknown)))
	return n
}

// HasRoom reports whether n bytes more may go into the pack. Redis: lpSafeToAdd.
func (p Pack) HasRoom(n int) bool { return p.Size()+n <= maxBytes }

// First and Last are the elements at the ends. Next and Prev are those beside one. All
// are 0 where there is none. O(1).
func (p Pack) First() Pos { return p.orNone(headSize) }

func (p Pack) Last() Pos {
	b := p.Bytes()
	return before(b, len(b)-1)
}

func (p Pack) Next(at Pos) Pos {
	b := p.Bytes()
	return posOrNone(b, after(b, int(at)))
}

func (p Pack) Prev(at Pos) Pos { return before(p.Bytes(), int(at)) }

func (p Pack) orNone(at int) Pos { return posOrNone(p.Bytes(), at) }

func posOrNone(b []byte, at int) Pos {
	if b[at] == endMark {
		return 0
	}
	return Pos(at)
}

// after is where the element behind the one at at begins, or the end. Numbers to 127 and
// strings of up to 63 bytes, which most are, have a head and a backlen of a byte each.
func after(b []byte, at int) int {
	switch c := b[at]; {
	case c < 0x80:
		return at + 2
	case c < 0xc0:
		return at + 2 + int(c&0x3f)
	}
	return afterOther(b, at)
}

func afterOther(b []byte, at int) int {
	n := encodedLen(b[at:])
	return at + n + backlenSize(n)
}

// before is where the element in front of at begins.
func before(b []byte, at int) Pos {
	if at == headSize {
		return 0
	}
	n := decodeBacklen(b[:at])
	return Pos(at - n - backlenSize(n))
}

// Seek is element i, from 0 on, or from -1 backwards; 0 if there is none. O(n) from the
// end that is nearer. Redis: lpSeek.
func (p Pack) Seek(i int) Pos {
	b := p.Bytes()
	n := int(order.Uint16(b[4:]))
	if n != unknown { // else the end that the index counts from has to do
		if i < 0 {
			i += n
		}
		if i < 0 || i >= n {
			return 0
		}
		if i > n/2 {
			i -= n
		}
	}
	if i >= 0 {
		at := headSize
		for ; i > 0 && b[at] != endMark; i-- {
			at = after(b, at)
		}
		return posOrNone(b, at)
	}
	at := before(b, len(b)-1)
	for i++; i < 0 && at != 0; i++ {
		at = before(b, int(at))
	}
	return at
}

// Value is an element: a string, or an integer. Its string is borrowed. It has four words:
// with a fifth the compiler would keep it in memory and not in registers, and walking
// would take twice as long.
type Value struct {
	Text    []byte // nil for an integer, and for no string
	Integer int64
}

// IsInt reports whether the element is an integer.
func (v Value) IsInt() bool { return v.Text == nil }

// At is the element at a position. O(1).
func (p Pack) At(at Pos) Value { return decode(p.Bytes()[at:]) }

// Read is At and Next in one, which is what walking through all takes.
func (p Pack) Read(at Pos) (v Value, next Pos) {
	block := zmalloc.Pointer(zmalloc.Ref(p))
	first := unsafe.Add(block, at)
	switch c := *(*byte)(first); {
	case c < 0x80:
		v.Integer = int64(c)
		next = at + 2
	case c < 0xc0:
		n := int(c & 0x3f)
		v.Text = unsafe.Slice((*byte)(unsafe.Add(first, 1)), n)
		next = at + 2 + Pos(n)
	case c>>4 == 0xe:
		n := int(c&0x0f)<<8 | int(*(*byte)(unsafe.Add(first, 1)))
		v.Text = unsafe.Slice((*byte)(unsafe.Add(first, 2)), n)
		if next = at + 3 + Pos(n); n > 125 { // its backlen has two bytes
			next++
		}
	default:
		b := p.Bytes()
		v, next = decode(b[at:]), Pos(after(b, int(at)))
	}
	if *(*byte)(unsafe.Add(block, next)) == endMark {
		next = 0
	}
	return v, next
}

// Find is the first element at or behind a position that is text, looking only at each
// (skip+1)th: with skip 1 at the names of a row of names and values. 0 if there is none,
// or at is 0. O(bytes). Redis: lpFind.
func (p Pack) Find(at Pos, text []byte, skip int) Pos {
	if at == 0 {
		return 0
	}
	number, isInt := parseInt(text) // then it is stored as one, and as nothing else
	if n := len(text); !isInt && n >= wordSize && n < 64 {
		return p.findShort(at, text, skip)
	}
	b, i := p.Bytes(), int(at)
	for left := 0; b[i] != endMark; left-- {
		if left == 0 {
			if isText(b[i:], text, number, isInt) {
				return Pos(i)
			}
			left = skip + 1
		}
		i = after(b, i)
	}
	return 0
}

const wordSize = 8 // bytes that are compared at once

// findShort is Find for what most names are, text of 8 to 63 bytes. It has one first byte;
// where that is right its last eight bytes are compared before all of it, as many names
// begin alike. Of other elements nothing is read but how long they are.
func (p Pack) findShort(at Pos, text []byte, skip int) Pos {
	block, n := zmalloc.Pointer(zmalloc.Ref(p)), len(text)
	first, last := 0x80|byte(n), order.Uint64(text[n-wordSize:])
	i := uintptr(at)
	for left := 0; ; left-- {
		c := *(*byte)(unsafe.Add(block, i))
		if left == 0 {
			if c == first {
				whole := unsafe.Slice((*byte)(unsafe.Add(block, i+1)), n)
				if order.Uint64(whole[n-wordSize:]) == last && string(whole) == string(text) {
					return Pos(i)
				}
			}
			left = skip + 1
		}
		switch { // what after does, without a call for what most values are
		case c < 0x80:
			i += 2
		case c < 0xc0:
			i += 2 + uintptr(c&0x3f)
		case c>>4 == 0xe: // a string, its length in 12 bits: from 126 on its backlen has two bytes
			size := uintptr(c&0x0f)<<8 + uintptr(*(*byte)(unsafe.Add(block, i+1)))
			if i += 3 + size; size > 125 {
				i++
			}
		case c == endMark:
			return 0
		default:
			i = uintptr(afterOther(p.Bytes(), int(i)))
		}
	}
}

// isText reports whether the element that b begins with is text, or the number that text
// is.
func isText(b, text []byte, number int64, isInt bool) bool {
	if c := b[0]; c >= 0x80 && c < 0xc0 {
		return !isInt && int(c&0x3f) == len(text) && string(b[1:1+len(text)]) == string(text)
	}
	v := decode(b)
	if v.IsInt() || isInt {
		return v.IsInt() && isInt && v.Integer == number
	}
	return bytes.Equal(v.Text, text)
}
