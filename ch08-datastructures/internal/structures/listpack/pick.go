// pick.go: random elements, for SPOP, HRANDFIELD and the like. A row of names and values
// is picked from with stride 2: only names are. Redis: listpack.c, lpRandomPair,
// lpRandomPairsUnique, lpNextRandom.

package listpack

import "math/rand/v2"

// Random is one of the elements 0, stride, 2*stride..., each as likely as the others.
// The pack must not be empty. O(n).
func (p Pack) Random(random *rand.Rand, stride int) Pos {
	return p.Seek(random.IntN(p.Len()/stride) * stride)
}

// Sample calls visit with n different ones of them, or all if there are not so many, in
// the order in which they stand. Each set of n is as likely as the others: with m left to
// be wanted of k left to be seen the next one is taken with a chance of m/k. visit must
// not change the pack. O(n).
func (p Pack) Sample(random *rand.Rand, n, stride int, visit func(Pos)) {
	b := p.Bytes()
	at := headSize
	for left := p.Len() / stride; left > 0 && n > 0; left-- {
		if random.IntN(left) < n {
			visit(Pos(at))
			n--
		}
		for range stride {
			at = after(b, at)
		}
	}
}
