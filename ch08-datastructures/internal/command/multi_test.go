package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/engine"
)

const (
	queued    = "+QUEUED\r\n"
	nullArray = "*-1\r\n"
	flawed    = "-EXECABORT Transaction discarded because of previous errors.\r\n"
)

// clients is a session of several clients, each with a name of a letter.
type clients struct {
	*session
	all map[byte]*Client
}

func newClients(t *testing.T) *clients {
	s := newSession(t)
	return &clients{s, map[byte]*Client{'A': &s.c}}
}

// do has a client execute requests, written "A> GET k", and returns the last reply.
func (s *clients) do(lines ...string) (reply string) {
	for _, line := range lines {
		who, request, _ := strings.Cut(line, "> ")
		c := s.all[who[0]]
		if c == nil {
			another := s.c.Engine.NewClient(int64(who[0]))
			c = &another
			s.all[who[0]] = c
		}
		c.Reply, c.Args = nil, nil
		for _, arg := range strings.Fields(request) {
			c.Args = append(c.Args, []byte(arg))
		}
		s.c.Engine.BeginRequests()
		s.c.Engine.Execute(c)
		s.c.Engine.EndRequests()
		reply = string(c.Reply)
	}
	return reply
}

func TestMulti_QueuesUntilExec(t *testing.T) {
	s := newClients(t)
	s.expect("MULTI", ok)
	s.expect("SET k 1", queued)
	s.expect("INCR k", queued)
	require.Equal(t, "$-1\r\n", s.do("B> GET k"), "nothing has run")
	s.expect("EXEC", "*2\r\n+OK\r\n:2\r\n")
	s.expect("EXEC", "-ERR EXEC without MULTI\r\n")
	s.expect("MULTI", ok)
	s.expect("EXEC", "*0\r\n")
	s.expect("MULTI", ok)
	s.expect("INCR k", queued)
	s.expect("DISCARD", ok)
	s.expect("DISCARD", "-ERR DISCARD without MULTI\r\n")
	s.expect("GET k", "$1\r\n2\r\n")
}

func TestMulti_KeepsWordsThatTheRequestGivesUp(t *testing.T) {
	c := newTestEngine().NewClient(1)
	word := []byte("-")
	for _, request := range [][][]byte{{[]byte("MULTI")}, {[]byte("SET"), word, []byte("v")}, {[]byte("EXEC")}} {
		word[0] = 'k'
		c.Args = request
		c.Engine.Execute(&c)
		word[0] = 'x' // the buffer has the next request now
	}
	require.NotNil(t, c.DB.Peek([]byte("k")))
	require.Nil(t, c.DB.Peek([]byte("x")))
}

func TestMulti_QueueingLooksAtNoKey(t *testing.T) {
	s := newClients(t)
	s.do("A> SET k v PX 100", "A> MULTI")
	s.now = s.now.Add(101e6)
	require.Equal(t, queued, s.do("A> PERSIST k", "A> DEL k", "A> EXPIRE k 10"))
	there, expired := s.c.DB.Lies([]byte("k"))
	require.True(t, there && expired, "nobody has looked")
	require.Equal(t, "*3\r\n:0\r\n:0\r\n:0\r\n", s.do("A> EXEC"))
}

func TestMulti_WhatIsRefusedSpoilsIt(t *testing.T) {
	for _, tc := range []struct{ request, reply, exec string }{
		{"NOSUCH", "-ERR unknown command 'NOSUCH', with args beginning with: \r\n", flawed},
		{"CLIENT NOSUCH", "-ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP.\r\n", flawed},
		{"GET", "-ERR wrong number of arguments for 'get' command\r\n", flawed},
		{"MULTI", "-ERR MULTI calls can not be nested\r\n", "*1\r\n+OK\r\n"},
		{"WATCH k", "-ERR WATCH inside MULTI is not allowed\r\n", "*1\r\n+OK\r\n"},
		{"EXEC k", "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command\r\n", "-ERR EXEC without MULTI\r\n"},
		{"RESET", "+RESET\r\n", "-ERR EXEC without MULTI\r\n"},
	} {
		s := newSession(t)
		s.expect("MULTI", ok)
		s.expect("SET k 1", queued)
		s.expect(tc.request, tc.reply)
		s.expect("EXEC", tc.exec)
		s.expect("EXISTS k", fmt.Sprintf(":%d\r\n", strings.Count(tc.exec, "OK")))
	}
}

func TestMulti_NothingIsTakenBack(t *testing.T) {
	s := newSession(t)
	for _, request := range []string{"MULTI", "SET k text", "INCR k", "SET k 5"} {
		s.ask(strings.Fields(request)...)
	}
	s.expect("EXEC", "*3\r\n+OK\r\n-ERR value is not an integer or out of range\r\n+OK\r\n")
	s.expect("GET k", "$1\r\n5\r\n")
	stats := s.fields("commandstats")
	require.Contains(t, stats["cmdstat_incr"], "rejected_calls=0,failed_calls=1")
	require.Contains(t, stats["cmdstat_exec"], "rejected_calls=0,failed_calls=0")
}

func TestMulti_RepliesBeyondTheLimitAreNotKept(t *testing.T) {
	s := newSession(t)
	require.Equal(t, ok, s.ask("CONFIG", "SET", "client-output-buffer-limit", "normal 1000 0 0"))
	s.ask("SET", "k", strings.Repeat("v", 400))
	s.expect("MULTI", ok)
	for range 100 {
		s.expect("GET k", queued)
	}
	s.expect("SET last 1", queued)
	require.LessOrEqual(t, len(s.ask("EXEC")), 1001)
	require.Equal(t, engine.CloseForOutput, s.c.Closing)
	require.NotNil(t, s.c.DB.Peek([]byte("last")), "all has run")
}

func TestWatch_AnyChangeMakesExecAnswerNull(t *testing.T) {
	for _, change := range []string{
		"B> SET k 1", "B> DEL k", "B> EXPIRE k 100", "B> PERSIST lives", "B> INCR n", "B> FLUSHDB", "B> FLUSHALL ASYNC", "B> SWAPDB 0 5",
		"B> MOVE k 3", "A> SET k 1", "B> SET none 1",
	} {
		s := newClients(t)
		s.do("A> SET k 1", "A> SET n 1", "A> SET lives 1 EX 100", "A> WATCH k lives n none", change, "A> MULTI", "A> PING")
		require.Equal(t, nullArray, s.do("A> EXEC"), change)
		require.Equal(t, "*1\r\n+PONG\r\n", s.do("A> MULTI", "A> PING", "A> EXEC"), "it is forgotten")
	}
}

func TestWatch_WhatIsNoChange(t *testing.T) {
	for _, nothing := range [][]string{
		{"B> GET k"},
		{"B> DEL none"},
		{"B> SET k 2 NX"},
		{"B> PERSIST k"},
		{"B> INCR text"},
		{"B> SET other 1"},
		{"B> SELECT 1", "B> SET k 1"},
		{"B> SELECT 1", "B> FLUSHDB"},
		{"B> SWAPDB 3 4"},
		{"B> SWAPDB 0 0"},
		{"A> UNWATCH", "B> SET k 3"},
		{"A> MULTI", "A> DISCARD", "B> SET k 3"},
		{"A> MULTI", "A> EXEC", "B> SET k 3"},
		{"A> RESET", "B> SET k 3"},
	} {
		s := newClients(t)
		s.do("A> SET k 1", "A> SET text x", "A> WATCH k none text", "A> WATCH k")
		s.do(nothing...)
		require.Equal(t, "*1\r\n+PONG\r\n", s.do("A> MULTI", "A> PING", "A> EXEC"), nothing)
	}
}

func TestWatch_TimeChangesKeys(t *testing.T) {
	s := newClients(t)
	s.do("A> SET k 1 PX 100", "A> WATCH k", "A> MULTI", "A> PING")
	s.now = s.now.Add(101e6)
	require.Equal(t, nullArray, s.do("A> EXEC"), "it has expired, though nobody has noticed")

	s.do("A> SET k 1 PX 100")
	s.now = s.now.Add(101e6)
	s.do("A> WATCH k") // and it had already
	require.Equal(t, "*1\r\n+PONG\r\n", s.do("B> EXISTS k", "A> MULTI", "A> PING", "A> EXEC"), "now it is deleted: no change")

	s.do("A> SET k 1 PX 100")
	s.now = s.now.Add(101e6)
	require.Equal(t, "*1\r\n+PONG\r\n", s.do("A> WATCH k", "B> FLUSHALL", "A> MULTI", "A> PING", "A> EXEC"))

	s.do("A> SET k 1 PX 100")
	s.now = s.now.Add(101e6)
	require.Equal(t, nullArray, s.do("A> WATCH k", "B> SET k 1", "A> MULTI", "A> PING", "A> EXEC"), "now it is there")
}

func TestWatch_ManyWatchersAndKeys(t *testing.T) {
	s := newClients(t)
	names := "ABCDEFGH"
	for i := range names {
		s.do(names[i:i+1]+"> WATCH k x"+names[i:i+1], names[i:i+1]+"> WATCH k")
	}
	s.do("C> UNWATCH", "H> UNWATCH", "Z> SET xA 1", "Z> SET k 1")
	for i := range names {
		want := nullArray
		if names[i] == 'C' || names[i] == 'H' {
			want = "*0\r\n"
		}
		require.Equal(t, want, s.do(names[i:i+1]+"> MULTI", names[i:i+1]+"> EXEC"), names[i:i+1])
		require.Zero(t, s.all[names[i]].WatchMemory())
	}
}

func TestMulti_MemoryIsCountedAndGivenBack(t *testing.T) {
	s := newSession(t)
	require.Zero(t, s.c.QueueMemory())
	s.expect("MULTI", ok)
	s.ask("SET", "k", strings.Repeat("v", 100_000))
	require.GreaterOrEqual(t, s.c.QueueMemory(), 100_000)
	require.Equal(t, 100_004, s.c.QueuedBytes())
	s.expect("NOSUCH", "-ERR unknown command 'NOSUCH', with args beginning with: \r\n")
	s.expect("SET k 1", queued)
	require.Equal(t, 100_004, s.c.QueuedBytes(), "it will not run: there is no use in keeping it")
	s.c.Discard()
	require.Zero(t, s.c.QueueMemory())
	require.Zero(t, s.c.QueuedBytes())
}

func TestWatch_MemoryIsCountedUntilAChange(t *testing.T) {
	s := newClients(t)
	for _, end := range []string{"A> UNWATCH", "A> RESET", "A> EXEC x", "B> SET a 1", "B> FLUSHALL"} {
		s.do("B> SET b 1", "A> WATCH a b "+strings.Repeat("k", 1000))
		require.Greater(t, s.all['A'].WatchMemory(), 1000)
		require.Equal(t, s.all['A'].WatchMemory(), s.c.Engine.ClientMemory())
		s.do(end)
		require.Zero(t, s.all['A'].WatchMemory(), end)
		require.Zero(t, s.c.Engine.ClientMemory(), end)
		s.do("A> UNWATCH")
	}
}

func TestMulti_IsLoggedAsOne(t *testing.T) {
	s := newSession(t)
	dir := t.TempDir()
	log := s.logTo(dir)
	for _, request := range []string{
		"MULTI", "SET a 1", "GET a", "INCR a", "EXEC",
		"MULTI", "SET b 1", "GET a", "EXEC",
		"MULTI", "GET a", "DEL none", "EXEC",
		"MULTI", "SELECT 1", "SET c 1 EX 100", "SELECT 0", "DEL a", "EXEC",
		"MULTI", "SET d 1", "DISCARD",
	} {
		s.ask(strings.Fields(request)...)
		require.LessOrEqual(t, s.c.LastWrite, log.Appended())
	}
	require.Equal(t, "MULTI | SET a 1 | INCR a | EXEC | SET b 1 "+
		"| SELECT 1 | MULTI | SET c 1 PXAT 1700000100000 | SELECT 0 | DEL a | EXEC", logged(t, log, dir))
}

func TestMulti_AllocatesNothingOnceThereIsRoom(t *testing.T) {
	e := newTestEngine()
	c := e.NewClient(1)
	requests := [][][]byte{{[]byte("MULTI")}}
	for range 10 {
		requests = append(requests, [][]byte{[]byte("SET"), []byte("key"), []byte("value")})
	}
	requests = append(requests, [][]byte{[]byte("EXEC")})
	transaction := func() {
		c.Reply = c.Reply[:0]
		e.BeginRequests()
		for _, c.Args = range requests {
			e.Execute(&c)
		}
		e.EndRequests()
	}
	transaction() // makes the room
	require.Zero(t, testing.AllocsPerRun(100, transaction))
}

func TestMulti_NoMemoryForTheData(t *testing.T) {
	s := newClients(t)
	const oom = "OOM command not allowed when used memory > 'maxmemory'.\r\n"
	s.do("A> SET k v", "A> MULTI", "A> SET k w", "B> MULTI", "B> GET k", "C> CONFIG SET maxmemory 1")
	require.Equal(t, "-EXECABORT Transaction discarded because of: "+oom, s.do("A> EXEC"))
	require.Equal(t, "*1\r\n$1\r\nv\r\n", s.do("B> EXEC"), "that needs none")
	require.Equal(t, "-"+oom, s.do("A> MULTI", "A> GET k"), "but a queue does")
	require.Equal(t, flawed, s.do("A> EXEC"))
	require.Equal(t, "-ERR EXEC without MULTI\r\n", s.do("A> EXEC"))
}

func TestMulti_WhileTheLogFails(t *testing.T) {
	s, dir := newClients(t), t.TempDir()
	require.NoError(t, s.logTo(dir).Close())
	incr := filepath.Join(dir, "appendonlydir", "appendonly.aof.1.incr.aof")
	log := s.openLog(dir)
	require.NoError(t, errors.Join(os.Remove(incr), os.Symlink("/dev/full", incr)))
	s.startLog(log)
	s.do("A> MULTI", "A> SET k v", "B> MULTI", "B> GET k", "C> SET k v")
	require.NoError(t, log.Flush())
	const full = "MISCONF Errors writing to the AOF file: No space left on device\r\n"
	require.Equal(t, "-EXECABORT Transaction discarded because of: "+full, s.do("A> EXEC"))
	require.Equal(t, "*1\r\n$1\r\nv\r\n", s.do("B> EXEC"))
	require.Equal(t, "-"+full, s.do("A> MULTI", "A> DEL k"))
	require.Equal(t, flawed, s.do("A> EXEC"))
	require.Equal(t, "-"+full, s.do("A> MULTI", "A> PING"))
	require.Equal(t, flawed, s.do("A> EXEC"))
	require.NotNil(t, s.c.DB.Peek([]byte("k")))
}

func TestMulti_WhileTheDataIsLoaded(t *testing.T) {
	s, dir := newClients(t), t.TempDir()
	log := s.logTo(dir)
	for range 2000 {
		s.do("A> SET k v")
	}
	require.NoError(t, log.Close())
	s = newClients(t)
	log = s.openLog(dir)
	defer log.Close()
	asked := false
	require.NoError(t, s.c.Engine.Load(log, func() bool {
		asked = true
		require.Equal(t, ok, s.do("A> WATCH k", "A> MULTI"))
		require.Equal(t, "-LOADING Redis is loading the dataset in memory\r\n", s.do("A> GET k"))
		require.Equal(t, flawed, s.do("A> EXEC"))
		require.Equal(t, "*1\r\n$1\r\na\r\n", s.do("A> MULTI", "A> ECHO a", "A> EXEC"))
		s.do("B> WATCH k")
		return false
	}))
	require.True(t, asked)
	require.Equal(t, nullArray, s.do("B> MULTI", "B> EXEC"), "loading has set it")
}

// What is deleted because its time is over belongs to the transaction that found it so.
func TestMulti_LogsDeletesInside(t *testing.T) {
	s, dir := newClients(t), t.TempDir()
	log := s.logTo(dir)
	s.do("A> SET k v PX 100", "A> SET n 1")
	s.now = s.now.Add(101e6)
	s.do("A> MULTI", "A> GET k", "A> INCR n", "A> EXEC")
	s.do("A> SET k v PX 100")
	s.now = s.now.Add(101e6)
	s.do("A> MULTI", "A> GET k", "A> EXEC")
	require.Equal(t, log.Appended(), s.c.LastWrite)
	require.Equal(t, "SET k v PXAT 1700000000100 | SET n 1 | MULTI | DEL k | INCR n | EXEC "+
		"| SET k v PXAT 1700000000201 | DEL k", logged(t, log, dir))
}
