// Package object is one value: its type, how it is encoded, and when it was last
// used.
//
//	object.go   the header, and strings with their three encodings
//	lru.go      the clock of last use
//
// The type is what commands ask about: a string. The encoding is how its bytes
// are kept, which nobody notices but by the memory and the time it takes:
//
//	"12345"                int      the number itself, in 8 bytes
//	up to 44 bytes         embstr   in Redis: header and bytes in one allocation
//	more                   raw      in Redis: a header that points to the bytes
//
// Here the bytes of embstr and raw are kept alike, beside the key's. The bounds
// are Redis', since clients can ask for them (OBJECT ENCODING).
//
// Redis: object.c; server.h, struct redisObject.
package object

import (
	"strconv"

	"redis-internals/ch05/internal/resp"
)

// Type is what kind of value an object is.
type Type uint8

// StringType is bytes, or a number: whatever SET stores.
const StringType Type = 0

// String is the type's name, as TYPE answers it.
func (t Type) String() string { return [...]string{"string"}[t] }

// Encoding is how a value is kept.
type Encoding uint8

const (
	Raw    Encoding = iota // Bytes, more than 44.
	Int                    // A number of 64 bits.
	Embstr                 // Bytes, up to 44.
)

// String is the encoding's name, as OBJECT ENCODING answers it.
func (e Encoding) String() string { return [...]string{"raw", "int", "embstr"}[e] }

const (
	maxEmbstr = 44 // bytes (OBJ_ENCODING_EMBSTR_SIZE_LIMIT)
	maxDigits = 20 // bytes of a string that may be a number
	shared    = 10_000
)

// Object is a value. The zero value is an empty string.
type Object struct {
	lru      uint32 // when it was last used: 24 bits of the LRU clock
	kind     Type
	encoding Encoding
	number   int64  // if encoding is Int
	data     []byte // otherwise; memory that is its own
	kept     bool   // somebody still reads data: it must stay as it is
}

// Type is what kind of value it is.
func (o *Object) Type() Type { return o.kind }

// Encoding is how it is kept.
func (o *Object) Encoding() Encoding { return o.encoding }

// IsShared reports whether Redis would keep one object for all keys with this
// value: a small number. Redis: server.h, OBJ_SHARED_INTEGERS.
func (o *Object) IsShared() bool {
	return o.encoding == Int && o.number >= 0 && o.number < shared
}

// Len is a string's length in bytes.
func (o *Object) Len() int {
	if o.encoding == Int {
		var digits [maxDigits]byte
		return len(strconv.AppendInt(digits[:0], o.number, 10))
	}
	return len(o.data)
}

// AppendTo appends a string's bytes to dst.
func (o *Object) AppendTo(dst []byte) []byte {
	if o.encoding == Int {
		return strconv.AppendInt(dst, o.number, 10)
	}
	return append(dst, o.data...)
}

// AppendPart appends some of a string's bytes to dst.
func (o *Object) AppendPart(dst []byte, from, to int) []byte {
	if o.encoding == Int {
		var digits [maxDigits]byte
		return append(dst, o.AppendTo(digits[:0])[from:to]...)
	}
	return append(dst, o.data[from:to]...)
}

// Keep makes the bytes stay as they are: who changes the string needs others.
func (o *Object) Keep() { o.kept = true }

// Int is the number that a string is. ok is false if it is none: only what a
// number would be written as is one. Redis: object.c, getLongLongFromObject.
func (o *Object) Int() (n int64, ok bool) {
	if o.encoding == Int {
		return o.number, true
	}
	return resp.ParseInt(o.data)
}

// SetInt makes it a string that is a number.
func (o *Object) SetInt(n int64) { o.encoding, o.number = Int, n }

// SetString makes it a string with these bytes, in the encoding that suits them.
// It keeps a copy, in the room it has. It reports false, and changes nothing, if
// they do not fit there, would waste half of it or must not go there: then Place comes first.
// Redis: object.c, tryObjectEncoding.
func (o *Object) SetString(b []byte) (ok bool) {
	if len(b) <= maxDigits {
		if n, ok := resp.ParseInt(b); ok {
			o.SetInt(n)
			return true
		}
	}
	if room := cap(o.data); o.kept || len(b) > room || len(b) < room/2 {
		return false
	}
	o.data = append(o.data[:0], b...)
	o.encoding = Raw
	if len(b) <= maxEmbstr {
		o.encoding = Embstr
	}
	return true
}

// Place gives it other room for its bytes. What it held is lost.
func (o *Object) Place(room []byte) { o.data, o.kept = room[:0], false }
