package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/logging"
)

func TestParse_TakesRedisFlags(t *testing.T) {
	c := Default()
	require.NoError(t, c.Parse([]string{
		"--port", "7000", "--BIND", "0.0.0.0", "-::1", "--maxclients", "10", "--tcp-backlog", "0", "--tcp-keepalive", "0",
		"--protected-mode", "No", "--timeout", "5", "--client-query-buffer-limit", "2mb", "--proto-max-bulk-len", "1mb",
		"--loglevel", "WARNING", "--logfile", "a b",
	}))
	require.Equal(t, 7000, c.Port)
	require.Equal(t, []string{"0.0.0.0", "-::1"}, c.Bind)
	require.Equal(t, []int{10, 0, 0, 5}, []int{c.MaxClients, c.Backlog, c.KeepAlive, c.Timeout})
	require.False(t, c.ProtectedMode)
	require.Equal(t, []int{2 << 20, 1 << 20}, []int{c.MaxQuery, c.MaxBulk})
	require.Equal(t, logging.Warning, c.LogLevel)
	require.Equal(t, "a b", c.LogFile)
}

func TestParse_SplitsAWordThatHoldsAnOptionAndItsValue(t *testing.T) {
	c := Default()
	require.NoError(t, c.Parse([]string{"--port 7000", `--logfile "x y"`, "--bind 127.0.0.1", "::1"}))
	require.Equal(t, 7000, c.Port)
	require.Equal(t, "x y", c.LogFile)
	require.Equal(t, []string{"127.0.0.1", "::1"}, c.Bind)
}

func TestParse_TakesTheFirstWordBehindAnOptionForItsValue(t *testing.T) {
	c := Default()
	require.NoError(t, c.Parse([]string{"--logfile", "--port", "--port", "7000"}))
	require.Equal(t, "--port", c.LogFile)
	require.Equal(t, 7000, c.Port)
}

func TestParse_LetsTheLastOneCount(t *testing.T) {
	c := Default()
	require.NoError(t, c.Parse([]string{"--port", "7000", "--timeout", "1", "--port", "7001"}))
	require.Equal(t, 7001, c.Port)
}

func TestParse_SaysWhatIsWrongAndWhatWouldBeRight(t *testing.T) {
	for _, tc := range []struct{ args, want string }{
		{"--port abc", "--port abc: argument couldn't be parsed into an integer (--help lists the options)"},
		{"--port -1", "--port -1: argument must be between 0 and 65535 inclusive"},
		{"--port 65536", "argument must be between 0 and 65535 inclusive"},
		{"--port +7", "couldn't be parsed into an integer"},
		{"--port 07", "couldn't be parsed into an integer"},
		{"--port", "--port: wrong number of arguments"},
		{"--port 1 2", "--port 1 2: wrong number of arguments"},
		{"--port --timeout 1", "--port --timeout 1: wrong number of arguments"},
		{"--maxclients 0", "argument must be between 1 and 4294967295 inclusive"},
		{"--tcp-keepalive -1", "argument must be between 0 and 2147483647 inclusive"},
		{"--timeout -1", "argument must be between 0 and 2147483647 inclusive"},
		{"--bind", "wrong number of arguments"},
		{"--protected-mode maybe", "argument must be 'yes' or 'no'"},
		{"--client-query-buffer-limit 1kb", "argument must be between 1048576 and 9223372036854775807 inclusive"},
		{"--proto-max-bulk-len 1x", "argument must be a memory value"},
		{"--loglevel info", "argument(s) must be one of the following: debug, verbose, notice, warning"},
		{"--prot 7000", "no --prot; did you mean --port?"},
		{"--Prot 7000", "no --Prot; did you mean --port?"},
		{"--maxclient 7", "no --maxclient; did you mean --maxclients?"},
		{"--protectedmode no", "no --protectedmode; did you mean --protected-mode?"},
		{"--xyz 1", "no --xyz (--help lists the options)"},
		{"-port 7000", "no -port; did you mean --port?"},
		{"-p 7000", "no -p (--help lists the options)"},
		{"--timeout=5", "no --timeout=5; a value is a word of its own: --timeout 5"},
		{"--prot=7000", "no --prot=7000; did you mean --port?"},
		{"7000", "7000"},
		{"--", "is no option"},
		{"--\"x", "is no option"},
	} {
		require.ErrorContains(t, Default().Parse(strings.Fields(tc.args)), tc.want, tc.args)
	}
}

func TestParse_KnowsWhoAsksForNoServer(t *testing.T) {
	for args, want := range map[string]error{"--help": ErrHelp, "-h": ErrHelp, "--port 7000 --help": ErrHelp, "--version": ErrVersion, "-v": ErrVersion} {
		require.ErrorIs(t, Default().Parse(strings.Fields(args)), want, args)
	}
}

func TestParseMemory_KnowsTheUnitsOfRedisConf(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "1024": 1024, "5b": 5, "1k": 1000, "1kb": 1024, "2M": 2_000_000, "2Mb": 2 << 20, "3g": 3_000_000_000, "3GB": 3 << 30,
		"": 0, "mb": 0, "9223372036854775807": 1<<63 - 1, "9223372036854775808": -1, "9223372036854775807k": -1, "9999999999gb": -1,
	} {
		got, ok := ParseMemory(text)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"1tb", "1bk", "-1", "+1", "1.5gb", "1 mb", " 1", "x", "kb1"} {
		_, ok := ParseMemory(text)
		require.False(t, ok, text)
	}
}
