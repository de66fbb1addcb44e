// switch.go: appendonly yes and no while the server runs.
//
// A log that begins in the middle needs the data there is: a base. Until that is whole, what
// stands in the folder is the log of an earlier time, and must stay it: a crash finds either
// that or all of the new one, never one mixed with the other.
//
//	the loop                          another goroutine
//	                                  1 make an incremental file, and beside it a
//	                                    mark: temp-, and its name. The manifest
//	                                    does not name it
//	2 append to it from here on;
//	  start the snapshot
//	3 dump keys, a slice at a time ─▶ write them to a temporary base
//	                                  4 sync both, give the base its name, replace
//	                                    the manifest: new base, new incremental file
//	5 appendfsync holds               6 delete the mark and the old files
//
// Killed before the base has its name, the marked file is deleted by who comes next; after
// that, both are named. Replies promise nothing until 5, whatever appendfsync says: INFO tells
// of a rewrite under way. One that fails is tried again, from 1.
//
// Redis: aof.c, startAppendOnly and stopAppendOnly; its AOF_WAIT_REWRITE.

package aof

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/keyspace"
)

// ErrBeginning is that the log is on, and does not have all data yet.
var ErrBeginning = errors.New("the append-only file is being begun, and does not have all data yet")

// Begin makes the log have what the keyspace holds, and what comes. It returns before that is
// so; the error is why it never would be. A log that is on stays as it is.
func (l *Log) Begin(keys *keyspace.Keyspace) error {
	if l.file != nil || l.beginning {
		return nil
	}
	if w := l.rewriting; w != nil && !w.closed {
		l.log.Notice("AOF was enabled but there is already an AOF rewriting in background. Stopping background AOF and starting a rewrite now.")
		l.abandonRewrite()
	}
	if err := l.openFolder(); err != nil {
		l.log.Warning("Cannot begin the append only file: %v", err)
		return err
	}
	l.beginning = true
	if l.rewriting != nil || !l.abandoned.hasEnded() {
		return nil // WantsRewrite sees to it
	}
	return l.Rewrite(keys)
}

// End makes the log end here: what was appended is written and synced, and nothing is appended
// any more. Inside of a transaction it ends behind that.
func (l *Log) End() {
	if l.unit.open && l.unit.commands > 0 {
		l.loop.Post(func() {
			if !l.opts.AppendOnly { // still
				l.End()
			}
		})
		return
	}
	if w := l.rewriting; w != nil && !w.closed { // one that has all keys may put its files in their place
		l.log.Notice("Giving up the rewrite of the AOF, which is switched off")
		l.abandonRewrite()
	}
	l.beginning = false
	if l.file == nil {
		return
	}
	if err := l.Save(); err != nil {
		l.log.Warning("Fail to fsync the AOF file: %v. Stopping AOF anyway", err)
	}
	l.syncer.add(job{l.file.Close, l.manifest.lastIncr}) // behind a sync that may be under way
	l.forget()
}

// Move makes the log's folder stand in another directory. It is an error while the log is
// on, or being rewritten.
func (l *Log) Move() error {
	folder := folderOf(l.opts)
	info, err := os.Stat(l.opts.Dir)
	switch {
	case folder == l.folder:
		return nil
	case err != nil:
		return inC(err)
	case !info.IsDir():
		return inC(unix.ENOTDIR)
	case l.file != nil || l.beginning:
		return config.RedisError("the append-only file is open in the old one: switch appendonly off first")
	case l.rewriting != nil || !l.abandoned.hasEnded():
		return config.RedisError("the append-only file is being rewritten in the old one")
	}
	if l.lock != nil {
		l.lock.Close()
		l.lock = nil
	}
	l.folder, l.manifest = folder, manifest{}
	return nil
}

// inC is a system call's error in the C library's words.
func inC(err error) error {
	text := cause(err).Error()
	return config.RedisError(strings.ToUpper(text[:1]) + text[1:])
}

// forget lets go of the file, which is somebody else's to close, and of what was to be written.
func (l *Log) forget() {
	l.written += int64(l.buf.len()) // it was appended: that count never falls
	l.buf = buffer{spare: l.buf.spare}
	l.file, l.writeErr, l.unsynced = nil, nil, false
}

// prepareBeginning makes the marked file that m, when it is the manifest one day, names last.
// It returns that manifest.
func (l *Log) prepareBeginning() (m manifest, incr *os.File, err error) {
	if m, err = readManifest(l.folder, l.opts.AppendFileName); err != nil { // an earlier try may have replaced it
		return m, nil, err
	}
	if m, err = l.settle(m); err != nil {
		return m, nil, err
	}
	_ = os.Remove(l.path(m.withNewBase().base.name)) // of a rewrite that was killed: it would seem to be this one's
	m = m.withNewIncr()
	name := m.incrs[len(m.incrs)-1].name
	if err = create(l.path(temporaryPrefix + name)); err == nil {
		err = create(l.path(name))
	}
	if err == nil {
		err = syncFolder(l.folder)
	}
	if err != nil {
		return m, nil, err
	}
	l.step("marked file made")
	incr, err = os.OpenFile(l.path(name), os.O_WRONLY|os.O_APPEND, 0)
	return m, incr, err
}

// endMarked forces the marked file to the disk, beside the loop, which appends to it. If the
// beginning has failed, or that does, it deletes the file: nothing names it.
func (l *Log) endMarked(w *rewrite, m manifest, err error) error {
	name := m.incrs[len(m.incrs)-1].name
	if err == nil && !w.abandoned.Load() {
		if err = syncFile(l.path(name)); err == nil {
			l.step("marked file synced")
			return nil
		}
	}
	_ = os.Remove(l.path(name))
	_ = os.Remove(l.path(temporaryPrefix + name))
	if err == nil {
		err = errEnded
	}
	return err
}

// errEnded is the error of a beginning that was given up.
var errEnded = errors.New("the append-only file was switched off")

// syncFile forces a file of that name to the disk.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return fdatasync(f)
}

// settle ends a beginning that was killed. If its base has its name, and so is whole, the
// manifest is replaced; else the marked file is deleted, which is of no use without one. It
// returns the manifest that holds.
func (l *Log) settle(m manifest) (manifest, error) {
	list, err := os.ReadDir(l.folder)
	if err != nil {
		return m, fmt.Errorf("cannot read the append-only folder %s: %w", l.folder, cause(err))
	}
	for _, entry := range list {
		name, marked := strings.CutPrefix(entry.Name(), temporaryPrefix)
		if kind, _ := m.kindByName(name); !marked || kind != "i" {
			continue
		}
		if next := m.withNewBase().withNewIncr(); !m.names(name) {
			if next.incrs[len(next.incrs)-1].name == name && isFile(l.path(next.base.name)) && isFile(l.path(name)) {
				l.log.Notice("Completing the AOF that was being begun: %s, %s", next.base.name, name)
				m = next.withoutOldIncrs(next.lastIncr)
				err = writeManifest(l.folder, m)
			} else if err = os.Remove(l.path(name)); errors.Is(err, os.ErrNotExist) {
				err = nil
			}
		}
		if err == nil {
			err = os.Remove(l.path(entry.Name()))
		}
		if err != nil {
			return m, err
		}
	}
	return m, nil
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
