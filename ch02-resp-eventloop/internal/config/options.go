// options.go: the table of settings. To add one is to add a field and a row.
//
//	{
//		"port",                              name
//		fixed,                               may it change while the server runs?
//		number(field of Config, 1, 65535),   what values it has, and where they go
//		"6379",                              default, as one word
//		"the TCP port",                      sentence for --help
//	},
//
// The command line, --help and Default come from the rows.

package config

import (
	"math"

	"redis-internals/ch02/internal/logging"
)

// option is a setting that has a name.
type option struct {
	name    string
	refusal RedisError // of changing it while the server runs; "" if it may change
	kind
	initial string // in one word
	about   string
}

const (
	atRuntime RedisError = ""
	fixed     RedisError = "can't set immutable config"
)

// section is options under one heading of --help.
type section struct {
	heading string
	options []option
}

var table = []section{
	{"", []option{
		{
			"bind", fixed, list(func(c *Config) *[]string { return &c.Bind }), "127.0.0.1 -::1",
			"where to listen; a leading - marks an address that may be missing, * is every one",
		},
		{
			"protected-mode", atRuntime, yesNo(func(c *Config) *bool { return &c.ProtectedMode }), "yes",
			"send clients from other machines away: there is no password",
		},
		{
			"port", fixed, number(func(c *Config) *int { return &c.Port }, 1, 65535), "6379",
			"the TCP port",
		},
		{
			"tcp-backlog", fixed, number(func(c *Config) *int { return &c.Backlog }, 0, math.MaxInt32), "511",
			"connections that may wait to be accepted",
		},
		{
			"tcp-keepalive", atRuntime, number(func(c *Config) *int { return &c.KeepAlive }, 0, math.MaxInt32), "300",
			"seconds of silence before a peer is probed; 0 is never",
		},
		{
			"timeout", atRuntime, number(func(c *Config) *int { return &c.Timeout }, 0, math.MaxInt32), "0",
			"seconds of silence after which a client is closed; 0 is never",
		},
		{
			"maxclients", atRuntime, number(func(c *Config) *int { return &c.MaxClients }, 1, math.MaxUint32), "10000",
			"connections at a time",
		},
	}},
	{"how much may wait for one client; sizes are in bytes or in kb, mb, gb", []option{
		{
			"client-query-buffer-limit", atRuntime, memory(func(c *Config) *int { return &c.MaxQuery }, 1<<20), "1gb",
			"requests that are not executed yet",
		},
		{
			"proto-max-bulk-len", atRuntime, memory(func(c *Config) *int { return &c.MaxBulk }, 1<<20), "512mb",
			"one argument of a request",
		},
	}},
	{"the log lines", []option{
		{
			"loglevel", atRuntime, choice(func(c *Config) *logging.Level { return &c.LogLevel },
				[]named[logging.Level]{{"debug", logging.Debug}, {"verbose", logging.Verbose}, {"notice", logging.Notice}, {"warning", logging.Warning}}), "notice",
			"the least of what is told",
		},
		{
			"logfile", fixed, text(func(c *Config) *string { return &c.LogFile }), "",
			"the file they are appended to; none is standard output",
		},
	}},
}

// options yields the rows of all sections.
func options(yield func(*option) bool) {
	for _, s := range table {
		for i := range s.options {
			if !yield(&s.options[i]) {
				return
			}
		}
	}
}

// find returns the option of that name, or nil.
func find(name string) *option {
	for o := range options {
		if o.name == name {
			return o
		}
	}
	return nil
}
