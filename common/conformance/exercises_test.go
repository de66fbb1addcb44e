package conformance_test

// exercises_test.go: the READMEs' exercises, done.
//
// Where an exercise says what happens when something is changed, the change is made
// (on a copy), and it must happen. Where it asks for a design, a
// measurement or a program there is nothing to run, and it says so.

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/cases"
	"redis-internals/common/harness"
)

// exercise is one of a README's.
type exercise struct {
	chapter, number int
	begins          string // its first words: who writes it anew must look here

	open string // why there is nothing to run; "" where there is

	edits  []edit
	fails  []string // cases that fail then
	passes []string // cases that still pass
	pkg    string   // a package whose own tests fail then
	prints string   // with it: they write a file, given with -trace, and it has this line
}

// flush is where a turn writes the log.
const flush = "\tif err := s.aof.Flush(); err != nil {\n\t\ts.failed = err\n\t\ts.loop.Stop()\n\t\treturn false\n\t}\n"

var exercises = []exercise{
	{
		chapter: 1, number: 1, begins: "Serve each client in a goroutine of its own",
		edits: []edit{
			{"main.go", "\t\tif err := echo(conn); err != nil", "\t\tgo func() {\n\t\tif err := echo(conn); err != nil"},
			{"main.go", "\t\thangUp()\n\t\tconn.Close()\n", "\t\thangUp()\n\t\tconn.Close()\n\t\t}()\n"},
		},
		fails: []string{"a second client waits until the first leaves"}, passes: []string{"a line comes back", "16 MB come back while they are sent"},
	},
	{
		chapter: 1, number: 2, begins: "Make `echo` read one byte at a time",
		edits:  []edit{{"main.go", "make([]byte, readSize)", "make([]byte, 1)"}},
		passes: []string{"a line comes back", "every byte value comes back", "a half-closed connection gets its last bytes"},
	},
	{
		chapter: 1, number: 3, begins: "Take the `Write` out of `echo`",
		edits: []edit{{"main.go", "conn.Write(buf[:n])", "io.Discard.Write(buf[:n])"}},
		fails: []string{"a line comes back", "every byte value comes back"}, passes: []string{"a taken echo port is refused and named"},
	},
	{
		chapter: 2, number: 1, begins: "Break the parser: let `readBulk` not wait",
		edits: []edit{{"internal/resp/request.go", "if len(buf) < end+2 {", "if end = min(end, len(buf)-2); end < p.pos {"}},
		fails: []string{"requests cut in two anywhere are understood", "nothing is answered before the whole request is there"},
	},
	{chapter: 2, number: 2, begins: "Write `DEBUG SLEEP seconds` the wrong way", open: "a command to write"},
	{chapter: 2, number: 3, begins: "Take `TCP_NODELAY` out of", open: "a measurement"},
	{
		chapter: 2, number: 4, begins: "Replace `maxSend` by 1000",
		edits:  []edit{{"internal/server/conn.go", "maxSend     = 256 << 10", "maxSend     = 1000"}},
		passes: []string{"a client that does not read gets every byte in the end", "a large reply before QUIT arrives whole", "an argument of 1 MB comes back", "10000 requests in one write are answered in order"},
	},
	{chapter: 2, number: 5, begins: "Write your own server", open: "a program to write"},
	{
		chapter: 3, number: 1, begins: "Leave the cron out",
		edits: []edit{{"internal/server/server.go", "\tloop.After(cronPeriod, s.cron)\n", ""}},
		fails: []string{"keys that expire go without being asked for"}, passes: []string{"an expired key is gone for GET", "an expired key is gone for TTL"},
	},
	{chapter: 3, number: 2, begins: "Let `ExpireCycle` run without a budget", open: "a measurement"},
	{chapter: 3, number: 3, begins: "Make `--maxkeys` evict the key that was read last", open: "a design"},
	{
		chapter: 4, number: 1, begins: "Move `s.aof.Flush()`",
		edits: []edit{
			{"internal/server/server.go", flush, ""},
			{"internal/server/server.go", "\treturn len(s.received) > 0\n", flush + "\treturn len(s.received) > 0\n"},
		},
		fails: []string{"the log has SET as it came"}, passes: []string{"with appendfsync everysec a write reaches the log soon, without another"},
	},
	{
		chapter: 4, number: 2, begins: "Write EX instead of PXAT",
		edits: []edit{{"internal/command/string.go", `[]byte("PXAT")`, `[]byte("EX")`}},
		fails: []string{"the log has SET EX as PXAT", "the log has SET PX as PXAT"}, passes: []string{"the log has SET as it came"},
	},
	{
		chapter: 4, number: 3, begins: "Leave the call of `changing` out",
		edits: []edit{{"internal/keyspace/db.go", "func (db *DB) remove(e *entry) {\n\tdb.changing(e)\n", "func (db *DB) remove(e *entry) {\n"}},
		pkg:   "internal/keyspace",
	},
	{chapter: 4, number: 4, begins: "Set `maxRequests` to a million", open: "something to watch"},
	{
		chapter: 5, number: 1, begins: "Make the pool hold one key",
		edits: []edit{{"internal/keyspace/pool.go", "const poolSize = 16", "const poolSize = 1"}},
		pkg:   "internal/keyspace", prints: "lru, 5 samples",
	},
	{
		chapter: 5, number: 2, begins: "Let TYPE count as a use of the key",
		edits: []edit{{"internal/command/generic.go", "\to := c.DB.Peek(c.Args[1])\n\tif o == nil {\n\t\tc.ReplySimple(\"none\")", "\to := c.DB.LookupRead(c.Args[1])\n\tif o == nil {\n\t\tc.ReplySimple(\"none\")"}},
		fails: []string{"to ask about a key is no use of it"},
	},
	{chapter: 5, number: 3, begins: "Add an option `greeting`", open: "a setting to write"},
	{chapter: 5, number: 4, begins: "Time every request with two looks", open: "a measurement"},
	{chapter: 6, number: 1, begins: "Give the allocator jemalloc's classes", open: "classes to write"},
	{
		chapter: 6, number: 2, begins: "Leave `Free` out of `Delete`",
		edits: []edit{{"internal/keyspace/db.go", "\tdb.remove(e)\n\tobject.Free(e)\n\treturn true\n", "\tdb.remove(e)\n\treturn true\n"}},
		pkg:   "internal/keyspace",
	},
	{chapter: 6, number: 3, begins: "Let `PrefetchEntries` do nothing", open: "a measurement"},
	{chapter: 6, number: 4, begins: "Make the dict grow at 11 entries", open: "a measurement"},
	{
		chapter: 7, number: 1, begins: "Take the line that makes a transaction flawed out",
		edits:  []edit{{"internal/engine/multi.go", "\t\tc.multi.flawed = true\n", ""}},
		fails:  []string{"an unknown command makes EXEC refuse all", "a wrong number of arguments makes EXEC refuse all"},
		passes: []string{"MULTI, EXEC: commands are queued and answered together"},
	},
	{
		chapter: 7, number: 2, begins: "Let `Touched` answer `c.touched`",
		edits:  []edit{{"internal/engine/watch.go", "expired && !w.expired {", "expired && false {"}},
		fails:  []string{"WATCH: a key that expires is a change, noticed or not"},
		passes: []string{"WATCH and EXEC: an update that checks first"},
	},
	{
		chapter: 7, number: 3, begins: "Take `e.beginUnit()` and `e.endUnit(c)` out",
		edits:  []edit{{"internal/engine/multi.go", "\te.beginUnit()\n", ""}, {"internal/engine/multi.go", "\te.endUnit(c)\n", ""}},
		fails:  []string{"the log has a transaction as one unit"},
		passes: []string{"MULTI, EXEC: commands are queued and answered together", "nobody sees half of a transaction"},
	},
	{
		chapter: 7, number: 4, begins: "Take `c.endWatches()` out of `touch`",
		edits: []edit{{"internal/engine/watch.go", "\tc.touched = true\n\tc.endWatches()\n", "\tc.touched = true\n"}},
		passes: []string{
			"WATCH: keys of many clients", "WATCH: ten thousand keys", "WATCH: UNWATCH forgets a change that has happened",
			"WATCH: who left is no trouble", "WATCH: FLUSHDB and FLUSHALL change the keys that are there",
		},
	},
	{
		chapter: 7, number: 5, begins: "Let `takeLeave` not end the turn",
		edits: []edit{{"internal/server/shutdown.go", "\tfor s.endTurn() {\n\t}\n", ""}},
		pkg:   "internal/server",
	},
	{chapter: 7, number: 6, begins: "Let `asked` call `shutDownFor` itself", open: "something to watch"},
	{chapter: 7, number: 7, begins: "Write a counter without INCR", open: "a program to write"},
	{
		chapter: 8, number: 1, begins: "Let `widen` copy from the first member on",
		edits: []edit{{"internal/structures/intset/intset.go", "for i := n - 1; i >= 0; i-- {\n\t\tstore(all, w, first+i", "for i := range n {\n\t\tstore(all, w, first+i"}},
		pkg:   "internal/structures/intset",
	},
	{chapter: 8, number: 2, begins: "Write `Pack.InsertAll(at, texts)`", open: "a function to write"},
	{chapter: 8, number: 3, begins: "Take the line that compares the backlen out of `Validate`", open: "an input to find"},
	{
		chapter: 8, number: 4, begins: "Let `Freeze` hand out no copies",
		edits: []edit{{"internal/structures/quicklist/edit.go", "\tif p.flags&isFrozen != 0 {\n\t\tl.unshare(p)\n\t}\n\treturn &p.pack\n", "\treturn &p.pack\n"}},
		pkg:   "internal/structures/quicklist",
	},
	{chapter: 8, number: 5, begins: "Give the skip list a chance of a half", open: "a measurement"},
	{chapter: 8, number: 6, begins: "Add `GEOHASH`'s eleven characters backwards", open: "a function to write"},
	{
		chapter: 8, number: 7, begins: "Let `Push` append to the reply",
		edits: []edit{{"internal/engine/push.go", "\tif c == e.current {\n\t\tc.pushes = c.appendPush(c.pushes, wire)\n\t\treturn\n\t}\n", ""}},
		pkg:   "internal/engine",
	},
	{chapter: 8, number: 8, begins: "Compare passwords with `==`", open: "a question: what is wrong shows in time only"},
}

// TestExercises_AreAllHere holds the list against the READMEs.
func TestExercises_AreAllHere(t *testing.T) {
	item := regexp.MustCompile(`(?m)^(\d+)\. (.+)$`)
	for _, c := range stages(t) {
		_, section, _ := strings.Cut(readFile(t, filepath.Join(c.Dir, "README.md")), "\n## Exercises\n")
		section, _, _ = strings.Cut(section, "\n## ")
		found := item.FindAllStringSubmatch(section, -1)
		require.NotEmpty(t, found, "the exercises of %s", c.Name)
		var known []exercise
		for _, e := range exercises {
			if e.chapter == c.Number {
				known = append(known, e)
			}
		}
		require.Len(t, known, len(found), "%s has so many exercises", c.Name)
		for i, m := range found {
			require.Equal(t, strconv.Itoa(known[i].number), m[1])
			require.True(t, strings.HasPrefix(m[2], known[i].begins), "%s, exercise %s is now: %s", c.Name, m[1], m[2])
		}
	}
}

// TestReadmes_NameCasesThatThereAre looks at every name in quotes that a README calls
// a case.
func TestReadmes_NameCasesThatThereAre(t *testing.T) {
	names := map[string]bool{}
	for _, c := range cases.All() {
		names[c.Name] = true
	}
	for _, file := range readmes(t) {
		text := strings.Join(strings.Fields(readFile(t, file)), " ")
		for _, m := range regexp.MustCompile("[Cc]ases? `([^`]+)`").FindAllStringSubmatch(text, -1) {
			require.True(t, names[m[1]], "%s: there is no case %q", file, m[1])
		}
	}
}

// TestReadmes_NameFilesThatThereAre follows the reading orders. A file without a
// directory is in the one that was named last.
func TestReadmes_NameFilesThatThereAre(t *testing.T) {
	for _, c := range stages(t) {
		_, section, _ := strings.Cut(readFile(t, filepath.Join(c.Dir, "README.md")), "\n## The code, in reading order\n")
		section, _, _ = strings.Cut(section, "\n## ")
		dir := "."
		for _, m := range regexp.MustCompile("`([a-z0-9_/]+(?:\\.go)?)`").FindAllStringSubmatch(section, -1) {
			name := m[1]
			switch {
			case strings.HasPrefix(name, "internal/") && strings.HasSuffix(name, ".go"):
				dir = filepath.Dir(name)
			case strings.HasPrefix(name, "internal/"):
				dir = name
			case name == "main.go":
			case strings.HasSuffix(name, ".go"):
				name = filepath.Join(dir, name)
			default:
				continue // a function
			}
			_, err := os.Stat(filepath.Join(c.Dir, name))
			require.NoError(t, err, "%s, in its reading order", c.Name)
		}
	}
}

func TestExercises(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a server an exercise")
	}
	byName := map[string]conformance.Case{}
	for _, c := range cases.All() {
		byName[c.Name] = c
	}
	for _, chapter := range stages(t) {
		for _, e := range exercises {
			if e.chapter != chapter.Number || e.open != "" {
				continue
			}
			name := "ch" + strconv.Itoa(e.chapter) + "-exercise-" + strconv.Itoa(e.number)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if e.pkg != "" {
					e.test(t, chapter)
					return
				}
				target := startEdited(t, chapter, name, e.edits...)
				for _, n := range e.fails {
					require.Equal(t, conformance.Failed, run(t, target, byName, n).Status, "%s must fail", n)
				}
				for _, n := range e.passes {
					r := run(t, target, byName, n)
					require.Equal(t, conformance.Passed, r.Status, "%s must pass: %s", n, r.Report)
				}
			})
		}
	}
}

// test runs the package's own tests: they fail, or what they are to print is there.
func (e exercise) test(t *testing.T, chapter chapters.Chapter) {
	files := edited(t, chapter, e.edits)
	if e.prints == "" {
		out, err := harness.TestReplacing(chapter, files, e.pkg)
		require.Error(t, err, out)
		require.Contains(t, out, "--- FAIL", "a test fails")
		return
	}
	picture := filepath.Join(t.TempDir(), "picture.txt")
	out, _ := harness.TestReplacing(chapter, files, e.pkg, "-run", "Eviction", "-args", "-trace", picture)
	text, err := os.ReadFile(picture)
	require.NoError(t, err, out)
	require.Contains(t, string(text), e.prints)
}
