// Package object is a key and its value, in one block of memory outside of Go's
// heap: type, encoding, when it was last used, when it expires.
//
//	object.go      what a block holds; strings with their three encodings
//	layout.go      where in the block it stands
//	grow.go        strings that are changed in place
//	lru.go         the clock of last use
//	collection.go  what is no string: its root, and what all of those can do
//	list.go        lists
//	set.go         sets
//	sortedset.go   sorted sets
//	sortedset_pack.go  those in a listpack
//	sortedset_order.go  larger ones: a skip list, or a tree
//	sortedset_rank.go  their ranks and ranges
//	score.go       scores in a listpack
//	hash.go        hashes
//	hashtable.go   what those have in common that are kept as hash tables
//	parts.go       what a snapshot needs of a large one
//	serialized.go  how long a value would be in an RDB file
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

	"redis-internals/ch08/internal/resp"
	"redis-internals/ch08/internal/zmalloc"
)

// Type is what kind of value an object is.
type Type uint8

// The types. Redis: server.h, OBJ_STRING and its neighbours.
const (
	StringType Type = iota // Bytes, or a number: whatever SET stores.
	ListType
	SetType
	SortedSetType
	HashType
)

// String is the type's name, as TYPE answers it.
func (t Type) String() string { return [...]string{"string", "list", "set", "zset", "hash"}[t] }

// Encoding is how a value is kept.
type Encoding uint8

const (
	Raw       Encoding = iota // Bytes, more than 44.
	Int                       // A number of 64 bits.
	Embstr                    // Bytes, up to 44.
	HashTable                 // A dict of entries.
	Listpack                  // Elements in one block.
	IntSet                    // Integers in one block.
	SkipList                  // A skip list, and a dict of its members.
	QuickList                 // A chain of listpacks.
)

// String is the encoding's name, as OBJECT ENCODING answers it.
func (e Encoding) String() string {
	return [...]string{"raw", "int", "embstr", "hashtable", "listpack", "intset", "skiplist", "quicklist"}[e]
}

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

// SetNumber gives another number to an object that is encoded as one, and not kept.
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

// AppendPart appends some of a string's bytes to dst.
func (o *Object) AppendPart(dst []byte, from, to int) []byte {
	if o.Encoding() == Int {
		var digits [maxDigits]byte
		return append(dst, o.AppendTo(digits[:0])[from:to]...)
	}
	return append(dst, o.value()[from:to]...)
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
	return TextValue(b)
}

// TextValue is StringValue for what is not to be kept as a number.
func TextValue(b []byte) Value {
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

// New returns a new object that expires at a time (Unix milliseconds), or never if at
// is 0. Free frees it. O(length).
func New(key []byte, v Value, at int64) *Object {
	l := layout{len(key), v.size(), at != 0}
	o := At(zmalloc.Alloc(l.total()))
	*o = Object{}
	o.write(l)
	copy(o.Key(), key)
	o.setValue(v)
	o.setExpiry(at, 0)
	return o
}

func (o *Object) setValue(v Value) {
	o.kind = StringType
	o.setEncoding(v.encoding)
	v.put(o.value())
}

// Free frees an object, with all that it holds; later, if it is kept. O(n).
func Free(o *Object) {
	o.freeRoot()
	o.freeBlock()
}

// freeBlock frees an object's block; later, if it is kept.
func (o *Object) freeBlock() {
	if o.Kept() {
		o.flags |= left
		leftBytes += zmalloc.Size(o.Ref())
		return
	}
	zmalloc.Free(o.Ref())
}

// SetValue gives an object another value, and makes it expire (Unix milliseconds), or never
// if at is 0; place is what Place then tells. If its block has not the right size, or is kept, the
// object moves to another one: SetValue returns where it is now, and the old one is freed.
// v must not borrow from the object. O(length).
func SetValue(o *Object, v Value, at int64, place uint32) *Object {
	o = o.resize(layout{o.keyLen(), v.size(), at != 0})
	o.setValue(v)
	o.setExpiry(at, place)
	return o
}

// SetExpiry is SetValue for an object that keeps its value: also in a block that is kept, as
// key and value stay where they are.
func SetExpiry(o *Object, at int64, place uint32) *Object {
	if expires := at != 0; expires != o.Expires() {
		l := layout{o.keyLen(), o.valueLen(), expires}
		if zmalloc.GoodSize(l.total()) == zmalloc.Size(o.Ref()) {
			o.write(l)
		} else {
			o = o.moveTo(l)
		}
	}
	o.setExpiry(at, place)
	return o
}

// resize makes the block fit a layout with a value of another length. What the
// value and the expiry were is lost.
func (o *Object) resize(l layout) *Object {
	old := o.layout()
	switch {
	case l == old && !o.Kept():
		return o
	case zmalloc.GoodSize(l.total()) != zmalloc.Size(o.Ref()) || o.Kept():
		moved := At(zmalloc.Alloc(l.total()))
		*moved = *o
		moved.flags &^= kept
		moved.write(l)
		copy(moved.Key(), o.Key())
		Free(o)
		return moved
	}
	if from, to := old.headLen(), l.headLen(); from != to { // the key moves
		block := o.block(max(from, to) + l.key)
		copy(block[to:], block[from:from+l.key])
	}
	o.write(l)
	return o
}

// moveTo moves the object with its value to a block for a layout that differs in
// nothing but the expiry.
func (o *Object) moveTo(l layout) *Object {
	moved := At(zmalloc.Alloc(l.total()))
	n := l.headLen() + l.key + l.value
	copy(moved.block(n), o.block(n))
	moved.flags &^= kept
	moved.write(l)
	o.freeBlock()
	return moved
}
