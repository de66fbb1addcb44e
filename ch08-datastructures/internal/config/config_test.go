package config

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func write(t *testing.T, text string) (name string) {
	name = filepath.Join(t.TempDir(), "redis.conf")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func none([]string) (string, error) { return "", nil }

func TestParse_ReadsTheFileAndThenTheCommandLine(t *testing.T) {
	name := write(t, "# a comment\n\nport 7000\nMAXCLIENTS 5\nbind 127.0.0.1 -::1\nappendfsync always\n"+
		"client-query-buffer-limit 2mb\nclient-output-buffer-limit normal 1mb 2kb 3\ndir \"/tmp/a b\"\n")
	c := Default()
	require.NoError(t, c.Parse([]string{name, "--port", "7001", "--bind", "::1", "10.0.0.1", "--maxkeys", "9"}))
	require.Equal(t, 7001, c.Port)
	require.Equal(t, 5, c.MaxClients)
	require.Equal(t, []string{"::1", "10.0.0.1"}, c.Bind)
	require.Equal(t, Always, c.AppendFsync)
	require.Equal(t, 2<<20, c.MaxQuery)
	require.Equal(t, OutputLimit{1 << 20, 2 << 10, 3 * time.Second}, c.Output[Normal])
	require.Equal(t, "/tmp/a b", c.Dir)
	require.Equal(t, 9, c.MaxKeys)
	require.Equal(t, name, c.File)
}

func TestParse_SaysWhereTheFileIsWrong(t *testing.T) {
	for _, tc := range []struct{ text, line, reason string }{
		{"port 7000\nfoo bar\n", "line 2", "Bad directive or wrong number of arguments"},
		{"port abc\n", "line 1", "argument couldn't be parsed into an integer"},
		{"port -1\n", "line 1", "argument must be between 0 and 65535 inclusive"},
		{"port\n", "line 1", "wrong number of arguments"},
		{"port 1 2\n", "line 1", "wrong number of arguments"},
		{"\n\nappendonly maybe\n", "line 3", "argument must be 'yes' or 'no'"},
		{"appendfsync x\n", "line 1", "argument(s) must be one of the following: everysec, always, no"},
		{"client-query-buffer-limit 1x\n", "line 1", "argument must be a memory value"},
		{"dir \"x\n", "line 1", "Unbalanced quotes in configuration line"},
		{"client-output-buffer-limit normal 1\n", "line 1", "Wrong number of arguments in buffer limit configuration."},
		{"client-output-buffer-limit x 1 1 1\n", "line 1", "Invalid client class specified in buffer limit configuration."},
		{"appendfilename a/b\n", "line 1", "appendfilename can't be a path, just a filename"},
		{"hz 10\nuser bob on\n", "line 2", "this server has one user, default, whose password is requirepass: others would not be kept out"},
		{"prot 1\n", "line 1", "Bad directive or wrong number of arguments (did you mean port?)"},
		{"daemonize\n", "line 1", "wrong number of arguments"},
		{"requirepass\n", "line 1", "wrong number of arguments"},
	} {
		name := write(t, tc.text)
		err := Default().Parse([]string{name})
		require.ErrorContains(t, err, name, tc.text)
		require.ErrorContains(t, err, tc.line, tc.text)
		require.ErrorContains(t, err, tc.reason, tc.text)
	}
	require.ErrorContains(t, Default().Parse([]string{"/nonexistent.conf"}), "can't open config file '/nonexistent.conf'")
}

func TestParse_SaysWhatIsWrongWithTheCommandLine(t *testing.T) {
	for args, want := range map[string]string{
		"--port abc": "--port abc: argument couldn't be parsed",
		"--port":     "--port: wrong number of arguments",
		"--nosuch 1": "no --nosuch (--help lists the options)",
	} {
		require.ErrorContains(t, Default().Parse(strings.Fields(args)), want, args)
	}
	require.ErrorIs(t, Default().Parse([]string{"--help"}), ErrHelp)
	require.ErrorIs(t, Default().Parse([]string{"-v"}), ErrVersion)
}

func TestInclude_ReadsFilesInPlaceAndEnds(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.conf": "port 1\ninclude " + dir + "/b*.conf\nmaxkeys 3\n",
		"b.conf": "port 2\nmaxkeys 2\n",
		"c.conf": "include " + dir + "/c.conf\n",
		"d.conf": "include " + dir + "/e.conf\n",
		"e.conf": "port 1\nport x\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	c := Default()
	require.NoError(t, c.Parse([]string{dir + "/a.conf"}))
	require.Equal(t, 2, c.Port)
	require.Equal(t, 3, c.MaxKeys)
	require.ErrorContains(t, Default().Parse([]string{dir + "/c.conf"}), "too deeply")
	err := Default().Parse([]string{dir + "/d.conf"})
	require.ErrorContains(t, err, "e.conf, at line 2", "the file that is wrong is named")
}

func TestParse_ReportsWhatItHasNoUseFor(t *testing.T) {
	name := write(t, "save 3600 1\nrdbchecksum no\nio-threads 4\nport 7000\naof-use-rdb-preamble yes\ncluster-announce-ip \"\"\n")
	c := Default()
	require.NoError(t, c.Parse([]string{name, "--save", ""}))
	require.Error(t, c.Parse([]string{"--aof-use-rdb-preamble", "yes"}))
	require.Equal(t, []string{"save (" + name + ":1)", "rdbchecksum (" + name + ":2)", "io-threads (" + name + ":3)", "aof-use-rdb-preamble yes (" + name + ":5)"}, c.Ignored)
}

// A redis.conf that a Redis wrote, or a distribution ships, starts the server.
func TestParse_TakesEverySettingOfRedisAsItIsByDefault(t *testing.T) {
	c := Default()
	require.NoError(t, c.Parse([]string{"testdata/redis.conf"}))
	require.Equal(t, []string{"*", "-::*"}, c.Bind)
}

func TestSettings_AreEitherKnownOrIgnoredOrAbsent(t *testing.T) {
	seen := map[string]bool{}
	add := func(name string) {
		require.False(t, seen[name], "%s is told of twice", name)
		seen[name] = true
	}
	for o := range settable {
		add(o.name)
	}
	for _, name := range ignoredNames {
		add(name)
	}
	for _, a := range absents {
		add(a.name)
	}
}

func TestParse_RefusesWhatSomebodyReliesOn(t *testing.T) {
	for _, line := range []string{
		"aclfile /x", "user default off", "user alice on nopass ~* +@all",
		"loadmodule /x.so", "replicaof 10.0.0.1 6379", "slaveof 10.0.0.1 6379", "cluster-enabled yes", "tls-port 6380", "tls-cluster yes",
		"tls-replication yes", "min-replicas-to-write 1", "min-slaves-to-write 1",
	} {
		err := Default().Parse([]string{write(t, "# first\n"+line+"\n")})
		require.ErrorContains(t, err, "line 2\n>>> '"+line+"'\nthis server ", line)
		require.Error(t, Default().Parse(strings.Fields("--"+line)), line)
	}
}

func TestParse_TakesWhatAsksForNothing(t *testing.T) {
	c := Default()
	require.NoError(t, c.Parse([]string{write(t, "replicaof no one\nslaveof NO ONE\nrequirepass \"\"\ntls-port 0\ncluster-enabled no\n"+
		"maxmemory-clients 0%\nuser default on nopass sanitize-payload ~* &* +@all\n")}))
	require.Empty(t, c.Ignored)
}

func TestParse_ReadsStandardInputBetweenTheFileAndTheOptions(t *testing.T) {
	defer func(old io.Reader) { stdin = old }(stdin)
	name := write(t, "port 1\nhz 11\nmaxkeys 1\n")
	for _, args := range [][]string{{name, "-", "--maxkeys", "3"}, {name, "--maxkeys", "3", "-"}} {
		stdin = strings.NewReader("hz 12\nmaxkeys 2\n")
		c := Default()
		require.NoError(t, c.Parse(args))
		require.Equal(t, []int{1, 12, 3}, []int{c.Port, c.Hz, c.MaxKeys})
	}
	stdin = strings.NewReader("hz 12\nhz x\n")
	require.ErrorContains(t, Default().Parse([]string{"-"}), "standard input, at line 2\n>>> 'hz x'")
}

func TestParse_IncludesFromTheCommandLine(t *testing.T) {
	c := Default()
	require.NoError(t, c.Parse([]string{"--port", "1", "--include", write(t, "port 2\nhz 13\n"), "--hz", "14"}))
	require.Equal(t, []int{2, 14}, []int{c.Port, c.Hz})
	require.ErrorContains(t, Default().Parse([]string{"--include", "/nonexistent"}), "can't open config file '/nonexistent': no such file or directory")
}

func TestParse_TakesSaveWithoutAValue(t *testing.T) {
	for _, args := range []string{"--save", "--save --port 7000", "--port 7000 --save"} {
		c := Default()
		require.NoError(t, c.Parse(strings.Fields(args)), args)
		require.Empty(t, c.Ignored)
	}
}

func TestSet_ChangesAllOrNothing(t *testing.T) {
	c := Default()
	for _, tc := range []struct {
		pairs []string
		want  string
	}{
		{[]string{"maxkeys", "7", "nosuch", "1"}, "Unknown option or number of arguments for CONFIG SET - 'nosuch'"},
		{[]string{"maxkeys", "7", "maxkeys", "8"}, "CONFIG SET failed (possibly related to argument 'maxkeys') - duplicate parameter"},
		{[]string{"maxkeys", "7", "databases", "8"}, "CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config"},
		{[]string{"maxkeys", "7", "maxclients", "0"}, "CONFIG SET failed (possibly related to argument 'maxclients') - argument must be between 1 and 4294967295 inclusive"},
		{[]string{"maxkeys", "7", "aof-use-rdb-preamble", "yes"}, "argument must be 'no'"},
		{[]string{"maxkeys", "x", "DIR", "/tmp"}, "CONFIG SET failed (possibly related to argument 'DIR') - can't set protected config"},
		{[]string{"maxkeys", "x", "MaxKeys", "1"}, "CONFIG SET failed (possibly related to argument 'MaxKeys') - duplicate parameter"},
		{[]string{"MaxKeys", "07"}, "CONFIG SET failed (possibly related to argument 'maxkeys') - argument couldn't be parsed into an integer"},
		{[]string{"maxkeys", "+7"}, "couldn't be parsed into an integer"},
		{[]string{"auto-aof-rewrite-min-size", "9999999999gb"}, "argument must be between 0 and 9223372036854775807 inclusive"},
		{[]string{"auto-aof-rewrite-min-size", "+1"}, "argument must be a memory value"},
	} {
		require.ErrorContains(t, c.Set(tc.pairs, none), tc.want)
		require.Equal(t, Default(), c)
	}
	var told []string
	require.NoError(t, c.Set([]string{"MaxKeys", "7", "appendfsync", "NO"}, func(names []string) (string, error) { told = names; return "", nil }))
	require.Equal(t, []string{"maxkeys", "appendfsync"}, told)
	require.Equal(t, 7, c.MaxKeys)
	require.Equal(t, Never, c.AppendFsync)
}

func TestSet_TakesValuesBackThatCannotHold(t *testing.T) {
	c := Default()
	var seen []int
	err := c.Set([]string{"maxkeys", "5", "maxclients", "77"}, func([]string) (string, error) {
		seen = append(seen, c.MaxClients)
		if c.MaxClients == 77 {
			return "maxclients", os.ErrPermission
		}
		return "", nil
	})
	require.ErrorContains(t, err, "related to argument 'maxclients') - permission denied")
	require.Equal(t, []int{77, 10_000}, seen)
}

func TestSet_KnowsFormerNames(t *testing.T) {
	c := Default()
	require.NoError(t, c.Set([]string{"hash-max-ziplist-entries", "7"}, none))
	require.Equal(t, 7, c.HashMaxListpackEntries)
	require.Equal(t, []Setting{{"Hash-max-ZIPLIST-entries", "7"}}, c.Get([]string{"Hash-max-ZIPLIST-entries"}, nil))
	require.NoError(t, c.Set([]string{"hash-max-listpack-entries", "8", "hash-max-ziplist-entries", "9"}, none), "as Redis: two names, no duplicate")
	require.Same(t, find("hash-max-listpack-entries"), find("hash-max-ziplist-entries"))
}

func TestGet_AnswersInRedisForm(t *testing.T) {
	c := Default()
	require.NoError(t, c.Set([]string{"client-output-buffer-limit", "normal 1mb 2kb 3 pubsub 1 1 1", "appendfsync", "always"}, none))
	got := map[string]string{}
	for _, s := range c.Get([]string{"x*", "y*"}, func(pattern, _ string) bool { return pattern == "y*" }) {
		require.NotContains(t, got, s.Name)
		got[s.Name] = s.Value
	}
	names := 0
	for o := range settable {
		names += len(o.names())
	}
	require.Len(t, got, names)
	for name, want := range map[string]string{
		"bind": "127.0.0.1 -::1", "port": "6379", "appendonly": "no", "appendfsync": "always", "aof-use-rdb-preamble": "no",
		"auto-aof-rewrite-min-size": "67108864", "client-output-buffer-limit": "normal 1048576 2048 3 slave 268435456 67108864 60 pubsub 1 1 1", "maxmemory-policy": "noeviction",
	} {
		require.Equal(t, want, got[name], name)
	}
}

func TestGet_AnswersANameAsItIsAsked(t *testing.T) {
	never := func(string, string) bool { return false }
	require.Equal(t, []Setting{{"PORT", "6379"}, {"hz", "10"}}, Default().Get([]string{"hz", "PORT", "port", "nosuch", ""}, never))
}

func TestGet_TellsThatThereAreNoSavePoints(t *testing.T) {
	c := Default()
	require.NoError(t, c.Set([]string{"save", ""}, none))
	require.ErrorContains(t, c.Set([]string{"save", "900 1"}, none), "related to argument 'save')")
	require.Equal(t, []Setting{{"save", ""}}, c.Get([]string{"save"}, func(string, string) bool { return false }))
}

func TestGet_TellsWhereTheDirectoryIs(t *testing.T) {
	here, err := os.Getwd()
	require.NoError(t, err)
	require.Equal(t, []Setting{{"dir", here}}, Default().Get([]string{"dir"}, func(string, string) bool { return false }))
}

func TestRewrite_KeepsWhatItDoesNotKnow(t *testing.T) {
	name := write(t, "# mine\nport 7000\nsave 900 1\nmaxkeys 1\n\nmaxkeys 2\nappendfsync always\n")
	require.NoError(t, os.Chmod(name, 0o640))
	c := Default()
	require.NoError(t, c.Parse([]string{name}))
	require.NoError(t, c.Set([]string{"maxkeys", "5", "maxclients", "77"}, none))
	require.NoError(t, c.Rewrite())
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, "# mine\nport 7000\nsave 900 1\nmaxkeys 5\n\nappendfsync always\n\n# Generated by CONFIG REWRITE\nmaxclients 77\n", string(text))
	again := Default()
	require.NoError(t, again.Parse([]string{name}))
	require.Equal(t, c.Get([]string{"*"}, func(string, string) bool { return true }), again.Get([]string{"*"}, func(string, string) bool { return true }))
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.EqualValues(t, 0o640, info.Mode().Perm())
	require.NoError(t, c.Rewrite(), "once more changes nothing")
	later, _ := os.ReadFile(name)
	require.Equal(t, string(text), string(later))
	require.EqualError(t, Default().Rewrite(), "The server is running without a config file")
}

// Whatever a setting is, the next start reads it as it was.
func TestRewrite_IsReadBackWhateverTheValue(t *testing.T) {
	hostile := []string{"my file.aof", `a"b`, "a'b", "#", "a\nport 1", "a\rb\tc", "\a\b\v\f", "a\x01\x7fb", "\u200b", "\u00a0x", "\xff\xfe", "-x", "$HOME", "%s", " a ", "no"}
	for _, o := range []string{"appendfilename", "appenddirname", "logfile", "dir"} {
		for _, value := range hostile {
			requireRewritten(t, o, value)
		}
	}
	requireRewritten(t, "dir", `/a\b\x41`)
	requireRewritten(t, "logfile", "")
	for _, value := range []string{"", "a", "a b", `a"b`} {
		if err := Default().Parse([]string{"--bind", value}); err == nil {
			requireRewritten(t, "bind", value)
		}
	}
	changed := map[string]string{
		"maxmemory-policy": "allkeys-lru", "loglevel": "warning", "appendfsync": "always", "aof-use-rdb-preamble": "no",
		"client-output-buffer-limit": "normal 1 2 3 slave 4 5 6 pubsub 7 8 9", "client-query-buffer-limit": "1048577", "proto-max-bulk-len": "1048577",
	}
	for o := range options {
		value := changed[o.name]
		if value == "" {
			value = map[string]string{"NUMBER": "77", "SIZE": "77", "yes|no": "yes"}[o.form]
		}
		if value != "" {
			requireRewritten(t, o.name, value)
		}
	}
}

// requireRewritten sets an option, lets the settings be written to a file that has
// the option, and to one that has it not, and reads them back.
func requireRewritten(t *testing.T, name, value string) {
	t.Helper()
	c := Default()
	require.NoError(t, find(name).set(c, []string{value}), "%s %q", name, value)
	for _, text := range []string{"", "\"" + name + "\" \"1\"\n", strings.ToUpper(name) + " 1\n# comment\n" + name + " 2\n"} {
		c.File = write(t, text)
		require.NoError(t, c.Rewrite())
		again := Default()
		require.NoError(t, again.Parse([]string{c.File}), "%s %q", name, value)
		for o := range options {
			require.Equal(t, o.get(c), o.get(again), "%s, after %s %q", o.name, name, value)
		}
	}
}

func TestRewrite_SaysWhyItCannot(t *testing.T) {
	c := Default()
	c.File = filepath.Join(t.TempDir(), "none", "redis.conf")
	require.EqualError(t, c.Rewrite(), "Rewriting config file: No such file or directory")
}

func FuzzReadLine(f *testing.F) {
	for _, line := range []string{"port 1", "bind", "include x", "client-output-buffer-limit normal 1 1 1", "maxkeys \"1\"", "# x", "dir \"\""} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.Contains(strings.ToLower(line), "include") {
			return
		}
		c := Default()
		_ = c.readLine(line, "here", 1)
		for o := range options {
			_ = o.get(c)
		}
	})
}

func TestParse_TakesTheLineOfTheOneUserAsItIs(t *testing.T) {
	const foo = "#2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
	for _, text := range []string{
		"user default on nopass ~* &* +@all\n", "user default on nopass sanitize-payload ~* &* +@all\n", "user default allcommands allkeys allchannels nopass on\n",
		"requirepass foo\nuser default on " + foo + " ~* &* +@all\n",
	} {
		require.NoError(t, Default().Parse([]string{write(t, text)}), text)
	}
	for _, text := range []string{
		"requirepass foo\nuser default on nopass ~* &* +@all\n", "requirepass bar\nuser default on " + foo + " ~* &* +@all\n", "user default on " + foo + " ~* &* +@all\n",
		"user default on nopass ~x &* +@all\n", "user default on nopass ~* &* +@all -get\n", "user default off nopass ~* &* +@all\n", "user default on nopass ~* &*\n", "user default on nopass ~* +@all\n", "user default\n", "user bob on nopass ~* &* +@all\n",
	} {
		require.ErrorContains(t, Default().Parse([]string{write(t, text)}), noUsers, text)
	}
}
