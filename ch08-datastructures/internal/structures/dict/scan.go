// scan.go: going through all entries.
//
// A cursor of SCAN counts through the buckets with its bits reversed: 000, 100, 010,
// 110, ... When the table doubles, a bucket's entries go to the two buckets whose
// numbers end as its own; in this order these two come where the one was. So what
// was visited stays visited, and what was not is still to come, however the table
// changes between two calls. Redis: dict.c, dictScan, where Pieter Noordhuis' idea is
// explained.

package dict

import (
	"math/bits"
	"math/rand/v2"
	"unsafe"

	"redis-internals/ch08/internal/zmalloc"
)

// Scan calls visit with the entries at a cursor, and returns the next one: 0 begins,
// and 0 is the end. Every entry that is there from the beginning to the end is
// visited, some more than once. visit must not change the dict. O(1).
func (d *Dict) Scan(cursor uint64, visit func(Ref)) (next uint64) {
	small, large := &d.tables[0], &d.tables[1]
	if !d.isRehashing() {
		d.visitAt(small, cursor, visit)
		return increment(cursor, small.mask())
	}
	if small.mask() > large.mask() {
		small, large = large, small
	}
	d.visitAt(small, cursor, visit)
	// And all buckets of the larger table whose numbers end in the same bits.
	for {
		d.visitAt(large, cursor, visit)
		cursor = increment(cursor, large.mask())
		if cursor&(small.mask()^large.mask()) == 0 {
			return cursor
		}
	}
}

func (d *Dict) visitAt(t *table, cursor uint64, visit func(Ref)) {
	t.bucket(cursor & t.mask()).each(visit)
}

// increment adds one to the masked bits of the cursor, in reverse.
func increment(cursor, mask uint64) uint64 {
	cursor |= ^mask
	return bits.Reverse64(bits.Reverse64(cursor) + 1)
}

// Walk calls visit with the entries of bucket i, counted through both tables, and
// returns the number of the next one; more is false after the last. If nothing is
// inserted or deleted meanwhile, a walk meets every entry once.
func (d *Dict) Walk(i uint64, visit func(Ref)) (next uint64, more bool) {
	t, first := &d.tables[0], d.tables[0].mask()+1
	if i >= first {
		if !d.isRehashing() {
			return i, false
		}
		t = &d.tables[1]
		if i -= first; i > t.mask() {
			return i + first, false
		}
		t.bucket(i).each(visit)
		return i + first + 1, i < t.mask()
	}
	t.bucket(i).each(visit)
	return i + 1, i+1 < first || d.isRehashing()
}

// fairChain is how many entries a bucket may have for Random to be fair to all: two
// buckets' full, which hardly any has.
const fairChain = 2 * slots

// Random returns an entry, each as likely as the others; 0 if there is none. It
// draws a bucket, and takes it with a chance that grows with its entries. O(1), some
// three buckets on average. Redis: dictGetFairRandomKey.
func (d *Dict) Random(random *rand.Rand) Ref {
	if d.count == 0 {
		return 0
	}
	for {
		b := d.randomBucket(random)
		n := b.chainLen()
		if i := random.IntN(max(n, fairChain)); i < n {
			return b.at(i)
		}
	}
}

// Sample calls visit with n entries, or fewer if there are not so many: neighbours
// from a random place on, which is not as fair as Random and several times as fast.
// Whoever samples will sample again: the place of the next sample is drawn already,
// and its entries are asked for; of the one after it, the bucket. Redis:
// dictGetSomeKeys.
func (d *Dict) Sample(random *rand.Rand, n int, visit func(Ref)) {
	if d.drawn == [2]uint64{} {
		d.drawn = [2]uint64{random.Uint64(), random.Uint64()}
	}
	const emptyBuckets = 1000 // in a row, until it gives up
	for empty := 0; n > 0 && d.count > 0 && empty < emptyBuckets; empty++ {
		now := d.drawn[0]
		d.drawn = [2]uint64{d.drawn[1], random.Uint64()}
		zmalloc.PrefetchLine(unsafe.Pointer(d.bucketOf(d.drawn[1])))
		d.neighbours(d.drawn[0], n, func(r Ref) { zmalloc.PrefetchLine(zmalloc.Pointer(r)) })
		if met := d.neighbours(now, n, visit); met > 0 {
			n -= met
			empty = 0
		}
	}
}

// neighbours calls visit with up to n entries of the bucket that a random number
// chooses, and returns how many they were.
func (d *Dict) neighbours(drawn uint64, n int, visit func(Ref)) (met int) {
	b := d.bucketOf(drawn)
	length := b.chainLen()
	n = min(n, length)
	first := int(drawn % slots) // or the first of a bucket would be met most
	for k := range n {
		visit(b.at((k + first) % length))
	}
	return n
}

// randomBucket draws one of those that may hold entries.
func (d *Dict) randomBucket(random *rand.Rand) *bucket { return d.bucketOf(random.Uint64()) }

// bucketOf is the bucket, of those that may hold entries, that a random number
// chooses.
func (d *Dict) bucketOf(drawn uint64) *bucket {
	left := d.tables[0].mask() + 1 - uint64(d.next)
	n := left
	if d.isRehashing() {
		n += d.tables[1].mask() + 1
	}
	i, _ := bits.Mul64(drawn, n) // drawn/2^64 of n
	if i < left {
		return d.tables[0].bucket(uint64(d.next) + i)
	}
	return d.tables[1].bucket(i - left)
}

// chainLen is how many entries the bucket and its children have.
func (b *bucket) chainLen() (n int) {
	for b.child != 0 {
		n += slots
		b = pointerTo(b.child)
	}
	return n + b.len()
}

// at is entry i of the bucket and its children.
func (b *bucket) at(i int) Ref {
	for i >= slots {
		b = pointerTo(b.child)
		i -= slots
	}
	return b.refs[i]
}
