// sortedset_pack.go: a sorted set in a listpack: each member with its score behind it, in
// the order of the scores, and of the members' bytes where scores are the same.
//
// To add one is to walk to its place and to shift what is behind. Redis: t_zset.c, zzlInsert
// and its neighbours.

package object

import (
	"bytes"

	"redis-internals/ch08/internal/structures/listpack"
)

// nextPair is the member behind one.
func nextPair(p listpack.Pack, at listpack.Pos) listpack.Pos { return p.Next(p.Next(at)) }

// prevPair is the member in front of one, or 0.
func prevPair(p listpack.Pack, at listpack.Pos) listpack.Pos {
	if at = p.Prev(at); at == 0 {
		return 0
	}
	return p.Prev(at)
}

// pairScore is a member's score. Redis: zzlGetScore.
func pairScore(p listpack.Pack, at listpack.Pos) float64 { return scoreAt(p, p.Next(at)) }

// scoreAt is the score that stands at a place.
func scoreAt(p listpack.Pack, at listpack.Pos) float64 {
	v := p.At(at)
	if v.IsInt() {
		return float64(v.Integer)
	}
	return parseScore(v.Text)
}

// isBehind reports whether a member, whose score stands at another place, comes behind a
// score and a name.
func isBehind(p listpack.Pack, at, scored listpack.Pos, score float64, name []byte) bool {
	if is := scoreAt(p, scored); is != score {
		return is > score
	}
	var room Room
	return bytes.Compare(TextOf(p.At(at), &room), name) > 0
}

// insertPair adds a member that is not there. O(bytes).
func insertPair(p *listpack.Pack, member []byte, score float64) {
	last := p.Last()
	if last == 0 || !isBehind(*p, p.Prev(last), last, score, member) {
		appendPair(p, member, score)
		return
	}
	at := p.First()
	for scored := p.Next(at); !isBehind(*p, at, scored, score, member); scored = p.Next(at) {
		at = p.Next(scored)
	}
	var room [scoreSize]byte
	p.InsertBefore(at, appendPackedScore(room[:0], score))
	p.InsertBefore(at, member)
}

// appendPair adds a member that comes behind all others.
func appendPair(p *listpack.Pack, member []byte, score float64) {
	var room [scoreSize]byte
	p.Append(member)
	p.Append(appendPackedScore(room[:0], score))
}
