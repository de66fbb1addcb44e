// changes.go: what has to be done when settings change while the server runs.

package server

import (
	"slices"
	"strconv"

	"redis-internals/ch08/internal/config"
)

// ConfigChanged makes new settings hold that are not read where they are needed.
// Redis: config.c, updateMaxclients, updatePort and applyBind.
func (s *Server) ConfigChanged(names []string) (refused string, err error) {
	const name = "maxclients"
	if slices.Contains(names, name) {
		if fitting := s.fitDescriptorLimit(s.opts.MaxClients); fitting < s.opts.MaxClients {
			return name, config.RedisError("The operating system is not able to handle the specified number of clients, try with " + strconv.Itoa(fitting))
		}
	}
	if i := slices.IndexFunc(names, func(name string) bool { return name == "port" || name == "bind" }); i >= 0 && s.listen() != nil { // the log says why
		return names[i], cannotListen[names[i]]
	}
	for _, name := range []string{"oom-score-adj", "oom-score-adj-values"} {
		if slices.Contains(names, name) && s.adjustOOMScore() != nil {
			return name, config.RedisError("Failed to apply new oom_score_adj configuration, check server logs.")
		}
	}
	if slices.Contains(names, "tcp-keepalive") {
		for _, l := range s.listeners { // connections inherit it
			_ = s.setKeepAlive(l.fd)
		}
	}
	if slices.Contains(names, "client-output-buffer-limit") {
		s.loop.After(0, s.enforceOutputLimits) // one of those that it closes may be who is being executed
	}
	s.setClientLimit()
	s.log.SetLevel(s.opts.LogLevel)
	s.crashes.full.Store(s.opts.CrashLog)
	return s.switchLog(names)
}

// cannotListen says that a setting of these is impossible.
var cannotListen = map[string]config.RedisError{
	"port": "Unable to listen on this port. Check server logs.",
	"bind": "Failed to bind to specified addresses.",
}

// switchLog makes the append-only file be on or off, and where the settings say. It comes
// last: a log that has ended because another setting was refused would begin anew, and until
// it has all data again a crash would lose what came between. Redis: config.c,
// updateAppendonly.
func (s *Server) switchLog(names []string) (refused string, err error) {
	if !s.opts.AppendOnly {
		_ = s.engine.SwitchLog() // it can always end
	}
	if slices.Contains(names, "dir") && !s.engine.Loading() {
		if err := s.aof.Move(); err != nil {
			return "dir", err
		}
	}
	if s.engine.SwitchLog() != nil {
		return "appendonly", config.RedisError("Unable to turn on AOF. Check server logs.")
	}
	return "", nil
}
