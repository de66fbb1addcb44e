package conformance_test

import (
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance/duel"
	"redis-internals/common/conformance/wire"
)

// comparedEvents are the classes of events that two servers publish alike: not what is read and
// is not there, since SORT and others look keys up in the order of a hash table.
const comparedEvents = "KEg$lshzn"

// endOfEvents is a channel on which it is said that a sequence is through.
const endOfEvents = "the end"

// listen makes both servers publish events, and listens to them.
func (p *pair) listen() {
	p.both([]string{"CONFIG", "SET", "notify-keyspace-events", comparedEvents})
	for i, s := range []*duel.Peer{p.Stage, p.Oracle} {
		listener := &duel.Peer{Target: s.Target}
		require.NoError(p.t, listener.Connect(), s.Name)
		require.NoError(p.t, listener.Send(wire.Command("PSUBSCRIBE", "__key*")+wire.Command("SUBSCRIBE", endOfEvents)), s.Name)
		for range 2 {
			_, err := listener.Read()
			require.NoError(p.t, err, s.Name)
		}
		p.listeners[i] = listener
	}
}

// sameEvents compares all events until the end that is published.
func (p *pair) sameEvents() {
	var events [2][]string
	for i, listener := range p.listeners {
		for {
			message, err := listener.Read()
			require.NoError(p.t, err, "the events of %s", listener.Name)
			if words := message.Strings(); words[0] == "pmessage" {
				events[i] = append(events[i], strings.Join(words[2:], " "))
				continue
			}
			break
		}
	}
	require.Equal(p.t, events[1], events[0], "the events of redis-server, and those of %s", p.Stage.Name)
}
