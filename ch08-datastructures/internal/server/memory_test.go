package server

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/command"
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/logging"
)

func TestConnMemory_IsWhatAConnectionTakes(t *testing.T) {
	const n = 300
	opts := options(t)
	opts.MaxClients = n
	s, err := Listen(opts, command.Families, &logging.Logger{})
	require.NoError(t, err)
	before := heapInUse()
	var peers [n]int
	for i := range n {
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
		require.NoError(t, err)
		peers[i] = pair[1]
		s.admit(pair[0], &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	taken := heapInUse() - before
	assert.Len(t, s.conns, n)
	assert.Equal(t, n*connMemory, s.engine.ClientMemory())
	assert.InEpsilon(t, n*connMemory, taken, 0.4, "tables grow by doubling")
	for _, fd := range peers {
		unix.Close(fd)
	}
	require.NoError(t, s.close())
	assert.Zero(t, s.engine.ClientMemory())
}

// Whatever clients have sent, not read or left half done: when they have gone,
// nothing of theirs is counted.
func TestClientMemory_EndsWhereItBegan(t *testing.T) {
	s := start(t, func(o *config.Config) { o.MaxQuery = 8 << 20 })
	observer := s.dial(t)
	observer.send("*1\r\n$4\r\nPING\r\n")
	observer.expect("+PONG\r\n")
	random := rand.New(rand.NewPCG(1, 2))
	large := strings.Repeat("v", 300_000)
	requests := []string{
		"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$300000\r\n" + large + "\r\n",
		"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
		strings.Repeat("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", 50),
		"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3000000\r\n" + large,
		"SUBSCRIBE news a b\r\n", "PSUBSCRIBE n*\r\n", "SUBSCRIBE news\r\nUNSUBSCRIBE news\r\n",
		"*3\r\n$7\r\nPUBLISH\r\n$4\r\nnews\r\n$300000\r\n" + large + "\r\n", strings.Repeat("PUBLISH news x\r\n", 50),
		"PING\r\n", "*1\r\n$4\r\nQUIT\r\n", "*x\r\n", "*2\r\n$4\r\nECHO\r\n$5\r\nhal",
	}
	for range 20 {
		var clients []*client
		for range 10 {
			c := s.dial(t)
			for range random.IntN(4) {
				_, _ = c.Write([]byte(requests[random.IntN(len(requests))])) // it may have been closed
			}
			clients = append(clients, c)
		}
		for _, c := range clients {
			c.Close()
		}
	}
	observed := func() (memory, clients int) {
		done := make(chan struct{})
		s.loop.Post(func() {
			memory, clients = s.engine.ClientMemory(), len(s.conns)
			close(done)
		})
		<-done
		return memory, clients
	}
	require.Eventually(t, func() bool {
		memory, clients := observed()
		return clients == 1 && memory == connMemory
	}, time.Minute, time.Millisecond)
}
