// uses.go: what an object remembers of being used: when, or how often.
//
// Each object has 24 bits for it, and the policy says what they are:
//
//	all but LFU   | seconds, 24                |   when it was last used (object/lru.go)
//	LFU           | minutes, 16 | counter, 8   |   how often (structures/lfu)
//
// Bits that were written under one policy are read by another one as they are: what they
// say is wrong until the key has been used a few times. A reply says so, too.
//
// Under LRU a use stores one number, which is known for all keys of a turn; so a second
// use in the same command makes no difference. Under LFU it would count twice: what looks
// a key up to write it, and then sets it, is one use. Redis: db.c, lookupKey and dbOverwrite;
// object.c, createObject.

package keyspace

import (
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/lfu"
)

// uses is what a use of a key is now.
type uses struct {
	counted bool   // the policy is one of LFU
	fresh   uint32 // the bits of an object that is new
	clock   uint32 // the LRU clock
	minutes uint16 // the LFU clock
	written ref    // what the command being executed has looked up to write; 0 is none yet
}

// SetClock sets the clocks: what is used from now on is used at that time, in Unix
// milliseconds. It stands until the next call, which costs less than to ask for the time
// with each use. Redis: server.c, updateCachedTimeWithUs.
func (ks *Keyspace) SetClock(nowMs int64) {
	ks.clock, ks.minutes = object.Clock(nowMs), lfu.Clock(nowMs/1000)
	ks.setFresh()
}

// setFresh sets what a new object gets.
func (u *uses) setFresh() {
	u.fresh = u.clock
	if u.counted {
		u.fresh = lfu.New(u.minutes)
	}
}

// BeginCommand says that the uses that follow are another command's.
func (ks *Keyspace) BeginCommand() { ks.written = 0 }

// How an object is used says one of these, where uses are counted; where they are not it is
// the object's Touch, without a call.

// countToWrite notes that an object is looked up to be written.
func (ks *Keyspace) countToWrite(e *entry) {
	ks.written = e.Ref()
	ks.count(e)
}

// countBySet notes that one is about to be set, which may have been looked up for that.
func (ks *Keyspace) countBySet(e *entry) {
	if ks.written != e.Ref() {
		ks.count(e)
	}
}

// count notes that one is read.
func (ks *Keyspace) count(e *entry) {
	e.Touch(lfu.Touch(e.Used(), ks.minutes, ks.Eviction.LogFactor, ks.Eviction.DecayTime, ks.random))
}

// Counts reports whether it is counted how often keys are used, and not noted when.
func (ks *Keyspace) Counts() bool { return ks.counted }

// Frequency is the counter of an object's uses as it is now, from 0 to 255. It has a
// meaning if uses are counted. Redis: evict.c, LFUDecrAndReturn.
func (ks *Keyspace) Frequency(o *object.Object) uint8 {
	return lfu.Counter(o.Used(), ks.minutes, ks.Eviction.DecayTime)
}

// IdleSeconds is how long an object has not been used. It has a meaning if uses are not
// counted. Redis: evict.c, estimateObjectIdleTime.
func (ks *Keyspace) IdleSeconds(o *object.Object) int64 { return o.IdleSeconds(ks.clock) }
