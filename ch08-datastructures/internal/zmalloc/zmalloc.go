// Package zmalloc is the process's own allocator: memory that the garbage
// collector never looks at.
//
//	zmalloc.go    Alloc, Free, and what a reference is
//	classes.go    the sizes that blocks have, and what they waste
//	slabs.go      blocks of one size, cut from a slab
//	pages.go      pages: whose each is, and who gets which
//	runs.go       runs of free pages, found by their length
//	dirty.go      which free pages the kernel may have back
//	reserve.go    where addresses come from, and what happens when they end
//	stats.go      how much is in use, and for what
//	poison_*.go   freed blocks that are filled and looked at, in a build with the tag poison
//	prefetch*.go  asking for a block before it is needed: an instruction of the processor
//
// One range of addresses is reserved and never given back. Memory is taken from it
// page by page, and a block is named by its distance from the range's start:
//
//	base                                                        reserve
//	 │ slab of 88s │ slab of 16s │ free │ one large block │ untouched ... │
//	 └─ ref 0 ─────── ref × 8 bytes ──────────────────────────────────────┘
//
// A reference is four bytes where a pointer is eight, and it is no pointer: the
// garbage collector's work does not grow with the number of keys. The price is
// malloc's: who forgets to free leaks, and who uses what is freed reads others'
// data. So tests end with the bytes in use where they began, and a build with the
// tag poison fills freed blocks and looks whether somebody wrote to them.
//
// What is kept here must hold no Go pointers: nobody would see them.
//
// It is state of the process, as malloc's is: one range, used by one goroutine, the
// event loop's.
//
// Redis: zmalloc.c, and jemalloc behind it (deps/jemalloc).
package zmalloc

import (
	"fmt"
	"unsafe"
)

// Ref names a block: its distance from the base, in units of 8 bytes. 0 is none.
type Ref uint32

const (
	unit     = 8       // bytes; blocks begin at multiples
	pageSize = 8 << 10 // bytes
	perPage  = pageSize / unit
)

// page is the page in which a block begins.
func (r Ref) page() uint32 { return uint32(r) / perPage }

// pagesFor is how many pages n bytes take.
func pagesFor(n int) uint32 { return uint32((n + pageSize - 1) / pageSize) }

// Pointer is where a block is. It is good until the block is freed.
func Pointer(r Ref) unsafe.Pointer { return unsafe.Add(base, uintptr(r)*unit) }

// RefOf is the block that begins at p, which Pointer has given: its inverse.
func RefOf(p unsafe.Pointer) Ref { return Ref((uintptr(p) - uintptr(base)) / unit) }

// Bytes is the block's memory, all of it. It is good until the block is freed.
func Bytes(r Ref) []byte { return unsafe.Slice((*byte)(Pointer(r)), Size(r)) }

// Alloc returns a block of at least n bytes, with whatever was in it before. O(1).
// It panics if there is none left: HasRoom tells so before. Redis: zmalloc.
func Alloc(n int) Ref {
	if n <= maxSmall {
		c := classOf(n)
		used += int(classSize[c])
		return allocSmall(c)
	}
	pages := pagesFor(n)
	r := largeBlock(takePages(pages), pages)
	fillFresh(r, int(pages)*pageSize)
	return r
}

// AllocZeroed is Alloc for a block that holds zeros. It costs no time for clearing a
// large one: pages that were never touched, or that the kernel had back, are zero.
// It returns 0 where there are too few of these.
func AllocZeroed(n int) Ref {
	if n <= maxSmall {
		r := Alloc(n)
		clear(Bytes(r))
		return r
	}
	pages := pagesFor(n)
	at := takeZeroed(pages)
	if at == 0 {
		return 0
	}
	return largeBlock(at, pages)
}

// Free gives a block back. O(1). Redis: zfree.
func Free(r Ref) {
	at := r.page()
	p := &table[at]
	switch p.kind {
	case slabPage:
		used -= int(classSize[p.class])
		freeSmall(r, at-uint32(p.offset))
	case largeRun:
		used -= int(p.length) * pageSize
		freeLarge(at, p.length)
	default:
		panic(fmt.Sprintf("zmalloc: freeing %d, which is no block", r))
	}
}

// Size is how many bytes the block has: what was asked for, or a little more.
// O(1). Redis: zmalloc_size.
func Size(r Ref) int {
	p := &table[r.page()]
	if p.kind == slabPage {
		return int(classSize[p.class])
	}
	return int(p.length) * pageSize
}

// GoodSize is the size of the block that Alloc returns for n bytes.
func GoodSize(n int) int {
	if n <= maxSmall {
		return int(classSize[classOf(n)])
	}
	return int(pagesFor(n)) * pageSize
}
