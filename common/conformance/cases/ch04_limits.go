// ch04_limits.go: what one client's pipeline may cost the others, and the server's memory.

package cases

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// pipelineLimits is what one client's pipeline may cost the others, and the
// server's memory.
func pipelineLimits() list {
	query := []string{"--client-query-buffer-limit", "1mb"}
	hard := []string{"--client-output-buffer-limit", "normal 1mb 0 0"}
	return in(4, lesson4Pipelining, list{
		{Name: "an endless pipeline delays nobody by 200 ms", Alone: true, Run: floodDelaysNobody},
		{Name: "200 MB of replies wait for a client that reads late", Own: true, Timeout: time.Minute, Run: readsLate},
		{Name: "a request beyond client-query-buffer-limit closes its client", Args: query, Run: beyondQueryLimit},
		{Name: "a request below client-query-buffer-limit is executed", Args: query, Run: belowQueryLimit},
		{Name: "a pipeline longer than client-query-buffer-limit is executed", Args: query, Run: longerThanQueryLimit},
		{Name: "a client that never reads is closed at the hard limit", Args: hard, Run: closedAtHardLimit},
		{Name: "a client that reads receives more than the hard limit in all", Args: hard, Run: readsMoreThanLimit},
		{Name: "a client beyond the soft limit is closed when its time is up", Args: []string{"--client-output-buffer-limit", "normal 0 100kb 1"}, Run: closedAfterSoftLimit},
		{Name: "a client that falls below the soft limit in time stays", Args: []string{"--client-output-buffer-limit", "normal 0 100kb 60"}, Run: fallsBelowSoftLimit},
	})
}

// floodDelaysNobody asks in rounds. One prompt round of five is enough: a server
// that lets others wait does so in all, and a busy machine does not.
func floodDelaysNobody(t *T) {
	const bound = 200 * time.Millisecond
	flood, other, own := t.Dial(), t.Dial(), newKeys()
	batch := strings.Repeat(own.cmd("SET @k v")+own.cmd("GET @k")+own.cmd("DEL @k"), 2000)
	t.Go(func() {
		for flood.TrySend(batch) == nil {
		}
	})
	t.Go(func() { flood.Discard() })
	t.Until("the flood flows", func() bool { return flood.Taken() > 4<<20 })
	var longest time.Duration
	for range 5 {
		longest = 0
		for range 30 {
			began := time.Now()
			other.Exchange(cmd("PING"), "+PONG\r\n")
			longest = max(longest, time.Since(began))
		}
		if longest <= bound {
			break
		}
	}
	require.LessOrEqual(t, longest, bound, "a PING beside an endless pipeline")
	flood.Reset()
	pingPromptly(t, other, 3)
}

// readsLate has all requests executed before it reads the first reply.
func readsLate(t *T) {
	const gets = 200
	c, other, key, value := t.Dial(), t.Dial(), newKeys().key("k"), numbered(1<<20)
	c.SlowReader()
	c.Exchange(cmd("SET", key, value), done)
	c.Send(strings.Repeat(cmd("GET", key), gets))
	fillUp(c)
	pingPromptly(t, other, 3)
	reply := bulk(value)
	for range gets {
		c.Expect(reply)
	}
	c.Exchange(cmd("DEL", key), one)
}

func beyondQueryLimit(t *T) {
	other := t.Dial()
	for _, before := range []string{"", cmd("PING"), strings.Repeat(cmd("PING"), 3000)} {
		c := t.Dial()
		_ = c.TrySend(before + "*2\r\n$4\r\nECHO\r\n$3000000\r\n" + strings.Repeat("x", 2_900_000))
		require.LessOrEqual(t, c.Discard(), int64(3000*len("+PONG\r\n")), "bytes that came until the connection's end")
		other.Exchange(cmd("PING"), "+PONG\r\n")
	}
}

func belowQueryLimit(t *T) {
	c, value := t.Dial(), numbered(1_000_000)
	for range 5 {
		c.Exchange(cmd("SET", "k", value), done)
		c.Exchange(cmd("GET", "k"), bulk(value))
	}
}

func longerThanQueryLimit(t *T) {
	c, value := t.Dial(), numbered(10_000)
	t.Go(func() { c.Send(strings.Repeat(cmd("ECHO", value), 1000)) })
	c.Expect(strings.Repeat(bulk(value), 1000))
}

// asksForMuch asks for 20 MB, which no socket's buffers hold, and reads nothing.
func asksForMuch(t *T) (c *conformance.Conn, replies string) {
	c, value := t.Dial(), numbered(100_000)
	c.SlowReader()
	c.Exchange(cmd("SET", "k", value), done)
	c.Send(strings.Repeat(cmd("GET", "k"), 200))
	return c, strings.Repeat(bulk(value), 200)
}

// awaitClosed waits until a client that does not read finds its connection
// closed: what it sends is refused then.
func awaitClosed(t *T, c *conformance.Conn) {
	t.Until("the server closes the connection", func() bool { return c.TrySend(cmd("PING")) != nil })
}

func closedAtHardLimit(t *T) {
	other := t.Dial()
	c, replies := asksForMuch(t)
	awaitClosed(t, c)
	require.Less(t, c.Discard(), int64(len(replies)), "bytes that came")
	pingPromptly(t, other, 3)
	other.Exchange(cmd("EXISTS", "k"), one)
}

func readsMoreThanLimit(t *T) {
	c, value := t.Dial(), numbered(500_000)
	c.Exchange(cmd("SET", "k", value), done)
	reply := bulk(value)
	for range 50 {
		c.Exchange(cmd("GET", "k"), reply)
	}
}

func closedAfterSoftLimit(t *T) {
	began := time.Now()
	c, _ := asksForMuch(t)
	awaitClosed(t, c)
	require.GreaterOrEqual(t, time.Since(began), time.Second, "not before its time")
	pingPromptly(t, t.Dial(), 3)
}

func fallsBelowSoftLimit(t *T) {
	c, replies := asksForMuch(t)
	fillUp(c)
	c.Expect(replies)
	c.Exchange(cmd("PING"), "+PONG\r\n")
}
