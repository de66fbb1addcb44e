// broadcast.go: CLIENT TRACKING BCAST: clients that are told of every change of keys with a
// prefix, whether they have read them or not.
//
//	prefixes   ""        ─▶ D            changed: all
//	           "user:"   ─▶ A, C         changed: user:7 by B, user:9 by A
//
// That takes no memory for what clients read, but they are told more. What has changed is
// gathered, and told once a turn: a message for each prefix, with all keys. Who says NOLOOP gets
// a list without those that it has changed itself.
//
// A change costs O(prefixes), a turn O(keys changed * log + bytes of messages). Redis:
// tracking.c, trackingBroadcastInvalidationMessages.

package engine

import (
	"maps"
	"slices"
	"strings"

	"redis-internals/ch08/internal/resp"
)

// prefix is one that clients want to be told of.
type prefix struct {
	text    string
	clients []*Client
	changed map[string]*Client // this turn, and who did it first; nil is nobody
}

// prefixMemory is what a client's prefix takes besides its text, in bytes.
const prefixMemory = 100

// find returns where a prefix stands, or where it would.
func (t *tracked) find(text string) (at int, found bool) {
	return slices.BinarySearchFunc(t.prefixes, text, func(p *prefix, text string) int { return strings.Compare(p.text, text) })
}

// addPrefix adds one to the client's, unless it is there.
func (c *Client) addPrefix(text string) {
	own := c.tracking
	place, found := slices.BinarySearch(own.Prefixes, text)
	if found {
		return
	}
	own.Prefixes = slices.Insert(slices.Clip(own.Prefixes), place, text)
	all := &c.Engine.tracked
	at, found := all.find(text)
	if !found {
		all.prefixes = slices.Insert(all.prefixes, at, &prefix{text: text, changed: map[string]*Client{}})
	}
	all.prefixes[at].clients = append(all.prefixes[at].clients, c)
	c.countPrefix(prefixMemory + len(text))
}

func (c *Client) dropPrefix(text string) {
	all := &c.Engine.tracked
	at, _ := all.find(text)
	p := all.prefixes[at]
	if p.clients = slices.DeleteFunc(p.clients, func(other *Client) bool { return other == c }); len(p.clients) == 0 {
		all.prefixes = slices.Delete(all.prefixes, at, at+1)
	}
	c.countPrefix(-prefixMemory - len(text))
}

// countPrefix counts what prefixes take, as the client's own and as all clients'.
func (c *Client) countPrefix(bytes int) {
	c.prefixBytes += bytes
	c.Engine.CountClientMemory(bytes)
}

// PrefixMemory is what the client's prefixes take, in bytes.
func (c *Client) PrefixMemory() int { return c.prefixBytes }

// noteChange notes that a client has changed a key, or nobody has.
func (t *tracked) noteChange(key []byte, by *Client) {
	for _, p := range t.prefixes {
		if len(key) < len(p.text) || string(key[:len(p.text)]) != p.text {
			continue
		}
		if _, noted := p.changed[string(key)]; !noted {
			p.changed[string(key)] = by
		}
	}
}

// Broadcast tells what has changed since it was last called. It is called at the end of a turn.
func (e *Engine) Broadcast() {
	for _, p := range e.tracked.prefixes {
		if len(p.changed) > 0 {
			e.broadcast(p)
		}
	}
}

func (e *Engine) broadcast(p *prefix) {
	keys := slices.Sorted(maps.Keys(p.changed))
	all := appendKeys(nil, keys)
	for _, c := range p.clients {
		list := all
		if c.tracking.NoLoop {
			if list = p.ofOthers(c, keys, all); list == nil {
				continue
			}
		}
		e.sendStale(c, list)
	}
	if len(p.changed) <= keptChanges {
		clear(p.changed)
	} else {
		p.changed = map[string]*Client{}
	}
}

// keptChanges is how many keys a map may have held that is used again.
const keptChanges = 1024

// ofOthers is the list without what the client has changed itself: all, if that is nothing, or
// nil, if it is all.
func (p *prefix) ofOthers(c *Client, keys []string, all []byte) []byte {
	var others []string
	for _, key := range keys {
		if p.changed[key] != c {
			others = append(others, key)
		}
	}
	switch len(others) {
	case len(keys):
		return all
	case 0:
		return nil
	}
	return appendKeys(nil, others)
}

func appendKeys(dst []byte, keys []string) []byte {
	dst = resp.AppendArray(dst, len(keys))
	for _, key := range keys {
		dst = resp.AppendBulk(dst, key)
	}
	return dst
}
