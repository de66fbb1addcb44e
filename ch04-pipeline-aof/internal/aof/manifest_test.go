package aof

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestManifest_IsReadAsItWasWritten(t *testing.T) {
	for _, prefix := range []string{"appendonly.aof", "with blank", `quote"s'`, `back\slash`, "new\nline", "\xff\x01", "ümlaut", "#"} {
		dir := t.TempDir()
		m := manifest{prefix: prefix}
		for range 3 {
			m = m.withNewBase().withNewIncr().withNewIncr().withoutOldIncrs(m.lastIncr)
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
		"file appendonly.aof.7.incr.aof seq 7 type i\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, theManifest), []byte(text), 0o644))
	m, err := readManifest(dir, "appendonly.aof")
	require.NoError(t, err)
	require.Equal(t, manifest{
		prefix: "appendonly.aof", base: part{"appendonly.aof.2.base.rdb", 2},
		incrs:    []part{{"appendonly.aof.5.incr.aof", 5}, {"appendonly.aof.7.incr.aof", 7}},
		history:  []part{{"old A.aof", 1}},
		lastBase: 2, lastIncr: 7,
	}, m)
	require.Equal(t, "appendonly.aof.8.incr.aof", m.withNewIncr().incrs[2].name)
}

func TestManifest_RefusesWhatItDoesNotUnderstand(t *testing.T) {
	const good = "file a seq 1 type b\n"
	for text, want := range map[string]string{
		"":                                "it names no files",
		"# only this\n":                   "it names no files",
		"file a seq 1 type h\n":           "it names no files",
		good + "\n":                       "line 2: it should read",
		good + "file b seq 1 type i":      "line 2: the line is torn",
		good + "file b seq 1\n":           "line 2: it should read",
		good + "file b seq 1 type\n":      "line 2: it should read",
		good + "file b seq x type i\n":    "line 2: it should read",
		good + "file b seq 0 type i\n":    "line 2: it should read",
		good + "file \"\" seq 1 type i\n": "line 2: it should read",
		good + "file \"b seq 1 type i\n":  "line 2: it should read",
		good + "file b seq 1 type j\n":    `line 2: type "j" is none of b, i and h`,
		good + "file ../b seq 1 type i\n": "line 2: a file can't be a path",
		good + good:                       "line 2: there is a base file already",
		good + "file b seq 2 type i\nfile c seq 2 type i\n": "line 3: seq 2 does not come after 2",
	} {
		dir := t.TempDir()
		name := filepath.Join(dir, theManifest)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		_, err := readManifest(dir, "appendonly.aof")
		require.ErrorContains(t, err, "bad AOF manifest "+name, "%q", text)
		require.ErrorContains(t, err, want, "%q", text)
	}
}
