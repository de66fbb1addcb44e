package conformance_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/transcript"
)

// TestReadmes goes through each chapter's README as a reader would: starts the server
// with the `make run` line, types the sessions, runs the shell lines. Sessions are
// replayed on redis-server too, but for those that are marked "ours".
func TestReadmes(t *testing.T) {
	for _, c := range stages(t) {
		t.Run(fmt.Sprintf("ch%02d", c.Number), func(t *testing.T) {
			scenes := scenesOf(t, blocksOf(t, filepath.Join(c.Dir, "README.md")))
			t.Run("stage", func(t *testing.T) { playAll(t, stageTarget(t, c), scenes) })
			t.Run("redis", func(t *testing.T) { playAll(t, redisTarget(t), scenes) })
		})
	}
}

func blocksOf(t *testing.T, file string) []transcript.Block {
	t.Helper()
	blocks, err := transcript.Parse(readFile(t, file))
	require.NoError(t, err, file)
	return blocks
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// scene is a server and all that a README does with it.
type scene struct {
	args   []string // of the server
	acts   []act
	begins int // the line that starts it
}

// act is a session, a shell line, or a look at what that has printed or the server has
// logged.
type act struct {
	block *transcript.Block // nil for a shell line
	line  transcript.Line
}

// scenesOf cuts a README at its `make run` lines. What stands before the first is a
// scene of a server with the defaults.
func scenesOf(t *testing.T, blocks []transcript.Block) []scene {
	scenes := []scene{{begins: 1}}
	last := func() *scene { return &scenes[len(scenes)-1] }
	for _, b := range blocks {
		switch {
		case b.NotRun != "":
		case b.Kind == transcript.Session || b.Kind == transcript.Output || b.Kind == transcript.Log:
			last().acts = append(last().acts, act{block: &b})
		case b.Kind == transcript.Shell:
			for _, line := range commandsOf(b) {
				if verb := makeOf(t, line); verb.name == "run" {
					scenes = append(scenes, scene{args: verb.args(t), begins: line.Number})
				} else {
					last().acts = append(last().acts, act{line: line})
				}
			}
		}
	}
	return scenes
}

// playAll plays the scenes one after another. They share a directory, which stands for
// /tmp: what one server has written there the next one finds.
func playAll(t *testing.T, target *conformance.Target, scenes []scene) {
	tmp := t.TempDir()
	for _, s := range scenes {
		args := slices.Clone(s.args)
		for i, a := range args {
			args[i] = strings.ReplaceAll(a, "/tmp", tmp)
		}
		if target.Redis && slices.Contains(args, "--maxkeys") { // which is no setting of Redis'
			continue
		}
		t.Run(fmt.Sprintf("line %d", s.begins), func(t *testing.T) {
			check(t, conformance.Run(target, conformance.Case{Name: "README", Own: true, Args: args, Timeout: 5 * time.Minute, Run: func(t *conformance.T) {
				s.play(t, target, tmp)
			}}))
		})
	}
}

func (s scene) play(t *conformance.T, target *conformance.Target, tmp string) {
	var line transcript.Line
	printed, ran := "", true // without nc or redis-cli a line cannot be run, and has no effect
	for _, a := range s.acts {
		switch {
		case a.block != nil && a.block.Kind == transcript.Session:
			if !a.block.Ours || !target.Redis {
				replay(*a.block)(t)
			}
		case target.Redis: // it has a log of its own, and the lines were tried already
		case a.block == nil:
			line = a.line
			printed, ran = runShell(t, line, tmp)
		case !ran:
		case a.block.Kind == transcript.Output:
			await(t, a.block.CheckOutput(printed), func() error { // it looks at what a server does meanwhile
				printed, _ = runShell(t, line, tmp)
				return a.block.CheckOutput(printed)
			})
		default:
			await(t, a.block.CheckLog(t.Server().Log()), func() error { return a.block.CheckLog(t.Server().Log()) })
		}
	}
}

// await looks again until there is no error any more.
func await(t *conformance.T, err error, again func() error) {
	for end := time.Now().Add(t.Patience()); err != nil && time.Now().Before(end); err = again() {
		time.Sleep(50 * time.Millisecond)
	}
	require.NoError(t, err)
}

// replay types a session: each window has a connection, and its prompt is checked too.
func replay(b transcript.Block) func(*conformance.T) {
	type window struct {
		transcript.Window
		conn *conformance.Conn
	}
	return func(t *conformance.T) {
		windows := map[string]*window{}
		for _, step := range b.Steps {
			w := windows[step.Window]
			if w == nil {
				w = &window{conn: t.Dial()}
				windows[step.Window] = w
			}
			require.Equal(t, w.State(), step.State, "line %d: what the prompt tells", step.Line)
			words, err := transcript.Words(step.Typed)
			require.NoError(t, err, "line %d: %s", step.Line, step.Typed)
			reply := w.conn.Call(words...)
			require.NoError(t, step.Check(transcript.Print(words, reply)))
			w.Note(words, reply)
		}
	}
}

// TestReadmes_ReplayNoticesAWrongReply makes sure that a README can fail.
func TestReadmes_ReplayNoticesAWrongReply(t *testing.T) {
	target := redisTarget(t)
	for page, passes := range map[string]bool{
		"127.0.0.1:6379> ECHO \"a b\"\n\"a b\"\n127.0.0.1:6379> PING\nPONG\n":         true,
		"127.0.0.1:6379> PING\n\"PONG\"\n":                                            false,
		"A> MULTI\nOK\n  B> GET suite:readme\n  (nil)\nA(TX)> EXEC\n(empty array)\n":  true,
		"A> MULTI\nOK\n  B> GET suite:readme\n  QUEUED\nA(TX)> EXEC\n(empty array)\n": false,
		"A> MULTI\nOK\n  B(TX)> GET suite:readme\n  (nil)\nA> EXEC\n(empty array)\n":  false,
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
