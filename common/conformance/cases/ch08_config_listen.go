// ch08_config_listen.go: where a server listens, and where its files are, changed while it runs.

package cases

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/harness"
)

// listening is CONFIG SET port and bind, dir and dbfilename.
func listening() list {
	return in(8, lesson5Info, list{
		{Name: "CONFIG SET port listens on another port, and keeps who is there", Args: noSetting, Run: changesPort},
		{Name: "CONFIG SET port that is taken changes nothing", Args: noSetting, Run: portTaken},
		{Name: "CONFIG SET port 0 lets nobody new in", Args: noSetting, Run: noPort},
		{Name: "CONFIG SET bind listens on other addresses", Args: []string{"--bind", "127.0.0.1"}, Run: changesBind},
		{Name: "CONFIG SET bind that cannot be changes nothing", Args: []string{"--bind", "127.0.0.1"}, Run: bindFails},
		{Name: "CONFIG SET port and bind at once", Args: []string{"--bind", "127.0.0.1"}, Run: changesPortAndBind},
		{Name: "a server without an address does not start", Run: listensNowhere},
		{Name: "CONFIG SET dir is for who is allowed", Run: protectedSettings},
		{Name: "CONFIG SET dir moves the log that begins next", Run: changesDir},
		{Name: "CONFIG REWRITE keeps a file's order and comments, line by line", Run: rewriteKeepsLines},
		{Name: "CONFIG REWRITE that cannot write says why", Run: rewriteFails},
	})
}

// freePort is a port of nobody's, until the case ends.
func freePort(t *T) string {
	port, err := harness.ReservePort()
	require.NoError(t, err)
	t.Cleanup(port.Release)
	return strconv.Itoa(port.Number)
}

// refuses expects that nobody listens there.
func refuses(t *T, address string) {
	c, err := net.Dial("tcp", address)
	if err == nil {
		c.Close()
	}
	require.Error(t, err, address)
}

func portOf(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }

func changesPort(t *T) {
	c, old, port := t.Dial(), t.Addr(), freePort(t)
	speak(c, plain, "CONFIG SET port "+port, done, "CONFIG GET port", bulks("port "+port), "PING", "+PONG\r\n")
	require.Equal(t, port, askFigures(c, "server")["tcp_port"])
	refuses(t, old)
	other := t.DialAddr("127.0.0.1:" + port)
	speak(other, plain, "SET k v", done)
	speak(c, plain, "GET k", bulk("v"), "CONFIG SET port "+portOf(old), done)
	refuses(t, "127.0.0.1:"+port)
	speak(other, plain, "GET k", bulk("v"))
	speak(t.Dial(), plain, "GET k", bulk("v"))
	speak(c, plain, "CONFIG SET port "+portOf(old), done)
	speak(t.Dial(), plain, "GET k", bulk("v"))
}

func portTaken(t *T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	c, port := t.Dial(), portOf(taken.Addr().String())
	for _, value := range []string{"-1", "65536"} {
		speak(c, plain, "CONFIG SET port "+value, setFailed("port", between("0", "65535")))
	}
	speak(
		c, plain, "CONFIG SET hz 20 port "+port+" maxmemory-samples 7", setFailed("port", "Unable to listen on this port. Check server logs."), "CONFIG GET port", bulks("port "+portOf(t.Addr())), "CONFIG GET hz", bulks("hz 10"),
		"CONFIG GET maxmemory-samples", bulks("maxmemory-samples 5"),
	)
	speak(t.Dial(), plain, "PING", "+PONG\r\n")
}

func noPort(t *T) {
	c, old := t.Dial(), t.Addr()
	speak(c, plain, "CONFIG SET port 0", done, "CONFIG GET port", bulks("port 0"), "SET k v", done)
	refuses(t, old)
	speak(c, plain, "CONFIG SET port "+portOf(old), done)
	speak(t.Dial(), plain, "GET k", bulk("v"))
}

func changesBind(t *T) {
	c, first := t.Dial(), t.Addr()
	second := "127.0.0.2:" + portOf(first)
	refuses(t, second)
	for _, step := range []struct {
		bind          string
		first, second bool
	}{
		{"127.0.0.1 127.0.0.2", true, true},
		{"127.0.0.2", false, true},
		{"", false, false},
		{"* -::*", true, true},
		{"127.0.0.1", true, false},
		{"127.0.0.2 127.0.0.1", true, true},
		{"127.0.0.1 -192.0.2.1", true, false},
		{"127.0.0.1", true, false},
	} {
		c.Exchange(cmd("CONFIG", "SET", "bind", step.bind)+cmd("CONFIG", "GET", "bind")+cmd("INCR", "n"), done+array(bulk("bind"), bulk(step.bind))+integer(c.Call("INCR", "n").Int+1))
		for address, open := range map[string]bool{first: step.first, second: step.second} {
			if open {
				t.DialAddr(address).Exchange(cmd("PING"), "+PONG\r\n")
			} else {
				refuses(t, address)
			}
		}
	}
}

func bindFails(t *T) {
	c := t.Dial()
	for _, value := range []string{"192.0.2.1", "127.0.0.1 192.0.2.1", "nosuch.invalid", "127.0.0.1 x"} {
		c.Exchange(cmd("CONFIG", "SET", "hz", "20", "bind", value), setFailed("bind", "Failed to bind to specified addresses."))
		speak(c, plain, "CONFIG GET bind", bulks("bind 127.0.0.1"), "CONFIG GET hz", bulks("hz 10"))
		speak(t.Dial(), plain, "PING", "+PONG\r\n")
	}
	c.Exchange(cmd("CONFIG", "SET", "bind", strings.Repeat("127.0.0.1 ", 16)+"127.0.0.2"), setFailed("bind", "Too many bind addresses specified."))
}

func changesPortAndBind(t *T) {
	c, old, port := t.Dial(), t.Addr(), freePort(t)
	speak(c, plain, "CONFIG SET port "+port, done)
	c.Exchange(cmd("CONFIG", "SET", "bind", "127.0.0.2 127.0.0.1", "port", portOf(old)), done)
	for _, host := range []string{"127.0.0.1:", "127.0.0.2:"} {
		t.DialAddr(host+portOf(old)).Exchange(cmd("PING"), "+PONG\r\n")
		refuses(t, host+port)
	}
}

func listensNowhere(t *T) {
	for _, args := range [][]string{{"--port", "0"}, {"--port", freePort(t), "--bind", ""}} {
		code, output := t.Execute(args...)
		require.Equal(t, 1, code, output)
		require.Contains(t, output, "Configured to not listen anywhere, exiting.")
	}
}

func protectedSettings(t *T) {
	for value, allowed := range map[string]bool{"no": false, "yes": true, "local": true} {
		d := newDisk(t, "--enable-protected-configs", value)
		_, c := d.start()
		speak(c, plain, "CONFIG SET enable-protected-configs yes", setFailed("enable-protected-configs", immutable))
		if !allowed {
			speak(c, plain, "CONFIG SET dir /tmp", setFailed("dir", "can't set protected config"), "CONFIG SET dbfilename x", setFailed("dbfilename", "can't set protected config"))
			continue
		}
		real, err := filepath.EvalSymlinks(d.path)
		require.NoError(t, err)
		require.NoError(t, os.Mkdir(filepath.Join(d.path, "sub"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(d.path, "file"), nil, 0o644))
		speak(
			c, plain, "CONFIG SET dbfilename x.rdb", done, "CONFIG GET dbfilename", bulks("dbfilename x.rdb"), "CONFIG SET dbfilename a/b", setFailed("dbfilename", "dbfilename can't be a path, just a filename"),
			"CONFIG SET dir nosuch", setFailed("dir", "No such file or directory"), "CONFIG SET dir file", setFailed("dir", "Not a directory"), "CONFIG GET dir", bulks("dir "+real),
			"CONFIG SET dir sub", done, "CONFIG GET dir", bulks("dir "+real+"/sub"), "CONFIG SET dir ..", done, "CONFIG GET dir", bulks("dir "+real), "CONFIG SET dir "+real+"/sub/", done, "CONFIG GET dir", bulks("dir "+real+"/sub"),
		)
	}
}

// changesDir begins a log in one directory, and one in another.
func changesDir(t *T) {
	d := newDisk(t, append([]string{"--enable-protected-configs", "local"}, offAtFirst...)...)
	other := newDisk(t, offAtFirst...)
	s, c := d.start()
	oneOfEachType(c)
	speak(c, plain, "CONFIG SET appendonly yes", done)
	awaitLog(t, c)
	before := c.Call("DEBUG", "DIGEST").Text
	speak(c, plain, "CONFIG SET appendonly no", done, "CONFIG SET dir "+other.path, done, "SET after 1", done, "CONFIG SET appendonly yes", done)
	awaitLog(t, c)
	after := c.Call("DEBUG", "DIGEST").Text
	s.Kill()
	_, c = d.start("--appendonly", "yes")
	require.Equal(t, before, c.Call("DEBUG", "DIGEST").Text)
	_, c = other.start("--appendonly", "yes")
	require.Equal(t, after, c.Call("DEBUG", "DIGEST").Text)
}

const commented = `# the first line
HZ 20

# limits
maxclients 50
# of output
client-output-buffer-limit normal 1 2 3
client-output-buffer-limit pubsub 4 5 6

# names of before
slave-priority 7
list-max-ziplist-size -1
# the last line
`

// rewriteKeepsLines changes some settings, and expects the lines of the file in their places.
func rewriteKeepsLines(t *T) {
	d := newDisk(t, "--maxmemory-samples", "5")
	path := d.writeConf("redis.conf", commented)
	s, c := d.startWith(path)
	c.Exchange(cmd("CONFIG", "SET", "maxclients", "60", "client-output-buffer-limit", "pubsub 7 8 9 slave 1 1 1", "repl-timeout", "90", "slave-priority", "8", "timeout", "30"), done)
	speak(c, plain, "CONFIG REWRITE", done)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.Split(strings.ToLower(string(text)), "\n")
	want := []string{
		"# the first line", "hz 20", "# limits", "maxclients 60", "# of output", "client-output-buffer-limit normal 1 2 3", "# names of before", "# the last line",
		"# generated by config rewrite", "timeout 30",
	}
	at := 0
	for _, line := range lines {
		if at < len(want) && line == want[at] {
			at++
		}
	}
	require.Equal(t, len(want), at, "%q is not there, or not in its place:\n%s", want[min(at, len(want)-1)], text)
	require.Contains(t, lines, "repl-timeout 90")
	require.Contains(t, []string{"replica-priority 8", "slave-priority 8"}, lineWith(lines, "priority"))
	require.Contains(t, []string{"client-output-buffer-limit replica 1 1 1", "client-output-buffer-limit slave 1 1 1"}, lineWith(lines, " 1 1 1"))
	require.Contains(t, lines, "client-output-buffer-limit pubsub 7 8 9")
	speak(c, plain, "CONFIG REWRITE", done)
	again, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strings.TrimSpace(string(text)), strings.TrimSpace(string(again)), "the second time there is nothing to write")
	s.Kill()
	_, c = d.startWith(path)
	expectSettings(t, c, map[string]string{
		"hz": "20", "maxclients": "60", "client-output-buffer-limit": "normal 1 2 3 slave 1 1 1 pubsub 7 8 9", "repl-timeout": "90", "replica-priority": "8", "timeout": "30", "list-max-listpack-size": "-1",
	})
}

// lineWith is the line that has a part.
func lineWith(lines []string, part string) string {
	for _, line := range lines {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

func rewriteFails(t *T) {
	d := newDisk(t, "--hz", "10")
	folder := filepath.Join(d.path, "sub")
	require.NoError(t, os.Mkdir(folder, 0o755))
	path := d.writeConf("sub/redis.conf", "hz 20\n")
	_, c := d.startWith(path)
	require.NoError(t, os.RemoveAll(folder))
	reply := c.Call("CONFIG", "REWRITE")
	require.True(t, reply.IsError())
	require.Equal(t, "ERR Rewriting config file: No such file or directory", reply.Text)
	speak(c, plain, "PING", "+PONG\r\n")
}
