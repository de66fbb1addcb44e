package resp

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// parseAll feeds stream to one parser in pieces of the given size.
func parseAll(stream string, size int) (requests [][]string, err error) {
	var pieces []string
	for len(stream) > size {
		pieces = append(pieces, stream[:size])
		stream = stream[size:]
	}
	return parsePieces(append(pieces, stream)...)
}

// parsePieces feeds a stream to one parser piece by piece and returns every
// request's arguments, copied, and the error that ended it.
func parsePieces(pieces ...string) (requests [][]string, err error) {
	var p Parser
	var buf []byte
	for _, piece := range pieces {
		// A fresh buffer each time: the parser may not rely on the old one.
		buf = append(append(make([]byte, 0, len(buf)+len(piece)), buf...), piece...)
		for {
			n, args, err := p.Parse(buf, nil)
			if err != nil {
				return requests, err
			}
			if n == 0 {
				break
			}
			request := []string{}
			for _, a := range args {
				request = append(request, string(a))
			}
			requests = append(requests, request)
			buf = buf[n:]
		}
	}
	return requests, nil
}

// Each case is parsed whole, byte by byte, in every size of piece between, and cut
// in two at every place.
func TestParse_GivesTheSameRequestsHoweverTheBytesArrive(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, tc := range []struct {
		stream string
		want   [][]string
	}{
		{"*1\r\n$4\r\nPING\r\n", [][]string{{"PING"}}},
		{"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", [][]string{{"ECHO", ""}}},
		{"*2\r\n$4\r\nECHO\r\n$6\r\n\r\n\x00$1\xff\r\n", [][]string{{"ECHO", "\r\n\x00$1\xff"}}},
		{"*1\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\nc d\r\n*1\r\n$1\r\ne\r\n", [][]string{{"a"}, {"b"}, {"c", "d"}, {"e"}}},
		{"*0\r\n*-1\r\n*-9\r\n\r\n\n  \t\r\nPING\n", [][]string{{}, {}, {}, {}, {}, {}, {"PING"}}},
		{"*2\r\n$1000\r\n" + long + "\r\n$1\r\ny\r\n", [][]string{{long, "y"}}},
		{"*1\rx$4\rxPINGxx*1\r\n$1\r\na\r\n", [][]string{{"PING"}, {"a"}}}, // line endings are counted, not read
		{"*1\r\n$1\r\na\r\n\n\nb\n", [][]string{{"a"}, {}, {}, {"b"}}},
		{"*2\r\n$3\r\n\r\n$\r\n$9999\r\n" + long[:999] + strings.Repeat("y", 9000) + "\r\n", [][]string{{"\r\n$", long[:999] + strings.Repeat("y", 9000)}}},
		{"*11\r\n" + strings.Repeat("$1\r\na\r\n", 11), [][]string{strings.Split("aaaaaaaaaaa", "")}},
	} {
		for size := 1; size <= len(tc.stream); size++ {
			got, err := parseAll(tc.stream, size)
			require.NoError(t, err, "%.60q in pieces of %d", tc.stream, size)
			require.Equal(t, tc.want, got, "%.60q in pieces of %d", tc.stream, size)
			got, err = parsePieces(tc.stream[:size], tc.stream[size:])
			require.NoError(t, err, "%.60q cut at %d", tc.stream, size)
			require.Equal(t, tc.want, got, "%.60q cut at %d", tc.stream, size)
		}
	}
}

func TestParse_RefusesWithRedisErrorsHoweverTheBytesArrive(t *testing.T) {
	long := strings.Repeat("1", MaxLine+1)
	for _, tc := range []struct {
		stream string
		want   ProtocolError
	}{
		{"*x\r\n", ErrMultibulkLength},
		{"*\r\n", ErrMultibulkLength},
		{"*+1\r\n", ErrMultibulkLength},
		{"*01\r\n", ErrMultibulkLength},
		{"*1 \r\n", ErrMultibulkLength},
		{"*2147483648\r\n", ErrMultibulkLength},
		{"*1\r\n$-1\r\n", ErrBulkLength},
		{"*1\r\n$x\r\n", ErrBulkLength},
		{"*1\r\n$04\r\n", ErrBulkLength},
		{"*1\r\n$536870913\r\n", ErrBulkLength},
		{"*1\r\n$99999999999999999999\r\n", ErrBulkLength},
		{"*2\r\n$1\r\na\r\n:1\r\n", "Protocol error: expected '$', got ':'"},
		{"*1\r\n\r\n", "Protocol error: expected '$', got ' '"},
		{"*1\r\n\xff\r\n", "Protocol error: expected '$', got '\xff'"},
		{"*" + long, ErrMultibulkLine},
		{"*1\r\n$" + long, ErrBulkLine},
		{"*1\r\n:" + long, ErrBulkLine},
		{long, ErrInlineLine},
		{"\x00\n" + long[2:], ErrInlineLine},
		{"*\x00\r\n" + long[3:], ErrMultibulkLine},
		{"*1\r\n\x00\r\n" + long, ErrBulkLine},
		{"*1\r\n$4\x00\r\n" + long, ErrBulkLine},
		{"\"PING\r\n", ErrQuotes},
	} {
		for _, size := range []int{1, 2, 3, 5, 1000, len(tc.stream)} {
			if len(tc.stream)/size > 1000 {
				continue // parseAll copies what came before each piece
			}
			_, err := parseAll(tc.stream, size)
			var got ProtocolError
			require.True(t, errors.As(err, &got), "%.30q in pieces of %d: %v", tc.stream, size, err)
			require.Equal(t, tc.want, got, "%.30q in pieces of %d", tc.stream, size)
		}
	}
}

// As in Redis, a NUL hides the end of the line it stands in.
func TestParse_ALineWithANULDoesNotEnd(t *testing.T) {
	for _, stream := range []string{
		"PING\x00\r\nPING\r\n", "\x00PING\n", "PING 'a\x00\n", "*1\x00\r\n$4\r\nPING\r\n", "*\x00\r\n",
		"*1\r\n\x00\r\n", "*1\r\n$4\x00\r\nPING\r\n", "*1\r\n\x00$4\r\n",
	} {
		var p Parser
		for end := range len(stream) + 1 {
			n, _, err := p.Parse([]byte(stream[:end]), nil)
			require.NoError(t, err, "%q", stream[:end])
			require.Zero(t, n, "%q", stream[:end])
			require.Equal(t, strings.Contains(stream[:end], "\x00"), p.Endless([]byte(stream[:end])), "%q", stream[:end])
		}
	}
	var p Parser
	n, _, err := p.Parse([]byte("*1\r\n$4\r\n\x00"), nil)
	require.NoError(t, err)
	require.Zero(t, n)
	require.False(t, p.Endless([]byte("*1\r\n$4\r\n\x00")), "the NUL is an argument's")
}

func TestParse_AcceptsLengthsAtTheLimits(t *testing.T) {
	for _, stream := range []string{"*2147483647\r\n", "*1\r\n$536870912\r\n", "*" + strings.Repeat("1", MaxLine-1), strings.Repeat("1", MaxLine)} {
		got, err := parseAll(stream, len(stream))
		require.NoError(t, err, "%.30q", stream)
		require.Empty(t, got)
	}
}

func TestParse_AppendsToTheGivenArguments(t *testing.T) {
	var p Parser
	args := make([][]byte, 0, 4)
	n, got, err := p.Parse([]byte("*1\r\n$1\r\na\r\n"), args)
	require.NoError(t, err)
	require.Equal(t, 11, n)
	require.Same(t, &args[:1][0], &got[0], "there was room for one argument")
}

// One argument must not reach the next through its capacity.
func TestParse_ArgumentsCannotGrowIntoTheirNeighbours(t *testing.T) {
	for _, stream := range []string{"*2\r\n$1\r\na\r\n$1\r\nb\r\n", "a b\r\n"} {
		var p Parser
		_, args, err := p.Parse([]byte(stream), nil)
		require.NoError(t, err)
		_ = append(args[0], "xxxxxxxxxxx"...)
		require.Equal(t, "b", string(args[1]))
	}
}

func TestParse_AllocatesNothingForAWholeRequest(t *testing.T) {
	var p Parser
	args := make([][]byte, 0, 4)
	for _, stream := range []string{"*1\r\n$4\r\nPING\r\n", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n", "SET key \"a value\"\r\n"} {
		buf := make([]byte, len(stream))
		require.Zero(t, testing.AllocsPerRun(100, func() {
			copy(buf, stream)
			if n, _, err := p.Parse(buf, args[:0]); n == 0 || err != nil {
				t.Fatal(n, err)
			}
		}), "%q", stream)
	}
}

func TestParse_IdleParserKeepsLittle(t *testing.T) {
	var p Parser
	n, args, err := p.Parse([]byte("*1000\r\n"+strings.Repeat("$1\r\na\r\n", 1000)), nil)
	require.NoError(t, err)
	require.NotZero(t, n)
	require.Len(t, args, 1000)
	require.LessOrEqual(t, cap(p.spans), keepSpans)
}

func TestArriving_IsTheBulkThatIsKnownToCome(t *testing.T) {
	var p Parser
	arriving := func(request string) [2]int {
		n, _, err := p.Parse([]byte(request), nil)
		require.NoError(t, err)
		require.Zero(t, n)
		start, end := p.Arriving()
		return [2]int{start, end}
	}
	begun := "*2\r\n$4\r\nECHO\r\n"
	require.Equal(t, [2]int{}, arriving(""))
	require.Equal(t, [2]int{}, arriving(begun+"$10"))
	start := len(begun + "$100\r\n")
	require.Equal(t, [2]int{start, start + 100 + 2}, arriving(begun+"$100\r\n"))
	require.Equal(t, [2]int{start, start + 100 + 2}, arriving(begun+"$100\r\nabc"))
}

func TestParseInt_IsStrict(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 9, 10, 123456789, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, math.MinInt64 + 1} {
		got, ok := ParseInt(strconv.AppendInt(nil, n, 10))
		require.True(t, ok, n)
		require.Equal(t, n, got)
	}
	for _, s := range []string{"", "-", "+1", "01", "-0", "-01", " 1", "1 ", "1x", "0x1", "9223372036854775808", "-9223372036854775809", "99999999999999999999", "1\x00"} {
		_, ok := ParseInt([]byte(s))
		require.False(t, ok, "%q", s)
	}
}

// A request parses the same in one piece and cut anywhere, never panics, and
// its arguments encode to a request that parses to them again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\nPING\r\n", "*0\r\n\r\n*-1\r\n", "SET \"a\\x41\\n\" 'b\\'c' d\r\n", "*1\r\n:1\r\n", "*x\r\n", "$4\r\n", "\"\r\n",
	} {
		f.Add([]byte(s), uint8(1))
	}
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		whole, errWhole := parseAll(string(stream), max(1, len(stream)))
		pieces, errPieces := parseAll(string(stream), max(1, int(size)))
		require.Equal(t, errWhole, errPieces)
		require.Equal(t, whole, pieces)
		for _, request := range whole {
			if len(request) == 0 {
				continue
			}
			again := AppendArray(nil, len(request))
			for _, a := range request {
				again = AppendBulk(again, a)
			}
			got, err := parseAll(string(again), len(again))
			require.NoError(t, err)
			require.Equal(t, [][]string{request}, got)
		}
	})
}

func FuzzParseInt(f *testing.F) {
	f.Add([]byte("-9223372036854775808"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, ok := ParseInt(b)
		want, err := strconv.ParseInt(string(b), 10, 64)
		// Strict: what is accepted is exactly what is printed.
		wantOK := err == nil && strconv.FormatInt(want, 10) == string(b)
		if ok != wantOK || ok && got != want {
			t.Fatalf("%q: got %d, %v", b, got, ok)
		}
	})
}

// The cost of a bulk string that comes in pieces is linear in its length: the
// figures per byte must not grow with it.
func BenchmarkParse_BulkInPieces(b *testing.B) {
	for _, size := range []int{1 << 20, 64 << 20} {
		b.Run(fmt.Sprintf("%dMiB", size>>20), func(b *testing.B) {
			stream := AppendBulk([]byte("*1\r\n"), bytes.Repeat([]byte{'x'}, size))
			b.SetBytes(int64(size))
			for b.Loop() {
				var p Parser
				for end := 0; end < len(stream); end += 16 << 10 {
					if n, _, err := p.Parse(stream[:end], nil); n != 0 || err != nil {
						b.Fatal(n, err)
					}
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, stream := range []string{"*1\r\n$4\r\nPING\r\n", "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000001\r\n$64\r\n" + strings.Repeat("v", 64) + "\r\n"} {
		b.Run(stream[8:12], func(b *testing.B) {
			var p Parser
			args := make([][]byte, 0, 4)
			buf := []byte(stream)
			for b.Loop() {
				if n, _, err := p.Parse(buf, args[:0]); n == 0 || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}
