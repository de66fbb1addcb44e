// sortedset_combine.go: unions, intersections and differences.
//
//	ZUNION 2 a b WEIGHTS 1 10 AGGREGATE MAX
//	    a: ada 1, bob 2      b: bob 1      result: ada 1, bob max(2, 10*1)
//
// A set counts as a sorted set whose members all have the score 1. What comes out is in
// order: so it is put together as a sorted set, which is then replied, or stored.
//
// Redis: t_zset.c, zunionInterDiffGenericCommand.

package command

import (
	"math"
	"slices"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
)

var sortedSetCombineCommands = []Row{
	row("zunion", zunion, -3, ReadOnly|MovableKeys, ACLSortedSet, countedKeys,
		doc("6.2.0", "O(N)+O(M*log(M))", "<numkeys> <key> [<key> ...] [WEIGHTS <weight> [<weight> ...]] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]", "Answers the members that any of the sorted sets has.")),
	row("zunionstore", zunionstore, -4, Write|DenyOOM|MovableKeys, ACLSortedSet, storeCounted,
		doc("2.0.0", "O(N)+O(M*log(M))", "<destination> <numkeys> <key> [<key> ...] [WEIGHTS <weight> [<weight> ...]] [AGGREGATE (SUM|MIN|MAX)]", "Stores the members that any of the sorted sets has.")),
	row("zinter", zinter, -3, ReadOnly|MovableKeys, ACLSortedSet, countedKeys,
		doc("6.2.0", "O(N*K)+O(M*log(M))", "<numkeys> <key> [<key> ...] [WEIGHTS <weight> [<weight> ...]] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]", "Answers the members that all of the sorted sets have.")),
	row("zinterstore", zinterstore, -4, Write|DenyOOM|MovableKeys, ACLSortedSet, storeCounted,
		doc("2.0.0", "O(N*K)+O(M*log(M))", "<destination> <numkeys> <key> [<key> ...] [WEIGHTS <weight> [<weight> ...]] [AGGREGATE (SUM|MIN|MAX)]", "Stores the members that all of the sorted sets have.")),
	row("zintercard", zintercard, -3, ReadOnly|MovableKeys, ACLSortedSet, countedKeys,
		doc("7.0.0", "O(N*K)", "<numkeys> <key> [<key> ...] [LIMIT <limit>]", "Answers how many members all of the sorted sets have.")),
	row("zdiff", zdiff, -3, ReadOnly|MovableKeys, ACLSortedSet, countedKeys,
		doc("6.2.0", "O(L+(N-K)log(N))", "<numkeys> <key> [<key> ...] [WITHSCORES]", "Answers the members of the first sorted set that no other one has.")),
	row("zdiffstore", zdiffstore, -4, Write|DenyOOM|MovableKeys, ACLSortedSet, storeCounted,
		doc("6.2.0", "O(L+(N-K)log(N))", "<destination> <numkeys> <key> [<key> ...]", "Stores the members of the first sorted set that no other one has.")),
}

// source is a sorted set, or a set, that is combined with others; nil is an empty one.
type source struct {
	o      *object.Object
	weight float64
}

func (s *source) len() int { return count(s.o) }

// each calls visit with all members and their scores, until it returns false.
func (s *source) each(env *object.Env, visit func(member []byte, score float64) bool) {
	switch {
	case s.o == nil:
	case s.o.Type() == object.SetType:
		s.o.Set(env).Each(func(member []byte) bool { return visit(member, 1) })
	default:
		var room object.Room
		z := s.o.SortedSet(env)
		for at := z.At(0); at != 0 && visit(z.Member(at, &room)); {
			at = z.Next(at)
		}
	}
}

// find is a member's score.
func (s *source) find(env *object.Env, member []byte) (score float64, ok bool) {
	switch {
	case s.o == nil:
		return 0, false
	case s.o.Type() == object.SetType:
		return 1, s.o.Set(env).Has(member)
	}
	f := s.o.SortedSet(env).Find(member)
	return f.Score, f.Found()
}

// aggregate is how the scores of one member become one.
type aggregate uint8

const (
	sum aggregate = iota
	lowest
	highest
)

// of is one score of two. Infinities of both signs add up to 0. Redis: zunionInterAggregate.
func (a aggregate) of(x, y float64) float64 {
	switch {
	case a == sum:
		return orZero(x + y)
	case a == lowest && y < x, a == highest && y > x:
		return y
	}
	return x
}

func orZero(score float64) float64 {
	if math.IsNaN(score) { // infinity times 0, or less infinity
		return 0
	}
	return score
}

// operation is what is made of the sources.
type operation uint8

const (
	union operation = iota
	intersection
	difference
	cardinality // of the intersection
)

// combined is what is to be combined, and how.
type combined struct {
	op         operation
	sources    []source
	aggregate  aggregate
	withScores bool
	limit      int // of the cardinality; 0 is none
}

// parseCombined reads a number of keys, the keys and the options, or replies the error. As
// in Redis, keys are looked at before options.
func parseCombined(c *Client, args [][]byte, op operation, stores bool) (p combined, ok bool) {
	p.op = op
	n, ok := c.ParseInt(args[0])
	switch args = args[1:]; {
	case !ok:
		return p, false
	case n < 1:
		c.ReplyError("ERR at least 1 input key is needed for '" + c.Command.Name + "' command")
		return p, false
	case n > int64(len(args)):
		c.ReplyError(engine.ErrSyntax)
		return p, false
	}
	p.sources = make([]source, 0, n)
	for _, key := range args[:n] {
		o := c.DB.LookupRead(key)
		if o != nil && o.Type() != object.SetType && o.Type() != object.SortedSetType {
			c.ReplyError(engine.ErrWrongType)
			return p, false
		}
		p.sources = append(p.sources, source{o, 1})
	}
	for args = args[n:]; len(args) > 0; {
		used := p.option(c, args, stores)
		if used == 0 {
			return p, false
		}
		args = args[used:]
	}
	return p, true
}

// option reads the option that args begin with, and returns how many words it has; 0 if it
// is none, then it has replied the error.
func (p *combined) option(c *Client, args [][]byte, stores bool) (words int) {
	weighs := p.op == union || p.op == intersection
	switch {
	case weighs && len(args) > len(p.sources) && engine.IsOption(args[0], "weights"):
		for i := range p.sources {
			weight, ok := number.ParseFloat(args[1+i])
			if !ok {
				c.ReplyError("ERR weight value is not a float")
				return 0
			}
			p.sources[i].weight = weight
		}
		return 1 + len(p.sources)
	case weighs && len(args) > 1 && engine.IsOption(args[0], "aggregate"):
		for a, name := range []string{sum: "sum", lowest: "min", highest: "max"} {
			if engine.IsOption(args[1], name) {
				p.aggregate = aggregate(a)
				return 2
			}
		}
	case !stores && p.op != cardinality && engine.IsOption(args[0], "withscores"):
		p.withScores = true
		return 1
	case p.op == cardinality && len(args) > 1 && engine.IsOption(args[0], "limit"):
		limit, ok := resp.ParseInt(args[1])
		if !ok || limit < 0 {
			c.ReplyError("ERR LIMIT can't be negative")
			return 0
		}
		p.limit = int(limit)
		return 2
	}
	c.ReplyError(engine.ErrSyntax)
	return 0
}

// each calls visit with the members of the result and their scores, until it returns false;
// those of a union several times, with a score from each source.
func (p *combined) each(env *object.Env, visit func(member []byte, score float64) bool) {
	if p.op != difference { // the smallest one first
		slices.SortStableFunc(p.sources, func(a, b source) int { return a.len() - b.len() })
	}
	first, others := p.sources[0], p.sources[1:]
	switch p.op {
	case union:
		for _, s := range p.sources {
			s.each(env, func(member []byte, score float64) bool { return visit(member, orZero(s.weight*score)) })
		}
	case difference:
		first.each(env, func(member []byte, score float64) bool {
			for i := range others {
				if _, there := others[i].find(env, member); there {
					return true
				}
			}
			return visit(member, score)
		})
	default:
		first.each(env, func(member []byte, score float64) bool {
			all := orZero(first.weight * score)
			for i := range others {
				other, there := others[i].find(env, member)
				if !there {
					return true
				}
				all = p.aggregate.of(all, others[i].weight*other)
			}
			return visit(member, all)
		})
	}
}

// size is how many members may come out, and how many bytes they have. Those of an
// intersection are in all sources, so no more than in the smallest.
func (p *combined) size() (members, bytes int) {
	for i := range p.sources {
		s := &p.sources[i]
		n, size := s.len(), 0
		if s.o != nil {
			size = s.o.MemoryUsage(sizeSamples)
		}
		switch {
		case i == 0, p.op == intersection && n < members:
			members, bytes = n, size
		case p.op == union:
			members, bytes = members+n, bytes+size
		}
	}
	return members, bytes
}

// result is a new sorted set of what comes out, for a key; ok is false if there is no memory
// for it, then it has replied the error.
func (p *combined) result(c *Client, key []byte) (o *object.Object, ok bool) {
	members, bytes := p.size()
	if !hasRoomForMembers(c, members, bytes) {
		return nil, false
	}
	env := c.DB.Env()
	o = object.NewCollection(key, object.SortedSetType, env)
	s := o.SortedSet(env)
	s.Expand() // there each member is found at once
	p.each(env, func(member []byte, score float64) bool {
		f := s.Find(member)
		if f.Found() {
			score = p.aggregate.of(f.Score, score)
		}
		s.Put(f, member, score)
		return true
	})
	return o, true
}

func zunion(c *Client) { replyResult(c, union) }
func zinter(c *Client) { replyResult(c, intersection) }
func zdiff(c *Client)  { replyResult(c, difference) }

func replyResult(c *Client, op operation) {
	p, ok := parseCombined(c, c.Args[1:], op, false)
	if !ok {
		return
	}
	if o, ok := p.result(c, nil); ok {
		replyMembersOf(c, o.SortedSet(c.DB.Env()), 0, o.Count(), false, p.withScores)
		object.Free(o)
	}
}

func zunionstore(c *Client) { storeResult(c, union) }
func zinterstore(c *Client) { storeResult(c, intersection) }
func zdiffstore(c *Client)  { storeResult(c, difference) }

func storeResult(c *Client, op operation) {
	p, ok := parseCombined(c, c.Args[2:], op, true)
	if !ok {
		return
	}
	if o, ok := p.result(c, c.Args[1]); ok {
		o.SortedSet(c.DB.Env()).Compact()
		store(c, o, c.Command.Name)
	}
}

// zintercard answers ZINTERCARD.
func zintercard(c *Client) {
	p, ok := parseCombined(c, c.Args[1:], cardinality, false)
	if !ok {
		return
	}
	n := 0
	p.each(c.DB.Env(), func([]byte, float64) bool {
		n++
		return n != p.limit
	})
	c.ReplyInt(int64(n))
}
