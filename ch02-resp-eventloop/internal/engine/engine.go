// Package engine executes requests: it finds the command, checks that it may run, has
// its handler run, logs what that changed, and counts it. Which commands there are is
// told it: the families stand in package command.
//
//	execute.go    the way of a request: find its command, admit it, call the handler
//	engine.go     what an engine is made of
//	table.go      the commands as rows
//	keyspec.go    which words of a request are keys
//	index.go      how a name finds its row
//	client.go     what a handler gets: the arguments, and what is known of the connection
//	args.go       reading arguments
//	reject.go     what is answered where there is no such command
//	reply.go      methods to reply
package engine

// Engine executes requests for any number of clients, one at a time.
type Engine struct {
	Table *Table
}

// New returns an engine that knows the families' commands.
func New(families []Family) *Engine { return &Engine{Table: NewTable(families)} }

// NewClient returns a client of the engine. IDs are never used twice.
func (e *Engine) NewClient(id int64) Client { return Client{ID: id, Engine: e} }
