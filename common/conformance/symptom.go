// symptom.go: what a failure looks like, in a few words.
//
// Servers in different languages that have the same mistake fail the same cases, and fail them
// alike. The report of a failure has every byte; its symptom is what is left of it when ports,
// keys and lengths are taken away:
//
//	silence                          nothing came
//	closed                           the connection ended, and nothing came
//	cut short, then silence|closed   a part of what was expected came
//	came "+PING\r\n"                 the first line of the reply in which the first byte differs
//	too much                         what was expected came, and more
//	no connection                    nobody listens any more
//	the server ended                 it has crashed, or has exited
//	wrong                            anything else: what was asserted does not hold

package conformance

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"redis-internals/common/conformance/wire"
	"redis-internals/common/harness"
)

// The symptoms that are one word each.
const (
	silence      = "silence"
	closed       = "closed"
	cutShort     = "cut short, then "
	tooMuch      = "too much"
	noConnection = "no connection"
	serverEnded  = "the server ended"
	wrong        = "wrong"
)

// seems notes what the first failure looks like.
func (t *T) seems(symptom string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.symptom == "" && !t.failed && !t.stopped {
		t.symptom = symptom
	}
}

// breaksOff is the symptom of a read that ended with err, behind a part of what was expected or
// nothing.
func breaksOff(err error, part bool) string {
	symptom := closed
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		symptom = silence
	}
	if part {
		return cutShort + symptom
	}
	return symptom
}

// shownOfLine is how many bytes of a line a symptom has.
const shownOfLine = 16

// ownKey is what the keys of a case begin with; it is another one each time.
var ownKey = regexp.MustCompile(SuiteKeys + `[0-9a-z]+:[0-9]+:`)

// longLength is a bulk string's, of which nobody but this server would send so many bytes.
var longLength = regexp.MustCompile(`^\$[0-9]{3,}`)

// came is the symptom of bytes that differ: the first line of the reply in which they do. Of want
// the first same bytes did come, and then got, which may be right for a while: how much a read
// brings is no part of a symptom.
func came(want string, same int, got string) string {
	for got != "" && same < len(want) && got[0] == want[same] {
		same, got = same+1, got[1:]
	}
	line := want[replyStart(want, same):same] + got
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end+1]
	}
	line = longLength.ReplaceAllLiteralString(ownKey.ReplaceAllString(line, ""), "$...")
	return fmt.Sprintf("came %s", wire.Escape(line[:min(len(line), shownOfLine)]))
}

// replyStart is where the reply begins that has the byte at an offset of want; the line, where
// want is no replies.
func replyStart(want string, at int) (start int) {
	rest := strings.NewReader(want)
	for replies := bufio.NewReader(rest); ; {
		if _, err := wire.Read(replies); err != nil {
			return strings.LastIndexByte(want[:at], '\n') + 1
		}
		end := len(want) - rest.Len() - replies.Buffered()
		if at < end {
			return start
		}
		start = end
	}
}

// hasEnded reports whether a server is gone, or is so within the time that a crash takes.
func hasEnded(s *harness.Server) bool {
	if s == nil {
		return false
	}
	select {
	case <-s.Exited():
		return true
	case <-time.After(dyingTime):
		return false
	}
}

// diagnosed is the case's symptom in the end. A connection that ended is looked into: its server
// may have.
func (t *T) diagnosed() string {
	t.mu.Lock()
	symptom := t.symptom
	t.mu.Unlock()
	switch {
	case symptom == "":
		return wrong
	case (strings.HasSuffix(symptom, closed) || symptom == noConnection) && hasEnded(t.server):
		return serverEnded
	}
	return symptom
}
