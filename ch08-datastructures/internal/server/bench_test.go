package server

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A server under load: PING, GET, SET and INCR of random keys, many in the pipeline
// of each connection, so that most of the time goes to them and not to the kernel.
// "make profile" records where.
func BenchmarkServer(b *testing.B) {
	const (
		conns    = 8
		pipeline = 256
		keys     = 30_000
		end      = "$3\r\nend\r\n"
	)
	s := start(b, nil)
	var clients [conns]*client
	for i := range clients {
		clients[i] = s.dial(b)
		require.NoError(b, clients[i].SetDeadline(time.Time{}))
	}
	random := rand.New(rand.NewPCG(1, 2))
	key := func() int { return random.IntN(keys) }
	value := strings.Repeat("v", 64)
	batches := make([][]byte, 1000)
	for i := range batches {
		var batch []byte
		for range pipeline / 4 {
			batch = fmt.Appendf(batch, "*1\r\n$4\r\nPING\r\n")
			batch = fmt.Appendf(batch, "*2\r\n$3\r\nGET\r\n$16\r\nkey:%012d\r\n", key())
			batch = fmt.Appendf(batch, "*3\r\n$3\r\nSET\r\n$16\r\nkey:%012d\r\n$64\r\n%s\r\n", key(), value)
			batch = fmt.Appendf(batch, "*2\r\n$4\r\nINCR\r\n$16\r\nnum:%012d\r\n", key())
		}
		batches[i] = append(batch, "*2\r\n$4\r\nECHO\r\n"+end...)
	}
	replies := make([]byte, 64<<10)
	b.ResetTimer()
	for left := b.N; left > 0; left -= conns * pipeline {
		for _, c := range clients {
			if _, err := c.TCPConn.Write(batches[random.IntN(len(batches))]); err != nil {
				b.Fatal(err)
			}
		}
		for _, c := range clients {
			for have := 0; !bytes.HasSuffix(replies[:have], []byte(end)); {
				n, err := c.TCPConn.Read(replies[have:])
				if err != nil {
					b.Fatal(err)
				}
				have += n
			}
		}
	}
}
