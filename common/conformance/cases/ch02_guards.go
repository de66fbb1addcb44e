// ch02_guards.go: protected-mode, timeout, proto-max-bulk-len, logfile and loglevel.

package cases

import (
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// denied is what a client from another machine is told.
const denied = "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. " +
	"In this mode connections are only accepted from the loopback interface. " +
	"If you want to connect from external computers to Redis you may adopt one of the following solutions: " +
	"1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis " +
	"from the same host the server is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. " +
	"Use CONFIG REWRITE to make this change permanent. " +
	"2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the protected mode option to 'no', " +
	"and then restarting the server. " +
	"3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. " +
	"4) Setup a an authentication password for the default user. " +
	"NOTE: You only need to do one of the above things in order for the server to start accepting connections from the outside.\r\n"

// guards are the settings that keep clients within bounds, and where the log goes.
func guards() list {
	everywhere := []string{"--bind", "0.0.0.0"}
	return in(2, lesson2Clients, list{
		{Name: "protected-mode sends clients from other addresses away", Args: everywhere, Run: strangersAreDenied},
		{Name: "--protected-mode no serves clients from other addresses", Args: append(everywhere, "--protected-mode", "no"), Run: func(t *T) {
			strangersAddress(t).Exchange("PING\r\n", "+PONG\r\n")
		}},
		{Name: "CONFIG SET protected-mode no lets clients from other addresses in", From: 5, Args: everywhere, Run: strangersAreLetIn},
		{Name: "timeout closes clients that are silent", Args: []string{"--timeout", "1"}, Run: func(t *T) {
			c := t.Dial()
			c.Exchange("PING\r\n", "+PONG\r\n")
			c.ExpectClosed()
			t.Dial().Exchange("PING\r\n", "+PONG\r\n")
		}},
		{Name: "CONFIG SET timeout holds for clients that are there", From: 5, Own: true, Run: func(t *T) {
			c := t.Dial()
			c.Exchange(cmd("CONFIG", "SET", "timeout", "1"), "+OK\r\n")
			c.ExpectClosed()
		}},
		{Name: "proto-max-bulk-len bounds an argument", Args: []string{"--proto-max-bulk-len", "1mb"}, Run: func(t *T) {
			longest := strings.Repeat("x", 1<<20)
			c := t.Dial()
			c.Exchange(cmd("ECHO", longest), bulk(longest))
			c.Exchange("*2\r\n$4\r\nECHO\r\n$1048577\r\n", "-ERR Protocol error: invalid bulk length\r\n")
			c.ExpectClosed()
		}},
		{Name: "CONFIG SET proto-max-bulk-len holds at once", From: 5, Own: true, Run: func(t *T) {
			c := t.Dial()
			c.Exchange(cmd("CONFIG", "SET", "proto-max-bulk-len", "1gb"), "+OK\r\n")
			c.Exchange("*2\r\n$4\r\nECHO\r\n$1073741825\r\n", "-ERR Protocol error: invalid bulk length\r\n")
			c = t.Dial()
			c.Send("*2\r\n$4\r\nECHO\r\n$600000000\r\nx") // more than the 512 MB of the start
			t.Dial().Exchange(cmd("CONFIG", "SET", "proto-max-bulk-len", "1mb"), "+OK\r\n")
			c = t.Dial()
			c.Exchange("*2\r\n$4\r\nECHO\r\n$1048577\r\n", "-ERR Protocol error: invalid bulk length\r\n")
			c.ExpectClosed()
		}},
		{Name: "--logfile and --loglevel are where and how much is told", Args: []string{"--logfile", "told.log", "--loglevel", "verbose"}, Run: func(t *T) {
			path := filepath.Join(t.Server().Dir, "told.log")
			t.Dial().Exchange("PING\r\n", "+PONG\r\n")
			t.Until("the log tells of the client", func() bool {
				text, _ := os.ReadFile(path)
				return strings.Contains(string(text), " * Ready to accept connections\n") && strings.Contains(string(text), " - Accepted 127.0.0.1:")
			})
			require.NotContains(t, t.Server().Log(), "Ready to accept")
		}},
		{Name: "--loglevel warning does not tell that the server is ready", Args: []string{"--loglevel", "warning"}, Run: func(t *T) {
			t.Dial().Exchange("PING\r\n", "+PONG\r\n")
			require.NotContains(t, t.Server().Log(), "Ready to accept")
		}},
		{Name: "a log file that cannot be opened is refused", Run: func(t *T) {
			code, output := t.Execute("--logfile", "/nonexistent/told.log")
			require.Equal(t, 1, code)
			require.Contains(t, strings.ToLower(output), "no such file or directory")
		}},
	})
}

// strangersAddress connects to the server by an address of this machine that is not
// the loopback's: the client's own is the same then.
func strangersAddress(t *T) *conformance.Conn {
	_, port, err := net.SplitHostPort(t.Addr())
	require.NoError(t, err)
	all, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range all {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			return t.DialAddr(net.JoinHostPort(ip.IP.String(), port))
		}
	}
	t.Skip("this machine has no address but the loopback's")
	return nil
}

func strangersAreDenied(t *T) {
	t.Dial().Exchange("PING\r\n", "+PONG\r\n")
	c := strangersAddress(t)
	c.Expect(denied)
	c.ExpectClosed()
}

func strangersAreLetIn(t *T) {
	strangersAddress(t).Expect(denied)
	t.Dial().Exchange(cmd("CONFIG", "SET", "protected-mode", "no"), "+OK\r\n")
	strangersAddress(t).Exchange("PING\r\n", "+PONG\r\n")
}
