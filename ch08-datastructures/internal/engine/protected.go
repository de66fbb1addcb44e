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

	"redis-internals/ch08/internal/config"
)

// isAllowed reports whether the client may have a protected command, and replies the error
// if not.
func (e *Engine) isAllowed(c *Client) bool {
	allowed := e.Config.EnableDebugCommand
	if allowed == config.Everybody || allowed == config.LocalClients && c.Local {
		return true
	}
	option := "enable-" + c.Command.Name + "-command"
	c.reject("ERR " + strings.ToUpper(c.Command.Name) + " command not allowed. If the " + option +
		" option is set to \"local\", you can run it from a local connection, otherwise you need to set this option" +
		" in the configuration file, and then restart the server.")
	return false
}
