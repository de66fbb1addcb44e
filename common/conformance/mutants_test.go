package conformance_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/cases"
	"redis-internals/common/harness"
)

// mutant is a chapter with one mistake in it, of a kind that people make. The
// suite is worth its time if it notices: the cases in caught must fail.
type mutant struct {
	chapter int // 2 if none is given
	name    string
	file    string // inside the chapter
	find    string // stands in the file once
	put     string // in its place
	caught  []string
}

// sound are cases that no mutant of the list breaks: a mutant that does not
// even serve would prove nothing.
var sound = []string{"go-redis connects with its defaults"}

var mutants = []mutant{
	{
		name: "unknown-command-answers-pong", file: "internal/engine/execute.go",
		find:   "\t\te.rejectUnknown(c)\n",
		put:    "\t\tc.ReplyWire(\"+PONG\\r\\n\")\n",
		caught: []string{"an unknown command is refused by name", "CLIENT refuses an unknown subcommand", "POST closes the connection without a word"},
	},
	{
		name: "partial-argument-is-executed", file: "internal/resp/request.go",
		find:   "if len(buf) < end+2 {",
		put:    "if end = min(end, len(buf)-2); end < p.pos {",
		caught: []string{"requests cut in two anywhere are understood", "nothing is answered before the whole request is there"},
	},
	{
		name: "short-write-is-lost", file: "internal/server/conn.go",
		find:   "\t\tc.sent += n\n",
		put:    "\t\tc.sent = len(buf)\n",
		caught: []string{"a client that does not read gets every byte in the end", "a large reply before QUIT arrives whole"},
	},
	{
		name: "client-is-served-while-it-sends", file: "internal/server/conn.go",
		find: "\t\tc.receive()\n\t}\n}\n",
		put: `		for more := 1; more > 0 && !c.closed; more, _ = unix.IoctlGetInt(c.fd, unix.TIOCINQ) {
			c.receive()
			for sent := false; !c.closed && !sent; {
				c.flush()
				sent = c.closed || !c.executeNext()
			}
		}
	}
}
`,
		caught: []string{"a client that pipelines without end starves nobody"},
	},
	{
		name: "client-is-served-until-it-leaves", file: "internal/server/conn.go",
		find: "\t\tc.receive()\n\t}\n}\n",
		put: `		for !c.closed {
			c.receive()
			for sent := false; !c.closed && !sent; {
				c.flush()
				sent = c.closed || !c.executeNext()
			}
		}
	}
}
`,
		caught: []string{"a client in the middle of a request keeps nobody waiting", "CLIENT SETNAME is the connection's own"},
	},
	{
		name: "setname-forgets", file: "internal/command/connection.go",
		find:   "\tc.Name = string(c.Args[2])\n",
		put:    "",
		caught: []string{"CLIENT SETNAME is remembered", "CLIENT SETNAME is the connection's own"},
	},
	{
		name: "quit-stays", file: "internal/command/connection.go",
		find:   "\tc.ReplyOK()\n\tc.Closing = engine.CloseAfterReply\n",
		put:    "\tc.ReplyOK()\n",
		caught: []string{"QUIT answers OK and closes", "what follows QUIT is not answered"},
	},
	{
		name: "argument-ends-at-nul", file: "internal/command/connection.go",
		find: "func echo(c *Client) { c.ReplyBulk(c.Args[1]) }",
		put: `func echo(c *Client) {
	n := 0
	for n < len(c.Args[1]) && c.Args[1][n] != 0 {
		n++
	}
	c.ReplyBulk(c.Args[1][:n])
}`,
		caught: []string{"an argument may hold NUL", "an argument may hold every byte value"},
	},
	{
		name: "protocol-error-stays", file: "internal/engine/client.go",
		find:   "\tc.ReplyError(\"ERR \" + err.Error())\n\tc.Closing = CloseAfterReply\n",
		put:    "\tc.ReplyError(\"ERR \" + err.Error())\n",
		caught: []string{"an array's length must be a number", "what was asked after a protocol error is not"},
	},
	{
		name: "idle-loop-spins", file: "internal/eventloop/loop.go",
		find:   "l.events, l.untilNextTimer())",
		put:    "l.events, min(0, l.untilNextTimer()+1))",
		caught: []string{"an idle server sleeps"},
	},
	{
		name: "maxclients-is-ignored", file: "internal/server/listen.go",
		find:   "case len(s.conns) >= s.opts.MaxClients:",
		put:    "case false:",
		caught: []string{"a client above maxclients is told so and closed"},
	},
	{
		name: "accept-spins-without-descriptors", file: "internal/server/listen.go",
		find:   "\t\t\ts.pauseAccepting(err)\n",
		put:    "",
		caught: []string{"when descriptors run out the clients that wait are served later"},
	},
	{
		name: "large-reply-is-cut-by-quit", file: "internal/server/conn.go",
		find:   "\tcase c.hasUnsent():\n\t\tc.awaitWritable()\n",
		put:    "\tcase c.hasUnsent() && c.client.Closing == engine.StayOpen:\n\t\tc.awaitWritable()\n",
		caught: []string{"a large reply before QUIT arrives whole"},
	},
	{
		chapter: 5, name: "incr-wraps", file: "internal/command/string.go",
		find:   "if increment > 0 && n > math.MaxInt64-increment || increment < 0 && n < math.MinInt64-increment {",
		put:    "if increment == 0 && n > n+1 {",
		caught: []string{"INCR ends at the largest number", "DECR ends at the smallest number"},
	},
	{
		chapter: 5, name: "incr-drops-ttl", file: "internal/keyspace/db.go",
		find:   "db.writable(key, 0, Keep).object.SetInt(n)",
		put:    "db.writable(key, 0, Never).object.SetInt(n)",
		caught: []string{"INCR and its variants keep the TTL"},
	},
	{
		chapter: 5, name: "overwrite-counts-as-new", file: "internal/keyspace/db.go",
		find:   "\te := db.lookup(key)\n\tif e == nil {\n\t\tdb.ks.makeRoom()\n",
		put:    "\tdb.ks.makeRoom()\n\te := db.lookup(key)\n\tif e == nil {\n",
		caught: []string{"maxkeys under allkeys-random evicts nothing for an overwrite", "maxkeys under volatile-ttl evicts nothing for an overwrite"},
	},
	{
		chapter: 5, name: "config-set-changes-half", file: "internal/config/change.go",
		find:   "set(&next, pairs[2*i+1:2*i+2])",
		put:    "set(c, pairs[2*i+1:2*i+2])",
		caught: []string{"CONFIG SET changes several settings or none"},
	},
	{ // the course's: the signal's goroutine waits until no command runs, and saves and exits
		chapter: 7, name: "signal-checks-then-stores", file: "internal/server/signals.go",
		find: "\tif !s.ending.Swap(true) {\n",
		put: `	for s.engine.Current() != nil { // is it busy?
	}
	if !s.ending.Swap(true) { // it is over
		for range 1000 { // it lasts a while, and the loop goes on
			_ = s.aof.Save()
		}
		os.Exit(0)
	}
	if false {
`,
		caught: []string{"what is executed when SIGTERM comes is answered, and what is not answered has not happened"},
	},
	{
		chapter: 7, name: "waiting-for-a-signal-spins", file: "internal/server/signals.go",
		find:   "\tgo func() { dieBy((<-ends).(unix.Signal)) }()\n",
		put:    "\tgo func() { dieBy((<-ends).(unix.Signal)) }()\n\tgo func() {\n\t\tfor !s.ending.Load() {\n\t\t}\n\t}()\n",
		caught: []string{"an idle server sleeps"},
	},
	{
		chapter: 7, name: "failed-bind-hangs", file: "main.go",
		find:   "command.Families, log)\n\tif err != nil {\n",
		put:    "command.Families, log)\n\tif err != nil {\n\t\t<-signals\n",
		caught: []string{"a taken port is told in Redis' words"},
	},
	{
		chapter: 7, name: "full-disk-ends-the-server", file: "internal/server/shutdown.go",
		find:   "\tcase err == nil:\n",
		put:    "\tcase err != errNoLog:\n",
		caught: []string{"on a full disk SIGTERM is refused"},
	},
	{
		chapter: 7, name: "nested-multi-is-queued", file: "internal/command/multi.go",
		find:   "row(\"multi\", multi, 1, NoScript|Loading|Stale|Fast|AllowBusy|Immediate|Brief",
		put:    "row(\"multi\", multi, 1, NoScript|Loading|Stale|Fast|AllowBusy|Brief",
		caught: []string{"MULTI cannot be nested, and the transaction goes on"},
	},
	{
		chapter: 7, name: "bad-command-is-queued", file: "internal/engine/execute.go",
		find:   "\tcase c.Command == nil:\n",
		put:    "\tcase c.Command == nil && c.multi != nil:\n\t\tc.ReplyWire(\"+QUEUED\\r\\n\")\n\tcase c.Command == nil:\n",
		caught: []string{"an unknown command makes EXEC refuse all", "an unknown subcommand makes EXEC refuse all"},
	},
	{
		chapter: 7, name: "exec-runs-what-is-left", file: "internal/engine/multi.go",
		find:   "\t\tc.multi.flawed = true\n",
		put:    "",
		caught: []string{"an unknown command makes EXEC refuse all", "a wrong number of arguments makes EXEC refuse all"},
	},
	{
		chapter: 7, name: "queue-without-bound", file: "internal/engine/multi.go",
		find:   "\treturn c.Command.Flags | DenyOOM\n",
		put:    "\treturn c.Command.Flags\n",
		caught: []string{"above maxmemory nothing is queued, and EXEC refuses all"},
	},
	{
		chapter: 7, name: "queue-is-not-counted", file: "internal/server/memory.go",
		find:   " + c.client.QueueMemory()",
		put:    "",
		caught: []string{"a queue counts as memory in use until it is gone"},
	},
	{
		chapter: 7, name: "watch-sees-nothing", file: "internal/engine/watch.go",
		find:   "\tc.touched = true\n",
		put:    "",
		caught: []string{"WATCH and EXEC: an update that checks first", "WATCH: a change: B> DEL @k"},
	},
	{
		chapter: 7, name: "watch-misses-what-time-does", file: "internal/engine/watch.go",
		find:   "expired && !w.expired {",
		put:    "expired && w.expired {",
		caught: []string{"WATCH: a key that expires is a change, noticed or not"},
	},
	{
		chapter: 7, name: "transaction-is-logged-in-parts", file: "internal/aof/unit.go",
		find:   "func (l *Log) BeginUnit() { l.unit = unit{open: true} }",
		put:    "func (l *Log) BeginUnit() {}",
		caught: []string{"the log has a transaction as one unit"},
	},
}

// TestMutants breaks chapters on purpose and expects the suite to say where.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a server a mutant")
	}
	byName := map[string]conformance.Case{}
	for _, c := range cases.All() {
		byName[c.Name] = c
	}
	for _, chapter := range stages(t) {
		var here []mutant
		for _, m := range mutants {
			if max(m.chapter, 2) == chapter.Number {
				here = append(here, m)
			}
		}
		if len(here) > 0 {
			t.Run(chapter.Name, func(t *testing.T) { catchAll(t, chapter, here, byName) })
		}
	}
}

// catchAll expects that each mutant of a chapter is caught, and the chapter is not.
func catchAll(t *testing.T, chapter chapters.Chapter, mutants []mutant, byName map[string]conformance.Case) {
	unmutated, err := conformance.StageTarget(chapter)
	require.NoError(t, err)
	t.Cleanup(unmutated.Close)
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			if !slices.ContainsFunc(m.caught, func(name string) bool { return byName[name].Alone }) {
				t.Parallel()
			}
			mutated := m.start(t, chapter)
			for _, name := range sound {
				require.Equal(t, conformance.Passed, run(t, mutated, byName, name).Status, "%s must pass on the mutant", name)
			}
			for _, name := range m.caught {
				require.Equal(t, conformance.Failed, run(t, mutated, byName, name).Status, "%s must fail on the mutant", name)
				r := run(t, unmutated, byName, name)
				require.Equal(t, conformance.Passed, r.Status, "%s must pass without the mutation: %s", name, r.Report)
			}
		})
	}
}

// run runs a case by its name. It has short patience: most of what is waited
// for here never comes.
func run(t *testing.T, target *conformance.Target, byName map[string]conformance.Case, name string) conformance.Result {
	t.Helper()
	c, ok := byName[name]
	require.True(t, ok, "there is a case %q", name)
	c.Timeout = 15 * time.Second
	return conformance.Run(target, c)
}

// start builds and starts the mutant.
func (m mutant) start(t *testing.T, chapter chapters.Chapter) *conformance.Target {
	t.Helper()
	return startEdited(t, chapter, m.name, edit{m.file, m.find, m.put})
}

// edit changes a file of a chapter in one place.
type edit struct{ file, find, put string }

// edited are the files with all edits, by their paths in the chapter.
func edited(t *testing.T, chapter chapters.Chapter, edits []edit) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, e := range edits {
		source, ok := files[e.file]
		if !ok {
			source = readFile(t, filepath.Join(chapter.Dir, e.file))
		}
		require.Equal(t, 1, strings.Count(source, e.find), "%s holds %q once", e.file, e.find)
		files[e.file] = strings.Replace(source, e.find, e.put, 1)
	}
	return files
}

// startEdited builds and starts a chapter with edits. It is not waited for as long as
// others: most of what is waited for never comes.
func startEdited(t *testing.T, chapter chapters.Chapter, name string, edits ...edit) *conformance.Target {
	t.Helper()
	binary, err := harness.BuildReplacing(chapter, name, edited(t, chapter, edits))
	require.NoError(t, err)
	target, err := conformance.BinaryTarget(name, chapter.Number, binary)
	require.NoError(t, err)
	target.Patience = time.Second
	t.Cleanup(target.Close)
	return target
}
