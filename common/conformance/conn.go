// conn.go: a connection of a case, whose bytes are kept for the report.

package conformance

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"redis-internals/common/conformance/wire"
)

// Conn is a raw connection: bytes out, bytes in, a deadline on every wait.
// One goroutine may send while another expects.
type Conn struct {
	t      *T
	nc     *net.TCPConn
	r      *bufio.Reader
	tape   *tape
	taken  atomic.Int64
	closed bool // by the case
}

// Dial connects to the case's server.
func (t *T) Dial() *Conn { return t.DialAddr(t.addr) }

// DialAddr connects to another address.
func (t *T) DialAddr(addr string) *Conn {
	c, err := t.TryDial(addr)
	if err != nil {
		t.seems(noConnection)
		t.fatal("connecting: " + err.Error())
	}
	return c
}

// DialFrom connects to an address from another of this machine's, an IP.
func (t *T) DialFrom(ip, addr string) *Conn {
	dialer := net.Dialer{Timeout: t.Patience(), LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
	nc, err := dialer.Dial("tcp", addr)
	if err != nil {
		t.fatal("connecting from " + ip + ": " + err.Error())
	}
	return t.adopt(nc)
}

// backlogFull is what a connection may take that finds a short backlog full: the kernel asks
// again after a second.
const backlogFull = 3 * time.Second

// TryDial is DialAddr for an address that may not answer.
func (t *T) TryDial(addr string) (*Conn, error) {
	nc, err := net.DialTimeout("tcp", addr, max(t.Patience(), backlogFull))
	if err != nil {
		return nil, err
	}
	if addr != t.addr {
		t.target.Script.spoil()
	}
	return t.adopt(nc), nil
}

// adopt makes a connection one of the case's.
func (t *T) adopt(nc net.Conn) *Conn {
	c := &Conn{t: t, nc: nc.(*net.TCPConn), tape: t.newTape()}
	c.r = bufio.NewReaderSize(&recorded{Conn: nc, tape: c.tape}, 4096)
	t.mu.Lock()
	t.conns = append(t.conns, c)
	stopped := t.stopped
	t.mu.Unlock()
	if stopped { // nobody would close it any more
		_ = nc.Close()
	}
	return c
}

// Send writes s. Go sends without delay (TCP_NODELAY), so every Send is a
// segment of its own unless the network joins it with another.
func (c *Conn) Send(s string) {
	if err := c.TrySend(s); err != nil {
		c.t.seems(breaksOff(err, false))
		c.t.fatal(fmt.Sprintf("sending %d bytes: %v", len(s), err))
	}
}

// TrySend is Send for a connection that the server may close.
func (c *Conn) TrySend(s string) error {
	for {
		_ = c.nc.SetWriteDeadline(c.deadline())
		part := []byte(s[:min(len(s), 64<<10)])
		c.tape.sentBytes(part)
		n, err := c.nc.Write(part)
		c.taken.Add(int64(n))
		s = s[n:]
		if err != nil || s == "" {
			return err
		}
	}
}

// Command sends a request.
func (c *Conn) Command(args ...string) { c.Send(wire.Command(args...)) }

// deadline is when a wait that begins now is over. Long streams are many
// waits: what is bounded is how long nothing moves.
func (c *Conn) deadline() time.Time { return time.Now().Add(c.t.Patience()) }

// Expect reads as many bytes as want has; the case fails unless they are these.
func (c *Conn) Expect(want string) {
	buf := make([]byte, min(len(want), 64<<10))
	for same := 0; same < len(want); {
		_ = c.nc.SetReadDeadline(c.deadline())
		n, err := c.r.Read(buf[:min(len(buf), len(want)-same)])
		if string(buf[:n]) != want[same:same+n] {
			got := string(buf[:n]) + c.more()
			c.t.seems(came(want, same, got))
			c.mismatch(want, same, got, "")
		}
		same += n
		if err != nil {
			c.t.seems(breaksOff(err, same > 0))
			c.mismatch(want, same, "", c.ending(err))
		}
	}
}

// more is what else has come by now, for the report.
func (c *Conn) more() string {
	_ = c.nc.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	buf := make([]byte, 256)
	n, _ := io.ReadFull(c.r, buf)
	return string(buf[:n])
}

// ending puts a read's error into a report's words.
func (c *Conn) ending(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, io.EOF):
		return "the server closed the connection"
	case errors.Is(err, syscall.ECONNRESET):
		return "the server reset the connection"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("nothing more within %v", c.t.Patience())
	}
	return err.Error()
}

func (c *Conn) mismatch(want string, same int, got, ending string) {
	c.t.recordFailure(fmt.Sprintf("connection %d\nsent      %s\n%s",
		c.tape.number, c.tape.lastSent(), wire.Mismatch(want, same, got, ending)))
	c.t.FailNow()
}

// Exchange sends a request's bytes and expects the reply's.
func (c *Conn) Exchange(send, want string) {
	c.Send(send)
	c.Expect(want)
}

// Reply reads one reply, whatever it is.
func (c *Conn) Reply() wire.Value {
	_ = c.nc.SetReadDeadline(c.deadline())
	v, err := wire.Read(c.r)
	if err != nil {
		c.t.seems(breaksOff(err, c.tape.answered()))
		c.t.fatal(fmt.Sprintf("expected a whole reply on connection %d: %s", c.tape.number, c.ending(err)))
	}
	return v
}

// ExpectError reads a reply that must be an error, and begins so.
func (c *Conn) ExpectError(begins string) {
	if v := c.Reply(); !v.IsError() || !strings.HasPrefix(v.Text, begins) {
		c.t.seems(came("", 0, c.tape.answer()))
		c.t.recordFailure(fmt.Sprintf("connection %d\nsent      %s\nexpected  an error: \"-%s ...\"\ncame      %s",
			c.tape.number, c.tape.lastSent(), begins, c.tape.lastCame()))
		c.t.FailNow()
	}
}

// Call sends a request and reads its reply.
func (c *Conn) Call(args ...string) wire.Value {
	c.Command(args...)
	return c.Reply()
}

// ExpectEOF expects that the server closes, orderly, and sends nothing before.
func (c *Conn) ExpectEOF() { c.expectEnd(false) }

// ExpectClosed expects that the connection ends, by a reset if need be: a
// server that closes with unread bytes in its socket cannot do it otherwise.
func (c *Conn) ExpectClosed() { c.expectEnd(true) }

func (c *Conn) expectEnd(resetToo bool) {
	_ = c.nc.SetReadDeadline(c.deadline())
	b, err := c.r.ReadByte()
	switch {
	case err == nil:
		c.t.seems(tooMuch)
		c.t.recordFailure(fmt.Sprintf("connection %d\nsent      %s\nexpected  the end of the connection\ncame      %s",
			c.tape.number, c.tape.lastSent(), wire.Escape(string(b)+c.more())))
		c.t.FailNow()
	case errors.Is(err, io.EOF), resetToo && errors.Is(err, syscall.ECONNRESET):
	default:
		c.t.seems(breaksOff(err, false))
		c.t.fatal(fmt.Sprintf("expected the server to close connection %d: %s", c.tape.number, c.ending(err)))
	}
}

// ExpectSilence expects that nothing comes for so long, and no end either.
func (c *Conn) ExpectSilence(d time.Duration) {
	_ = c.nc.SetReadDeadline(time.Now().Add(d))
	b, err := c.r.ReadByte()
	var timeout net.Error
	if err == nil {
		c.t.seems(tooMuch)
		c.t.fatal("expected nothing yet, came " + wire.Escape(string(b)+c.more()))
	} else if !errors.As(err, &timeout) || !timeout.Timeout() {
		c.t.seems(breaksOff(err, false))
		c.t.fatal("expected nothing yet: " + c.ending(err))
	}
}

// Silent says whether nothing comes for so long.
func (c *Conn) Silent(d time.Duration) bool {
	_ = c.nc.SetReadDeadline(time.Now().Add(d))
	_, err := c.r.ReadByte()
	return err != nil
}

// CloseWrite says to the server that nothing more will be sent.
func (c *Conn) CloseWrite() {
	c.t.target.Script.spoil()
	_ = c.nc.CloseWrite()
}

// Close ends the connection.
func (c *Conn) Close() {
	c.closed = true
	c.tape.script.add(Step{Conn: c.tape.number, Closed: true})
	_ = c.nc.Close()
}

// Reset ends the connection rudely: the server sees an error, not an end.
func (c *Conn) Reset() {
	_ = c.nc.SetLinger(0)
	c.Close()
}

// SlowReader makes the kernel keep few bytes for this client (few segments of
// the loopback's 64 KB), so that a server that is not read meets a full socket.
func (c *Conn) SlowReader() { _ = c.nc.SetReadBuffer(128 << 10) }

// Begins waits for the first byte of what comes next, and reports whether there is one. It stays
// unread.
func (c *Conn) Begins() bool {
	_ = c.nc.SetReadDeadline(c.deadline())
	_, err := c.r.Peek(1)
	return err == nil
}

// Discard reads until the connection ends and returns how much came.
func (c *Conn) Discard() int64 {
	_ = c.nc.SetReadDeadline(time.Time{})
	n, _ := io.Copy(io.Discard, c.r)
	return n
}

// Taken is how many of the bytes sent so far the kernel has taken.
func (c *Conn) Taken() int64 { return c.taken.Load() }

// Served says whether the next reply is not an error and not an end.
func (c *Conn) Served() bool {
	_ = c.nc.SetReadDeadline(c.deadline())
	v, err := wire.Read(c.r)
	return err == nil && !v.IsError()
}

// expectNothingLeft fails the case if a server said more than was expected of
// it. It sees what came together with the last expected byte.
func (t *T) expectNothingLeft() {
	t.mu.Lock()
	conns := t.conns
	t.mu.Unlock()
	for _, c := range conns {
		if n := c.r.Buffered(); n > 0 && !c.closed {
			rest, _ := c.r.Peek(n)
			t.seems(tooMuch)
			t.recordFailure(fmt.Sprintf("connection %d\nsent      %s\nexpected  nothing more\ncame      %s",
				c.tape.number, c.tape.lastSent(), wire.Escape(string(rest))))
			return
		}
	}
}

// recorded is a connection whose bytes go on a tape.
type recorded struct {
	net.Conn
	tape *tape
}

func (r *recorded) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.tape.cameBytes(p[:n])
	return n, err
}

func (r *recorded) Write(p []byte) (int, error) {
	r.tape.sentBytes(p)
	return r.Conn.Write(p)
}

// tape keeps the last exchange of a connection: what was sent since something
// last came, and what came upon it.
type tape struct {
	mu     sync.Mutex
	number int
	sent   wire.Clip
	came   wire.Clip
	fresh  bool // something came since the last byte was sent
	script *Script
	named  *names // may be nil
}

func (p *tape) sentBytes(b []byte) {
	if p.named != nil {
		p.named.note(b)
	}
	p.script.sent(p.number, b)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fresh {
		p.sent.Reset()
		p.came.Reset()
		p.fresh = false
	}
	p.sent.Add(b)
}

func (p *tape) cameBytes(b []byte) {
	p.script.came(p.number, b)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh = p.fresh || len(b) > 0
	p.came.Add(b)
}

func (p *tape) lastSent() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent.String()
}

// answered reports whether something has come since the last byte was sent.
func (p *tape) answered() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fresh
}

// answer is what has come since, or the beginning of it.
func (p *tape) answer() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.came.Beginning()
}

func (p *tape) lastCame() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.came.String()
}

func (p *tape) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("connection %d\nsent      %s\ncame      %s", p.number, p.sent.String(), p.came.String())
}
