package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/command"
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/logging"
)

// options are those of a server on a free port.
func options(t testing.TB) *config.Config {
	t.Helper()
	opts := config.Default()
	opts.Bind, opts.Port, opts.MaxClients, opts.Dir = []string{"127.0.0.1"}, freePort(t), 100, t.TempDir()
	return opts
}

// start runs a server on a free port until the test ends.
func start(t testing.TB, change func(*config.Config)) *Server {
	t.Helper()
	opts := options(t)
	if change != nil {
		change(opts)
	}
	s, err := Listen(opts, command.Families, &logging.Logger{})
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(func() {}) }()
	t.Cleanup(func() {
		s.loop.Post(func() { _ = s.Shutdown(0) })
		select {
		case err := <-ended:
			require.NoError(t, err)
		case <-time.After(time.Minute):
			t.Error("the server still ran a minute after Shutdown")
		}
	})
	return s
}

func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// client is a connection whose waits end when it is two minutes old.
type client struct {
	*net.TCPConn
	*bufio.Reader
	t testing.TB
}

func (s *Server) dial(t testing.TB) *client {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.opts.Port))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(2*time.Minute)))
	return &client{conn.(*net.TCPConn), bufio.NewReader(conn), t}
}

func (c *client) send(s string) {
	c.t.Helper()
	_, err := io.WriteString(c.TCPConn, s)
	require.NoError(c.t, err)
}

func (c *client) expect(want string) {
	c.t.Helper()
	got := make([]byte, len(want))
	_, err := io.ReadFull(c.Reader, got)
	require.NoError(c.t, err)
	require.Equal(c.t, want, string(got))
}

func (c *client) expectEnd() {
	c.t.Helper()
	_, err := c.Reader.ReadByte()
	require.ErrorIs(c.t, err, io.EOF)
}

// onLoop runs fn on the server's loop, behind the requests that have been received,
// and waits for it: there it may look at everything. It may assert, but not require:
// that would end the loop.
func (s *Server) onLoop(fn func()) {
	done := make(chan struct{})
	s.loop.Post(func() {
		s.executeReceived()
		fn()
		close(done)
	})
	<-done
}

// only is the server's one connection. There must be one.
func (s *Server) only() (c *conn) {
	for _, c = range s.conns {
	}
	return c
}

func TestConn_IdleOwnsNoBuffer(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	c.send(strings.Repeat("PING\r\n", 100) + "*1\r\n$4\r\nPI") // more than one turn, and a half
	c.expect(strings.Repeat("+PONG\r\n", 100))
	c.send("NG\r\n")
	c.expect("+PONG\r\n")
	s.onLoop(func() {
		idle := s.only()
		assert.Nil(t, idle.query)
		assert.Nil(t, idle.queryBuf)
		assert.Nil(t, idle.client.Reply)
		assert.Nil(t, idle.client.Args)
		assert.Empty(t, idle.backlog)
		assert.False(t, idle.more)
	})
}

// The buffer of a long argument doubles until it reaches the argument's end.
func TestConn_PaysForWhatWasSentNotForWhatWasAnnounced(t *testing.T) {
	const size = 8 << 20
	s := start(t, nil)
	c := s.dial(t)
	header := fmt.Sprintf("*2\r\n$4\r\nECHO\r\n$%d\r\n", size)
	received := func(n int) (have, capacity int) {
		require.Eventually(t, func() bool {
			s.onLoop(func() { have, capacity = len(s.only().query), cap(s.only().query) })
			return have == n
		}, time.Minute, time.Millisecond)
		return have, capacity
	}

	c.send(header)
	_, capacity := received(len(header))
	require.LessOrEqual(t, capacity, 2*minRoom)

	c.send(strings.Repeat("x", 1<<20))
	_, capacity = received(len(header) + 1<<20)
	require.LessOrEqual(t, capacity, 2<<20+2*minRoom)

	c.send(strings.Repeat("x", size-1<<20) + "\r")
	_, capacity = received(len(header) + size + 1)
	require.LessOrEqual(t, capacity, len(header)+size+2+minRoom)

	c.send("\n")
	c.expect(fmt.Sprintf("$%d\r\n", size))
	c.expect(strings.Repeat("x", size) + "\r\n")
}

// Whatever pieces a long argument comes in, its buffer ends where it does.
func TestConn_QueryOfALongArgumentEndsWithIt(t *testing.T) {
	const size = 1 << 20
	request := fmt.Sprintf("*2\r\n$4\r\nECHO\r\n$%d\r\n%s\r\n", size, strings.Repeat("x", size))
	for _, piece := range []int{100, 1000, 1 << 14, 1<<14 - 1, 50_000, 1 << 16, 1 << 18} {
		c := &conn{server: &Server{}}
		c.query = []byte(request[:50])
		c.keepQuery()
		for have := 50; have < len(request); {
			_, _, err := c.parser.Parse(c.query, nil)
			require.NoError(t, err)
			have += copy(c.roomInQuery(), request[have:min(len(request), have+piece)])
			c.query = c.query[:have]
		}
		require.Equal(t, request, string(c.query))
		require.LessOrEqual(t, cap(c.query), len(request)+minRoom, "pieces of %d", piece)
	}
}

// A request of many short arguments moves as seldom as one long argument does.
func TestConn_QueryOfShortArgumentsDoubles(t *testing.T) {
	request := "*300000\r\n" + strings.Repeat("$1\r\na\r\n", 300000)
	c := &conn{server: &Server{}}
	c.query = []byte(request[:100])
	c.keepQuery()
	moves := 0
	for have := 100; have < len(request); {
		_, _, err := c.parser.Parse(c.query, nil)
		require.NoError(t, err)
		before := cap(c.query)
		room := c.roomInQuery()
		if cap(c.query) != before {
			moves++
		}
		n := copy(room, request[have:min(len(request), have+1000)]) // a little at a time
		have += n
		c.query = c.query[:have]
	}
	require.Equal(t, request, string(c.query))
	require.LessOrEqual(t, moves, 20, "from 1 KiB to 2 MiB; 16 KiB at a time it would be 130")
}

// A request leaves no reference to its buffer behind.
func TestConn_ForgetsTheArgumentsItExecuted(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	c.send("*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\n")
	c.expect("$3\r\nabc\r\n")
	s.onLoop(func() {
		assert.NotZero(t, cap(s.batch.args))
		for _, arg := range s.batch.args[:cap(s.batch.args)] {
			assert.Nil(t, arg)
		}
	})
	c.send("*2000\r\n" + strings.Repeat("$4\r\nPING\r\n", 2000) + "PING\r\n")
	c.expect("-ERR wrong number of arguments for 'ping' command\r\n+PONG\r\n")
	s.onLoop(func() { assert.LessOrEqual(t, cap(s.batch.args), maxArgs) })
}

func TestConn_ClosesWhenItsQueryGrowsBeyondTheLimit(t *testing.T) {
	s := start(t, func(o *config.Config) { o.MaxQuery = 100 << 10 })
	c := s.dial(t)
	c.send("*2\r\n$4\r\nECHO\r\n$90000\r\n" + strings.Repeat("x", 90000) + "\r\n")
	c.expect("$90000\r\n" + strings.Repeat("x", 90000) + "\r\n")
	_, _ = io.WriteString(c.TCPConn, "*2\r\n$4\r\nECHO\r\n$200000\r\n"+strings.Repeat("x", 200000)+"\r\n")
	_, err := c.ReadByte()
	require.Error(t, err) // the end, or a reset: it had sent more
}

// A pipeline that arrives together is executed in one turn and answered by one
// send.
func TestTurn_ExecutesAPipelineWhole(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	var replies []int // bytes, at the end of each turn that has some
	s.onLoop(func() {
		wrapped := s.loop.BeforeSleep
		s.loop.BeforeSleep = func() bool {
			s.executeReceived()
			for _, c := range s.served {
				replies = append(replies, len(c.client.Reply))
			}
			return wrapped()
		}
	})
	c.send(strings.Repeat("PING\r\n", 500))
	c.expect(strings.Repeat("+PONG\r\n", 500))
	s.onLoop(func() { assert.Equal(t, []int{500 * len("+PONG\r\n")}, replies) })
}

// What many connections have sent is received before any of it is executed: part by
// part of one buffer, with halves of requests, ends and errors among it.
func TestTurn_ExecutesWhatManyConnectionsSentEachInItsOrder(t *testing.T) {
	s := start(t, nil)
	var clients []*client
	for range 5 * batchSize {
		clients = append(clients, s.dial(t))
	}
	kinds := []struct{ first, rest, want string }{
		{"SET k@ v@\r\nGET k@\r\n", "", "+OK\r\n$3\r\nv@\r\n"},
		{"*2\r\n$3\r\nGET\r\n$6\r\nlong", "@\r\nPING\r\n", "$-1\r\n+PONG\r\n"},
		{"PING\r\n*1\r\n:1\r\nPING\r\n", "", "+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n"},
		{"ECHO @\r\nQUIT\r\nPING\r\n", "", "$2\r\n@\r\n+OK\r\n"},
		{strings.Repeat("PING\r\n", 2*batchSize), "", strings.Repeat("+PONG\r\n", 2*batchSize)},
	}
	text := func(of string, i int) string { return strings.ReplaceAll(of, "@", strconv.Itoa(10+i)) }
	held, sent := make(chan struct{}), make(chan struct{})
	s.loop.Post(func() { // all of it arrives while the loop is here
		close(held)
		<-sent
	})
	<-held
	for i, c := range clients {
		c.send(text(kinds[i%len(kinds)].first, i))
	}
	close(sent)
	for i, c := range clients {
		kind := kinds[i%len(kinds)]
		if kind.rest != "" {
			c.send(text(kind.rest, i))
		}
		c.expect(text(kind.want, i))
	}
}

// One that is longer than a connection's share is executed share by share, and
// others have their turns in between.
func TestTurn_BoundsWhatOneConnectionMayHaveExecuted(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	var left []int // requests of the pipeline, at the end of each turn that has some
	s.onLoop(func() {
		wrapped := s.loop.BeforeSleep
		s.loop.BeforeSleep = func() bool {
			more := wrapped()
			for _, c := range s.received {
				left = append(left, len(c.query)/len("PING\r\n"))
			}
			return more
		}
	})
	c.send(strings.Repeat("PING\r\n", 3*maxRequests))
	c.expect(strings.Repeat("+PONG\r\n", 3*maxRequests))
	s.onLoop(func() { assert.Equal(t, []int{2 * maxRequests, maxRequests}, left) })
}

// An error must reach a client that has sent more than is ever looked at: the
// reset that the kernel answers unread bytes with must not overtake it.
func TestConn_DeliversTheErrorBeforeItCloses(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	c.send("PING\r\n")
	c.expect("+PONG\r\n")
	request := "*x\r\n" + strings.Repeat("more\r\n", 20_000) // more than one receive brings
	s.onLoop(func() {                                        // which stands still until all of it has arrived
		fd := s.only().fd
		assert.NoError(t, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1<<20))
		_, err := io.WriteString(c.TCPConn, request)
		assert.NoError(t, err)
		assert.Eventually(t, func() bool {
			n, err := unix.IoctlGetInt(fd, unix.TIOCINQ)
			return err == nil && n == len(request)
		}, time.Minute, time.Millisecond)
	})
	c.expect("-ERR Protocol error: invalid multibulk length\r\n")
	c.expectEnd()
}

func TestConn_HalfClosedGetsTheRepliesOnTheirWay(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	const size = 16 << 20 // more than the sockets hold
	c.send(fmt.Sprintf("*2\r\n$4\r\nECHO\r\n$%d\r\n%s\r\n", size, strings.Repeat("x", size)))
	require.NoError(t, c.CloseWrite())
	c.expect(fmt.Sprintf("$%d\r\n", size))
	c.expect(strings.Repeat("x", size) + "\r\n")
	c.expectEnd()
}

func TestAccept_ConnectionsInheritTheListenersOptions(t *testing.T) {
	s := start(t, func(o *config.Config) { o.KeepAlive = 90 })
	c := s.dial(t)
	c.send("PING\r\n")
	c.expect("+PONG\r\n")
	s.onLoop(func() {
		for _, option := range []struct{ level, name, want int }{
			{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
			{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
			{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 90},
			{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 30},
			{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
		} {
			got, err := unix.GetsockoptInt(s.only().fd, option.level, option.name)
			assert.NoError(t, err)
			assert.Equal(t, option.want, got, "option %d", option.name)
		}
	})
}

func TestListen_SaysWhatIsWrongWithAnAddress(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	files := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(list)
	}
	before := files()
	defer func() { require.Equal(t, before, files(), "none is left open, none of others closed") }()
	for _, tc := range []struct {
		bind string
		port int
		want string
	}{
		{"127.0.0.1", taken.Addr().(*net.TCPAddr).Port, "--port 7000"},
		{"203.0.113.1", freePort(t), "cannot listen on 203.0.113.1"},
		{"-203.0.113.1", freePort(t), "none of the addresses"},
		{"256.1.1.1", freePort(t), "cannot listen on 256.1.1.1"},
	} {
		opts := options(t)
		opts.Bind, opts.Port = []string{tc.bind}, tc.port
		_, err := Listen(opts, command.Families, &logging.Logger{})
		require.ErrorContains(t, err, tc.want, tc.bind)
	}
}

// A whole request, from the socket and back, leaves nothing for the garbage
// collector.
func TestConn_PingAllocatesNothing(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	reply := make([]byte, 7)
	request := []byte("*1\r\n$4\r\nPING\r\n")
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		if _, err := c.TCPConn.Write(request); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c.TCPConn, reply); err != nil {
			t.Fatal(err)
		}
	}))
}

// With the ordinary garbage collection off, only the server's own asking for it
// can make the heap small again.
func TestServer_ReturnsTheMemoryOfLargeReplies(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	s := start(t, nil)
	c := s.dial(t)
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	runtime.GC() // what other tests left is none of this one's
	before := inUse()
	const pieces = 64
	piece := strings.Repeat("x", 1<<20)
	c.send(fmt.Sprintf("*2\r\n$4\r\nECHO\r\n$%d\r\n", pieces<<20))
	for range pieces {
		c.send(piece)
	}
	c.send("\r\n")
	c.expect("$67108864\r\n")
	require.Greater(t, inUse(), before+(pieces-1)<<20, "most of the reply still waits to be read")
	n, err := io.CopyN(io.Discard, c.Reader, pieces<<20)
	require.NoError(t, err)
	require.EqualValues(t, pieces<<20, n)
	require.Eventually(t, func() bool { return inUse() < before+16<<20 }, time.Minute, 10*time.Millisecond)
}

func TestBufferPool_LendsLargeOnesToWhoNeedsThem(t *testing.T) {
	var p bufferPool
	small := append(p.borrow(), "some"...)
	require.Same(t, &small[0], &p.exchange(small, 1<<20)[0], "there is none")
	p.giveBack(make([]byte, 0, maxReused+1))
	p.giveBack(make([]byte, 0, 2<<20))
	require.Same(t, &small[0], &p.exchange(small, 3<<20)[0], "there is none so large")
	larger := p.exchange(small, 1<<20)
	require.Equal(t, "some", string(larger))
	require.Equal(t, 2<<20, cap(larger))
	require.Len(t, p.idle, 1)
	require.Equal(t, maxReused+1, p.largeBytes)
	require.Equal(t, maxReused+1, cap(p.exchange(nil, 0)))
	require.Len(t, p.idle, 1, "nothing was given back for it")
	for range 9 {
		p.giveBack(make([]byte, 0, 1<<20))
	}
	require.Len(t, p.large, maxLarge/(1<<20))
	require.Equal(t, 1<<20, p.dropped)
}

func TestBufferPool_LendsTheLastOneReturnedFirst(t *testing.T) {
	var p bufferPool
	a, b := p.borrow(), p.borrow()
	p.giveBack(a)
	p.giveBack(append(b, 'x'))
	require.Same(t, &b[:1][0], &p.borrow()[:1][0])
	require.Empty(t, p.borrow())
	p.giveBack(make([]byte, 0, maxReused+1))
	require.Empty(t, p.idle, "a large one is not kept")
	for range 2 * maxIdle / maxReused {
		p.giveBack(make([]byte, 0, maxReused))
	}
	require.Len(t, p.idle, maxIdle/maxReused)
	for range maxIdle / maxReused {
		p.borrow()
	}
	require.Zero(t, p.idleBytes)
}
