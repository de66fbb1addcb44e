// args.go: reading arguments, and showing them in errors.

package engine

import (
	"bytes"
	"strings"

	"redis-internals/ch03/internal/resp"
)

// The errors that several families share.
const (
	ErrSyntax     = "ERR syntax error"
	ErrNotInteger = "ERR value is not an integer or out of range"
)

// MaxQuoted is how many bytes of what it does not know Redis quotes at most.
const MaxQuoted = 128

// Quoted is the part of b that an error shows: at most n bytes, and none from
// a NUL on, where a C string ends.
func Quoted(b []byte, n int) string {
	s, _, _ := strings.Cut(string(b[:min(n, len(b))]), "\x00")
	return s
}

// EqualFold reports whether b is word, which is in lower case, in any case.
func EqualFold(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i, x := range b {
		if x >= 'A' && x <= 'Z' {
			x += 'a' - 'A'
		}
		if x != word[i] {
			return false
		}
	}
	return true
}

// ParseInt reads a whole number, or replies the error.
func (c *Client) ParseInt(arg []byte) (n int64, ok bool) {
	if n, ok = resp.ParseInt(arg); !ok {
		c.ReplyError(ErrNotInteger)
	}
	return n, ok
}

// IsOption reports whether arg is the option with this name, in any case. A NUL
// ends it, as it does in C: Redis takes "NX\x00" for NX.
func IsOption(arg []byte, name string) bool {
	if i := bytes.IndexByte(arg, 0); i >= 0 {
		arg = arg[:i]
	}
	return EqualFold(arg, name)
}
