// bitfield.go: integers of any width, anywhere in a string. Redis: bitops.c,
// bitfieldGeneric.
//
//	BITFIELD k SET u4 0 5 SET i12 4 -1 GET u8 0
//
//	bit     0    4            16
//	        0101 111111111111
//	        u4   i12            the highest bit first

package command

import (
	"math"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
)

// overflow says what becomes of a value that does not fit.
type overflow uint8

const (
	wrapAround overflow = iota // it goes on at the other end
	saturate                   // it is the greatest, or the least, that does
	refuse                     // it is not stored, and the reply is null
)

// bitfieldOp is one of a request's operations.
type bitfieldOp struct {
	kind     byte // 'g', 's', 'i': GET, SET, INCRBY
	signed   bool
	width    int // bits
	offset   int // of the first bit
	argument int64
	overflow overflow
}

func bitfield(c *Client) {
	ops, end, ok := parseBitfield(c)
	if !ok {
		return
	}
	if end == 0 { // nothing is written
		answerBitfield(c, ops)
		return
	}
	o, ok := stringAt(c, c.Args[1])
	if !ok || !mayBeLong(c, end) {
		return
	}
	grows := isShorter(o, end)
	o = c.DB.EditString(c.Args[1], end)
	text, changes := o.Bytes(), 0
	c.ReplyArrayLen(len(ops))
	for _, op := range ops {
		if stored, changed := op.run(c, text); changed || stored && grows {
			changes++
		}
	}
	if changes > 0 {
		c.DB.Changed(o)
		c.Notify(NotifyString, "setbit", c.Args[1])
		c.MarkDirty(changes)
	}
}

func bitfieldRO(c *Client) {
	ops, end, ok := parseBitfield(c)
	switch {
	case !ok:
	case end > 0:
		c.ReplyError("ERR BITFIELD_RO only supports the GET subcommand")
	default:
		answerBitfield(c, ops)
	}
}

// answerBitfield runs operations that only read.
func answerBitfield(c *Client, ops []bitfieldOp) {
	var room object.Room
	text, ok := lookupString(c, c.Args[1], &room)
	if !ok {
		return
	}
	c.ReplyArrayLen(len(ops))
	for _, op := range ops {
		op.run(c, text)
	}
}

// parseBitfield reads the operations, or replies the error. end is how many bytes the string
// must have for those that write; 0 if none does.
func parseBitfield(c *Client) (ops []bitfieldOp, end int, ok bool) {
	how := wrapAround
	for args := c.Args[2:]; len(args) > 0; {
		op, words := bitfieldOp{overflow: how}, 0
		switch {
		case engine.IsOption(args[0], "get") && len(args) >= 3:
			op.kind, words = 'g', 3
		case engine.IsOption(args[0], "set") && len(args) >= 4:
			op.kind, words = 's', 4
		case engine.IsOption(args[0], "incrby") && len(args) >= 4:
			op.kind, words = 'i', 4
		case engine.IsOption(args[0], "overflow") && len(args) >= 2:
			if how, ok = parseOverflow(c, args[1]); !ok {
				return nil, 0, false
			}
			args = args[2:]
			continue
		default:
			c.ReplyError(engine.ErrSyntax)
			return nil, 0, false
		}
		if !op.parse(c, args[:words]) {
			return nil, 0, false
		}
		if op.kind != 'g' {
			end = max(end, (op.offset+op.width-1)/8+1)
		}
		ops = append(ops, op)
		args = args[words:]
	}
	return ops, end, true
}

func parseOverflow(c *Client, arg []byte) (how overflow, ok bool) {
	switch {
	case engine.IsOption(arg, "wrap"):
		return wrapAround, true
	case engine.IsOption(arg, "sat"):
		return saturate, true
	case engine.IsOption(arg, "fail"):
		return refuse, true
	}
	c.ReplyError("ERR Invalid OVERFLOW type specified")
	return 0, false
}

// parse reads an operation's type, place and number.
func (op *bitfieldOp) parse(c *Client, args [][]byte) bool {
	if !op.parseType(args[1]) {
		c.ReplyError("ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.")
		return false
	}
	var ok bool
	if op.offset, ok = parseBitOffset(c, args[2], true, op.width); !ok {
		return false
	}
	if op.kind != 'g' {
		op.argument, ok = c.ParseInt(args[3])
	}
	return ok
}

// parseType reads i1 to i64, or u1 to u63.
func (op *bitfieldOp) parseType(arg []byte) bool {
	if len(arg) < 2 || arg[0] != 'i' && arg[0] != 'u' {
		return false
	}
	op.signed = arg[0] == 'i'
	n, ok := resp.ParseInt(arg[1:])
	if !ok || n < 1 || op.signed && n > 64 || !op.signed && n > 63 {
		return false
	}
	op.width = int(n)
	return true
}

// run executes an operation and replies its result. It reports whether it has stored
// something, and something else than there was.
func (op *bitfieldOp) run(c *Client, text []byte) (stored, changed bool) {
	old := op.load(text)
	if op.kind == 'g' {
		c.ReplyInt(old)
		return false, false
	}
	value, increment := old, op.argument
	if op.kind == 's' {
		value, increment = op.argument, 0
	}
	value, overflows := op.add(value, increment)
	if overflows && op.overflow == refuse {
		c.ReplyNull()
		return false, false
	}
	op.store(text, uint64(value))
	now := op.load(text)
	if op.kind == 's' {
		c.ReplyInt(old)
	} else {
		c.ReplyInt(now)
	}
	return true, now != old
}

// load is the integer in the string; what is behind the end is 0.
func (op *bitfieldOp) load(text []byte) int64 {
	v := uint64(0)
	for i := range op.width {
		v = v<<1 | uint64(bitAt(text, op.offset+i))
	}
	if op.signed && op.width < 64 && v>>(op.width-1) == 1 {
		v |= math.MaxUint64 << op.width
	}
	return int64(v)
}

// store writes the lowest bits of a value to their place.
func (op *bitfieldOp) store(text []byte, v uint64) {
	for i := range op.width {
		at := op.offset + i
		bit := byte(v >> (op.width - 1 - i) & 1)
		shift := 7 - at%8
		text[at/8] = text[at/8]&^(1<<shift) | bit<<shift
	}
}

// add is the sum as it is to be stored, and whether it does not fit. Redis:
// checkSignedBitfieldOverflow, checkUnsignedBitfieldOverflow.
func (op *bitfieldOp) add(value, increment int64) (sum int64, overflows bool) {
	if !op.signed {
		return op.addUnsigned(uint64(value), increment)
	}
	greatest := int64(math.MaxInt64)
	if op.width < 64 {
		greatest = 1<<(op.width-1) - 1
	}
	least := -greatest - 1
	room, deficit := greatest-value, least-value // they wrap, where a value of 64 bits makes them
	sum = value + increment
	switch {
	case value > greatest || op.width != 64 && increment > room || value >= 0 && increment > 0 && increment > room:
		if op.overflow == saturate {
			return greatest, true
		}
		return sum, true
	case value < least || op.width != 64 && increment < deficit || value < 0 && increment < 0 && increment < deficit:
		if op.overflow == saturate {
			return least, true
		}
		return sum, true
	}
	return sum, false
}

func (op *bitfieldOp) addUnsigned(value uint64, increment int64) (sum int64, overflows bool) {
	greatest := uint64(1)<<op.width - 1
	sum = int64(value + uint64(increment))
	switch {
	case value > greatest || increment > 0 && increment > int64(greatest-value):
		if op.overflow == saturate {
			return int64(greatest), true
		}
		return sum, true
	case increment < 0 && increment < -int64(value):
		if op.overflow == saturate {
			return 0, true
		}
		return sum, true
	}
	return sum, false
}
