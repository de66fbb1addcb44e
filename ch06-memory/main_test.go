package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch06/internal/config"
)

func TestSplitWords_ResolvesQuotes(t *testing.T) {
	words, ok := splitWords(`bind "127.0.0.1 -::1" 'x'`)
	require.True(t, ok)
	require.Equal(t, []string{"bind", "127.0.0.1 -::1", "x"}, words)
	_, ok = splitWords(`dir "x`)
	require.False(t, ok)
}

// What earlier chapters' flags looked like works still.
func TestParse_TakesTheFlagsOfEarlierChapters(t *testing.T) {
	c := config.Default()
	require.NoError(t, c.Parse([]string{"--port", "7000", "--bind", "0.0.0.0 -::1", "--maxclients=10", "--maxkeys", "7"}, splitWords))
	require.Equal(t, 7000, c.Port)
	require.Equal(t, []string{"0.0.0.0", "-::1"}, c.Bind)
	require.Equal(t, 10, c.MaxClients)
	require.Equal(t, 7, c.MaxKeys)
}
