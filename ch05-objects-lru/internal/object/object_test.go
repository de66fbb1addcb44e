package object

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// set stores s as the keyspace does.
func set(o *Object, s string) {
	if !o.SetString([]byte(s)) {
		o.Place(make([]byte, len(s)))
		o.SetString([]byte(s))
	}
}

func TestSetString_ChoosesTheEncodingThatRedisDoes(t *testing.T) {
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
		var o Object
		set(&o, tc.value)
		require.Equal(t, tc.want, o.Encoding(), tc.value)
		require.Equal(t, tc.value, string(o.AppendTo(nil)))
		require.Equal(t, len(tc.value), o.Len())
		n, ok := o.Int()
		require.Equal(t, tc.want == Int, ok, tc.value)
		if ok {
			require.Equal(t, tc.value, strconv.FormatInt(n, 10))
		}
	}
}

func TestSetString_GoesFromEachEncodingToEachOther(t *testing.T) {
	var o Object
	values := []string{"12", "text", strings.Repeat("raw", 20), "", "-7"}
	for _, from := range values {
		for _, to := range values {
			set(&o, from)
			set(&o, to)
			require.Equal(t, to, string(o.AppendTo(nil)), "after %q", from)
		}
	}
}

func TestSetString_CopiesIntoTheRoomItHas(t *testing.T) {
	var o Object
	o.Place(make([]byte, 10))
	b := []byte("abcdefghij")
	require.True(t, o.SetString(b))
	b[0] = 'X'
	require.Equal(t, "abcdefghij", string(o.AppendTo(nil)))
	require.False(t, o.SetString([]byte("longer than ten")), "no room")
	require.False(t, o.SetString([]byte("abcd")), "half of the room would be wasted")
	require.Equal(t, "abcdefghij", string(o.AppendTo(nil)), "refused, it changes nothing")
}

func TestIsShared_HoldsForTheSmallNumbers(t *testing.T) {
	for value, want := range map[string]bool{"0": true, "9999": true, "10000": false, "-1": false, "x": false} {
		var o Object
		set(&o, value)
		require.Equal(t, want, o.IsShared(), value)
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

func TestSetInt_HoldsEveryNumber(t *testing.T) {
	var o Object
	for _, n := range []int64{0, -1, math.MaxInt64, math.MinInt64} {
		o.SetInt(n)
		require.Equal(t, strconv.FormatInt(n, 10), string(o.AppendTo(nil)))
		require.Equal(t, Int, o.Encoding())
	}
}
