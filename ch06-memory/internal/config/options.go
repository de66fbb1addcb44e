package config

import "math"

// options.go: the table of settings. To add one is to add a field and a row.

// option is a setting that has a name.
type option struct {
	name    string
	refusal RedisError // of changing it once the server runs; "" if it may be
	kind
}

// kind says how a setting's value is written. set gets the words behind the name.
// Its error is Redis' text.
type kind struct {
	set func(c *Config, words []string) error
	get func(c *Config) string
}

const (
	atRuntime RedisError = ""
	fixed     RedisError = "can't set immutable config"
	protected RedisError = "can't set protected config" // it would let a client write anywhere
)

var options = []option{
	// name, whether it may change while the server runs, what values it has
	// Redis changes bind, port and appendonly while it runs, too.
	{"bind", fixed, list(func(c *Config) *[]string { return &c.Bind })},
	{"port", fixed, number(func(c *Config) *int { return &c.Port }, 1, 65535)},
	{"tcp-backlog", fixed, number(func(c *Config) *int { return &c.Backlog }, 1, 65535)},
	{"maxclients", atRuntime, number(func(c *Config) *int { return &c.MaxClients }, 1, math.MaxUint32)},
	{"tcp-keepalive", atRuntime, number(func(c *Config) *int { return &c.KeepAlive }, 0, math.MaxInt32)},
	{"client-query-buffer-limit", atRuntime, memory(func(c *Config) *int { return &c.MaxQuery }, 1<<20)},
	{"client-output-buffer-limit", atRuntime, outputLimits(func(c *Config) *[3]OutputLimit { return &c.Output })},
	{"hz", atRuntime, clamped(func(c *Config) *int { return &c.Hz }, 1, 500)},

	{"databases", fixed, number(func(c *Config) *int { return &c.Databases }, 1, math.MaxInt32)},
	{"maxkeys", atRuntime, number(func(c *Config) *int { return &c.MaxKeys }, 0, math.MaxInt32)},
	{"maxmemory", atRuntime, memory(func(c *Config) *int { return &c.MaxMemory }, 0)},
	{"maxmemory-policy", atRuntime, word(func(c *Config) *string { return &c.MaxMemoryPolicy },
		"volatile-lru", "volatile-random", "volatile-ttl", "allkeys-lru", "allkeys-random", "noeviction")},
	{"maxmemory-samples", atRuntime, number(func(c *Config) *int { return &c.MaxMemorySamples }, 1, math.MaxInt32)},

	{"maxmemory-eviction-tenacity", atRuntime, number(func(c *Config) *int { return &c.EvictionTenacity }, 0, 100)},

	{"dir", protected, directory(func(c *Config) *string { return &c.Dir })},
	{"appendonly", fixed, yesNo(func(c *Config) *bool { return &c.AppendOnly })},
	{"appendfsync", atRuntime, choice(func(c *Config) *Fsync { return &c.AppendFsync }, []named[Fsync]{{"everysec", EverySecond}, {"always", Always}, {"no", Never}})},
	{"appenddirname", fixed, fileName(func(c *Config) *string { return &c.AppendDirName }, "appenddirname can't be a path, just a dirname")},
	{"appendfilename", fixed, fileName(func(c *Config) *string { return &c.AppendFileName }, "appendfilename can't be a path, just a filename")},
	{"aof-load-truncated", atRuntime, yesNo(func(c *Config) *bool { return &c.AOFLoadTruncated })},
	{"aof-use-rdb-preamble", atRuntime, onlyNo(func(c *Config) *bool { return &c.AOFUseRDBPreamble })},
	{"auto-aof-rewrite-percentage", atRuntime, number(func(c *Config) *int { return &c.AutoRewritePercentage }, 0, math.MaxInt32)},
	{"auto-aof-rewrite-min-size", atRuntime, memory(func(c *Config) *int { return &c.AutoRewriteMinSize }, 0)},
	{"no-appendfsync-on-rewrite", atRuntime, yesNo(func(c *Config) *bool { return &c.NoFsyncOnRewrite })},
}

func find(name string) *option { return findIn(options, name) }

func findIn(table []option, name string) *option {
	for i := range table {
		if table[i].name == name {
			return &table[i]
		}
	}
	return nil
}
