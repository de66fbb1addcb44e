package object

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch06/internal/zmalloc"
)

func newString(t *testing.T, key, value string) zmalloc.Ref {
	return New([]byte(key), StringValue([]byte(value)))
}

func text(r zmalloc.Ref) string { return string(At(r).AppendTo(nil)) }

func TestStringValue_ChoosesTheEncodingThatRedisDoes(t *testing.T) {
	for _, tc := range []struct {
		value string
		want  Encoding
	}{
		{"", Embstr},
		{"0", Int},
		{"-1", Int},
		{"9223372036854775807", Int},
		{"-9223372036854775808", Int},
		{"9223372036854775808", Embstr},
		{"-0", Embstr},
		{"007", Embstr},
		{"+1", Embstr},
		{" 1", Embstr},
		{"1.5", Embstr},
		{strings.Repeat("x", 44), Embstr},
		{strings.Repeat("x", 45), Raw},
	} {
		r := newString(t, "key", tc.value)
		o := At(r)
		require.Equal(t, tc.want, o.Encoding(), tc.value)
		require.Equal(t, String, o.Type())
		require.Equal(t, tc.value, text(r))
		require.Equal(t, len(tc.value), o.Len())
		n, ok := o.Int()
		require.Equal(t, tc.want == Int, ok, tc.value)
		if ok {
			require.Equal(t, tc.value, strconv.FormatInt(n, 10))
		}
		Free(r)
	}
}

// Lengths at which the head of the block changes, and blocks of all kinds.
var lengths = []int{0, 1, 7, 8, 44, 45, 200, 254, 255, 256, 300, 4000, 32_768, 65_534, 65_535, 65_536, 200_000}

func TestObject_HoldsItsPartsThroughEveryChange(t *testing.T) {
	before := zmalloc.Used()
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		key := strings.Repeat("k", lengths[random.IntN(len(lengths))])
		value, at, place := "first", int64(0), uint32(0)
		r := newString(t, key, value)
		At(r).Touch(12345)
		At(r).SetEpoch(5)
		for range 30 {
			switch random.IntN(4) {
			case 0:
				value = strings.Repeat("v", lengths[random.IntN(len(lengths))])
				r = Set(r, StringValue([]byte(value)))
			case 1:
				n := random.Int64() - math.MaxInt64/2
				value = strconv.FormatInt(n, 10)
				r = Set(r, IntValue(n))
			case 2:
				at, place = random.Int64N(1<<50)+1, random.Uint32()
				r = SetExpiry(r, at, place)
			case 3:
				at, place = 0, 0
				r = SetExpiry(r, 0, 0)
			}
			o := At(r)
			require.Equal(t, key, string(o.Key()))
			require.Equal(t, value, text(r))
			require.Equal(t, at != 0, o.Expires())
			require.Equal(t, at, o.ExpireAt())
			require.Equal(t, place, o.Place())
			require.EqualValues(t, 5, o.Epoch())
			require.EqualValues(t, 1, o.IdleSeconds(12346))
			require.Equal(t, zmalloc.GoodSize(o.layout().total()), zmalloc.Size(r), "no larger than it needs")
		}
		Free(r)
	}
	require.Equal(t, before, zmalloc.Used())
}

func TestNew_TakesWhatTheDrawingSays(t *testing.T) {
	r := newString(t, "key:000000000012", strings.Repeat("v", 64))
	require.Equal(t, 88, zmalloc.Size(r))
	r = SetExpiry(r, 1, 0)
	require.Equal(t, 104, zmalloc.Size(r))
	Free(r)
}

func TestIsShared_HoldsForTheSmallNumbers(t *testing.T) {
	for value, want := range map[string]bool{"0": true, "9999": true, "10000": false, "-1": false, "x": false} {
		r := newString(t, "k", value)
		require.Equal(t, want, At(r).IsShared(), value)
		Free(r)
	}
}

func TestIdleSeconds_GoesRoundWithTheClock(t *testing.T) {
	var o Object
	o.Touch(Clock(5_000))
	require.EqualValues(t, 0, o.IdleSeconds(Clock(5_999)))
	require.EqualValues(t, 7, o.IdleSeconds(Clock(12_000)))
	o.Touch(clockMask - 1)
	require.EqualValues(t, 4, o.IdleSeconds(2))
}
