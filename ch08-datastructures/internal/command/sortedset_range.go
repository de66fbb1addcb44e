// sortedset_range.go: members in a range: of ranks, of scores, or of names.
//
// All ranges are ranges of ranks in the end, so what they are for is the same for all:
//
//	ZRANGE z (10 +inf BYSCORE LIMIT 5 3
//	    above 10                ranks 40 to 99       two searches
//	    LIMIT 5 3               ranks 45 to 47       a sum
//	    answer, or store, or remove, from rank 45 on, or from rank 47 backwards
//
// So LIMIT costs the same however many are passed over, and the length of a reply is known
// at its beginning. Redis walks (t_zset.c, zrangeGenericCommand and its neighbours).

package command

import (
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
)

var sortedSetRangeCommands = []Row{
	row("zrange", zrange, -4, ReadOnly, ACLSortedSet, readKey,
		doc("1.2.0", "O(log(N)+M)", "<key> <start:string> <stop:string> [BYSCORE|BYLEX] [REV] [LIMIT <offset> <count>] [WITHSCORES]", "Answers the members in a range.")),
	row("zrangestore", zrangestore, -5, Write|DenyOOM, ACLSortedSet, storeFromOne,
		doc("6.2.0", "O(log(N)+M)", "<dst> <src> <min> <max> [BYSCORE|BYLEX] [REV] [LIMIT <offset> <count>]", "Stores the members in a range.")),
	row("zrevrange", zrevrange, -4, ReadOnly, ACLSortedSet, readKey,
		deprecated("6.2.0", "`ZRANGE` with the `REV` argument", doc("1.2.0", "O(log(N)+M)", "<key> <start> <stop> [WITHSCORES]", "Answers the members in a range of ranks, the last one first."))),
	row("zrangebyscore", zrangebyscore, -4, ReadOnly, ACLSortedSet, readKey,
		deprecated("6.2.0", "`ZRANGE` with the `BYSCORE` argument", doc("1.0.5", "O(log(N)+M)", "<key> <min:double> <max:double> [WITHSCORES] [LIMIT <offset> <count>]", "Answers the members in a range of scores."))),
	row("zrevrangebyscore", zrevrangebyscore, -4, ReadOnly, ACLSortedSet, readKey,
		deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYSCORE` arguments", doc("2.2.0", "O(log(N)+M)", "<key> <max:double> <min:double> [WITHSCORES] [LIMIT <offset> <count>]", "Answers the members in a range of scores, the last one first."))),
	row("zrangebylex", zrangebylex, -4, ReadOnly, ACLSortedSet, readKey,
		deprecated("6.2.0", "`ZRANGE` with the `BYLEX` argument", doc("2.8.9", "O(log(N)+M)", "<key> <min> <max> [LIMIT <offset> <count>]", "Answers the members in a range of names."))),
	row("zrevrangebylex", zrevrangebylex, -4, ReadOnly, ACLSortedSet, readKey,
		deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYLEX` arguments", doc("2.8.9", "O(log(N)+M)", "<key> <max> <min> [LIMIT <offset> <count>]", "Answers the members in a range of names, the last one first."))),
	row("zcount", zcount, 4, ReadOnly|Fast, ACLSortedSet, readKey,
		doc("2.0.0", "O(log(N))", "<key> <min:double> <max:double>", "Answers how many members are in a range of scores.")),
	row("zlexcount", zlexcount, 4, ReadOnly|Fast, ACLSortedSet, readKey,
		doc("2.8.9", "O(log(N))", "<key> <min> <max>", "Answers how many members are in a range of names.")),
	row("zremrangebyrank", zremrangebyrank, 4, Write, ACLSortedSet, deleteKey,
		doc("2.0.0", "O(log(N)+M)", "<key> <start> <stop>", "Removes the members in a range of ranks.")),
	row("zremrangebyscore", zremrangebyscore, 4, Write, ACLSortedSet, deleteKey,
		doc("1.2.0", "O(log(N)+M)", "<key> <min:double> <max:double>", "Removes the members in a range of scores.")),
	row("zremrangebylex", zremrangebylex, 4, Write, ACLSortedSet, deleteKey,
		doc("2.8.9", "O(log(N)+M)", "<key> <min> <max>", "Removes the members in a range of names.")),
}

const (
	errNotBound = "ERR min or max is not a float"
	errNotName  = "ERR min or max not valid string range item"
)

// order is by what a range counts.
type order uint8

const (
	anyOrder order = iota // the command's arguments say it
	byRank
	byScore
	byName
)

// selection is a range, and what of it is wanted.
type selection struct {
	order       order
	fromEnd     bool
	withScores  bool
	start, stop int          // ranks, negative from the end
	bounds      object.Range // scores or names
	offset      int          // how many are passed over
	limit       int          // how many are wanted; negative is all
}

// parseSelection reads min, max and the options behind them, or replies the error.
// The command may have settled the order and the end to begin at. Redis: zrangeGenericCommand.
func parseSelection(c *Client, args [][]byte, s selection, stores bool) (_ selection, ok bool) {
	directed := s.order != anyOrder
	s.limit = -1
	for options := args[2:]; len(options) > 0; options = options[1:] {
		switch {
		case !stores && engine.IsOption(options[0], "withscores"):
			s.withScores = true
		case len(options) > 2 && engine.IsOption(options[0], "limit"):
			offset, ok := c.ParseInt(options[1])
			if !ok {
				return s, false
			}
			limit, ok := c.ParseInt(options[2])
			if !ok {
				return s, false
			}
			s.offset, s.limit = int(offset), int(limit)
			options = options[2:]
		case !directed && !s.fromEnd && engine.IsOption(options[0], "rev"):
			s.fromEnd = true
		case s.order == anyOrder && engine.IsOption(options[0], "bylex"):
			s.order = byName
		case s.order == anyOrder && engine.IsOption(options[0], "byscore"):
			s.order = byScore
		default:
			c.ReplyError(engine.ErrSyntax)
			return s, false
		}
	}
	if s.order == anyOrder {
		s.order = byRank
	}
	switch {
	case s.limit != -1 && s.order == byRank:
		c.ReplyError("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX")
		return s, false
	case s.withScores && s.order == byName:
		c.ReplyError("ERR syntax error, WITHSCORES not supported in combination with BYLEX")
		return s, false
	case s.fromEnd && s.order != byRank:
		return s, s.parseRange(c, args[1], args[0])
	}
	return s, s.parseRange(c, args[0], args[1])
}

// parseRange reads the ends, or replies the error.
func (s *selection) parseRange(c *Client, low, high []byte) (ok bool) {
	switch s.order {
	case byScore:
		if s.bounds, ok = scoreRange(low, high); !ok {
			c.ReplyError(errNotBound)
		}
		return ok
	case byName:
		if s.bounds, ok = nameRange(low, high); !ok {
			c.ReplyError(errNotName)
		}
		return ok
	}
	start, ok := c.ParseInt(low)
	if !ok {
		return false
	}
	stop, ok := c.ParseInt(high)
	s.start, s.stop = int(start), int(stop)
	return ok
}

// scoreRange reads a range of scores. Redis: zslParseRange.
func scoreRange(low, high []byte) (r object.Range, ok bool) {
	if r.Low, ok = scoreBound(low); ok {
		r.High, ok = scoreBound(high)
	}
	return r, ok
}

func scoreBound(b []byte) (object.Bound, bool) {
	open := len(b) > 0 && b[0] == '('
	if open {
		b = b[1:]
	}
	score, ok := number.ParseBound(b)
	return object.AtScore(score, open), ok
}

// nameRange reads a range of names. Redis: zslParseLexRange.
func nameRange(low, high []byte) (r object.Range, ok bool) {
	if r.Low, ok = nameBound(low); ok {
		r.High, ok = nameBound(high)
	}
	return r, ok
}

func nameBound(b []byte) (_ object.Bound, ok bool) {
	if len(b) == 0 {
		return object.Bound{}, false
	}
	whole := len(b) == 1 || b[1] == 0 // where a C string ends
	switch b[0] {
	case '-':
		return object.Endless(-1), whole
	case '+':
		return object.Endless(1), whole
	case '[', '(':
		return object.AtName(b[1:], b[0] == '('), true
	}
	return object.Bound{}, false
}

// ranks are the first rank of what is selected, and how many there are.
func (s *selection) ranks(o object.SortedSet) (first, n int) {
	if s.order == byRank {
		return s.ofRanks(o.Len())
	}
	first, end := o.Ranks(&s.bounds)
	if s.offset < 0 || s.offset >= end-first {
		return 0, 0
	}
	n = end - first - s.offset
	if s.limit >= 0 {
		n = min(n, s.limit)
	}
	if s.fromEnd {
		return end - s.offset - n, n
	}
	return first + s.offset, n
}

// ofRanks is ranks for a range of ranks, of so many members.
func (s *selection) ofRanks(members int) (first, n int) {
	start, stop := s.start, s.stop
	if start < 0 {
		start = max(0, start+members)
	}
	if stop < 0 {
		stop += members
	}
	stop = min(stop, members-1)
	if start > stop {
		return 0, 0
	}
	if n = stop - start + 1; s.fromEnd {
		return members - 1 - stop, n
	}
	return start, n
}

func zrange(c *Client)           { replySelected(c, selection{}) }
func zrevrange(c *Client)        { replySelected(c, selection{order: byRank, fromEnd: true}) }
func zrangebyscore(c *Client)    { replySelected(c, selection{order: byScore}) }
func zrevrangebyscore(c *Client) { replySelected(c, selection{order: byScore, fromEnd: true}) }
func zrangebylex(c *Client)      { replySelected(c, selection{order: byName}) }
func zrevrangebylex(c *Client)   { replySelected(c, selection{order: byName, fromEnd: true}) }

func replySelected(c *Client, s selection) {
	s, ok := parseSelection(c, c.Args[2:], s, false)
	if !ok {
		return
	}
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	switch {
	case !ok:
		return
	case o == nil:
		c.ReplyArrayLen(0)
		return
	}
	members := o.SortedSet(c.DB.Env())
	first, n := s.ranks(members)
	expectElements(c, o, n)
	replyMembersOf(c, members, first, n, s.fromEnd, s.withScores)
}

// replyMembersOf replies n members from rank first on.
func replyMembersOf(c *Client, s object.SortedSet, first, n int, fromEnd, withScores bool) {
	if withScores {
		c.ReplyPairsLen(n)
	} else {
		c.ReplyArrayLen(n)
	}
	s.Each(first, n, fromEnd, func(member []byte, score float64) {
		if withScores {
			c.ReplyPair()
		}
		c.ReplyBulk(member)
		if withScores {
			c.ReplyDouble(score)
		}
	})
}

// zrangestore answers ZRANGESTORE. Redis: zrangestoreCommand.
func zrangestore(c *Client) {
	s, ok := parseSelection(c, c.Args[3:], selection{}, true)
	if !ok {
		return
	}
	o, ok := lookup(c, c.Args[2], object.SortedSetType)
	if !ok {
		return
	}
	env := c.DB.Env()
	first, n := 0, 0
	if o != nil {
		if first, n = s.ranks(o.SortedSet(env)); !hasRoomForMembers(c, n, o.MemoryUsage(sizeSamples)) {
			return
		}
	}
	result := object.NewCollection(c.Args[1], object.SortedSetType, env)
	if n > 0 {
		to := result.SortedSet(env)
		o.SortedSet(env).Each(first, n, s.fromEnd, func(member []byte, score float64) { to.Add(member, score) })
	}
	store(c, result, "zrangestore")
}

func zcount(c *Client)    { countSelected(c, byScore) }
func zlexcount(c *Client) { countSelected(c, byName) }

func countSelected(c *Client, by order) {
	s := selection{order: by, limit: -1}
	if !s.parseRange(c, c.Args[2], c.Args[3]) {
		return
	}
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	switch {
	case !ok:
	case o == nil:
		c.ReplyInt(0)
	default:
		_, n := s.ranks(o.SortedSet(c.DB.Env()))
		c.ReplyInt(int64(n))
	}
}

func zremrangebyrank(c *Client)  { removeSelected(c, byRank) }
func zremrangebyscore(c *Client) { removeSelected(c, byScore) }
func zremrangebylex(c *Client)   { removeSelected(c, byName) }

// removeSelected answers ZREMRANGEBYRANK and its neighbours. Redis: zremrangeGenericCommand.
func removeSelected(c *Client, by order) {
	s := selection{order: by, limit: -1}
	if !s.parseRange(c, c.Args[2], c.Args[3]) {
		return
	}
	o, ok := edit(c, c.Args[1], object.SortedSetType)
	switch {
	case !ok:
		return
	case o == nil:
		c.ReplyInt(0)
		return
	}
	members := o.SortedSet(c.DB.Env())
	removed := members.DeleteRanks(s.ranks(members))
	done(c, o, removed, c.Command.Name)
	c.ReplyInt(int64(removed))
}
