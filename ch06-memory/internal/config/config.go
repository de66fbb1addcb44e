// Package config is the server's settings: where they come from, and how they are
// read and changed while it runs.
//
//	config.go   the settings
//	options.go  the table: a row each
//	kinds.go    what values there are: numbers, sizes, words
//	parse.go    the command line and the file
//	change.go   CONFIG GET and SET
//	rewrite.go  CONFIG REWRITE
//	ignored.go  what Redis has and this server has no use for
//
// Whoever needs a setting reads it from the Config when it needs it, so that a
// change holds from then on. A Config belongs to one goroutine.
//
// Redis: config.c.
package config

import "time"

// Config is the settings, under Redis' names where the field's differs.
type Config struct {
	Bind       []string       // addresses to listen on; one with a leading - may be missing
	Port       int            // TCP port
	Backlog    int            // connections the kernel may hold for accept (tcp-backlog)
	MaxClients int            // connections at a time
	KeepAlive  int            // seconds of silence before the kernel probes a peer; 0 is never (tcp-keepalive)
	MaxQuery   int            // bytes of one client's unexecuted requests (client-query-buffer-limit)
	Output     [3]OutputLimit // of one client's unsent replies, by Class (client-output-buffer-limit)
	Hz         int            // told by INFO; the cron keeps its own time

	Databases        int
	MaxKeys          int    // keys there may be in all databases; 0 is no limit (ours)
	MaxMemory        int    // bytes that may be in use; 0 is no limit
	MaxMemoryPolicy  string // which key goes (maxmemory-policy)
	MaxMemorySamples int    // keys that are looked at for that (maxmemory-samples)
	EvictionTenacity int    // from 0 to 100: how long evicting may take (maxmemory-eviction-tenacity)

	Dir                   string
	AppendOnly            bool
	AppendFsync           Fsync
	AppendDirName         string // a directory in Dir
	AppendFileName        string // how the names of the files in it begin
	AOFLoadTruncated      bool
	AOFUseRDBPreamble     bool // always false
	AutoRewritePercentage int  // growth of the log that makes it be rewritten; 0 is never
	AutoRewriteMinSize    int  // bytes
	NoFsyncOnRewrite      bool // no-appendfsync-on-rewrite

	File    string   // the absolute path of the file that was read; empty if none was
	Ignored []string // settings of Redis that have no meaning here, with their places
}

// Fsync says when the append-only file is forced to the disk.
type Fsync int

// Before any reply that depends on it, about once a second, or when the kernel
// likes.
const (
	Always Fsync = iota
	EverySecond
	Never
)

// Class is a class of clients, as limits of output tell them apart. In this chapter
// all are Normal.
type Class int

// The classes, under the names they have in the configuration.
const (
	Normal Class = iota
	Replica
	PubSub
)

var classNames = [...]string{"normal", "slave", "pubsub"}

// OutputLimit bounds the replies that wait for one client; 0 is no limit.
type OutputLimit struct {
	Hard, Soft int           // bytes
	SoftFor    time.Duration // how long there may be more than Soft
}

// Default returns the settings of a server that is told nothing.
func Default() *Config {
	return &Config{
		Bind:                  []string{"127.0.0.1", "-::1"},
		Port:                  6379,
		Backlog:               511,
		MaxClients:            10_000,
		KeepAlive:             300,
		MaxQuery:              1 << 30,
		Output:                [3]OutputLimit{Replica: {256 << 20, 64 << 20, time.Minute}, PubSub: {32 << 20, 8 << 20, time.Minute}},
		Hz:                    10,
		Databases:             16,
		MaxMemoryPolicy:       "noeviction",
		MaxMemorySamples:      5,
		EvictionTenacity:      10,
		Dir:                   ".",
		AppendFsync:           EverySecond,
		AppendDirName:         "appendonlydir",
		AppendFileName:        "appendonly.aof",
		AOFLoadTruncated:      true,
		AutoRewritePercentage: 100,
		AutoRewriteMinSize:    64 << 20,
	}
}
