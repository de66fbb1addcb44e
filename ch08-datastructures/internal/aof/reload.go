// reload.go: all data written and loaded again, while the server runs.
//
//	the data ─▶ a base, as of a rewrite ─▶ a temporary file ─▶ emptied ─▶ executed: the data
//
// Whoever compares the digest before and after knows whether what is written gives what
// there was. Clients wait meanwhile, however long it takes: DEBUG asks for it, and nobody else.
// The log goes on where it was, since the data has not changed.
//
// Redis: debug.c, DEBUG RELOAD (by an RDB file) and DEBUG LOADAOF.

package aof

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/resp"
)

// errReloaded is the error of a rewrite whose snapshot was not through.
var errReloaded = errors.New("the data was loaded again meanwhile")

// errNoLog is LoadAgain's error if there is no log.
var errNoLog = errors.New("there is no append-only file: appendonly is no")

// errInUnit is LoadAgain's error inside of a transaction that has changed something.
var errInUnit = errors.New("the transaction is not in the append-only file yet")

// Reload writes what the keyspace holds to a temporary file, has it emptied, and executes the
// file. An error before that has changed nothing; after it the file stays, and the error names
// it. O(data).
func (l *Log) Reload(keys *keyspace.Keyspace, empty func(), execute func(words [][]byte) error) error {
	l.giveUpWalk()
	name := filepath.Join(l.opts.Dir, fmt.Sprintf("%sreload-%d.aof", temporaryPrefix, os.Getpid()))
	if err := l.dumpTo(name, keys); err != nil {
		_ = os.Remove(name)
		return fmt.Errorf("cannot write %s: %w", name, cause(err))
	}
	empty()
	f, err := os.Open(name)
	if err == nil {
		defer f.Close()
		err = l.newReader(f, execute).run()
	}
	if err != nil {
		return fmt.Errorf("loading %s, which stays: %w", name, err)
	}
	return os.Remove(name)
}

// dumpTo writes all keys to a file, as the base of a rewrite.
func (l *Log) dumpTo(name string, keys *keyspace.Keyspace) error {
	w := newRewrite(keys)
	written := make(chan error, 1)
	go func() {
		_, err := l.writeBase(w, name, func(error) {})
		written <- err
	}()
	w.chunk = w.emptyChunk()
	keys.StartSnapshot(w.dump, func() bool { return false })
	for keys.SnapshotStep(sliceBudget) {
		if len(w.chunk) >= chunkSize {
			w.handOver()
		}
	}
	w.handOver()
	w.endChunks()
	return <-written
}

// LoadAgain has the keyspace emptied and executes the log, when all that was appended is in
// it. An error before that has changed nothing. O(log).
func (l *Log) LoadAgain(empty func(), execute func(words [][]byte) error) error {
	switch {
	case l.beginning:
		return ErrBeginning
	case l.file == nil:
		return errNoLog
	case l.unit.open && l.unit.commands > 0: // it is not whole, and cannot be written yet
		return errInUnit
	}
	l.giveUpWalk()
	if l.rewriting != nil { // it needs the data no more: let it put its files in their place
		<-l.rewriting.ended
	}
	if l.abandoned != nil {
		<-l.abandoned.ended
	}
	if err := l.Save(); err != nil {
		return fmt.Errorf("cannot write the append-only file: %w", cause(err))
	}
	m, err := readManifest(l.folder, l.opts.AppendFileName) // a rewrite may have just replaced it
	if err != nil {
		return err
	}
	empty()
	for _, p := range m.parts() {
		f, err := os.Open(l.path(p.name))
		if err != nil {
			return fmt.Errorf("cannot open the AOF file %s: %w", p.name, cause(err))
		}
		err = l.newReader(f, execute).run()
		f.Close()
		if err != nil {
			return fmt.Errorf("loading the AOF file %s: %w", p.name, err)
		}
	}
	return nil
}

// newReader returns one that nobody waits for.
func (l *Log) newReader(f *os.File, execute func(words [][]byte) error) *reader {
	p := &progress{log: l, pause: func() bool { return false }, reported: time.Now()}
	return &reader{file: f, execute: execute, progress: p, parser: resp.Parser{MaxBulk: &longest}}
}

// giveUpWalk gives a rewrite up whose snapshot is not through: the keys that it has not come
// to are about to be replaced, and the log does not say so. One that has all keys goes on.
func (l *Log) giveUpWalk() {
	if w := l.rewriting; w != nil && !w.closed {
		l.rewriteFailed(w, errReloaded)
	}
}
