// ch02_flags.go: how a command line is read, what is refused, and with which words.

package cases

import (
	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// flags is what redis-server's command line has, too, from chapter 2 on.
func flags() list {
	rows := list{
		{Name: "--prot is answered with the nearest option", StageOnly: "the advice is ours", Run: advises("no --prot; did you mean --port?", "--prot", "7000")},
		{Name: "-port is answered with the nearest option", StageOnly: "the advice is ours", Run: advises("no -port; did you mean --port?", "-port", "7000")},
		{Name: "--maxclients=10 is answered with what is right", StageOnly: "the advice is ours", Run: advises("a value is a word of its own: --maxclients 10", "--maxclients=10")},
		{Name: "a log file that cannot be opened is refused with code 1", Run: refusesFlags("--logfile", "/nonexistent/redis.log")},
		{Name: "--help lists the options in 80 columns", StageOnly: "the help is ours", Run: helpFits},
	}
	for _, args := range [][]string{
		{"--maxclients=10"},
		{"-maxclients", "10"},
		{"--maxclients10"},
		{"--maxclients "},
		{"--maxclients", "10", "11"},
		{"--maxclients", "--timeout", "0"},
		{"--timeout", "-1"},
		{"--protected-mode", "maybe"},
		{"--proto-max-bulk-len", "1000"},
		{"--client-query-buffer-limit", ""},
		{"--loglevel", "info"},
		{"--logfile"},
	} {
		rows = append(rows, conformance.Case{Name: "refused with code 1: " + flagsName(args), Run: refusesFlags(args...)})
	}
	for _, args := range [][]string{
		{"--tcp-backlog", "0"},
		{"--maxclients 50"},
		{"--maxclients 50", "--timeout 0"},
		{"--MaxClients", "50"},
		{"--bind 127.0.0.1", "::1"},
		{"--protected-mode", "no", "--timeout", "1000", "--proto-max-bulk-len", "1MB", "--loglevel", "warning", "--logfile", ""},
	} {
		rows = append(rows, conformance.Case{Name: "taken: " + flagsName(args), Args: args, Run: func(t *T) { t.Dial().Exchange(cmd("PING"), "+PONG\r\n") }})
	}
	return in(2, lesson2Clients, rows)
}

// advises expects exit code 1 and these words.
func advises(words string, args ...string) func(*T) {
	return func(t *T) {
		code, output := t.Execute(args...)
		require.Equal(t, 1, code, output)
		require.Contains(t, output, words)
	}
}

func helpFits(t *T) {
	code, output := t.Execute("--help")
	require.Equal(t, 0, code, output)
	for _, option := range []string{"--bind ", "--port ", "--maxclients ", "--protected-mode ", "--loglevel "} {
		require.Contains(t, output, "\n  "+option)
	}
	requireNarrow(t, output)
}
