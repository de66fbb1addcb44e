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
//	propagate.go  what is logged of a command
//	load.go       how the log is executed again
package engine

import (
	"strings"
	"time"

	"redis-internals/ch04/internal/aof"
	"redis-internals/ch04/internal/keyspace"
)

// Engine executes requests for any number of clients, one at a time.
type Engine struct {
	Table    *Table
	Keyspace *keyspace.Keyspace
	Clock    func() int64 // the time of the turn, in Unix milliseconds

	log       *aof.Log // nil until SetLog
	dirty     int64    // changes of the data since the start
	rewritten [][]byte // what to log of the command being executed; empty is its request
	digits    []byte   // room for one of those words
	loading   bool     // the log is being executed
}

// Options are an engine's settings.
type Options struct {
	Families []Family
	MaxKeys  int          // how many keys there may be; 0 is no limit
	Now      func() int64 // the time of the turn, in Unix milliseconds
	Seed     uint64       // of random choices
}

// databases is how many there are: clients cannot choose another one yet.
const databases = 1

// New returns an engine that knows the families' commands, with empty databases.
func New(o Options) *Engine {
	e := &Engine{Table: NewTable(o.Families), Clock: o.Now}
	e.Keyspace = keyspace.New(keyspace.Options{
		Databases: databases, Eviction: keyspace.Eviction{MaxKeys: o.MaxKeys}, Now: e.NowMs, Seed: o.Seed, Deleted: e.propagateDelete,
	})
	return e
}

// NowMs is the time of the turn in Unix milliseconds; 0 while loading.
func (e *Engine) NowMs() int64 {
	if e.loading {
		return 0
	}
	return e.Clock()
}

// NewClient returns a client of the engine. The id is its own for ever.
func (e *Engine) NewClient(id int64) Client { return Client{ID: id, DB: e.Keyspace.DB(0), Engine: e} }

// ExpireCycle deletes keys that have expired, for as long as budget at most. It
// reports whether there are more. Redis: expire.c, activeExpireCycle.
func (e *Engine) ExpireCycle(budget time.Duration) (more bool) { return e.Keyspace.ExpireCycle(budget) }

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
	c.Command = cmd
	if e.isDeniedByDisk(c) {
		return
	}
	if e.loading && cmd.Flags&Loading == 0 {
		c.ReplyError(errLoading)
		return
	}
	e.call(c)
}

const errLoading = "LOADING Redis is loading the dataset in memory"

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
