package load

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// subscribing is a server that lets n clients subscribe, and gives their connections.
func subscribing(t *testing.T, n int) (p *Peer, conns chan net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	conns = make(chan net.Conn, n)
	go func() {
		for range n {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			var in [64]byte
			_, _ = conn.Read(in[:])
			_, _ = conn.Write([]byte("*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n"))
			conns <- conn
		}
	}()
	return peerOf(l.Addr().String()), conns
}

func TestListeners_CheckThatAllGetAsMuch(t *testing.T) {
	p, conns := subscribing(t, 3)
	pinned := make(chan bool, 1)
	l, err := Listen(p, "news", 3, func() { pinned <- true })
	require.NoError(t, err)
	defer l.Drop()
	require.True(t, <-pinned)
	all := []net.Conn{<-conns, <-conns, <-conns}
	for _, c := range all {
		_, err := c.Write(make([]byte, 100_000))
		require.NoError(t, err)
	}
	require.NoError(t, l.Check())
	_, err = all[0].Write([]byte("x"))
	require.NoError(t, err)
	p.Stop.Store(true)
	for l.came[0].Load() == 100_000 && l.came[1].Load() == 100_000 && l.came[2].Load() == 100_000 {
		continue
	}
	require.ErrorIs(t, l.Check(), ErrStopped, "one has got more")
}

func TestListeners_SayThatTheServerClosedOne(t *testing.T) {
	p, conns := subscribing(t, 2)
	l, err := Listen(p, "news", 2, func() {})
	require.NoError(t, err)
	defer l.Drop()
	(<-conns).Close()
	require.ErrorContains(t, l.Check(), "closed listener 1 of news")
}

func TestListeners_SayThatTheServerRefuses(t *testing.T) {
	p, _ := subscribing(t, 1)
	_, err := Listen(p, "other", 1, func() {})
	require.ErrorContains(t, err, "answered SUBSCRIBE with")
}
