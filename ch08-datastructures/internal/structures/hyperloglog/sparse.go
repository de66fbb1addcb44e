// sparse.go: registers, run-length encoded.
//
//	00nnnnnn            zero    1 to 64 registers are 0
//	01nnnnnn nnnnnnnn   xzero   1 to 16,384 are
//	1vvvvvnn            value   1 to 4 registers are v, from 1 to 32
//
// All numbers are less by one than what they say. An empty one is 7f ff: 16,384 zeros. With
// a row of 5 in register 7348 that becomes three:
//
//	7f ff   ->   5c b3  90  63 4a     7348 zeros, one 5, and 9035 zeros
//
// So a register that is set splits a run, into three at most; and values that have become
// equal to their neighbours are joined. It is worth its trouble up to about 3,000 bytes
// (hll-sparse-max-bytes); beyond, or with a row of more than 32, the dense form takes over.
//
// Redis: hyperloglog.c, hllSparseSet, hllSparseToDense.

package hyperloglog

const (
	xzero    = 0x40
	value    = 0x80
	maxZeros = 64
	maxRun   = 4
	maxValue = 32
)

// run is some registers in a row that are the same.
type run struct {
	size   int // bytes
	length int // registers
	row    byte
	value  bool
}

// readRun reads the run that b begins with; its size is 0 if it is cut off.
func readRun(b []byte) run {
	switch c := b[0]; {
	case c&value != 0:
		return run{1, int(c&3) + 1, c>>2&31 + 1, true}
	case c&xzero == 0:
		return run{1, int(c) + 1, 0, false}
	case len(b) < 2:
		return run{}
	default:
		return run{2, int(c&0x3f)<<8 + int(b[1]) + 1, 0, false}
	}
}

func appendZeros(dst []byte, n int) []byte {
	switch {
	case n == 0:
		return dst
	case n <= maxZeros:
		return append(dst, byte(n-1))
	}
	return append(dst, xzero|byte((n-1)>>8), byte(n-1))
}

func appendValue(dst []byte, row byte, n int) []byte {
	if n == 0 {
		return dst
	}
	return append(dst, value|(row-1)<<2|byte(n-1))
}

// setSparse makes a register at least row.
func setSparse(h []byte, register int, row byte, maxSparse int) (longer []byte, changed bool, err error) {
	if row > maxValue {
		return setPromoted(h, register, row)
	}
	before, at, first := seek(h, register)
	if at >= len(h) {
		return h, false, ErrCorrupt
	}
	r := readRun(h[at:])
	if r.size == 0 {
		return h, false, ErrCorrupt
	}
	if r.value && r.row >= row {
		return h, false, nil
	}
	var parts [5]byte
	left, right := register-first, first+r.length-1-register
	split := parts[:0]
	if r.value {
		split = appendValue(split, r.row, left)
		split = appendValue(split, row, 1)
		split = appendValue(split, r.row, right)
	} else {
		split = appendZeros(split, left)
		split = appendValue(split, row, 1)
		split = appendZeros(split, right)
	}
	if more := len(split) - r.size; more > 0 && len(h)+more > maxSparse {
		return setPromoted(h, register, row)
	}
	h = substitute(h, at, r.size, split)
	if before == 0 {
		before = headSize
	}
	return joinValues(h, before), true, nil
}

// seek finds the run that a register is in: where it begins and its first register, and
// the run before it, or 0. Nearly all the time of an Add is spent here, on a thousand runs
// and more: so it reads no more of each than its length.
func seek(h []byte, register int) (before, at, first int) {
	at = headSize
	for at < len(h) {
		length, size := int(h[at])+1, 1 // zeros
		if c := h[at]; c&value != 0 {
			length = int(c&3) + 1
		} else if c&xzero != 0 {
			if at+1 == len(h) {
				break
			}
			length, size = int(c&0x3f)<<8+int(h[at+1])+1, 2
		}
		if register < first+length {
			break
		}
		before = at
		at += size
		first += length
	}
	return before, at, first
}

// substitute puts bytes in the place of gone others.
func substitute(h []byte, at, gone int, by []byte) []byte {
	was := len(h)
	for range len(by) - gone {
		h = append(h, 0)
	}
	copy(h[at+len(by):], h[at+gone:was])
	copy(h[at:], by)
	return h[:was+len(by)-gone]
}

// joinValues joins equal values that stand side by side, in the five runs from at on.
// Redis looks at as many, and so do we, or the bytes would not be the same.
func joinValues(h []byte, at int) []byte {
	for scans := 0; at < len(h) && scans < 5; scans++ {
		a := readRun(h[at:])
		if !a.value {
			at += max(a.size, 1)
			continue
		}
		if at+1 < len(h) {
			b := readRun(h[at+1:])
			if b.value && a.row == b.row && a.length+b.length <= maxRun {
				appendValue(h[:at+1], a.row, a.length+b.length)
				h = append(h[:at], h[at+1:]...)
				continue
			}
		}
		at++
	}
	return h
}

// setPromoted makes it dense before.
func setPromoted(h []byte, register int, row byte) ([]byte, bool, error) {
	h, err := Promote(h)
	if err != nil {
		return h, false, err
	}
	return h, setDense(h[headSize:], register, row), nil
}

// Promote makes h dense, DenseSize bytes long. What Cached knows stays. Redis:
// hllSparseToDense.
func Promote(h []byte) ([]byte, error) {
	if IsDense(h) {
		return h, nil
	}
	var registers [Registers]byte
	if err := Merge(&registers, h); err != nil {
		return h, err
	}
	if cap(h) < DenseSize {
		h = append(make([]byte, 0, DenseSize), h...)
	}
	h = h[:DenseSize]
	h[4] = dense
	clear(h[headSize:])
	for i, row := range registers {
		if row > 0 {
			setDense(h[headSize:], i, row)
		}
	}
	return h, nil
}

// eachRun calls visit with every run and the first of its registers.
func eachRun(h []byte, visit func(first int, r run)) error {
	first := 0
	for at := headSize; at < len(h); {
		r := readRun(h[at:])
		if r.size == 0 || first+r.length > Registers {
			return ErrCorrupt
		}
		visit(first, r)
		at += r.size
		first += r.length
	}
	if first != Registers {
		return ErrCorrupt
	}
	return nil
}
