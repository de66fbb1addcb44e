// Package harness builds and starts servers for the suite and the benchmarks:
// a chapter's stage or a redis-server, on a free port of 127.0.0.1, with the
// log kept in memory.
//
// Nothing here sleeps to wait for a server: Start returns once the port
// accepts a connection, or says what the process printed when it ended.
package harness

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"redis-internals/common/chapters"
)

// startTimeout bounds the wait for a started server's first accept.
const startTimeout = 20 * time.Second

// ErrNoRedis says that there is no redis-server on this machine's PATH.
var ErrNoRedis = errors.New("redis-server is not installed (Debian: apt-get install redis-server)")

// Server is a running process that listens on Addr.
type Server struct {
	Name string // "ch02" or "redis"
	Addr string // 127.0.0.1:port
	Dir  string // its working directory; a temporary one goes with the server

	cmd      *exec.Cmd
	group    bool  // of processes
	port     *Port // released when the process has been reaped, unless it is the caller's
	ownDir   bool  // Dir is ours to remove
	keepPort bool
	log      *lockedBuffer
	exited   chan struct{} // closed once the process has been reaped
	err      error         // of cmd.Wait; read after exited
}

// Options says how to start a server. The zero value is the ordinary start.
type Options struct {
	File string   // a redis.conf, the first argument; none if empty
	Args []string // appended to the server's command line
	Wrap []string // put before the command line: {"taskset", "-c", "0"}
	Env  []string // added to the environment, NAME=value
	Dir  string   // working directory; a fresh temporary one if empty
	Port *Port    // one that the caller has reserved, and keeps; nil: another one each start

	group bool // it is several processes
}

// StartStage builds the chapter (once a process) and starts it.
func StartStage(c chapters.Chapter, o Options) (*Server, error) {
	binary, err := Build(c)
	if err != nil {
		return nil, err
	}
	return StartBinary(fmt.Sprintf("ch%02d", c.Number), binary, o)
}

// StartRedis starts redis-server on the loopback addresses and without
// persistence, or returns ErrNoRedis.
func StartRedis(o Options) (*Server, error) {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, ErrNoRedis
	}
	o.Args = append([]string{"--bind", "127.0.0.1 -::1", "--save", "", "--appendonly", "no"}, o.Args...)
	return StartBinary("redis", binary, o)
}

// StartBinary starts a server that takes --port, on a port that was free a
// moment ago; where somebody who reserves none was faster it tries another.
func StartBinary(name, binary string, o Options) (*Server, error) {
	return startOnPort(name, o, func(port int) []string {
		argv := append(append([]string{}, o.Wrap...), binary)
		if o.File != "" {
			argv = append(argv, o.File)
		}
		return append(append(argv, "--port", strconv.Itoa(port)), o.Args...)
	})
}

// startOnPort starts what argv makes of a port.
func startOnPort(name string, o Options, argv func(port int) []string) (*Server, error) {
	if o.Port != nil {
		return start(name, argv(o.Port.Number), o.Port, o)
	}
	for try := 1; ; try++ {
		port, err := ReservePort()
		if err != nil {
			return nil, err
		}
		s, err := start(name, argv(port.Number), port, o)
		if err == nil {
			return s, nil
		}
		port.Release()
		if try == 3 || !bytes.Contains([]byte(err.Error()), []byte("in use")) {
			return nil, err
		}
	}
}

func start(name string, argv []string, port *Port, o Options) (*Server, error) {
	dir := o.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "redis-internals-"+name+"-"); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), o.Env...)
	s := &Server{
		Name: name, Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port.Number)), Dir: dir,
		cmd: cmd, group: o.group, port: port, ownDir: o.Dir == "", keepPort: o.Port != nil, log: &lockedBuffer{}, exited: make(chan struct{}),
	}
	cmd.Stdout, cmd.Stderr = s.log, s.log
	// A server never outlives the process that started it, however that ends. What a shell
	// has started for it is in its group.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: o.group}
	if err := s.startAndReap(); err != nil {
		s.removeDir()
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	if err := s.awaitAccept(); err != nil {
		s.Kill()
		return nil, err
	}
	return s, nil
}

// startAndReap starts the process and waits for its end on one locked thread:
// the kernel sends the parent-death signal when the thread that forked ends,
// not when its process does.
func (s *Server) startAndReap() error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.err = s.cmd.Wait()
			if !s.keepPort {
				s.port.Release()
			}
			close(s.exited)
		}
	}()
	return <-started
}

func (s *Server) awaitAccept() error {
	deadline := time.Now().Add(startTimeout)
	for time.Now().Before(deadline) {
		conn, err := net.DialTimeout("tcp", s.Addr, time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-s.exited:
			return fmt.Errorf("%s ended at its start (%v); it printed:\n%s", s.Name, s.err, s.Log())
		case <-time.After(2 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s did not listen on %s within %v; it printed:\n%s", s.Name, s.Addr, startTimeout, s.Log())
}

// Pid is the process's id: what /proc and kill know it by.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// Log is all that the process has printed so far, both streams.
func (s *Server) Log() string { return s.log.String() }

// Exited is closed when the process has ended.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// ExitCode waits until the process has ended and returns its exit code; -1
// means that a signal ended it.
func (s *Server) ExitCode() int {
	<-s.exited
	return s.cmd.ProcessState.ExitCode()
}

// EndedBy waits until the process has ended and returns the signal that ended it; -1 if
// none did.
func (s *Server) EndedBy() syscall.Signal {
	<-s.exited
	return s.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal()
}

// Signal sends sig to the process.
func (s *Server) Signal(sig os.Signal) error { return s.cmd.Process.Signal(sig) }

// killAll ends the process, and those that it has started.
func (s *Server) killAll() {
	if s.group {
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	}
	_ = s.cmd.Process.Kill()
}

// Stop asks the server to end (SIGTERM), waits up to five seconds, then kills
// it. It returns the exit code; -1 means that a signal ended the process.
func (s *Server) Stop() int {
	_ = s.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(5 * time.Second):
	}
	s.Kill()
	return s.ExitCode()
}

// Kill ends the process at once (SIGKILL) and waits until it is gone.
func (s *Server) Kill() {
	s.killAll()
	<-s.exited
	s.removeDir()
}

func (s *Server) removeDir() {
	if s.ownDir {
		_ = os.RemoveAll(s.Dir)
	}
}

// lockedBuffer collects a process's output; it may be read while it grows.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
