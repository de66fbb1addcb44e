package glob

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMatch_FollowsRedisPatterns(t *testing.T) {
	for _, tc := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"**", "", false}, // Redis' own: its loop ends before it sees a star
		{"a*", "", false},
		{"***", "abc", true},
		{"?", "", false},
		{"h?llo", "hello", true},
		{"h*llo", "heeello", true},
		{"h*llo", "hllo", true},
		{"h*llo", "hll", false},
		{"h[ae]llo", "hallo", true},
		{"h[ae]llo", "hillo", false},
		{"h[^e]llo", "hello", false},
		{"h[^e]llo", "hallo", true},
		{"h[a-c]llo", "hbllo", true},
		{"h[c-a]llo", "hbllo", true},
		{"h[a-c]llo", "hdllo", false},
		{"h[\\]]llo", "h]llo", true},
		{"h\\?llo", "h?llo", true},
		{"h\\?llo", "hello", false},
		{"a\\", "a\\", true},
		{"a[bc", "ab", true},
		{"a[", "ab", false},
		{"a[]b", "ab", false},
		{"[^]x", "ax", true},
		{"*ab", "aab", true},
		{"*a*b*c", "xaxbxcxc", true},
		{"*a*b*c", "xaxcxb", false},
		{"a*", "A", false},
		{"\x00*\xff", "\x00x\xff", true},
	} {
		require.Equal(t, tc.want, Match([]byte(tc.pattern), []byte(tc.s)), "%q ~ %q", tc.pattern, tc.s)
	}
}

func TestMatchFold_IgnoresTheCaseOfLetters(t *testing.T) {
	for _, tc := range []struct{ pattern, s string }{{"HE?LO", "hello"}, {"h[A-C]*", "HBllo"}, {"\\H", "h"}, {"[x]", "X"}} {
		require.True(t, MatchFold([]byte(tc.pattern), []byte(tc.s)), "%q ~ %q", tc.pattern, tc.s)
	}
	require.False(t, MatchFold([]byte("@"), []byte("`")), "folding is for letters")
}

// A pattern of many stars must not take exponential time.
func TestMatch_ManyStarsStayCheap(t *testing.T) {
	pattern := []byte(strings.Repeat("a*", 50) + "b")
	s := []byte(strings.Repeat("a", 10_000))
	done := make(chan bool, 1)
	go func() { done <- Match(pattern, s) }()
	select {
	case got := <-done:
		require.False(t, got)
	case <-time.After(time.Minute):
		t.Fatal("still matching after a minute")
	}
}

// Naive recursion is the specification of the loop.
func FuzzMatch(f *testing.F) {
	f.Add("a*b?[c-d]\\*", "axxbyd*")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 12 || len(s) > 12 {
			return
		}
		want := naive([]byte(pattern), []byte(s))
		if s == "" {
			want = pattern == "" || pattern == "*"
		}
		require.Equal(t, want, Match([]byte(pattern), []byte(s)))
	})
}

func naive(pattern, s []byte) bool {
	switch {
	case len(pattern) == 0:
		return len(s) == 0
	case pattern[0] == '*':
		return naive(pattern[1:], s) || len(s) > 0 && naive(pattern, s[1:])
	case len(s) == 0:
		return false
	}
	size, ok := matchOne(pattern, s[0], false)
	return ok && naive(pattern[size:], s[1:])
}
