package duel_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/duel"
	"redis-internals/common/harness"
	"redis-internals/common/terminal"
)

// fight has the learner's server meet the chapter's stage or redis-server, and returns what is
// reported.
func fight(t *testing.T, bug string, core, all time.Duration) (alike bool, report string) {
	t.Helper()
	root, err := chapters.Root()
	require.NoError(t, err)
	list, err := chapters.List(root)
	require.NoError(t, err)
	line := fmt.Sprintf("env %s='%s' %s {port}", bugVariable, bug, os.Args[0])
	judged, err := conformance.CommandTarget(harness.Command{Name: "your server", Line: line}, 3)
	require.NoError(t, err)
	defer judged.Close()
	oracle, err := duel.NewOracle(list, 3)
	require.NoError(t, err)
	defer oracle.Close()
	d := duel.Duel{Judged: judged, Oracle: oracle, Seed: 5, Core: core, All: all, Shorten: time.Minute, Progress: &terminal.Progress{}}
	rounds, err := d.Fight()
	require.NoError(t, err)
	var out bytes.Buffer
	alike = d.Report(&out, rounds, false)
	for line := range strings.Lines(out.String()) {
		require.LessOrEqual(t, len([]rune(line)), terminal.Columns+1, line)
	}
	return alike, out.String()
}

// found is longer than it takes to find a bug: a round ends when it has.
const found = 2 * time.Minute

// Each of the bugs is found from sessions of some fifty commands, and told in as few as it
// takes. Which of several shortest sessions is come upon is left open.
func TestDuel_FindsTheShortestSession(t *testing.T) {
	const heads = `\n  your server {29}(redis-server|ch03)\n`
	for bug, session := range map[string]string{
		"argument ends at NUL": heads + `  > ECHO "\\x00" +> ECHO "\\x00"
  "" +"\\x00"
$`,
		"SET keeps the time limit": heads + `  > SET [kl] . [EePp][Xx] 100000 +> SET [kl] . [EePp][Xx] 100000
  OK +OK
  > SET [kl] . +> SET [kl] .
  OK +OK
  > TTL [kl] +> TTL [kl]
  \(integer\) 100(000)? +\(integer\) -1
$`,
		"a negative EXPIRE keeps the key": heads + `  > SET [kl] . +> SET [kl] .
  OK +OK
  > EXPIRE [kl] -1 +> EXPIRE [kl] -1
  \(integer\) 1 +\(integer\) 1
  > (GET|TTL|DEL|EXPIRE) [kl].*
.*
$`,
		"null is an array": heads + `  > GET [kl] +> GET [kl]
  \(nil\) +\(nil\)

On the wire the last replies are "\*-1\\r\\n" and "\$-1\\r\\n"\.
$`,
		"GET of nothing ends the server": heads + `  > GET [kl] +> GET [kl]
  \(no reply: it closed the connection\) +\(nil\)

  The server ended with exit code 2. The last that it printed:
  panic: no such key
`,
		"GET of nothing hangs": heads + `  > GET [kl] +> GET [kl]
  \(no reply\) +\(nil\)
$`,
		"leaving client ends all": heads + `  > PING +> PING
  PONG +PONG
  \(the client leaves, and it ends\)

  The server ended with exit code 3. The last that it printed:
  a client has left
$`,
		"FLUSHALL": `not asked, as it does not know them: EXISTS EXPIREAT .* UNLINK
all: different, found after \d+ commands?; the shortest session that shows it:
` + heads + `  > .*
  .*
$`,
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			core, all := found, found
			if bug == "FLUSHALL" {
				core = time.Second // in which nothing is found
			}
			alike, report := fight(t, bug, core, all)
			require.False(t, alike, report)
			require.Regexp(t, `(?s)`+strings.ReplaceAll(session, ".*\n", "[^\n]*\n"), strings.TrimRight(report, "\n")+"\n")
		})
	}
}

func TestDuel_ASoundServerIsAlike(t *testing.T) {
	alike, report := fight(t, "none", 300*time.Millisecond, 0)
	require.True(t, alike, report)
	require.Regexp(t, `^core: alike in \d{2,} commands\nall: not asked: it needs FLUSHALL`, report)
}
