// grow.go: strings that are changed in place: APPEND, SETRANGE, SETBIT, PFADD.
//
// A block may be longer than what is in it: that is the string's room, and needs no field,
// since the allocator knows the block's size. The expiry stands behind the value, so it
// moves when the value becomes longer:
//
//	| head | key | hello | expiry |
//	| head | key | hello world | expiry | room ........ |
//
// A block that must grow gets room for twice as much, so that appending n bytes one at a
// time copies about n: see structures/room. What is set as a whole has no room (SetValue).
//
// Redis: sds.c, sdsMakeRoomFor; db.c, dbUnshareStringValue.

package object

import (
	"redis-internals/ch08/internal/structures/room"
	"redis-internals/ch08/internal/zmalloc"
)

// Text is a string's bytes: borrowed, or in room, if it is encoded as a number.
func (o *Object) Text(room *Room) []byte {
	if o.Encoding() == Int {
		return o.AppendTo(room[:0])
	}
	return o.value()
}

// RawValue is a string with these bytes, kept as they are whatever they are. They are
// borrowed.
func RawValue(b []byte) Value { return Value{bytes: b, encoding: Raw} }

// Extend makes a string at least n bytes long, with zeros behind what it was, and kept as
// bytes that Bytes gives to be written to. It returns where the object is now; the old one
// is freed. Amortised O(1) for each byte. Redis: sdsgrowzero.
func Extend(o *Object, n int) *Object {
	var digits Room
	old := o.Text(&digits)
	l := o.layout()
	was := len(old)
	l.value = max(n, was)
	if o.Encoding() != Int && !o.Kept() && l.total() <= zmalloc.Size(o.Ref()) {
		o.stretch(l)
	} else {
		to := At(zmalloc.Alloc(room.Roomy(l.total())))
		*to = *o
		to.flags &^= kept
		to.write(l)
		copy(to.Key(), o.Key())
		copy(to.value(), old)
		if at, place := o.expiry(); l.expires {
			to.setExpiry(at, place)
		}
		o.freeBlock()
		o = to
	}
	clear(o.value()[was:])
	o.setEncoding(Raw)
	return o
}

// stretch changes the value's length within the block. The expiry moves, and so do key and
// value if the length needs another head.
func (o *Object) stretch(l layout) {
	at, place := o.expiry()
	from, to, n := o.headLen(), l.headLen(), l.key+min(o.valueLen(), l.value)
	if from != to {
		block := o.block(max(from, to) + n)
		copy(block[to:], block[from:from+n])
	}
	o.write(l)
	o.setExpiry(at, place)
}

// Truncate makes a string that Extend has given n bytes long. Its block stays. O(1).
func (o *Object) Truncate(n int) {
	l := o.layout()
	l.value = n
	o.stretch(l)
}

// Bytes are those of a string that Extend has given, to be written to.
func (o *Object) Bytes() []byte { return o.value() }
