// burst.go: some requests that are sent together, and what their replies must be.
//
//	random requests | RESET, or DISCARD | SELECT 0 | SET chk:17 <<17:42>>.. | GET chk:17 | ECHO <<17:42>>..
//	     any        |       any         |   +OK    |   +OK, or an error     | mine, nil  | this
//
// The words in the middle bring a connection back to where it was, whatever the
// random requests made of it. (Each only where the server has the command.)

package soak

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strings"

	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/wire"
)

// burst is what a client sends at once.
type burst struct {
	id, seq  int
	requests []request
	bytes    string
	blocking bool // one of them may wait
}

// request is one with what its reply may be.
type request struct {
	words []string
	check func(wire.Value) error // nil: anything that is not another's
}

// newBurst draws n random requests for a client and adds those that check.
func newBurst(rng *rand.Rand, t *table, id, seq, n int) *burst {
	b := &burst{id: id, seq: seq}
	key := func() string { return aKey(rng, id) }
	for range n {
		c := t.pick(rng)
		b.blocking = b.blocking || c.blocking
		b.add(c.request(rng, key), nil)
	}
	b.addChecks(t)
	var bytes strings.Builder
	for i, r := range b.requests {
		bytes.WriteString(encode(rng, r.words, i < n))
	}
	b.bytes = bytes.String()
	return b
}

func (b *burst) add(words []string, check func(wire.Value) error) {
	b.requests = append(b.requests, request{words, check})
}

func (b *burst) addChecks(t *table) {
	if t.has("reset") {
		b.add([]string{"RESET"}, nil)
	} else if t.has("discard") {
		b.add([]string{"DISCARD"}, nil)
	}
	if t.has("select") {
		b.add([]string{"SELECT", "0"}, exactly('+', "OK"))
	}
	value := marked(b.id, b.seq)
	if t.has("set") && t.has("get") {
		b.add([]string{"SET", checkKey(b.id), value}, func(v wire.Value) error {
			if v.Kind == '+' && v.Text == "OK" || v.IsError() {
				return nil
			}
			return fmt.Errorf("the reply to my SET is %q %s", v.Kind, clip(v.Text))
		})
		b.add([]string{"GET", checkKey(b.id)}, func(v wire.Value) error {
			switch {
			case v.Null:
				return nil
			case v.Kind != '$':
				return fmt.Errorf("the reply to my GET is %q %s", v.Kind, clip(v.Text))
			}
			return checkMarked(b.id, b.seq, v.Text)
		})
	}
	b.add([]string{"ECHO", value}, exactly('$', value))
}

func exactly(kind byte, text string) func(wire.Value) error {
	return func(v wire.Value) error {
		if v.Kind != kind || v.Text != text {
			return fmt.Errorf("expected %q %s, came %q %s", kind, clip(text), v.Kind, clip(v.Text))
		}
		return nil
	}
}

// read reads the replies and holds them against what they may be.
func (b *burst) read(in *bufio.Reader, each func()) error {
	for i, r := range b.requests {
		v, err := nextReply(in)
		if err == nil && r.check != nil {
			err = r.check(v)
		}
		if err == nil && !strings.EqualFold(r.words[0], "slowlog") { // shows what others sent
			err = checkForeign(b.id, v)
		}
		if err != nil {
			return fmt.Errorf("the reply to request %d of %d, %s: %w\n%s", i+1, len(b.requests), show(r.words), err, b.before(i))
		}
		each()
	}
	return nil
}

// before shows the requests up to one of them.
func (b *burst) before(last int) string {
	var s strings.Builder
	for i := max(0, last-10); i <= last; i++ {
		fmt.Fprintf(&s, "  %d: %s\n", i+1, show(b.requests[i].words))
	}
	return s.String()
}

func show(words []string) string {
	s := differential.Show(words)
	if len(s) > 200 {
		s = s[:200] + fmt.Sprintf("... (%d bytes)", len(s))
	}
	return s
}

// nextReply reads a reply; what a server pushes unasked is none.
func nextReply(in *bufio.Reader) (wire.Value, error) {
	for {
		v, err := wire.Read(in)
		if err != nil || v.Kind != '>' {
			return v, err
		}
	}
}

// encode writes a request as an array, or now and then as a line, if it may be one.
func encode(rng *rand.Rand, words []string, line bool) string {
	if !line || rng.IntN(10) > 0 {
		return wire.Command(words...)
	}
	size := 0
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = wire.Escape(w)
		size += len(quoted[i]) + 1
	}
	if size > 60<<10 || strings.EqualFold(words[0], "post") || strings.EqualFold(words[0], "host:") {
		return wire.Command(words...)
	}
	return strings.Join(quoted, " ") + "\r\n"
}

// aKey is a key of the client's own, mostly, or one that all use.
func aKey(rng *rand.Rand, id int) string {
	switch n := rng.IntN(20); {
	case n < 13:
		return fmt.Sprintf("k:%d:%d", id, rng.IntN(8))
	case n < 19:
		return fmt.Sprintf("s:%d", rng.IntN(64))
	default:
		return noise(rng, rng.IntN(80))
	}
}
