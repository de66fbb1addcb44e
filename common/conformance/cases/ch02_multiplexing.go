// ch02_multiplexing.go: one thread that serves whoever is ready and waits for nobody.

package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/common/conformance"
)

// multiplexing is one thread that serves whoever is ready and waits for nobody.
func multiplexing() list {
	return in(2, "I/O multiplexing and event loops", list{
		{Name: "an idle client keeps nobody waiting", Run: idleKeepsNobody},
		{Name: "a client in the middle of a request keeps nobody waiting", Run: halfRequestKeepsNobody},
		{Name: "a client that does not read gets every byte in the end", Run: slowReaderGetsAll},
		{Name: "a client that does not read keeps nobody waiting", Run: slowReaderKeepsNobody, Alone: true},
		{Name: "a client that pipelines without end starves nobody", Run: floodStarvesNobody, Alone: true},
		{Name: "a client that resets with replies pending leaves no trace", Run: resetWithRepliesPending},
		{Name: "a large reply before QUIT arrives whole", Run: largeReplyThenQuit},
		{Name: "a large reply before a protocol error arrives whole", Run: largeReplyThenError},
		{Name: "a half-closed connection gets its replies", Run: halfClosed},
		{Name: "an idle server sleeps", Run: idleServerSleeps, Own: true, Alone: true},
		{Name: "without free descriptors the server goes on and does not spin", Run: outOfDescriptors, Alone: true, Wrap: []string{"sh", "-c", `ulimit -n 64; exec "$@"`, "sh"}},
		{Name: "when descriptors run out the clients that wait are served later", Run: descriptorsRunOut, Own: true, Alone: true, StageOnly: "redis-server spins until one is free"},
	})
}

// promptly is the bound of a reply beside load. It is generous: what it
// catches is waiting until somebody else is done.
const promptly = 2 * time.Second

// pingPromptly asks n times and expects each answer promptly.
func pingPromptly(t *T, c *conformance.Conn, n int) {
	for range n {
		began := time.Now()
		c.Exchange(cmd("PING"), "+PONG\r\n")
		require.Less(t, time.Since(began), promptly, "a PING beside a busy client")
	}
}

func idleKeepsNobody(t *T) {
	for range 10 {
		t.Dial()
	}
	pingPromptly(t, t.Dial(), 10)
}

func halfRequestKeepsNobody(t *T) {
	half, other := t.Dial(), t.Dial()
	half.Exchange(cmd("PING", "x")+"*2\r\n$4\r\nECHO\r\n$3\r\na", bulk("x"))
	pingPromptly(t, other, 10)
	half.Exchange("bc\r\n", bulk("abc"))
}

// manyEchoes are requests whose replies, 24 MB, no socket's buffers hold.
func manyEchoes() (requests, replies string) {
	var a, b strings.Builder
	for i := range 384 {
		s := strings.Repeat(fmt.Sprintf("%07d\n", i), 64<<10/8)
		a.WriteString(cmd("ECHO", s))
		b.WriteString(bulk(s))
	}
	return a.String(), b.String()
}

// fillUp waits until the replies to manyEchoes must have filled the sockets:
// most requests are sent, more than the kernel holds for a server that has not
// read them; or no more are taken, for a server may stop reading a client that
// does not read.
func fillUp(c *conformance.Conn) {
	const most, stall = 20 << 20, 300 * time.Millisecond
	for taken, since := c.Taken(), time.Now(); taken < most && time.Since(since) < stall; {
		<-time.After(2 * time.Millisecond)
		if now := c.Taken(); now > taken {
			taken, since = now, time.Now()
		}
	}
}

func slowReaderGetsAll(t *T) {
	requests, replies := manyEchoes()
	c := t.Dial()
	c.SlowReader()
	t.Go(func() { c.Send(requests) })
	fillUp(c)
	pingPromptly(t, t.Dial(), 1)
	c.Expect(replies)
}

func slowReaderKeepsNobody(t *T) {
	requests, _ := manyEchoes()
	slow, other := t.Dial(), t.Dial()
	slow.SlowReader()
	t.Go(func() { _ = slow.TrySend(requests) })
	fillUp(slow)
	pingPromptly(t, other, 50)
	slow.Reset()
	pingPromptly(t, other, 10)
}

func floodStarvesNobody(t *T) {
	flood, other := t.Dial(), t.Dial()
	batch := strings.Repeat(cmd("PING"), 4096)
	t.Go(func() {
		for flood.TrySend(batch) == nil {
		}
	})
	t.Go(func() { flood.Discard() })
	t.Until("the flood flows", func() bool { return flood.Taken() > 1<<20 })
	pingPromptly(t, other, 20)
	flood.Reset()
	pingPromptly(t, other, 10)
}

func resetWithRepliesPending(t *T) {
	request := cmd("ECHO", strings.Repeat("x", 1<<20))
	for range 5 {
		c := t.Dial()
		c.SlowReader()
		c.Send(request)
		_ = c.TrySend(strings.Repeat(cmd("PING"), 1000))
		c.Reset()
	}
	pingPromptly(t, t.Dial(), 3)
}

func largeReplyThenQuit(t *T) {
	s := numbered(8 << 20)
	c := t.Dial()
	t.Go(func() { c.Send(cmd("ECHO", s) + cmd("QUIT")) })
	c.Expect(bulk(s) + "+OK\r\n")
	c.ExpectEOF()
}

func largeReplyThenError(t *T) {
	s := numbered(8 << 20)
	c := t.Dial()
	t.Go(func() { c.Send(cmd("ECHO", s) + "*x\r\n") })
	c.Expect(bulk(s) + "-ERR Protocol error: invalid multibulk length\r\n")
	c.ExpectEOF()
}

// halfClosed says all it has to say, then that it has: no request may be
// forgotten because the end came with it. The replies fit the sockets'
// buffers; Redis drops those that do not.
func halfClosed(t *T) {
	c := t.Dial()
	c.Send(strings.Repeat(cmd("PING"), 1000))
	c.CloseWrite()
	c.Expect(strings.Repeat("+PONG\r\n", 1000))
	c.ExpectEOF()
}

// cpuTime is what the process has used since it began.
func cpuTime(t *T, pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	_, fields, _ := strings.Cut(string(stat), ") ") // the name may hold anything
	var user, system int64
	parts := strings.Fields(fields)
	_, err = fmt.Sscan(parts[11]+" "+parts[12], &user, &system)
	require.NoError(t, err)
	return time.Duration(user+system) * 10 * time.Millisecond // in ticks of 1/100 s
}

// waitTime is how long the process's threads have waited for a core since they began:
// on a busy machine one that spins waits more than it runs.
func waitTime(pid int) (waited time.Duration) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, thread := range threads {
		stat, _ := os.ReadFile(thread) // it may have ended
		var ran, wait int64
		_, _ = fmt.Sscan(string(stat), &ran, &wait)
		waited += time.Duration(wait)
	}
	return waited
}

// calm expects that the server uses little CPU while a connection is silent, and does
// not wait for more. One quiet window of three is enough: a server that has just worked
// may have something to tidy up, one that spins does so in all.
func calm(t *T, c *conformance.Conn) {
	const window, little = 200 * time.Millisecond, 20 * time.Millisecond
	var used, waited time.Duration
	for range 3 {
		pid := t.Server().Pid()
		before, waitedBefore := cpuTime(t, pid), waitTime(pid)
		c.ExpectSilence(window)
		used, waited = cpuTime(t, pid)-before, waitTime(pid)-waitedBefore
		if used <= little && waited <= window/2 {
			return
		}
	}
	require.LessOrEqual(t, used, little, "CPU used in %v in which nothing was asked", window)
	require.LessOrEqual(t, waited, window/2, "wait for CPU in %v in which nothing was asked", window)
}

func idleServerSleeps(t *T) {
	c := t.Dial()
	c.Exchange(cmd("PING"), "+PONG\r\n")
	calm(t, c)
}

// outOfDescriptors opens more connections than a limit of 64 files allows.
// Redis then takes fewer clients and tells the others so; a server may also
// leave them waiting. Either way those it has are served.
func outOfDescriptors(t *T) {
	first := t.Dial()
	first.Exchange(cmd("PING"), "+PONG\r\n")
	for range 80 {
		if c, err := t.TryDial(t.Addr()); err == nil {
			_ = c.TrySend(cmd("PING"))
		}
	}
	pingPromptly(t, first, 3)
	calm(t, first)
	pingPromptly(t, first, 3)
}

// descriptorsRunOut takes the descriptors away from a server that runs, so
// that accept fails with EMFILE, and gives them back.
func descriptorsRunOut(t *T) {
	first := t.Dial()
	first.Exchange(cmd("PING"), "+PONG\r\n")
	pid := t.Server().Pid()
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	require.NoError(t, err)
	var before unix.Rlimit
	require.NoError(t, unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &before))
	tight := unix.Rlimit{Cur: uint64(len(open)) + 2, Max: before.Max}
	require.NoError(t, unix.Prlimit(pid, unix.RLIMIT_NOFILE, &tight, nil))

	var waiting []*conformance.Conn
	for range 6 {
		c := t.Dial() // by the kernel: nobody has accepted it yet
		c.Send(cmd("PING"))
		waiting = append(waiting, c)
	}
	pingPromptly(t, first, 3)
	calm(t, first)
	// What long requests leave behind makes a runtime collect garbage: that needs no descriptor.
	long := numbered(16 << 20)
	for range 3 {
		first.Exchange(cmd("ECHO", long), bulk(long))
	}
	require.NoError(t, unix.Prlimit(pid, unix.RLIMIT_NOFILE, &before, nil))
	for _, c := range waiting {
		c.Expect("+PONG\r\n")
	}
}
