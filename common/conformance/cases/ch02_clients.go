// ch02_clients.go: connections by the dozen and by the thousand, the command line, real clients.

package cases

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const (
	lesson2Clients = "Many clients"
	tooMany        = "-ERR max number of clients reached\r\n"
)

// manyClients is connections by the dozen and by the thousand.
func manyClients() list {
	return in(2, lesson2Clients, list{
		{Name: "64 clients get their own replies in order", Run: sixtyFour},
		{Name: "10000 connections stay open while 50 work", Run: tenThousandOpen, Own: true, Alone: true, Timeout: time.Minute},
		{Name: "a client above maxclients is told so and closed", Args: []string{"--maxclients", "10"}, Run: aboveMaxclients},
		{Name: "a place that becomes free is taken again", Args: []string{"--maxclients", "10"}, Run: placeBecomesFree},
		{Name: "1000 clients come and go", Run: comeAndGo},
	})
}

func sixtyFour(t *T) {
	for client := range 64 {
		c := t.Dial()
		t.Go(func() {
			for round := range 20 {
				var requests, replies strings.Builder
				for i := range 10 {
					s := fmt.Sprintf("client %d round %d request %d", client, round, i)
					requests.WriteString(cmd("ECHO", s))
					replies.WriteString(bulk(s))
				}
				c.Exchange(requests.String(), replies.String())
			}
		})
	}
}

func tenThousandOpen(t *T) {
	const open, active = 10_000, 50
	if limit := conformance.FileLimit(); limit < open+200 {
		t.Skip(fmt.Sprintf("this process may open %d files only (ulimit -n)", limit))
	}
	conns := openMany(t, open)
	t.Cleanup(func() {
		for _, c := range conns {
			c.Reset() // no TIME_WAIT, so that the ports are free at once
		}
	})
	for i := range active {
		t.Go(func() { pingPromptly(t, conns[i*open/active], 100) })
	}
	t.Wait()
	for _, c := range conns {
		c.Send(cmd("PING"))
	}
	for _, c := range conns {
		c.Expect("+PONG\r\n")
	}
}

// openMany opens n connections. Every hundredth is served before the next is
// dialled: a full accept queue would drop some, to be tried again a second later.
func openMany(t *T, n int) []*conformance.Conn {
	conns := make([]*conformance.Conn, n)
	for i := range conns {
		conns[i] = t.Dial()
		if i%100 < 99 {
			continue
		}
		conns[i].Send(cmd("PING"))
		if reply := conns[i].Reply(); reply.IsError() && "-"+reply.Text+"\r\n" == tooMany && t.OnlyAddress() {
			t.Skip("this server is set to take fewer clients")
		} else {
			require.Equal(t, "PONG", reply.Text, "connection %d", i)
		}
	}
	return conns
}

// fill opens ten connections, each known to be served.
func fill(t *T) []*conformance.Conn {
	conns := make([]*conformance.Conn, 10)
	for i := range conns {
		conns[i] = t.Dial()
		conns[i].Exchange(cmd("PING"), "+PONG\r\n")
	}
	return conns
}

func aboveMaxclients(t *T) {
	conns := fill(t)
	for range 3 {
		late := t.Dial()
		late.Expect(tooMany)
		late.ExpectEOF()
	}
	for _, c := range conns {
		c.Exchange(cmd("PING"), "+PONG\r\n")
	}
}

func placeBecomesFree(t *T) {
	conns := fill(t)
	t.Dial().Expect(tooMany)
	conns[3].Close()
	t.Until("a new client is served", func() bool {
		c := t.Dial()
		if c.TrySend(cmd("PING")) != nil {
			return false
		}
		return c.Served()
	})
}

func comeAndGo(t *T) {
	for range 1000 {
		c := t.Dial()
		c.Exchange("PING\r\n", "+PONG\r\n")
		c.Reset()
	}
}

// commandLine is how the server is started and ended.
func commandLine() list {
	rows := list{
		{Name: "the log says when the server is ready", Run: saysReady},
		{Name: "a taken port is refused, with a way out", StageOnly: "the advice is ours", Run: takenPortWithAdvice},
		{Name: "SIGINT ends the server with code 0", Own: true, Run: endsOn(os.Interrupt, "+PONG\r\n")},
		{Name: "SIGTERM ends the server with code 0", Own: true, Run: endsOn(syscall.SIGTERM, "+PONG\r\n")},
		{Name: "SIGTERM ends the server while clients are connected", Own: true, Run: endsWithClients},
		{Name: "--bind takes several addresses", Args: []string{"--bind", "127.0.0.1 ::1"}, Run: bindsBoth},
		{Name: "--bind passes over what a minus allows to be missing", Args: []string{"--bind", "127.0.0.1 -192.0.2.1"}, Run: func(t *T) { t.Dial().Exchange("PING\r\n", "+PONG\r\n") }},
		{Name: "--tcp-keepalive and --tcp-backlog are taken", Args: []string{"--tcp-keepalive", "0", "--tcp-backlog", "16"}, Run: func(t *T) { t.Dial().Exchange("PING\r\n", "+PONG\r\n") }},
		{Name: "an address that is not this machine's is refused", Run: refusesFlags("--port", "6399", "--bind", "192.0.2.1")},
	}
	for _, args := range [][]string{
		{"--port", "abc"},
		{"--port", "70000"},
		{"--port", "-1"},
		{"--port"},
		{"--maxclients", "0"},
		{"--maxclients", "x"},
		{"--tcp-keepalive", "-1"},
		{"--tcp-backlog", "x"},
		{"--nonsense", "1"},
		{"--nonsense"},
		{"nonsense"},
	} {
		rows = append(rows, conformance.Case{Name: "refused with code 1: " + strings.Join(args, " "), Run: refusesFlags(args...)})
	}
	return in(2, lesson2Clients, rows)
}

func saysReady(t *T) {
	s := t.Server()
	t.Until("the log has: Ready to accept connections", func() bool {
		return strings.Contains(s.Log(), "Ready to accept connections")
	})
}

func takenPortWithAdvice(t *T) {
	takenPort(t)
	_, port, err := net.SplitHostPort(t.Addr())
	require.NoError(t, err)
	_, output := t.Execute("--port", port)
	require.Contains(t, output, "--port 7000")
}

func endsWithClients(t *T) {
	c := t.Dial()
	c.Exchange(cmd("PING", "x")+"*2\r\n$4\r\nEC", bulk("x"))
	endsInOrder(t, syscall.SIGTERM)
	c.ExpectClosed()
}

func bindsBoth(t *T) {
	t.Dial().Exchange("PING\r\n", "+PONG\r\n")
	_, port, err := net.SplitHostPort(t.Addr())
	require.NoError(t, err)
	if l, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skip("this machine has no IPv6")
	} else {
		_ = l.Close()
	}
	t.DialAddr(net.JoinHostPort("::1", port)).Exchange("PING\r\n", "+PONG\r\n")
}

// redisTools is Redis' own programs, where they are installed.
func redisTools() list {
	return in(2, lesson2Clients, list{
		{Name: "redis-cli talks to it", Run: redisCLI},
		{Name: "redis-cli pipes commands", Run: redisCLIPipe},
		{Name: "redis-benchmark runs", Run: redisBenchmark},
	})
}

func hostAndPort(t *T) (host, port string) {
	host, port, err := net.SplitHostPort(t.Addr())
	require.NoError(t, err)
	return host, port
}

func redisCLI(t *T) {
	host, port := hostAndPort(t)
	code, output := t.Command("redis-cli", "", "-h", host, "-p", port, "PING")
	require.Equal(t, "PONG\n", output)
	require.Zero(t, code)
}

func redisCLIPipe(t *T) {
	host, port := hostAndPort(t)
	_, output := t.Command("redis-cli", "PING\nECHO \"a b\"\nnosuch x\nECHO done\n", "-h", host, "-p", port)
	require.Equal(t, "PONG\na b\nERR unknown command 'nosuch', with args beginning with: 'x' \n\ndone\n", output)
}

func redisBenchmark(t *T) {
	host, port := hostAndPort(t)
	code, output := t.Command("redis-benchmark", "", "-h", host, "-p", port, "-t", "ping_inline,ping_mbulk", "-n", "10000", "-q")
	require.Zero(t, code, "%s", output)
	require.Contains(t, output, "PING_MBULK")
}
