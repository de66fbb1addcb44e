// reply.go: every reply is read to its last byte and checked, as it arrives.
//
// All replies of a run are alike: one exact byte string (+PONG, or a value we
// stored ourselves), such a one in which some bytes may be any digits (members that
// a server picks), or an integer. So nothing is parsed into a tree and nothing
// is kept: a scanner remembers how far into the current reply it is, and takes
// up at any byte of the next read. An exact reply costs one comparison of memory.

package load

import (
	"bytes"
	"fmt"
)

// Reply says what a right reply looks like: these bytes or, if empty, a RESP
// integer.
type Reply struct {
	Exact  []byte
	Digits bool // each # in Exact stands for any digit
}

// anInteger is any ":<digits>\r\n".
var anInteger = Reply{}

func exactly(s string) Reply { return Reply{Exact: []byte(s)} }

// withDigits is a reply in which each # stands for any digit.
func withDigits(s string) Reply { return Reply{Exact: []byte(s), Digits: true} }

func (r Reply) String() string {
	if len(r.Exact) == 0 {
		return "an integer"
	}
	return quote(r.Exact)
}

// maxInteger is the longest RESP integer: ':', sign, 19 digits, CRLF.
const maxInteger = 1 + 1 + 19 + 2

// scanner is the place inside a stream of replies.
type scanner struct {
	at   int              // bytes of the current reply that were read and right
	seen [maxInteger]byte // those bytes, where the reply is an integer
}

// scan reads at most limit replies from the front of p. It returns how many
// were completed and how many bytes they, and a partial one at the end, took.
// ok is false at the first byte that no right reply has there; used is then
// that byte's place.
func (s *scanner) scan(r *Reply, p []byte, limit int) (replies, used int, ok bool) {
	if len(r.Exact) == 0 {
		return s.scanIntegers(p, limit)
	}
	for used < len(p) && replies < limit {
		want, got := r.Exact[s.at:], p[used:]
		n := min(len(want), len(got))
		if !r.Digits && !bytes.Equal(want[:n], got[:n]) || r.Digits && !equalButDigits(want[:n], got[:n]) {
			for isRight(r, want[0], got[0]) {
				want, got, used, s.at = want[1:], got[1:], used+1, s.at+1
			}
			return replies, used, false
		}
		used += n
		if s.at += n; s.at == len(r.Exact) {
			s.at = 0
			replies++
		}
	}
	return replies, used, true
}

// equalButDigits says whether got is want, with a digit for each #.
func equalButDigits(want, got []byte) bool {
	for i, b := range want {
		if got[i] != b && (b != '#' || !isDigit(got[i])) {
			return false
		}
	}
	return true
}

func isRight(r *Reply, want, got byte) bool {
	return want == got || r.Digits && want == '#' && isDigit(got)
}

func (s *scanner) scanIntegers(p []byte, limit int) (replies, used int, ok bool) {
	for used < len(p) && replies < limit {
		b := p[used]
		if !s.fits(b) {
			return replies, used, false
		}
		s.seen[s.at] = b
		s.at++
		used++
		if b == '\n' {
			s.at = 0
			replies++
		}
	}
	return replies, used, true
}

// fits says whether b can follow the seen bytes of an integer.
func (s *scanner) fits(b byte) bool {
	if s.at == 0 {
		return b == ':'
	}
	last := s.seen[s.at-1]
	switch {
	case last == '\r':
		return b == '\n'
	case b == '-':
		return last == ':'
	case b == '\r':
		return isDigit(last)
	default:
		return isDigit(b) && s.at < maxInteger-2
	}
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// begun returns the current reply's bytes so far, from earlier reads too.
func (s *scanner) begun(r *Reply) []byte {
	if len(r.Exact) == 0 {
		return s.seen[:s.at]
	}
	return r.Exact[:s.at]
}

// quote shows bytes of the wire as a Go string, the long ones cut.
func quote(b []byte) string {
	const most = 120
	if len(b) > most {
		return fmt.Sprintf("%q... (%d bytes)", b[:most], len(b))
	}
	return fmt.Sprintf("%q", b)
}
