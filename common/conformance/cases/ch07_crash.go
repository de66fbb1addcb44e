// ch07_crash.go: a server that crashes tells what it can, dies by the signal, and has lost
// nothing that it acknowledged.

package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

const (
	reportStart = "=== REDIS BUG REPORT START: Cut & paste starting from here ===\n"
	reportEnd   = "=== REDIS BUG REPORT END. Make sure to include from START to END. ===\n"
)

// The parts of every report, and of one about a command.
var (
	reported        = []string{reportStart, "------ STACK TRACE ------\n", "------ INFO OUTPUT ------\n# Server\r\n", "\n# Keyspace\r\n", "------ CLIENT LIST OUTPUT ------\n", reportEnd}
	reportedCommand = "------ CURRENT CLIENT INFO ------\nid="
)

// crashable is a server that can be made to crash. Redis looks through all its memory
// afterwards; that takes a while.
var crashable = slices.Concat([]string{"--crash-memcheck-enabled", "no"}, debuggable)

func crash() list {
	rows := list{
		{Name: "DEBUG SEGFAULT is told of, with the command's words", Run: crashesIn(syscall.SIGSEGV, []string{"DEBUG", "segfault", "a \"b\"\r\n"},
			reportedCommand, "crashed by signal: 11", "Accessing address: 0x", `argv[0]: '"DEBUG"'`, `argv[1]: '"segfault"'`, `argv[2]: '"a \"b\"\r\n"'`)},
		{Name: "DEBUG PANIC is told of, with the command's words", Run: crashesIn(syscall.SIGABRT, []string{"DEBUG", "PANIC"},
			reportedCommand, "Guru Meditation: DEBUG PANIC called at Unix time ", `argv[0]: '"DEBUG"'`, `argv[1]: '"PANIC"'`)},
		{Name: "of a long word a report has the beginning", Run: crashesIn(syscall.SIGSEGV, []string{"DEBUG", "SEGFAULT", strings.Repeat("x", 1000)},
			`argv[2]: '"`+strings.Repeat("x", 128)+"\"'\n")},
		{Name: "a crash inside of a transaction tells the queued command's words, and keeps nothing of it", Run: crashesInTransaction},
		{Name: "a report goes to the log file", Run: reportsToFile},
		{Name: "crash-log-enabled no leaves the report of a signal out", Run: silentCrash(syscall.SIGSEGV, "SEGFAULT", false)},
		{Name: "crash-log-enabled no leaves most of a panic's report out", Run: silentCrash(syscall.SIGABRT, "PANIC", true)},
		{Name: "a server that is busy is ended by SIGSEGV, too", Run: killedWhileBusy},
		{Name: "a crash writes nothing more to the log, and has lost nothing that was acknowledged", Run: crashSavesNothing},
		{Name: "a crash under load loses nothing acknowledged", Timeout: time.Minute, Run: crashUnderLoad},
	}
	for _, sig := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGABRT} {
		rows = append(rows, conformance.Case{Name: fmt.Sprintf("signal %d (%v) from outside is told of, and ends the server", sig, sig), Run: killedBy(sig)})
	}
	return in(7, lesson7Shutdown, rows)
}

// dies expects that the server ends by that signal, with these words in its log.
func dies(t *T, s *harness.Server, by syscall.Signal, words ...string) {
	select {
	case <-s.Exited():
	case <-time.After(t.Patience()):
		require.Fail(t, "the server still runs", s.Log())
	}
	require.Equal(t, by, s.EndedBy(), s.Log())
	for _, w := range words {
		require.Contains(t, s.Log(), w)
	}
}

// crashesIn crashes a server with a command.
func crashesIn(by syscall.Signal, command []string, words ...string) func(*T) {
	return func(t *T) {
		s := t.Start(harness.Options{Args: crashable})
		c := t.DialAddr(s.Addr)
		c.Exchange(cmd("SET", "a", "1"), done)
		c.Send(cmd(command...))
		c.ExpectClosed()
		dies(t, s, by, slices.Concat(reported, words)...)
	}
}

// crashesInTransaction crashes in the middle of EXEC. Of what ran before nothing is kept.
func crashesInTransaction(t *T) {
	d := newDisk(t)
	s, c := d.start(crashable...)
	speak(c, plain, "SET before 1", done, "MULTI", done, "SET a 1", "+QUEUED\r\n")
	c.Exchange(cmd("DEBUG", "SEGFAULT", "b"), "+QUEUED\r\n")
	c.Send(cmd("EXEC"))
	c.ExpectClosed()
	dies(t, s, syscall.SIGSEGV, reportedCommand, `argv[0]: '"DEBUG"'`, `argv[2]: '"b"'`)
	_, c = d.start()
	speak(c, plain, "EXISTS before", one, "EXISTS a", zero)
}

func killedBy(sig syscall.Signal) func(*T) {
	return func(t *T) {
		s := t.Start(harness.Options{Args: crashable})
		t.DialAddr(s.Addr).Exchange("PING\r\n", "+PONG\r\n")
		require.NoError(t, s.Signal(sig))
		dies(t, s, sig, slices.Concat(reported, []string{fmt.Sprintf("crashed by signal: %d", int(sig))})...)
		require.NotContains(t, s.Log(), "CURRENT CLIENT", "no command was being executed")
	}
}

// killedWhileBusy has a command run that would not end for an hour.
func killedWhileBusy(t *T) {
	s := t.Start(harness.Options{Args: crashable})
	c := t.DialAddr(s.Addr)
	c.Exchange("PING\r\n", "+PONG\r\n")
	c.Send(cmd("DEBUG", "SLEEP", "3600"))
	require.NoError(t, s.Signal(syscall.SIGSEGV))
	dies(t, s, syscall.SIGSEGV, reportStart, "crashed by signal: 11", "------ STACK TRACE ------\n", reportEnd)
}

func reportsToFile(t *T) {
	d := newDisk(t)
	s, c := d.start(append(slices.Clone(crashable), "--logfile", "server.log")...)
	c.Send(cmd("DEBUG", "SEGFAULT"))
	c.ExpectClosed()
	dies(t, s, syscall.SIGSEGV)
	require.NotContains(t, s.Log(), reportStart)
	log, err := os.ReadFile(filepath.Join(d.path, "server.log"))
	require.NoError(t, err)
	for _, w := range slices.Concat(reported, []string{reportedCommand, `argv[1]: '"SEGFAULT"'`}) {
		require.Contains(t, string(log), w)
	}
}

// silentCrash crashes servers that shall not tell of it: they are told so at the start, or
// by a client.
func silentCrash(by syscall.Signal, sub string, begins bool) func(*T) {
	return func(t *T) {
		for _, option := range []string{"no", "yes"} {
			s := t.Start(harness.Options{Args: append(slices.Clone(crashable), "--crash-log-enabled", option)})
			c := t.DialAddr(s.Addr)
			c.Exchange(cmd("CONFIG", "SET", "crash-log-enabled", "no"), done)
			c.Send(cmd("DEBUG", sub))
			c.ExpectClosed()
			dies(t, s, by)
			require.Equal(t, begins, strings.Contains(s.Log(), reportStart), s.Log())
			require.Equal(t, begins, strings.Contains(s.Log(), reportEnd))
			require.NotContains(t, s.Log(), "STACK TRACE")
			require.NotContains(t, s.Log(), "INFO OUTPUT")
		}
	}
}

// crashSavesNothing has a write wait to be logged when the server crashes. It was not
// acknowledged, and is gone.
func crashSavesNothing(t *T) {
	d := newDisk(t)
	s, c := d.start(crashable...)
	setKeys(c, plain, 0, 20)
	c.Send(cmd("SET", "late", "v") + cmd("DEBUG", "SEGFAULT"))
	c.ExpectClosed()
	dies(t, s, syscall.SIGSEGV, `argv[1]: '"SEGFAULT"'`)
	_, c = d.start()
	speak(c, plain, "DBSIZE", ":20\r\n", "EXISTS late", zero)
}

func crashUnderLoad(t *T) {
	d := newDisk(t)
	var n counters
	for _, sub := range []string{"SEGFAULT", "PANIC"} {
		s, c := d.start(crashable...)
		n.expect(t, c)
		n.run(t, s.Addr)
		n.awaitMore(t, 100)
		c.Send(cmd("DEBUG", sub))
		c.ExpectClosed()
		t.Wait()
		dies(t, s, map[string]syscall.Signal{"SEGFAULT": syscall.SIGSEGV, "PANIC": syscall.SIGABRT}[sub])
	}
	_, c := d.start()
	n.expect(t, c)
}
