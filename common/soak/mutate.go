// mutate.go: what networks and bad clients make of requests.

package soak

import "math/rand/v2"

// torn cuts a stream into pieces: few large ones, or for a while single bytes.
func torn(rng *rand.Rand, s string) (pieces []string) {
	for len(s) > 0 && len(pieces) < 200 {
		n := 1 + rng.IntN(len(s))
		if rng.IntN(2) == 0 {
			n = min(len(s), 1+rng.IntN(8))
		}
		pieces, s = append(pieces, s[:n]), s[n:]
	}
	return append(pieces, s)
}

// mutated changes a few places: bytes are flipped, lost, doubled, put in, or are those
// that the protocol is made of; an end is lost.
func mutated(rng *rand.Rand, s string) string {
	b := []byte(s)
	for range 1 + rng.IntN(5) {
		if len(b) == 0 {
			break
		}
		at := rng.IntN(len(b))
		switch rng.IntN(8) {
		case 0:
			b[at] ^= 1 << rng.IntN(8)
		case 1:
			b[at] = byte(rng.Uint32())
		case 2:
			b = append(b[:at], b[min(len(b), at+1+rng.IntN(4)):]...)
		case 3:
			b = append(b[:at:at], append([]byte(noise(rng, 1+rng.IntN(4))), b[at:]...)...)
		case 4:
			b[at] = "*$\r\n-0123456789: \"'\x00"[rng.IntN(19)]
		case 5:
			end := min(len(b), at+1+rng.IntN(30))
			b = append(b[:end:end], b[at:]...)
		case 6:
			b = append(b[:at:at], append([]byte(numbers[rng.IntN(len(numbers))]), b[at:]...)...)
		case 7:
			b = b[:at]
		}
	}
	return string(b)
}
