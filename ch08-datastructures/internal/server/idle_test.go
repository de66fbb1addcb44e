package server

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/command"
	"redis-internals/ch08/internal/eventloop"
	"redis-internals/ch08/internal/logging"
)

// silent returns a server that is not run, with n clients that have been silent for
// an hour.
func silent(t *testing.T, n int) *Server {
	t.Helper()
	s, err := Listen(options(t), command.Families, &logging.Logger{})
	require.NoError(t, err)
	t.Cleanup(func() { s.close() })
	for i := range n {
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
		require.NoError(t, err)
		t.Cleanup(func() { _ = unix.Close(pair[1]) })
		c := &conn{server: s, fd: pair[0], used: s.loop.Now().Add(-time.Hour)}
		c.client.ID = int64(i)
		require.NoError(t, s.loop.Watch(c.fd, eventloop.Readable, c.ready))
		s.conns[c.client.ID] = c
		s.roster.add(c)
		t.Cleanup(c.close)
	}
	return s
}

func TestCloseIdle_LooksAtATenthInOneRun(t *testing.T) {
	s := silent(t, 100)
	s.closeIdle()
	require.Len(t, s.conns, 100, "timeout 0 closes nobody")
	s.opts.Timeout = 3599
	s.closeIdle()
	require.Len(t, s.conns, 90)
	for range 100 {
		s.closeIdle()
	}
	require.Empty(t, s.conns)
	require.Equal(t, idlePeriod, s.closeIdle())
}

func TestCloseIdle_LeavesNobodyOut(t *testing.T) {
	s := silent(t, 100)
	s.opts.Timeout = 3599
	busy := s.loop.Now()
	for id, c := range s.conns {
		if id%3 != 0 {
			c.used = busy
		}
	}
	for range 2 * idleRounds { // a run looks at fewer the more have gone
		s.closeIdle()
	}
	for id := range s.conns {
		require.NotZero(t, id%3, "client %d has been silent for an hour", id)
	}
	require.Len(t, s.conns, 66)
}

func TestRoster_KnowsEveryonesPlace(t *testing.T) {
	var r roster
	all := map[*conn]bool{}
	for range 1000 {
		if len(all) == 0 || rand.IntN(3) > 0 {
			c := &conn{}
			r.add(c)
			all[c] = true
		} else {
			c := r.conns[rand.IntN(len(r.conns))]
			r.remove(c)
			delete(all, c)
		}
		require.Len(t, r.conns, len(all))
	}
	for i, c := range r.conns {
		require.Equal(t, i, c.place)
		require.True(t, all[c])
	}
}
