// resp.go: requests that are read, replies that are written.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// reader takes requests from a connection, or from the log. What it has read of the next
// request stays in buf, from pos on.
type reader struct {
	from  io.Reader
	buf   []byte
	pos   int
	end   int
	taken int64 // bytes of all requests so far
}

func newReader(from io.Reader) *reader {
	return &reader{from: from, buf: make([]byte, 16<<10)}
}

var errProtocol = errors.New("protocol error")

// next returns a request's arguments. They stand in the buffer, until the next call.
func (r *reader) next() ([][]byte, error) {
	copy(r.buf, r.buf[r.pos:r.end])
	r.pos, r.end = 0, r.end-r.pos
	for {
		args, size, err := parse(r.buf[:r.end])
		if err != nil {
			return nil, err
		}
		if size > 0 {
			r.pos = size
			r.taken += int64(size)
			return args, nil
		}
		if r.end == len(r.buf) {
			r.buf = append(r.buf, make([]byte, len(r.buf))...)
		}
		n, err := r.from.Read(r.buf[r.end:])
		if err != nil {
			return nil, err
		}
		r.end += n
	}
}

// parse returns the request at the beginning of b and its size; 0 if it is not whole.
func parse(b []byte) (args [][]byte, size int, err error) {
	count, pos, err := number('*', b, 0)
	if err != nil || pos == 0 {
		return nil, 0, err
	}
	for range count {
		length, start, err := number('$', b, pos)
		if err != nil || start == 0 {
			return nil, 0, err
		}
		end := start + length
		if *bug == "partial-argument" {
			args = append(args, b[start:min(end, len(b))])
			pos = min(end+2, len(b))
			continue
		}
		if len(b) < end+2 {
			return nil, 0, nil
		}
		args = append(args, b[start:end])
		pos = end + 2
	}
	return args, pos, nil
}

// number reads a line such as "*2" or "$5" at pos, and returns where the next one begins; 0 if
// the line is not whole.
func number(kind byte, b []byte, pos int) (n, next int, err error) {
	if pos < len(b) && b[pos] != kind {
		return 0, 0, errProtocol
	}
	length := bytes.Index(b[pos:], []byte("\r\n"))
	if length < 0 {
		return 0, 0, nil
	}
	n, err = strconv.Atoi(string(b[pos+1 : pos+length]))
	if err != nil || n < 0 {
		return 0, 0, errProtocol
	}
	return n, pos + length + 2, nil
}

func simple(s string) []byte { return []byte("+" + s + "\r\n") }

func integer(n int64) []byte { return fmt.Appendf(nil, ":%d\r\n", n) }

func failure(format string, args ...any) []byte {
	return []byte("-" + fmt.Sprintf(format, args...) + "\r\n")
}

func bulk(b []byte) []byte { return fmt.Appendf(nil, "$%d\r\n%s\r\n", len(b), b) }

var null = []byte("$-1\r\n")

// request is what bulk strings are sent as.
func request(args ...[]byte) []byte {
	b := fmt.Appendf(nil, "*%d\r\n", len(args))
	for _, a := range args {
		b = append(b, bulk(a)...)
	}
	return b
}
