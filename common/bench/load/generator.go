// generator.go: many clients on one thread, each in a closed loop.
//
//	       +---- send a batch of P requests (one write) <----+
//	client |                                                 |
//	       +---> read until P replies have come ---> latency-+
//
// It is an event loop like the server's own: epoll says which clients have
// replies, and each of those reads, checks, counts and sends again. No thread
// is woken, nothing is allocated, one buffer serves all clients: the batch is
// patched with fresh keys right after it has been sent, while the server works.
// A row of two commands has two batches, which each client sends in turn.

package load

import (
	"bytes"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// recvSize is what one read may bring: the replies to a deep batch at once.
const recvSize = 256 << 10

// StallLimit is what a stall lasts at least.
const StallLimit = 10 * time.Millisecond

// Stall is one, with its begin in the measurement.
type Stall struct {
	At   time.Duration `json:"at_ns"`
	Took time.Duration `json:"took_ns"`
}

// client is one connection.
type client struct {
	fd     int
	left   int           // replies of the batch in flight that are still to come
	sentAt time.Duration // on the generator's clock
	kind   int           // which of the generator's batches it sends next
	batch  *Batch        // the one in flight, or the last that was
	place  scanner       // in its stream of replies
	rest   []byte        // a batch's end that the socket did not take; normally none
	gone   int           // bytes of rest that it took later
}

// Generator drives the clients of one server. One goroutine uses it, locked to
// its thread by the caller; only the peer's stop is for others.
type Generator struct {
	*Peer
	epfd    int
	clients []client
	events  []unix.EpollEvent
	in      []byte // every client's replies pass through here

	batches  []*Batch
	row      string       // the command's name, for errors
	Ended    *atomic.Bool // where set, another goroutine ends a run with it
	inFlight int          // clients whose batch is not answered whole
	Replies  uint64
	Latency  Histogram
	Stalls   []Stall

	origin   time.Time
	now      time.Duration // since origin, as of the last look at the clock
	progress time.Duration // when the last reply came
	opened   time.Duration // when the stalls began to count
}

// NewGenerator connects the clients.
func NewGenerator(p *Peer, clients int) (*Generator, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	g := &Generator{
		Peer: p, epfd: epfd, origin: time.Now(),
		events: make([]unix.EpollEvent, clients), in: make([]byte, recvSize),
	}
	for i := 0; i < clients && err == nil; i++ {
		var fd int
		if fd, err = g.Dial(); err == nil {
			g.clients = append(g.clients, client{fd: fd})
			err = g.watch(unix.EPOLL_CTL_ADD, i, unix.EPOLLIN)
		}
	}
	if err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

func (g *Generator) Close() {
	for i := range g.clients {
		_ = unix.Close(g.clients[i].fd)
	}
	_ = unix.Close(g.epfd)
}

// Size is how many clients there are.
func (g *Generator) Size() int { return len(g.clients) }

// watch sets what epoll reports of client i; the event carries i back.
func (g *Generator) watch(op, i int, events uint32) error {
	return unix.EpollCtl(g.epfd, op, g.clients[i].fd, &unix.EpollEvent{Events: events, Fd: int32(i)})
}

// Use sets the requests that all clients send from now on. None is in flight.
// Of several batches each client sends one after the other, and neighbours
// begin with different ones: every kind is under way at any time.
func (g *Generator) Use(row string, batches ...*Batch) {
	g.row, g.batches = row, batches
	for i := range g.clients {
		g.clients[i].kind = i % len(batches)
	}
}

// Run lets all clients send until the time is up, at least the given number of
// replies have come, or g.Ended is true, whichever is first. Batches in flight
// stay so: a further run goes on from there, Finish waits for them. It counts
// into g.Replies, g.Latency and g.Stalls, until Reset.
func (g *Generator) Run(d time.Duration, replies uint64) error {
	g.tick()
	end, enough := g.now+d, g.Replies+replies
	if enough < replies { // beyond the largest number: no limit
		enough = math.MaxUint64
	}
	g.progress = g.now
	if g.inFlight == 0 {
		for i := range g.clients {
			if err := g.sendBatch(i); err != nil {
				return err
			}
		}
	}
	for g.now < end && g.Replies < enough && (g.Ended == nil || !g.Ended.Load()) {
		if err := g.turn(true); err != nil {
			return err
		}
	}
	return nil
}

// Reset begins to count anew. Batches in flight stay so.
func (g *Generator) Reset() {
	g.Replies, g.Stalls = 0, nil
	g.Latency.Reset()
	g.tick()
	g.opened = g.now
}

// Finish waits until every batch in flight is answered, and sends no more.
func (g *Generator) Finish() error {
	for g.inFlight > 0 {
		if err := g.turn(false); err != nil {
			return err
		}
	}
	return nil
}

func (g *Generator) tick() { g.now = time.Since(g.origin) }

// turn handles what epoll reports. It looks first without waiting: while the
// server keeps up, that is all it takes.
func (g *Generator) turn(again bool) error {
	if g.Stop.Load() {
		return ErrStopped
	}
	n, errno := epollNow(g.epfd, g.events)
	if errno == 0 && n == 0 {
		var err error
		n, err = unix.EpollWait(g.epfd, g.events, int(pollWait.Milliseconds()))
		if err != nil {
			errno = err.(unix.Errno)
		}
	}
	if errno != 0 && errno != unix.EINTR {
		return fmt.Errorf("epoll_wait: %w", errno)
	}
	if errno != 0 || n <= 0 {
		g.tick()
		if g.now-g.progress > g.Patience {
			return fmt.Errorf("%s sent no reply to %s for %v", g.Peer, g.row, g.Patience)
		}
		return nil
	}
	for i := range n {
		ev := &g.events[i]
		if ev.Events&unix.EPOLLOUT != 0 {
			if err := g.sendRest(int(ev.Fd)); err != nil {
				return err
			}
		}
		if ev.Events&^unix.EPOLLOUT != 0 {
			if err := g.receive(int(ev.Fd), again); err != nil {
				return err
			}
		}
	}
	return nil
}

// receive reads client i's replies. With the last of a batch it notes the
// latency and, if again, sends the next batch.
func (g *Generator) receive(i int, again bool) error {
	c := &g.clients[i]
	n, errno := recv(c.fd, g.in)
	if errno == unix.EAGAIN || errno == unix.EINTR {
		return nil
	}
	if errno != 0 || n == 0 {
		return g.broken("reading from", errno)
	}
	replies, used, ok := c.place.scan(&c.batch.reply, g.in[:n], c.left)
	if !ok {
		return g.wrongReply(c, g.in[used:n])
	}
	if used < n {
		return fmt.Errorf("%s sent more than the replies to %s: %s", g.Peer, g.row, quote(g.in[used:n]))
	}
	g.Replies += uint64(replies)
	g.tick()
	if g.now-g.progress > StallLimit {
		g.Stalls = append(g.Stalls, Stall{At: g.progress - g.opened, Took: g.now - g.progress})
	}
	g.progress = g.now
	if c.left -= replies; c.left > 0 {
		return nil
	}
	g.Latency.Record(g.now - c.sentAt)
	g.inFlight--
	if !again {
		return nil
	}
	return g.sendBatch(i)
}

// sendBatch sends the batch from client i and readies it for the next one.
// What the socket does not take is copied, and sent when epoll says so.
func (g *Generator) sendBatch(i int) error {
	c := &g.clients[i]
	b := g.batches[c.kind]
	if c.kind++; c.kind == len(g.batches) {
		c.kind = 0
	}
	c.batch, c.left, c.sentAt = b, b.Depth, g.now
	g.inFlight++
	n, errno := send(c.fd, b.buf)
	if errno == unix.EAGAIN || errno == unix.EINTR {
		n, errno = 0, 0
	}
	if errno != 0 {
		return g.broken("sending to", errno)
	}
	if n < len(b.buf) {
		c.rest, c.gone = append(c.rest[:0], b.buf[n:]...), 0
		if err := g.watch(unix.EPOLL_CTL_MOD, i, unix.EPOLLIN|unix.EPOLLOUT); err != nil {
			return err
		}
	}
	b.patch()
	return nil
}

func (g *Generator) sendRest(i int) error {
	c := &g.clients[i]
	n, errno := send(c.fd, c.rest[c.gone:])
	if errno == unix.EAGAIN || errno == unix.EINTR {
		return nil
	}
	if errno != 0 {
		return g.broken("sending to", errno)
	}
	if c.gone += n; c.gone < len(c.rest) {
		return nil
	}
	return g.watch(unix.EPOLL_CTL_MOD, i, unix.EPOLLIN)
}

// broken makes the error for a connection that is no more. Whether its end or
// a reset shows depends on which side was faster: both mean that the server left.
func (g *Generator) broken(doing string, errno unix.Errno) error {
	switch errno {
	case 0, unix.ECONNRESET, unix.EPIPE:
		return fmt.Errorf("%s closed the connection during %s", g.Peer, g.row)
	default:
		return fmt.Errorf("%s %s: %w", doing, g.Peer, errno)
	}
}

// wrongReply makes the error for a reply that is not what the row expects,
// having read the rest of its line.
func (g *Generator) wrongReply(c *client, got []byte) error {
	line := append(bytes.Clone(c.place.begun(&c.batch.reply)), got...)
	for !bytes.Contains(line, []byte("\r\n")) && len(line) < 512 {
		n, err := g.recvWithin(c.fd, g.in, 200*time.Millisecond)
		if err != nil || n == 0 {
			break
		}
		line = append(line, g.in[:n]...)
	}
	if at := bytes.Index(line, []byte("\r\n")); at >= 0 && !bytes.HasPrefix(line, []byte("$")) {
		line = line[:at+2]
	}
	hint := ""
	if bytes.HasPrefix(line, []byte("$-1\r\n")) {
		line, hint = line[:5], "; every key was loaded before the run, so the server lost it"
	}
	return fmt.Errorf("%s answered %s with %s where %s was expected%s",
		g.Peer, g.row, quote(line), c.batch.reply, hint)
}

// Keys are loaded through a pipeline of LoadDepth requests, of fewer where they
// are large.
const (
	LoadDepth = 64
	LoadBytes = 1 << 20
)

// Load sends every key's request once (a few of them twice).
func (g *Generator) Load(row string, batch *Batch, keys int) error {
	g.Use(row, batch)
	if err := g.Run(math.MaxInt64/2, uint64(keys)); err != nil {
		return err
	}
	return g.Finish()
}
