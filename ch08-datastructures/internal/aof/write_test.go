package aof

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/config"
)

// awaitSync waits until no sync is under way.
func (l *testLog) awaitSync(t *testing.T) {
	require.Eventually(t, func() bool { return !l.syncer.busy() }, time.Minute, time.Millisecond)
}

// With always a reply may go once its write is on the disk; otherwise at once.
func TestSafe_IsWhatRepliesMayWaitFor(t *testing.T) {
	for policy, safe := range map[config.Fsync]bool{config.Always: false, config.EverySecond: true, config.Never: true} {
		l, _ := startLog(t, t.TempDir(), func(o *config.Config) { o.AppendFsync = policy })
		l.set("k", "v")
		require.Equal(t, safe, l.Safe() == l.Appended(), "policy %d, before it is written", policy)
		require.NoError(t, l.Flush())
		require.Equal(t, l.Appended(), l.Safe(), "policy %d", policy)
	}
}

func TestFlush_SyncsAtOnceWithAlways(t *testing.T) {
	l, _ := startLog(t, t.TempDir(), func(o *config.Config) { o.AppendFsync = config.Always })
	read, write, err := os.Pipe() // which cannot be synced, so that it shows
	require.NoError(t, err)
	defer read.Close()
	l.file.Close()
	l.file = write
	require.NoError(t, l.Flush(), "nothing to sync")
	l.set("k", "v")
	require.ErrorContains(t, l.Flush(), "cannot sync the AOF file, and appendfsync is always")
}

func TestFlush_SyncsOncePerSecondWithEverySecond(t *testing.T) {
	l, _ := startLog(t, t.TempDir(), func(o *config.Config) { o.AppendFsync = config.EverySecond })
	began := l.loop.now
	var at []time.Duration
	for range 100 {
		l.set("k", "v")
		require.NoError(t, l.Flush())
		if !l.unsynced { // it has been given to the syncer
			at = append(at, l.loop.now.Sub(began))
		}
		l.awaitSync(t)
		l.loop.now = l.loop.now.Add(100 * time.Millisecond)
	}
	require.Len(t, at, 10)
	for i, d := range at {
		require.Equal(t, time.Duration(i)*time.Second, d)
	}
}

func TestFlush_SyncsTheLastWriteAlsoIfNoOtherFollows(t *testing.T) {
	l, _ := startLog(t, t.TempDir(), func(o *config.Config) { o.AppendFsync = config.EverySecond })
	for range 2 {
		l.set("k", "v")
		require.NoError(t, l.Flush())
		l.awaitSync(t)
	}
	require.True(t, l.unsynced)
	l.loop.now = l.loop.now.Add(time.Second)
	require.NoError(t, l.Flush())
	require.False(t, l.unsynced)
}

func TestFlush_LeavesSyncingToTheRewriteIfAskedTo(t *testing.T) {
	l, _ := startLog(t, t.TempDir(), func(o *config.Config) { o.AppendFsync, o.NoFsyncOnRewrite = config.Always, true })
	l.rewriting = &rewrite{}
	l.set("k", "v")
	require.NoError(t, l.Flush())
	require.True(t, l.unsynced)
	l.rewriting = nil
	require.NoError(t, l.Flush())
	require.False(t, l.unsynced)
}

// While the disk is busy with a sync a write would wait for it, and the clients
// with it: so it is put off, but not for ever.
func TestFlush_PutsWritingOffWhileASyncGoesOn(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, func(o *config.Config) { o.AppendFsync = config.EverySecond })
	slow := make(chan error)
	l.syncer.add(job{func() error { return <-slow }, 1})
	l.set("k", "v")
	for range 20 {
		require.NoError(t, l.Flush())
		require.Empty(t, folder(t, dir)[incr1])
		l.loop.now = l.loop.now.Add(maxPostponed / 20)
	}
	require.NoError(t, l.Flush())
	require.Equal(t, select0+cmd("SET", "k", "v"), folder(t, dir)[incr1])
	require.Contains(t, l.told.String(), "Asynchronous AOF fsync is taking too long")

	l.set("k", "w")
	require.NoError(t, l.Flush())
	require.Equal(t, select0+cmd("SET", "k", "v"), folder(t, dir)[incr1], "two seconds begin anew")
	slow <- nil
	l.awaitSync(t)
	require.NoError(t, l.Flush())
	require.Equal(t, select0+cmd("SET", "k", "v")+cmd("SET", "k", "w"), folder(t, dir)[incr1])
}

// What gathered while a sync went on is written in several turns, in its order, and
// not before that is done another sync begins.
func TestFlush_WritesWhatGatheredDuringASyncInShares(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, func(o *config.Config) { o.AppendFsync = config.EverySecond })
	slow := make(chan error)
	l.syncer.add(job{func() error { return <-slow }, 1})
	var want strings.Builder
	set := func() {
		l.set("k", strings.Repeat("v", pieceSize/3))
		want.WriteString(cmd("SET", "k", strings.Repeat("v", pieceSize/3)))
	}
	for range 10 * catchUp / (pieceSize / 3) {
		set()
		require.NoError(t, l.Flush())
	}
	require.Zero(t, l.written)
	slow <- nil
	l.awaitSync(t)
	l.loop.now = l.loop.now.Add(time.Second)
	for turns := 1; l.buf.len() > 0; turns++ {
		require.True(t, l.unsynced || l.written == 0)
		before := l.written
		set()
		require.NoError(t, l.Flush())
		require.Less(t, l.written-before, int64(catchUp+pieceSize/3+2*pieceSize))
		require.LessOrEqual(t, turns, 12, "it is caught up with")
	}
	require.False(t, l.unsynced, "and then synced")
	require.Equal(t, select0+want.String(), folder(t, dir)[incr1])
}

// With no policy that waits for syncs the turn writes all: replies may wait for it.
func TestFlush_WritesAllWithoutEverySecond(t *testing.T) {
	for _, policy := range []config.Fsync{config.Always, config.Never} {
		l, _ := startLog(t, t.TempDir(), func(o *config.Config) { o.AppendFsync = policy })
		l.seen = 4 * catchUp
		for range 4 * catchUp / pieceSize {
			l.set("k", strings.Repeat("v", pieceSize))
		}
		require.NoError(t, l.Flush())
		require.Zero(t, l.buf.len())
	}
}

// Who leaves syncing to the kernel does not ask whether it succeeds.
func TestErr_IsThatOfThePolicy(t *testing.T) {
	l, _ := startLog(t, t.TempDir(), func(o *config.Config) { o.AppendFsync = config.EverySecond })
	l.failSync(t)
	for policy, want := range map[config.Fsync]error{config.Always: unix.EIO, config.EverySecond: unix.EIO, config.Never: nil} {
		l.opts.AppendFsync = policy
		require.ErrorIs(t, l.Err(), want)
	}
}

// failSync makes a sync of the current file fail.
func (l *testLog) failSync(t *testing.T) {
	l.syncer.add(job{func() error { return unix.EIO }, l.manifest.lastIncr})
	l.awaitSync(t)
}

// After a failed sync the kernel takes what it could not write for written: that
// later ones succeed says nothing.
func TestErr_OfASyncOutlastsSyncsThatSucceed(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, func(o *config.Config) { o.AppendFsync = config.EverySecond })
	s.set("a", "1")
	for range 3 {
		s.failSync(t)
		for range 3 {
			s.loop.now = s.loop.now.Add(2 * time.Second)
			s.set("k", "v") // an expired key's DEL
			s.awaitSync(t)
			require.False(t, s.unsynced)
			require.ErrorIs(t, s.Err(), unix.EIO)
		}
	}
	require.Equal(t, 1, strings.Count(s.told.String(), "Fail to fsync the AOF file"), "it is told once")

	require.True(t, s.WantsRewrite(), "all of the data is in memory")
	require.NoError(t, s.rewrite())
	require.ErrorIs(t, s.Err(), unix.EIO)
	s.finish(t)
	require.NoError(t, s.Err())
	require.False(t, s.WantsRewrite())
	requireLoads(t, s.want, copyFolder(t, dir))
	s.failSync(t)
	require.ErrorIs(t, s.Err(), unix.EIO, "the new file is another matter")
}

// A sync of the file that a rewrite began fails: that rewrite has not repaired it.
func TestErr_OfTheNewFileOutlastsTheRewrite(t *testing.T) {
	s := newStore(t, t.TempDir(), func(o *config.Config) { o.AppendFsync = config.EverySecond })
	s.failSync(t)
	s.fill(5000)
	require.NoError(t, s.rewrite())
	s.loop.until(t, func() bool { return s.manifest.lastIncr == 2 })
	s.failSync(t)
	s.finish(t)
	require.ErrorIs(t, s.Err(), unix.EIO)
	require.NoError(t, s.rewrite())
	s.finish(t)
	require.NoError(t, s.Err())
}

// /dev/full takes nothing, as a full disk does.
func TestFlush_KeepsWhatCouldNotBeWritten(t *testing.T) {
	dir := t.TempDir()
	l, _ := startLog(t, dir, func(o *config.Config) { o.AppendFsync = config.Always })
	disk := l.file
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	l.file = full
	for range 3 {
		l.set("k", "v")
		require.NoError(t, l.Flush(), "the server goes on, and refuses writes")
		require.ErrorIs(t, l.Err(), unix.ENOSPC)
		require.Zero(t, l.Safe())
		l.loop.now = l.loop.now.Add(10 * time.Second)
	}
	require.Equal(t, 1, strings.Count(l.told.String(), "Error writing to the AOF file"), "it is not told again in the first 30 s")
	l.file = disk
	require.NoError(t, l.Flush())
	require.NoError(t, l.Err())
	require.Equal(t, l.Appended(), l.Safe())
	require.Equal(t, select0+strings.Repeat(cmd("SET", "k", "v"), 3), folder(t, dir)[incr1])
	require.Contains(t, l.told.String(), "AOF write error looks solved")
}

// A disk that becomes full in the middle of a write: the file must not end in
// half a command.
func TestFlush_TakesHalfAWriteBack(t *testing.T) {
	if !inItsOwnProcess(t) {
		return
	}
	dir := t.TempDir()
	l, _ := startLog(t, dir, nil)
	first, second := select0+cmd("SET", "k", "v"), cmd("SET", "k", strings.Repeat("w", 1000))
	l.set("k", "v")
	require.NoError(t, l.Flush())

	signal.Ignore(unix.SIGXFSZ)
	var old unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_FSIZE, &old))
	limited := old
	limited.Cur = uint64(len(first) + 500)
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &limited))
	l.set("k", strings.Repeat("w", 1000))
	err := l.Flush()
	content := folder(t, dir)[incr1]
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &old))

	require.NoError(t, err)
	require.ErrorIs(t, l.Err(), unix.EFBIG)
	require.Equal(t, first, content)
	require.NoError(t, l.Flush())
	require.Equal(t, first+second, folder(t, dir)[incr1])
}

// inItsOwnProcess runs the test once more, in a process where nothing else runs, and
// is true there. A limit holds for a whole process: here for the files of `go test` too.
func inItsOwnProcess(t *testing.T) bool {
	const sign = "IN_ITS_OWN_PROCESS"
	if os.Getenv(sign) != "" {
		return true
	}
	test := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=5m")
	test.Env = append(os.Environ(), sign+"=1")
	out, err := test.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS: "+t.Name())
	return false
}

// Where that cannot be taken back, the rest follows later.
func TestFlush_GoesOnInTheMiddle(t *testing.T) {
	l, _ := startLog(t, t.TempDir(), nil)
	var ends [2]int
	require.NoError(t, unix.Pipe2(ends[:], unix.O_CLOEXEC))
	read, write := os.NewFile(uintptr(ends[0]), "pipe"), os.NewFile(uintptr(ends[1]), "pipe")
	require.NoError(t, unix.SetNonblock(ends[1], true)) // full, it says so and does not wait
	defer read.Close()
	defer func(file *os.File) { l.file = file }(l.file)
	l.file = write
	const size = 1 << 20 // more than a pipe holds
	l.set("k", strings.Repeat("v", size))
	require.NoError(t, l.Flush())
	require.ErrorIs(t, l.Err(), unix.EAGAIN)
	got := make(chan string)
	go func() {
		all, _ := io.ReadAll(read)
		got <- string(all)
	}()
	require.Eventually(t, func() bool { return l.Flush() == nil && l.Err() == nil }, time.Minute, time.Millisecond)
	write.Close()
	require.Equal(t, select0+cmd("SET", "k", strings.Repeat("v", size)), <-got)
}
