// Package config is the server's settings: what there is, what values it may have,
// and where they come from.
//
//	config.go   the settings
//	options.go  the table: a row each
//	options_access.go  rows of it: who may do what
//	options_process.go rows of it: the process
//	options_slow.go    and what is kept of slow commands
//	kinds.go    what values there are: numbers, sizes, words
//	parse.go    the command line
//	file.go     redis.conf
//	events.go   which events of keys are published
//	change.go   CONFIG GET and SET
//	former.go   names that settings once had
//	rewrite.go  CONFIG REWRITE
//	rename.go   rename-command
//	user.go     the one user's line
//	foreign.go  settings about what there is not, such as replicas
//	ignored.go  what else Redis has and nobody misses here
//	absent.go   what Redis has and somebody might: it is refused
//	help.go     --help, and the nearest name for one that does not exist
//
// Whoever needs a setting reads it from the Config when it needs it. A Config
// belongs to one goroutine.
//
// Redis: config.c.
package config

import (
	"time"

	"redis-internals/ch08/internal/logging"
)

// Config is the settings. A field's comment gives Redis' name where it differs.
type Config struct {
	// Addresses to listen on; one with a leading - may be missing.
	Bind []string
	// Whether clients from other machines are sent away, as there is no password
	// (protected-mode).
	ProtectedMode bool
	// What clients must say before anything else; empty is nothing.
	RequirePass string
	// Wrong passwords that ACL LOG remembers.
	ACLLogMaxLen int
	// The channels of a new user. There is none here (acl-pubsub-default).
	ACLPubSubDefault string
	// Who may use DEBUG (enable-debug-command).
	EnableDebugCommand Allowed
	// Who may use MODULE, and change settings that are protected
	// (enable-module-command, enable-protected-configs).
	EnableModuleCommand, EnableProtectedConfigs Allowed
	// TCP port; 0 is none.
	Port int
	// A file to listen on; empty is none. And its permissions, 0 as it comes.
	UnixSocket     string
	UnixSocketPerm int
	// Where connections to others would come from (bind-source-addr).
	BindSourceAddr string
	// How the kernel is told to choose when memory runs out (oom-score-adj), and what
	// (oom-score-adj-values).
	OOMScoreAdj       OOM
	OOMScoreAdjValues [3]int
	// Whether the server goes to the background, and who is told that it is ready.
	Daemonize  bool
	Supervised Supervision
	// Whether the log begins with what tells the process's number (always-show-logo).
	AlwaysShowLogo bool
	// Commands with another name, or none, in the order of the file (rename-command); and
	// what says whether one may have it.
	Renames   [][2]string
	MayRename func(from, to string) error
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
	// Where the process writes its number; empty is nowhere.
	PidFile string
	// How the server ends when it is told to by a signal (shutdown-on-sigterm,
	// shutdown-on-sigint).
	ShutdownOnSigterm, ShutdownOnSigint Shutdown
	// Seconds that a replica has to catch up at the end (shutdown-timeout). There is
	// none, so nobody waits.
	ShutdownTimeout int
	// Whether a crash is told of in the log (crash-log-enabled).
	CrashLog bool
	// Microseconds from which on a command is kept in the slow log; -1 is none
	// (slowlog-log-slower-than).
	SlowLogSlowerThan int
	// Entries of it (slowlog-max-len).
	SlowLogMaxLen int
	// Milliseconds from which on an event is kept; 0 is none (latency-monitor-threshold).
	LatencyThreshold int
	// Whether each command has a histogram (latency-tracking).
	LatencyTracking bool
	// What INFO tells of it (latency-tracking-info-percentiles).
	LatencyPercentiles []float64
	// Keys there may be; 0 is no limit. It is this repository's.
	MaxKeys int
	// Bytes that may be in use; 0 is no limit.
	MaxMemory int
	// Bytes that clients may take all together, or percent of MaxMemory where it is negative;
	// 0 is no limit (maxmemory-clients).
	MaxMemoryClients int
	// Which key goes (maxmemory-policy).
	MaxMemoryPolicy string
	// Keys that are looked at for that (maxmemory-samples).
	MaxMemorySamples int
	// How seldom a key's counter of uses is raised, and minutes in which it loses one, under
	// LFU (lfu-log-factor, lfu-decay-time).
	LFULogFactor, LFUDecayTime int
	// From 0 to 100: how long evicting may take (maxmemory-eviction-tenacity).
	EvictionTenacity int
	// Up to which size collections are kept in the small way: elements, bytes of one.
	HashMaxListpackEntries, HashMaxListpackValue           int
	SortedSetMaxListpackEntries, SortedSetMaxListpackValue int
	SetMaxIntsetEntries                                    int
	// Elements of a list's node, or -1 to -5 for 4 to 64 KiB (list-max-listpack-size).
	ListMaxListpackSize int
	// Nodes at the ends of a list that are not compressed. None is, here
	// (list-compress-depth).
	ListCompressDepth int
	// Bytes up to which a HyperLogLog is sparse (hll-sparse-max-bytes).
	HLLSparseMaxBytes int
	// Whether FLUSHALL frees later what it is not told to free at once
	// (lazyfree-lazy-user-flush).
	LazyUserFlush bool
	// Taken so that Redis' settings are: what is large is freed later, however it goes
	// (lazyfree-lazy-eviction and its neighbours).
	LazyEviction, LazyExpire, LazyServerDel, LazyUserDel bool
	// Keys that clients may have cached at most; 0 is no limit (tracking-table-max-keys).
	TrackingTableMaxKeys int
	// Numbered databases there are.
	Databases int
	// Which events of keys are published (notify-keyspace-events).
	Events Events
	// Told by INFO; the cron keeps its own time.
	Hz int
	// Whether the cron moves on with dicts that are being resized.
	ActiveRehashing bool
	// Bytes of one client's unsent replies, by Class (client-output-buffer-limit).
	Output [3]OutputLimit
	// Where the append-only file's directory stands.
	Dir string
	// Whether writes are logged.
	AppendOnly bool
	// When the log is forced to the disk.
	AppendFsync Fsync
	// A directory in Dir.
	AppendDirName string
	// How the names of the files in it begin.
	AppendFileName string
	// Whether half a command at the log's end is cut off.
	AOFLoadTruncated bool
	// Whether the log tells the time, once a second (aof-timestamp-enabled).
	AOFTimestamps bool
	// Always false: this server writes commands, never RDB.
	AOFUseRDBPreamble bool
	// Growth of the log, in percent, that makes it be rewritten; 0 is never
	// (auto-aof-rewrite-percentage).
	AutoRewritePercentage int
	// And the least size for that, in bytes (auto-aof-rewrite-min-size).
	AutoRewriteMinSize int
	// Whether it is not forced to the disk meanwhile (no-appendfsync-on-rewrite).
	NoFsyncOnRewrite bool

	// Points in time at which Redis writes RDB, as CONFIG SET has them.
	Save string
	// Values of settings about what there is not, where they are not the initial ones. A
	// copy of the settings has the same map: it is replaced, and never changed.
	Foreign map[string]string

	// The absolute path of the file that was read; empty if none was.
	File string
	// What was read from standard input.
	Stdin []byte
	// Settings of Redis that have no meaning here, with their places.
	Ignored []string
}

// Allowed says which clients may have something.
type Allowed int

const (
	Nobody Allowed = iota
	Everybody
	LocalClients
)

// Shutdown says how the server ends: a set of these.
type Shutdown int

const (
	Save   Shutdown = 1 << iota // save the data, or stay
	NoSave                      // never stay for the data's sake
	Now                         // do not wait for replicas
	Force                       // never stay, whatever goes wrong
)

// Fsync says when the append-only file is forced to the disk.
type Fsync int

const (
	Always      Fsync = iota // before any reply that depends on it
	EverySecond              // about once a second
	Never                    // when the kernel likes
)

// Class is a class of clients, as limits of output tell them apart.
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
	c := &Config{}
	for o := range options {
		if err := o.set(c, []string{o.initial}); err != nil {
			panic("config: the default of " + o.name + ": " + err.Error())
		}
	}
	return c
}
