// clients.go: a client in one line, as CLIENT LIST shows it to people and programs.
//
//	id=7 addr=127.0.0.1:43918 laddr=127.0.0.1:6379 fd=9 name=worker age=12 idle=3 flags=b db=0 ...
//
// What only the server knows of a connection it is asked for. Redis: networking.c,
// catClientInfoString.

package engine

import (
	"fmt"
	"time"

	"redis-internals/ch08/internal/config"
)

// Connection is what only the server knows of a client.
type Connection struct {
	Peer, Local string // addresses
	FD          int
	Age, Idle   time.Duration // since it came, and since it last sent or took something
	Query       int           // bytes received that are not executed yet, or are just now
	QueryRoom   int           // free bytes in the buffer that they lie in
	Reply       int           // bytes of replies in the buffer that is filled
	ReplyRoom   int           // and how large that is
	Backlog     int           // full buffers of replies that the peer has not taken
	BacklogRoom int           // bytes that these take
	Taken       int           // bytes that the client takes, all in all
	Reading     bool          // it is watched for requests
	Writing     bool          // and for room to send more
}

// Describe appends the client's line, without its end. O(1).
func (c *Client) Describe(dst []byte) []byte {
	s := c.Engine.Server.Connection(c)
	queued := -1
	if c.multi != nil {
		queued = len(c.multi.queue)
	}
	dst = fmt.Appendf(dst, "id=%d addr=%s laddr=%s fd=%d name=%s age=%d idle=%d flags=%s db=%d",
		c.ID, s.Peer, s.Local, s.FD, c.Name, int(s.Age.Seconds()), int(s.Idle.Seconds()), c.letters(), c.DB.ID)
	dst = fmt.Appendf(dst, " sub=%d psub=%d ssub=%d multi=%d",
		c.Subscriptions(Channels), c.Subscriptions(Patterns), c.Subscriptions(ShardChannels), queued)
	dst = fmt.Appendf(dst, " qbuf=%d qbuf-free=%d argv-mem=%d multi-mem=%d rbs=%d rbp=%d obl=%d oll=%d omem=%d tot-mem=%d",
		s.Query, s.QueryRoom, c.argumentBytes(), c.QueueMemory(), s.ReplyRoom, s.Reply, s.Reply, s.Backlog, s.BacklogRoom, s.Taken)
	redirect := int64(-1)
	if c.tracking != nil {
		redirect = c.tracking.Redirect
	}
	events := ""
	if s.Reading {
		events += "r"
	}
	if s.Writing {
		events += "w"
	}
	return fmt.Appendf(dst, " events=%s cmd=%s user=%s redir=%d resp=%d", events, c.lastCommand(), "default", redirect, c.Protocol)
}

// letters are what is special about the client, a letter each; N is nothing.
func (c *Client) letters() string {
	var flags []byte
	for _, f := range []struct {
		letter byte
		is     bool
	}{
		{'O', c.monitors},
		{'P', c.Subscribed()},
		{'x', c.multi != nil},
		{'b', c.Blocked()},
		{'t', c.tracking != nil},
		{'R', c.tracking != nil && c.tracking.Broken},
		{'B', c.tracking != nil && c.tracking.Broadcast},
		{'d', c.touched},
		{'c', c.Closing == CloseAfterReply},
		{'A', c.Closing == CloseNow || c.Closing == CloseForOutput},
		{'U', c.ByFile},
		{'e', c.NoEvict},
	} {
		if f.is {
			flags = append(flags, f.letter)
		}
	}
	if len(flags) == 0 {
		return "N"
	}
	return string(flags)
}

// argumentBytes are those of the request that is executed, or waits.
func (c *Client) argumentBytes() (bytes int) {
	args := c.Args
	if c.waiter != nil {
		args = c.waiter.args
	}
	for _, arg := range args {
		bytes += len(arg)
	}
	return bytes
}

// lastCommand is the name of the last command that the client asked for. To those in a
// transaction that is EXEC.
func (c *Client) lastCommand() string {
	switch {
	case c.multi != nil && c.multi.running:
		return c.Engine.exec.Name
	case c.Command == nil:
		return "NULL"
	}
	return c.Command.Name
}

// TypeNames are the classes of clients under the names that CLIENT LIST and KILL have for them.
// There are no masters, since there is no replication. Redis: networking.c,
// getClientTypeByName.
var TypeNames = map[string]config.Class{
	"normal": config.Normal, "slave": config.Replica, "replica": config.Replica, "pubsub": config.PubSub, "master": noClass,
}

const noClass config.Class = -1

// Unblock makes a client that waits for a key go on, as if its time were over or, where reason
// is not empty, with that error. It reports false if the client does not wait. Redis:
// networking.c, clientUnblock.
func (c *Client) Unblock(reason string) bool {
	w := c.waiter
	if w == nil {
		return false
	}
	from := len(c.Reply)
	if reason == "" {
		w.timedOut(c)
	} else {
		c.ReplyError(reason)
	}
	w.command.Stats.Failed++
	c.Engine.release(c, from)
	return true
}
