package aof

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch04/internal/config"
	"redis-internals/ch04/internal/keyspace"
)

// store is a database with the log of its changes, and what both should hold.
type store struct {
	*testLog
	keys *keyspace.Keyspace
	db   *keyspace.DB // number 0
	want data
}

func newStore(t *testing.T, dir string, change func(*config.Config)) *store {
	l, _ := startLog(t, dir, change)
	now := func() int64 { return l.loop.now.UnixMilli() }
	keys := keyspace.New(keyspace.Options{Databases: 3, Now: now})
	return &store{l, keys, keys.DB(0), data{}}
}

// set sets a key in a turn of its own.
func (s *store) set(key, value string) {
	s.db.Set([]byte(key), []byte(value), keyspace.Never)
	s.testLog.set(key, value)
	_ = s.Flush()
	s.want[key] = value
}

func (s *store) delete(key string) {
	s.db.Delete([]byte(key))
	s.AppendDelete(0, []byte(key))
	_ = s.Flush()
	delete(s.want, key)
}

func (s *store) flushAll() {
	s.keys.Flush()
	s.Append(0, [][]byte{[]byte("FLUSHALL")})
	_ = s.Flush()
	clear(s.want)
}

func (s *store) rewrite() error { return s.Rewrite(s.keys) }

// fill sets many keys in one turn.
func (s *store) fill(keys int) {
	for i := range keys {
		key, value := fmt.Sprint("key", i), fmt.Sprint("value", i)
		s.db.Set([]byte(key), []byte(value), keyspace.Never)
		s.testLog.set(key, value)
		s.want[key] = value
	}
	_ = s.Flush()
}

// finish takes turns until the rewrite has ended.
func (s *store) finish(t *testing.T) {
	t.Helper()
	s.loop.until(t, func() bool { return s.rewriting == nil && s.abandoned.hasEnded() })
}

func TestRewrite_ReplacesTheLogByABaseOfTheSameData(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, nil)
	for i := range 100 {
		s.set("k", fmt.Sprint(i))
	}
	s.set("until", "then")
	at := s.loop.now.UnixMilli() + 5000
	s.db.SetExpire([]byte("until"), at)
	require.NoError(t, s.rewrite())
	s.finish(t)
	files := folder(t, dir)
	base, incr := "appendonly.aof.2.base.aof", "appendonly.aof.2.incr.aof"
	require.Equal(t, "file "+base+" seq 2 type b\nfile "+incr+" seq 2 type i\n", files[theManifest])
	require.Len(t, files, 3, "the old ones are gone")
	k, until := cmd("SET", "k", "99"), cmd("SET", "until", "then", "PXAT", fmt.Sprint(at))
	require.Contains(t, []string{select0 + k + until, select0 + until + k}, files[base], "in either order")
	require.Empty(t, files[incr])
	require.EqualValues(t, len(files[base]), s.size)
	require.EqualValues(t, len(files[base]), s.baseSize)
	s.set("k", "new")
	require.Equal(t, select0+cmd("SET", "k", "new"), folder(t, dir)[incr])
}

// What is written while a rewrite goes on is in the new incremental file, and
// the base has the moment at which that began. Killed at any step, the folder
// has all that was written until then.
func TestRewrite_InterruptedAtAnyStepLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, nil)
	s.fill(5000)
	type moment struct {
		step, dir string
		want      data
	}
	var moments []moment
	var mu sync.Mutex // for the files and what they should amount to
	s.step = func(done string) {
		mu.Lock()
		defer mu.Unlock()
		want := data{}
		for key, value := range s.want {
			want[key] = value
		}
		moments = append(moments, moment{done, copyFolder(t, dir), want})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		require.NoError(t, s.rewrite())
		s.loop.until(t, func() bool {
			mu.Lock()
			defer mu.Unlock()
			key := fmt.Sprint("key", random.IntN(6000))
			switch random.IntN(500) {
			default:
				s.set(key, fmt.Sprint(random.Uint64()))
			case 0, 1, 2:
				s.delete(key)
			case 3:
				if random.IntN(20) == 0 {
					s.flushAll()
				}
			}
			return s.rewriting == nil
		})
	}
	steps := []string{"incremental file made", "incremental file in the manifest", "temporary base written", "base renamed", "base in the manifest", "old files deleted"}
	require.Len(t, moments, 3*len(steps))
	for i, m := range moments {
		require.Equal(t, steps[i%len(steps)], m.step)
		l, err := openLog(m.dir, nil)
		require.NoError(t, err, m.step)
		got := data{}
		require.NoError(t, l.Load(got.execute, neverStop), m.step)
		require.Equal(t, m.want, got, m.step)
		require.NoError(t, l.Start())
		l.set("after", m.step)
		require.NoError(t, l.Close())
		m.want["after"] = m.step
		requireLoads(t, m.want, m.dir)
		for name := range folder(t, m.dir) {
			require.NotContains(t, name, temporaryPrefix, m.step)
		}
	}
	requireLoads(t, s.want, copyFolder(t, dir))
}

// Writes that the old file could not take wait in memory. The snapshot has them,
// so switching without them would lose nothing in the end; but until the base is
// there, they would be nowhere.
func TestRewrite_FailsWhileTheOldFileCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, nil)
	s.set("a", "1")
	disk := s.file
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	s.file = full
	s.set("b", "1")
	require.NoError(t, s.rewrite())
	s.finish(t)
	require.Equal(t, 1, s.failures)
	require.Same(t, full, s.file)
	s.file = disk
	require.NoError(t, s.Flush())
	s.set("c", "1")
	requireLoads(t, s.want, copyFolder(t, dir))
}

// Whatever goes wrong, the log goes on, and the next rewrite may succeed.
func TestRewrite_ThatFailsHarmsNothing(t *testing.T) {
	newBase := "appendonly.aof.2.base.aof"
	for name, hinder := range map[string]func(folder string) error{
		"the disk is full":            func(f string) error { return os.Symlink("/dev/full", filepath.Join(f, temporaryPrefix+newBase)) },
		"no temporary base":           func(f string) error { return os.Mkdir(filepath.Join(f, temporaryPrefix+newBase), 0o755) },
		"its name is taken":           func(f string) error { return os.MkdirAll(filepath.Join(f, newBase, "in"), 0o755) },
		"no incremental file":         func(f string) error { return os.Mkdir(filepath.Join(f, "appendonly.aof.2.incr.aof"), 0o755) },
		"no manifest":                 func(f string) error { return os.Mkdir(filepath.Join(f, temporaryPrefix+theManifest), 0o755) },
		"no manifest the second time": nil,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			inside := filepath.Join(dir, "appendonlydir")
			s := newStore(t, dir, nil)
			s.fill(1000)
			switch name {
			case "no manifest the second time":
				s.step = func(done string) {
					if done == "base renamed" {
						_ = os.Mkdir(filepath.Join(inside, temporaryPrefix+theManifest), 0o755)
					}
				}
			default:
				require.NoError(t, hinder(inside))
			}
			require.NoError(t, s.rewrite())
			for i := range 100 {
				s.set(fmt.Sprint("key", i), "changed meanwhile")
			}
			s.finish(t)
			require.Equal(t, 1, s.failures)
			require.Contains(t, s.told.String(), "Background AOF rewrite failed")
			s.set("after", "it")
			requireLoads(t, s.want, withoutFolders(t, dir))

			s.step = func(string) {}
			removeFolders(t, inside)
			require.NoError(t, s.rewrite())
			s.set("during", "it")
			s.finish(t)
			require.Zero(t, s.failures)
			require.Len(t, folder(t, dir), 3)
			requireLoads(t, s.want, copyFolder(t, dir))
		})
	}
}

// Once the manifest names the new base, the rewrite has succeeded. What goes wrong
// with the old files must not bring the old manifest back: they may be gone.
func TestRewrite_OldFilesThatStayDoNoHarm(t *testing.T) {
	inTheWay := func(name string) error { return os.MkdirAll(filepath.Join(name, "in"), 0o755) }
	for name, hinder := range map[string]func(done, inside string) error{
		"the base": func(done, inside string) error {
			if done != "base in the manifest" {
				return nil
			}
			return errors.Join(os.Remove(filepath.Join(inside, base1)), inTheWay(filepath.Join(inside, base1)))
		},
		"the incremental file": func(done, inside string) error {
			if done != "base in the manifest" {
				return nil
			}
			return errors.Join(os.Remove(filepath.Join(inside, incr1)), inTheWay(filepath.Join(inside, incr1)))
		},
		"their names": func(done, inside string) error {
			if done != "old files deleted" {
				return nil
			}
			return inTheWay(filepath.Join(inside, temporaryPrefix+theManifest))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			inside := filepath.Join(dir, "appendonlydir")
			s := newStore(t, dir, nil)
			s.fill(1000)
			s.step = func(done string) { _ = hinder(done, inside) }
			require.NoError(t, s.rewrite())
			s.finish(t)
			require.Zero(t, s.failures)
			require.Contains(t, s.told.String(), "old AOF file: ")
			s.set("after", "it")
			requireLoads(t, s.want, withoutFolders(t, dir))

			var half string // the folder in the middle of the next rewrite
			_ = os.RemoveAll(filepath.Join(inside, temporaryPrefix+theManifest))
			s.step = func(done string) {
				if done == "incremental file in the manifest" {
					half = withoutFolders(t, dir)
				}
			}
			require.NoError(t, s.rewrite())
			s.finish(t)
			requireLoads(t, s.want, half)
			s.set("later", "still")
			requireLoads(t, s.want, withoutFolders(t, dir))

			removeFolders(t, inside)
			s.step = func(string) {}
			require.NoError(t, s.rewrite())
			s.finish(t)
			require.Len(t, folder(t, dir), 3)
			requireLoads(t, s.want, copyFolder(t, dir))
		})
	}
}

// removeFolders removes what stood in the way.
func removeFolders(t *testing.T, inside string) {
	list, err := os.ReadDir(inside)
	require.NoError(t, err)
	for _, entry := range list {
		if entry.IsDir() {
			require.NoError(t, os.RemoveAll(filepath.Join(inside, entry.Name())))
		}
	}
}

// withoutFolders is a copy of the log's files.
func withoutFolders(t *testing.T, dir string) (to string) {
	to = copyFolder(t, dir)
	removeFolders(t, filepath.Join(to, "appendonlydir"))
	return to
}

func TestRewrite_OneAtATime(t *testing.T) {
	s := newStore(t, t.TempDir(), nil)
	s.fill(1000)
	require.NoError(t, s.rewrite())
	require.ErrorIs(t, s.rewrite(), ErrRewriting)
	s.finish(t)
	require.NoError(t, s.rewrite())
	s.finish(t)
}

func TestClose_GivesARewriteUp(t *testing.T) {
	for turns := range 4 {
		dir := t.TempDir()
		s := newStore(t, dir, nil)
		s.fill(5000)
		require.NoError(t, s.rewrite())
		for range turns {
			s.loop.turn()
		}
		s.set("k", "v")
		require.NoError(t, s.Close())
		requireLoads(t, s.want, dir)
		for name := range folder(t, dir) {
			require.NotContains(t, name, temporaryPrefix)
		}
	}
}

// Without a log a rewrite makes one that a server can be started from.
func TestRewrite_WithoutAppendOnlyMakesABase(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, func(o *config.Config) { o.AppendOnly = false })
	s.fill(100)
	for round := 1; round <= 2; round++ {
		require.NoError(t, s.rewrite())
		s.finish(t)
		require.Equal(t, fmt.Sprintf("file appendonly.aof.%d.base.aof seq %d type b\n", round, round), folder(t, dir)[theManifest])
		require.Len(t, folder(t, dir), 2)
		requireLoads(t, s.want, copyFolder(t, dir))
		s.delete("key1")
	}
}

// What is flushed is not dumped after that: the base and the new incremental file
// give the same data. Without such a file the base alone would be of no moment.
func TestRewrite_IsRightAfterAFlushInTheMiddle(t *testing.T) {
	for _, appending := range []bool{true, false} {
		dir := t.TempDir()
		s := newStore(t, dir, func(o *config.Config) { o.AppendOnly = appending })
		s.fill(100_000)
		var w *rewrite
		require.NoError(t, s.rewrite())
		s.loop.until(t, func() bool { w = s.rewriting; return w.dumped > 0 })
		require.Less(t, w.dumped, 100_000)
		s.set("key7", "changed")
		s.flushAll()
		s.set("key8", "new")
		s.finish(t)
		require.Equal(t, !appending, s.failures == 1)
		if appending {
			require.Less(t, w.dumped, 100_000)
			requireLoads(t, s.want, copyFolder(t, dir))
		} else {
			require.Contains(t, s.told.String(), errFlushed.Error())
			s.loop.until(t, func() bool { return s.rewrite() == nil }) // when the other one has ended
			s.finish(t)
			requireLoads(t, s.want, copyFolder(t, dir))
		}
	}
}

// The walk waits for a disk that is slower, so that a snapshot does not gather in
// memory.
func TestRewrite_WaitsForTheDisk(t *testing.T) {
	s := newStore(t, t.TempDir(), nil)
	const keys = 1000
	for i := range keys {
		s.set(fmt.Sprint("large", i), strings.Repeat("x", chunkSize/10))
	}
	w := newRewrite(s.keys)
	close(w.ended)
	s.rewriting = w
	s.beginSnapshot(w, s.manifest, nil)
	for range 100 {
		s.loop.turn()
	}
	require.True(t, w.full())
	require.True(t, w.stalled.Load(), "no timer is left, the writer wakes the walk")
	dumped := w.dumped
	require.Less(t, dumped, keys/2)
	for w.full() {
		require.NotEmpty(t, w.chunks)
		s.wrote(w, <-w.chunks)
	}
	require.False(t, w.stalled.Load())
	for range 10 {
		s.loop.turn()
	}
	require.Greater(t, w.dumped, dumped)
}

// What waits for the writer is counted in bytes, and a large value goes in pieces.
func TestRewrite_LargeValuesDoNotGather(t *testing.T) {
	s := newStore(t, t.TempDir(), nil)
	const keys = 20
	for i := range keys {
		s.db.Set(fmt.Append(nil, "large", i), []byte(strings.Repeat("x", maxWaiting)), keyspace.Never)
	}
	w := newRewrite(s.keys)
	close(w.ended)
	s.rewriting = w
	s.beginSnapshot(w, s.manifest, nil)
	for written := 0; !w.closed; {
		for range 10 {
			s.loop.turn()
		}
		require.LessOrEqual(t, int(w.waiting.Load())+len(w.chunk), maxWaiting+2*chunkSize)
		for len(w.chunks) > 0 {
			chunk := <-w.chunks
			require.LessOrEqual(t, cap(chunk), 2*chunkSize)
			written += len(chunk)
			s.wrote(w, chunk)
		}
		require.LessOrEqual(t, written, keys*(maxWaiting+100))
	}
	require.Equal(t, keys, w.dumped)
	s.rewriting = nil
}

func TestWantsRewrite_WhenTheLogHasGrown(t *testing.T) {
	for _, tc := range []struct {
		percentage, minSize int
		base, size          int64
		want                bool
	}{
		{100, 1000, 500, 1000, false}, // it must be larger than the least
		{100, 1000, 500, 1001, true},
		{100, 1000, 1000, 1999, false},
		{100, 1000, 1000, 2000, true},
		{50, 1000, 1000, 1500, true},
		{50, 1000, 1000, 1499, false},
		{100, 1000, 0, 1001, true},
		{0, 1000, 1, 1 << 40, false},
	} {
		s := newStore(t, t.TempDir(), func(o *config.Config) { o.AutoRewritePercentage, o.AutoRewriteMinSize = tc.percentage, tc.minSize })
		s.baseSize, s.size = tc.base, tc.size
		require.Equal(t, tc.want, s.WantsRewrite(), "%+v", tc)
	}
}

func TestWantsRewrite_PausesAfterFailures(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, func(o *config.Config) { o.AutoRewriteMinSize = 10 })
	s.set("k", "v")
	blocked := filepath.Join(dir, "appendonlydir", temporaryPrefix+theManifest)
	require.NoError(t, os.Mkdir(blocked, 0o755))
	fail := func() {
		require.True(t, s.WantsRewrite())
		require.NoError(t, s.rewrite())
		require.False(t, s.WantsRewrite(), "one is under way")
		s.finish(t)
	}
	for range maxFailures {
		fail()
	}
	for _, pause := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		s.loop.now = s.loop.now.Add(pause - time.Millisecond)
		require.False(t, s.WantsRewrite(), pause)
		s.loop.now = s.loop.now.Add(time.Millisecond)
		fail()
	}
	s.loop.now = s.loop.now.Add(longestPause)
	require.NoError(t, os.Remove(blocked))
	require.True(t, s.WantsRewrite())
	require.NoError(t, s.rewrite())
	s.finish(t)
	require.False(t, s.WantsRewrite())
	require.Zero(t, s.failures)
}
