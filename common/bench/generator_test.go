package bench

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
)

// connect makes a generator for a server, closed with the test.
func connect(t *testing.T, addr string, clients int) *generator {
	t.Helper()
	g, err := newGenerator(peerOf(addr), clients)
	require.NoError(t, err)
	t.Cleanup(g.close)
	return g
}

func peerOf(addr string) *peer {
	return &peer{name: "server", addr: addr, to: netip.MustParseAddrPort(addr), patience: time.Minute, stop: &atomic.Bool{}}
}

func TestGenerator_CountsAReplyForEveryRequest(t *testing.T) {
	for name, depth := range map[string]int{"one at a time": 1, "pipelined": 16} {
		t.Run(name, func(t *testing.T) {
			r, addr := serve(t, nil)
			g := connect(t, addr, 3)
			g.use("ping", newBatch(rowNamed(t, "ping").Build(1), depth, keySource{}))
			require.NoError(t, g.run(time.Hour, 1000))
			require.GreaterOrEqual(t, g.replies, uint64(1000))
			require.NoError(t, g.finish())
			require.EqualValues(t, r.counted(), g.replies)
			require.EqualValues(t, g.replies, uint64(depth)*g.latency.total)
		})
	}
}

func TestGenerator_LoadSendsEveryKey(t *testing.T) {
	r, addr := serve(t, nil)
	g := connect(t, addr, 3)
	require.NoError(t, g.load("set", newBatch(set(10), loadDepth, everyKey(1000)), 1000))
	r.mu.Lock()
	defer r.mu.Unlock()
	require.Len(t, r.values, 1000)
}

func TestGenerator_SendsTheRestOfABatchThatTheSocketDoesNotTake(t *testing.T) {
	r, addr := serve(t, nil)
	g := connect(t, addr, 2)
	for _, c := range g.clients {
		require.NoError(t, unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 8<<10))
	}
	// The batch is patched while most of it is still under way.
	require.NoError(t, g.load("set", newBatch(set(50_000), 10, everyKey(200)), 200))
	require.NotZero(t, cap(g.clients[0].rest), "the socket took all at once")
	require.EqualValues(t, r.counted(), g.replies)
	r.mu.Lock()
	defer r.mu.Unlock()
	require.Len(t, r.values, 200)
	for _, value := range r.values {
		require.Equal(t, 50_000, strings.Count(value, "x"))
	}
}

func TestGenerator_AllocatesNothingWhileItMeasures(t *testing.T) {
	_, addr := serve(t, func(int, []string) (string, bool) { return "", false })
	g := connect(t, addr, 1)
	g.use("ping", newBatch(rowNamed(t, "ping").Build(1), 1, keySource{}))
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
	require.EqualValues(t, 101, g.replies)
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
			_, addr := serve(t, func(int, []string) (string, bool) { return row.reply, false })
			g := connect(t, addr, 1)
			g.use(row.command, newBatch(rowNamed(t, row.command).Build(3), 1, everyKey(1)))
			require.ErrorContains(t, g.run(time.Hour, 100), "server ("+addr+") "+row.says)
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
	g.use("ping", newBatch(rowNamed(t, "ping").Build(1), 2, keySource{}))
	go func() {
		for _, piece := range []string{"+PONG\r\n+PO", "X", "Y\r\n"} {
			_, _ = server.Write([]byte(piece))
			time.Sleep(5 * time.Millisecond) // any other split gives the same message
		}
	}()
	require.ErrorContains(t, g.run(time.Hour, 100), `"+POXY\r\n"`)
}

func TestGenerator_IsAnErrorWithNobodyListening(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	l.Close()
	_, err = newGenerator(peerOf(addr), 2)
	require.EqualError(t, err, "connecting to server ("+addr+"): connection refused")
}

func TestGenerator_CallsAResetTheEndThatItIs(t *testing.T) {
	g := &generator{peer: peerOf("127.0.0.1:1"), row: "get"}
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
	fd, err := peerOf(l.Addr().String()).dial()
	require.NoError(t, err)
	require.NoError(t, unix.Close(fd))
}

func TestResolve_FindsAnAddressOfWhatIsGiven(t *testing.T) {
	for given, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1:80", "[::1]:80": "[::1]:80", "localhost:80": "127.0.0.1:80", "[::ffff:10.0.0.1]:80": "10.0.0.1:80",
	} {
		to, err := resolve(t.Context(), given)
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
		_, err := resolve(t.Context(), given)
		require.Error(t, err, given)
	}
}

func TestGenerator_SendsTheBatchesOfARowInTurn(t *testing.T) {
	var gets, sets atomic.Int64
	r := &responder{}
	_, addr := serve(t, func(_ int, args []string) (string, bool) {
		if args[0] == "GET" {
			gets.Add(1)
		} else {
			sets.Add(1)
		}
		return r.honest(args), false
	})
	g := connect(t, addr, 3)
	row := rowNamed(t, "set_get")
	require.NoError(t, g.load("set", newBatch(row.Load(5), loadDepth, everyKey(10)), 10))
	loaded := sets.Load()
	g.use("set_get", row.batches(5, 4, 10)...)
	require.NoError(t, g.run(time.Hour, 1000))
	require.NoError(t, g.finish())
	// Each client is ahead with one kind by a batch at most.
	require.InDelta(t, gets.Load(), sets.Load()-loaded, 3*4)
}

func TestGenerator_EndsARunWhenAnotherGoroutineSaysSo(t *testing.T) {
	_, addr := serve(t, nil)
	g := connect(t, addr, 3)
	g.use("ping", newBatch(rowNamed(t, "ping").Build(1), 1, keySource{}))
	g.ended = &atomic.Bool{}
	time.AfterFunc(5*time.Millisecond, func() { g.ended.Store(true) })
	require.NoError(t, g.run(time.Hour, math.MaxUint64))
	require.NoError(t, g.finish())
	require.Positive(t, g.replies)
}
