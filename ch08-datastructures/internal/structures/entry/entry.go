// Package entry is one format for what collections hold: a member of a set, a field of a
// hash with its value, a member of a sorted set.
//
//	| flags | key length | value length | key | value |
//	  1       1            2              n     m
//
// The lengths of a long key or value take four bytes more each, before the key. The field
// name with the value ada is one block of 16 bytes, where Redis has a dictEntry of 24 and
// two sds, in classes of 24, 8 and 8:
//
//	00   04   03 00   6e 61 6d 65   61 64 61
//	│    4    3       name          ada
//	no flags, epoch 0
//
// It is what a key with its value is in the keyspace (object/layout.go), less what only
// keys have. The flags hold an epoch of three bits for whoever walks through a collection
// that changes meanwhile, and tells what he has seen from what he has not.
//
// Everything is O(1) but for the copying of bytes. Redis: dict.h, dictEntry; sds.h.
package entry

import (
	"encoding/binary"
	"unsafe"

	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/zmalloc"
)

// Ref names an entry; 0 is none.
type Ref = zmalloc.Ref

// Entry is the beginning of the block. It is good until the entry is freed or moved.
type Entry struct {
	flags      uint8
	shortKey   uint8    // the key's length, or longKey
	shortValue [2]uint8 // the value's, or longValue
}

const (
	headSize  = 4
	longKey   = 1<<8 - 1
	longValue = 1<<16 - 1
	epochMask = 7

	// Epochs is how many epochs can be told apart.
	Epochs = 8
)

var order = binary.LittleEndian

// New returns an entry with a copy of key and value. A member of a set has no value: nil.
func New(key, value []byte) Ref {
	r := zmalloc.Alloc(sizeFor(len(key), len(value)))
	e := At(r)
	e.flags = 0
	e.writeLengths(len(key), len(value))
	copy(e.Key(), key)
	copy(e.Value(), value)
	return r
}

// At is the entry whose block that is.
func At(r Ref) *Entry { return (*Entry)(zmalloc.Pointer(r)) }

// Key is the key of the entry r: what a dict asks. Borrowed.
func Key(r Ref) []byte { return At(r).Key() }

// Type is what a dict must know of entries: dict.New(entry.Type).
var Type = &dict.Type{Key: Key}

// Free gives the block back.
func Free(r Ref) { zmalloc.Free(r) }

// MemoryUsage is how many bytes the entry takes.
func MemoryUsage(r Ref) int { return zmalloc.Size(r) }

// SetValue puts another value in the place of the one that is there, and returns where the
// entry is now: in the same block, if the new value fits and the block's class is right.
func SetValue(r Ref, value []byte) Ref {
	e := At(r)
	key := e.Key()
	size := sizeFor(len(key), len(value))
	if zmalloc.GoodSize(size) != zmalloc.Size(r) {
		to := New(key, value)
		At(to).flags = e.flags
		zmalloc.Free(r)
		return to
	}
	was := e.headLen()
	if is := headLen(len(key), len(value)); is != was { // the key moves by four bytes
		copy(e.block(is + len(key))[is:], e.block(was + len(key))[was:])
	}
	e.writeLengths(len(key), len(value))
	copy(e.Value(), value)
	return r
}

// Key is the key's bytes, in the block: borrowed, and not to be changed.
func (e *Entry) Key() []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(e), e.headLen())), e.keyLen())
}

// Value is the value's bytes, in the block: borrowed; to be changed in place.
func (e *Entry) Value() []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(e), e.headLen()+e.keyLen())), e.valueLen())
}

// Epoch is a small number that the owner keeps with the entry.
func (e *Entry) Epoch() uint8 { return e.flags & epochMask }

// SetEpoch changes it. It must be less than Epochs.
func (e *Entry) SetEpoch(epoch uint8) { e.flags = e.flags&^epochMask | epoch }

// block is the entry's first n bytes.
func (e *Entry) block(n int) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(e)), n) }

func headLen(key, value int) int {
	n := headSize
	if key >= longKey {
		n += 4
	}
	if value >= longValue {
		n += 4
	}
	return n
}

func sizeFor(key, value int) int { return headLen(key, value) + key + value }

func (e *Entry) headLen() int {
	n := headSize
	if e.shortKey == longKey {
		n += 4
	}
	if order.Uint16(e.shortValue[:]) == longValue {
		n += 4
	}
	return n
}

func (e *Entry) writeLengths(key, value int) {
	at := headSize
	e.shortKey = uint8(min(key, longKey))
	if key >= longKey {
		order.PutUint32(e.block(at + 4)[at:], uint32(key))
		at += 4
	}
	order.PutUint16(e.shortValue[:], uint16(min(value, longValue)))
	if value >= longValue {
		order.PutUint32(e.block(at + 4)[at:], uint32(value))
	}
}

func (e *Entry) keyLen() int {
	if e.shortKey < longKey {
		return int(e.shortKey)
	}
	return int(order.Uint32(e.block(headSize + 4)[headSize:]))
}

func (e *Entry) valueLen() int {
	if n := order.Uint16(e.shortValue[:]); n < longValue {
		return int(n)
	}
	at := e.headLen() - 4
	return int(order.Uint32(e.block(at + 4)[at:]))
}
