// histogram.go: how long a command takes, from a nanosecond to a second, in little memory.
//
// A histogram counts how many values fell in each of its ranges. Ranges as wide as each other
// would have to be narrow for the fast and many for the slow. So they grow with the value, as
// the steps of a floating-point number do: each doubling of the value is cut into 128 ranges.
//
//	value (ns)    0 ... 255    256 ... 511    512 ... 1023    1024 ... 2047    ...
//	range's width     1             2              4               8           ...
//
// Then each value is known to one part in 128, two decimal digits, whatever its size; and where
// it is counted takes no search but a shift: of 1000 = 0b1111101000 the first eight bits,
//
//	1000 >> 2 = 250   the range 1000 ... 1003, told by its largest value: 1.003 microseconds
//
// The 128 ranges of a doubling are a page, made when something falls into it: a command whose
// calls take about the same time has two or three pages of a kilobyte, of 24.
//
// What is asked is a percentile: the value below which so many of a hundred calls stayed. It is
// found by adding up counts from the first range on. O(ranges), some 3,000; adding is O(1).
//
// Redis: deps/hdr_histogram/hdr_histogram.c, by Gil Tene's idea; latency.c,
// updateCommandLatencyHistogram, fillCommandCDF.

package engine

import (
	"math"
	"math/bits"
	"time"
)

const (
	pageBits   = 7 // a doubling has 2^7 ranges
	pageRanges = 1 << pageBits
	pages      = 24 // up to 2^30 nanoseconds

	histogramSize = 8 * (1 + pages) // bytes, without pages

	longestCounted = time.Second // what takes longer is counted as this
	firstStep      = 1024        // nanoseconds of the first step of Cumulative
)

// Histogram counts durations. The zero one is ready.
type Histogram struct {
	Total int64
	pages [pages]*[pageRanges]int64
}

// placeOf is where a duration is counted: its page, and its range in there.
func placeOf(ns uint64) (page, at uint64) {
	if ns >= pageRanges {
		page = uint64(bits.Len64(ns) - pageBits)
	}
	shift := max(page, 1) - 1
	return page, ns >> shift & (pageRanges - 1)
}

// largest is the largest value, in nanoseconds, of a range.
func largest(page, at int) int64 {
	if page == 0 {
		return int64(at)
	}
	return int64(pageRanges+at+1)<<(page-1) - 1
}

// add counts n durations that are as long as each other. It returns how many bytes of Go's heap
// that has taken.
func (h *Histogram) add(d time.Duration, n int64) (bytes int) {
	page, at := placeOf(uint64(min(max(d, 1), longestCounted)))
	p := h.pages[page]
	if p == nil {
		p = new([pageRanges]int64)
		h.pages[page] = p
		bytes = 8 * pageRanges
	}
	p[at] += n
	h.Total += n
	return bytes
}

// memory is what the histogram's pages take, in bytes.
func (h *Histogram) memory() (bytes int) {
	for _, p := range h.pages {
		if p != nil {
			bytes += 8 * pageRanges
		}
	}
	return bytes
}

// each yields the ranges that counted something: their largest values, and their counts.
func (h *Histogram) each(yield func(largest, n int64) bool) {
	for i, p := range h.pages {
		if p == nil {
			continue
		}
		for at, n := range p {
			if n > 0 && !yield(largest(i, at), n) {
				return
			}
		}
	}
}

// Percentile is the duration that p of a hundred did not exceed, exact to two digits; 0 if there
// was none: the largest value of its range, with p 0 the least of it. Redis:
// hdr_value_at_percentile.
func (h *Histogram) Percentile(p float64) time.Duration {
	wanted := max(1, int64(math.Round(min(p, 100)/100*float64(h.Total))))
	var reached int64
	for value, n := range h.each {
		if reached += n; reached >= wanted {
			if p == 0 {
				value = leastBeside(value)
			}
			return time.Duration(value)
		}
	}
	return 0
}

// Step is one of Cumulative's: how many durations were no longer than so many microseconds.
type Step struct{ Microseconds, Count int64 }

// Cumulative is how many durations were no longer than 1 microsecond, 2, 4, 8 and so on, without
// the steps at which nothing is added. Redis: latency.c, fillCommandCDF.
func (h *Histogram) Cumulative() (steps []Step) {
	var sum, told int64
	limit := rangeEnd(firstStep)
	tell := func() {
		if sum > told {
			steps = append(steps, Step{limit / 1000, sum})
			told = sum
		}
	}
	next := int64(firstStep)
	for value, n := range h.each {
		for value > limit {
			tell()
			next *= 2
			limit = rangeEnd(next)
		}
		sum += n
	}
	tell()
	return steps
}

// leastBeside is the least value that is counted where ns is.
func leastBeside(ns int64) int64 {
	shift := max(bits.Len64(uint64(ns))-pageBits, 1) - 1
	return ns >> shift << shift
}

// rangeEnd is the largest value that is counted where ns is.
func rangeEnd(ns int64) int64 {
	page, at := placeOf(uint64(ns))
	return largest(int(page), int(at))
}
