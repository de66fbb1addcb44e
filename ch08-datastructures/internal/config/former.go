// former.go: what settings were called before: with ziplists when there were no listpacks, and
// with another word for replicas. Both names hold. Redis: config.c, the aliases in
// static_configs.

package config

import "strings"

// formerNames are names that are more than a word in another one, and what they are today.
var formerNames = map[string]string{
	"cluster-slave-no-failover":     "cluster-replica-no-failover",
	"cluster-slave-validity-factor": "cluster-replica-validity-factor",
	"lua-time-limit":                "busy-reply-threshold",
	"min-slaves-max-lag":            "min-replicas-max-lag",
	"min-slaves-to-write":           "min-replicas-to-write",
	"repl-ping-slave-period":        "repl-ping-replica-period",
	"slave-announce-ip":             "replica-announce-ip",
	"slave-announce-port":           "replica-announce-port",
	"slave-ignore-maxmemory":        "replica-ignore-maxmemory",
	"slave-lazy-flush":              "replica-lazy-flush",
	"slave-priority":                "replica-priority",
	"slave-read-only":               "replica-read-only",
	"slave-serve-stale-data":        "replica-serve-stale-data",
	"slaveof":                       "replicaof",
}

// formerWord stands in a former name where there is listpack today.
const formerWord = "ziplist"

// today is the present name of a setting that is called by any of its names.
func today(name string) string {
	if now := formerNames[name]; now != "" {
		return now
	}
	return strings.Replace(name, formerWord, "listpack", 1)
}

// names are the option's names, the present one first.
func (o *option) names() []string {
	names := []string{o.name}
	for former, now := range formerNames {
		if now == o.name {
			names = append(names, former)
		}
	}
	if former := strings.Replace(o.name, "listpack", formerWord, 1); former != o.name {
		names = append(names, former)
	}
	return names
}
