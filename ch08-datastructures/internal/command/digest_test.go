package command

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
)

// digestOf is what DEBUG DIGEST answers a session that has executed these requests.
func digestOf(t *testing.T, requests ...string) string {
	s := newSession(t)
	s.c.Engine.Config.EnableDebugCommand = config.Everybody
	for _, r := range requests {
		s.ask(strings.Fields(r)...)
	}
	return strings.TrimSpace(s.ask("DEBUG", "DIGEST"))
}

func TestDigest_IsRedis(t *testing.T) {
	for want, request := range map[string]string{
		"+0000000000000000000000000000000000000000": "DEL nothing",
		"+30cc6aa912b80c3872e04c8cf75ba78d793671e4": "SET s word",
	} {
		require.Equal(t, want, digestOf(t, request), request)
	}
}

func TestDigest_IsTheSameWhereTheDataIs(t *testing.T) {
	require.Equal(t, digestOf(t, "SADD s 1 2", "HSET h f 1 g 2"), digestOf(t, "HSET h g 2", "SADD s 2 x", "SREM s x", "HSET h f 1", "SADD s 1"))
	require.NotEqual(t, digestOf(t, "RPUSH l 1 2"), digestOf(t, "RPUSH l 2 1"))
	require.NotEqual(t, digestOf(t, "SET s 1"), digestOf(t, "SET s 1 EX 100"))
	require.Equal(t, digestOf(t, "SET s 1 EX 200"), digestOf(t, "SET s 1 EX 100"), "when it expires is left out")
	require.NotEqual(t, digestOf(t, "SET s 1"), digestOf(t, "SELECT 1", "SET s 1"))
}
