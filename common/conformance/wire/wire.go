// Package wire is the suite's own view of RESP: requests to bytes, replies to
// values, bytes to text that shows every one of them. It shares no code with
// the servers it helps to judge.
package wire

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxLength bounds the lengths Read believes, so that a server's nonsense
// cannot make the suite allocate without end.
const maxLength = 512 << 20

// Command encodes args as a request: an array of bulk strings.
func Command(args ...string) string {
	size := 16
	for _, a := range args {
		size += len(a) + 16
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteString("*" + strconv.Itoa(len(args)) + "\r\n")
	for _, a := range args {
		b.WriteString("$" + strconv.Itoa(len(a)) + "\r\n")
		b.WriteString(a)
		b.WriteString("\r\n")
	}
	return b.String()
}

// Bulk encodes s as a reply: $<length>\r\n<bytes>\r\n.
func Bulk(s string) string {
	return "$" + strconv.Itoa(len(s)) + "\r\n" + s + "\r\n"
}

// Value is one reply. Kind is the first byte on the wire, as in Redis'
// protocol: + status, - error, : integer, $ bulk, * array; in RESP3 also
// _ null, # boolean, , double, ( big number, = verbatim, % map, ~ set, > push.
type Value struct {
	Kind  byte
	Null  bool    // $-1, *-1 and _
	Text  string  // +, -, $, =, (, and the digits of , and #
	Int   int64   // :
	Elems []Value // *, ~, >; a map's keys and values in turn
}

// IsError says whether the reply is an error.
func (v Value) IsError() bool { return v.Kind == '-' }

// Strings returns the texts of an array's elements.
func (v Value) Strings() []string {
	list := make([]string, len(v.Elems))
	for i, e := range v.Elems {
		list[i] = e.Text
	}
	return list
}

// Get looks a key up in a map, or in an array that stands for one.
func (v Value) Get(key string) (Value, bool) {
	for i := 0; i+1 < len(v.Elems); i += 2 {
		if v.Elems[i].Text == key {
			return v.Elems[i+1], true
		}
	}
	return Value{}, false
}

// Read reads one whole reply from r.
func Read(r *bufio.Reader) (Value, error) {
	line, err := readLine(r)
	if err != nil {
		return Value{}, err
	}
	if line == "" {
		return Value{}, errors.New("an empty line where a reply should begin")
	}
	v := Value{Kind: line[0], Text: line[1:]}
	switch v.Kind {
	case '+', '-', ',', '#', '(':
		return v, nil
	case '_':
		v.Null = true
		return v, nil
	case ':':
		v.Int, err = strconv.ParseInt(v.Text, 10, 64)
		return v, err
	case '$', '=', '*', '~', '>', '%':
		return readSized(r, v)
	}
	return v, fmt.Errorf("a reply begins with %q, which is no RESP type", line[:1])
}

// readSized reads what follows a reply's length.
func readSized(r *bufio.Reader, v Value) (Value, error) {
	n, err := strconv.Atoi(v.Text)
	if err != nil || n < -1 || n > maxLength {
		return v, fmt.Errorf("a reply's length is %q", v.Text)
	}
	v.Text = ""
	if n == -1 {
		v.Null = true
		return v, nil
	}
	if v.Kind == '$' || v.Kind == '=' {
		body := make([]byte, n+2)
		if _, err := io.ReadFull(r, body); err != nil {
			return v, err
		}
		if string(body[n:]) != "\r\n" {
			return v, fmt.Errorf("a bulk of %d bytes ends with %q, not \\r\\n", n, body[n:])
		}
		v.Text = string(body[:n])
		return v, nil
	}
	if v.Kind == '%' {
		n *= 2
	}
	for range n {
		e, err := Read(r)
		if err != nil {
			return v, err
		}
		v.Elems = append(v.Elems, e)
	}
	return v, nil
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	if !strings.HasSuffix(line, "\r\n") {
		return "", fmt.Errorf("a reply's line %q does not end with \\r\\n", line)
	}
	return line[:len(line)-2], nil
}
