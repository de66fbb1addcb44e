// layout.go: where in a block things stand.
//
//	| lru 24 | kind | flags | key length | value length | key | value | expiry |
//	  3 bytes  1      1       1            2                            12, if it expires
//
// The lengths of a long key or value take four bytes more each, before the key. The
// expiry is a time of eight bytes and a place of four; it stands last, so that a key
// whose time to live changes seldom has to be moved. A key of 16 bytes with a value
// of 64 makes 88 bytes, where Redis has a dictEntry of 24, an sds of 18 and an object
// of 83, in classes of 24, 24 and 96.

package object

import (
	"encoding/binary"
	"unsafe"

	"redis-internals/ch08/internal/zmalloc"
)

// Object is the beginning of a block: what lies behind is reached by methods. It is
// good until the key is written.
type Object struct {
	lru       [3]byte // when it was last used
	kind      Type    // the type, and the encoding in the upper half
	flags     uint8
	shortKey  uint8    // the key's length, or longKey
	shortSize [2]uint8 // the value's, or longValue
}

const (
	headSize   = 8
	expirySize = 12
	longKey    = 1<<8 - 1
	longValue  = 1<<16 - 1

	expires    = 1 << 0 // flag: there is an expiry
	epochShift = 1      // three bits: see keyspace/snapshot.go
	epochMask  = 7 << epochShift
	kept       = 1 << 4 // somebody still reads the block: key and value must stay as they are
	left       = 1 << 5 // and nobody else has it any more
)

// At is the object whose block that is.
func At(r zmalloc.Ref) *Object { return (*Object)(zmalloc.Pointer(r)) }

// Ref names the object's block, for whoever keeps it where no pointer may be. 0 is none.
func (o *Object) Ref() zmalloc.Ref { return zmalloc.RefOf(unsafe.Pointer(o)) }

// layout is what decides where things stand.
type layout struct {
	key, value int // lengths in bytes
	expires    bool
}

// headLen is how many bytes stand before the key.
func (l layout) headLen() int {
	n := headSize
	if l.key >= longKey {
		n += 4
	}
	if l.value >= longValue {
		n += 4
	}
	return n
}

func (l layout) total() int {
	n := l.headLen() + l.key + l.value
	if l.expires {
		n += expirySize
	}
	return n
}

func (o *Object) layout() layout { return layout{o.keyLen(), o.valueLen(), o.Expires()} }

// block is the object's first n bytes.
func (o *Object) block(n int) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(o)), n) }

func (o *Object) at(offset int) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(o), offset) }

// write writes the lengths and whether there is an expiry.
func (o *Object) write(l layout) {
	next := headSize
	o.shortKey = uint8(min(l.key, longKey))
	if l.key >= longKey {
		binary.LittleEndian.PutUint32(unsafe.Slice((*byte)(o.at(next)), 4), uint32(l.key))
		next += 4
	}
	binary.LittleEndian.PutUint16(o.shortSize[:], uint16(min(l.value, longValue)))
	if l.value >= longValue {
		binary.LittleEndian.PutUint32(unsafe.Slice((*byte)(o.at(next)), 4), uint32(l.value))
	}
	o.flags &^= expires
	if l.expires {
		o.flags |= expires
	}
}

func (o *Object) keyLen() int {
	if o.shortKey < longKey {
		return int(o.shortKey)
	}
	return int(binary.LittleEndian.Uint32(unsafe.Slice((*byte)(o.at(headSize)), 4)))
}

func (o *Object) valueLen() int {
	if n := binary.LittleEndian.Uint16(o.shortSize[:]); n < longValue {
		return int(n)
	}
	at := headSize
	if o.shortKey == longKey {
		at += 4
	}
	return int(binary.LittleEndian.Uint32(unsafe.Slice((*byte)(o.at(at)), 4)))
}

func (o *Object) headLen() int {
	n := headSize
	if o.shortKey == longKey {
		n += 4
	}
	if binary.LittleEndian.Uint16(o.shortSize[:]) == longValue {
		n += 4
	}
	return n
}

// Key is the key's bytes, in the block: borrowed, and not to be changed.
func (o *Object) Key() []byte {
	return unsafe.Slice((*byte)(o.at(o.headLen())), o.keyLen())
}

// value is the value's bytes, in the block.
func (o *Object) value() []byte {
	return unsafe.Slice((*byte)(o.at(o.headLen()+o.keyLen())), o.valueLen())
}

// Expires reports whether the object has a time to live.
func (o *Object) Expires() bool { return o.flags&expires != 0 }

// ExpireAt is when it expires, in Unix milliseconds; 0 is never.
func (o *Object) ExpireAt() int64 {
	at, _ := o.expiry()
	return at
}

// Place is where the object stands among those that expire.
func (o *Object) Place() uint32 {
	_, place := o.expiry()
	return place
}

// SetPlace changes it. The object must expire.
func (o *Object) SetPlace(place uint32) { o.setExpiry(o.ExpireAt(), place) }

func (o *Object) expiryBytes() []byte {
	return unsafe.Slice((*byte)(o.at(o.headLen()+o.keyLen()+o.valueLen())), expirySize)
}

func (o *Object) expiry() (at int64, place uint32) {
	if !o.Expires() {
		return 0, 0
	}
	b := o.expiryBytes()
	return int64(binary.LittleEndian.Uint64(b)), binary.LittleEndian.Uint32(b[8:])
}

// setExpiry writes the expiry of an object that has one.
func (o *Object) setExpiry(at int64, place uint32) {
	if o.Expires() {
		b := o.expiryBytes()
		binary.LittleEndian.PutUint64(b, uint64(at))
		binary.LittleEndian.PutUint32(b[8:], place)
	}
}

// Epoch is a small number that the keyspace keeps with the object.
func (o *Object) Epoch() uint8 { return o.flags & epochMask >> epochShift }

// SetEpoch changes it. It must be less than Epochs.
func (o *Object) SetEpoch(e uint8) { o.flags = o.flags&^epochMask | e<<epochShift }

// Keep makes key and value stay as they are in the block, whatever becomes of the object:
// who sets it makes another block, and who frees it leaves it to Release. The expiry may
// change: who keeps the block notes when it was.
func (o *Object) Keep() { o.flags |= kept }

// Kept reports whether key and value must stay as they are in the block.
func (o *Object) Kept() bool { return o.flags&kept != 0 }

// Release ends Keep.
func (o *Object) Release() {
	o.flags &^= kept
	if o.flags&left != 0 {
		leftBytes -= zmalloc.Size(o.Ref())
		Free(o)
	}
}

// leftBytes is what blocks take that only who keeps them still has.
var leftBytes int

// LeftBytes is how many bytes will be free when they are released.
func LeftBytes() int { return leftBytes }

// Epochs is how many epochs can be told apart.
const Epochs = 8
