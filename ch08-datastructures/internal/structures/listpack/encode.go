// encode.go: an element's bytes.
//
//	0xxxxxxx                       an integer from 0 to 127
//	110xxxxx xxxxxxxx              of 13 bits, from -4096 to 4095
//	F1, F2, F3, F4                 of 2, 3, 4, 8 bytes, which follow, the lowest first
//	10xxxxxx ...                   a string of up to 63 bytes, which follow
//	1110xxxx xxxxxxxx ...          of up to 4095
//	F0 and a length of 4 bytes     of more
//	FF                             the end of the pack
//
// A string that is an integer as Redis would print it becomes one: "42" does, "042", "+42"
// and " 42" do not. So nobody can tell afterwards, and it takes two bytes and not four.
//
// The backlen has 7 bits a byte and is read backwards: its last byte has the lowest bits.
// A byte with the high bit says that there are more before it. 300 is 10 0101100:
//
//	02 ac      ac = 1|0101100, and one more: 02 = 0|0000010
//
// Redis: listpack.c, lpEncodeGetType, lpEncodeBacklen, lpStringToInt64.

package listpack

import (
	"bytes"
	"math"
	"strconv"
)

const (
	string32 = 0xf0
	int16Tag = 0xf1
	int24Tag = 0xf2
	int32Tag = 0xf3
	int64Tag = 0xf4
)

// AppendTo appends the element as text: an integer in decimal.
func (v Value) AppendTo(dst []byte) []byte {
	if v.IsInt() {
		return strconv.AppendInt(dst, v.Integer, 10)
	}
	return append(dst, v.Text...)
}

// Len is how long the element is as text.
func (v Value) Len() int {
	if v.IsInt() {
		var digits [20]byte
		return len(strconv.AppendInt(digits[:0], v.Integer, 10))
	}
	return len(v.Text)
}

// Is reports whether the element is text.
func (v Value) Is(text []byte) bool {
	if v.IsInt() {
		n, ok := parseInt(text)
		return ok && n == v.Integer
	}
	return bytes.Equal(v.Text, text)
}

// valueOf is how a text is kept.
func valueOf(text []byte) Value {
	if n, ok := parseInt(text); ok {
		return Value{Integer: n}
	}
	if text == nil {
		text = []byte{}
	}
	return Value{Text: text}
}

// parseInt reads an integer that is written as Redis would write it. It is 0 if it is
// none.
func parseInt(text []byte) (n int64, ok bool) {
	if len(text) == 0 || len(text) > 20 {
		return 0, false
	}
	digits, negative := text, text[0] == '-'
	if negative {
		digits = text[1:]
	}
	if len(digits) == 0 || digits[0] == '0' && len(text) > 1 {
		return 0, false
	}
	sum := uint64(0)
	for _, c := range digits {
		d := uint64(c - '0')
		if d > 9 || sum > (math.MaxUint64-d)/10 {
			return 0, false
		}
		sum = sum*10 + d
	}
	switch {
	case negative && sum <= 1<<63:
		return -int64(sum), true
	case !negative && sum <= math.MaxInt64:
		return int64(sum), true
	}
	return 0, false
}

// size is how many bytes the element takes in a pack, without its backlen.
func (v Value) size() int {
	switch {
	case !v.IsInt() && len(v.Text) < 64:
		return 1 + len(v.Text)
	case !v.IsInt() && len(v.Text) < 4096:
		return 2 + len(v.Text)
	case !v.IsInt():
		return 5 + len(v.Text)
	}
	switch n := v.Integer; {
	case n >= 0 && n <= 127:
		return 1
	case n >= -4096 && n <= 4095:
		return 2
	case n >= math.MinInt16 && n <= math.MaxInt16:
		return 3
	case n >= -1<<23 && n < 1<<23:
		return 4
	case n >= math.MinInt32 && n <= math.MaxInt32:
		return 5
	}
	return 9
}

// whole is size and the backlen.
func (v Value) whole() int { return v.size() + backlenSize(v.size()) }

// put writes the element and its backlen to the beginning of dst, and returns their
// length.
func (v Value) put(dst []byte) int {
	size := v.size()
	if v.IsInt() {
		putInt(dst, v.Integer, size)
	} else {
		n := len(v.Text)
		switch size - n {
		case 1:
			dst[0] = 0x80 | byte(n)
		case 2:
			dst[0], dst[1] = 0xe0|byte(n>>8), byte(n)
		default:
			dst[0] = string32
			order.PutUint32(dst[1:], uint32(n))
		}
		copy(dst[size-n:], v.Text)
	}
	return size + putBacklen(dst[size:], size)
}

func putInt(dst []byte, n int64, size int) {
	switch size {
	case 1:
		dst[0] = byte(n)
	case 2:
		dst[0], dst[1] = 0xc0|byte(n>>8)&0x1f, byte(n)
	case 3:
		dst[0] = int16Tag
		order.PutUint16(dst[1:], uint16(n))
	case 4:
		dst[0], dst[1], dst[2], dst[3] = int24Tag, byte(n), byte(n>>8), byte(n>>16)
	case 5:
		dst[0] = int32Tag
		order.PutUint32(dst[1:], uint32(n))
	default:
		dst[0] = int64Tag
		order.PutUint64(dst[1:], uint64(n))
	}
}

// decode reads the element that b begins with.
func decode(b []byte) Value {
	switch c := b[0]; {
	case c < 0x80:
		return Value{Integer: int64(c)}
	case c < 0xc0:
		return Value{Text: b[1 : 1+c&0x3f]}
	case c < 0xe0:
		return Value{Integer: int64(int16(uint16(c)<<11|uint16(b[1])<<3) >> 3)}
	case c < 0xf0:
		n := int(c&0x0f)<<8 | int(b[1])
		return Value{Text: b[2 : 2+n]}
	}
	switch b[0] {
	case string32:
		return Value{Text: b[5 : 5+int(order.Uint32(b[1:]))]}
	case int16Tag:
		return Value{Integer: int64(int16(order.Uint16(b[1:])))}
	case int24Tag:
		return Value{Integer: int64(int32(uint32(b[1])<<8|uint32(b[2])<<16|uint32(b[3])<<24) >> 8)}
	case int32Tag:
		return Value{Integer: int64(int32(order.Uint32(b[1:])))}
	}
	return Value{Integer: int64(order.Uint64(b[1:]))}
}

// encodedLen is how long the element is that b begins with, without its backlen. At
// least as many bytes of it are there as headLen says. 0 if it is none.
func encodedLen(b []byte) int {
	switch c := b[0]; {
	case c < 0x80:
		return 1
	case c < 0xc0:
		return 1 + int(c&0x3f)
	case c < 0xe0:
		return 2
	case c < 0xf0:
		return 2 + int(c&0x0f)<<8 + int(b[1])
	}
	switch b[0] {
	case string32:
		return 5 + int(order.Uint32(b[1:]))
	case int16Tag:
		return 3
	case int24Tag:
		return 4
	case int32Tag:
		return 5
	case int64Tag:
		return 9
	}
	return 0
}

// backlenSize is how many bytes a backlen takes. The limits are Redis', which gives
// 16,383 three bytes though two would do.
func backlenSize(n int) int {
	switch {
	case n <= 127:
		return 1
	case n < 1<<14-1:
		return 2
	case n < 1<<21-1:
		return 3
	case n < 1<<28-1:
		return 4
	}
	return 5
}

func putBacklen(dst []byte, n int) (size int) {
	size = backlenSize(n)
	for i := size - 1; i >= 0; i-- {
		dst[i] = byte(n) | 0x80
		n >>= 7
	}
	dst[0] &= 0x7f
	return size
}

// decodeBacklen reads the backlen that b ends with; -1 if it is none.
func decodeBacklen(b []byte) (n int) {
	shift := 0
	for i := len(b) - 1; i >= 0 && shift <= 28; i-- {
		n |= int(b[i]&0x7f) << shift
		if b[i]&0x80 == 0 {
			return n
		}
		shift += 7
	}
	return -1
}
