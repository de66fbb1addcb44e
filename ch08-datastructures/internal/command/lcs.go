// lcs.go: the longest sequence that two strings have in common, not necessarily in one piece.
//
// A table says for each pair of beginnings how long their sequence is; it is filled row by
// row, and walked back from its end:
//
//	      o h m y         the bytes where the walk goes up and left at once are the sequence:
//	    0 0 0 0 0         "my"
//	  m 0 0 0 1 1
//	  y 0 0 0 1 2
//
// O(length * length) in time and memory, so the memory is bounded. Redis: t_string.c,
// lcsCommand.

package command

import (
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/zmalloc"
)

// lcsOptions are those of LCS.
type lcsOptions struct {
	length, indexes, withLength bool
	least                       int64 // bytes of a match that is answered
}

// parseLCSOptions replies the error if they are none.
func parseLCSOptions(c *Client) (o lcsOptions, ok bool) {
	for args := c.Args[3:]; len(args) > 0; args = args[1:] {
		switch {
		case engine.IsOption(args[0], "idx"):
			o.indexes = true
		case engine.IsOption(args[0], "len"):
			o.length = true
		case engine.IsOption(args[0], "withmatchlen"):
			o.withLength = true
		case engine.IsOption(args[0], "minmatchlen") && len(args) > 1:
			if o.least, ok = c.ParseInt(args[1]); !ok {
				return o, false
			}
			o.least = max(0, o.least)
			args = args[1:]
		default:
			c.ReplyError(engine.ErrSyntax)
			return o, false
		}
	}
	if o.indexes && o.length {
		c.ReplyError("ERR If you want both the length and indexes, please just use IDX.")
		return o, false
	}
	return o, true
}

// lcs answers LCS.
func lcs(c *Client) {
	first, second := c.DB.LookupRead(c.Args[1]), c.DB.LookupRead(c.Args[2])
	if first != nil && first.IsCollection() || second != nil && second.IsCollection() {
		c.ReplyError("ERR The specified keys must contain string values")
		return
	}
	options, ok := parseLCSOptions(c)
	if !ok {
		return
	}
	var rooms [2]object.Room
	var a, b []byte
	if first != nil {
		a = first.Text(&rooms[0])
	}
	if second != nil {
		b = second.Text(&rooms[1])
	}
	t, ok := newTable(c, a, b)
	if !ok {
		return
	}
	length := t.at(len(a), len(b))
	switch {
	case options.length:
		c.ReplyInt(int64(length))
	case options.indexes:
		replyMatches(c, t, options)
	default:
		sequence := make([]byte, length)
		t.walk(func(i, _ int) {
			length--
			sequence[length] = a[i]
		})
		c.ReplyBulk(sequence)
	}
}

// lcsTable says how long the sequence of the first i bytes of a and the first j of b is.
type lcsTable struct {
	a, b  []byte
	cells []uint32
}

func (t *lcsTable) at(i, j int) uint32 { return t.cells[i*(len(t.b)+1)+j] }

// newTable fills a table, or replies the error if it would take too much memory.
func newTable(c *Client, a, b []byte) (t *lcsTable, ok bool) {
	const cell = 4                      // bytes
	size := (len(a) + 1) * (len(b) + 1) // strings have 512 MB at most: it fits
	switch {
	case size > c.Engine.Config.MaxBulk/cell:
		c.ReplyError("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len")
		return nil, false
	case !zmalloc.GoCanTake(size * cell):
		c.ReplyError("ERR Insufficient memory, failed allocating transient memory for LCS")
		return nil, false
	}
	t = &lcsTable{a, b, make([]uint32, size)}
	row := len(b) + 1
	for i := range a {
		above, here := t.cells[i*row:(i+1)*row], t.cells[(i+1)*row:(i+2)*row]
		for j := range b {
			if a[i] == b[j] {
				here[j+1] = above[j] + 1
			} else {
				here[j+1] = max(above[j+1], here[j])
			}
		}
	}
	return t, true
}

// walk calls visit with the places of the sequence's bytes in both strings, the last ones
// first.
func (t *lcsTable) walk(visit func(i, j int)) {
	for i, j := len(t.a), len(t.b); i > 0 && j > 0; {
		switch {
		case t.a[i-1] == t.b[j-1]:
			i, j = i-1, j-1
			visit(i, j)
		case t.at(i-1, j) > t.at(i, j-1):
			i--
		default:
			j--
		}
	}
}

// match is a piece of both strings that is the same: where it begins in both, and how long it is.
type match struct{ a, b, length int }

// replyMatches replies the pieces of the sequence, the last one first.
func replyMatches(c *Client, t *lcsTable, o lcsOptions) {
	c.ReplyMapLen(2)
	c.ReplyBulkString("matches")
	at, n := c.BeginArray(), 0
	var m match // the one that is being walked through
	reply := func() {
		if m.length == 0 || int64(m.length) < o.least {
			return
		}
		n++
		replyMatch(c, m, o.withLength)
	}
	t.walk(func(i, j int) {
		if m.length > 0 && m.a == i+1 && m.b == j+1 {
			m = match{i, j, m.length + 1}
			return
		}
		reply()
		m = match{i, j, 1}
	})
	reply()
	c.EndArray(at, n)
	c.ReplyBulkString("len")
	c.ReplyInt(int64(t.at(len(t.a), len(t.b))))
}

func replyMatch(c *Client, m match, withLength bool) {
	if withLength {
		c.ReplyArrayLen(3)
	} else {
		c.ReplyArrayLen(2)
	}
	for _, from := range []int{m.a, m.b} {
		c.ReplyArrayLen(2)
		c.ReplyInt(int64(from))
		c.ReplyInt(int64(from + m.length - 1))
	}
	if withLength {
		c.ReplyInt(int64(m.length))
	}
}
