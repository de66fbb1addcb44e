// list.go: lists. All are quicklists, chains of listpacks: a short one has one node.
//
//	RPUSH l a b c    root ─▶ node | a | b | c |
//
// Adding and taking away at the ends is O(1), reaching a place in the middle O(nodes).
//
// Redis: t_list.c, listTypePush and its neighbours.

package object

import (
	"redis-internals/ch08/internal/structures/listpack"
	"redis-internals/ch08/internal/structures/quicklist"
	"redis-internals/ch08/internal/zmalloc"
)

// List is an object that holds a list.
type List struct{ quicklist.List }

// Pos is where in a list an element is. The zero Pos is none. It is good until the list is
// written to.
type Pos = quicklist.Pos

// List is the object's list. The object must be one.
func (o *Object) List(*Env) List { return List{o.quicklist()} }

func (o *Object) quicklist() quicklist.List { return quicklist.List(*o.root()) }

var listKind = collection{
	create: func(o *Object, env *Env) {
		*o.root() = zmalloc.Ref(quicklist.New(env.ListSize))
		o.setEncoding(QuickList)
	},
	free: func(o *Object) { o.quicklist().Free() },
	release: func(o *Object, _ int) (more bool) {
		if o.quicklist().ReleaseFirst() {
			return true
		}
		o.quicklist().Free()
		return false
	},
	count: func(o *Object) int { return o.quicklist().Len() },
	clone: func(from, to *Object, env *Env) {
		l, copied := from.quicklist(), quicklist.New(env.ListSize)
		var room Room
		for p := l.First(); !p.IsNone(); p = l.Next(p) {
			copied.PushBack(TextOf(l.At(p), &room))
		}
		*to.root() = zmalloc.Ref(copied)
	},
	items: func(o *Object, cursor uint64, n int, visit func(Item)) (next uint64) {
		l := o.quicklist()
		var room Room
		p := l.Seek(int(cursor))
		for ; n > 0 && !p.IsNone(); n-- {
			visit(Item{Name: TextOf(l.At(p), &room)})
			p = l.Next(p)
			cursor++
		}
		if p.IsNone() {
			return 0
		}
		return cursor
	},
	memory: func(o *Object, samples int) int { return o.quicklist().Estimate(samples) },
}

// TextOf is an element as text: borrowed, or in room.
func TextOf(v listpack.Value, room *Room) []byte {
	if v.IsInt() {
		return v.AppendTo(room[:0])
	}
	return v.Text
}

// Push adds an element at an end. O(1). Redis: listTypePush.
func (l List) Push(front bool, text []byte) {
	if front {
		l.PushFront(text)
	} else {
		l.PushBack(text)
	}
}

// End is where the element at an end stands.
func (l List) End(front bool) Pos {
	if front {
		return l.First()
	}
	return l.Last()
}

// Step is the next place, from the front on, or from the back.
func (l List) Step(p Pos, front bool) Pos {
	if front {
		return l.Next(p)
	}
	return l.Prev(p)
}
