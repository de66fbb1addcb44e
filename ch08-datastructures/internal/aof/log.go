// Package aof keeps the append-only file: a log of all writes, from which the
// data comes back after a restart.
//
//	log.go       the log: opening it, appending, its state
//	buffer.go    what is appended and not written yet
//	unit.go      commands that are executed together or not at all
//	write.go     writing, and when to sync: what appendfsync means
//	sync.go      syncing beside the loop
//	manifest.go  the folder: which files make up the log, in which order
//	load.go      executing the log again
//	rewrite.go   a shorter log that gives the same data, while writes go on
//	switch.go    appendonly yes and no while the server runs
//	items.go     collections in it
//	reload.go    all data written and loaded again, while the server runs
//
// The log is a folder, as in Redis 7:
//
//	appendonlydir/
//	  appendonly.aof.2.base.aof   the data at one moment: one SET for each key
//	  appendonly.aof.2.incr.aof   the writes since then, as they came
//	  appendonly.aof.manifest     names both; only what it names counts
//
// All of these hold commands in the form in which clients send them. A rewrite
// makes a new pair and then replaces the manifest in one step (rename), so at
// every moment the folder describes one state of the data.
//
// A Log belongs to the event loop's goroutine. Syncing, and all of a rewrite's
// files, are left to other goroutines: a disk may take its time.
//
// Redis: aof.c.
package aof

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/eventloop"
	"redis-internals/ch08/internal/logging"
	"redis-internals/ch08/internal/resp"
)

// Loop is what the log needs of the event loop.
type Loop interface {
	Now() time.Time
	Quiet() time.Duration // since a descriptor was ready
	After(delay time.Duration, fn func() (again time.Duration)) *eventloop.Timer
	Post(fn func()) // from any goroutine
}

// Log is an append-only file.
type Log struct {
	opts *config.Config // read when they are needed
	loop Loop
	log  *logging.Logger

	folder   string   // Dir/DirName
	lock     *os.File // the folder, held for as long as the log is open; nil before
	manifest manifest

	file     *os.File // what is appended to; nil before Start, and with appendonly no
	fileSize int64    // bytes of file that are whole
	// appendonly yes was set, and the log does not have all data yet. It has a file only
	// from a snapshot's start on.
	beginning bool
	baseSize  int64 // of the log when it was last rewritten, or loaded
	size      int64 // of all its files now

	db      int    // that the commands at the end of the log are for; -1 is unknown
	buf     buffer // appended, not written
	written int64  // bytes ever appended, and written
	unit    unit   // the commands that are to be one
	seen    int64  // bytes ever appended when the last turn ended
	stamped int64  // the second of the last annotation, in Unix time

	writeErr       error     // of the last write; nil if it succeeded
	fatal          error     // what Flush is still to return
	errLogged      time.Time // when a failing write was last reported
	syncer         *syncer
	intactFrom     int64     // seq of the first incremental file whose failed syncs matter
	unsynced       bool      // something was written since the last sync began
	lastSync       time.Time // when that was
	postponedSince time.Time // since when writing waits for a sync; zero if it does not
	overdue        bool      // it has waited for long enough

	delayedSyncs int64 // how often it did not wait any longer

	rewriting   *rewrite // nil if none is under way
	abandoned   *rewrite // the last one that was given up
	rewrites    int64    // begun
	loaded      Loaded
	lastRewrite int64 // seconds; -1 if there was none
	rewritten   int64 // when the last one succeeded, in Unix milliseconds; 0 if none did
	failures    int   // rewrites that failed in a row
	retryAt     time.Time

	step func(done string) // for tests: called between the steps of a rewrite
}

// Open returns the log that the settings describe. With appendonly the folder is
// made where there is none, and locked against other servers.
func Open(opts *config.Config, loop Loop, log *logging.Logger) (*Log, error) {
	l := &Log{
		opts: opts, loop: loop, log: log, folder: folderOf(opts),
		syncer: newSyncer(log), lastRewrite: -1, step: func(string) {},
	}
	if info, err := os.Stat(opts.Dir); err != nil {
		return nil, fmt.Errorf("--dir %s: %w", opts.Dir, cause(err))
	} else if !info.IsDir() {
		return nil, fmt.Errorf("--dir %s: not a directory", opts.Dir)
	}
	if opts.AppendOnly {
		if err := l.openFolder(); err != nil {
			l.Close()
			return nil, err
		}
	}
	return l, nil
}

func folderOf(opts *config.Config) string { return filepath.Join(opts.Dir, opts.AppendDirName) }

// openFolder makes, locks and reads the folder. Once it is open it stays so, until Move.
func (l *Log) openFolder() error {
	if l.lock != nil {
		return nil
	}
	err := os.Mkdir(l.folder, 0o755)
	if err == nil { // a synced file is of no use in a folder that a power cut takes away
		err = syncFolder(l.opts.Dir)
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("cannot make the append-only folder %s: %w", l.folder, cause(err))
	}
	folder, err := os.Open(l.folder)
	if err != nil {
		return fmt.Errorf("cannot open the append-only folder %s: %w", l.folder, cause(err))
	}
	// The kernel lets go of the lock when the process ends, however it ends.
	if err := unix.Flock(int(folder.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		folder.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("another server uses the append-only folder %s: stop it, or choose another --dir", l.folder)
		}
		return fmt.Errorf("cannot lock the append-only folder %s: %w", l.folder, err)
	}
	if err := l.readFolder(); err != nil {
		folder.Close() // it is not open, then: the next rewrite looks again
		return err
	}
	l.lock = folder
	return nil
}

// readFolder reads which files there are, and takes over what older versions left.
func (l *Log) readFolder() (err error) {
	if l.manifest, err = readManifest(l.folder, l.opts.AppendFileName); err != nil {
		return err
	}
	if l.manifest, err = l.settle(l.manifest); err != nil {
		return err
	}
	if err := l.refuseUnnamed(); err != nil {
		return err
	}
	if err := l.adopt(); err != nil {
		return err
	}
	l.tidy()
	return nil
}

// refuseUnnamed is an error if the folder has files of a log with something in them
// that the manifest does not name, or has no manifest. They are data: a log that
// began beside them would not have it, and its rewrite would take their names.
// Where a base is named, others do not matter: a rewrite was killed before it named
// the newer one, and the older ones it has replaced.
func (l *Log) refuseUnnamed() error {
	list, err := os.ReadDir(l.folder)
	if err != nil {
		return fmt.Errorf("cannot read the append-only folder %s: %w", l.folder, cause(err))
	}
	m := l.manifest
	var found []string
	for _, entry := range list {
		name := entry.Name()
		kind, _ := m.kindByName(name)
		if kind == "" || kind == "b" && m.base.name != "" || m.names(name) {
			continue
		}
		if info, err := entry.Info(); err == nil && info.Size() > 0 && !info.IsDir() {
			found = append(found, name)
		}
	}
	names := strings.Join(found, ", ")
	switch {
	case len(found) == 0:
		return nil
	case m.base.name != "":
		return fmt.Errorf("the AOF manifest %s does not name files of the log that have data: %s. Restore it from a backup, or add their lines; "+
			"or move the files away to start without their data", l.path(manifestName(m.prefix)), names)
	}
	return fmt.Errorf("the append-only folder %s has no %s, but files of a log: %s. Restore the manifest from a backup, or write it: "+
		"a line \"file NAME seq NUMBER type b\" for the base, then with type i for each other file, ascending; or move the files away to start without their data",
		l.folder, manifestName(m.prefix), names)
}

// adopt takes in the single file that Redis wrote before version 7, in dir and
// under appendfilename: it becomes the base. It is named in the manifest first
// and moved then, so that an interrupted adoption is completed. Redis: aof.c,
// aofUpgradePrepare.
func (l *Log) adopt() error {
	old := filepath.Join(l.opts.Dir, l.opts.AppendFileName)
	if info, err := os.Stat(old); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	if len(l.manifest.parts()) == 0 {
		l.manifest.base, l.manifest.lastBase = part{l.opts.AppendFileName, 1}, 1
		if err := writeManifest(l.folder, l.manifest); err != nil {
			return err
		}
	}
	if _, err := os.Stat(l.path(l.opts.AppendFileName)); l.manifest.base.name != l.opts.AppendFileName || err == nil {
		return nil
	}
	if err := os.Rename(old, l.path(l.opts.AppendFileName)); err != nil {
		return fmt.Errorf("cannot move %s into the append-only folder: %w", old, cause(err))
	}
	l.log.Notice("Took over the AOF of an older Redis: %s", old)
	return errors.Join(syncFolder(l.folder), syncFolder(l.opts.Dir))
}

// tidy deletes what a rewrite that was killed has not finished. It does no harm where
// it stays.
func (l *Log) tidy() {
	list, _ := os.ReadDir(l.folder)
	for _, entry := range list {
		if strings.HasPrefix(entry.Name(), temporaryPrefix+l.opts.AppendFileName) {
			_ = os.Remove(l.path(entry.Name()))
		}
	}
}

// cause is an error without the path that os put in front of it.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// Start makes ready for appending: behind what there is, or in a fresh folder.
// Load comes before it.
func (l *Log) Start() error {
	if !l.opts.AppendOnly {
		return nil
	}
	m := l.manifest
	if len(m.parts()) == 0 {
		m = m.withNewBase()
		if err := create(l.path(m.base.name)); err != nil {
			return err
		}
	}
	if len(m.incrs) == 0 {
		m = m.withNewIncr()
		if err := create(l.path(m.incrs[0].name)); err != nil {
			return err
		}
		if err := writeManifest(l.folder, m); err != nil {
			return err
		}
	}
	l.manifest = m
	if len(m.history) > 0 { // a rewrite was killed before it did; what replaced it is loaded now
		l.manifest = l.deleteHistory(m)
	}
	return l.openForAppend(m.incrs[len(m.incrs)-1].name)
}

// create makes an empty file. One that a crash has left there is as good, if it is
// empty: one that is not may be data, and is not touched.
func create(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("cannot create %s: %w", name, cause(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() > 0 {
		return fmt.Errorf("cannot begin the AOF file %s: it is there, with data, and the manifest does not name it", name)
	}
	return nil
}

func (l *Log) openForAppend(name string) error {
	f, err := os.OpenFile(l.path(name), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return fmt.Errorf("cannot open %s: %w", l.path(name), cause(err))
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("cannot read the size of %s: %w", l.path(name), cause(err))
	}
	l.file, l.fileSize, l.db = f, info.Size(), -1
	return nil
}

func (l *Log) path(name string) string { return filepath.Join(l.folder, name) }

// IsOpen reports whether what is appended is kept.
func (l *Log) IsOpen() bool { return l.file != nil }

// Append adds a command for a database to the log. It is written by the next
// Flush. It copies, and allocates nothing once there are pieces enough. Redis: aof.c,
// feedAppendOnlyFile.
func (l *Log) Append(db int, words [][]byte) {
	if l.file == nil {
		return
	}
	size := maxTime + maxSelect + len(beginsUnit) + maxHead
	for _, word := range words {
		size += maxHead + len(word)
	}
	l.buf.room(size)
	b := resp.AppendArray(l.begin(l.buf.last, db), len(words))
	for _, word := range words {
		b = resp.AppendBulk(b, word)
	}
	l.buf.last = b
}

const (
	maxHead   = 1 + 20 + 2 + 2                 // bytes around a word, at most: $, digits, two line ends
	maxSelect = 3*maxHead + len("SELECT") + 20 // bytes of a SELECT, at most
	maxTime   = len("#TS:") + 20 + 2           // bytes of an annotation of the time, at most
)

// AppendDelete adds DEL key.
func (l *Log) AppendDelete(db int, key []byte) {
	if l.file == nil {
		return
	}
	l.buf.room(maxTime + maxSelect + len(beginsUnit) + 3*maxHead + len(key))
	b := append(l.begin(l.buf.last, db), "*2\r\n$3\r\nDEL\r\n"...)
	l.buf.last = resp.AppendBulk(b, key)
}

// selectDB adds SELECT if the log's last commands are for another database.
func (l *Log) selectDB(dst []byte, db int) []byte {
	if db == l.db {
		return dst
	}
	l.db = db
	return appendSelect(dst, db)
}

func appendSelect(dst []byte, db int) []byte {
	dst = append(dst, "*2\r\n$6\r\nSELECT\r\n"...)
	return resp.AppendBulk(dst, strconv.Itoa(db))
}

// Appended is how many bytes have ever been appended.
func (l *Log) Appended() int64 { return l.written + int64(l.buf.len()) }

// Safe is how many of the bytes ever appended are as safe as a reply promises:
// with Always they are synced. Otherwise, and while the log begins, replies promise nothing.
func (l *Log) Safe() int64 {
	if l.opts.AppendFsync == config.Always && !l.beginning {
		return l.written
	}
	return l.Appended()
}

// State is the log's state, for INFO.
type State struct {
	Enabled, Rewriting bool
	Scheduled          bool  // a rewrite: it begins soon
	Size, BaseSize     int64 // bytes: now, and after the last rewrite
	PendingSyncs       int
	DelayedSyncs       int64 // writes that did not wait for a sync any longer
	Rewrites           int64 // begun since the start
	Failures           int   // of them in a row, the last ones
	LastRewriteSeconds int64 // -1 if there was none
	Rewritten          int64 // when the last one succeeded, in Unix milliseconds; 0 if none did
	RewriteSeconds     int64 // of the one under way; -1 if there is none
	Err                error
}

// State tells how the log is.
func (l *Log) State() State {
	s := State{
		Enabled: l.opts.AppendOnly, Rewriting: l.rewriting != nil, Scheduled: l.beginning && l.rewriting == nil, Size: l.size + int64(l.buf.len()), BaseSize: l.baseSize,
		PendingSyncs: l.syncer.count(), DelayedSyncs: l.delayedSyncs, Rewrites: l.rewrites, Rewritten: l.rewritten, Failures: l.failures,
		LastRewriteSeconds: l.lastRewrite, RewriteSeconds: -1, Err: l.Err(),
	}
	if l.rewriting != nil {
		s.RewriteSeconds = int64(time.Since(l.rewriting.began).Seconds())
	}
	return s
}

// ResetStats makes the counts of State begin again. Redis: server.c, resetServerStats.
func (l *Log) ResetStats() { l.rewrites, l.delayedSyncs, l.failures = 0, 0, 0 }

// Buffered is how many bytes are not written yet.
func (l *Log) Buffered() int { return l.buf.len() }

// BufferMemory is how many bytes of memory that takes: pieces that are not full, and
// empty ones that are kept, count too. Redis: evict.c, freeMemoryGetNotCountedMemory.
func (l *Log) BufferMemory() int {
	sum := cap(l.buf.last)
	for _, piece := range l.buf.full {
		sum += cap(piece)
	}
	return sum + len(l.buf.spare)*pieceSize
}

// Err is why no more writes should be taken at present; nil if they may be.
func (l *Log) Err() error {
	switch {
	case l.file == nil:
		return nil
	case l.writeErr != nil || l.opts.AppendFsync == config.Never || l.beginning:
		return l.writeErr
	}
	return l.damage()
}

// Save writes and syncs what has been appended, whatever appendfsync says. The error
// says that some of it may not be on the disk; ErrBeginning is that not all data can be yet.
func (l *Log) Save() error {
	if l.beginning {
		return ErrBeginning
	}
	if l.file == nil {
		return nil
	}
	err := l.write(l.buf.len())
	if l.reportWrite(err); err == nil {
		err = fdatasync(l.file)
	}
	if err != nil {
		return err
	}
	l.unsynced = false
	return l.damage()
}

// Close writes and syncs what has been appended, and lets go of the folder. A
// rewrite that is under way is given up.
func (l *Log) Close() error {
	var err error
	l.abandonRewrite()
	l.beginning = false
	if l.abandoned != nil { // its temporary file must go
		<-l.abandoned.ended
	}
	l.syncer.stop()
	if l.file != nil {
		err = l.Save()
		l.file.Close()
		l.file = nil
	}
	if l.lock != nil {
		l.lock.Close()
		l.lock = nil
	}
	return err
}
