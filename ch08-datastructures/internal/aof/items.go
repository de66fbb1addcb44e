// items.go: a collection in a base, as commands of 64 items each.
//
//	a list        RPUSH k e1 ... e64     RPUSH k e65 ...
//	a set         SADD k m1 ... m64      SADD k m65 ...
//	a hash        HMSET k f1 v1 ...      HMSET k f65 v65 ...
//	a sorted set  ZADD k s1 m1 ...       ZADD k s65 m65 ...
//	              PEXPIREAT k 1700000100000         at the end of those that expire
//
// One command with ten million items would be an argument list of hundreds of megabytes
// when it is read. Redis: aof.c, rewriteListObject and its neighbours; AOF_REWRITE_ITEMS_PER_CMD.
//
// Items come one by one: of a large collection some between those of others, and some
// between the pieces of a long string, whose command must not be torn. They wait aside then.

package aof

import (
	"strconv"

	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
	"redis-internals/ch08/internal/zmalloc"
)

const itemsPerCommand = 64

// items is a command that is being put together.
type items struct {
	db    int
	key   []byte // copied
	kind  object.Type
	root  zmalloc.Ref // of the collection
	words []byte      // encoded
	n     int         // items
}

var itemCommands = [...]string{
	object.ListType: "RPUSH", object.SetType: "SADD", object.SortedSetType: "ZADD", object.HashType: "HMSET",
}

// dumpItem adds an item of a collection to the base, or ends it.
func (w *rewrite) dumpItem(p keyspace.Piece) {
	i := &w.items
	if i.n == itemsPerCommand || i.n > 0 && i.root != p.Value.Root() {
		w.endItems()
	}
	if p.Last {
		w.endItems()
		w.endCollection(p)
		return
	}
	if i.n == 0 {
		i.db, i.key, i.kind, i.root = p.DB, append(i.key[:0], p.Key...), p.Value.Type(), p.Value.Root()
	}
	i.add(p.Item)
}

// add appends an item's words.
func (i *items) add(item object.Item) {
	if i.kind == object.SortedSetType {
		var digits [32]byte
		i.words = resp.AppendBulk(i.words, strconv.AppendFloat(digits[:0], item.Score, 'g', -1, 64))
	}
	i.words = resp.AppendBulk(i.words, item.Name)
	if i.kind == object.HashType {
		i.words = resp.AppendBulk(i.words, item.Value)
	}
	i.n++
}

// endItems adds the command to the base, if there is one.
func (w *rewrite) endItems() {
	i := &w.items
	if i.n == 0 {
		return
	}
	words := i.n
	if i.kind == object.SortedSetType || i.kind == object.HashType {
		words = 2 * i.n
	}
	b := resp.AppendArray(w.selected(i.db), 2+words)
	b = resp.AppendBulk(resp.AppendBulk(b, itemCommands[i.kind]), i.key)
	w.put(append(b, i.words...))
	i.n, i.words = 0, i.words[:0]
}

// endCollection ends a key that is no string.
func (w *rewrite) endCollection(p keyspace.Piece) {
	w.dumped++
	if p.ExpireAt == 0 {
		return
	}
	var digits [20]byte
	b := resp.AppendArray(w.selected(p.DB), 3)
	b = resp.AppendBulk(resp.AppendBulk(b, "PEXPIREAT"), p.Key)
	w.put(resp.AppendBulk(b, strconv.AppendInt(digits[:0], p.ExpireAt, 10)))
}

// selected returns where the next command is to be appended, behind a SELECT if that is
// needed: to the chunk, or aside while a string is in it by half.
func (w *rewrite) selected(db int) []byte {
	b := w.chunk
	if w.torn {
		b = w.aside
	}
	if db != w.db {
		b, w.db = appendSelect(b, db), db
	}
	return b
}

// put takes back what selected has given.
func (w *rewrite) put(b []byte) {
	if w.torn {
		w.aside = b
		return
	}
	w.chunk = b
	w.handOverIfLong()
}

// endTear ends a string that was dumped in pieces: what has waited aside comes behind it.
func (w *rewrite) endTear() {
	w.torn = false
	w.chunk = append(w.chunk, w.aside...)
	w.aside = nil
}
