package config

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParse_TakesTheFlagsOfTheAppendOnlyFile(t *testing.T) {
	c := Default()
	require.NoError(t, c.Parse([]string{
		"--appendonly", "yes", "--appendfsync", "always", "--dir", "/tmp", "--appenddirname", "d", "--appendfilename", "f.aof",
		"--aof-load-truncated", "no", "--aof-use-rdb-preamble", "no", "--no-appendfsync-on-rewrite", "yes",
		"--auto-aof-rewrite-percentage", "50", "--auto-aof-rewrite-min-size", "1mb",
	}))
	require.True(t, c.AppendOnly)
	require.Equal(t, Always, c.AppendFsync)
	require.Equal(t, []string{"/tmp", "d", "f.aof"}, []string{c.Dir, c.AppendDirName, c.AppendFileName})
	require.False(t, c.AOFLoadTruncated)
	require.True(t, c.NoFsyncOnRewrite)
	require.Equal(t, []int{50, 1 << 20}, []int{c.AutoRewritePercentage, c.AutoRewriteMinSize})
}

func TestParse_RefusesWhatTheAppendOnlyFileCannotHave(t *testing.T) {
	for _, tc := range []struct{ args, want string }{
		{"--appendonly maybe", "argument must be 'yes' or 'no'"},
		{"--appendonly=yes", "no --appendonly=yes; a value is a word of its own: --appendonly yes"},
		{"--appendfsync sometimes", "argument(s) must be one of the following: everysec, always, no"},
		{"--appenddirname a/b", "appenddirname can't be a path, just a dirname"},
		{"--appenddirname ..", "appenddirname can't be a path, just a dirname"},
		{`--appendfilename a\b`, "appendfilename can't be a path, just a filename"},
		{"--appendfilename a\x00b", "appendfilename can't be a path, just a filename"},
		{"--aof-use-rdb-preamble yes", "argument must be 'no': this server writes commands, never RDB"},
		{"--auto-aof-rewrite-min-size +1", "argument must be a memory value"},
	} {
		require.ErrorContains(t, Default().Parse(strings.Fields(tc.args)), tc.want, tc.args)
	}
	require.ErrorContains(t, Default().Parse([]string{"--appendfilename", ""}), "appendfilename can't be empty")
	require.ErrorContains(t, Default().Parse([]string{"--appenddirname", ""}), "appenddirname can't be empty")
}

func TestOutputLimits_AreFourWordsForEachClass(t *testing.T) {
	c := Default()
	require.NoError(t, c.Parse([]string{"--client-output-buffer-limit", "Normal", "10mb", "1mb", "60", "replica", "1", "2", "3"}))
	require.Equal(t, OutputLimit{10 << 20, 1 << 20, time.Minute}, c.Output[Normal])
	require.Equal(t, OutputLimit{1, 2, 3 * time.Second}, c.Output[Replica])
	require.Equal(t, OutputLimit{32 << 20, 8 << 20, time.Minute}, c.Output[PubSub])
	before := c.Output
	for text, want := range map[string]string{
		"normal 1 2":                 "Wrong number of arguments in buffer limit configuration.",
		"normal 1 2 3 4":             "Wrong number of arguments in buffer limit configuration.",
		"nosuch 1 2 3":               "Invalid client class specified in buffer limit configuration.",
		"normal x 2 3":               "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
		"normal 1 x 3":               "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
		"normal 1 2 x":               "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
		"normal 1 2 -1":              "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
		"normal 1 2 99999999999":     "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
		"pubsub 1 1 1 normal 1 -1 1": "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
	} {
		require.ErrorContains(t, c.Parse([]string{"--client-output-buffer-limit", text}), want, text)
	}
	require.Equal(t, before, c.Output)
}
