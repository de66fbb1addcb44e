// conn.go: a connection to the server, and what a client may do to one.

package soak

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"redis-internals/common/conformance/wire"
)

type conn struct {
	nc   *net.TCPConn
	in   *bufio.Reader
	run  *run
	sent chan error // of the last send
}

func (r *run) dial() (*conn, error) {
	nc, err := net.DialTimeout("tcp", r.server.Addr, r.Patience)
	if err != nil {
		return nil, err
	}
	r.connections.Add(1)
	return &conn{nc: nc.(*net.TCPConn), in: bufio.NewReaderSize(nc, 16<<10), run: r}, nil
}

func (c *conn) close() { _ = c.nc.Close() }

// reset ends the connection with an error for the server.
func (c *conn) reset() {
	_ = c.nc.SetLinger(0)
	c.close()
}

// patient lets reads wait as long as a reply may take. What is sent may take longer:
// the server need not read while a client does not.
func (c *conn) patient() { _ = c.nc.SetReadDeadline(time.Now().Add(c.run.Patience)) }

// call sends a request and reads its reply.
func (c *conn) call(words ...string) (wire.Value, error) {
	if err := c.write(wire.Command(words...)); err != nil {
		return wire.Value{}, err
	}
	c.patient()
	v, err := nextReply(c.in)
	return v, unwrapped(err)
}

func (c *conn) write(s string) error {
	n, err := io.WriteString(c.nc, s)
	c.run.bytes.Add(int64(n))
	return err
}

// What a client does once it has sent all.
const (
	staysOpen   = iota
	closesWrite // it has no more to say, and listens
)

// send writes the pieces one after another, beside what the caller does meanwhile.
// Its error, or nil, comes through sent: the caller takes it once.
func (c *conn) send(pieces []string, then int) {
	c.sent = make(chan error, 1)
	_ = c.nc.SetWriteDeadline(time.Now().Add(c.run.Patience))
	go func(sent chan<- error) {
		var err error
		for _, p := range pieces {
			if err = c.write(p); err != nil {
				break
			}
		}
		if then == closesWrite {
			_ = c.nc.CloseWrite()
		}
		sent <- err
	}(c.sent)
}

// exchange sends a burst in these pieces and reads all its replies. Where a request
// may wait it does so for a moment only: hungUp says that the client lost patience.
func (c *conn) exchange(b *burst, pieces []string) (hungUp bool, err error) {
	c.run.requests.Add(int64(len(b.requests)))
	c.send(pieces, staysOpen)
	c.patient()
	if b.blocking {
		_ = c.nc.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	}
	err = b.read(c.in, func() {
		c.run.replies.Add(1)
		if !b.blocking {
			c.patient()
		}
	})
	if err != nil {
		c.close()
		<-c.sent
		if b.blocking && isTimeout(err) {
			return true, nil
		}
		return false, unwrapped(err)
	}
	return false, <-c.sent
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// unwrapped says in words what an error of a connection means.
func unwrapped(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the server closed the connection: %w", err)
	case isTimeout(err):
		return fmt.Errorf("no reply for too long: %w", err)
	}
	return err
}

// ended expects that the server ends the connection too, with nothing before.
func (c *conn) ended() error {
	c.patient()
	b, err := c.in.ReadByte()
	switch {
	case err == nil:
		return fmt.Errorf("expected the end of the connection, came %q", b)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return nil
	}
	return fmt.Errorf("expected the end of the connection: %w", unwrapped(err))
}

// drain reads whatever comes until the server is silent for a moment, or ends the
// connection. All of it must be replies, none with another client's mark.
func (c *conn) drain(id int, silence time.Duration) error {
	for {
		_ = c.nc.SetReadDeadline(time.Now().Add(silence))
		v, err := nextReply(c.in)
		switch {
		case err == nil:
			if err := checkForeign(id, v); err != nil {
				return err
			}
			c.run.replies.Add(1)
		case isTimeout(err), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
			return nil
		default:
			return err
		}
	}
}
