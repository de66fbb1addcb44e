package load

import (
	"math"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/common/bench/benchtest"
)

// connect makes a generator for a server, closed with the test.
func connect(t *testing.T, addr string, clients int) *Generator {
	t.Helper()
	g, err := NewGenerator(peerOf(addr), clients)
	require.NoError(t, err)
	t.Cleanup(g.Close)
	return g
}

func peerOf(addr string) *Peer {
	return &Peer{Name: "server", Addr: addr, To: netip.MustParseAddrPort(addr), Patience: time.Minute, Stop: &atomic.Bool{}}
}

func TestGenerator_CountsAReplyForEveryRequest(t *testing.T) {
	for name, depth := range map[string]int{"one at a time": 1, "pipelined": 16} {
		t.Run(name, func(t *testing.T) {
			r, addr := benchtest.Serve(t, nil)
			g := connect(t, addr, 3)
			g.Use("ping", NewBatch(rowNamed(t, "ping").Build(1), depth, KeySource{}))
			require.NoError(t, g.Run(time.Hour, 1000))
			require.GreaterOrEqual(t, g.Replies, uint64(1000))
			require.NoError(t, g.Finish())
			require.EqualValues(t, r.Counted(), g.Replies)
			require.EqualValues(t, g.Replies, uint64(depth)*g.Latency.total)
		})
	}
}

func TestGenerator_LoadSendsEveryKey(t *testing.T) {
	r, addr := benchtest.Serve(t, nil)
	g := connect(t, addr, 3)
	require.NoError(t, g.Load("set", NewBatch(Set(10), LoadDepth, EveryKey(1000)), 1000))
	require.Len(t, r.Values(), 1000)
}

func TestGenerator_SendsTheRestOfABatchThatTheSocketDoesNotTake(t *testing.T) {
	r, addr := benchtest.Serve(t, nil)
	g := connect(t, addr, 2)
	for _, c := range g.clients {
		require.NoError(t, unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 8<<10))
	}
	// The batch is patched while most of it is still under way.
	require.NoError(t, g.Load("set", NewBatch(Set(50_000), 10, EveryKey(200)), 200))
	require.NotZero(t, cap(g.clients[0].rest), "the socket took all at once")
	require.EqualValues(t, r.Counted(), g.Replies)
	require.Len(t, r.Values(), 200)
	for _, value := range r.Values() {
		require.Equal(t, 50_000, strings.Count(value, "x"))
	}
}

func TestGenerator_AllocatesNothingWhileItMeasures(t *testing.T) {
	_, addr := benchtest.Serve(t, func(int, []string) (string, bool) { return "", false })
	g := connect(t, addr, 1)
	g.Use("ping", NewBatch(rowNamed(t, "ping").Build(1), 1, KeySource{}))
	require.NoError(t, g.sendBatch(0))
	// The replies come from here: the server's own garbage must not count.
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	require.NoError(t, err)
	defer unix.Close(ends[1])
	require.NoError(t, unix.Close(g.clients[0].fd))
	g.clients[0].fd = ends[0]
	require.NoError(t, g.watch(unix.EPOLL_CTL_ADD, 0, unix.EPOLLIN))
	reply := []byte("+PONG\r\n")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		send(ends[1], reply)
		if err := g.turn(true); err != nil {
			panic(err)
		}
	}))
	require.EqualValues(t, 101, g.Replies)
}

func TestGenerator_SaysWhatCameInPlaceOfTheReply(t *testing.T) {
	for name, row := range map[string]struct {
		command string
		reply   string
		says    string
	}{
		"an error":   {"ping", "-ERR no\r\n", `answered ping with "-ERR no\r\n" where "+PONG\r\n" was expected`},
		"half right": {"ping", "+PONK\r\n", `answered ping with "+PONK\r\n" where`},
		"no value":   {"get", "$-1\r\n", `answered get with "$-1\r\n" where "$3\r\nxxx\r\n" was expected; every key was loaded before the run, so the server lost it`},
		"other":      {"incr", ":1x\r\n", `answered incr with ":1x\r\n" where an integer was expected`},
		"too many":   {"ping", "+PONG\r\n+PONG\r\n", `sent more than the replies to ping: "+PONG\r\n"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, addr := benchtest.Serve(t, func(int, []string) (string, bool) { return row.reply, false })
			g := connect(t, addr, 1)
			g.Use(row.command, NewBatch(rowNamed(t, row.command).Build(3), 1, EveryKey(1)))
			require.ErrorContains(t, g.Run(time.Hour, 100), "server ("+addr+") "+row.says)
		})
	}
}

func TestGenerator_ShowsAWrongReplyWholeThoughItComesInPieces(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	g := connect(t, l.Addr().String(), 1)
	server, err := l.Accept()
	require.NoError(t, err)
	defer server.Close()
	g.Use("ping", NewBatch(rowNamed(t, "ping").Build(1), 2, KeySource{}))
	go func() {
		for _, piece := range []string{"+PONG\r\n+PO", "X", "Y\r\n"} {
			_, _ = server.Write([]byte(piece))
			time.Sleep(5 * time.Millisecond) // any other split gives the same message
		}
	}()
	require.ErrorContains(t, g.Run(time.Hour, 100), `"+POXY\r\n"`)
}

func TestGenerator_IsAnErrorWithNobodyListening(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	l.Close()
	_, err = NewGenerator(peerOf(addr), 2)
	require.EqualError(t, err, "connecting to server ("+addr+"): connection refused")
}

func TestGenerator_CallsAResetTheEndThatItIs(t *testing.T) {
	g := &Generator{Peer: peerOf("127.0.0.1:1"), row: "get"}
	for _, errno := range []unix.Errno{0, unix.ECONNRESET, unix.EPIPE} {
		require.EqualError(t, g.broken("reading from", errno), "server (127.0.0.1:1) closed the connection during get")
	}
	require.EqualError(t, g.broken("reading from", unix.ENOMEM), "reading from server (127.0.0.1:1): cannot allocate memory")
}

func TestDial_SpeaksIPv6(t *testing.T) {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	fd, err := peerOf(l.Addr().String()).Dial()
	require.NoError(t, err)
	require.NoError(t, unix.Close(fd))
}

func TestResolve_FindsAnAddressOfWhatIsGiven(t *testing.T) {
	for given, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1:80", "[::1]:80": "[::1]:80", "localhost:80": "127.0.0.1:80", "[::ffff:10.0.0.1]:80": "10.0.0.1:80",
	} {
		to, err := Resolve(t.Context(), given)
		require.NoError(t, err)
		require.Equal(t, want, to.String())
	}
}

func TestResolve_PrefersIPv4(t *testing.T) {
	six, four := netip.MustParseAddr("::1"), netip.MustParseAddr("127.0.0.1")
	require.Equal(t, four, preferIPv4([]netip.Addr{six, four}))
	require.Equal(t, six, preferIPv4([]netip.Addr{six}))
}

func TestResolve_RefusesWhatIsNoAddress(t *testing.T) {
	for _, given := range []string{"127.0.0.1", "127.0.0.1:http", "127.0.0.1:65536", strings.Repeat("a", 64) + ".invalid:1"} {
		_, err := Resolve(t.Context(), given)
		require.Error(t, err, given)
	}
}

func TestGenerator_SendsTheBatchesOfARowInTurn(t *testing.T) {
	var gets, sets atomic.Int64
	r := &benchtest.Responder{}
	_, addr := benchtest.Serve(t, func(_ int, args []string) (string, bool) {
		if args[0] == "GET" {
			gets.Add(1)
		} else {
			sets.Add(1)
		}
		return r.Honest(args), false
	})
	g := connect(t, addr, 3)
	row := rowNamed(t, "set_get")
	require.NoError(t, g.Load("set", NewBatch(row.Load(5), LoadDepth, EveryKey(10)), 10))
	loaded := sets.Load()
	g.Use("set_get", row.Batches(5, 4, 10)...)
	require.NoError(t, g.Run(time.Hour, 1000))
	require.NoError(t, g.Finish())
	// Each client is ahead with one kind by a batch at most.
	require.InDelta(t, gets.Load(), sets.Load()-loaded, 3*4)
}

func TestGenerator_EndsARunWhenAnotherGoroutineSaysSo(t *testing.T) {
	_, addr := benchtest.Serve(t, nil)
	g := connect(t, addr, 3)
	g.Use("ping", NewBatch(rowNamed(t, "ping").Build(1), 1, KeySource{}))
	g.Ended = &atomic.Bool{}
	time.AfterFunc(5*time.Millisecond, func() { g.Ended.Store(true) })
	require.NoError(t, g.Run(time.Hour, math.MaxUint64))
	require.NoError(t, g.Finish())
	require.Positive(t, g.Replies)
}
