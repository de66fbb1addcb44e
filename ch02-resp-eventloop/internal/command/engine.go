// Package command executes requests: it knows the commands, what each accepts,
// and what it answers.
//
//	engine.go      Execute: find the command, check the request, call the handler
//	table.go       the rows
//	index.go       how a name finds its row
//	client.go      what a handler gets: the arguments, and methods to reply
//	connection.go  PING ECHO QUIT HELLO CLIENT
//	server.go      COMMAND
package command

import "strings"

// Engine executes requests for any number of clients, one at a time.
type Engine struct {
	table *table
}

// NewEngine returns an engine that knows all commands.
func NewEngine() *Engine { return &Engine{table: newTable(families)} }

// NewClient returns a client of the engine. The id is its own for ever.
func (e *Engine) NewClient(id int64) Client { return Client{ID: id, engine: e} }

// Execute executes the request in c.Args, of at least one argument, and appends
// the replies to c.Reply. Redis: server.c, processCommand.
func (e *Engine) Execute(c *Client) {
	cmd := e.table.find(c.Args)
	if cmd == nil {
		e.rejectUnknown(c)
		return
	}
	if !cmd.accepts(len(c.Args)) {
		c.ReplyError("ERR wrong number of arguments for '" + cmd.Name + "' command")
		return
	}
	cmd.Handler(c)
}

// Redis quotes at most this many bytes of what it does not know.
const maxQuoted = 128

// rejectUnknown says what of the request is unknown: the command, or a
// container's subcommand. Redis: server.c, commandCheckExistence.
func (e *Engine) rejectUnknown(c *Client) {
	name := c.Args[0]
	if isHTTP(name) {
		c.Closing = CloseNow
		return
	}
	if container := e.table.index.lookup(name); container != nil {
		c.ReplyError("ERR unknown subcommand '" + quoted(c.Args[1], maxQuoted) +
			"'. Try " + strings.ToUpper(container.Name) + " HELP.")
		return
	}
	var args []byte
	for _, arg := range c.Args[1:] {
		if len(args) >= maxQuoted {
			break
		}
		args = append(args, '\'')
		args = append(args, quoted(arg, maxQuoted-len(args)+1)...)
		args = append(args, "' "...)
	}
	c.ReplyError("ERR unknown command '" + quoted(name, maxQuoted) +
		"', with args beginning with: " + string(args))
}

// quoted is the part of b that an error shows: at most n bytes, and none from
// a NUL on, where a C string ends.
func quoted(b []byte, n int) string {
	s, _, _ := strings.Cut(string(b[:min(n, len(b))]), "\x00")
	return s
}

// isHTTP reports whether the request is a line of HTTP: a browser that was
// talked into posting commands to us (cross-protocol scripting). Such a client
// must not get to its next line. Redis: networking.c, securityWarningCommand.
func isHTTP(name []byte) bool {
	return equalFold(name, "post") || equalFold(name, "host:")
}

// equalFold reports whether b is word, which is in lower case, in any case.
func equalFold(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i, x := range b {
		if x >= 'A' && x <= 'Z' {
			x += 'a' - 'A'
		}
		if x != word[i] {
			return false
		}
	}
	return true
}

// RejectProtocol answers what cannot be understood, and closes the connection
// once that is delivered. Redis: networking.c, setProtocolError.
func (c *Client) RejectProtocol(err error) {
	c.ReplyError("ERR " + err.Error())
	c.Closing = CloseAfterReply
}
