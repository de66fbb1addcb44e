package load

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/common/bench/benchtest"
)

func TestIdle_OpeningThemStopsThoughTheServerIsSilent(t *testing.T) {
	p := peerOf("127.0.0.1:1")
	p.Patience = time.Hour
	_, addr := benchtest.Serve(t, func(int, []string) (string, bool) {
		p.Stop.Store(true)
		return "", false
	})
	p.To = netip.MustParseAddrPort(addr)
	_, err := OpenIdle(p, 10)
	require.ErrorIs(t, err, ErrStopped)
}

func TestIdle_SaysThatTheServerClosedOne(t *testing.T) {
	_, addr := benchtest.Serve(t, func(n int, _ []string) (string, bool) { return "+PONG\r\n", n == 3 })
	s, err := OpenIdle(peerOf(addr), 5)
	require.NoError(t, err)
	// Its end has come once a read sees it.
	var in [1]byte
	n, err := s.recvWithin(s.fds[2], in[:], time.Minute)
	require.NoError(t, err)
	require.Zero(t, n)
	require.EqualError(t, s.HangUp(), "server ("+addr+") closed an idle connection during the run")
}

func TestIdle_SaysThatTheServerSpokeUnasked(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	p := peerOf(l.Addr().String())
	fd, err := p.Dial()
	require.NoError(t, err)
	server, err := l.Accept()
	require.NoError(t, err)
	defer server.Close()
	_, err = server.Write([]byte("+HELLO\r\n"))
	require.NoError(t, err)
	require.NoError(t, await(fd, unix.POLLIN, time.Minute, p.Stop))
	require.ErrorContains(t, (&Idlers{Peer: p, fds: []int{fd}}).HangUp(), `"+HELLO\r\n"`)
}
