// oracle_test.go: asking a running redis-server, for a test that compares with it.
//
//	redis-server --port 7777 --save "" &
//	ORACLE=127.0.0.1:7777 go test ./internal/structures/geohash
//
// Without ORACLE the test is skipped; what it has found is recorded in others.

package geohash

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"testing"
)

// server is a connection.
type server struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

// dial connects to the server that ORACLE names, and skips the test if there is none.
func dial(t testing.TB) *server {
	address := os.Getenv("ORACLE")
	if address == "" {
		t.Skip("ORACLE names no redis-server")
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &server{t, conn, bufio.NewReader(conn)}
}

// do runs a command and returns its reply's strings and numbers, one after another. An
// error ends the test.
func (s *server) do(args ...string) []string {
	request := fmt.Appendf(nil, "*%d\r\n", len(args))
	for _, a := range args {
		request = fmt.Appendf(request, "$%d\r\n%s\r\n", len(a), a)
	}
	if _, err := s.conn.Write(request); err != nil {
		s.t.Fatal(err)
	}
	reply, err := s.read(nil)
	if err != nil {
		s.t.Fatalf("%.80q: %v", args, err)
	}
	return reply
}

func (s *server) read(all []string) ([]string, error) {
	line, err := s.in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	kind, text := line[0], line[1:len(line)-2]
	n, _ := strconv.Atoi(text)
	switch {
	case kind == '-':
		return nil, fmt.Errorf("%s", text)
	case kind == '$' && n >= 0:
		bulk := make([]byte, n+2)
		if _, err := io.ReadFull(s.in, bulk); err != nil {
			return nil, err
		}
		text = string(bulk[:n])
	case kind == '$' || kind == '*' && n < 0:
		text = "(nil)"
	case kind == '*':
		for range n {
			if all, err = s.read(all); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	return append(all, text), nil
}
