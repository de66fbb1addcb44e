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

// A server under load: PING, GET, SET and INCR of random keys, and as much of what collections
// are asked most, many in the pipeline of each connection, so that most of the time goes to
// them and not to the kernel. "make profile" records where.
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
	batches := make([][]byte, 500)
	for i := range batches {
		var batch []byte
		for range pipeline / 4 {
			batch = fmt.Appendf(batch, "*1\r\n$4\r\nPING\r\n")
			batch = fmt.Appendf(batch, "*2\r\n$3\r\nGET\r\n$16\r\nkey:%012d\r\n", key())
			batch = fmt.Appendf(batch, "*3\r\n$3\r\nSET\r\n$16\r\nkey:%012d\r\n$64\r\n%s\r\n", key(), value)
			batch = fmt.Appendf(batch, "*2\r\n$4\r\nINCR\r\n$16\r\nnum:%012d\r\n", key())
		}
		for range pipeline / 32 {
			batch = appendCollections(batch, key)
		}
		batches[i] = append(batch, "*2\r\n$4\r\nECHO\r\n"+end...)
	}
	replies := make([]byte, 64<<10)
	b.ResetTimer()
	for left := b.N; left > 0; left -= conns * 2 * pipeline {
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

// appendCollections appends some thirty requests, whose keys are a few and whose elements are random.
func appendCollections(batch []byte, key func() int) []byte {
	for _, format := range []string{
		"LPUSH list:%[1]d %[2]s", "RPUSH list:%[1]d %[2]s", "LPOP list:%[1]d", "RPOP list:%[1]d", "LRANGE list:%[1]d 0 9", "LLEN list:%[1]d",
		"HSET hash mem:%012[3]d %[2]s", "HGET hash mem:%012[3]d", "HGET hash mem:%012[4]d", "HSET hash:%[3]d field %[2]s", "HGET hash:%[3]d field", "HSET hash:50 mem:%012[1]d %[2]s", "HGET hash:50 mem:%012[1]d", "HINCRBY hash:n mem:%012[1]d 1",
		"SADD set mem:%012[3]d", "SISMEMBER set mem:%012[4]d", "SISMEMBER set mem:%012[3]d", "SREM set mem:%012[4]d", "SADD ints %[1]d", "SISMEMBER ints %[4]d",
		"ZADD zset 1%012[4]d mem:%012[3]d", "ZADD zset 1%012[3]d mem:%012[4]d", "ZSCORE zset mem:%012[3]d", "ZRANK zset mem:%012[4]d", "ZRANGE zset 0 9", "ZINCRBY zset:50 1 mem:%012[1]d", "ZPOPMIN zset",
		"PFADD hll mem:%012[3]d", "GEOADD geo %[1]d.%[3]d %[1]d.%[4]d mem:%012[4]d", "MSET key:a %[2]s key:b %[2]s", "SETBIT bits %[3]d 1", "APPEND text:%[3]d %[1]d",
	} {
		words := strings.Fields(fmt.Sprintf(format, key()%50, "a-value-of-some-thirty-two-bytes", key(), key()))
		batch = fmt.Appendf(batch, "*%d\r\n", len(words))
		for _, word := range words {
			batch = fmt.Appendf(batch, "$%d\r\n%s\r\n", len(word), word)
		}
	}
	return batch
}
