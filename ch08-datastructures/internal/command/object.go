// object.go: how values are kept. Redis: object.c, objectCommand.

package command

import "redis-internals/ch08/internal/object"

var objectCommands = []Row{
	row("object", nil, -2, 0, 0, noKeys,
		doc("2.2.3", "Depends on subcommand.", "", "Describes how values are kept.")),
	row("object|encoding", objectEncoding, 3, ReadOnly|Brief, ACLKeyspace, secondKey,
		doc("2.2.3", "O(1)", "<key>", "Answers the encoding of a key's value.", "nondeterministic_output")),
	row("object|freq", objectFreq, 3, ReadOnly|Brief, ACLKeyspace, secondKey,
		doc("4.0.0", "O(1)", "<key>", "Answers how often a key is used: a logarithmic count, under an LFU policy.", "nondeterministic_output")),
	row("object|idletime", objectIdleTime, 3, ReadOnly|Brief, ACLKeyspace, secondKey,
		doc("2.2.3", "O(1)", "<key>", "Answers for how many seconds a key has not been used.", "nondeterministic_output")),
	row("object|refcount", objectRefCount, 3, ReadOnly|Brief, ACLKeyspace, secondKey,
		doc("2.2.3", "O(1)", "<key>", "Answers how many keys have the same object for their value.", "nondeterministic_output")),
	row("object|help", help, 2, Loading|Stale, ACLKeyspace, noKeys,
		doc("6.2.0", "O(1)", "", "Prints this help.")),
}

// peekOrReply finds the object that a subcommand is about, or replies null.
func peekOrReply(c *Client) *object.Object {
	o := c.DB.Look(c.Args[2])
	if o == nil {
		c.ReplyNull()
	}
	return o
}

func objectEncoding(c *Client) {
	if o := peekOrReply(c); o != nil {
		c.ReplyBulkString(o.Encoding().String())
	}
}

// What is kept of a key's uses is one of two things: see keyspace/uses.go.
const (
	errNoLFU = "ERR An LFU maxmemory policy is not selected, access frequency not tracked. " + errSwitching
	errLFU   = "ERR An LFU maxmemory policy is selected, idle time not tracked. " + errSwitching

	errSwitching = "Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust."
)

func objectFreq(c *Client) {
	switch o := peekOrReply(c); {
	case o == nil:
	case !c.Engine.Keyspace.Counts():
		c.ReplyError(errNoLFU)
	default:
		c.ReplyInt(int64(c.Engine.Keyspace.Frequency(o)))
	}
}

func objectIdleTime(c *Client) {
	switch o := peekOrReply(c); {
	case o == nil:
	case c.Engine.Keyspace.Counts():
		c.ReplyError(errLFU)
	default:
		c.ReplyInt(c.Engine.Keyspace.IdleSeconds(o))
	}
}

// sharedRefCount is what Redis answers for an object that all keys share.
// Redis: server.h, OBJ_SHARED_REFCOUNT.
const sharedRefCount = 1<<31 - 1

func objectRefCount(c *Client) {
	if o := peekOrReply(c); o != nil {
		c.ReplyInt(refCount(o))
	}
}

// refCount is how many keys have the same object, as Redis would tell.
func refCount(o *object.Object) int64 {
	if o.IsShared() {
		return sharedRefCount
	}
	return 1
}
