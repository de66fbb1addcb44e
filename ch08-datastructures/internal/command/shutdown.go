// shutdown.go: SHUTDOWN. How the server ends is package server's business. Redis: db.c,
// shutdownCommand.

package command

import (
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
)

var shutdownCommands = []Row{
	row("shutdown", shutdown, -1, Admin|NoScript|Loading|Stale|NoMulti|AllowBusy, 0, noKeys,
		doc("1.0.0", "O(N) when saving, where N is the total number of keys in all databases when saving data, otherwise O(1)", "[NOSAVE|SAVE] [NOW] [FORCE] [ABORT]", "Saves what is to be kept, and ends the server.")),
}

// shutdown answers nothing if the server ends: the connection closes.
func shutdown(c *Client) {
	how, abort := config.Shutdown(0), false
	for _, arg := range c.Args[1:] {
		switch {
		case engine.IsOption(arg, "save"):
			how |= config.Save
		case engine.IsOption(arg, "nosave"):
			how |= config.NoSave
		case engine.IsOption(arg, "now"):
			how |= config.Now
		case engine.IsOption(arg, "force"):
			how |= config.Force
		case engine.IsOption(arg, "abort"):
			abort = true
		default:
			c.ReplyError(engine.ErrSyntax)
			return
		}
	}
	switch {
	case abort && how != 0, how&config.Save != 0 && how&config.NoSave != 0:
		c.ReplyError(engine.ErrSyntax)
	case abort: // only waiting for replicas could be, and there are none
		c.ReplyError("ERR No shutdown in progress.")
	case c.Engine.Server.Shutdown(how) != nil:
		c.ReplyError("ERR Errors trying to SHUTDOWN. Check logs.")
	default:
		c.Closing = engine.CloseAfterReply
	}
}
