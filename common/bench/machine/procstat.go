// procstat.go: the CPU time of a process, all its threads together, and its memory.
//
// Linux keeps a clock for every process: what its threads, living and ended,
// have run on a CPU, in nanoseconds. clock_gettime reads it for any pid. The
// same time stands in /proc/PID/task/*/schedstat (first field), but there a
// running thread is counted only up to the last scheduler tick (1 to 10 ms),
// and a thread that ended is gone. Where a sandbox refuses the clock we add up
// schedstat, and where the kernel has none, utime and stime of /proc/PID/stat,
// which tick in hundredths of a second.

package machine

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

// CPUTime returns how long the process has run on CPUs since it began.
func CPUTime(pid int) (time.Duration, error) {
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
	threads, err := ThreadTimes(pid)
	var sum time.Duration
	for _, th := range threads {
		sum += th.ran
	}
	return sum, err
}

// ThreadTime is how long a thread has run, and how long it could have but had no
// core.
type ThreadTime struct{ ran, waited time.Duration }

// ThreadTimes reads the times of the threads that live now, by their files.
func ThreadTimes(pid int) (map[string]ThreadTime, error) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	threads := map[string]ThreadTime{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread ended meanwhile
		}
		if threads[file], err = parseSchedstat(string(text)); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
	}
	if len(threads) == 0 {
		return nil, errors.New("no schedstat")
	}
	return threads, nil
}

// WaitOfBusiest is how long the thread that ran most between two readings waited
// for a core: the one with the server's loop. What others wait (Go's runtime has
// some that look after it now and then) costs no client anything. It is -1 where
// one of the readings failed.
func WaitOfBusiest(before, after map[string]ThreadTime) time.Duration {
	if len(before) == 0 || len(after) == 0 {
		return -1
	}
	var most, waited time.Duration
	for file, now := range after {
		if ran := now.ran - before[file].ran; ran >= most {
			most, waited = ran, now.waited-before[file].waited
		}
	}
	return waited
}

// parseSchedstat reads "ran waited slices", the first two in nanoseconds.
func parseSchedstat(text string) (ThreadTime, error) {
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return ThreadTime{}, errors.New("too few fields")
	}
	r, err1 := strconv.ParseInt(fields[0], 10, 64)
	w, err2 := strconv.ParseInt(fields[1], 10, 64)
	return ThreadTime{time.Duration(r), time.Duration(w)}, errors.Join(err1, err2)
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

// Resident returns how many bytes of a process are in memory. smaps_rollup counts
// them page by page; where it cannot be read, statm has what the kernel keeps as
// it goes, which may be some pages behind for each core.
func Resident(pid int) (int64, error) {
	if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid)); err == nil {
		return parseRollup(string(text))
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	return parseStatm(string(text))
}

// parseRollup reads the line "Rss:    1234 kB".
func parseRollup(text string) (int64, error) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == "Rss:" && fields[2] == "kB" {
			kb, err := strconv.ParseInt(fields[1], 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no line Rss")
}

// parseStatm reads the second field, in pages.
func parseStatm(text string) (int64, error) {
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return 0, errors.New("too few fields")
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

// OwnCPU is what this process has used: the thread that makes the load, and the
// little that the Go runtime does beside it.
func OwnCPU() time.Duration {
	d, err := CPUTime(os.Getpid())
	if err != nil {
		return 0
	}
	return d
}
