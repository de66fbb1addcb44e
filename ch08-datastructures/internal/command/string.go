// string.go: strings, the simplest values. Redis: t_string.c.

package command

import (
	"math"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/object"
)

var stringCommands = []Row{
	row("get", get, 2, ReadOnly|Fast|Brief, ACLString, readKey,
		doc("1.0.0", "O(1)", "<key>", "Answers the value of a key.")),
	row("set", set, -3, Write|DenyOOM|Brief, ACLString, setKey,
		doc("1.0.0", "O(1)", "<key> <value> [NX|XX] [GET] [EX <seconds>|PX <milliseconds>|EXAT <unix-time-seconds>|PXAT <unix-time-milliseconds>|KEEPTTL]", "Gives a key a value.")),
	row("incr", incr, 2, Write|DenyOOM|Fast|Brief, ACLString, accessKey,
		doc("1.0.0", "O(1)", "<key>", "Adds one to a number.")),
	row("decr", decr, 2, Write|DenyOOM|Fast|Brief, ACLString, accessKey,
		doc("1.0.0", "O(1)", "<key>", "Takes one from a number.")),
	row("incrby", incrby, 3, Write|DenyOOM|Fast|Brief, ACLString, accessKey,
		doc("1.0.0", "O(1)", "<key> <increment>", "Adds to a number.")),
	row("decrby", decrby, 3, Write|DenyOOM|Fast|Brief, ACLString, accessKey,
		doc("1.0.0", "O(1)", "<key> <decrement>", "Takes from a number.")),
}

var wordPxat = []byte("PXAT")

func get(c *Client) {
	if o, ok := lookup(c, c.Args[1], object.StringType); ok {
		c.ReplyValue(o)
	}
}

// set answers SET key value [option ...]. Redis: t_string.c, setGenericCommand.
func set(c *Client) {
	key, value := c.Args[1], c.Args[2]
	options, ok := parseSetOptions(c)
	if !ok {
		return
	}
	expireAt, ok := options.expireAt(c)
	if !ok {
		return
	}
	if options.dependsOnOld() && !options.replyOld(c, options.lookupOld(c, key)) {
		return
	}
	c.DB.Set(key, value, options.expiry(expireAt))
	c.MarkDirty(1)
	c.Notify(NotifyString, "set", key)
	if options.expires() {
		c.Notify(NotifyGeneric, "expire", key)
		c.PropagateAs(c.Args[0], key, value, wordPxat, c.Engine.Decimal(expireAt))
	} else if options.get {
		propagateWithoutGet(c)
	}
	if !options.get {
		c.ReplyOK()
	}
}

// propagateWithoutGet logs the request without its option GET: whoever executes
// the log again has no use for the old value.
func propagateWithoutGet(c *Client) {
	c.PropagateAs(c.Args[:3]...)
	for _, option := range c.Args[3:] {
		if !engine.IsOption(option, "get") {
			c.PropagateMore(option)
		}
	}
}

// setOptions are those of SET.
type setOptions struct {
	onlyNew, onlyOld, get, keepTTL bool // NX, XX, GET, KEEPTTL

	given    string // which of EX PX EXAT PXAT
	expire   []byte // the argument of EX, PX, EXAT or PXAT; nil if none is given
	unit     int64  // of expire, in milliseconds
	absolute bool   // expire is a time, and not a time from now
}

func (o *setOptions) expires() bool { return o.expire != nil }

// expiry is what SET makes of the key's time to live.
func (o *setOptions) expiry(expireAt int64) keyspace.Expiry {
	switch {
	case o.keepTTL:
		return keyspace.Keep
	case o.expires():
		return keyspace.At(expireAt)
	}
	return keyspace.Never
}

func (o *setOptions) dependsOnOld() bool { return o.onlyNew || o.onlyOld || o.get }

// lookupOld finds the old value. With GET it is a read, which INFO counts as a hit
// or miss.
func (o *setOptions) lookupOld(c *Client, key []byte) *object.Object {
	if o.get {
		return c.DB.LookupRead(key)
	}
	return c.DB.LookupWrite(key)
}

// replyOld replies what the old value has to do with the reply, and reports
// whether the key may be set.
func (o *setOptions) replyOld(c *Client, old *object.Object) bool {
	refused := o.onlyNew && old != nil || o.onlyOld && old == nil
	switch {
	case o.get && old != nil && old.IsCollection():
		c.ReplyError(engine.ErrWrongType)
		return false
	case o.get:
		return c.ReplyValue(old) && !refused
	case refused:
		c.ReplyNull()
	}
	return !refused
}

// takeExpiry takes EX, PX, EXAT or PXAT with its argument. It reports false if name is none of
// them, or another one was given before.
func (o *setOptions) takeExpiry(name, argument []byte) bool {
	for _, each := range []string{"ex", "px", "exat", "pxat"} {
		if engine.IsOption(name, each) {
			if o.given != "" && o.given != each {
				return false
			}
			o.given, o.expire = each, argument
			o.unit, o.absolute = 1000, len(each) == len("exat")
			if each[0] == 'p' {
				o.unit = 1
			}
			return true
		}
	}
	return false
}

// parseSetOptions replies the error if the options contradict each other or
// are none. Redis: t_string.c, parseExtendedStringArgumentsOrReply.
func parseSetOptions(c *Client) (o setOptions, ok bool) {
	for args := c.Args[3:]; len(args) > 0; args = args[1:] {
		switch {
		case engine.IsOption(args[0], "nx") && !o.onlyOld:
			o.onlyNew = true
		case engine.IsOption(args[0], "xx") && !o.onlyNew:
			o.onlyOld = true
		case engine.IsOption(args[0], "get"):
			o.get = true
		case engine.IsOption(args[0], "keepttl") && !o.expires():
			o.keepTTL = true
		case len(args) > 1 && !o.keepTTL && o.takeExpiry(args[0], args[1]):
			args = args[1:]
		default:
			c.ReplyError(engine.ErrSyntax)
			return o, false
		}
	}
	return o, true
}

// expireAt returns the time that the options ask for, in Unix milliseconds, or
// replies the error. Redis: t_string.c, getExpireMillisecondsOrReply.
func (o *setOptions) expireAt(c *Client) (at int64, ok bool) {
	if !o.expires() {
		return 0, true
	}
	at, ok = c.ParseInt(o.expire)
	if !ok {
		return 0, false
	}
	base := int64(0)
	if !o.absolute {
		base = c.Engine.NowMs()
	}
	if at <= 0 || at > (math.MaxInt64-base)/o.unit {
		replyInvalidExpire(c)
		return 0, false
	}
	return at*o.unit + base, true
}

func incr(c *Client) { addTo(c, 1) }
func decr(c *Client) { addTo(c, -1) }

func incrby(c *Client) {
	if n, ok := c.ParseInt(c.Args[2]); ok {
		addTo(c, n)
	}
}

func decrby(c *Client) {
	n, ok := c.ParseInt(c.Args[2])
	switch {
	case !ok:
	case n == math.MinInt64: // it has no opposite
		c.ReplyError("ERR decrement would overflow")
	default:
		addTo(c, -n)
	}
}

// addTo adds to the number that a key holds; none is 0. Redis: t_string.c,
// incrDecrCommand.
func addTo(c *Client, increment int64) {
	n := int64(0)
	if o := c.DB.LookupWrite(c.Args[1]); o != nil {
		if o.IsCollection() {
			c.ReplyError(engine.ErrWrongType)
			return
		}
		var ok bool
		if n, ok = o.Int(); !ok {
			c.ReplyError(engine.ErrNotInteger)
			return
		}
	}
	if increment > 0 && n > math.MaxInt64-increment || increment < 0 && n < math.MinInt64-increment {
		c.ReplyError("ERR increment or decrement would overflow")
		return
	}
	n += increment
	c.DB.SetInt(c.Args[1], n)
	c.Notify(NotifyString, "incrby", c.Args[1])
	c.MarkDirty(1)
	c.ReplyInt(n)
}
