// ch08_sortedsets_rows.go: the commands on sorted sets as COMMAND tells of them.

package cases

import (
	"strings"

	"redis-internals/common/conformance"
)

// The rows of those with one key.
var sortedRows = []commandRow{
	{"zadd", -4, "write denyoom fast", "@write @sortedset @fast", "", 1, "RW update", ""},
	{"zincrby", 4, "write denyoom fast", "@write @sortedset @fast", "", 1, "RW access update", ""},
	{"zrem", -3, "write fast", "@write @sortedset @fast", "", 1, "RW delete", ""},
	{"zcard", 2, "readonly fast", "@read @sortedset @fast", "", 1, "RO", ""},
	{"zscore", 3, "readonly fast", "@read @sortedset @fast", "", 1, "RO access", ""},
	{"zmscore", -3, "readonly fast", "@read @sortedset @fast", "", 1, "RO access", ""},
	{"zrank", 3, "readonly fast", "@read @sortedset @fast", "", 1, "RO access", ""},
	{"zrevrank", 3, "readonly fast", "@read @sortedset @fast", "", 1, "RO access", ""},
	{"zscan", -3, "readonly", "@read @sortedset @slow", "nondeterministic_output", 1, "RO access", ""},
	{"zrange", -4, "readonly", "@read @sortedset @slow", "", 1, "RO access", ""},
	{"zrevrange", -4, "readonly", "@read @sortedset @slow", "", 1, "RO access", ""},
	{"zrangebyscore", -4, "readonly", "@read @sortedset @slow", "", 1, "RO access", ""},
	{"zrevrangebyscore", -4, "readonly", "@read @sortedset @slow", "", 1, "RO access", ""},
	{"zrangebylex", -4, "readonly", "@read @sortedset @slow", "", 1, "RO access", ""},
	{"zrevrangebylex", -4, "readonly", "@read @sortedset @slow", "", 1, "RO access", ""},
	{"zcount", 4, "readonly fast", "@read @sortedset @fast", "", 1, "RO access", ""},
	{"zlexcount", 4, "readonly fast", "@read @sortedset @fast", "", 1, "RO access", ""},
	{"zremrangebyrank", 4, "write", "@write @sortedset @slow", "", 1, "RW delete", ""},
	{"zremrangebyscore", 4, "write", "@write @sortedset @slow", "", 1, "RW delete", ""},
	{"zremrangebylex", 4, "write", "@write @sortedset @slow", "", 1, "RW delete", ""},
	{"zpopmin", -2, "write fast", "@write @sortedset @fast", "", 1, "RW access delete", ""},
	{"zpopmax", -2, "write fast", "@write @sortedset @fast", "", 1, "RW access delete", ""},
	{"zrandmember", -2, "readonly", "@read @sortedset @slow", "nondeterministic_output", 1, "RO access", ""},
}

// countedRow is a command with a number of keys, behind a key that it stores to or not.
type countedRow struct {
	commandRow
	stores bool
}

var sortedCounted = []countedRow{
	{commandRow{"zunion", -3, "readonly movablekeys", "@read @sortedset @slow", "", 0, "RO access", ""}, false},
	{commandRow{"zinter", -3, "readonly movablekeys", "@read @sortedset @slow", "", 0, "RO access", ""}, false},
	{commandRow{"zdiff", -3, "readonly movablekeys", "@read @sortedset @slow", "", 0, "RO access", ""}, false},
	{commandRow{"zintercard", -3, "readonly movablekeys", "@read @sortedset @slow", "", 0, "RO access", ""}, false},
	{commandRow{"zmpop", -4, "write movablekeys", "@write @sortedset @slow", "", 0, "RW access delete", ""}, false},
	{commandRow{"zunionstore", -4, "write denyoom movablekeys", "@write @sortedset @slow", "", 1, "RO access", ""}, true},
	{commandRow{"zinterstore", -4, "write denyoom movablekeys", "@write @sortedset @slow", "", 1, "RO access", ""}, true},
	{commandRow{"zdiffstore", -4, "write denyoom movablekeys", "@write @sortedset @slow", "", 1, "RO access", ""}, true},
}

// info is the row's bytes in the reply.
func (r countedRow) info() string {
	stored := commandRow{last: 1, access: "OW update"}
	first, at, specs := zero, one, []string{}
	if r.stores {
		first, at, specs = one, ":2\r\n", append(specs, stored.keySpec())
	}
	specs = append(specs, array(bulk("flags"), statuses(r.access),
		bulk("begin_search"), array(bulk("type"), bulk("index"), bulk("spec"), array(bulk("index"), at)),
		bulk("find_keys"), array(bulk("type"), bulk("keynum"), bulk("spec"),
			array(bulk("keynumidx"), zero, bulk("firstkey"), one, bulk("keystep"), one)),
	))
	return array(bulk(r.name), integer(r.arity), statuses(r.flags), first, integer(r.last), first,
		statuses(r.categories), bulks(r.tips), array(specs...), emptyList)
}

func sortedSetRows() (rows list) {
	row := func(r commandRow, info string) {
		rows = append(
			rows,
			conformance.Case{Name: "COMMAND INFO describes " + r.name, Run: answers(cmd("COMMAND", "INFO", r.name), array(info))},
			conformance.Case{Name: "arguments are counted: " + strings.ToUpper(r.name), Run: r.countsArguments},
		)
	}
	for _, r := range sortedRows {
		row(r, r.info())
	}
	for _, r := range sortedCounted {
		row(r.commandRow, r.info())
	}
	rows = append(rows, conformance.Case{Name: "COMMAND GETKEYS finds the keys of sorted sets", Run: answers(
		cmd("COMMAND", "GETKEYS", "ZADD", "z", "NX", "1", "a")+cmd("COMMAND", "GETKEYS", "ZRANGESTORE", "d", "z", "0", "1")+cmd("COMMAND", "GETKEYS", "ZUNION", "2", "a", "b", "WITHSCORES")+
			cmd("COMMAND", "GETKEYS", "ZUNIONSTORE", "d", "2", "a", "b", "WEIGHTS", "1", "2")+cmd("COMMAND", "GETKEYS", "ZMPOP", "1", "a", "MIN"),
		bulks("z")+bulks("d z")+bulks("a b")+bulks("d a b")+bulks("a"))})
	return in(8, lesson8Places, rows)
}
