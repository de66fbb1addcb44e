// Package sds is a string that knows its length and has room to grow.
//
// A C string ends with a zero. So it cannot hold one, its length takes a walk to find, and
// whoever appends must know whether there is room. Redis' simple dynamic string puts a head
// before the bytes:
//
//	C       h e l l o \0
//	sds     | length 5 | allocated 10 | type | h e l l o \0 . . . . . |
//	            ▲ of 1, 2, 4 or 8 bytes, as the type says    ▲ here it points
//
// Here the allocator knows how long the block is (zmalloc.Size), so allocated is no field;
// and Go slices end where they say, so neither is the zero:
//
//	| length u32 | bytes ... | room |
//
// "hello" is 05 00 00 00 68 65 6c 6c 6f in a block of 16. An append of " world" just fits,
// with a byte of room left:
//
//	0b 00 00 00   68 65 6c 6c 6f 20 77 6f 72 6c 64   .
//
// The next one, of "!!", needs 17 bytes, and gets a block for twice as many: one of 40, with
// 23 bytes of room. Those cost no move.
// Appending byte by byte is O(1) each, amortised, at a hundred megabytes too (package room).
//
// A string is also a row of bits, and the first of a byte is its highest, as if written:
//
//	bit     01234567 89...
//	bytes   10000001 01...        SETBIT k 0 1, SETBIT k 7 1, SETBIT k 9 1
//
// A string of a key is kept in its object's block, which grows in the same way; this is the
// lesson's structure whole, to read and to measure.
//
// Append and SetRange are amortised O(bytes written), SetBit and Bit O(1), CountBits O(n).
// Redis: sds.c, sdsMakeRoomFor; bitops.c; t_string.c, setrangeCommand.
package sds

import (
	"encoding/binary"
	"math/bits"

	"redis-internals/ch08/internal/structures/room"
	"redis-internals/ch08/internal/zmalloc"
)

// String is a string. See ../README.md for how handles are used.
type String zmalloc.Ref

const headSize = 4

var order = binary.LittleEndian

// New returns a string with a copy of text, and no more room than its block has.
func New(text []byte) String {
	r := zmalloc.Alloc(headSize + len(text))
	order.PutUint32(zmalloc.Bytes(r), uint32(len(text)))
	copy(zmalloc.Bytes(r)[headSize:], text)
	return String(r)
}

// Free gives the block back.
func (s String) Free() { zmalloc.Free(zmalloc.Ref(s)) }

// Len is the length in bytes, and Room how many can be appended without a move. O(1).
func (s String) Len() int  { return int(order.Uint32(s.block())) }
func (s String) Room() int { return len(s.block()) - headSize - s.Len() }

// Bytes is the string. Borrowed.
func (s String) Bytes() []byte { return s.block()[headSize : headSize+s.Len()] }

func (s String) block() []byte { return zmalloc.Bytes(zmalloc.Ref(s)) }

// MemoryUsage is how many bytes the string takes. O(1).
func (s String) MemoryUsage() int { return len(s.block()) }

// grow makes the string n bytes long, or leaves it longer. New bytes are 0.
func (s *String) grow(n int) []byte {
	was := s.Len()
	if n <= was {
		return s.Bytes()
	}
	*s = String(room.Grow(zmalloc.Ref(*s), headSize+was, headSize+n))
	order.PutUint32(s.block(), uint32(n))
	b := s.Bytes()
	clear(b[was:])
	return b
}

// Append appends text, which must not be the string's own. Amortised O(len(text)).
// Redis: sdscatlen.
func (s *String) Append(text []byte) {
	was := s.Len()
	*s = String(room.Grow(zmalloc.Ref(*s), headSize+was, headSize+was+len(text)))
	order.PutUint32(s.block(), uint32(was+len(text)))
	copy(s.Bytes()[was:], text)
}

// SetRange writes text over what is there from a place on, which may be behind the end:
// what is between becomes zeros. Redis: setrangeCommand, sdsgrowzero.
func (s *String) SetRange(at int, text []byte) { copy(s.grow(at + len(text))[at:], text) }

// Truncate makes the string n bytes long, if it is longer, and keeps the room. O(1).
func (s String) Truncate(n int) {
	order.PutUint32(s.block(), uint32(min(n, s.Len())))
}

// Fit gives the room back. O(n). Redis: sdsRemoveFreeSpace.
func (s *String) Fit() {
	n := headSize + s.Len()
	*s = String(room.Fit(zmalloc.Ref(*s), n, n))
}

// Bit is bit i, 0 behind the end. O(1). Redis: getbitCommand.
func (s String) Bit(i int) int {
	b := s.Bytes()
	if i/8 >= len(b) {
		return 0
	}
	return int(b[i/8] >> (7 - i%8) & 1)
}

// SetBit makes bit i 0 or 1 and returns what it was. The string grows as needed. O(1)
// amortised. Redis: setbitCommand.
func (s *String) SetBit(i, to int) (was int) {
	b := s.grow(i/8 + 1)
	shift := 7 - i%8
	was = int(b[i/8] >> shift & 1)
	b[i/8] = b[i/8]&^(1<<shift) | byte(to)<<shift
	return was
}

// CountBits is how many bits of b are 1, eight bytes at a time: the processor has an
// instruction for it. O(n). Redis: redisPopcount.
func CountBits(b []byte) (n int) {
	for ; len(b) >= 8; b = b[8:] {
		n += bits.OnesCount64(order.Uint64(b))
	}
	for _, c := range b {
		n += bits.OnesCount8(c)
	}
	return n
}
