package duel

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func sessionOf(burst int, lines ...string) (s Session) {
	for _, line := range lines {
		words := strings.Fields(line)
		s.add(int(words[0][0]-'A'), words[1:])
	}
	s.Burst = burst
	return s
}

func TestSession_BurstsEndWhereTheClientChanges(t *testing.T) {
	var sizes []int
	for _, burst := range sessionOf(2, "A GET k", "A GET k", "A GET k", "B GET k", "B GET k", "A GET k").bursts() {
		sizes = append(sizes, len(burst))
	}
	require.Equal(t, []int{2, 1, 2, 1}, sizes)
	require.Equal(t, 2, sessionOf(1, "A GET k", "B GET k").clients())
}

// RANDOMKEY has one answer only if there is one key, and DBSIZE counts what is over until
// somebody has asked for it.
func TestSession_FairKeepsWhatMakesOneOutcomeRight(t *testing.T) {
	s := sessionOf(1, "A FLUSHDB", "A SET k v", "A RANDOMKEY", "A EXISTS k", "A DBSIZE", "A GET k")
	require.False(t, s.fair(0, 1), "without FLUSHDB")
	require.True(t, s.fair(1, 2), "without SET: then there is no key")
	require.True(t, s.fair(0, 3), "without all three")
	require.False(t, s.fair(3, 4), "without EXISTS")
	require.True(t, s.fair(3, 5), "without both")
}

func TestSession_ShorterIsFewerLinesThenPlainerWords(t *testing.T) {
	long := sessionOf(1, "A SET key\x00 value", "A GET key\x00")
	require.True(t, long.without(0, 1).shorter(long))
	require.True(t, long.replacing("key\x00", "k").shorter(long))
	require.False(t, long.shorter(long))
	require.True(t, sessionOf(1, "A GET k").shorter(sessionOf(1, "A get k")))
	require.Equal(t, "SET", long.replacing("SET", "k").Lines[0].Request[0], "a command's name stays")
}
