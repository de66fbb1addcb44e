// Package number reads and writes floating-point numbers as Redis does: in C's ways.
//
//	number.go   float64: scores, distances, timeouts
//	decimal.go  long double, in which INCRBYFLOAT and HINCRBYFLOAT add
//
// What C's strtod takes differs from Go's in little that matters to clients: 0x10 is
// sixteen without an exponent, and no number has underscores in it.
//
//	"3.0"  "-1e3"  ".5"  "0x10"  "inf"  "+Infinity"     numbers
//	""  " 1"  "1 "  "1_000"  "nan"  "3.0x"              none
//
// Redis: util.c, string2d, string2ld, d2string and ld2string.
package number

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unsafe"
)

// maxText is how long a number may be, in bytes. Redis: MAX_LONG_DOUBLE_CHARS.
const maxText = 5*1024 - 1

// ParseFloat reads a number; ok is false for what is none, for NaN, and for one that is too
// large. O(length).
func ParseFloat(b []byte) (f float64, ok bool) {
	if f, ok = parseShort(b); ok {
		return f, true
	}
	text, ok := goText(b)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, false
	}
	if f == 0 && !isZero(text) { // it was too small, which is an error in C
		return 0, false
	}
	return f, true
}

// powers are those of ten that a float64 is exactly, as far as they are needed.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// parseShort reads what most numbers are, up to 18 digits with perhaps a point among them: if
// these make a whole number below 2^53, then that and the power of ten are exact, and their
// quotient is rounded once, as it must be. ok is false for all else, be it a number or not.
func parseShort(b []byte) (f float64, ok bool) {
	digits := b
	if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
		digits = digits[1:]
	}
	n, point := len(digits), -1
	whole := uint64(0)
	if n > len(powers) {
		return 0, false
	}
	for i, c := range digits {
		if d := c - '0'; d <= 9 {
			whole = whole*10 + uint64(d)
		} else if c == '.' && point < 0 {
			point = i
		} else {
			return 0, false
		}
	}
	f = float64(whole)
	if point >= 0 {
		f /= powers[n-1-point]
		n--
	}
	if n == 0 || whole >= 1<<53 {
		return 0, false
	}
	if b[0] == '-' {
		f = -f
	}
	return f, true
}

// ParseBound reads a number as an end of a range, of which Redis asks less: there may be
// spaces before it, what is too large is infinite and too small 0, and nothing is 0. A NUL
// ends it. Redis: t_zset.c, zslParseRange.
func ParseBound(b []byte) (f float64, ok bool) {
	if f, ok = parseShort(b); ok {
		return f, true
	}
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	if len(b) == 0 {
		return 0, true
	}
	text, ok := goText(bytes.TrimLeft(b, " \t\n\v\f\r"))
	if !ok {
		return 0, false
	}
	f, _ = strconv.ParseFloat(text, 64)
	return f, true
}

// isZero reports whether a number has no digit but 0 in front of its exponent.
func isZero(text string) bool {
	for _, c := range strings.ToLower(text) {
		switch {
		case c == 'p' || c == 'e' && !strings.Contains(strings.ToLower(text), "0x"):
			return true
		case c >= '1' && c <= '9' || c >= 'a' && c <= 'f':
			return false
		}
	}
	return true
}

// goText is a number as strconv takes it, borrowed from b. ok is false for what C does not
// take.
func goText(b []byte) (text string, ok bool) {
	if len(b) == 0 || len(b) > maxText {
		return "", false
	}
	text = unsafe.String(&b[0], len(b)) // a copy would be on Go's heap, with each score
	digits := b
	if digits[0] == '+' || digits[0] == '-' {
		digits = digits[1:]
	}
	switch strings.ToLower(string(digits[:min(len(digits), len("infinity")+1)])) {
	case "inf", "infinity":
		return text, true
	}
	if len(digits) > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X') {
		return hexText(text, digits[2:])
	}
	return text, isDecimal(digits)
}

// isDecimal reports whether b is digits with at most one point among them, and perhaps an
// exponent.
func isDecimal(b []byte) bool {
	b, n := skipDigits(b, isDigit)
	return n > 0 && (len(b) == 0 || isExponent(b, 'e'))
}

// hexText makes a number of base 16 one for strconv, which wants an exponent.
func hexText(text string, digits []byte) (string, bool) {
	left, n := skipDigits(digits, isHexDigit)
	switch {
	case n == 0:
		return "", false
	case len(left) == 0:
		return text + "p0", true
	}
	return text, isExponent(left, 'p')
}

// skipDigits returns what is behind a number's digits and its point, and how many digits
// there were.
func skipDigits(b []byte, isDigit func(byte) bool) (left []byte, n int) {
	point := false
	for len(b) > 0 {
		switch {
		case isDigit(b[0]):
			n++
		case b[0] == '.' && !point:
			point = true
		default:
			return b, n
		}
		b = b[1:]
	}
	return b, n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// isExponent reports whether all of b is an exponent.
func isExponent(b []byte, letter byte) bool {
	if b[0]|0x20 != letter {
		return false
	}
	b = b[1:]
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		b = b[1:]
	}
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return len(b) > 0
}

// AppendHuman appends a number with up to 17 digits behind the point, and no zeros at its end.
// Redis: networking.c, addReplyHumanLongDouble.
func AppendHuman(dst []byte, f float64) []byte {
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', 17, 64)
	dst = bytes.TrimSuffix(bytes.TrimRight(dst, "0"), []byte("."))
	if string(dst[start:]) == "-0" {
		return append(dst[:start], '0')
	}
	return dst
}

// AppendFloat appends a number as C's %.17g prints it: exact, if not short. 3 and not 3.0,
// 1.1000000000000001, 1e+20, inf. Redis: networking.c, addReplyDouble.
func AppendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case f == math.Trunc(f) && math.Abs(f) < 1e15 && (f != 0 || !math.Signbit(f)):
		return strconv.AppendInt(dst, int64(f), 10)
	}
	return strconv.AppendFloat(dst, f, 'g', 17, 64)
}
