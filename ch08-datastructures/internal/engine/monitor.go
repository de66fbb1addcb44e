// monitor.go: clients that watch what all others do.
//
//	B> SET greeting "hi there"
//	A sees   +1700000000.123456 [0 127.0.0.1:50312] "SET" "greeting" "hi there"
//
// Each command is shown when it has run: when, in which database, who, and the words, so that a
// terminal can take any bytes. Those for administrators are not, nor are passwords. What one
// that monitors asks for must not be about data: it is fed like a replica.
//
// While nobody monitors a command costs nothing more. While somebody does each is timed alone,
// and told of where slow ones are (stats.go, observe).
//
// Redis: replication.c, replicationFeedMonitors and monitorCommand.

package engine

import (
	"fmt"
	"slices"
	"time"

	"redis-internals/ch08/internal/resp"
)

const errMonitors = "ERR Replica can't interact with the keyspace"

// Monitor makes the client see all commands from now on. It reports false if it does already.
func (c *Client) Monitor() bool {
	if c.monitors {
		return false
	}
	c.monitors = true
	c.Engine.monitors = append(c.Engine.monitors, c)
	c.Engine.fitMeasuring()
	return true
}

// Monitors reports whether the client sees all commands.
func (c *Client) Monitors() bool { return c.monitors }

// StopMonitoring is Monitor's end. O(those that monitor) if it does.
func (c *Client) StopMonitoring() {
	if !c.monitors {
		return
	}
	e := c.Engine
	c.monitors = false
	e.monitors = slices.DeleteFunc(e.monitors, func(each *Client) bool { return each == c })
	e.fitMeasuring()
}

// feedMonitors shows a command that has run to all that monitor. O(its bytes) for each.
func (e *Engine) feedMonitors(c *Client) {
	now := time.Now()
	peer := e.Server.Peer(c)
	if c.ByFile {
		peer = "unix:" + e.Config.UnixSocket
	}
	line := fmt.Appendf(nil, "+%d.%06d [%d %s]", now.Unix(), now.Nanosecond()/1000, c.DB.ID, peer)
	for _, arg := range c.Args {
		line = resp.AppendQuoted(append(line, ' '), string(arg))
	}
	line = append(line, "\r\n"...)
	for _, m := range e.monitors {
		e.Push(m, line)
	}
}
