// edit.go: insert, replace, delete: all of them put some bytes in the place of others.
//
//	before   | head | ... | gone        | what is behind | FF |
//	after    | head | ... | new element     | what is behind | FF |
//
// What is behind is shifted, and the block moved if its class is another. O(bytes).
// Redis: listpack.c, lpInsert, lpDeleteRangeWithEntry, lpMerge.

package listpack

import (
	"redis-internals/ch08/internal/structures/room"
	"redis-internals/ch08/internal/zmalloc"
)

// splice makes room for n bytes in the place of gone bytes at at, and counts more
// elements, or fewer. It returns the bytes of the pack.
func (p *Pack) splice(at, gone, n, more int) []byte {
	was := p.Size()
	size := was + n - gone
	tail := was - (at + gone)
	if n < gone { // before the block is shorter
		b := zmalloc.Bytes(zmalloc.Ref(*p))
		copy(b[at+n:], b[at+gone:was])
	}
	r := room.Fit(zmalloc.Ref(*p), min(was, size), size)
	*p = Pack(r)
	b := zmalloc.Bytes(r)
	if n > gone {
		copy(b[at+n:], b[at+gone:at+gone+tail])
	}
	order.PutUint32(b, uint32(size))
	p.count(more)
	return b[:size]
}

// count counts more elements, or fewer. What is unknown stays so until somebody counts:
// as in Redis, where the bytes then say so, too.
func (p Pack) count(more int) {
	b := zmalloc.Bytes(zmalloc.Ref(p))
	if n := int(order.Uint16(b[4:])); n != unknown {
		order.PutUint16(b[4:], uint16(min(n+more, unknown)))
	}
}

func (p *Pack) insert(at int, v Value) Pos {
	b := p.splice(at, 0, v.whole(), 1)
	v.put(b[at:])
	return Pos(at)
}

// Append adds an element at the end, and Prepend one at the front. text must not be in
// the pack itself. O(1) and O(bytes).
func (p *Pack) Append(text []byte) Pos { return p.insert(p.Size()-1, valueOf(text)) }

func (p *Pack) Prepend(text []byte) Pos { return p.insert(headSize, valueOf(text)) }

// AppendInt is Append for an integer.
func (p *Pack) AppendInt(n int64) Pos {
	return p.insert(p.Size()-1, Value{Integer: n})
}

// AppendAll adds elements at the end and moves the block at most once. O(their bytes).
// Redis: lpBatchAppend.
func (p *Pack) AppendAll(texts [][]byte) {
	n := 0
	for _, t := range texts {
		n += valueOf(t).whole()
	}
	at := p.Size() - 1
	b := p.splice(at, 0, n, len(texts))
	for _, t := range texts {
		at += valueOf(t).put(b[at:])
	}
}

// InsertBefore and InsertAfter add an element beside another one and return where it
// is. O(bytes).
func (p *Pack) InsertBefore(at Pos, text []byte) Pos { return p.insert(int(at), valueOf(text)) }

func (p *Pack) InsertAfter(at Pos, text []byte) Pos {
	return p.insert(after(p.Bytes(), int(at)), valueOf(text))
}

// Replace puts text in the place of an element. O(bytes). Redis: lpReplace.
func (p *Pack) Replace(at Pos, text []byte) Pos { return p.replace(at, valueOf(text)) }

// ReplaceInt is Replace for an integer.
func (p *Pack) ReplaceInt(at Pos, n int64) Pos {
	return p.replace(at, Value{Integer: n})
}

func (p *Pack) replace(at Pos, v Value) Pos {
	gone := after(p.Bytes(), int(at)) - int(at)
	b := p.splice(int(at), gone, v.whole(), 0)
	v.put(b[at:])
	return at
}

// Delete takes an element out and returns the one that was behind it, or 0. O(bytes).
func (p *Pack) Delete(at Pos) (next Pos) {
	next, _ = p.DeleteFrom(at, 1)
	return next
}

// DeleteFrom takes up to n elements out, from at on, and returns the one behind them and
// how many they were. O(bytes), and one shift.
func (p *Pack) DeleteFrom(at Pos, n int) (next Pos, deleted int) {
	b := p.Bytes()
	end := int(at)
	for ; deleted < n && b[end] != endMark; deleted++ {
		end = after(b, end)
	}
	p.splice(int(at), end-int(at), 0, -deleted)
	return p.orNone(int(at)), deleted
}

// DeleteRange takes up to n elements out, from element i on, which may be negative, and
// returns how many they were. O(bytes). Redis: lpDeleteRange.
func (p *Pack) DeleteRange(i, n int) (deleted int) {
	if at := p.Seek(i); at != 0 && n > 0 {
		_, deleted = p.DeleteFrom(at, n)
	}
	return deleted
}

// Join appends all elements of other, which stays as it is. O(bytes). Redis: lpMerge.
func (p *Pack) Join(other Pack) {
	from := other.Bytes()
	from = from[headSize : len(from)-1]
	at := p.Size() - 1
	n := other.Len()
	b := p.splice(at, 0, len(from), n)
	copy(b[at:], from)
}

// SplitAt returns a new pack with the elements from at on, which p loses. O(bytes).
// Redis: quicklist.c, _quicklistSplitNode.
func (p *Pack) SplitAt(at Pos) Pack {
	b := p.Bytes()
	tail := b[at:]
	r := zmalloc.Alloc(headSize + len(tail))
	to := zmalloc.Bytes(r)
	order.PutUint32(to, uint32(headSize+len(tail)))
	order.PutUint16(to[4:], unknown)
	copy(to[headSize:], tail)
	moved := Pack(r).Len()
	order.PutUint16(to[4:], uint16(min(moved, unknown)))
	p.splice(int(at), len(tail)-1, 0, -moved)
	return Pack(r)
}
