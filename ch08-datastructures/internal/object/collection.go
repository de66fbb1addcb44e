// collection.go: lists, sets, sorted sets and hashes: what they have in common.
//
// A string's bytes stand in its key's block. A collection may be of millions, and change
// with every command; so its block holds a root of four bytes, and the structure stands in
// blocks of its own. The key's block never moves when the collection changes:
//
//	dict ─▶ | head | key | root | expiry |
//	                        └──▶ listpack, intset, quicklist ...
//
// A root names one structure while the collection is small, and another one when it has
// grown: that is its encoding. Each type stands in a file of its own, which knows its
// encodings; who uses it sees members, fields, elements only. What all types must be able
// to do, so that a key can be copied, freed, measured and written to the log whatever it
// holds, is a row of functions (collection).
//
// Redis: object.c, createSetObject and its neighbours; lazyfree.c, rdb.c and defrag.c have
// a switch over all types each.

package object

import (
	"math/rand/v2"

	"redis-internals/ch08/internal/zmalloc"
)

// Env is what collections take from who owns them: the same for all.
type Env struct {
	Limits
	Random *rand.Rand
	Epoch  uint8 // of an entry that is new: whoever walks through the entries need not see it

	// Leaving is called before an entry of a hash table goes, or gets another value or
	// score. It is nil while nobody walks.
	Leaving func(o *Object, entry zmalloc.Ref)

	rooms [2]Room // for the integers of a field and its value that are being visited
}

// Limits say up to which size a collection is kept in the small way. They are Redis'
// settings: hash-max-listpack-entries and its neighbours.
type Limits struct {
	HashEntries, HashValue           int // fields, and bytes of a field or value
	SortedSetEntries, SortedSetValue int // members, and bytes of one
	SetInts                          int // members that all are integers
	ListSize                         int // of a list's node: elements, or -1 to -5 for 4 to 64 KiB
	HLLSparse                        int // bytes of a HyperLogLog
}

// Item is an element of a list, a member, or a field with its value. Its bytes are borrowed.
type Item struct {
	Name, Value []byte
	Score       float64
	Entry       zmalloc.Ref // its entry, if it is in a hash table; or 0
}

// collection is what a type can do, whatever the encoding.
type collection struct {
	create  func(o *Object, env *Env)                                             // makes an empty one
	free    func(o *Object)                                                       // O(n)
	release func(o *Object, n int) (more bool)                                    // frees about n elements; the last time, all
	count   func(o *Object) int                                                   // elements; O(1)
	clone   func(from, to *Object, env *Env)                                      // gives to a copy; O(n)
	items   func(o *Object, cursor uint64, n int, visit func(Item)) (next uint64) // see Items
	memory  func(o *Object, samples int) int                                      // see MemoryUsage
}

// collections has the row of each type; a string has none.
var collections = [...]*collection{ListType: &listKind, SetType: &setKind, SortedSetType: &sortedSetKind, HashType: &hashKind}

const rootSize = 4 // bytes

// IsCollection reports whether the object has elements, and is no string.
func (o *Object) IsCollection() bool { return o.Type() != StringType }

func (o *Object) collection() *collection { return collections[o.Type()] }

// root is where in the block the structure's reference stands.
func (o *Object) root() *zmalloc.Ref {
	return (*zmalloc.Ref)(o.at(o.headLen() + o.keyLen()))
}

func (o *Object) setEncoding(e Encoding) { o.kind = o.Type() | Type(e)<<4 }

// NewCollection returns an empty one of a type, which never expires. Free frees it. O(1).
func NewCollection(key []byte, t Type, env *Env) *Object {
	o := newBlock(key, t, 0)
	o.collection().create(o, env)
	return o
}

// newBlock returns the block of a collection without one.
func newBlock(key []byte, t Type, at int64) *Object {
	l := layout{len(key), rootSize, at != 0}
	o := At(zmalloc.Alloc(l.total()))
	*o = Object{}
	o.write(l)
	copy(o.Key(), key)
	o.kind = t
	*o.root() = 0
	o.setExpiry(at, 0)
	return o
}

// Clone returns a copy of the object for another key, which expires at a time (Unix
// milliseconds; 0 is never). O(n).
func Clone(o *Object, key []byte, at int64, env *Env) *Object {
	if !o.IsCollection() {
		return New(key, o.asValue(), at)
	}
	to := newBlock(key, o.Type(), at)
	to.kind = o.kind
	o.collection().clone(o, to, env)
	to.lru = o.lru
	return to
}

// Rename returns the object in a block for another key; the old one is freed. O(length of a
// string), O(1) for a collection. The expiry stays.
func Rename(o *Object, key []byte) *Object {
	var to *Object
	if o.IsCollection() {
		to = newBlock(key, o.Type(), o.ExpireAt())
		to.kind = o.kind
		*to.root(), *o.root() = *o.root(), 0
		to.flags |= o.flags & (epochMask | kept)
	} else {
		to = New(key, o.asValue(), o.ExpireAt())
	}
	to.lru = o.lru
	Free(o)
	return to
}

// asValue is a string's value, borrowed from it.
func (o *Object) asValue() Value {
	if n, ok := o.number(); ok {
		return IntValue(n)
	}
	return Value{bytes: o.value(), encoding: o.Encoding()}
}

// Count is the number of a collection's elements. O(1).
func (o *Object) Count() int { return o.collection().count(o) }

// Items calls visit with about n elements of a collection, from cursor on, and returns the
// cursor for the next ones; 0 is the beginning, and the end. It meets all that stay in the
// collection meanwhile, some of a hash table perhaps twice. visit must not change it.
// Lists and what is in one block must not change between two calls. O(n).
func (o *Object) Items(cursor uint64, n int, visit func(Item)) (next uint64) {
	return o.collection().items(o, cursor, n, visit)
}

// MemoryUsage is how many bytes the object takes. What the elements of a hash table or a
// list take is told by so many of them; 0 is all. O(samples). Redis: object.c,
// objectComputeSize.
func (o *Object) MemoryUsage(samples int) int {
	n := zmalloc.Size(o.Ref())
	if o.IsCollection() {
		n += o.collection().memory(o, samples)
	}
	return n
}

// ReleaseSome frees about n elements of an object that nobody can find any more, and
// reports whether there are more. When there are none the object is freed. O(n).
func ReleaseSome(o *Object, n int) (more bool) {
	if o.IsCollection() && *o.root() != 0 && o.collection().release(o, n) {
		return true
	}
	zmalloc.Free(o.Ref())
	return false
}

// freeRoot frees what a collection's root names.
func (o *Object) freeRoot() {
	if o.IsCollection() && *o.root() != 0 {
		o.collection().free(o)
	}
}
