package verbs

import (
	"net"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/harness"
)

// patience is how long a server may take to start or to end. A test that passes never waits so
// long.
const patience = 30 * time.Second

// A port that somebody has is told by the server, and by nobody else.
func TestRun_ABusyPortIsTheLastLine(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	code, _, stderr := verb(t, "make run CH=01 ARGS='--port "+port+"'")
	require.NotZero(t, code)
	require.Contains(t, stderr, "is in use")
	require.NotContains(t, stderr, "make: ***")
	requireFits(t, stderr)
}

// The server ends, whoever is told to: make by kill, or all of them by the terminal.
func TestRun_SignalsReachTheServer(t *testing.T) {
	for name, send := range map[string]func(pid int) error{
		"SIGTERM to make":      func(pid int) error { return syscall.Kill(pid, syscall.SIGTERM) },
		"SIGINT to everybody":  func(pid int) error { return syscall.Kill(-pid, syscall.SIGINT) },
		"SIGTERM to everybody": func(pid int) error { return syscall.Kill(-pid, syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			port, err := harness.ReservePort()
			require.NoError(t, err)
			defer port.Release()
			addr := "127.0.0.1:" + strconv.Itoa(port.Number)
			root, err := chapters.Root()
			require.NoError(t, err)
			cmd := exec.Command("make", "run", "CH=01", "ARGS=--port "+strconv.Itoa(port.Number))
			cmd.Dir = root
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			cmd.Env = typed()
			require.NoError(t, cmd.Start())
			t.Cleanup(func() {
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
				_ = cmd.Wait()
			})
			until(t, "the server listens", func() bool { return listens(addr) })
			require.NoError(t, send(cmd.Process.Pid))
			until(t, "the server has ended", func() bool { return !listens(addr) })
		})
	}
}

func listens(addr string) bool {
	nc, err := net.DialTimeout("tcp", addr, time.Second)
	if err == nil {
		_ = nc.Close()
	}
	return err == nil
}

func until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !cond(); time.Sleep(5 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), what)
	}
}
