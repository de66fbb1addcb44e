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

	"redis-internals/ch04/internal/config"
)

const (
	maxPostponed   = 2 * time.Second
	errLogInterval = 30 * time.Second
	maxKeptBuffer  = 1 << 20 // bytes; a larger buffer is not kept for the next turn
)

// Flush writes what has been appended and, if it is time, syncs. It runs at the
// end of every turn, before replies are sent. A write that fails is tried again
// by the next Flush, and Err says why it did. The error is one after which the
// log can promise nothing any more: the server must end.
func (l *Log) Flush() error {
	if l.file == nil || l.fatal != nil || l.isPostponed() {
		return l.fatal
	}
	if len(l.buf) > 0 {
		l.reportWrite(l.write())
	}
	return l.sync()
}

// isPostponed reports whether writing waits for a sync that is under way.
func (l *Log) isPostponed() bool {
	if len(l.buf) == 0 || l.opts.AppendFsync != config.EverySecond || !l.syncer.busy() {
		l.postponedSince = time.Time{}
		return false
	}
	now := l.loop.Now()
	if l.postponedSince.IsZero() {
		l.postponedSince = now
	}
	if now.Sub(l.postponedSince) < maxPostponed {
		return true
	}
	l.log.Notice("Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to complete, this may slow down the server.")
	l.postponedSince = time.Time{}
	return false
}

// write writes the buffer. If only a part of it fits, that part is taken back:
// the file never ends in half a command.
func (l *Log) write() error {
	n, err := l.file.Write(l.buf)
	if err != nil && n > 0 && l.file.Truncate(l.fileSize) == nil {
		n = 0
	}
	l.fileSize += int64(n)
	l.size += int64(n)
	l.written += int64(n)
	l.unsynced = l.unsynced || n > 0
	if n < len(l.buf) {
		l.buf = append(l.buf[:0], l.buf[n:]...)
		return fmt.Errorf("writing %s: %w", l.file.Name(), cause(err))
	}
	l.buf = l.buf[:0]
	if cap(l.buf) > maxKeptBuffer {
		l.buf = nil
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
	failed := l.opts.AppendFsync == config.EverySecond && l.syncer.err() != nil // the last one: it is tried again
	if !l.unsynced && !failed || l.opts.NoFsyncOnRewrite && l.rewriting != nil {
		return nil
	}
	switch l.opts.AppendFsync {
	case config.Always:
		// If it fails the kernel may have thrown the bytes away: nobody knows what
		// is on the disk then, and a sync that succeeds later would not tell.
		if err := fdatasync(l.file); err != nil {
			return fmt.Errorf("cannot sync the AOF file, and appendfsync is always: %w", err)
		}
		l.unsynced = false
	case config.EverySecond:
		if now := l.loop.Now(); !l.syncer.busy() && now.Sub(l.lastSync) >= time.Second {
			l.syncer.sync(l.file)
			l.lastSync, l.unsynced = now, false
		}
	case config.Never:
		l.unsynced = false
	}
	return nil
}
