// signals.go: what others tell the process.
//
//	SIGTERM, SIGINT       shut down, in order; a second SIGINT: at once, with exit code 1
//	SIGHUP, SIGPIPE       nothing: a terminal that closes ends nobody (main ignores them)
//	SIGUSR1, SIGQUIT ...  have no meaning here: the process dies of them
//	SIGSEGV, SIGBUS ...   it is broken: crash.go
//
// A signal comes at any time, in the middle of any command. What may it do then? To look
// whether a command is running, and to end the process if not, is a race:
//
//	the signal's goroutine          the loop
//	is it busy?  no
//	                                a request has come: busy now
//	so: it is over                  SET k v, written
//	save all, exit                  half of the save has k
//
// Between the check and the store there is always a moment. Here the goroutine checks
// nothing and stores nothing. It gives the loop something to call, as anybody may (Post);
// and the loop calls it between two commands, when nothing else runs.
//
// Redis: server.c, setupSignalHandlers, sigShutdownHandler and serverCron.

package server

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// mortal are signals that end a process which has no use for them. Go would catch and
// forget most of them. (SIGXFSZ it may: a file that must not grow is a disk that is full.)
var mortal = []os.Signal{
	unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGVTALRM, unix.SIGIO, unix.SIGXCPU, unix.SIGPWR, unix.SIGSTKFLT, unix.SIGSYS, unix.SIGTRAP,
}

// WatchForSignals has the server end when SIGTERM or SIGINT comes. There may be one
// already: who sends it may do so as soon as the port is open.
func (s *Server) WatchForSignals(signals <-chan os.Signal) {
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, mortal...)
	go func() { dieBy((<-ends).(unix.Signal)) }()
	go func() {
		for sig := range signals {
			s.asked(sig.(unix.Signal))
		}
	}()
}

// asked hands the wish to end to the loop. It runs beside it: the loop may be stuck, and
// who insists need not wait for it.
func (s *Server) asked(sig unix.Signal) {
	if !s.ending.Swap(true) {
		s.loop.Post(func() { s.shutDownFor(sig) })
		return
	}
	if sig == unix.SIGINT {
		s.log.Warning("You insist... exiting now.")
		os.Exit(1)
	}
}

// shutDownFor does what the settings say of a signal.
func (s *Server) shutDownFor(sig unix.Signal) {
	how := s.opts.ShutdownOnSigterm
	if sig == unix.SIGINT {
		how = s.opts.ShutdownOnSigint
	}
	if s.engine.Loading() {
		s.log.Warning("Received shutdown signal during loading, exiting now.")
	} else {
		s.log.Warning("Received %s scheduling shutdown...", unix.SignalName(sig))
	}
	_ = s.Shutdown(how) // the log says why it cannot
}
