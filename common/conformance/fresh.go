// fresh.go: a server that somebody else has started, made like one of the case's own.
//
//	is there a key that is not the suite's?   yes: the case is skipped
//	FLUSHALL, CONFIG RESETSTAT                the case runs
//	FLUSHALL, and CONFIG SET of what it has   its keys have names of all kinds
//	set and left
//
// Where the suite starts servers itself a case that asks for one of its own gets it.

package conformance

import (
	"bufio"
	"net"
	"strconv"
	"strings"
	"time"

	"redis-internals/common/conformance/wire"
)

// SuiteKeys is what every key of the suite begins with, but for those of cases with a
// server of their own.
const SuiteKeys = "suite:"

// withKeys is the first chapter whose servers hold any.
const withKeys = 3

// makeFresh empties the server for a case that wants one of its own, and has it emptied
// again at the end. What goes wrong here the case will find, too.
func (t *T) makeFresh() {
	if !t.c.Own || !t.OnlyAddress() || t.c.From < withKeys {
		return
	}
	q := t.ask()
	defer q.close()
	for db := 0; ; db++ {
		selected := !q.call("SELECT", strconv.Itoa(db)).IsError()
		if db > 0 && (!selected || q.broken) {
			break // chapters 3 and 4 have one, and no SELECT
		}
		for _, key := range q.call("KEYS", "*").Strings() {
			if !strings.HasPrefix(key, SuiteKeys) {
				t.Skip("the server holds keys of somebody else's, which the case would delete")
			}
		}
	}
	q.call("FLUSHALL")
	q.call("CONFIG", "RESETSTAT")
	before := q.settings()
	t.Cleanup(func() {
		q := t.ask()
		defer q.close()
		q.call("FLUSHALL")
		for name, value := range q.settings() {
			if old, known := before[name]; known && old != value {
				q.call("CONFIG", "SET", name, old)
			}
		}
	})
}

// settings are all of CONFIG GET; none of a server that does not know it.
func (q *questions) settings() map[string]string {
	pairs := q.call("CONFIG", "GET", "*").Strings()
	settings := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		settings[pairs[i]] = pairs[i+1]
	}
	return settings
}

// questions is a connection that no report shows.
type questions struct {
	conn   net.Conn
	reader *bufio.Reader
	broken bool // no more is asked
}

func (t *T) ask() *questions {
	conn, err := net.DialTimeout("tcp", t.addr, t.Patience())
	if err != nil {
		return &questions{broken: true}
	}
	_ = conn.SetDeadline(time.Now().Add(t.Patience()))
	return &questions{conn: conn, reader: bufio.NewReader(conn)}
}

func (q *questions) call(args ...string) (reply wire.Value) {
	if q.broken {
		return reply
	}
	_, err := q.conn.Write([]byte(wire.Command(args...)))
	if err == nil {
		reply, err = wire.Read(q.reader)
	}
	q.broken = err != nil
	return reply
}

func (q *questions) close() {
	if q.conn != nil {
		_ = q.conn.Close()
	}
}
