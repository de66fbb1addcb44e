// stats.go: what is counted of commands and errors. Redis: server.c, call; INFO's
// commandstats and errorstats.

package engine

import (
	"strings"
	"time"
)

// CommandStats count what became of the requests for one command.
type CommandStats struct {
	Calls    int64         // that ran
	Time     time.Duration // that they took
	Rejected int64         // that were not let run
	Failed   int64         // that ran and answered an error
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
	code, _, _ := strings.Cut(reply, " ")
	e.Stats.Errors[code]++
	e.Stats.ErrorsTotal++
}

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
		for _, cmd := range brief {
			cmd.Stats.Time += share
		}
	}
	e.brief, e.timed = e.brief[:s.first], s.timed
}

var start = time.Now()

// sinceStart is a clock that never goes back. It is cheaper than time.Now.
func sinceStart() time.Duration { return time.Since(start) }

// startMeasuring returns when a handler begins; 0 for a brief command, since its span is
// timed.
func (e *Engine) startMeasuring(cmd *Command) (began time.Duration) {
	e.errorsSeen = e.Stats.ErrorsTotal
	if cmd.Flags&Brief == 0 {
		began = sinceStart()
	}
	return began
}

// count counts a handler's run. An error that a command inside of EXEC has answered is
// that command's, and not EXEC's.
func (e *Engine) count(cmd *Command, began time.Duration) {
	if cmd.Flags&Brief != 0 {
		e.brief = append(e.brief, cmd)
	} else {
		took := sinceStart() - began
		cmd.Stats.Time += took
		e.timed += took
	}
	cmd.Stats.Calls++
	e.Stats.Commands++
	if e.Stats.ErrorsTotal > e.errorsSeen { // CONFIG RESETSTAT makes it smaller
		cmd.Stats.Failed++
	}
	e.errorsSeen = e.Stats.ErrorsTotal
}

// countServed counts what a command takes that has waited: it was a call when it began to.
// Redis: blocked.c, updateStatsOnUnblock.
func (e *Engine) countServed(cmd *Command, began time.Duration) {
	took := sinceStart() - began
	cmd.Stats.Time += took
	e.timed += took
	if e.Stats.ErrorsTotal > e.errorsSeen {
		cmd.Stats.Failed++
	}
	e.errorsSeen = e.Stats.ErrorsTotal
}

// ResetStats makes all counts begin again. Redis: config.c, configResetStatCommand.
func (e *Engine) ResetStats() {
	e.Keyspace.ResetStats()
	e.Stats = Stats{Errors: map[string]int64{}}
	for _, cmd := range e.Table.All {
		cmd.Stats = CommandStats{}
	}
	if e.log != nil {
		e.log.ResetStats()
	}
	e.Server.ResetStats()
}

// Commands is how many have run since the start, or since the counts were reset.
func (e *Engine) Commands() int64 { return e.Stats.Commands }
