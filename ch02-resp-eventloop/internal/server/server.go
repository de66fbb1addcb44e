// Package server owns the event loop and everything on it: the listening
// sockets, and the connections with their buffers.
//
//	server.go   the life of the server, the turn
//	listen.go   listening and accepting
//	conn.go     one connection: receive, parse, execute, send
//	buffers.go  the buffers that connections borrow
//	socket.go   the system calls of the hot path
//	protect.go  who is not served
//	idle.go     who has been silent for too long
//	limits.go   how many descriptors there may be
//
// One thread does it all. In this chapter a turn of the loop executes one
// request of each connection that has one, and sends the replies when all have
// been executed. What else a connection has sent waits, in order, for the turns
// to come.
//
// Redis: server.c, networking.c.
package server

import (
	"fmt"
	"runtime/debug"
	"time"

	"redis-internals/ch02/internal/config"
	"redis-internals/ch02/internal/engine"
	"redis-internals/ch02/internal/eventloop"
	"redis-internals/ch02/internal/logging"
)

// Server is a server that listens. Its methods, but for Shutdown, belong to the
// goroutine that calls Run.
type Server struct {
	opts   *config.Config // read when they are needed
	log    *logging.Logger
	loop   *eventloop.Loop
	engine *engine.Engine

	listeners []int           // descriptors
	conns     map[int64]*conn // by client ID
	roster    roster
	lastID    int64

	// served are the connections that have had their request of this turn.
	// Their replies go out at its end.
	served, lastServed []*conn

	input   []byte   // what receive fills; bytes that must outlive the turn move on
	args    [][]byte // empty; room for the arguments of the request being executed
	buffers bufferPool

	releasing     bool // memory, soon
	lastAttackLog time.Time
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
		engine: engine.New(families),
		conns:  map[int64]*conn{},
		input:  make([]byte, inputSize),
	}
	opts.MaxClients = s.fitDescriptorLimit(opts.MaxClients)
	loop.BeforeSleep = s.endTurn
	if err := s.listen(); err != nil {
		s.close()
		return nil, err
	}
	s.log.Notice("Server initialized")
	return s, nil
}

// Run serves until Shutdown, and calls ready once it does. It returns an error
// if the event loop fails.
func (s *Server) Run(ready func()) error {
	defer s.close()
	s.loop.After(idlePeriod, s.closeIdle)
	s.log.Notice("Ready to accept connections")
	ready()
	return s.loop.Run()
}

// Shutdown makes Run return once the current turn has ended. It may be called
// from any goroutine.
func (s *Server) Shutdown() {
	s.loop.Post(func() {
		s.log.Notice("Shutting down, with %d clients", len(s.conns))
		s.loop.Stop()
	})
}

// close closes all that is open.
func (s *Server) close() {
	for _, c := range s.conns {
		c.close()
	}
	s.closeListeners()
	s.loop.Close()
}

// endTurn sends the replies of the turn that ends, and begins the next one: the
// connections that have sent more than one request get another executed. It
// runs before the loop sleeps, and reports whether any did.
//
// Replies are sent together because the kernel's paths for receiving and for
// sending are long: running one of them many times in a row finds its code in
// the processor's cache. Redis: server.c, beforeSleep; networking.c,
// handleClientsWithPendingWrites.
func (s *Server) endTurn() (more bool) {
	s.served, s.lastServed = s.lastServed[:0], s.served
	for _, c := range s.lastServed {
		c.served = false
		if !c.closed {
			c.reply()
		}
	}
	for _, c := range s.lastServed {
		if len(c.query) > 0 {
			c.takeTurn()
		}
	}
	clear(s.lastServed)
	if s.buffers.dropped > maxDropped && !s.releasing {
		s.releaseMemory()
	}
	return len(s.served) > 0
}

const (
	maxDropped   = 32 << 20    // bytes of buffers that may lie about as garbage
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

// maxArgs is how many arguments' room is kept from one request to the next.
const maxArgs = 1024

// keepArgs keeps the room of args for the next request. What they borrowed from
// must not stay alive for it.
func (s *Server) keepArgs(args [][]byte) {
	clear(args)
	s.args = nil
	if cap(args) <= maxArgs {
		s.args = args[:0]
	}
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
