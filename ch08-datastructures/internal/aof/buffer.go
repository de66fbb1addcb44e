// buffer.go: commands on their way to a file, in pieces.
//
//	full   [ SET SET DEL SET ] [ SET with a large value ] [ SET SET ]
//	last   [ SET DEL ··········]                    what comes is appended here
//
// A buffer that grew by doubling would copy all it holds each time. A piece is
// filled and left alone. A command that does not fit into one gets a piece of its
// own, of just its size: so 250 MB are copied once.
//
// A piece ends where a command ends. So one that a disk takes only in part can be
// taken back, and the file does not end in half a command.

package aof

import "slices"

const (
	pieceSize = 256 << 10 // bytes; only a command that is longer has a longer piece
	maxSpare  = 4         // empty pieces that are kept: about what a busy turn needs
)

// buffer is a queue of commands. The zero value is empty.
type buffer struct {
	full  [][]byte // oldest first
	last  []byte   // behind them
	spare [][]byte // empty ones

	sealed int // bytes in full
}

// len is how many bytes are in the queue.
func (b *buffer) len() int { return b.sealed + len(b.last) }

// room sees that the next n bytes, a command, can be appended to last without
// copying what is there.
func (b *buffer) room(n int) {
	if n > cap(b.last)-len(b.last) {
		b.seal()
		b.last = b.newPiece(max(n, pieceSize))
	}
}

func (b *buffer) newPiece(size int) []byte {
	if i := len(b.spare) - 1; i >= 0 && size == pieceSize {
		piece := b.spare[i]
		b.spare = b.spare[:i]
		return piece
	}
	return make([]byte, 0, size)
}

// seal ends the last piece. What is appended from now on is in another one.
func (b *buffer) seal() {
	if cap(b.last) > 0 {
		b.full = append(b.full, b.last)
		b.sealed += len(b.last)
		b.last = nil
	}
}

// first is the piece to write next; the buffer must not be empty. The last piece is
// sealed only if there is no other: it would be left with room in it.
func (b *buffer) first() []byte {
	if len(b.full) == 0 {
		b.seal()
	}
	return b.full[0]
}

// drop takes n bytes off the first of the full pieces. One that is empty by that is
// kept, if it may be of use again.
func (b *buffer) drop(n int) {
	piece := b.full[0]
	b.sealed -= n
	if n < len(piece) {
		b.full[0] = piece[n:]
		return
	}
	b.full = slices.Delete(b.full, 0, 1)
	if cap(piece) == pieceSize && len(b.spare) < maxSpare {
		b.spare = append(b.spare, piece[:0])
	}
}
