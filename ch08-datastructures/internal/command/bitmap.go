// bitmap.go: strings as rows of bits; the first of a byte is its highest. Redis: bitops.c.

package command

import (
	"math/bits"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
	"redis-internals/ch08/internal/structures/sds"
)

var bitmapCommands = []Row{
	row("setbit", setbit, 4, Write|DenyOOM|Brief, ACLBitmap, accessKey,
		doc("2.2.0", "O(1)", "<key> <offset> <value:integer>", "Changes a bit of a string.")),
	row("getbit", getbit, 3, ReadOnly|Fast|Brief, ACLBitmap, readKey,
		doc("2.2.0", "O(1)", "<key> <offset>", "Answers a bit of a string.")),
	row("bitcount", bitcount, -2, ReadOnly, ACLBitmap, readKey,
		doc("2.6.0", "O(N)", "<key> [<start> <end> [BYTE|BIT]]", "Answers how many bits of a string are set.")),
	row("bitpos", bitpos, -3, ReadOnly, ACLBitmap, readKey,
		doc("2.8.7", "O(N)", "<key> <bit> [<start> [<end> [BYTE|BIT]]]", "Answers where in a string the first bit is that is set, or clear.")),
	row("bitop", bitop, -4, Write|DenyOOM, ACLBitmap, bitopKeys,
		doc("2.6.0", "O(N)", "<operation> <destkey> <key> [<key> ...]", "Stores the bits of strings, combined.")),
	row("bitfield", bitfield, -2, Write|DenyOOM, ACLBitmap, bitfieldKey,
		doc("3.2.0", "O(1)", "<key> [GET <encoding> <offset>|[OVERFLOW (WRAP|SAT|FAIL)] (SET <encoding> <offset> <value:integer>|INCRBY <encoding> <offset> <increment>) ...]", "Reads and changes integers of any width in a string.")),
	row("bitfield_ro", bitfieldRO, -2, ReadOnly|Fast, ACLBitmap, readKey,
		doc("6.0.0", "O(1)", "<key> [GET <encoding> <offset> [GET <encoding> <offset> ...]]", "Reads integers of any width in a string.")),
}

// parseBitOffset reads the place of a bit, or replies the error. With hash set #2 is the
// third one of so many bits. Redis: getBitOffsetFromArgument.
func parseBitOffset(c *Client, arg []byte, hash bool, width int) (at int, ok bool) {
	usesHash := hash && len(arg) > 0 && arg[0] == '#'
	if usesHash {
		arg = arg[1:]
	}
	n, ok := resp.ParseInt(arg)
	if ok && usesHash {
		if n > maxBits/int64(width) {
			ok = false
		}
		n *= int64(width)
	}
	if !ok || n < 0 || n/8 >= int64(c.Engine.Config.MaxBulk) {
		c.ReplyError("ERR bit offset is not an integer or out of range")
		return 0, false
	}
	return int(n), true
}

// maxBits is more than any string has.
const maxBits = 1 << 60

// setbit answers SETBIT. Redis: setbitCommand.
func setbit(c *Client) {
	at, ok := parseBitOffset(c, c.Args[2], false, 0)
	if !ok {
		return
	}
	to, ok := resp.ParseInt(c.Args[3])
	if !ok || to != 0 && to != 1 {
		c.ReplyError("ERR bit is not an integer or out of range")
		return
	}
	o, ok := stringAt(c, c.Args[1])
	if !ok || !mayBeLong(c, at/8+1) {
		return
	}
	grows := isShorter(o, at/8+1)
	o = c.DB.EditString(c.Args[1], at/8+1)
	b, shift := o.Bytes(), 7-at%8
	was := b[at/8] >> shift & 1
	b[at/8] = b[at/8]&^(1<<shift) | byte(to)<<shift
	if grows || was != byte(to) {
		changedString(c, o, "setbit")
	}
	c.ReplyInt(int64(was))
}

// isShorter reports whether a string has less than n bytes, or is none.
func isShorter(o *object.Object, n int) bool { return o == nil || o.Len() < n }

func getbit(c *Client) {
	at, ok := parseBitOffset(c, c.Args[2], false, 0)
	if !ok {
		return
	}
	var room object.Room
	if text, ok := lookupString(c, c.Args[1], &room); ok {
		c.ReplyInt(bitAt(text, at))
	}
}

// bitAt is a bit of a string; 0 behind its end.
func bitAt(text []byte, at int) int64 {
	if at/8 >= len(text) {
		return 0
	}
	return int64(text[at/8] >> (7 - at%8) & 1)
}

// bitRange is which bits of a string are meant: from the first to the last.
type bitRange struct{ first, last int64 }

// isEmpty reports whether there are none.
func (r bitRange) isEmpty() bool { return r.first > r.last }

// bitRangeOf is a range of bytes or of bits within a string, as bits. Negative places are
// counted from its end.
func bitRangeOf(text []byte, from, to int64, inBits bool) bitRange {
	unit := int64(8)
	if inBits {
		unit = 1
	}
	length := int64(len(text)) * 8 / unit
	from, to = fromEnd(from, length), min(fromEnd(to, length), length-1)
	if from > to {
		return bitRange{0, -1}
	}
	return bitRange{from * unit, to*unit + unit - 1}
}

// isBits reads BYTE or BIT, or replies the error.
func isBits(c *Client, arg []byte) (inBits, ok bool) {
	switch {
	case engine.IsOption(arg, "bit"):
		return true, true
	case engine.IsOption(arg, "byte"):
		return false, true
	}
	c.ReplyError(engine.ErrSyntax)
	return false, false
}

// bitcount answers BITCOUNT. Redis: bitcountCommand.
func bitcount(c *Client) {
	var room object.Room
	o, ok := lookup(c, c.Args[1], object.StringType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyInt(0)
		return
	}
	text := o.Text(&room)
	r := bitRange{0, int64(len(text))*8 - 1}
	switch len(c.Args) {
	case 2:
	case 4, 5:
		from, to, ok := parseRange(c)
		if !ok {
			return
		}
		inBits := false
		if len(c.Args) == 5 {
			if inBits, ok = isBits(c, c.Args[4]); !ok {
				return
			}
		}
		r = bitRangeOf(text, from, to, inBits)
		if from < 0 && to < 0 && from > to { // BITPOS finds the first byte here
			r = bitRange{0, -1}
		}
	default:
		c.ReplyError(engine.ErrSyntax)
		return
	}
	c.ReplyInt(int64(countBits(text, r)))
}

// countBits counts the bits of a range that are set. O(bytes).
func countBits(text []byte, r bitRange) int {
	if r.isEmpty() {
		return 0
	}
	first, last := r.first/8, r.last/8
	n := sds.CountBits(text[first : last+1])
	n -= bits.OnesCount8(text[first] &^ (0xff >> (r.first % 8)))
	return n - bits.OnesCount8(text[last]&(0xff>>(r.last%8)>>1))
}

// bitpos answers BITPOS. Redis: bitposCommand.
func bitpos(c *Client) {
	bit, ok := c.ParseInt(c.Args[2])
	if !ok {
		return
	}
	if bit != 0 && bit != 1 {
		c.ReplyError("ERR The bit argument must be 1 or 0.")
		return
	}
	o, ok := lookup(c, c.Args[1], object.StringType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyInt(-bit)
		return
	}
	var room object.Room
	text := o.Text(&room)
	r, endGiven, ok := parseBitposRange(c, text)
	if !ok {
		return
	}
	at := int64(-1)
	if !r.isEmpty() {
		at = findBit(text, r, byte(bit))
		if at < 0 && bit == 0 && !endGiven { // behind the end all bits are clear
			at = int64(len(text)) * 8
		}
	}
	c.ReplyInt(at)
}

// parseBitposRange reads the range of BITPOS, or replies the error.
func parseBitposRange(c *Client, text []byte) (r bitRange, endGiven, ok bool) {
	from, to, inBits := int64(0), int64(-1), false
	switch n := len(c.Args); {
	case n > 6:
		c.ReplyError(engine.ErrSyntax)
		return r, false, false
	case n > 3:
		if from, ok = c.ParseInt(c.Args[3]); !ok {
			return r, false, false
		}
		if n == 6 {
			if inBits, ok = isBits(c, c.Args[5]); !ok {
				return r, false, false
			}
		}
		if n > 4 {
			if to, ok = c.ParseInt(c.Args[4]); !ok {
				return r, false, false
			}
			endGiven = true
		}
	}
	if !endGiven {
		to = int64(len(text)) - 1
		if to < 0 {
			return bitRange{0, -1}, false, true
		}
	}
	return bitRangeOf(text, from, to, inBits), endGiven, true
}

// findBit is the place of the first bit of a range that is as wanted; -1 if there is none.
// O(bytes).
func findBit(text []byte, r bitRange, bit byte) int64 {
	skip := byte(0xff) // a byte without such a bit
	if bit == 1 {
		skip = 0
	}
	for at := r.first; at <= r.last; {
		if at%8 == 0 && text[at/8] == skip {
			at += 8
			continue
		}
		if text[at/8]>>(7-at%8)&1 == bit {
			return at
		}
		at++
	}
	return -1
}

// bitop answers BITOP. Redis: bitopCommand.
func bitop(c *Client) {
	combine, ok := bitOperations[lowerWord(c.Args[1])]
	if !ok {
		c.ReplyError(engine.ErrSyntax)
		return
	}
	if lowerWord(c.Args[1]) == "not" && len(c.Args) != 4 {
		c.ReplyError("ERR BITOP NOT must be called with a single source key.")
		return
	}
	rooms := make([]object.Room, len(c.Args)-3)
	var sources [][]byte
	longest := 0
	for i, key := range c.Args[3:] {
		text, ok := lookupString(c, key, &rooms[i])
		if !ok {
			return
		}
		sources = append(sources, text)
		longest = max(longest, len(text))
	}
	if longest > 0 && !mayBeLong(c, longest) {
		return
	}
	result := make([]byte, longest)
	copy(result, sources[0])
	combine(result, sources[1:])
	if longest > 0 {
		c.DB.SetRaw(c.Args[2], result)
		c.Notify(NotifyString, "set", c.Args[2])
		c.MarkDirty(1)
	} else {
		deleteStored(c, c.Args[2])
	}
	c.ReplyInt(int64(longest))
}

// bitOperations combine a string with others, which may be shorter: then they have zeros.
var bitOperations = map[string]func(result []byte, others [][]byte){
	"and": func(result []byte, others [][]byte) {
		for _, other := range others {
			n := min(len(other), len(result))
			for i := range n {
				result[i] &= other[i]
			}
			clear(result[n:])
		}
	},
	"or": func(result []byte, others [][]byte) {
		for _, other := range others {
			for i, b := range other {
				result[i] |= b
			}
		}
	},
	"xor": func(result []byte, others [][]byte) {
		for _, other := range others {
			for i, b := range other {
				result[i] ^= b
			}
		}
	},
	"not": func(result []byte, _ [][]byte) {
		for i := range result {
			result[i] = ^result[i]
		}
	},
}

// lowerWord is a short word in lower case; a NUL ends it.
func lowerWord(arg []byte) string {
	word := []byte(engine.Quoted(arg, min(len(arg), 16)))
	for i, b := range word {
		if b >= 'A' && b <= 'Z' {
			word[i] = b + 'a' - 'A'
		}
	}
	return string(word)
}
