// Package command executes requests: it knows the commands, what each accepts,
// and what it answers.
//
//	engine.go       Execute: find the command, check the request, call the handler
//	persistence.go  what is logged of a command, and how the log is executed again
//	table.go        the rows
//	index.go        how a name finds its row
//	client.go       what a handler gets: the arguments, and methods to reply
//	string.go       GET SET INCR DECR and their variants
//	generic.go      DEL UNLINK EXISTS TYPE MOVE RANDOMKEY KEYS
//	expire.go       EXPIRE TTL PERSIST and their variants
//	object.go       OBJECT
//	connection.go   PING ECHO QUIT SELECT HELLO CLIENT
//	server.go       DBSIZE FLUSHDB FLUSHALL SWAPDB BGREWRITEAOF COMMAND
//	config.go       CONFIG
//	info.go         INFO
//	stats.go        what is counted of commands and errors
package command

import (
	"strings"
	"time"

	"redis-internals/ch05/internal/aof"
	"redis-internals/ch05/internal/config"
	"redis-internals/ch05/internal/keyspace"
)

// Engine executes requests for any number of clients, one at a time.
type Engine struct {
	table *table
	keys  *keyspace.Keyspace
	now   func() int64

	config *config.Config
	server Server

	stats      stats
	batch      []*Command    // that ran since BeginBatch, but for those that were timed
	batchBegan time.Duration // since the start
	timed      time.Duration // what the timed ones took

	log       *aof.Log // nil until SetLog
	dirty     int64    // changes of the data since the start
	rewritten [][]byte // what to log of the command being executed; empty is its request
	digits    []byte   // room for one of those words
	loading   bool     // the log is being executed
}

// Options are what an engine is made of.
type Options struct {
	Config *config.Config
	Server Server
	Now    func() int64 // the time of the turn, in Unix milliseconds
	Seed   uint64       // of random choices
}

// NewEngine returns an engine that knows all commands, with empty databases.
func NewEngine(o Options) *Engine {
	e := &Engine{table: newTable(families), now: o.Now, config: o.Config, server: o.Server}
	e.keys = keyspace.New(keyspace.Options{
		Databases: o.Config.Databases, Eviction: e.eviction(), Now: e.nowMs, Seed: o.Seed, Deleted: e.propagateDelete,
	})
	e.stats.errors = map[string]int64{}
	return e
}

// hasDB reports whether there is a database of that number.
func (e *Engine) hasDB(id int64) bool { return id >= 0 && id < int64(e.config.Databases) }

// nowMs is the time of the turn in Unix milliseconds; 0 while loading.
func (e *Engine) nowMs() int64 {
	if e.loading {
		return 0
	}
	return e.now()
}

// NewClient returns a client of the engine. The id is its own for ever.
func (e *Engine) NewClient(id int64) Client { return Client{ID: id, DB: e.keys.DB(0), engine: e} }

// ExpireCycle deletes keys that have expired, for as long as budget at most. It
// reports whether there are more. Redis: expire.c, activeExpireCycle.
func (e *Engine) ExpireCycle(budget time.Duration) (more bool) { return e.keys.ExpireCycle(budget) }

// Execute executes the request in c.Args, of at least one argument, and appends
// the replies to c.Reply. Redis: server.c, processCommand.
func (e *Engine) Execute(c *Client) {
	cmd := e.table.find(c.Args)
	if cmd == nil {
		e.rejectUnknown(c)
		return
	}
	c.command = cmd
	if !e.admits(c) {
		cmd.stats.rejected++
		return
	}
	e.call(c)
}

// admits reports whether the command may run, and replies the error if not.
func (e *Engine) admits(c *Client) bool {
	switch {
	case !c.command.accepts(len(c.Args)):
		c.ReplyError("ERR wrong number of arguments for '" + c.command.Name + "' command")
	case e.isDeniedByDisk(c):
	case e.loading && c.command.Flags&Loading == 0:
		c.ReplyError(errLoading)
	default:
		return true
	}
	return false
}

const errLoading = "LOADING Redis is loading the dataset in memory"

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
