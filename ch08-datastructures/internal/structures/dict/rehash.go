// rehash.go: growing and shrinking, a bucket at a time.
//
// A table that is full is replaced by one twice as long. Moving all entries at once
// would take a second for ten million; so both tables stand side by side, and every
// insertion and deletion moves one bucket more:
//
//	tables[0]   ── ── ── ██ ██ ██ ██ ██        moved up to next
//	tables[1]   ██ .. ██ .. .. .. .. .. ██ .. ██ .. .. .. .. ..
//
// A key is in the second table if its bucket of the first one has been moved, and in
// the first one if not: nobody has to look in both. The hash says where an entry
// goes; it is made of the key again, which costs reading the entry.
//
// Where there is no memory for a longer table the dict stays as it is, and its buckets
// get children; where there is none for children of the new table the moving waits.
//
// Redis: dict.c, dictRehash and _dictExpandIfNeeded.

package dict

import (
	"math/bits"

	"redis-internals/ch08/internal/zmalloc"
)

func (d *Dict) isRehashing() bool { return d.tables[1].memory != 0 }

// resizeIfNeeded begins to move to a longer or a shorter table, if there is memory for
// it. If not, the next insertion or deletion tries again.
func (d *Dict) resizeIfNeeded() {
	buckets, count := int(d.tables[0].mask())+1, d.Len()
	if d.isRehashing() || count <= buckets*growAt && (count >= buckets*shrinkBelow || buckets <= minBuckets) {
		return
	}
	// As many as leave four or five entries to a bucket, or fewer.
	wanted := uint64(max(minBuckets, count*2/growAt))
	length := uint64(1) << bits.Len64(wanted-1)
	if !zmalloc.HasRoom(int(length) * bucketSize) {
		return
	}
	if t, ok := newTable(length); ok {
		d.tables[1], d.next = t, 0
	}
}

// canMove reports whether there are buckets to be moved, and memory for children that
// they may need.
func (d *Dict) canMove() bool { return d.isRehashing() && zmalloc.HasSpare() }

// step moves one bucket, if it can be moved.
func (d *Dict) step() {
	if d.canMove() {
		d.moveBucket()
	}
}

// Rehash moves up to n buckets, for a cron that has time. It reports whether there
// are more.
func (d *Dict) Rehash(n int) (more bool) {
	for ; n > 0 && d.canMove(); n-- {
		d.moveBucket()
	}
	return d.canMove()
}

// moveBucket moves the entries of the next bucket to the second table.
func (d *Dict) moveBucket() {
	b, to := d.tables[0].bucket(uint64(d.next)), &d.tables[1]
	for first := b; ; b = pointerTo(b.child) {
		for i := 0; i < slots && b.tags[i] != 0; i++ {
			hash := Hash(d.key(b.refs[i]))
			d.put(to.bucket(hash&to.mask()), b.tags[i], b.refs[i])
		}
		if b.child == 0 {
			for first.child != 0 {
				d.freeLastChild(first)
			}
			*first = bucket{}
			break
		}
	}
	if d.next++; uint64(d.next) > d.tables[0].mask() {
		zmalloc.Free(d.tables[0].memory)
		d.tables[0], d.tables[1], d.next = d.tables[1], table{}, 0
		d.resizeIfNeeded()
	}
}
