// sortedset_rank.go: who stands where. A rank counts from 0; a range of scores or of names
// is a range of ranks, which can be counted, cut and walked through from both ends.
//
// Redis: t_zset.c, zsetRank, zslFirstInRange, zslDeleteRangeByRank and their neighbours.

package object

import (
	"redis-internals/ch08/internal/structures/dict"
	"redis-internals/ch08/internal/structures/entry"
	"redis-internals/ch08/internal/structures/listpack"
	"redis-internals/ch08/internal/structures/skiplist"
	"redis-internals/ch08/internal/zmalloc"
)

// Range is from a score to another, or from a name to another; a Bound is one end of it.
type (
	Range = skiplist.Range
	Bound = skiplist.Bound
)

// AtScore and AtName are bounds, with what is there or, if open, without; a name is
// borrowed. Endless comes before all names if sign is negative, and else behind them.
func AtScore(score float64, open bool) Bound { return skiplist.Score(score, open) }
func AtName(name []byte, open bool) Bound    { return skiplist.Name(name, open) }
func Endless(sign int) Bound                 { return skiplist.Infinite(sign) }

// Place is where a member stands: in a listpack, as a node of a list, or in a leaf of a tree.
// 0 is nowhere. It is good until the sorted set is written to.
type Place uint64

// At is the place of a rank, or 0. O(log n). Redis: zslGetElementByRank.
func (s SortedSet) At(rank int) Place {
	if s.o.Encoding() == Listpack {
		if rank < 0 {
			return 0
		}
		return Place(s.o.pack().Seek(2 * rank))
	}
	return s.o.ordered().at(rank)
}

// Next and Prev are the places beside one, or 0. O(1).
func (s SortedSet) Next(at Place) Place {
	if s.o.Encoding() == Listpack {
		return Place(nextPair(*s.o.pack(), listpack.Pos(at)))
	}
	return s.o.ordered().next(at)
}

func (s SortedSet) Prev(at Place) Place {
	if s.o.Encoding() == Listpack {
		return Place(prevPair(*s.o.pack(), listpack.Pos(at)))
	}
	return s.o.ordered().prev(at)
}

// Each calls visit with n members from a rank on, of which there are as many; or, from the end,
// with the last of them first. They are borrowed, and visit must not change the sorted set, or
// visit another one. O(log n + n).
func (s SortedSet) Each(first, n int, fromEnd bool, visit func(member []byte, score float64)) {
	if fromEnd {
		first += n - 1
	}
	if s.o.Encoding() == SkipList {
		s.o.ordered().each(first, n, fromEnd, visit)
		return
	}
	p, room := *s.o.pack(), &s.env.rooms[0]
	for at := s.At(first); at != 0 && n > 0; n-- {
		visit(s.Member(at, room))
		if fromEnd {
			at = Place(prevPair(p, listpack.Pos(at)))
		} else {
			at = Place(nextPair(p, listpack.Pos(at)))
		}
	}
}

// Member is who stands at a place: borrowed, or in room. O(1).
func (s SortedSet) Member(at Place, room *Room) (member []byte, score float64) {
	if s.o.Encoding() == Listpack {
		p := *s.o.pack()
		return TextOf(p.At(listpack.Pos(at)), room), pairScore(p, listpack.Pos(at))
	}
	t := s.o.ordered()
	return entry.Key(t.entry(at)), t.score(at)
}

// Score is the score of who stands at a place: who asks for that alone is spared a look at
// the member's bytes. O(1).
func (s SortedSet) Score(at Place) float64 {
	if s.o.Encoding() == Listpack {
		return pairScore(*s.o.pack(), listpack.Pos(at))
	}
	return s.o.ordered().score(at)
}

// Rank is how many members stand before one; -1 if it is not there. O(log n).
// Redis: zsetRank.
func (s SortedSet) Rank(member []byte) int {
	f := s.Find(member)
	switch {
	case f.pair != 0:
		p, rank := *s.o.pack(), 0
		for at := p.First(); at != f.pair; at = nextPair(p, at) {
			rank++
		}
		return rank
	case f.entry != 0:
		return s.o.ordered().rank(f.Score, member)
	}
	return -1
}

// Ranks are the ranks of the members in a range, from first on, and below end: none, if end
// is not more. By names it makes sense where all scores are the same. O(log n). Redis:
// zcountCommand.
func (s SortedSet) Ranks(r *Range) (first, end int) {
	if s.o.Encoding() == SkipList {
		return s.o.ordered().ranks(r)
	}
	p := *s.o.pack()
	var room Room
	at := p.First()
	for ; at != 0 && r.IsAbove(pairScore(p, at), TextOf(p.At(at), &room)); at = nextPair(p, at) {
		first++
	}
	for end = first; at != 0 && !r.IsBelow(pairScore(p, at), TextOf(p.At(at), &room)); at = nextPair(p, at) {
		end++
	}
	return first, end
}

// DeleteRanks removes up to n members from a rank on, and returns how many they were.
// O(log n + removed). Redis: zslDeleteRangeByRank.
func (s SortedSet) DeleteRanks(first, n int) (deleted int) {
	if n <= 0 {
		return 0
	}
	if s.o.Encoding() == Listpack {
		return s.o.pack().DeleteRange(2*first, 2*n) / 2
	}
	t := s.o.ordered()
	if s.env.Leaving != nil {
		left := n
		for at := t.at(first); at != 0 && left > 0; at = t.next(at) {
			s.env.Leaving(s.o, t.entry(at))
			left--
		}
	}
	d := t.table()
	return t.deleteRanks(first, n, func(r zmalloc.Ref) {
		member := entry.Key(r)
		d.Delete(dict.Hash(member), member)
		entry.Free(r)
	})
}

// Random is a place, each as likely as the others. The sorted set must not be empty. O(1)
// in a hash table. Redis: zsetTypeRandomElement.
func (s SortedSet) Random() Place {
	if s.o.Encoding() == Listpack {
		return Place(s.o.pack().Random(s.env.Random, 2))
	}
	t := s.o.ordered()
	return t.placeOf(entry.At(t.table().Random(s.env.Random)))
}
