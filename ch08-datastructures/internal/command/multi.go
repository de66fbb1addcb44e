// multi.go: transactions. What they are made of stands in engine/multi.go and
// engine/watch.go. Redis: multi.c.

package command

var multiCommands = []Row{
	row("multi", multi, 1, NoScript|Loading|Stale|Fast|AllowBusy|Immediate|Brief, ACLTransaction, noKeys,
		doc("1.2.0", "O(1)", "", "Begins a transaction: what follows is queued.")),
	row("exec", exec, 1, NoScript|Loading|Stale|SkipSlowLog|Immediate|EndsMulti, ACLTransaction, noKeys,
		doc("1.2.0", "Depends on commands in the transaction", "", "Runs all that is queued, and ends the transaction.")),
	row("discard", discard, 1, NoScript|Loading|Stale|Fast|AllowBusy|Immediate|EndsMulti|Brief, ACLTransaction, noKeys,
		doc("2.0.0", "O(N), when N is the number of queued commands", "", "Forgets all that is queued, and ends the transaction.")),
	row("watch", watch, -2, NoScript|Loading|Stale|Fast|AllowBusy|Immediate, ACLTransaction, seenKeys,
		doc("2.2.0", "O(1) for every key.", "<key> [<key> ...]", "Makes the next EXEC run only if the keys have not changed.")),
	row("unwatch", unwatch, 1, NoScript|Loading|Stale|Fast|AllowBusy|Brief, ACLTransaction, noKeys,
		doc("2.2.0", "O(1)", "", "Forgets all keys that are watched.")),
}

func multi(c *Client) {
	if c.InMulti() {
		c.ReplyError("ERR MULTI calls can not be nested")
		return
	}
	c.Multi()
	c.ReplyOK()
}

// exec answers EXEC: the replies of all that was queued; null if a watched key has
// changed; an error if a request was refused.
func exec(c *Client) {
	switch {
	case !c.InMulti():
		c.ReplyError("ERR EXEC without MULTI")
	case c.Flawed():
		c.Discard()
		c.ReplyError("EXECABORT Transaction discarded because of previous errors.")
	case c.Touched():
		c.Discard()
		c.ReplyNullArray()
	default:
		c.Engine.Exec(c)
	}
}

func discard(c *Client) {
	if !c.InMulti() {
		c.ReplyError("ERR DISCARD without MULTI")
		return
	}
	c.Discard()
	c.ReplyOK()
}

func watch(c *Client) {
	if c.InMulti() {
		c.ReplyError("ERR WATCH inside MULTI is not allowed")
		return
	}
	for _, key := range c.Args[1:] {
		c.Watch(key)
	}
	c.ReplyOK()
}

func unwatch(c *Client) {
	c.Unwatch()
	c.ReplyOK()
}
