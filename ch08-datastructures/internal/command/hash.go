// hash.go: hashes: fields with values, as a key with a string each. Redis: t_hash.c.

package command

import (
	"math"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
)

var hashCommands = []Row{
	row("hset", hset, -4, Write|DenyOOM|Fast|Brief, ACLHash, updateKey,
		doc("2.0.0", "O(N)", "<key> <field> <value> [<field> <value> ...]", "Gives fields of a hash their values.")),
	row("hsetnx", hsetnx, 4, Write|DenyOOM|Fast|Brief, ACLHash, insertKey,
		doc("2.0.0", "O(1)", "<key> <field> <value>", "Gives a field of a hash a value, if there is no such field.")),
	row("hget", hget, 3, ReadOnly|Fast|Brief, ACLHash, readKey,
		doc("2.0.0", "O(1)", "<key> <field>", "Answers the value of a field of a hash.")),
	row("hmset", hmset, -4, Write|DenyOOM|Fast|Brief, ACLHash, updateKey,
		deprecated("4.0.0", "`HSET` with multiple field-value pairs", doc("2.0.0", "O(N)", "<key> <field> <value> [<field> <value> ...]", "Gives fields of a hash their values."))),
	row("hmget", hmget, -3, ReadOnly|Fast, ACLHash, readKey,
		doc("2.0.0", "O(N)", "<key> <field> [<field> ...]", "Answers the values of fields of a hash.")),
	row("hincrby", hincrby, 4, Write|DenyOOM|Fast|Brief, ACLHash, accessKey,
		doc("2.0.0", "O(1)", "<key> <field> <increment>", "Adds to the number that a field of a hash holds.")),
	row("hincrbyfloat", hincrbyfloat, 4, Write|DenyOOM|Fast|Brief, ACLHash, accessKey,
		doc("2.6.0", "O(1)", "<key> <field> <increment:double>", "Adds to the floating-point number that a field of a hash holds.")),
	row("hdel", hdel, -3, Write|Fast|Brief, ACLHash, deleteKey,
		doc("2.0.0", "O(N)", "<key> <field> [<field> ...]", "Deletes fields of a hash.")),
	row("hlen", hlen, 2, ReadOnly|Fast|Brief, ACLHash, seenKey,
		doc("2.0.0", "O(1)", "<key>", "Answers how many fields a hash has.")),
	row("hstrlen", hstrlen, 3, ReadOnly|Fast|Brief, ACLHash, seenKey,
		doc("3.2.0", "O(1)", "<key> <field>", "Answers how long the value of a field of a hash is.")),
	row("hkeys", hkeys, 2, ReadOnly, ACLHash, readKey,
		doc("2.0.0", "O(N)", "<key>", "Answers all fields of a hash.", "nondeterministic_output_order")),
	row("hvals", hvals, 2, ReadOnly, ACLHash, readKey,
		doc("2.0.0", "O(N)", "<key>", "Answers all values of a hash.", "nondeterministic_output_order")),
	row("hgetall", hgetall, 2, ReadOnly, ACLHash, readKey,
		doc("2.0.0", "O(N)", "<key>", "Answers all fields of a hash with their values.", "nondeterministic_output_order")),
	row("hexists", hexists, 3, ReadOnly|Fast|Brief, ACLHash, seenKey,
		doc("2.0.0", "O(1)", "<key> <field>", "Answers whether a hash has a field.")),
	row("hrandfield", hrandfield, -2, ReadOnly, ACLHash, readKey,
		doc("6.2.0", "O(N)", "<key> [<count> [WITHVALUES]]", "Answers fields of a hash at random.", "nondeterministic_output")),
	row("hscan", hscan, -3, ReadOnly, ACLHash, readKey,
		doc("2.8.0", "O(1)", "<key> <cursor> [MATCH <pattern>] [COUNT <count>]", "Goes through the fields of a hash, some at a time.", "nondeterministic_output")),
}

// setFields gives the hash at the key the fields of the request, and returns how many are
// new. Redis: hsetCommand.
func setFields(c *Client) (added int, ok bool) {
	if len(c.Args)%2 == 1 {
		c.ReplyError("ERR wrong number of arguments for '" + c.Command.Name + "' command")
		return 0, false
	}
	o, ok := editOrCreate(c, c.Args[1], object.HashType)
	if !ok {
		return 0, false
	}
	h := o.Hash(c.DB.Env())
	h.Convert(c.Args[2:])
	for i := 2; i < len(c.Args); i += 2 {
		if h.Set(c.Args[i], c.Args[i+1]) {
			added++
		}
	}
	done(c, o, (len(c.Args)-2)/2, "hset")
	return added, true
}

func hset(c *Client) {
	if added, ok := setFields(c); ok {
		c.ReplyInt(int64(added))
	}
}

func hmset(c *Client) {
	if _, ok := setFields(c); ok {
		c.ReplyOK()
	}
}

func hsetnx(c *Client) {
	o, ok := edit(c, c.Args[1], object.HashType)
	if !ok {
		return
	}
	if o != nil && o.Hash(c.DB.Env()).Has(c.Args[2]) {
		c.ReplyInt(0)
		return
	}
	if o == nil {
		o = c.DB.Create(c.Args[1], object.HashType)
	}
	h := o.Hash(c.DB.Env())
	h.Convert(c.Args[2:])
	h.Set(c.Args[2], c.Args[3])
	done(c, o, 1, "hset")
	c.ReplyInt(1)
}

func hget(c *Client) {
	o, ok := lookup(c, c.Args[1], object.HashType)
	if ok {
		replyFieldOf(c, o, c.Args[2])
	}
}

// replyFieldOf replies a field's value; null if there is no such field, or no hash.
func replyFieldOf(c *Client, o *object.Object, field []byte) {
	if o != nil {
		var room object.Room
		if value, ok := o.Hash(c.DB.Env()).Get(field, &room); ok {
			c.ReplyBulk(value)
			return
		}
	}
	c.ReplyNull()
}

func hmget(c *Client) {
	o, ok := lookup(c, c.Args[1], object.HashType)
	if !ok {
		return
	}
	c.ReplyArrayLen(len(c.Args) - 2)
	for _, field := range c.Args[2:] {
		replyFieldOf(c, o, field)
	}
}

func hdel(c *Client) {
	o, ok := edit(c, c.Args[1], object.HashType)
	if !ok {
		return
	}
	deleted := 0
	if o != nil {
		h := o.Hash(c.DB.Env())
		for _, field := range c.Args[2:] {
			if h.Delete(field) {
				deleted++
			}
		}
		done(c, o, deleted, "hdel")
	}
	c.ReplyInt(int64(deleted))
}

func hlen(c *Client) {
	if o, ok := lookup(c, c.Args[1], object.HashType); ok {
		c.ReplyInt(int64(count(o)))
	}
}

func hstrlen(c *Client) {
	o, ok := lookup(c, c.Args[1], object.HashType)
	if !ok {
		return
	}
	length := 0
	if o != nil {
		var room object.Room
		value, _ := o.Hash(c.DB.Env()).Get(c.Args[2], &room)
		length = len(value)
	}
	c.ReplyInt(int64(length))
}

func hexists(c *Client) {
	if o, ok := lookup(c, c.Args[1], object.HashType); ok {
		replyBool(c, o != nil && o.Hash(c.DB.Env()).Has(c.Args[2]))
	}
}

func hkeys(c *Client) {
	replyHash(c, c.ReplyArrayLen, func(field, _ []byte) { c.ReplyBulk(field) })
}

func hvals(c *Client) {
	replyHash(c, c.ReplyArrayLen, func(_, value []byte) { c.ReplyBulk(value) })
}

func hgetall(c *Client) {
	replyHash(c, c.ReplyMapLen, func(field, value []byte) {
		c.ReplyBulk(field)
		c.ReplyBulk(value)
	})
}

// replyHash begins the reply with the number of fields, and calls visit with each.
func replyHash(c *Client, begin func(n int), visit func(field, value []byte)) {
	o, ok := lookup(c, c.Args[1], object.HashType)
	if !ok {
		return
	}
	begin(count(o))
	if o != nil {
		expectElements(c, o, count(o))
		o.Hash(c.DB.Env()).Each(visit)
	}
}

// hincrby answers HINCRBY. Redis: hincrbyCommand.
func hincrby(c *Client) {
	increment, ok := c.ParseInt(c.Args[3])
	if !ok {
		return
	}
	o, ok := edit(c, c.Args[1], object.HashType)
	if !ok {
		return
	}
	n := int64(0)
	if o != nil {
		var room object.Room
		if value, there := o.Hash(c.DB.Env()).Get(c.Args[2], &room); there {
			if n, ok = resp.ParseInt(value); !ok {
				c.ReplyError("ERR hash value is not an integer")
				return
			}
		}
	}
	if increment > 0 && n > math.MaxInt64-increment || increment < 0 && n < math.MinInt64-increment {
		c.ReplyError("ERR increment or decrement would overflow")
		return
	}
	n += increment
	setField(c, o, c.Engine.Decimal(n), "hincrby")
	c.ReplyInt(n)
}

// setField gives the field of the request a value, in a hash that may have to be made. It is
// that event.
func setField(c *Client, o *object.Object, value []byte, event string) {
	if o == nil {
		o = c.DB.Create(c.Args[1], object.HashType)
	}
	o.Hash(c.DB.Env()).Set(c.Args[2], value)
	done(c, o, 1, event)
}

var wordHset = []byte("HSET")

// hincrbyfloat answers HINCRBYFLOAT. The log has the result, since another machine may add
// in other digits. Redis: hincrbyfloatCommand.
func hincrbyfloat(c *Client) {
	increment, ok := number.ParseDecimal(c.Args[3])
	switch {
	case !ok:
		c.ReplyError("ERR value is not a valid float")
		return
	case !increment.IsFinite():
		c.ReplyError("ERR value is NaN or Infinity")
		return
	}
	o, ok := edit(c, c.Args[1], object.HashType)
	if !ok {
		return
	}
	sum := increment
	if o != nil {
		var room object.Room
		if value, there := o.Hash(c.DB.Env()).Get(c.Args[2], &room); there {
			old, ok := number.ParseDecimal(value)
			if !ok {
				c.ReplyError("ERR hash value is not a float")
				return
			}
			if sum, ok = old.Add(increment); !ok {
				c.ReplyError("ERR increment would produce NaN or Infinity")
				return
			}
		}
	}
	text := sum.AppendTo(nil)
	setField(c, o, text, "hincrbyfloat")
	c.PropagateAs(wordHset, c.Args[1], c.Args[2], text)
	c.ReplyBulk(text)
}

// hrandfield answers HRANDFIELD. Redis: hrandfieldCommand.
func hrandfield(c *Client) {
	if len(c.Args) > 2 {
		hrandfieldMany(c)
		return
	}
	o, ok := lookup(c, c.Args[1], object.HashType)
	switch {
	case !ok:
	case o == nil:
		c.ReplyNull()
	default:
		o.Hash(c.DB.Env()).Random(func(field, _ []byte) { c.ReplyBulk(field) })
	}
}

// hrandfieldMany is HRANDFIELD with a count. Redis: hrandfieldWithCountCommand.
func hrandfieldMany(c *Client) {
	n, ok := parseCount(c, c.Args[2])
	if !ok {
		return
	}
	withValues := len(c.Args) == 4 && engine.IsOption(c.Args[3], "withvalues")
	switch {
	case len(c.Args) > 3 && !withValues:
		c.ReplyError(engine.ErrSyntax)
		return
	case withValues && (n < -math.MaxInt64/2 || n > math.MaxInt64/2):
		c.ReplyError("ERR value is out of range")
		return
	}
	o, ok := lookup(c, c.Args[1], object.HashType)
	if !ok {
		return
	}
	reply := func(field, value []byte) {
		if withValues {
			c.ReplyPair()
		}
		c.ReplyBulk(field)
		if withValues {
			c.ReplyBulk(value)
		}
	}
	begin := func(n int) {
		if withValues {
			c.ReplyPairsLen(n)
		} else {
			c.ReplyArrayLen(n)
		}
	}
	switch {
	case o == nil || n == 0:
		c.ReplyArrayLen(0)
	case n < 0:
		begin(-n)
		for h := o.Hash(c.DB.Env()); n < 0 && !c.TooLong(); n++ {
			h.Random(reply)
		}
	case n >= o.Count():
		begin(o.Count())
		o.Hash(c.DB.Env()).Each(reply)
	default:
		begin(n)
		sampleFields(c, o.Hash(c.DB.Env()), n, reply)
	}
}

// sampleFields calls visit with n different fields of a hash that has more: see replySample.
func sampleFields(c *Client, h object.Hash, n int, visit func(field, value []byte)) {
	if n*sparseSample < h.Len() {
		drawn := make(map[string]bool, n)
		for len(drawn) < n {
			h.Random(func(field, value []byte) {
				if !drawn[string(field)] {
					drawn[string(field)] = true
					visit(field, value)
				}
			})
		}
		return
	}
	left, random := h.Len(), c.DB.Env().Random
	h.Each(func(field, value []byte) {
		if n > 0 && random.IntN(left) < n {
			visit(field, value)
			n--
		}
		left--
	})
}

func hscan(c *Client) { scanCollection(c, object.HashType) }
