package server

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/config"
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
	dir := t.TempDir()
	s := start(t, func(o *config.Config) { o.Dir, o.AppendOnly, o.AppendFsync = dir, true, config.Always })
	set := "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n"
	writer, reader := s.dial(t), s.dial(t)
	writer.send(set)
	writer.expect("+OK\r\n")

	emptyTheDisk := fillTheDisk(t, dir)
	writer.send(set)
	writer.expectEnd()
	reader.send("GET k\r\n")
	reader.expect("$1\r\nv\r\n")
	reader.send(set)
	reader.expect("-MISCONF Errors writing to the AOF file: No space left on device\r\n")

	emptyTheDisk()
	reader.send("PING\r\n") // its turn tries the write again
	_, err := reader.ReadString('\n')
	require.NoError(t, err)
	reader.send(set)
	reader.expect("+OK\r\n")
}

// fillTheDisk puts a device that is always full in the place of the open log below dir,
// and returns what takes it away again.
func fillTheDisk(t *testing.T, dir string) (undo func()) {
	log := -1
	descriptors, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, d := range descriptors {
		file, _ := os.Readlink("/proc/self/fd/" + d.Name())
		if strings.HasPrefix(file, dir) && strings.HasSuffix(file, ".incr.aof") {
			log, err = strconv.Atoi(d.Name())
			require.NoError(t, err)
		}
	}
	require.NotEqual(t, -1, log, "the log is open")
	kept, err := unix.FcntlInt(uintptr(log), unix.F_DUPFD_CLOEXEC, 0)
	require.NoError(t, err)
	full, err := unix.Open("/dev/full", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	require.NoError(t, err)
	require.NoError(t, unix.Dup3(full, log, unix.O_CLOEXEC))
	require.NoError(t, unix.Close(full))
	return func() {
		require.NoError(t, unix.Dup3(kept, log, unix.O_CLOEXEC))
		require.NoError(t, unix.Close(kept))
	}
}
