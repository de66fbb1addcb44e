// ch08_monitor.go: MONITOR: clients that see what all others do.

package cases

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const notForMonitors = "-ERR Replica can't interact with the keyspace\r\n"

func monitoring() list {
	return in(8, lesson5Info, list{
		{Name: "MONITOR shows each command that has run, its database and its client", Own: true, Run: monitorShows},
		{Name: "MONITOR shows a transaction when it runs", Own: true, Run: monitorOfMulti},
		{Name: "MONITOR shows any bytes so that a terminal can take them", Own: true, Run: monitorQuotes},
		{Name: "MONITOR shows a command that waits when it begins to", Own: true, Run: monitorOfBlocking},
		{Name: "who monitors has no business with data, until RESET", Own: true, Run: monitorsRefused},
		{Name: "MONITOR inside of a transaction is refused", Own: true, Run: scene(
			"A> MULTI", done, "A> MONITOR", queued, "A> EXEC", array("-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n"), "A> GET k", nilBulk, "A> MONITOR x", wrongArity("monitor"),
		)},
		{Name: "CLIENT LIST knows who monitors, and CLIENT PAUSE does not stop them", Own: true, Run: monitorsInPause},
		{Name: "several clients monitor, and leave in the middle of it", Own: true, Run: monitorsLeave},
		{Name: "who monitors and never reads is closed at the limit, and keeps nobody waiting", Own: true, Run: monitorsDeaf},
	})
}

// monitorsDeaf has a client monitor that does not read: the kernel takes some megabytes for it,
// the server one, and then it is gone.
func monitorsDeaf(t *T) {
	m, c := t.Dial(), t.Dial()
	m.SlowReader()
	speak(m, plain, "MONITOR", done)
	configure(c, "client-output-buffer-limit", "normal 1mb 0 0")
	text := strings.Repeat("x", 100_000)
	t.Until("it is closed", func() bool {
		for range 10 {
			c.Exchange(cmd("ECHO", text), bulk(text))
		}
		return askFigures(c, "clients").number(t, "connected_clients") == 1
	})
	require.Less(t, usedMemory(t, c), int64(10<<20), "what was kept for it is free again")
}

var monitorLine = regexp.MustCompile(`^(\d+)\.(\d{6}) \[(\d+) 127\.0\.0\.1:(\d+)\] (.*)$`)

// shown expects the next lines of one who monitors: the database and the words of each. It
// returns the clients' ports.
func shown(t *T, c *conformance.Conn, lines ...string) (ports []string) {
	for _, want := range lines {
		line := c.Reply()
		require.Equal(t, "+", string(line.Kind))
		parts := monitorLine.FindStringSubmatch(line.Text)
		require.NotNil(t, parts, line.Text)
		seconds, err := strconv.ParseInt(parts[1], 10, 64)
		require.NoError(t, err)
		require.InDelta(t, time.Now().Unix(), seconds, 60)
		require.Equal(t, want, parts[3]+" "+parts[5])
		ports = append(ports, parts[4])
	}
	return ports
}

func monitorShows(t *T) {
	m, a, b := t.Dial(), t.Dial(), t.Dial()
	speak(m, plain, "MONITOR", done)
	speak(a, plain, "SET k v", done, "sElEcT 3", done, "GET k", nilBulk)
	speak(b, plain, "INCR k", noInteger)
	speak(a, plain, "NOSUCH k", unknown("NOSUCH", "k"), "GET", wrongArity("get"), "CONFIG GET port x", bulks(""+"port "+a.Call("CONFIG", "GET", "port").Elems[1].Text), "SLOWLOG LEN", zero, "CLIENT SETNAME me", done, "PING", "+PONG\r\n")
	ports := shown(t, m, `0 "SET" "k" "v"`, `3 "sElEcT" "3"`, `3 "GET" "k"`, `0 "INCR" "k"`, `3 "CLIENT" "SETNAME" "me"`, `3 "PING"`)
	require.Equal(t, []string{ports[0], ports[0], ports[0]}, []string{ports[1], ports[2], ports[4]}, "A's")
	require.NotEqual(t, ports[0], ports[3], "B's")
}

func monitorOfMulti(t *T) {
	m, a := t.Dial(), t.Dial()
	speak(m, plain, "MONITOR", done)
	speak(a, plain, "MULTI", done, "SET a 1", queued, "NOSUCH", unknown("NOSUCH"), "EXEC", "-EXECABORT Transaction discarded because of previous errors.\r\n", "MULTI", done, "INCR a", queued, "SELECT 2", queued, "INCR a", queued, "EXEC", array(one, done, one), "MULTI", done, "DISCARD", done)
	shown(t, m, `0 "MULTI"`, `0 "EXEC"`, `0 "MULTI"`, `0 "INCR" "a"`, `2 "SELECT" "2"`, `2 "INCR" "a"`, `2 "EXEC"`, `2 "MULTI"`, `2 "DISCARD"`)
}

func monitorQuotes(t *T) {
	m, a := t.Dial(), t.Dial()
	speak(m, plain, "MONITOR", done)
	a.Exchange(cmd("SET", "", "\x00\xff\"\\\n\r\t\a\b x\u00e9")+"GET \"\"\r\n", done+bulk("\x00\xff\"\\\n\r\t\a\b x\u00e9"))
	a.Exchange(cmd("STRLEN", strings.Repeat("z", 20_000)), zero)
	shown(t, m, `0 "SET" "" "\x00\xff\"\\\n\r\t\a\b x\xc3\xa9"`, `0 "GET" ""`, `0 "STRLEN" "`+strings.Repeat("z", 20_000)+`"`)
}

func monitorOfBlocking(t *T) {
	m, a, b := t.Dial(), t.Dial(), t.Dial()
	speak(m, plain, "MONITOR", done)
	a.Command("BLPOP", "jobs", "0")
	shown(t, m, `0 "BLPOP" "jobs" "0"`)
	b.Exchange(cmd("RPUSH", "jobs", "x"), one)
	a.Expect(bulks("jobs x"))
	shown(t, m, `0 "RPUSH" "jobs" "x"`)
	b.Exchange(cmd("PING"), "+PONG\r\n")
	shown(t, m, `0 "PING"`)
}

func monitorsRefused(t *T) {
	m, a := t.Dial(), t.Dial()
	speak(m, plain, "MONITOR", done)
	m.Send(cmd("MONITOR") + cmd("GET", "k") + cmd("SET", "k", "v") + cmd("DBSIZE") + cmd("FLUSHALL")) // the second MONITOR has no answer
	m.Expect(strings.Repeat(notForMonitors, 4))
	m.Exchange(cmd("PING"), "+PONG\r\n")
	shown(t, m, `0 "PING"`)
	speak(a, plain, "SET k v", done)
	shown(t, m, `0 "SET" "k" "v"`)
	speak(m, plain, "RESET", "+RESET\r\n", "GET k", bulk("v"))
	speak(a, plain, "SET k w", done)
	speak(m, plain, "GET k", bulk("w"))
}

func monitorsLeave(t *T) {
	first, second, a := t.Dial(), t.Dial(), t.Dial()
	speak(first, plain, "MONITOR", done)
	speak(second, plain, "MONITOR", done)
	for i := range 100 {
		a.Exchange(cmd("SET", "k", strconv.Itoa(i)), done)
		if i < 50 {
			shown(t, first, `0 "SET" "k" "`+strconv.Itoa(i)+`"`)
		}
		shown(t, second, `0 "SET" "k" "`+strconv.Itoa(i)+`"`)
		if i == 50 {
			first.Reset()
		}
	}
}

func monitorsInPause(t *T) {
	m, a := t.Dial(), t.Dial()
	speak(m, plain, "MONITOR", done)
	require.Regexp(t, `(?m)^id=\d+ .* flags=O .* cmd=monitor `, a.Call("CLIENT", "LIST").Text)
	speak(a, plain, "CLIENT PAUSE 100000", done)
	speak(m, plain, "ECHO word", bulk("word"))
	shown(t, m, `0 "ECHO" "word"`)
	speak(m, plain, "CLIENT UNPAUSE", done)
}
