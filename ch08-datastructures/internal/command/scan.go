// scan.go: going through keys, or what is in one, some at a time.
//
// The server keeps nothing between two calls: the cursor says all. What is there from the
// first call to the last is answered, some of it more than once (structures/dict, scan.go).
// What stands in one block is answered by one call, however small COUNT is.
//
// Redis: db.c, scanGenericCommand.

package command

import (
	"bytes"
	"strconv"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/glob"
	"redis-internals/ch08/internal/object"
)

var scanCommands = []Row{
	row("scan", scan, -2, ReadOnly, ACLKeyspace, noKeys,
		doc("2.8.0", "O(1)", "<cursor> [MATCH <pattern>] [COUNT <count>] [TYPE <type>]", "Goes through the keys, some at a time.", "nondeterministic_output", "request_policy:special")),
}

// scanOptions are those of SCAN and its neighbours.
type scanOptions struct {
	pattern []byte // nil is all
	count   int    // about how many to look at
	kind    []byte // the only type that is answered; nil is all
}

// wants reports whether a key, or a name in a collection, matches.
func (s *scanOptions) wants(name []byte) bool { return s.pattern == nil || glob.Match(s.pattern, name) }

// parseScanOptions replies the error if they are none. Only keys have types.
func parseScanOptions(c *Client, args [][]byte, typed bool) (s scanOptions, ok bool) {
	s.count = 10
	for ; len(args) > 0; args = args[2:] {
		switch {
		case len(args) > 1 && engine.IsOption(args[0], "count"):
			n, ok := c.ParseInt(args[1])
			if !ok {
				return s, false
			}
			if n < 1 {
				c.ReplyError(engine.ErrSyntax)
				return s, false
			}
			s.count = int(min(n, maxScanCount))
		case len(args) > 1 && engine.IsOption(args[0], "match"):
			if s.pattern = args[1]; string(s.pattern) == "*" {
				s.pattern = nil
			}
		case len(args) > 1 && typed && engine.IsOption(args[0], "type"):
			s.kind = args[1]
		default:
			c.ReplyError(engine.ErrSyntax)
			return s, false
		}
	}
	return s, true
}

// maxScanCount is more than there can be of anything.
const maxScanCount = 1 << 40

// parseCursor reads a cursor as C's strtoul does, or replies the error. Redis: db.c,
// parseScanCursorOrReply.
func parseCursor(c *Client, arg []byte) (cursor uint64, ok bool) {
	digits, negative := arg, false
	if i := bytes.IndexByte(digits, 0); i >= 0 {
		digits = digits[:i]
	}
	if len(digits) > 1 && (digits[0] == '-' || digits[0] == '+') {
		digits, negative = digits[1:], digits[0] == '-'
	}
	cursor, err := strconv.ParseUint(string(digits), 10, 64)
	if len(digits) == 0 {
		err = nil
	}
	if err != nil || len(digits) > 0 && (digits[0] == '+' || digits[0] == '_') {
		c.ReplyError("ERR invalid cursor")
		return 0, false
	}
	if negative {
		cursor = -cursor
	}
	return cursor, true
}

// scan answers SCAN.
func scan(c *Client) {
	cursor, ok := parseCursor(c, c.Args[1])
	if !ok {
		return
	}
	s, ok := parseScanOptions(c, c.Args[2:], true)
	if !ok {
		return
	}
	var found [][]byte
	cursor = c.DB.Scan(cursor, s.count, func(o *object.Object) {
		if !s.wants(o.Key()) {
			return
		}
		if s.kind != nil {
			c.Engine.Keyspace.Stats.Hits++ // as in Redis, which looks the key up
			if !engine.IsOption(s.kind, o.Type().String()) {
				return
			}
		}
		found = append(found, o.Key())
	})
	c.ReplyArrayLen(2)
	replyCursor(c, cursor)
	c.ReplyArrayLen(len(found))
	for _, key := range found {
		c.ReplyBulk(key)
	}
}

func replyCursor(c *Client, cursor uint64) {
	var room [20]byte
	c.ReplyBulk(strconv.AppendUint(room[:0], cursor, 10))
}

// scanCollection answers SSCAN, HSCAN and ZSCAN.
func scanCollection(c *Client, t object.Type) {
	cursor, ok := parseCursor(c, c.Args[2])
	if !ok {
		return
	}
	o, ok := lookup(c, c.Args[1], t)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyArrayLen(2)
		c.ReplyBulkString("0")
		c.ReplyArrayLen(0)
		return
	}
	s, ok := parseScanOptions(c, c.Args[3:], false)
	if !ok {
		return
	}
	c.ReplyArrayLen(2)
	head, n := c.BeginArray(), 0
	var room [32]byte
	next := o.Items(cursor, s.count, func(i object.Item) {
		if !s.wants(i.Name) {
			return
		}
		c.ReplyBulk(i.Name)
		n++
		switch t {
		case object.HashType:
			c.ReplyBulk(i.Value)
			n++
		case object.SortedSetType:
			c.ReplyBulk(o.AppendScore(room[:0], i.Score))
			n++
		}
	})
	var digits [32]byte
	text := strconv.AppendUint(digits[:0], next, 10)
	c.EndArray(head, n)
	c.InsertBulk(head, text)
}
