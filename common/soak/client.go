// client.go: what the clients do, one connection after another.

package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"redis-internals/common/conformance/wire"
)

// client lives many lives: each is a connection with a character.
type client struct {
	*run
	id, seq int
	rng     *rand.Rand
}

func newClient(r *run, id int) *client {
	return &client{run: r, id: id, rng: rand.New(rand.NewPCG(r.Seed, uint64(id)))}
}

// character is a way to treat a connection. The error is what the server did wrong.
type character struct {
	name   string
	weight int
	play   func(*client, *conn) error
}

var characters = []character{
	{"talks", 30, (*client).talk},
	{"pipelines", 12, (*client).pipeline},
	{"tears requests", 15, (*client).tear},
	{"reads slowly", 8, (*client).readSlowly},
	{"half-closes", 8, (*client).halfClose},
	{"says QUIT", 5, (*client).quit},
	{"hangs up", 10, (*client).hangUp},
	{"mutates", 14, (*client).mutate},
	{"talks garbage", 4, (*client).garbage},
	{"hoards", 2, (*client).hoard},
	{"idles", 4, (*client).idle},
	{"listens", 6, (*client).listen},
	{"listens and does not read", 3, (*client).deaf},
	{"keeps a cache", 6, (*client).cache},
}

func (c *client) live(ctx context.Context) {
	total := 0
	for _, ch := range characters {
		total += ch.weight
	}
	for life := 1; ctx.Err() == nil; life++ {
		n, at := c.rng.IntN(total), 0
		for n >= characters[at].weight {
			n -= characters[at].weight
			at++
		}
		conn, err := c.dial()
		if err == nil {
			err = characters[at].play(c, conn)
			conn.close()
		}
		if err != nil {
			c.fail(fmt.Sprintf("client %d, connection %d (%s)", c.id, life, characters[at].name), err)
			return
		}
	}
}

// next is another burst, of up to so many random requests.
func (c *client) next(most int) *burst {
	c.seq++
	return newBurst(c.rng, c.table, c.id, c.seq, 1+c.rng.IntN(most))
}

// talk sends a few requests at a time.
func (c *client) talk(conn *conn) error {
	for range 1 + c.rng.IntN(20) {
		b := c.next(4)
		if hungUp, err := conn.exchange(b, []string{b.bytes}); hungUp || err != nil {
			return err
		}
	}
	return nil
}

// pipeline sends many at once.
func (c *client) pipeline(conn *conn) error {
	for range 1 + c.rng.IntN(4) {
		b := c.next(1 + length(c.rng, 600))
		if hungUp, err := conn.exchange(b, []string{b.bytes}); hungUp || err != nil {
			return err
		}
	}
	return nil
}

// tear sends requests in pieces: each begins a segment of its own.
func (c *client) tear(conn *conn) error {
	for range 1 + c.rng.IntN(6) {
		b := c.next(6)
		if hungUp, err := conn.exchange(b, torn(c.rng, b.bytes)); hungUp || err != nil {
			return err
		}
	}
	return nil
}

// readSlowly asks for much and takes it in small pieces at first.
func (c *client) readSlowly(conn *conn) error {
	_ = conn.nc.SetReadBuffer(4 << 10)
	b := c.next(200)
	slow := &slowReader{conn: conn, pauses: c.rng.IntN(200)}
	conn.in.Reset(slow)
	_, err := conn.exchange(b, []string{b.bytes})
	return err
}

// slowReader pauses before the first reads.
type slowReader struct {
	conn   *conn
	pauses int
}

func (s *slowReader) Read(p []byte) (int, error) {
	if s.pauses > 0 {
		s.pauses--
		<-time.After(2 * time.Millisecond)
		p = p[:min(len(p), 512)]
	}
	return s.conn.nc.Read(p)
}

// halfClose sends all it has to say, and reads the replies after.
func (c *client) halfClose(conn *conn) error {
	b := c.next(50)
	if b.blocking {
		return nil
	}
	if c.Forgetful {
		conn.send([]string{b.bytes}, closesWrite)
		defer func() { <-conn.sent }()
		defer conn.close()
		return conn.drain(c.id, c.Patience)
	}
	c.requests.Add(int64(len(b.requests)))
	conn.send([]string{b.bytes}, closesWrite)
	conn.patient()
	if err := b.read(conn.in, func() { c.replies.Add(1); conn.patient() }); err != nil {
		return unwrapped(err)
	}
	if err := <-conn.sent; err != nil {
		return err
	}
	return conn.ended()
}

// quit has QUIT behind its requests: they are answered, and then the server closes.
func (c *client) quit(conn *conn) error {
	b := c.next(30)
	b.add([]string{"QUIT"}, exactly('+', "OK"))
	b.bytes += wire.Command("QUIT") + wire.Command("ECHO", "behind QUIT")
	if hungUp, err := conn.exchange(b, []string{b.bytes}); hungUp || err != nil {
		return err
	}
	return conn.ended()
}

// hangUp leaves in the middle: of a request, of what it has asked for, or both.
func (c *client) hangUp(conn *conn) error {
	b := c.next(100)
	conn.send(torn(c.rng, b.bytes[:c.rng.IntN(len(b.bytes)+1)]), staysOpen)
	for range c.rng.IntN(10) {
		_ = conn.nc.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		v, err := nextReply(conn.in)
		if err != nil {
			break
		}
		if err := checkForeign(c.id, v); err != nil {
			return err
		}
	}
	if c.rng.IntN(2) == 0 {
		conn.reset()
	} else {
		conn.close()
	}
	<-conn.sent
	return nil
}

// mutate sends requests in which some bytes are others than they should be.
func (c *client) mutate(conn *conn) error {
	b := &burst{id: c.id}
	var bytes strings.Builder
	for range 1 + c.rng.IntN(20) {
		words := c.table.pick(c.rng).request(c.rng, func() string { return aKey(c.rng, c.id) })
		b.add(words, nil)
		bytes.WriteString(encode(c.rng, words, true))
	}
	wrong := mutated(c.rng, bytes.String())
	if err := c.sendAnything(conn, torn(c.rng, wrong)); err != nil {
		return fmt.Errorf("%w\nafter %s", err, clip(wrong))
	}
	return nil
}

// garbage is no request at all.
func (c *client) garbage(conn *conn) error {
	b := noise(c.rng, length(c.rng, 70<<10))
	if c.rng.IntN(2) == 0 {
		b = string("*$:+-"[c.rng.IntN(5)]) + small(c.rng) + "\r\n" + b
	}
	return c.sendAnything(conn, []string{b})
}

// sendAnything sends what need not be answered, and looks at what comes.
func (c *client) sendAnything(conn *conn, pieces []string) error {
	conn.send(pieces, c.rng.IntN(2))
	defer func() { <-conn.sent }() // its error is the server's right: it may have closed
	defer conn.close()
	return conn.drain(c.id, 50*time.Millisecond)
}

// hoard announces a large value, sends a part of it, waits, and leaves.
func (c *client) hoard(conn *conn) error {
	size := []int{5_000_000, 20_000_000, 200_000_000}[c.rng.IntN(3)]
	head := fmt.Sprintf("*3\r\n$3\r\nSET\r\n$3\r\ns:1\r\n$%d\r\n", size)
	return c.sendAnything(conn, []string{head, strings.Repeat("x", c.rng.IntN(3<<20))})
}

// idle says nothing, or the beginning of a request.
func (c *client) idle(conn *conn) error {
	begun := []string{"", "*", "*1\r\n$", "GET", "*2\r\n$3\r\nGET\r\n$1000\r\n"}
	return c.sendAnything(conn, begun[c.rng.IntN(len(begun)):][:1])
}
