// save.go: when the data was saved, and how much has changed since: what RDB is in Redis, the
// append-only file is here.
//
//	SAVE      what was logged is on the disk                 all changes up to now are saved
//	BGSAVE, BGREWRITEAOF, or the log has grown: a rewrite    all that there were when it began,
//	                                                         once it has succeeded
//
// Redis: server.lastsave, server.dirty.

package engine

import "errors"

// ErrNoLog is the error of saving where nothing is logged.
var ErrNoLog = errors.New("appendonly is no")

// saves is what is known of them.
type saves struct {
	at        int64 // when SAVE last did, in Unix seconds; 0 if never
	dirty     int64 // Engine.dirty that is saved
	rewritten int64 // when the last one succeeded that is taken into account, in Unix milliseconds
	begun     int64 // Engine.dirty when the last rewrite began
}

// RewriteLog begins to rewrite the append-only file. The error is
// aof.ErrRewriting if that is under way already.
func (e *Engine) RewriteLog() error {
	e.noteRewrite()
	err := e.log.Rewrite(e.Keyspace)
	if err == nil {
		e.saves.begun = e.dirty
	}
	return err
}

// noteRewrite takes into account that the last rewrite may have succeeded by now.
func (e *Engine) noteRewrite() {
	if s := e.LogState(); s.Rewritten > e.saves.rewritten {
		e.saves.rewritten, e.saves.dirty = s.Rewritten, max(e.saves.dirty, e.saves.begun)
	}
}

// SaveLog brings all that was logged to the disk, and waits until it is there.
func (e *Engine) SaveLog() error {
	if !e.LogState().Enabled {
		return ErrNoLog
	}
	if err := e.log.Save(); err != nil {
		return err
	}
	e.saves.at, e.saves.dirty = e.Clock()/1000, e.dirty
	return nil
}

// LastSave is when the data was last saved, in Unix seconds; 0 if it was not since the start.
func (e *Engine) LastSave() int64 { return max(e.saves.at, e.LogState().Rewritten/1000) }

// Changes are how often the data was changed since it was saved, or since the start.
func (e *Engine) Changes() int64 {
	e.noteRewrite()
	return e.dirty - e.saves.dirty
}
