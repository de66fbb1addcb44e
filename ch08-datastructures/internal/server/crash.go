// crash.go: the server crashes: how that is noticed, and how it dies.
//
// Who starts a server learns from the way in which it ended what to do next, and who
// mends it was not there. So before the process dies there is a report (report.go), and
// then it dies by the signal, as if nobody had looked: a shell says 139 (128 and SIGSEGV,
// 11), a supervisor "killed by signal", and the kernel keeps its memory in a file if that
// is allowed (ulimit -c).
//
// Redis has the kernel call a function of its own (sigaction): in the thread, on the
// stack, between the two instructions where it happened. In Go the runtime has taken all
// signals, and what it hands on comes on two ways:
//
//	the loop's own code     reads nil, or memory that  ─▶ panic, in that goroutine
//	                        is none; or calls panic       └▶ recover, deferred by Run
//	somebody: kill -SEGV    at any time                ─▶ a channel, to another goroutine
//	                                                      └▶ stacks now; the rest is the loop's
//
// On the first way all is as Redis has it. Of a wrong address Go makes a panic only where
// it may be a nil pointer's; elsewhere it ends the process, unless one asks for the panic:
// memory that zmalloc has and the garbage collector does not know needs that.
//
// On the second way nobody has stopped the loop, and what it changes nobody else may read.
// So the stacks are taken at once, and show where it is; then it is asked to tell the rest,
// between two commands. If it does not come in time, the rest is left out.
//
// Some ends are told of by the runtime alone: a panic in one of the few goroutines beside
// the loop, which sync and rewrite, and what Go cannot go on from: memory that the system
// does not give, two goroutines in one map, a stack without end. It writes its traces to
// standard error and, here, to the log file too; then it dies by SIGABRT.
//
// Nothing is saved: what was acknowledged has been written already, and what is in the
// memory of a program that has just shown to be wrong must not replace it.
//
// Redis: debug.c, sigsegvHandler, _serverPanic and bugReportEnd.

package server

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// crashSignals are those by which programs die that are wrong. Redis: server.c,
// setupSignalHandlers.
var crashSignals = []os.Signal{unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGILL, unix.SIGABRT}

// loopPatience is until when the loop must have told its part.
var loopPatience = 5 * time.Second

// reportPatience is until when the process dies, whatever the report waits for.
const reportPatience = 20 * time.Second

// crashes is what is known of crashes.
type crashes struct {
	watched bool        // the server looks for them
	full    atomic.Bool // crash-log-enabled
	begun   atomic.Bool // one is being told of: there is no second report
}

// WatchForCrashes makes crashes be told of in the log, for the whole process. It is
// called on the goroutine that will call Run. Tests, which have many servers in a process,
// do without: there a panic is a panic.
func (s *Server) WatchForCrashes() {
	s.crashes.watched = true
	s.crashes.full.Store(s.opts.CrashLog)
	debug.SetPanicOnFault(true)
	debug.SetTraceback("crash") // and dies by SIGABRT, where it is not ours to tell
	if file := s.log.File(); file != nil {
		_ = debug.SetCrashOutput(file, debug.CrashOptions{})
		file.Close()
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, crashSignals...)
	go func() { s.killedBy((<-signals).(unix.Signal)) }()
}

// diesOfPanic is deferred by Run, and comes before what else is: nothing is closed,
// so nothing is written.
func (s *Server) diesOfPanic() {
	if !s.crashes.watched {
		return
	}
	if value := recover(); value != nil {
		cause := causeOfPanic(value)
		s.begin(cause)
		if s.crashes.full.Load() {
			s.tellStacks(panicking)
			s.tellState()
		}
		s.end(cause)
	}
}

// killedBy is for a signal from outside. It runs beside the loop.
func (s *Server) killedBy(sig unix.Signal) {
	cause := crash{signal: sig}
	s.begin(cause)
	if s.crashes.full.Load() {
		s.tellStacks(nextGoroutine)
		s.askLoopForState()
	}
	s.end(cause)
}

// askLoopForState has the loop tell the state, if it comes to that.
func (s *Server) askLoopForState() {
	told := make(chan struct{})
	s.loop.Post(func() {
		s.tellState()
		close(told)
	})
	select {
	case <-told:
	case <-time.After(loopPatience):
		s.log.Raw("\nThe loop is busy: what with, its stack tells.\n")
	}
}

// begin begins the report. Who crashes while there is one waits for the end that it brings.
func (s *Server) begin(cause crash) {
	if s.crashes.begun.Swap(true) {
		select {}
	}
	time.AfterFunc(reportPatience, func() { dieBy(cause.signal) })
	if cause.panics() || s.crashes.full.Load() {
		s.log.Raw("\n\n=== REDIS BUG REPORT START: Cut & paste starting from here ===\n")
		cause.tell(s.log)
	}
}

// end ends the report and the process.
func (s *Server) end(cause crash) {
	if cause.panics() || s.crashes.full.Load() {
		s.log.Raw("\n=== REDIS BUG REPORT END. Make sure to include from START to END. ===\n\n")
	}
	dieBy(cause.signal)
}

// dieBy ends the process by a signal, as one that has no handler for it. Go's own handler
// stands before what os/signal can change; so the kernel is told that there is none.
func dieBy(sig unix.Signal) {
	runtime.LockOSThread()
	var none [8]uintptr // a struct sigaction of zeros: SIG_DFL, no flags, an empty mask
	const maskSize = 8
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&none)), 0, maskSize, 0, 0)
	_ = unix.Tgkill(unix.Getpid(), unix.Gettid(), sig)
	os.Exit(128 + int(sig)) // as a shell would put it
}

// crash is why the server dies.
type crash struct {
	signal  unix.Signal
	where   string  // file and line that panicked; empty for a signal from outside
	message string  // of the panic
	address uintptr // that was touched and must not be; 0 if unknown
	fault   bool    // it is one of the hardware
}

// panics reports whether the program itself has found that it is wrong. Then there is no
// signal yet. Redis: serverPanic and serverAssert, against sigsegvHandler.
func (c *crash) panics() bool { return c.where != "" && !c.fault }

// causeOfPanic says why, from what recover has returned. A fault of the memory is one that
// the kernel would have ended the process for. It must be called by the function that
// recovers.
func causeOfPanic(value any) crash {
	c := crash{signal: unix.SIGABRT, message: fmt.Sprint(value), where: panicked()}
	if err, ok := value.(runtime.Error); ok {
		const nilPointer = "runtime error: invalid memory address or nil pointer dereference"
		addressed, hasAddress := err.(interface{ Addr() uintptr })
		if hasAddress {
			c.address = addressed.Addr()
		}
		if c.fault = hasAddress || err.Error() == nilPointer; c.fault {
			c.signal = unix.SIGSEGV
		}
	}
	return c
}
