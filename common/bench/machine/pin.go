// pin.go: the servers on one core, the load generator on another, so that
// neither takes time from the other and no thread wanders.
//
// Where rewrites are measured the servers have all other cores: see rewriting.go.
//
// A server starts unpinned and is pinned thread by thread afterwards: a Go
// program that is born with a single core settles its runtime for one (no
// spinning, GOMAXPROCS=1) and would not be measured as it is meant to run.

package machine

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// PickCores chooses a core for the servers and one for the generator among
// those this process may use; of another physical core where there is one, for
// two hyperthreads share their core's units. ok is false with fewer than two.
func PickCores() (servers, generator int, ok bool) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil || set.Count() < 2 {
		return 0, 0, false
	}
	servers, generator = -1, -1
	for cpu := 0; cpu < len(set)*64; cpu++ {
		switch {
		case !set.IsSet(cpu):
		case servers < 0:
			servers = cpu
		case generator < 0:
			generator = cpu
		case physicalCore(generator) == physicalCore(servers) && physicalCore(cpu) != physicalCore(servers):
			return servers, cpu, true
		}
	}
	return servers, generator, true
}

// physicalCore names the core that a logical CPU is a part of.
func physicalCore(cpu int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu))
	return strings.TrimSpace(string(text))
}

// Only is the set of one core.
func Only(core int) *unix.CPUSet {
	var set unix.CPUSet
	set.Set(core)
	return &set
}

// AllBut is the set of all cores this process may use but one.
func AllBut(core int) (*unix.CPUSet, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, err
	}
	set.Clear(core)
	return &set, nil
}

// PinThread moves one thread to some cores; tid 0 is the calling thread.
func PinThread(tid int, cores *unix.CPUSet) error { return unix.SchedSetaffinity(tid, cores) }

// PinProcess moves all threads of a process to some cores. It looks again until
// it finds no new thread; one born later inherits the cores of its parent.
func PinProcess(pid int, cores *unix.CPUSet) error {
	pinned := map[int]bool{}
	for {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
		if err != nil || len(tasks) == 0 {
			return fmt.Errorf("pinning process %d: it has no threads in /proc", pid)
		}
		before := len(pinned)
		for _, task := range tasks {
			tid, err := strconv.Atoi(filepath.Base(task))
			if err != nil || pinned[tid] {
				continue
			}
			if err := PinThread(tid, cores); err != nil && err != unix.ESRCH {
				return fmt.Errorf("pinning thread %d of process %d: %w", tid, pid, err)
			}
			pinned[tid] = true
		}
		if len(pinned) == before {
			return nil
		}
	}
}
