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

// BeginBatch and EndBatch enclose requests that are executed one after another.
// Looking at the clock costs a fifth of what a GET does, so it is not asked for
// each: the time of a batch is shared out evenly among its requests, but for
// those that may take long, which are timed one by one.
func (e *Engine) BeginBatch() {
	e.Keyspace.SetClock(e.Clock())
	e.batchBegan = sinceStart()
	e.batch, e.timed = e.batch[:0], 0
}

// EndBatch is BeginBatch's counterpart.
func (e *Engine) EndBatch() {
	e.current = nil
	if len(e.batch) == 0 {
		return
	}
	share := (sinceStart() - e.batchBegan - e.timed) / time.Duration(len(e.batch))
	for _, cmd := range e.batch {
		cmd.Stats.Time += share
	}
}

var start = time.Now()

// sinceStart is a clock that never goes back. It is cheaper than time.Now.
func sinceStart() time.Duration { return time.Since(start) }

// measure is what was so when a handler began.
type measure struct {
	began  time.Duration // 0 for a brief command: the batch is timed
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
		e.batch = append(e.batch, cmd)
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
