// persistence.go: from commands to the append-only file, and back.
//
// What changes the data is logged, and what is logged must give the same data
// when it is executed again, at another time. So it is not always the request:
//
//	request                     the log has
//	SET k v EX 100              SET k v PXAT 1700000100000      times are absolute
//	EXPIRE k -1                 DEL k                           what happened
//	GET k, and k had expired    DEL k
//	SET k v NX, and k is there  nothing                         nothing happened
//
// Redis: server.c, call and propagateNow; aof.c, feedAppendOnlyFile.

package command

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"redis-internals/ch06/internal/aof"
	"redis-internals/ch06/internal/keyspace"
)

// MarkDirty says that the command has changed n keys, or otherwise the data. A
// command that marks nothing is not logged. Redis: server.dirty.
func (c *Client) MarkDirty(n int) { c.engine.dirty += int64(n) }

// PropagateAs logs these words, and not the request, if the command turns out to
// have changed something. They are copied when the command returns.
func (c *Client) PropagateAs(words ...[]byte) {
	c.engine.rewritten = append(c.engine.rewritten[:0], words...)
}

// call runs a command's handler. Every request that may write passes here, and
// no other place decides what is logged. Redis: server.c, call.
func (e *Engine) call(c *Client) {
	before := e.dirty
	e.run(c)
	if e.dirty != before && e.log != nil {
		e.propagate(c)
	}
	e.rewritten = e.rewritten[:0]
}

func (e *Engine) propagate(c *Client) {
	words := c.Args
	if len(e.rewritten) > 0 {
		words = e.rewritten
	}
	e.log.Append(c.DB.ID, words)
	c.LastWrite = e.log.Appended()
}

// propagateDelete logs that the keyspace has deleted a key which had expired or
// was evicted: the log must not depend on the time or the memory there is when
// it is read again. Redis: db.c, propagateDeletion.
func (e *Engine) propagateDelete(db *keyspace.DB, key string) {
	if e.log != nil {
		e.log.AppendDelete(db.ID, key)
	}
}

// decimal returns n in decimal. It is good until the next call.
func (e *Engine) decimal(n int64) []byte {
	e.digits = strconv.AppendInt(e.digits[:0], n, 10)
	return e.digits
}

// The words of rewritten commands.
var (
	wordDel       = []byte("DEL")
	wordPexpireAt = []byte("PEXPIREAT")
	wordPxat      = []byte("PXAT")
)

// errMisconf is the answer to a write while the log cannot be written. Redis:
// server.c, writeCommandsGetDiskErrorMessage.
const errMisconf = "MISCONF Errors writing to the AOF file: "

// isDeniedByDisk reports whether a command must not run while the log cannot
// be written, and replies the error. PING is one of them, so that who watches
// a server finds out. Redis: server.c, processCommand.
func (e *Engine) isDeniedByDisk(c *Client) bool {
	if e.log == nil || e.log.Err() == nil || c.command.Flags&Write == 0 && c.command.Name != "ping" {
		return false
	}
	c.ReplyError(errMisconf + reason(e.log.Err()))
	return true
}

// reason is an error of the system in the C library's words.
func reason(err error) string {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

// Load executes all that the log holds. While it lasts, requests of clients are
// answered with an error, if pause lets any come, and time stands at its
// beginning: nothing expires, since that would not be what happened. Nor is
// anything evicted: what went then has its DEL in the log, and what went now would
// have none. pause is called now and then; it reports whether to stop.
func (e *Engine) Load(log *aof.Log, pause func() (stop bool)) error {
	e.loading = true
	e.keys.SetEviction(e.eviction())
	defer func() {
		e.loading = false
		e.keys.SetEviction(e.eviction())
	}()
	c := e.NewClient(0)
	return log.Load(func(args [][]byte) error { return e.replay(&c, args) }, pause)
}

// replay executes one command of the log. It is an error if there is no such
// command, or it does not succeed: what is logged has once succeeded.
func (e *Engine) replay(c *Client, args [][]byte) error {
	e.keys.SetClock(e.now()) // what is loaded was used now
	c.Args, c.Reply = args, c.Reply[:0]
	c.command = e.table.find(args)
	switch {
	case c.command == nil:
		return fmt.Errorf("unknown command '%s'", quoted(args[0], maxQuoted))
	case !c.command.accepts(len(args)):
		return fmt.Errorf("wrong number of arguments for '%s'", c.command.Name)
	}
	c.command.Handler(c)
	e.rewritten = e.rewritten[:0]
	if len(c.Reply) > 0 && c.Reply[0] == '-' {
		return fmt.Errorf("'%s' answers: %s", c.command.Name, strings.TrimRight(string(c.Reply[1:]), "\r\n"))
	}
	return nil
}

// logState is the log's state; the zero one while there is none.
func (e *Engine) logState() aof.State {
	if e.log == nil {
		return aof.State{}
	}
	return e.log.State()
}

// logBuffered is how much of the log is not written yet, in bytes.
func (e *Engine) logBuffered() int {
	if e.log == nil {
		return 0
	}
	return e.log.Buffered()
}

// SetLog makes the engine log from now on.
func (e *Engine) SetLog(log *aof.Log) { e.log = log }

// RewriteLog begins to rewrite the append-only file. The error is
// aof.ErrRewriting if that is under way already.
func (e *Engine) RewriteLog() error { return e.log.Rewrite(e.keys) }

func bgrewriteaof(c *Client) {
	switch err := c.engine.RewriteLog(); err {
	case nil:
		c.ReplySimple("Background append only file rewriting started")
	case aof.ErrRewriting:
		c.ReplyError("ERR Background append only file rewriting already in progress")
	default: // the log says why
		c.ReplyError("ERR Can't execute an AOF background rewriting. Please check the server logs for more information.")
	}
}
