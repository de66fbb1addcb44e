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
	e.began = sinceStart()
	e.brief, e.timed = e.brief[:0], 0
}

// EndRequests is BeginRequests' counterpart.
func (e *Engine) EndRequests() {
	if len(e.brief) == 0 {
		return
	}
	share := (sinceStart() - e.began - e.timed) / time.Duration(len(e.brief))
	for _, cmd := range e.brief {
		cmd.Stats.Time += share
	}
}

var start = time.Now()

// sinceStart is a clock that never goes back. It is cheaper than time.Now.
func sinceStart() time.Duration { return time.Since(start) }

// measure is what was so when a handler began.
type measure struct {
	began  time.Duration // 0 for a brief command: they are timed together
	errors int64
}

func (e *Engine) startMeasuring(cmd *Command) measure {
	m := measure{errors: e.Stats.ErrorsTotal}
	if cmd.Flags&Brief == 0 {
		m.began = sinceStart()
	}
	return m
}

// count counts a handler's run.
func (e *Engine) count(cmd *Command, m measure) {
	if cmd.Flags&Brief != 0 {
		e.brief = append(e.brief, cmd)
	} else {
		took := sinceStart() - m.began
		cmd.Stats.Time += took
		e.timed += took
	}
	cmd.Stats.Calls++
	e.Stats.Commands++
	if e.Stats.ErrorsTotal > m.errors { // CONFIG RESETSTAT makes it smaller
		cmd.Stats.Failed++
	}
}

// ResetStats makes all counts begin again. Redis: config.c, configResetStatCommand.
func (e *Engine) ResetStats() {
	e.Keyspace.ResetStats()
	e.Stats = Stats{Errors: map[string]int64{}}
	for _, cmd := range e.Table.All {
		cmd.Stats = CommandStats{}
	}
	e.Server.ResetStats()
}

// Commands is how many have run since the start, or since the counts were reset.
func (e *Engine) Commands() int64 { return e.Stats.Commands }
