// latency.go: what made clients wait, and when.
//
// One thread serves all: what takes it long makes everybody wait. What is known to do so is an
// event with a name. Each that took as long as latency-monitor-threshold, in milliseconds, is
// kept with its second; at 0 none is, and nothing is measured for it.
//
//	command        a handler               expire-cycle    deleting what has expired
//	fast-command   one that is O(log n)    eviction-cycle  making room
//	aof-write, aof-fsync-always            the append-only file, at the end of a turn
//
//	event     time   12:01:07  12:01:08  12:04:30   the last 160, a second the longest only,
//	          ms          112        90       340   and the longest of all
//
// Redis: latency.c, latencyAddSample.

package engine

import (
	"slices"
	"strings"
	"time"
)

// The events.
const (
	EventCommand     = "command"
	EventFastCommand = "fast-command"
	EventExpire      = "expire-cycle"
	EventEvict       = "eviction-cycle"
	EventWrite       = "aof-write"
	EventSync        = "aof-fsync-always"
)

// maxSamples is how many of an event are kept. Redis: LATENCY_TS_LEN.
const maxSamples = 160

// Event is what has made clients wait.
type Event struct {
	Name    string
	Max     int64    // milliseconds
	Samples []Sample // the oldest first; there is one
}

// Sample is how long it took at one time.
type Sample struct {
	At           int64 // Unix seconds
	Milliseconds int64
}

// MeasuresLatency reports whether somebody wants to know of events.
func (e *Engine) MeasuresLatency() bool { return e.Config.LatencyThreshold > 0 }

// AddLatency says how long an event took; if that is long enough it is kept.
func (e *Engine) AddLatency(name string, took time.Duration) {
	ms := took.Milliseconds()
	if !e.MeasuresLatency() || ms < int64(e.Config.LatencyThreshold) {
		return
	}
	i := slices.IndexFunc(e.latencies, func(event *Event) bool { return event.Name == name })
	if i < 0 {
		i = len(e.latencies)
		e.latencies = append(e.latencies, &Event{Name: name})
	}
	event, now := e.latencies[i], e.Clock()/1000
	event.Max = max(event.Max, ms)
	if n := len(event.Samples); n > 0 && event.Samples[n-1].At == now {
		event.Samples[n-1].Milliseconds = max(event.Samples[n-1].Milliseconds, ms)
		return
	}
	if len(event.Samples) == maxSamples {
		event.Samples = slices.Delete(event.Samples, 0, 1)
	}
	event.Samples = append(event.Samples, Sample{now, ms})
}

// Events are those that have happened, in the order in which they first did.
func (e *Engine) Events() []*Event { return e.latencies }

// Event is the one of that name, or nil.
func (e *Engine) Event(name string) *Event {
	for _, event := range e.latencies {
		if event.Name == name {
			return event
		}
	}
	return nil
}

// ResetEvents forgets the events of a name, in any case, or all if it is empty. It returns how
// many.
func (e *Engine) ResetEvents(name string) (n int) {
	before := len(e.latencies)
	e.latencies = slices.DeleteFunc(e.latencies, func(event *Event) bool {
		return name == "" || strings.EqualFold(event.Name, name)
	})
	return before - len(e.latencies)
}
