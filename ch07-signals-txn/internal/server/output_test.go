package server

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch07/internal/config"
)

// echoed is how many bytes are sent: more than the sockets hold.
const echoed = 32 << 20

// sendEcho sends a request whose reply is not read.
func (c *client) sendEcho() {
	c.send(fmt.Sprintf("*2\r\n$4\r\nECHO\r\n$%d\r\n%s\r\n", echoed, strings.Repeat("x", echoed)))
}

func (s *Server) awaitNoConnections(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() (none bool) {
		s.onLoop(func() { none = len(s.conns) == 0 })
		return none
	}, time.Minute, time.Millisecond)
}

func TestOutputLimit_BeyondTheHardOneItClosesAtOnce(t *testing.T) {
	s := start(t, func(o *config.Config) { o.Output[config.Normal] = config.OutputLimit{Hard: 8 << 20} })
	s.dial(t).sendEcho()
	s.awaitNoConnections(t)
}

func TestOutputLimit_BeyondTheSoftOneItClosesInTime(t *testing.T) {
	s := start(t, func(o *config.Config) {
		o.Output[config.Normal] = config.OutputLimit{Soft: 8 << 20, SoftFor: 50 * time.Millisecond}
	})
	began := time.Now()
	s.dial(t).sendEcho() // and does nothing any more
	s.awaitNoConnections(t)
	require.Greater(t, time.Since(began), 50*time.Millisecond)
}

func TestOutputLimit_TheSoftOneForgetsAClientThatReads(t *testing.T) {
	s := start(t, func(o *config.Config) {
		o.Output[config.Normal] = config.OutputLimit{Soft: 8 << 20, SoftFor: time.Minute}
	})
	c := s.dial(t)
	c.sendEcho()
	isOver := func() (over bool) {
		s.onLoop(func() { over = s.only().softTimer != nil })
		return over
	}
	require.Eventually(t, isOver, time.Minute, time.Millisecond)
	_, err := io.CopyN(io.Discard, c.Reader, int64(len(fmt.Sprintf("$%d\r\n", echoed))+echoed+2))
	require.NoError(t, err)
	c.send("PING\r\n")
	c.expect("+PONG\r\n")
	require.False(t, isOver())
}

// One send may take a client from beyond the soft limit to nothing that waits.
func TestOutputLimit_TheSoftOneForgetsAClientThatReadsAllAtOnce(t *testing.T) {
	s := start(t, func(o *config.Config) {
		o.Output[config.Normal] = config.OutputLimit{Soft: 1 << 10, SoftFor: time.Minute}
	})
	c := s.dial(t)
	c.send("PING\r\n")
	c.expect("+PONG\r\n")
	long := strings.Repeat("x", 100_000)
	var before, after bool
	s.onLoop(func() {
		only := s.only()
		only.client.ReplySimple(long)
		only.awaitWritable() // as if the socket had taken nothing
		before = only.softTimer != nil
		only.flush()
		after = only.softTimer != nil
	})
	require.True(t, before)
	require.False(t, after)
	c.expect("+" + long + "\r\n")
}

// With appendfsync always a reply is a promise: where the write cannot be kept
// the connection closes without one.
func TestEndTurn_AnswersNoWriteThatIsNotSafe(t *testing.T) {
	if !inItsOwnProcess(t) {
		return
	}
	s := start(t, func(o *config.Config) { o.AppendOnly, o.AppendFsync = true, config.Always })
	set := "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n"
	writer, reader := s.dial(t), s.dial(t)
	writer.send(set)
	writer.expect("+OK\r\n")

	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_FSIZE, &limit))
	signal.Ignore(unix.SIGXFSZ)
	full := limit
	full.Cur = uint64(len(set) + 10)
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &full))
	defer func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &limit)) }()
	writer.send(set)
	writer.expectEnd()
	reader.send("GET k\r\n")
	reader.expect("$1\r\nv\r\n")
	reader.send(set)
	reader.expect("-MISCONF Errors writing to the AOF file: File too large\r\n")

	require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &limit))
	reader.send("PING\r\n") // its turn tries the write again
	_, err := reader.ReadString('\n')
	require.NoError(t, err)
	reader.send(set)
	reader.expect("+OK\r\n")
}

// inItsOwnProcess runs the test once more, in a process where nothing else runs, and
// is true there. A limit holds for a whole process: here for the files of `go test` too.
func inItsOwnProcess(t *testing.T) bool {
	const sign = "IN_ITS_OWN_PROCESS"
	if os.Getenv(sign) != "" {
		return true
	}
	test := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=5m")
	test.Env = append(os.Environ(), sign+"=1")
	out, err := test.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS: "+t.Name())
	return false
}
