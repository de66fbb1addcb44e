// stats.go: what is counted of commands and errors. Redis: server.c, call; INFO's
// commandstats and errorstats.

package command

import (
	"strings"
	"time"
)

// commandStats count what became of the requests for one command.
type commandStats struct {
	calls    int64         // that ran
	time     time.Duration // that they took
	rejected int64         // that were not let run
	failed   int64         // that ran and answered an error
}

// stats count since the start, or since CONFIG RESETSTAT.
type stats struct {
	commands    int64            // that ran
	errors      map[string]int64 // replies, by code
	errorsTotal int64
}

// countError counts an error reply by its code, the first word. Redis:
// networking.c, afterErrorReply.
func (e *Engine) countError(reply string) {
	code, _, _ := strings.Cut(reply, " ")
	e.stats.errors[code]++
	e.stats.errorsTotal++
}

// BeginBatch and EndBatch enclose requests that are executed one after another.
// Looking at the clock costs a fifth of what a GET does, so it is not asked for
// each: the time of a batch is shared out evenly among its requests, but for
// those that may take long, which are timed one by one.
func (e *Engine) BeginBatch() {
	e.keys.SetClock(e.now())
	e.batchBegan = sinceStart()
	e.batch, e.timed = e.batch[:0], 0
}

// EndBatch is BeginBatch's counterpart.
func (e *Engine) EndBatch() {
	if len(e.batch) == 0 {
		return
	}
	share := (sinceStart() - e.batchBegan - e.timed) / time.Duration(len(e.batch))
	for _, cmd := range e.batch {
		cmd.stats.time += share
	}
}

var start = time.Now()

// sinceStart is a clock that never goes back. It is cheaper than time.Now.
func sinceStart() time.Duration { return time.Since(start) }

// run runs a handler and counts it.
func (e *Engine) run(c *Client) {
	cmd, errorsBefore := c.command, e.stats.errorsTotal
	if cmd.constant {
		cmd.Handler(c)
		e.batch = append(e.batch, cmd)
	} else {
		began := sinceStart()
		cmd.Handler(c)
		took := sinceStart() - began
		cmd.stats.time += took
		e.timed += took
	}
	cmd.stats.calls++
	e.stats.commands++
	if e.stats.errorsTotal > errorsBefore { // CONFIG RESETSTAT makes it smaller
		cmd.stats.failed++
	}
}

// resetStats makes all counts begin again. Redis: config.c, configResetStatCommand.
func (e *Engine) resetStats() {
	e.keys.ResetStats()
	e.stats = stats{errors: map[string]int64{}}
	for _, cmd := range e.table.all {
		cmd.stats = commandStats{}
	}
	e.server.ResetStats()
}

// Commands is how many have run since the start, or since the counts were reset.
func (e *Engine) Commands() int64 { return e.stats.commands }
