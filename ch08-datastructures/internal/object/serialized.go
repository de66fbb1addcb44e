// serialized.go: how long a value would be in an RDB file, which DEBUG OBJECT tells.
//
// Small collections are written as their block, others element by element, each string with
// its length in front. Numbers are written as such. (Redis compresses what is longer than 20
// bytes, if that makes it shorter; here that is left out, so the number is an upper bound.)
//
// Redis: rdb.c, rdbSavedObjectLen.

package object

import "redis-internals/ch08/internal/resp"

// SerializedLen is how many bytes the value takes in an RDB file that is not compressed. O(n).
func (o *Object) SerializedLen() int {
	switch o.Encoding() {
	case Raw, Int, Embstr:
		if n, ok := o.number(); ok {
			return serializedInt(n, o.Len())
		}
		return serializedText(o.AppendTo(nil))
	case Listpack:
		return serializedBlock(o.pack().Size())
	case IntSet:
		return serializedBlock(len(o.ints().Bytes()))
	case QuickList:
		l, n := o.quicklist(), 0
		l.EachNode(func(size int) { n += 1 + serializedBlock(size) }) // whether it is packed, and the pack
		return serializedCount(l.Nodes()) + n
	}
	n := serializedCount(o.Count())
	o.Items(0, all, func(i Item) {
		n += serializedText(i.Name)
		switch o.Type() {
		case HashType:
			n += serializedText(i.Value)
		case SortedSetType:
			n += 8 // the score
		}
	})
	return n
}

// all is more elements than there can be in a collection.
const all = 1 << 40

// serializedCount is what a length takes. Redis: rdbSaveLen.
func serializedCount(n int) int {
	switch {
	case n < 1<<6:
		return 1
	case n < 1<<14:
		return 2
	case n < 1<<32:
		return 5
	}
	return 9
}

func serializedBlock(size int) int { return serializedCount(size) + size }

// serializedText is what a string takes. Redis: rdbSaveRawString.
func serializedText(b []byte) int {
	if len(b) <= 11 {
		if n, ok := resp.ParseInt(b); ok {
			return serializedInt(n, len(b))
		}
	}
	return serializedBlock(len(b))
}

// serializedInt is what a number takes; one of more than 32 bits is written as its digits.
// Redis: rdbEncodeInteger.
func serializedInt(n int64, digits int) int {
	switch {
	case n == int64(int8(n)):
		return 2
	case n == int64(int16(n)):
		return 3
	case n == int64(int32(n)):
		return 5
	}
	return serializedBlock(digits)
}

// ListShape is how many nodes a list has, and how many bytes there are in their packs.
// O(nodes).
func (o *Object) ListShape() (nodes, bytes int) {
	o.quicklist().EachNode(func(size int) { bytes += size })
	return o.quicklist().Nodes(), bytes
}
