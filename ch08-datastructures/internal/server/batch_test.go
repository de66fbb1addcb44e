package server

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/config"
)

// echo is a request that is answered with n times a byte, and that answer.
func echo(random *rand.Rand, n int) (request, reply string) {
	text := strings.Repeat(string(rune('a'+random.IntN(26))), n)
	reply = fmt.Sprintf("$%d\r\n%s\r\n", n, text)
	if n > 1000 || random.IntN(3) > 0 {
		return fmt.Sprintf("*2\r\n$4\r\nECHO\r\n$%d\r\n%s\r\n", n, text), reply
	}
	// One that reads differently once its escapes are resolved.
	return fmt.Sprintf("ECHO \"%s\"\r\n", strings.Repeat(fmt.Sprintf(`\x%x`, text[:1]), n)), reply
}

// Requests of all kinds and sizes, in any pieces, from several connections at a time,
// so that batches end and shares of a turn are used up at any of them.
func TestBatch_AnswersEachConnectionInItsOrder(t *testing.T) {
	s := start(t, nil)
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		type stream struct {
			*client
			requests, replies string
		}
		streams := make([]*stream, 1+random.IntN(5))
		for i := range streams {
			st := &stream{client: s.dial(t)}
			for range 1 + random.IntN(60) {
				request, reply := echo(random, 1+random.IntN(20))
				switch random.IntN(12) {
				case 0:
					request, reply = echo(random, 1+random.IntN(200_000))
				case 1:
					request, reply = "\r\n", ""
				case 2:
					request, reply = "*0\r\n", ""
				}
				st.requests += request
				st.replies += reply
			}
			streams[i] = st
		}
		for _, st := range streams {
			go func(pieces *rand.Rand) {
				for rest := st.requests; rest != ""; {
					n := min(len(rest), 1+pieces.IntN(60_000))
					if _, err := io.WriteString(st.TCPConn, rest[:n]); err != nil {
						return // the other end tells what is missing
					}
					rest = rest[n:]
				}
			}(rand.New(rand.NewPCG(random.Uint64(), 5)))
		}
		for _, st := range streams {
			st.expect(st.replies)
			st.TCPConn.Close()
		}
	}
}

// Replies that are long end a connection's share where they are: what was parsed
// behind is given back, and executed in the turns that follow.
func TestBatch_GivesBackWhatIsBehindALongReply(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	c.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$200000\r\n" + strings.Repeat("v", 200_000) + "\r\n")
	c.expect("+OK\r\n")
	longest := 0 // reply of a turn
	s.onLoop(func() {
		wrapped := s.loop.BeforeSleep
		s.loop.BeforeSleep = func() bool {
			s.executeReceived()
			for _, c := range s.served {
				longest = max(longest, len(c.client.Reply))
			}
			return wrapped()
		}
	})
	const gets = 3 * batchSize
	c.send(strings.Repeat("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", gets) + "*2\r\n$4\r\nECHO\r\n$3\r\ne")
	for range gets {
		c.expect("$200000\r\n" + strings.Repeat("v", 200_000) + "\r\n")
	}
	c.send("nd\r\n")
	c.expect("$3\r\nend\r\n")
	s.onLoop(func() { assert.Less(t, longest, maxSend+201_000) })
}

// A connection that waits for its next share may have it before the turn's other
// connections are received, and then send more. What that leaves is not forgotten.
func TestBatch_SecondShareInATurnLeavesTheRest(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	c.send("PING\r\n")
	c.expect("+PONG\r\n")
	s.onLoop(func() {
		only := s.only()
		for _, pings := range []int{1, 3 * maxRequests} {
			_, err := io.WriteString(c.TCPConn, strings.Repeat("PING\r\n", pings))
			assert.NoError(t, err)
			assert.Eventually(t, func() bool {
				n, err := unix.IoctlGetInt(only.fd, unix.TIOCINQ)
				return err == nil && n == pings*len("PING\r\n")
			}, time.Minute, time.Millisecond)
			only.receive()
			s.executeReceived()
		}
	})
	c.expect(strings.Repeat("+PONG\r\n", 1+3*maxRequests))
}

// An argument that is too long is refused, also once requests have been given back.
func TestBatch_GivesBackAndKeepsTheLimitOfAnArgument(t *testing.T) {
	s := start(t, func(o *config.Config) { o.MaxBulk = 1 << 20 })
	c := s.dial(t)
	c.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$200000\r\n" + strings.Repeat("v", 200_000) + "\r\n")
	c.expect("+OK\r\n")
	c.send(strings.Repeat("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", batchSize))
	for range batchSize {
		c.expect("$200000\r\n" + strings.Repeat("v", 200_000) + "\r\n")
	}
	c.send("*2\r\n$4\r\nECHO\r\n$1048577\r\n")
	c.expect("-ERR Protocol error: invalid bulk length\r\n")
}

// An inline request has a batch of its own, wherever it stands.
func TestBatch_AnInlineRequestIsAlone(t *testing.T) {
	c := &conn{server: &Server{}}
	c.query = []byte("*1\r\n$4\r\nPING\r\n" + "*1\r\n$4\r\nPING\r\n" + "ECHO \"\\x41\"\r\n" + "*1\r\n$4\r\nPING\r\n")
	var b batch
	for left, want := []*conn{c}, 0; len(left) > 0 || want < 3; want++ {
		left = b.fill(left)
		require.Equal(t, []int{2, 1, 1}[want], b.n)
		b.clear()
	}
	require.Equal(t, len(c.query), c.parsed)
}
