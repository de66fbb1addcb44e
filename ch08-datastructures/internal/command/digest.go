// digest.go: a number that is the same where the data is the same.
//
// Test suites ask for it before and after: a reload, a restart, a second server. It must not
// depend on the order in which a hash table has its elements. So each element is hashed
// alone, and all are xored; what has an order is chained instead:
//
//	xor   digest ^= sha1(b)                    members of a set: any order
//	mix   digest ^= sha1(b); digest = sha1(digest)   elements of a list: this order
//
//	a key   mix(name), mix(type), then its value:
//	  string       mix(bytes)
//	  list         mix(element) each
//	  set          xor(member) each
//	  sorted set   xor(e) each, where e is mix(member), mix(score) from 0 on
//	  hash         xor(e) each, where e is mix(field), mix(value) from 0 on
//	               and xor("!!expire!!") if it expires: when is left out
//
// It is Redis' digest, byte for byte. O(bytes of all data). Redis: debug.c,
// computeDatasetDigest and xorObjectDigest.

package command

import (
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"

	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
)

// digest is one under way; it begins with zeros.
type digest [sha1.Size]byte

func (d *digest) xor(b []byte) {
	for i, x := range sha1.Sum(b) {
		d[i] ^= x
	}
}

func (d *digest) mix(b []byte) {
	d.xor(b)
	*d = sha1.Sum(d[:])
}

// mixNumber is mix for a number, in the network's order of bytes.
func (d *digest) mixNumber(n int) {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n))
	d.mix(b[:])
}

func (d *digest) String() string { return hex.EncodeToString(d[:]) }

// allItems is more elements than a collection has.
const allItems = 1 << 40

// addValue takes in a value, and that it expires.
func (d *digest) addValue(o *object.Object) {
	d.mixNumber(int(o.Type()))
	switch o.Type() {
	case object.StringType:
		d.mix(o.AppendTo(nil))
	case object.ListType:
		o.Items(0, allItems, func(i object.Item) { d.mix(i.Name) })
	case object.SetType:
		o.Items(0, allItems, func(i object.Item) { d.xor(i.Name) })
	case object.SortedSetType:
		o.Items(0, allItems, func(i object.Item) {
			var score [32]byte
			d.xorPair(i.Name, number.AppendFloat(score[:0], i.Score))
		})
	case object.HashType:
		o.Items(0, allItems, func(i object.Item) { d.xorPair(i.Name, i.Value) })
	}
	if o.Expires() {
		d.xor([]byte("!!expire!!"))
	}
}

func (d *digest) xorPair(first, second []byte) {
	var e digest
	e.mix(first)
	e.mix(second)
	d.xor(e[:])
}

// debugDigest answers DEBUG DIGEST: of all databases.
func debugDigest(c *Client) {
	var d digest
	for id := range c.Engine.Config.Databases {
		db := c.Engine.Keyspace.DB(id)
		if db.Len() == 0 {
			continue
		}
		d.mixNumber(id)
		db.Each(func(o *object.Object) {
			var key digest
			key.mix(o.Key())
			key.addValue(o)
			d.xor(key[:])
		})
	}
	c.ReplySimple(d.String())
}

// debugDigestValue answers DEBUG DIGEST-VALUE: of the values alone, zeros where there is no
// key.
func debugDigestValue(c *Client) {
	c.ReplyArrayLen(len(c.Args) - 2)
	for _, key := range c.Args[2:] {
		var d digest
		if o := c.DB.Bare(key); o != nil {
			d.addValue(o)
		}
		c.ReplySimple(d.String())
	}
}
