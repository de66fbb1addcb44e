// slabs.go: blocks of one size, cut from a slab.
//
//	slab   │ live │ free ─┐ live │ free │ live │ never used ...
//	                      └──────▲ ─┘ next: none
//	free   ▲ the slab's list of freed blocks, kept in the blocks themselves
//
// A slab with a free block is in its class's list; the first one is used until it
// is full. One that becomes empty goes back to the pages, unless it is the last of
// its class with room: a class that swings between none and one would otherwise
// make and unmake a slab each time.

package zmalloc

// partial are the classes' slabs that have a free block, by their first page; 0 is
// none.
var partial [classes]uint32

func (p *page) isFull() bool { return p.live == p.room }

func allocSmall(c int) Ref {
	at := partial[c]
	if at == 0 {
		at = newSlab(c)
	}
	p := &table[at]
	r := p.free
	if r != 0 {
		p.free = *(*Ref)(Pointer(r))
		checkPoison(r, int(classSize[c]))
	} else {
		r = Ref(at*perPage + p.cut*classSize[c]/unit)
		p.cut++
	}
	p.live++
	if p.isFull() {
		unlink(&partial[c], at)
	}
	fillFresh(r, int(classSize[c]))
	return r
}

func freeSmall(r Ref, at uint32) {
	p := &table[at]
	c := int(p.class)
	fillPoison(r, int(classSize[c]))
	if p.isFull() {
		link(&partial[c], at)
	}
	*(*Ref)(Pointer(r)) = p.free
	p.free = r
	p.live--
	if p.live == 0 && (partial[c] != at || p.next != 0) {
		unlink(&partial[c], at)
		freeSlab(at, slabPages[c])
	}
}

// newSlab takes pages for a slab and makes it its class's first one.
func newSlab(c int) (at uint32) {
	n := slabPages[c]
	at = takePages(n)
	for i := range n {
		table[at+i] = page{kind: slabPage, class: uint8(c), offset: uint16(i)}
	}
	table[at].room = n * pageSize / classSize[c]
	link(&partial[c], at)
	return at
}

func freeSlab(at, n uint32) {
	for i := range n {
		table[at+i] = page{}
	}
	freePages(at, n)
}
