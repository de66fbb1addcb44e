package load

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// streams are right replies, three of each.
var streams = map[string]struct {
	reply Reply
	bytes string
	lines int // of one reply
}{
	"status":   {exactly("+PONG\r\n"), "+PONG\r\n+PONG\r\n+PONG\r\n", 1},
	"value":    {get(3).Reply, "$3\r\nxxx\r\n$3\r\nxxx\r\n$3\r\nxxx\r\n", 2},
	"digits":   {withDigits("$3\r\nx##\r\n"), "$3\r\nx00\r\n$3\r\nx95\r\n$3\r\nx42\r\n", 2},
	"integers": {anInteger, ":0\r\n:-12\r\n:-9223372036854775808\r\n", 1},
}

func TestScan_CountsRepliesHoweverTheyAreSplit(t *testing.T) {
	for name, s := range streams {
		t.Run(name, func(t *testing.T) {
			for i := 0; i <= len(s.bytes); i++ {
				for j := i; j <= len(s.bytes); j++ {
					var place scanner
					total := 0
					for _, part := range []string{s.bytes[:i], s.bytes[i:j], s.bytes[j:]} {
						n, used, ok := place.scan(&s.reply, []byte(part), 3-total)
						require.True(t, ok)
						require.Equal(t, len(part), used)
						total += n
					}
					require.Equal(t, 3, total)
					require.Empty(t, place.begun(&s.reply))
				}
			}
		})
	}
}

func TestScan_RefusesAWrongByteAtItsPlaceHoweverTheyAreSplit(t *testing.T) {
	for name, s := range streams {
		t.Run(name, func(t *testing.T) {
			for wrong := range len(s.bytes) {
				stream := []byte(s.bytes)
				stream[wrong] = '!'
				for split := 0; split <= wrong; split++ {
					var place scanner
					n, used, ok := place.scan(&s.reply, stream[:split], math.MaxInt)
					require.True(t, ok)
					require.Equal(t, split, used)
					m, used, ok := place.scan(&s.reply, stream[split:], math.MaxInt)
					require.False(t, ok, "byte %d was wrong", wrong)
					require.Equal(t, wrong, split+used)
					require.Equal(t, bytes.Count(stream[:wrong], []byte("\r\n"))/s.lines, n+m)
					// What was right of this reply and the rest make it whole.
					whole := append(bytes.Clone(place.begun(&s.reply)), stream[wrong:]...)
					require.True(t, equalButDigits(whole, stream[len(stream)-len(whole):]))
				}
			}
		})
	}
}

func TestScan_StopsAtTheLimit(t *testing.T) {
	for name, s := range streams {
		t.Run(name, func(t *testing.T) {
			var place scanner
			n, used, ok := place.scan(&s.reply, []byte(s.bytes), 2)
			require.True(t, ok)
			require.Equal(t, 2, n)
			m, rest, ok := place.scan(&s.reply, []byte(s.bytes)[used:], 1)
			require.True(t, ok)
			require.Equal(t, 1, m)
			require.Equal(t, len(s.bytes), used+rest)
		})
	}
}

func TestScan_RefusesWhatIsNoInteger(t *testing.T) {
	for _, text := range []string{
		"+OK\r\n", ":\r\n", ":-\r\n", ":--1\r\n", ":1-\r\n", ":1\n", ":1\r\r", ":+1\r\n", ": 1\r\n", ":1x\r\n", "$-1\r\n",
		":123456789012345678901\r\n", // longer than any
	} {
		var place scanner
		_, _, ok := place.scan(&anInteger, []byte(text), 1)
		require.False(t, ok, "%q", text)
	}
}

func TestQuote_CutsWhatIsLong(t *testing.T) {
	require.Equal(t, `"+OK\r\n"`, quote([]byte("+OK\r\n")))
	long := quote(bytes.Repeat([]byte("x"), 1000))
	require.Less(t, len(long), 200)
	require.Contains(t, long, "(1000 bytes)")
}
