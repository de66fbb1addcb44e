// sample.go: one measurement, and the figures it gives.

package bench

import (
	"math"
	"time"

	"redis-internals/common/bench/load"
	"redis-internals/common/bench/machine"
)

// Sample is one measurement of one server.
type Sample struct {
	Round     int           `json:"round"`
	Server    string        `json:"server"`
	Command   string        `json:"command"`
	Pipeline  int           `json:"pipeline"`
	Idle      int           `json:"idle"`
	Requests  uint64        `json:"requests"`
	Wall      time.Duration `json:"wall_ns"`
	ServerCPU time.Duration `json:"server_cpu_ns"` // -1: not to be had
	OwnCPU    time.Duration `json:"generator_cpu_ns"`
	P50       time.Duration `json:"p50_ns"`
	P99       time.Duration `json:"p99_ns"`
	P999      time.Duration `json:"p999_ns"`
	Max       time.Duration `json:"max_ns"`
	Rewrite   time.Duration `json:"rewrite_ns,omitempty"` // it was measured during a rewrite that took so long

	Waited      time.Duration        `json:"server_waited_ns"` // for a core, its busiest thread; -1: not to be had
	Stalls      []load.Stall         `json:"stalls,omitempty"`
	Evicted     int64                `json:"evicted,omitempty"`         // keys, of RunEvicting
	OfLimit     float64              `json:"used_of_limit,omitempty"`   // used_memory by maxmemory, at the end
	Resident    int64                `json:"resident_growth,omitempty"` // bytes, of RunAllocators
	Collections *machine.Collections `json:"collections,omitempty"`     // of RunAllocators, where the server is a Go program
}

// The figures of a sample. NaN: not to be had.

func (s Sample) perSecond() float64  { return float64(s.Requests) / s.Wall.Seconds() }
func (s Sample) busy() float64       { return part(s.ServerCPU, s.Wall) }
func (s Sample) ownBusy() float64    { return part(s.OwnCPU, s.Wall) }
func (s Sample) p50Micros() float64  { return float64(s.P50) / 1e3 }
func (s Sample) p99Micros() float64  { return float64(s.P99) / 1e3 }
func (s Sample) p999Micros() float64 { return float64(s.P999) / 1e3 }
func (s Sample) maxMicros() float64  { return float64(s.Max) / 1e3 }
func (s Sample) stalls() float64     { return float64(len(s.Stalls)) }
func (s Sample) waiting() float64    { return part(s.Waited, s.Wall) }
func (s Sample) cpuMicros() float64 {
	return part(s.ServerCPU, time.Duration(s.Requests)*time.Microsecond)
}

func (s Sample) ownMicros() float64 {
	return part(s.OwnCPU, time.Duration(s.Requests)*time.Microsecond)
}

func (s Sample) rewriteSeconds() float64 {
	if s.Rewrite == 0 {
		return math.NaN()
	}
	return s.Rewrite.Seconds()
}

func (s Sample) ofLimit() float64 {
	if s.OfLimit == 0 {
		return math.NaN()
	}
	return s.OfLimit
}

// collected makes a figure of a sample from one of its collections.
func collected(figure func(Sample, *machine.Collections) float64) func(Sample) float64 {
	return func(s Sample) float64 {
		if s.Collections == nil {
			return math.NaN()
		}
		return figure(s, s.Collections)
	}
}

func part(a, of time.Duration) float64 {
	if a < 0 || of <= 0 {
		return math.NaN()
	}
	return float64(a) / float64(of)
}
