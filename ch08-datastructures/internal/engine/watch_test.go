package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/keyspace"
)

// watching is some clients that watch keys, and a plain list of what they should know.
type watching struct {
	e       *Engine
	now     int64
	clients []Client

	keys    []map[string]int64 // by database: when each key expires; 0 is never
	watches []plainWatch
	touched []bool // by client
}

type plainWatch struct {
	client, db int
	key        string
	expired    bool
}

func newWatching() *watching {
	w := &watching{now: 1000, touched: make([]bool, 3)}
	w.e = New(Options{Config: config.Default(), Now: func() int64 { return w.now }})
	for i := range w.touched {
		w.clients = append(w.clients, w.e.NewClient(int64(i)))
	}
	for range w.e.Config.Databases {
		w.keys = append(w.keys, map[string]int64{})
	}
	return w
}

// state tells whether a key lies in a database, and whether its time is over.
func (w *watching) state(db int, key string) (there, expired bool) {
	at, there := w.keys[db][key]
	return there, there && at != 0 && w.now > at
}

func (w *watching) touch(client int) {
	w.touched[client] = true
	w.forget(client)
}

func (w *watching) forget(client int) {
	var others []plainWatch
	for _, p := range w.watches {
		if p.client != client {
			others = append(others, p)
		}
	}
	w.watches = others
}

// change tells those who watch a key that it is another now, or gone. Redis: multi.c,
// touchWatchedKey.
func (w *watching) change(db int, key string) {
	var touched []int
	for i := range w.watches {
		p := &w.watches[i]
		if p.db != db || p.key != key {
			continue
		}
		if there, _ := w.state(db, key); p.expired && !there {
			p.expired = false
		} else {
			touched = append(touched, p.client)
		}
	}
	for _, client := range touched {
		w.touch(client)
	}
}

// lookup deletes a key whose time is over, and reports whether it is there then.
func (w *watching) lookup(db int, key string) bool {
	there, expired := w.state(db, key)
	if expired {
		w.remove(db, key)
	}
	return there && !expired
}

func (w *watching) remove(db int, key string) {
	delete(w.keys[db], key)
	w.change(db, key)
}

func (w *watching) put(db int, key string, at int64) {
	w.keys[db][key] = at
	w.change(db, key)
}

// replace tells those who watch a database that it will hold what by holds; nothing, if by
// is negative. Redis: multi.c, touchAllWatchedKeysInDb.
func (w *watching) replace(db, by int) {
	var touched []int
	for i := range w.watches {
		p := &w.watches[i]
		if p.db != db {
			continue
		}
		now, _ := w.state(db, p.key)
		then, expired := false, false
		if by >= 0 {
			then, expired = w.state(by, p.key)
		}
		switch {
		case !now && !then:
		case p.expired && !then:
			p.expired = false
		case p.expired && expired:
		case !p.expired && !now && expired:
			p.expired = true
		default:
			touched = append(touched, p.client)
		}
	}
	for _, client := range touched {
		w.touch(client)
	}
}

// step does something, as the random numbers say, to the databases and to the list.
func (w *watching) step(r *rand.Rand) string {
	id, other, key, client := r.IntN(2), r.IntN(2), fmt.Sprint(r.IntN(3)), r.IntN(len(w.clients))
	db, k, c := w.e.Keyspace.DB(id), []byte(key), &w.clients[client]
	switch n := r.IntN(16); n {
	case 0, 1, 2, 3:
		c.DB = db
		c.Watch(k)
		_, expired := w.state(id, key)
		for _, p := range w.watches {
			if p.client == client && p.db == id && p.key == key {
				return "watch again"
			}
		}
		if !w.touched[client] {
			w.watches = append(w.watches, plainWatch{client, id, key, expired})
		}
		return "watch"
	case 4:
		c.Unwatch()
		w.touched[client] = false
		w.forget(client)
		return "unwatch"
	case 5, 6:
		at := []int64{0, w.now + 5, w.now - 1}[r.IntN(3)]
		db.Set(k, []byte("v"), []keyspace.Expiry{keyspace.Never, keyspace.At(at)}[min(at, 1)])
		w.lookup(id, key)
		w.put(id, key, at)
		return "set"
	case 7:
		db.Delete(k)
		if w.lookup(id, key) {
			w.remove(id, key)
		}
		return "delete"
	case 8, 9:
		db.LookupRead(k)
		w.lookup(id, key)
		return "read"
	case 10:
		if db.LookupWrite(k) != nil {
			db.SetExpire(k, w.now+5)
		}
		if w.lookup(id, key) {
			w.put(id, key, w.now+5)
		}
		return "expire"
	case 11:
		w.now += 6
		return "later"
	case 12:
		if id == other {
			break
		}
		db.Move(k, w.e.Keyspace.DB(other))
		if w.lookup(id, key) && !w.lookup(other, key) {
			at := w.keys[id][key]
			w.remove(id, key)
			w.put(other, key, at)
		}
		return "move"
	case 13:
		w.e.Keyspace.Swap(db, w.e.Keyspace.DB(other))
		if id != other {
			w.replace(id, other)
			w.replace(other, id)
			w.keys[id], w.keys[other] = w.keys[other], w.keys[id]
		}
		return "swap"
	case 14:
		db.Flush()
		w.replace(id, -1)
		w.keys[id] = map[string]int64{}
		return "flush"
	}
	return "nothing"
}

// check looks at the lists, and at what clients believe.
func (w *watching) check(t *testing.T, did string) {
	t.Helper()
	keys, total := 0, 0
	for id, lists := range w.e.watchers.first {
		for key, first := range lists {
			keys++
			require.NotNil(t, first, did)
			for p, before := first, (*watch)(nil); p != nil; p, before = p.next, p {
				require.Same(t, p, p.client.watches[p.at], did)
				require.Equal(t, place{w.e.Keyspace.DB(id), key}, p.at, did)
				require.True(t, p.prev == before, did)
				total++
			}
		}
	}
	require.Equal(t, w.e.watchers.keys, keys, did)
	require.Equal(t, keys > 0, w.e.Keyspace.Observer.Changing != nil, did)
	require.Len(t, w.watches, total, did)
	bytes := 0
	for i := range w.clients {
		due := w.touched[i]
		for _, p := range w.watches {
			_, expired := w.state(p.db, p.key)
			due = due || p.client == i && expired && !p.expired
		}
		require.Equal(t, due, w.clients[i].Touched(), "client %d after %s", i, did)
		bytes += w.clients[i].WatchMemory()
	}
	require.Equal(t, w.e.ClientMemory(), bytes, did)
	require.Equal(t, total > 0, bytes > 0, did)
}

func TestWatch_TellsWhatAPlainListTells(t *testing.T) {
	for seed := range uint64(50) {
		w, r := newWatching(), rand.New(rand.NewPCG(seed, 0))
		for range 1000 {
			w.check(t, w.step(r))
		}
		for i := range w.clients {
			w.clients[i].Discard()
		}
		require.Zero(t, w.e.watchers.keys)
		require.Zero(t, w.e.ClientMemory())
	}
}

// While somebody watches, a change of what nobody watches costs a look and no garbage.
func TestTouch_AllocatesNothing(t *testing.T) {
	w := newWatching()
	w.clients[0].Watch([]byte("watched"))
	db, key := w.e.Keyspace.DB(0), []byte("another")
	db.Set(key, key, keyspace.Never)
	require.Zero(t, testing.AllocsPerRun(100, func() { db.Set(key, key, keyspace.Never) }))
	require.False(t, w.clients[0].Touched())
}
