// generic.go: keys, whatever they hold. Redis: db.c.

package command

import "redis-internals/ch08/internal/glob"

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
	row("randomkey", randomKey, 1, ReadOnly|Brief, ACLKeyspace, noKeys,
		doc("1.0.0", "O(1)", "", "Answers any key.", "request_policy:all_shards", "nondeterministic_output")),
	row("keys", keys, 2, ReadOnly, ACLKeyspace|ACLDangerous, noKeys,
		doc("1.0.0", "O(N) where N is the number of all keys", "<pattern>", "Lists the keys that match a pattern.", "request_policy:all_shards", "nondeterministic_output_order")),
}

// del answers DEL and UNLINK. Redis frees on another thread what UNLINK deletes; a value
// here is one string, and has no parts that would take long.
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
	c.ReplyBulk(key)
}

// move answers MOVE. Redis: db.c, moveCommand.
func move(c *Client) {
	to, ok := c.ParseDB(c.Args[2])
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
