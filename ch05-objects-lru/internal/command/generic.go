// generic.go: keys, whatever they hold. Redis: db.c.

package command

import (
	"bytes"

	"redis-internals/ch05/internal/glob"
	"redis-internals/ch05/internal/keyspace"
	"redis-internals/ch05/internal/resp"
)

var genericCommands = []Row{
	// name, handler, arity (negative: at least), flags, ACL, keys, doc: since, complexity, arguments, summary, tips
	{"del", del, -2, Write, ACLKeyspace, deleteAll, doc("1.0.0", "O(N) where N is the number of keys", "<key> [<key> ...]", "Deletes keys.", "request_policy:multi_shard", "response_policy:agg_sum")},
	{"unlink", del, -2, Write | Fast, ACLKeyspace, deleteAll, doc("4.0.0", "O(N) where N is the number of keys", "<key> [<key> ...]", "Deletes keys, and frees their memory later.", "request_policy:multi_shard", "response_policy:agg_sum")},
	{"exists", exists, -2, ReadOnly | Fast, ACLKeyspace, KeyRange{1, -1, 1, "RO", ""}, doc("1.0.0", "O(N) where N is the number of keys", "<key> [<key> ...]", "Answers how many of the keys exist.", "request_policy:multi_shard", "response_policy:agg_sum")},
	{"type", typeOf, 2, ReadOnly | Fast, ACLKeyspace, KeyRange{1, 1, 1, "RO", ""}, doc("1.0.0", "O(1)", "<key>", "Answers what kind of value a key holds.")},
	{"move", move, 3, Write | Fast, ACLKeyspace, accessKey, doc("1.0.0", "O(1)", "<key> <db>", "Moves a key to another database.")},
	{"randomkey", randomKey, 1, ReadOnly, ACLKeyspace, noKeys, doc("1.0.0", "O(1)", "", "Answers any key.", "request_policy:all_shards", "nondeterministic_output")},
	{"keys", keys, 2, ReadOnly, ACLKeyspace | ACLDangerous, noKeys, doc("1.0.0", "O(N) where N is the number of all keys", "<pattern>", "Lists the keys that match a pattern.", "request_policy:all_shards", "nondeterministic_output_order")},
}

// The errors that several families share.
const (
	errSyntax     = "ERR syntax error"
	errNotInteger = "ERR value is not an integer or out of range"
	errNoDB       = "ERR DB index is out of range"
	errNotInt32   = "ERR value is out of range, value must between -2147483648 and 2147483647"
)

// parseInt reads a whole number, or replies the error.
func parseInt(c *Client, arg []byte) (n int64, ok bool) {
	if n, ok = resp.ParseInt(arg); !ok {
		c.ReplyError(errNotInteger)
	}
	return n, ok
}

// isOption reports whether arg is the option with this name, in any case. A NUL
// ends it, as it does in C: Redis takes "NX\x00" for NX.
func isOption(arg []byte, name string) bool {
	if i := bytes.IndexByte(arg, 0); i >= 0 {
		arg = arg[:i]
	}
	return equalFold(arg, name)
}

// fitsInt32 reports whether a number is one that Redis keeps in an int.
func fitsInt32(n int64) bool { return n == int64(int32(n)) }

// parseDB reads the number of a database, or replies the error. Redis: object.c,
// getIntFromObjectOrReply; db.c, selectDb.
func parseDB(c *Client, arg []byte) (db *keyspace.DB, ok bool) {
	id, ok := parseInt(c, arg)
	switch {
	case !ok:
	case !fitsInt32(id):
		c.ReplyError(errNotInt32)
	case !c.engine.hasDB(id):
		c.ReplyError(errNoDB)
	default:
		return c.engine.keys.DB(int(id)), true
	}
	return nil, false
}

// del answers DEL and UNLINK: with a garbage collector, all memory is freed later.
func del(c *Client) {
	deleted := 0
	for _, key := range c.Args[1:] {
		if c.DB.Delete(key) {
			deleted++
		}
	}
	c.MarkDirty(deleted)
	c.ReplyInt(int64(deleted))
}

// exists counts a key as often as it is named.
func exists(c *Client) {
	found := 0
	for _, key := range c.Args[1:] {
		if c.DB.Peek(key) != nil {
			found++
		}
	}
	c.ReplyInt(int64(found))
}

func typeOf(c *Client) {
	o := c.DB.Peek(c.Args[1])
	if o == nil {
		c.ReplySimple("none")
		return
	}
	c.ReplySimple(o.Type().String())
}

func randomKey(c *Client) {
	key, ok := c.DB.RandomKey()
	if !ok {
		c.ReplyNull()
		return
	}
	c.ReplyBulkString(key)
}

// move answers MOVE. Redis: db.c, moveCommand.
func move(c *Client) {
	to, ok := parseDB(c, c.Args[2])
	switch {
	case !ok:
	case to == c.DB:
		c.ReplyError("ERR source and destination objects are the same")
	case c.DB.Move(c.Args[1], to):
		c.MarkDirty(1)
		c.ReplyInt(1)
	default:
		c.ReplyInt(0)
	}
}

func keys(c *Client) {
	pattern := c.Args[1]
	var found []string
	c.DB.Walk(func(key string) {
		if glob.Match(pattern, []byte(key)) {
			found = append(found, key)
		}
	})
	c.ReplyArrayLen(len(found))
	for _, key := range found {
		c.ReplyBulkString(key)
	}
}
