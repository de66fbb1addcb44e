package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance/wire"
)

// listen answers each request by what answer makes of it; "" closes the connection.
func listen(t *testing.T, answer func(words []string) string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				for r := bufio.NewReader(nc); ; {
					request, err := wire.Read(r)
					if err != nil {
						return
					}
					reply := answer(request.Strings())
					if _, err := io.WriteString(nc, reply); err != nil || reply == "" {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func duels(t *testing.T, args ...string) (code int, out, errors string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestRun_WrongUseIsOneLineAndCode2(t *testing.T) {
	for _, args := range [][]string{
		{"-addr", "127.0.0.1:1", "-upto", "2"},
		{"-addr", "nonsense", "-upto", "2"},
		{"-upto", "01"},
		{"-upto", "99"},
		{"-nonsense"},
		{"-seed", "x"},
		{"-cmd", "true", "-upto", "2"},
		{"extra"},
	} {
		code, out, errors := duels(t, args...)
		require.Equal(t, 2, code, "%q", args)
		require.Empty(t, out)
		require.Equal(t, 1, strings.Count(errors, "\n"), "%s", errors)
	}
}

// A server that runs and holds something is somebody's: it is left as it is.
func TestRun_AServerWithKeysIsNotEmptied(t *testing.T) {
	var flushed atomic.Bool
	addr := listen(t, func(words []string) string {
		switch strings.ToUpper(words[0]) {
		case "PING":
			return "+PONG\r\n"
		case "DBSIZE":
			return ":12\r\n"
		case "FLUSHALL":
			flushed.Store(true)
		}
		return "-ERR unknown command\r\n"
	})
	code, _, errors := duels(t, "-addr", addr, "-upto", "3")
	require.Equal(t, 2, code)
	require.Equal(t, "duel: "+addr+" holds 12 keys, and a duel empties the server: give it an empty one, or start it by CMD=\n", errors)
	require.False(t, flushed.Load())
}

// Chapter 2 has no keys, so there is nothing to empty. What differs is told, with exit code 1.
func TestRun_ADifferenceIsCode1(t *testing.T) {
	addr := listen(t, func(words []string) string {
		if strings.EqualFold(words[0], "PING") && len(words) == 1 {
			return "+PONG\r\n"
		}
		return "+PANG\r\n"
	})
	code, out, errors := duels(t, "-addr", addr, "-upto", "2", "-seed", "3", "-time", "20s")
	require.Equal(t, 1, code, errors)
	require.Contains(t, out, "PANG")
	require.Contains(t, out, "SEED=")
	require.Empty(t, errors)
	_, again, _ := duels(t, "-addr", addr, "-upto", "2", "-seed", "3", "-time", "20s")
	require.Equal(t, out, again, "the same seed finds the same")
}

// A server that runs cannot be started again: what is known is told as it is.
func TestRun_AServerThatClosesIsTold(t *testing.T) {
	addr := listen(t, func(words []string) string {
		if strings.EqualFold(words[0], "PING") && len(words) == 1 {
			return "+PONG\r\n"
		}
		return ""
	})
	code, out, _ := duels(t, "-addr", addr, "-upto", "2", "-seed", "3", "-time", "20s")
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "it closed the connection")
	require.Contains(t, out, "Only with CMD=")
}
