package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// procstat.go: the CPU time of a process, all its threads together.
//
// Linux keeps a clock for every process: what its threads, living and ended,
// have run on a CPU, in nanoseconds. clock_gettime reads it for any pid. The
// same time stands in /proc/PID/task/*/schedstat (first field), but there a
// running thread is counted only up to the last scheduler tick (1 to 10 ms),
// and a thread that ended is gone. Where a sandbox refuses the clock we add up
// schedstat, and where the kernel has none, utime and stime of /proc/PID/stat,
// which tick in hundredths of a second.

// cpuTime returns how long the process has run on CPUs since it began.
func cpuTime(pid int) (time.Duration, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(processClock(pid), &ts); err == nil {
		return time.Duration(ts.Nano()), nil
	}
	if d, err := schedstat(pid); err == nil {
		return d, nil
	}
	return statTimes(pid)
}

// processClock is the clock id of a process' CPU time, as
// clock_getcpuclockid(3) makes it: the pid inverted, above three bits of kind;
// 2 is the scheduler's precise count.
func processClock(pid int) int32 { return ^int32(pid)<<3 | 2 }

// schedstat adds up the run times of the threads that live now.
func schedstat(pid int) (time.Duration, error) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	var sum time.Duration
	counted := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread ended meanwhile
		}
		ran, err := parseSchedstat(string(text))
		if err != nil {
			return 0, fmt.Errorf("reading %s: %w", file, err)
		}
		sum += ran
		counted++
	}
	if counted == 0 {
		return 0, errors.New("no schedstat")
	}
	return sum, nil
}

// parseSchedstat reads "ran waited slices", the first two in nanoseconds.
func parseSchedstat(text string) (time.Duration, error) {
	ran, _, _ := strings.Cut(text, " ")
	ns, err := strconv.ParseInt(ran, 10, 64)
	return time.Duration(ns), err
}

// clockTick is the unit of utime and stime: USER_HZ, 100 on every Linux.
const clockTick = 10 * time.Millisecond

// statTimes reads utime + stime, the 14th and 15th field of /proc/PID/stat.
func statTimes(pid int) (time.Duration, error) {
	file := fmt.Sprintf("/proc/%d/stat", pid)
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	d, err := parseStat(string(text))
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", file, err)
	}
	return d, nil
}

// parseStat counts from the end of the second field, the name in brackets: a
// name may hold anything, brackets and spaces too.
func parseStat(text string) (time.Duration, error) {
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0, errors.New("too few fields")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick, errors.Join(err1, err2)
}
