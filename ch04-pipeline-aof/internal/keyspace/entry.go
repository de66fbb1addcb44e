// entry.go: one key, its value, and when it expires.
//
// The bytes of key and value lie in one block of memory, as they are read together:
//
//	block  | key | value | room |
//
// Redis: dict.h, dictEntry; object.c.

package keyspace

import "unsafe"

// entry is one key with what belongs to it.
type entry struct {
	key      []byte
	value    Value
	expireAt int64  // Unix milliseconds; 0 is never
	place    uint32 // in DB.volatile, if it expires
	epoch    uint32 // of the last snapshot that has it, or need not

	prev, next *entry
}

// Key is the key's bytes: borrowed, and not to be changed.
func (e *entry) Key() []byte { return e.key }

// name is Key for the map, which wants a string. It lies in the block: a key that
// moves to another block must be put into the map again.
func (e *entry) name() string { return unsafe.String(unsafe.SliceData(e.key), len(e.key)) }

// Expires reports whether the key has a time to live.
func (e *entry) Expires() bool { return e.expireAt != 0 }

// ExpireAt is when it expires, in Unix milliseconds; 0 is never.
func (e *entry) ExpireAt() int64 { return e.expireAt }

// Place is where the entry stands among those that expire.
func (e *entry) Place() uint32 { return e.place }

// SetPlace changes it.
func (e *entry) SetPlace(place uint32) { e.place = place }

// Epoch is a number that the keyspace keeps with the entry: see snapshot.go.
func (e *entry) Epoch() uint32 { return e.epoch }

// SetEpoch changes it.
func (e *entry) SetEpoch(epoch uint32) { e.epoch = epoch }

// move gives the entry a block of its own with the key, and with room for a value.
// What the value was is lost.
func (e *entry) move(key []byte, room int) {
	block := make([]byte, len(key)+room)
	n := copy(block, key)
	e.key, e.value = block[:n:n], Value{data: block[n:n]}
}

// Value is what a key holds. One that a lookup returned is good until the key
// is written.
type Value struct {
	data []byte
	kept bool // somebody still reads them: they must stay as they are
}

// Len is the value's length in bytes.
func (v *Value) Len() int { return len(v.data) }

// AppendTo appends the value's bytes to dst.
func (v *Value) AppendTo(dst []byte) []byte { return append(dst, v.data...) }

// AppendPart appends some of the value's bytes to dst.
func (v *Value) AppendPart(dst []byte, from, to int) []byte { return append(dst, v.data[from:to]...) }

// Keep makes the bytes stay as they are: who changes the value needs others.
func (v *Value) Keep() { v.kept = true }

// set stores a copy of b in the room there is. It reports false, and changes
// nothing, if b does not fit there, would waste half of it or must not go there.
func (v *Value) set(b []byte) (ok bool) {
	if room := cap(v.data); v.kept || len(b) > room || len(b) < room/2 {
		return false
	}
	v.data = append(v.data[:0], b...)
	return true
}
