package command

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/resp"
)

// testNow is when the tests' engines believe to run, unless a test drives the
// clock.
var testNow = time.UnixMilli(1_700_000_000_000)

func newTestEngine() *engine.Engine { return newEngineAt(testNow.UnixMilli) }

func newEngineAt(now func() int64) *engine.Engine {
	return engine.New(engine.Options{Families: Families, Config: config.Default(), Server: &testServer{}, Now: now, Seed: 1})
}

// testServer stands in for the server around an engine.
type testServer struct {
	facts engine.Facts
	ended []config.Shutdown // what Shutdown was called with
	stays error             // and returns
}

func (s *testServer) Facts() engine.Facts                    { return s.facts }
func (s *testServer) ResetStats()                            {}
func (s *testServer) ConfigChanged([]string) (string, error) { return "", nil }
func (s *testServer) Log(string)                             {}
func (s *testServer) Peer(*Client) string                    { return "127.0.0.1:1" }
func (s *testServer) WakeAt(int64)                           {}
func (s *testServer) ReplyBuffer() []byte                    { return nil }
func (s *testServer) LargerBuffer(b []byte, n int) []byte    { return b }

func (s *testServer) Clients() []*engine.Client                   { return nil }
func (s *testServer) Client(int64) *engine.Client                 { return nil }
func (s *testServer) Connection(*engine.Client) engine.Connection { return engine.Connection{} }
func (s *testServer) Disconnect(*engine.Client)                   {}

func (s *testServer) Shutdown(how config.Shutdown) error {
	s.ended = append(s.ended, how)
	return s.stays
}

// ask executes each request on one client of a fresh engine and returns the
// last reply.
func ask(t *testing.T, requests ...[]string) (reply string, c Client) {
	t.Helper()
	c = newTestEngine().NewClient(7)
	for _, request := range requests {
		c.Reply, c.Args = nil, nil
		for _, arg := range request {
			c.Args = append(c.Args, []byte(arg))
		}
		c.Engine.Execute(&c)
	}
	return string(c.Reply), c
}

func TestExecute_AnswersAsRedis(t *testing.T) {
	for _, tc := range []struct {
		request []string
		want    string
	}{
		{[]string{"PING"}, "+PONG\r\n"},
		{[]string{"pInG", "a\r\nb"}, "$4\r\na\r\nb\r\n"},
		{[]string{"ping", "a", "b"}, "-ERR wrong number of arguments for 'ping' command\r\n"},
		{[]string{"echo"}, "-ERR wrong number of arguments for 'echo' command\r\n"},
		{[]string{"client"}, "-ERR wrong number of arguments for 'client' command\r\n"},
		{[]string{"CLIENT", "ID"}, ":7\r\n"},
		{[]string{"CLIENT", "ID", "x"}, "-ERR wrong number of arguments for 'client|id' command\r\n"},
		{[]string{"client", "n\ro"}, "-ERR unknown subcommand 'n o'. Try CLIENT HELP.\r\n"},
		{[]string{"nosuch"}, "-ERR unknown command 'nosuch', with args beginning with: \r\n"},
		{[]string{"f\x00oo", "a\x00b", "c\r\nd"}, "-ERR unknown command 'f', with args beginning with: 'a' 'c  d' \r\n"},
		{[]string{""}, "-ERR unknown command '', with args beginning with: \r\n"},
		{[]string{"hello", "4"}, "-NOPROTO unsupported protocol version\r\n"},
		{[]string{"hello", "02"}, "-ERR Protocol version is not an integer or out of range\r\n"},
		{[]string{"hello", "2", "auth", "x", "y"}, "-WRONGPASS invalid username-password pair or user is disabled.\r\n"},
		{[]string{"hello", "2", "setname"}, "-ERR Syntax error in HELLO option 'setname'\r\n"},
		{[]string{"command", "info", "nosuch", "client|nosuch", "nosuch|id"}, "*3\r\n$-1\r\n$-1\r\n$-1\r\n"},
		{[]string{"command", "docs", "nosuch"}, "*0\r\n"},
		{[]string{"command", "getkeys", "nosuch", "a"}, "-ERR Invalid command specified\r\n"},
		{[]string{"command", "getkeys", "ping", "a"}, "-ERR The command has no key arguments\r\n"},
		{[]string{"command", "list", "filterby", "pattern", "PIN*"}, "*1\r\n$4\r\nping\r\n"},
		{[]string{"command", "list", "filterby", "pattern", "client|*name"}, "*2\r\n$14\r\nclient|getname\r\n$14\r\nclient|setname\r\n"},
		{[]string{"command", "list", "filterby", "module", "x"}, "*0\r\n"},
		{[]string{"command", "list", "filterby", "x", "y"}, "-ERR syntax error\r\n"},
	} {
		got, _ := ask(t, tc.request)
		require.Equal(t, tc.want, got, "%q", tc.request)
	}
}

// Redis quotes 128 bytes of a name, and of all arguments together; an argument
// that brings the sum to 128 is the last.
func TestExecute_TruncatesWhatItQuotes(t *testing.T) {
	long := strings.Repeat("a", 200)
	got, _ := ask(t, []string{long, long, "b"})
	require.Equal(t, "-ERR unknown command '"+long[:128]+"', with args beginning with: '"+long[:128]+"' \r\n", got)
	got, _ = ask(t, []string{"x", long[:100], long, "b"})
	require.Equal(t, "-ERR unknown command 'x', with args beginning with: '"+long[:100]+"' '"+long[:25]+"' \r\n", got)
}

func TestHello_TakesItsOptionsOneAfterAnother(t *testing.T) {
	_, c := ask(t, []string{"hello", "2", "setname", "before"}, []string{"hello", "2", "setname", "after", "auth", "nobody", "x"})
	require.Equal(t, "after", c.Name)
}

func TestClientSetName_KeepsACopy(t *testing.T) {
	c := newTestEngine().NewClient(1)
	name := []byte("worker")
	c.Args = [][]byte{[]byte("client"), []byte("setname"), name}
	c.Engine.Execute(&c)
	copy(name, "xxxxxx") // the query buffer moves on
	require.Equal(t, "worker", c.Name)
}

func TestExecute_ClosesForQuitAndForHTTP(t *testing.T) {
	reply, c := ask(t, []string{"quit"})
	require.Equal(t, "+OK\r\n", reply)
	require.Equal(t, engine.CloseAfterReply, c.Closing)
	for _, line := range []string{"POST", "host:"} {
		reply, c = ask(t, []string{line, "/"})
		require.Empty(t, reply)
		require.Equal(t, engine.CloseNow, c.Closing)
	}
}

func TestHelp_HasALineForEachSubcommand(t *testing.T) {
	got, c := ask(t, []string{"client", "help"})
	subcommands := len(c.Engine.Table.Lookup([]byte("client")).Subcommands)
	require.Equal(t, 2+2*subcommands, strings.Count(got, "\r\n"), "the array's head, a title, two lines each")
	require.Contains(t, got, "+SETNAME <connection-name>\r\n+    Names the connection.\r\n")
}

// From the bytes of a request to those of its reply, with nothing for the
// garbage collector.
func TestPing_AllocatesNothing(t *testing.T) {
	e := newTestEngine()
	c := e.NewClient(1)
	var p resp.Parser
	args := make([][]byte, 0, 4)
	reply := make([]byte, 0, 64)
	for _, request := range []string{"*1\r\n$4\r\nPING\r\n", "*2\r\n$4\r\nping\r\n$5\r\nhello\r\n", "PING\r\n", "*2\r\n$6\r\nclient\r\n$2\r\nid\r\n"} {
		buf := []byte(request)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			_, c.Args, _ = p.Parse(buf, args[:0])
			c.Reply = reply[:0]
			e.Execute(&c)
		}), "%q", request)
		require.NotEmpty(t, c.Reply)
	}
}

func TestTable_FindsEveryCommandInAnyCase(t *testing.T) {
	table := engine.NewTable(Families)
	for _, cmd := range table.Commands {
		require.Same(t, cmd, table.Lookup([]byte(cmd.Name)))
		require.Same(t, cmd, table.Lookup([]byte(strings.ToUpper(cmd.Name))))
		for _, sub := range cmd.Subcommands {
			require.Same(t, sub, table.FindName([]byte(strings.ToUpper(sub.Name))))
		}
	}
}

// The fold is exact: bytes that differ from a letter in the same bit as its
// case does are other names.
func TestTable_FindsNothingElse(t *testing.T) {
	table := engine.NewTable(Families)
	for _, name := range []string{"", "p", "pin", "pingg", "ping\x00", "\x10ing", "PIN\x07", "pi\xceg", "client|id", strings.Repeat("p", 23), strings.Repeat("p", 24), strings.Repeat("p", 1000)} {
		require.Nil(t, table.Lookup([]byte(name)), "%q", name)
	}
}

func TestFamilies_RowsSayAllThereIsToSay(t *testing.T) {
	for _, cmd := range engine.NewTable(Families).Commands {
		require.NotEmpty(t, cmd.Doc.Summary, cmd.Name)
		require.NotZero(t, cmd.Arity, cmd.Name)
	}
}

func BenchmarkLookup(b *testing.B) {
	table := engine.NewTable(Families)
	name := []byte("PING")
	for b.Loop() {
		table.Lookup(name)
	}
}

func BenchmarkPing(b *testing.B) {
	e := newTestEngine()
	c := e.NewClient(1)
	var p resp.Parser
	args := make([][]byte, 0, 4)
	buf := []byte("*1\r\n$4\r\nPING\r\n")
	for b.Loop() {
		_, c.Args, _ = p.Parse(buf, args[:0])
		c.Reply = c.Reply[:0]
		e.Execute(&c)
	}
}

func TestFamilies_AllSayTheirSyntax(t *testing.T) {
	for _, family := range Families {
		for _, r := range family.Rows {
			_, ok := r.Arguments()
			require.True(t, ok, "%s: %s", r.Name, r.Doc.Syntax)
		}
	}
}
