// write.go: from the buffer to the file, and from the kernel to the disk.
//
//	             Flush, at the end of a turn
//	Append ──▶ buf ──write──▶ the kernel's memory ──sync──▶ the disk
//	                          survives kill -9             survives a power cut
//
//	always     sync at once, before the turn's replies: one for all its clients
//	everysec   sync once a second, on another goroutine
//	no         the kernel does it, within half a minute or so
//
// While one thread syncs a file the kernel makes another one that writes to it
// wait. So with everysec, writing too is put off while a sync goes on, for two
// seconds at most: then a slow disk does slow the server down. Redis: aof.c,
// flushAppendOnlyFile.

package aof

import (
	"fmt"
	"time"

	"redis-internals/ch08/internal/config"
)

const (
	maxPostponed   = 2 * time.Second
	errLogInterval = 30 * time.Second // between two reports of writes that fail
	catchUp        = 1 << 20          // bytes of what waited that a turn writes, besides its own
)

// Flush writes what has been appended and, if it is time, syncs. It runs at the
// end of every turn, before replies are sent. A write that fails is tried again
// by the next Flush, and Err says why it did. The error is one after which the
// log can promise nothing any more: the server must end.
func (l *Log) Flush() error {
	fresh := int(l.Appended() - l.seen)
	l.seen += int64(fresh)
	if l.file == nil || l.fatal != nil || l.isPostponed() {
		return l.fatal
	}
	if l.buf.len() > 0 {
		l.reportWrite(l.write(l.share(fresh)))
	}
	if l.buf.len() == 0 { // what comes next may wait for as long again
		l.postponedSince, l.overdue = time.Time{}, false
	}
	return l.sync()
}

// isPostponed reports whether writing waits for a sync that is under way.
func (l *Log) isPostponed() bool {
	if l.buf.len() == 0 || l.opts.AppendFsync != config.EverySecond || !l.syncer.busy() {
		l.postponedSince, l.overdue = time.Time{}, false
		return false
	}
	now := l.loop.Now()
	if l.postponedSince.IsZero() {
		l.postponedSince = now
	}
	if now.Sub(l.postponedSince) < maxPostponed {
		return true
	}
	if !l.overdue {
		l.overdue = true
		l.delayedSyncs++
		l.log.Notice("Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to complete, this may slow down the server.")
	}
	return false
}

// share is how many bytes a turn writes that has appended fresh ones. Behind a sync
// of a third of a second there may be 60 MB: written at once they would be a wait of
// 30 ms for all clients. A megabyte a turn more than the turn's own catches up soon.
func (l *Log) share(fresh int) int {
	if l.opts.AppendFsync != config.EverySecond { // nothing waits for a sync, and replies may wait for all
		return l.buf.len()
	}
	return fresh + catchUp
}

// write writes the first bytes of the buffer: as many as limit, up to the end of a
// piece. If only a part of a piece fits, that part is taken back: the file never
// ends in half a command.
func (l *Log) write(limit int) error {
	for limit > 0 && l.buf.len() > 0 {
		piece := l.buf.first()
		n, err := l.file.Write(piece)
		if err != nil && n > 0 && l.file.Truncate(l.fileSize) == nil {
			n = 0
		}
		l.fileSize += int64(n)
		l.size += int64(n)
		l.written += int64(n)
		l.unsynced = l.unsynced || n > 0
		limit -= n
		l.buf.drop(n)
		if err != nil {
			return fmt.Errorf("writing %s: %w", l.file.Name(), cause(err))
		}
	}
	return nil
}

// reportWrite remembers how the last write went, and logs a change.
func (l *Log) reportWrite(err error) {
	now := l.loop.Now()
	switch {
	case err != nil && now.Sub(l.errLogged) >= errLogInterval:
		l.log.Warning("Error writing to the AOF file: %v", err)
		l.log.Warning("Writes are refused until it succeeds")
		l.errLogged = now
	case err == nil && l.writeErr != nil:
		l.log.Warning("AOF write error looks solved, the server can write again.")
		l.errLogged = time.Time{}
	}
	l.writeErr = err
}

// sync syncs what has been written, if the policy wants it now.
func (l *Log) sync() error {
	if !l.unsynced || l.beginning || l.opts.NoFsyncOnRewrite && l.rewriting != nil {
		return nil
	}
	switch l.opts.AppendFsync {
	case config.Always:
		if err := fdatasync(l.file); err != nil {
			return fmt.Errorf("cannot sync the AOF file, and appendfsync is always: %w", err)
		}
		l.unsynced = false
	case config.EverySecond:
		// Not before what waited for the last one is written: it would wait again.
		waits := l.buf.len() > 0 && l.writeErr == nil
		if now := l.loop.Now(); !l.syncer.busy() && !waits && now.Sub(l.lastSync) >= time.Second {
			l.syncer.sync(l.file, l.manifest.lastIncr)
			l.lastSync, l.unsynced = now, false
		}
	case config.Never:
		l.unsynced = false
	}
	return nil
}

// damage is how a sync of the log failed; nil if none did that matters.
//
// A failed sync cannot be tried again. The kernel reports an error once, and takes
// the pages that it could not write for written (ext4, XFS), or throws them away
// (btrfs). The next sync finds nothing to do and succeeds, though the bytes are not
// on the disk: nobody knows which. They are still in memory, as data: a rewrite that
// succeeds has put all of it into a new file, and then the old one is of no interest.
func (l *Log) damage() error {
	if f := l.syncer.failure.Load(); f != nil && f.seq >= l.intactFrom {
		return f.err
	}
	return nil
}
