// protected.go: commands that an administrator must allow before anybody has them.
//
// Who reaches the port may use what is flagged Protected only if the settings say so,
// and those do not change while the server runs: a client cannot let itself in.
//
//	enable-debug-command no      nobody; the default
//	                     local   who is connected from 127.0.0.1 or ::1
//	                     yes     everybody
//
// Redis: server.c, allowProtectedAction.

package engine

import (
	"strings"

	"redis-internals/ch07/internal/config"
)

// isProtected reports whether the command is one that this client must not have, and
// replies the error.
func (e *Engine) isProtected(c *Client) bool {
	if c.Command.Flags&Protected == 0 {
		return false
	}
	switch e.Config.EnableDebugCommand {
	case config.Everybody:
		return false
	case config.LocalClients:
		if c.Local {
			return false
		}
	}
	option := "enable-" + c.Command.Name + "-command"
	c.ReplyError("ERR " + strings.ToUpper(c.Command.Name) + " command not allowed. If the " + option +
		" option is set to \"local\", you can run it from a local connection, otherwise you need to set this option" +
		" in the configuration file, and then restart the server.")
	return true
}
