// lru.go: 24 bits for when an object was last used, or how often.
//
// An exact order of last use would be a list through all objects: two pointers
// in each, and a move to its front for every read. Redis keeps 24 bits in each
// object instead: the time in seconds, modulo 2^24 (194 days). A read stores one
// number. Who wants to know which object has been idle for longest compares a
// few (see keyspace/evict.go).
//
// Under LFU the same bits hold a counter (see structures/lfu and keyspace/uses.go).
//
// Redis: evict.c, LRU_CLOCK and estimateObjectIdleTime; server.h, LRU_BITS.

package object

const (
	clockBits = 24
	clockMask = 1<<clockBits - 1
)

// Clock is the LRU clock at a time in Unix milliseconds: seconds, in 24 bits.
func Clock(nowMs int64) uint32 { return uint32(nowMs/1000) & clockMask }

// Touch sets the bits: those of the clock, if the object is used now.
func (o *Object) Touch(bits uint32) {
	o.lru = [3]byte{byte(bits), byte(bits >> 8), byte(bits >> 16)}
}

// Used is the bits as they were set last.
func (o *Object) Used() uint32 {
	return uint32(o.lru[0]) | uint32(o.lru[1])<<8 | uint32(o.lru[2])<<16
}

// IdleSeconds is how long the object has not been used. The clock may have gone
// round once since then.
func (o *Object) IdleSeconds(clock uint32) int64 {
	return int64((clock - o.Used()) & clockMask)
}
