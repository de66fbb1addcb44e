// Package hyperloglog says how many different things there were, within a percent, from
// twelve kilobytes, and remembers none of them.
//
//	hyperloglog.go  what it is; the head; adding
//	dense.go        16,384 registers of six bits
//	sparse.go       the same, run-length encoded, while most of them are 0
//	estimate.go     from registers to a number
//
// Throw a coin until it shows heads. Who tells you that it took ten throws has probably
// tried a thousand times. A hash is such throws: half of all end with bit 1, a quarter
// with 10, one in a thousand with ten times nothing. So of all that are added only the
// longest row of zeros is kept; what is added twice has the same hash, and changes
// nothing. One row is a poor witness, so 14 bits of the hash choose one of 16,384
// registers, and each keeps the longest row of its own:
//
//	hash of "foo"   ...1101 0011 1011 1000 | 10 0000 0001 1101
//	                                  ──── |   register 8221
//	                       three zeros, so the register becomes 4 if it was less
//
// The standard error is 1.04/sqrt(16,384), 0.81 %, whether there were a thousand or a
// billion. (The bits are an example's.)
//
// A HyperLogLog is the bytes of a string: Redis' GET shows them, and SET brings them back.
//
//	| H Y L L | encoding | 0 0 0 | cardinality u64 | registers ... |
//	  4         1          3       8: the last count; its highest bit says: out of date
//
// After PFADD of a, b, c, foo and bar 38 bytes:
//
//	48 59 4c 4c  01  00 00 00   00 00 00 00 00 00 00 80
//	5c b3  90  44 3e  80  46 21  80  4a 8e  84  4b fb  80  42 5a
//	│      │   another row of zeros of 1087
//	│      a register with 5, one of it
//	a row of zeros, 7348
//
// So the functions here work on bytes with room behind them, as append does: who owns the
// string makes room for what Need says, and keeps what comes back. Nothing allocates.
//
// Add is O(1) dense, O(bytes) sparse; Count 16,384 registers, some 10 us, and the head
// remembers it; Merge as Count. Redis: hyperloglog.c; the estimator is Otmar Ertl's.
package hyperloglog

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// Registers is how many there are.
const Registers = 1 << indexBits

const (
	indexBits = 14
	rowBits   = 64 - indexBits // that may be zeros
	headSize  = 16
	dense     = 0
	sparse    = 1
	outdated  = 0x80 // in the last byte of the cardinality
	maxGrowth = 3    // bytes by which Add makes a sparse one longer

	// DenseSize is how many bytes a dense one has: none has more.
	DenseSize = headSize + Registers*registerBits/8
)

// ErrCorrupt says that the registers are not as they should be.
var ErrCorrupt = errors.New("the HyperLogLog is corrupted")

var order = binary.LittleEndian

// AppendNew appends an empty one, sparse, of 18 bytes.
func AppendNew(dst []byte) []byte {
	dst = append(dst, "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	return append(dst, xzero|(Registers-1)>>8, (Registers-1)&0xff)
}

// Is reports whether a string says that it is a HyperLogLog. Its registers may be corrupt
// all the same. O(1). Redis: isHLLObjectOrReply.
func Is(h []byte) bool {
	return len(h) >= headSize && string(h[:4]) == "HYLL" && h[4] <= sparse && (h[4] == sparse || len(h) == DenseSize)
}

// IsDense reports whether it is dense. h must be one, here and below.
func IsDense(h []byte) bool { return h[4] == dense }

// Cached is what the last Count was, if nothing has changed since then.
func Cached(h []byte) (n uint64, ok bool) {
	return order.Uint64(h[8:]), h[15]&outdated == 0
}

// SetCached writes it.
func SetCached(h []byte, n uint64) { order.PutUint64(h[8:], n) }

// Outdate says that what Cached knows is no more true.
func Outdate(h []byte) { h[15] |= outdated }

// Need is how long h may become by one Add or Set: the capacity that it must have for
// these not to allocate. maxSparse is hll-sparse-max-bytes.
func Need(h []byte, maxSparse int) int {
	if IsDense(h) || len(h)+maxGrowth > maxSparse {
		return DenseSize
	}
	return len(h) + maxGrowth
}

// NeedFor is Need when element is what is added: it may be one that no sparse register
// can hold.
func NeedFor(h, element []byte, maxSparse int) int {
	if _, row := place(element); row > maxValue {
		return DenseSize
	}
	return Need(h, maxSparse)
}

// Add counts an element, and returns h, perhaps longer, and whether a register has
// changed; then it is outdated. Redis: hllAdd.
func Add(h, element []byte, maxSparse int) (longer []byte, changed bool, err error) {
	register, row := place(element)
	return Set(h, register, row, maxSparse)
}

// Knows reports whether it is known without much ado that an element would change nothing: of
// most that are added that is so, in time. O(1); of a sparse one it is not known.
func Knows(h, element []byte) bool {
	if !IsDense(h) {
		return false
	}
	register, row := place(element)
	return denseRow(h[headSize:], register) >= row
}

// Set makes a register at least row. It returns what Add does.
func Set(h []byte, register int, row byte, maxSparse int) (longer []byte, changed bool, err error) {
	if IsDense(h) {
		changed = setDense(h[headSize:], register, row)
	} else if h, changed, err = setSparse(h, register, row, maxSparse); err != nil {
		return h, false, err
	}
	if changed {
		Outdate(h)
	}
	return h, changed, nil
}

// place is an element's register, and the zeros of its hash and one. Redis: hllPatLen.
func place(element []byte) (register int, row byte) {
	hash := Hash(element)
	register = int(hash & (Registers - 1))
	hash = hash>>indexBits | 1<<rowBits // so that the row ends
	return register, byte(bits.TrailingZeros64(hash)) + 1
}

// Hash is MurmurHash64A with Redis' seed.
func Hash(b []byte) uint64 {
	const seed, m, r = 0xadc83b19, 0xc6a4a7935bd1e995, 47
	h := uint64(seed) ^ uint64(len(b))*m
	for ; len(b) >= 8; b = b[8:] {
		k := order.Uint64(b) * m
		k ^= k >> r
		h = (h ^ k*m) * m
	}
	if len(b) > 0 {
		for i, c := range b {
			h ^= uint64(c) << (8 * i)
		}
		h *= m
	}
	h ^= h >> r
	h *= m
	return h ^ h>>r
}
