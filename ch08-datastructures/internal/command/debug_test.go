package command

import (
	"math"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
)

// debugged executes DEBUG with these words, where the settings allow it to whom they say.
func debugged(allowed config.Allowed, local bool, words ...string) string {
	c := newTestEngine().NewClient(7)
	c.Engine.Config.EnableDebugCommand, c.Local = allowed, local
	for _, word := range append([]string{"debug"}, words...) {
		c.Args = append(c.Args, []byte(word))
	}
	c.Engine.Execute(&c)
	return string(c.Reply)
}

func TestDebug_MustBeAllowed(t *testing.T) {
	for _, tc := range []struct {
		allowed     config.Allowed
		local, runs bool
	}{
		{config.Nobody, true, false},
		{config.Nobody, false, false},
		{config.LocalClients, true, true},
		{config.LocalClients, false, false},
		{config.Everybody, true, true},
		{config.Everybody, false, true},
	} {
		want := "-ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a " +
			"local connection, otherwise you need to set this option in the configuration file, and then restart the server.\r\n"
		if tc.runs {
			want = "+OK\r\n"
		}
		require.Equal(t, want, debugged(tc.allowed, tc.local, "SLEEP", "0"), "%+v", tc)
	}
	require.Equal(t, "-ERR wrong number of arguments for 'debug' command\r\n", debugged(config.Nobody, false))
}

func TestDebug_AnswersAsRedisToWhatItDoesNotKnow(t *testing.T) {
	for _, words := range []string{"nosuch", "sleep", "sleep 0 0", "help x"} {
		sub, _, _ := strings.Cut(words, " ")
		require.Equal(t, "-ERR unknown subcommand or wrong number of arguments for '"+sub+"'. Try DEBUG HELP.\r\n",
			debugged(config.Everybody, false, strings.Fields(words)...), words)
	}
}

func TestDebug_CrashesWithPanicsThatCanBeRecovered(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	require.PanicsWithError(t, "runtime error: invalid memory address or nil pointer dereference", func() { debugged(config.Everybody, false, "segfault", "x") })
	require.Panics(t, func() { debugged(config.Everybody, false, "Panic") })
}

func TestParseSeconds_ReadsTheNumberThatAnArgumentBeginsWith(t *testing.T) {
	for arg, want := range map[string]time.Duration{
		"1": time.Second, "0.25": 250 * time.Millisecond, " 2x": 2 * time.Second, "1e-3": time.Millisecond, "0x1p-1": time.Second / 2,
		"": 0, "x": 0, "-1": 0, "nan": 0, "inf": 0, "1e30": 0, "1\x002": time.Second, ".5.5": time.Second / 2,
		strings.Repeat("0", 1<<20): 0,
	} {
		require.Equal(t, want, parseSeconds([]byte(arg)), "%.80q", arg)
	}
	require.Equal(t, time.Duration(0), parseSeconds([]byte("9223372037")), "longer than a Duration can be: %d", int64(math.MaxInt64))
}
