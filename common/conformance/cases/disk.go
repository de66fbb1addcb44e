// disk.go: servers that run one after another in one directory, and what they
// leave there.
//
// A case starts one with newDisk(t).start, kills or stops it, looks at the files
// or damages them, and starts the next one.

package cases

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
	"redis-internals/common/harness"
)

// The files of a fresh log, and what the manifest says of them.
const (
	base1    = "appendonly.aof.1.base.aof"
	incr1    = "appendonly.aof.1.incr.aof"
	manifest = "appendonly.aof.manifest"
	named1   = "file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n"
)

// synced has every write on the disk before its reply. The preamble is off so
// that redis-server writes commands only, as the stages do. unsynced logs
// without waiting for the disk: a kill of the process loses nothing.
var (
	synced   = []string{"--appendonly", "yes", "--appendfsync", "always", "--aof-use-rdb-preamble", "no"}
	unsynced = []string{"--appendonly", "yes", "--appendfsync", "no", "--aof-use-rdb-preamble", "no", "--auto-aof-rewrite-percentage", "0"}
)

// disk is a directory on which a case's servers run, one after another.
type disk struct {
	t    *T
	path string
	args []string // of every server
}

// newDisk makes a directory that goes when the case ends. Without arguments the
// servers sync every write.
func newDisk(t *T, args ...string) *disk {
	if t.OnlyAddress() {
		t.Skip("needs to start servers")
	}
	path, err := os.MkdirTemp("", "redis-internals-disk-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(path) })
	if len(args) == 0 {
		args = synced
	}
	return &disk{t: t, path: path, args: args}
}

// start starts a server on the disk and waits until it has loaded what is there.
func (d *disk) start(args ...string) (*harness.Server, *conformance.Conn) {
	s := d.t.Start(harness.Options{Dir: d.path, Args: slices.Concat(d.args, args)})
	return s, d.connect(s)
}

func (d *disk) connect(s *harness.Server) *conformance.Conn {
	c := d.t.DialAddr(s.Addr)
	d.t.Until("the server has loaded", func() bool { return c.Call("PING").Text == "PONG" })
	return c
}

// refuses expects that a server does not start on the disk, with code 1, and
// says something with each of these words.
func (d *disk) refuses(words ...string) (output string) { return d.refusesWith(nil, words...) }

// refusesWith is refuses with more arguments for the server.
func (d *disk) refusesWith(args []string, words ...string) (output string) {
	port, err := harness.ReservePort()
	require.NoError(d.t, err)
	defer port.Release()
	code, output := d.t.Execute(slices.Concat([]string{"--port", strconv.Itoa(port.Number), "--dir", d.path}, d.args, args)...)
	require.Equal(d.t, 1, code, "exit code; it printed: %s", output)
	require.NotContains(d.t, output, "goroutine ", "a message, not a crash")
	for _, w := range words {
		require.Contains(d.t, output, w)
	}
	return output
}

func (d *disk) file(name string) string { return filepath.Join(d.path, "appendonlydir", name) }

// read returns what a file of the log holds.
func (d *disk) read(name string) string {
	content, err := os.ReadFile(d.file(name))
	require.NoError(d.t, err)
	return string(content)
}

// write makes a file of the log, and the folder where there is none.
func (d *disk) write(name, content string) {
	require.NoError(d.t, os.MkdirAll(filepath.Dir(d.file(name)), 0o755))
	require.NoError(d.t, os.WriteFile(d.file(name), []byte(content), 0o644))
}

// writeLog makes a log whose writes are these.
func (d *disk) writeLog(incr string) {
	d.write(base1, "")
	d.write(incr1, incr)
	d.write(manifest, named1)
}

// names are the files of the log, in order.
func (d *disk) names() (names []string) {
	entries, err := os.ReadDir(filepath.Join(d.path, "appendonlydir"))
	require.NoError(d.t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// manifestNow is the manifest, which may be replaced meanwhile.
func (d *disk) manifestNow() string {
	content, err := os.ReadFile(d.file(manifest))
	if err != nil {
		return ""
	}
	return string(content)
}

// beginRewrite begins a rewrite. The server may still be about to learn that the
// one before has ended, when all its files are there.
func beginRewrite(t *T, c *conformance.Conn) {
	t.Until("a rewrite begins", func() bool { return !c.Call("BGREWRITEAOF").IsError() })
}

// awaitGeneration waits until a rewrite has ended: the log is the n-th base and
// incremental file, and no other file is left.
func (d *disk) awaitGeneration(n int) {
	base, incr := fmt.Sprintf("appendonly.aof.%d.base.aof", n), fmt.Sprintf("appendonly.aof.%d.incr.aof", n)
	want := fmt.Sprintf("file %s seq %d type b\nfile %s seq %d type i\n", base, n, incr, n)
	d.t.Until("the log is "+base+" and "+incr, func() bool {
		return d.manifestNow() == want && slices.Equal(d.names(), []string{base, incr, manifest})
	})
	temporary, err := filepath.Glob(filepath.Join(d.path, "temp*"))
	require.NoError(d.t, err)
	require.Empty(d.t, temporary)
}

// afterKill expects that the data is the same when the server was killed and
// another one has loaded it.
func (d *disk) afterKill(s *harness.Server, c *conformance.Conn) (*harness.Server, *conformance.Conn) {
	before := dump(c)
	s.Kill()
	s, c = d.start()
	require.Equal(d.t, before, dump(c), "all keys, after kill -9 and a restart")
	return s, c
}

// passes waits until a time of the clock, in milliseconds since 1970, is over.
func passes(t *T, ms int64) {
	t.Until("the clock goes on", func() bool { return time.Now().UnixMilli() > ms })
}

// records are the commands of a log's bytes in words: names in upper case, and
// without those that only say how to execute others.
func records(t *T, log string) []string { return recordsBut(t, log, "SELECT", "MULTI", "EXEC") }

// recordsBut are the commands of a log's bytes in words, without those of these
// names.
func recordsBut(t *T, log string, without ...string) (list []string) {
	for r := bufio.NewReader(strings.NewReader(log)); ; {
		if _, err := r.Peek(1); err != nil {
			return list
		}
		v, err := wire.Read(r)
		require.NoError(t, err, "reading the log")
		require.NotEmpty(t, v.Elems)
		words := v.Strings()
		words[0] = strings.ToUpper(words[0])
		if !slices.Contains(without, words[0]) {
			list = append(list, strings.Join(words, " "))
		}
	}
}

// entry is all that clients can see of a key.
type entry struct {
	key, value string
	expires    int64 // PEXPIRETIME
}

// dump is all that a server holds, by key.
func dump(c *conformance.Conn) (all []entry) {
	names := c.Call("KEYS", "*").Strings()
	slices.Sort(names)
	var requests strings.Builder
	for i, name := range names {
		requests.WriteString(cmd("GET", name) + cmd("PEXPIRETIME", name))
		if i%100 == 99 || i == len(names)-1 {
			c.Send(requests.String())
			requests.Reset()
			for _, asked := range names[i/100*100 : i+1] {
				all = append(all, entry{asked, c.Reply().Text, c.Reply().Int})
			}
		}
	}
	return all
}

// dumpOf is all that these databases hold. It leaves the first one selected.
func dumpOf(c *conformance.Conn, databases ...string) (all []entry) {
	for _, db := range append(databases[1:len(databases):len(databases)], databases[0]) {
		c.Exchange(cmd("SELECT", db), done)
		for _, e := range dump(c) {
			all = append(all, entry{db + ":" + e.key, e.value, e.expires})
		}
	}
	return all
}

// kept goes through a dialogue and expects that what it leaves is there again
// when the server was killed.
func kept(steps ...string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		s, c := d.start()
		speak(c, plain, steps...)
		d.afterKill(s, c)
	}
}

// logs expects that the log has these records for these requests; +100s stands
// for the millisecond 100 seconds from now.
func logs(requests, want string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		_, c := d.start()
		began := time.Now()
		for _, r := range strings.Split(requests, "; ") {
			require.False(t, c.Call(strings.Fields(r)...).IsError(), r)
		}
		got := strings.Join(records(t, d.read(incr1)), "; ")
		pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(want), `\+100s`, `(\d+)`) + "$"
		require.Regexp(t, pattern, got)
		for _, digits := range regexp.MustCompile(pattern).FindStringSubmatch(got)[1:] {
			ms, err := strconv.ParseInt(digits, 10, 64)
			require.NoError(t, err)
			require.GreaterOrEqual(t, ms, began.Add(99*time.Second).UnixMilli())
			require.LessOrEqual(t, ms, time.Now().Add(101*time.Second).UnixMilli())
		}
	}
}

// loads expects that a log with these writes gives this data, and gives it again.
func loads(log string, want ...entry) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		d.writeLog(log)
		s, c := d.start()
		require.Equal(t, want, dump(c))
		require.Equal(t, log, d.read(incr1), "the log is left as it was")
		d.afterKill(s, c)
	}
}

// refusesLog expects that a server does not start on a log with these writes,
// says all of this, and leaves the log as it was.
func refusesLog(log string, words ...string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		d.writeLog(log)
		d.refuses(words...)
		require.Equal(t, log, d.read(incr1))
	}
}

// whole is commands of a log, and torn one after them, of which every beginning
// is tried.
var (
	whole = cmd("SET", "a", "1") + cmd("SET", "b", "2") + cmd("DEL", "a")
	torn  = cmd("SET", "cc", "a value of 12", "PXAT", year2100+"001")
)
