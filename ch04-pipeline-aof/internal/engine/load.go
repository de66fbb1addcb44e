// load.go: the append-only file executed again. Redis: aof.c, loadSingleAppendOnlyFile.

package engine

import (
	"fmt"
	"strings"

	"redis-internals/ch04/internal/aof"
	"redis-internals/ch04/internal/keyspace"
)

// Load executes all that the log holds. While it lasts, requests of clients are
// answered with an error, if pause lets any come, and time stands at its
// beginning: nothing expires, since that would not be what happened. Nor is
// anything evicted: what went then has its DEL in the log, and what went now would
// have none. pause is called now and then; it reports whether to stop.
func (e *Engine) Load(log *aof.Log, pause func() (stop bool)) error {
	e.loading = true
	eviction := e.Keyspace.Eviction
	e.Keyspace.SetEviction(keyspace.Eviction{})
	defer func() {
		e.loading = false
		e.Keyspace.SetEviction(eviction)
	}()
	c := e.NewClient(0)
	return log.Load(func(args [][]byte) error { return e.replay(&c, args) }, pause)
}

// replay executes one command of the log. It is an error if there is no such
// command, if it is not about data (BGREWRITEAOF, say, wants a log that is being
// written), or if it does not succeed: what is logged has once succeeded.
func (e *Engine) replay(c *Client, args [][]byte) error {
	c.Args, c.Reply = args, c.Reply[:0]
	c.Command = e.Table.Find(args)
	switch {
	case c.Command == nil:
		return fmt.Errorf("unknown command '%s'", Quoted(args[0], MaxQuoted))
	case !c.Command.Accepts(len(args)):
		return fmt.Errorf("wrong number of arguments for '%s'", c.Command.Name)
	case !c.Command.mayStandInLog():
		return fmt.Errorf("'%s' is not a command on data: no log has it", c.Command.Name)
	}
	c.Command.Handler(c)
	e.rewritten = e.rewritten[:0]
	if len(c.Reply) > 0 && c.Reply[0] == '-' {
		return fmt.Errorf("'%s' answers: %s", c.Command.Name, strings.TrimRight(string(c.Reply[1:]), "\r\n"))
	}
	return nil
}

// mayStandInLog reports whether the command is about data. Reading changes nothing, and
// Redis takes it, too.
func (c *Command) mayStandInLog() bool { return c.Flags&(Write|ReadOnly) != 0 }
