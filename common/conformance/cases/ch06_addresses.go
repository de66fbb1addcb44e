// ch06_addresses.go: a process that the system gives little memory.

package cases

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// addresses is a process that may have only so many, as ulimit -v says. Go's runtime
// takes some 700 MiB of them before the first line of main, or 1200 where there are so
// many; and the promises of memory that ulimit -d limits.
func addresses() (rows list) {
	for _, limit := range []struct {
		option, what string
		mib          int
	}{
		{"-v", "addresses", 1000},
		{"-v", "addresses", 1500},
		{"-v", "addresses", 2000},
		{"-d", "promised memory", 200},
		{"-d", "promised memory", 400},
	} {
		rows = append(rows, conformance.Case{
			Name:     fmt.Sprintf("with %d MiB of %s the server fills up, refuses, and goes on", limit.mib, limit.what),
			NotRedis: "it ends when it gets no memory",
			Wrap:     []string{"sh", "-c", fmt.Sprintf(`ulimit %s %d; exec "$@"`, limit.option, limit.mib<<10), "sh"}, Alone: true,
			Run: fillsMemory,
		})
	}
	rows = append(rows, conformance.Case{
		Name:     "a request that is longer than memory for clients closes its connection alone",
		NotRedis: "it ends when it gets no memory",
		Wrap:     []string{"sh", "-c", fmt.Sprintf(`ulimit -d %d; exec "$@"`, 300<<10), "sh"}, Alone: true,
		Run: tooLongForMemory,
	}, conformance.Case{
		Name:     "a reply that is longer than memory for clients is refused, and the others come",
		NotRedis: "it ends when it gets no memory",
		Wrap:     []string{"sh", "-c", fmt.Sprintf(`ulimit -d %d; exec "$@"`, 300<<10), "sh"}, Alone: true,
		Run: repliesTooLongForMemory,
	}, conformance.Case{
		Name:     "clients that do not read are closed when memory ends, and the server goes on",
		NotRedis: "it ends when it gets no memory",
		Wrap:     []string{"sh", "-c", fmt.Sprintf(`ulimit -d %d; exec "$@"`, 300<<10), "sh"}, Alone: true,
		Run: unreadRepliesEndMemory,
	})
	return in(6, lesson6Limit, rows)
}

func fillsMemory(t *T) {
	c := t.Dial()
	const large, filling = 4 << 20, 256 << 10
	outOfMemory := func(args ...string) bool {
		reply := c.Call(args...)
		if reply.IsError() {
			require.True(t, strings.HasPrefix(reply.Text, "OOM "), reply.Text)
		}
		return reply.IsError()
	}
	big := strings.Repeat("b", large)
	require.False(t, outOfMemory("SET", "big", big))
	// To the end: with values that have pages of their own, then with short ones.
	value := strings.Repeat("v", filling)
	n := 0
	for ; !outOfMemory("SET", "k"+strconv.Itoa(n), value); n++ {
		require.Less(t, n, 3<<30/filling)
	}
	require.Greater(t, n, 20, "what the limit leaves")
	for i := 0; !outOfMemory("SET", "s"+strconv.Itoa(i), "short"); i++ {
		require.Less(t, i, 100_000)
	}
	require.True(t, outOfMemory("SET", "big2", big))
	require.True(t, outOfMemory("EXPIRE", "big", "1000"), "it needs another block")
	c.Exchange(cmd("GET", "big")+cmd("GET", "k0")+cmd("GET", "none"), bulk(big)+bulk(value)+nilBulk)
	t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
	// And again with what was deleted.
	for i := range n {
		c.Exchange(cmd("DEL", "k"+strconv.Itoa(i)), one)
	}
	c.Exchange(cmd("SET", "k0", "short")+cmd("EXPIRE", "s0", "1000"), done+one)
	c.Exchange(cmd("FLUSHALL"), done)
	require.False(t, outOfMemory("SET", "big2", big))
	c.Exchange(cmd("GET", "big2")+cmd("DBSIZE"), bulk(big)+one)
}

func tooLongForMemory(t *T) {
	other, c := t.Dial(), t.Dial()
	other.Exchange(cmd("SET", "k", "v"), done)
	require.NoError(t, c.TrySend("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$400000000\r\n"))
	piece := strings.Repeat("x", 1<<20)
	sent := 0
	for c.TrySend(piece) == nil {
		sent++
		require.Less(t, sent, 400)
	}
	require.Greater(t, sent, 4)
	other.Exchange(cmd("GET", "k"), bulk("v"))
	t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
}

// repliesTooLongForMemory asks for more than there is memory for, and does not read before
// all of it was executed: one in each of the server's turns, and a PING takes a turn.
func repliesTooLongForMemory(t *T) {
	other, c := t.Dial(), t.Dial()
	const size, times = 30 << 20, 16
	big := strings.Repeat("b", size)
	other.Exchange(cmd("SET", "big", big), done)
	c.Send(strings.Repeat(cmd("GET", "big"), times) + cmd("PING"))
	for range 2 * times {
		other.Exchange(cmd("PING"), "+PONG\r\n")
	}
	refused := 0
	for i := range times {
		reply := c.Reply()
		if reply.IsError() {
			require.True(t, strings.HasPrefix(reply.Text, "OOM "), reply.Text)
			refused++
			continue
		}
		require.Equal(t, size, len(reply.Text), "reply %d", i)
	}
	require.Positive(t, refused)
	require.Less(t, refused, times)
	c.Expect("+PONG\r\n")
}

// unreadRepliesEndMemory has clients ask for more than there is memory for, in values that
// are no trouble one by one.
func unreadRepliesEndMemory(t *T) {
	other := t.Dial()
	const clients, size, times = 40, 100_000, 200
	other.Exchange(cmd("SET", "k", strings.Repeat("v", size))+cmd("SET", "small", "v"), done+done)
	for range clients {
		_ = t.Dial().TrySend(strings.Repeat(cmd("GET", "k"), times)) // it may be closed by then
	}
	t.Until("the server closes one", func() bool {
		return strings.Contains(t.Server().Log(), "Out of memory: closing the client that takes most")
	})
	for range 2 * times { // as many turns
		other.Exchange(cmd("GET", "small"), bulk("v"))
	}
	t.Dial().Exchange(cmd("SET", "small", "w")+cmd("GET", "small"), done+bulk("w"))
}
