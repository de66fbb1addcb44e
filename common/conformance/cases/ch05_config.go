// ch05_config.go: CONFIG.

package cases

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const immutable = "can't set immutable config"

// settings is CONFIG.
func settings() list {
	return in(5, lesson5Info, append(list{
		{Name: "CONFIG GET answers a setting by name, as it was asked", Run: answers(
			cmd("CONFIG", "GET", "maxmemory-samples")+cmd("config", "get", "MaxMemory-Samples")+cmd("CONFIG", "GET", "nosuch")+cmd("CONFIG", "GET", ""),
			bulks("maxmemory-samples 5")+bulks("MaxMemory-Samples 5")+emptyList+emptyList,
		)},
		{Name: "CONFIG GET takes patterns in any case", Run: answers(
			cmd("CONFIG", "GET", "maxmemory-s*")+cmd("CONFIG", "GET", "MAXMEMORY-SAMPLE?")+cmd("CONFIG", "GET", "[m]axmemory-s[a-z]mples")+cmd("CONFIG", "GET", "nosuch*"),
			bulks("maxmemory-samples 5")+bulks("maxmemory-samples 5")+bulks("maxmemory-samples 5")+emptyList,
		)},
		{Name: "CONFIG GET takes several patterns and answers each setting once", Run: getsSeveral},
		{Name: "CONFIG GET knows the defaults", Own: true, Run: defaultSettings},
		{Name: "CONFIG SET changes a setting at once", Args: noSetting, Run: func(t *T) {
			speak(t.Dial(), plain, "CONFIG SET maxmemory-samples 7", done, "CONFIG GET maxmemory-samples", bulks("maxmemory-samples 7"), "config set MAXMEMORY-SAMPLES 8", done, "CONFIG GET maxmemory-samples", bulks("maxmemory-samples 8"))
		}},
		{Name: "CONFIG SET switches save points off", Args: noSetting, Run: answers(
			cmd("CONFIG", "SET", "save", "")+cmd("CONFIG", "GET", "save"), done+array(bulk("save"), bulk("")),
		)},
		{Name: "CONFIG SET changes several settings or none", Args: noSetting, Run: severalOrNone},
		{Name: "CONFIG SET looks at names before values", Args: noSetting, Run: namesFirst},
		{Name: "CONFIG SET refuses values in Redis' words", Args: noSetting, Run: refusesValues},
		{Name: "CONFIG SET takes words in any case", Args: noSetting, Run: func(t *T) {
			speak(t.Dial(), plain, "CONFIG SET appendfsync ALWAYS no-appendfsync-on-rewrite Yes", done, "CONFIG GET appendfsync", bulks("appendfsync always"), "CONFIG GET no-appendfsync-on-rewrite", bulks("no-appendfsync-on-rewrite yes"))
		}},
		{Name: "CONFIG SET takes amounts of memory with units", Args: noSetting, Run: takesUnits},
		{Name: "CONFIG SET takes limits of output by class", Args: noSetting, Run: takesOutputLimits},
		{Name: "CONFIG SET maxclients holds at once", Args: noSetting, Run: newMaxClients},
		{Name: "CONFIG SET maxclients refuses more than the system allows", Args: noSetting, Run: tooManyClients},
		{Name: "CONFIG SET keeps hz in its range", Args: noSetting, Run: func(t *T) {
			speak(t.Dial(), plain, "CONFIG SET hz 501", done, "CONFIG GET hz", bulks("hz 500"), "CONFIG SET hz 0", done, "CONFIG GET hz", bulks("hz 1"), "CONFIG SET hz -1", setFailed("hz", between("0", "2147483647")))
		}},
		{Name: "CONFIG counts its arguments", Run: dialogue(
			"CONFIG", wrongArity("config"), "CONFIG GET", wrongArity("config|get"), "CONFIG SET", wrongArity("config|set"), "CONFIG SET hz", wrongArity("config|set"), "CONFIG SET hz 10 maxclients", syntax,
			"CONFIG RESETSTAT x", wrongArity("config|resetstat"), "CONFIG REWRITE x", wrongArity("config|rewrite"), "CONFIG HELP x", wrongArity("config|help"), "CONFIG nosuch", unknownSub("nosuch", "CONFIG"),
		)},
		{Name: "CONFIG HELP lists the subcommands", Run: helpLists("CONFIG", "RESETSTAT", "REWRITE", "HELP", "    Prints this help.")},
		{Name: "CONFIG REWRITE wants a file", Run: dialogue("CONFIG REWRITE", "-ERR The server is running without a config file\r\n")},
	}, slices.Concat(settingsFile(), foreignSettings())...))
}

// noSetting makes a case never change a server that somebody else started.
var noSetting = []string{"--maxmemory-samples", "5"}

func getsSeveral(t *T) {
	c := t.Dial()
	got := map[string]string{}
	names := c.Call("CONFIG", "GET", "maxmemory-sampl?s", "appendfsync", "nosuch", "maxmemory-samples", "append*sync").Strings()
	require.Len(t, names, 4)
	for i := 0; i < len(names); i += 2 {
		got[names[i]] = names[i+1]
	}
	require.Equal(t, map[string]string{"maxmemory-samples": "5", "appendfsync": "everysec"}, got)
	require.GreaterOrEqual(t, len(c.Call("CONFIG", "GET", "*").Elems), 40)
}

func defaultSettings(t *T) {
	c := t.Dial()
	for name, want := range map[string]string{
		"maxclients": "10000", "tcp-backlog": "511", "tcp-keepalive": "300", "databases": "16", "maxmemory-policy": "noeviction", "maxmemory-samples": "5", "appendonly": "no", "appendfsync": "everysec",
		"appenddirname": "appendonlydir", "appendfilename": "appendonly.aof", "aof-load-truncated": "yes", "auto-aof-rewrite-percentage": "100", "auto-aof-rewrite-min-size": "67108864",
		"no-appendfsync-on-rewrite": "no", "client-query-buffer-limit": "1073741824", "bind": "127.0.0.1 -::1", "hz": "10",
		"client-output-buffer-limit": "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
	} {
		c.Exchange(cmd("CONFIG", "GET", name), array(bulk(name), bulk(want)))
	}
}

func severalOrNone(t *T) {
	c := t.Dial()
	samples := setFailed("maxmemory-samples", between("1", "2147483647"))
	for _, values := range []string{"maxmemory-samples 0 hz 20", "hz 20 maxmemory-samples 0", "hz 20 maxmemory-samples 0 tcp-keepalive -1"} {
		speak(c, plain, "CONFIG SET "+values, samples, "CONFIG GET hz", bulks("hz 10"), "CONFIG GET maxmemory-samples", bulks("maxmemory-samples 5"))
	}
	speak(c, plain, "CONFIG SET hz 20 maxmemory-samples 9 appendfsync no", done, "CONFIG GET hz", bulks("hz 20"), "CONFIG GET maxmemory-samples", bulks("maxmemory-samples 9"), "CONFIG GET appendfsync", bulks("appendfsync no"))
}

func namesFirst(t *T) {
	none := func(name string) string {
		return "-ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'\r\n"
	}
	speak(
		t.Dial(), plain,
		"CONFIG SET nosuch 1", none("nosuch"), "CONFIG SET NoSuch 1 databases 3", none("NoSuch"), "CONFIG SET hz x nosuch 1", none("nosuch"), "CONFIG SET hz 20 nosuch 1", none("nosuch"),
		"CONFIG SET databases 3", setFailed("databases", immutable), "CONFIG SET Databases 3", setFailed("Databases", immutable), "CONFIG SET hz x databases 3", setFailed("databases", immutable),
		"CONFIG SET tcp-backlog 5", setFailed("tcp-backlog", immutable), "CONFIG SET appenddirname x", setFailed("appenddirname", immutable), "CONFIG SET appendfilename x", setFailed("appendfilename", immutable),
		"CONFIG SET dir /tmp", setFailed("dir", "can't set protected config"), "CONFIG SET hz 20 hz 20", setFailed("hz", duplicate), "CONFIG SET HZ 20 Hz x", setFailed("Hz", duplicate), "CONFIG GET hz", bulks("hz 10"),
	)
}

func refusesValues(t *T) {
	c := t.Dial()
	for _, w := range []struct{ name, values, reason string }{
		{"maxmemory-samples", "0|-1|2147483648", between("1", "2147483647")},
		{"maxmemory-samples", "x||+5|05|-0|5.0| 5|5 |99999999999999999999|0x5", notParsed},
		{"tcp-keepalive", "-1|2147483648", between("0", "2147483647")},
		{"maxclients", "0|-1|4294967296", between("1", "4294967295")},
		{"auto-aof-rewrite-percentage", "-1|2147483648", between("0", "2147483647")},
		{"auto-aof-rewrite-percentage", "10%", notParsed},
		{"auto-aof-rewrite-min-size", "9223372036854775808|99999999999999999999", between("0", most)},
		{"auto-aof-rewrite-min-size", "x|-1|10xb|1.5mb| 1|1 |1mbb|1 mb", notMemory},
		{"client-query-buffer-limit", "1|1048575|1000k", between("1048576", most)},
		{"no-appendfsync-on-rewrite", "1|0|true|on||y", notYesNo},
		{"aof-load-truncated", "maybe", notYesNo},
		{"appendfsync", "sometimes||1|yes", fsyncNames},
		{"client-output-buffer-limit", "normal|normal 1 1|normal 1 1 1 1", "Wrong number of arguments in buffer limit configuration."},
		{"client-output-buffer-limit", "nosuch 1 1 1|master 1 1 1", "Invalid client class specified in buffer limit configuration."},
		{"client-output-buffer-limit", "normal x 1 1|normal 1 x 1|normal 1 1 x|normal 1 1 -1", "Error in hard, soft or soft_seconds setting in buffer limit configuration."},
	} {
		before := c.Call("CONFIG", "GET", w.name)
		for value := range strings.SplitSeq(w.values, "|") {
			c.Exchange(cmd("CONFIG", "SET", w.name, value), setFailed(w.name, w.reason))
		}
		require.Equal(t, before, c.Call("CONFIG", "GET", w.name))
	}
}

func takesUnits(t *T) {
	c := t.Dial()
	for amount, bytes := range map[string]string{
		"0": "0", "7b": "7", "1k": "1000", "1kb": "1024", "1K": "1000", "2m": "2000000", "2MB": "2097152", "3g": "3000000000", "3Gb": "3221225472", "007": "7", most: most,
	} {
		speak(c, plain, "CONFIG SET auto-aof-rewrite-min-size "+amount, done, "CONFIG GET auto-aof-rewrite-min-size", bulks("auto-aof-rewrite-min-size "+bytes))
	}
}

func takesOutputLimits(t *T) {
	const name = "client-output-buffer-limit"
	c := t.Dial()
	for value, want := range map[string]string{
		"normal 1mb 2kb 3 replica 4 5 6 pubsub 7 8 9": "normal 1048576 2048 3 slave 4 5 6 pubsub 7 8 9",
		"PubSub 1 1 1 NORMAL 0 0 0 Slave 2 2 2":       "normal 0 0 0 slave 2 2 2 pubsub 1 1 1",
	} {
		c.Exchange(cmd("CONFIG", "SET", name, value)+cmd("CONFIG", "GET", name), done+array(bulk(name), bulk(want)))
	}
	c.Exchange(cmd("CONFIG", "SET", name, "pubsub 3 3 3")+cmd("CONFIG", "SET", name, "pubsub 4 4 4 normal x 0 0"), done+setFailed(name, "Error in hard, soft or soft_seconds setting in buffer limit configuration."))
	require.True(t, strings.HasSuffix(c.Call("CONFIG", "GET", name).Elems[1].Text, "pubsub 3 3 3"))
}

func newMaxClients(t *T) {
	c := t.Dial()
	t.Until("the connection that looked whether it listens is gone", func() bool { return askFigures(c, "clients").number(t, "connected_clients") == 1 })
	speak(c, plain, "CONFIG SET maxclients 2", done)
	t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
	refused := t.Dial()
	refused.Expect("-ERR max number of clients reached\r\n")
	refused.ExpectClosed()
	speak(c, plain, "CONFIG SET maxclients 1000", done)
	t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
}

func tooManyClients(t *T) {
	const more = "1000000"
	if conformance.FileLimit() >= 1_000_000 {
		t.Skip("this machine allows a million connections")
	}
	c := t.Dial()
	reply := c.Call("CONFIG", "SET", "hz", "20", "maxclients", more)
	prefix := strings.TrimSuffix(setFailed("maxclients", "The operating system is not able to handle the specified number of clients, try with "), "\r\n")
	require.True(t, reply.IsError())
	require.True(t, strings.HasPrefix("-"+reply.Text, prefix), reply.Text)
	_, err := strconv.Atoi(("-" + reply.Text)[len(prefix):])
	require.NoError(t, err)
	speak(c, plain, "CONFIG GET maxclients", bulks("maxclients 10000"), "CONFIG GET hz", bulks("hz 10"))
}
