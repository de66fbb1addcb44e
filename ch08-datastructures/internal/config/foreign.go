// foreign.go: settings of Redis 7.0 about what this server does not have: replicas, a
// cluster, RDB, TLS, a memory allocator of another kind.
//
//	repl-timeout 90          taken: of replicas that there are not it is as true as 60
//	min-replicas-to-write 1  refused: somebody would rely on it
//
// Most only say how something is to be done, and hold for nothing. CONFIG SET checks their
// values as Redis does, CONFIG GET tells what was set, and CONFIG REWRITE writes it. Those
// that ask for the thing itself have one value, and a reason for refusing others.

package config

import (
	"maps"
	"math"
	"strings"
)

// foreign is a setting of that sort.
type foreign struct {
	name    string
	refusal RedisError // of changing it while the server runs
	kind    func() kind
	initial string
	reason  string // of refusing all but initial; "" if others are taken
}

const (
	noReplication = "this server has no replication"
	noTLS         = "this server has no TLS: what should be encrypted would not be"
	noCluster     = "this server is no node of a cluster"
	noDefrag      = "Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc like the one shipped by default with the Redis source distribution"
)

// foreigners are the rows, in the order of their names.
var foreigners = []foreign{
	{"aclfile", fixed, anyText, "", noUsers},
	{"active-defrag-cycle-max", atRuntime, anyNumber(1, 99), "25", ""},
	{"active-defrag-cycle-min", atRuntime, anyNumber(1, 99), "1", ""},
	{"active-defrag-ignore-bytes", atRuntime, anySize(1), "104857600", ""},
	{"active-defrag-max-scan-fields", atRuntime, anyNumber(1, math.MaxInt), "1000", ""},
	{"active-defrag-threshold-lower", atRuntime, anyNumber(0, 1000), "10", ""},
	{"active-defrag-threshold-upper", atRuntime, anyNumber(0, 1000), "100", ""},
	{"active-expire-effort", atRuntime, anyNumber(1, 10), "1", ""},
	{"activedefrag", atRuntime, anyYesNo, "no", noDefrag},
	{"aof-disable-auto-gc", atRuntime, anyYesNo, "no", "this server always deletes the files of a log that a rewrite has replaced"},
	{"aof-rewrite-incremental-fsync", atRuntime, anyYesNo, "yes", ""},
	{"aof_rewrite_cpulist", fixed, anyText, "", ""},
	{"bgsave_cpulist", fixed, anyText, "", ""},
	{"bio_cpulist", fixed, anyText, "", ""},
	{"busy-reply-threshold", atRuntime, anyNumber(0, math.MaxInt), "5000", ""},
	{"cluster-allow-pubsubshard-when-down", atRuntime, anyYesNo, "yes", ""},
	{"cluster-allow-reads-when-down", atRuntime, anyYesNo, "no", ""},
	{"cluster-allow-replica-migration", atRuntime, anyYesNo, "yes", ""},
	{"cluster-announce-bus-port", atRuntime, anyNumber(0, 65535), "0", ""},
	{"cluster-announce-hostname", atRuntime, hostname, "", ""},
	{"cluster-announce-ip", atRuntime, anyText, "", ""},
	{"cluster-announce-port", atRuntime, anyNumber(0, 65535), "0", ""},
	{"cluster-announce-tls-port", atRuntime, anyNumber(0, 65535), "0", ""},
	{"cluster-config-file", fixed, anyText, "nodes.conf", ""},
	{"cluster-enabled", fixed, anyYesNo, "no", noCluster},
	{"cluster-link-sendbuf-limit", atRuntime, anySize(0), "0", ""},
	{"cluster-migration-barrier", atRuntime, anyNumber(0, math.MaxInt32), "1", ""},
	{"cluster-node-timeout", atRuntime, anyNumber(0, math.MaxInt), "15000", ""},
	{"cluster-port", fixed, anyNumber(0, 65535), "0", ""},
	{"cluster-preferred-endpoint-type", atRuntime, anyOf("ip", "hostname", "unknown-endpoint"), "ip", ""},
	{"cluster-replica-no-failover", atRuntime, anyYesNo, "no", ""},
	{"cluster-replica-validity-factor", atRuntime, anyNumber(0, math.MaxInt32), "10", ""},
	{"cluster-require-full-coverage", atRuntime, anyYesNo, "yes", ""},
	{"crash-memcheck-enabled", atRuntime, anyYesNo, "yes", ""},
	{"dbfilename", protected, rdbName, "dump.rdb", ""},
	{"disable-thp", fixed, anyYesNo, "yes", ""},
	{"dynamic-hz", atRuntime, anyYesNo, "yes", ""},
	{"ignore-warnings", atRuntime, anyText, "", ""},
	{"io-threads", fixed, anyNumber(1, 128), "1", ""},
	{"io-threads-do-reads", fixed, anyYesNo, "no", ""},
	{"jemalloc-bg-thread", atRuntime, anyYesNo, "yes", ""},
	{"masterauth", atRuntime, anyText, "", ""},
	{"masteruser", atRuntime, anyText, "", ""},
	{"min-replicas-max-lag", atRuntime, anyNumber(0, math.MaxInt32), "10", ""},
	{"min-replicas-to-write", atRuntime, anyNumber(0, math.MaxInt32), "0", noReplication + ": no write would be as safe as this asks for"},
	{"proc-title-template", atRuntime, procTitle, "{title} {listen-addr} {server-mode}", ""},
	{"propagation-error-behavior", atRuntime, anyOf("ignore", "panic", "panic-on-replicas"), "ignore", ""},
	{"rdb-del-sync-files", atRuntime, anyYesNo, "no", ""},
	{"rdb-save-incremental-fsync", atRuntime, anyYesNo, "yes", ""},
	{"rdbchecksum", fixed, anyYesNo, "yes", ""},
	{"rdbcompression", atRuntime, anyYesNo, "yes", ""},
	{"repl-backlog-size", atRuntime, backlogSize, "1048576", ""},
	{"repl-backlog-ttl", atRuntime, anyNumber(0, math.MaxInt), "3600", ""},
	{"repl-disable-tcp-nodelay", atRuntime, anyYesNo, "no", ""},
	{"repl-diskless-load", atRuntime, anyOf("disabled", "on-empty-db", "swapdb"), "disabled", ""},
	{"repl-diskless-sync", atRuntime, anyYesNo, "yes", ""},
	{"repl-diskless-sync-delay", atRuntime, anyNumber(0, math.MaxInt32), "5", ""},
	{"repl-diskless-sync-max-replicas", atRuntime, anyNumber(0, math.MaxInt32), "0", ""},
	{"repl-ping-replica-period", atRuntime, anyNumber(1, math.MaxInt32), "10", ""},
	{"repl-timeout", atRuntime, anyNumber(1, math.MaxInt32), "60", ""},
	{"replica-announce-ip", atRuntime, anyText, "", ""},
	{"replica-announce-port", atRuntime, anyNumber(0, 65535), "0", ""},
	{"replica-announced", atRuntime, anyYesNo, "yes", ""},
	{"replica-ignore-disk-write-errors", atRuntime, anyYesNo, "no", ""},
	{"replica-ignore-maxmemory", atRuntime, anyYesNo, "yes", ""},
	{"replica-lazy-flush", atRuntime, anyYesNo, "no", ""},
	{"replica-priority", atRuntime, anyNumber(0, math.MaxInt32), "100", ""},
	{"replica-read-only", atRuntime, anyYesNo, "yes", ""},
	{"replica-serve-stale-data", atRuntime, anyYesNo, "yes", ""},
	{"replicaof", fixed, noMaster, "", noReplication},
	{"sanitize-dump-payload", atRuntime, anyOf("no", "yes", "clients"), "no", ""},
	{"server_cpulist", fixed, anyText, "", ""},
	{"set-proc-title", fixed, anyYesNo, "yes", ""},
	{"socket-mark-id", fixed, anyNumber(0, math.MaxUint32), "0", "this server marks no packets"},
	{"stop-writes-on-bgsave-error", atRuntime, anyYesNo, "yes", ""},
	{"stream-node-max-bytes", atRuntime, anySize(0), "4096", ""},
	{"stream-node-max-entries", atRuntime, anyNumber(0, math.MaxInt), "100", ""},
	{"syslog-enabled", fixed, anyYesNo, "no", "this server writes to a file or to standard output, and not to syslog"},
	{"syslog-facility", fixed, anyOf("user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"), "local0", ""},
	{"syslog-ident", fixed, anyText, "redis", ""},
	{"tls-auth-clients", atRuntime, anyOf("no", "yes", "optional"), "yes", ""},
	{"tls-ca-cert-dir", atRuntime, anyText, "", ""},
	{"tls-ca-cert-file", atRuntime, anyText, "", ""},
	{"tls-cert-file", atRuntime, anyText, "", ""},
	{"tls-ciphers", atRuntime, anyText, "", ""},
	{"tls-ciphersuites", atRuntime, anyText, "", ""},
	{"tls-client-cert-file", atRuntime, anyText, "", ""},
	{"tls-client-key-file", atRuntime, anyText, "", ""},
	{"tls-client-key-file-pass", atRuntime, anyText, "", ""},
	{"tls-cluster", atRuntime, anyYesNo, "no", noTLS},
	{"tls-dh-params-file", atRuntime, anyText, "", ""},
	{"tls-key-file", atRuntime, anyText, "", ""},
	{"tls-key-file-pass", atRuntime, anyText, "", ""},
	{"tls-port", atRuntime, anyNumber(0, 65535), "0", noTLS},
	{"tls-prefer-server-ciphers", atRuntime, anyYesNo, "no", ""},
	{"tls-protocols", atRuntime, anyText, "", ""},
	{"tls-replication", atRuntime, anyYesNo, "no", noTLS},
	{"tls-session-cache-size", atRuntime, anyNumber(0, math.MaxInt32), "20480", ""},
	{"tls-session-cache-timeout", atRuntime, anyNumber(0, math.MaxInt32), "300", ""},
	{"tls-session-caching", atRuntime, anyYesNo, "yes", ""},
}

// foreignOptions are the rows as options.
var foreignOptions = func() (all []option) {
	for i := range foreigners {
		all = append(all, foreigners[i].option())
	}
	return all
}()

func (f *foreign) option() option {
	return option{name: f.name, refusal: f.refusal, initial: f.initial, kind: kind{
		only: f.reason != "",
		get: func(c *Config) string {
			if value, set := c.Foreign[f.name]; set {
				return value
			}
			return f.initial
		},
		set: func(c *Config, words []string) error {
			k := f.kind()
			if err := k.set(c, words); err != nil {
				return err
			}
			value := k.get(c)
			if value != f.initial && f.reason != "" {
				return RedisError(f.reason)
			}
			next := maps.Clone(c.Foreign) // a copy of the settings keeps its own
			if next == nil {
				next = map[string]string{}
			}
			next[f.name] = value
			c.Foreign = next
			return nil
		},
	}}
}

// findForeign returns the option of that name which is about what there is not, or nil.
func findForeign(name string) *option {
	for i := range foreignOptions {
		if foreignOptions[i].name == today(name) {
			return &foreignOptions[i]
		}
	}
	return nil
}

// A kind of these has a place of its own for one value, since Config has none.

func anyNumber(low, high int) func() kind {
	return func() kind {
		n := new(int)
		return number(func(*Config) *int { return n }, low, high)
	}
}

func anySize(low int) func() kind {
	return func() kind {
		n := new(int)
		return memory(func(*Config) *int { return n }, low)
	}
}

func anyYesNo() kind {
	yes := new(bool)
	return yesNo(func(*Config) *bool { return yes })
}

func anyText() kind {
	s := new(string)
	return text(func(*Config) *string { return s })
}

func anyOf(words ...string) func() kind {
	return func() kind {
		s := new(string)
		return word(func(*Config) *string { return s }, words...)
	}
}

// rdbName is a file's name. Redis: config.c, isValidDBfilename.
func rdbName() kind {
	k := anyText()
	return kind{get: k.get, set: func(c *Config, words []string) error {
		if len(words) == 1 && strings.ContainsAny(words[0], "/\\") {
			return RedisError("dbfilename can't be a path, just a filename")
		}
		return k.set(c, words)
	}}
}

// backlogSize is a size, of 16 kb at least. Redis: replication.c, resizeReplicationBacklog.
func backlogSize() kind {
	n := new(int)
	k := memory(func(*Config) *int { return n }, 1)
	return kind{get: k.get, set: func(c *Config, words []string) error {
		err := k.set(c, words)
		*n = max(*n, 16<<10)
		return err
	}}
}

// hostname is a text that could be one. Redis: config.c, isValidAnnouncedHostname.
func hostname() kind {
	k := anyText()
	return kind{get: k.get, set: func(c *Config, words []string) error {
		name := strings.Join(words, "")
		odd := func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.')
		}
		switch {
		case len(name) >= 256:
			return RedisError("Hostnames must be less than 256 characters")
		case strings.ContainsFunc(name, odd):
			return RedisError("Hostnames may only contain alphanumeric characters, hyphens or dots")
		}
		return k.set(c, words)
	}}
}

// noMaster is "no one": anybody else this server would have to follow.
func noMaster() kind {
	return kind{get: func(*Config) string { return "" }, set: func(_ *Config, words []string) error {
		switch {
		case len(words) == 1 && words[0] == "": // as CONFIG GET tells it
			return nil
		case len(words) != 2:
			return errCount
		case strings.EqualFold(words[0], "no") && strings.EqualFold(words[1], "one"):
			return nil
		}
		return RedisError(noReplication)
	}}
}

// procTitle is a text with names in braces. Redis: server.c, validateProcTitleTemplate.
func procTitle() kind {
	k := anyText()
	return kind{get: k.get, set: func(c *Config, words []string) error {
		if len(words) == 1 && !isTitle(words[0]) {
			return RedisError("template format is invalid or contains unknown variables")
		}
		return k.set(c, words)
	}}
}

// isTitle reports whether a template gives a title that is not empty: {name} is one of some
// names, {{ a brace.
func isTitle(template string) bool {
	shown := ""
	for {
		before, rest, found := strings.Cut(template, "{")
		shown += before
		if !found {
			return strings.Trim(shown, " ") != ""
		}
		if after, brace := strings.CutPrefix(rest, "{"); brace {
			shown, template = shown+"{", after
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		template = after
		switch {
		case !closed:
			return false
		case name == "title", name == "server-mode", name == "unixsocket": // nothing, here
		case name == "listen-addr", name == "port", name == "tls-port", name == "config-file":
			shown += name
		default:
			return false
		}
	}
}
