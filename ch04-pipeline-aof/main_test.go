package main

import (
	"errors"
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch04/internal/aof"
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

func TestParseOptions_AcceptsThoseOfTheAppendOnlyFile(t *testing.T) {
	o, err := parseOptions([]string{
		"--appendonly", "yes", "--appendfsync", "always", "--dir", "/tmp", "--appenddirname", "d", "--appendfilename", "f.aof",
		"--aof-load-truncated", "no", "--aof-use-rdb-preamble", "no", "--no-appendfsync-on-rewrite", "yes",
		"--auto-aof-rewrite-percentage", "50", "--auto-aof-rewrite-min-size", "1mb",
	})
	require.NoError(t, err)
	require.Equal(t, aof.Options{
		AppendOnly: true, AppendFsync: aof.Always, Dir: "/tmp", AppendDirName: "d", AppendFileName: "f.aof",
		NoFsyncOnRewrite: true, AutoRewritePercentage: 50, AutoRewriteMinSize: 1 << 20,
	}, o.AOF)
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
		{"--appendonly maybe", "yes or no"},
		{"--appendfsync sometimes", "always, everysec or no"},
		{"--appenddirname a/b", "a name is needed, not a path"},
		{"--aof-use-rdb-preamble yes", "only no"},
		{"--client-query-buffer-limit 1kb", "at least 1048576 bytes"},
		{"--client-output-buffer-limit replica", "normal HARD SOFT SECONDS"},
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
