// Package zmalloc is the process's own allocator: memory that the garbage
// collector never looks at.
//
//	zmalloc.go  Alloc, Free, and what a reference is
//	classes.go  the sizes that blocks have, and what they waste
//	slabs.go    blocks of one size, cut from a slab
//	pages.go    runs of pages: slabs, and blocks that are larger than any class
//	stats.go    how much is in use, and for what
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

	"golang.org/x/sys/unix"
)

// Ref names a block: its distance from the base, in units of 8 bytes. 0 is none.
type Ref uint32

const (
	unit     = 8       // bytes; blocks begin at multiples
	pageSize = 8 << 10 // bytes
	perPage  = pageSize / unit
	maxRange = unit << 32 // bytes that a Ref can reach: 32 GiB
	minRange = 64 << 20
)

// base is the start of the range, and limit its length in pages.
var (
	base  = reserve()
	limit uint32
)

// reserve asks for as many addresses as a Ref can reach, or fewer where that is
// refused (ulimit -v). Addresses cost nothing until they are touched.
func reserve() unsafe.Pointer {
	for size := maxRange; size >= minRange; size /= 2 {
		start, err := unix.MmapPtr(-1, 0, nil, uintptr(size), unix.PROT_READ|unix.PROT_WRITE,
			unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
		if err == nil {
			limit = uint32(size / pageSize)
			top = 1 // page 0 is never used: Ref 0 is none
			return start
		}
	}
	panic(fmt.Sprintf("zmalloc: cannot reserve %d MiB of addresses; raise the limit (ulimit -v)", minRange>>20))
}

// Pointer is where a block is. It is good until the block is freed.
func Pointer(r Ref) unsafe.Pointer { return unsafe.Add(base, uintptr(r)*unit) }

// Bytes is the block's memory, all of it. It is good until the block is freed.
func Bytes(r Ref) []byte { return unsafe.Slice((*byte)(Pointer(r)), Size(r)) }

// Alloc returns a block of at least n bytes, with whatever was in it before. O(1)
// for small ones. It panics if the range is used up. Redis: zmalloc.
func Alloc(n int) Ref {
	if n <= maxSmall {
		c := classOf(n)
		used += int(classSize[c])
		return allocSmall(c)
	}
	pages := uint32((n + pageSize - 1) / pageSize)
	used += int(pages) * pageSize
	return allocLarge(pages, false)
}

// AllocZeroed is Alloc for a large block that must hold zeros. It costs no time for
// clearing: pages that were never touched are zero.
func AllocZeroed(n int) Ref {
	if n <= maxSmall {
		r := Alloc(n)
		clear(Bytes(r))
		return r
	}
	pages := uint32((n + pageSize - 1) / pageSize)
	used += int(pages) * pageSize
	return allocLarge(pages, true)
}

// Free gives a block back. O(1). Redis: zfree.
func Free(r Ref) {
	p := &table[uint32(r)/perPage]
	switch p.kind {
	case slabPage:
		used -= int(classSize[p.class])
		freeSmall(r, uint32(r)/perPage-uint32(p.offset))
	case largeRun:
		used -= int(p.length) * pageSize
		freePages(uint32(r)/perPage, p.length)
	default:
		panic(fmt.Sprintf("zmalloc: freeing %d, which is no block", r))
	}
}

// Size is how many bytes the block has: what was asked for, or a little more.
// O(1). Redis: zmalloc_size.
func Size(r Ref) int {
	p := &table[uint32(r)/perPage]
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
	return (n + pageSize - 1) / pageSize * pageSize
}
