// generic.go: keys, whatever they hold. Redis: db.c.

package command

import (
	"bytes"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/glob"
	"redis-internals/ch08/internal/keyspace"
)

var genericCommands = []Row{
	row("del", del, -2, Write, ACLKeyspace, deleteAll,
		doc("1.0.0", "O(N) where N is the number of keys", "<key> [<key> ...]", "Deletes keys.", "request_policy:multi_shard", "response_policy:agg_sum")),
	row("unlink", del, -2, Write|Fast, ACLKeyspace, deleteAll,
		doc("4.0.0", "O(N) where N is the number of keys", "<key> [<key> ...]", "Deletes keys, and frees their memory later.", "request_policy:multi_shard", "response_policy:agg_sum")),
	row("exists", exists, -2, ReadOnly|Fast, ACLKeyspace, seenKeys,
		doc("1.0.0", "O(N) where N is the number of keys", "<key> [<key> ...]", "Answers how many of the keys exist.", "request_policy:multi_shard", "response_policy:agg_sum")),
	row("type", typeOf, 2, ReadOnly|Fast|Brief, ACLKeyspace, seenKey,
		doc("1.0.0", "O(1)", "<key>", "Answers what kind of value a key holds.")),
	row("move", move, 3, Write|Fast|Brief, ACLKeyspace, accessKey,
		doc("1.0.0", "O(1)", "<key> <db>", "Moves a key to another database.")),
	row("rename", rename, 3, Write|Brief, ACLKeyspace, renameKeys,
		doc("1.0.0", "O(1)", "<key> <newkey>", "Gives a key another name, in the place of what has that.")),
	row("renamenx", renamenx, 3, Write|Fast|Brief, ACLKeyspace, renameNewKeys,
		doc("1.0.0", "O(1)", "<key> <newkey>", "Gives a key a name that no other has.")),
	row("copy", copyKey, -3, Write|DenyOOM, ACLKeyspace, copyKeys,
		doc("6.2.0", "O(N) where N is the number of elements", "<source> <destination> [DB <destination-db>] [REPLACE]", "Copies a key.")),
	row("touch", touch, -2, ReadOnly|Fast, ACLKeyspace, seenKeys,
		doc("3.2.1", "O(N) where N is the number of keys", "<key> [<key> ...]", "Uses keys, and answers how many of them exist.", "request_policy:multi_shard", "response_policy:agg_sum")),
	row("randomkey", randomKey, 1, ReadOnly|Brief, ACLKeyspace, noKeys,
		doc("1.0.0", "O(1)", "", "Answers any key.", "request_policy:all_shards", "nondeterministic_output")),
	row("keys", keys, 2, ReadOnly, ACLKeyspace|ACLDangerous, noKeys,
		doc("1.0.0", "O(N) where N is the number of all keys", "<pattern>", "Lists the keys that match a pattern.", "request_policy:all_shards", "nondeterministic_output_order")),
}

const errSameObject = "ERR source and destination objects are the same"

// del answers DEL and UNLINK. Redis frees on another thread what UNLINK deletes; a value
// here is one string, and has no parts that would take long.
func del(c *Client) {
	deleted := 0
	for _, key := range c.Args[1:] {
		if c.DB.Delete(key) {
			c.Notify(NotifyGeneric, "del", key)
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
	c.ReplyBulk(key)
}

// move answers MOVE. Redis: db.c, moveCommand.
func move(c *Client) {
	to, ok := c.ParseDB(c.Args[2])
	switch {
	case !ok:
	case to == c.DB:
		c.ReplyError(errSameObject)
	case c.DB.Move(c.Args[1], to):
		c.Notify(NotifyGeneric, "move_from", c.Args[1])
		c.NotifyIn(to, NotifyGeneric, "move_to", c.Args[1])
		c.MarkDirty(1)
		c.ReplyInt(1)
	default:
		c.ReplyInt(0)
	}
}

// touch answers TOUCH. Redis: db.c, touchCommand.
func touch(c *Client) {
	found := 0
	for _, key := range c.Args[1:] {
		if c.DB.LookupRead(key) != nil {
			found++
		}
	}
	c.ReplyInt(int64(found))
}

func rename(c *Client)   { renameUnless(c, false) }
func renamenx(c *Client) { renameUnless(c, true) }

// renameUnless renames a key, unless a new name must be free and is not. A name that is the
// old one is free for RENAME only. Redis: db.c, renameGenericCommand.
func renameUnless(c *Client, mustBeFree bool) {
	from, to := c.Args[1], c.Args[2]
	switch isSame := bytes.Equal(from, to); {
	case c.DB.LookupWrite(from) == nil:
		c.ReplyError(engine.ErrNoSuchKey)
		return
	case mustBeFree && (isSame || c.DB.LookupWrite(to) != nil):
		c.ReplyInt(0)
		return
	case !isSame:
		c.DB.Rename(from, to)
		c.Notify(NotifyGeneric, "rename_from", from)
		c.Notify(NotifyGeneric, "rename_to", to)
		c.MarkDirty(1)
	}
	if mustBeFree {
		c.ReplyInt(1)
	} else {
		c.ReplyOK()
	}
}

// sizeSamples is how many elements tell how much a collection takes.
const sizeSamples = 16

// copyKey answers COPY. Redis: db.c, copyCommand.
func copyKey(c *Client) {
	from, to := c.Args[1], c.Args[2]
	target, replace, ok := parseCopyOptions(c)
	if !ok {
		return
	}
	if target == c.DB && bytes.Equal(from, to) {
		c.ReplyError(errSameObject)
		return
	}
	o := c.DB.LookupRead(from)
	if o == nil || target.LookupWrite(to) != nil && !replace {
		c.ReplyInt(0)
		return
	}
	if c.HasRoomFor(o.MemoryUsage(sizeSamples)) {
		c.DB.Copy(from, target, to)
		c.NotifyIn(target, NotifyGeneric, "copy_to", to)
		c.MarkDirty(1)
		c.ReplyInt(1)
	}
}

// parseCopyOptions replies the error if they are none.
func parseCopyOptions(c *Client) (target *keyspace.DB, replace, ok bool) {
	target = c.DB
	for args := c.Args[3:]; len(args) > 0; args = args[1:] {
		switch {
		case engine.IsOption(args[0], "replace"):
			replace = true
		case engine.IsOption(args[0], "db") && len(args) > 1:
			if target, ok = c.ParseDB(args[1]); !ok {
				return nil, false, false
			}
			args = args[1:]
		default:
			c.ReplyError(engine.ErrSyntax)
			return nil, false, false
		}
	}
	return target, replace, true
}

func keys(c *Client) {
	pattern := c.Args[1]
	var found [][]byte
	c.DB.Walk(func(key []byte) {
		if glob.Match(pattern, key) {
			found = append(found, key)
		}
	})
	c.ReplyArrayLen(len(found))
	for _, key := range found {
		c.ReplyBulk(key)
	}
}
