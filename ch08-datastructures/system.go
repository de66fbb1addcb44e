// system.go: --check-system: whether the machine is one on which a server does well. Redis:
// syscheck.c, whose checks of what only Redis minds are left out.

package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"redis-internals/ch08/internal/config"
)

// check is one look at the machine: what is wrong with it, and what helps; "" if nothing is.
type check struct {
	name string
	look func(opts *config.Config) (wrong string)
}

var checks = []check{
	{"slow-clocksource", func(*config.Config) string {
		const path = "/sys/devices/system/clocksource/clocksource0/"
		now, others := read(path+"current_clocksource"), read(path+"available_clocksource")
		if now == "" || now == "tsc" || now == "kvm-clock" || now == "arch_sys_counter" {
			return ""
		}
		return "The clock " + now + " is slow to be read, and a server reads it in every turn. Others are: " + others +
			". To take tsc: echo tsc > " + path + "current_clocksource"
	}},
	{"open-files", func(opts *config.Config) string {
		var limit syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Max >= uint64(opts.MaxClients) {
			return ""
		}
		return fmt.Sprintf("A process may have %d files open, fewer than maxclients %d: ulimit -n allows more.", limit.Max, opts.MaxClients)
	}},
	{"backlog", func(opts *config.Config) string {
		most, err := strconv.Atoi(read("/proc/sys/net/core/somaxconn"))
		if err != nil || most >= opts.Backlog {
			return ""
		}
		return fmt.Sprintf("The TCP backlog setting of %d cannot be enforced because /proc/sys/net/core/somaxconn is set to the lower value of %d.", opts.Backlog, most)
	}},
	{"overcommit", func(*config.Config) string {
		if read("/proc/sys/vm/overcommit_memory") != "2" {
			return ""
		}
		return "vm.overcommit_memory is 2: memory that is reserved and not used counts, so a server gets less than the machine has."
	}},
}

// read is a small file's text; "" if it cannot be read.
func read(path string) string {
	text, _ := os.ReadFile(path)
	return strings.TrimSpace(string(text))
}

// checkSystem tells of each check, and returns the exit code: 0 if nothing is wrong.
func checkSystem(w io.Writer, opts *config.Config) (code int) {
	for _, c := range checks {
		wrong := c.look(opts)
		if wrong == "" {
			fmt.Fprintf(w, "[%s]...OK\n", c.name)
			continue
		}
		fmt.Fprintf(w, "[%s]...WARNING:\n%s\n", c.name, wrong)
		code = 1
	}
	return code
}
