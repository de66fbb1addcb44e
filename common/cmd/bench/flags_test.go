package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/load"
)

// inRepository makes the directories of three chapters and goes there.
func inRepository(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("go.work", nil, 0o644))
	for _, dir := range []string{"ch01-echo", "ch02-resp", "ch03-get"} {
		require.NoError(t, os.Mkdir(dir, 0o755))
	}
}

// makeSixChapters adds three to those of inRepository.
func makeSixChapters(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"ch04-aof", "ch05-objects", "ch06-memory"} {
		require.NoError(t, os.Mkdir(dir, 0o755))
	}
}

func TestParse_DefaultsToTheNewestStageAndAllItsCommands(t *testing.T) {
	inRepository(t)
	o, err := parse(nil, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "ch03-get", o.config.Chapter.Name)
	var names []string
	for _, r := range o.config.Rows {
		names = append(names, r.Name)
	}
	require.Equal(t, []string{"ping", "ping_inline", "set", "get"}, names)
	require.Equal(t, []int{1, 16, 64}, o.config.Pipeline)
	require.Equal(t, 500*time.Millisecond, o.config.Measure)
}

func TestParse_TakesWhatIsAskedFor(t *testing.T) {
	inRepository(t)
	o, err := parse(strings.Fields("-ch ch02 -rounds 3 -clients 7 -pipeline 2,8 -commands PING -seconds 0.1 -keys 9 -size 8 -idle 4 -no-redis"), io.Discard)
	require.NoError(t, err)
	c := o.config
	require.Equal(t, 2, c.Chapter.Number)
	require.Equal(t, []int{3, 7, 9, 8, 4}, []int{c.Rounds, c.Clients, c.Keys, c.Size, c.Idle})
	require.Equal(t, []int{2, 8}, c.Pipeline)
	require.Equal(t, 100*time.Millisecond, c.Measure)
	require.Len(t, c.Rows, 1)
	require.True(t, c.NoRedis)
}

func TestParse_TakesTheFlagsOfTheAppendOnlyFileFromChapterFour(t *testing.T) {
	inRepository(t)
	require.NoError(t, os.Mkdir("ch04-aof", 0o755))
	for args, want := range map[string]struct {
		fsync              string
		loading, rewriting int
		keys               int
	}{
		"-appendfsync always":              {fsync: "always", keys: 100_000},
		"-appendfsync no -dir . -keys 7":   {fsync: "no", keys: 7},
		"-loading 20 -size 9 -rounds 2":    {loading: 20, keys: 20},
		"-rewriting 30 -appendfsync no":    {fsync: "no", rewriting: 30, keys: 30},
		"-ch 04 -rewriting 30 -pipeline 1": {rewriting: 30, keys: 30},
	} {
		t.Run(args, func(t *testing.T) {
			o, err := parse(strings.Fields(args), io.Discard)
			require.NoError(t, err)
			c := o.config
			require.Equal(t, want.fsync, c.Fsync)
			require.Equal(t, []int{want.loading, want.rewriting, want.keys}, []int{c.Loading, o.rewriting, c.Keys})
			files, err := os.ReadDir(".")
			require.NoError(t, err)
			require.Len(t, files, 5, "trying -dir leaves nothing behind")
		})
	}
}

func TestParse_RunsThatFillServersHaveTheirOwnDefaults(t *testing.T) {
	inRepository(t)
	makeSixChapters(t)
	for args, want := range map[string]struct {
		rounds, keys, depth int
		measure             time.Duration
		heap                string
	}{
		"-memory 7":                          {3, 7, 16, time.Second / 2, ""},
		"-tail 7":                            {3, 7, 16, 30 * time.Second, ""},
		"-tail 7 -ch 05 -seconds 2":          {3, 7, 16, 2 * time.Second, ""},
		"-evicting 8 -pipeline 2 -rounds 4":  {4, 8, 2, time.Second / 2, ""},
		"-allocators 7 -rounds 5 -size 1000": {5, 7, 16, 10 * time.Second, "ch05-objects"},
	} {
		t.Run(args, func(t *testing.T) {
			o, err := parse(strings.Fields(args), io.Discard)
			require.NoError(t, err)
			c := o.config
			require.Equal(t, []int{want.rounds, want.keys}, []int{c.Rounds, c.Keys})
			require.Equal(t, []int{want.depth}, c.Pipeline)
			require.Equal(t, want.measure, c.Measure)
			require.Equal(t, want.heap, o.heap.Name)
			require.Equal(t, strings.Fields(args)[0], "-"+o.filling.flag)
			require.NotNil(t, o.runFilling())
		})
	}
}

func TestParse_KeepsLargeFilesFromFillingTheMemory(t *testing.T) {
	inRepository(t)
	makeSixChapters(t)
	for _, flag := range []string{"-loading", "-rewriting", "-memory", "-tail", "-evicting", "-allocators"} {
		_, err := parse([]string{flag, "99999999"}, io.Discard)
		require.EqualError(t, err, flag+" 99999999, -size 64: more than 4 GiB of values in each server; take fewer or smaller ones")
	}
}

func TestParse_GivesChapterOneASingleClientAndNoRedis(t *testing.T) {
	inRepository(t)
	o, err := parse([]string{"-ch", "01"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, 1, o.config.Clients)
	require.True(t, o.config.NoRedis)
	require.Equal(t, "echo_bytes", o.config.Rows[0].Name)
}

func TestParse_AddressNeedsNoRepository(t *testing.T) {
	t.Chdir(t.TempDir())
	o, err := parse([]string{"-addr", "localhost:7000", "-ch", "02"}, io.Discard)
	require.NoError(t, err)
	require.Nil(t, o.config.Chapter)
	require.Equal(t, "localhost:7000", o.config.Addr)
	require.Len(t, o.config.Rows, 2, "the commands of chapter 2")
	o, err = parse([]string{"-addr", "[::1]:7000"}, io.Discard)
	require.NoError(t, err)
	last, err := load.RowsOf(lastChapter, nil)
	require.NoError(t, err)
	require.Len(t, o.config.Rows, len(last), "those of the last chapter")
}

func TestRun_SaysWhatIsWrongInALineAndExitsWithTwo(t *testing.T) {
	inRepository(t)
	for args, says := range map[string]string{
		"-nosuch":                   "flag provided but not defined: -nosuch (bench -help lists the flags)",
		"-rounds x":                 `invalid value "x" for flag -rounds: parse error (bench -help lists the flags)`,
		"02":                        `what is "02"? All arguments are flags: bench -ch 02`,
		"-rounds 0":                 "-rounds 0: give a number from 1 to 1000",
		"-clients 0":                "-clients 0: give a number from 1 to 100000",
		"-keys 0":                   "-keys 0: give a number from 1 to 1073741824",
		"-size 0":                   "-size 0: give a number from 1 to 536870912",
		"-idle -1":                  "-idle -1: give a number from 0 to 1000000",
		"-seconds 0":                "-seconds 0: give a number from 0.01 to 3600",
		"-seconds NaN":              "-seconds NaN: give a number from 0.01 to 3600",
		"-pipeline 0":               `-pipeline "0": give numbers from 1 to 100000, as in 1,16,64`,
		"-pipeline 1,,2":            `-pipeline "1,,2": give numbers from 1 to 100000, as in 1,16,64`,
		"-ch 9":                     `-ch: no chapter "9"; there are 01 to 03`,
		"-ch 02 -commands get":      `-commands: no command "get" to measure in chapter 2; there are: ping,ping_inline`,
		"-ch 01 -clients 2":         "chapter 1 serves one client at a time: -clients 1 and no -idle",
		"-ch 01 -idle 2":            "chapter 1 serves one client at a time: -clients 1 and no -idle",
		"-addr nowhere":             `-addr "nowhere": give host:port, as in 127.0.0.1:6379`,
		"-addr :6379":               `-addr ":6379": give host:port, as in 127.0.0.1:6379`,
		"-addr host:0":              `-addr "host:0": give host:port, as in 127.0.0.1:6379`,
		"-addr=":                    `-addr "": give host:port, as in 127.0.0.1:6379`,
		"-addr a:1 -ch 1":           `-ch "1" with -addr: give the chapter whose commands it answers, 2 to 8`,
		"-check -ch 02":             "-check goes with -rounds, -clients, -pipeline and -seconds, not with -ch",
		"-size 1000000":             "-clients 50, -pipeline 64, -size 1000000: more than 1 GiB of values under way; take fewer or smaller ones",
		"-size 1000000 -pipeline 1": "-keys 100000, -size 1000000: more than 4 GiB of values in each server; take fewer or smaller ones",
		"-appendfsync often":        `-appendfsync "often": give one of always, everysec, no`,
		"-appendfsync=":             `-appendfsync "": give one of always, everysec, no`,
		"-appendfsync no":           "-appendfsync: chapter 3 has no append-only file; chapter 4 is the first",
		"-appendfsync no -addr a:1": "-appendfsync needs servers that bench starts, not -addr",
		"-loading 0":                "-loading 0: give a number from 1 to 1073741824",
		"-loading 9":                "-loading: chapter 3 has no append-only file; chapter 4 is the first",
		"-loading 9 -keys 9":        "-loading goes with -ch, -rounds, -size, -dir, -json, -peer and -no-redis, not with -keys",
		"-rewriting -1":             "-rewriting -1: give a number from 1 to 1073741824",
		"-rewriting 9 -ch 02":       "-rewriting: chapter 2 has no append-only file; chapter 4 is the first",
		"-rewriting 9 -loading 9":   "-loading goes with -ch, -rounds, -size, -dir, -json, -peer and -no-redis, not with -rewriting",
		"-rewriting 9 -idle 9":      "-rewriting goes with -ch, -rounds, -clients, -pipeline, -seconds, -size, -appendfsync, -dir, -json, -peer and -no-redis, not with -idle",
		"-memory 0":                 "-memory 0: give a number from 1 to 1073741824",
		"-memory 9":                 "-memory: chapter 3 has no MEMORY; chapter 6 is the first",
		"-memory 9 -idle 2":         "-memory goes with -ch, -rounds, -clients, -size, -json, -peer and -no-redis, not with -idle",
		"-memory 9 -tail 9":         "-memory goes with -ch, -rounds, -clients, -size, -json, -peer and -no-redis, not with -tail",
		"-tail 9 -ch 02":            "-tail: chapter 2 has no keys; chapter 3 is the first",
		"-tail 9 -addr a:1":         "-tail goes with -ch, -rounds, -clients, -pipeline, -seconds, -size, -json, -peer and -no-redis, not with -addr",
		"-tail 9 -pipeline 1,2":     "-tail takes one number with -pipeline",
		"-tail 9 -seconds 0":        "-seconds 0: give a number from 0.01 to 3600",
		"-evicting 1":               "-evicting 1: give a number from 2 to 1073741824",
		"-evicting 9":               "-evicting: chapter 3 has no maxmemory; chapter 6 is the first",
		"-evicting 9 -seconds 1":    "-evicting goes with -ch, -rounds, -clients, -pipeline, -size, -json, -peer and -no-redis, not with -seconds",
		"-allocators 9":             "-allocators: chapter 3 has no allocator of its own; chapter 6 is the first",
		"-allocators 9 -check":      "-allocators goes with -ch, -rounds, -clients, -pipeline, -seconds, -size, -json, -peer and -no-redis, not with -check",
		"-peer no/such":             `-peer "no/such": give a program, as in bin/ch02-resp-eventloop`,
		"-peer= -ch 02":             `-peer "": give a program, as in bin/ch02-resp-eventloop`,
		"-ch 01 -peer /bin/sh":      "-peer: chapter 1 only echoes, so no other server answers as it does",
		"-check -peer /bin/sh":      "-check goes with -rounds, -clients, -pipeline and -seconds, not with -peer",
		"-dir .":                    "-dir goes with -appendfsync, -loading or -rewriting: without these the servers keep no files",
		"-dir none -loading 9":      `-dir "none": no such file or directory`,
		"-dir go.work -loading 9":   `-dir "go.work": not a directory`,
		"-dir= -loading 9":          `-dir "": give a directory`,
		"-check -loading 9":         "-check goes with -rounds, -clients, -pipeline and -seconds, not with -loading",
		"-json no/such/dir":         "-json: open no/such/dir: no such file or directory",
		"-json .":                   "-json: open .: is a directory",
		"-check -clients 100000 -pipeline 100000": "-clients 100000, -pipeline 100000, -size 64: more than 1 GiB of values under way; take fewer or smaller ones",
	} {
		t.Run(args, func(t *testing.T) {
			var out, errs bytes.Buffer
			require.Equal(t, 2, run(t.Context(), strings.Fields(args), &out, &errs))
			require.Equal(t, "bench: "+says+"\n", errs.String())
			require.Empty(t, out.String())
		})
	}
}

func TestRun_NeedsTheRepositoryForAStage(t *testing.T) {
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	require.Equal(t, 2, run(t.Context(), []string{"-ch", "02"}, &out, &errs))
	require.Equal(t, "bench: not inside the repository: no go.work here or above\n", errs.String())
}

func TestRun_HelpIsNoError(t *testing.T) {
	for _, flag := range []string{"-h", "-help"} {
		var out, errs bytes.Buffer
		require.Zero(t, run(t.Context(), []string{flag}, &out, &errs))
		require.Contains(t, out.String(), "-pipeline numbers")
		require.Empty(t, errs.String())
	}
}

func TestWritable_LeavesFilesAsTheyWere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.json")
	require.NoError(t, writable(file))
	require.NoFileExists(t, file)
	require.NoError(t, os.WriteFile(file, []byte("{}"), 0o644))
	require.NoError(t, writable(file))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "{}", string(text))
}
