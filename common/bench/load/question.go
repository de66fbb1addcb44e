// question.go: the few questions that are asked beside the load, one at a time.

package load

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Ask sends a request and reads a line, its CRLF cut off. It is for the few
// questions beside the load: nothing else is under way on the connection.
func (p *Peer) Ask(fd int, request string, timeout time.Duration) (string, error) {
	if _, errno := send(fd, []byte(request+"\r\n")); errno != 0 {
		return "", fmt.Errorf("sending %s to %s: %w", request, p, errno)
	}
	var line []byte
	var in [512]byte
	for {
		n, err := p.recvWithin(fd, in[:], timeout)
		if err == unix.ETIMEDOUT {
			return "", fmt.Errorf("%s sent no reply to %s for %v", p, request, timeout)
		}
		if err != nil {
			return "", fmt.Errorf("reading the reply to %s from %s: %w", request, p, err)
		}
		if n == 0 {
			return "", fmt.Errorf("%s closed the connection during %s", p, request)
		}
		line = append(line, in[:n]...)
		if before, _, whole := bytes.Cut(line, []byte("\r\n")); whole {
			return string(before), nil
		}
	}
}

// Question is a connection beside the load.
type Question struct {
	*Peer
	fd int
}

// Questions opens such a connection.
func (p *Peer) Questions() (*Question, error) {
	fd, err := p.Dial()
	return &Question{p, fd}, err
}

func (q *Question) Close() { _ = unix.Close(q.fd) }

// Must sends a request that has to be answered like this.
func (q *Question) Must(request, reply string) error {
	line, err := q.Ask(q.fd, request, q.Patience)
	if err == nil && line != reply {
		err = fmt.Errorf("%s answered %s with %q", q.Peer, request, line)
	}
	return err
}

// Number sends a request whose answer is an integer.
func (q *Question) Number(request string) (int, error) {
	line, err := q.Ask(q.fd, request, q.Patience)
	if err != nil {
		return 0, err
	}
	digits, ok := strings.CutPrefix(line, ":")
	n, bad := strconv.Atoi(digits)
	if !ok || bad != nil {
		return 0, fmt.Errorf("%s answered %s with %q", q.Peer, request, line)
	}
	return n, nil
}

// Info reads a figure of INFO.
func (q *Question) Info(section, field string) (int64, error) {
	text, err := q.bulk("INFO " + section)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name != field {
			continue
		}
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s says in INFO %s: %q", q.Peer, section, line)
		}
		return n, nil
	}
	return 0, fmt.Errorf("%s has no %s in INFO %s", q.Peer, field, section)
}

// bulk sends a request whose answer is a bulk string.
func (q *Question) bulk(request string) (string, error) {
	if _, errno := send(q.fd, []byte(request+"\r\n")); errno != 0 {
		return "", fmt.Errorf("sending %s to %s: %w", request, q.Peer, errno)
	}
	var got []byte
	var in [4096]byte
	for {
		n, err := q.recvWithin(q.fd, in[:], q.Patience)
		if err == nil && n == 0 {
			err = errors.New("it closed the connection")
		}
		if err != nil {
			return "", fmt.Errorf("reading the reply to %s from %s: %w", request, q.Peer, err)
		}
		got = append(got, in[:n]...)
		head, body, whole := bytes.Cut(got, []byte("\r\n"))
		if !whole {
			continue
		}
		size, bad := strconv.Atoi(strings.TrimPrefix(string(head), "$"))
		if !bytes.HasPrefix(head, []byte("$")) || bad != nil || size < 0 {
			return "", fmt.Errorf("%s answered %s with %s", q.Peer, request, quote(head))
		}
		if len(body) >= size+2 {
			return string(body[:size]), nil
		}
	}
}
