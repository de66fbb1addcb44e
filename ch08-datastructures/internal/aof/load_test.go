package aof

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
)

// logOf makes a folder whose log ends in these files, each with its content. The
// first one is the base.
func logOf(t testing.TB, contents ...string) (dir string) {
	dir = t.TempDir()
	path := filepath.Join(dir, "appendonlydir")
	require.NoError(t, os.Mkdir(path, 0o755))
	m := manifest{prefix: "appendonly.aof"}.withNewBase()
	for range contents[1:] {
		m = m.withNewIncr()
	}
	for i, p := range m.parts() {
		require.NoError(t, os.WriteFile(filepath.Join(path, p.name), []byte(contents[i]), 0o644))
	}
	require.NoError(t, os.WriteFile(filepath.Join(path, manifestName(m.prefix)), []byte(m.String()), 0o644))
	return dir
}

func TestLoad_ExecutesAllFilesInOrder(t *testing.T) {
	dir := logOf(t, cmd("SET", "a", "1")+cmd("SET", "b", "1"), cmd("SET", "a", "2"), "", cmd("DEL", "b")+cmd("SET", "c", "3"))
	requireLoads(t, data{"a": "2", "c": "3"}, dir)
}

func TestLoad_SkipsAnnotations(t *testing.T) {
	requireLoads(t, data{"a": "1"}, logOf(t, "#TS:1700000000\r\n"+cmd("SET", "a", "1")+"#TS:1700000001\r\n"))
}

func TestLoad_TakesACommandOfAnySize(t *testing.T) {
	for _, size := range []int{0, 1, readSize - 30, readSize, 3*readSize + 1} {
		value := strings.Repeat("v", size)
		requireLoads(t, data{"a": "1", "k": value, "z": "1"}, logOf(t, cmd("SET", "a", "1")+cmd("SET", "k", value)+cmd("SET", "z", "1")))
	}
}

// Whatever of the last file has reached the disk: what is whole is loaded, and
// the rest is cut off, so that appending goes on behind a whole command.
func TestLoad_OfAFileCutAtAnyOffset(t *testing.T) {
	commands := []string{cmd("SET", "a", "1"), cmd("SET", "b", "\r\n*1\r\n"), cmd("MULTI") + cmd("SET", "c", "1") + cmd("DEL", "a") + cmd("EXEC"), cmd("SET", "d", strings.Repeat("x", 12))}
	states := []data{{"base": "1"}, {"base": "1", "a": "1"}, {"base": "1", "a": "1", "b": "\r\n*1\r\n"}, {"base": "1", "b": "\r\n*1\r\n", "c": "1"}}
	all := strings.Join(commands, "")
	for n := range len(all) {
		whole, end := 0, 0
		for ; end+len(commands[whole]) <= n; whole++ {
			end += len(commands[whole])
		}
		dir := logOf(t, cmd("SET", "base", "1"), all[:n])
		if end < n {
			_, err := load(dir, func(o *config.Config) { o.AOFLoadTruncated = false })
			require.ErrorContains(t, err, fmt.Sprintf("%s/appendonlydir/%s: the command at offset %d is not whole", dir, incr1, end), "cut at %d", n)
			require.Len(t, folder(t, dir)[incr1], n, "it is left as it was")
		}
		requireLoads(t, states[whole], dir)
		require.Len(t, folder(t, dir)[incr1], end, "cut at %d", n)
		l, _ := startLog(t, dir, nil)
		l.set("next", "1")
		require.NoError(t, l.Close())
		want := data{"next": "1"}
		for key, value := range states[whole] {
			want[key] = value
		}
		requireLoads(t, want, dir)
	}
}

// A value may hold anything, commands too. Where it is cut is still the end of
// the log.
func TestLoad_OfAFileCutBehindAValueThatLooksLikeCommands(t *testing.T) {
	whole := cmd("SET", "a", "1")
	torn := cmd("SET", "k", "text\r\n"+cmd("DEL", "a")+"#\r\n"+cmd("DEL", "a")+strings.Repeat("and more\r\n", 10))
	for n := strings.Index(torn, "and more") + 1; n < len(torn); n++ {
		requireLoads(t, data{"a": "1"}, logOf(t, "", whole+torn[:n]))
	}
	damaged := whole + "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$999\r\nv\r\n"
	for _, behind := range []string{whole, whole + whole, whole + "#TS:1\r\n" + whole, whole + whole[:9], whole + "#T"} {
		_, err := load(logOf(t, "", damaged+behind), nil)
		require.ErrorContains(t, err, "others follow at offset", "%q", behind)
	}
}

// Only the last file may be torn: the others were whole when the next one began.
func TestLoad_RefusesATornFileThatOthersFollow(t *testing.T) {
	a, b := cmd("SET", "a", "1"), cmd("SET", "b", "1")
	for _, contents := range [][]string{{a + b[:9], b}, {a + b[:9], ""}, {a, a + b[:9], b}} {
		dir := logOf(t, contents...)
		before := folder(t, dir)
		_, err := load(dir, nil)
		require.ErrorContains(t, err, fmt.Sprintf("is torn at offset %d, and it is not the last file of the log", len(a)))
		require.Equal(t, before, folder(t, dir))
	}
	// Behind it there may be files that have got nothing yet.
	requireLoads(t, data{"a": "1"}, logOf(t, "", a+b[:9], ""))
}

// A byte outside keys and values that has changed does not go unnoticed,
// whatever it is now, and the file is left as it is.
func TestLoad_RefusesAChangedByte(t *testing.T) {
	text := cmd("SET", "a", "one") + cmd("DEL", "a")
	isPayload := func(i int) bool { return text[i] == 'a' || strings.Contains("one", text[i:i+1]) }
	dir := logOf(t, "", "")
	incr := filepath.Join(dir, "appendonlydir", incr1)
	for i := range len(text) {
		for _, b := range []byte{0, '\n', '\r', ' ', '#', '$', '*', '+', '-', '0', '1', '3', '9', 'S', 'a', text[i] ^ 1, text[i] ^ 0x80, 0xff} {
			if isPayload(i) || b == text[i] {
				continue
			}
			changed := text[:i] + string([]byte{b}) + text[i+1:] + cmd("SET", "b", "two")
			require.NoError(t, os.WriteFile(incr, []byte(changed), 0o644))
			_, err := load(dir, nil)
			require.Error(t, err, "offset %d is %q", i, b)
			require.ErrorContains(t, err, incr)
			require.ErrorContains(t, err, "at offset ")
			require.Equal(t, changed, folder(t, dir)[incr1], "offset %d is %q", i, b)
		}
	}
}

func TestLoad_SaysWhatIsWrong(t *testing.T) {
	a := cmd("SET", "a", "1")
	for text, want := range map[string]string{
		a + cmd("NOSUCH"):         fmt.Sprintf(`bad file format at offset %d: unknown command ["NOSUCH"]`, len(a)),
		a + "PING\r\n":            fmt.Sprintf("bad file format at offset %d: a command should begin here, and does not", len(a)),
		a + "*0\r\n" + a:          fmt.Sprintf("bad file format at offset %d: lengths that do not fit", len(a)),
		a + "*1\r\n$4\x00\r\n":    fmt.Sprintf("bad file format at offset %d: a NUL in the line of a length", len(a)),
		a + "*1\r\n$-1\r\n":       fmt.Sprintf("bad file format at offset %d: Protocol error: invalid bulk length", len(a)),
		a + "*1\r\n$4\rxPING\r\n": fmt.Sprintf("bad file format at offset %d: lengths that do not fit", len(a)),
		"*3\r\n$3\r\nSET\r\n$99\r\nk\r\n$1\r\nv\r\n" + a + a: "a command that is not whole, and yet others follow at offset 28",
		"REDIS0010\xfa":             "it is an RDB file: have Redis write it with aof-use-rdb-preamble no",
		cmd("MULTI") + cmd("MULTI"): "", // it waits for its EXEC: cut off
		cmd("EXEC"):                 `unknown command ["EXEC"]`,
	} {
		dir := logOf(t, text)
		got, err := load(dir, nil)
		if want == "" {
			require.NoError(t, err)
			require.Empty(t, got)
			continue
		}
		require.ErrorContains(t, err, "loading the AOF file "+filepath.Join(dir, "appendonlydir", base1), "%q", text)
		require.ErrorContains(t, err, want, "%q", text)
	}
}

func TestLoad_SaysWhichFileIsMissing(t *testing.T) {
	dir := logOf(t, "", cmd("SET", "a", "1"), "")
	name := filepath.Join(dir, "appendonlydir", "appendonly.aof.2.incr.aof")
	require.NoError(t, os.Remove(name))
	_, err := load(dir, nil)
	require.EqualError(t, err, "the AOF manifest names "+name+": no such file or directory")
}

func TestLoad_StopsWhenAsked(t *testing.T) {
	dir := logOf(t, strings.Repeat(cmd("SET", "a", "1"), 10*pauseInterval))
	l, err := openLog(dir, nil)
	require.NoError(t, err)
	defer l.Close()
	executed := 0
	err = l.Load(func([][]byte) error { executed++; return nil }, func() bool { return executed >= 3*pauseInterval })
	require.ErrorIs(t, err, ErrStopped)
	require.Equal(t, 3*pauseInterval, executed)
}

func TestLoad_KnowsTheSizesOfTheLog(t *testing.T) {
	a := cmd("SET", "a", "1")
	l, _ := startLog(t, logOf(t, a+a, a), nil)
	require.EqualValues(t, 2*len(a), l.baseSize)
	require.EqualValues(t, 3*len(a), l.size)
}

// Any file is loaded or refused; and what was loaded once loads again to the
// same commands.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", cmd("SET", "a", "1"), cmd("MULTI") + cmd("SET", "a", "1") + cmd("EXEC"), cmd("SELECT", "0") + "#TS:1\r\n" + cmd("DEL", "a"),
		"*1\r\n$4\r\nPING", "REDIS0010", "*2\r\n$3\r\nGET\r\n$1000000000\r\nx", "*1048577\r\n", "*-1\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := logOf(t, "", string(content))
		commands := func() (list []string, err error) {
			l, err := openLog(dir, nil)
			require.NoError(t, err)
			defer l.Close()
			return list, l.Load(func(words [][]byte) error {
				list = append(list, fmt.Sprintf("%q", words))
				return nil
			}, neverStop)
		}
		first, err := commands()
		if err != nil {
			require.Equal(t, string(content), folder(t, dir)[incr1])
			return
		}
		second, err := commands()
		require.NoError(t, err)
		require.Equal(t, first, second)
		require.True(t, bytes.HasPrefix(content, []byte(folder(t, dir)[incr1])))
	})
}
