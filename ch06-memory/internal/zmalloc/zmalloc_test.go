package zmalloc

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// check panics unless the tables agree with each other.
func check() {
	free, clean := 0, 0
	for at := uint32(1); at < top; {
		p := &table[at]
		switch {
		case p.kind == freeRun:
			last := &table[at+p.length-1]
			if p.length == 0 || last.kind != freeRun || last.length != p.length || last.clean != p.clean {
				panic(fmt.Sprintf("the free run at page %d of %d pages does not end as it begins", at, p.length))
			}
			free += int(p.length)
			if p.clean {
				clean += int(p.length)
			}
			at += p.length
		case p.kind == slabPage:
			n := slabPages[p.class]
			for i := range n {
				if q := &table[at+i]; q.kind != slabPage || q.class != p.class || uint32(q.offset) != i {
					panic(fmt.Sprintf("page %d of the slab at %d is something else", i, at))
				}
			}
			listed := uint32(0)
			for r := p.free; r != 0; r = *pointerTo[Ref](r) {
				listed++
			}
			if listed+p.live != p.cut {
				panic(fmt.Sprintf("the slab at %d has %d free and %d live blocks of %d", at, listed, p.live, p.cut))
			}
			at += n
		default:
			at += p.length
		}
	}
	if free != freePageCount || clean != cleanPageCount {
		panic("the count of free pages is wrong")
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
			require.LessOrEqual(t, (size-n)*100, size*12, "%d in %d", n, size)
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
	require.LessOrEqual(t, uint32(r)/perPage, top-4096, "purged pages are used again")
	Free(r)
}

func TestFree_OfNoBlockPanics(t *testing.T) {
	require.Panics(t, func() { Free(0) })
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

// A purged run grows together with a clean neighbour, which may be the next one in
// the list that Purge goes through.
func TestPurge_GoesOnBehindANeighbourThatIsClean(t *testing.T) {
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
	require.True(t, Purge(pages*pageSize-1), "c is left")
	Free(a)
	for Purge(1 << 30) {
	}
	check()
	require.Equal(t, Stats().Active, Stats().Resident, "no free page is dirty")
	for _, r := range []Ref{refs[0], refs[3], refs[5]} {
		Free(r)
	}
}
