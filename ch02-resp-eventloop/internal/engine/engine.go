// Package engine executes requests: it finds the command, checks that it may run, has
// its handler run, logs what that changed, and counts it. Which commands there are is
// told it: the families stand in package command.
//
//	engine.go     the way of a request: find the command, check it, call the handler
//	table.go      the commands as rows
//	index.go      how a name finds its row
//	client.go     what a handler gets: the arguments, and what is known of the connection
//	args.go       reading arguments
//	reply.go      methods to reply
package engine

import "strings"

// Engine executes requests for any number of clients, one at a time.
type Engine struct {
	Table *Table
}

// New returns an engine that knows the families' commands.
func New(families []Family) *Engine { return &Engine{Table: NewTable(families)} }

// NewClient returns a client of the engine. The id is its own for ever.
func (e *Engine) NewClient(id int64) Client { return Client{ID: id, Engine: e} }

// Execute executes the request in c.Args, of at least one argument, and appends
// the replies to c.Reply. Redis: server.c, processCommand.
func (e *Engine) Execute(c *Client) {
	cmd := e.Table.Find(c.Args)
	if cmd == nil {
		e.rejectUnknown(c)
		return
	}
	if !cmd.Accepts(len(c.Args)) {
		c.ReplyError("ERR wrong number of arguments for '" + cmd.Name + "' command")
		return
	}
	cmd.Handler(c)
}

// rejectUnknown says what of the request is unknown: the command, or a
// container's subcommand. Redis: server.c, commandCheckExistence.
func (e *Engine) rejectUnknown(c *Client) {
	name := c.Args[0]
	if isHTTP(name) {
		c.Closing = CloseNow
		return
	}
	if container := e.Table.Lookup(name); container != nil {
		c.ReplyError("ERR unknown subcommand '" + Quoted(c.Args[1], MaxQuoted) +
			"'. Try " + strings.ToUpper(container.Name) + " HELP.")
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
	c.ReplyError("ERR unknown command '" + Quoted(name, MaxQuoted) +
		"', with args beginning with: " + string(args))
}
