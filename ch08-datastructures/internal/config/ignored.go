// ignored.go: settings of Redis 7.0 that have no meaning for this server and that
// nobody relies on. They are accepted, so that a redis.conf that works with Redis
// works here, and told of at the start.

package config

import (
	"fmt"
	"slices"
	"strings"

	"redis-internals/ch08/internal/logging"
)

var ignoredNames = strings.Fields(`
	active-defrag-cycle-max active-defrag-cycle-min
	active-defrag-ignore-bytes active-defrag-max-scan-fields active-defrag-threshold-lower
	active-defrag-threshold-upper active-expire-effort
	activedefrag activerehashing always-show-logo
	aof-disable-auto-gc aof-rewrite-incremental-fsync aof-timestamp-enabled
	aof_rewrite_cpulist bgsave_cpulist bind-source-addr
	bio_cpulist busy-reply-threshold cluster-allow-pubsubshard-when-down
	cluster-allow-reads-when-down cluster-allow-replica-migration cluster-announce-bus-port
	cluster-announce-hostname cluster-announce-ip cluster-announce-port
	cluster-announce-tls-port cluster-config-file cluster-link-sendbuf-limit
	cluster-migration-barrier cluster-node-timeout cluster-port
	cluster-preferred-endpoint-type cluster-replica-no-failover
	cluster-replica-validity-factor cluster-require-full-coverage cluster-slave-no-failover
	cluster-slave-validity-factor crash-memcheck-enabled
	daemonize dbfilename disable-thp dynamic-hz
	ignore-warnings io-threads io-threads-do-reads
	jemalloc-bg-thread latency-monitor-threshold latency-tracking
	latency-tracking-info-percentiles
	list-max-ziplist-entries list-max-ziplist-value
	lua-replicate-commands lua-time-limit
	min-replicas-max-lag min-slaves-max-lag
	oom-score-adj oom-score-adj-values
	proc-title-template propagation-error-behavior
	rdb-del-sync-files rdb-save-incremental-fsync
	rdbchecksum rdbcompression repl-backlog-size repl-backlog-ttl repl-disable-tcp-nodelay
	repl-diskless-load repl-diskless-sync repl-diskless-sync-delay
	repl-diskless-sync-max-replicas repl-ping-replica-period repl-ping-slave-period
	repl-timeout replica-announce-ip replica-announce-port replica-announced
	replica-ignore-disk-write-errors replica-ignore-maxmemory replica-lazy-flush
	replica-priority replica-read-only replica-serve-stale-data
	sanitize-dump-payload server_cpulist set-proc-title
	slave-announce-ip slave-announce-port slave-ignore-maxmemory slave-lazy-flush
	slave-priority slave-read-only slave-serve-stale-data
	slowlog-log-slower-than slowlog-max-len socket-mark-id
	stop-writes-on-bgsave-error stream-node-max-bytes stream-node-max-entries
	supervised syslog-enabled syslog-facility syslog-ident
	tls-auth-clients tls-ca-cert-dir tls-ca-cert-file tls-cert-file tls-ciphers
	tls-ciphersuites tls-client-cert-file tls-client-key-file tls-client-key-file-pass
	tls-dh-params-file tls-key-file tls-key-file-pass tls-prefer-server-ciphers
	tls-protocols tls-session-cache-size tls-session-cache-timeout tls-session-caching
	tracking-table-max-keys unixsocketperm
`)

// fixedAnswers are settings that clients ask for on connecting, as redis-benchmark
// does, or switch off, with the value that says what this server does. CONFIG SET
// takes no other; in a file others are ignored, since every Redis writes them.
var fixedAnswers = []option{
	{"save", atRuntime, only(""), "", "points in time at which RDB is written"},
}

// only is a setting with one value.
func only(value string) kind {
	return kind{get: func(*Config) string { return value }, set: func(_ *Config, words []string) error {
		if strings.Join(words, " ") != value {
			return RedisError("argument must be '" + value + "': this server writes commands, never RDB")
		}
		return nil
	}}
}

// setForeign is for a setting that is none of this server's.
func (c *Config) setForeign(s setting, place string) error {
	isSave := s.name() == "save"
	switch {
	case !isSave && !slices.Contains(ignoredNames, s.name()):
		return refuseAbsent(s)
	case len(s) == 1 && !isSave:
		return errCount
	}
	if strings.Join(s[1:], "") != "" { // as in save "", which switches something off
		c.Ignored = append(c.Ignored, fmt.Sprintf("%s (%s)", s.name(), place))
	}
	return nil
}

// ReportIgnored tells in one line how many settings have no meaning here. At the
// level verbose there is one for each, too.
func (c *Config) ReportIgnored(log *logging.Logger) {
	for _, name := range c.Ignored {
		log.Verbose("Ignored: %s", name)
	}
	if n := len(c.Ignored); n > 0 {
		log.Notice("Ignored settings: %d (--loglevel verbose)", n)
	}
}
