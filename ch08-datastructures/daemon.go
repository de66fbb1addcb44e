// daemon.go: daemonize yes: a server that runs on when the shell that started it has gone.
//
//	shell ── server --daemonize yes ── the same, in a session of its own
//	            exit code 0               no terminal, /dev/null for its streams
//
// Redis forks. A Go program cannot: the copy would have one thread, and the runtime's others
// would be missing. So it starts itself once more, with the same words, and a mark in the
// environment that says who is who. Redis: server.c, daemonize.

package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/logging"
	"redis-internals/ch08/internal/server"
)

const (
	detachedMark   = "REDIS_INTERNALS_DETACHED"
	defaultPidFile = "/var/run/redis.pid" // of a server in the background that is told none
)

// isToDetach reports whether this process has to start the one that serves. A supervisor
// looks after the process that it has started itself.
func isToDetach(opts *config.Config) bool {
	isChild := os.Getenv(detachedMark) != ""
	_ = os.Unsetenv(detachedMark)
	return opts.Daemonize && !isChild && server.Supervisor(opts) == config.Unsupervised
}

// detach starts the server in the background. What can be known to fail fails here, where
// somebody sees it; the rest is in the log.
func detach(opts *config.Config) error {
	if _, err := logging.Open(logPath(opts), opts.LogLevel); err != nil {
		return err
	}
	path, err := os.Executable()
	if err != nil {
		return fmt.Errorf("starting in the background: %w", err)
	}
	child := exec.Command(path)
	child.Args = os.Args
	child.Env = append(os.Environ(), detachedMark+"=yes")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if len(opts.Stdin) > 0 {
		file, err := holding(opts.Stdin)
		if err != nil {
			return fmt.Errorf("handing on the settings from standard input: %w", err)
		}
		defer file.Close()
		child.Stdin = file
	}
	if err := child.Start(); err != nil {
		return fmt.Errorf("starting in the background: %w", err)
	}
	return child.Process.Release()
}

// holding is a file without a name that holds text, to be read from its beginning.
func holding(text []byte) (*os.File, error) {
	file, err := os.CreateTemp("", "settings-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name())
	if _, err = file.Write(text); err == nil {
		_, err = file.Seek(0, 0)
	}
	return file, err
}
