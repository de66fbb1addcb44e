// shutdown.go: the end, in order.
//
//	SIGTERM ──Post──▶ ┐
//	                  ├─▶ 1 the log is written and synced. If it cannot be: stay
//	SHUTDOWN ───────▶ ┘   2 nobody new is let in
//	                      3 what was received is executed, logged and answered
//	                      4 who has replies to take has a moment for that
//	                      5 all connections are closed, the log is written and synced,
//	                        the pid file is removed
//
// All of it happens on the loop, between commands, so there is no moment in which half of
// a command has happened. Up to the end of the first step nothing has changed: if the disk
// is full the server goes on as before, for its data is nowhere else. FORCE does without.
//
// Redis: server.c, prepareForShutdown and finishShutdown; db.c, shutdownCommand.

package server

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"redis-internals/ch08/internal/aof"
	"redis-internals/ch08/internal/config"
)

// leavePatience is how long clients that do not read keep the server.
const leavePatience = 250 * time.Millisecond

// errNoLog is the error of a shutdown that is to save what nobody has asked to keep.
var errNoLog = errors.New("nothing can be saved: appendonly is no, and there is no RDB here")

// Shutdown begins the end of the server, if what must be kept can be; else all goes on,
// and the error says why. It is called on the loop.
func (s *Server) Shutdown(how config.Shutdown) error {
	if s.engine.Loading() { // half of the data is there, and the log has all of it
		s.loop.Stop()
		return nil
	}
	s.log.Warning("User requested shutdown...")
	s.tellStopping()
	if err := s.keep(how); err != nil {
		s.log.Warning("Errors trying to shut down the server. Check the logs for more information.")
		s.ending.Store(false)
		return err
	}
	if s.engine.LogState().Rewriting {
		s.log.Warning("A rewrite of the AOF is under way. Giving it up!")
	}
	s.ending.Store(true)
	s.closeListeners()
	s.loop.Post(s.takeLeave)
	return nil
}

// keep writes and syncs what is to be kept. It is no error if the data may be lost: with
// FORCE and, where there is a whole log, with NOSAVE.
func (s *Server) keep(how config.Shutdown) (err error) {
	forgiven := config.Force | config.NoSave
	if s.opts.AppendOnly {
		s.log.Notice("Calling fsync() on the AOF file.")
		if err = s.aof.Save(); errors.Is(err, aof.ErrBeginning) {
			s.log.Warning("Writing initial AOF, can't exit.")
			forgiven = config.Force
		}
	} else if how&config.Save != 0 {
		err = errNoLog
	}
	switch {
	case err == nil:
		return nil
	case how&forgiven != 0:
		s.forced = true
		s.log.Warning("Error trying to save the DB. Exit anyway. (%v)", err)
		return nil
	}
	s.log.Warning("Error trying to save the DB, can't exit. (%v)", err)
	return err
}

// takeLeave executes what was received, and closes the connections: at once, or when the
// peer has taken the replies. The loop stops when the last one has gone.
func (s *Server) takeLeave() {
	for s.endTurn() {
	}
	s.leaving = true
	for _, c := range s.conns {
		c.endOfStream()
	}
	s.stopIfAlone()
	s.loop.After(leavePatience, func() time.Duration {
		s.loop.Stop()
		return 0
	})
}

// stopIfAlone stops the loop if the server is leaving, and the last client has left.
func (s *Server) stopIfAlone() {
	if s.leaving && len(s.conns) == 0 {
		s.loop.Stop()
	}
}

// pidPath is where the pid file is; a relative path begins in dir. Empty is none.
func (s *Server) pidPath() string {
	if s.opts.PidFile == "" || filepath.IsAbs(s.opts.PidFile) {
		return s.opts.PidFile
	}
	return filepath.Join(s.opts.Dir, s.opts.PidFile)
}

// writePidFile tells others which process this is. Redis: server.c, createPidFile.
func (s *Server) writePidFile() {
	path := s.pidPath()
	if path == "" {
		return
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		s.log.Warning("Failed to write PID file: %v", err)
		return
	}
	s.pidFile = path
}

func (s *Server) removePidFile() {
	if s.pidFile != "" {
		s.log.Notice("Removing the pid file.")
		_ = os.Remove(s.pidFile) // somebody may have done so
	}
}
