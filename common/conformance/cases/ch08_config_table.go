// ch08_config_table.go: every setting that this server and Redis 7.0 both have: its default,
// what values it takes, and how others are refused.

package cases

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// settingsTable is the table of settings, row by row.
func settingsTable() list {
	return in(8, lesson5Info, list{
		{Name: "CONFIG GET tells the default of every setting", Args: noSetting, Run: tableDefaults},
		{Name: "CONFIG SET takes what every setting may be, up to its ends", Args: noSetting, Run: tableTakes},
		{Name: "CONFIG SET refuses what a setting may not be, whichever it is", Args: noSetting, Run: tableRefuses},
		{Name: "a setting has two names where Redis gave it another one", Args: noSetting, Run: formerNames},
		{Name: "CONFIG SET save takes points in time, or none", Args: []string{"--appendonly", "yes"}, Run: savePoints},
		{Name: "CONFIG SET proc-title-template knows its names", Args: noSetting, Run: titleTemplates},
		{Name: "CONFIG SET takes many settings at once, or none", Args: noSetting, Run: manyAtOnce},
		{Name: "a file has every setting's default, and starts the server", Run: fileOfDefaults},
		{Name: "a file with a value that CONFIG SET refuses is refused, in the same words", Run: fileOfWrongValues},
	})
}

// settingRow is a setting. Its kind is a word and what that needs: number LOW HIGH, memory LOW,
// words W, W ..., yesno, text, or fixed for what CONFIG SET does not change. Of one that
// begins with only, others than the default are left alone here.
type settingRow struct {
	name, initial, kind string
	args                []string
	only                bool
}

func settingRows() (rows []settingRow) {
	for line := range strings.Lines(settingsText) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		if len(parts) != 3 {
			continue
		}
		row := settingRow{name: parts[0], initial: parts[1]}
		words := strings.Fields(strings.ReplaceAll(parts[2], ",", ""))
		if words[0] == "only" {
			row.only, words = true, words[1:]
		}
		row.kind, row.args = words[0], words[1:]
		rows = append(rows, row)
	}
	return rows
}

func tableDefaults(t *T) {
	c := t.Dial()
	for _, row := range settingRows() {
		c.Exchange(cmd("CONFIG", "GET", row.name), array(bulk(row.name), bulk(row.initial)))
	}
}

// may are values that a setting takes, in the form in which CONFIG GET tells them.
func (row settingRow) may() []string {
	switch {
	case row.kind == "fixed" || row.only:
		return nil
	case row.kind == "number":
		return row.args
	case row.name == "repl-backlog-size": // smaller ones become this
		return []string{"16384", most}
	case row.kind == "memory":
		return []string{row.args[0], most}
	case row.kind == "words":
		return row.args
	case row.kind == "yesno":
		return []string{"yes", "no"}
	}
	if row.name == "cluster-announce-hostname" {
		return []string{"", "a.b-1"}
	}
	return []string{"", "a", "a b", "\xff\r\n"}
}

// mayNot are values that it does not take, and what is said of them.
func (row settingRow) mayNot() map[string]string {
	refused := map[string]string{}
	for _, value := range []string{"x", "-", "+1", "01", "1x", " 1", "1 ", "1.0", "YES!", "\xff"} {
		switch row.kind {
		case "fixed":
			refused[value] = immutable
		case "number":
			refused[value] = notParsed
		case "memory":
			if value != "01" {
				refused[value] = notMemory
			}
		case "words":
			refused[value] = "argument(s) must be one of the following: " + strings.Join(row.args, ", ")
		case "yesno":
			refused[value] = notYesNo
		}
	}
	if row.kind == "number" {
		low, _ := strconv.ParseInt(row.args[0], 10, 64)
		refused[strconv.FormatInt(low-1, 10)] = between(row.args[0], row.args[1])
		if high, _ := strconv.ParseInt(row.args[1], 10, 64); row.args[1] != most {
			refused[strconv.FormatInt(high+1, 10)] = between(row.args[0], row.args[1])
		}
		refused["9223372036854775808"] = notParsed
	}
	if row.kind == "memory" && row.args[0] != "0" {
		refused["0"] = between(row.args[0], most)
	}
	return refused
}

func tableTakes(t *T) {
	c := t.Dial()
	for _, row := range settingRows() {
		values := row.may()
		if row.name == "proc-title-template" { // it wants more than any text
			values = []string{"a", "\xff\r\n"}
		}
		for _, value := range values {
			c.Exchange(cmd("CONFIG", "SET", row.name, value)+cmd("CONFIG", "GET", row.name), done+array(bulk(row.name), bulk(value)))
			if row.kind == "words" || row.kind == "yesno" {
				c.Exchange(cmd("CONFIG", "SET", row.name, strings.ToUpper(value))+cmd("CONFIG", "GET", row.name), done+array(bulk(row.name), bulk(value)))
			}
		}
		if row.kind != "fixed" {
			c.Exchange(cmd("CONFIG", "SET", strings.ToUpper(row.name), row.initial)+cmd("CONFIG", "GET", row.name), done+array(bulk(row.name), bulk(row.initial)))
		}
	}
}

func tableRefuses(t *T) {
	c := t.Dial()
	for _, row := range settingRows() {
		for value, reason := range row.mayNot() {
			c.Exchange(cmd("CONFIG", "SET", row.name, value), setFailed(row.name, reason))
		}
		c.Exchange(cmd("CONFIG", "GET", row.name), array(bulk(row.name), bulk(row.initial)))
	}
}

// formerNames sets by one name and reads by the other.
func formerNames(t *T) {
	c := t.Dial()
	for former, name := range map[string]string{
		"cluster-slave-validity-factor": "cluster-replica-validity-factor", "lua-time-limit": "busy-reply-threshold", "min-slaves-max-lag": "min-replicas-max-lag", "repl-ping-slave-period": "repl-ping-replica-period",
		"slave-announce-port": "replica-announce-port", "slave-priority": "replica-priority", "hash-max-ziplist-entries": "hash-max-listpack-entries", "zset-max-ziplist-value": "zset-max-listpack-value",
	} {
		c.Exchange(cmd("CONFIG", "SET", former, "7")+cmd("CONFIG", "GET", name)+cmd("CONFIG", "SET", name, "8")+cmd("CONFIG", "GET", former), done+array(bulk(name), bulk("7"))+done+array(bulk(former), bulk("8")))
	}
	c.Exchange(cmd("CONFIG", "SET", "slave-announced", "yes"), "-ERR Unknown option or number of arguments for CONFIG SET - 'slave-announced'\r\n")
	names := c.Call("CONFIG", "GET", "*slave*").Strings()
	require.Contains(t, names, "slaveof")
	require.Len(t, names, 2*13, "%v", names)
}

func savePoints(t *T) {
	c := t.Dial()
	for value, want := range map[string]string{
		"3600 1000000": "3600 1000000", "3600 1000000 60 2000000": "3600 1000000 60 2000000", "": "", "2147483648 1": "2147483648 1",
	} {
		c.Exchange(cmd("CONFIG", "SET", "save", value)+cmd("CONFIG", "GET", "save"), done+array(bulk("save"), bulk(want)))
	}
	for _, value := range []string{"1", "-1", "3600", "3600 1 300", "a 1", "1 a", "0 1", "1 -1", " ", "1  2", "1 2 ", "1 2 x"} {
		c.Exchange(cmd("CONFIG", "SET", "save", value), setFailed("save", "Invalid save parameters"))
	}
	c.Exchange(cmd("CONFIG", "SET", "save", ""), done)
}

func titleTemplates(t *T) {
	c := t.Dial()
	const name = "proc-title-template"
	for _, value := range []string{"a", "}", "a}", "{port}", "{listen-addr}", "x}{title}", "{{title}}", "{{", "{title} a", "{config-file}", "{tls-port}"} {
		c.Exchange(cmd("CONFIG", "SET", name, value)+cmd("CONFIG", "GET", name), done+array(bulk(name), bulk(value)))
	}
	for _, value := range []string{"", " ", "{title}", "{x}", "{", "a{", "{server-mode}", "{unixsocket}", "{ title}", "{port} {", "{}"} {
		c.Exchange(cmd("CONFIG", "SET", name, value), setFailed(name, "template format is invalid or contains unknown variables"))
	}
}

// manyAtOnce sets all that can be set, and has the last one fail.
func manyAtOnce(t *T) {
	c := t.Dial()
	all := []string{"CONFIG", "SET"}
	set := map[string]string{}
	for _, row := range settingRows() {
		values := row.may()
		former := strings.Contains(row.name, "slave") || strings.Contains(row.name, "ziplist") || row.name == "lua-time-limit"
		if len(values) == 0 || former || row.name == "proc-title-template" || row.name == "maxmemory" || row.name == "loglevel" {
			continue
		}
		value := values[len(values)-1]
		if value == row.initial {
			value = values[0]
		}
		all = append(all, row.name, value)
		set[row.name] = value
	}
	before := settingsOf(c)
	for _, wrong := range [][]string{{"maxclients", "0"}, {"nosuch", "1"}, {"databases", "1"}, {"port", "x"}} {
		require.True(t, c.Call(slices.Concat(all, wrong)...).IsError())
		require.True(t, c.Call(slices.Concat(all[:2], wrong, all[2:])...).IsError())
		require.Equal(t, before, settingsOf(c), "none is changed")
	}
	require.Equal(t, "OK", c.Call(all...).Text)
	now := settingsOf(c)
	for name, value := range set {
		require.Equal(t, value, now[name], name)
	}
	for name, value := range before {
		if _, changed := set[name]; changed && len(set) > 100 {
			require.NotEqual(t, value, now[name], name)
		}
	}
}

// settingsOf is all that CONFIG GET tells.
func settingsOf(c *conformance.Conn) map[string]string {
	pairs := c.Call("CONFIG", "GET", "*").Strings()
	all := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}

func fileOfDefaults(t *T) {
	d := newDisk(t, "--hz", "10")
	var text strings.Builder
	for _, row := range settingRows() {
		if row.name != "replicaof" && row.name != "slaveof" {
			text.WriteString(row.name + " \"" + row.initial + "\"\n")
		}
	}
	path := d.writeConf("redis.conf", text.String())
	_, c := d.startWith(path)
	for _, row := range settingRows() {
		c.Exchange(cmd("CONFIG", "GET", row.name), array(bulk(row.name), bulk(row.initial)))
	}
	speak(c, plain, "CONFIG SET repl-timeout 90 repl-backlog-size 2mb", done, "CONFIG REWRITE", done)
	c = d.connect(t.Start(d.options(path, nil)))
	speak(c, plain, "CONFIG GET repl-timeout", bulks("repl-timeout 90"), "CONFIG GET repl-backlog-size", bulks("repl-backlog-size 2097152"))
}

// fileOfWrongValues has a wrong value of each kind in a file, behind right ones.
func fileOfWrongValues(t *T) {
	seen := map[string]bool{}
	for _, row := range settingRows() {
		refused := row.mayNot()
		if row.kind == "fixed" || seen[row.kind+row.args0()] {
			continue
		}
		seen[row.kind+row.args0()] = true
		if reason := refused["1x"]; reason != "" {
			line := row.name + " 1x"
			refusesFile("hz 10\n"+row.name+" \""+row.initial+"\"\n"+line+"\n", 3, line, reason)(t)
		}
	}
}

// args0 is what the kind needs first; "" if nothing.
func (row settingRow) args0() string {
	if len(row.args) == 0 {
		return ""
	}
	return row.args[0]
}

const settingsText = `
acl-pubsub-default|resetchannels|words allchannels, resetchannels
acllog-max-len|128|number 0 9223372036854775807
active-defrag-cycle-max|25|number 1 99
active-defrag-cycle-min|1|number 1 99
active-defrag-ignore-bytes|104857600|memory 1
active-defrag-max-scan-fields|1000|number 1 9223372036854775807
active-defrag-threshold-lower|10|number 0 1000
active-defrag-threshold-upper|100|number 0 1000
active-expire-effort|1|number 1 10
activedefrag|no|only yesno
activerehashing|yes|yesno
aof-disable-auto-gc|no|only yesno
aof-load-truncated|yes|yesno
aof-rewrite-incremental-fsync|yes|yesno
aof-timestamp-enabled|no|yesno
aof_rewrite_cpulist||fixed
appenddirname|appendonlydir|fixed
appendfilename|appendonly.aof|fixed
appendfsync|everysec|words everysec, always, no
appendonly|no|only yesno
auto-aof-rewrite-min-size|67108864|memory 0
auto-aof-rewrite-percentage|100|number 0 2147483647
bgsave_cpulist||fixed
bio_cpulist||fixed
busy-reply-threshold|5000|number 0 9223372036854775807
client-query-buffer-limit|1073741824|memory 1048576
cluster-allow-pubsubshard-when-down|yes|yesno
cluster-allow-reads-when-down|no|yesno
cluster-allow-replica-migration|yes|yesno
cluster-announce-bus-port|0|number 0 65535
cluster-announce-hostname||text
cluster-announce-ip||text
cluster-announce-port|0|number 0 65535
cluster-announce-tls-port|0|number 0 65535
cluster-config-file|nodes.conf|fixed
cluster-enabled|no|fixed
cluster-link-sendbuf-limit|0|memory 0
cluster-migration-barrier|1|number 0 2147483647
cluster-node-timeout|15000|number 0 9223372036854775807
cluster-port|0|fixed
cluster-preferred-endpoint-type|ip|words ip, hostname, unknown-endpoint
cluster-replica-no-failover|no|yesno
cluster-replica-validity-factor|10|number 0 2147483647
cluster-require-full-coverage|yes|yesno
cluster-slave-no-failover|no|yesno
cluster-slave-validity-factor|10|number 0 2147483647
crash-log-enabled|yes|yesno
crash-memcheck-enabled|yes|yesno
databases|16|fixed
disable-thp|yes|fixed
dynamic-hz|yes|yesno
enable-debug-command|no|fixed
enable-module-command|no|fixed
enable-protected-configs|no|fixed
hash-max-listpack-entries|512|number 0 9223372036854775807
hash-max-listpack-value|64|memory 0
hash-max-ziplist-entries|512|number 0 9223372036854775807
hash-max-ziplist-value|64|memory 0
hll-sparse-max-bytes|3000|memory 0
ignore-warnings||text
io-threads|1|fixed
io-threads-do-reads|no|fixed
jemalloc-bg-thread|yes|yesno
lazyfree-lazy-eviction|no|yesno
lazyfree-lazy-expire|no|yesno
lazyfree-lazy-server-del|no|yesno
lazyfree-lazy-user-del|no|yesno
lazyfree-lazy-user-flush|no|yesno
lfu-decay-time|1|number 0 2147483647
lfu-log-factor|10|number 0 2147483647
list-compress-depth|0|number 0 2147483647
list-max-listpack-size|-2|number -2147483648 2147483647
list-max-ziplist-size|-2|number -2147483648 2147483647
loglevel|notice|words debug, verbose, notice, warning
lua-time-limit|5000|number 0 9223372036854775807
masterauth||text
masteruser||text
maxmemory|0|memory 0
maxmemory-eviction-tenacity|10|number 0 100
maxmemory-policy|noeviction|words volatile-lru, volatile-lfu, volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, noeviction
maxmemory-samples|5|number 1 2147483647
min-replicas-max-lag|10|number 0 2147483647
min-replicas-to-write|0|only number 0 2147483647
min-slaves-max-lag|10|number 0 2147483647
min-slaves-to-write|0|only number 0 2147483647
no-appendfsync-on-rewrite|no|yesno
proc-title-template|{title} {listen-addr} {server-mode}|text
propagation-error-behavior|ignore|words ignore, panic, panic-on-replicas
protected-mode|yes|yesno
proto-max-bulk-len|536870912|memory 1048576
rdb-del-sync-files|no|yesno
rdb-save-incremental-fsync|yes|yesno
rdbchecksum|yes|fixed
rdbcompression|yes|yesno
repl-backlog-size|1048576|memory 1
repl-backlog-ttl|3600|number 0 9223372036854775807
repl-disable-tcp-nodelay|no|yesno
repl-diskless-load|disabled|words disabled, on-empty-db, swapdb
repl-diskless-sync|yes|yesno
repl-diskless-sync-delay|5|number 0 2147483647
repl-diskless-sync-max-replicas|0|number 0 2147483647
repl-ping-replica-period|10|number 1 2147483647
repl-ping-slave-period|10|number 1 2147483647
repl-timeout|60|number 1 2147483647
replica-announce-ip||text
replica-announce-port|0|number 0 65535
replica-announced|yes|yesno
replica-ignore-disk-write-errors|no|yesno
replica-ignore-maxmemory|yes|yesno
replica-lazy-flush|no|yesno
replica-priority|100|number 0 2147483647
replica-read-only|yes|yesno
replica-serve-stale-data|yes|yesno
replicaof||fixed
sanitize-dump-payload|no|words no, yes, clients
server_cpulist||fixed
set-max-intset-entries|512|number 0 9223372036854775807
set-proc-title|yes|fixed
shutdown-on-sigint|default|words default, save, nosave, now, force
shutdown-on-sigterm|default|words default, save, nosave, now, force
shutdown-timeout|10|number 0 2147483647
slave-announce-ip||text
slave-announce-port|0|number 0 65535
slave-ignore-maxmemory|yes|yesno
slave-lazy-flush|no|yesno
slave-priority|100|number 0 2147483647
slave-read-only|yes|yesno
slave-serve-stale-data|yes|yesno
slaveof||fixed
socket-mark-id|0|fixed
stop-writes-on-bgsave-error|yes|yesno
stream-node-max-bytes|4096|memory 0
stream-node-max-entries|100|number 0 9223372036854775807
tcp-backlog|511|fixed
tcp-keepalive|300|number 0 2147483647
timeout|0|number 0 2147483647
tls-auth-clients|yes|words no, yes, optional
tls-ca-cert-dir||text
tls-ca-cert-file||text
tls-cert-file||text
tls-ciphers||text
tls-ciphersuites||text
tls-client-cert-file||text
tls-client-key-file||text
tls-client-key-file-pass||text
tls-cluster|no|only yesno
tls-dh-params-file||text
tls-key-file||text
tls-key-file-pass||text
tls-port|0|only number 0 65535
tls-prefer-server-ciphers|no|yesno
tls-protocols||text
tls-replication|no|only yesno
tls-session-cache-size|20480|number 0 2147483647
tls-session-cache-timeout|300|number 0 2147483647
tls-session-caching|yes|yesno
zset-max-listpack-entries|128|number 0 9223372036854775807
zset-max-listpack-value|64|memory 0
zset-max-ziplist-entries|128|number 0 9223372036854775807
zset-max-ziplist-value|64|memory 0
`
