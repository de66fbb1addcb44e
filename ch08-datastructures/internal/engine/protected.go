// protected.go: commands that an administrator must allow before anybody has them.
//
// Who reaches the port may use what is flagged Protected only if the settings say so,
// and those do not change while the server runs: a client cannot let itself in.
//
//	enable-debug-command no      nobody; the default
//	                     local   who is connected from 127.0.0.1 or ::1, or by a file (unixsocket)
//	                     yes     everybody
//
// So for MODULE (enable-module-command), and for settings that would let a client write
// anywhere (enable-protected-configs).
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
	name, _, _ := strings.Cut(c.Command.Name, "|")
	allowed := e.Config.EnableDebugCommand
	if name == "module" {
		allowed = e.Config.EnableModuleCommand
	}
	if c.isAmong(allowed) {
		return true
	}
	option := "enable-" + name + "-command"
	c.reject("ERR " + strings.ToUpper(name) + " command not allowed. If the " + option +
		" option is set to \"local\", you can run it from a local connection, otherwise you need to set this option" +
		" in the configuration file, and then restart the server.")
	return false
}

// MaySetProtected reports whether the client may change protected settings while the server
// runs.
func (c *Client) MaySetProtected() bool { return c.isAmong(c.Engine.Config.EnableProtectedConfigs) }

func (c *Client) isAmong(allowed config.Allowed) bool {
	return allowed == config.Everybody || allowed == config.LocalClients && c.Local
}
