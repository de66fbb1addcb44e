// propagate.go: from commands to the append-only file.
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

package engine

import (
	"errors"
	"strconv"
	"strings"

	"redis-internals/ch08/internal/aof"
	"redis-internals/ch08/internal/keyspace"
)

// MarkDirty says that the command has changed n keys, or otherwise the data. A
// command that marks nothing is not logged. Redis: server.dirty.
func (c *Client) MarkDirty(n int) { c.Engine.dirty += int64(n) }

// PropagateAs logs these words, and not the request, if the command turns out to
// have changed something. They are copied when the command returns.
func (c *Client) PropagateAs(words ...[]byte) {
	c.Engine.rewritten = append(c.Engine.rewritten[:0], words...)
}

// PropagateMore adds a word to those of PropagateAs.
func (c *Client) PropagateMore(word []byte) { c.Engine.rewritten = append(c.Engine.rewritten, word) }

// IsLogging reports whether what a command changes is logged: else nobody asks for the words.
func (e *Engine) IsLogging() bool { return e.log != nil && e.log.IsOpen() }

// propagate logs the request, or what its handler said instead.
func (e *Engine) propagate(c *Client) {
	words := c.Args
	if len(e.rewritten) > 0 {
		words = e.rewritten
	}
	if e.Table.written != nil {
		words = c.withRowsName(words)
	}
	e.log.Append(c.DB.ID, words)
	c.LastWrite = e.log.Appended()
}

// beginUnit and endUnit enclose commands that the log has as one: they are executed
// together when it is loaded, or not at all.
func (e *Engine) beginUnit() {
	if e.log != nil {
		e.log.BeginUnit()
	}
}

// endUnit is beginUnit's counterpart, for the client whose commands they were.
func (e *Engine) endUnit(c *Client) {
	if e.log != nil && e.log.EndUnit() {
		c.LastWrite = e.log.Appended()
	}
}

// propagateDelete logs that the keyspace has deleted a key which had expired or
// was evicted: the log must not depend on the time or the memory there is when
// it is read again. Redis: db.c, propagateDeletion.
func (e *Engine) propagateDelete(db *keyspace.DB, key []byte) {
	if e.log != nil {
		e.log.AppendDelete(db.ID, key)
	}
}

// Decimal returns n in decimal. It is good until the next call.
func (e *Engine) Decimal(n int64) []byte {
	e.digits = strconv.AppendInt(e.digits[:0], n, 10)
	return e.digits
}

// errMisconf is the answer to a write while the log cannot be written. Redis:
// server.c, writeCommandsGetDiskErrorMessage.
const errMisconf = "MISCONF Errors writing to the AOF file: "

// isDeniedByDisk reports whether a command must not run while the log cannot
// be written, and replies the error. PING is one of them, so that who watches
// a server finds out. Redis: server.c, processCommand.
func (e *Engine) isDeniedByDisk(c *Client) bool {
	if e.log == nil || e.log.Err() == nil || c.effect()&Write == 0 && c.Command.Name != "ping" {
		return false
	}
	c.reject(errMisconf + reason(e.log.Err()))
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

// LogState is the log's state; while it is loaded, just whether there is one.
func (e *Engine) LogState() aof.State {
	if e.log == nil {
		return aof.State{Enabled: e.Config.AppendOnly, LastRewriteSeconds: -1, RewriteSeconds: -1}
	}
	return e.log.State()
}

// LogBuffered is how much of the log is not written yet, in bytes.
func (e *Engine) LogBuffered() int {
	if e.log == nil {
		return 0
	}
	return e.log.Buffered()
}

// LogMemory is how much memory that takes, in bytes.
func (e *Engine) LogMemory() int {
	if e.log == nil {
		return 0
	}
	return e.log.BufferMemory()
}

// SetLog makes the engine log from now on.
func (e *Engine) SetLog(log *aof.Log) { e.log = log }

// SwitchLog makes the log be on or off, as the settings say. While it is loaded nothing
// happens: who has loaded it looks again. The error is why it cannot be on.
func (e *Engine) SwitchLog() error {
	switch {
	case e.log == nil:
		return nil
	case e.Config.AppendOnly:
		return e.log.Begin(e.Keyspace)
	}
	e.log.End()
	return nil
}
