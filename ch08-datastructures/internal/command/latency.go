// latency.go: LATENCY, what made clients wait, and how long each command takes. What is kept is
// engine/latency.go's and engine/histogram.go's business. Redis: latency.c, latencyCommand;
// sparkline.c.

package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"redis-internals/ch08/internal/engine"
)

var latencyCommands = []Row{
	row("latency", nil, -2, 0, 0, noKeys,
		doc("2.8.13", "Depends on subcommand.", "", "Tells what made clients wait.")),
	row("latency|doctor", latencyDoctor, 2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("2.8.13", "O(1)", "", "Says in words what made clients wait, and what could be done.", "nondeterministic_output", "request_policy:all_nodes", "response_policy:special")),
	row("latency|graph", latencyGraph, 3, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("2.8.13", "O(1)", "<event>", "Draws the samples of an event.", "nondeterministic_output", "request_policy:all_nodes", "response_policy:special")),
	row("latency|help", help, 2, Loading|Stale, 0, noKeys,
		doc("2.8.13", "O(1)", "", "Prints this help.")),
	row("latency|histogram", latencyHistogram, -2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("7.0.0", "O(N)", "[<command> [<command> ...]]", "Answers how many runs of commands took no longer than 1, 2, 4 microseconds and so on.", "nondeterministic_output", "request_policy:all_nodes", "response_policy:special")),
	row("latency|history", latencyHistory, 3, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("2.8.13", "O(1)", "<event>", "Answers the samples of an event.", "nondeterministic_output", "request_policy:all_nodes", "response_policy:special")),
	row("latency|latest", latencyLatest, 2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("2.8.13", "O(1)", "", "Answers the last sample of each event, and the longest.", "nondeterministic_output", "request_policy:all_nodes", "response_policy:special")),
	row("latency|reset", latencyReset, -2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("2.8.13", "O(1)", "[<event> [<event> ...]]", "Forgets the samples of events; of all, if none is named.", "request_policy:all_nodes", "response_policy:all_succeeded")),
}

func latencyHistory(c *Client) {
	event := c.Engine.Event(string(c.Args[2]))
	if event == nil {
		c.ReplyArrayLen(0)
		return
	}
	c.ReplyArrayLen(len(event.Samples))
	for _, s := range event.Samples {
		c.ReplyArrayLen(2)
		c.ReplyInt(s.At)
		c.ReplyInt(s.Milliseconds)
	}
}

func latencyLatest(c *Client) {
	events := c.Engine.Events()
	c.ReplyArrayLen(len(events))
	for _, event := range events {
		last := event.Samples[len(event.Samples)-1]
		c.ReplyArrayLen(4)
		c.ReplyBulkString(event.Name)
		c.ReplyInt(last.At)
		c.ReplyInt(last.Milliseconds)
		c.ReplyInt(event.Max)
	}
}

func latencyReset(c *Client) {
	n := 0
	if len(c.Args) == 2 {
		n = c.Engine.ResetEvents("")
	}
	for _, name := range c.Args[2:] {
		n += c.Engine.ResetEvents(string(name))
	}
	c.ReplyInt(int64(n))
}

// latencyHistogram answers LATENCY HISTOGRAM [command ...]: of all commands, or of those that are
// named; for a container that is all of its subcommands.
func latencyHistogram(c *Client) {
	var asked []*engine.Command
	if len(c.Args) == 2 {
		asked = c.Engine.Table.All
	}
	for _, name := range c.Args[2:] {
		if cmd := c.Engine.Table.FindName(name); cmd != nil {
			asked = append(append(asked, cmd), cmd.Subcommands...)
		}
	}
	asked = slices.DeleteFunc(slices.Clone(asked), func(cmd *engine.Command) bool { return cmd.Stats.Latency == nil })
	c.ReplyMapLen(len(asked))
	for _, cmd := range asked {
		c.ReplyBulkString(cmd.Name)
		replyHistogram(c, cmd.Stats.Latency)
	}
}

func replyHistogram(c *Client, h *engine.Histogram) {
	steps := h.Cumulative()
	c.ReplyMapLen(2)
	c.ReplyBulkString("calls")
	c.ReplyInt(h.Total)
	c.ReplyBulkString("histogram_usec")
	c.ReplyMapLen(len(steps))
	for _, step := range steps {
		c.ReplyInt(step.Microseconds)
		c.ReplyInt(step.Count)
	}
}

// latencyGraph draws an event's samples from left to right, each with how long ago it was:
//
//	command - high 500 ms, low 101 ms (all time high 500 ms)
//	--------------------------------------------------------------------------------
//	   #_
//	  _||
//	 _|||
//	_||||
//
//	11186
//	542ss
//	sss
//
// Redis: latencyCommandGenSparkeline.
func latencyGraph(c *Client) {
	event := c.Engine.Event(string(c.Args[2]))
	if event == nil {
		c.ReplyError("ERR No samples available for event '" + string(c.Args[2]) + "'")
		return
	}
	low, high := event.Samples[0].Milliseconds, int64(0)
	for _, s := range event.Samples {
		low, high = min(low, s.Milliseconds), max(high, s.Milliseconds)
	}
	b := fmt.Appendf(nil, "%s - high %d ms, low %d ms (all time high %d ms)\n%s\n", event.Name, high, low, event.Max, strings.Repeat("-", graphColumns))
	now := c.Engine.Clock() / 1000
	for i, samples := 0, event.Samples; len(samples) > 0; i++ {
		n := min(len(samples), graphColumns)
		if i > 0 {
			b = append(b, '\n')
		}
		b = appendGraph(b, samples[:n], low, max(1, high-low), now)
		samples = samples[n:]
	}
	c.ReplyVerbatim(b)
}

const (
	graphColumns = 80
	graphRows    = 4
	graphHeights = "_o#" // of one row; what is higher fills it with |
)

// appendGraph draws samples, a column each: how far each is on the way from low to low+span.
func appendGraph(dst []byte, samples []engine.Sample, low, span, now int64) []byte {
	const steps = graphRows * len(graphHeights)
	labels := make([]string, len(samples))
	longest := 0
	for i, s := range samples {
		labels[i] = ago(now - s.At)
		longest = max(longest, len(labels[i]))
	}
	for row := range graphRows {
		for _, s := range samples {
			step := min((s.Milliseconds-low)*int64(steps)/span, int64(steps-1))
			height := int(step) - (graphRows-1-row)*len(graphHeights)
			switch {
			case height < 0:
				dst = append(dst, ' ')
			case height < len(graphHeights):
				dst = append(dst, graphHeights[height])
			default:
				dst = append(dst, '|')
			}
		}
		dst = append(dst, '\n')
	}
	dst = append(append(dst, strings.Repeat(" ", len(samples))...), '\n')
	for row := range longest {
		for _, label := range labels {
			if row < len(label) {
				dst = append(dst, label[row])
			} else {
				dst = append(dst, ' ')
			}
		}
		dst = append(dst, '\n')
	}
	return dst
}

// ago is a time in seconds, short.
func ago(seconds int64) string {
	switch {
	case seconds < 60:
		return fmt.Sprintf("%ds", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%dm", seconds/60)
	case seconds < 86400:
		return fmt.Sprintf("%dh", seconds/3600)
	default:
		return fmt.Sprintf("%dd", seconds/86400)
	}
}

// latencyDoctor says what an experienced eye would see. Redis: createLatencyReport, with other
// words.
func latencyDoctor(c *Client) {
	events, threshold := c.Engine.Events(), c.Engine.Config.LatencyThreshold
	var b strings.Builder
	switch {
	case len(events) == 0 && threshold == 0:
		b.WriteString("Nothing is kept of what makes clients wait: latency-monitor-threshold is 0. CONFIG SET latency-monitor-threshold <milliseconds> changes that.\n")
	case len(events) == 0:
		b.WriteString("Nothing has made clients wait for as long as latency-monitor-threshold.\n")
	default:
		b.WriteString("What made clients wait:\n\n")
		advice := map[string]bool{}
		for i, event := range events {
			fmt.Fprintf(&b, "%d. %s\n", i+1, describeEvent(event))
			advice[adviceOn[event.Name]] = true
		}
		b.WriteString("\nWhat could be done:\n\n")
		for _, event := range events {
			if text := adviceOn[event.Name]; advice[text] {
				b.WriteString("- " + text + "\n")
				advice[text] = false
			}
		}
		if slow := c.Engine.Config.SlowLogSlowerThan; slow < 0 || time.Duration(slow)*time.Microsecond > time.Duration(threshold)*time.Millisecond {
			fmt.Fprintf(&b, "- SLOWLOG keeps less than is told here. CONFIG SET slowlog-log-slower-than %d makes it keep as much.\n", threshold*1000)
		}
	}
	c.ReplyVerbatim([]byte(b.String()))
}

// describeEvent says how often it happened, and how long it took: the mean, and how far the
// samples are from that on the average.
func describeEvent(event *engine.Event) string {
	n := int64(len(event.Samples))
	sum, deviation := int64(0), int64(0)
	for _, s := range event.Samples {
		sum += s.Milliseconds
	}
	for _, s := range event.Samples {
		deviation += max(s.Milliseconds-sum/n, sum/n-s.Milliseconds)
	}
	period := float64(event.Samples[n-1].At-event.Samples[0].At) / float64(max(1, n-1))
	return fmt.Sprintf("%s: %d times (average %d ms, mean deviation %d ms, every %.2f s). The longest of all: %d ms.",
		event.Name, n, sum/n, deviation/n, period, event.Max)
}

const slowAdvice = "SLOWLOG GET tells which commands take long. Those that look at all keys or at a whole collection (KEYS, SMEMBERS, SORT) have relatives that take a little at a time: SCAN, SSCAN."

var adviceOn = map[string]string{
	engine.EventCommand:     slowAdvice,
	engine.EventFastCommand: slowAdvice,
	engine.EventExpire:      "Many keys expire in the same second. A few random seconds more or less in their times to live spread the work.",
	engine.EventEvict:       "Making room takes long: maxmemory-eviction-tenacity bounds how long a command may wait for it.",
	engine.EventWrite:       "The disk is slow to take the log. Another one for the directory (dir), or fewer writers beside it, would help.",
	engine.EventSync:        "Each turn waits for the disk: appendfsync is always. With everysec at most a second of writes may be lost, and nobody waits.",
}
