// args.go: reading arguments, and showing them in errors.

package engine

import "strings"

// The errors that several families share.
const ErrSyntax = "ERR syntax error"

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
