// rank.go: ranks, counted from 0, and their nodes.
//
// The spans on the way to a node add up to its rank; and the way to a rank is the one whose
// spans add up to it. Without spans, or counts as in a tree, ZRANK would have to walk.
//
// Redis: t_zset.c, zslGetRank, zslGetElementByRank, zslDeleteRangeByRank.

package skiplist

import "redis-internals/ch08/internal/zmalloc"

// Rank is how many members are before one; -1 if it is not there with that score.
// O(log n). Redis: zslGetRank.
func (l List) Rank(score float64, name []byte) int {
	at, rank := Node(l), 0
	for level := int(l.head().levels) - 1; level >= 0; level-- {
		for {
			k := at.link(level)
			if k.next == 0 || !k.next.isBefore(score, name) {
				break
			}
			at, rank = k.next, rank+int(k.span)
		}
	}
	if n := at.Next(); n != 0 && n.is(score, name) {
		return rank
	}
	return -1
}

// At is the node of a rank, or 0. O(log n). Redis: zslGetElementByRank.
func (l List) At(rank int) Node {
	if rank < 0 || rank >= l.Len() {
		return 0
	}
	at, left := Node(l), uint32(rank)+1
	for level := int(l.head().levels) - 1; level >= 0; level-- {
		for {
			k := at.link(level)
			if k.next == 0 || k.span > left {
				break
			}
			at, left = k.next, left-k.span
		}
		if left == 0 {
			break
		}
	}
	return at
}

// DeleteRanks takes up to n members out, from a rank on, calls visit with the entry of
// each, after its node is gone, and returns how many they were. O(log n + n).
func (l List) DeleteRanks(rank, n int, visit func(Ref)) (deleted int) {
	if rank < 0 {
		return 0
	}
	var p path
	at, passed := Node(l), 0
	for level := int(l.head().levels) - 1; level >= 0; level-- {
		for {
			k := at.link(level)
			if k.next == 0 || passed+int(k.span) > rank {
				break
			}
			at, passed = k.next, passed+int(k.span)
		}
		p.nodes[level] = at
	}
	for ; deleted < n; deleted++ {
		if !l.deleteNext(&p, visit) {
			break
		}
	}
	return deleted
}

// deleteNext takes the node out that comes after the way.
func (l List) deleteNext(p *path, visit func(Ref)) bool {
	n := p.nodes[0].Next()
	if n == 0 {
		return false
	}
	e := n.Entry()
	l.unlink(n, p)
	zmalloc.Free(Ref(n))
	visit(e)
	return true
}
