// dense.go: 16,384 registers of six bits, one after another, the lowest bits first:
//
//	byte       0        1        2
//	bits    11000000 22221111 33333322      register 0 in the low six of byte 0
//
// Four registers are three bytes. Redis: HLL_DENSE_GET_REGISTER, hllDenseSet.

package hyperloglog

const (
	registerBits = 6
	registerMask = 1<<registerBits - 1
)

// denseWord is the two bytes that a register is in, and how far from their end.
func denseWord(registers []byte, i int) (word uint16, at, shift int) {
	at, shift = i*registerBits/8, i*registerBits%8
	word = uint16(registers[at])
	if at+1 < len(registers) { // the last register ends with its byte
		word |= uint16(registers[at+1]) << 8
	}
	return word, at, shift
}

func denseRow(registers []byte, i int) byte {
	word, _, shift := denseWord(registers, i)
	return byte(word>>shift) & registerMask
}

func setDense(registers []byte, i int, row byte) (changed bool) {
	word, at, shift := denseWord(registers, i)
	if byte(word>>shift)&registerMask >= row {
		return false
	}
	word = word&^(registerMask<<shift) | uint16(row)<<shift
	registers[at] = byte(word)
	if at+1 < len(registers) {
		registers[at+1] = byte(word >> 8)
	}
	return true
}

// eachDense calls visit with every register.
func eachDense(registers []byte, visit func(i int, row byte)) {
	for i, at := 0, 0; at < len(registers); i, at = i+4, at+3 {
		four := uint32(registers[at]) | uint32(registers[at+1])<<8 | uint32(registers[at+2])<<16
		visit(i, byte(four)&registerMask)
		visit(i+1, byte(four>>6)&registerMask)
		visit(i+2, byte(four>>12)&registerMask)
		visit(i+3, byte(four>>18))
	}
}

// countDense adds the registers to a histogram. Most of them have one of five values: with
// one counter for each value every step would wait for the one before it, so there are four,
// in turns.
func countDense(registers []byte, histogram *[64]int) {
	var turns [4][64]uint32
	for at := 0; at+3 <= len(registers); at += 3 {
		four := uint32(registers[at]) | uint32(registers[at+1])<<8 | uint32(registers[at+2])<<16
		turns[0][four&registerMask]++
		turns[1][four>>6&registerMask]++
		turns[2][four>>12&registerMask]++
		turns[3][four>>18&registerMask]++
	}
	for _, t := range turns {
		for row, n := range t {
			histogram[row] += int(n)
		}
	}
}
