// move.go: elements from one list to another, and from the first of several lists. Redis:
// t_list.c, lmoveGenericCommand and mpopGenericCommand.

package command

import (
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
	"redis-internals/ch08/internal/zmalloc"
)

func lmove(c *Client) {
	from, ok := parseEnd(c, c.Args[3])
	if !ok {
		return
	}
	to, ok := parseEnd(c, c.Args[4])
	if ok {
		moveElement(c, from, to)
	}
}

func rpoplpush(c *Client) { moveElement(c, back, front) }

// parseEnd reads LEFT or RIGHT, or replies the error.
func parseEnd(c *Client, arg []byte) (end, ok bool) {
	switch {
	case engine.IsOption(arg, "left"):
		return front, true
	case engine.IsOption(arg, "right"):
		return back, true
	}
	c.ReplyError(engine.ErrSyntax)
	return false, false
}

// moveElement moves an element from an end of the list at the first key to an end of the
// one at the second, and replies it; null, if there is none.
func moveElement(c *Client, from, to bool) {
	source, ok := edit(c, c.Args[1], object.ListType)
	switch {
	case !ok:
	case source == nil:
		c.ReplyNull()
	default:
		replyMove(c, source, c.Args[2], from, to)
	}
}

// replyMove moves an element from an end of a list that has one to an end of the list at
// key, and replies it. The first list may be gone then. It reports false if it has replied
// an error, and nothing is moved: the key is of another type, or there is no memory. It is
// what BLMOVE and BRPOPLPUSH do when there is an element. O(1). Redis: lmoveHandlePush.
func replyMove(c *Client, source *object.Object, key []byte, from, to bool) (ok bool) {
	target, ok := edit(c, key, object.ListType)
	if !ok {
		return false
	}
	l := source.List(c.DB.Env())
	p := l.End(from)
	if !zmalloc.HasRoom(len(l.At(p).Text)) {
		c.ReplyError(engine.ErrNoMemory)
		return false
	}
	start := len(c.Reply)
	replyElement(c, l, p)
	if len(c.Reply) == start { // there is no memory for the reply, and the client goes
		return false
	}
	element := bulkOf(c.Reply[start:])
	l.Delete(p)
	if target == nil {
		target = c.DB.Create(key, object.ListType)
	}
	target.List(c.DB.Env()).Push(to, element)
	done(c, target, 1, pushEvent(to))
	if c.Notifies() {
		notifyDone(c, source, 1, popEvent(from))
	}
	if source != target {
		c.DB.Done(source, 1)
	}
	return true
}

// bulkOf is the bytes of a bulk string that has just been replied.
func bulkOf(reply []byte) []byte {
	for i, b := range reply {
		if b == '\n' {
			return reply[i+1 : len(reply)-len("\r\n")]
		}
	}
	return nil
}

// popOptions are what LMPOP, ZMPOP and their blocking forms are told.
type popOptions struct {
	keys  [][]byte
	end   bool // the front: LEFT, or MIN
	count int
}

// parsePop reads the number of keys, the keys, an end and perhaps COUNT, or replies the
// error.
func parsePop(c *Client, args [][]byte, frontName, backName string) (o popOptions, ok bool) {
	n, ok := resp.ParseInt(args[0])
	switch {
	case !ok || n <= 0:
		c.ReplyError("ERR numkeys should be greater than 0")
		return o, false
	case n >= int64(len(args)-1):
		c.ReplyError(engine.ErrSyntax)
		return o, false
	}
	o.keys, o.count = args[1:1+n], 1
	args = args[1+n:]
	switch {
	case engine.IsOption(args[0], frontName):
		o.end = front
	case engine.IsOption(args[0], backName):
		o.end = back
	default:
		c.ReplyError(engine.ErrSyntax)
		return o, false
	}
	args = args[1:]
	if len(args) == 0 {
		return o, true
	}
	if len(args) == 1 || !engine.IsOption(args[0], "count") {
		c.ReplyError(engine.ErrSyntax)
		return o, false
	}
	v, ok := resp.ParseInt(args[1])
	if !ok || v <= 0 {
		c.ReplyError("ERR count should be greater than 0")
		return o, false
	}
	o.count = int(v)
	if len(args) > 2 {
		c.ReplyError(engine.ErrSyntax)
		return o, false
	}
	return o, true
}

var (
	wordLpop = []byte("LPOP")
	wordRpop = []byte("RPOP")
)

// lmpop answers LMPOP. Redis: lmpopCommand.
func lmpop(c *Client) {
	options, ok := parsePop(c, c.Args[1:], "left", "right")
	if !ok {
		return
	}
	if served, ok := popFirst(c, options); ok && !served {
		c.ReplyNullArray()
	}
}

// popFirst pops from the first of the lists that is there, and replies its key and the
// elements. ok is false if one is of another type, which it has replied. It is what BLMPOP
// begins with.
func popFirst(c *Client, options popOptions) (served, ok bool) {
	for _, key := range options.keys {
		o, ok := edit(c, key, object.ListType)
		if !ok {
			return false, false
		}
		if o == nil {
			continue
		}
		c.ReplyArrayLen(2)
		c.ReplyBulk(key)
		n := min(options.count, o.Count())
		word := wordRpop
		if options.end {
			word = wordLpop
		}
		c.PropagateAs(word, key, c.Engine.Decimal(int64(n)))
		replyPops(c, o, options.end, n)
		return true, true
	}
	return false, true
}
