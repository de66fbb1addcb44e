package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOptions_HaveEachItsOwnNameAndASentence(t *testing.T) {
	seen := map[string]bool{}
	for o := range options {
		require.False(t, seen[o.name], "%s stands twice in the table", o.name)
		seen[o.name] = true
		require.Equal(t, strings.ToLower(o.name), o.name)
		require.NotEmpty(t, o.about, o.name)
		require.Same(t, o, find(o.name))
	}
	require.Nil(t, find("nosuch"))
}

func TestOptions_ReadWhatTheyWrite(t *testing.T) {
	c := Default()
	seen := map[string]bool{}
	for o := range settable {
		require.False(t, seen[o.name], "%s is in two tables", o.name)
		seen[o.name] = true
		written := o.get(c)
		require.NoError(t, o.set(c, []string{written}), "%s %q", o.name, written)
		require.Equal(t, written, o.get(c), o.name)
	}
}

// Settings about what there is not begin as Redis' do, and a copy of all keeps its own.
func TestForeign_ACopyKeepsItsOwnValues(t *testing.T) {
	c := Default()
	o := findForeign("slave-priority")
	require.Equal(t, "replica-priority", o.name)
	require.NoError(t, o.set(c, []string{"7"}))
	before := *c
	require.NoError(t, o.set(c, []string{"8"}))
	require.Equal(t, "8", o.get(c))
	require.Equal(t, "7", o.get(&before))
	require.Equal(t, "100", o.get(Default()))
}

func TestSavePoints_AreForWhoLogsEveryWrite(t *testing.T) {
	c := Default()
	saved := func() string { return savePoints.get(c) }
	require.ErrorContains(t, c.Set([]string{"save", "900 1"}, none), "this server writes no RDB")
	require.ErrorContains(t, c.Set([]string{"save", "900"}, none), "Invalid save parameters")
	require.NoError(t, c.Set([]string{"save", "900 1", "appendonly", "yes"}, none))
	require.Equal(t, "900 1", saved())
	require.ErrorContains(t, c.Set([]string{"appendonly", "no", "save", "60 1"}, none), "this server writes no RDB")
	require.Equal(t, "900 1", saved())
	require.NoError(t, c.Set([]string{"appendonly", "no"}, none))
	require.Empty(t, saved(), "without a log they do not hold")
}

func TestRewritten_KeepsLinesThatSayWhatIs(t *testing.T) {
	const file = "# all\nHZ  20 \nmaxmemory 1GB\nclient-output-buffer-limit pubsub 1 2 3\ntimeout 5\nrepl-backlog-size 2mb\n"
	c := Default()
	require.NoError(t, c.Parse([]string{write(t, file)}))
	require.Equal(t, file, c.rewritten(file))
	require.NoError(t, c.Set([]string{"timeout", "6", "client-output-buffer-limit", "normal 1 1 1 pubsub 4 5 6", "repl-backlog-ttl", "7"}, none))
	want := "# all\nHZ  20 \nmaxmemory 1GB\nclient-output-buffer-limit pubsub 4 5 6\ntimeout 6\nrepl-backlog-size 2mb\n\n" + rewriteMark +
		"\nclient-output-buffer-limit normal 1 1 1\nrepl-backlog-ttl 7\n"
	require.Equal(t, want, c.rewritten(file))
	require.Equal(t, want, c.rewritten(want))
}

func TestHelp_TellsOfEveryOptionInEightyColumns(t *testing.T) {
	help := Help("server")
	for _, line := range strings.Split(help, "\n") {
		require.Less(t, len(line), helpWidth, line)
	}
	for o := range options {
		require.Contains(t, help, "  --"+o.name+" ")
	}
	require.Contains(t, help, `
  --bind ADDRESS ...        where to listen; a leading - marks an address that
                            may be missing, * is every one ("127.0.0.1 -::1")
`)
	require.Contains(t, help, "\n  --port NUMBER             the TCP port; 0 is none (6379)\n")
	require.Contains(t, help, "\n  --proto-max-bulk-len SIZE\n                            one argument of a request (512mb)\n")
}

func TestSlips_CountsWhatFingersDo(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"port", "port", 0},
		{"prot", "port", 1},
		{"pot", "port", 1},
		{"portt", "port", 1},
		{"pert", "port", 1},
		{"", "port", 4},
		{"port", "", 4},
		{"abcd", "port", 4},
		{"maxclinets", "maxclients", 1},
		{"opt", "port", 2},
	} {
		require.Equal(t, tc.want, slips(tc.a, tc.b), "%s, %s", tc.a, tc.b)
	}
}
