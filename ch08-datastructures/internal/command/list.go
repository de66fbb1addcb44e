// list.go: lists: elements in the order in which they were put there. Redis: t_list.c.

package command

import (
	"math"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
	"redis-internals/ch08/internal/zmalloc"
)

var listCommands = []Row{
	row("lpush", lpush, -3, Write|DenyOOM|Fast|Brief, ACLList, insertKey,
		doc("1.0.0", "O(N)", "<key> <element> [<element> ...]", "Puts elements in front of a list.")),
	row("rpush", rpush, -3, Write|DenyOOM|Fast|Brief, ACLList, insertKey,
		doc("1.0.0", "O(N)", "<key> <element> [<element> ...]", "Puts elements at the end of a list.")),
	row("lpushx", lpushx, -3, Write|DenyOOM|Fast|Brief, ACLList, insertKey,
		doc("2.2.0", "O(N)", "<key> <element> [<element> ...]", "Puts elements in front of a list, if there is one.")),
	row("rpushx", rpushx, -3, Write|DenyOOM|Fast|Brief, ACLList, insertKey,
		doc("2.2.0", "O(N)", "<key> <element> [<element> ...]", "Puts elements at the end of a list, if there is one.")),
	row("linsert", linsert, 5, Write|DenyOOM, ACLList, insertKey,
		doc("2.2.0", "O(1)", "<key> (BEFORE|AFTER) <pivot> <element>", "Puts an element before or after another one in a list.")),
	row("llen", llen, 2, ReadOnly|Fast|Brief, ACLList, seenKey,
		doc("1.0.0", "O(1)", "<key>", "Answers how many elements a list has.")),
	row("lindex", lindex, 3, ReadOnly|Brief, ACLList, readKey,
		doc("1.0.0", "O(1)", "<key> <index>", "Answers the element at a place in a list.")),
	row("lset", lset, 4, Write|DenyOOM|Brief, ACLList, updateKey,
		doc("1.0.0", "O(1)", "<key> <index> <element>", "Puts another element at a place in a list.")),
	row("lpop", lpop, -2, Write|Fast|Brief, ACLList, takeKey,
		doc("1.0.0", "O(N)", "<key> [<count>]", "Removes the first elements of a list, and answers them.")),
	row("rpop", rpop, -2, Write|Fast|Brief, ACLList, takeKey,
		doc("1.0.0", "O(N)", "<key> [<count>]", "Removes the last elements of a list, and answers them.")),
	row("lrange", lrange, 4, ReadOnly, ACLList, readKey,
		doc("1.0.0", "O(S+N)", "<key> <start> <stop>", "Answers the elements between two places in a list.")),
	row("ltrim", ltrim, 4, Write, ACLList, deleteKey,
		doc("1.0.0", "O(N)", "<key> <start> <stop>", "Removes all elements of a list but those between two places.")),
	row("lpos", lpos, -3, ReadOnly, ACLList, readKey,
		doc("6.0.6", "O(N)", "<key> <element> [RANK <rank>] [COUNT <num-matches>] [MAXLEN <len>]", "Answers at which places in a list an element is.")),
	row("lrem", lrem, 4, Write, ACLList, deleteKey,
		doc("1.0.0", "O(N+M)", "<key> <count> <element>", "Removes elements that are equal to one from a list.")),
	row("rpoplpush", rpoplpush, 3, Write|DenyOOM|Brief, ACLList, moveKeys,
		deprecated("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments", doc("1.2.0", "O(1)", "<source> <destination>", "Moves the last element of a list to the front of another one."))),
	row("lmove", lmove, 5, Write|DenyOOM|Brief, ACLList, moveKeys,
		doc("6.2.0", "O(1)", "<source> <destination> (LEFT|RIGHT) (LEFT|RIGHT)", "Moves an element from an end of a list to an end of another one.")),
	row("lmpop", lmpop, -4, Write|MovableKeys, ACLList, countedTaken,
		doc("7.0.0", "O(N+M)", "<numkeys> <key> [<key> ...] (LEFT|RIGHT) [COUNT <count>]", "Removes elements of the first of some lists that is there, and answers them.")),
}

// Which end of a list: the front is the left, the head. So `if end` asks for the front.
const (
	front = true
	back  = false
)

func lpush(c *Client)  { push(c, front) }
func rpush(c *Client)  { push(c, back) }
func lpushx(c *Client) { pushIfThere(c, front) }
func rpushx(c *Client) { pushIfThere(c, back) }

func push(c *Client, end bool) {
	if !hasRoomToPush(c) {
		return
	}
	if o, ok := editOrCreate(c, c.Args[1], object.ListType); ok {
		pushAll(c, o, end)
	}
}

func pushIfThere(c *Client, end bool) {
	o, ok := edit(c, c.Args[1], object.ListType)
	switch {
	case !ok:
	case o == nil:
		c.ReplyInt(0)
	case hasRoomToPush(c):
		pushAll(c, o, end)
	}
}

const (
	fewElements = 64 // what so many take beside their bytes is asked for before any command
	perElement  = 64 // bytes that an element with a node to itself takes beside its own, at most
)

// hasRoomToPush reports whether there is memory for the elements of the request, or replies
// the error. That there is for their bytes has been asked before.
func hasRoomToPush(c *Client) bool {
	n := len(c.Args) - 2
	if n <= fewElements {
		return true
	}
	n *= perElement
	for _, element := range c.Args[2:] {
		n += len(element)
	}
	if zmalloc.HasRoom(n) {
		return true
	}
	c.ReplyError(engine.ErrNoMemory)
	return false
}

// pushAll adds the elements of the request, one after the other. Redis: pushGenericCommand.
func pushAll(c *Client, o *object.Object, end bool) {
	l := o.List(c.DB.Env())
	for _, element := range c.Args[2:] {
		l.Push(end, element)
	}
	n := l.Len()
	done(c, o, len(c.Args)-2, pushEvent(end))
	c.ReplyInt(int64(n))
}

func pushEvent(end bool) string {
	if end {
		return "lpush"
	}
	return "rpush"
}

func popEvent(end bool) string {
	if end {
		return "lpop"
	}
	return "rpop"
}

// replyElement replies the element at a place.
func replyElement(c *Client, l object.List, p object.Pos) {
	var room object.Room
	c.ReplyBulk(object.TextOf(l.At(p), &room))
}

func lpop(c *Client) { popCommand(c, front) }
func rpop(c *Client) { popCommand(c, back) }

// popCommand answers LPOP and RPOP. Redis: popGenericCommand.
func popCommand(c *Client, end bool) {
	n, counted := 1, len(c.Args) == 3
	if len(c.Args) > 3 {
		c.ReplyError("ERR wrong number of arguments for '" + c.Command.Name + "' command")
		return
	}
	if counted {
		var ok bool
		if n, ok = parsePositive(c, c.Args[2]); !ok {
			return
		}
	}
	o, ok := edit(c, c.Args[1], object.ListType)
	switch {
	case !ok:
	case o == nil && counted:
		c.ReplyNullArray()
	case o == nil:
		c.ReplyNull()
	case !counted:
		replyPop(c, o, end)
	default:
		replyPops(c, o, end, n)
	}
}

// replyPop replies the element at an end of a list that has one, and takes it away. The list
// may be gone then. BLPOP and BRPOP reply the key before it.
func replyPop(c *Client, o *object.Object, end bool) {
	l := o.List(c.DB.Env())
	p := l.End(end)
	replyElement(c, l, p)
	l.Delete(p)
	done(c, o, 1, popEvent(end))
}

// replyPops replies an array of up to n elements from an end on, and takes them away. The
// list may be gone then. BLMPOP replies the key before it.
func replyPops(c *Client, o *object.Object, end bool, n int) {
	l := o.List(c.DB.Env())
	n = min(n, l.Len())
	c.ReplyArrayLen(n)
	p := l.End(end)
	for range n {
		replyElement(c, l, p)
		p = l.Step(p, end)
	}
	if end {
		l.DeleteRange(0, n)
	} else {
		l.DeleteRange(-n, n)
	}
	if n > 0 {
		done(c, o, n, popEvent(end))
	}
}

func llen(c *Client) {
	if o, ok := lookup(c, c.Args[1], object.ListType); ok {
		c.ReplyInt(int64(count(o)))
	}
}

func lindex(c *Client) {
	o, ok := lookup(c, c.Args[1], object.ListType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyNull()
		return
	}
	index, ok := c.ParseInt(c.Args[2])
	if !ok {
		return
	}
	l := o.List(c.DB.Env())
	if p := seek(l, index); !p.IsNone() {
		replyElement(c, l, p)
		return
	}
	c.ReplyNull()
}

// seek is the place of an element, counted from the end if index is negative; none if there
// is none.
func seek(l object.List, index int64) object.Pos {
	if n := int64(l.Len()); index >= n || index < -n {
		return object.Pos{}
	}
	return l.Seek(int(index))
}

func lset(c *Client) {
	o, ok := edit(c, c.Args[1], object.ListType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyError(engine.ErrNoSuchKey)
		return
	}
	index, ok := c.ParseInt(c.Args[2])
	if !ok {
		return
	}
	l := o.List(c.DB.Env())
	p := seek(l, index)
	if p.IsNone() {
		c.ReplyError("ERR index out of range")
		return
	}
	l.Replace(p, c.Args[3])
	done(c, o, 1, "lset")
	c.ReplyOK()
}

// parseRange reads the first and the last place of a range, or replies the error.
func parseRange(c *Client) (from, to int64, ok bool) {
	if from, ok = c.ParseInt(c.Args[2]); !ok {
		return 0, 0, false
	}
	to, ok = c.ParseInt(c.Args[3])
	return from, to, ok
}

// clip is a range of places, negative ones counted from the end, within n elements: the
// first, and how many.
func clip(from, to int64, n int) (first, many int) {
	length := int64(n)
	if from < 0 {
		from = max(0, from+length)
	}
	if to < 0 {
		to += length
	}
	to = min(to, length-1)
	if from > to {
		return 0, 0
	}
	return int(from), int(to - from + 1)
}

func lrange(c *Client) {
	from, to, ok := parseRange(c)
	if !ok {
		return
	}
	o, ok := lookup(c, c.Args[1], object.ListType)
	if !ok {
		return
	}
	first, n := clip(from, to, count(o))
	c.ReplyArrayLen(n)
	if n == 0 {
		return
	}
	expectElements(c, o, n)
	l := o.List(c.DB.Env())
	var room object.Room
	for p := l.Seek(first); n > 0; n-- {
		v, next := l.Read(p)
		c.ReplyBulk(object.TextOf(v, &room))
		p = next
	}
}

func ltrim(c *Client) {
	from, to, ok := parseRange(c)
	if !ok {
		return
	}
	o, ok := edit(c, c.Args[1], object.ListType)
	if !ok {
		return
	}
	if o != nil {
		l := o.List(c.DB.Env())
		length := l.Len()
		first, n := clip(from, to, length)
		l.DeleteRange(first+n, length-first-n)
		l.DeleteRange(0, first)
		if c.Notifies() {
			notifyDone(c, o, 1, "ltrim")
		}
		c.DB.Done(o, 1) // who watches it is told even if all stay, as in Redis
		c.MarkDirty(length - n)
	}
	c.ReplyOK()
}

// linsert answers LINSERT. Redis: linsertCommand.
func linsert(c *Client) {
	after := engine.IsOption(c.Args[2], "after")
	if !after && !engine.IsOption(c.Args[2], "before") {
		c.ReplyError(engine.ErrSyntax)
		return
	}
	o, ok := edit(c, c.Args[1], object.ListType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyInt(0)
		return
	}
	l := o.List(c.DB.Env())
	p := find(l, l.First(), front, c.Args[3])
	switch {
	case p.IsNone():
		c.ReplyInt(-1)
		return
	case after:
		l.InsertAfter(p, c.Args[4])
	default:
		l.InsertBefore(p, c.Args[4])
	}
	n := l.Len()
	done(c, o, 1, "linsert")
	c.ReplyInt(int64(n))
}

// find is the place of the first element that is text, from a place on.
func find(l object.List, p object.Pos, end bool, text []byte) object.Pos {
	for ; !p.IsNone(); p = l.Step(p, end) {
		if l.At(p).Is(text) {
			break
		}
	}
	return p
}

// lrem answers LREM. Redis: lremCommand.
func lrem(c *Client) {
	n, ok := c.ParseInt(c.Args[2])
	if !ok {
		return
	}
	o, ok := edit(c, c.Args[1], object.ListType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyInt(0)
		return
	}
	l, removed := o.List(c.DB.Env()), int64(0)
	end := n >= 0
	for p := l.End(end); !p.IsNone(); {
		if !l.At(p).Is(c.Args[3]) {
			p = l.Step(p, end)
			continue
		}
		p = remove(l, p, end)
		if removed++; removed == n || removed == -n {
			break
		}
	}
	done(c, o, int(removed), "lrem")
	c.ReplyInt(removed)
}

// remove takes an element away, and returns the place that comes next.
func remove(l object.List, p object.Pos, end bool) object.Pos {
	next := l.Delete(p)
	switch {
	case end:
		return next
	case next.IsNone():
		return l.Last()
	default:
		return l.Prev(next)
	}
}

// posOptions are those of LPOS.
type posOptions struct {
	rank          int // the first match to answer; negative: from the end
	count, maxLen int // 0 is all
	counted       bool
}

// parsePosOptions replies the error if they are none. Redis: lposCommand.
func parsePosOptions(c *Client) (o posOptions, ok bool) {
	o.rank = 1
	for args := c.Args[3:]; len(args) > 0; args = args[2:] {
		switch {
		case len(args) == 1:
			c.ReplyError(engine.ErrSyntax)
			return o, false
		case engine.IsOption(args[0], "rank"):
			rank, ok := c.ParseInt(args[1])
			if !ok {
				return o, false
			}
			if o.rank = int(rank); rank == 0 {
				c.ReplyError("ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list")
				return o, false
			}
		case engine.IsOption(args[0], "count"):
			o.counted = true
			if o.count, ok = parseNotNegative(c, args[1], "ERR COUNT can't be negative"); !ok {
				return o, false
			}
		case engine.IsOption(args[0], "maxlen"):
			if o.maxLen, ok = parseNotNegative(c, args[1], "ERR MAXLEN can't be negative"); !ok {
				return o, false
			}
		default:
			c.ReplyError(engine.ErrSyntax)
			return o, false
		}
	}
	if o.rank == math.MinInt64 { // it has no opposite: in Redis every match is late enough, and COUNT is never reached
		o.rank, o.count = -1, 0
	}
	return o, true
}

// parseNotNegative reads a number that may be 0 or more, or replies the error.
func parseNotNegative(c *Client, arg []byte, otherwise string) (n int, ok bool) {
	v, ok := resp.ParseInt(arg)
	if !ok || v < 0 {
		c.ReplyError(otherwise)
		return 0, false
	}
	return int(v), true
}

// lpos answers LPOS.
func lpos(c *Client) {
	options, ok := parsePosOptions(c)
	if !ok {
		return
	}
	o, ok := lookup(c, c.Args[1], object.ListType)
	if !ok {
		return
	}
	at, found := c.BeginArray(), 0
	if o != nil {
		found = replyPlaces(c, o.List(c.DB.Env()), options)
	}
	switch {
	case options.counted:
		c.EndArray(at, found)
	case found == 0:
		c.ReplyNull()
	}
}

// replyPlaces replies at which places the element is, as the options say, and returns how
// many they are.
func replyPlaces(c *Client, l object.List, o posOptions) (found int) {
	end, skip := front, o.rank-1
	index, step := 0, 1
	if o.rank < 0 {
		end, skip = back, -o.rank-1
		index, step = l.Len()-1, -1
	}
	looked := 0
	for p := l.End(end); !p.IsNone() && (o.maxLen == 0 || looked < o.maxLen); p = l.Step(p, end) {
		if l.At(p).Is(c.Args[2]) {
			if skip > 0 {
				skip--
			} else {
				c.ReplyInt(int64(index))
				if found++; !o.counted || found == o.count {
					break
				}
			}
		}
		index += step
		looked++
	}
	return found
}
