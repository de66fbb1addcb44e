// set.go: sets: members, each once, in no order. Redis: t_set.c.

package command

import (
	"math"
	"slices"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
)

var setCommands = []Row{
	row("sadd", sadd, -3, Write|DenyOOM|Fast|Brief, ACLSet, insertKey,
		doc("1.0.0", "O(N)", "<key> <member> [<member> ...]", "Adds members to a set.")),
	row("srem", srem, -3, Write|Fast|Brief, ACLSet, deleteKey,
		doc("1.0.0", "O(N)", "<key> <member> [<member> ...]", "Removes members from a set.")),
	row("smove", smove, 4, Write|Fast|Brief, ACLSet, moveKeys,
		doc("1.0.0", "O(1)", "<source> <destination> <member>", "Moves a member from one set to another.")),
	row("sismember", sismember, 3, ReadOnly|Fast|Brief, ACLSet, seenKey,
		doc("1.0.0", "O(1)", "<key> <member>", "Answers whether a set has a member.")),
	row("smismember", smismember, -3, ReadOnly|Fast, ACLSet, readKey,
		doc("6.2.0", "O(N)", "<key> <member> [<member> ...]", "Answers of each of the members whether a set has it.")),
	row("scard", scard, 2, ReadOnly|Fast|Brief, ACLSet, seenKey,
		doc("1.0.0", "O(1)", "<key>", "Answers how many members a set has.")),
	row("spop", spop, -2, Write|Fast, ACLSet, takeKey,
		doc("1.0.0", "O(N)", "<key> [<count>]", "Removes members of a set at random, and answers them.", "nondeterministic_output")),
	row("srandmember", srandmember, -2, ReadOnly, ACLSet, readKey,
		doc("1.0.0", "O(N)", "<key> [<count>]", "Answers members of a set at random.", "nondeterministic_output")),
	row("sinter", sinter, -2, ReadOnly, ACLSet, readKeys,
		doc("1.0.0", "O(N*M)", "<key> [<key> ...]", "Answers the members that all of the sets have.", "nondeterministic_output_order")),
	row("sintercard", sintercard, -3, ReadOnly|MovableKeys, ACLSet, countedKeys,
		doc("7.0.0", "O(N*M)", "<numkeys> <key> [<key> ...] [LIMIT <limit>]", "Answers how many members all of the sets have.")),
	row("sinterstore", sinterstore, -3, Write|DenyOOM, ACLSet, updateFrom,
		doc("1.0.0", "O(N*M)", "<destination> <key> [<key> ...]", "Stores the members that all of the sets have.")),
	row("sunion", sunion, -2, ReadOnly, ACLSet, readKeys,
		doc("1.0.0", "O(N)", "<key> [<key> ...]", "Answers the members that any of the sets has.", "nondeterministic_output_order")),
	row("sunionstore", sunionstore, -3, Write|DenyOOM, ACLSet, storeFrom,
		doc("1.0.0", "O(N)", "<destination> <key> [<key> ...]", "Stores the members that any of the sets has.")),
	row("sdiff", sdiff, -2, ReadOnly, ACLSet, readKeys,
		doc("1.0.0", "O(N)", "<key> [<key> ...]", "Answers the members of the first set that no other one has.", "nondeterministic_output_order")),
	row("sdiffstore", sdiffstore, -3, Write|DenyOOM, ACLSet, storeFrom,
		doc("1.0.0", "O(N)", "<destination> <key> [<key> ...]", "Stores the members of the first set that no other one has.")),
	row("smembers", smembers, 2, ReadOnly, ACLSet, readKey,
		doc("1.0.0", "O(N)", "<key>", "Answers all members of a set.", "nondeterministic_output_order")),
	row("sscan", sscan, -3, ReadOnly, ACLSet, readKey,
		doc("2.8.0", "O(1)", "<key> <cursor> [MATCH <pattern>] [COUNT <count>]", "Goes through the members of a set, some at a time.", "nondeterministic_output")),
}

const errNotPositive = "ERR value is out of range, must be positive"

func sadd(c *Client) {
	o, ok := editOrCreate(c, c.Args[1], object.SetType)
	if !ok {
		return
	}
	s, added := o.Set(c.DB.Env()), 0
	for _, member := range c.Args[2:] {
		if s.Add(member) {
			added++
		}
	}
	done(c, o, added)
	c.ReplyInt(int64(added))
}

func srem(c *Client) {
	o, ok := edit(c, c.Args[1], object.SetType)
	if !ok {
		return
	}
	removed := 0
	if o != nil {
		s := o.Set(c.DB.Env())
		for _, member := range c.Args[2:] {
			if s.Remove(member) {
				removed++
			}
		}
		done(c, o, removed)
	}
	c.ReplyInt(int64(removed))
}

// smove answers SMOVE. Redis: smoveCommand.
func smove(c *Client) {
	from, member := c.Args[1], c.Args[3]
	source, ok := edit(c, from, object.SetType)
	if !ok {
		return
	}
	if source == nil {
		c.ReplyInt(0)
		return
	}
	to, ok := edit(c, c.Args[2], object.SetType)
	switch {
	case !ok:
	case to == source:
		replyBool(c, source.Set(c.DB.Env()).Has(member))
	case !source.Set(c.DB.Env()).Remove(member):
		c.ReplyInt(0)
	default:
		if to == nil {
			to = c.DB.Create(c.Args[2], object.SetType)
		}
		changed := 0
		if to.Set(c.DB.Env()).Add(member) {
			changed = 1
		}
		done(c, source, 1)
		done(c, to, changed)
		c.ReplyInt(1)
	}
}

func replyBool(c *Client, yes bool) {
	if yes {
		c.ReplyInt(1)
	} else {
		c.ReplyInt(0)
	}
}

func sismember(c *Client) {
	if o, ok := lookup(c, c.Args[1], object.SetType); ok {
		replyBool(c, o != nil && o.Set(c.DB.Env()).Has(c.Args[2]))
	}
}

func smismember(c *Client) {
	o, ok := lookup(c, c.Args[1], object.SetType)
	if !ok {
		return
	}
	c.ReplyArrayLen(len(c.Args) - 2)
	for _, member := range c.Args[2:] {
		replyBool(c, o != nil && o.Set(c.DB.Env()).Has(member))
	}
}

func scard(c *Client) {
	if o, ok := lookup(c, c.Args[1], object.SetType); ok {
		c.ReplyInt(int64(count(o)))
	}
}

// count is the number of elements of a collection; none has 0.
func count(o *object.Object) int {
	if o == nil {
		return 0
	}
	return o.Count()
}

func smembers(c *Client) {
	o, ok := lookup(c, c.Args[1], object.SetType)
	if !ok {
		return
	}
	c.ReplySetLen(count(o))
	if o != nil {
		replyMembers(c, o)
	}
}

// replyMembers replies all members of a set.
func replyMembers(c *Client, o *object.Object) {
	o.Set(c.DB.Env()).Each(func(member []byte) bool {
		c.ReplyBulk(member)
		return true
	})
}

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

var (
	wordSrem = []byte("SREM")
)

// spop answers SPOP. Which members go is a matter of chance, so the log has their names.
// Redis: spopCommand.
func spop(c *Client) {
	switch {
	case len(c.Args) > 3:
		c.ReplyError(engine.ErrSyntax)
		return
	case len(c.Args) == 3:
		spopMany(c)
		return
	}
	o, ok := edit(c, c.Args[1], object.SetType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyNull()
		return
	}
	s := o.Set(c.DB.Env())
	member := replyPopped(c, s)
	c.PropagateAs(wordSrem, c.Args[1], member)
	done(c, o, 1)
}

// replyPopped removes a member at random and replies it. What it returns stands in the
// reply.
func replyPopped(c *Client, s object.Set) (member []byte) {
	var room [20]byte
	member = s.Random(room[:])
	c.ReplyBulk(member)
	end := len(c.Reply) - len("\r\n")
	popped := c.Reply[end-len(member) : end]
	s.Remove(popped)
	return popped
}

// spopMany is SPOP with a count. Redis: spopWithCountCommand.
func spopMany(c *Client) {
	n, ok := parsePositive(c, c.Args[2])
	if !ok {
		return
	}
	o, ok := edit(c, c.Args[1], object.SetType)
	switch {
	case !ok:
	case o == nil || n == 0:
		c.ReplySetLen(0)
	case n >= o.Count():
		n = o.Count()
		c.ReplySetLen(n)
		replyMembers(c, o)
		c.PropagateAs(wordDel, c.Args[1])
		c.DB.Delete(c.Args[1])
		c.MarkDirty(1)
	default:
		c.ReplySetLen(n)
		c.PropagateAs(wordSrem, c.Args[1])
		s := o.Set(c.DB.Env())
		for range n {
			c.PropagateMore(replyPopped(c, s))
		}
		done(c, o, n)
	}
}

// srandmember answers SRANDMEMBER. Redis: srandmemberCommand.
func srandmember(c *Client) {
	switch {
	case len(c.Args) > 3:
		c.ReplyError(engine.ErrSyntax)
		return
	case len(c.Args) == 3:
		srandmemberMany(c)
		return
	}
	o, ok := lookup(c, c.Args[1], object.SetType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyNull()
		return
	}
	var room [20]byte
	c.ReplyBulk(o.Set(c.DB.Env()).Random(room[:]))
}

const errNotLong = "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"

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

// srandmemberMany is SRANDMEMBER with a count. Redis: srandmemberWithCountCommand.
func srandmemberMany(c *Client) {
	n, ok := parseCount(c, c.Args[2])
	if !ok {
		return
	}
	o, ok := lookup(c, c.Args[1], object.SetType)
	switch {
	case !ok:
	case o == nil || n == 0:
		c.ReplyArrayLen(0)
	case n < 0:
		var room [20]byte
		c.ReplyArrayLen(-n)
		for s := o.Set(c.DB.Env()); n < 0 && !c.TooLong(); n++ {
			c.ReplyBulk(s.Random(room[:]))
		}
	case n >= o.Count():
		c.ReplyArrayLen(o.Count())
		replyMembers(c, o)
	default:
		replySample(c, o, n)
	}
}

// sparseSample is how many times as many members as are wanted there must be for drawing to
// cost less than a walk.
const sparseSample = 3

// replySample replies n different members of a set that has more. Every set of n is as
// likely as the others: the walk takes the next member with a chance of what is wanted to
// what is left; few of many are drawn one by one instead, and those drawn already again.
func replySample(c *Client, o *object.Object, n int) {
	c.ReplyArrayLen(n)
	s, random := o.Set(c.DB.Env()), c.DB.Env().Random
	if n*sparseSample < o.Count() {
		drawn := make(map[string]bool, n)
		var room [20]byte
		for len(drawn) < n {
			if member := s.Random(room[:]); !drawn[string(member)] {
				drawn[string(member)] = true
				c.ReplyBulk(member)
			}
		}
		return
	}
	left := o.Count()
	s.Each(func(member []byte) bool {
		if random.IntN(left) < n {
			c.ReplyBulk(member)
			n--
		}
		left--
		return n > 0
	})
}

// lookupSets finds the sets of some keys: nil where there is none. Redis: sinterGenericCommand.
func lookupSets(c *Client, keys [][]byte) (sets []*object.Object, ok bool) {
	sets = make([]*object.Object, 0, len(keys))
	for _, key := range keys {
		o, ok := lookup(c, key, object.SetType)
		if !ok {
			return nil, false
		}
		sets = append(sets, o)
	}
	return sets, true
}

// intersect calls visit with the members that all sets have, until it returns false. It
// goes through the smallest set and asks the others, the smaller ones first.
func intersect(c *Client, sets []*object.Object, visit func(member []byte) bool) {
	slices.SortStableFunc(sets, func(a, b *object.Object) int { return count(a) - count(b) })
	if sets[0] == nil {
		return
	}
	env := c.DB.Env()
	sets[0].Set(env).Each(func(member []byte) bool {
		for _, o := range sets[1:] {
			if o != sets[0] && !o.Set(env).Has(member) {
				return true
			}
		}
		return visit(member)
	})
}

// subtract calls visit with the members of the first set that no other one has.
func subtract(c *Client, sets []*object.Object, visit func(member []byte) bool) {
	if sets[0] == nil {
		return
	}
	env := c.DB.Env()
	first, others := sets[0], sets[1:]
	slices.SortStableFunc(others, func(a, b *object.Object) int { return count(b) - count(a) }) // most are found in the largest
	first.Set(env).Each(func(member []byte) bool {
		for _, o := range others {
			if o != nil && (o == first || o.Set(env).Has(member)) {
				return true
			}
		}
		return visit(member)
	})
}

// unite calls visit with the members that any of the sets has.
func unite(c *Client, sets []*object.Object, visit func(member []byte) bool) {
	env := c.DB.Env()
	all := object.NewCollection(nil, object.SetType, env)
	for _, o := range sets {
		if o == nil {
			continue
		}
		o.Set(env).Each(func(member []byte) bool {
			if all.Set(env).Add(member) {
				visit(member)
			}
			return true
		})
	}
	object.Free(all)
}

// combination is SINTER, SUNION or SDIFF: it calls visit with the members of the result.
type combination func(c *Client, sets []*object.Object, visit func(member []byte) bool)

func sinter(c *Client) { replyCombined(c, intersect) }
func sunion(c *Client) { replyCombined(c, unite) }
func sdiff(c *Client)  { replyCombined(c, subtract) }

func replyCombined(c *Client, combine combination) {
	sets, ok := lookupSets(c, c.Args[1:])
	if !ok {
		return
	}
	n, at := 0, c.BeginArray()
	combine(c, sets, func(member []byte) bool {
		c.ReplyBulk(member)
		n++
		return true
	})
	c.EndSet(at, n)
}

func sinterstore(c *Client) { storeCombined(c, intersect) }
func sunionstore(c *Client) { storeCombined(c, unite) }
func sdiffstore(c *Client)  { storeCombined(c, subtract) }

func storeCombined(c *Client, combine combination) {
	sets, ok := lookupSets(c, c.Args[2:])
	if !ok {
		return
	}
	result := object.NewCollection(c.Args[1], object.SetType, c.DB.Env())
	combine(c, sets, func(member []byte) bool {
		result.Set(c.DB.Env()).Add(member)
		return true
	})
	store(c, result)
}

// store puts a collection in the place of what its key holds, and replies how many elements
// it has. An empty one deletes the key.
func store(c *Client, o *object.Object) {
	n := o.Count()
	if n > 0 {
		c.DB.Store(o)
		c.MarkDirty(1)
	} else {
		if c.DB.Delete(o.Key()) {
			c.MarkDirty(1)
		}
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

// sintercard answers SINTERCARD. Redis: sinterCardCommand.
func sintercard(c *Client) {
	keys, options, ok := parseCounted(c, c.Args[1:], "ERR numkeys should be greater than 0")
	if !ok {
		return
	}
	limit, ok := parseCardLimit(c, options)
	if !ok {
		return
	}
	sets, ok := lookupSets(c, keys)
	if !ok {
		return
	}
	n := 0
	intersect(c, sets, func([]byte) bool {
		n++
		return n != limit
	})
	c.ReplyInt(int64(n))
}

// parseCardLimit reads LIMIT; 0 is none.
func parseCardLimit(c *Client, options [][]byte) (limit int, ok bool) {
	for ; len(options) > 0; options = options[2:] {
		if len(options) == 1 || !engine.IsOption(options[0], "limit") {
			c.ReplyError(engine.ErrSyntax)
			return 0, false
		}
		n, ok := resp.ParseInt(options[1])
		if !ok || n < 0 {
			c.ReplyError("ERR LIMIT can't be negative")
			return 0, false
		}
		limit = int(n)
	}
	return limit, true
}

func sscan(c *Client) { scanCollection(c, object.SetType) }
