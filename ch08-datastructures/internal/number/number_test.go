package number

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseFloat_TakesWhatCTakes(t *testing.T) {
	for text, want := range map[string]float64{
		"3": 3, "3.0": 3, "-1e3": -1000, ".5": .5, "5.": 5, "+7": 7, "1E2": 100, "0x10": 16, "-0X1p3": -8, "0x.8": .5, "010": 10,
		"inf": math.Inf(1), "-INF": math.Inf(-1), "+Infinity": math.Inf(1), "0": 0, "0e99": 0, "1e-320": 1e-320,
		"1.7976931348623157e308": math.MaxFloat64,
	} {
		got, ok := ParseFloat([]byte(text))
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", " 1", "1 ", "1_000", "nan", "-NaN", "3.0x", "e5", "1e", "1e+", ".", "+", "-", "0x", "0xg", "1.2.3", "--1", "infi", "infinityx",
		"1e400", "-1e400", "1e-400", "0x1p", "1\x002", strings.Repeat("1", 6000), "１",
	} {
		_, ok := ParseFloat([]byte(text))
		require.False(t, ok, "%q", text)
	}
}

// What most numbers are is read in another way: to the same bit.
func TestParseShort_ReadsAsStrconv(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 200_000 {
		text := make([]byte, random.IntN(21))
		for i := range text {
			text[i] = "0123456789"[random.IntN(10)]
		}
		if len(text) > 0 && random.IntN(3) > 0 {
			text[random.IntN(len(text))] = '.'
		}
		if len(text) > 0 && random.IntN(3) == 0 {
			text[0] = "+-.e"[random.IntN(4)]
		}
		f, ok := parseShort(text)
		if !ok {
			continue
		}
		read++
		want, err := strconv.ParseFloat(string(text), 64)
		require.NoError(t, err, "%s", text)
		require.Equal(t, math.Float64bits(want), math.Float64bits(f), "%s", text)
	}
	require.Greater(t, read, 100_000)
	for _, text := range []string{"", "-", "+", ".", "-.", "9007199254740992", "1e3", "1.2.3", "12345678901234567890"} {
		_, ok := parseShort([]byte(text))
		require.False(t, ok, text)
	}
}

func TestAppendFloat_PrintsAsC(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", 3: "3", -3: "-3", 1.1: "1.1000000000000001", .5: "0.5", 1e20: "1e+20", 1e16: "10000000000000000", 1e17: "1e+17", 123456789012345678: "1.2345678901234568e+17",
		1e-5: "1.0000000000000001e-05", .0001: "0.0001", math.Inf(1): "inf", math.Inf(-1): "-inf", 3.1415926535897931: "3.1415926535897931",
	} {
		require.Equal(t, want, string(AppendFloat(nil, f)))
	}
	require.Equal(t, "-0", string(AppendFloat(nil, math.Copysign(0, -1))))
}

func TestDecimal_AddsAsLongDouble(t *testing.T) {
	for _, tc := range []struct{ a, b, want string }{
		{"0", "0.1", "0.1"},
		{"10.50", "0.1", "10.6"},
		{"5.0e3", "2.0e2", "5200"},
		{"3", "-3", "0"},
		{"0.1", "0.2", "0.3"},
		{"1", "1e-18", "1"},
		{"-1.5", "1.5", "0"},
		{"1e10", "1e-8", "10000000000.00000001024454832"},
		{"010", "0x10", "26"},
	} {
		a, ok := ParseDecimal([]byte(tc.a))
		require.True(t, ok, tc.a)
		b, ok := ParseDecimal([]byte(tc.b))
		require.True(t, ok, tc.b)
		sum, ok := a.Add(b)
		require.True(t, ok)
		require.Equal(t, tc.want, string(sum.AppendTo(nil)))
	}
	inf, ok := ParseDecimal([]byte("inf"))
	require.True(t, ok)
	_, ok = inf.Add(inf)
	require.False(t, ok)
	for _, text := range []string{"infinity", "+INF", "-Infinity"} {
		inf, ok := ParseDecimal([]byte(text))
		require.True(t, ok, text)
		require.False(t, inf.IsFinite(), text)
	}
	for _, text := range []string{"", "x", "nan", "1e5000", "1e-5000", "1e99999999999", "1e-999999999", "1_0", " 1"} {
		_, ok := ParseDecimal([]byte(text))
		require.False(t, ok, text)
	}
	huge, ok := ParseDecimal([]byte("1e4931"))
	require.True(t, ok, "a long double has more room than a float64")
	_, ok = huge.Add(huge)
	require.True(t, ok)
}
