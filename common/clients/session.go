// session.go: one session on one server.
//
// The server has a password, a log that is synced before each reply, and DEBUG. It keeps its
// port and its directory over a restart, as a service does.

package clients

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"redis-internals/common/harness"
)

const (
	password    = "secret"
	sessionTime = 5 * time.Minute // a program's, a slow machine in mind
)

// A kind of server: chapter 8's, or redis-server.
type kind struct{ name, binary string }

func redisBinary() (string, error) {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		return "", harness.ErrNoRedis
	}
	return binary, nil
}

// server is one that can be restarted.
type server struct {
	kind
	dir     string
	port    *harness.Port
	process *harness.Server
}

func (k kind) start() (*server, error) {
	dir, err := os.MkdirTemp("", "redis-internals-clients-")
	if err != nil {
		return nil, err
	}
	port, err := harness.ReservePort()
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	s := &server{kind: k, dir: dir, port: port}
	if err := s.launch(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *server) launch() (err error) {
	s.process, err = harness.StartBinary(s.name, s.binary, harness.Options{
		Dir: s.dir, Port: s.port,
		Args: []string{
			"--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always",
			"--requirepass", password, "--enable-debug-command", "yes", "--slowlog-log-slower-than", "-1",
		},
	})
	if err != nil {
		return err
	}
	return s.awaitLoaded()
}

// awaitLoaded asks until the log has been loaded: before, each request gets an error, which a
// client may or may not take for a reason to ask again.
func (s *server) awaitLoaded() error {
	conn, err := net.Dial("tcp", s.process.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(sessionTime))
	replies := bufio.NewReader(conn)
	for {
		if _, err := fmt.Fprintf(conn, "AUTH %s\r\nPING\r\n", password); err != nil {
			return err
		}
		for range 2 {
			if line, err := replies.ReadString('\n'); err != nil || line == "+PONG\r\n" {
				return err
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (s *server) close() {
	if s.process != nil {
		s.process.Kill()
	}
	s.port.Release()
	os.RemoveAll(s.dir)
}

// restart ends the server in order and starts it again.
func (s *server) restart() error {
	if code := s.process.Stop(); code != 0 {
		return fmt.Errorf("%s ended with code %d; it printed:\n%s", s.name, code, tail(s.process.Log()))
	}
	return s.launch()
}

func (s *server) number() string {
	_, port, _ := net.SplitHostPort(s.process.Addr)
	return port
}

// dyingTime is how long a server that answers no more may take to be gone.
const dyingTime = 20 * time.Second

// alive says what a server printed that has died meanwhile, or is about to.
func (s *server) alive() error {
	if s.answers() {
		return nil
	}
	select {
	case <-s.process.Exited():
		return fmt.Errorf("%s has ended; it printed:\n%s", s.name, tail(s.process.Log()))
	case <-time.After(dyingTime):
		return fmt.Errorf("%s does not answer; it printed:\n%s", s.name, tail(s.process.Log()))
	}
}

// answers reports whether the server says anything to who connects, be it that a password is
// wanted.
func (s *server) answers() bool {
	c, err := net.DialTimeout("tcp", s.process.Addr, dyingTime)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(dyingTime))
	_, _ = io.WriteString(c, "PING\r\n")
	n, _ := c.Read(make([]byte, 1))
	return n > 0
}

// converse runs a session's program to its end and returns what it printed. A session must
// say "end" and exit with 0.
func converse(s *server, argv []string) (string, error) {
	// A session never outlives the runner: the kernel tells it when the thread that started it
	// ends, so that thread is kept.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var problems bytes.Buffer
	cmd.Stderr = &problems
	cmd.WaitDelay = 10 * time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	var late bool
	timer := time.AfterFunc(sessionTime, func() { late = true; _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	transcript, failed := listen(s, stdout, stdin)
	if failed != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	err = cmd.Wait()
	if !timer.Stop() && late {
		err = fmt.Errorf("it did not end within %v", sessionTime)
	}
	if err == nil && !strings.HasSuffix(transcript, "\nend\n") {
		err = errors.New("its last line is not: end")
	}
	if err = errors.Join(failed, err); err != nil {
		return transcript, fmt.Errorf("%s: %w\nlast printed:\n%s\n%s", argv[0], err, tail(transcript), tail(problems.String()))
	}
	return transcript, nil
}

// listen collects the program's lines, and restarts the server when it is told to.
func listen(s *server, stdout io.Reader, stdin io.WriteCloser) (string, error) {
	defer stdin.Close()
	var transcript strings.Builder
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadString('\n')
		transcript.WriteString(line)
		if line == "@restart\n" {
			if err := s.restart(); err != nil {
				return transcript.String(), err
			}
			if _, err := stdin.Write([]byte("\n")); err != nil {
				return transcript.String(), nil // it has ended: Wait says how
			}
		}
		if err != nil {
			return transcript.String(), nil
		}
	}
}

// tail is the end of what somebody printed.
func tail(s string) string {
	const most = 2000
	if len(s) > most {
		return "..." + s[len(s)-most:]
	}
	return s
}
