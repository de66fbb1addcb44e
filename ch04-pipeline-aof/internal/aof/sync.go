// sync.go: syncing beside the loop. A disk may take a second to say that it has
// something; so one goroutine waits for it, and takes its jobs in order. Redis:
// bio.c, BIO_AOF_FSYNC and BIO_CLOSE_AOF.

package aof

import (
	"fmt"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"redis-internals/ch04/internal/logging"
)

// syncer syncs files on a goroutine of its own.
type syncer struct {
	log     *logging.Logger
	jobs    chan func() error
	pending atomic.Int32
	failure atomic.Pointer[error] // of the last job; nil if it succeeded
	done    chan struct{}         // closed when the goroutine has ended
}

func newSyncer(log *logging.Logger) *syncer {
	s := &syncer{log: log, jobs: make(chan func() error, 16), done: make(chan struct{})}
	go s.run()
	return s
}

func (s *syncer) run() {
	defer close(s.done)
	for job := range s.jobs {
		if err := job(); err != nil {
			if s.failure.Swap(&err) == nil {
				s.log.Warning("Fail to fsync the AOF file: %v", err)
				s.log.Warning("Writes are refused until it succeeds")
			}
		} else {
			s.failure.Store(nil)
		}
		s.pending.Add(-1)
	}
}

// busy reports whether there are jobs left.
func (s *syncer) busy() bool { return s.pending.Load() > 0 }

// err is how the last job failed; nil if it did not.
func (s *syncer) err() error {
	if err := s.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// sync syncs f soon. f must stay open until then.
func (s *syncer) sync(f *os.File) { s.add(func() error { return fdatasync(f) }) }

// syncAndClose syncs f soon and closes it.
func (s *syncer) syncAndClose(f *os.File) {
	s.add(func() error {
		defer f.Close()
		return fdatasync(f)
	})
}

func (s *syncer) add(job func() error) {
	s.pending.Add(1)
	s.jobs <- job
}

// stop ends the goroutine when it has done its jobs, and waits for that.
func (s *syncer) stop() {
	close(s.jobs)
	<-s.done
}

// fdatasync forces the file's bytes, and its length, to the disk.
func fdatasync(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("syncing %s: %w", f.Name(), cause(err))
		}
		return nil
	}
}
