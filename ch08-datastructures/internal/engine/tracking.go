// tracking.go: the server tells clients when what they have cached is stale: client-side
// caching.
//
//	A> CLIENT TRACKING ON
//	A> GET user:7                   readers   "user:7" ─▶ A, C
//	B> SET user:7 x                 A and C are told: invalidate user:7. It is forgotten:
//	                                until they read it again they need not be told again
//
// Whatever a command reads is remembered by its row's keys, so no handler knows of it; and the
// keyspace tells of every change, so no handler that writes does. Keys are remembered by name,
// whatever the database. A client that leaves is not taken out: its ID is found to be nobody's
// when its keys change, or when they are thrown out since there are more than
// tracking-table-max-keys.
//
// A client of RESP3 is told by a push; one of RESP2 through another client, which listens to
// the channel __redis__:invalidate (REDIRECT). With BCAST nothing is remembered, see
// broadcast.go. While nobody tracks it costs a comparison a command.
//
// Redis: tracking.c.

package engine

import (
	"slices"
	"strconv"

	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/resp"
)

// Tracking is how a client wants to be told of what has changed.
type Tracking struct {
	Redirect  int64    // ID of the client that is told instead; 0 is itself
	Broadcast bool     // of all keys with a prefix, whether it has read them or not
	Prefixes  []string // which; they must not overlap
	OptIn     bool     // of what is read behind CLIENT CACHING YES only
	OptOut    bool     // not of what is read behind CLIENT CACHING NO
	NoLoop    bool     // not of its own changes

	Caching bool // CLIENT CACHING was said, for the next command or transaction
	Broken  bool // the client that should be told has gone
	place   int  // in tracked.clients
}

// tracked is what is known of all clients that track.
type tracked struct {
	clients []*Client
	readers map[string][]int64 // who may have cached a key: IDs, in their order
	items   int                // in all of readers
	bytes   int                // that it takes
	hurry   int                // how often in a row there were too many keys
	keys    []Key              // room for those of a request
	wire    []byte             // room for a message

	prefixes []*prefix // in the order of their text
}

// readerMemory is what a key takes in readers besides its name and IDs, in bytes.
const readerMemory = 64

// Tracking is how the client wants to be told; nil if it does not.
func (c *Client) Tracking() *Tracking { return c.tracking }

// StartTracking makes the client be told as t says, from now on. Prefixes are added to those
// it has. Redis: enableTracking.
func (c *Client) StartTracking(t Tracking) {
	all, old := &c.Engine.tracked, c.tracking
	if old == nil {
		t.place = len(all.clients)
		all.clients = append(all.clients, c)
	} else {
		t.place, t.Caching = old.place, old.Caching
	}
	added := t.Prefixes
	if t.Prefixes = nil; old != nil {
		t.Prefixes = old.Prefixes
	}
	if t.Broadcast && len(added) == 0 {
		added = []string{""}
	}
	c.tracking = &t
	for _, text := range added {
		c.addPrefix(text)
	}
	c.Engine.observe()
}

// StopTracking makes the client be told nothing any more. What it has read stays remembered.
// Redis: disableTracking.
func (c *Client) StopTracking() {
	t := c.tracking
	if t == nil {
		return
	}
	for _, text := range t.Prefixes {
		c.dropPrefix(text)
	}
	all := &c.Engine.tracked
	last := len(all.clients) - 1
	all.clients[t.place] = all.clients[last]
	all.clients[t.place].tracking.place = t.place
	all.clients[last] = nil
	all.clients = all.clients[:last]
	c.tracking = nil
	c.Engine.observe()
}

// EndTracking is StopTracking for a client that leaves. With the last one goes what all have
// read.
func (e *Engine) EndTracking(c *Client) {
	if c.StopTracking(); e.tracked.readers != nil && len(e.tracked.clients) == 0 {
		e.forgetReaders()
	}
}

func (e *Engine) forgetReaders() {
	t := &e.tracked
	t.readers, t.items, t.bytes = nil, 0, 0
	e.observe()
}

// observe asks the keyspace for what somebody wants to know: whoever watches keys, or tracks
// them.
func (e *Engine) observe() {
	watched, tracks := e.watchers.keys > 0, len(e.tracked.clients) > 0 || len(e.tracked.readers) > 0
	o := &e.Keyspace.Observer
	o.Changing, o.Replacing = nil, nil
	if watched {
		o.Changing, o.Replacing = e.touch, e.touchAll
	}
	switch {
	case watched && tracks:
		o.Changing = func(db *keyspace.DB, key []byte) {
			e.touch(db, key)
			e.invalidate(db, key)
		}
	case tracks:
		o.Changing = e.invalidate
	}
}

// remember remembers what a command of the client has read. O(keys). Redis:
// trackingRememberKeys.
func (e *Engine) remember(c *Client) {
	t := c.tracking
	if c.Command.Flags&(ReadOnly|PubSub) != ReadOnly || t.Broadcast || t.OptIn && !t.Caching || t.OptOut && t.Caching {
		return
	}
	all := &e.tracked
	if all.readers == nil {
		all.readers = map[string][]int64{}
	}
	all.keys, _ = c.Command.AppendKeys(all.keys[:0], c.Args)
	for _, key := range all.keys {
		all.add(c.Args[key.At], c.ID)
	}
	if e.hasTooManyReaders() {
		e.LimitTracking()
	}
}

// add adds an ID to those that have read a key.
func (t *tracked) add(key []byte, id int64) {
	ids, there := t.readers[string(key)]
	at, found := slices.BinarySearch(ids, id)
	if found {
		return
	}
	before := cap(ids)
	if there {
		ids = slices.Insert(ids, at, id)
	} else {
		ids = []int64{id}
		t.bytes += readerMemory + len(key)
	}
	t.readers[string(key)] = ids
	t.items++
	t.bytes += (cap(ids) - before) * 8
}

// take takes a key out of readers, and returns who has read it.
func (t *tracked) take(key string) []int64 {
	ids, there := t.readers[key]
	if there {
		delete(t.readers, key)
		t.items -= len(ids)
		t.bytes -= readerMemory + len(key) + cap(ids)*8
	}
	return ids
}

// endCaching ends what CLIENT CACHING has said: it holds for one command, or one transaction.
// Redis: networking.c, resetClient.
func (c *Client) endCaching() {
	if c.multi == nil && (c.Command == nil || !c.Command.isOfClient()) {
		c.tracking.Caching = false
	}
}

// isOfClient reports whether it is CLIENT's.
func (c *Command) isOfClient() bool { return len(c.Name) > 7 && c.Name[:7] == "client|" }

// invalidate tells who has cached a key that it changes. O(clients that are told). Redis:
// trackingInvalidateKey.
func (e *Engine) invalidate(_ *keyspace.DB, key []byte) {
	t := &e.tracked
	if len(t.prefixes) > 0 {
		t.noteChange(key, e.current)
	}
	if _, ok := t.readers[string(key)]; ok {
		e.invalidateReaders(string(key))
	}
}

// invalidateReaders tells who has read a key, and forgets that they have.
func (e *Engine) invalidateReaders(key string) {
	ids := e.tracked.take(key)
	list := resp.AppendBulk(resp.AppendArray(nil, 1), key)
	for _, id := range ids {
		c := e.Server.Client(id)
		if c == nil || c.tracking == nil || c.tracking.Broadcast || c.tracking.NoLoop && c == e.current {
			continue
		}
		e.sendStale(c, list)
	}
}

// InvalidateAll tells all clients that track that every key is gone. O(clients that track).
// Redis: trackingInvalidateKeysOnFlush.
func (e *Engine) InvalidateAll() {
	for _, c := range e.tracked.clients {
		null := resp.AppendNull(nil)
		if c.RESP3() {
			null = []byte("_\r\n")
		}
		e.sendStale(c, null)
	}
	if e.tracked.readers != nil {
		e.forgetReaders()
	}
}

const (
	pushHead    = "*2\r\n$10\r\ninvalidate\r\n"
	messageHead = "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n"
	brokenHead  = "*2\r\n$21\r\ntracking-redir-broken\r\n:"
)

// sendStale sends a client, or who is told in its stead, which keys are stale: encoded, and
// borrowed. Who has no way to be told is not. Redis: sendTrackingMessage.
func (e *Engine) sendStale(c *Client, keys []byte) {
	t, to := c.tracking, c
	if t.Redirect != 0 {
		if to = e.Server.Client(t.Redirect); to == nil {
			if t.Broken = true; c.RESP3() {
				e.Push(c, append(strconv.AppendInt([]byte(brokenHead), t.Redirect, 10), "\r\n"...))
			}
			return
		}
	}
	var head string
	switch {
	case to.RESP3():
		head = pushHead
	case t.Redirect != 0 && to.Subscribed():
		head = messageHead
	default:
		return
	}
	all := &e.tracked
	all.wire = append(append(all.wire[:0], head...), keys...)
	e.Push(to, all.wire)
	if cap(all.wire) > keptWire {
		all.wire = nil
	}
}

// thrownOut is how many keys are forgotten at a time, at first.
const thrownOut = 100

func (e *Engine) hasTooManyReaders() bool {
	most := e.Config.TrackingTableMaxKeys
	return most > 0 && len(e.tracked.readers) > most
}

// LimitTracking forgets keys, whichever, where more are remembered than may be; their readers
// must read them anew. The longer there are too many the more go at a time. Redis:
// trackingLimitUsedSlots.
func (e *Engine) LimitTracking() {
	t := &e.tracked
	for n := 0; e.hasTooManyReaders(); n++ {
		if n == thrownOut*(t.hurry+1) {
			t.hurry++
			return
		}
		for key := range t.readers { // begins anywhere
			e.invalidateReaders(key)
			break
		}
	}
	t.hurry = 0
}

// TrackingFigures are for INFO: clients that track, keys that are remembered, how often all
// together, and prefixes.
func (e *Engine) TrackingFigures() (clients, keys, items, prefixes int) {
	t := &e.tracked
	return len(t.clients), len(t.readers), t.items, len(t.prefixes)
}
