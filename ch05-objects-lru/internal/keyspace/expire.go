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

import "time"

const (
	sampleSize      = 20 // keys drawn at a time
	acceptableStale = 10 // percent of a sample that may have expired
)

func (db *DB) expired(e *entry) bool { return e.expireAt != 0 && db.ks.Now() > e.expireAt }

// SetExpire makes key expire at atMs (Unix milliseconds, may be past). The key
// must exist. O(1). Redis: db.c, setExpire.
func (db *DB) SetExpire(key []byte, atMs int64) {
	e := db.entries[string(key)]
	db.beforeChange(e)
	// 0 means never here; a millisecond more or less in 1970 is all the same.
	db.setExpireAt(e, max(atMs, 1))
}

// ExpireAt returns when key expires, in Unix milliseconds. ok is false if it
// never does, or is not there. O(1). Redis: db.c, getExpire.
func (db *DB) ExpireAt(key []byte) (atMs int64, ok bool) {
	e := db.lookup(key)
	if e == nil || e.expireAt == 0 {
		return 0, false
	}
	return e.expireAt, true
}

// Persist makes key stay, and reports whether it would have expired. O(1).
// Redis: db.c, removeExpire.
func (db *DB) Persist(key []byte) bool {
	if _, ok := db.ExpireAt(key); !ok {
		return false
	}
	e := db.entries[string(key)]
	db.beforeChange(e)
	db.setExpireAt(e, 0)
	return true
}

// setExpireAt sets the time, 0 for never, and keeps volatile in step. The place
// of one that leaves is taken by the last.
func (db *DB) setExpireAt(e *entry, at int64) {
	switch {
	case e.expireAt == 0 && at != 0:
		e.volatileAt = len(db.volatile)
		db.volatile = append(db.volatile, e)
	case e.expireAt != 0 && at == 0:
		last := db.volatile[len(db.volatile)-1]
		last.volatileAt = e.volatileAt
		db.volatile[e.volatileAt] = last
		db.volatile[len(db.volatile)-1] = nil
		db.volatile = db.volatile[:len(db.volatile)-1]
	}
	e.expireAt = at
}

// Expires is the number of keys that have a time to live. O(1).
func (db *DB) Expires() int { return len(db.volatile) }

// AvgTTL is how long keys that can expire have left on average, in milliseconds,
// as the expire cycle has found of late. Redis: server.h, redisDb.avg_ttl.
func (db *DB) AvgTTL() int64 { return db.avgTTL }

// removeExpired deletes an entry that has expired.
func (db *DB) removeExpired(e *entry) {
	db.ks.Stats.Expired++
	db.removeUnasked(e)
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
		for db := ks.dbs[ks.expireDB]; len(db.volatile) > 0; {
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
	drawn = min(sampleSize, len(db.volatile))
	left, living := int64(0), int64(0)
	for range drawn {
		e := db.volatile[db.ks.random.IntN(len(db.volatile))]
		if db.expired(e) {
			db.removeExpired(e)
			expired++
		} else {
			left += e.expireAt - db.ks.Now()
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
