// changes.go: what has to be done when settings change while the server runs.

package server

import (
	"slices"
	"strconv"

	"redis-internals/ch08/internal/config"
)

// ConfigChanged makes new settings hold that are not read where they are needed.
// Redis: config.c, updateMaxclients.
func (s *Server) ConfigChanged(names []string) (refused string, err error) {
	const name = "maxclients"
	if slices.Contains(names, name) {
		if fitting := s.fitDescriptorLimit(s.opts.MaxClients); fitting < s.opts.MaxClients {
			return name, config.RedisError("The operating system is not able to handle the specified number of clients, try with " + strconv.Itoa(fitting))
		}
	}
	s.log.SetLevel(s.opts.LogLevel)
	s.crashes.full.Store(s.opts.CrashLog)
	return "", nil
}
