// ch03_commands.go: what COMMAND says of the commands on keys.

package cases

import (
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// commandRow is what COMMAND INFO says of a command, in words.
type commandRow struct {
	name       string
	arity      int64
	flags      string
	categories string
	tips       string
	last       int64  // the last key's place: 1, -1 for the end, 0 for no keys
	access     string // the flags of the keys
	notes      string // on the keys
}

const (
	allSucceed = "request_policy:all_shards response_policy:all_succeeded"
	sums       = "request_policy:multi_shard response_policy:agg_sum"
)

// The rows of chapter 3's commands as Redis 7.0.15 has them.
var commandRows = []commandRow{
	{"get", 2, "readonly fast", "@read @string @fast", "", 1, "RO access", ""},
	{"set", -3, "write denyoom", "@write @string @slow", "", 1, "RW access update variable_flags", "RW and ACCESS due to the optional `GET` argument"},
	{"del", -2, "write", "@keyspace @write @slow", sums, -1, "RM delete", ""},
	{"unlink", -2, "write fast", "@keyspace @write @fast", sums, -1, "RM delete", ""},
	{"exists", -2, "readonly fast", "@keyspace @read @fast", sums, -1, "RO", ""},
	{"type", 2, "readonly fast", "@keyspace @read @fast", "", 1, "RO", ""},
	{"expire", -3, "write fast", "@keyspace @write @fast", "", 1, "RW update", ""},
	{"pexpire", -3, "write fast", "@keyspace @write @fast", "", 1, "RW update", ""},
	{"expireat", -3, "write fast", "@keyspace @write @fast", "", 1, "RW update", ""},
	{"pexpireat", -3, "write fast", "@keyspace @write @fast", "", 1, "RW update", ""},
	{"ttl", 2, "readonly fast", "@keyspace @read @fast", "nondeterministic_output", 1, "RO access", ""},
	{"pttl", 2, "readonly fast", "@keyspace @read @fast", "nondeterministic_output", 1, "RO access", ""},
	{"expiretime", 2, "readonly fast", "@keyspace @read @fast", "", 1, "RO access", ""},
	{"pexpiretime", 2, "readonly fast", "@keyspace @read @fast", "", 1, "RO access", ""},
	{"persist", 2, "write fast", "@keyspace @write @fast", "", 1, "RW update", ""},
	{"keys", 2, "readonly", "@keyspace @read @slow @dangerous", "request_policy:all_shards nondeterministic_output_order", 0, "", ""},
	{"dbsize", 1, "readonly fast", "@keyspace @read @fast", "request_policy:all_shards response_policy:agg_sum", 0, "", ""},
	{"flushdb", -1, "write", "@keyspace @write @slow @dangerous", allSucceed, 0, "", ""},
	{"flushall", -1, "write", "@keyspace @write @slow @dangerous", allSucceed, 0, "", ""},
}

// info is the row's bytes in the reply.
func (r commandRow) info() string {
	first, step, specs := int64(0), int64(0), emptyList
	if r.last != 0 {
		first, step, specs = 1, 1, array(r.keySpec())
	}
	return array(bulk(r.name), integer(r.arity), statuses(r.flags), integer(first), integer(r.last), integer(step),
		statuses(r.categories), bulks(r.tips), specs, emptyList)
}

// keySpec says that the keys begin at the first argument, and how far they go.
func (r commandRow) keySpec() string {
	var fields []string
	if r.notes != "" {
		fields = append(fields, bulk("notes"), bulk(r.notes))
	}
	last := min(r.last, 0) // counted from the first key; -1 is the end again
	return array(append(
		fields, bulk("flags"), statuses(r.access),
		bulk("begin_search"), array(bulk("type"), bulk("index"), bulk("spec"), array(bulk("index"), one)),
		bulk("find_keys"), array(bulk("type"), bulk("range"), bulk("spec"),
			array(bulk("lastkey"), integer(last), bulk("keystep"), one, bulk("limit"), zero)),
	)...)
}

// commandsOfKeys is the table's rows of chapter 3, and what they refuse.
func commandsOfKeys() list {
	rows := list{
		{Name: "COMMAND GETKEYS finds the key of SET", Run: answers(cmd("COMMAND", "GETKEYS", "SET", "k", "v", "EX", "10"), bulks("k"))},
		{Name: "COMMAND GETKEYS does not look at options", Run: answers(cmd("COMMAND", "GETKEYS", "set", "k", "v", "foo"), bulks("k"))},
		{Name: "COMMAND GETKEYS finds every key of DEL, UNLINK and EXISTS", Run: answers(cmd("command", "getkeys", "del", "a", "b", "c")+cmd("COMMAND", "GETKEYS", "unlink", "a")+cmd("COMMAND", "GETKEYS", "exists", "a", "a"), bulks("a b c")+bulks("a")+bulks("a a"))},
		{Name: "COMMAND GETKEYS finds the key of EXPIRE and TTL", Run: answers(cmd("COMMAND", "GETKEYS", "expire", "a", "10", "NX")+cmd("COMMAND", "GETKEYS", "TTL", "a")+cmd("COMMAND", "GETKEYS", "ttl", ""), bulks("a")+bulks("a")+array(bulk("")))},
		{Name: "COMMAND GETKEYS finds none in KEYS and FLUSHALL", Run: answers(cmd("COMMAND", "GETKEYS", "keys", "a")+cmd("COMMAND", "GETKEYS", "flushall", "sync"), noKeys+noKeys)},
		{Name: "COMMAND GETKEYS refuses a wrong number of arguments", Run: answers(cmd("COMMAND", "GETKEYS", "get", "a", "b")+cmd("COMMAND", "GETKEYS", "set", "a")+cmd("COMMAND", "GETKEYS", "expire", "a"), badCount+badCount+badCount)},
		{Name: "COMMAND GETKEYS knows no dbsize without an argument", Run: answers(cmd("COMMAND", "GETKEYS", "dbsize")+cmd("COMMAND", "GETKEYS", "get"), wrongArity("command|getkeys")+wrongArity("command|getkeys"))},
		{Name: "COMMAND INFO describes several", Run: answers(cmd("COMMAND", "INFO", "GET", "nosuch", "dbsize"), array(commandRows[0].info(), nilBulk, commandRows[16].info()))},
		{Name: "COMMAND LIST names the commands on keys", Run: commandListsKeys},
	}
	for _, r := range commandRows {
		rows = append(
			rows,
			conformance.Case{Name: "COMMAND INFO describes " + r.name, Run: answers(cmd("COMMAND", "INFO", r.name), array(r.info()))},
			conformance.Case{Name: "arguments are counted: " + strings.ToUpper(r.name), Run: r.countsArguments},
		)
	}
	return in(3, lesson3Set, rows)
}

// countsArguments sends too few, and too many where there is a most.
func (r commandRow) countsArguments(t *T) {
	c, refused := t.Dial(), wrongArity(r.name)
	args := []string{strings.ToUpper(r.name)}
	least := max(r.arity, -r.arity)
	for int64(len(args)) < least {
		c.Exchange(cmd(args...), refused)
		args = append(args, "x")
	}
	if r.arity > 0 {
		c.Exchange(cmd(append(args, "x")...), refused)
		c.Exchange(cmd(append(args, "x", "x")...), refused)
	}
}

func commandListsKeys(t *T) {
	c := t.Dial()
	named := func(category string) (names []string) {
		for _, r := range commandRows {
			if strings.Contains(r.categories, category) {
				names = append(names, r.name)
			}
		}
		return names
	}
	require.Subset(t, c.Call("COMMAND", "LIST").Strings(), named(""))
	for _, category := range []string{"keyspace", "string", "read", "write", "fast", "slow", "dangerous"} {
		require.Subset(t, c.Call("COMMAND", "LIST", "FILTERBY", "ACLCAT", category).Strings(), named("@"+category), category)
	}
}
