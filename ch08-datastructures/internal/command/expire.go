// expire.go: how long keys live. Redis: expire.c.

package command

import (
	"math"

	"redis-internals/ch08/internal/engine"
)

var expireCommands = []Row{
	row("expire", expire, -3, Write|Fast|Brief, ACLKeyspace, updateKey,
		doc("1.0.0", "O(1)", "<key> <seconds> [NX|XX|GT|LT]", "Makes a key expire in so many seconds.")),
	row("expireat", expireAt, -3, Write|Fast|Brief, ACLKeyspace, updateKey,
		doc("1.2.0", "O(1)", "<key> <unix-time-seconds> [NX|XX|GT|LT]", "Makes a key expire at a time in seconds.")),
	row("pexpire", pexpire, -3, Write|Fast|Brief, ACLKeyspace, updateKey,
		doc("2.6.0", "O(1)", "<key> <milliseconds> [NX|XX|GT|LT]", "Makes a key expire in so many milliseconds.")),
	row("pexpireat", pexpireAt, -3, Write|Fast|Brief, ACLKeyspace, updateKey,
		doc("2.6.0", "O(1)", "<key> <unix-time-milliseconds> [NX|XX|GT|LT]", "Makes a key expire at a time in milliseconds.")),
	row("persist", persist, 2, Write|Fast|Brief, ACLKeyspace, updateKey,
		doc("2.2.0", "O(1)", "<key>", "Makes a key stay.")),
	row("ttl", ttl, 2, ReadOnly|Fast|Brief, ACLKeyspace, readKey,
		doc("1.0.0", "O(1)", "<key>", "Answers how many seconds a key has left.", "nondeterministic_output")),
	row("pttl", pttl, 2, ReadOnly|Fast|Brief, ACLKeyspace, readKey,
		doc("2.6.0", "O(1)", "<key>", "Answers how many milliseconds a key has left.", "nondeterministic_output")),
	row("expiretime", expireTime, 2, ReadOnly|Fast|Brief, ACLKeyspace, readKey,
		doc("7.0.0", "O(1)", "<key>", "Answers when a key expires, in seconds.")),
	row("pexpiretime", pexpireTime, 2, ReadOnly|Fast|Brief, ACLKeyspace, readKey,
		doc("7.0.0", "O(1)", "<key>", "Answers when a key expires, in milliseconds.")),
}

const second = 1000 // milliseconds

// The words of rewritten commands.
var (
	wordDel       = []byte("DEL")
	wordPexpireAt = []byte("PEXPIREAT")
)

func expire(c *Client)    { expireGeneric(c, c.Engine.NowMs(), second) }
func expireAt(c *Client)  { expireGeneric(c, 0, second) }
func pexpire(c *Client)   { expireGeneric(c, c.Engine.NowMs(), 1) }
func pexpireAt(c *Client) { expireGeneric(c, 0, 1) }

// expireGeneric makes a key expire at a time that is given in units of so many
// milliseconds from base. A time that has passed deletes the key. Redis:
// expire.c, expireGenericCommand.
func expireGeneric(c *Client, base, unit int64) {
	key := c.Args[1]
	condition, ok := parseExpireCondition(c)
	if !ok {
		return
	}
	n, ok := c.ParseInt(c.Args[2])
	if !ok {
		return
	}
	if n > math.MaxInt64/unit || n < math.MinInt64/unit || n*unit > math.MaxInt64-base {
		replyInvalidExpire(c)
		return
	}
	at := n*unit + base
	if c.DB.LookupWrite(key) == nil || !condition.allows(c, key, at) {
		c.ReplyInt(0)
		return
	}
	if at <= c.Engine.NowMs() {
		c.DB.Delete(key)
		c.Notify(NotifyGeneric, "del", key)
		c.PropagateAs(wordDel, key)
	} else {
		c.DB.SetExpire(key, at)
		c.Notify(NotifyGeneric, "expire", key)
		c.PropagateAs(wordPexpireAt, key, c.Engine.Decimal(at))
	}
	c.MarkDirty(1)
	c.ReplyInt(1)
}

// expireCondition says when EXPIRE may change a time.
type expireCondition struct {
	nx bool // if there is none
	xx bool // if there is one
	gt bool // if the new one is later
	lt bool // if it is sooner
}

// parseExpireCondition replies the error if the options are none or contradict
// each other. Redis: expire.c, parseExtendedExpireArgumentsOrReply.
func parseExpireCondition(c *Client) (e expireCondition, ok bool) {
	for _, option := range c.Args[3:] {
		switch {
		case engine.IsOption(option, "nx"):
			e.nx = true
		case engine.IsOption(option, "xx"):
			e.xx = true
		case engine.IsOption(option, "gt"):
			e.gt = true
		case engine.IsOption(option, "lt"):
			e.lt = true
		default:
			c.ReplyError("ERR Unsupported option " + engine.Quoted(option, len(option)))
			return e, false
		}
	}
	switch {
	case e.nx && (e.xx || e.gt || e.lt):
		c.ReplyError("ERR NX and XX, GT or LT options at the same time are not compatible")
		return e, false
	case e.gt && e.lt:
		c.ReplyError("ERR GT and LT options at the same time are not compatible")
		return e, false
	}
	return e, true
}

// allows reports whether the key may expire at that time. A key without a time
// counts as one that expires in the infinite future.
func (e expireCondition) allows(c *Client, key []byte, at int64) bool {
	current, expires := c.DB.ExpireAt(key)
	switch {
	case e.nx && expires, e.xx && !expires:
		return false
	case e.gt && (!expires || at <= current):
		return false
	case e.lt && expires && at >= current:
		return false
	}
	return true
}

func replyInvalidExpire(c *Client) {
	c.ReplyError("ERR invalid expire time in '" + c.Command.Name + "' command")
}

func persist(c *Client) {
	if c.DB.LookupWrite(c.Args[1]) != nil && c.DB.Persist(c.Args[1]) {
		c.Notify(NotifyGeneric, "persist", c.Args[1])
		c.MarkDirty(1)
		c.ReplyInt(1)
		return
	}
	c.ReplyInt(0)
}

func ttl(c *Client)         { replyTTL(c, c.Engine.NowMs(), second) }
func pttl(c *Client)        { replyTTL(c, c.Engine.NowMs(), 1) }
func expireTime(c *Client)  { replyTTL(c, 0, second) }
func pexpireTime(c *Client) { replyTTL(c, 0, 1) }

// replyTTL answers when a key expires, from base on, rounded to units of so many
// milliseconds; -1 if it never does, -2 if there is none. Redis: expire.c,
// ttlGenericCommand.
func replyTTL(c *Client, base, unit int64) {
	if c.DB.Peek(c.Args[1]) == nil {
		c.ReplyInt(-2)
		return
	}
	at, expires := c.DB.ExpireAt(c.Args[1])
	if !expires {
		c.ReplyInt(-1)
		return
	}
	left := max(0, at-base)
	n := left / unit
	if left%unit*2 >= unit { // to the nearest; half a unit added first could overflow
		n++
	}
	c.ReplyInt(n)
}
