// sortedset_pop.go: members from an end of a sorted set, and members at random.
//
// ZMPOP takes from the first key that has something, which depends on more keys than the one
// that changes: so it is logged as the ZPOPMIN or ZPOPMAX that it was. Redis: t_zset.c,
// genericZpopCommand, zrandmemberWithCountCommand.

package command

import (
	"math"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
)

var sortedSetPopCommands = []Row{
	row("zpopmin", zpopmin, -2, Write|Fast, ACLSortedSet, takeKey,
		doc("5.0.0", "O(log(N)*M)", "<key> [<count>]", "Removes the members with the lowest scores, and answers them.")),
	row("zpopmax", zpopmax, -2, Write|Fast, ACLSortedSet, takeKey,
		doc("5.0.0", "O(log(N)*M)", "<key> [<count>]", "Removes the members with the highest scores, and answers them.")),
	row("zmpop", zmpop, -4, Write|MovableKeys, ACLSortedSet, countedTaken,
		doc("7.0.0", "O(K)+O(N*log(M))", "<numkeys> <key> [<key> ...] (MIN|MAX) [COUNT <count>]", "Removes members from the first sorted set that has some, and answers them.")),
	row("zrandmember", zrandmember, -2, ReadOnly, ACLSortedSet, readKey,
		doc("6.2.0", "O(N)", "<key> [<count> [WITHSCORES]]", "Answers members of a sorted set at random.", "nondeterministic_output")),
}

func zpopmin(c *Client) { popFrom(c, false) }
func zpopmax(c *Client) { popFrom(c, true) }

// popFrom answers ZPOPMIN and ZPOPMAX.
func popFrom(c *Client, highest bool) {
	n, ok := 1, true
	switch {
	case len(c.Args) > 3:
		c.ReplyError(engine.ErrSyntax)
		return
	case len(c.Args) == 3:
		if n, ok = parsePositive(c, c.Args[2]); !ok {
			return
		}
	}
	o, ok := edit(c, c.Args[1], object.SortedSetType)
	switch {
	case !ok:
	case o == nil || n == 0:
		c.ReplyArrayLen(0)
	default:
		n = min(n, o.Count())
		if len(c.Args) == 2 {
			c.ReplyArrayLen(2)
			popMembers(c, o, highest, n, flat)
			return
		}
		c.ReplyPairsLen(n)
		popMembers(c, o, highest, n, (*Client).ReplyPair)
	}
}

// popMembers removes n members from an end of a sorted set that has as many, and replies
// each with its score behind it; begin replies what stands before both. The key is gone if
// it was all.
func popMembers(c *Client, o *object.Object, highest bool, n int, begin func(*Client)) {
	s, first := o.SortedSet(c.DB.Env()), 0
	if highest {
		first = s.Len() - n
	}
	s.Each(first, n, highest, func(member []byte, score float64) {
		begin(c)
		c.ReplyBulk(member)
		c.ReplyDouble(score)
	})
	s.DeleteRanks(first, n)
	done(c, o, n, popMembersEvent(highest))
}

func popMembersEvent(highest bool) string {
	if highest {
		return "zpopmax"
	}
	return "zpopmin"
}

// flat begins a member whose score is simply the next reply.
func flat(*Client) {}

var popWords = map[bool][]byte{false: []byte("ZPOPMIN"), true: []byte("ZPOPMAX")} // by which end

// popFirstMembers takes from the first of the sorted sets that is there, and reports whether
// one is, or is of another type: then it has replied. It is what BZMPOP begins with.
func popFirstMembers(c *Client, p popOptions) (replied bool) {
	highest := !p.end
	for _, key := range p.keys {
		o, ok := edit(c, key, object.SortedSetType)
		if !ok {
			return true
		}
		if o == nil {
			continue
		}
		n := min(p.count, o.Count())
		c.PropagateAs(popWords[highest], key, c.Engine.Decimal(int64(n)))
		c.ReplyArrayLen(2)
		c.ReplyBulk(key)
		c.ReplyArrayLen(n)
		popMembers(c, o, highest, n, func(c *Client) { c.ReplyArrayLen(2) })
		return true
	}
	return false
}

func zmpop(c *Client) {
	if p, ok := parsePop(c, c.Args[1:], "min", "max"); ok && !popFirstMembers(c, p) {
		c.ReplyNullArray()
	}
}

// zrandmember answers ZRANDMEMBER. Redis: zrandmemberCommand.
func zrandmember(c *Client) {
	if len(c.Args) > 2 {
		zrandmemberMany(c)
		return
	}
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	if !ok {
		return
	}
	if o == nil {
		c.ReplyNull()
		return
	}
	var room object.Room
	s := o.SortedSet(c.DB.Env())
	member, _ := s.Member(s.Random(), &room)
	c.ReplyBulk(member)
}

// zrandmemberMany is ZRANDMEMBER with a count. Redis: zrandmemberWithCountCommand.
func zrandmemberMany(c *Client) {
	n, ok := parseCount(c, c.Args[2])
	if !ok {
		return
	}
	withScores := len(c.Args) == 4
	switch {
	case len(c.Args) > 4 || withScores && !engine.IsOption(c.Args[3], "withscores"):
		c.ReplyError(engine.ErrSyntax)
		return
	case withScores && (n < -math.MaxInt64/2 || n > math.MaxInt64/2):
		c.ReplyError("ERR value is out of range")
		return
	}
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	switch {
	case !ok:
	case o == nil || n == 0:
		c.ReplyArrayLen(0)
	case n >= o.Count():
		replyMembersOf(c, o.SortedSet(c.DB.Env()), 0, o.Count(), true, withScores)
	default:
		replyDrawn(c, o.SortedSet(c.DB.Env()), n, withScores)
	}
}

// replyDrawn replies n different members at random, of more, or -n that may be the same.
func replyDrawn(c *Client, s object.SortedSet, n int, withScores bool) {
	if length := max(n, -n); withScores {
		c.ReplyPairsLen(length)
	} else {
		c.ReplyArrayLen(length)
	}
	var room object.Room
	reply := func(at object.Place) {
		member, score := s.Member(at, &room)
		if withScores {
			c.ReplyPair()
		}
		c.ReplyBulk(member)
		if withScores {
			c.ReplyDouble(score)
		}
	}
	if n < 0 {
		for ; n < 0 && !c.TooLong(); n++ {
			reply(s.Random())
		}
		return
	}
	if n*sparseSample < s.Len() {
		drawn := make(map[object.Place]bool, n)
		for len(drawn) < n {
			if at := s.Random(); !drawn[at] {
				drawn[at] = true
				reply(at)
			}
		}
		return
	}
	at, random := s.At(0), c.DB.Env().Random
	for left := s.Len(); n > 0; left-- { // each with a chance of what is wanted to what is left
		if random.IntN(left) < n {
			reply(at)
			n--
		}
		if n > 0 {
			at = s.Next(at)
		}
	}
}
