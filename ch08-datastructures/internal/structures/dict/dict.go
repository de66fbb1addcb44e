// Package dict is a hash table of blocks that somebody else owns: Redis'
// dictionary, in cache lines.
//
//	dict.go    Find, Insert, Delete; what a bucket is
//	rehash.go  growing and shrinking, a bucket at a time
//	scan.go    going through all of it: SCAN's cursor, walks, random entries
//
// A table is an array of buckets of 64 bytes, which is what the processor reads
// from memory at once. A bucket has room for twelve entries:
//
//	| 12 tags, a byte each | child | 12 references, 4 bytes each |
//	  ▲ 8 bits of the hash   ▲ another bucket, where 12 are not enough
//
// To find a key is to read one bucket, compare all its tags with the key's at once
// (eight of them fit in a machine word), and look at the entries whose tags are the
// same: nearly always the right one and no other. Redis follows a chain of entries
// instead, and reads each one's key.
//
// An entry is a block of zmalloc's. The dict knows one thing of it, how to get at
// its key (Type.Key), and takes 8 to 14 bytes of table for each.
//
// Redis: dict.c. The tags are Swiss tables', the buckets of a line with overflow are
// from hash tables for persistent memory (Dash).
package dict

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"unsafe"

	"redis-internals/ch08/internal/zmalloc"
)

// Ref names an entry; 0 is none.
type Ref = zmalloc.Ref

// Type says what a dict must know of its entries. Redis: dict.h, dictType.
type Type struct {
	Key func(Ref) []byte // borrowed
}

const (
	slots       = 12
	bucketSize  = 64
	minBuckets  = 1
	growAt      = 9 // entries a bucket, on average, that make the table grow
	shrinkBelow = 1 // and shrink
)

// bucket is 64 bytes outside of Go's heap. Its entries stand in front; a tag of 0 is
// an empty slot.
type bucket struct {
	tags  [slots]byte
	child Ref
	refs  [slots]Ref
}

// table is an array of buckets; none if it has no memory.
type table struct {
	memory Ref
	log    uint32 // there are 1<<log buckets
}

// mask is the number of buckets less one.
func (t *table) mask() uint64 { return 1<<t.log - 1 }

// Dict is a hash table: a block outside of Go's heap, so that one may be part of a value.
// It belongs to one goroutine.
type Dict struct {
	tables [2]table  // the second one while the first is being moved to it
	drawn  [2]uint64 // random numbers that choose the next samples
	next   uint32    // the first bucket that has not been moved yet
	count  uint32
	extra  uint32 // buckets that are children
	kind   uint32 // the number of its Type, since no Go pointer may be here
}

// kinds are the types that dicts have been made of: a handful in a program.
var (
	kinds     [8]*Type
	kindCount uint32
)

// numberOf is the number of a type, which gets one when it is first used.
func numberOf(kind *Type) uint32 {
	for i := range kindCount {
		if kinds[i] == kind {
			return i
		}
	}
	kinds[kindCount] = kind // panics at the ninth: types are variables of packages
	kindCount++
	return kindCount - 1
}

// key is an entry's key.
func (d *Dict) key(r Ref) []byte { return kinds[d.kind&7].Key(r) }

// New returns an empty dict. Clear frees its memory.
func New(kind *Type) *Dict {
	d := At(zmalloc.AllocZeroed(int(unsafe.Sizeof(Dict{}))))
	d.kind = numberOf(kind)
	d.tables[0], _ = newTable(minBuckets)
	return d
}

// At is the dict whose block that is, and Ref names a dict's block, for whoever keeps it
// where no pointer may be.
func At(r Ref) *Dict { return (*Dict)(zmalloc.Pointer(r)) }

func (d *Dict) Ref() Ref { return zmalloc.RefOf(unsafe.Pointer(d)) }

// newTable returns a table of so many buckets, a power of two; ok is false if there is no
// memory for one that is large.
func newTable(buckets uint64) (t table, ok bool) {
	memory := zmalloc.AllocZeroed(int(buckets) * bucketSize)
	return table{memory, uint32(bits.TrailingZeros64(buckets))}, memory != 0
}

var seed = maphash.MakeSeed()

// Hash is a key's hash: for all dicts the same, in each process another, so that
// nobody can choose keys that meet in one bucket.
func Hash(key []byte) uint64 { return maphash.Bytes(seed, key) }

// tagOf is the part of the hash that the bucket keeps. The bucket's number is taken
// from the other end.
func tagOf(hash uint64) byte { return max(1, byte(hash>>56)) }

func (t *table) bucket(i uint64) *bucket {
	return (*bucket)(unsafe.Add(zmalloc.Pointer(t.memory), i*bucketSize))
}

func pointerTo(r Ref) *bucket { return (*bucket)(zmalloc.Pointer(r)) }

// home is the bucket where a hash belongs: in the second table, if the first one's
// has been moved there.
func (d *Dict) home(hash uint64) *bucket {
	t := &d.tables[0]
	if i := hash & t.mask(); i >= uint64(d.next) {
		return t.bucket(i)
	}
	t = &d.tables[1]
	return t.bucket(hash & t.mask())
}

const (
	ones = 0x0101010101010101
	high = 0x8080808080808080
)

// match marks the slots whose tags are tag: bit 7 of byte i for slot i.
//
// With XOR the tags that are right become 0, and 0 less 1 is the byte that turns bit 7
// on: it borrows from the byte above. One that had bit 7 already is left out by &^ x.
// Four slots, the tag 25:
//
//	slot                 3   2   1   0
//	tags                07  25  00  25
//	x = tags ^ 25..     22  00  25  00
//	x - 01..            20  FF  23  FF
//	&^ x & 80..         00  80  00  80    slots 2 and 0
//
// A slot above a right one may be marked wrongly: with a tag of 24 x is 01, less 1, and
// less what was borrowed. Compare the keys.
func (b *bucket) match(tag byte) (first8 uint64, last4 uint32) {
	x := binary.LittleEndian.Uint64(b.tags[:8]) ^ uint64(tag)*ones
	y := binary.LittleEndian.Uint32(b.tags[8:]) ^ uint32(tag)*uint32(ones&0xffffffff)
	return (x - ones) &^ x & high, (y - ones&0xffffffff) &^ y & (high & 0xffffffff)
}

// Find returns the entry of key, or 0. O(1).
func (d *Dict) Find(hash uint64, key []byte) Ref {
	b, i := d.find(hash, key)
	if b == nil {
		return 0
	}
	return b.refs[i]
}

func (d *Dict) find(hash uint64, key []byte) (*bucket, int) {
	tag := tagOf(hash)
	for b := d.home(hash); ; b = pointerTo(b.child) {
		first8, last4 := b.match(tag)
		for ; first8 != 0; first8 &= first8 - 1 {
			if i := bits.TrailingZeros64(first8) / 8; d.isKey(b.refs[i], key) {
				return b, i
			}
		}
		for ; last4 != 0; last4 &= last4 - 1 {
			if i := 8 + bits.TrailingZeros32(last4)/8; d.isKey(b.refs[i], key) {
				return b, i
			}
		}
		if b.child == 0 {
			return nil, 0
		}
	}
}

func (d *Dict) isKey(r Ref, key []byte) bool { return r != 0 && bytes.Equal(d.key(r), key) }

// PrefetchBucket and PrefetchEntries ask for the memory that Find will read: first
// the bucket, then the entries that may be the right one. Each is worth calling for
// several hashes before the next step.
func (d *Dict) PrefetchBucket(hash uint64) {
	b := d.home(hash)
	zmalloc.PrefetchLine(unsafe.Pointer(b))
}

// PrefetchEntries asks for the beginning of each: of a small one that is all.
func (d *Dict) PrefetchEntries(hash uint64) {
	b := d.home(hash)
	first8, last4 := b.match(tagOf(hash))
	for ; first8 != 0; first8 &= first8 - 1 {
		zmalloc.PrefetchBlock(b.refs[bits.TrailingZeros64(first8)/8])
	}
	for ; last4 != 0; last4 &= last4 - 1 {
		zmalloc.PrefetchBlock(b.refs[8+bits.TrailingZeros32(last4)/8])
	}
}

// Insert adds an entry whose key is not there yet. O(1).
func (d *Dict) Insert(hash uint64, r Ref) {
	d.step()
	d.put(d.home(hash), tagOf(hash), r)
	d.count++
	d.resizeIfNeeded()
}

// put puts an entry in the first empty slot of a bucket or its children.
func (d *Dict) put(b *bucket, tag byte, r Ref) {
	for {
		if i := b.len(); i < slots {
			b.tags[i], b.refs[i] = tag, r
			return
		}
		if b.child == 0 {
			b.child = zmalloc.AllocZeroed(bucketSize)
			d.extra++
		}
		b = pointerTo(b.child)
	}
}

// len is how many entries the bucket itself has.
func (b *bucket) len() int {
	n := 0
	for n < slots && b.tags[n] != 0 {
		n++
	}
	return n
}

// Replace puts another block in the place of an entry with the same key. It does not
// look into the old one, which may be freed already. O(1).
func (d *Dict) Replace(hash uint64, from, to Ref) {
	for b := d.home(hash); ; b = pointerTo(b.child) {
		for i := range b.refs {
			if b.refs[i] == from {
				b.refs[i] = to
				return
			}
		}
	}
}

// Delete takes the entry of key out and returns it, or 0. O(1).
func (d *Dict) Delete(hash uint64, key []byte) Ref {
	d.step()
	b, i := d.find(hash, key)
	if b == nil {
		return 0
	}
	r := b.refs[i]
	d.fill(d.home(hash), b, i)
	d.count--
	d.resizeIfNeeded()
	return r
}

// fill puts the last entry of a chain of buckets into a slot of one of them, so
// that entries always stand in front, and frees a child that has none left.
func (d *Dict) fill(first, b *bucket, i int) {
	last, parent := first, (*bucket)(nil)
	for last.child != 0 {
		parent, last = last, pointerTo(last.child)
	}
	n := last.len() - 1
	b.tags[i], b.refs[i] = last.tags[n], last.refs[n]
	last.tags[n], last.refs[n] = 0, 0
	if n == 0 && parent != nil {
		d.freeChild(parent)
	}
}

func (d *Dict) freeChild(parent *bucket) {
	zmalloc.Free(parent.child)
	parent.child = 0
	d.extra--
}

// Len is the number of entries.
func (d *Dict) Len() int { return int(d.count) }

// MemoryUsage is how many bytes the dict takes, without its entries.
func (d *Dict) MemoryUsage() int {
	n := zmalloc.Size(d.Ref()) + int(d.extra)*bucketSize
	for _, t := range d.tables {
		if t.memory != 0 {
			n += zmalloc.Size(t.memory)
		}
	}
	return n
}

// Clear takes all entries out, calls visit with each, if it is not nil, and frees the
// tables and the dict: it is not to be used any more. O(n): Release does it in pieces.
func (d *Dict) Clear(visit func(Ref)) {
	for d.Release(1, visit) {
	}
}

// Release is Clear for the next n buckets of a dict that nobody uses any more, and reports
// whether there are more. It goes through them as rehashing does, so it needs no cursor.
// O(n).
func (d *Dict) Release(n int, visit func(Ref)) (more bool) {
	for ; n > 0; n-- {
		b := d.tables[0].bucket(uint64(d.next))
		b.each(visit)
		for b.child != 0 {
			d.freeLastChild(b)
		}
		if d.next++; uint64(d.next) <= d.tables[0].mask() {
			continue
		}
		zmalloc.Free(d.tables[0].memory)
		d.tables[0], d.tables[1], d.next = d.tables[1], table{}, 0
		if d.tables[0].memory == 0 {
			zmalloc.Free(d.Ref())
			return false
		}
	}
	return true
}

func (d *Dict) freeLastChild(b *bucket) {
	for pointerTo(b.child).child != 0 {
		b = pointerTo(b.child)
	}
	d.freeChild(b)
}

// each calls visit with the entries of the bucket and its children.
func (b *bucket) each(visit func(Ref)) {
	for visit != nil {
		for i := 0; i < slots && b.tags[i] != 0; i++ {
			visit(b.refs[i])
		}
		if b.child == 0 {
			return
		}
		b = pointerTo(b.child)
	}
}
