// ch08_slowlog.go: which commands took long, and what made clients wait: SLOWLOG, LATENCY, and
// how long each command takes as INFO latencystats tells it.

package cases

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
)

const badSlowCount = "-ERR count should be greater than or equal to -1\r\n"

// subSyntax is what a container answers to a subcommand with too many words.
func subSyntax(sub, command string) string {
	return "-ERR unknown subcommand or wrong number of arguments for '" + sub + "'. Try " + command + " HELP.\r\n"
}

func slowLog() list {
	return in(8, lesson5Info, list{
		{Name: "SLOWLOG's subcommands want their words", Run: dialogue(
			"SLOWLOG", wrongArity("slowlog"), "SLOWLOG NOSUCH", unknownSub("NOSUCH", "SLOWLOG"), "SLOWLOG GET x", badSlowCount, "SLOWLOG GET -2", badSlowCount, "SLOWLOG get 1 2", subSyntax("get", "SLOWLOG"),
			"SLOWLOG LEN x", wrongArity("slowlog|len"), "SLOWLOG RESET x", wrongArity("slowlog|reset"), "SLOWLOG GET 99999999999999999999", badSlowCount,
		)},
		{Name: "SLOWLOG HELP lists its subcommands", Run: helpLists("SLOWLOG", "GET [<count>]", "LEN", "RESET", "HELP")},
		{Name: "SLOWLOG keeps what is slower than the setting says", Own: true, Run: slowIsKept},
		{Name: "SLOWLOG keeps no more than slowlog-max-len, and counts on", Own: true, Run: slowLogIsBounded},
		{Name: "SLOWLOG cuts long requests, and tells what it has cut", Own: true, Run: slowLogCuts},
		{Name: "SLOWLOG keeps each command of a transaction, and not EXEC", Own: true, Run: slowInMulti},
		{Name: "SLOWLOG keeps a command that has waited when it is served", Own: true, Run: slowAfterWaiting},
		{Name: "slowlog-log-slower-than and slowlog-max-len take Redis' numbers", Own: true, Run: dialogue(
			"CONFIG SET slowlog-log-slower-than -2", setFailed("slowlog-log-slower-than", between("-1", most)), "CONFIG SET slowlog-max-len -1", setFailed("slowlog-max-len", between("0", most)),
			"CONFIG SET slowlog-log-slower-than "+most, done, "CONFIG SET slowlog-max-len "+most, done, "CONFIG GET slowlog-max-len", bulks("slowlog-max-len "+most), "CONFIG GET slowlog-log-slower-than", bulks("slowlog-log-slower-than "+most),
			"CONFIG SET slowlog-max-len many", setFailed("slowlog-max-len", notParsed), "CONFIG SET slowlog-max-len 0 slowlog-log-slower-than 0", done, "PING", "+PONG\r\n", "SLOWLOG LEN", zero,
		)},
	})
}

// slowEntries are SLOWLOG GET's, without their numbers and times, after a look at these.
func slowEntries(t *T, c *conformance.Conn, count string) (requests []string) {
	before := time.Now().Unix()
	last := int64(1 << 62)
	for _, entry := range c.Call("SLOWLOG", "GET", count).Elems {
		require.Len(t, entry.Elems, 6)
		id, at, took := entry.Elems[0].Int, entry.Elems[1].Int, entry.Elems[2]
		require.Less(t, id, last, "the newest comes first")
		last = id
		require.InDelta(t, before, at, 60)
		require.Equal(t, ":", string(took.Kind))
		require.True(t, strings.HasPrefix(entry.Elems[4].Text, "127.0.0.1:"), entry.Elems[4].Text)
		request := strings.Join(entry.Elems[3].Strings(), " ")
		if name := entry.Elems[5].Text; name != "" {
			request += " by " + name
		}
		requests = append(requests, request)
	}
	return requests
}

func slowIsKept(t *T) {
	c := t.Dial()
	speak(c, plain, "SLOWLOG GET", emptyList, "CONFIG SET slowlog-log-slower-than 0", done, "SLOWLOG RESET", done, "GET k", nilBulk, "sEt k v", done, "INCR k", noInteger, "NOSUCH", unknown("NOSUCH"), "GET", wrongArity("get"), "CLIENT SETNAME me", done, "PING", "+PONG\r\n")
	require.Equal(t, []string{"PING by me", "CLIENT SETNAME me by me", "INCR k", "sEt k v", "GET k", "SLOWLOG RESET"}, slowEntries(t, c, "-1"))
	require.Equal(t, []string{"SLOWLOG GET -1 by me", "PING by me"}, slowEntries(t, c, "2"))
	speak(c, plain, "CONFIG SET slowlog-log-slower-than -1", done, "GET k", bulk("v"), "SLOWLOG LEN", integer(8))
	speak(c, plain, "CONFIG SET slowlog-log-slower-than 1000000", done, "SLOWLOG RESET", done, "GET k", bulk("v"), "SLOWLOG LEN", zero)
}

func slowLogIsBounded(t *T) {
	c := t.Dial()
	speak(c, plain, "CONFIG SET slowlog-max-len 3 slowlog-log-slower-than 0", done, "SLOWLOG RESET", done, "SET a 1", done, "SET b 1", done, "SET c 1", done, "SET d 1", done)
	first := c.Call("SLOWLOG", "GET", "1").Elems[0].Elems[0].Int
	require.Equal(t, []string{"SLOWLOG GET 1", "SET d 1", "SET c 1"}, slowEntries(t, c, "100"))
	speak(c, plain, "SLOWLOG LEN", integer(3), "CONFIG SET slowlog-max-len 1", done, "SLOWLOG LEN", one, "SLOWLOG RESET", done, "SLOWLOG LEN", one)
	require.Equal(t, first+7, c.Call("SLOWLOG", "GET").Elems[0].Elems[0].Int, "numbers are never given twice")
	configure(c, "slowlog-max-len", "20")
	for i := range 15 {
		c.Exchange(cmd("SET", strconv.Itoa(i), "v"), done)
	}
	require.Len(t, c.Call("SLOWLOG", "GET").Elems, 10, "unless it is told how many")
}

func slowLogCuts(t *T) {
	c := t.Dial()
	speak(c, plain, "CONFIG SET slowlog-log-slower-than 0", done)
	x128, words := strings.Repeat("x", 128), []string{"DEL"}
	for i := range 40 {
		words = append(words, "k"+strconv.Itoa(i))
	}
	c.Exchange(cmd("SET", "k", x128)+cmd("SET", "k", x128+"yz")+cmd(words[:32]...)+cmd(words...), done+done+zero+zero)
	require.Equal(t, []string{
		strings.Join(words[:31], " ") + " ... (10 more arguments)", strings.Join(words[:32], " "), "SET k " + x128 + "... (2 more bytes)", "SET k " + x128,
	}, slowEntries(t, c, "4"))
}

func slowInMulti(t *T) {
	c := t.Dial()
	speak(c, plain, "CONFIG SET slowlog-log-slower-than 0", done, "MULTI", done, "SET a 1", queued, "INCR a", queued, "EXEC", array(done, integer(2)))
	require.Equal(t, []string{"INCR a", "SET a 1", "MULTI"}, slowEntries(t, c, "3"))
}

func slowAfterWaiting(t *T) {
	a, b := t.Dial(), t.Dial()
	speak(b, plain, "CONFIG SET slowlog-log-slower-than 0", done, "SLOWLOG RESET", done)
	a.Command("BLPOP", "jobs", "0")
	t.Until("A waits", func() bool { return askFigures(b, "clients").number(t, "blocked_clients") == 1 })
	require.NotContains(t, slowEntries(t, b, "-1"), "BLPOP jobs 0", "it has not ended")
	b.Exchange(cmd("RPUSH", "jobs", "x"), one)
	a.Expect(bulks("jobs x"))
	require.Contains(t, slowEntries(t, b, "-1"), "BLPOP jobs 0")
	require.Equal(t, "1", calls(b, "blpop")["calls"])
}

func latencies() list {
	noSamples := func(event string) string { return "-ERR No samples available for event '" + event + "'\r\n" }
	return in(8, lesson5Info, list{
		{Name: "LATENCY's subcommands want their words", Run: dialogue(
			"LATENCY", wrongArity("latency"), "LATENCY NOSUCH", unknownSub("NOSUCH", "LATENCY"), "LATENCY LATEST x", wrongArity("latency|latest"), "LATENCY GRAPH", wrongArity("latency|graph"), "LATENCY HISTORY", wrongArity("latency|history"),
			"LATENCY GRAPH nosuch", noSamples("nosuch"), "LATENCY HISTORY nosuch", emptyList, "LATENCY RESET nosuch neither", zero, "LATENCY DOCTOR x", wrongArity("latency|doctor"), "LATENCY HISTOGRAM nosuch", emptyList,
		)},
		{Name: "LATENCY HELP lists its subcommands", Run: helpLists("LATENCY", "DOCTOR", "GRAPH <event>", "HISTORY <event>", "LATEST", "HELP")},
		{Name: "LATENCY keeps what takes longer than the threshold", Args: debuggable, Run: latencyIsKept},
		{Name: "LATENCY GRAPH draws the samples", Args: debuggable, Run: latencyIsDrawn},
		{Name: "LATENCY HISTOGRAM counts the runs of each command", Own: true, Run: histograms},
		{Name: "INFO latencystats tells the percentiles that it is asked for", Own: true, Run: latencyStats},
		{Name: "latency-tracking no counts nothing more", Own: true, Run: dialogue(
			"CONFIG SET latency-tracking no", done, "GET k", nilBulk, "LATENCY HISTOGRAM get", emptyList, "CONFIG SET latency-tracking yes", done, "GET k", nilBulk, "CONFIG SET latency-tracking maybe", setFailed("latency-tracking", notYesNo),
			"CONFIG SET latency-monitor-threshold -1", setFailed("latency-monitor-threshold", between("0", most)),
		)},
		{Name: "latency-tracking-info-percentiles takes numbers from 0 to 100", Own: true, Run: percentiles},
	})
}

func latencyIsKept(t *T) {
	c := t.Dial()
	speak(c, plain, "DEBUG SLEEP 0.03", done, "LATENCY LATEST", emptyList, "CONFIG SET latency-monitor-threshold 20", done, "GET k", nilBulk, "LATENCY LATEST", emptyList, "DEBUG SLEEP 0.03", done)
	latest := c.Call("LATENCY", "LATEST").Elems
	require.Len(t, latest, 1)
	require.Equal(t, "command", latest[0].Elems[0].Text)
	require.InDelta(t, time.Now().Unix(), latest[0].Elems[1].Int, 60)
	took := latest[0].Elems[2].Int
	require.GreaterOrEqual(t, took, int64(30))
	require.Equal(t, took, latest[0].Elems[3].Int)
	history := c.Call("LATENCY", "HISTORY", "command").Elems
	require.Len(t, history, 1)
	require.Equal(t, took, history[0].Elems[1].Int)
	speak(c, plain, "LATENCY HISTORY COMMAND", emptyList, "LATENCY RESET fast-command", zero, "LATENCY RESET COMMAND", one, "LATENCY LATEST", emptyList, "LATENCY RESET", zero)
	speak(c, plain, "DEBUG SLEEP 0.03", done, "CONFIG SET latency-monitor-threshold 0", done, "DEBUG SLEEP 0.05", done)
	require.Less(t, c.Call("LATENCY", "HISTORY", "command").Elems[0].Elems[1].Int, int64(10_000))
	require.Contains(t, c.Call("LATENCY", "DOCTOR").Text, "command")
	speak(c, plain, "LATENCY RESET", one)
}

func latencyIsDrawn(t *T) {
	c := t.Dial()
	speak(c, plain, "CONFIG SET latency-monitor-threshold 20", done, "DEBUG SLEEP 0.03", done)
	lines := strings.Split(c.Call("LATENCY", "GRAPH", "command").Text, "\n")
	took := c.Call("LATENCY", "HISTORY", "command").Elems[0].Elems[1].Int
	require.Equal(t, fmt.Sprintf("command - high %d ms, low %d ms (all time high %d ms)", took, took, took), lines[0])
	require.Equal(t, strings.Repeat("-", 80), lines[1])
	require.Equal(t, []string{" ", " ", " ", "_", " "}, lines[2:7], "one sample, of no height")
	require.Equal(t, "s", lines[len(lines)-2], "how many seconds ago")
}

// histogramOf is LATENCY HISTOGRAM's answer for one command: its calls, and steps.
func histogramOf(t *T, reply wire.Value, name string) (calls int64, steps []int64) {
	for i := 0; i+1 < len(reply.Elems); i += 2 {
		if reply.Elems[i].Text != name {
			continue
		}
		m := reply.Elems[i+1].Elems
		require.Equal(t, "calls", m[0].Text)
		require.Equal(t, "histogram_usec", m[2].Text)
		for _, step := range m[3].Elems {
			steps = append(steps, step.Int)
		}
		return m[1].Int, steps
	}
	return 0, nil
}

func histograms(t *T) {
	c := t.Dial()
	for range 10 {
		speak(c, plain, "SET k v", done, "GET k", bulk("v"))
	}
	speak(c, plain, "CONFIG GET none", emptyList, "GET", wrongArity("get"))
	all := c.Call("LATENCY", "HISTOGRAM")
	asked := c.Call("LATENCY", "HISTOGRAM", "GET", "nosuch", "config", "set")
	for name, want := range map[string]int64{"get": 10, "set": 10, "config|get": 1} {
		for _, reply := range []wire.Value{all, asked} {
			n, steps := histogramOf(t, reply, name)
			require.Equal(t, want, n, name)
			require.NotEmpty(t, steps, name)
			for i := 0; i < len(steps); i += 2 {
				require.Contains(t, []int64{1, 2, 4, 8, 16, 33, 66, 132, 264, 528, 1056, 2113, 4227, 8454, 16908, 33816, 67633, 135266, 270532, 541065, 1082130}, steps[i], "microseconds: about powers of 2")
				require.True(t, i == 0 || steps[i] > steps[i-2] && steps[i+1] > steps[i-1], "both grow: %v", steps)
			}
			require.Equal(t, want, steps[len(steps)-1], "the last step has all: %v", steps)
		}
	}
	n, _ := histogramOf(t, all, "config")
	require.Zero(t, n, "a container is never called")
	speak(c, plain, "CONFIG RESETSTAT", done)
	n, _ = histogramOf(t, c.Call("LATENCY", "HISTOGRAM", "get"), "get")
	require.Zero(t, n)
}

func latencyStats(t *T) {
	c := t.Dial()
	require.Empty(t, askFigures(c, "latencystats")["latency_percentiles_usec_get"])
	for range 100 {
		c.Exchange(cmd("GET", "k"), nilBulk)
	}
	var names []string
	last := 0.0
	for pair := range strings.SplitSeq(askFigures(c, "latencystats")["latency_percentiles_usec_get"], ",") {
		name, value, _ := strings.Cut(pair, "=")
		names = append(names, name)
		usec, err := strconv.ParseFloat(value, 64)
		require.NoError(t, err, pair)
		require.GreaterOrEqual(t, usec, last)
		require.Len(t, value[strings.IndexByte(value, '.'):], 4, "three decimals: %s", pair)
		last = usec
	}
	require.Equal(t, []string{"p50", "p99", "p99.9"}, names)
	speak(c, plain, "CONFIG RESETSTAT", done)
	require.Empty(t, askFigures(c, "latencystats")["latency_percentiles_usec_get"])
	for words, there := range map[string]bool{"": false, "default": false, "all": true, "everything": true, "latencystats": true, "default latencystats": true} {
		text := c.Call(append([]string{"INFO"}, strings.Fields(words)...)...).Text
		require.Equal(t, there, strings.Contains(text, "# Latencystats\r\n"), "INFO %s", words)
	}
}

func percentiles(t *T) {
	const name = "latency-tracking-info-percentiles"
	c := t.Dial()
	for value, told := range map[string]string{"0 50 99.99 100 1e1 0.12345678901": "0 50 99.99 100 10 0.123457", "5": "5", ".5": "0.5", "": ""} {
		configure(c, name, value)
		c.Exchange(cmd("CONFIG", "GET", name), array(bulk(name), bulk(told)))
	}
	for value, reason := range map[string]string{
		"x": "Invalid latency-tracking-info-percentiles parameters", "50  51": "Invalid latency-tracking-info-percentiles parameters", " 50": "Invalid latency-tracking-info-percentiles parameters", "nan": "Invalid latency-tracking-info-percentiles parameters",
		"100.1": "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]", "50 -1": "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
	} {
		c.Exchange(cmd("CONFIG", "SET", name, value), setFailed(name, reason))
	}
	speak(c, plain, "GET k", nilBulk)
	configure(c, name, "100 0 33.3333333333")
	var names []string
	for pair := range strings.SplitSeq(askFigures(c, "latencystats")["latency_percentiles_usec_get"], ",") {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	require.Equal(t, []string{"p100", "p0", "p33.333333"}, names)
	configure(c, name, "")
	require.Equal(t, "", askFigures(c, "latencystats")["latency_percentiles_usec_get"])
}
