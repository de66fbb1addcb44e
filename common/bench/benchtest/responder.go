// Package benchtest has servers for the tests of the bench: small ones that can be told
// to answer wrongly, in this process or in one of their own, and redis-server.
package benchtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/harness"
)

// Responder is a small server to measure. Its answer can be replaced, to see
// how the generator takes a wrong one.
type Responder struct {
	// Answer replies to request number n, counted from 1 over all connections;
	// "" leaves it without reply, hangUp closes the connection after the reply.
	Answer func(n int, args []string) (reply string, hangUp bool)

	mu       sync.Mutex
	requests int
	values   map[string]string
}

// Serve starts a responder; a nil answer is the honest one.
func Serve(t *testing.T, answer func(n int, args []string) (string, bool)) (*Responder, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	r := &Responder{Answer: answer}
	go r.accept(l)
	return r, l.Addr().String()
}

func (r *Responder) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go r.talk(conn)
	}
}

func (r *Responder) talk(conn net.Conn) {
	defer conn.Close()
	in, out := bufio.NewReader(conn), bufio.NewWriter(conn)
	for {
		args, err := ReadRequest(in)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Fprintf(conn, "-ERR Protocol error: %v\r\n", err)
			}
			return
		}
		reply, hangUp := r.handle(args)
		_, _ = out.WriteString(reply)
		if in.Buffered() == 0 || hangUp {
			_ = out.Flush()
		}
		if hangUp {
			return
		}
	}
}

func (r *Responder) handle(args []string) (reply string, hangUp bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests++
	if r.Answer != nil {
		return r.Answer(r.requests, args)
	}
	return r.Honest(args), false
}

// Honest answers as Redis does; the caller sees to it that it is alone.
func (r *Responder) Honest(args []string) string {
	if r.values == nil {
		r.values = map[string]string{}
	}
	switch name := strings.ToUpper(args[0]); {
	case name == "PING" && len(args) == 1:
		return "+PONG\r\n"
	case name == "SET" && len(args) == 3:
		r.values[args[1]] = args[2]
		return "+OK\r\n"
	case name == "GET" && len(args) == 2:
		v, ok := r.values[args[1]]
		if !ok {
			return "$-1\r\n"
		}
		return fmt.Sprintf("$%d\r\n%s\r\n", len(v), v)
	case name == "DBSIZE" && len(args) == 1:
		return fmt.Sprintf(":%d\r\n", len(r.values))
	case name == "INCR" && len(args) == 2:
		n, err := strconv.Atoi("0" + r.values[args[1]])
		if err != nil {
			return "-ERR value is not an integer or out of range\r\n"
		}
		r.values[args[1]] = strconv.Itoa(n + 1)
		return fmt.Sprintf(":%d\r\n", n+1)
	default:
		return "-ERR unknown command '" + args[0] + "'\r\n"
	}
}

// Values is all that is stored now.
func (r *Responder) Values() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.values)
}

// Counted is how many requests have come.
func (r *Responder) Counted() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests
}

// ReadRequest reads an array of bulk strings, or an inline line.
func ReadRequest(r *bufio.Reader) ([]string, error) {
	n, line, err := readHeader(r, '*')
	if err != nil || n < 0 {
		return strings.Fields(line), err
	}
	args := make([]string, n)
	for i := range args {
		size, line, err := readHeader(r, '$')
		if err != nil {
			return nil, unexpected(err)
		}
		if size < 0 {
			return nil, fmt.Errorf("%q where a bulk string begins", line)
		}
		body := make([]byte, size+2)
		if _, err := io.ReadFull(r, body); err != nil {
			return nil, unexpected(err)
		}
		if string(body[size:]) != "\r\n" {
			return nil, fmt.Errorf("%q where a bulk string ends", body[size:])
		}
		args[i] = string(body[:size])
	}
	return args, nil
}

// readHeader reads a line: a kind and a number, or any other line, with n -1.
func readHeader(r *bufio.Reader, kind byte) (n int, line string, err error) {
	line, err = r.ReadString('\n')
	if err != nil {
		if line != "" {
			err = unexpected(err)
		}
		return -1, "", err
	}
	line, ok := strings.CutSuffix(line, "\r\n")
	if !ok || line == "" {
		return -1, "", fmt.Errorf("a line %q", line)
	}
	if line[0] != kind {
		return -1, line, nil
	}
	if n, err = strconv.Atoi(line[1:]); err != nil || n < 0 {
		return -1, "", fmt.Errorf("a header %q", line)
	}
	return n, line, nil
}

// unexpected makes an end in the middle of something an error of its own.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// AsProcess, in the environment, makes the test binary a responder instead of
// running the tests: "honest", one that "spins" beside that, or "dies" at its
// hundredth request.
const AsProcess = "REDIS_INTERNALS_BENCH_RESPONDER"

// Main is a package's TestMain.
func Main(m *testing.M) {
	kind := os.Getenv(AsProcess)
	if kind == "" {
		os.Exit(m.Run())
	}
	r := &Responder{}
	if kind == "spins" {
		go func() {
			for {
				_ = time.Now()
			}
		}()
	}
	if kind == "dies" {
		r.Answer = func(n int, args []string) (string, bool) {
			if n >= 100 {
				fmt.Println("out of cheese")
				os.Exit(3)
			}
			return "+PONG\r\n", false
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+os.Args[2]) // --port N
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	r.accept(l)
}

// StartProcess starts a responder as a process of its own.
func StartProcess(t *testing.T, kind string) *harness.Server {
	t.Helper()
	s, err := harness.StartBinary("responder", os.Args[0], harness.Options{Env: []string{AsProcess + "=" + kind}})
	require.NoError(t, err)
	t.Cleanup(s.Kill)
	return s
}

// StartRedis starts a redis-server. Without one the test is skipped, or fails
// if REQUIRE_REDIS=1.
func StartRedis(t *testing.T, args ...string) *harness.Server {
	t.Helper()
	s, err := harness.StartRedis(harness.Options{Args: args})
	if errors.Is(err, harness.ErrNoRedis) && os.Getenv("REQUIRE_REDIS") != "1" {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(s.Kill)
	return s
}
