// set.go: sets. Members that all are integers stand in an intset, up to a number of them;
// else they are entries of a hash table.
//
//	SADD s 5 7     intset      02 00 00 00  02 00 00 00  05 00  07 00
//	SADD s ada     hashtable   dict ─▶ entries 5, 7, ada
//
// It never goes back: a set that was large may be so again. Add, Remove and Has are O(1)
// in a hash table; in an intset O(log n), and some of its few bytes are moved.
//
// Redis: t_set.c, setTypeAdd and its neighbours.

package object

import (
	"strconv"

	"redis-internals/ch08/internal/resp"
	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/structures/intset"
	"redis-internals/ch08/internal/zmalloc"
)

// Set is an object that holds a set.
type Set struct {
	o   *Object
	env *Env
}

// Set is the object's set. The object must be one.
func (o *Object) Set(env *Env) Set { return Set{o, env} }

var setKind = collection{
	create: func(o *Object, _ *Env) {
		*o.root() = zmalloc.Ref(intset.New())
		o.setEncoding(IntSet)
	},
	free: func(o *Object) {
		if o.Encoding() == IntSet {
			o.ints().Free()
			return
		}
		o.dict().Clear(entry.Free)
	},
	release: func(o *Object, n int) (more bool) {
		if o.Encoding() == IntSet {
			o.ints().Free()
			return false
		}
		return o.dict().Release(max(1, n/entriesPerBucket), entry.Free)
	},
	count: func(o *Object) int {
		if o.Encoding() == IntSet {
			return o.ints().Len()
		}
		return o.dict().Len()
	},
	clone: func(from, to *Object, env *Env) {
		if from.Encoding() == IntSet {
			*to.root() = cloneBlock(*from.root())
			return
		}
		d := newDict(to)
		eachEntry(from.dict(), func(r zmalloc.Ref) { insertNew(d, entry.At(r).Key(), nil, env) })
	},
	items: func(o *Object, cursor uint64, n int, visit func(Item)) (next uint64) {
		if o.Encoding() == HashTable {
			return scanEntries(o.dict(), cursor, n, func(r zmalloc.Ref) { visit(o.ItemAt(r)) })
		}
		ints := o.ints()
		var digits [maxDigits]byte
		for i := range ints.Len() {
			visit(Item{Name: strconv.AppendInt(digits[:0], ints.At(i), 10)})
		}
		return 0
	},
	memory: func(o *Object, samples int) int {
		if o.Encoding() == IntSet {
			return o.ints().MemoryUsage()
		}
		return sizeOfTable(o.dict(), samples)
	},
}

// ints is the intset of a set that is encoded so.
func (o *Object) ints() *intset.Set { return (*intset.Set)(o.root()) }

// Len is the number of members. O(1).
func (s Set) Len() int { return setKind.count(s.o) }

// Add adds a member, and reports whether it is new. Redis: setTypeAdd.
func (s Set) Add(member []byte) (added bool) {
	if s.o.Encoding() == IntSet {
		if n, ok := resp.ParseInt(member); ok {
			ints := s.o.ints()
			if added = ints.Add(n); added && ints.Len() > s.env.SetInts {
				s.toHashTable()
			}
			return added
		}
		s.toHashTable()
	}
	d, hash := s.o.dict(), dict.Hash(member)
	if d.Find(hash, member) != 0 {
		return false
	}
	insertHashed(d, hash, member, nil, s.env)
	return true
}

// toHashTable makes a hash table of an intset. O(n).
func (s Set) toHashTable() {
	ints := *s.o.ints()
	d := newDict(s.o)
	var digits [maxDigits]byte
	for i := range ints.Len() {
		insertNew(d, strconv.AppendInt(digits[:0], ints.At(i), 10), nil, s.env)
	}
	ints.Free()
}

// Remove removes a member, and reports whether it was there. Redis: setTypeRemove.
func (s Set) Remove(member []byte) (removed bool) {
	if s.o.Encoding() == IntSet {
		n, ok := resp.ParseInt(member)
		return ok && s.o.ints().Remove(n)
	}
	return s.o.deleteEntry(s.o.dict(), member, s.env)
}

// Has reports whether there is such a member. Redis: setTypeIsMember.
func (s Set) Has(member []byte) bool {
	if s.o.Encoding() == IntSet {
		n, ok := resp.ParseInt(member)
		return ok && s.o.ints().Has(n)
	}
	return s.o.dict().Find(dict.Hash(member), member) != 0
}

// Random returns a member, each as likely as the others. The set must not be empty. It is
// borrowed from the set, or stands in room, of 20 bytes or more. O(1). Redis:
// setTypeRandomElement.
func (s Set) Random(room []byte) []byte {
	if s.o.Encoding() == IntSet {
		return strconv.AppendInt(room[:0], s.o.ints().Random(s.env.Random), 10)
	}
	return entry.Key(s.o.dict().Random(s.env.Random))
}

// Each calls visit with all members, until it returns false. They are borrowed, and visit
// must not change the set. O(n).
func (s Set) Each(visit func(member []byte) bool) {
	if s.o.Encoding() == IntSet {
		ints := s.o.ints()
		var digits [maxDigits]byte
		for i := range ints.Len() {
			if !visit(strconv.AppendInt(digits[:0], ints.At(i), 10)) {
				return
			}
		}
		return
	}
	d, going := s.o.dict(), true
	for i, more := uint64(0), true; more && going; {
		i, more = d.Walk(i, func(r zmalloc.Ref) { going = going && visit(entry.Key(r)) })
	}
}
