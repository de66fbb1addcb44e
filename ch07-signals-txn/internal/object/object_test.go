package object

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch07/internal/zmalloc"
)

func newString(key, value string) *Object {
	return New([]byte(key), StringValue([]byte(value)), 0)
}

func text(o *Object) string { return string(o.AppendTo(nil)) }

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
		o := newString("key", tc.value)
		require.Equal(t, tc.want, o.Encoding(), tc.value)
		require.Equal(t, StringType, o.Type())
		require.Equal(t, tc.value, text(o))
		require.Equal(t, len(tc.value), o.Len())
		n, ok := o.Int()
		require.Equal(t, tc.want == Int, ok, tc.value)
		if ok {
			require.Equal(t, tc.value, strconv.FormatInt(n, 10))
		}
		Free(o)
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
		o := newString(key, value)
		if random.IntN(2) == 0 {
			Free(o)
			at = random.Int64N(1<<50) + 1
			o = New([]byte(key), StringValue([]byte(value)), at)
		}
		o.Touch(12345)
		o.SetEpoch(5)
		for range 30 {
			switch random.IntN(5) {
			case 0:
				value = strings.Repeat("v", lengths[random.IntN(len(lengths))])
				o = SetValue(o, StringValue([]byte(value)), at, place)
			case 1:
				n := random.Int64() - math.MaxInt64/2
				value = strconv.FormatInt(n, 10)
				at, place = 0, 0
				o = SetValue(o, IntValue(n), at, place)
			case 2:
				at, place = random.Int64N(1<<50)+1, random.Uint32()
				o = SetExpiry(o, at, place)
			case 3:
				at, place = 0, 0
				o = SetExpiry(o, 0, 0)
			case 4:
				value = strings.Repeat("w", lengths[random.IntN(len(lengths))])
				at, place = random.Int64N(1<<50)+1, random.Uint32()
				o = SetValue(o, StringValue([]byte(value)), at, place)
			}
			require.Equal(t, key, string(o.Key()))
			require.Equal(t, value, text(o))
			require.Equal(t, at != 0, o.Expires())
			require.Equal(t, at, o.ExpireAt())
			require.Equal(t, place, o.Place())
			require.EqualValues(t, 5, o.Epoch())
			require.EqualValues(t, 1, o.IdleSeconds(12346))
			require.Equal(t, o, At(o.Ref()))
			require.Equal(t, zmalloc.GoodSize(o.layout().total()), zmalloc.Size(o.Ref()), "no larger than it needs")
		}
		Free(o)
	}
	require.Equal(t, before, zmalloc.Used())
}

func TestNew_TakesWhatTheDrawingSays(t *testing.T) {
	o := newString("key:000000000012", strings.Repeat("v", 64))
	require.Equal(t, 88, zmalloc.Size(o.Ref()))
	o = SetExpiry(o, 1, 0)
	require.Equal(t, 104, zmalloc.Size(o.Ref()))
	Free(o)
}

// The commonest write of a cache: the value and the time to live are new, the lengths
// are not.
func TestSetValue_StaysInItsBlockWhereTheSizeFits(t *testing.T) {
	o := New([]byte("key:000000000012"), StringValue([]byte(strings.Repeat("v", 64))), 1)
	require.Equal(t, 104, zmalloc.Size(o.Ref()), "also from the start")
	require.Same(t, o, SetValue(o, StringValue([]byte(strings.Repeat("w", 64))), 2, 0))
	require.Same(t, o, SetValue(o, StringValue([]byte(strings.Repeat("w", 66))), 3, 0))
	moved := SetValue(o, StringValue([]byte(strings.Repeat("w", 64))), 0, 0)
	require.Equal(t, 88, zmalloc.Size(moved.Ref()))
	Free(moved)
}

func TestIsShared_HoldsForTheSmallNumbers(t *testing.T) {
	for value, want := range map[string]bool{"0": true, "9999": true, "10000": false, "-1": false, "x": false} {
		o := newString("k", value)
		require.Equal(t, want, o.IsShared(), value)
		Free(o)
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
