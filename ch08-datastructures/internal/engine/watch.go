// watch.go: a transaction that does not run if somebody was there before it.
//
//	A> WATCH balance
//	A> GET balance            "100"
//	                                    B> SET balance 50     touched: A's next EXEC
//	A> MULTI                                                  answers null, runs nothing
//	A> SET balance 90
//	A> EXEC                   (nil)
//
// That is optimistic locking: nobody waits for anybody; who was late tries again. A
// watched key has a list of its watchers, and a change walks it:
//
//	watched   db 0   "balance" ─▶ watch of A ⇄ watch of C        A.watches ─▶ { balance, x }
//	                 "x"       ─▶ watch of A                     C.watches ─▶ { balance }
//	          db 1
//
// A client that has been told once forgets all that it watched: more cannot happen to
// it. So a change costs a look into a map, and each watcher is told of one at most.
// While nobody watches the keyspace does not even ask.
//
// A key that is not there is not there whether it has expired or was deleted, so the
// deletion of a key that had expired already when it was watched is no change.
//
// Redis: multi.c, watchForKey and touchWatchedKey.

package engine

import "redis-internals/ch08/internal/keyspace"

// place is where a key stands.
type place struct {
	db  *keyspace.DB
	key string
}

// watch is one client's interest in one key.
type watch struct {
	client     *Client
	at         place
	expired    bool   // the key had expired, unnoticed, when it was watched
	prev, next *watch // those of other clients
}

// watchMemory is what a watch takes besides its key, in bytes: itself, and its places in
// two maps.
const watchMemory = 200

// watchers are all watches: the first of each key's list, by the database's number.
type watchers struct {
	first []map[string]*watch // a map that is empty may be nil
	keys  int                 // in all of them
}

// Watch makes the next EXEC depend on that the key does not change. O(1). Redis: multi.c,
// watchForKey.
func (c *Client) Watch(key []byte) {
	at := place{c.DB, string(key)}
	if c.touched || c.watches[at] != nil {
		return
	}
	w := &watch{client: c, at: at}
	_, w.expired = c.DB.Lies(key)
	if c.watches == nil {
		c.watches = map[place]*watch{}
	}
	c.watches[at] = w
	c.Engine.addWatch(w)
	c.countWatch(watchMemory + len(key))
}

// countWatch counts the memory of what the client watches, as its own and as all clients'.
// A change by one client may end another's watches, so it is counted here at once.
func (c *Client) countWatch(bytes int) {
	c.watchedBytes += bytes
	c.Engine.CountClientMemory(bytes)
}

// addWatch puts a watch in front of its key's list.
func (e *Engine) addWatch(w *watch) {
	all := &e.watchers
	first := all.first[w.at.db.ID]
	if first == nil {
		first = map[string]*watch{}
		all.first[w.at.db.ID] = first
	}
	if w.next = first[w.at.key]; w.next != nil {
		w.next.prev = w
	} else {
		all.keys++
	}
	first[w.at.key] = w
	if all.keys == 1 {
		e.observe()
	}
}

// dropWatch takes a watch out of its key's list.
func (e *Engine) dropWatch(w *watch) {
	all := &e.watchers
	switch first := all.first[w.at.db.ID]; {
	case w.prev != nil:
		w.prev.next = w.next
	case w.next != nil:
		first[w.at.key] = w.next
	default:
		delete(first, w.at.key)
		all.keys--
	}
	if w.next != nil {
		w.next.prev = w.prev
	}
	if all.keys == 0 {
		clear(all.first)
		e.observe()
	}
}

// Unwatch forgets what was watched, and whether it has changed. O(keys watched). Redis:
// multi.c, unwatchCommand.
func (c *Client) Unwatch() {
	c.touched = false
	c.endWatches()
}

// endWatches takes the client's watches out of the lists. Redis: multi.c,
// unwatchAllKeys.
func (c *Client) endWatches() {
	if len(c.watches) == 0 {
		return
	}
	for _, w := range c.watches {
		c.Engine.dropWatch(w)
	}
	c.watches = nil
	c.countWatch(-c.watchedBytes)
}

// WatchMemory is what the client's watches take, in bytes.
func (c *Client) WatchMemory() int { return c.watchedBytes }

// Touched reports whether a key has changed that the client watches: by a write, or
// because its time has come, whether anybody has noticed or not. Redis: multi.c,
// isWatchedKeyExpired; CLIENT_DIRTY_CAS.
func (c *Client) Touched() bool {
	for _, w := range c.watches {
		if _, expired := w.at.db.Lies([]byte(w.at.key)); expired && !w.expired {
			return true
		}
	}
	return c.touched
}

// touch tells the watchers of a key that it changes. O(watchers). Redis: multi.c,
// touchWatchedKey.
func (e *Engine) touch(db *keyspace.DB, key []byte) {
	for w := e.watchers.first[db.ID][string(key)]; w != nil; {
		next := w.next
		if w.expired { // what becomes of it first is that it is deleted
			w.expired = false
		} else {
			w.client.touch()
		}
		w = next
	}
}

func (c *Client) touch() {
	c.touched = true
	c.endWatches()
}

// touchAll tells the watchers of a database's keys that it is about to hold what by
// holds; nothing, if by is nil. Keys that neither of them has do not change. O(keys
// watched there). Redis: multi.c, touchAllWatchedKeysInDb.
func (e *Engine) touchAll(db, by *keyspace.DB) {
	var changed []*Client
	for key, first := range e.watchers.first[db.ID] {
		now, _ := db.Lies([]byte(key))
		then, expired := by.Lies([]byte(key))
		if !now && !then {
			continue
		}
		for w := first; w != nil; w = w.next {
			switch {
			case w.expired && !then: // gone, as it was
				w.expired = false
			case expired && (w.expired || !now): // still is, or was not there: that is the same
				w.expired = true
			default:
				changed = append(changed, w.client)
			}
		}
	}
	for _, c := range changed {
		c.touch()
	}
}
