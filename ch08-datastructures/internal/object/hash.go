// hash.go: hashes. Few short fields stand with their values in a listpack, one after the
// other; many, or long ones, are entries of a hash table.
//
//	HSET h name ada    listpack    | 13+ bytes | "name" | "ada" | ff |
//	513 fields         hashtable   dict ─▶ | name ada |   one block a field
//
// It never goes back. In a hash table everything is O(1); in a listpack a field is searched
// for in the whole of it, some hundred bytes of which a processor compares a few at a time.
//
// Redis: t_hash.c, hashTypeSet and its neighbours.

package object

import (
	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/structures/listpack"
	"redis-internals/ch08/internal/zmalloc"
)

// Hash is an object that holds a hash.
type Hash struct {
	o   *Object
	env *Env
}

// Hash is the object's hash. The object must be one.
func (o *Object) Hash(env *Env) Hash { return Hash{o, env} }

var hashKind = collection{
	create: func(o *Object, _ *Env) {
		*o.root() = zmalloc.Ref(listpack.New())
		o.setEncoding(Listpack)
	},
	free: func(o *Object) {
		if o.Encoding() == Listpack {
			o.pack().Free()
			return
		}
		o.dict().Clear(entry.Free)
	},
	release: func(o *Object, n int) (more bool) {
		if o.Encoding() == Listpack {
			o.pack().Free()
			return false
		}
		return o.dict().Release(max(1, n/entriesPerBucket), entry.Free)
	},
	count: func(o *Object) int {
		if o.Encoding() == Listpack {
			return o.pack().Len() / 2
		}
		return o.dict().Len()
	},
	clone: func(from, to *Object, env *Env) {
		if from.Encoding() == Listpack {
			*to.root() = cloneBlock(*from.root())
			return
		}
		d := newDict(to)
		eachEntry(from.dict(), func(r zmalloc.Ref) {
			e := entry.At(r)
			insertNew(d, e.Key(), e.Value(), env)
		})
	},
	items: func(o *Object, cursor uint64, n int, visit func(Item)) (next uint64) {
		if o.Encoding() == HashTable {
			return scanEntries(o.dict(), cursor, n, func(r zmalloc.Ref) { visit(o.ItemAt(r)) })
		}
		var first, second Room
		eachPair(*o.pack(), func(field, value listpack.Value) {
			visit(Item{Name: TextOf(field, &first), Value: TextOf(value, &second)})
		})
		return 0
	},
	memory: func(o *Object, samples int) int {
		if o.Encoding() == Listpack {
			return o.pack().MemoryUsage()
		}
		return sizeOfTable(o.dict(), samples)
	},
}

// pack is the listpack of an object that is encoded so.
func (o *Object) pack() *listpack.Pack { return (*listpack.Pack)(o.root()) }

// Room is where an integer of a listpack is written as text.
type Room [maxDigits]byte

// eachPair calls visit with the elements of a listpack, two by two.
func eachPair(p listpack.Pack, visit func(first, second listpack.Value)) {
	for at := p.First(); at != 0; {
		var first, second listpack.Value
		first, at = p.Read(at)
		second, at = p.Read(at)
		visit(first, second)
	}
}

// Len is the number of fields. O(1).
func (h Hash) Len() int { return hashKind.count(h.o) }

// Get returns a field's value: borrowed from the hash, or in room, of 20 bytes or more. ok
// is false if there is no such field. Redis: hashTypeGetFromListpack, hashTypeGetFromHashTable.
func (h Hash) Get(field []byte, room *Room) (value []byte, ok bool) {
	if h.o.Encoding() == Listpack {
		p := *h.o.pack()
		at := p.Find(p.First(), field, 1)
		if at == 0 {
			return nil, false
		}
		return TextOf(p.At(p.Next(at)), room), true
	}
	r := h.o.dict().Find(dict.Hash(field), field)
	if r == 0 {
		return nil, false
	}
	return entry.At(r).Value(), true
}

// Has reports whether there is such a field.
func (h Hash) Has(field []byte) bool {
	if h.o.Encoding() == Listpack {
		p := *h.o.pack()
		return p.Find(p.First(), field, 1) != 0
	}
	return h.o.dict().Find(dict.Hash(field), field) != 0
}

// Set gives a field a value, and reports whether it is new. Redis: hashTypeSet.
func (h Hash) Set(field, value []byte) (added bool) {
	if h.o.Encoding() == Listpack {
		short := len(field) <= h.env.HashValue && len(value) <= h.env.HashValue && h.o.pack().HasRoom(len(field)+len(value)+pairOverhead)
		if short || !h.toHashTable() {
			return h.setInPack(field, value)
		}
	}
	d, hash := h.o.dict(), dict.Hash(field)
	r := d.Find(hash, field)
	if r == 0 {
		insertHashed(d, hash, field, value, h.env)
		return true
	}
	h.o.leave(r, h.env)
	if to := entry.SetValue(r, value); to != r {
		d.Replace(hash, r, to)
	}
	return false
}

func (h Hash) setInPack(field, value []byte) (added bool) {
	p := h.o.pack()
	if at := p.Find(p.First(), field, 1); at != 0 {
		p.Replace(p.Next(at), value)
	} else {
		p.Append(field)
		p.Append(value)
		added = true
	}
	if h.Len() > h.env.HashEntries { // perhaps the setting has changed
		h.toHashTable()
	}
	return added
}

// Convert makes a hash table of a listpack, if one of the words that are to be added is
// too long for it: once, and not by half. Redis: hashTypeTryConversion.
func (h Hash) Convert(words [][]byte) {
	if h.o.Encoding() != Listpack {
		return
	}
	for _, word := range words {
		if len(word) > h.env.HashValue {
			h.toHashTable()
			return
		}
	}
}

const (
	pairOverhead  = 2 * 10 // bytes that a listpack takes for two elements besides themselves, at most
	tablePerBytes = 8      // bytes of a hash table for one of a listpack, at most
)

// toHashTable makes a hash table of a listpack, if there is memory for it: where there is
// none a large listpack does as well. O(n). Redis: hashTypeConvert.
func (h Hash) toHashTable() (ok bool) {
	p := *h.o.pack()
	if !zmalloc.HasRoom(tablePerBytes * p.Size()) {
		return false
	}
	d := newDict(h.o)
	var first, second Room
	eachPair(p, func(field, value listpack.Value) {
		insertNew(d, TextOf(field, &first), TextOf(value, &second), h.env)
	})
	p.Free()
	return true
}

// Delete deletes a field, and reports whether it was there. Redis: hashTypeDelete.
func (h Hash) Delete(field []byte) (deleted bool) {
	if h.o.Encoding() == Listpack {
		p := h.o.pack()
		at := p.Find(p.First(), field, 1)
		if at != 0 {
			p.DeleteFrom(at, 2)
		}
		return at != 0
	}
	return h.o.deleteEntry(h.o.dict(), field, h.env)
}

// Each calls visit with all fields and their values. They are borrowed, and visit must not
// change the hash, or visit another one. O(n).
func (h Hash) Each(visit func(field, value []byte)) {
	if h.o.Encoding() == Listpack {
		rooms := &h.env.rooms
		eachPair(*h.o.pack(), func(field, value listpack.Value) { visit(TextOf(field, &rooms[0]), TextOf(value, &rooms[1])) })
		return
	}
	eachEntry(h.o.dict(), func(r zmalloc.Ref) {
		e := entry.At(r)
		visit(e.Key(), e.Value())
	})
}

// Random calls visit with a field and its value, each as likely as the others. The hash
// must not be empty. O(1). Redis: hashTypeRandomElement.
func (h Hash) Random(visit func(field, value []byte)) {
	if h.o.Encoding() == Listpack {
		p := *h.o.pack()
		at := p.Random(h.env.Random, 2)
		visit(TextOf(p.At(at), &h.env.rooms[0]), TextOf(p.At(p.Next(at)), &h.env.rooms[1]))
		return
	}
	e := entry.At(h.o.dict().Random(h.env.Random))
	visit(e.Key(), e.Value())
}
