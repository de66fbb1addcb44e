// estimate.go: from registers to a number.
//
// How many registers have each value says all: this histogram of 64 numbers goes into
//
//	estimate = 0.7213... * m^2 / (m*sigma(none) + sum of count[k]/2^k + m*tau(full))
//
// with m registers. It is the harmonic mean that HyperLogLog began with, corrected at both
// ends: sigma for registers that nobody has met, tau for those whose rows are as long as
// can be. So it needs no tables for small numbers, and is as good for 10 as for 10^9.
//
// Redis: hllCount, hllTau, hllSigma, hllMerge. Otmar Ertl, "New cardinality estimation
// algorithms for HyperLogLog sketches", arXiv:1702.01284.

package hyperloglog

import (
	"math"
	"strconv"
)

// Count is about how many different elements were added. It does not look at what is
// cached. O(registers).
func Count(h []byte) (uint64, error) {
	var histogram [64]int
	if IsDense(h) {
		countDense(h[headSize:], &histogram)
	} else if err := eachRun(h, func(_ int, r run) { histogram[r.row] += r.length }); err != nil {
		return 0, err
	}
	return estimate(&histogram), nil
}

// CountMerged is Count of registers that Merge has filled.
func CountMerged(registers *[Registers]byte) uint64 {
	var histogram [64]int
	for _, row := range registers {
		histogram[row&63]++
	}
	return estimate(&histogram)
}

// Merge makes registers at least what those of h are: as if what was added to h were
// added to them, too. O(registers).
func Merge(registers *[Registers]byte, h []byte) error {
	if IsDense(h) {
		eachDense(h[headSize:], func(i int, row byte) { registers[i] = max(registers[i], row) })
		return nil
	}
	return eachRun(h, func(first int, r run) {
		if r.value {
			for i := first; i < first+r.length; i++ {
				registers[i] = max(registers[i], r.row)
			}
		}
	})
}

// Store makes the registers of h at least these, as PFMERGE does with its target's. h
// needs the capacity DenseSize.
func Store(h []byte, registers *[Registers]byte, maxSparse int) (longer []byte, err error) {
	for i, row := range registers {
		if row > 0 {
			if h, _, err = Set(h, i, row, maxSparse); err != nil {
				return h, err
			}
		}
	}
	return h, nil
}

func estimate(histogram *[64]int) uint64 {
	const m, alpha = float64(Registers), 0.721347520444481703680 // 0.5/ln(2)
	z := m * tau((m-float64(histogram[rowBits+1]))/m)
	for k := rowBits; k >= 1; k-- {
		z = (z + float64(histogram[k])) * 0.5
	}
	z += m * sigma(float64(histogram[0])/m)
	return uint64(math.Round(alpha * m * m / z))
}

// sigma is x + x^2 + 2 x^4 + 4 x^8 + ..., and without end for 1.
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for before := math.NaN(); before != z; {
		x *= x
		before = z
		z += float64(x * y) // not fused: the same on every processor
		y += y
	}
	return z
}

// tau is (1 - x - sum of (1 - x^(1/2^k))^2 / 2^k) / 3.
func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for before := math.NaN(); before != z; {
		x = math.Sqrt(x)
		before = z
		y *= 0.5
		z -= float64((1 - x) * (1 - x) * y)
	}
	return z / 3
}

// AppendRuns appends a sparse one's runs as PFDEBUG DECODE shows them: "z:64" and "Z:7348"
// are zeros, "v:5,1" is a 5. h must be sparse.
func AppendRuns(dst, h []byte) ([]byte, error) {
	err := eachRun(h, func(_ int, r run) {
		if r.value {
			dst = append(dst, "v:"...)
			dst = strconv.AppendInt(dst, int64(r.row), 10)
			dst = append(dst, ',')
		} else {
			dst = append(dst, "zZ"[r.size-1], ':')
		}
		dst = strconv.AppendInt(dst, int64(r.length), 10)
		dst = append(dst, ' ')
	})
	return dst[:max(len(dst)-1, 0)], err
}
