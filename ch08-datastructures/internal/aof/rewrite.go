// rewrite.go: a shorter log that gives the same data.
//
// The log grows with every write, also where a key is overwritten a million
// times. A rewrite replaces it by a base, with one command for each key as it is
// now, and an incremental file with what is written from now on:
//
//	the loop                          other goroutines
//	                                  1 make the new incremental file, and name
//	                                    it in the manifest behind the others
//	2 append to the new file from
//	  here on; start the snapshot
//	3 dump keys, a slice at a time ─▶ write them to a temporary base
//	                                  4 sync it, give it its name, replace the
//	                                    manifest: new base, new incremental file
//	5 go on                           6 delete the old files
//
// Killed before 4 is done, the old base and all incremental files are loaded;
// after it, the new base and the new incremental file. The data is the same.
//
// Redis: aof.c, rewriteAppendOnlyFileBackground and backgroundRewriteDoneHandler.

package aof

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/resp"
)

// ErrRewriting is the error if a rewrite is under way already.
var ErrRewriting = errors.New("a rewrite of the append-only file is under way already")

// errFlushed is the error of a rewrite without a log that would repeat the flush, or that
// needs what was flushed.
var errFlushed = errors.New("data was flushed meanwhile")

const (
	temporaryPrefix = "temp-"
	sliceBudget     = 100 * time.Microsecond // of one slice of the walk: a client waits no longer for it
	slicePause      = 2 * time.Millisecond   // between two, while there are requests
	noPause         = time.Nanosecond        // while there are none: the next turn has the next slice
	quietAfter      = time.Millisecond       // without a request: there are none
	chunkSize       = 128 << 10              // bytes dumped before they go to the writer
	maxWaiting      = 8 * chunkSize          // bytes that may wait for the writer; then the walk waits, too
	maxChunks       = 10                     // that hold them
	syncEvery       = 4 << 20                // bytes of the base; the last sync is then short
	maxFailures     = 3                      // in a row, until automatic rewrites pause
	firstPause      = time.Minute            // which doubles with every failure,
	longestPause    = time.Hour              // up to this
)

// rewrite is one that is under way.
type rewrite struct {
	keys      *keyspace.Keyspace
	beginning bool // of a log: it has no other base
	began     time.Time
	dumped    int          // keys
	db        int          // that the dump is at; -1 before its first key
	chunk     []byte       // dumped, not given to the writer yet
	torn      bool         // a string is in it by half
	aside     []byte       // what comes behind that
	items     items        // a command of a collection, not in it yet
	chunks    chan []byte  // to the writer
	closed    bool         // chunks: no more will come
	waiting   atomic.Int64 // bytes given to the writer and not written
	stalled   atomic.Bool  // the walk waits: the writer is to wake it
	free      chan []byte  // chunks that are written, to be filled again
	abandoned atomic.Bool  // the writer is to throw away what it has
	ended     chan struct{}
}

func newRewrite(keys *keyspace.Keyspace) *rewrite {
	return &rewrite{
		keys: keys, db: -1, began: time.Now(),
		chunks: make(chan []byte, maxChunks), free: make(chan []byte, maxChunks), ended: make(chan struct{}),
	}
}

// Rewrite begins to rewrite the log to what the keyspace holds, as soon as the new
// incremental file is there. With appendonly no it makes a folder with
// just a base; while the log begins, it is the beginning. The error is ErrRewriting if a rewrite is under way.
func (l *Log) Rewrite(keys *keyspace.Keyspace) error {
	if l.rewriting != nil || !l.abandoned.hasEnded() {
		return ErrRewriting
	}
	if err := l.openFolder(); err != nil {
		l.log.Warning("Cannot rewrite the append only file: %v", err)
		return err
	}
	w := newRewrite(keys)
	w.beginning = l.beginning
	l.rewriting = w
	l.rewrites++
	l.log.Notice("Background append only file rewriting started")
	go l.runRewrite(w, l.manifest, l.file != nil)
	return nil
}

// runRewrite is what of a rewrite runs beside the loop. m is the manifest at its
// start; appending says that there is a file to be switched.
func (l *Log) runRewrite(w *rewrite, m manifest, appending bool) {
	defer close(w.ended)
	fail := func(err error) { l.loop.Post(func() { l.rewriteFailed(w, err) }) }
	var incr *os.File
	err := error(nil)
	switch {
	case w.beginning:
		m, incr, err = l.prepareBeginning()
	case appending:
		m = m.withNewIncr()
		incr, err = l.prepareIncr(m)
	}
	if err != nil {
		fail(err)
		return
	}
	l.loop.Post(func() { l.beginSnapshot(w, m, incr) })
	temporary := l.path(temporaryPrefix + m.withNewBase().base.name)
	size, err := l.writeBase(w, temporary, fail)
	if w.beginning {
		err = l.endMarked(w, m, err)
	}
	if err == nil && !w.abandoned.Load() {
		if incr != nil {
			m = m.withoutOldIncrs(m.lastIncr)
		} else {
			m = m.withoutOldIncrs(m.lastIncr + 1)
		}
		m, err = l.replaceBase(m, temporary)
	}
	if err != nil || w.abandoned.Load() {
		_ = os.Remove(temporary) // it may not be there
		fail(err)
		return
	}
	if w.beginning {
		_ = os.Remove(l.path(temporaryPrefix + m.incrs[len(m.incrs)-1].name)) // who opens the folder next does it, too
	}
	l.loop.Post(func() { l.rewriteDone(w, m, size) })
}

// prepareIncr makes the last file that m names, and m the folder's manifest.
func (l *Log) prepareIncr(m manifest) (*os.File, error) {
	name := l.path(m.incrs[len(m.incrs)-1].name)
	if err := create(name); err != nil {
		return nil, err
	}
	l.step("incremental file made")
	if err := writeManifest(l.folder, m); err != nil {
		return nil, err
	}
	l.step("incremental file in the manifest")
	return os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
}

// beginSnapshot goes on with the new incremental file, and starts the walk. What
// was appended until now must be in the old file: the snapshot has it.
func (l *Log) beginSnapshot(w *rewrite, m manifest, incr *os.File) {
	if l.rewriting != w { // given up meanwhile
		if incr != nil {
			incr.Close()
		}
		return
	}
	if incr != nil && l.buf.len() > catchUp && l.writeErr == nil { // the turns write it, each its share
		l.loop.After(slicePause, func() time.Duration {
			l.beginSnapshot(w, m, incr)
			return 0
		})
		return
	}
	if w.beginning {
		l.file, l.fileSize, l.unsynced, l.db = incr, 0, false, -1
	} else if incr != nil {
		if err := l.switchTo(incr); err != nil {
			l.rewriteFailed(w, err)
			return
		}
		l.manifest = m
	}
	w.chunk = w.emptyChunk()
	w.keys.StartSnapshot(w.dump, w.full)
	l.resumeWalk(w)
}

func (l *Log) resumeWalk(w *rewrite) { l.loop.After(0, func() time.Duration { return l.walk(w) }) }

// switchTo goes on with another file. It is an error, and the log stays with the
// old one, if that could not take all that was appended.
func (l *Log) switchTo(incr *os.File) error {
	err := l.write(l.buf.len())
	if l.reportWrite(err); err != nil {
		incr.Close()
		return err
	}
	old := l.manifest.lastIncr
	switch {
	case l.opts.AppendFsync == config.EverySecond:
		l.syncer.syncAndClose(l.file, old)
	case l.opts.AppendFsync == config.Always && l.unsynced:
		if l.fatal = fdatasync(l.file); l.fatal != nil {
			return l.fatal
		}
		fallthrough
	default:
		l.syncer.add(job{l.file.Close, old}) // behind a sync that may be under way
	}
	l.file, l.fileSize, l.unsynced, l.db = incr, 0, false, -1
	return nil
}

// walk dumps some keys. While there are requests it pauses for them; while there are
// none it takes every turn, and the loop does not sleep. It ends for now when the
// writer is behind: see wrote.
func (l *Log) walk(w *rewrite) (again time.Duration) {
	if w.closed || w.mustWait() {
		return 0
	}
	more := w.keys.SnapshotStep(sliceBudget)
	if !more && (l.file == nil && w.keys.SnapshotCut() || w.keys.SnapshotTorn()) {
		l.rewriteFailed(w, errFlushed)
		return 0
	}
	if len(w.chunk) >= chunkSize || !more {
		w.handOver()
	}
	if !more {
		w.endChunks()
		return 0
	}
	if l.loop.Quiet() < quietAfter {
		return slicePause
	}
	return noPause
}

// full reports whether the writer has enough to do. There is always room in chunks
// for one more.
func (w *rewrite) full() bool {
	return w.waiting.Load() >= maxWaiting || len(w.chunks) >= maxChunks-1
}

// mustWait reports whether the walk must wait, as the disk is slower. If so, the
// writer wakes it.
func (w *rewrite) mustWait() bool {
	if !w.full() {
		return false
	}
	w.stalled.Store(true)
	// The writer may have been done just before, and not know that it should wake.
	return w.full() || !w.stalled.CompareAndSwap(true, false)
}

// wrote is called by the writer with a chunk that it has written.
func (l *Log) wrote(w *rewrite, chunk []byte) {
	w.waiting.Add(-int64(len(chunk)))
	if cap(chunk) <= 2*chunkSize { // one that was made for a large value is not kept
		select {
		case w.free <- chunk:
		default:
		}
	}
	if w.stalled.CompareAndSwap(true, false) {
		l.loop.Post(func() { l.resumeWalk(w) })
	}
}

// handOver gives the chunk to the writer, and begins another one.
func (w *rewrite) handOver() {
	w.waiting.Add(int64(len(w.chunk)))
	w.chunks <- w.chunk
	w.chunk = w.emptyChunk()
}

// dump adds a key, or a piece of one, to the base. Redis: aof.c, rewriteAppendOnlyFileRio.
func (w *rewrite) dump(p keyspace.Piece) {
	if p.Value.IsCollection() {
		w.dumpItem(p)
		return
	}
	b, length := w.chunk, p.Value.Len()
	if p.From == 0 {
		w.dumped++
		w.torn = p.To < length
		if p.DB != w.db {
			b, w.db = appendSelect(b, p.DB), p.DB
		}
		if p.ExpireAt == 0 {
			b = append(b, "*3\r\n$3\r\nSET\r\n"...)
		} else {
			b = append(b, "*5\r\n$3\r\nSET\r\n"...)
		}
		b = resp.AppendBulkHead(resp.AppendBulk(b, p.Key), length)
	}
	b = p.Value.AppendPart(b, p.From, p.To)
	if p.To == length {
		b = resp.AppendBulkTail(b)
		if p.ExpireAt != 0 {
			b = append(b, "$4\r\nPXAT\r\n"...)
			var digits [20]byte
			b = resp.AppendBulk(b, strconv.AppendInt(digits[:0], p.ExpireAt, 10))
		}
	}
	w.chunk = b
	if w.torn && p.To == length {
		w.endTear()
	}
	w.handOverIfLong()
}

// handOverIfLong hands the chunk over if there is enough in it: a write has dumped it, and
// may dump more before the next slice.
func (w *rewrite) handOverIfLong() {
	if len(w.chunk) >= chunkSize && !w.full() {
		w.handOver()
	}
}

func (w *rewrite) emptyChunk() []byte {
	select {
	case chunk := <-w.free:
		return chunk[:0]
	default:
		return make([]byte, 0, 2*chunkSize)
	}
}

func (w *rewrite) endChunks() {
	if !w.closed {
		w.closed = true
		close(w.chunks)
	}
}

// writeBase writes the chunks to a temporary file, until there are no more, and
// returns its size. fail ends the walk at the first error.
func (l *Log) writeBase(w *rewrite, temporary string, fail func(error)) (size int64, err error) {
	f, err := os.Create(temporary)
	if err != nil {
		fail(err)
	}
	unsynced := 0
	for chunk := range w.chunks { // to the end, also after an error: the loop must not wait
		if err == nil && !w.abandoned.Load() {
			size += int64(len(chunk))
			unsynced += len(chunk)
			if _, err = f.Write(chunk); err == nil && unsynced >= syncEvery {
				err, unsynced = fdatasync(f), 0
			}
			if err != nil {
				fail(err)
			}
		}
		l.wrote(w, chunk)
	}
	if f != nil {
		if err == nil && !w.abandoned.Load() {
			err = f.Sync()
		}
		f.Close()
	}
	l.step("temporary base written")
	return size, err
}

// replaceBase puts a new base, and the last incremental file, in the place of
// all that the manifest names, and deletes what it named. It returns the new
// manifest. From the second step on the folder has the new data.
func (l *Log) replaceBase(m manifest, temporary string) (manifest, error) {
	m = m.withNewBase()
	if err := os.Rename(temporary, l.path(m.base.name)); err != nil {
		return m, err
	}
	l.step("base renamed")
	if err := writeManifest(l.folder, m); err != nil {
		return m, err
	}
	l.step("base in the manifest")
	return l.deleteHistory(m), nil
}

// deleteHistory deletes the files that are not needed any more, and returns m
// without them. The data does not depend on it: those that cannot be deleted
// stay history, for the next rewrite or start to try again, with the name of the
// last base, which says that they are (checkHistory).
func (l *Log) deleteHistory(m manifest) manifest {
	left := m.clone()
	left.history = slices.DeleteFunc(left.history, func(p part) bool {
		err := os.Remove(l.path(p.name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			l.log.Warning("Cannot delete an old AOF file: %v", err)
			return false
		}
		return true
	})
	l.step("old files deleted")
	if n := len(left.history); n > 0 && left.history[n-1] != m.history[len(m.history)-1] {
		left.history = append(left.history, m.history[len(m.history)-1])
	}
	if len(left.history) == len(m.history) {
		return m
	}
	if err := writeManifest(l.folder, left); err != nil {
		l.log.Warning("The manifest still names an old AOF file: %v", err)
		return m
	}
	return left
}

// rewriteDone goes on with the new files.
func (l *Log) rewriteDone(w *rewrite, m manifest, baseSize int64) {
	if l.rewriting != w {
		return
	}
	l.rewriting, l.manifest, l.failures = nil, m, 0
	l.lastRewrite = int64(time.Since(w.began).Seconds())
	l.rewritten = l.loop.Now().UnixMilli()
	l.intactFrom = m.lastIncr
	if w.beginning {
		l.syncer.failure.Store(nil)                // that of an earlier log: the numbers may have begun again
		l.beginning = l.beginning && l.file == nil // or End has come, and Begin again
	}
	l.size = baseSize + l.fileSize
	l.baseSize = l.size
	l.log.Notice("Background AOF rewrite finished successfully")
	l.log.Notice("%d keys, %d bytes in %.3f seconds", w.dumped, baseSize, time.Since(w.began).Seconds())
}

// rewriteFailed goes on as if there had been none: the manifest names all that
// is needed, the new incremental file too if it was made.
func (l *Log) rewriteFailed(w *rewrite, err error) {
	if l.rewriting != w {
		return
	}
	l.abandonRewrite()
	l.failures++
	if l.failures >= maxFailures {
		pause := min(longestPause, firstPause<<min(l.failures-maxFailures, 10))
		if l.damage() != nil { // no write is taken until then
			pause = firstPause
		}
		l.retryAt = l.loop.Now().Add(pause)
	}
	l.log.Warning("Background AOF rewrite failed: %v", err)
}

// abandonRewrite gives a rewrite up. Its goroutine may take a while to end: the disk may
// be slow. Until then no other rewrite begins.
func (l *Log) abandonRewrite() {
	w := l.rewriting
	if w == nil {
		return
	}
	l.rewriting, l.abandoned = nil, w
	w.keys.EndSnapshot()
	w.abandoned.Store(true)
	w.endChunks()
	if w.beginning && l.file != nil { // what was appended to it is in no log; the goroutine deletes it
		l.file.Close()
		l.forget()
	}
}

// hasEnded reports whether the rewrite's goroutine has; w may be nil.
func (w *rewrite) hasEnded() bool {
	if w == nil {
		return true
	}
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

// WantsRewrite reports whether the log has grown so much since it was last
// rewritten that it should be again, or is damaged. Redis: server.c, serverCron.
func (l *Log) WantsRewrite() bool {
	if l.rewriting != nil || !l.abandoned.hasEnded() || l.loop.Now().Before(l.retryAt) {
		return false
	}
	if l.file == nil {
		return l.beginning
	}
	if l.Err() != nil && l.damage() != nil {
		return true
	}
	if l.opts.AutoRewritePercentage == 0 || l.size <= int64(l.opts.AutoRewriteMinSize) {
		return false
	}
	base := max(1, l.baseSize)
	return (l.size-base)*100/base >= int64(l.opts.AutoRewritePercentage)
}
