package zmalloc

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// check panics unless the tables agree with each other.
func check() {
	free, dirty := 0, 0
	afterFree := false // a free run ends here
	for at := uint32(1); at < top; {
		p := &table[at]
		n := p.length
		switch p.kind {
		case freeRun:
			if n == 0 || table[at+n-1].kind != freeRun || table[at+n-1].length != n {
				panic(fmt.Sprintf("the free run at page %d of %d pages does not end as it begins", at, n))
			}
			if afterFree {
				panic(fmt.Sprintf("two free runs touch at page %d", at))
			}
			free += int(n)
			dirty += countDirty(at, n)
		case slabPage:
			n = slabPages[p.class]
			p.checkSlab(at, n)
		case largeRun:
			if n == 0 || table[at+n-1].kind != largeRun {
				panic(fmt.Sprintf("the block at page %d of %d pages does not end as it begins", at, n))
			}
		default:
			panic(fmt.Sprintf("page %d is nobody's", at))
		}
		for i := at + 1; i+1 < at+n && p.kind != slabPage; i++ {
			if table[i] != (page{}) {
				panic(fmt.Sprintf("page %d inside of the run at %d is something", i, at))
			}
		}
		afterFree = p.kind == freeRun
		at += n
	}
	if free != freePageCount || dirty != dirtyPages || countDirty(0, top) != dirty {
		panic("the count of free or of dirty pages is wrong")
	}
	checkRuns()
}

func (p *page) checkSlab(at, n uint32) {
	for i := range n {
		if q := &table[at+i]; q.kind != slabPage || q.class != p.class || uint32(q.offset) != i {
			panic(fmt.Sprintf("page %d of the slab at %d is something else", i, at))
		}
	}
	listed := uint32(0)
	for r := p.free; r != 0; r = *(*Ref)(Pointer(r)) {
		listed++
	}
	if listed+p.live != p.cut || p.cut > p.room {
		panic(fmt.Sprintf("the slab at %d has %d free and %d live blocks of %d", at, listed, p.live, p.cut))
	}
}

// checkRuns looks whether every run is in the list of its step.
func checkRuns() {
	listed := 0
	for step, at := range runs {
		if has := haveRuns[step/64]>>(step%64)&1 != 0; has != (at != 0) {
			panic(fmt.Sprintf("step %d's bit is wrong", step))
		}
		for ; at != 0; at = table[at].next {
			if p := &table[at]; p.kind != freeRun || stepOf(p.length) != uint32(step) {
				panic(fmt.Sprintf("the run at page %d is in the list of step %d", at, step))
			}
			listed += int(table[at].length)
		}
	}
	if listed != freePageCount {
		panic("a free run is in no list")
	}
}

// block is one that a test has: all its bytes are mark.
type block struct {
	ref  Ref
	mark byte
}

func (b block) isWhole(mark byte) bool {
	return bytes.Count(Bytes(b.ref), []byte{mark}) == Size(b.ref)
}

func TestAlloc_BlocksNeverOverlap(t *testing.T) {
	before := Used()
	random := rand.New(rand.NewPCG(1, 2))
	var live []block
	sizes := []int{1, 8, 20, 88, 256, 300, 4000, 9000, 33_000, 100_000, 2 << 20}
	for i := range 60_000 {
		if len(live) > 0 && random.IntN(100) < 48 {
			at := random.IntN(len(live))
			b := live[at]
			require.True(t, b.isWhole(b.mark), "block %d", b.ref)
			Free(b.ref)
			live[at] = live[len(live)-1]
			live = live[:len(live)-1]
			continue
		}
		n := 1 + random.IntN(sizes[random.IntN(len(sizes)-1-random.IntN(3))])
		b := block{Alloc(n), byte(i)}
		require.GreaterOrEqual(t, Size(b.ref), n)
		require.Equal(t, GoodSize(n), Size(b.ref))
		for j, all := 0, Bytes(b.ref); j < len(all); j++ {
			all[j] = b.mark
		}
		live = append(live, b)
		if i%5000 == 0 {
			check()
			Purge(1 << 20)
			check()
		}
	}
	for _, b := range live {
		require.True(t, b.isWhole(b.mark))
		Free(b.ref)
	}
	check()
	require.Equal(t, before, Used())
}

func TestClasses_WasteWhatTheirTableSays(t *testing.T) {
	for n := 1; n <= maxSmall; n++ {
		size := GoodSize(n)
		require.GreaterOrEqual(t, size, n)
		require.Zero(t, size%unit)
		if n <= maxFine {
			require.Less(t, size-n, unit)
		} else {
			require.LessOrEqual(t, (size-n)*100, size*6, "%d in %d", n, size)
		}
		if c := classOf(n); c > 0 {
			require.Less(t, int(classSize[c-1]), n, "a smaller class would do")
		}
	}
	for c, size := range classSize {
		slab := slabPages[c] * pageSize
		require.LessOrEqual(t, slab%size*100, slab*3, "the end of a slab of %ds", size)
	}
}

func TestSteps_BeginWhereTheOneBeforeEnds(t *testing.T) {
	require.Equal(t, uint32(50), stepOf(75))
	step := uint32(1)
	for n := uint32(1); n <= maxPages; n++ {
		if n == stepStart(step+1) {
			step++
		}
		if stepOf(n) != step {
			t.Fatalf("%d is in step %d, and not in %d", n, stepOf(n), step)
		}
	}
	require.Equal(t, uint32(steps-1), step)
}

func TestAllocZeroed_HoldsZeros(t *testing.T) {
	before := Used()
	for _, n := range []int{16, 1000, 1 << 20} {
		for range 5 {
			r := Alloc(n)
			for i := range Bytes(r) {
				Bytes(r)[i] = 0xff
			}
			Free(r)
			r = AllocZeroed(n)
			require.Equal(t, Size(r), bytes.Count(Bytes(r), []byte{0}))
			Free(r)
		}
	}
	require.Equal(t, before, Used())
}

func resident(t *testing.T) int {
	text, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages, err := strconv.Atoi(string(bytes.Fields(text)[1]))
	require.NoError(t, err)
	return pages * os.Getpagesize()
}

func TestPurge_GivesPagesBackToTheKernel(t *testing.T) {
	var refs []Ref
	for range 64 {
		r := Alloc(1 << 20)
		clear(Bytes(r))
		refs = append(refs, r)
	}
	full := resident(t)
	for _, r := range refs {
		Free(r)
	}
	require.Greater(t, resident(t), full-8<<20, "freed pages are kept for a while")
	for Purge(4 << 20) {
		check()
	}
	check()
	require.Less(t, resident(t), full-60<<20)
	require.Equal(t, Stats().Active, Stats().Resident)
	r := AllocZeroed(32 << 20)
	require.LessOrEqual(t, r.page(), top-4096, "purged pages are used again")
	Free(r)
}

func TestFree_OfNoBlockPanics(t *testing.T) {
	require.Panics(t, func() { Free(0) })
	var refs []Ref
	for range 5 {
		refs = append(refs, Alloc(100_000))
	}
	Free(refs[1])
	Free(refs[3])
	Free(refs[2])
	for _, r := range refs[1:4] {
		require.Panics(t, func() { Free(r) }, "inside of a free run, or its first page")
	}
	Free(refs[0])
	Free(refs[4])
	check()
}

func TestPages_FreeRunsNeverTouch(t *testing.T) {
	for seed := range uint64(15) {
		before := Used()
		random := rand.New(rand.NewPCG(seed, 7))
		var live []block
		for i := range 200 {
			switch {
			case random.IntN(10) == 0:
				Purge(100 << 10)
			case len(live) > 0 && random.IntN(2) == 0:
				at := random.IntN(len(live))
				b := live[at]
				all := Bytes(b.ref)
				require.Equal(t, []byte{b.mark, b.mark}, []byte{all[0], all[len(all)-1]})
				Free(b.ref)
				live = append(live[:at], live[at+1:]...)
			default:
				n := 1 << random.IntN(11) // lengths in steps of all kinds
				b := block{ref: Alloc(maxSmall + (n+random.IntN(n))*pageSize), mark: byte(i)}
				Bytes(b.ref)[0], Bytes(b.ref)[Size(b.ref)-1] = b.mark, b.mark
				live = append(live, b)
			}
			check()
		}
		for _, b := range live {
			Free(b.ref)
			check()
		}
		require.Equal(t, before, Used())
	}
}

// Whoever asks HasRoom before never meets the end: neither with the block that he asked
// for nor with a few smaller ones beside it.
func TestHasRoom_IsKept(t *testing.T) {
	for seed := range uint64(6) {
		before := Used()
		restore := EndSoon(8 << 20)
		random := rand.New(rand.NewPCG(seed, 9))
		var refs []Ref
		refused := 0
		for refused < 600 {
			n := 1 + random.IntN(1<<random.IntN(20))
			if !HasRoom(n) {
				refused++
				if len(refs) > 0 && random.IntN(3) > 0 { // and some go
					at := random.IntN(len(refs))
					Free(refs[at])
					refs = append(refs[:at], refs[at+1:]...)
				}
				continue
			}
			refs = append(refs, Alloc(max(0, n+random.IntN(129)-64)), Alloc(64), Alloc(4096))
		}
		check()
		for _, r := range refs {
			Free(r)
		}
		require.True(t, HasRoom(1<<20))
		check()
		restore()
		require.Equal(t, before, Used())
	}
}

func TestReserve_TakesWhatLeavesRoom(t *testing.T) {
	wasBase, wasTable, wasLimit, wasReady, wasTop, wasShared := base, table, limit, ready, top, shared
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer func() {
		base, table, limit, ready, top, shared = wasBase, wasTable, wasLimit, wasReady, wasTop, wasShared
	}()
	for _, c := range []struct{ available, want int }{
		{math.MaxInt, 32 << 30},
		{200 << 30, 32 << 30},
		{8 << 30, 6 << 30},
		{768 << 20, 576 << 20},
		{100 << 20, 16 << 20},
		{88 << 20, 16 << 20},
	} {
		ready, top = 0, 1
		require.NoError(t, reserve(c.available))
		require.Equal(t, c.want, int(limit)*pageSize)
		require.NoError(t, unix.MunmapPtr(base, uintptr(c.want)))
		require.NoError(t, unix.MunmapPtr(unsafe.Pointer(table), uintptr(limit)*unsafe.Sizeof(page{})))
	}
	require.ErrorContains(t, reserve(87<<20), "only 87 MiB of addresses are left, and 88 are needed")
}

// Clean and dirty pages side by side are one run: who needs as many as both gets it.
func TestPages_CleanAndDirtyOnesAreOneRun(t *testing.T) {
	for Purge(1 << 30) {
	}
	const n = 3000 // pages: longer than any run that other tests have left
	a, b, after := Alloc(n*pageSize), Alloc(n*pageSize), Alloc(pageSize*8)
	Free(a)
	for Purge(1 << 30) {
	}
	Free(b)
	check()
	require.Equal(t, n, dirtyPages)
	at := a.page()
	whole := Alloc(2 * n * pageSize)
	require.Equal(t, at, whole.page())
	Free(whole)
	Free(after)
}

func TestAlloc_AllocatesNothingOnGosHeap(t *testing.T) {
	Free(Alloc(88))
	require.Zero(t, testing.AllocsPerRun(1000, func() { Free(Alloc(88)) }))
}

func BenchmarkAllocFree(b *testing.B) {
	const n = 1 << 16
	refs := make([]Ref, n)
	for i := range refs {
		refs[i] = Alloc(88)
	}
	i := 0
	for b.Loop() {
		Free(refs[i%n])
		refs[i%n] = Alloc(88)
		i += 7919
	}
	for _, r := range refs {
		Free(r)
	}
}

func FuzzZmalloc(f *testing.F) {
	f.Add([]byte{1, 2, 3, 200, 255, 0, 0, 4, 9})
	f.Fuzz(func(t *testing.T, script []byte) {
		before := Used()
		var live []block
		for i := 0; i+1 < min(len(script), 1000); i += 2 { // more would be slower, and find no more
			op, arg := script[i], int(script[i+1])
			switch {
			case op < 100 && len(live) > 0:
				at := arg % len(live)
				if !live[at].isWhole(live[at].mark) {
					t.Fatal("a block was written to")
				}
				Free(live[at].ref)
				live = append(live[:at], live[at+1:]...)
			case op < 110:
				Purge(arg << 12)
			default:
				n := 1 + arg<<(op%13)
				b := block{mark: byte(i)}
				if op%2 == 0 {
					b.ref = Alloc(n)
				} else if b.ref = AllocZeroed(n); !b.isWhole(0) {
					t.Fatal("a block that must hold zeros does not")
				}
				if Size(b.ref) < n || Used()-before < n {
					t.Fatalf("%d bytes were asked for, the block has %d, and %d are used", n, Size(b.ref), Used()-before)
				}
				for j, all := 0, Bytes(b.ref); j < len(all); j++ {
					all[j] = b.mark
				}
				live = append(live, b)
			}
			if i%64 == 0 {
				check()
			}
		}
		check()
		for _, b := range live {
			Free(b.ref)
		}
		check()
		if Used() != before {
			t.Fatalf("%d bytes are left", Used()-before)
		}
	})
}

// Purge goes round: it begins where it ended, and comes to what was freed before that.
func TestPurge_GoesRound(t *testing.T) {
	for Purge(1 << 30) {
	}
	const pages = 100
	blocks := func(n int) (refs []Ref) {
		for range n {
			refs = append(refs, Alloc(pages*pageSize))
		}
		return refs
	}
	// Three neighbours, with blocks in use between them and c.
	refs := blocks(6)
	a, b, c := refs[1], refs[2], refs[4]
	Free(c)
	Free(b)
	require.True(t, Purge(pages*pageSize), "c is left")
	require.Equal(t, pages, dirtyPages)
	Free(a)
	for Purge(1 << 30) {
	}
	check()
	require.Equal(t, Stats().Active, Stats().Resident, "no free page is dirty")
	for _, r := range []Ref{refs[0], refs[3], refs[5]} {
		Free(r)
	}
}
