// ch08_start.go: how a server is started, and by whom: the command line's own words, the
// first lines of the log, the background, and supervisors.

package cases

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/harness"
)

func starting() list {
	rows := list{
		{Name: "--version and -v tell the version, as programs look for it", Run: func(t *T) {
			for _, flag := range []string{"--version", "-v"} {
				code, output := t.Execute(flag)
				require.Equal(t, 0, code)
				require.Regexp(t, regexp.MustCompile(`^Redis server v=7\.0\.15 sha=[0-9a-f]{8}:\d malloc=\S+ bits=64 build=\S+\n`), output)
			}
		}},
		{Name: "-h and --help print how it is used, and start nothing", Run: func(t *T) {
			for _, flag := range []string{"--help", "-h"} {
				code, output := t.Execute(flag)
				require.Contains(t, strings.ToLower(output), "usage: ")
				require.Contains(t, []int{0, 1}, code, "1 is Redis'")
			}
		}},
		{Name: "--test-memory without a size is refused", Run: func(t *T) {
			code, output := t.Execute("--test-memory")
			require.Equal(t, 1, code)
			require.Contains(t, output, "memory")
		}},
		{Name: "--test-memory is refused", StageOnly: "Redis tests it", Run: func(t *T) {
			code, output := t.Execute("--test-memory", "1")
			require.Equal(t, 1, code)
			require.Contains(t, output, "this server does not test memory")
		}},
		{Name: "--check-system looks at the machine, and starts nothing", Run: func(t *T) {
			code, output := t.Execute("--check-system")
			require.Contains(t, []int{0, 1}, code)
			require.Equal(t, code == 1, strings.Contains(output, "...WARNING:\n"))
			require.Regexp(t, regexp.MustCompile(`(?m)^\[slow-clocksource\]\.\.\.(OK|WARNING:)$`), output)
			require.Regexp(t, regexp.MustCompile(`(?m)^\[overcommit\]\.\.\.(OK|WARNING:)$`), output)
		}},
		{Name: "the log begins with what people and programs know a Redis by", Own: true, Run: tellsItsStart},
		{Name: "always-show-logo tells the process's number before the server is initialized", Args: []string{"--always-show-logo", "yes"}, Run: func(t *T) {
			saysReady(t)
			require.Regexp(t, regexp.MustCompile(`(?s) PID: `+strconv.Itoa(t.Server().Pid())+`\n.*Server initialized`), t.Server().Log())
			require.NotContains(t, t.Server().Log(), "Running mode=")
		}},
		{Name: "syslog-enabled is refused", StageOnly: "Redis has it", Run: refusesFile("syslog-enabled yes\n", 1, "syslog-enabled yes", "this server writes to a file")},
		{Name: "daemonize no more than yes and no", Run: refusesFile("daemonize maybe\n", 1, "daemonize maybe", notYesNo)},
		{Name: "supervised is one of four", Run: refusesFile("supervised me\n", 1, "supervised me", "argument(s) must be one of the following: upstart, systemd, auto, no")},
		{Name: "settings of the start cannot be changed later", Own: true, Run: dialogue(
			"CONFIG GET daemonize", bulks("daemonize no"), "CONFIG GET supervised", bulks("supervised no"), "CONFIG GET always-show-logo", bulks("always-show-logo no"),
			"CONFIG SET daemonize yes", setFailed("daemonize", "can't set immutable config"), "CONFIG SET supervised auto", setFailed("supervised", "can't set immutable config"),
			"CONFIG SET always-show-logo yes", setFailed("always-show-logo", "can't set immutable config"),
		)},
		{Name: "daemonize yes goes to the background", Run: func(t *T) { inBackground(t, false) }},
		{Name: "daemonize yes with settings from standard input", Run: func(t *T) { inBackground(t, true) }},
		{Name: "what is wrong with a server for the background is told in the foreground", Run: func(t *T) {
			for _, words := range []string{"--logfile /nosuch/redis.log", "--hz x", "--nosuch 1"} {
				code, output := t.Execute(append([]string{"--port", "0", "--daemonize", "yes"}, strings.Fields(words)...)...)
				require.Equal(t, 1, code, words)
				require.NotEmpty(t, output, words)
			}
		}},
		{Name: "systemd is told that the server is ready, and when it ends", Run: func(t *T) { tellsSystemd(t, "systemd") }},
		{Name: "supervised auto finds systemd, and stays in the foreground", Run: func(t *T) { tellsSystemd(t, "auto") }},
		{Name: "supervised auto without a supervisor is told nothing", Args: []string{"--supervised", "auto"}, Run: func(t *T) {
			require.Equal(t, "no", askFigures(t.Dial(), "server")["process_supervised"])
		}},
		{Name: "a server for upstart stops until it is continued", Run: stopsForUpstart},
		{Name: "a redis.conf as test rigs write it", Run: func(t *T) {
			d := newDisk(t)
			_, c := d.startWith(d.writeConf("redis.conf", "always-show-logo yes\ndaemonize no\npidfile "+d.path+"/redis.pid\nloglevel verbose\nlogfile ''\nsave ''\nappendonly no\n"+
				"dir "+d.path+"\nport 0\nenable-debug-command yes\nenable-protected-configs yes\nenable-module-command yes\nlatency-monitor-threshold 10\nrepl-diskless-sync-delay 0\n"+
				"notify-keyspace-events KEA\nproto-max-bulk-len 512mb\nhz 100\nactiverehashing yes\n\nunixsocket "+d.path+"/socket\n"))
			expectSettings(t, c, map[string]string{"hz": "100", "loglevel": "verbose", "logfile": "", "dir": d.path, "notify-keyspace-events": "AKE"})
			require.Equal(t, "PONG", dialPath(t, d.path+"/socket").call("PING").Text)
			require.FileExists(t, d.path+"/redis.pid")
		}},
	}
	return in(8, lesson2Clients, rows)
}

// tellsItsStart looks at each line of the log up to the last that a start has.
func tellsItsStart(t *T) {
	saysReady(t)
	pid := strconv.Itoa(t.Server().Pid())
	_, port, err := net.SplitHostPort(t.Addr())
	require.NoError(t, err)
	rest := t.Server().Log()
	for _, line := range []string{
		":C %s # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
		":C %s # Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid=" + pid + ", just started",
		":C %s # Configuration loaded",
		":M %s * Running mode=standalone, port=" + port + ".",
		":M %s [*#] Server initialized",
		":M %s * Ready to accept connections",
	} {
		text := regexp.QuoteMeta(line)
		text = strings.ReplaceAll(text, "%s", `\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3}`)
		text = strings.ReplaceAll(text, `\[\*#\]`, `[*#]`)
		at := regexp.MustCompile("(?m)^" + pid + text + "$").FindStringIndex(rest)
		require.NotNil(t, at, "%s in\n%s", line, rest)
		rest = rest[at[1]:]
	}
}

// inBackground starts a server there, and ends it. It listens on a file, for a free port may
// be somebody else's a moment later.
func inBackground(t *T, fromStdin bool) {
	d := newDisk(t)
	file := d.path + "/r.sock"
	settings := fmt.Sprintf("port 0\nunixsocket %s\npidfile %s/r.pid\nlogfile %s/r.log\ndir %s\nsave \"\"\ndaemonize yes\n", file, d.path, d.path, d.path)
	words, input := []string{d.writeConf("redis.conf", settings)}, ""
	if fromStdin {
		words, input = []string{"-"}, settings
	}
	code, output := t.Command(t.Binary(), input, words...)
	require.Equal(t, 0, code, output)
	var pid int
	t.Until("the pid file is there", func() bool {
		text, err := os.ReadFile(d.path + "/r.pid")
		if err == nil {
			pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
		}
		return err == nil
	})
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	c := dialPath(t, file)
	require.Equal(t, "PONG", c.call("PING").Text)
	require.Contains(t, c.call("INFO", "server").Text, fmt.Sprintf("\r\nprocess_id:%d\r\n", pid))
	session, err := syscall.Getpgid(pid)
	require.NoError(t, err)
	require.Equal(t, pid, session, "it has a session of its own, and so a group")
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	t.Until("it has ended, and its files are gone", func() bool {
		return syscall.Kill(pid, 0) != nil && !exists(d.path+"/r.pid") && !exists(file)
	})
	text, err := os.ReadFile(d.path + "/r.log")
	require.NoError(t, err)
	require.Contains(t, string(text), fmt.Sprintf("%d:M ", pid))
	require.Contains(t, string(text), "bye bye...")
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// tellsSystemd listens as systemd does.
func tellsSystemd(t *T, how string) {
	d := newDisk(t)
	path := filepath.Join(d.path, "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	require.NoError(t, err)
	t.Cleanup(func() { _ = socket.Close() })
	require.NoError(t, socket.SetReadDeadline(time.Now().Add(t.Patience())))
	heard := func(want string) {
		var room [256]byte
		n, err := socket.Read(room[:])
		require.NoError(t, err, want)
		require.Equal(t, want, string(room[:n]))
	}
	s := t.Start(harness.Options{Dir: d.path, Env: []string{"NOTIFY_SOCKET=" + path}, Args: []string{"--supervised", how, "--daemonize", "yes"}})
	heard("STATUS=Redis is loading...\n")
	heard("STATUS=Ready to accept connections\n")
	heard("READY=1\n")
	c := t.DialAddr(s.Addr)
	figures := askFigures(c, "server")
	require.Equal(t, "systemd", figures["process_supervised"])
	require.Equal(t, strconv.Itoa(s.Pid()), figures["process_id"], "it has not gone to the background")
	require.NoError(t, s.Signal(syscall.SIGTERM))
	heard("STOPPING=1\n")
}

// stopsForUpstart starts a server that stops itself, and continues it when it has.
func stopsForUpstart(t *T) {
	d := newDisk(t)
	file := d.path + "/r.sock"
	script := `"$0" --port 0 --save "" --unixsocket "$1" --supervised upstart & pid=$!
for i in {1..500}; do grep -q '^State:.T' /proc/$pid/status && break; sleep 0.01; done
kill -CONT $pid
for i in {1..500}; do redis-cli -s "$1" ping 2>&1 | grep -q PONG && break; sleep 0.01; done
redis-cli -s "$1" info server | grep process_supervised
kill $pid; wait $pid`
	code, output := t.Command("env", "", "UPSTART_JOB=x", "bash", "-c", script, t.Binary(), file)
	require.Equal(t, 0, code, output)
	require.Contains(t, output, "process_supervised:upstart")
	require.Contains(t, output, "upervised by upstart, will stop to signal readiness.")
}
