// notify.go: what happens to keys, published: keyspace notifications.
//
//	SET fruit apple   in database 0, notify-keyspace-events KE$
//	  │
//	  ├─ K ─▶ PUBLISH __keyspace@0__:fruit set      what happens to this key?
//	  └─ E ─▶ PUBLISH __keyevent@0__:set fruit      to which keys does this happen?
//
// A handler says what it has done; most say it through done and store (package command).
// Three events are no handler's, and are told by the keyspace: a key is gone that had
// expired or was evicted, one is new, one was not there when it was read.
//
// While nobody has asked for a class it costs a comparison. Who asks and does not listen pays
// for a look at the channels. Redis: notify.c.

package engine

import (
	"strconv"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/keyspace"
)

// Notify says that an event of a class has happened to a key of the client's database.
// Redis: notifyKeyspaceEvent.
func (c *Client) Notify(class config.Events, event string, key []byte) {
	if c.Engine.events&class != 0 {
		c.Engine.notify(event, c.DB, key)
	}
}

// NotifyIn is Notify for a key of another database.
func (c *Client) NotifyIn(db *keyspace.DB, class config.Events, event string, key []byte) {
	if c.Engine.events&class != 0 {
		c.Engine.notify(event, db, key)
	}
}

// Notifies reports whether events of any class are published.
func (c *Client) Notifies() bool { return c.Engine.events != 0 }

// setEvents makes the setting hold.
func (e *Engine) setEvents(events config.Events) {
	if events&(config.NotifyKeyspace|config.NotifyKeyevent) == 0 {
		events = 0
	}
	e.events = events
	o := &e.Keyspace.Observer
	o.Added, o.Missed = nil, nil
	if events&config.NotifyNew != 0 {
		o.Added = func(db *keyspace.DB, key []byte) { e.notify("new", db, key) }
	}
	if events&config.NotifyMiss != 0 {
		o.Missed = func(db *keyspace.DB, key []byte) { e.notify("keymiss", db, key) }
	}
}

// notify publishes an event on the channels that the setting says.
func (e *Engine) notify(event string, db *keyspace.DB, key []byte) {
	t := &e.topics
	t.event = append(t.event[:0], event...)
	if e.events&config.NotifyKeyspace != 0 {
		t.channel = append(appendChannel(t.channel[:0], "__keyspace@", db), key...)
		e.Publish(t.channel, t.event)
	}
	if e.events&config.NotifyKeyevent != 0 {
		t.channel = append(appendChannel(t.channel[:0], "__keyevent@", db), event...)
		e.Publish(t.channel, key)
	}
}

func appendChannel(dst []byte, kind string, db *keyspace.DB) []byte {
	dst = append(dst, kind...)
	dst = strconv.AppendInt(dst, int64(db.ID), 10)
	return append(dst, "__:"...)
}

// gone is told by the keyspace that it has deleted a key of its own accord.
func (e *Engine) gone(db *keyspace.DB, key []byte, why keyspace.Reason) {
	e.propagateDelete(db, key)
	switch {
	case why == keyspace.Expired && e.events&config.NotifyExpired != 0:
		e.notify("expired", db, key)
	case why == keyspace.Evicted && e.events&config.NotifyEvicted != 0:
		e.notify("evicted", db, key)
	}
}
