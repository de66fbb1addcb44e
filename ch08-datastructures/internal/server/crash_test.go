package server

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/command"
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/logging"
	"redis-internals/ch08/internal/zmalloc"
)

// The test program runs itself as a server that crashes: crashVariable says how, and
// logVariable where the log is.
const (
	crashVariable = "TEST_CRASH"
	logVariable   = "TEST_CRASH_LOG"
)

// crashing are ways to crash, on the loop unless they say otherwise.
var crashing = map[string]func(s *Server){
	"panic":    func(*Server) { panic("for a test") },
	"no words": func(*Server) { panic(errors.New("")) },
	"index":    func(s *Server) { _ = s.listeners[len(s.listeners)+1] },
	"nil":      func(*Server) { (*conn)(nil).served = true },
	"off the heap": func(*Server) {
		const end = 1<<32 - 1 // the last reference there is: a page that no key has come to
		*(*byte)(zmalloc.Pointer(end)) = 1
	},
	"in a command": func(s *Server) {
		s.opts.EnableDebugCommand = config.Everybody
		c := s.engine.NewClient(7)
		c.Args = [][]byte{[]byte("debug"), []byte("panic"), []byte("\xff\n" + strings.Repeat("x", 200))}
		s.engine.Execute(&c)
	},
	"in INFO, too": func(s *Server) {
		s.engine.Keyspace = nil
		panic("for a test")
	},
	"SIGSEGV": func(*Server) { _ = unix.Kill(unix.Getpid(), unix.SIGSEGV) },
	"SIGFPE":  func(*Server) { _ = unix.Kill(unix.Getpid(), unix.SIGFPE) },
	"stuck":   func(*Server) { _ = unix.Kill(unix.Getpid(), unix.SIGBUS); time.Sleep(time.Hour) },
	"beside the loop": func(*Server) {
		go func() { panic("for a test") }()
		time.Sleep(time.Hour)
	},
	"fatal": func(*Server) { new(sync.Mutex).Unlock() }, // no panic: nobody can recover
	"at the end": func(s *Server) {
		s.aof = nil
		s.loop.Stop()
	},
	"not told": func(s *Server) {
		s.opts.CrashLog = false
		_, _ = s.ConfigChanged([]string{"crash-log-enabled"})
		(*conn)(nil).served = true
	},
}

// TestCrashes_child is the server that crashes.
func TestCrashes_child(t *testing.T) {
	crash := crashing[os.Getenv(crashVariable)]
	if crash == nil {
		t.Skip("is run by other tests")
	}
	log, err := logging.Open(os.Getenv(logVariable), logging.Warning)
	require.NoError(t, err)
	opts := options(t)
	opts.AppendOnly = true
	s, err := Listen(opts, command.Families, log)
	require.NoError(t, err)
	if os.Getenv(crashVariable) == "stuck" {
		loopPatience = time.Millisecond // it will not come
	}
	s.WatchForCrashes()
	s.loop.Post(func() { crash(s) })
	t.Fatal(s.Run(func() {}))
}

// crashed lets a server crash, and returns the signal that it died by and its log.
func crashed(t *testing.T, how string) (by unix.Signal, log string) {
	t.Helper()
	dir := t.TempDir() // the child's own, too: who crashes does not tidy up
	path := filepath.Join(dir, "log")
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashes_child$")
	cmd.Env = append(os.Environ(), crashVariable+"="+how, logVariable+"="+path, "TMPDIR="+dir)
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s", output)
	status := exit.Sys().(syscall.WaitStatus)
	require.True(t, status.Signaled(), "it ended with %d: %s", status.ExitStatus(), output)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return status.Signal(), string(text)
}

func TestCrash_IsToldAndDiesByTheSignal(t *testing.T) {
	const start, end = "=== REDIS BUG REPORT START", "=== REDIS BUG REPORT END"
	state := []string{"------ INFO OUTPUT ------", "# Keyspace", "------ CLIENT LIST OUTPUT ------"}
	for _, tc := range []struct {
		how   string
		by    unix.Signal
		words []string
	}{
		{"panic", unix.SIGABRT, append(state, "Guru Meditation: for a test #crash_test.go:")},
		{"no words", unix.SIGABRT, append(state, "Guru Meditation:  #crash_test.go:")},
		{"index", unix.SIGABRT, append(state, "Guru Meditation: runtime error: index out of range")},
		{"nil", unix.SIGSEGV, append(state, "crashed by signal: 11", "Crashed at: crash_test.go:")},
		{"off the heap", unix.SIGSEGV, append(state, "crashed by signal: 11", "Accessing address: 0x")},
		{"in INFO, too", unix.SIGABRT, []string{"Guru Meditation: for a test", "telling this has crashed, too", "------ CLIENT LIST OUTPUT ------"}},
		{"at the end", unix.SIGSEGV, append(state, "crashed by signal: 11", "Crashed at: ")},
		{"SIGSEGV", unix.SIGSEGV, append(state, "crashed by signal: 11")},
		{"SIGFPE", unix.SIGFPE, append(state, "crashed by signal: 8")},
		{"stuck", unix.SIGBUS, []string{"crashed by signal: 7", "time.Sleep", "The loop is busy"}},
	} {
		t.Run(tc.how, func(t *testing.T) {
			t.Parallel()
			by, log := crashed(t, tc.how)
			require.Equal(t, tc.by, by, log)
			for _, word := range append(tc.words, start, "------ STACK TRACE ------", "crash_test.go:", end) {
				require.Contains(t, log, word)
			}
		})
	}
}

func TestCrash_ToldByTheRuntimeGoesToTheLogFileToo(t *testing.T) {
	for how, word := range map[string]string{"fatal": "runtime.fatal(", "beside the loop": "panic({"} {
		by, log := crashed(t, how)
		require.Equal(t, unix.SIGABRT, by)
		require.Contains(t, log, word)
		require.Contains(t, log, "crash_test.go:")
	}
}

func TestCrash_NamesTheCommandWordByWord(t *testing.T) {
	_, log := crashed(t, "in a command")
	require.Contains(t, log, "------ CURRENT CLIENT INFO ------\nargv[0]: '\"debug\"'\nargv[1]: '\"panic\"'\nargv[2]: '\"\\xff\\n")
	require.NotContains(t, log, strings.Repeat("x", maxArgShown), "of a long word only the beginning")
}

func TestCrash_IsNotToldIfTheSettingsSaySo(t *testing.T) {
	by, log := crashed(t, "not told")
	require.Equal(t, unix.SIGSEGV, by)
	require.Empty(t, log)
}
