package aof

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/eventloop"
	"redis-internals/ch08/internal/logging"
)

// fakeLoop is an event loop whose clock the test drives, and whose turns it
// takes.
type fakeLoop struct {
	now    time.Time
	timers []func() (again time.Duration)

	mu     sync.Mutex
	posted []func() // guarded by mu
}

func (l *fakeLoop) Now() time.Time { return l.now }

func (l *fakeLoop) Quiet() time.Duration { return 0 }

func (l *fakeLoop) After(_ time.Duration, fn func() (again time.Duration)) *eventloop.Timer {
	l.timers = append(l.timers, fn)
	return nil
}

func (l *fakeLoop) Post(fn func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.posted = append(l.posted, fn)
}

// turn calls what was posted, and every timer once, whenever it is due.
func (l *fakeLoop) turn() {
	l.mu.Lock()
	posted := l.posted
	l.posted = nil
	l.mu.Unlock()
	for _, fn := range posted {
		fn()
	}
	timers := l.timers
	l.timers = nil
	for _, fn := range timers {
		if fn() > 0 {
			l.timers = append(l.timers, fn)
		}
	}
}

// until takes turns until done.
func (l *fakeLoop) until(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); runtime.Gosched() {
		require.True(t, time.Now().Before(deadline), "it was not done after a minute of turns")
		l.turn()
	}
}

// testLog is a log in a folder of the test's, with the loop that it runs on and
// what it has told the operator.
type testLog struct {
	*Log
	loop *fakeLoop
	told *strings.Builder
}

// openLog opens a log in dir.
func openLog(dir string, change func(*config.Config)) (*testLog, error) {
	opts := config.Default()
	opts.AppendOnly, opts.AppendFsync, opts.Dir = true, config.Never, dir
	if change != nil {
		change(opts)
	}
	loop, told := &fakeLoop{now: time.Unix(1_700_000_000, 0)}, &strings.Builder{}
	l, err := Open(opts, loop, logging.New(told, logging.Notice))
	return &testLog{l, loop, told}, err
}

// startLog opens a log, loads what it has, and makes it ready for appending.
func startLog(t *testing.T, dir string, change func(*config.Config)) (*testLog, data) {
	t.Helper()
	l, err := openLog(dir, change)
	require.NoError(t, err)
	t.Cleanup(func() {
		if l.lock != nil {
			_ = l.Close()
		}
	})
	d := data{}
	require.NoError(t, l.Load(d.execute, neverStop))
	require.NoError(t, l.Start())
	return l, d
}

func neverStop() bool { return false }

// set appends SET key value.
func (l *testLog) set(key, value string) {
	l.Append(0, [][]byte{[]byte("SET"), []byte(key), []byte(value)})
}

// data is what the commands of a log amount to.
type data map[string]string

func (d data) execute(words [][]byte) error {
	switch name := string(words[0]); {
	case name == "SET" && len(words) == 3:
		d[string(words[1])] = string(words[2])
	case name == "SET" && len(words) == 5 && string(words[3]) == "PXAT":
		d[string(words[1])] = string(words[2]) + " until " + string(words[4])
	case name == "DEL" && len(words) == 2:
		delete(d, string(words[1]))
	case name == "FLUSHALL":
		clear(d)
	case name == "SELECT" && string(words[1]) == "0":
	default:
		return fmt.Errorf("unknown command %q", words)
	}
	return nil
}

// load is what the log in dir gives to a server that starts.
func load(dir string, change func(*config.Config)) (data, error) {
	l, err := openLog(dir, change)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	d := data{}
	return d, l.Load(d.execute, neverStop)
}

func requireLoads(t *testing.T, want data, dir string) {
	t.Helper()
	got, err := load(dir, nil)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func copyFolder(t *testing.T, from string) (to string) {
	to = t.TempDir()
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	return to
}

// folder is what the files of dir's log hold, by name.
func folder(t *testing.T, dir string) map[string]string {
	files := map[string]string{}
	list, err := os.ReadDir(filepath.Join(dir, "appendonlydir"))
	require.NoError(t, err)
	for _, entry := range list {
		content, err := os.ReadFile(filepath.Join(dir, "appendonlydir", entry.Name()))
		require.NoError(t, err)
		files[entry.Name()] = string(content)
	}
	return files
}

// write makes a file in dir's log.
func write(t *testing.T, dir, name, content string) {
	path := filepath.Join(dir, "appendonlydir")
	require.NoError(t, os.MkdirAll(path, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(path, name), []byte(content), 0o644))
}

const (
	theManifest = "appendonly.aof.manifest"
	base1       = "appendonly.aof.1.base.aof"
	incr1       = "appendonly.aof.1.incr.aof"
	select0     = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"
	naming1     = "file " + base1 + " seq 1 type b\nfile " + incr1 + " seq 1 type i\n"
)

func cmd(words ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(word), word)
	}
	return b.String()
}

func TestOpen_MakesAFolderWithAnEmptyLog(t *testing.T) {
	dir := t.TempDir()
	l, d := startLog(t, dir, nil)
	require.Empty(t, d)
	require.Equal(t, map[string]string{theManifest: naming1, base1: "", incr1: ""}, folder(t, dir))
	require.NoError(t, l.Close())
	_, d = startLog(t, dir, nil)
	require.Empty(t, d)
	require.Equal(t, map[string]string{theManifest: naming1, base1: "", incr1: ""}, folder(t, dir), "a second start makes nothing new")
}

func TestOpen_LeavesTheFolderAloneWithoutAppendOnly(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, func(o *config.Config) { o.AppendOnly = false })
	l.set("k", "v")
	require.NoError(t, l.Flush())
	require.Zero(t, l.Appended())
	require.NoError(t, l.Close())
	require.NoDirExists(t, filepath.Join(dir, "appendonlydir"))
}

func TestOpen_SaysWhatIsWrongWithItsPlace(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	for want, change := range map[string]func(*config.Config){
		"--dir " + dir + "/none: no such file or directory":          func(o *config.Config) { o.Dir = dir + "/none" },
		"--dir " + file + ": not a directory":                        func(o *config.Config) { o.Dir = file },
		"cannot read the AOF manifest":                               func(o *config.Config) { o.AppendDirName = "file" },
		"cannot make the append-only folder " + dir + "/none/nested": func(o *config.Config) { o.AppendDirName = "none/nested" },
	} {
		_, err := openLog(dir, change)
		require.ErrorContains(t, err, want)
	}
}

func TestOpen_RefusesAFolderThatAnotherServerUses(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, nil)
	_, err := openLog(dir, nil)
	require.ErrorContains(t, err, "another server uses the append-only folder "+dir)
	require.NoError(t, l.Close())
	second, err := openLog(dir, nil)
	require.NoError(t, err)
	require.NoError(t, second.Close())
}

// Before version 7 the log was one file, beside where its folder is now.
func TestOpen_TakesOverTheFileOfAnOlderRedis(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		dir := t.TempDir()
		old := filepath.Join(dir, "appendonly.aof")
		require.NoError(t, os.WriteFile(old, []byte(cmd("SET", "k", "v")), 0o644))
		if interrupted { // after the manifest was written
			write(t, dir, theManifest, "file appendonly.aof seq 1 type b\n")
		}
		l, d := startLog(t, dir, nil)
		require.Equal(t, data{"k": "v"}, d)
		require.NoFileExists(t, old)
		l.set("k", "w")
		require.NoError(t, l.Close())
		requireLoads(t, data{"k": "w"}, dir)
	}
}

func TestOpen_DeletesWhatARewriteLeftBehind(t *testing.T) {
	dir := t.TempDir()
	base3 := "appendonly.aof.3.base.aof"
	naming3 := "file " + base3 + " seq 3 type b\nfile " + incr1 + " seq 1 type i\n"
	write(t, dir, theManifest, strings.Replace(naming3, "\n", "\nfile gone.aof seq 2 type h\nfile old.aof seq 2 type h\n", 1))
	write(t, dir, base3, cmd("SET", "k", "v"))
	write(t, dir, incr1, "")
	write(t, dir, "old.aof", "of no use")
	write(t, dir, "appendonly.aof.4.base.aof", "not named yet")
	write(t, dir, "temp-appendonly.aof.2.base.aof", "half")
	write(t, dir, "temp-mine", "not the log's")
	_, d := startLog(t, dir, nil)
	require.Equal(t, data{"k": "v"}, d)
	require.Equal(t, map[string]string{
		theManifest: naming3, base3: cmd("SET", "k", "v"), incr1: "",
		"temp-mine": "not the log's", "appendonly.aof.4.base.aof": "not named yet",
	}, folder(t, dir))
}

// Without its manifest a log is refused, and left as it is: nobody knows which of its
// files count.
func TestOpen_RefusesALogWithoutItsManifest(t *testing.T) {
	for _, names := range [][]string{{base1}, {incr1}, {base1, incr1}, {"appendonly.aof.7.incr.aof"}, {"appendonly.aof"}, {"appendonly.aof.2.base.rdb"}} {
		dir := t.TempDir()
		for _, name := range names {
			write(t, dir, name, cmd("SET", "k", "v"))
		}
		before := folder(t, dir)
		l, err := openLog(dir, nil)
		if err == nil {
			l.Close()
		}
		require.ErrorContains(t, err, "has no "+theManifest+", but files of a log: "+strings.Join(names, ", "))
		require.Equal(t, before, folder(t, dir))
	}
	dir := t.TempDir() // a crash in the middle of the first start
	write(t, dir, base1, "")
	write(t, dir, incr1, "")
	startLog(t, dir, nil)
}

// The folder's path is no pattern.
func TestOpen_TakesADirWithAnyName(t *testing.T) {
	for _, name := range []string{"[", "[x]", "*", "a b\n"} {
		dir := filepath.Join(t.TempDir(), name)
		left := "temp-appendonly.aof.2.base.aof"
		write(t, dir, left, "half")
		l, _ := startLog(t, dir, nil)
		l.set("k", "v")
		require.NoError(t, l.Close())
		requireLoads(t, data{"k": "v"}, dir)
		require.NotContains(t, folder(t, dir), left)
	}
}

func TestFlush_WritesWhatWasAppended(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, nil)
	l.set("a\r\n", "\x00")
	l.AppendDelete(0, []byte("b"))
	want := select0 + cmd("SET", "a\r\n", "\x00") + cmd("DEL", "b")
	require.EqualValues(t, len(want), l.Appended())
	require.Empty(t, folder(t, dir)[incr1], "not before the end of the turn")
	require.NoError(t, l.Flush())
	require.Equal(t, want, folder(t, dir)[incr1])
}

// Only where the database changes does the log say so: also at the beginning of
// each file, which may follow any other.
func TestAppend_NamesTheDatabaseWhereItChanges(t *testing.T) {
	dir := t.TempDir()
	want := ""
	for range 2 {
		l, err := openLog(dir, nil)
		require.NoError(t, err)
		require.NoError(t, l.Load(func([][]byte) error { return nil }, neverStop))
		require.NoError(t, l.Start())
		ping := [][]byte{[]byte("PING")}
		l.Append(0, ping)
		l.Append(0, ping)
		l.Append(3, ping)
		l.AppendDelete(3, []byte("k"))
		l.AppendDelete(15, []byte("k"))
		want += select0 + cmd("PING") + cmd("PING") + cmd("SELECT", "3") + cmd("PING") + cmd("DEL", "k") + cmd("SELECT", "15") + cmd("DEL", "k")
		require.NoError(t, l.Flush())
		require.Equal(t, want, folder(t, dir)[incr1])
		require.NoError(t, l.Close())
	}
}

func TestClose_WritesWhatWasAppended(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, nil)
	l.set("k", "v")
	require.NoError(t, l.Close())
	requireLoads(t, data{"k": "v"}, dir)
}

func TestStart_AppendsBehindWhatThereIs(t *testing.T) {
	dir := t.TempDir()
	want := data{}
	for i := range 5 {
		l, d := startLog(t, dir, nil)
		require.Equal(t, want, d)
		key := fmt.Sprint("key", i)
		l.set(key, "v")
		want[key] = "v"
		require.NoError(t, l.Close())
	}
}

func TestAppend_AllocatesNothing(t *testing.T) {
	l, _ := startLog(t, t.TempDir(), nil)
	words := [][]byte{[]byte("SET"), []byte("key"), []byte("value")}
	turn := func() {
		l.Append(0, words)
		l.AppendDelete(0, words[1])
		_ = l.Flush()
	}
	turn()
	require.Zero(t, testing.AllocsPerRun(100, turn))
}

// A large value is copied once, into a piece of its own, and that is not kept.
func TestAppend_LargeValuesAreCopiedOnce(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, nil)
	large := strings.Repeat("x", 10*pieceSize)
	l.set("a", "1")
	l.set("k", large)
	l.set("b", "2")
	require.Len(t, l.buf.full, 2)
	require.Less(t, l.BufferMemory(), len(large)+2*pieceSize+1000)
	require.NoError(t, l.Flush())
	require.Equal(t, select0+cmd("SET", "a", "1")+cmd("SET", "k", large)+cmd("SET", "b", "2"), folder(t, dir)[incr1])
	require.Equal(t, 2*pieceSize, l.BufferMemory())
}

// Whatever is appended and written: the queue gives the bytes in their order, and
// knows how many there are and how much memory they take.
func TestBuffer_IsAQueue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var b buffer
	var want, got []byte
	for i := range 5000 {
		if random.IntN(2) == 0 {
			n := []int{1, 1000, pieceSize / 2, pieceSize, pieceSize + 1}[random.IntN(5)]
			if i%50 > 0 {
				n = min(n, 1000)
			}
			b.room(n)
			require.LessOrEqual(t, n, cap(b.last)-len(b.last))
			for j := range n {
				b.last = append(b.last, byte(i+j))
			}
			want = append(want, b.last[len(b.last)-n:]...)
		} else if b.len() > 0 {
			piece := b.first()
			n := len(piece)
			if random.IntN(4) == 0 {
				n /= 2
			}
			got = append(got, piece[:n]...)
			b.drop(n)
		}
		memory := cap(b.last)
		for _, piece := range slices.Concat(b.full, b.spare) {
			memory += cap(piece)
		}
		require.Equal(t, memory, (&Log{buf: b}).BufferMemory())
		require.LessOrEqual(t, memory, b.len()+(maxSpare+2+len(b.full))*pieceSize)
		require.Equal(t, len(want)-len(got), b.len())
	}
	require.Equal(t, want[:len(got)], got)
}
