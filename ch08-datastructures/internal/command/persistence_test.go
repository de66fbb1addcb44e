package command

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/aof"
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/eventloop"
	"redis-internals/ch08/internal/logging"
)

// stillLoop is an event loop of which the log needs only the time.
type stillLoop struct{ s *session }

func (l stillLoop) Now() time.Time                                             { return l.s.now }
func (l stillLoop) After(time.Duration, func() time.Duration) *eventloop.Timer { return nil }
func (l stillLoop) Quiet() time.Duration                                       { return 0 }
func (l stillLoop) Post(func())                                                {}

// logTo makes the session's engine load the log in dir, and go on with it.
func (s *session) logTo(dir string) *aof.Log {
	log := s.openLog(dir)
	require.NoError(s.t, s.c.Engine.Load(log, func() bool { return false }))
	s.startLog(log)
	return log
}

func (s *session) openLog(dir string) *aof.Log {
	opts := config.Default()
	opts.AppendOnly, opts.AppendFsync, opts.Dir = true, config.Never, dir
	log, err := aof.Open(opts, stillLoop{s}, &logging.Logger{})
	require.NoError(s.t, err)
	return log
}

func (s *session) startLog(log *aof.Log) {
	require.NoError(s.t, log.Start())
	s.c.Engine.SetLog(log)
}

// logged is what the log in dir has got, as words.
func logged(t *testing.T, log *aof.Log, dir string) string {
	require.NoError(t, log.Flush())
	content, err := os.ReadFile(filepath.Join(dir, "appendonlydir", "appendonly.aof.1.incr.aof"))
	require.NoError(t, err)
	var words []string
	for _, line := range strings.Split(string(content), "\r\n") {
		switch {
		case strings.HasPrefix(line, "*"):
			words = append(words, "|")
		case !strings.HasPrefix(line, "$"):
			words = append(words, line)
		}
	}
	text := strings.TrimPrefix(strings.Join(words, " "), "| SELECT 0")
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "|"))
}

// Executed again, at any later time, the log must give the same data.
func TestCall_LogsWhatHappenedAndNotWhatWasAsked(t *testing.T) {
	for _, tc := range []struct{ requests, log string }{
		{"get k", ""},
		{"set k v", "set k v"},
		{"SET k v nx", "SET k v nx"},
		{"set k v | set k w nx", "set k v"},
		{"set k v xx", ""},
		{"set k v get", "set k v"},
		{"set k v ex 100", "set k v PXAT 1700000100000"},
		{"set k v px 5 nx get", "set k v PXAT 1700000000005"},
		{"set k v exat 1700000005", "set k v PXAT 1700000005000"},
		{"set k v ex 100 | set k w keepttl", "set k v PXAT 1700000100000 | set k w keepttl"},
		{"set k v | expire k 100", "set k v | PEXPIREAT k 1700000100000"},
		{"set k v | pexpire k 100", "set k v | PEXPIREAT k 1700000000100"},
		{"set k v | expireat k 1700000001", "set k v | PEXPIREAT k 1700000001000"},
		{"set k v | expire k 100 xx", "set k v"},
		{"set k v | expire k -1", "set k v | DEL k"},
		{"set k v | pexpireat k 1", "set k v | DEL k"},
		{"set k v | persist k", "set k v"},
		{"set k v px 9 | persist k", "set k v PXAT 1700000000009 | persist k"},
		{"set k v | del k none k", "set k v | del k none k"},
		{"del none", ""},
		{"set k v | unlink k", "set k v | unlink k"},
		{"exists k", ""},
		{"flushall", "flushall"}, // Redis logs it even where there was nothing
		{"set k v | flushdb async", "set k v | flushdb async"},
		{"set k", ""},
		{"set k v px 5 | later | get k", "set k v PXAT 1700000000005 | DEL k"},
		{"set k v px 5 | later | set k w", "set k v PXAT 1700000000005 | DEL k | set k w"},
		{"set k v px 5 | later | set k w nx", "set k v PXAT 1700000000005 | DEL k | set k w nx"},
		{"set k v px 5 | later | del k", "set k v PXAT 1700000000005 | DEL k"},
		{"incr n | incrby n 5 | decr n | decrby n 2", "incr n | incrby n 5 | decr n | decrby n 2"},
		{"set k v | incr k", "set k v"},
		{"select 3 | set k v | select 0 | set k w", "SELECT 3 | set k v | SELECT 0 | set k w"},
		{"swapdb 0 3", "swapdb 0 3"},
		{"set k v | move k 1", "set k v | move k 1"},
		{"set k v | move none 1", "set k v"},
		{"select 5 | set k v | flushall", "SELECT 5 | set k v | flushall"},
		{"set k v px 5 | later | cycle", "set k v PXAT 1700000000005 | DEL k"},
	} {
		s, dir := newSession(t), t.TempDir()
		log := s.logTo(dir)
		for _, request := range strings.Split(tc.requests, " | ") {
			switch request {
			case "later":
				s.now = s.now.Add(10 * time.Millisecond)
			case "cycle":
				s.c.Engine.ExpireCycle(time.Second)
			default:
				s.ask(strings.Fields(request)...)
			}
		}
		require.Equal(t, tc.log, logged(t, log, dir), tc.requests)
		require.NoError(t, log.Close())

		again := newSession(t)
		again.now = s.now
		again.logTo(dir)
		for _, request := range []string{"get k", "pexpiretime k", "dbsize"} {
			require.Equal(t, s.ask(strings.Fields(request)...), again.ask(strings.Fields(request)...), "%s: %s", tc.requests, request)
		}
	}
}

// A key that has expired while there was no server is there while the log is
// executed: commands that follow in the log were answered when it was.
func TestLoad_TimeStandsStill(t *testing.T) {
	s, dir := newSession(t), t.TempDir()
	log := s.logTo(dir)
	s.expect("set k v px 5", ok)
	s.expect("set k w xx keepttl", ok)
	s.expect("set other v", ok)
	require.NoError(t, log.Close())
	s = newSession(t)
	s.now = s.now.Add(time.Second)
	s.logTo(dir)
	s.expect("dbsize", ":2\r\n")
	s.expect("get k", null)
	s.expect("dbsize", ":1\r\n")
}

func TestLoad_IsAUseOfEachKey(t *testing.T) {
	dir := t.TempDir()
	s := newSession(t)
	log := s.logTo(dir)
	s.expect("SET k v", "+OK\r\n")
	require.NoError(t, log.Close())
	s = newSession(t)
	s.logTo(dir)
	s.expect("OBJECT IDLETIME k", ":0\r\n")
}

func TestLoad_AnswersThatItLasts(t *testing.T) {
	s, dir := newSession(t), t.TempDir()
	log := s.logTo(dir)
	for range 2000 {
		s.expect("set k v", ok)
	}
	require.NoError(t, log.Close())
	s = newSession(t)
	log = s.openLog(dir)
	defer log.Close()
	asked := false
	require.NoError(t, s.c.Engine.Load(log, func() bool {
		asked = true
		for _, request := range []string{"get k", "set k v", "ping", "dbsize"} {
			s.expect(request, "-LOADING Redis is loading the dataset in memory\r\n")
		}
		s.expect("client id", ":1\r\n")
		return false
	}))
	require.True(t, asked)
	s.expect("get k", "$1\r\nv\r\n")
}

func TestLoad_RefusesACommandThatDoesNotSucceed(t *testing.T) {
	for text, want := range map[string]string{
		"*1\r\n$4\r\nNOPE\r\n":                                 "unknown command 'NOPE'",
		"*1\r\n$12\r\nBGREWRITEAOF\r\n":                        "'bgrewriteaof' is not a command on data",
		"*2\r\n$4\r\nECHO\r\n$1\r\nk\r\n":                      "'echo' is not a command on data",
		"*1\r\n$3\r\nSET\r\n":                                  "wrong number of arguments for 'set'",
		"*4\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n": "'set' answers: ERR syntax error",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "appendonly.aof"), []byte(text), 0o644))
		s := newSession(t)
		log := s.openLog(dir)
		require.ErrorContains(t, s.c.Engine.Load(log, func() bool { return false }), want)
		require.NoError(t, log.Close())
	}
}

// While the log cannot be written nothing may change, and whoever asks for a
// sign of life is told so.
func TestExecute_RefusesWritesWhileTheLogFails(t *testing.T) {
	s, dir := newSession(t), t.TempDir()
	require.NoError(t, s.logTo(dir).Close())
	incr := filepath.Join(dir, "appendonlydir", "appendonly.aof.1.incr.aof")
	log := s.openLog(dir)
	require.NoError(t, errors.Join(os.Remove(incr), os.Symlink("/dev/full", incr)))
	s.startLog(log)
	defer log.Close() // it ends the rewrite
	s.expect("set k v", ok)
	require.NoError(t, log.Flush())
	const full = "-MISCONF Errors writing to the AOF file: No space left on device\r\n"
	for _, request := range []string{"set k w", "del k", "flushall", "expire k 5", "ping"} {
		s.expect(request, full)
	}
	s.expect("get k", "$1\r\nv\r\n")
	s.expect("bgrewriteaof", "+Background append only file rewriting started\r\n")
	s.expect("bgrewriteaof", "-ERR Background append only file rewriting already in progress\r\n")
}

// A write that is logged costs no more garbage than one that is not.
func TestCall_LoggingAllocatesNothing(t *testing.T) {
	for _, request := range []string{"set k v", "set k v ex 100", "set k v pxat 1700000100000", "incr n", "expire k 100", "pexpireat k 1700000200000", "get k", "persist k"} {
		s := newSession(t)
		log := s.logTo(t.TempDir())
		s.expect("set k v", ok)
		s.c.Args = nil
		for _, word := range strings.Fields(request) {
			s.c.Args = append(s.c.Args, []byte(word))
		}
		execute := func() {
			s.c.Reply = s.c.Reply[:0]
			s.c.Engine.Execute(&s.c)
			_ = log.Flush()
		}
		execute()
		require.Zero(t, testing.AllocsPerRun(100, execute), request)
	}
}
