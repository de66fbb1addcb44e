// pages.go: whose each page is, and who gets which.
//
//	pages   │ 1 ... 8 │ 9 ........ 20 │ 21 22 │ 23 ... 30 │ 31
//	        │ slab    │ large block   │ free  │ slab      │ top: never touched
//
// Who wants pages gets a free run that is about as long as he needs (runs.go), or what
// was never touched, where none is. A run that is given back becomes one with free
// neighbours: two free runs never touch. For that a run's first and last page know
// what it is, so that both its neighbours can look.

package zmalloc

import "fmt"

type pageKind uint8

const (
	noPage   pageKind = iota // neither end of a run, nor in a slab
	freeRun                  // first or last page of a free run
	slabPage                 // any page of a slab
	largeRun                 // first or last page of a large block
)

// page is what is known of one page. Of a run or a slab the first page knows it.
type page struct {
	kind   pageKind
	class  uint8  // of a slab
	offset uint16 // a slab's page: how many come before it
	length uint32 // of a run, in pages; the last page of a free one knows it, too
	free   Ref    // a slab's first freed block; 0 is none
	cut    uint32 // blocks of a slab that have ever been used
	live   uint32 // that are in use
	room   uint32 // and that it has

	prev, next uint32 // in a list, of slabs with room or of free runs; 0 is none
}

// link puts a page at the front of a list.
func link(list *uint32, at uint32) {
	table[at].prev, table[at].next = 0, *list
	if *list != 0 {
		table[*list].prev = at
	}
	*list = at
}

func unlink(list *uint32, at uint32) {
	p := &table[at]
	if p.prev != 0 {
		table[p.prev].next = p.next
	} else {
		*list = p.next
	}
	if p.next != 0 {
		table[p.next].prev = p.prev
	}
	p.prev, p.next = 0, 0
}

// largeBlock makes pages a block.
func largeBlock(at, n uint32) Ref {
	table[at+n-1] = page{kind: largeRun} // or its right neighbour would take it for free
	table[at] = page{kind: largeRun, length: n}
	used += int(n) * pageSize
	return Ref(at * perPage)
}

func freeLarge(at, n uint32) {
	table[at], table[at+n-1] = page{}, page{}
	freePages(at, n)
}

// takePages returns the first of n pages in a row, with whatever is in them.
func takePages(n uint32) (at uint32) {
	at = findRun(n)
	if at == 0 {
		at = extend(n)
	}
	if at == 0 {
		at = searchRun(n)
	}
	if at == 0 {
		panic(fmt.Sprintf("zmalloc: out of memory: %d of %d MiB are in use, and %d KiB more are asked for",
			used>>20, int(limit)*pageSize>>20, int(n)*pageSize>>10))
	}
	carve(at, at, n)
	return at
}

// extend takes pages that were never touched, until the last free run is n pages long,
// and returns its first one; 0 if there are not so many.
func extend(n uint32) (at uint32) {
	if last := &table[top-1]; last.kind == freeRun {
		n -= min(n, last.length)
	}
	if !makeReady(top + n) {
		return 0
	}
	top += n
	return addJoined(top-n, n)
}

// maxCleaned is how many pages takeZeroed has the kernel clean: 2 MiB, which take some
// 0.2 ms.
const maxCleaned = 256

// takeZeroed is takePages for pages that must hold zeros; 0 if there are none. Clearing
// many would take long.
func takeZeroed(n uint32) (at uint32) {
	at = findRun(n)
	switch {
	case at != 0 && countDirty(at, n) == 0:
	case at != 0 && countDirty(at, n) <= maxCleaned && purge(at, n) == nil:
	case makeReady(top + n):
		at = top
		top += n
		carve(addJoined(at, n), at, n)
		return at
	default:
		return 0
	}
	carve(at, at, n)
	return at
}

// carve takes n pages, from at on, out of a free run.
func carve(run, at, n uint32) {
	before, after := at-run, run+table[run].length-(at+n)
	removeRun(run)
	if before > 0 {
		addRun(run, before)
	}
	if after > 0 {
		addRun(at+n, after)
	}
	checkFreed(at, n)
	forgetDirty(at, n)
}

// freePages gives pages back.
func freePages(at, n uint32) {
	poisonPages(at, n)
	markDirty(at, n)
	addJoined(at, n)
}

// addJoined adds a free run, as one with its free neighbours, and returns the first
// page of that.
func addJoined(at, n uint32) uint32 {
	if before := &table[at-1]; before.kind == freeRun {
		length := before.length
		removeRun(at - length)
		at, n = at-length, n+length
	}
	if after := at + n; after < top && table[after].kind == freeRun {
		length := table[after].length
		removeRun(after)
		n += length
	}
	addRun(at, n)
	return at
}
