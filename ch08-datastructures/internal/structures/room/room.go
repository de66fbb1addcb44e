// Package room makes blocks longer and shorter.
//
// A block has a size of its class, which is what was asked for or a little more
// (zmalloc/classes.go). Two ways to change it:
//
//	Fit    to the class of what is in it. For structures that must stay small, and
//	       that shift half of their bytes with every change anyway
//	Grow   to more than is needed, so that who appends byte by byte copies little
//
// Grow doubles up to 1 MiB and adds an eighth from there on. Appending n bytes one at a
// time then copies at most n of them to get to 1 MiB, and 8n beyond: O(1) a byte, at a
// hundred megabytes as at a hundred bytes. Redis adds 1 MiB at a time there, and leaves
// the rest to realloc, which may move pages instead of bytes.
//
// Nothing is remembered: the room is zmalloc.Size less what is used.
//
// Redis: sds.c, sdsMakeRoomFor (Grow); zmalloc.c, zrealloc (Fit).
package room

import "redis-internals/ch08/internal/zmalloc"

const (
	doubleTo = 1 << 20 // bytes; as Redis' SDS_MAX_PREALLOC
	fraction = 8       // beyond, one part in so many is added
)

// Fit returns a block of the class of want bytes, with the first used bytes of r: r
// itself, if its class is that. O(used) if it moves.
func Fit(r zmalloc.Ref, used, want int) zmalloc.Ref {
	if zmalloc.Size(r) == zmalloc.GoodSize(want) {
		return r
	}
	return move(r, used, want)
}

// Grow returns a block with room for want bytes, with the first used bytes of r: r
// itself, if it has the room. Amortised O(1) for each byte that want grows by.
func Grow(r zmalloc.Ref, used, want int) zmalloc.Ref {
	if want <= zmalloc.Size(r) {
		return r
	}
	return move(r, used, Roomy(want))
}

// Roomy is how long a block Grow takes for want bytes.
func Roomy(want int) int {
	if want < doubleTo {
		return 2 * want
	}
	return want + want/fraction
}

func move(r zmalloc.Ref, used, want int) zmalloc.Ref {
	to := zmalloc.Alloc(want)
	copy(zmalloc.Bytes(to), zmalloc.Bytes(r)[:min(used, want)])
	zmalloc.Free(r)
	return to
}
