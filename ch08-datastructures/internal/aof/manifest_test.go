package aof

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
)

func TestManifest_IsReadAsItWasWritten(t *testing.T) {
	for _, prefix := range []string{"appendonly.aof", "with blank", `quote"s'`, `back\slash`, "new\nline", "\xff\x01", "ümlaut", "#"} {
		dir := t.TempDir()
		m := manifest{prefix: prefix}
		for range 3 {
			m = m.withNewIncr().withNewIncr().withoutOldIncrs(m.lastIncr).withNewBase()
			require.NoError(t, writeManifest(dir, m), prefix)
			got, err := readManifest(dir, prefix)
			require.NoError(t, err, prefix)
			require.Equal(t, m, got)
		}
	}
}

func TestManifest_OfRedis(t *testing.T) {
	dir := t.TempDir()
	text := "# a comment\n" +
		"file appendonly.aof.2.base.rdb seq 2 type b\n" +
		"file \"old \\x41.aof\" seq 1 type h\n" +
		"startoffset 12 type i seq 5 file appendonly.aof.5.incr.aof\n" +
		"file appendonly.aof.6.incr.aof seq 6 type i\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, theManifest), []byte(text), 0o644))
	m, err := readManifest(dir, "appendonly.aof")
	require.NoError(t, err)
	require.Equal(t, manifest{
		prefix: "appendonly.aof", base: part{"appendonly.aof.2.base.rdb", 2},
		incrs:    []part{{"appendonly.aof.5.incr.aof", 5}, {"appendonly.aof.6.incr.aof", 6}},
		history:  []part{{"old A.aof", 1}},
		lastBase: 2, lastIncr: 6,
	}, m)
	require.Equal(t, "appendonly.aof.7.incr.aof", m.withNewIncr().incrs[2].name)
}

func TestManifest_RefusesWhatItDoesNotUnderstand(t *testing.T) {
	const good = "file a seq 1 type b\n"
	for text, want := range map[string]string{
		"":                                                  "it names no files",
		"# only this\n":                                     "it names no files",
		"file a seq 1 type h\n":                             "line 1: the base file (type b) comes first",
		"file a seq 1 type i\n":                             "line 1: the base file (type b) comes first",
		good + "\n":                                         "line 2: it should read",
		good + "file b seq 1 type i":                        "line 2: the line is torn",
		good + "file b seq 1\n":                             "line 2: it should read",
		good + "file b seq 1 type\n":                        "line 2: it should read",
		good + "file b seq x type i\n":                      "line 2: it should read",
		good + "file b seq 0 type i\n":                      "line 2: it should read",
		good + "file \"\" seq 1 type i\n":                   "line 2: it should read",
		good + "file \"b seq 1 type i\n":                    "line 2: it should read",
		good + "file b seq 1 type j\n":                      `line 2: type "j" is none of b, i and h`,
		good + "file ../b seq 1 type i\n":                   "line 2: a file can't be a path",
		good + good:                                         "line 2: a is named already",
		good + "file c seq 2 type b\n":                      "line 2: there is a base file already: a",
		good + "file b seq 2 type i\nfile c seq 2 type i\n": "line 3: seq 2 does not come after 2",
		good + "file b seq 2 type i\nfile c seq 4 type i\n": "line 3: seq 4 does not follow on 2",
		good + "file b seq 1 type i\nfile c seq 1 type h\n": "line 3: history (type h) comes before",
		good + "file b seq 1 type h\n":                      "the history must end with the base that a replaced, and ends with b",
		good + "file b seq 1 type h file c\n":               `line 2: "file" stands there twice`,
		good + "file b seq 5000000000000000000 type i\n":    "line 2: it should read",
		good + "file " + incr1 + " seq 2 type i\n":          "line 2: by its name " + incr1 + " has seq 1 and type i",
		"file " + incr1 + " seq 1 type b\n":                 "line 1: by its name " + incr1 + " has seq 1 and type i",
		good + "file " + base1 + " seq 1 type h\n":          "line 2: " + base1 + " is not older than the base a",
		"file b seq 2 type b\nfile " + incr1 + " seq 1 type h\nfile a seq 1 type h\nfile i seq 1 type i\n": "line 4: " + incr1 + " is not older than i",
	} {
		dir := t.TempDir()
		name := filepath.Join(dir, theManifest)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		_, err := readManifest(dir, "appendonly.aof")
		require.ErrorContains(t, err, "bad AOF manifest "+name, "%q", text)
		require.ErrorContains(t, err, want, "%q", text)
	}
}

// Whatever line of a manifest is lost, and whatever byte of it changes: the data is
// the same, or the start is refused with the name of a file. No data is touched.
func TestManifest_DamageLosesNoData(t *testing.T) {
	fresh := map[string]string{base1: "", incr1: cmd("SET", "a", "1")}
	grown := map[string]string{
		"appendonly.aof.2.base.aof": cmd("SET", "a", "2"), "appendonly.aof.2.incr.aof": cmd("SET", "b", "2"), "appendonly.aof.3.incr.aof": cmd("SET", "a", "3"),
	}
	killed := map[string]string{base1: cmd("SET", "old", "1"), incr1: cmd("SET", "older", "1")} // before it deleted these
	maps.Copy(killed, grown)
	const base2, incrs = "file appendonly.aof.2.base.aof seq 2 type b\n", "file appendonly.aof.2.incr.aof seq 2 type i\nfile appendonly.aof.3.incr.aof seq 3 type i\n"
	for _, log := range []struct {
		text  string
		files map[string]string
		want  data
	}{
		{naming1, fresh, data{"a": "1"}},
		{base2 + incrs, grown, data{"a": "3", "b": "2"}},
		{base2 + "file " + incr1 + " seq 1 type h\nfile " + base1 + " seq 1 type h\n" + incrs, killed, data{"a": "3", "b": "2"}},
	} {
		dir := t.TempDir()
		refused := 0
		for _, text := range damaged(log.text) {
			write(t, dir, theManifest, text)
			if now := folder(t, dir); len(now) <= len(log.files) { // the history was deleted
				for name, content := range log.files {
					write(t, dir, name, content)
				}
			}
			got := data{}
			l, err := openLog(dir, nil)
			if err == nil {
				if err = l.Load(got.execute, neverStop); err == nil {
					err = l.Start()
				}
				require.NoError(t, l.Close())
			}
			if err != nil {
				refused++
				require.Contains(t, err.Error(), filepath.Join(dir, "appendonlydir"), "%q", text)
			} else {
				require.Equal(t, log.want, got, "%q", text)
			}
			now := folder(t, dir)
			for name, content := range log.files {
				if isOld := name == base1 || name == incr1; !isOld || log.text == naming1 || err != nil {
					require.Equal(t, content, now[name], "%s, %q: %v", name, text, err)
				}
			}
		}
		require.Positive(t, refused)
	}
}

// damaged are a manifest's texts with a line lost or a byte changed, to one that
// means something or by a bit.
func damaged(text string) (texts []string) {
	lines := slices.Collect(strings.Lines(text))
	for i := range lines {
		texts = append(texts, strings.Join(slices.Delete(slices.Clone(lines), i, i+1), ""))
	}
	for i := range len(text) {
		for _, c := range []byte{'b', 'i', 'h', '#', '2', '\n', text[i] ^ 1, text[i] ^ 0x80} {
			if c != text[i] {
				texts = append(texts, text[:i]+string([]byte{c})+text[i+1:])
			}
		}
	}
	return texts
}

// With appendonly no a rewrite opens the folder. One that is refused is not open
// for the next rewrite either, which would replace the manifest.
func TestManifest_DamageIsRefusedByEveryRewrite(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, theManifest, naming1+"?")
	l, err := openLog(dir, func(o *config.Config) { o.AppendOnly = false })
	require.NoError(t, err)
	defer l.Close()
	for range 2 {
		require.ErrorContains(t, l.Rewrite(nil), "line 3: the line is torn")
	}
}
