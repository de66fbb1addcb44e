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

func (db *DB) expired(e *entry) bool { return e.expireAt != 0 && db.now() > e.expireAt }

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

// ExpireCycle deletes keys that have expired until it finds few, or has worked
// for as long as budget. It reports whether it stopped for the budget: then
// there are more.
func (db *DB) ExpireCycle(budget time.Duration) (more bool) {
	start := time.Now()
	for len(db.volatile) > 0 {
		drawn, expired := db.expireSample()
		if expired*100 <= drawn*acceptableStale {
			return false
		}
		if time.Since(start) > budget {
			return true
		}
	}
	return false
}

// expireSample draws keys at random and deletes those that have expired. It
// returns how many there were of both.
func (db *DB) expireSample() (drawn, expired int) {
	drawn = min(sampleSize, len(db.volatile))
	for range drawn {
		e := db.volatile[db.random.IntN(len(db.volatile))]
		if db.expired(e) {
			db.removeUnasked(e)
			expired++
		}
	}
	return drawn, expired
}
