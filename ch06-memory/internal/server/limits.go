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
		s.log.Warn("Cannot read the limit on open files; assuming it is enough", "error", err)
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
		s.log.Info("Raised the limit on open files", "from", old, "to", limit.Cur)
		return maxClients
	}
	fitting := max(1, int(limit.Cur)-reservedDescriptors)
	s.log.Warn("The limit on open files allows fewer clients than maxclients; raise it with ulimit -n",
		"maxclients", fitting, "asked", maxClients, "limit", limit.Cur)
	return fitting
}
