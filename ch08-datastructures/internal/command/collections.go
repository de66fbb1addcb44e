// collections.go: what handlers of lists, sets, sorted sets and hashes begin and end with, and
// the arguments that several families have.
// Redis: object.c, checkType; db.c, lookupKeyReadOrReply.

package command

import (
	"math"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
)

// lookup finds what a command reads: nil if there is none. One of another type it
// answers with the error, and ok is false.
func lookup(c *Client, key []byte, t object.Type) (o *object.Object, ok bool) {
	o = c.DB.LookupRead(key)
	if o != nil && o.Type() != t {
		c.ReplyError(engine.ErrWrongType)
		return nil, false
	}
	return o, true
}

// edit is lookup for a command that may change the object. It ends with done.
func edit(c *Client, key []byte, t object.Type) (o *object.Object, ok bool) {
	if o, ok = c.DB.Edit(key, t); !ok {
		c.ReplyError(engine.ErrWrongType)
	}
	return o, ok
}

// editOrCreate is edit for a command that will add something: there always is an object.
func editOrCreate(c *Client, key []byte, t object.Type) (o *object.Object, ok bool) {
	o, ok = edit(c, key, t)
	if ok && o == nil {
		o = c.DB.Create(key, t)
	}
	return o, ok
}

// done says that the command has changed so many elements, which is that event. An object that
// is empty now is gone.
func done(c *Client, o *object.Object, changed int, event string) {
	if c.Notifies() {
		notifyDone(c, o, changed, event)
	}
	c.DB.Done(o, changed)
	c.MarkDirty(changed)
}

// notifyDone tells of an event of a collection, and of its end if it has become empty. What is
// published nobody gets before the command is through.
func notifyDone(c *Client, o *object.Object, changed int, event string) {
	if changed > 0 {
		c.Notify(eventsOf[o.Type()], event, o.Key())
	}
	if o.Count() == 0 {
		c.Notify(NotifyGeneric, "del", o.Key())
	}
}

// eventsOf is which events those of a type are.
var eventsOf = [...]config.Events{
	object.StringType: NotifyString, object.ListType: NotifyList, object.SetType: NotifySet,
	object.HashType: NotifyHash, object.SortedSetType: NotifySortedSet,
}

// deleteStored deletes a key for which there is nothing to store.
func deleteStored(c *Client, key []byte) {
	if c.DB.Delete(key) {
		c.Notify(NotifyGeneric, "del", key)
		c.MarkDirty(1)
	}
}

const (
	errNotPositive = "ERR value is out of range, must be positive"
	errNotLong     = "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
)

func replyBool(c *Client, yes bool) {
	if yes {
		c.ReplyInt(1)
	} else {
		c.ReplyInt(0)
	}
}

// count is the number of elements of a collection; none has 0.
func count(o *object.Object) int {
	if o == nil {
		return 0
	}
	return o.Count()
}

// expectElements makes room for a reply of so many of a collection's elements, if they are many: a
// few of them tell how long the others are. O(1).
func expectElements(c *Client, o *object.Object, n int) {
	if n >= manyElements {
		c.ExpectReply(int(float64(o.MemoryUsage(sizeSamples)) * float64(n) / float64(o.Count())))
	}
}

const manyElements = 1000

// parsePositive reads a number that may not be negative, or replies the error. Redis:
// object.c, getPositiveLongFromObjectOrReply.
func parsePositive(c *Client, arg []byte) (n int, ok bool) {
	v, ok := resp.ParseInt(arg)
	if !ok || v < 0 {
		c.ReplyError(errNotPositive)
		return 0, false
	}
	return int(v), true
}

// parseCount reads a number of elements to draw: negative says that one may be drawn
// several times.
func parseCount(c *Client, arg []byte) (n int, ok bool) {
	v, ok := c.ParseInt(arg)
	if ok && v == math.MinInt64 {
		c.ReplyError(errNotLong)
		return 0, false
	}
	return int(v), ok
}

// store puts a collection in the place of what its key holds, which is that event, and replies
// how many elements it has. An empty one deletes the key.
func store(c *Client, o *object.Object, event string) {
	n := o.Count()
	if n > 0 {
		c.DB.Store(o)
		c.Notify(eventsOf[o.Type()], event, o.Key())
		c.MarkDirty(1)
	} else {
		deleteStored(c, o.Key())
		object.Free(o)
	}
	c.ReplyInt(int64(n))
}

// parseCounted reads a number of keys and the keys behind it, or replies the error: what is
// behind them is left.
func parseCounted(c *Client, args [][]byte, notPositive string) (keys, left [][]byte, ok bool) {
	n, ok := resp.ParseInt(args[0])
	switch {
	case !ok || n <= 0:
		c.ReplyError(notPositive)
		return nil, nil, false
	case n > int64(len(args)-1):
		c.ReplyError("ERR Number of keys can't be greater than number of args")
		return nil, nil, false
	}
	return args[1 : 1+n], args[1+n:], true
}
