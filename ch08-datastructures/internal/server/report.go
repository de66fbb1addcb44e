// report.go: what a crash report tells.
//
//	=== REDIS BUG REPORT START ...
//	what happened                     a signal, or a panic's words
//	------ STACK TRACE ------         where: the goroutine that crashed, and all others
//	------ INFO OUTPUT ------         in what state the server was
//	------ CLIENT LIST OUTPUT ------  whom it served
//	------ CURRENT CLIENT INFO ------ and what it was doing, word by word
//	=== REDIS BUG REPORT END ...
//
// The headings are Redis', so that what looks for them in logs finds them. Redis tells the
// registers too, the stack's words and the bytes of the code. A Go trace has the arguments
// of each call instead.
//
// What is told comes from a program that has just been found to be wrong. Each part may
// crash in turn; then it ends there, and the next one comes.
//
// Redis: debug.c, logStackTrace, printCrashReport and logCurrentClient.

package server

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"redis-internals/ch08/internal/logging"
	"redis-internals/ch08/internal/resp"
)

const (
	maxTrace    = 1 << 20 // bytes of all stacks that are told
	maxArgShown = 128     // bytes of an argument
)

// tell says in the log what happened.
func (c *crash) tell(log *logging.Logger) {
	if c.panics() {
		log.Warning("------------------------------------------------")
		log.Warning("!!! Software Failure. Press left mouse button to continue")
		log.Warning("Guru Meditation: %s #%s", c.message, c.where)
		return
	}
	log.Warning("The server crashed by signal: %d (%s)", int(c.signal), c.signal)
	if c.fault {
		log.Warning("Crashed at: %s: %s", c.where, c.message)
	}
	if c.address != 0 {
		log.Warning("Accessing address: %#x", c.address)
	}
}

// panicked is the place of the code that panicked, as file:line, found from the function
// that recovers.
func panicked() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	unwinding := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			unwinding = true
		case unwinding && !strings.HasPrefix(frame.Function, "runtime."):
			file := frame.File[strings.LastIndexByte(frame.File, '/')+1:]
			return fmt.Sprintf("%s:%d", file, frame.Line)
		}
		if !more {
			return "unknown"
		}
	}
}

// The first call on the reporting goroutine that is none of the report's: where it panicked,
// or none, so that the next goroutine comes.
const (
	panicking     = "\npanic("
	nextGoroutine = "\n\ngoroutine "
)

// tellStacks tells where all goroutines are, this one first. What stands before from is
// left out.
func (s *Server) tellStacks(from string) {
	s.section("STACK TRACE", func() string {
		stacks := make([]byte, maxTrace)
		stacks = stacks[:runtime.Stack(stacks, true)]
		return strings.TrimLeft(string(stacks[max(0, bytes.Index(stacks, []byte(from))):]), "\n")
	})
}

// tellState tells what only the loop knows.
func (s *Server) tellState() {
	s.section("INFO OUTPUT", func() string {
		_, text, _ := bytes.Cut(s.engine.Ask("info", "everything"), []byte("\r\n")) // the length
		return string(bytes.TrimSuffix(text, []byte("\r\n")))                       // that of the bulk
	})
	s.section("CLIENT LIST OUTPUT", s.clientList)
	if s.engine.Current() != nil {
		s.section("CURRENT CLIENT INFO", s.currentClient)
	}
}

// section tells a part of the report. If that crashes, it says so.
func (s *Server) section(title string, text func() string) {
	defer func() {
		if value := recover(); value != nil {
			s.log.Raw(fmt.Sprintf("(telling this has crashed, too: %v)\n", value))
		}
	}()
	s.log.Raw("\n------ " + title + " ------\n")
	s.log.Raw(text())
}

// clientList is all connections, by their IDs.
func (s *Server) clientList() string {
	byID := slices.SortedFunc(maps.Values(s.conns), func(a, b *conn) int { return cmp.Compare(a.client.ID, b.client.ID) })
	var list strings.Builder
	for _, c := range byID {
		list.WriteString(c.describe())
	}
	return list.String()
}

// describe is a connection's line in the list. Redis: networking.c, catClientInfoString.
func (c *conn) describe() string {
	name := ""
	if c.client.Command != nil {
		name = c.client.Command.Name
	}
	return fmt.Sprintf("id=%d addr=%s fd=%d name=%s idle=%d flags=N db=%d qbuf=%d obl=%d oll=%d omem=%d cmd=%s lib-name=%s lib-ver=%s\n",
		c.client.ID, c.peer(), c.fd, c.client.Name, int(c.server.loop.Now().Sub(c.used).Seconds()), c.client.DB.ID, len(c.query),
		len(c.client.Reply), len(c.backlog), c.client.Backlog, name, c.client.LibName, c.client.LibVersion)
}

// currentClient is whose command was being executed, and the command's words. While loading
// there is no connection.
func (s *Server) currentClient() string {
	client := s.engine.Current()
	var b strings.Builder
	if c := s.conns[client.ID]; c != nil {
		b.WriteString(c.describe())
	}
	for i, arg := range client.Args {
		shown := resp.AppendQuoted(nil, string(arg[:min(len(arg), maxArgShown)]))
		fmt.Fprintf(&b, "argv[%d]: '%s'\n", i, shown)
	}
	return b.String()
}
