package main

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun_WrongUseIsOneLineAndCode2(t *testing.T) {
	for _, args := range [][]string{
		{"-addr", "127.0.0.1:1"},
		{"-addr", "nonsense"},
		{"-upto", "x"},
		{"-upto", "99"},
		{"-nonsense"},
		{"-cmd", "true"},
		{"-cmd", "true {port}", "-addr", "127.0.0.1:1"},
		{"-flags", "appendonly"},
		{"extra"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 2, run(args, &stdout, &stderr), "%q", args)
		require.Empty(t, stdout.String())
		require.Equal(t, 1, strings.Count(stderr.String(), "\n"), "%s", stderr.String())
	}
}

// A server that answers everything with the same line passes the cases in which
// this is right, and is told where it first is not.
func TestRun_WrongServerIsCode1WithTheFirstFailureInFull(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.WriteString(conn, "+PANG\r\n+PANG\r\n")
				buf := make([]byte, 1)
				_, _ = conn.Read(buf)
			}()
		}
	}()
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run([]string{"-addr", l.Addr().String(), "-upto", "2"}, &stdout, &stderr))
	out := stdout.String()
	require.Contains(t, out, "FAIL  PING is answered\n")
	require.Contains(t, out, `expected  "+PONG\r\n"`)
	require.Contains(t, out, "^ byte 2: expected 'O' (0x4f), came 'A' (0x41)")
	require.Equal(t, 1, strings.Count(out, "FAIL"), "one failure in full:\n%s", out)
	require.Empty(t, stderr.String())
}
