// load.go: the append-only file executed again. Redis: aof.c, loadSingleAppendOnlyFile.

package engine

import (
	"errors"
	"fmt"
	"strings"

	"redis-internals/ch08/internal/aof"
)

// Load executes all that the log holds. While it lasts, requests of clients are
// answered with an error, if pause lets any come, and time stands at its
// beginning: nothing expires, since that would not be what happened. Nor is
// anything evicted: what went then has its DEL in the log, and what went now would
// have none. pause is called now and then; it reports whether to stop.
func (e *Engine) Load(log *aof.Log, pause func() (stop bool)) error {
	e.loading, e.loads = true, log
	e.Keyspace.SetEviction(e.eviction())
	defer func() {
		e.loading, e.loads = false, nil
		e.Keyspace.SetEviction(e.eviction())
	}()
	c := e.NewClient(0)
	err := log.Load(func(args [][]byte) error { return e.replay(&c, args) }, pause)
	if e.OutOfMemory() {
		return errLoadMemory // and the log is as good as it was
	}
	return err
}

var errLoadMemory = errors.New("there is not enough memory for what the append-only file holds; raise the limit (ulimit -v)")

// Reload writes all data to a file, and loads it again: with fromLog the log, as it is. The
// error says whether the data is still there. Redis: debug.c, DEBUG RELOAD and LOADAOF.
func (e *Engine) Reload(fromLog bool) error {
	if e.log == nil {
		return errNoLog
	}
	before, current := e.dirty, e.current
	if !fromLog { // that is no change of the data, and no event
		e.setEvents(0)
		defer func() { e.setEvents(e.Config.Events) }()
	}
	c := e.NewClient(0)
	execute := func(args [][]byte) error { return e.replay(&c, args) }
	empty := func() {
		e.Keyspace.Flush()
		e.InvalidateAll()
		e.loading = true
		e.Keyspace.SetEviction(e.eviction())
	}
	defer func() {
		e.loading = false
		e.Keyspace.SetEviction(e.eviction())
		e.dirty, e.current = before, current
	}()
	if fromLog {
		return e.log.LoadAgain(empty, execute)
	}
	return e.log.Reload(e.Keyspace, empty, execute)
}

var errNoLog = errors.New("the server has not started yet")

// replay executes one command of the log. It is an error if there is no such
// command, if it is not about data (BGREWRITEAOF, say, wants a log that is being
// written), or if it does not succeed: what is logged has once succeeded.
func (e *Engine) replay(c *Client, args [][]byte) error {
	e.Keyspace.SetClock(e.Clock()) // what is loaded was used now
	c.Args, c.Reply = args, c.Reply[:0]
	c.Command = e.Table.findLogged(args)
	switch {
	case c.Command == nil:
		return fmt.Errorf("unknown command '%s'", Quoted(args[0], MaxQuoted))
	case !c.Command.Accepts(len(args)):
		return fmt.Errorf("wrong number of arguments for '%s'", c.Command.Name)
	case c.Command.grows && !e.hasRoom(c):
		return errLoadMemory
	case !c.Command.mayStandInLog():
		return fmt.Errorf("'%s' is not a command on data: no log has it", c.Command.Name)
	}
	e.current = c
	c.Command.Handler(c)
	e.current = nil
	e.rewritten = e.rewritten[:0]
	if len(c.Reply) > 0 && c.Reply[0] == '-' {
		return fmt.Errorf("'%s' answers: %s", c.Command.Name, strings.TrimRight(string(c.Reply[1:]), "\r\n"))
	}
	return nil
}

// Loaded tells how far loading is, while it lasts.
func (e *Engine) Loaded() aof.Loaded {
	if e.loads == nil {
		return aof.Loaded{}
	}
	return e.loads.Loaded()
}

// Loading reports whether the log is being executed.
func (e *Engine) Loading() bool { return e.loading }

// mayStandInLog reports whether the command is about data, or SELECT, which says about
// which. Reading changes nothing, and Redis takes it, too.
func (c *Command) mayStandInLog() bool { return c.Flags&(Write|ReadOnly) != 0 || c.Name == "select" }
