// set.go: sets: members, each once, in no order. What several of them have in common is in
// combine.go. Redis: t_set.c.

package command

import (
	"bytes"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
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
	done(c, o, added, "sadd")
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
		done(c, o, removed, "srem")
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
		done(c, source, 1, "srem")
		if to == nil {
			to = c.DB.Create(c.Args[2], object.SetType)
		}
		changed := 0
		if to.Set(c.DB.Env()).Add(member) {
			changed = 1
		}
		done(c, to, changed, "sadd")
		c.ReplyInt(1)
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

func smembers(c *Client) {
	o, ok := lookup(c, c.Args[1], object.SetType)
	if !ok {
		return
	}
	c.ReplySetLen(count(o))
	if o != nil {
		expectElements(c, o, count(o))
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

var wordSrem = []byte("SREM")

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
	done(c, o, 1, "spop")
}

// replyPopped removes a member at random and replies it. What it returns stands in the
// reply; or in a copy, if there was no memory for that and the client will be closed.
func replyPopped(c *Client, s object.Set) (member []byte) {
	var room [20]byte // stays on the stack, for what is returned never stands in it
	drawn, before := s.Random(room[:]), len(c.Reply)
	c.ReplyBulk(drawn)
	if len(c.Reply) == before {
		member = bytes.Clone(drawn)
	} else {
		end := len(c.Reply) - len("\r\n")
		member = c.Reply[end-len(drawn) : end]
	}
	s.Remove(member)
	return member
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
		c.Notify(NotifySet, "spop", c.Args[1])
		c.Notify(NotifyGeneric, "del", c.Args[1])
		c.DB.Delete(c.Args[1])
		c.MarkDirty(n)
	default:
		c.ReplySetLen(n)
		c.PropagateAs(wordSrem, c.Args[1])
		s := o.Set(c.DB.Env())
		for range n {
			c.PropagateMore(replyPopped(c, s))
		}
		done(c, o, n, "spop")
		if o.Encoding() == object.HashTable && o.Count()*fewLeft <= n {
			storeAsIntset(c, o)
		}
	}
}

// fewLeft is how many times as many members must have been popped as are left for Redis to
// make a new set of these, which may be an intset again.
const fewLeft = 5

// storeAsIntset puts an intset in the place of a set that could be one. The object is not
// good any more then. O(members).
func storeAsIntset(c *Client, o *object.Object) {
	if o.Count() > c.DB.Env().SetInts {
		return
	}
	small := object.NewCollection(o.Key(), object.SetType, c.DB.Env())
	o.Set(c.DB.Env()).Each(func(member []byte) bool {
		small.Set(c.DB.Env()).Add(member)
		return small.Encoding() == object.IntSet
	})
	if small.Encoding() != object.IntSet {
		object.Free(small)
		return
	}
	at, expires := o.ExpireAt(), o.Expires()
	c.DB.Store(small)
	if expires {
		c.DB.SetExpire(small.Key(), at)
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

func sscan(c *Client) { scanCollection(c, object.SetType) }
