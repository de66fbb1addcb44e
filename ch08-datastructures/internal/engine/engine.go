// Package engine executes requests: it finds the command, checks that it may run, has
// its handler run, logs what that changed, and counts it. Which commands there are is
// told it: the families stand in package command.
//
//	execute.go    the way of a request: find its command, admit it, call the handler
//	multi.go      commands that wait for EXEC, and run as one
//	block.go      clients that wait for a key
//	pubsub.go     who listens to what others publish
//	notify.go     what happens to keys is published
//	tracking.go   who has cached what, and is told that it is stale
//	broadcast.go  who is told of all keys with a prefix
//	pause.go      requests that are put off for a while
//	quiet.go      clients that do not want replies
//	clients.go    clients as CLIENT LIST shows them
//	push.go       messages that a client did not ask for now
//	watch.go      a transaction that does not run if somebody was there before it
//	engine.go     what an engine is made of
//	table.go      the commands as rows
//	keyspec.go    which words of a request are keys
//	syntax.go     their arguments, out of the line that people read
//	index.go      how a name finds its row
//	rename.go     commands under other names
//	auth.go       who has said the password
//	protected.go  commands that must be allowed first
//	client.go     what a handler gets: the arguments, and what is known of the connection
//	args.go       reading arguments
//	reject.go     what is answered where there is no such command
//	reply.go      methods to reply
//	propagate.go  what is logged of a command
//	save.go       when the data was saved
//	load.go       how the log is executed again
//	room.go       what happens when there is too little memory, or too many keys
//	stats.go      what is counted of commands and errors
//	histogram.go  how long a command takes
//	slowlog.go    the commands that took longest
//	latency.go    what made clients wait, and when
//	monitor.go    clients that watch what all others do
//	facts.go      what the engine asks of the server around it
//	prefetch.go   keys asked for ahead
//	current.go    what is being executed, for a crash report
package engine

import (
	"time"

	"redis-internals/ch08/internal/aof"
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/keyspace"
)

// Engine executes requests for any number of clients, one at a time.
type Engine struct {
	Table    *Table
	Keyspace *keyspace.Keyspace
	Clock    func() int64 // the time of the turn, in Unix milliseconds

	Config *config.Config
	Server Server

	ReplID     string // the name of the data's history, if it is not the run's
	CronPaused bool   // nothing comes with time (DEBUG PAUSE-CRON)

	current    *Client // whose command is being executed; nil between turns
	Stats      Stats
	brief      []*Command    // commands that ran since BeginRequests
	timed      time.Duration // what the other commands took
	received   span          // since BeginRequests
	errorsSeen int64         // replies, when a handler began
	shares     Flags         // Brief, or nothing while each command is timed alone
	tellFrom   time.Duration // of a command that is timed: from here on somebody wants to know of it
	slow       slowLog
	latencies  []*Event
	monitors   []*Client

	log       *aof.Log // nil until SetLog
	saves     saves
	dirty     int64          // changes of the data since the start
	rewritten [][]byte       // what to log of the command being executed; empty is its request
	digits    []byte         // room for one of those words
	loading   bool           // the log is being executed
	loads     *aof.Log       // the log that is
	exec      *Command       // EXEC
	spare     []*transaction // empty ones
	watchers  watchers
	waiting   waiting
	topics    topics
	events    config.Events // that are published
	stirred   stirred
	exceeded  time.Duration // how long more was in use than maxmemory
	exceeding time.Duration // since when it is, after the start; 0 if it is not
	evicting  bool          // there is more in use than maxmemory, and keys may go
	sleepy    bool          // what has expired waits until somebody asks for it (DEBUG SET-ACTIVE-EXPIRE 0)
	pause     pause
	tracked   tracked
	prefetch  keyspace.Prefetch

	refusals     []Refusal // wrong passwords, the newest first
	clientMemory int       // bytes of Go's heap that clients take
	baseMemory   int       // and what the server takes without clients
	outOfMemory  bool      // a command was refused because the system gave no more memory
}

// Options are what an engine is made of.
type Options struct {
	Families []Family
	Config   *config.Config
	Server   Server
	Now      func() int64 // the time of the turn, in Unix milliseconds
	Seed     uint64       // of random choices
}

// New returns an engine that knows the families' commands, with empty databases.
func New(o Options) *Engine {
	e := &Engine{Table: NewTable(o.Families), Clock: o.Now, Config: o.Config, Server: o.Server}
	e.Keyspace = keyspace.New(keyspace.Options{
		Databases: o.Config.Databases, Eviction: e.eviction(), Now: e.NowMs, Seed: o.Seed, Deleted: e.gone,
	})
	e.Keyspace.SetLimits(e.limits())
	e.setEvents(o.Config.Events)
	e.Stats.Errors = map[string]int64{}
	e.fitMeasuring()
	e.exec = e.Table.Lookup([]byte("exec"))
	e.rename()
	e.watchers.first = make([]map[string]*watch, o.Config.Databases)
	return e
}

// HasDB reports whether there is a database of that number.
func (e *Engine) HasDB(id int64) bool { return id >= 0 && id < int64(e.Config.Databases) }

// NowMs is the time of the turn in Unix milliseconds; 0 while loading.
func (e *Engine) NowMs() int64 {
	if e.loading {
		return 0
	}
	return e.Clock()
}

// NewClient returns a client of the engine. IDs are never used twice.
func (e *Engine) NewClient(id int64) Client {
	return Client{ID: id, DB: e.Keyspace.DB(0), Engine: e, Protocol: 2, Stranger: e.HasPassword()}
}

// ExpireCycle deletes keys that have expired, for as long as budget at most. It
// reports whether there are more. Redis: expire.c, activeExpireCycle.
func (e *Engine) ExpireCycle(budget time.Duration) (more bool) {
	return !e.sleepy && !e.Keyspace.Frozen && e.Keyspace.ExpireCycle(budget)
}

// SetActiveExpire says whether ExpireCycle does anything. Redis: active_expire_enabled.
func (e *Engine) SetActiveExpire(on bool) { e.sleepy = !on }

// Rehash moves on with dicts that are being resized. It reports whether there is
// more to do.
func (e *Engine) Rehash(budget time.Duration) (more bool) { return e.Keyspace.Rehash(budget) }

// Reclaim frees what is large and has been deleted, for as long as budget. It reports whether
// there is more.
func (e *Engine) Reclaim(budget time.Duration) (more bool) { return e.Keyspace.Reclaim(budget) }
