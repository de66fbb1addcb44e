// Package server owns the event loop and everything on it: the listening
// sockets, and the connections with their buffers.
//
//	server.go   the options, the life of the server, the turn
//	listen.go   listening and accepting
//	conn.go     one connection: receive and send
//	batch.go    requests of many connections, parsed and then executed
//	output.go   how many replies may wait for a client
//	clienteviction.go  who goes when clients take too much
//	clients.go  what commands about clients want to know
//	waiting.go  clients that wait for a key, or for messages
//	buffers.go  the buffers that connections borrow
//	memory.go   what connections take of Go's heap
//	socket.go   the system calls of the hot path
//	unix.go     a file to listen on
//	supervise.go who is told that the server is ready
//	oom.go      whom the kernel ends when memory runs out
//	protect.go  who is not served
//	idle.go     who has been silent for too long
//	limits.go   how many descriptors there may be
//	changes.go  what CONFIG SET changes here
//	cron.go     the work that comes with time
//	stats.go    what the server counts, for INFO
//	signals.go  what others tell the process
//	shutdown.go the end, in order
//	crash.go    how a crash is noticed, and how the process dies of it
//	report.go   what is told of it
//
// One thread does it all. A turn of the loop executes the requests that have
// arrived, of all connections, writes to the append-only file what they changed,
// and then sends the replies: one write for the file, and one send for each
// connection, however many requests there were.
//
// Redis: server.c, networking.c.
package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync/atomic"
	"time"

	"redis-internals/ch08/internal/aof"
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/eventloop"
	"redis-internals/ch08/internal/logging"
)

// Server is a server that listens. Its methods belong to the goroutine that
// calls Run.
type Server struct {
	opts   *config.Config // read when they are needed
	log    *logging.Logger
	loop   *eventloop.Loop
	engine *engine.Engine
	aof    *aof.Log
	failed error // why the loop was stopped, if not by Shutdown

	listeners   []listener
	files       []listener // the one file that the server listens on, or none
	socketFile  string     // its path; empty is none
	oomScore    oomScore
	supervisor  config.Supervision
	conns       map[int64]*conn // by client ID
	roster      roster
	clientLimit int    // bytes that clients may take all together; 0 is no limit
	scales      scales // the clients by what they take, while there is a limit
	lastID      int64

	// received are the connections that have sent something, or had not had all of
	// it executed when the last turn ended. served are those that have had requests
	// executed in this turn: their replies go out at its end.
	received, served []*conn

	input     []byte // what receive fills; bytes that must outlive the turn move on
	inputUsed int    // bytes of it that wait to be executed
	batch     batch
	buffers   bufferPool
	lookedAt  int // bytes that clients took when it was last asked whether there are more

	wake   *eventloop.Timer // the next client that has waited long enough; nil if there is none
	wakeAt int64            // Unix milliseconds

	releasing     bool // memory, soon
	lastAttackLog time.Time
	warned        time.Time // of the want of memory

	stats   stats
	crashes crashes
	ending  atomic.Bool // somebody has asked for it, or it has begun
	forced  bool        // although not all could be saved
	pidFile string      // that was written; empty is none
	leaving bool        // nothing is executed any more: clients take their last replies
}

// Listen returns a server of the families' commands that listens already: clients can
// connect, and are served once Run is called. The error says which address could not be had.
func Listen(opts *config.Config, families []engine.Family, log *logging.Logger) (*Server, error) {
	loop, err := eventloop.New()
	if err != nil {
		return nil, fmt.Errorf("creating the event loop: %w", err)
	}
	s := &Server{
		opts: opts, log: log, loop: loop,
		conns: map[int64]*conn{},
		input: make([]byte, inputSize),
	}
	s.engine = engine.New(engine.Options{Families: families, Config: opts, Server: s, Now: loop.NowMs, Seed: rand.Uint64()})
	opts.MaxClients = s.fitDescriptorLimit(opts.MaxClients)
	s.stats.begin(loop.Now())
	s.setClientLimit()
	loop.BeforeSleep = s.endTurn
	if s.aof, err = aof.Open(opts, loop, log); err != nil {
		loop.Close()
		return nil, err
	}
	if err := s.listen(); err != nil {
		s.log.Warning("Failed listening on port %d (TCP), aborting.", opts.Port)
		return nil, errors.Join(err, s.close())
	}
	if err := s.listenOnFile(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if len(s.listeners)+len(s.files) == 0 {
		s.log.Warning("Configured to not listen anywhere, exiting.")
		return nil, errors.Join(errNowhere, s.close())
	}
	s.beginSupervised()
	s.writePidFile()
	s.log.Notice("Server initialized")
	return s, nil
}

// errNowhere is that nobody could come.
var errNowhere = errors.New("there is no address to listen on: see --port, --bind and --unixsocket")

// Run loads the data and serves until Shutdown, and calls ready once it does. It
// returns an error if the data cannot be loaded or, later, kept.
func (s *Server) Run(ready func()) (err error) {
	defer s.diesOfPanic() // in what is deferred next
	defer func() {
		if err = errors.Join(err, s.close()); err == nil {
			s.log.Warning("Redis is now ready to exit, bye bye...")
		}
	}()
	defer s.diesOfPanic()
	if stopped, err := s.load(); stopped || err != nil {
		return err
	}
	s.loop.After(cronPeriod, s.cron)
	s.engine.SetBaseMemory(heapInUse() - s.engine.ClientMemory() - s.engine.LogMemory())
	s.stats.startMemory = int64(s.engine.UsedMemory())
	s.loop.After(idlePeriod, s.closeIdle)
	_ = s.adjustOOMScore() // the log says what is wrong
	if len(s.listeners) > 0 {
		s.log.Notice("Ready to accept connections")
	}
	if s.socketFile != "" {
		s.log.Notice("The server is now ready to accept connections at %s", s.socketFile)
	}
	ready()
	s.tellReady()
	return errors.Join(s.loop.Run(), s.failed)
}

// loadingGCPercent is how much the heap may grow while loading until garbage is
// collected. There is little: nearly all that loading allocates stays.
const loadingGCPercent = 400

// load executes the append-only file and makes ready for appending to it. Turns
// are taken meanwhile: clients are told that it lasts. stopped is true if
// Shutdown came before the end.
func (s *Server) load() (stopped bool, err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(loadingGCPercent))
	var pollErr error
	err = s.engine.Load(s.aof, func() bool {
		stopped, pollErr = s.loop.Poll()
		return stopped || pollErr != nil
	})
	if stopped || pollErr != nil {
		return stopped, pollErr
	}
	if err == nil {
		err = s.aof.Start()
	}
	s.engine.SetLog(s.aof)
	return false, err
}

// close closes all that is open. The error is that of the append-only file, if
// what it should hold could not be written.
func (s *Server) close() error {
	for _, c := range s.conns {
		c.close()
	}
	s.closeListeners()
	err := s.aof.Close()
	if s.forced {
		err = nil // it was told of when the end began
	}
	s.loop.Close()
	s.removePidFile()
	return err
}

// endTurn ends a turn: what was received is executed, the append-only file is
// written, and the replies go out, one send for each connection. It runs before the
// loop sleeps, and reports whether there is more to execute.
//
// The order is the promise: what a client is told to be done has been written,
// and with appendfsync always synced, once for all clients of the turn. Redis:
// server.c, beforeSleep; networking.c, handleClientsWithPendingWrites.
func (s *Server) endTurn() (more bool) {
	s.executeReceived()
	s.engine.Broadcast()
	s.resumeStirred()
	if err := s.flushLog(); err != nil {
		s.failed = err
		s.loop.Stop()
		return false
	}
	for _, c := range s.served {
		c.served = false
		switch {
		case c.closed:
			continue
		case c.client.LastWrite > s.aof.Safe():
			c.close() // its write is not safe: better no answer than a false one
			continue
		}
		c.reply()
		c.countMemory()
		if c.more && !c.closed {
			s.received = append(s.received, c)
		}
	}
	clear(s.served)
	s.served = s.served[:0]
	s.evictClients()
	if s.buffers.dropped > maxDropped && !s.releasing {
		s.releaseMemory()
	}
	evicting, reclaiming := s.engine.KeepEvicting(), s.engine.Reclaim(reclaimBudget)
	return evicting || reclaiming || len(s.received) > 0 || s.engine.IsStirred()
}

// flushLog writes the log, and says how long that took if somebody wants to know.
func (s *Server) flushLog() error {
	if !s.engine.MeasuresLatency() {
		return s.aof.Flush()
	}
	began := time.Now()
	err := s.aof.Flush()
	event := engine.EventWrite
	if s.opts.AppendFsync == config.Always {
		event = engine.EventSync
	}
	s.engine.AddLatency(event, time.Since(began))
	return err
}

// reclaimBudget is how long a turn may free what was deleted: a client waits no longer for
// it.
const reclaimBudget = 100 * time.Microsecond

const (
	maxDropped   = 8 << 20     // bytes of buffers that may lie about as garbage
	releaseDelay = time.Second // and how long more may gather before they are collected
)

// releaseMemory gives what large requests and replies took back to the system.
// Left to itself the runtime would keep it until the heap has grown as much
// again, and a server that is idle now never gets there.
func (s *Server) releaseMemory() {
	s.releasing = true
	s.loop.After(releaseDelay, func() time.Duration {
		s.releasing, s.buffers.dropped = false, 0
		go debug.FreeOSMemory()
		return 0
	})
}

// attackLogInterval bounds how often a suspected attack is logged.
const attackLogInterval = time.Minute

// logAttack warns of a client that speaks HTTP. Redis: networking.c,
// securityWarningCommand.
func (s *Server) logAttack(c *conn) {
	if now := s.loop.Now(); now.Sub(s.lastAttackLog) >= attackLogInterval {
		s.lastAttackLog = now
		s.log.Warning("Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. "+
			"This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. "+
			"Connection from %s aborted.", c.peer())
	}
}
