// sync.go: syncing beside the loop. A disk may take a second to say that it has
// something; so one goroutine waits for it, and takes its jobs in order. Redis:
// bio.c, BIO_AOF_FSYNC and BIO_CLOSE_AOF.

package aof

import (
	"fmt"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/logging"
)

// syncer syncs files on a goroutine of its own.
type syncer struct {
	log     *logging.Logger
	jobs    chan job
	pending atomic.Int32
	failure atomic.Pointer[failure] // the last; nil if there was none
	done    chan struct{}           // closed when the goroutine has ended
}

// job is something to do with an incremental file.
type job struct {
	do  func() error
	seq int64 // the file's
}

// failure is how a job failed.
type failure struct {
	err error
	seq int64
}

const maxJobs = 16 // that may wait: there are two at most, a sync and closing the file

func newSyncer(log *logging.Logger) *syncer {
	s := &syncer{log: log, jobs: make(chan job, maxJobs), done: make(chan struct{})}
	go s.run()
	return s
}

func (s *syncer) run() {
	defer close(s.done)
	for job := range s.jobs {
		if err := job.do(); err != nil {
			if last := s.failure.Swap(&failure{err, job.seq}); last == nil || last.seq != job.seq {
				s.log.Warning("Fail to fsync the AOF file: %v", err)
				s.log.Warning("Writes are refused until a rewrite has succeeded")
			}
		}
		s.pending.Add(-1)
	}
}

// busy reports whether there are jobs left, and count how many.
func (s *syncer) busy() bool { return s.count() > 0 }
func (s *syncer) count() int { return int(s.pending.Load()) }

// sync syncs f soon. f must stay open until then.
func (s *syncer) sync(f *os.File, seq int64) { s.add(job{func() error { return fdatasync(f) }, seq}) }

// syncAndClose syncs f soon and closes it.
func (s *syncer) syncAndClose(f *os.File, seq int64) {
	s.add(job{func() error {
		defer f.Close()
		return fdatasync(f)
	}, seq})
}

func (s *syncer) add(job job) {
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
