// reply.go: encoders. Each appends one piece of a reply to dst and returns the
// longer slice, so that a reply of many pieces is built in one buffer.
//
//	+OK\r\n                        simple string: no line break inside
//	-ERR unknown command\r\n       error: a code, a space, a text
//	:42\r\n                        integer
//	$5\r\nhello\r\n                bulk string: any bytes
//	*2\r\n                         array: two replies follow
//	$-1\r\n                        null
//
// Redis: networking.c, the addReply family.

package resp

import (
	"strconv"
	"strings"
)

// AppendSimple appends a simple string. s must not hold a line break.
func AppendSimple(dst []byte, s string) []byte {
	return appendLineEnd(append(append(dst, '+'), s...))
}

// AppendError appends an error: a code in capitals, a space and a text, as in
// "ERR syntax error". Line breaks in s, which would end the reply early, become
// spaces; those at its end go.
func AppendError(dst []byte, s string) []byte {
	s = strings.TrimRight(s, "\r\n")
	dst = append(dst, '-')
	for i := range len(s) {
		b := s[i]
		if b == '\r' || b == '\n' {
			b = ' '
		}
		dst = append(dst, b)
	}
	return appendLineEnd(dst)
}

// AppendInt appends an integer.
func AppendInt(dst []byte, n int64) []byte { return appendNumber(dst, ':', n) }

// AppendBulk appends a bulk string: any bytes, up to MaxBulk of them.
func AppendBulk[T []byte | string](dst []byte, s T) []byte {
	return AppendBulkTail(append(AppendBulkHead(dst, len(s)), s...))
}

// AppendBulkHead begins a bulk string of n bytes, for a caller that appends them
// itself and then AppendBulkTail.
func AppendBulkHead(dst []byte, n int) []byte { return appendNumber(dst, '$', int64(n)) }

// AppendBulkTail ends a bulk string.
func AppendBulkTail(dst []byte) []byte { return appendLineEnd(dst) }

// AppendArray appends the head of an array. Its n elements follow.
func AppendArray(dst []byte, n int) []byte { return appendNumber(dst, '*', int64(n)) }

// Push is what the head of a push begins with, in RESP3: else it is as an array's.
const Push = '>'

// AppendNull appends the null bulk string: there is no such value.
func AppendNull(dst []byte) []byte { return append(dst, "$-1\r\n"...) }

// AppendNullArray appends that there is no array.
func AppendNullArray(dst []byte) []byte { return append(dst, "*-1\r\n"...) }

// appendNumber appends a line with a number. Most are short, and take half the time
// without a loop.
func appendNumber(dst []byte, kind byte, n int64) []byte {
	switch {
	case n < 0 || n >= 1000:
		return appendLineEnd(strconv.AppendInt(append(dst, kind), n, 10))
	case n < 10:
		return append(dst, kind, '0'+byte(n), '\r', '\n')
	case n < 100:
		return append(dst, kind, '0'+byte(n/10), '0'+byte(n%10), '\r', '\n')
	default:
		return append(dst, kind, '0'+byte(n/100), '0'+byte(n/10%10), '0'+byte(n%10), '\r', '\n')
	}
}

func appendLineEnd(dst []byte) []byte { return append(dst, '\r', '\n') }
