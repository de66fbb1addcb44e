// decimal.go: adding as C's long double does, in 64 binary digits.
//
// INCRBYFLOAT k 0.1, ten times, makes 1 and not 0.99999999999999989, since Redis adds in
// more digits than it shows. On amd64 that is a format of 80 bits; here math/big does the
// same with numbers of 64 bits' precision.
//
// Redis: util.c, ld2string with LD_STR_HUMAN; object.c, getLongDoubleFromObject.

package number

import (
	"bytes"
	"math/big"
	"strings"
)

const (
	precision = 64 // bits of a long double's fraction
	places    = 17 // behind the point, that are shown
	maxExp    = 16384
)

// Decimal is a number with the precision of C's long double on amd64.
type Decimal struct{ f *big.Float }

// ParseDecimal reads a number; ok is false for what is none. O(length).
func ParseDecimal(b []byte) (d Decimal, ok bool) {
	text, ok := goText(b)
	if !ok {
		return d, false
	}
	f, _, err := big.ParseFloat(strings.ToLower(text), 0, precision, big.ToNearestEven)
	if leading(text) { // 010 is ten, and no octal number
		f, _, err = big.ParseFloat(text, 10, precision, big.ToNearestEven)
	}
	if err != nil || !f.IsInf() && f.MantExp(nil) > maxExp || f.Sign() == 0 && !isZero(text) {
		return d, false
	}
	return Decimal{f}, true
}

// leading reports whether a number is no infinity and has base 10.
func leading(text string) bool {
	lower := strings.ToLower(text)
	return !strings.Contains(lower, "0x") && !strings.Contains(lower, "inf")
}

// IsFinite reports whether it is no infinity.
func (d Decimal) IsFinite() bool { return !d.f.IsInf() }

// Add returns the sum; ok is false if that is not finite.
func (d Decimal) Add(e Decimal) (sum Decimal, ok bool) {
	if d.f.IsInf() || e.f.IsInf() {
		return sum, false
	}
	f := new(big.Float).SetPrec(precision).Add(d.f, e.f)
	return Decimal{f}, f.MantExp(nil) <= maxExp
}

// AppendTo appends the number with up to 17 digits behind the point, and no zeros at its
// end. A -0 is a 0.
func (d Decimal) AppendTo(dst []byte) []byte {
	start := len(dst)
	dst = d.f.Append(dst, 'f', places)
	dst = bytes.TrimRight(dst, "0")
	dst = bytes.TrimSuffix(dst, []byte("."))
	if string(dst[start:]) == "-0" {
		return append(dst[:start], '0')
	}
	return dst
}
