// sortedset.go: sorted sets: members with scores, in the order of these.
//
// Few short members stand with their scores in a listpack, in order; many, or long ones,
// are nodes of a skip list and entries of a hash table at once:
//
//	ZADD z 1.5 ada 3 bob    listpack   | head | "ada" | "1.5" | "bob" | 3 | ff |
//
//	129 members             skiplist   root ─▶ | dict | list |
//
//	         dict ─▶ | ada ▪|   | bob ▪|        the entry's value names the node,
//	                       │▲         │▲        and the node its entry:
//	         list ─▶ head ─▶| 1.5 ▪| ─▶| 3 ▪|   the member's bytes are there once
//
// The hash table tells the score of a member, the list who stands where; of many members a
// tree does (sortedset_order.go). A score that is a
// whole number is one in the listpack too; another one is text. It never goes back but in
// what a command has put together (Compact).
//
// In a skip list Find is O(1), Put and Remove O(log n); in a listpack all walk through some
// hundred bytes.
//
// Redis: t_zset.c, zsetAdd, zsetDel, zsetScore, zsetConvert.

package object

import (
	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/structures/listpack"
	"redis-internals/ch08/internal/zmalloc"
)

// SortedSet is an object that holds a sorted set.
type SortedSet struct {
	o   *Object
	env *Env
}

// SortedSet is the object's sorted set. The object must be one.
func (o *Object) SortedSet(env *Env) SortedSet { return SortedSet{o, env} }

var sortedSetKind = collection{
	create: func(o *Object, _ *Env) {
		*o.root() = zmalloc.Ref(listpack.New())
		o.setEncoding(Listpack)
	},
	free: func(o *Object) {
		for releaseOrdered(o, 1<<20) {
		}
	},
	release: releaseOrdered,
	count: func(o *Object) int {
		if o.Encoding() == Listpack {
			return o.pack().Len() / 2
		}
		return o.ordered().len()
	},
	clone: func(from, to *Object, env *Env) {
		if from.Encoding() == Listpack {
			*to.root() = cloneBlock(*from.root())
			return
		}
		newOrdered(to)
		t := from.ordered()
		for at := t.at(0); at != 0; at = t.next(at) {
			to.insertOrdered(entry.Key(t.entry(at)), t.score(at), env)
		}
	},
	items: func(o *Object, cursor uint64, n int, visit func(Item)) (next uint64) {
		if o.Encoding() == SkipList {
			return scanEntries(o.ordered().table(), cursor, n, func(r zmalloc.Ref) { visit(o.ItemAt(r)) })
		}
		p := *o.pack()
		var room Room
		for at := p.First(); at != 0; at = nextPair(p, at) {
			visit(Item{Name: TextOf(p.At(at), &room), Score: pairScore(p, at)})
		}
		return 0
	},
	memory: func(o *Object, samples int) int {
		if o.Encoding() == Listpack {
			return o.pack().MemoryUsage()
		}
		t := o.ordered()
		return zmalloc.Size(*o.root()) + t.table().MemoryUsage() + t.memoryUsage(samples)
	},
}

// releaseOrdered frees the members, then the hash table, which is not asked about entries any
// more, and then the block of both.
func releaseOrdered(o *Object, n int) (more bool) {
	if o.Encoding() == Listpack {
		o.pack().Free()
		return false
	}
	t := o.ordered()
	if t.release(n) || t.table().Release(max(1, n/entriesPerBucket), nil) {
		return true
	}
	zmalloc.Free(*o.root())
	return false
}

// insertOrdered adds a member that is not there to a skip list.
func (o *Object) insertOrdered(member []byte, score float64, env *Env) {
	o.ordered().add(dict.Hash(member), member, score, env)
}

// Len is the number of members. O(1).
func (s SortedSet) Len() int { return sortedSetKind.count(s.o) }

// Slot is where a member is, or would be. It is good until the sorted set is written to.
type Slot struct {
	Score float64 // if it is there
	hash  uint64
	entry zmalloc.Ref
	pair  listpack.Pos
}

// Found reports whether the member is there.
func (f Slot) Found() bool { return f.entry != 0 || f.pair != 0 }

// Find looks a member up. Redis: zsetScore.
func (s SortedSet) Find(member []byte) (f Slot) {
	if s.o.Encoding() == Listpack {
		p := *s.o.pack()
		if f.pair = p.Find(p.First(), member, 1); f.pair != 0 {
			f.Score = pairScore(p, f.pair)
		}
		return f
	}
	f.hash = dict.Hash(member)
	if f.entry = s.o.ordered().table().Find(f.hash, member); f.entry != 0 {
		f.Score = scoreOf(entry.At(f.entry))
	}
	return f
}

// Put gives a member a score, which must be a number; f is what Find said of it.
// Redis: zsetAdd.
func (s SortedSet) Put(f Slot, member []byte, score float64) {
	switch {
	case f.entry != 0:
		s.o.leave(f.entry, s.env)
		s.o.ordered().update(f.entry, score)
		return
	case f.pair != 0:
		p := s.o.pack()
		p.DeleteFrom(f.pair, 2)
		insertPair(p, member, score)
		return
	}
	if s.o.Encoding() == Listpack {
		if p := s.o.pack(); s.Len() < s.env.SortedSetEntries && len(member) <= s.env.SortedSetValue && p.HasRoom(len(member)) {
			insertPair(p, member, score)
			return
		}
		if !s.Expand() {
			insertPair(s.o.pack(), member, score)
			return
		}
		f.hash = dict.Hash(member)
	}
	s.o.ordered().add(f.hash, member, score, s.env)
}

// Add gives a member a score, and reports whether it is new.
func (s SortedSet) Add(member []byte, score float64) (added bool) {
	f := s.Find(member)
	s.Put(f, member, score)
	return !f.Found()
}

// Remove removes a member, and reports whether it was there. Redis: zsetDel.
func (s SortedSet) Remove(member []byte) (removed bool) {
	if s.o.Encoding() == Listpack {
		p := s.o.pack()
		at := p.Find(p.First(), member, 1)
		if at != 0 {
			p.DeleteFrom(at, 2)
		}
		return at != 0
	}
	t, hash := s.o.ordered(), dict.Hash(member)
	if s.env.Leaving != nil {
		if r := t.table().Find(hash, member); r != 0 {
			s.env.Leaving(s.o, r)
		}
	}
	r := t.table().Delete(hash, member)
	if r == 0 {
		return false
	}
	t.remove(r)
	entry.Free(r)
	return true
}

// listPerBytes is how many bytes of a skip list with its table one of a listpack becomes, at
// most.
const listPerBytes = 16

// Expand makes a skip list of a listpack, if there is memory for it: where there is none a
// large listpack does as well. O(n log n). Redis: zsetConvert.
func (s SortedSet) Expand() (ok bool) {
	if s.o.Encoding() == SkipList {
		return true
	}
	p := *s.o.pack()
	if !zmalloc.HasRoom(listPerBytes * p.Size()) {
		return false
	}
	newOrdered(s.o)
	var room Room
	for at := p.First(); at != 0; at = nextPair(p, at) {
		s.o.insertOrdered(TextOf(p.At(at), &room), pairScore(p, at), s.env)
	}
	p.Free()
	return true
}

// Compact makes a listpack of a skip list that is no larger than one may be. O(n). Redis:
// zsetConvertToListpackIfNeeded.
func (s SortedSet) Compact() {
	if s.o.Encoding() == Listpack || s.Len() > s.env.SortedSetEntries {
		return
	}
	p := listpack.New()
	t := s.o.ordered()
	for at := t.at(0); at != 0; at = t.next(at) {
		member := entry.Key(t.entry(at))
		if len(member) > s.env.SortedSetValue || !p.HasRoom(len(member)) {
			p.Free()
			return
		}
		appendPair(&p, member, t.score(at))
	}
	sortedSetKind.free(s.o)
	*s.o.root() = zmalloc.Ref(p)
	s.o.setEncoding(Listpack)
}
