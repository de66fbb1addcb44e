package soak

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance/wire"
)

// asServer is an environment variable: with it this program is a small server that
// has the fault of that name.
const asServer = "SOAK_TEST_SERVER"

// toy is such a server.
type toy struct {
	fault    string
	mu       sync.Mutex
	values   map[string]string
	echoed   string // by whoever was last
	requests int
	clients  atomic.Int64
}

// serve is its main.
func (s *toy) serve(port string) {
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		s.clients.Add(1)
		go s.talk(nc)
	}
}

func (s *toy) talk(nc net.Conn) {
	defer s.clients.Add(-1)
	defer nc.Close()
	in, out := bufio.NewReader(nc), bufio.NewWriter(nc)
	for {
		words, err := readRequest(in)
		if err != nil {
			return
		}
		_, _ = out.WriteString(s.answer(words))
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
		if strings.EqualFold(words[0], "quit") {
			_ = out.Flush()
			_ = nc.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, in) // or the reset would take the replies along
			return
		}
	}
}

// readRequest takes an array of bulk strings, or a line of words; all else is an error.
func readRequest(in *bufio.Reader) ([]string, error) {
	if b, err := in.Peek(1); err != nil || b[0] != '*' {
		line, err := in.ReadString('\n')
		return append(strings.Fields(line), ""), err
	}
	v, err := wire.Read(in)
	if err != nil {
		return nil, err
	}
	if v.Kind != '*' || len(v.Elems) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return v.Strings(), nil
}

const (
	wrongArity = "-ERR wrong number of arguments\r\n"
	done       = "+OK\r\n"
)

// row is a command's row in COMMAND.
func row(name string, arity, key int) string {
	return fmt.Sprintf("*7\r\n%s:%d\r\n*0\r\n:%d\r\n:%d\r\n:%d\r\n*0\r\n", wire.Bulk(name), arity, key, key, key)
}

func (s *toy) answer(words []string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	switch name := strings.ToUpper(words[0]); {
	case name == "COMMAND":
		return "*5\r\n" + row("ping", 1, 0) + row("echo", 2, 0) + row("set", 3, 1) + row("get", 2, 1) + row("memory", 2, 0)
	case name == "PING":
		return "+PONG\r\n"
	case name == "QUIT" || name == "CONFIG" || name == "FLUSHALL" && s.fault != "leaks":
		if name == "FLUSHALL" {
			s.values = map[string]string{}
		}
		return done
	case name == "INFO":
		size := 0
		for key, value := range s.values {
			size += len(key) + len(value)
		}
		return wire.Bulk(fmt.Sprintf("used_memory:%d\r\n", size))
	case name == "ECHO" && len(words) == 2:
		return s.echo(words[1])
	case name == "SET" && len(words) == 3:
		if s.values == nil {
			s.values = map[string]string{}
		}
		s.values[words[1]] = words[2]
		return done
	case name == "GET" && len(words) == 2:
		return s.get(words[1])
	}
	return wrongArity
}

// echo has the faults that show at once.
func (s *toy) echo(word string) string {
	other := s.echoed
	s.echoed = word
	if s.requests < 200 {
		return wire.Bulk(word)
	}
	switch s.fault {
	case "dies":
		fmt.Println("panic: out of cheese")
		os.Exit(2)
	case "mixes up":
		return wire.Bulk(other)
	case "hangs":
		select {} // and whoever asks next waits for the lock
	case "stutters":
		return done + wire.Bulk(word)
	case "babbles":
		return "cheese\r\n"
	}
	return wire.Bulk(word)
}

func (s *toy) get(key string) string {
	value, ok := s.values[key]
	switch {
	case !ok:
		return "$-1\r\n"
	case s.fault == "forgets" && len(value) > 20:
		value = value[:len(value)-1] + "?"
	}
	return wire.Bulk(value)
}

// soakSmall soaks a small server.
func soakSmall(t *testing.T, fault string) error {
	t.Helper()
	t.Setenv(asServer, fault)
	_, err := Run(t.Context(), Config{
		Name: "small", Binary: os.Args[0], Clients: 8, Time: 300 * time.Millisecond, Seed: 1, Patience: 2 * time.Second,
	})
	return err
}

func TestRun_NoticesWhatIsWrong(t *testing.T) {
	anything := "mark of client|expected|the reply to my|a value of mine" // whoever comes first to a wrong reply
	for fault, says := range map[string]string{
		"dies":     "panic: out of cheese",
		"mixes up": anything,
		"hangs":    "no reply for too long",
		"stutters": anything,
		"babbles":  "which is no RESP type",
		"forgets":  "a value of mine is not as I stored it",
	} {
		t.Run(fault, func(t *testing.T) {
			err := soakSmall(t, fault)
			require.Error(t, err)
			require.Regexp(t, says, err.Error())
			require.ErrorContains(t, err, "seed 1: ")
		})
	}
}

func TestCheckMarked_KnowsItsOwn(t *testing.T) {
	for name, row := range map[string]struct{ value, says string }{
		"mine":            {marked(3, 7), ""},
		"mine, and older": {marked(3, 2), ""},
		"another's":       {marked(4, 7), "bears the mark of client 4"},
		"from the future": {marked(3, 8), "is not as I stored it"},
		"longer":          {marked(3, 7) + "x", "is not as I stored it"},
		"nobody's":        {"x", "bears no mark"},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkMarked(3, 7, row.value)
			if row.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, row.says)
		})
	}
}

func TestCheckForeign_LooksEverywhere(t *testing.T) {
	list := wire.Value{Kind: '*', Elems: []wire.Value{{Kind: '$', Text: marked(3, 1)}, {Kind: '*', Elems: []wire.Value{{Kind: '$', Text: "x" + marked(33, 1)}}}}}
	require.ErrorContains(t, checkForeign(3, list), "bears the mark of client 33")
	list.Elems = list.Elems[:1]
	require.NoError(t, checkForeign(3, list))
}

func TestCompare_NamesWhatDiffers(t *testing.T) {
	value := func(s string, at int64) held { return held{wire.Value{Kind: '$', Text: s}, at} }
	before := map[string]held{"0 a": value("1", -1), "0 b": value("1", -1), "0 c": value("1", -1), "0 d": value("1", -1)}
	after := map[string]held{"0 a": value("1", -1), "0 b": value("2", -1), "0 c": value("1", 9), "0 e": value("1", -1)}
	require.NoError(t, compare(before, before))
	err := compare(before, after)
	for _, says := range []string{"of 4 keys 4 are", `"0 b" is "2" and not "1"`, `"0 c" expires at 9 and not at -1`, `"0 d" is lost`, `"0 e" is there again`} {
		require.ErrorContains(t, err, says)
	}
}

func TestClients_DoTheSameForTheSameSeed(t *testing.T) {
	table := &table{byName: map[string]*command{}, often: []*command{{words: []string{"set"}, arity: -3, first: 1, last: 1, by: 1}}}
	script := func(seed uint64) (all string) {
		c := newClient(&run{Config: Config{Seed: seed}, table: table}, 5)
		for range 20 {
			b := c.next(10)
			all += b.bytes + strconv.Itoa(len(torn(c.rng, b.bytes))) + mutated(c.rng, b.bytes)
		}
		return all
	}
	require.Equal(t, script(1), script(1))
	require.NotEqual(t, script(1), script(2))
}
