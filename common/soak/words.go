// words.go: arguments, good and bad.

package soak

import (
	"math/rand/v2"
	"strings"
)

// options are words that commands know, those of chapters to come too. What a
// command does not know it must refuse.
var options = strings.Fields(`EX PX EXAT PXAT KEEPTTL NX XX GT LT GET CH INCR ASYNC SYNC MATCH COUNT TYPE LIMIT WITHSCORES BYSCORE BYLEX REV
	LEFT RIGHT BEFORE AFTER WEIGHTS AGGREGATE SUM MIN MAX AND OR XOR NOT BIT BYTE OVERFLOW WRAP SAT FAIL u8 i64 i65 u63 #0 RANK MAXLEN STORE STOREDIST
	FROMMEMBER FROMLONLAT BYRADIUS BYBOX m km ft mi WITHCOORD WITHDIST WITHHASH ASC DESC ANY BY ALPHA REPLACE DB COPY FILTERBY PATTERN ACLCAT MODULE
	SETNAME AUTH HELP USAGE SAMPLES STATS ON OFF lib-name lib-ver IDX IDLETIME FREQ PERSIST ABSTTL nosuch default all everything memory keyspace`)

// numbers are those at which something changes, and what is nearly a number.
var numbers = strings.Fields(`0 1 2 3 5 7 10 15 16 17 100 127 128 255 256 511 512 1000 1023 1024 4096 65535 65536 1000000
	-0 -1 -2 -3 -10 -128 -1000 00 01 +1 1.0 1.5 -1.5 .5 1e3 1e400 -1e400 1e-400 0x10 inf -inf +inf nan (1 (5 [a - + * ~
	2147483647 2147483648 -2147483648 -2147483649 4294967295 4294967296 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809
	18446744073709551615 99999999999999999999 4102444800 4102444800000 9223372036854775 -9223372036854775`)

// patterns are globs, some of which would take long if they were badly matched.
var patterns = []string{"*", "?", "[a-c]*", "[^a", "[", "\\", "*\\", "s:*", "k:1:?", "[]-a]", strings.Repeat("a*", 20) + "b", strings.Repeat("*?", 30)}

// anything is one argument.
func anything(rng *rand.Rand) string {
	switch n := rng.IntN(100); {
	case n < 25:
		return cased(rng, options[rng.IntN(len(options))])
	case n < 40:
		return small(rng)
	case n < 58:
		return numbers[rng.IntN(len(numbers))]
	case n < 75:
		return text(rng, 1+rng.IntN(40))
	case n < 83:
		return noise(rng, rng.IntN(64))
	case n < 87:
		return patterns[rng.IntN(len(patterns))]
	case n < 90:
		return ""
	case n < 98:
		return text(rng, length(rng, 4<<10))
	default:
		return noise(rng, length(rng, 128<<10))
	}
}

// small is a number with which commands do what they are for.
func small(rng *rand.Rand) string {
	digits := "0123456789"
	s := ""
	for range 1 + rng.IntN(3) {
		s += string(digits[rng.IntN(10)])
	}
	return s
}

// length is up to most, every power of two as likely as another, and often one
// more or less than a power.
func length(rng *rand.Rand, most int) int {
	n := 1
	for n < most && rng.IntN(12) > 0 {
		n *= 2
	}
	if rng.IntN(2) == 0 {
		return max(0, min(most, n+rng.IntN(3)-1))
	}
	return rng.IntN(n + 1)
}

// text is n letters.
func text(rng *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(rng.IntN(26))
	}
	return string(b)
}

// noise is n bytes of any value.
func noise(rng *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return string(b)
}

// cased is the word in lower, in upper or in mixed case.
func cased(rng *rand.Rand, word string) string {
	switch rng.IntN(4) {
	case 0:
		return strings.ToUpper(word)
	case 1:
		b := []byte(word)
		for i := range b {
			if rng.IntN(2) == 0 {
				b[i] = strings.ToUpper(string(b[i]))[0]
			}
		}
		return string(b)
	}
	return word
}
