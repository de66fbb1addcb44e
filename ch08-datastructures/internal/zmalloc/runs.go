// runs.go: runs of free pages, found by their length.
//
//	step   1   2   3  ...  32     33     34    ...
//	pages  1   2   3       32-33  34-35  36-37
//	runs   ▪   ─   ▪       ▪      ─      ─
//	       │       └ 400    └ 37 ─▶ 1021 ─▶ 9      first pages of runs
//	       └ 12 ─▶ 77
//
// There is a list for each length up to 31 pages, and sixteen to a doubling of it from
// there on (classes.go says how a step is computed). A bit for each list says whether
// there is any run in it: so the shortest run that is long enough for sure is found in
// a few instructions, however many there are.
//
// Redis: jemalloc's src/extent.c, eset_first_fit.

package zmalloc

import "math/bits"

const (
	steps    = 305 // stepOf(maxPages) is the last one
	maxLooks = 16  // runs that are looked at for one that happens to be long enough
)

var (
	runs     [steps]uint32             // the first run of each step's list
	haveRuns [(steps + 63) / 64]uint64 // bit step%64 of word step/64: its list has any

	freePageCount int // in all free runs
)

// findRun returns a free run of at least n pages; 0 is none. O(1): one that is longer
// by less than a sixteenth may be overlooked.
func findRun(n uint32) (at uint32) {
	step := stepOf(n)
	run := runs[step]
	for looks := 0; run != 0 && looks < maxLooks; looks++ {
		if length := table[run].length; length == n {
			return run
		} else if length > n && (at == 0 || length < table[at].length) {
			at = run
		}
		run = table[run].next
	}
	if at != 0 {
		return at
	}
	if step = nextStep(step + 1); step < steps {
		return runs[step]
	}
	return 0
}

// searchRun looks at those that findRun may have overlooked. O(runs about as long): it
// is for who would have to give up.
func searchRun(n uint32) uint32 {
	for run := runs[stepOf(n)]; run != 0; run = table[run].next {
		if table[run].length >= n {
			return run
		}
	}
	return 0
}

// nextStep is the first step, from one on, whose list has any runs; steps if there is
// none.
//
// With runs of 3 and 40 pages, which are steps 3 and 36, and from = 4:
//
//	haveRuns[0]            bit 36 ...1000...00001000 bit 3
//	^0 << 4                       1111...11110000     from bit 4 on
//	both                          1000...00000000     36 zeros behind the 1
func nextStep(from uint32) uint32 {
	mask := ^uint64(0) << (from % 64)
	for word := from / 64; int(word) < len(haveRuns); word++ {
		if have := haveRuns[word] & mask; have != 0 {
			return word*64 + uint32(bits.TrailingZeros64(have))
		}
		mask = ^uint64(0)
	}
	return steps
}

// addRun adds a free run whose neighbours are none.
func addRun(at, n uint32) {
	table[at+n-1] = page{kind: freeRun, length: n}
	table[at] = page{kind: freeRun, length: n}
	step := stepOf(n)
	link(&runs[step], at)
	haveRuns[step/64] |= 1 << (step % 64)
	freePageCount += int(n)
}

// removeRun takes a free run out of its list. Its ends are none any more.
func removeRun(at uint32) {
	n := table[at].length
	step := stepOf(n)
	unlink(&runs[step], at)
	if runs[step] == 0 {
		haveRuns[step/64] &^= 1 << (step % 64)
	}
	table[at], table[at+n-1] = page{}, page{}
	freePageCount -= int(n)
}
