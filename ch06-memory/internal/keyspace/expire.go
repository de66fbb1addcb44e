// expire.go: times to live.
//
// A key that has expired goes in one of two ways. Whoever asks for it finds it
// gone: lookup deletes it. But a key that nobody asks for would stay for ever,
// so a cycle looks for such keys. It does not look at all of them, which would
// take longer the more there are. It draws a sample of those that can expire; if
// more than a tenth of the sample had expired, there are probably many, and it
// draws again:
//
//	share of keys that have expired
//	  100% ┤█
//	       │██
//	       │████
//	   10% ┤███████▁▁▁▁▁▁▁▁  the cycle stops here: what is left wastes little
//	       └──────────────▶ samples
//
// Redis: expire.c, activeExpireCycle.

package keyspace

import (
	"time"

	"redis-internals/ch06/internal/object"
)

const (
	sampleSize      = 20 // keys drawn at a time
	acceptableStale = 10 // percent of a sample that may have expired
)

func (db *DB) expired(r ref) bool {
	o := object.At(r)
	return o.Expires() && db.ks.Now() > o.ExpireAt()
}

// SetExpire makes key expire at atMs (Unix milliseconds, may be past). The key
// must exist. O(1). Redis: db.c, setExpire.
func (db *DB) SetExpire(key []byte, atMs int64) {
	hash, r := db.find(key)
	db.beforeChange(r)
	// 0 means never here; a millisecond more or less in 1970 is all the same.
	db.setExpireAt(r, hash, max(atMs, 1))
}

// ExpireAt returns when key expires, in Unix milliseconds. ok is false if it
// never does, or is not there. O(1). Redis: db.c, getExpire.
func (db *DB) ExpireAt(key []byte) (atMs int64, ok bool) {
	_, r := db.lookup(key)
	if r == 0 || !object.At(r).Expires() {
		return 0, false
	}
	return object.At(r).ExpireAt(), true
}

// Persist makes key stay, and reports whether it would have expired. O(1).
// Redis: db.c, removeExpire.
func (db *DB) Persist(key []byte) bool {
	if _, ok := db.ExpireAt(key); !ok {
		return false
	}
	hash, r := db.find(key)
	db.beforeChange(r)
	db.setExpireAt(r, hash, 0)
	return true
}

// setExpireAt sets the time, 0 for never, and keeps volatile in step. It returns the
// object's place, which may be another one.
func (db *DB) setExpireAt(r ref, hash uint64, at int64) ref {
	o := object.At(r)
	place := o.Place()
	switch {
	case !o.Expires() && at != 0:
		place = db.volatile.push(r)
	case o.Expires() && at == 0:
		db.dropVolatile(place)
	}
	return db.moved(hash, r, object.SetExpiry(r, at, place))
}

// dropVolatile takes out what stands at a place. The last one comes there.
func (db *DB) dropVolatile(place uint32) {
	last := db.volatile.pop()
	if place < db.volatile.n {
		db.volatile.set(place, last)
		object.At(last).SetPlace(place)
	}
}

// Expires is the number of keys that have a time to live. O(1).
func (db *DB) Expires() int { return int(db.volatile.n) }

// AvgTTL is how long keys that can expire have left on average, in milliseconds,
// as the expire cycle has found of late. Redis: server.h, redisDb.avg_ttl.
func (db *DB) AvgTTL() int64 { return db.avgTTL }

// removeExpired deletes an object that has expired.
func (db *DB) removeExpired(r ref) {
	db.ks.Stats.Expired++
	db.removeUnasked(r)
}

// ExpireCycle deletes keys that have expired until it finds few in each database,
// or has worked for as long as budget. It reports whether it stopped for the
// budget: then there are more.
func (ks *Keyspace) ExpireCycle(budget time.Duration) (more bool) {
	start := time.Now()
	drawn, stale := 0, 0
	defer func() { ks.noteStale(drawn, stale) }()
	for range ks.dbs {
		ks.expireDB = (ks.expireDB + 1) % len(ks.dbs) // where the last cycle stopped
		for db := ks.dbs[ks.expireDB]; db.volatile.n > 0; {
			d, s := db.expireSample()
			drawn, stale = drawn+d, stale+s
			if time.Since(start) > budget {
				ks.expireDB = (ks.expireDB + len(ks.dbs) - 1) % len(ks.dbs)
				ks.Stats.ExpireTimeouts++
				return true
			}
			if s*100 <= d*acceptableStale {
				break
			}
		}
	}
	return false
}

// noteStale remembers which part of the keys that can expire probably has: the
// latest sample counts for a twentieth.
func (ks *Keyspace) noteStale(drawn, stale int) {
	percent := 0.0
	if drawn > 0 {
		percent = 100 * float64(stale) / float64(drawn)
	}
	ks.Stats.ExpiredStale = ks.Stats.ExpiredStale*0.95 + percent*0.05
}

// expireSample draws keys at random and deletes those that have expired. It
// returns how many there were of both.
func (db *DB) expireSample() (drawn, expired int) {
	drawn = min(sampleSize, db.Expires())
	left, living := int64(0), int64(0)
	for range drawn {
		r := db.volatile.at(db.ks.random.Uint32N(db.volatile.n))
		if db.expired(r) {
			db.removeExpired(r)
			expired++
		} else {
			left += object.At(r).ExpireAt() - db.ks.Now()
			living++
		}
	}
	if living > 0 {
		db.noteTTL(left / living)
	}
	return drawn, expired
}

// noteTTL takes a sample's average into the long-time one: it counts for a
// fiftieth.
func (db *DB) noteTTL(average int64) {
	if db.avgTTL == 0 {
		db.avgTTL = average
		return
	}
	db.avgTTL = db.avgTTL/50*49 + average/50
}
