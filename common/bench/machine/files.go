// files.go: how many files, and so connections, a process may have open.

package machine

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// SpareFiles is what a process opens beside its connections, generously.
const SpareFiles = 100

// AllowFiles raises the limit of open files, for this process and the servers it
// starts from now on, so that a process can hold n connections.
func AllowFiles(n int) error {
	need := uint64(n + SpareFiles)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("reading the limit of open files: %w", err)
	}
	hard := limit.Max
	limit.Max = max(hard, need) // above the hard limit only root may go
	limit.Cur = limit.Max
	if unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) == nil {
		return nil
	}
	if hard < need {
		return fmt.Errorf("%d connections need %d open files, and the hard limit is %d (ulimit -Hn): raise it, or take fewer connections",
			n, need, hard)
	}
	limit.Max, limit.Cur = hard, hard
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
}
