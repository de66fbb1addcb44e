package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench"
)

// listen accepts one connection after the other and hands it to talk.
func listen(t *testing.T, talk func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			go talk(conn)
		}
	}()
	return l.Addr().String()
}

// pong answers single PINGs: enough where one request is sent at a time.
func pong(conn net.Conn) {
	buf := make([]byte, 64)
	for {
		n, err := conn.Read(buf)
		if err != nil || string(buf[:n]) != "*1\r\n$4\r\nPING\r\n" {
			return
		}
		_, _ = conn.Write([]byte("+PONG\r\n"))
	}
}

const brief = "-no-redis -commands ping -pipeline 1 -clients 1 -rounds 2 -seconds 0.02 -addr "

func TestRun_PrintsTheTableAndItsProgressApart(t *testing.T) {
	addr, file := listen(t, pong), filepath.Join(t.TempDir(), "x.json")
	var out, errs bytes.Buffer
	require.Zero(t, run(t.Context(), append(strings.Fields(brief+addr), "-json", file), &out, &errs), errs.String())
	require.Contains(t, out.String(), addr+": 1 client, 2 rounds of 20ms\n")
	require.Equal(t, "round 1 of 2\nround 2 of 2\n", errs.String())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), `"command": "ping"`)
}

func TestRun_ExitsWithOneAndSaysWhatAServerDid(t *testing.T) {
	addr := listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte("-ERR max clients\r\n")) })
	var out, errs bytes.Buffer
	require.Equal(t, 1, run(t.Context(), strings.Fields(brief+addr), &out, &errs))
	require.Contains(t, errs.String(), `bench: server (`+addr+`) answered ping with "-ERR max clients\r\n" where`)
	require.Empty(t, out.String())
}

func TestRun_ExitsWith130WhenItIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	addr := listen(t, func(net.Conn) { cancel() }) // and says nothing
	var out, errs bytes.Buffer
	require.Equal(t, interrupted, run(ctx, strings.Fields(brief+addr), &out, &errs))
	require.True(t, strings.HasSuffix(errs.String(), "bench: interrupted\n"), errs.String())
	require.Empty(t, out.String())
}

func TestProgress_OnATerminalIsOneLineThatIsErased(t *testing.T) {
	var out bytes.Buffer
	p := &progress{to: &out, terminal: true}
	p.clear()
	require.Empty(t, out.String(), "nothing was shown yet")
	p.show(bench.Step{Round: 1, Rounds: 2, Done: 1, Total: 4, What: "round 1 of 2: ping"})
	p.clear()
	require.Equal(t, "\r\x1b[K 25% round 1 of 2: ping\r\x1b[K", out.String())
}
