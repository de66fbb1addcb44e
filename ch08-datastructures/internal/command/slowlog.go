// slowlog.go: SLOWLOG, the commands that took longest. What is kept, and when, is
// engine/slowlog.go's business. Redis: slowlog.c, slowlogCommand.

package command

import "redis-internals/ch08/internal/resp"

var slowlogCommands = []Row{
	row("slowlog", nil, -2, 0, 0, noKeys,
		doc("2.2.12", "Depends on subcommand.", "", "Tells which commands took longest.")),
	row("slowlog|get", slowlogGet, -2, Admin|Loading|Stale, 0, noKeys,
		doc("2.2.12", "O(N)", "[<count>]", "Answers the newest of them: all with -1.", "request_policy:all_nodes", "nondeterministic_output")),
	row("slowlog|len", slowlogLen, 2, Admin|Loading|Stale, 0, noKeys,
		doc("2.2.12", "O(1)", "", "Answers how many there are.", "request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output")),
	row("slowlog|reset", slowlogReset, 2, Admin|Loading|Stale, 0, noKeys,
		doc("2.2.12", "O(N)", "", "Forgets them.", "request_policy:all_nodes", "response_policy:all_succeeded")),
	row("slowlog|help", help, 2, Loading|Stale, 0, noKeys,
		doc("6.2.0", "O(1)", "", "Prints this help.")),
}

// slowlogGet answers SLOWLOG GET [count], the newest first.
func slowlogGet(c *Client) {
	count := int64(10)
	switch len(c.Args) {
	case 2:
	case 3:
		var ok bool
		if count, ok = resp.ParseInt(c.Args[2]); !ok || count < -1 {
			c.ReplyError("ERR count should be greater than or equal to -1")
			return
		}
	default:
		c.RejectSubcommand()
		return
	}
	entries := c.Engine.SlowLog()
	if count < 0 || count > int64(len(entries)) {
		count = int64(len(entries))
	}
	c.ReplyArrayLen(int(count))
	for i := range int(count) {
		entry := entries[len(entries)-1-i]
		c.ReplyArrayLen(6)
		c.ReplyInt(entry.ID)
		c.ReplyInt(entry.At)
		c.ReplyInt(entry.Took.Microseconds())
		c.ReplyArrayLen(len(entry.Args))
		for _, arg := range entry.Args {
			c.ReplyBulkString(arg)
		}
		c.ReplyBulkString(entry.Peer)
		c.ReplyBulkString(entry.Name)
		if c.TooLong() {
			return
		}
	}
}

func slowlogLen(c *Client) { c.ReplyInt(int64(len(c.Engine.SlowLog()))) }

func slowlogReset(c *Client) {
	c.Engine.ResetSlowLog()
	c.ReplyOK()
}
