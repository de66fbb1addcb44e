// pool.go: the keys that would be the next to go.
//
// A sample of five keys has a fairly idle one in it, and most of the time a
// better one is not far. Throwing the other four away would be a waste: so the
// best keys of all samples so far wait in a small pool, by their score, and each
// sample only has to improve on it:
//
//	score    3    7   12   40   41   90  ...      room for 16
//	key      x    k    b    q    a    m
//	         ▲ a better one pushes it out          ▲ the next to go
//
// With it five keys a sample are about as good as ten without. What is in the pool
// may have been used or deleted since: who takes it out looks again.
//
// Redis: evict.c, evictionPoolPopulate.

package keyspace

import (
	"slices"
	"strings"
)

const poolSize = 16 // Redis: EVPOOL_SIZE

// candidate is a key that may be evicted.
type candidate struct {
	score uint64 // the higher, the sooner it goes
	db    int
	key   string
}

// pool is the best candidates there were, ascending by score.
type pool struct {
	candidates [poolSize]candidate
	n          int
}

// offer puts a candidate in its place, if it is better than one that is there or
// there is room. One that is there already gets its present score.
func (p *pool) offer(c candidate) {
	if i := slices.IndexFunc(p.candidates[:p.n], func(o candidate) bool { return o.db == c.db && o.key == c.key }); i >= 0 {
		p.removeAt(i)
	}
	at := 0
	for at < p.n && p.candidates[at].score < c.score {
		at++
	}
	// The key lies in the entry's block, which must not stay alive for it.
	switch {
	case p.n < poolSize:
		c.key = strings.Clone(c.key)
		copy(p.candidates[at+1:p.n+1], p.candidates[at:p.n])
		p.candidates[at] = c
		p.n++
	case at > 0: // the worst one goes
		c.key = strings.Clone(c.key)
		copy(p.candidates[:at-1], p.candidates[1:at])
		p.candidates[at-1] = c
	}
}

// takeBest takes the best candidate out. ok is false if there is none.
func (p *pool) takeBest() (c candidate, ok bool) {
	if p.n == 0 {
		return c, false
	}
	p.n--
	c, p.candidates[p.n] = p.candidates[p.n], candidate{}
	return c, true
}

func (p *pool) removeAt(i int) {
	copy(p.candidates[i:], p.candidates[i+1:p.n])
	p.n--
	p.candidates[p.n] = candidate{}
}
