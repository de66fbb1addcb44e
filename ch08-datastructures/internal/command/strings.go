// strings.go: parts of strings, several strings at once, and strings that expire. Redis:
// t_string.c.

package command

import (
	"math"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/zmalloc"
)

var moreStringCommands = []Row{
	row("append", appendString, 3, Write|DenyOOM|Fast|Brief, ACLString, insertKey,
		doc("2.0.0", "O(1)", "<key> <value>", "Puts bytes at the end of a string.")),
	row("strlen", strlen, 2, ReadOnly|Fast|Brief, ACLString, seenKey,
		doc("2.2.0", "O(1)", "<key>", "Answers how long a string is.")),
	row("getrange", getrange, 4, ReadOnly|Brief, ACLString, readKey,
		doc("2.4.0", "O(1)", "<key> <start> <end>", "Answers a part of a string.")),
	row("substr", getrange, 4, ReadOnly|Brief, ACLString, readKey,
		deprecated("2.0.0", "`GETRANGE`", doc("1.0.0", "O(1)", "<key> <start> <end>", "Answers a part of a string."))),
	row("setrange", setrange, 4, Write|DenyOOM|Brief, ACLString, updateKey,
		doc("2.2.0", "O(M)", "<key> <offset> <value>", "Overwrites a part of a string.")),
	row("mget", mget, -2, ReadOnly|Fast, ACLString, readKeys,
		doc("1.0.0", "O(N)", "<key> [<key> ...]", "Answers the values of keys.", "request_policy:multi_shard")),
	row("mset", mset, -3, Write|DenyOOM, ACLString, overwriteKeys,
		doc("1.0.1", "O(N)", "<key> <value> [<key> <value> ...]", "Gives keys their values.", "request_policy:multi_shard", "response_policy:all_succeeded")),
	row("msetnx", msetnx, -3, Write|DenyOOM, ACLString, newKeys,
		doc("1.0.1", "O(N)", "<key> <value> [<key> <value> ...]", "Gives keys their values, if none of them is there.", "request_policy:multi_shard", "response_policy:agg_min")),
	row("getset", getset, 3, Write|DenyOOM|Fast|Brief, ACLString, accessKey,
		deprecated("6.2.0", "`SET` with the `!GET` argument", doc("1.0.0", "O(1)", "<key> <value>", "Gives a key a value, and answers the old one."))),
	row("getdel", getdel, 2, Write|Fast|Brief, ACLString, takeKey,
		doc("6.2.0", "O(1)", "<key>", "Deletes a key, and answers its value.")),
	row("getex", getex, -2, Write|Fast|Brief, ACLString, getexKey,
		doc("6.2.0", "O(1)", "<key> [EX <seconds>|PX <milliseconds>|EXAT <unix-time-seconds>|PXAT <unix-time-milliseconds>|PERSIST]", "Answers the value of a key, and changes when it expires.")),
	row("setnx", setnx, 3, Write|DenyOOM|Fast|Brief, ACLString, newKey,
		doc("1.0.0", "O(1)", "<key> <value>", "Gives a key a value, if it is not there.")),
	row("setex", setex, 4, Write|DenyOOM|Brief, ACLString, overwriteKey,
		doc("2.0.0", "O(1)", "<key> <seconds> <value>", "Gives a key a value, and makes it expire in so many seconds.")),
	row("psetex", psetex, 4, Write|DenyOOM|Brief, ACLString, overwriteKey,
		doc("2.6.0", "O(1)", "<key> <milliseconds> <value>", "Gives a key a value, and makes it expire in so many milliseconds.")),
	row("incrbyfloat", incrbyfloat, 3, Write|DenyOOM|Fast|Brief, ACLString, accessKey,
		doc("2.6.0", "O(1)", "<key> <increment:double>", "Adds to a floating-point number.")),
	row("lcs", lcs, -3, ReadOnly, ACLString, twoKeys,
		doc("7.0.0", "O(N*M)", "<key1> <key2> [LEN] [IDX] [MINMATCHLEN <len>] [WITHMATCHLEN]", "Answers the longest sequence that two strings have in common.")),
}

// lookupString is lookup for the text of a string: it is borrowed, or in room. It is nil if
// there is none.
func lookupString(c *Client, key []byte, room *object.Room) (text []byte, ok bool) {
	o, ok := lookup(c, key, object.StringType)
	if !ok || o == nil {
		return nil, ok
	}
	return o.Text(room), true
}

// stringAt finds a string that is to be changed: nil if there is none. It is for reading
// only: EditString gives it to be written to.
func stringAt(c *Client, key []byte) (o *object.Object, ok bool) {
	o = c.DB.LookupWrite(key)
	if o != nil && o.IsCollection() {
		c.ReplyError(engine.ErrWrongType)
		return nil, false
	}
	return o, true
}

// mayBeLong reports whether a string may have n bytes, and there is memory for them, or
// replies the error. Redis: t_string.c, checkStringLength.
func mayBeLong(c *Client, n int) bool {
	switch {
	case n > c.Engine.Config.MaxBulk:
		c.ReplyError("ERR string exceeds maximum allowed size (proto-max-bulk-len)")
	case n >= askFrom && !zmalloc.HasRoom(2*n):
		c.ReplyError(engine.ErrNoMemory)
	default:
		return true
	}
	return false
}

// askFrom is how many bytes there always are.
const askFrom = 4 << 10

// appendString answers APPEND. Redis: appendCommand.
func appendString(c *Client) {
	key, tail := c.Args[1], c.Args[2]
	o, ok := stringAt(c, key)
	if !ok {
		return
	}
	if o == nil {
		c.DB.Set(key, tail, keyspace.Keep)
		c.Notify(NotifyString, "append", key)
		c.MarkDirty(1)
		c.ReplyInt(int64(len(tail)))
		return
	}
	n := o.Len()
	if !mayBeLong(c, n+len(tail)) {
		return
	}
	o = c.DB.EditString(key, n+len(tail))
	copy(o.Bytes()[n:], tail)
	changedString(c, o, "append")
	c.ReplyInt(int64(n + len(tail)))
}

// changedString says that a string was changed in place, which is that event.
func changedString(c *Client, o *object.Object, event string) {
	c.DB.Changed(o)
	c.MarkDirty(1)
	c.Notify(NotifyString, event, o.Key())
}

func strlen(c *Client) {
	if o, ok := lookup(c, c.Args[1], object.StringType); ok {
		n := 0
		if o != nil {
			n = o.Len()
		}
		c.ReplyInt(int64(n))
	}
}

// getrange answers GETRANGE and SUBSTR. Redis: getrangeCommand.
func getrange(c *Client) {
	from, to, ok := parseRange(c)
	if !ok {
		return
	}
	var room object.Room
	text, ok := lookupString(c, c.Args[1], &room)
	if !ok {
		return
	}
	n := int64(len(text))
	if from < 0 && to < 0 && from > to {
		c.ReplyBulk(nil)
		return
	}
	from, to = fromEnd(from, n), min(fromEnd(to, n), n-1)
	if from > to || n == 0 {
		c.ReplyBulk(nil)
		return
	}
	c.ReplyBulk(text[from : to+1])
}

// fromEnd is a place that is counted from the end of n bytes if it is negative.
func fromEnd(at, n int64) int64 {
	if at < 0 {
		return max(0, at+n)
	}
	return at
}

// setrange answers SETRANGE. Redis: setrangeCommand.
func setrange(c *Client) {
	key, text := c.Args[1], c.Args[3]
	offset, ok := c.ParseInt(c.Args[2])
	if !ok {
		return
	}
	if offset < 0 {
		c.ReplyError("ERR offset is out of range")
		return
	}
	o, ok := stringAt(c, key)
	if !ok {
		return
	}
	n := 0
	if o != nil {
		n = o.Len()
	}
	if len(text) == 0 {
		c.ReplyInt(int64(n))
		return
	}
	if offset > math.MaxInt64-int64(len(text)) || !mayBeLong(c, int(offset)+len(text)) {
		if offset > math.MaxInt64-int64(len(text)) {
			mayBeLong(c, math.MaxInt64)
		}
		return
	}
	o = c.DB.EditString(key, int(offset)+len(text))
	copy(o.Bytes()[offset:], text)
	changedString(c, o, "setrange")
	c.ReplyInt(int64(o.Len()))
}

func mget(c *Client) {
	c.ReplyArrayLen(len(c.Args) - 1)
	for _, key := range c.Args[1:] {
		o := c.DB.LookupRead(key)
		if o != nil && o.IsCollection() {
			o = nil
		}
		c.ReplyValue(o)
	}
}

// mset answers MSET. Redis: msetGenericCommand.
func mset(c *Client) {
	if hasPairs(c) {
		setAll(c)
		c.ReplyOK()
	}
}

func hasPairs(c *Client) bool {
	if len(c.Args)%2 == 0 {
		c.ReplyError("ERR wrong number of arguments for '" + c.Command.Name + "' command")
		return false
	}
	return true
}

func setAll(c *Client) {
	for i := 1; i < len(c.Args); i += 2 {
		c.DB.Set(c.Args[i], c.Args[i+1], keyspace.Never)
		c.Notify(NotifyString, "set", c.Args[i])
	}
	c.MarkDirty(len(c.Args) / 2)
}

func msetnx(c *Client) {
	if !hasPairs(c) {
		return
	}
	for i := 1; i < len(c.Args); i += 2 {
		if c.DB.LookupWrite(c.Args[i]) != nil {
			c.ReplyInt(0)
			return
		}
	}
	setAll(c)
	c.ReplyInt(1)
}

var wordSet = []byte("SET")

// getset answers GETSET. Redis: getsetCommand.
func getset(c *Client) {
	o, ok := lookup(c, c.Args[1], object.StringType)
	if !ok || !c.ReplyValue(o) {
		return
	}
	c.DB.Set(c.Args[1], c.Args[2], keyspace.Never)
	c.Notify(NotifyString, "set", c.Args[1])
	c.MarkDirty(1)
	c.PropagateAs(wordSet, c.Args[1], c.Args[2])
}

func getdel(c *Client) {
	o, ok := lookup(c, c.Args[1], object.StringType)
	if !ok || !c.ReplyValue(o) || o == nil {
		return
	}
	c.DB.Delete(c.Args[1])
	c.Notify(NotifyGeneric, "del", c.Args[1])
	c.MarkDirty(1)
	c.PropagateAs(wordDel, c.Args[1])
}

var wordPersist = []byte("PERSIST")

// getex answers GETEX. The log has what it makes of the time to live. Redis: getexCommand.
func getex(c *Client) {
	options, persist, ok := parseGetexOptions(c)
	if !ok {
		return
	}
	o, ok := lookup(c, c.Args[1], object.StringType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyNull()
		return
	}
	at, ok := options.expireAt(c)
	if !ok || !c.ReplyValue(o) {
		return
	}
	key := c.Args[1]
	switch {
	case options.expires() && options.absolute && at <= c.Engine.NowMs():
		c.DB.Delete(key)
		c.Notify(NotifyGeneric, "del", key)
		c.PropagateAs(wordDel, key)
		c.MarkDirty(1)
	case options.expires():
		c.DB.SetExpire(key, at)
		c.Notify(NotifyGeneric, "expire", key)
		c.PropagateAs(wordPexpireAt, key, c.Engine.Decimal(at))
		c.MarkDirty(1)
	case persist && c.DB.Persist(key):
		c.Notify(NotifyGeneric, "persist", key)
		c.PropagateAs(wordPersist, key)
		c.MarkDirty(1)
	}
}

// parseGetexOptions replies the error if they are none.
func parseGetexOptions(c *Client) (o setOptions, persist, ok bool) {
	for args := c.Args[2:]; len(args) > 0; args = args[1:] {
		switch {
		case engine.IsOption(args[0], "persist") && !o.expires():
			persist = true
		case len(args) > 1 && !persist && o.takeExpiry(args[0], args[1]):
			args = args[1:]
		default:
			c.ReplyError(engine.ErrSyntax)
			return o, false, false
		}
	}
	return o, persist, true
}

func setnx(c *Client) {
	if c.DB.LookupWrite(c.Args[1]) != nil {
		c.ReplyInt(0)
		return
	}
	c.DB.Set(c.Args[1], c.Args[2], keyspace.Keep)
	c.Notify(NotifyString, "set", c.Args[1])
	c.MarkDirty(1)
	c.ReplyInt(1)
}

func setex(c *Client)  { setExpiring(c, second) }
func psetex(c *Client) { setExpiring(c, 1) }

// setExpiring answers SETEX and PSETEX.
func setExpiring(c *Client, unit int64) {
	o := setOptions{expire: c.Args[2], unit: unit}
	at, ok := o.expireAt(c)
	if !ok {
		return
	}
	c.DB.Set(c.Args[1], c.Args[3], keyspace.At(at))
	c.Notify(NotifyString, "set", c.Args[1])
	c.Notify(NotifyGeneric, "expire", c.Args[1])
	c.MarkDirty(1)
	c.PropagateAs(wordSet, c.Args[1], c.Args[3], wordPxat, c.Engine.Decimal(at))
	c.ReplyOK()
}

var wordKeepTTL = []byte("KEEPTTL")

// incrbyfloat answers INCRBYFLOAT. The log has the result, since another machine may add
// in other digits. Redis: incrbyfloatCommand.
func incrbyfloat(c *Client) {
	key := c.Args[1]
	o, ok := stringAt(c, key)
	if !ok {
		return
	}
	old, _ := number.ParseDecimal([]byte("0"))
	if o != nil {
		var room object.Room
		if old, ok = number.ParseDecimal(o.Text(&room)); !ok {
			c.ReplyError(errNotFloat)
			return
		}
	}
	increment, ok := number.ParseDecimal(c.Args[2])
	if !ok {
		c.ReplyError(errNotFloat)
		return
	}
	sum, ok := old.Add(increment)
	if !ok {
		c.ReplyError("ERR increment would produce NaN or Infinity")
		return
	}
	text := sum.AppendTo(nil)
	c.DB.SetText(key, text)
	c.Notify(NotifyString, "incrbyfloat", key)
	c.MarkDirty(1)
	c.PropagateAs(wordSet, key, text, wordKeepTTL)
	c.ReplyBulk(text)
}

const errNotFloat = "ERR value is not a valid float"
