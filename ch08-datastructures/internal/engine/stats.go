// stats.go: what is counted of commands and errors. Redis: server.c, call; INFO's
// commandstats and errorstats.

package engine

import (
	"math"
	"strings"
	"time"
)

// CommandStats count what became of the requests for one command.
type CommandStats struct {
	Calls    int64         // that ran
	Time     time.Duration // that they took
	Rejected int64         // that were not let run
	Failed   int64         // that ran and answered an error
	Latency  *Histogram    // of the runs; nil if none was counted
}

// Stats count since the start, or since CONFIG RESETSTAT.
type Stats struct {
	Commands    int64            // that ran
	Errors      map[string]int64 // replies, by code
	ErrorsTotal int64
}

// countError counts an error reply by its code, the first word. Redis:
// networking.c, afterErrorReply.
func (e *Engine) countError(reply string) {
	code, _, ok := strings.Cut(reply, " ")
	if !ok || len(code) > maxErrorCode {
		code = "ERR"
	}
	e.Stats.Errors[code]++
	e.Stats.ErrorsTotal++
}

// maxErrorCode is how many bytes the first word may have, to be a code.
const maxErrorCode = 30

// BeginRequests and EndRequests enclose the requests that are executed one after
// another, all that was received: one batch of the server's or many. Looking at the
// clock costs a fifth of what a GET does, so it is not asked for each: their time is
// shared out evenly among them, but for those that may take long, which are timed
// one by one.
func (e *Engine) BeginRequests() {
	e.Keyspace.SetClock(e.Clock())
	e.received = e.beginSpan()
}

// EndRequests is BeginRequests' counterpart.
func (e *Engine) EndRequests() {
	e.current = nil
	e.endSpan(e.received)
}

// span is a time whose brief commands share it. EXEC has one inside of all requests'.
type span struct {
	first int // of its commands, in Engine.brief
	began time.Duration
	timed time.Duration // what Engine.timed was before
}

func (e *Engine) beginSpan() span { return span{len(e.brief), sinceStart(), e.timed} }

func (e *Engine) endSpan(s span) {
	if brief := e.brief[s.first:]; len(brief) > 0 {
		share := (sinceStart() - s.began - (e.timed - s.timed)) / time.Duration(len(brief))
		for len(brief) > 0 { // a client often asks for the same many times in a row
			cmd, n := brief[0], 1
			for n < len(brief) && brief[n] == cmd {
				n++
			}
			e.addTime(cmd, share, n)
			brief = brief[n:]
		}
	}
	e.brief, e.timed = e.brief[:s.first], s.timed
}

// addTime counts n runs of a command that took so long each.
func (e *Engine) addTime(cmd *Command, took time.Duration, n int) {
	cmd.Stats.Time += took * time.Duration(n)
	e.addLatency(cmd, took, n)
}

// addLatency counts them in the command's histogram.
func (e *Engine) addLatency(cmd *Command, took time.Duration, n int) {
	if s := &cmd.Stats; e.Config.LatencyTracking {
		if s.Latency == nil {
			s.Latency = &Histogram{}
			e.baseMemory += histogramSize
		}
		e.baseMemory += s.Latency.add(took, int64(n))
	}
}

var start = time.Now()

// sinceStart is a clock that never goes back. It is cheaper than time.Now.
func sinceStart() time.Duration { return time.Since(start) }

// fitMeasuring says which commands are timed alone, and which of them somebody wants to know of.
//
//	slowlog-log-slower-than   20 ms     brief commands share a time, from 20 ms on tell
//	                          20 us     each is timed alone, from 20 us on tell
//	somebody monitors                   each is timed alone, tell of all
func (e *Engine) fitMeasuring() {
	e.tellFrom = math.MaxInt64
	if slow := time.Duration(e.Config.SlowLogSlowerThan); slow >= 0 && slow < math.MaxInt64/time.Microsecond {
		e.tellFrom = slow * time.Microsecond
	}
	if threshold := time.Duration(e.Config.LatencyThreshold); threshold > 0 && threshold < math.MaxInt64/time.Millisecond {
		e.tellFrom = min(e.tellFrom, threshold*time.Millisecond)
	}
	if len(e.monitors) > 0 {
		e.tellFrom = 0
	}
	e.shares = Brief
	if e.tellFrom < longestBrief {
		e.shares = 0
	}
}

// longestBrief is longer than a brief command takes.
const longestBrief = 2 * time.Millisecond

// startMeasuring returns when a handler begins; 0 for a brief command, since its span is
// timed.
func (e *Engine) startMeasuring(cmd *Command) (began time.Duration) {
	e.errorsSeen = e.Stats.ErrorsTotal
	if cmd.Flags&e.shares == 0 {
		began = sinceStart()
	}
	return began
}

// count counts a handler's run. An error that a command inside of EXEC has answered is
// that command's, and not EXEC's.
func (e *Engine) count(c *Client, began time.Duration) {
	cmd := c.Command
	if began == 0 {
		e.brief = append(e.brief, cmd)
	} else {
		e.countTimed(c, began)
	}
	cmd.Stats.Calls++
	e.Stats.Commands++
	if e.Stats.ErrorsTotal > e.errorsSeen { // CONFIG RESETSTAT makes it smaller
		cmd.Stats.Failed++
	}
	e.errorsSeen = e.Stats.ErrorsTotal
}

// countTimed counts how long a command took that is timed alone, and tells of it whom it
// concerns. One that has begun to wait for a key has not ended: what it took is counted, and
// told when it is served. Redis: server.c, call.
func (e *Engine) countTimed(c *Client, began time.Duration) {
	took := sinceStart() - began
	e.timed += took
	if c.waiter != nil {
		c.Command.Stats.Time += took
		c.waiter.took = took
	} else {
		e.addTime(c.Command, took, 1)
	}
	if took >= e.tellFrom {
		e.tell(c, took)
	}
}

// tell tells of a command that has run, and took so long.
func (e *Engine) tell(c *Client, took time.Duration) {
	if c.waiter == nil {
		e.tellSlow(c, took)
	}
	event := EventCommand
	if c.Command.Flags&Fast != 0 {
		event = EventFastCommand
	}
	e.AddLatency(event, took)
	if len(e.monitors) > 0 && c.Command.Flags&(SkipMonitor|Admin) == 0 {
		e.feedMonitors(c)
	}
}

// tellSlow keeps a command in the slow log, if it took long enough for that.
func (e *Engine) tellSlow(c *Client, took time.Duration) {
	slow := int64(e.Config.SlowLogSlowerThan)
	if slow >= 0 && took.Microseconds() >= slow && c.Command.Flags&SkipSlowLog == 0 {
		e.addSlow(c, took)
	}
}

// countServed counts what a command takes that has waited: it was a call when it began to.
// Redis: blocked.c, updateStatsOnUnblock.
func (e *Engine) countServed(c *Client, began time.Duration, ended bool) {
	took := sinceStart() - began
	e.timed += took
	c.waiter.took += took
	c.Command.Stats.Time += took
	if ended {
		e.addLatency(c.Command, c.waiter.took, 1)
		e.tellSlow(c, c.waiter.took)
	}
	if e.Stats.ErrorsTotal > e.errorsSeen {
		c.Command.Stats.Failed++
	}
	e.errorsSeen = e.Stats.ErrorsTotal
}

// ResetStats makes all counts begin again. Redis: config.c, configResetStatCommand.
func (e *Engine) ResetStats() {
	e.Keyspace.ResetStats()
	e.Stats = Stats{Errors: map[string]int64{}}
	for _, cmd := range e.Table.All {
		if h := cmd.Stats.Latency; h != nil {
			e.baseMemory -= histogramSize + h.memory()
		}
		cmd.Stats = CommandStats{}
	}
	if e.log != nil {
		e.log.ResetStats()
	}
	e.Server.ResetStats()
}

// Commands is how many have run since the start, or since the counts were reset.
func (e *Engine) Commands() int64 { return e.Stats.Commands }
