package command

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/resp"
)

// session is a client of an engine whose clock the test drives.
type session struct {
	t   *testing.T
	c   Client
	now time.Time
}

func newSession(t *testing.T) *session {
	s := &session{t: t, now: testNow}
	s.c = newEngineAt(func() int64 { return s.now.UnixMilli() }).NewClient(1)
	return s
}

// expect executes a request, written as words, and compares the reply.
func (s *session) expect(request, want string) {
	s.t.Helper()
	require.Equal(s.t, want, s.ask(strings.Fields(request)...), request)
}

func (s *session) ask(args ...string) string {
	s.c.Reply, s.c.Args = nil, nil
	for _, arg := range args {
		s.c.Args = append(s.c.Args, []byte(arg))
	}
	s.c.Engine.BeginRequests()
	s.c.Engine.Execute(&s.c)
	s.c.Engine.EndRequests()
	return string(s.c.Reply)
}

const (
	ok        = "+OK\r\n"
	null      = "$-1\r\n"
	syntaxErr = "-ERR syntax error\r\n"
)

func TestSet_OptionsInAnyOrderAndCase(t *testing.T) {
	s := newSession(t)
	s.expect("set k a", ok)
	s.expect("set k b nx", null)
	s.expect("get k", "$1\r\na\r\n")
	s.expect("set k b XX", ok)
	s.expect("set none x xx", null)
	s.expect("get none", null)
	s.expect("set k c GET eX 100 xx", "$1\r\nb\r\n")
	s.expect("ttl k", ":100\r\n")
	s.expect("set k d KeepTTL", ok)
	s.expect("ttl k", ":100\r\n")
	s.expect("set k e", ok)
	s.expect("ttl k", ":-1\r\n")
	s.expect("set k f ex 10 ex 20", ok)
	s.expect("ttl k", ":20\r\n")
	s.expect("set fresh v nx get", null)
	s.expect("get fresh", "$1\r\nv\r\n")
	s.expect("set fresh w nx get", "$1\r\nv\r\n")
	s.expect("get fresh", "$1\r\nv\r\n")
}

func TestSet_RefusesWhatContradictsItself(t *testing.T) {
	s := newSession(t)
	for _, options := range []string{
		"nx xx", "xx nx", "ex", "px", "ex 1 px 1", "exat 1 ex 1", "keepttl ex 1", "ex 1 keepttl", "nosuch", "get nosuch", "ex 1 nx xx",
	} {
		s.expect("set k v "+options, syntaxErr)
	}
	for _, options := range []string{"ex 0", "px -1", "exat 0", "pxat -5", "ex 9223372036854775807", "px 9223372036854775807", "ex 9223372036854776"} {
		s.expect("set k v "+options, "-ERR invalid expire time in 'set' command\r\n")
	}
	for _, options := range []string{"ex x", "px 1.5", "exat 9223372036854775808", "pxat 01"} {
		s.expect("set k v "+options, "-ERR value is not an integer or out of range\r\n")
	}
	s.expect("dbsize", ":0\r\n")
}

func TestSet_TimesAreFromNowOrAbsolute(t *testing.T) {
	s := newSession(t)
	for options, want := range map[string]int64{
		"ex 10": 10_000, "px 10": 10, "exat 1700000005": 5_000, "pxat 1700000000007": 7,
	} {
		s.expect("set k v "+options, ok)
		s.expect("pttl k", ":"+strconv.FormatInt(want, 10)+"\r\n")
	}
	s.expect("set k v pxat 9223372036854775807", ok)
	s.expect("expiretime k", ":9223372036854776\r\n")
	s.expect("set k v exat 1", ok) // it is set, and gone
	s.expect("get k", null)
}

func TestExpire_KeyLivesUntilItsTimeHasPassed(t *testing.T) {
	s := newSession(t)
	s.expect("set k v px 1500", ok)
	s.expect("ttl k", ":2\r\n") // rounded
	s.expect("expiretime k", ":1700000002\r\n")
	s.expect("pexpiretime k", ":1700000001500\r\n")
	s.now = s.now.Add(1001 * time.Millisecond)
	s.expect("ttl k", ":0\r\n")
	s.now = s.now.Add(499 * time.Millisecond)
	s.expect("get k", "$1\r\nv\r\n")
	s.now = s.now.Add(time.Millisecond)
	for _, request := range []string{"ttl k", "pttl k", "expiretime k", "pexpiretime k"} {
		s.expect(request, ":-2\r\n")
	}
	s.expect("get k", null)
	s.expect("exists k k", ":0\r\n")
	s.expect("type k", "+none\r\n")
	s.expect("persist k", ":0\r\n")
}

func TestExpire_Conditions(t *testing.T) {
	for _, tc := range []struct{ before, option, want string }{
		{"", "nx", "1"},
		{"", "xx", "0"},
		{"", "gt", "0"},
		{"", "lt", "1"},
		{"50", "nx", "0"},
		{"50", "xx", "1"},
		{"50", "gt", "1"},
		{"50", "lt", "0"},
		{"100", "gt", "0"},
		{"100", "lt", "0"},
		{"150", "GT", "0"},
		{"150", "Lt", "1"},
		{"150", "xx lt", "1"},
		{"150", "xx gt", "0"},
	} {
		s := newSession(t)
		s.expect("set k v", ok)
		if tc.before != "" {
			s.expect("expire k "+tc.before, ":1\r\n")
		}
		s.expect("expire k 100 "+tc.option, ":"+tc.want+"\r\n")
	}
}

func TestExpire_PastTimesDeleteAndImpossibleOnesAreErrors(t *testing.T) {
	s := newSession(t)
	for _, request := range []string{"expire k 0", "expire k -1", "pexpire k -9223372036854775808", "expireat k 1", "pexpireat k 1700000000000"} {
		s.expect("set k v", ok)
		s.expect(request, ":1\r\n")
		s.expect("exists k", ":0\r\n")
	}
	s.expect("expire k 9223372036854775807", "-ERR invalid expire time in 'expire' command\r\n")
	s.expect("expire k -9223372036854775808", "-ERR invalid expire time in 'expire' command\r\n")
	s.expect("pexpire k 9223372036854775807", "-ERR invalid expire time in 'pexpire' command\r\n")
	s.expect("pexpireat k 9223372036854775807", ":0\r\n")
	s.expect("expire k 1 nx gt", "-ERR NX and XX, GT or LT options at the same time are not compatible\r\n")
	s.expect("expire k 1 lt gt", "-ERR GT and LT options at the same time are not compatible\r\n")
	s.expect("expire k x bad", "-ERR Unsupported option bad\r\n")
}

func TestDel_CountsEachKeyOnce(t *testing.T) {
	s := newSession(t)
	s.expect("set a 1", ok)
	s.expect("set b 2", ok)
	s.expect("exists a b a c", ":3\r\n")
	s.expect("del a a c", ":1\r\n")
	s.expect("unlink b", ":1\r\n")
	s.expect("dbsize", ":0\r\n")
}

func TestFlush_TakesSyncOrAsync(t *testing.T) {
	s := newSession(t)
	for _, request := range []string{"flushall", "flushdb", "FLUSHALL async", "flushdb SYNC"} {
		s.expect("set a 1 ex 100", ok)
		s.expect(request, ok)
		s.expect("dbsize", ":0\r\n")
	}
	s.expect("flushall now", syntaxErr)
	s.expect("flushdb sync async", syntaxErr)
}

func TestKeys_PassesOverTheExpired(t *testing.T) {
	s := newSession(t)
	s.expect("set one 1", ok)
	s.expect("set two 2 px 5", ok)
	s.expect("set three 3", ok)
	s.now = s.now.Add(time.Second)
	s.expect("keys t*", "*1\r\n$5\r\nthree\r\n")
	s.expect("dbsize", ":3\r\n") // until somebody asks for it, or the cycle comes by
	s.expect("get two", null)
	s.expect("dbsize", ":2\r\n")
}

func TestGetKeys_FindsThemByTheRows(t *testing.T) {
	s := newSession(t)
	s.expect("command getkeys set k v", "*1\r\n$1\r\nk\r\n")
	s.expect("command getkeys del a b c", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n")
	s.expect("command getkeys set k", "-ERR Invalid number of arguments specified for command\r\n")
	s.expect("command getkeys keys k", "-ERR The command has no key arguments\r\n")
}

// GET, SET over an older value, and EXPIRE cost the garbage collector nothing.
func TestKeys_AllocateNothing(t *testing.T) {
	s := newSession(t)
	s.expect("set key value ex 100", ok)
	var p resp.Parser
	args := make([][]byte, 0, 8)
	for _, request := range []string{"get key", "set key other", "set key value ex 100", "expire key 50", "ttl key", "get none", "exists key none"} {
		buf := resp.AppendArray(nil, len(strings.Fields(request)))
		for _, word := range strings.Fields(request) {
			buf = resp.AppendBulk(buf, word)
		}
		require.Zero(t, testing.AllocsPerRun(100, func() {
			_, s.c.Args, _ = p.Parse(buf, args[:0])
			s.c.Reply = s.c.Reply[:0]
			s.c.Engine.Execute(&s.c)
		}), request)
	}
}
