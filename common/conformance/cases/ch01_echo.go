// ch01_echo.go: the echo server: the bytes come back, to one client at a time.

package cases

import (
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// noEcho is why a Redis is not asked these.
const noEcho = "an echo server speaks no protocol"

// echoServer is chapter 1: the bytes come back, to one client at a time.
func echoServer() list {
	rows := list{
		{Name: "a line comes back", Run: func(t *T) { t.Dial().Exchange("hello\r\n", "hello\r\n") }},
		{Name: "every byte value comes back", Run: everyByte},
		{Name: "bytes sent one by one come back", Run: oneByOne},
		{Name: "16 MB come back while they are sent", Run: sixteenMegabytes},
		{Name: "a half-closed connection gets its last bytes", Run: lastBytes},
		{Name: "a client that resets does not end the server", Run: resetIsSurvived},
		{Name: "a second client waits until the first leaves", Run: secondWaits},
		{Name: "a taken echo port is refused and named", Run: takenPort},
		{Name: "echo: --bind chooses the address", Args: []string{"--bind", "127.0.0.1"}, Run: func(t *T) { t.Dial().Exchange("x", "x") }},
		{Name: "SIGINT ends the echo server with code 0", Own: true, Run: endsOn(os.Interrupt, "PING\r\n")},
		{Name: "SIGINT ends the echo server while a client is served", Own: true, Run: endsWhileServing},
		{Name: "SIGHUP does not end the echo server", Own: true, Run: survivesHangUp("PING\r\n")},
		{Name: "nobody reading its standard output does not end the echo server", Wrap: readerThatLeaves, Run: echoesOnDeadOutput},
		{Name: "the echo server says who connects and who leaves", Own: true, Run: saysWhoComesAndGoes},
	}
	for _, args := range [][]string{{"--port", "abc"}, {"--port", "99999"}, {"--nonsense"}} {
		rows = append(rows, conformance.Case{Name: "echo server refuses " + strings.Join(args, " "), Run: refusesFlags(args...)})
	}
	for i := range rows {
		rows[i].Until, rows[i].NotRedis = 1, noEcho
	}
	return in(1, "A simple TCP echo server", rows)
}

func everyByte(t *T) { t.Dial().Exchange(everyValue, everyValue) }

func oneByOne(t *T) {
	c := t.Dial()
	for i := range len(everyValue) {
		c.Exchange(everyValue[i:i+1], everyValue[i:i+1])
	}
}

func sixteenMegabytes(t *T) {
	c, all := t.Dial(), numbered(16<<20)
	t.Go(func() { c.Send(all) })
	c.Expect(all)
}

func lastBytes(t *T) {
	c := t.Dial()
	c.Send("the last words")
	c.CloseWrite()
	c.Expect("the last words")
	c.ExpectEOF()
}

func resetIsSurvived(t *T) {
	c := t.Dial()
	c.Exchange("x", "x")
	c.Reset()
	t.Dial().Exchange("still here?", "still here?")
}

func secondWaits(t *T) {
	first, second := t.Dial(), t.Dial()
	first.Exchange("one", "one")
	second.Send("two")
	second.ExpectSilence(100 * time.Millisecond)
	first.Exchange("one again", "one again")
	first.Close()
	second.Expect("two")
}

func takenPort(t *T) {
	_, port, err := net.SplitHostPort(t.Addr())
	require.NoError(t, err)
	code, output := t.Execute("--port", port)
	require.Equal(t, 1, code, "exit code; it printed: %s", output)
	require.Contains(t, output, port)
	require.Contains(t, output, "in use")
}

// endsOn expects that the signal ends the server in order. It has a line
// answered first: a server that answers has started whole.
func endsOn(signal os.Signal, answer string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		c.Exchange("PING\r\n", answer)
		c.Close()
		endsInOrder(t, signal)
	}
}

func endsInOrder(t *T, signal os.Signal) {
	s := t.Server()
	require.NoError(t, s.Signal(signal))
	select {
	case <-s.Exited():
		require.Equal(t, 0, s.ExitCode(), "exit code; the log:\n%s", s.Log())
	case <-time.After(t.Patience()):
		require.Fail(t, "the server is still there after "+t.Patience().String())
	}
}

func echoesOnDeadOutput(t *T) {
	awaitReadersLeave(t)
	c := t.Dial()
	c.Exchange("x", "x") // it has been told of, to nobody
	c.Close()
	endsOn(syscall.SIGTERM, "PING\r\n")(t)
}

// saysWhoComesAndGoes expects a client to be told of when it is served, which is when
// the one before has left. Client 1 was the harness: it saw that the server was there.
func saysWhoComesAndGoes(t *T) {
	first, second := t.Dial(), t.Dial()
	first.Exchange("one", "one")
	second.Send("two")
	t.Until("the first client is told of", func() bool {
		return strings.Contains(t.Server().Log(), "Client 2 connected, from 127.0.0.1:")
	})
	require.NotContains(t, t.Server().Log(), "Client 3 connected")
	first.Close()
	second.Expect("two")
	t.Until("the second client is told of", func() bool {
		return strings.Contains(t.Server().Log(), "Client 2 has left.\nClient 3 connected, from 127.0.0.1:")
	})
}

func endsWhileServing(t *T) {
	c := t.Dial()
	c.Exchange("x", "x")
	endsInOrder(t, syscall.SIGINT)
	c.ExpectClosed()
}
