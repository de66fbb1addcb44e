// supervise.go: telling who started the server that it is ready.
//
// An init system starts what needs the server only when it may be used: when the port is open
// and the data is loaded, which a process that merely runs does not tell.
//
//	systemd   READY=1, in a datagram to the socket that NOTIFY_SOCKET names
//	upstart   the process stops itself (SIGSTOP); who started it sees that, and continues it
//
// Redis: server.c, redisIsSupervised and redisCommunicateSystemd.

package server

import (
	"net"
	"os"

	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/config"
)

// The names of what the init systems leave in the environment.
const (
	notifySocket = "NOTIFY_SOCKET"
	upstartJob   = "UPSTART_JOB"
)

// Supervisor is who is to be told: as the settings say, if the environment does, too.
func Supervisor(opts *config.Config) config.Supervision {
	isUpstart, isSystemd := os.Getenv(upstartJob) != "", os.Getenv(notifySocket) != ""
	switch how := opts.Supervised; {
	case how == config.Auto && isUpstart, how == config.Upstart && isUpstart:
		return config.Upstart
	case how == config.Auto && isSystemd, how == config.Systemd && isSystemd:
		return config.Systemd
	}
	return config.Unsupervised
}

// beginSupervised finds out who is to be told.
func (s *Server) beginSupervised() {
	s.supervisor = Supervisor(s.opts)
	switch {
	case s.supervisor == config.Systemd:
		s.log.Notice("Supervised by systemd. Please make sure you set appropriate values for TimeoutStartSec and TimeoutStopSec in your service unit.")
		s.tellSystemd("STATUS=Redis is loading...\n")
	case s.supervisor == config.Upstart:
		s.log.Notice("supervised by upstart, will stop to signal readiness.")
	case s.opts.Supervised == config.Upstart:
		s.log.Warning("upstart supervision requested, but UPSTART_JOB not found!")
	case s.opts.Supervised == config.Systemd:
		s.log.Warning("systemd supervision error: NOTIFY_SOCKET not found!")
	}
}

// tellReady says that clients are served.
func (s *Server) tellReady() {
	switch s.supervisor {
	case config.Systemd:
		s.tellSystemd("STATUS=Ready to accept connections\n")
		s.tellSystemd("READY=1\n")
	case config.Upstart:
		_ = os.Unsetenv(upstartJob)
		_ = unix.Kill(os.Getpid(), unix.SIGSTOP)
	}
}

// tellStopping says that the end has begun.
func (s *Server) tellStopping() {
	if s.supervisor == config.Systemd {
		s.tellSystemd("STOPPING=1\n")
	}
}

// tellSystemd sends a message. A name that begins with @ is one in the kernel's own space.
func (s *Server) tellSystemd(message string) {
	conn, err := net.Dial("unixgram", os.Getenv(notifySocket))
	if err == nil {
		_, err = conn.Write([]byte(message))
		conn.Close()
	}
	if err != nil {
		s.log.Warning("systemd supervision error: sd_notify: %v", err)
	}
}
