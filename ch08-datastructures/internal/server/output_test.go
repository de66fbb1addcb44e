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

// Replies of which many do not wait for the turn's end come in the order of the requests, also
// to a client that reads slowly, and behind what the log waits for.
func TestPass_KeepsTheOrder(t *testing.T) {
	for name, change := range map[string]func(*config.Config){
		"no log": nil,
		"log":    func(o *config.Config) { o.Dir, o.AppendOnly, o.AppendFsync = t.TempDir(), true, config.Always },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, change)
			c := s.dial(t)
			require.NoError(t, c.SetReadBuffer(32<<10))
			long := strings.Repeat("x", 40_000)
			c.send(fmt.Sprintf("*3\r\n$3\r\nSET\r\n$4\r\nlong\r\n$%d\r\n%s\r\n", len(long), long))
			c.expect("+OK\r\n")
			const rounds = 300
			go func() {
				requests := ""
				for i := range rounds {
					requests += strings.Repeat("GET long\r\n*2\r\n$3\r\nGET\r\n$4\r\nlong\r\n", 3) + fmt.Sprintf("*3\r\n$3\r\nSET\r\n$1\r\nn\r\n$3\r\n%03d\r\n*2\r\n$3\r\nGET\r\n$1\r\nn\r\n", i)
				}
				_, _ = io.WriteString(c.TCPConn, requests)
			}()
			for i := range rounds {
				c.expect(strings.Repeat(fmt.Sprintf("$%d\r\n%s\r\n", len(long), long), 6) + fmt.Sprintf("+OK\r\n$3\r\n%03d\r\n", i))
			}
		})
	}
}

// What may tell of a write that is not on the disk waits for it.
func TestPass_SendsNothingBeforeTheLogIsWritten(t *testing.T) {
	s := start(t, func(o *config.Config) { o.Dir, o.AppendOnly, o.AppendFsync = t.TempDir(), true, config.Always })
	c := s.dial(t)
	c.send("PING\r\n")
	c.expect("+PONG\r\n")
	for _, unwritten := range []bool{false, true, false} {
		var sends int64
		s.onLoop(func() {
			if unwritten {
				s.aof.Append(0, [][]byte{[]byte("SET"), []byte("k"), []byte("v")})
			}
			only, before := s.only(), s.stats.writes
			only.client.ReplySimple(strings.Repeat("x", passFrom))
			only.pass()
			sends = int64(s.stats.writes - before)
			only.served, s.served = true, append(s.served, only)
		})
		require.Equal(t, unwritten, sends == 0)
		c.expect("+" + strings.Repeat("x", passFrom) + "\r\n")
	}
}

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
