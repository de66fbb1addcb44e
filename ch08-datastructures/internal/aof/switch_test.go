package aof

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
)

// end switches the log off, as CONFIG SET appendonly no.
func (s *store) end() {
	s.opts.AppendOnly = false
	s.End()
}

func (s *store) begin() error {
	s.opts.AppendOnly = true
	return s.Begin(s.keys)
}

// finishBeginning takes turns, of the cron too, until the log has all data.
func (s *store) finishBeginning(t *testing.T) {
	t.Helper()
	s.loop.until(t, func() bool {
		if s.WantsRewrite() {
			_ = s.rewrite()
		}
		return !s.beginning && s.rewriting == nil && s.abandoned.hasEnded()
	})
}

// change does something to the data, and seldom flushes it.
func (s *store) change(random *rand.Rand) {
	switch key := fmt.Sprint("key", random.IntN(6000)); random.IntN(500) {
	default:
		s.set(key, fmt.Sprint(random.Uint64()))
	case 0, 1, 2:
		s.delete(key)
	case 3:
		if random.IntN(20) == 0 {
			s.flushAll()
		}
	}
}

// A log that ends has all that was written until then; one that begins has all data as soon
// as its base has its name. In between there is the earlier log, whole.
func TestBegin_InterruptedAtAnyStepGivesTheOldLogOrTheNew(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, nil)
	s.fill(5000)
	type moment struct {
		step, dir string
		want      data
	}
	var moments []moment
	var mu sync.Mutex // for the files and what they should amount to
	earlier := data{}
	s.step = func(done string) {
		mu.Lock()
		defer mu.Unlock()
		want := maps.Clone(earlier)
		switch done {
		case "base renamed", "base in the manifest", "old files deleted":
			want = maps.Clone(s.want)
		}
		moments = append(moments, moment{done, copyFolder(t, dir), want})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		s.end()
		earlier = maps.Clone(s.want)
		requireLoads(t, earlier, copyFolder(t, dir))
		for range 1000 {
			s.change(random) // in no log
		}
		require.NoError(t, s.begin())
		require.NoError(t, s.begin(), "it begins already")
		s.loop.until(t, func() bool {
			mu.Lock()
			defer mu.Unlock()
			s.change(random)
			return !s.beginning
		})
		require.Nil(t, s.rewriting)
		require.NoError(t, s.Save())
		requireLoads(t, s.want, copyFolder(t, dir))
		require.Len(t, folder(t, dir), 3)
	}
	steps := []string{"marked file made", "temporary base written", "marked file synced", "base renamed", "base in the manifest", "old files deleted"}
	require.Len(t, moments, 3*len(steps))
	for i, m := range moments {
		require.Equal(t, steps[i%len(steps)], m.step)
		l, got := startLog(t, m.dir, nil)
		require.Equal(t, m.want, got, m.step)
		l.set("after", m.step)
		require.NoError(t, l.Close())
		m.want["after"] = m.step
		requireLoads(t, m.want, m.dir)
		for name := range folder(t, m.dir) {
			require.NotContains(t, name, temporaryPrefix, m.step)
		}
	}
}

func TestBegin_InAFreshFolderInterruptedAtAnyStep(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, func(c *config.Config) { c.AppendOnly = false })
	s.fill(10)
	moments := map[string]string{}
	s.step = func(done string) { moments[done] = copyFolder(t, dir) }
	require.NoError(t, s.begin())
	s.finishBeginning(t)
	for step, at := range moments {
		want := s.want
		if step != "base renamed" && step != "base in the manifest" && step != "old files deleted" {
			want = data{}
		}
		requireLoads(t, want, at)
	}
	require.Len(t, moments, 6)
}

// Whatever goes wrong, it is tried again, and until it succeeds the earlier log stays.
func TestBegin_ThatFailsIsTriedAgain(t *testing.T) {
	const base, incr = "appendonly.aof.2.base.aof", "appendonly.aof.2.incr.aof"
	for name, way := range map[string]string{
		"no temporary base":   temporaryPrefix + base + "/in",
		"no mark":             temporaryPrefix + incr + "/in",
		"no incremental file": incr + "/in",
		"its name is taken":   base + "/in",
		"no manifest":         temporaryPrefix + theManifest + "/in",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := newStore(t, dir, nil)
			s.fill(100)
			s.end()
			earlier := maps.Clone(s.want)
			s.set("between", "logs")
			inTheWay := filepath.Join(s.folder, way)
			require.NoError(t, os.MkdirAll(inTheWay, 0o755))
			require.NoError(t, s.begin())
			for failures := 1; failures <= 2; failures++ {
				s.loop.until(t, func() bool {
					s.set("during", fmt.Sprint(failures))
					return s.rewriting == nil && s.abandoned.hasEnded()
				})
				require.Equal(t, failures, s.failures)
				require.True(t, s.State().Enabled && s.State().Scheduled)
				require.ErrorIs(t, s.Save(), ErrBeginning)
				require.NoError(t, s.Err(), "no write is refused")
				if name != "no manifest" { // then the new one needs just that, and gets it
					requireLoads(t, earlier, withoutFolders(t, dir))
				}
				require.True(t, s.WantsRewrite())
				if failures == 1 {
					require.NoError(t, s.rewrite())
				}
			}
			require.NoError(t, os.RemoveAll(filepath.Dir(inTheWay)))
			s.finishBeginning(t)
			require.Zero(t, s.failures)
			s.set("after", "it")
			requireLoads(t, s.want, copyFolder(t, dir))
			require.Len(t, folder(t, dir), 3)
		})
	}
}

// Ending while it begins leaves the earlier log or, where the base had all keys, the new one
// up to then. Beginning again begins anew.
func TestEnd_WhileItBegins(t *testing.T) {
	for _, at := range []string{"", "marked file made", "temporary base written", "marked file synced", "base renamed", "base in the manifest"} {
		t.Run(at, func(t *testing.T) {
			dir := t.TempDir()
			s := newStore(t, dir, nil)
			s.fill(1000)
			s.end()
			earlier := maps.Clone(s.want)
			s.set("between", "logs")
			reached, goOn := make(chan bool), make(chan bool)
			s.step = func(done string) {
				if done == at {
					s.step = func(string) {}
					close(reached)
					<-goOn
				}
			}
			require.NoError(t, s.begin())
			if at != "" {
				s.loop.until(t, func() bool {
					select {
					case <-reached:
						return true
					default:
						return false
					}
				})
				s.set("until", at)
			}
			s.end()
			ended := maps.Clone(s.want)
			s.set("after", "it")
			close(goOn)
			s.finish(t)
			s.loop.turn()
			got, err := load(copyFolder(t, dir), nil)
			require.NoError(t, err)
			require.Contains(t, []data{earlier, ended}, got)
			require.NoError(t, s.begin())
			s.finishBeginning(t)
			s.set("again", "on")
			requireLoads(t, s.want, copyFolder(t, dir))
			require.Len(t, folder(t, dir), 3)
		})
	}
}

// With Always a reply promises nothing until the base is whole, and from then on all.
func TestBegin_PromisesWhenItIsWhole(t *testing.T) {
	s := newStore(t, t.TempDir(), func(c *config.Config) { c.AppendFsync = config.Always })
	s.set("a", "1")
	s.end()
	at := s.Appended()
	require.Equal(t, at, s.Safe())
	require.NoError(t, s.begin())
	s.loop.until(t, func() bool { return s.file != nil || !s.beginning })
	s.testLog.set("b", "2")
	require.Equal(t, s.Appended(), s.Safe())
	s.finishBeginning(t)
	s.testLog.set("c", "3")
	require.Less(t, s.Safe(), s.Appended())
	require.NoError(t, s.Flush())
	require.Equal(t, s.Appended(), s.Safe())
	require.False(t, s.unsynced)
}

// A transaction that switches the log off is in it whole.
func TestEnd_InATransactionComesBehindIt(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, nil)
	s.BeginUnit()
	s.testLog.set("a", "1")
	s.end()
	s.testLog.set("b", "2")
	s.EndUnit()
	s.testLog.set("c", "3")
	s.loop.turn()
	s.testLog.set("d", "4")
	require.NoError(t, s.Flush())
	requireLoads(t, data{"a": "1", "b": "2", "c": "3"}, copyFolder(t, dir))
}

func TestMove_WaitsUntilTheLogIsOff(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	s := newStore(t, dir, nil)
	s.set("a", "1")
	s.opts.Dir = other
	require.Error(t, s.Move())
	s.end()
	require.NoError(t, s.Move())
	require.NoError(t, s.begin())
	s.opts.Dir = dir
	require.Error(t, s.Move())
	s.opts.Dir = other
	s.finishBeginning(t)
	s.set("b", "2")
	requireLoads(t, s.want, copyFolder(t, other))
	requireLoads(t, data{"a": "1"}, copyFolder(t, dir))
}

// A base that an earlier rewrite had left behind when it was killed is not the beginning's.
func TestSettle_KnowsABaseOfAnEarlierRewrite(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, nil)
	s.set("a", "1")
	s.end()
	require.NoError(t, os.WriteFile(s.path("appendonly.aof.2.base.aof"), []byte(select0+cmd("SET", "stale", "1")), 0o644))
	var half string
	s.step = func(done string) {
		if done == "marked file made" {
			half = copyFolder(t, dir)
		}
	}
	require.NoError(t, s.begin())
	s.finishBeginning(t)
	requireLoads(t, data{"a": "1"}, half)
}
