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
	for o := range options {
		written := o.get(c)
		require.NoError(t, o.set(c, []string{written}), "%s %q", o.name, written)
		require.Equal(t, written, o.get(c), o.name)
	}
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
	require.Contains(t, help, "\n  --port NUMBER             the TCP port (6379)\n")
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
