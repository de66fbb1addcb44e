package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/command"
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/logging"
)

// mortalServer is a server whose end a test waits for.
type mortalServer struct {
	*Server
	log   strings.Builder // to be read when it has ended
	ended chan error
	over  bool // it has
}

// startMortal runs a server with a log.
func startMortal(t *testing.T, change func(*config.Config)) *mortalServer {
	t.Helper()
	opts := options(t)
	opts.AppendOnly = true
	if change != nil {
		change(opts)
	}
	m := &mortalServer{ended: make(chan error, 1)}
	s, err := Listen(opts, command.Families, logging.New(&m.log, logging.Notice))
	require.NoError(t, err)
	m.Server = s
	ready := make(chan struct{})
	go func() { m.ended <- s.Run(func() { close(ready) }) }()
	t.Cleanup(func() { // there must not be two at a time: zmalloc is the process' own
		if !m.over {
			s.loop.Post(s.loop.Stop)
			<-m.ended
		}
	})
	<-ready
	return m
}

func (m *mortalServer) shutDown(how config.Shutdown) {
	m.loop.Post(func() { _ = m.Shutdown(how) })
}

// fillDisk makes the log's file take nothing any more. Something waits to be written then.
func (m *mortalServer) fillDisk() {
	full, _ := unix.Open("/dev/full", unix.O_WRONLY, 0)
	descriptors, _ := os.ReadDir("/proc/self/fd")
	for _, d := range descriptors {
		if file, _ := os.Readlink("/proc/self/fd/" + d.Name()); strings.HasPrefix(file, m.opts.Dir) && strings.HasSuffix(file, ".incr.aof") {
			fd, _ := strconv.Atoi(d.Name())
			_ = unix.Dup3(full, fd, unix.O_CLOEXEC)
		}
	}
	_ = unix.Close(full)
	m.aof.Append(0, [][]byte{[]byte("SET"), []byte("k"), []byte("v")})
}

func (m *mortalServer) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-m.ended:
		m.over = true
		return err
	case <-time.After(time.Minute):
		require.Fail(t, "the server still runs after a minute")
		return nil
	}
}

// What had been received is executed, logged and answered, however many turns it takes.
func TestShutdown_AnswersWhatWasReceived(t *testing.T) {
	m := startMortal(t, nil)
	c := m.dial(t)
	c.send("SET k 0\r\n")
	c.expect("+OK\r\n")
	const requests = 3 * maxRequests
	var pipeline, replies strings.Builder
	for i := range requests {
		pipeline.WriteString("INCR k\r\n")
		fmt.Fprintf(&replies, ":%d\r\n", i+1)
	}
	m.loop.Post(func() { // in one turn: receive all of it, and be told to end
		c.send(pipeline.String())
		for _, conn := range m.conns {
			conn.receive()
		}
		_ = m.Shutdown(0)
	})
	c.expect(replies.String())
	c.expectEnd()
	require.NoError(t, m.wait(t))
	require.Contains(t, m.log.String(), "bye bye")

	again := startMortal(t, func(o *config.Config) { o.Dir = m.opts.Dir })
	c = again.dial(t)
	c.send("GET k\r\n")
	c.expect(fmt.Sprintf("$4\r\n%d\r\n", requests))
	again.shutDown(0)
	require.NoError(t, again.wait(t))
}

func TestShutdown_DoesNotWaitForWhoDoesNotRead(t *testing.T) {
	m := startMortal(t, nil)
	c := m.dial(t)
	value := strings.Repeat("v", 1<<20)
	c.send(fmt.Sprintf("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n%s\r\n", len(value), value))
	c.expect("+OK\r\n")
	for range 64 {
		c.send("GET k\r\n")
	}
	m.onLoop(func() {})
	m.shutDown(0)
	require.NoError(t, m.wait(t))
}

func TestShutdown_StaysIfTheLogCannotBeKept(t *testing.T) {
	for _, tc := range []struct {
		how  config.Shutdown
		ends bool
	}{{0, false}, {config.Save, false}, {config.Now, false}, {config.Force, true}, {config.NoSave, true}, {config.Save | config.Force, true}} {
		m := startMortal(t, nil)
		c := m.dial(t)
		refused := make(chan bool, 1)
		m.loop.Post(func() {
			m.fillDisk()
			refused <- m.Shutdown(tc.how) != nil
		})
		require.Equal(t, !tc.ends, <-refused, tc.how)
		if !tc.ends {
			c.send("PING\r\n")
			c.expect("-MISCONF")
			m.shutDown(config.Force)
		}
		require.NoError(t, m.wait(t), tc.how)
	}
}

func TestShutdown_SavingNeedsALog(t *testing.T) {
	m := startMortal(t, func(o *config.Config) { o.AppendOnly = false })
	m.onLoop(func() {
		if m.Shutdown(config.Save) == nil {
			t.Error("nothing was saved, and it ends")
		}
	})
	m.shutDown(0)
	require.NoError(t, m.wait(t))
}

func TestPidFile_StandsWhileTheServerRuns(t *testing.T) {
	m := startMortal(t, func(o *config.Config) { o.PidFile = "server.pid" })
	path := filepath.Join(m.opts.Dir, "server.pid")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strconv.Itoa(os.Getpid())+"\n", string(content))

	opts := *m.opts // another one on the same port leaves it alone
	opts.AppendOnly = false
	m.onLoop(func() { _, err = Listen(&opts, command.Families, &logging.Logger{}) })
	require.Error(t, err)
	require.FileExists(t, path)

	m.shutDown(0)
	require.NoError(t, m.wait(t))
	require.NoFileExists(t, path)
}

func TestPidFile_ThatCannotBeWrittenIsAWarning(t *testing.T) {
	m := startMortal(t, func(o *config.Config) { o.PidFile = "no/such/folder/server.pid" })
	m.shutDown(0)
	require.NoError(t, m.wait(t))
	require.Contains(t, m.log.String(), "Failed to write PID file")
}
