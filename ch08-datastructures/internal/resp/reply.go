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
// and what RESP3 has beside them, so that a client need not know what a command answers to
// tell a number from its digits, or a map from an array of twice its length:
//
//	_\r\n                          null
//	#t\r\n                         true
//	,3.5\r\n                       double; also inf, -inf and nan
//	(1234567999999999999999\r\n    big number
//	=9\r\ntxt:hello\r\n            verbatim string: a text, and what kind of text
//	%1\r\n                         map: a key and its value follow
//	~2\r\n                         set: two replies follow, in no order
//	>2\r\n                         push: as an array, but no reply to anything
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

// AppendBulk appends a bulk string: any bytes, up to MaxBulk of them. It is what nearly all of
// a long reply consists of: so where there is room for the whole of it, that is asked once.
func AppendBulk[T []byte | string](dst []byte, s T) []byte {
	n, at := len(s), len(dst)
	if n >= 1000 || cap(dst)-at < n+len("$999\r\n\r\n") {
		return AppendBulkTail(append(AppendBulkHead(dst, n), s...))
	}
	b := dst[at : at+n+len("$999\r\n\r\n")]
	b[0] = '$'
	digits := 1
	switch {
	case n >= 100:
		b[1], b[2], b[3] = '0'+byte(n/100), '0'+byte(n/10%10), '0'+byte(n%10)
		digits = 3
	case n >= 10:
		b[1], b[2] = '0'+byte(n/10), '0'+byte(n%10)
		digits = 2
	default:
		b[1] = '0' + byte(n)
	}
	b = b[1+digits:]
	b[0], b[1] = '\r', '\n'
	b = b[2:]
	copy(b, s)
	b[n], b[n+1] = '\r', '\n'
	return dst[:at+digits+n+len("$\r\n\r\n")]
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

// AppendSet appends the head of a set. Its n elements follow. RESP3.
func AppendSet(dst []byte, n int) []byte { return appendNumber(dst, '~', int64(n)) }

// AppendMap appends the head of a map. Its n keys follow, each with its value. RESP3.
func AppendMap(dst []byte, n int) []byte { return appendNumber(dst, '%', int64(n)) }

// AppendNil appends that there is no such value, whatever it would be. RESP3.
func AppendNil(dst []byte) []byte { return append(dst, "_\r\n"...) }

// AppendBool appends whether something is so. RESP3.
func AppendBool(dst []byte, yes bool) []byte {
	if yes {
		return append(dst, "#t\r\n"...)
	}
	return append(dst, "#f\r\n"...)
}

// AppendVerbatim appends a text and its kind, of three letters. RESP3.
func AppendVerbatim(dst []byte, kind string, text []byte) []byte {
	dst = appendNumber(dst, '=', int64(len(kind)+1+len(text)))
	return appendLineEnd(append(append(append(dst, kind...), ':'), text...))
}

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
