package main

import (
	"errors"
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseOptions_AcceptsRedisStyleFlags(t *testing.T) {
	o, err := parseOptions([]string{"--port", "7000", "--bind", "0.0.0.0 -::1", "--maxclients=10", "--tcp-keepalive", "0", "--tcp-backlog", "5", "--maxkeys", "7"})
	require.NoError(t, err)
	require.Equal(t, 7000, o.Port)
	require.Equal(t, []string{"0.0.0.0", "-::1"}, o.Bind)
	require.Equal(t, 10, o.MaxClients)
	require.Equal(t, time.Duration(0), o.KeepAlive)
	require.Equal(t, 5, o.Backlog)
	require.Equal(t, 7, o.MaxKeys)
}

func TestParseOptions_SaysWhatWouldBeRight(t *testing.T) {
	for _, tc := range []struct{ args, want string }{
		{"--port abc", "a number from 1 to 65535"},
		{"--port 0", "a number from 1 to 65535"},
		{"--port 65536", "a number from 1 to 65535"},
		{"--port", "needs an argument"},
		{"--maxclients 0", "a number from 1"},
		{"--maxkeys -1", "a number from 0"},
		{"--tcp-keepalive -1", "a number from 0"},
		{"--bind=", "at least one address"},
		{"--prot 7000", "--help"},
		{"--bind 127.0.0.1 ::1", "in quotes"},
		{"7000", "values follow their flag"},
	} {
		_, err := parseOptions(strings.Fields(tc.args))
		require.ErrorContains(t, err, tc.want, tc.args)
	}
	_, err := parseOptions([]string{"--help"})
	require.True(t, errors.Is(err, flag.ErrHelp))
}
