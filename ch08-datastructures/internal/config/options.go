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

	"redis-internals/ch08/internal/logging"
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
	protected RedisError = "can't set protected config" // it would let a client write anywhere
)

// section is options under one heading of --help.
type section struct {
	heading string
	options []option
}

var table = []section{
	{"", []option{
		{
			"bind", atRuntime, list(func(c *Config) *[]string { return &c.Bind }), "127.0.0.1 -::1",
			"where to listen; a leading - marks an address that may be missing, * is every one",
		},
		{
			"protected-mode", atRuntime, yesNo(func(c *Config) *bool { return &c.ProtectedMode }), "yes",
			"send clients from other machines away while there is no password",
		},
		{
			"port", atRuntime, number(func(c *Config) *int { return &c.Port }, 0, 65535), "6379",
			"the TCP port; 0 is none",
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
		{
			"databases", fixed, number(func(c *Config) *int { return &c.Databases }, 1, math.MaxInt32), "16",
			"numbered databases there are",
		},
		{
			"notify-keyspace-events", atRuntime, events(func(c *Config) *Events { return &c.Events }), "",
			"which events of keys are published: classes (g$lshzxemn, A) and where (K, E)",
		},
		{
			"hz", atRuntime, clamped(func(c *Config) *int { return &c.Hz }, 1, 500), "10",
			"told by INFO; the server keeps its own time",
		},
		{
			"activerehashing", atRuntime, yesNo(func(c *Config) *bool { return &c.ActiveRehashing }), "yes",
			"go on with hash tables that are being resized while there are no requests, too",
		},
	}},
	{"who may do what", accessOptions},
	{"the process", processOptions},
	{"what is kept of slow commands", slowOptions},
	{"which keys go", []option{
		{
			"maxkeys", atRuntime, number(func(c *Config) *int { return &c.MaxKeys }, 0, math.MaxInt32), "0",
			"keys there may be; 0 is no limit",
		},
		{
			"maxmemory", atRuntime, memory(func(c *Config) *int { return &c.MaxMemory }, 0), "0",
			"memory that may be in use; 0 is no limit",
		},
		{
			"maxmemory-clients", atRuntime, memoryOrPercent(func(c *Config) *int { return &c.MaxMemoryClients }), "0",
			"memory that all clients together may take, or percent of maxmemory; 0 is no limit",
		},
		{
			"maxmemory-policy", atRuntime, word(func(c *Config) *string { return &c.MaxMemoryPolicy },
				"volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru", "allkeys-lfu", "allkeys-random", "noeviction"), "noeviction",
			"what goes: allkeys-random, allkeys-lru, allkeys-lfu, volatile-random, volatile-ttl, volatile-lru, volatile-lfu, or nothing with noeviction",
		},
		{
			"lfu-log-factor", atRuntime, number(func(c *Config) *int { return &c.LFULogFactor }, 0, math.MaxInt32), "10",
			"under LFU: the higher, the more uses it takes to raise a counter",
		},
		{
			"lfu-decay-time", atRuntime, number(func(c *Config) *int { return &c.LFUDecayTime }, 0, math.MaxInt32), "1",
			"under LFU: minutes without a use that take one from a counter; 0 is never",
		},
		{
			"maxmemory-samples", atRuntime, number(func(c *Config) *int { return &c.MaxMemorySamples }, 1, math.MaxInt32), "5",
			"keys that are looked at to find one that goes",
		},
		{
			"maxmemory-eviction-tenacity", atRuntime, number(func(c *Config) *int { return &c.EvictionTenacity }, 0, 100), "10",
			"from 0 to 100: how long evicting may take",
		},
	}},
	{"up to which size a collection is kept in one block", []option{
		{
			"hash-max-listpack-entries", atRuntime, number(func(c *Config) *int { return &c.HashMaxListpackEntries }, 0, math.MaxInt64), "512",
			"fields of a hash",
		},
		{
			"hash-max-listpack-value", atRuntime, memory(func(c *Config) *int { return &c.HashMaxListpackValue }, 0), "64",
			"bytes of a field or value",
		},
		{
			"zset-max-listpack-entries", atRuntime, number(func(c *Config) *int { return &c.SortedSetMaxListpackEntries }, 0, math.MaxInt64), "128",
			"members of a sorted set",
		},
		{
			"zset-max-listpack-value", atRuntime, memory(func(c *Config) *int { return &c.SortedSetMaxListpackValue }, 0), "64",
			"bytes of a member",
		},
		{
			"set-max-intset-entries", atRuntime, number(func(c *Config) *int { return &c.SetMaxIntsetEntries }, 0, math.MaxInt64), "512",
			"members of a set of integers",
		},
		{
			"list-max-listpack-size", atRuntime, number(func(c *Config) *int { return &c.ListMaxListpackSize }, math.MinInt32, math.MaxInt32), "-2",
			"elements of a part of a list; -1 to -5 are 4 to 64 kb",
		},
		{
			"list-compress-depth", atRuntime, number(func(c *Config) *int { return &c.ListCompressDepth }, 0, math.MaxInt32), "0",
			"taken so that Redis' setting is; nothing is compressed here",
		},
		{
			"hll-sparse-max-bytes", atRuntime, memory(func(c *Config) *int { return &c.HLLSparseMaxBytes }, 0), "3000",
			"bytes of a HyperLogLog with few registers in use",
		},
	}},
	{"when memory is freed", []option{
		{
			"lazyfree-lazy-user-flush", atRuntime, yesNo(func(c *Config) *bool { return &c.LazyUserFlush }), "no",
			"whether FLUSHALL without a word is FLUSHALL ASYNC",
		},
		{
			"lazyfree-lazy-eviction", atRuntime, yesNo(func(c *Config) *bool { return &c.LazyEviction }), "no",
			"taken so that Redis' setting is: a large value is freed a little at a time anyway",
		},
		{
			"lazyfree-lazy-expire", atRuntime, yesNo(func(c *Config) *bool { return &c.LazyExpire }), "no",
			"taken so that Redis' setting is: a large value is freed a little at a time anyway",
		},
		{
			"lazyfree-lazy-server-del", atRuntime, yesNo(func(c *Config) *bool { return &c.LazyServerDel }), "no",
			"taken so that Redis' setting is: a large value is freed a little at a time anyway",
		},
		{
			"lazyfree-lazy-user-del", atRuntime, yesNo(func(c *Config) *bool { return &c.LazyUserDel }), "no",
			"taken so that Redis' setting is: a large value is freed a little at a time anyway",
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
		{
			"tracking-table-max-keys", atRuntime, number(func(c *Config) *int { return &c.TrackingTableMaxKeys }, 0, math.MaxInt64), "1000000",
			"keys that are remembered for clients that cache them; 0 is no limit",
		},
		{
			"client-output-buffer-limit", atRuntime, outputLimits(func(c *Config) *[3]OutputLimit { return &c.Output }),
			"normal 0 0 0 slave 256mb 64mb 60 pubsub 32mb 8mb 60",
			"replies that clients of a class do not read; 0 is no limit",
		},
	}},
	{"the append-only file", []option{
		{
			"appendonly", atRuntime, yesNo(func(c *Config) *bool { return &c.AppendOnly }), "no",
			"log writes, and load the log at the start",
		},
		{
			"appendfsync", atRuntime, choice(func(c *Config) *Fsync { return &c.AppendFsync },
				[]named[Fsync]{{"everysec", EverySecond}, {"always", Always}, {"no", Never}}), "everysec",
			"when the log is forced to the disk",
		},
		{
			"dir", protected, directory(func(c *Config) *string { return &c.Dir }), ".",
			"where its directory stands",
		},
		{
			"appenddirname", fixed, fileName(func(c *Config) *string { return &c.AppendDirName }, "appenddirname", "dirname"), "appendonlydir",
			"the directory",
		},
		{
			"appendfilename", fixed, fileName(func(c *Config) *string { return &c.AppendFileName }, "appendfilename", "filename"), "appendonly.aof",
			"how the names in it begin",
		},
		{
			"aof-load-truncated", atRuntime, yesNo(func(c *Config) *bool { return &c.AOFLoadTruncated }), "yes",
			"cut off half a command at its end",
		},
		{
			"auto-aof-rewrite-percentage", atRuntime, number(func(c *Config) *int { return &c.AutoRewritePercentage }, 0, math.MaxInt32), "100",
			"growth that makes it be rewritten; 0 is never",
		},
		{
			"auto-aof-rewrite-min-size", atRuntime, memory(func(c *Config) *int { return &c.AutoRewriteMinSize }, 0), "64mb",
			"and the least size for that",
		},
		{
			"no-appendfsync-on-rewrite", atRuntime, yesNo(func(c *Config) *bool { return &c.NoFsyncOnRewrite }), "no",
			"do not force it to the disk meanwhile",
		},
		{
			"aof-timestamp-enabled", atRuntime, yesNo(func(c *Config) *bool { return &c.AOFTimestamps }), "no",
			"have the time in it, once a second: it can be cut off there",
		},
		{
			"aof-use-rdb-preamble", atRuntime, onlyNo(func(c *Config) *bool { return &c.AOFUseRDBPreamble }), "no",
			"taken so that Redis' flags are; there is no RDB here",
		},
	}},
	{"the end", []option{
		{
			"shutdown-on-sigterm", atRuntime, shutdown(func(c *Config) *Shutdown { return &c.ShutdownOnSigterm }), "default",
			"what SIGTERM does: as SHUTDOWN with these words",
		},
		{
			"shutdown-on-sigint", atRuntime, shutdown(func(c *Config) *Shutdown { return &c.ShutdownOnSigint }), "default",
			"and SIGINT",
		},
		{
			"shutdown-timeout", atRuntime, number(func(c *Config) *int { return &c.ShutdownTimeout }, 0, math.MaxInt32), "10",
			"seconds that replicas have to catch up; there are none here",
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
		{
			"pidfile", fixed, text(func(c *Config) *string { return &c.PidFile }), "",
			"the file that holds the process's number while it runs; none if empty",
		},
		{
			"crash-log-enabled", atRuntime, yesNo(func(c *Config) *bool { return &c.CrashLog }), "yes",
			"tell of a crash before dying of it",
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
		if o.name == today(name) {
			return o
		}
	}
	return nil
}
