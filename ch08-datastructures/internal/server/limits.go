// limits.go: the limit on open descriptors, raised until maxclients fit.

package server

import "golang.org/x/sys/unix"

// reservedDescriptors are those that are not clients: listeners, epoll, the
// standard streams, files. Redis: server.h, CONFIG_MIN_RESERVED_FDS.
const reservedDescriptors = 32

// fitDescriptorLimit raises the limit on open descriptors so that maxClients
// fit, and returns how many really do. Redis: server.c, adjustOpenFilesLimit.
func (s *Server) fitDescriptorLimit(maxClients int) int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		s.log.Warning("Cannot read the limit on open files: %v", err)
		return maxClients
	}
	wanted := uint64(maxClients + reservedDescriptors)
	if limit.Cur >= wanted {
		return maxClients
	}
	old := limit.Cur
	limit.Cur = min(wanted, max(limit.Max, old))
	if limit.Cur == wanted || limit.Cur > old {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			limit.Cur = old
		}
	}
	if limit.Cur >= wanted {
		s.log.Notice("Raised open files limit from %d to %d", old, limit.Cur)
		return maxClients
	}
	fitting := max(1, int(limit.Cur)-reservedDescriptors)
	s.log.Warning("maxclients %d needs %d open files, allowed: %d", maxClients, wanted, limit.Cur)
	s.log.Warning("maxclients is %d now: ulimit -n allows more", fitting)
	return fitting
}
