// session.go: what some clients say to both servers, and how it is said.

package duel

import (
	"slices"

	"redis-internals/common/conformance/differential"
)

// Line is one request, and who sends it.
type Line struct {
	Client  int
	Request []string
}

// Session is lines, of which a client sends as many at a time as Burst says, without waiting
// for the reply to each.
type Session struct {
	Lines []Line
	Burst int
}

func (s *Session) add(client int, requests ...[]string) {
	for _, r := range requests {
		s.Lines = append(s.Lines, Line{client, r})
	}
}

func (s *Session) sequence(commands differential.Sequence) {
	for i, c := range commands {
		s.add(0, c.Request(i))
	}
}

// clients is how many speak.
func (s Session) clients() (n int) {
	for _, l := range s.Lines {
		n = max(n, l.Client+1)
	}
	return n
}

// upTo is the session as far as its i-th line.
func (s Session) upTo(i int) Session { return Session{s.Lines[:i+1], s.Burst} }

// without is the session without lines from to to.
func (s Session) without(from, to int) Session {
	return Session{slices.Concat(s.Lines[:from], s.Lines[to:]), s.Burst}
}

// replacing is the session with one word for another, wherever it stands.
func (s Session) replacing(old, by string) Session {
	return s.mapped(func(word string) string {
		if word == old {
			return by
		}
		return word
	})
}

// named is the session with another name of its i-th line's command.
func (s Session) named(i int, name string) Session {
	lines := slices.Clone(s.Lines)
	lines[i].Request = append([]string{name}, lines[i].Request[1:]...)
	return Session{lines, s.Burst}
}

// cut is the session without the last n words of its i-th line.
func (s Session) cut(i, n int) Session {
	lines := slices.Clone(s.Lines)
	lines[i].Request = lines[i].Request[:len(lines[i].Request)-n]
	return Session{lines, s.Burst}
}

// mapped is the session with all words but the commands' names changed.
func (s Session) mapped(change func(string) string) Session {
	lines := slices.Clone(s.Lines)
	for i := range lines {
		lines[i].Request = slices.Clone(lines[i].Request)
		for j := 1; j < len(lines[i].Request); j++ {
			lines[i].Request[j] = change(lines[i].Request[j])
		}
	}
	return Session{lines, s.Burst}
}

// weight is how much there is to read: its bytes, and those twice that are no small letters or
// digits. Names are best in capitals.
func (s Session) weight() (n int) {
	for _, l := range s.Lines {
		for i, w := range l.Request {
			n += len(w)
			for _, b := range []byte(w) {
				small, digit, capital := b >= 'a' && b <= 'z', b >= '0' && b <= '9', b >= 'A' && b <= 'Z'
				if i == 0 && !capital || i > 0 && !small && !digit {
					n++
				}
			}
		}
	}
	return n
}

// shorter reports whether a session is easier to read than another one.
func (s Session) shorter(than Session) bool {
	if len(s.Lines) != len(than.Lines) {
		return len(s.Lines) < len(than.Lines)
	}
	return s.weight() < than.weight()
}

// bursts cuts the session where the client changes, and after Burst lines.
func (s Session) bursts() (cut [][]Line) {
	for i, l := range s.Lines {
		if last := len(cut) - 1; i > 0 && cut[last][0].Client == l.Client && len(cut[last]) < s.Burst {
			cut[last] = append(cut[last], l)
			continue
		}
		cut = append(cut, []Line{l})
	}
	return cut
}

// play has the session said by as many clients as it has. It returns the replies up to where the
// servers first differed, and how they did.
func play(s Session, clients []*Pair) (heard []Replies, diff *Difference, err error) {
	for _, c := range clients[:s.clients()] {
		if err := c.Connect(); err != nil {
			return nil, nil, err
		}
		defer c.Close()
		c.heard = func(r Replies) { heard = append(heard, r) }
	}
	for _, burst := range s.bursts() {
		requests := make([][]string, len(burst))
		for i, l := range burst {
			requests[i] = l.Request
		}
		if diff, err := clients[burst[0].Client].Speak(requests); diff != nil || err != nil {
			return heard, diff, err
		}
	}
	return heard, nil, nil
}
