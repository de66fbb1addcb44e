// ch08_sockets.go: unixsocket and its neighbours, rename-command, and the process's score.

package cases

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
)

const notOctal = "argument couldn't be parsed as an octal number"

func sockets() list {
	byFile := []string{"--unixsocket", "r.sock", "--unixsocketperm", "700"}
	rows := list{
		{Name: "unixsocket is a file to connect by", Args: byFile, Run: servesByFile},
		{Name: "protected-mode and enable-debug-command take a file for this machine", Args: append([]string{"--enable-debug-command", "local", "--bind", "0.0.0.0"}, byFile...), Run: func(t *T) {
			require.Equal(t, "OK", dialFile(t, "r.sock").call("DEBUG", "SLEEP", "0").Text)
		}},
		{Name: "a password is asked for on a file, too", Args: append(append([]string{}, secretive...), byFile...), Run: func(t *T) {
			f := dialFile(t, "r.sock")
			require.True(t, strings.HasPrefix(f.call("PING").Text, "NOAUTH "))
			require.Equal(t, "OK", f.call("AUTH", "open sesame").Text)
		}},
		{Name: "a file that a dead server has left is replaced", Run: replacesDeadFile},
		{Name: "the file is gone when the server is", Args: byFile, Run: func(t *T) {
			speak(t.Dial(), plain, "PING", "+PONG\r\n")
			_ = t.Dial().TrySend(cmd("SHUTDOWN", "NOSAVE"))
			path := filepath.Join(t.Server().Dir, "r.sock")
			t.Until("the file is gone", func() bool { _, err := os.Stat(path); return err != nil })
			t.Until("the log tells of it", func() bool { return strings.Contains(t.Server().Log(), "Removing the unix socket file.") })
		}},
		{Name: "a file that is no socket stays", StageOnly: "Redis deletes it", Run: func(t *T) {
			d := newDisk(t)
			path := d.writeConf("precious", "data")
			code, output := t.Execute("--port", "0", "--unixsocket", path)
			require.Equal(t, 1, code)
			require.Contains(t, output, "Failed opening Unix socket: bind: Address already in use")
			require.FileExists(t, path)
		}},
		{Name: "a file that cannot be made ends the start", Run: func(t *T) {
			code, output := t.Execute("--port", "0", "--unixsocket", "/nosuch/r.sock")
			require.Equal(t, 1, code)
			require.Contains(t, output, "# Failed opening Unix socket: bind: No such file or directory")
			code, output = t.Execute("--port", "0", "--unixsocket", "/tmp/"+strings.Repeat("x", 110))
			require.Equal(t, 1, code)
			require.Contains(t, output, "# Failed opening Unix socket: unix socket path too long (115), must be under 108")
		}},
		{Name: "a server that would listen nowhere does not start", Run: func(t *T) {
			code, output := t.Execute("--port", "0")
			require.Equal(t, 1, code)
			require.Contains(t, output, "# Configured to not listen anywhere, exiting.")
		}},
		{Name: "unixsocketperm is an octal number", Run: refusesFile("unixsocketperm 8\n", 1, "unixsocketperm 8", notOctal)},
		{Name: "unixsocketperm has nine bits", Run: refusesFile("unixsocketperm 1000\n", 1, "unixsocketperm 1000", between("0", "777"))},
		{Name: "oom-score-adj-values are three numbers", Run: refusesFile("oom-score-adj-values 1 2\n", 1, "oom-score-adj-values 1 2", "wrong number of arguments")},
		{Name: "oom-score-adj has four names for three values", Run: refusesFile("oom-score-adj maybe\n", 1, "oom-score-adj maybe", "argument(s) must be one of the following: no, yes, relative, absolute")},
		{Name: "settings of sockets and of the process have Redis' values", Own: true, Run: dialogue(
			"CONFIG GET unixsocketperm", bulks("unixsocketperm 0"), "CONFIG GET unixsocket", array(bulk("unixsocket"), bulk("")), "CONFIG GET bind-source-addr", array(bulk("bind-source-addr"), bulk("")),
			"CONFIG SET unixsocket x", setFailed("unixsocket", "can't set immutable config"), "CONFIG SET unixsocketperm 700", setFailed("unixsocketperm", "can't set immutable config"),
			"CONFIG SET bind-source-addr 10.0.0.1", done, "CONFIG GET bind-source-addr", bulks("bind-source-addr 10.0.0.1"),
			"CONFIG GET oom-score-adj", bulks("oom-score-adj no"), "CONFIG GET oom-score-adj-values", array(bulk("oom-score-adj-values"), bulk("0 200 800")),
			"CONFIG SET oom-score-adj maybe", setFailed("oom-score-adj", "argument(s) must be one of the following: no, yes, relative, absolute"), "CONFIG SET oom-score-adj-values 5", setFailed("oom-score-adj-values", "wrong number of arguments"),
		)},
		{Name: "oom-score-adj tells the kernel", Own: true, Run: tellsTheKernel},
		{Name: "tcp-keepalive is changed while the server runs", Own: true, Run: func(t *T) {
			speak(t.Dial(), plain, "CONFIG SET tcp-keepalive 0", done, "CONFIG SET tcp-keepalive 60", done, "CONFIG GET tcp-keepalive", bulks("tcp-keepalive 60"), "CONFIG SET tcp-keepalive -1", setFailed("tcp-keepalive", between("0", "2147483647")))
			speak(t.Dial(), plain, "PING", "+PONG\r\n")
		}},
	}
	return append(in(8, lesson2Clients, rows), renamedCommands()...)
}

func renamedCommands() list {
	const long = "b840fc02d524045429941cc15f59e41cb7be6c52"
	renamed := "rename-command FLUSHALL Nuke\nrename-command CONFIG \"\"\nrename-command set put\nrename-command GET \"my get\"\nrename-command client " + long +
		"\nrename-command exec run\nrename-command incr set\n"
	with := func(fn func(t *T, c *conformance.Conn)) func(*T) {
		return func(t *T) {
			d := newDisk(t)
			_, c := d.startWith(d.writeConf("redis.conf", renamed))
			fn(t, c)
		}
	}
	rows := list{
		{Name: "rename-command gives commands other names", Run: with(func(t *T, c *conformance.Conn) {
			speak(c, plain, "PUT k v", done, "put k", wrongArity("set"), "GET k", unknown("GET", "k"), "FLUSHALL", unknown("FLUSHALL"), "CONFIG GET port", unknown("CONFIG", "GET", "port"), "CLIENT ID", unknown("CLIENT", "ID"),
				long+" nosuch", unknownSub("nosuch", strings.ToUpper(long)), long+" getname", nilBulk, "SET n", ":1\r\n", "EXEC", unknown("EXEC"), "MULTI", done, "put q 1", queued, "run", array(done))
			c.Exchange(cmd("MY GET", "k"), bulk("v"))
			speak(c, plain, "NUKE", done, "DBSIZE", zero)
		})},
		{Name: "COMMAND tells of renamed commands by their own names", Run: with(func(t *T, c *conformance.Conn) {
			reply := c.Call("COMMAND", "INFO", "nuke", "flushall", "put", "config", long)
			var names []string
			for _, e := range reply.Elems {
				name := ""
				if len(e.Elems) > 0 {
					name = e.Elems[0].Text
				}
				names = append(names, name)
			}
			require.Equal(t, []string{"flushall", "", "set", "", "client"}, names)
			count := c.Call("COMMAND", "COUNT").Int
			require.Len(t, c.Call("COMMAND").Elems, int(count))
			list := c.Call("COMMAND", "LIST").Strings()
			require.NotContains(t, list, "config")
			require.Subset(t, list, []string{"flushall", "set"})
			speak(c, plain, "COMMAND GETKEYS put a b", bulks("a"), "COMMAND GETKEYS exists a b", bulks("a b"), "ACL DRYRUN default put a b", done, "ACL DRYRUN default config get x", "-ERR Command 'config' not found\r\n")
			require.Contains(t, c.Call("ACL", "CAT", "dangerous").Strings(), "config|get")
		})},
		{Name: "HELP of a renamed command says its name", Run: with(func(t *T, c *conformance.Conn) {
			require.Equal(t, strings.ToUpper(long)+" <subcommand> [<arg> [value] [opt] ...]. Subcommands are:", c.Call(long, "HELP").Strings()[0])
		})},
		{Name: "rename-command of no command is refused", Run: refusesFile("hz 10\nrename-command nosuch x\n", 2, "rename-command nosuch x", "No such command in rename-command")},
		{Name: "rename-command to a command's name is refused", Run: refusesFile("rename-command get SET\n", 1, "rename-command get SET", "Target command name already exists")},
		{Name: "rename-command twice the same is refused", Run: refusesFile("rename-command get \"\"\nrename-command get x\n", 2, "rename-command get x", "No such command in rename-command")},
		{Name: "rename-command needs two names", Run: refusesFile("rename-command get\n", 1, "rename-command get", "Bad directive or wrong number of arguments")},
		{Name: "a log outlives other names of commands", StageOnly: "Redis logs what it was sent", Run: func(t *T) {
			d := newDisk(t)
			path := d.writeConf("redis.conf", renamed+"appendonly yes\nappendfsync always\n")
			s, c := d.startWith(path)
			speak(c, plain, "put k v", done, "MULTI", done, "put a 1", queued, "SET a", queued, "run", array(done, ":2\r\n"), "EXPIRE k 1000", one)
			s.Kill()
			s, c = d.startWith(path)
			c.Exchange(cmd("my get", "k")+cmd("my get", "a"), bulk("v")+bulk("2"))
			s.Kill()
			_, c = d.startWith(d.writeConf("redis.conf", "appendonly yes\nappendfsync always\n"))
			speak(c, plain, "GET k", bulk("v"), "GET a", bulk("2"))
		}},
	}
	return in(8, lesson2Clients, rows)
}

// fileConn is a connection by a file.
type fileConn struct {
	t  *T
	nc net.Conn
	r  *bufio.Reader
}

// dialFile connects by a file in the server's directory.
func dialFile(t *T, name string) *fileConn {
	return dialPath(t, filepath.Join(t.Server().Dir, name))
}

func dialPath(t *T, path string) *fileConn {
	var nc net.Conn
	t.Until("the server listens on "+path, func() (ok bool) { // it listens on the port first
		var err error
		nc, err = net.DialTimeout("unix", path, t.Patience())
		return err == nil
	})
	t.Cleanup(func() { _ = nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(t.Patience())))
	return &fileConn{t: t, nc: nc, r: bufio.NewReader(nc)}
}

func (f *fileConn) call(args ...string) wire.Value {
	_, err := f.nc.Write([]byte(cmd(args...)))
	require.NoError(f.t, err)
	reply, err := wire.Read(f.r)
	require.NoError(f.t, err)
	return reply
}

func servesByFile(t *T) {
	f := dialFile(t, "r.sock")
	require.Equal(t, "PONG", f.call("PING").Text)
	info, err := os.Stat(filepath.Join(t.Server().Dir, "r.sock"))
	require.NoError(t, err)
	require.EqualValues(t, 0o700, info.Mode().Perm())
	require.Equal(t, "OK", f.call("SET", "k", strings.Repeat("v", 1<<20)).Text)
	require.Equal(t, bulk(strings.Repeat("v", 1<<20)), bulk(f.call("GET", "k").Text))
	line := f.call("CLIENT", "INFO").Text
	require.Contains(t, line, " addr=r.sock:0 laddr=r.sock:0 ")
	require.Contains(t, line, " flags=U ")
	watcher := t.Dial()
	watcher.Exchange(cmd("MONITOR"), done)
	f.call("ECHO", "hi")
	require.Regexp(t, `^\d+\.\d{6} \[0 unix:r\.sock\] "ECHO" "hi"$`, watcher.Reply().Text)
	t.Until("the log tells of it", func() bool {
		return strings.Contains(t.Server().Log(), "The server is now ready to accept connections at ")
	})
	speak(t.Dial(), plain, "CONFIG GET unixsocketperm", bulks("unixsocketperm 700"))
}

func replacesDeadFile(t *T) {
	d := newDisk(t)
	path := d.writeConf("redis.conf", fmt.Sprintf("unixsocket %s/r.sock\n", d.path))
	s, _ := d.startWith(path)
	s.Kill()
	require.FileExists(t, d.path+"/r.sock")
	d.startWith(path)
	require.Equal(t, "PONG", dialPath(t, d.path+"/r.sock").call("PING").Text)
}

// tellsTheKernel reads the score of the server's process.
func tellsTheKernel(t *T) {
	c := t.Dial()
	pid := askFigures(c, "server")["process_id"]
	path := "/proc/" + pid + "/oom_score_adj"
	score := func() string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Skip("the kernel does not tell: " + err.Error())
		}
		return strings.TrimSpace(string(text))
	}
	before := score()
	speak(c, plain, "CONFIG SET oom-score-adj absolute", done)
	c.Exchange(cmd("CONFIG", "SET", "oom-score-adj-values", "700 800 900"), done)
	require.Equal(t, "700", score())
	c.Exchange(cmd("CONFIG", "GET", "oom-score-adj-values"), array(bulk("oom-score-adj-values"), bulk("700 800 900")))
	speak(c, plain, "CONFIG GET oom-score-adj", bulks("oom-score-adj absolute"), "CONFIG SET oom-score-adj no", done)
	require.Equal(t, before, score())
}
