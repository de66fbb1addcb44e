// ch05_config_file.go: a redis.conf as the first argument.

package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

// settingsFile is a redis.conf as the first argument.
func settingsFile() list {
	return list{
		{Name: "a redis.conf is read, with comments, quotes and units", Run: readsFile},
		{Name: "the command line counts more than a redis.conf", Run: flagsAfterFile},
		{Name: "a redis.conf includes others in their place", Run: includesFiles},
		{Name: "CONFIG REWRITE keeps a redis.conf's comments, and is read back", Run: rewritesFile},
		{Name: "CONFIG REWRITE without a change changes no setting", Run: rewritesNothing},
		{Name: "a redis.conf with an unknown directive is refused", Run: refusesFile("hz 10\nnosuch 1\n", 2, "nosuch 1", "Bad directive or wrong number of arguments")},
		{Name: "a redis.conf with a value that is no number is refused", Run: refusesFile("# comment\n\nhz abc\n", 3, "hz abc", notParsed)},
		{Name: "a redis.conf with a value out of range is refused", Run: refusesFile("maxmemory-samples 0\n", 1, "maxmemory-samples 0", between("1", "2147483647"))},
		{Name: "a redis.conf with a word that is none of the right ones is refused", Run: refusesFile("appendfsync sometimes\n", 1, "appendfsync sometimes", fsyncNames)},
		{Name: "a redis.conf with a wrong yes or no is refused", Run: refusesFile("appendonly maybe", 1, "appendonly maybe", notYesNo)},
		{Name: "a redis.conf with a wrong amount is refused", Run: refusesFile("auto-aof-rewrite-min-size 10xb\n", 1, "auto-aof-rewrite-min-size 10xb", notMemory)},
		{Name: "a redis.conf with a directive without a value is refused", Run: refusesFile("maxclients\n", 1, "maxclients", "wrong number of arguments")},
		{Name: "a redis.conf with a value too many is refused", Run: refusesFile("maxclients 1 2\n", 1, "maxclients 1 2", "wrong number of arguments")},
		{Name: "a redis.conf with unbalanced quotes is refused", Run: refusesFile("hz 10\nappendfilename \"x\n", 2, "appendfilename \"x", "Unbalanced quotes in configuration line")},
		{Name: "a redis.conf that is not there is refused", Run: func(t *T) {
			code, output := t.Execute("/nosuch/redis.conf")
			require.Equal(t, 1, code, output)
			require.Contains(t, output, "/nosuch/redis.conf")
			require.Contains(t, output, "o such file or directory")
		}},
	}
}

// writeConf makes a file on the disk, and returns its path.
func (d *disk) writeConf(name, text string) string {
	path := filepath.Join(d.path, name)
	require.NoError(d.t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// startWith starts a server with the file as its first argument.
func (d *disk) startWith(path string, args ...string) (*harness.Server, *conformance.Conn) {
	s := d.t.Start(d.options(path, nil, args...))
	return s, d.connect(s)
}

func (d *disk) options(file string, wrap []string, args ...string) harness.Options {
	return harness.Options{Dir: d.path, File: file, Args: args, Wrap: wrap}
}

func expectSettings(t *T, c *conformance.Conn, settings map[string]string) {
	for name, want := range settings {
		reply := c.Call("CONFIG", "GET", name)
		require.Equal(t, []string{name, want}, reply.Strings())
	}
}

func readsFile(t *T) {
	d := newDisk(t)
	path := d.writeConf("redis.conf", strings.Join([]string{
		"# a comment", "", "   # another", "HZ 20", "\tmaxmemory-samples   9  ", "appendfsync \"no\"", "auto-aof-rewrite-min-size 2mb", "appenddirname 'my dir'",
		"appendfilename \"a\\x62c.aof\"", "maxclients 50", "maxclients 60", "client-output-buffer-limit normal 1mb 2kb 3", "no-appendfsync-on-rewrite YES",
	}, "\n"))
	_, c := d.startWith(path)
	expectSettings(t, c, map[string]string{
		"hz": "20", "maxmemory-samples": "9", "appendfsync": "no", "auto-aof-rewrite-min-size": "2097152", "appenddirname": "my dir", "appendfilename": "abc.aof", "maxclients": "60",
		"client-output-buffer-limit": "normal 1048576 2048 3 slave 268435456 67108864 60 pubsub 33554432 8388608 60", "no-appendfsync-on-rewrite": "yes",
	})
	require.Equal(t, path, askFigures(c, "server")["config_file"])
}

func flagsAfterFile(t *T) {
	d := newDisk(t)
	_, c := d.startWith(d.writeConf("redis.conf", "hz 20\nmaxmemory-samples 9\n"), "--hz", "30", "--appendfsync", "no")
	expectSettings(t, c, map[string]string{"hz": "30", "maxmemory-samples": "9", "appendfsync": "no"})
}

func includesFiles(t *T) {
	d := newDisk(t)
	d.writeConf("one.conf", "hz 21\nmaxmemory-samples 11\n")
	d.writeConf("more1.conf", "appendfsync no\n")
	d.writeConf("more2.conf", "maxclients 70\n")
	_, c := d.startWith(d.writeConf("redis.conf", fmt.Sprintf("hz 20\ninclude %[1]s/one.conf\nmaxmemory-samples 12\ninclude %[1]s/more*.conf\n", d.path)))
	expectSettings(t, c, map[string]string{"hz": "21", "maxmemory-samples": "12", "appendfsync": "no", "maxclients": "70"})
}

func rewritesFile(t *T) {
	d := newDisk(t)
	path := d.writeConf("redis.conf", "# first words\nhz 20\n\n# of samples\nmaxmemory-samples 9\nappendfsync no\n# last words\n")
	s, c := d.startWith(path)
	changed := map[string]string{"hz": "30", "maxmemory-samples": "10", "appendfsync": "always", "maxclients": "77", "auto-aof-rewrite-min-size": "3000000", "no-appendfsync-on-rewrite": "yes"}
	for name, value := range changed {
		configure(c, name, value)
	}
	speak(c, plain, "CONFIG REWRITE", done, "CONFIG REWRITE", done)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.Split(string(text), "\n")
	require.Subset(t, lines, []string{"# first words", "hz 30", "# of samples", "maxmemory-samples 10", "appendfsync always", "# last words", "maxclients 77"})
	require.True(t, strings.HasPrefix(string(text), "# first words\nhz 30\n\n# of samples\nmaxmemory-samples 10\n"), string(text))
	require.Equal(t, 1, strings.Count(string(text), "maxclients "))
	s.Kill()
	_, c = d.startWith(path)
	expectSettings(t, c, changed)
}

func rewritesNothing(t *T) {
	d := newDisk(t)
	path := d.writeConf("redis.conf", "hz 20\nmaxmemory-policy allkeys-lru\n")
	s, c := d.startWith(path)
	speak(c, plain, "CONFIG REWRITE", done)
	s.Kill()
	_, c = d.startWith(path)
	expectSettings(t, c, map[string]string{"hz": "20", "maxmemory-policy": "allkeys-lru", "maxmemory-samples": "5", "appendonly": "no", "maxclients": "10000"})
}

// refusesFile expects that a server does not start with such a file, and says which
// line of it is wrong, and why.
func refusesFile(text string, line int, words, reason string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		code, output := t.Execute(d.writeConf("redis.conf", text))
		require.Equal(t, 1, code, "exit code; it printed: %s", output)
		require.NotContains(t, output, "goroutine ", "a message, not a crash")
		require.Contains(t, output, "at line "+fmt.Sprint(line)+"\n>>> '"+words+"'\n"+reason)
	}
}
