// ch06_clients_memory.go: what clients take counts while they are there, and not
// when they have left.

package cases

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// clientsMemory is what clients take, and that it is forgotten with them.
func clientsMemory() list {
	return in(6, lesson6Limit, list{
		{Name: "a client that sent half of a large value costs no key when it has left", Args: noLimit, Run: costsNothing("allkeys-lru", sendHalf)},
		{Name: "a client that sent half of a large value costs no write when it has left", Args: noLimit, Run: costsNothing("noeviction", sendHalf)},
		{Name: "a hundred clients that read large replies cost no key when they have left", Args: noLimit, Run: costsNothing("allkeys-lru", readMuch)},
		{Name: "a hundred clients that read large replies cost no write when they have left", Args: noLimit, Run: costsNothing("noeviction", readMuch)},
		{Name: "replies that a client does not read are memory in use", Args: noLimit, Run: unreadIsUsed},
		{Name: "used_memory is back after FLUSHALL when the clients have left", Args: noLimit, Run: usedMemoryComesBack},
	})
}

// headroom is what may be in use above what was before the clients came, in bytes.
const headroom = 2 << 20

// costsNothing has clients come and leave. Then there is little headroom, and it is
// as much as it would be without them.
func costsNothing(policy string, comeAndLeave func(*T, *conformance.Conn)) func(*T) {
	return func(t *T) {
		c := t.Dial()
		setMany(t, c, "key:", 0, 50_000, 100)
		before := usedMemory(t, c)
		comeAndLeave(t, c)
		awaitAlone(t, c)
		configure(c, "maxmemory-policy", policy)
		configure(c, "maxmemory", strconv.FormatInt(before+headroom, 10))
		setMany(t, c, "new:", 0, 1000, 100) // as errors would tell
		c.Exchange(cmd("DBSIZE"), integer(51_000))
		require.Zero(t, evictedKeys(t, c))
	}
}

// sendHalf is a client that announces 200 MB, sends 14 of them and leaves.
func sendHalf(t *T, _ *conformance.Conn) {
	c := t.Dial()
	c.Send("*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$200000000\r\n" + strings.Repeat("v", 14_000_000))
	c.Close()
}

// readMuch is a hundred clients. Each reads a value of 1 KB six hundred times at once.
func readMuch(t *T, _ *conformance.Conn) {
	value := numbered(1024)
	reply := strings.Repeat(bulk(value), 600)
	var clients []*conformance.Conn
	for range 100 {
		c := t.Dial()
		c.Exchange(cmd("SET", "key:0", value), done)
		c.Exchange(strings.Repeat(cmd("GET", "key:0"), 600), reply)
		clients = append(clients, c)
	}
	for _, c := range clients {
		c.Close()
	}
}

// awaitAlone waits until the server knows of no other client.
func awaitAlone(t *T, c *conformance.Conn) {
	t.Until("all other clients are gone", func() bool { return askFigures(c, "clients").number(t, "connected_clients") == 1 })
}

func unreadIsUsed(t *T) {
	c := t.Dial()
	value := numbered(1 << 20)
	c.Exchange(cmd("SET", "k", value), done)
	before := usedMemory(t, c)
	reader := t.Dial()
	reader.SlowReader()
	reader.Send(strings.Repeat(cmd("GET", "k"), 64))
	// The kernel holds a few MB of what it was sent.
	t.Until("unread replies are memory in use", func() bool { return usedMemory(t, c) > before+32<<20 })
	t.Until("they are the clients'", func() bool { return askFigures(c, "memory").number(t, "mem_clients_normal") > 32<<20 })
	reader.Close()
	t.Until("they are gone with the client", func() bool { return usedMemory(t, c) < before+1<<20 })
}

func usedMemoryComesBack(t *T) {
	c := t.Dial()
	before := usedMemory(t, c)
	setMany(t, c, "key:", 0, 50_000, 100)
	sendHalf(t, c)
	readMuch(t, c)
	c.Exchange(cmd("FLUSHALL"), done)
	awaitAlone(t, c)
	t.Until("used_memory is within 1 MB of what it was", func() bool { return usedMemory(t, c) <= before+1<<20 })
}
