// score.go: scores in a listpack.
//
//	3        the integer 3
//	1e17     the integer 100000000000000000
//	0.1      the text "0.10000000000000001": 17 digits, each float64 has its own
//	-0       the integer 0: the sign is lost, as in Redis
//
// Redis: t_zset.c, zzlInsertAt; util.c, double2ll.

package object

import (
	"math"
	"strconv"

	"redis-internals/ch08/internal/number"
)

const scoreSize = 32 // bytes of a score as text, at most

// appendPackedScore appends a score as a listpack has it: a whole number with all its
// digits, so that it is kept as one.
func appendPackedScore(dst []byte, score float64) []byte {
	if score >= -math.MaxInt64/2 && score <= math.MaxInt64/2 {
		if n := int64(score); float64(n) == score {
			return strconv.AppendInt(dst, n, 10)
		}
	}
	return number.AppendFloat(dst, score)
}

// AppendScore appends a member's score as it is kept: in a listpack, whole numbers have all
// their digits. ZSCAN shows that.
func (o *Object) AppendScore(dst []byte, score float64) []byte {
	if o.Encoding() == Listpack {
		return appendPackedScore(dst, score)
	}
	return number.AppendFloat(dst, score)
}

// parseScore reads what appendPackedScore has written.
func parseScore(text []byte) float64 {
	f, _ := strconv.ParseFloat(string(text), 64)
	return f
}
