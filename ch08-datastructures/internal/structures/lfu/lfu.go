// Package lfu counts to millions in a byte, and forgets.
//
// To evict the key that is used least often, each key needs a count. Eight bits end at 255;
// so the counter grows the more seldom the higher it is: a hit raises it with a chance of
//
//	1 / ((counter - 5) * factor + 1)
//
// With the factor 10 (lfu-log-factor) the first hit always counts, then one in 11, one in
// 21, one in 31. From there the counter is about 5 + sqrt(hits/5): 19 after a thousand hits,
// 146 after a hundred thousand, and at 255 after 310,000. It is a logarithm only in name.
//
//	hits       100   1,000   100,000   1,000,000
//	counter     10      19       146         255
//
// And what was popular last year must go one day: the counter loses one for each minute
// (lfu-decay-time) in which nobody looked. New keys begin with 5, or they would be the
// first to go, before anybody could ask for them a second time.
//
// It takes the 24 bits in which an LRU clock would be:
//
//	| minutes, 16 bits: when it was last made less | counter, 8 bits |
//
//	minute 1,000, counter 7:   03 e8 07
//	at minute 1,003, before a hit: three less, 4; now it is minute 1,003
//	the hit: below 5 it always counts, 5:   03 eb 05
//
// The minutes come round after 45 days. Nothing is stored by time alone: whoever reads a
// counter makes it less by what has passed.
//
// Everything is O(1). Redis: evict.c, LFULogIncr, LFUDecrAndReturn; db.c, updateLFU.
package lfu

import "math/rand/v2"

// Initial is the counter of a new key.
const Initial = 5

const minuteMask = 1<<16 - 1

// Clock is the minutes of a time in Unix seconds, as far as 16 bits hold them.
func Clock(seconds int64) uint16 { return uint16(seconds / 60) }

// New is the 24 bits of a new key.
func New(now uint16) uint32 { return pack(now, Initial) }

func pack(minutes uint16, counter uint8) uint32 { return uint32(minutes)<<8 | uint32(counter) }

// Counter is the counter as it is now: less one for each decayTime minutes since it was
// last made less. A decayTime of 0 lets it be. Redis: LFUDecrAndReturn.
func Counter(bits uint32, now uint16, decayTime int) uint8 {
	counter := int(bits & 0xff)
	if decayTime > 0 {
		counter -= elapsed(uint16(bits>>8), now) / decayTime
	}
	return uint8(max(counter, 0))
}

// elapsed is how many minutes have passed. Where the clock has come round it is one fewer,
// as in Redis.
func elapsed(since, now uint16) int {
	if now >= since {
		return int(now - since)
	}
	return minuteMask - int(since) + int(now)
}

// Touch is the 24 bits after a hit: less what time has taken, and perhaps one more.
// Redis: updateLFU.
func Touch(bits uint32, now uint16, factor, decayTime int, random *rand.Rand) uint32 {
	return pack(now, Increment(Counter(bits, now, decayTime), factor, random))
}

// Increment is the counter after a hit. Redis: LFULogIncr.
func Increment(counter uint8, factor int, random *rand.Rand) uint8 {
	if counter == 255 {
		return counter
	}
	chances := max(int(counter)-Initial, 0)*factor + 1
	if chances > 1 && random.Float64()*float64(chances) >= 1 {
		return counter
	}
	return counter + 1
}
