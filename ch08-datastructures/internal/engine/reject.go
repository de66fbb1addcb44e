// reject.go: what is answered to a request for a command that there is not.

package engine

import "strings"

// rejectUnknown says what of the request is unknown: the command, or a
// container's subcommand. Redis: server.c, commandCheckExistence.
func (e *Engine) rejectUnknown(c *Client) {
	name := c.Args[0]
	if isHTTP(name) {
		c.Closing = CloseNow
		return
	}
	if e.Table.Lookup(name) != nil {
		c.reject("ERR unknown subcommand '" + Quoted(c.Args[1], MaxQuoted) +
			"'. Try " + strings.ToUpper(string(name)) + " HELP.")
		return
	}
	var args []byte
	for _, arg := range c.Args[1:] {
		if len(args) >= MaxQuoted {
			break
		}
		args = append(args, '\'')
		args = append(args, Quoted(arg, MaxQuoted-len(args)+1)...)
		args = append(args, "' "...)
	}
	c.reject("ERR unknown command '" + Quoted(name, MaxQuoted) +
		"', with args beginning with: " + string(args))
}

// RejectSubcommand says that a container's subcommand does not take so many arguments. Redis:
// networking.c, addReplySubcommandSyntaxError.
func (c *Client) RejectSubcommand() {
	c.ReplyError("ERR unknown subcommand or wrong number of arguments for '" + Quoted(c.Args[1], MaxQuoted) +
		"'. Try " + strings.ToUpper(string(c.Args[0])) + " HELP.")
}

// isHTTP reports whether the request is a line of HTTP: a browser that was
// talked into posting commands to us (cross-protocol scripting). Such a client
// must not get to its next line. Redis: networking.c, securityWarningCommand.
func isHTTP(name []byte) bool {
	return EqualFold(name, "post") || EqualFold(name, "host:")
}
