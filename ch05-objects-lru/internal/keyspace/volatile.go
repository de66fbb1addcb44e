// volatile.go: the keys that have a time to live.
//
//	entries  [ c, a, f, b ]   in no order: each entry knows its place
//	drop a   [ c, b, f ]      the last one comes where it was
//
// An array, so that any of them is as easy to draw as any other. All is O(1).
// Redis: server.h, redisDb.expires, which is a dict.

package keyspace

import "math/rand/v2"

type volatile struct{ entries []*entry }

func (v *volatile) len() int { return len(v.entries) }

// draw returns one of the entries, each as likely as the others. There must be any.
func (v *volatile) draw(random *rand.Rand) *entry {
	return v.entries[random.Uint32N(uint32(v.len()))]
}

// push adds an entry and returns its place.
func (v *volatile) push(e *entry) (place uint32) {
	v.entries = append(v.entries, e)
	return uint32(len(v.entries) - 1)
}

// drop takes out what stands at a place. The last one comes there.
func (v *volatile) drop(place uint32) {
	end := len(v.entries) - 1
	last := v.entries[end]
	v.entries[place] = last
	last.SetPlace(place)
	v.entries[end] = nil
	v.entries = v.entries[:end]
}
