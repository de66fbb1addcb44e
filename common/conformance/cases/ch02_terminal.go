// ch02_terminal.go: signals, a lost standard output, a taken port: what an operator sees.

package cases

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/stretchr/testify/require"
)

// terminal is what a server prints, and what becomes of it when nobody looks any
// more.
func terminal() list {
	return in(2, lesson2Clients, list{
		{Name: "log lines are as Redis writes them", Own: true, Run: logsAsRedis},
		{Name: "the log says when the server is initialized, and when it is ready", Own: true, Run: initializedBeforeReady},
		{Name: "what is printed fits 80 columns", Until: 7, Own: true, StageOnly: "the words are ours", Run: fitsTerminal},
		{Name: "the banner comes when the server is ready", Own: true, StageOnly: "the banner is ours", Run: bannerAfterReady},
		{Name: "a taken port is told in Redis' words", Run: takenPortInRedisWords},
		{Name: "SIGHUP does not end the server", Own: true, Run: survivesHangUp("+PONG\r\n")},
		{Name: "nobody reading standard output does not end the server", Wrap: readerThatLeaves, Run: survivesDeadOutput},
	})
}

var logLine = regexp.MustCompile(`^\d+:M \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} [.\-*#] .+$`)

func logsAsRedis(t *T) {
	saysReady(t)
	for line := range strings.Lines(t.Server().Log()) {
		if strings.Contains(line, "Ready to accept connections") {
			require.Regexp(t, logLine, strings.TrimSuffix(line, "\n"))
			require.Contains(t, line, " * ")
		}
	}
}

// initializedBeforeReady expects both lines: Redis' own test suite waits for the first,
// init scripts for the second.
func initializedBeforeReady(t *T) {
	saysReady(t)
	before, _, _ := strings.Cut(t.Server().Log(), "Ready to accept connections")
	require.Contains(t, before, " Server initialized\n")
}

func fitsTerminal(t *T) {
	saysReady(t)
	t.Dial().Exchange("PING\r\n", "+PONG\r\n")
	endsInOrder(t, syscall.SIGTERM)
	for line := range strings.Lines(t.Server().Log()) {
		require.LessOrEqual(t, len([]rune(line)), 80+len("\n"), line)
		if strings.Contains(line, ":M ") {
			require.Regexp(t, logLine, strings.TrimSuffix(line, "\n"))
		}
	}
}

func bannerAfterReady(t *T) {
	t.Until("the banner", func() bool { return strings.Contains(t.Server().Log(), "make diff CH=") })
	before, _, _ := strings.Cut(t.Server().Log(), "  try ")
	require.Contains(t, before, "Ready to accept connections")
}

func takenPortInRedisWords(t *T) {
	_, port, err := net.SplitHostPort(t.Addr())
	require.NoError(t, err)
	code, output := t.Execute("--port", port, "--bind", "127.0.0.1")
	require.Equal(t, 1, code)
	require.Contains(t, output, "# Warning: Could not create server TCP listening socket 127.0.0.1:"+port+": bind: Address already in use\n")
	require.Contains(t, output, "# Failed listening on port "+port+" (TCP), aborting.\n")
}

// survivesHangUp expects an answer to PING after the signal that a terminal sends
// which closes.
func survivesHangUp(answer string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		c.Exchange("PING\r\n", answer) // it has started whole
		c.Close()
		require.NoError(t, t.Server().Signal(syscall.SIGHUP))
		endsOn(syscall.SIGTERM, answer)(t)
	}
}

// readerThatLeaves gives the server a standard output that is read until the
// server is ready. The file says that no one has its other end any more.
var readerThatLeaves = []string{"bash", "-c", `exec "$0" "$@" > >(sed /Ready/q >/dev/null; exec <&-; touch reader-has-left)`}

// awaitReadersLeave returns when nobody reads the server's standard output.
func awaitReadersLeave(t *T) {
	left := filepath.Join(t.Server().Dir, "reader-has-left")
	t.Until("nobody reads standard output", func() bool {
		_, err := os.Stat(left)
		return err == nil
	})
}

func survivesDeadOutput(t *T) {
	awaitReadersLeave(t)
	c := t.Dial()
	c.Send("POST / HTTP/1.1\r\n\r\n") // which is logged
	c.ExpectClosed()
	endsOn(syscall.SIGTERM, "+PONG\r\n")(t)
}
