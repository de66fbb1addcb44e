// ch08_clienteviction.go: clients that are closed when all of them take too much memory.

package cases

import (
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

func clientEviction() list {
	const setting = "maxmemory-clients"
	invalid := setFailed(setting, "argument must be a memory or percent value")
	rows := list{
		{Name: setting + " is bytes, or percent of maxmemory", Own: true, Run: func(t *T) {
			c := t.Dial()
			for _, tc := range []struct{ value, is string }{
				{"5mb", "5242880"}, {"1gb", "1073741824"}, {"100%", "100%"}, {"1%", "1%"}, {"0%", "0"}, {"0", "0"},
			} {
				speak(c, plain, "CONFIG SET "+setting+" "+tc.value, done, "CONFIG GET "+setting, bulks(setting+" "+tc.is))
			}
			for _, value := range []string{"abc", "-1", "-1%", "1.5%", "5%%", "%", "007%", "10mb%", "+5%"} {
				speak(c, plain, "CONFIG SET "+setting+" "+value, invalid, "CONFIG GET "+setting, bulks(setting+" 0"))
			}
			speak(c, plain, "CONFIG SET "+setting+" 101%", setFailed(setting, "percentage argument must be less or equal to 100"))
		}},
		evictsClient("the one that queues most", "3mb", func(c *conformance.Conn) { queue(c, 4<<20) }),
		evictsClient("one whose request does not end", "3mb", func(c *conformance.Conn) {
			_ = c.TrySend("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$8000000\r\n" + strings.Repeat("x", 6<<20)) // it may be closed before all is sent
		}),
		evictsClient("one that does not read its replies", "3mb", func(c *conformance.Conn) {
			c.SlowReader()
			c.Exchange(cmd("SET", "k", strings.Repeat("x", 200<<10)), done)
			_ = c.TrySend(strings.Repeat(cmd("GET", "k"), 100))
		}),
		evictsClient("one that listens, and does not read", "3mb", func(c *conformance.Conn) {
			c.SlowReader()
			c.Exchange(cmd("SUBSCRIBE", "ch"), array(bulk("subscribe"), bulk("ch"), one))
			c.Exchange(cmd("SUBSCRIBE", "d"), array(bulk("subscribe"), bulk("d"), ":2\r\n"))
		}),
		evictsClient("a part of maxmemory", "3% maxmemory 100mb", func(c *conformance.Conn) { queue(c, 4<<20) }),
		{Name: "clients are evicted: the largest first, and no more than need be", Own: true, Run: evictsLargest},
		{Name: "clients are evicted: not those that asked for it", Own: true, Run: sparesClients},
		{Name: "clients are evicted: when the limit is set, and not without one", Own: true, Run: evictsWhenSet},
	}
	return in(8, "Many clients", rows)
}

// queue makes the client queue a value of so many bytes, unless it is closed for that.
func queue(c *conformance.Conn, bytes int) {
	_ = c.TrySend(cmd("MULTI") + cmd("SET", "k", strings.Repeat("x", bytes)))
}

// evictsClient is a case in which a client does something that takes too much under a limit, and
// is closed, and others are not.
func evictsClient(name, limit string, greed func(*conformance.Conn)) conformance.Case {
	return conformance.Case{Name: "clients are evicted: " + name, Own: true, Run: func(t *T) {
		observer, greedy := t.Dial(), t.Dial()
		speak(observer, plain, "CONFIG SET maxmemory-clients "+limit, done)
		greed(greedy)
		t.Until("it is evicted", func() bool {
			observer.Call("PUBLISH", "ch", strings.Repeat("x", 100<<10))
			return evicted(t, observer) == 1
		})
		greedy.Discard()
		speak(t.Dial(), plain, "PING", pong)
	}}
}

func evicted(t *T, c *conformance.Conn) int64 {
	return askFigures(c, "stats").number(t, "evicted_clients")
}

func evictsLargest(t *T) {
	observer := t.Dial()
	var all []*conformance.Conn
	for _, size := range []int{100 << 10, 6 << 20, 1 << 20} {
		c := t.Dial()
		queue(c, size)
		c.Expect(done + queued)
		all = append(all, c)
	}
	speak(observer, plain, "CONFIG SET maxmemory-clients 100mb", done)
	require.Zero(t, evicted(t, observer))
	speak(observer, plain, "CONFIG SET maxmemory-clients 6mb", done)
	t.Until("the largest is gone", func() bool { return evicted(t, observer) > 0 })
	all[1].Discard()
	speak(all[0], plain, "DISCARD", done)
	speak(all[2], plain, "DISCARD", done)
	require.EqualValues(t, 1, evicted(t, observer))
	speak(observer, plain, "CONFIG RESETSTAT", done)
	require.Zero(t, evicted(t, observer))
}

func sparesClients(t *T) {
	observer, spared, other := t.Dial(), t.Dial(), t.Dial()
	speak(observer, plain, "CLIENT NO-EVICT on", done, "CONFIG SET maxmemory-clients 3mb", done)
	speak(spared, plain, "CLIENT NO-EVICT on", done)
	queue(other, 1<<20)
	other.Expect(done + queued)
	queue(spared, 4<<20)
	spared.Expect(done + queued)
	t.Until("the other one is gone instead", func() bool { return evicted(t, observer) == 1 })
	other.ExpectClosed()
	speak(spared, plain, "PING", queued, "DISCARD", done)
	speak(observer, plain, "CONFIG SET maxmemory-clients 0", done) // Redis' buffer for what was queued may still count
	speak(t.Dial(), plain, "PING", pong)
}

func evictsWhenSet(t *T) {
	observer, greedy := t.Dial(), t.Dial()
	queue(greedy, 4<<20)
	greedy.Expect(done + queued)
	speak(observer, plain, "CONFIG SET maxmemory-clients 5%", done) // of no maxmemory
	require.Zero(t, evicted(t, observer))
	speak(greedy, plain, "PING", queued)
	speak(observer, plain, "CONFIG SET maxmemory 40mb", done)
	t.Until("it is too much of maxmemory", func() bool { return evicted(t, observer) == 1 })
	greedy.ExpectClosed()
}
