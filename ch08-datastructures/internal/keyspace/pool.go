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

import "redis-internals/ch08/internal/structures/dict"

const poolSize = 16 // Redis: EVPOOL_SIZE

// candidate is a key that may be evicted.
type candidate struct {
	score uint64 // the higher, the sooner it goes
	db    int
	ref   ref    // where the key was: it may be gone
	hash  uint64 // the key's
	key   []byte // a copy; its memory is used again
}

// pool is the best candidates there were, ascending by score.
type pool struct {
	candidates [poolSize]candidate
	n          int
}

// offer puts an entry in its place, if it is better than one that is there or there
// is room. One that is there already gets its present score. The key is copied.
func (p *pool) offer(score uint64, db int, e *entry) {
	if p.n == poolSize && score <= p.candidates[0].score {
		return
	}
	for i := range p.candidates[:p.n] {
		if p.candidates[i].ref == e.Ref() { // or it was another key's block
			p.take(i)
			break
		}
	}
	at := 0
	for at < p.n && p.candidates[at].score < score {
		at++
	}
	from := p.n // where the room is that the new one gets
	if p.n == poolSize {
		at, from = at-1, 0 // the worst one goes
	} else {
		p.n++
	}
	room := p.candidates[from].key[:0]
	if from > at {
		copy(p.candidates[at+1:from+1], p.candidates[at:from])
	} else {
		copy(p.candidates[from:at], p.candidates[from+1:at+1])
	}
	p.candidates[at] = candidate{score, db, e.Ref(), dict.Hash(e.Key()), append(room, e.Key()...)}
}

// takeBest takes the best candidate out; it is good until the next offer. ok is
// false if there is none.
func (p *pool) takeBest() (c candidate, ok bool) {
	if p.n == 0 {
		return c, false
	}
	p.n--
	return p.candidates[p.n], true
}

// take takes candidate i out. Its room stays behind the others.
func (p *pool) take(i int) {
	c := p.candidates[i]
	copy(p.candidates[i:], p.candidates[i+1:p.n])
	p.n--
	p.candidates[p.n] = c
}
