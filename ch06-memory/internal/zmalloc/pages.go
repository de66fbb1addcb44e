// pages.go: runs of pages.
//
// Neighbouring free pages are one run. A run is found by its length: there is a list
// for each length up to 128 pages, and one for all that are longer, from which the
// shortest that fits is taken. A freed run grows together with free neighbours.
//
// The kernel gives a page to the process when it is first touched, filled with
// zeros, and takes it back when told that it is not needed (MADV_DONTNEED). Telling
// it costs time, and touching the page again does too: so free pages are kept as
// they are, dirty, until Purge, a little at a time. A run is clean, all zeros, if
// none of its pages has been touched since.

package zmalloc

import (
	"fmt"
	"math/bits"
	"unsafe"

	"golang.org/x/sys/unix"
)

type pageKind uint8

const (
	freeRun  pageKind = iota // first or last page of a free run
	slabPage                 // any page of a slab
	largeRun                 // first or last page of a large block
)

// page is what is known of one page. Of a run or a slab the first page knows it.
type page struct {
	kind   pageKind
	class  uint8  // of a slab
	clean  bool   // a free run: it is all zeros
	offset uint16 // a slab's page: how many come before it
	length uint32 // of a run, in pages
	free   Ref    // a slab's first freed block; 0 is none
	cut    uint32 // blocks of a slab that have ever been used
	live   uint32 // and that are in use

	prev, next uint32 // in a list, of slabs with room or of free runs; 0 is none
}

const longRun = 128 // pages, from which on runs are in one list

var (
	table    = make([]page, 1, 1024) // by number; grows with top
	top      uint32                  // pages from here on have never been touched
	runs     [longRun + 1]uint32     // free runs by length
	haveRuns [longRun/64 + 1]uint64  // which lists have any

	freePageCount, cleanPageCount int // in free runs
)

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

// allocLarge returns a block of its own pages.
func allocLarge(n uint32, zeroed bool) Ref {
	at := takePages(n, zeroed)
	table[at+n-1] = page{kind: largeRun} // or its right neighbour would take it for free
	table[at] = page{kind: largeRun, length: n}
	return Ref(at * perPage)
}

// takePages returns the first of n pages in a row. If they must hold zeros, only
// clean runs will do: clearing would take long.
func takePages(n uint32, zeroed bool) (at uint32) {
	if at = findRun(n, zeroed); at == 0 {
		return takeTop(n)
	}
	length, clean := table[at].length, table[at].clean
	removeRun(at)
	if length > n {
		addRun(at+n, length-n, clean)
	}
	return at
}

// takeTop takes pages that were never touched.
func takeTop(n uint32) (at uint32) {
	if n > limit-top {
		panic(fmt.Sprintf("zmalloc: out of addresses: %d MiB are in use, and %d KiB more are asked for", used>>20, n*pageSize>>10))
	}
	at = top
	top += n
	for uint32(len(table)) < top {
		table = append(table, page{})
	}
	return at
}

// findRun returns a free run of at least n pages, the shortest there is; 0 is none.
func findRun(n uint32, zeroed bool) (at uint32) {
	for length := nextLength(min(n, longRun)); length <= longRun; length = nextLength(length + 1) {
		for run := runs[length]; run != 0; run = table[run].next {
			p := &table[run]
			if p.length >= n && (p.clean || !zeroed) && (at == 0 || p.length < table[at].length) {
				at = run
			}
			if at != 0 && length < longRun {
				break // all in this list are as long
			}
		}
		if at != 0 {
			return at
		}
	}
	return 0
}

// nextLength is the first length, from n on, whose list is not empty.
func nextLength(n uint32) uint32 {
	for word := n / 64; int(word) < len(haveRuns); word++ {
		have := haveRuns[word]
		if word == n/64 {
			have &= ^uint64(0) << (n % 64)
		}
		if have != 0 {
			return word*64 + uint32(bits.TrailingZeros64(have))
		}
	}
	return longRun + 1
}

func addRun(at, n uint32, clean bool) {
	table[at] = page{length: n, clean: clean}
	table[at+n-1] = page{length: n, clean: clean}
	list := min(n, longRun)
	link(&runs[list], at)
	haveRuns[list/64] |= 1 << (list % 64)
	freePageCount += int(n)
	if clean {
		cleanPageCount += int(n)
	}
}

func removeRun(at uint32) {
	n := table[at].length
	list := min(n, longRun)
	unlink(&runs[list], at)
	if runs[list] == 0 {
		haveRuns[list/64] &^= 1 << (list % 64)
	}
	freePageCount -= int(n)
	if table[at].clean {
		cleanPageCount -= int(n)
	}
}

// freePages gives pages back.
func freePages(at, n uint32) { addJoined(at, n, false) }

// addJoined adds a free run, as one with its neighbours that are free and as clean:
// what is clean stays apart from what is not.
func addJoined(at, n uint32, clean bool) {
	if before := &table[at-1]; before.kind == freeRun && before.length > 0 && before.clean == clean {
		length := before.length
		removeRun(at - length)
		at, n = at-length, n+length
	}
	if after := at + n; after < top && table[after].kind == freeRun && table[after].clean == clean {
		length := table[after].length
		removeRun(after)
		n += length
	}
	addRun(at, n, clean)
}

// Purge gives free pages back to the kernel, for about as many bytes at a time, and
// reports whether there are more. It costs some 0.1 ms for a megabyte. Redis:
// MEMORY PURGE; jemalloc does it in time by itself.
//
// Where the kernel's pages are longer than ours (arm64 may have 64 KiB) nothing is
// given back: its pages would take neighbours that are in use with them.
func Purge(bytes int) (more bool) {
	if kernelPage > pageSize {
		return false
	}
	for list := longRun; list >= 1; list-- {
		for run := runs[list]; run != 0; {
			next := table[run].next
			if !table[run].clean {
				next = nextInList(run)
				if bytes <= 0 {
					return true
				}
				length := table[run].length
				n := min(uint32(bytes/pageSize)+1, length)
				if purgeRun(run, n) != nil {
					return false // memory that is locked, as by mlockall
				}
				if n < length {
					return true
				}
				bytes -= int(n) * pageSize
			}
			run = next
		}
	}
	return false
}

// kernelPage is the size of a page as the kernel has them.
var kernelPage = unix.Getpagesize()

// nextInList is the next run of the list that will still be one when this one, which
// is dirty, has been purged: it grows together with its neighbours then.
func nextInList(run uint32) uint32 {
	next := table[run].next
	for next != 0 && (next == run+table[run].length || next+table[next].length == run) {
		next = table[next].next
	}
	return next
}

// purgeRun gives n pages at the front of a run back.
func purgeRun(at, n uint32) error {
	length := table[at].length
	start, size := uintptr(at)*pageSize, uintptr(n)*pageSize
	if err := unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(base, start)), size), unix.MADV_DONTNEED); err != nil {
		return err
	}
	removeRun(at)
	if length > n {
		addRun(at+n, length-n, false)
	}
	addJoined(at, n, true)
	return nil
}
