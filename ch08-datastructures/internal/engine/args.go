// args.go: reading arguments, and showing them in errors.

package engine

import (
	"bytes"
	"strings"

	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/resp"
)

// The errors that several families share.
const (
	ErrSyntax     = "ERR syntax error"
	ErrWrongType  = "WRONGTYPE Operation against a key holding the wrong kind of value"
	ErrNoSuchKey  = "ERR no such key"
	ErrNotInteger = "ERR value is not an integer or out of range"
	ErrNoDB       = "ERR DB index is out of range"
	ErrNotInt32   = "ERR value is out of range, value must between -2147483648 and 2147483647"
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

// FitsInt32 reports whether a number is one that Redis keeps in an int.
func FitsInt32(n int64) bool { return n == int64(int32(n)) }

// ParseDB reads the number of a database, or replies the error. Redis: object.c,
// getIntFromObjectOrReply; db.c, selectDb.
func (c *Client) ParseDB(arg []byte) (db *keyspace.DB, ok bool) {
	id, ok := c.ParseInt(arg)
	switch {
	case !ok:
	case !FitsInt32(id):
		c.ReplyError(ErrNotInt32)
	case !c.Engine.HasDB(id):
		c.ReplyError(ErrNoDB)
	default:
		return c.Engine.Keyspace.DB(int(id)), true
	}
	return nil, false
}
