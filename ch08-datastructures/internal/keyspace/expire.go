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

	"redis-internals/ch08/internal/object"
)

const (
	sampleSize      = 20 // keys drawn at a time
	acceptableStale = 10 // percent of a sample that may have expired
)

// Expiry is what a write makes of a key's time to live: Keep, Never, or a time.
type Expiry int64

const (
	Keep  Expiry = -1 // It stays as it is. A key that is new never expires.
	Never Expiry = 0  // There is none any more.
)

// At is the expiry at a time in Unix milliseconds, which may be past. Those up to
// 0 are taken for 1: a millisecond more or less in 1970 is all the same.
func At(ms int64) Expiry { return Expiry(max(ms, 1)) }

// of is when an entry expires after such a write; 0 is never.
func (x Expiry) of(e *entry) int64 {
	if x == Keep {
		return e.ExpireAt()
	}
	return int64(x)
}

// expired reports whether a key's time has come.
func (db *DB) expired(e *entry) bool { return e.Expires() && db.ks.Now() > e.ExpireAt() }

// removeExpired deletes an entry that has expired, unless the keyspace is frozen.
func (db *DB) removeExpired(e *entry) {
	if db.ks.Frozen {
		return
	}
	db.ks.Stats.Expired++
	db.removeUnasked(e, Expired)
}

// SetExpire makes key expire at atMs (Unix milliseconds, may be past). The key
// must exist. O(1). Redis: db.c, setExpire.
func (db *DB) SetExpire(key []byte, atMs int64) {
	e := db.find(key)
	db.changing(e)
	db.setExpiry(e, At(atMs))
}

// ExpireAt returns when key expires, in Unix milliseconds. ok is false if it
// never does, or is not there. O(1). Redis: db.c, getExpire.
func (db *DB) ExpireAt(key []byte) (atMs int64, ok bool) {
	e := db.lookup(key)
	if e == nil || !e.Expires() {
		return 0, false
	}
	return e.ExpireAt(), true
}

// Persist makes key stay, and reports whether it would have expired. O(1).
// Redis: db.c, removeExpire.
func (db *DB) Persist(key []byte) bool {
	e := db.lookup(key)
	if e == nil || !e.Expires() {
		return false
	}
	db.changing(e)
	db.setExpiry(e, Never)
	return true
}

// setExpiry changes when an entry expires.
func (db *DB) setExpiry(e *entry, expiry Expiry) {
	at, place := db.enlist(e, expiry)
	db.moved(e, object.SetExpiry(e, at, place))
}

// enlist keeps volatile in step with the expiry that an entry is about to get. It
// returns what the entry then has to know: when it expires, and its place.
func (db *DB) enlist(e *entry, expiry Expiry) (at int64, place uint32) {
	at, place = expiry.of(e), e.Place()
	switch {
	case at != 0 && !e.Expires():
		place = db.volatile.push(e)
	case at == 0 && e.Expires():
		db.volatile.drop(place)
	}
	return at, place
}

// Expires is the number of keys that have a time to live. O(1).
func (db *DB) Expires() int { return db.volatile.len() }

// AvgTTL is how long keys that can expire have left on average, in milliseconds,
// as the expire cycle has found of late. Redis: server.h, redisDb.avg_ttl.
func (db *DB) AvgTTL() int64 { return db.avgTTL }

// ExpireCycle deletes keys that have expired until it finds few in each database,
// or has worked for as long as budget. It reports whether it stopped for the
// budget: then there are more.
func (ks *Keyspace) ExpireCycle(budget time.Duration) (more bool) {
	start := time.Now()
	drawn, stale := 0, 0
	defer func() { ks.noteStale(drawn, stale) }()
	for range ks.dbs {
		ks.expireDB = (ks.expireDB + 1) % len(ks.dbs)
		for db := ks.dbs[ks.expireDB]; db.volatile.len() > 0; {
			d, s := db.expireSample()
			drawn, stale = drawn+d, stale+s
			if time.Since(start) > budget { // the next cycle goes on here
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
	drawn = min(sampleSize, db.volatile.len())
	left, living := int64(0), int64(0)
	for range drawn {
		e := db.volatile.draw(db.ks.random)
		if db.expired(e) {
			db.removeExpired(e)
			expired++
		} else {
			left += e.ExpireAt() - db.ks.Now()
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
