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
	minExp    = -16445 // what is smaller than 2 to this, less one, is 0
)

// Decimal is a number with the precision of C's long double on amd64.
type Decimal struct{ f *big.Float }

// ParseDecimal reads a number; ok is false for what is none, and for one that is too large
// or so small that it is 0. O(length).
func ParseDecimal(b []byte) (d Decimal, ok bool) {
	text, ok := goText(b)
	if !ok {
		return d, false
	}
	text = strings.ToLower(text)
	if strings.Contains(text, "inf") {
		return Decimal{new(big.Float).SetInf(text[0] == '-')}, true
	}
	base := 10 // 010 is ten, and no octal number
	if strings.Contains(text, "0x") {
		base = 0
	}
	f, _, err := big.ParseFloat(text, base, precision, big.ToNearestEven)
	if err != nil {
		return d, false
	}
	if f.Sign() == 0 {
		return Decimal{f}, isZero(text)
	}
	exp := f.MantExp(nil)
	return Decimal{f}, minExp <= exp && exp <= maxExp
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
