package duel_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"redis-internals/common/conformance/wire"
	"redis-internals/common/harness"
)

// bugVariable makes this test's binary a server, with the bug that it names.
const bugVariable = "DUEL_TEST_BUG"

func TestMain(m *testing.M) {
	if bug, ok := os.LookupEnv(bugVariable); ok {
		serve(bug, os.Args[1])
		return
	}
	code := m.Run()
	harness.RemoveBuilds()
	os.Exit(code)
}

// learner is a small server of chapter 3, with one bug.
type learner struct {
	bug    string
	values map[string]string
	ends   map[string]time.Time
}

func serve(bug, port string) {
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	requests := make(chan func())
	s := &learner{bug, map[string]string{}, map[string]time.Time{}}
	go func() {
		for request := range requests {
			request()
		}
	}()
	for {
		nc, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		go func() {
			defer nc.Close()
			for r, said := bufio.NewReader(nc), 0; ; said++ {
				request, err := wire.Read(r)
				if err != nil && said > 0 && bug == "leaving client ends all" {
					fmt.Println("a client has left")
					os.Exit(3)
				} else if err != nil {
					return
				}
				done := make(chan string)
				requests <- func() { done <- s.execute(request.Strings()) }
				_, _ = io.WriteString(nc, <-done)
			}
		}()
	}
}

func (s *learner) execute(words []string) string {
	name, args := strings.ToUpper(words[0]), words[1:]
	arity := map[string][2]int{"PING": {0, 1}, "ECHO": {1, 1}, "SET": {2, 9}, "GET": {1, 1}, "TTL": {1, 1}, "DEL": {1, 99}, "EXPIRE": {2, 2}, "DBSIZE": {0, 0}}
	if s.bug == "FLUSHALL" {
		arity["FLUSHALL"] = [2]int{0, 1}
	}
	n, ok := arity[name]
	if !ok {
		return "-ERR unknown command: I do not know it\r\n"
	}
	if len(args) < n[0] || len(args) > n[1] {
		return "-ERR wrong number of arguments\r\n"
	}
	for key, end := range s.ends {
		if !time.Now().Before(end) {
			s.del(key)
		}
	}
	switch name {
	case "PING":
		if len(args) == 0 {
			return "+PONG\r\n"
		}
		return wire.Bulk(args[0])
	case "ECHO":
		return s.echo(args[0])
	case "SET":
		return s.set(args)
	case "GET":
		return s.get(args[0])
	case "TTL":
		return s.ttl(args[0])
	case "DEL":
		count := 0
		for _, key := range args {
			if _, ok := s.values[key]; ok {
				count++
			}
			s.del(key)
		}
		return integer(int64(count))
	case "DBSIZE":
		return integer(int64(len(s.values)))
	case "FLUSHALL":
		s.values, s.ends = map[string]string{}, map[string]time.Time{}
		return "+OK\r\n"
	}
	return s.expire(args[0], args[1])
}

func (s *learner) del(key string) {
	delete(s.values, key)
	delete(s.ends, key)
}

func (s *learner) echo(word string) string {
	if i := strings.IndexByte(word, 0); i >= 0 && s.bug == "argument ends at NUL" {
		word = word[:i]
	}
	return wire.Bulk(word)
}

func (s *learner) set(args []string) string {
	var end time.Time
	switch {
	case len(args) == 4 && strings.EqualFold(args[2], "EX"), len(args) == 4 && strings.EqualFold(args[2], "PX"):
		n, err := strconv.ParseInt(args[3], 10, 64)
		if err != nil {
			return "-ERR value is not an integer or out of range\r\n"
		}
		if n <= 0 {
			return "-ERR invalid expire time in 'set' command\r\n"
		}
		unit := time.Second
		if strings.EqualFold(args[2], "PX") {
			unit = time.Millisecond
		}
		end = time.Now().Add(time.Duration(n) * unit)
	case len(args) > 2:
		return "-ERR syntax error\r\n"
	}
	s.values[args[0]] = args[1]
	if s.bug != "SET keeps the time limit" {
		delete(s.ends, args[0])
	}
	if !end.IsZero() {
		s.ends[args[0]] = end
	}
	return "+OK\r\n"
}

func (s *learner) get(key string) string {
	value, ok := s.values[key]
	switch {
	case !ok && s.bug == "GET of nothing ends the server":
		panic("no such key")
	case !ok && s.bug == "GET of nothing hangs":
		time.Sleep(time.Hour) // as a lock that is never given back
	case !ok && s.bug == "null is an array":
		return "*-1\r\n"
	case !ok:
		return "$-1\r\n"
	}
	return wire.Bulk(value)
}

func (s *learner) ttl(key string) string {
	end, limited := s.ends[key]
	if _, ok := s.values[key]; !ok {
		return ":-2\r\n"
	} else if !limited {
		return ":-1\r\n"
	}
	return integer(int64(time.Until(end).Round(time.Second).Seconds()))
}

func (s *learner) expire(key, seconds string) string {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return "-ERR value is not an integer or out of range\r\n"
	}
	if _, ok := s.values[key]; !ok {
		return ":0\r\n"
	}
	if n < 0 && s.bug == "a negative EXPIRE keeps the key" {
		return ":1\r\n"
	}
	if s.ends[key] = time.Now().Add(time.Duration(n) * time.Second); n <= 0 {
		s.del(key)
	}
	return ":1\r\n"
}

func integer(n int64) string { return ":" + strconv.FormatInt(n, 10) + "\r\n" }
