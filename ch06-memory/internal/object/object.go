// Package object is a key and its value, in one block of memory outside of Go's
// heap: type, encoding, when it was last used, when it expires.
//
//	object.go   what a block holds; strings with their three encodings
//	layout.go   where in the block it stands
//	lru.go      the clock of last use
//
// The type is what commands ask about: a string. The encoding is how its bytes
// are kept, which nobody notices but by the memory and the time it takes:
//
//	"12345"                int      the number itself, in 8 bytes
//	up to 44 bytes         embstr   in Redis: header and bytes in one allocation
//	more                   raw      in Redis: a header that points to the bytes
//
// Here the bytes of embstr and raw are kept alike, behind the key's. The bounds
// are Redis', since clients can ask for them (OBJECT ENCODING).
//
// Redis: object.c; server.h, struct redisObject.
package object

import (
	"encoding/binary"
	"strconv"

	"redis-internals/ch06/internal/resp"
	"redis-internals/ch06/internal/zmalloc"
)

// Type is what kind of value an object is.
type Type uint8

// The types.
const String Type = 0

// String is the type's name, as TYPE answers it.
func (t Type) String() string { return [...]string{"string"}[t] }

// Encoding is how a value is kept.
type Encoding uint8

// The encodings.
const (
	Raw Encoding = iota
	Int
	Embstr
)

// String is the encoding's name, as OBJECT ENCODING answers it.
func (e Encoding) String() string { return [...]string{"raw", "int", "embstr"}[e] }

const (
	maxEmbstr = 44 // bytes (OBJ_ENCODING_EMBSTR_SIZE_LIMIT)
	maxDigits = 20 // bytes of a string that may be a number
	shared    = 10_000
	numberLen = 8 // bytes of an int
)

// Type is what kind of value it is.
func (o *Object) Type() Type { return o.kind & 0x0f }

// Encoding is how it is kept.
func (o *Object) Encoding() Encoding { return Encoding(o.kind >> 4) }

// IsShared reports whether Redis would keep one object for all keys with this
// value: a small number. Redis: server.h, OBJ_SHARED_INTEGERS.
func (o *Object) IsShared() bool {
	n, ok := o.number()
	return ok && n >= 0 && n < shared
}

// number is the number of an object that is encoded so.
func (o *Object) number() (n int64, ok bool) {
	if o.Encoding() != Int {
		return 0, false
	}
	return int64(binary.LittleEndian.Uint64(o.value())), true
}

// SetNumber gives another number to an object that is encoded as one.
func (o *Object) SetNumber(n int64) { binary.LittleEndian.PutUint64(o.value(), uint64(n)) }

// Len is a string's length in bytes.
func (o *Object) Len() int {
	if n, ok := o.number(); ok {
		var digits [maxDigits]byte
		return len(strconv.AppendInt(digits[:0], n, 10))
	}
	return o.valueLen()
}

// AppendTo appends a string's bytes to dst.
func (o *Object) AppendTo(dst []byte) []byte {
	if n, ok := o.number(); ok {
		return strconv.AppendInt(dst, n, 10)
	}
	return append(dst, o.value()...)
}

// Int is the number that a string is. ok is false if it is none: only what a
// number would be written as is one. Redis: object.c, getLongLongFromObject.
func (o *Object) Int() (n int64, ok bool) {
	if n, ok = o.number(); ok {
		return n, true
	}
	return resp.ParseInt(o.value())
}

// Value is what a string is to hold: bytes, or a number.
type Value struct {
	bytes    []byte
	number   int64
	encoding Encoding
}

// StringValue is a string with these bytes, in the encoding that suits them. They
// are borrowed. Redis: object.c, tryObjectEncoding.
func StringValue(b []byte) Value {
	if len(b) <= maxDigits {
		if n, ok := resp.ParseInt(b); ok {
			return IntValue(n)
		}
	}
	if len(b) <= maxEmbstr {
		return Value{bytes: b, encoding: Embstr}
	}
	return Value{bytes: b, encoding: Raw}
}

// IntValue is a string that is a number.
func IntValue(n int64) Value { return Value{number: n, encoding: Int} }

// size is how many bytes the value takes in a block.
func (v *Value) size() int {
	if v.encoding == Int {
		return numberLen
	}
	return len(v.bytes)
}

// put writes the value to its place.
func (v *Value) put(to []byte) {
	if v.encoding == Int {
		binary.LittleEndian.PutUint64(to, uint64(v.number))
		return
	}
	copy(to, v.bytes)
}

// New returns the block of a new object. Free frees it.
func New(key []byte, v Value) zmalloc.Ref {
	l := layout{len(key), v.size(), false}
	r := zmalloc.Alloc(l.total())
	o := At(r)
	*o = Object{}
	o.write(l)
	copy(o.Key(), key)
	o.setValue(v)
	return r
}

func (o *Object) setValue(v Value) {
	o.kind = Type(v.encoding)<<4 | String
	v.put(o.value())
}

// Free frees an object's block.
func Free(r zmalloc.Ref) { zmalloc.Free(r) }

// Set gives an object another value. If its block has not the right size for it the
// object moves to another one, which Set returns, and the old one is freed. v must
// not borrow from the object.
func Set(r zmalloc.Ref, v Value) zmalloc.Ref {
	o := At(r)
	expireAt, place := o.expiry()
	r = o.resize(r, layout{o.keyLen(), v.size(), o.Expires()})
	o = At(r)
	o.setValue(v)
	o.setExpiry(expireAt, place)
	return r
}

// SetExpiry makes an object expire (Unix milliseconds), or never if at is 0, and
// notes its place among those that do. It returns the object's block, which may be
// another one, as Set does.
func SetExpiry(r zmalloc.Ref, at int64, place uint32) zmalloc.Ref {
	o := At(r)
	if expires := at != 0; expires != o.Expires() {
		l := layout{o.keyLen(), o.valueLen(), expires}
		if zmalloc.GoodSize(l.total()) == zmalloc.Size(r) {
			o.write(l)
		} else {
			r = o.moveTo(l, r)
			o = At(r)
		}
	}
	o.setExpiry(at, place)
	return r
}

// resize makes the block fit a layout with a value of another length. What the
// value was is lost.
func (o *Object) resize(r zmalloc.Ref, l layout) zmalloc.Ref {
	if zmalloc.GoodSize(l.total()) != zmalloc.Size(r) {
		to := zmalloc.Alloc(l.total())
		moved := At(to)
		*moved = *o
		moved.write(l)
		copy(moved.Key(), o.Key())
		zmalloc.Free(r)
		return to
	}
	if l.headLen() != o.layout().headLen() { // the key moves
		from, n := o.layout().headLen(), o.keyLen()
		block := o.block(max(from, l.headLen()) + n)
		copy(block[l.headLen():], block[from:from+n])
	}
	o.write(l)
	return r
}

// moveTo moves the object with its value to a block for a layout that differs in
// nothing but the expiry.
func (o *Object) moveTo(l layout, r zmalloc.Ref) zmalloc.Ref {
	to := zmalloc.Alloc(l.total())
	n := l.headLen() + l.key + l.value
	copy(At(to).block(n), o.block(n))
	At(to).write(l)
	zmalloc.Free(r)
	return to
}
