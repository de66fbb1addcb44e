// ch08_output.go: how much may wait for a client that does not read what others send it:
// client-output-buffer-limit by class.

package cases

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// subscribersOutput is what may wait for clients that listen.
func subscribersOutput() list {
	const limit = "client-output-buffer-limit"
	return in(8, "Many clients", list{
		{Name: "output: a subscriber that does not read is closed at the hard limit", Args: []string{"--" + limit, "pubsub 1mb 0 0"}, Run: closedWhileListening},
		{Name: "output: one that reads gets more than the limit in all", Args: []string{"--" + limit, "pubsub 1mb 0 0"}, Run: readsMessages},
		{Name: "output: a subscriber beyond the soft limit is closed when its time is up", Args: []string{"--" + limit, "pubsub 0 100kb 1"}, Run: closedAfterSoft},
		{Name: "output: a subscriber that falls below the soft limit in time stays", Args: []string{"--" + limit, "pubsub 0 100kb 60"}, Run: staysBelowSoft},
		{Name: "output: each class has a limit of its own", Args: []string{"--" + limit, "normal 1mb 0 0 pubsub 0 0 0"}, Run: limitsByClass},
		{Name: "output: who stops listening is a normal client again", Args: []string{"--" + limit, "pubsub 1mb 0 0"}, Run: leavesClass},
		{Name: "output: a message longer than the hard limit ends who listens", Args: []string{"--" + limit, "pubsub 1mb 0 0"}, Run: longerThanLimit},
		{Name: "output: a limit that is set while messages wait holds for them", Own: true, Run: limitSetLater},
		{Name: "output: of a thousand subscribers one does not read", Own: true, Alone: true, Timeout: 2 * time.Minute, Run: oneOfMany},
	})
}

// subscribed makes a client listen that reads nothing from then on.
func subscribed(t *T) *conformance.Conn {
	c := t.Dial()
	c.SlowReader()
	c.Exchange(cmd("SUBSCRIBE", "news"), array(bulk("subscribe"), bulk("news"), one))
	return c
}

var (
	news     = strings.Repeat("n", 50_000)
	message  = array(bulk("message"), bulk("news"), bulk(news))
	manyNews = 200 // messages: what no sockets hold
)

// publishUntil publishes until so many listen, and returns how many messages it took.
func publishUntil(t *T, p *conformance.Conn, listeners int64) (n int) {
	t.Until("as many listen as should", func() bool {
		n++
		return p.Call("PUBLISH", "news", news).Int == listeners
	})
	return n
}

func closedWhileListening(t *T) {
	c, p := subscribed(t), t.Dial()
	sent := publishUntil(t, p, 0)
	require.Greater(t, sent, 20, "messages of 50 kB until it is closed at 1 MB")
	require.Less(t, c.Discard(), int64((sent+1)*len(message)), "bytes that came")
	p.Exchange(cmd("PUBSUB", "NUMSUB", "news"), array(bulk("news"), zero))
}

func readsMessages(t *T) {
	c, p := subscribed(t), t.Dial()
	for range 10 {
		for range 10 {
			p.Exchange(cmd("PUBLISH", "news", news), one)
		}
		c.Expect(strings.Repeat(message, 10))
	}
}

func closedAfterSoft(t *T) {
	c, p := subscribed(t), t.Dial()
	for range manyNews {
		p.Call("PUBLISH", "news", news) // on a slow machine the time may be up before all are sent
	}
	t.Until("it is closed", func() bool {
		return p.Call("PUBLISH", "other", "x").Int == 0 && p.Call("PUBSUB", "NUMSUB", "news").Elems[1].Int == 0
	})
	require.Less(t, c.Discard(), int64(manyNews*len(message)), "bytes that came")
}

func staysBelowSoft(t *T) {
	c, p := subscribed(t), t.Dial()
	for range 2 {
		for range manyNews {
			p.Exchange(cmd("PUBLISH", "news", news), one)
		}
		c.Expect(strings.Repeat(message, manyNews))
	}
}

// limitsByClass expects that a listener may have waiting what another client may not.
func limitsByClass(t *T) {
	c, p := subscribed(t), t.Dial()
	for range manyNews {
		p.Exchange(cmd("PUBLISH", "news", news), one)
	}
	normal, _ := asksForMuch(t)
	awaitClosed(t, normal)
	c.Expect(strings.Repeat(message, manyNews))
}

func leavesClass(t *T) {
	c, p := subscribed(t), t.Dial()
	c.Exchange(cmd("UNSUBSCRIBE"), array(bulk("unsubscribe"), bulk("news"), zero))
	p.Exchange(cmd("SET", "k", news), done)
	c.Send(strings.Repeat(cmd("GET", "k"), manyNews))
	fillUp(c)
	c.Expect(strings.Repeat(bulk(news), manyNews))
	c.Exchange(cmd("SUBSCRIBE", "news"), array(bulk("subscribe"), bulk("news"), one))
	require.Greater(t, publishUntil(t, p, 0), 20, "messages until it is closed")
}

func longerThanLimit(t *T) {
	c, p := subscribed(t), t.Dial()
	p.Exchange(cmd("PUBLISH", "news", strings.Repeat("n", 3<<20)), one)
	t.Until("it is closed", func() bool { return p.Call("PUBLISH", "news", "x").Int == 0 })
	require.Less(t, c.Discard(), int64(3<<20))
}

func limitSetLater(t *T) {
	c, p := subscribed(t), t.Dial()
	configure(p, "client-output-buffer-limit", "pubsub 0 0 0")
	for range manyNews {
		p.Exchange(cmd("PUBLISH", "news", news), one)
	}
	configure(p, "client-output-buffer-limit", "pubsub 1mb 0 0")
	t.Until("it is closed", func() bool { return p.Call("PUBSUB", "NUMSUB", "news").Elems[1].Int == 0 })
	require.Less(t, c.Discard(), int64(manyNews*len(message)))
}

// oneOfMany expects that the others get all, and that the one costs no more than it may.
func oneOfMany(t *T) {
	const many, rounds = 1000, 5
	configure(t.Dial(), "client-output-buffer-limit", "pubsub 1mb 0 0")
	c, p := subscribed(t), t.Dial()
	c.Exchange(cmd("SUBSCRIBE", "more"), array(bulk("subscribe"), bulk("more"), integer(2)))
	clients := make([]*conformance.Conn, many)
	for i := range clients {
		clients[i] = t.Dial()
		clients[i].Exchange(cmd("SUBSCRIBE", "news"), array(bulk("subscribe"), bulk("news"), one))
	}
	text := numbered(1000)
	want := strings.Repeat(array(bulk("message"), bulk("news"), bulk(text)), 20)
	for range rounds {
		p.Exchange(strings.Repeat(cmd("PUBLISH", "news", text), 20), strings.Repeat(integer(many+1), 20))
		for _, each := range clients {
			each.Expect(want)
		}
	}
	t.Until("the one that does not read is closed", func() bool { return p.Call("PUBLISH", "more", news).Int == 0 })
	p.Exchange(cmd("PUBLISH", "news", text), integer(many))
	c.Discard()
}
