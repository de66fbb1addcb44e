package bench

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
	"redis-internals/common/bench/load"
)

func TestMain(m *testing.M) { benchtest.Main(m) }

// peerAt is a server as the load sees it.
func peerAt(addr string) *load.Peer {
	return &load.Peer{Name: "server", Addr: addr, To: netip.MustParseAddrPort(addr), Patience: time.Minute, Stop: &atomic.Bool{}}
}

// clientsOf makes a generator for a server, closed with the test.
func clientsOf(t *testing.T, addr string, clients int) *load.Generator {
	t.Helper()
	g, err := load.NewGenerator(peerAt(addr), clients)
	require.NoError(t, err)
	t.Cleanup(g.Close)
	return g
}
