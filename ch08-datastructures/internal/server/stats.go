// stats.go: what the server counts, for INFO. Redis: server.c,
// trackInstantaneousMetric.

package server

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/engine"
)

// stats count since the start, or since they were reset.
type stats struct {
	started     time.Time
	runID       string
	startMemory int64 // bytes in use when the server was ready

	counts
	ops, in, out rate
	peakMemory   int64
}

// counts are what CONFIG RESETSTAT makes begin again.
type counts struct {
	accepted, rejected, evicted int64 // connections
	reads, writes               int64 // system calls on connections
	bytesIn, bytesOut           int64
	expiring                    time.Duration // that the cycle of expiry has taken
}

func (st *stats) begin(now time.Time) {
	var id [20]byte
	_, _ = rand.Read(id[:]) // never fails
	st.started, st.runID = now, hex.EncodeToString(id[:])
}

// rate is how fast a count grows: the average of the last samples.
type rate struct {
	last    int64
	at      time.Time
	samples [16]float64 // a second
	next    int
}

func (r *rate) sample(count int64, now time.Time) {
	if elapsed := now.Sub(r.at).Seconds(); !r.at.IsZero() && elapsed > 0 {
		r.samples[r.next] = float64(max(0, count-r.last)) / elapsed // a reset makes it smaller
		r.next = (r.next + 1) % len(r.samples)
	}
	r.last, r.at = count, now
}

func (r *rate) perSecond() float64 {
	sum := 0.0
	for _, s := range r.samples {
		sum += s
	}
	return sum / float64(len(r.samples))
}

// sample looks at the counts, ten times a second.
func (st *stats) sample(s *Server) {
	now := s.loop.Now()
	if now.Sub(st.ops.at) < cronPeriod/2 {
		return // the cron is in a hurry for something else
	}
	st.ops.sample(s.engine.Commands(), now)
	st.in.sample(st.bytesIn, now)
	st.out.sample(st.bytesOut, now)
	st.peakMemory = max(st.peakMemory, int64(s.engine.UsedMemory()))
}

// ResetStats makes the counts begin again.
func (s *Server) ResetStats() {
	s.stats.counts = counts{}
	s.stats.peakMemory = int64(s.engine.UsedMemory())
}

// Facts are what INFO tells of the server.
func (s *Server) Facts() engine.Facts {
	st := &s.stats
	f := engine.Facts{
		PID: os.Getpid(), RunID: st.runID, Supervised: s.supervisor.String(), System: systemName(), Started: st.started,
		Connections: len(s.conns), Accepted: st.accepted, Rejected: st.rejected, EvictedClients: st.evicted,
		BytesIn: st.bytesIn, BytesOut: st.bytesOut, Reads: st.reads, Writes: st.writes,
		OpsPerSecond: int64(st.ops.perSecond()), KilobytesIn: st.in.perSecond() / 1024, KilobytesOut: st.out.perSecond() / 1024,
		PeakMemory: st.peakMemory, StartMemory: st.startMemory, Resident: residentMemory(), SystemMemory: systemMemory(),
	}
	f.ExpireMilliseconds = st.expiring.Milliseconds()
	f.Executable, _ = os.Executable()
	f.CPUUser, f.CPUSystem = cpuTime()
	for _, c := range s.conns {
		f.LongestQuery = max(f.LongestQuery, len(c.query))
		f.LongestReply = max(f.LongestReply, c.unsentBytes())
	}
	return f
}

// Log writes a line to the log, at the level warning.
func (s *Server) Log(line string) { s.log.Warning("%s", line) }

// residentMemory is how much of the process is in memory, in bytes; 0 if unknown.
func residentMemory() int64 {
	text, _ := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}

func systemMemory() int64 {
	var info unix.Sysinfo_t
	_ = unix.Sysinfo(&info) // 0 if it fails
	return int64(info.Totalram) * int64(info.Unit)
}

func systemName() string {
	var name unix.Utsname
	_ = unix.Uname(&name)
	return unix.ByteSliceToString(name.Sysname[:]) + " " + unix.ByteSliceToString(name.Release[:]) + " " +
		unix.ByteSliceToString(name.Machine[:])
}

// cpuTime is what the process has run, in seconds: its own code, and the kernel
// for it.
func cpuTime() (user, system float64) {
	var usage unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano()) / 1e9, float64(usage.Stime.Nano()) / 1e9
}
