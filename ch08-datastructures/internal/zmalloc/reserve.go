// reserve.go: where addresses come from, and what happens when they end.
//
//	reserved   │ ready: may be touched │ only addresses ............. │
//	base       └──────────────────────▶ grows 16 MiB at a time    limit
//
// As many addresses are reserved at the start as references can reach, for blocks and
// for the table of their pages: then neither is ever copied to grow. Addresses that
// nobody may touch cost nothing, whatever the kernel's rule for promising memory is
// (vm.overcommit_memory). It is asked for the right to touch them, a chunk at a time:
// that is when it may say no.
//
// A process can also be short of addresses (ulimit -v, RLIMIT_AS), and Go's own heap,
// in which the clients' requests and replies are, needs some: it ends the process when
// it gets none. So a part is left to Go, and when the rest is used up that is told to
// the client whose command needs more (HasRoom), not found out in the middle of it.
// Before main runs Go's runtime has taken 700 MiB, for tables that it hardly ever touches,
// and 512 MiB more where it gets them. So a server starts with 850 MiB and with 1,400, and
// with 1,200 it does not: no Go program would have anything left.

package zmalloc

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	maxPages = 1 << 32 / perPage // that a Ref can reach: 32 GiB
	chunk    = 16 << 20          // bytes that become ready at a time
	minRange = chunk             // bytes, fewer than which are no use
	goShare  = 192 << 20         // bytes of addresses that are left to Go, or a quarter if that is more
	goLeast  = 72 << 20          // and with fewer it is no use to begin
	goArena  = 64 << 20          // bytes of addresses that Go's heap takes at a time
	goStep   = 8 << 20           // and of memory
	goRoom   = 24 << 20          // bytes that it needs to go on until it is asked again
)

var (
	base  unsafe.Pointer  // of the range
	table *[maxPages]page // of its pages, by number; ready as far as these are

	limit  uint32        // pages of the range
	ready  uint32        // of them, how many may be touched
	top    uint32 = 1    // pages from here on have never been touched; page 0 never is: Ref 0 is none
	shared        = true // addresses are not limited: Go and we take what there is
)

func init() {
	if err := reserve(unlimited()); err != nil {
		fmt.Fprintln(os.Stderr, "zmalloc:", err)
		os.Exit(1)
	}
}

// unlimited is how many bytes of addresses the process may still get. Redis has
// nothing like it: malloc fails, and the process ends.
func unlimited() int {
	var allowed unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_AS, &allowed) != nil || allowed.Cur > math.MaxInt64 {
		return math.MaxInt
	}
	text, _ := os.ReadFile("/proc/self/statm") // "25000 1200 ...": pages of addresses, of memory, ...
	size, _, _ := bytes.Cut(text, []byte(" "))
	pages, _ := strconv.Atoi(string(size)) // 0 where there is no /proc
	return max(0, int(allowed.Cur)-pages*kernelPage)
}

// reserve reserves the range and its table, if so many bytes of addresses may be had.
func reserve(available int) error {
	forGo := max(available/4, min(available-minRange, goShare))
	if forGo < goLeast {
		return fmt.Errorf("only %d MiB of addresses are left, and %d are needed: raise the limit (ulimit -v)", available>>20, (goLeast+minRange)>>20)
	}
	if shared = available == math.MaxInt; !shared {
		debug.SetMemoryLimit(int64(forGo)) // it collects more often before it takes more
	}
	for size := min(available-forGo, maxPages*pageSize) &^ (pageSize - 1); size >= minRange; size = size / 4 * 3 &^ (pageSize - 1) {
		pages := size / pageSize
		blocks, err := addresses(size)
		if err != nil {
			continue
		}
		pagesTable, err := addresses(pages * int(unsafe.Sizeof(page{})))
		if err != nil {
			_ = unix.MunmapPtr(blocks, uintptr(size))
			continue
		}
		base, table, limit = blocks, (*[maxPages]page)(pagesTable), uint32(pages)
		if makeReady(top) {
			return nil
		}
		break
	}
	return errors.New("the system promises too little memory: raise the limit (ulimit -d, vm.overcommit_memory)")
}

// addresses reserves addresses that nobody may touch yet.
func addresses(bytes int) (unsafe.Pointer, error) {
	return unix.MmapPtr(-1, 0, nil, uintptr(bytes), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
}

// makeReady makes all pages below end ready. It reports false if the range ends
// before, or the kernel has no more memory to promise. O(1), a system call for every
// chunk.
func makeReady(end uint32) bool {
	if end <= ready {
		return true
	}
	if end > limit || shared && !GoCanTake(goLeast) { // or Go has its own part
		return false
	}
	const chunkPages = chunk / pageSize
	to := min(limit, (end+chunkPages-1)/chunkPages*chunkPages)
	const entry = unsafe.Sizeof(page{})
	// The table's first: what of it is ready too early does no harm.
	if !touchable(unsafe.Pointer(table), uintptr(ready)*entry, uintptr(to)*entry) ||
		!touchable(base, uintptr(ready)*pageSize, uintptr(to)*pageSize) {
		return false
	}
	ready = to
	return true
}

// touchable asks for the right to read and write what is from one distance to another.
func touchable(start unsafe.Pointer, from, to uintptr) bool {
	from &^= uintptr(kernelPage) - 1 // it begins in the last page that is ready already
	return unix.Mprotect(unsafe.Slice((*byte)(unsafe.Add(start, from)), to-from), unix.PROT_READ|unix.PROT_WRITE) == nil
}

// GoCanTake reports whether Go's heap has room for n bytes more, at once. Go ends the
// process if it needs memory and gets none; so whoever wants much asks before. It costs
// two system calls.
func GoCanTake(n int) bool {
	if free, _ := goHeap(); n > 0 && free/8 >= n { // free memory is in pieces
		return true
	}
	return goCanGrow(n)
}

// GoHasRoom reports whether Go's heap has room for some MiB more, in pieces of a few
// hundred KiB: the system gives more or, since what is free may be in holes that are each
// a little too short, half of the heap is free.
func GoHasRoom() bool {
	free, size := goHeap()
	return free >= max(size/2, goRoom) || goCanGrow(goRoom)
}

// goCanGrow reports whether the system would give Go's heap n bytes more. It is tried: of
// addresses the heap takes whole arenas, of memory little more than it needs.
func goCanGrow(n int) bool {
	size := uintptr(n + goArena)
	if shared {
		size = uintptr(n + goStep)
	}
	p, err := unix.MmapPtr(-1, 0, nil, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err == nil {
		_ = unix.MunmapPtr(p, size)
	}
	return err == nil
}

// goHeap is how many bytes Go's heap has, and how many of them nothing is in.
func goHeap() (free, size int) {
	sample := []metrics.Sample{
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
	}
	metrics.Read(sample)
	for i, s := range sample {
		size += int(s.Value.Uint64())
		if i < 2 {
			free = size
		}
	}
	return free, size
}

// What HasRoom keeps back, in pages, for the blocks that a command may need beside the
// one that it is known to: a slab for each of two classes of up to 4 KiB. While there
// is more, slabs need not be counted.
const (
	spare    = 192
	minSpare = 24
	slack    = 64 // bytes by which the block may be longer or shorter than was said
)

// HasRoom reports whether Alloc will find a block of about n bytes, 64 more or fewer,
// and beside it a few of up to 4 KiB, of two classes. It costs nothing while the range
// is not full. O(1).
//
// Who is about to run a command asks for all that the command may need, and refuses
// it if there is no room; so nothing has to be undone when half of it is done.
func HasRoom(n int) bool {
	return top+pagesFor(n)+spare <= ready || findsRoom(n)
}

// HasSpare reports whether there is more than what is kept back: Alloc will find a
// block of up to 4 KiB.
func HasSpare() bool { return top+spare <= ready || hasRun(2*minSpare) }

func hasRun(n uint32) bool { return findRun(n) != 0 || makeReady(top+n) }

// findsRoom is HasRoom where the range is nearly full. Then a slab with room may be all
// that is left for a small block: each class that it may be of must have one, and gets
// it while there are pages.
func findsRoom(n int) bool {
	if n+slack > maxSmall {
		return hasRun(pagesFor(n+slack) + spare)
	}
	if hasRun(spare) {
		return true
	}
	for c := classOf(n - slack); c <= classOf(n+slack); c++ {
		if partial[c] != 0 {
			continue
		}
		if !hasRun(slabPages[c] + minSpare) {
			return false
		}
		newSlab(c)
	}
	return hasRun(minSpare)
}

// EndSoon makes the range end so many bytes behind what has ever been used of it, until
// restore is called: for tests of what happens then.
func EndSoon(bytes int) (restore func()) {
	was := limit
	limit = min(limit, top+pagesFor(bytes))
	ready = min(ready, limit)
	return func() { limit = was }
}
