// ch04_flags.go: the command line of chapter 4.

package cases

import (
	"strings"

	"redis-internals/common/conformance"
)

// aofFlags is the command line of chapter 4: the names and values are Redis'.
func aofFlags() list {
	rows := list{
		{Name: "an appenddirname with a slash is refused with code 1", Run: refusesFlags("--appenddirname", "some/dir")},
		{Name: "an appendfilename with a slash is refused with code 1", Run: refusesFlags("--appendfilename", "some/file")},
		{Name: "an appendfilename with a backslash is refused with code 1", Run: refusesFlags("--appendfilename", `some\file`)},
		{Name: "--appendonly=yes is answered with what is right", StageOnly: "the advice is ours", Run: advises("a value is a word of its own: --appendonly yes", "--appendonly=yes")},
	}
	for _, args := range [][]string{
		{"--appendonly", "maybe"},
		{"--appendonly", "1"},
		{"--appendonly=yes"},
		{"--appendfsync", "sometimes"},
		{"--appenddirname", ""},
		{"--appendfilename", ""},
		{"--aof-load-truncated", "x"},
		{"--auto-aof-rewrite-percentage", "-1"},
		{"--auto-aof-rewrite-percentage", "x"},
		{"--auto-aof-rewrite-percentage", "10%"},
		{"--auto-aof-rewrite-min-size", "x"},
		{"--auto-aof-rewrite-min-size", "-1"},
		{"--auto-aof-rewrite-min-size", "10xb"},
		{"--no-appendfsync-on-rewrite", "x"},
		{"--aof-use-rdb-preamble", "x"},
		{"--client-query-buffer-limit", "1000"},
		{"--client-query-buffer-limit", "x"},
		{"--client-output-buffer-limit", "normal 1mb 0"},
		{"--client-output-buffer-limit", "nosuch 1mb 0 0"},
		{"--client-output-buffer-limit", "normal x 0 0"},
		{"--client-output-buffer-limit", "normal 0 0 -1"},
	} {
		rows = append(rows, conformance.Case{Name: "refused with code 1: " + flagsName(args), Run: refusesFlags(args...)})
	}
	for _, flag := range []string{"--appendonly", "--appendfsync", "--appendfilename", "--client-query-buffer-limit", "--auto-aof-rewrite-min-size"} {
		rows = append(rows, conformance.Case{Name: "refused with code 1: " + flag + " without a value", Run: refusesFlags(flag)})
	}
	rows = append(rows, conformance.Case{Name: "refused with code 1: --aof-use-rdb-preamble yes", StageOnly: "Redis writes RDB", Run: refusesFlags("--aof-use-rdb-preamble", "yes")})
	for _, args := range [][]string{
		{"--appendonly", "YES", "--appendfsync", "EverySec", "--aof-use-rdb-preamble", "no"},
		{"--appendonly", "yes", "--appendonly", "no"},
		{"--auto-aof-rewrite-min-size", "1gb", "--auto-aof-rewrite-percentage", "0"},
		{"--auto-aof-rewrite-min-size", "64MB"},
		{"--auto-aof-rewrite-min-size", "100k"},
		{"--auto-aof-rewrite-min-size", "1000000"},
		{"--auto-aof-rewrite-min-size", "0"},
		{"--auto-aof-rewrite-min-size", ""},
		{"--appendonly no", "--appendfsync always"},
		{"--client-query-buffer-limit", "1mb"},
		{"--client-output-buffer-limit", "normal 1gb 64mb 60"},
		{"--client-output-buffer-limit", "normal 0 0 0"},
		{"--no-appendfsync-on-rewrite", "yes", "--aof-load-truncated", "no"},
		{"--dir", "."},
	} {
		rows = append(rows, conformance.Case{Name: "taken: " + flagsName(args), Args: args, Run: func(t *T) { t.Dial().Exchange(cmd("PING"), "+PONG\r\n") }})
	}
	return in(4, lesson4AOF, rows)
}

// flagsName is a command line in a case's name.
func flagsName(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = a
		if a == "" || strings.Contains(a, " ") {
			words[i] = `"` + a + `"`
		}
	}
	return strings.Join(words, " ")
}
