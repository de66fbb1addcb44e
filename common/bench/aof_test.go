package bench

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
	"redis-internals/common/bench/load"
)

func TestParseManifest_FindsTheNumberOfTheBaseFile(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		want int
	}{
		"the first":      {"file a.1.base.aof seq 1 type b\nfile a.1.incr.aof seq 1 type i\n", 1},
		"after rewrites": {"file a.12.base.aof seq 12 type b\nfile a.11.incr.aof seq 11 type h\nfile a.12.incr.aof seq 12 type i\n", 12},
		"none yet":       {"file a.1.incr.aof seq 1 type i\n", 0},
		"other order":    {"# a comment\nfile a.3.incr.aof seq 3 type i\nseq 2 type b file a.2.base.aof\n", 2},
		"empty":          {"", 0},
	} {
		t.Run(name, func(t *testing.T) {
			seq, err := parseManifest(row.text)
			require.NoError(t, err)
			require.Equal(t, row.want, seq)
		})
	}
}

func TestParseManifest_RefusesWhatIsNone(t *testing.T) {
	for _, text := range []string{"file a seq 1 type\n", "file a seq x type b\n", "file a type b\n"} {
		_, err := parseManifest(text)
		require.Error(t, err, text)
	}
}

func TestBaseSeq_IsZeroWithoutAManifest(t *testing.T) {
	seq, err := baseSeq(t.TempDir())
	require.NoError(t, err)
	require.Zero(t, seq)
}

// written writes a file of commands and returns its folder and its content.
func written(t *testing.T, commands, size int) (dir string, content []byte) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, writeAppendOnly(dir, commands, size, &atomic.Bool{}))
	content, err := os.ReadFile(filepath.Join(dir, appendOnlyDir, incrFile))
	require.NoError(t, err)
	return dir, content
}

func TestAppendOnlyFile_HoldsTheMixOfCommands(t *testing.T) {
	const commands = 1003
	_, content := written(t, commands, 5)
	r := bufio.NewReader(bytes.NewReader(content))
	first, err := benchtest.ReadRequest(r)
	require.NoError(t, err)
	require.Equal(t, []string{"SELECT", "0"}, first)
	keys, counts := map[string]bool{}, map[string]int{}
	for range commands {
		args, err := benchtest.ReadRequest(r)
		require.NoError(t, err)
		require.Equal(t, "SET", args[0])
		require.Len(t, args[1], 16)
		kind := "new"
		switch {
		case len(args) == 5:
			require.Equal(t, []string{"xxxxx", "PXAT", farFuture}, args[2:])
			kind = "expires"
		case args[2] == "yyyyy":
			kind = "again"
		default:
			require.Equal(t, []string{"xxxxx"}, args[2:])
		}
		require.Equal(t, kind == "again", keys[args[1]], args)
		keys[args[1]] = true
		counts[kind]++
	}
	_, err = r.ReadByte()
	require.Error(t, err, "nothing follows")
	require.Equal(t, map[string]int{"new": 803, "expires": 100, "again": 100}, counts)
	require.Len(t, keys, loadedKeys(commands))
}

func TestAppendOnlyFile_HasTheLayoutOfRedis7(t *testing.T) {
	dir, _ := written(t, 10, 1)
	base, err := os.ReadFile(filepath.Join(dir, "appendonlydir", "appendonly.aof.1.base.aof"))
	require.NoError(t, err)
	require.Empty(t, base)
	manifest, err := os.ReadFile(filepath.Join(dir, "appendonlydir", "appendonly.aof.manifest"))
	require.NoError(t, err)
	require.Equal(t, "file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n", string(manifest))
	seq, err := baseSeq(dir)
	require.NoError(t, err)
	require.Equal(t, 1, seq)
}

func TestAppendOnlyFile_IsTheSameEveryTime(t *testing.T) {
	_, one := written(t, 500, 3)
	_, other := written(t, 500, 3)
	require.Equal(t, one, other)
}

func TestAppendOnlyFile_IsLeftOffWhenTheRunStops(t *testing.T) {
	stop := &atomic.Bool{}
	stop.Store(true)
	require.ErrorIs(t, writeAppendOnly(t.TempDir(), 1000, 1, stop), load.ErrStopped)
}

func TestLinkAppendOnly_GivesTheSameFilesAndAManifestOfItsOwn(t *testing.T) {
	from, content := written(t, 100, 1)
	to := t.TempDir()
	require.NoError(t, linkAppendOnly(from, to))
	got, err := os.ReadFile(filepath.Join(to, appendOnlyDir, incrFile))
	require.NoError(t, err)
	require.Equal(t, content, got)
	same := func(name string) bool {
		a, err := os.Stat(filepath.Join(from, appendOnlyDir, name))
		require.NoError(t, err)
		b, err := os.Stat(filepath.Join(to, appendOnlyDir, name))
		require.NoError(t, err)
		return os.SameFile(a, b)
	}
	require.True(t, same(incrFile))
	require.False(t, same(manifestFile))
}

func TestMakeFolder_NotesOnceWhereTheFilesAre(t *testing.T) {
	b := &bench{Config: Config{Dir: t.TempDir()}}
	b.report = newReport(b.Config)
	one, err := b.makeFolder("one")
	require.NoError(t, err)
	other, err := b.makeFolder("other")
	require.NoError(t, err)
	require.Equal(t, b.Dir, filepath.Dir(filepath.Dir(one)))
	require.Equal(t, filepath.Dir(one), filepath.Dir(other))
	require.Len(t, b.report.Notes, 1)
	require.True(t, strings.HasPrefix(b.report.Notes[0], "append-only files were in "+b.Dir+" ("), b.report.Notes[0])
	b.stopServers()
	require.NoDirExists(t, filepath.Dir(one))
}

func TestMakeFolder_SaysWhereItCouldNot(t *testing.T) {
	b := &bench{Config: Config{Dir: filepath.Join(t.TempDir(), "none")}}
	_, err := b.makeFolder("one")
	require.ErrorContains(t, err, "making a folder for the append-only files: ")
}
