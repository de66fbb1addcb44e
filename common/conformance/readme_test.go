package conformance_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/transcript"
)

// TestReadmes replays the redis-cli sessions of each chapter's README on its
// stage, and on redis-server those that are not marked "ours".
func TestReadmes(t *testing.T) {
	for _, c := range stages(t) {
		t.Run(fmt.Sprintf("ch%02d", c.Number), func(t *testing.T) {
			blocks := sessions(t, c)
			if len(blocks) == 0 {
				t.Skip("no redis-cli sessions in its README")
			}
			t.Run("stage", func(t *testing.T) {
				target, err := conformance.StageTarget(c)
				require.NoError(t, err)
				t.Cleanup(target.Close)
				replayAll(t, target, blocks)
			})
			t.Run("redis", func(t *testing.T) { replayAll(t, redisTarget(t), blocks) })
		})
	}
}

func sessions(t *testing.T, c chapters.Chapter) []transcript.Block {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(c.Dir, "README.md"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	blocks, err := transcript.Parse(string(readme))
	require.NoError(t, err, "%s/README.md", c.Name)
	return blocks
}

// replayAll replays a README's blocks in order on one fresh server, each on a
// connection of its own: a later block sees what an earlier one left.
func replayAll(t *testing.T, target *conformance.Target, blocks []transcript.Block) {
	for _, b := range blocks {
		if b.Ours && target.Redis {
			continue
		}
		t.Run(fmt.Sprintf("line %d", b.Line), func(t *testing.T) {
			check(t, conformance.Run(target, conformance.Case{Name: "README", Run: replay(b)}))
		})
	}
}

func replay(b transcript.Block) func(*conformance.T) {
	return func(t *conformance.T) {
		c := t.Dial()
		for _, step := range b.Steps {
			words, err := transcript.Words(step.Typed)
			require.NoError(t, err, "line %d: %s", step.Line, step.Typed)
			require.NoError(t, step.Check(transcript.Print(words, c.Call(words...))))
		}
	}
}

// TestReadmes_ReplayNoticesAWrongReply makes sure that a README can fail.
func TestReadmes_ReplayNoticesAWrongReply(t *testing.T) {
	target := redisTarget(t)
	for page, passes := range map[string]bool{
		"127.0.0.1:6379> ECHO \"a b\"\n\"a b\"\n127.0.0.1:6379> PING\nPONG\n": true,
		"127.0.0.1:6379> PING\n\"PONG\"\n":                                    false,
	} {
		blocks, err := transcript.Parse("```redis-cli\n" + page + "```\n")
		require.NoError(t, err)
		r := conformance.Run(target, conformance.Case{Run: replay(blocks[0])})
		require.Equal(t, passes, r.Status == conformance.Passed, "%s", r.Report)
	}
}

// TestFormat_AgreesWithRedisCli compares our formatter with the real one.
func TestFormat_AgreesWithRedisCli(t *testing.T) {
	target := redisTarget(t)
	host, port, err := net.SplitHostPort(target.Addr)
	require.NoError(t, err)
	for _, typed := range []string{
		`PING`, `ECHO ""`, `ECHO "a\x00\xff\n\r\t\a\b\"\\"`, `nosuch`, `GET nosuch`, `CLIENT KILL`, `DBSIZE`,
		`COMMAND INFO ping nosuch`, `COMMAND DOCS ping`, `COMMAND LIST FILTERBY PATTERN x*`, `KEYS nosuch`,
		`HELLO 3`, `HELLO 2`, `CONFIG GET max*`, `COMMAND INFO get set client`,
	} {
		words, err := transcript.Words(typed)
		require.NoError(t, err)
		for _, protocol := range []string{"2", "3"} {
			if words[0] == "HELLO" && words[1] != protocol {
				continue
			}
			r := conformance.Run(target, conformance.Case{Name: typed, Run: func(t *conformance.T) {
				c := t.Dial()
				if protocol == "3" {
					c.Call("HELLO", "3")
				}
				ours := transcript.Print(words, c.Call(words...))
				_, theirs := t.Command("redis-cli", typed+"\n", "-h", host, "-p", port, "-"+protocol, "--no-raw")
				require.Equal(t, withoutID(theirs), withoutID(ours), "RESP%s: %s", protocol, typed)
			}})
			check(t, r)
		}
	}
}

// withoutID leaves out HELLO's line with the connection's number.
func withoutID(s string) string {
	var kept []string
	for line := range strings.Lines(s) {
		if !strings.Contains(line, `"id" => (integer)`) && !strings.HasPrefix(line, " 8) (integer)") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
