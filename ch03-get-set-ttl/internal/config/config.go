// Package config is the server's settings: what there is, what values it may have,
// and where they come from.
//
//	config.go   the settings
//	options.go  the table: a row each
//	kinds.go    what values there are: numbers, sizes, words
//	parse.go    the command line
//	help.go     --help, and the nearest name for one that does not exist
//
// Whoever needs a setting reads it from the Config when it needs it. A Config
// belongs to one goroutine.
//
// Redis: config.c.
package config

import "redis-internals/ch03/internal/logging"

// Config is the settings. A field's comment gives Redis' name where it differs.
type Config struct {
	// Addresses to listen on; one with a leading - may be missing.
	Bind []string
	// Whether clients from other machines are sent away, as there is no password
	// (protected-mode).
	ProtectedMode bool
	// TCP port.
	Port int
	// Connections that the kernel may hold for accept (tcp-backlog).
	Backlog int
	// Seconds of silence before the kernel probes a peer; 0 is never (tcp-keepalive).
	KeepAlive int
	// Seconds of silence after which a client is closed; 0 is never.
	Timeout int
	// Connections at a time.
	MaxClients int
	// Bytes of one client's unexecuted requests (client-query-buffer-limit).
	MaxQuery int
	// Bytes of one argument (proto-max-bulk-len).
	MaxBulk int
	// The least level that is logged.
	LogLevel logging.Level
	// Where the log goes; empty is standard output.
	LogFile string
	// Keys there may be; 0 is no limit. It is this repository's.
	MaxKeys int
}

// Default returns the settings of a server that is told nothing.
func Default() *Config {
	c := &Config{}
	for o := range options {
		if err := o.set(c, []string{o.initial}); err != nil {
			panic("config: the default of " + o.name + ": " + err.Error())
		}
	}
	return c
}
