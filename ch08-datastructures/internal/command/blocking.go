// blocking.go: commands that wait for an element if there is none. Redis: t_list.c,
// blockingPopGenericCommand and blmoveGenericCommand.

package command

import (
	"math"

	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
)

var blockingCommands = []Row{
	row("blpop", blpop, -3, Write|NoScript|Blocking, ACLList, takenBeforeLast,
		doc("2.0.0", "O(N)", "<key> [<key> ...] <timeout>", "Removes the first element of a list, and answers it; waits for one.")),
	row("brpop", brpop, -3, Write|NoScript|Blocking, ACLList, takenBeforeLast,
		doc("2.0.0", "O(N)", "<key> [<key> ...] <timeout>", "Removes the last element of a list, and answers it; waits for one.")),
	row("blmove", blmove, 6, Write|DenyOOM|NoScript|Blocking, ACLList, moveKeys,
		doc("6.2.0", "O(1)", "<source> <destination> (LEFT|RIGHT) (LEFT|RIGHT) <timeout>", "Moves an element from an end of a list to an end of another one; waits for one.")),
	row("brpoplpush", brpoplpush, 4, Write|DenyOOM|NoScript|Blocking, ACLList, moveKeys,
		deprecated("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments", doc("2.2.0", "O(1)", "<source> <destination> <timeout>", "Moves the last element of a list to the front of another one; waits for one."))),
	row("blmpop", blmpop, -5, Write|Blocking|MovableKeys, ACLList, countedAfterTimeout,
		doc("7.0.0", "O(N+M)", "<timeout> <numkeys> <key> [<key> ...] (LEFT|RIGHT) [COUNT <count>]", "Removes elements of the first of some lists that is there, and answers them; waits for some.")),
}

// parseTimeout reads a time in seconds, and returns when it will be over, in Unix
// milliseconds; 0 is never. Or it replies the error. Redis: timeout.c,
// getTimeoutFromObjectOrReply.
func parseTimeout(c *Client, arg []byte) (deadline int64, ok bool) {
	seconds, ok := number.ParseFloat(arg)
	if !ok {
		c.ReplyError("ERR timeout is not a float or out of range")
		return 0, false
	}
	ms, now := math.Ceil(seconds*1000), c.Engine.NowMs()
	switch {
	case ms < 0 || ms >= math.MaxInt64: // what is too long is negative in C
		c.ReplyError("ERR timeout is negative")
		return 0, false
	case ms == 0 || int64(ms) > math.MaxInt64-now:
		return 0, true
	}
	return int64(ms) + now, true
}

// keysToTry are the keys that a command looks at: all, or the one for which it has waited.
func keysToTry(c *Client, keys [][]byte) [][]byte {
	if key := c.Ready(); key != nil {
		return [][]byte{key}
	}
	return keys
}

func replyNullArray(c *Client) { c.ReplyNullArray() }

func blpop(c *Client) { blockingPop(c, front) }
func brpop(c *Client) { blockingPop(c, back) }

func blockingPop(c *Client, end bool) {
	last := len(c.Args) - 1
	deadline, ok := parseTimeout(c, c.Args[last])
	if !ok {
		return
	}
	keys := c.Args[1:last]
	for _, key := range keysToTry(c, keys) {
		o, ok := edit(c, key, object.ListType)
		if !ok {
			return
		}
		if o == nil {
			continue
		}
		c.ReplyArrayLen(2)
		c.ReplyBulk(key)
		c.PropagateAs(popWord(end), key)
		replyPop(c, o, end)
		return
	}
	wait(c, keys, object.ListType, deadline, replyNullArray)
}

// popWord is the command that pops from an end, as it is logged.
func popWord(end bool) []byte {
	if end {
		return wordLpop
	}
	return wordRpop
}

// wait makes the client wait; inside of a transaction it replies at once what it would at
// the end.
func wait(c *Client, keys [][]byte, kind object.Type, deadline int64, timedOut func(*Client)) {
	if !c.MayBlock() {
		timedOut(c)
		return
	}
	c.Block(keys, kind, deadline, timedOut)
}

func blmove(c *Client) {
	from, ok := parseEnd(c, c.Args[3])
	if !ok {
		return
	}
	to, ok := parseEnd(c, c.Args[4])
	if ok {
		blockingMove(c, from, to, c.Args[5])
	}
}

func brpoplpush(c *Client) { blockingMove(c, back, front, c.Args[3]) }

var (
	wordLmove     = []byte("LMOVE")
	wordRpoplpush = []byte("RPOPLPUSH")
	wordLeft      = []byte("LEFT")
	wordRight     = []byte("RIGHT")
)

// blockingMove answers BLMOVE and BRPOPLPUSH.
func blockingMove(c *Client, from, to bool, timeout []byte) {
	deadline, ok := parseTimeout(c, timeout)
	if !ok {
		return
	}
	o, ok := edit(c, c.Args[1], object.ListType)
	switch {
	case !ok:
	case o == nil && c.MayBlock():
		c.Block(c.Args[1:2], object.ListType, deadline, replyNullArray)
	case o == nil:
		c.ReplyNull()
	default:
		if c.Command.Name == "brpoplpush" {
			c.PropagateAs(wordRpoplpush, c.Args[1], c.Args[2])
		} else {
			c.PropagateAs(wordLmove, c.Args[1], c.Args[2], endWord(from), endWord(to))
		}
		moveElement(c, from, to)
	}
}

func endWord(end bool) []byte {
	if end {
		return wordLeft
	}
	return wordRight
}

func blmpop(c *Client) {
	options, ok := parsePop(c, c.Args[2:], "left", "right")
	if !ok {
		return
	}
	deadline, ok := parseTimeout(c, c.Args[1])
	if !ok {
		return
	}
	keys := options.keys
	options.keys = keysToTry(c, keys)
	if served, ok := popFirst(c, options); ok && !served {
		wait(c, keys, object.ListType, deadline, replyNullArray)
	}
}
