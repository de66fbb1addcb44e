// sortedset.go: sorted sets: members with scores, one by one.
//
// Every change of a score comes by ZADD's way, ZINCRBY's too. Redis: t_zset.c.

package command

import (
	"math"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
)

var sortedSetCommands = []Row{
	row("zadd", zadd, -4, Write|DenyOOM|Fast|Brief, ACLSortedSet, updateKey,
		doc("1.2.0", "O(log(N))", "<key> [NX|XX] [GT|LT] [CH] [INCR] <score> <member> [<score> <member> ...]", "Gives members of a sorted set their scores.")),
	row("zincrby", zincrby, 4, Write|DenyOOM|Fast|Brief, ACLSortedSet, accessKey,
		doc("1.2.0", "O(log(N))", "<key> <increment> <member>", "Adds to the score of a member.")),
	row("zrem", zrem, -3, Write|Fast|Brief, ACLSortedSet, deleteKey,
		doc("1.2.0", "O(M*log(N))", "<key> <member> [<member> ...]", "Removes members from a sorted set.")),
	row("zcard", zcard, 2, ReadOnly|Fast|Brief, ACLSortedSet, seenKey,
		doc("1.2.0", "O(1)", "<key>", "Answers how many members a sorted set has.")),
	row("zscore", zscore, 3, ReadOnly|Fast|Brief, ACLSortedSet, readKey,
		doc("1.2.0", "O(1)", "<key> <member>", "Answers the score of a member.")),
	row("zmscore", zmscore, -3, ReadOnly|Fast, ACLSortedSet, readKey,
		doc("6.2.0", "O(N)", "<key> <member> [<member> ...]", "Answers the scores of members.")),
	row("zrank", zrank, 3, ReadOnly|Fast|Brief, ACLSortedSet, readKey,
		doc("2.0.0", "O(log(N))", "<key> <member>", "Answers how many members have less than a member's score.")),
	row("zrevrank", zrevrank, 3, ReadOnly|Fast|Brief, ACLSortedSet, readKey,
		doc("2.0.0", "O(log(N))", "<key> <member>", "Answers how many members have more than a member's score.")),
	row("zscan", zscan, -3, ReadOnly, ACLSortedSet, readKey,
		doc("2.8.0", "O(1)", "<key> <cursor> [MATCH <pattern>] [COUNT <count>]", "Goes through the members of a sorted set, some at a time.", "nondeterministic_output")),
}

const errScoreIsNaN = "ERR resulting score is not a number (NaN)"

// addOptions are those of ZADD.
type addOptions struct {
	onlyNew, onlyOld, greater, less bool // NX, XX, GT, LT
	changed, increment              bool // CH, INCR
}

// parse takes an option, and reports whether arg is one.
func (a *addOptions) parse(arg []byte) bool {
	if len(arg) < 2 || arg[0] < 'A' { // as nearly all scores
		return false
	}
	switch {
	case engine.IsOption(arg, "nx"):
		a.onlyNew = true
	case engine.IsOption(arg, "xx"):
		a.onlyOld = true
	case engine.IsOption(arg, "gt"):
		a.greater = true
	case engine.IsOption(arg, "lt"):
		a.less = true
	case engine.IsOption(arg, "ch"):
		a.changed = true
	case engine.IsOption(arg, "incr"):
		a.increment = true
	default:
		return false
	}
	return true
}

// check replies the error if options contradict each other, or the pairs that follow them.
func (a *addOptions) check(c *Client, pairs [][]byte) (ok bool) {
	switch {
	case len(pairs) == 0 || len(pairs)%2 != 0:
		c.ReplyError(engine.ErrSyntax)
	case a.onlyNew && a.onlyOld:
		c.ReplyError("ERR XX and NX options at the same time are not compatible")
	case a.greater && a.onlyNew || a.less && a.onlyNew || a.greater && a.less:
		c.ReplyError("ERR GT, LT, and/or NX options at the same time are not compatible")
	case a.increment && len(pairs) > 2:
		c.ReplyError("ERR INCR option supports a single increment-element pair")
	default:
		return true
	}
	return false
}

func zadd(c *Client)    { addScores(c, addOptions{}) }
func zincrby(c *Client) { addScores(c, addOptions{increment: true}) }

// addScores answers ZADD and ZINCRBY. Redis: zaddGenericCommand.
func addScores(c *Client, options addOptions) {
	pairs := c.Args[2:]
	for len(pairs) > 0 && options.parse(pairs[0]) {
		pairs = pairs[1:]
	}
	if !options.check(c, pairs) {
		return
	}
	var few [16]float64
	scores := few[:0]
	for i := 0; i < len(pairs); i += 2 {
		score, ok := number.ParseFloat(pairs[i])
		if !ok {
			c.ReplyError(errNotFloat)
			return
		}
		scores = append(scores, score)
	}
	options.add(c, pairs, 2, scores)
}

// add gives members their scores and replies. Of the words each so many belong together, the
// member last.
func (a *addOptions) add(c *Client, words [][]byte, together int, scores []float64) {
	o, ok := edit(c, c.Args[1], object.SortedSetType)
	if !ok || !hasRoomForMembers(c, len(scores), 0) {
		return
	}
	if o == nil {
		if a.onlyOld {
			a.reply(c, counts{refused: 1}, 0)
			return
		}
		o = c.DB.Create(c.Args[1], object.SortedSetType)
	}
	n, last := a.apply(o.SortedSet(c.DB.Env()), words, together, scores)
	done(c, o, n.added+n.updated, a.event())
	a.reply(c, n, last)
}

const (
	fewMembers = 64 // for so many there is room in any case, and for all bytes of a request
	perMember  = 80 // bytes that a member takes beside its own, in list and table, at most
)

// hasRoomForMembers reports whether there is memory for so many members, with so many bytes,
// or replies the error.
func hasRoomForMembers(c *Client, members, bytes int) bool {
	return members <= fewMembers || c.HasRoomFor(members*perMember+bytes)
}

// event is what changes of scores are.
func (a *addOptions) event() string {
	if a.increment {
		return "zincr"
	}
	return "zadd"
}

// counts are of members: those that were added, those that have another score, and those
// that options did not let by.
type counts struct{ added, updated, refused int }

// apply adds members, and returns the last one's score: NaN, if that is what came out.
func (a *addOptions) apply(s object.SortedSet, words [][]byte, together int, scores []float64) (n counts, last float64) {
	for i, score := range scores {
		member := words[together*(i+1)-1]
		f := s.Find(member)
		if f.Found() && a.increment && !a.onlyNew {
			if score += f.Score; math.IsNaN(score) {
				return n, score
			}
		}
		last = score
		switch {
		case !f.Found() && a.onlyOld, f.Found() && a.refuses(score, f.Score):
			n.refused++
		case !f.Found():
			n.added++
			s.Put(f, member, score)
		case score != f.Score:
			n.updated++
			s.Put(f, member, score)
		}
	}
	return n, last
}

// refuses reports whether a member must keep the score that it has.
func (a *addOptions) refuses(score, has float64) bool {
	return a.onlyNew || a.less && score >= has || a.greater && score <= has
}

func (a *addOptions) reply(c *Client, n counts, last float64) {
	switch {
	case math.IsNaN(last):
		c.ReplyError(errScoreIsNaN)
	case a.increment && n.refused > 0:
		c.ReplyNull()
	case a.increment:
		c.ReplyDouble(last)
	case a.changed:
		c.ReplyInt(int64(n.added + n.updated))
	default:
		c.ReplyInt(int64(n.added))
	}
}

// zrem answers ZREM. Redis: zremCommand.
func zrem(c *Client) {
	o, ok := edit(c, c.Args[1], object.SortedSetType)
	if !ok {
		return
	}
	removed := 0
	if o != nil {
		s := o.SortedSet(c.DB.Env())
		for _, member := range c.Args[2:] {
			if s.Remove(member) {
				removed++
			}
		}
		done(c, o, removed, "zrem")
	}
	c.ReplyInt(int64(removed))
}

func zcard(c *Client) {
	if o, ok := lookup(c, c.Args[1], object.SortedSetType); ok {
		c.ReplyInt(int64(count(o)))
	}
}

func zscore(c *Client) {
	if o, ok := lookup(c, c.Args[1], object.SortedSetType); ok {
		replyScore(c, o, c.Args[2])
	}
}

// replyScore replies a member's score, or null.
func replyScore(c *Client, o *object.Object, member []byte) {
	if o == nil {
		c.ReplyNull()
		return
	}
	if f := o.SortedSet(c.DB.Env()).Find(member); f.Found() {
		c.ReplyDouble(f.Score)
	} else {
		c.ReplyNull()
	}
}

func zmscore(c *Client) {
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	if !ok {
		return
	}
	c.ReplyArrayLen(len(c.Args) - 2)
	for _, member := range c.Args[2:] {
		replyScore(c, o, member)
	}
}

func zrank(c *Client)    { replyRank(c, false) }
func zrevrank(c *Client) { replyRank(c, true) }

// replyRank answers ZRANK and ZREVRANK. Redis: zrankGenericCommand.
func replyRank(c *Client, fromEnd bool) {
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	if !ok {
		return
	}
	rank := -1
	if o != nil {
		rank = o.SortedSet(c.DB.Env()).Rank(c.Args[2])
	}
	switch {
	case rank < 0:
		c.ReplyNull()
	case fromEnd:
		c.ReplyInt(int64(o.Count() - 1 - rank))
	default:
		c.ReplyInt(int64(rank))
	}
}

func zscan(c *Client) { scanCollection(c, object.SortedSetType) }
