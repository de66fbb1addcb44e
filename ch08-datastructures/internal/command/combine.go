// combine.go: what sets have in common, together, and one without the others.
//
//	SINTER a b c   through the smallest one: O(its members * sets)
//	SUNION a b c   through all: O(members of all)
//	SDIFF a b c    through the first one, or through all: what is less
//
// What is stored replaces anything; an intset if all members are integers, and not too
// many. Redis: t_set.c, sinterGenericCommand and sunionDiffGenericCommand.

package command

import (
	"slices"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
)

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

// combination is SINTER, SUNION or SDIFF. Where there is a set to put the result into, which
// is empty, it does so; else it calls visit with the members, until that returns false.
type combination func(c *Client, sets []*object.Object, into *object.Object, visit visitor)

type visitor = func(member []byte) bool

// adder adds members to a set.
func adder(c *Client, into *object.Object) visitor {
	s := into.Set(c.DB.Env())
	return func(member []byte) bool {
		s.Add(member)
		return true
	}
}

// intersect goes through the smallest set and asks the others, the smaller ones first.
// Redis: sinterGenericCommand.
func intersect(c *Client, sets []*object.Object, into *object.Object, visit visitor) {
	slices.SortStableFunc(sets, func(a, b *object.Object) int { return count(a) - count(b) })
	if sets[0] == nil {
		return
	}
	if into != nil {
		visit = adder(c, into)
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

// subtract has the members of the first set that no other one has, in the way that costs
// less: to ask the others for each of them, or to remove theirs from a copy. Redis:
// sunionDiffGenericCommand.
func subtract(c *Client, sets []*object.Object, into *object.Object, visit visitor) {
	first, others := sets[0], sets[1:]
	if first == nil || slices.Contains(others, first) {
		return
	}
	asking, removing := count(first), count(first)
	for _, o := range others {
		if o != nil {
			asking += count(first)
			removing += count(o)
		}
	}
	switch {
	case asking/2 <= removing:
		if into != nil {
			visit = adder(c, into)
		}
		subtractAsking(c, first, others, visit)
	case into != nil:
		subtractRemoving(c, first, others, into)
	default:
		left := object.NewCollection(nil, object.SetType, c.DB.Env())
		subtractRemoving(c, first, others, left)
		left.Set(c.DB.Env()).Each(visit)
		object.Free(left)
	}
}

func subtractAsking(c *Client, first *object.Object, others []*object.Object, visit visitor) {
	env := c.DB.Env()
	slices.SortStableFunc(others, func(a, b *object.Object) int { return count(b) - count(a) }) // most are found in the largest
	first.Set(env).Each(func(member []byte) bool {
		for _, o := range others {
			if o != nil && o.Set(env).Has(member) {
				return true
			}
		}
		return visit(member)
	})
}

func subtractRemoving(c *Client, first *object.Object, others []*object.Object, left *object.Object) {
	env := c.DB.Env()
	first.Set(env).Each(adder(c, left))
	for _, o := range others {
		if o != nil {
			o.Set(env).Each(func(member []byte) bool {
				left.Set(env).Remove(member)
				return left.Count() > 0
			})
		}
	}
}

// unite has the members that any of the sets has.
func unite(c *Client, sets []*object.Object, into *object.Object, visit visitor) {
	env, all := c.DB.Env(), into
	if into == nil {
		all = object.NewCollection(nil, object.SetType, env)
		defer object.Free(all)
	}
	for _, o := range sets {
		if o == nil {
			continue
		}
		o.Set(env).Each(func(member []byte) bool {
			if all.Set(env).Add(member) && into == nil {
				visit(member)
			}
			return true
		})
	}
}

func sinter(c *Client) { replyCombined(c, intersect) }
func sunion(c *Client) { replyCombined(c, unite) }
func sdiff(c *Client)  { replyCombined(c, subtract) }

func replyCombined(c *Client, combine combination) {
	sets, ok := lookupSets(c, c.Args[1:])
	if !ok {
		return
	}
	n, at := 0, c.BeginArray()
	combine(c, sets, nil, func(member []byte) bool {
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
	combine(c, sets, result, nil)
	store(c, result, c.Command.Name)
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
	intersect(c, sets, nil, func([]byte) bool {
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
