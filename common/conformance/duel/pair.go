// pair.go: the same requests to two servers, reply by reply.

package duel

import (
	"fmt"
	"strings"
	"time"

	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/wire"
)

// Pair is a client of two servers: one that is judged, and one that knows.
type Pair struct {
	Stage, Oracle *Peer

	// ByBeginning lets errors differ in what follows "ERR unknown command" and the like, as
	// the core cases do.
	ByBeginning bool

	heard func(Replies) // is told of each; may be nil
	queue differential.Queue
}

// Replies are those of both servers to one request. That of the judged one may be missing.
type Replies struct{ Got, Want wire.Value }

// Difference is the first reply in which two servers do not agree.
type Difference struct {
	Request   []string
	Got, Want wire.Value
	Err       error // why there is no reply that could be compared
}

func (d *Difference) String() string {
	if d.Err != nil {
		return fmt.Sprintf("no reply to %s: %v\nredis: %s", differential.Show(d.Request), d.Err, wire.Escape(differential.Bytes(d.Want)))
	}
	return fmt.Sprintf("different replies to %s\nstage: %s\nredis: %s", differential.Show(d.Request),
		wire.Escape(differential.Bytes(d.Got)), wire.Escape(differential.Bytes(d.Want)))
}

// like reports whether a difference may be shown in the place of another one: what should have
// come is an error of the same kind in both, or none. Otherwise a session that is made shorter
// would end as one that nobody would send.
func (d *Difference) like(other Difference) bool {
	if (d.Err == nil) != (other.Err == nil) || d.Want.IsError() != other.Want.IsError() {
		return false
	}
	kind := func(v wire.Value) string {
		words := strings.Fields(v.Text)
		return strings.Join(words[:min(3, len(words))], " ")
	}
	return !d.Want.IsError() || kind(d.Want) == kind(other.Want)
}

// Connect dials both servers.
func (p *Pair) Connect() error {
	p.queue = differential.Queue{}
	for _, s := range []*Peer{p.Stage, p.Oracle} {
		if err := s.Connect(); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

// Close ends both connections.
func (p *Pair) Close() {
	p.Stage.Close()
	p.Oracle.Close()
}

// Exchange sends requests to both servers, each in one packet, and compares the replies. It
// returns the oracle's. The error is the oracle's, too: then there is nothing to compare with.
func (p *Pair) Exchange(requests ...[]string) (replies []wire.Value, diff *Difference, err error) {
	var bytes strings.Builder
	for _, request := range requests {
		bytes.WriteString(wire.Command(request...))
	}
	errStage, err := p.Stage.Send(bytes.String()), p.Oracle.Send(bytes.String())
	for _, request := range requests {
		var got, want wire.Value
		if errStage == nil {
			got, errStage = p.Stage.Read()
		}
		if err == nil {
			want, err = p.Oracle.Read()
		}
		if err != nil {
			return replies, nil, fmt.Errorf("%s does not answer %s: %w", p.Oracle.Name, differential.Show(request), err)
		}
		replies = append(replies, want)
		if p.heard != nil {
			p.heard(Replies{got, want})
		}
		if errStage != nil || !p.same(request, got, want) {
			return replies, &Difference{request, got, want, errStage}, nil
		}
	}
	return replies, nil, nil
}

func (p *Pair) same(request []string, got, want wire.Value) bool {
	if p.ByBeginning && got.IsError() && want.IsError() && strings.HasPrefix(got.Text, beginning(want.Text)) {
		got = want
	}
	return p.queue.Same(request, got, want)
}

// beginning is what of Redis' error must be the same: all of it, but where it goes on with the
// words of the request.
func beginning(text string) string {
	for _, known := range []string{"ERR unknown command", "ERR wrong number of arguments"} {
		if strings.HasPrefix(text, known) {
			return known
		}
	}
	return text
}

// Speak sends a burst, and after each command that may set what is soon over lets that time
// pass.
func (p *Pair) Speak(burst [][]string) (diff *Difference, err error) {
	for done := 0; done < len(burst); {
		n := done + 1
		for n < len(burst) && !mayBeBrief(burst[n-1]) {
			n++
		}
		if _, diff, err = p.Exchange(burst[done:n]...); diff != nil || err != nil {
			return diff, err
		}
		done = n
		if p.queue.Brief {
			p.queue.Brief = false
			time.Sleep(differential.PassesAfter) // of the clock, not for something to happen
		}
	}
	return nil, nil
}

// mayBeBrief reports whether a request sets what is soon over, or EXEC may do so.
func mayBeBrief(request []string) bool {
	return differential.IsBrief(request) || strings.EqualFold(request[0], "EXEC")
}
