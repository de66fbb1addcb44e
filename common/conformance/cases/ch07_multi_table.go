// ch07_multi_table.go: every command that a server has, inside of MULTI.
//
// Which there are, with how many words and which flags, the server says itself.

package cases

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance/wire"
)

func multiTable() list {
	return in(7, lesson7Transactions, list{
		{Name: "every command is queued, whatever its arguments, but for those about transactions", Run: queuesEvery},
		{Name: "every command with too few arguments makes EXEC refuse all", Run: refusesEveryShort},
	})
}

// tableRow is what COMMAND says of a command or of a subcommand.
type tableRow struct {
	name   string // config|get
	words  []string
	least  int // words
	flags  []string
	parent bool // it has subcommands
}

// commandTable is all that the server has.
func commandTable(t *T) (rows []tableRow) {
	var add func([]wire.Value)
	add = func(commands []wire.Value) {
		for _, command := range commands {
			e := command.Elems
			r := tableRow{name: e[0].Text, words: strings.Split(e[0].Text, "|"), least: int(max(e[1].Int, -e[1].Int)), flags: e[2].Strings(), parent: len(e[9].Elems) > 0}
			rows = append(rows, r)
			add(e[9].Elems)
		}
	}
	add(t.Dial().Call("COMMAND").Elems)
	require.Greater(t, len(rows), 40)
	return rows
}

// Commands of these names are executed inside of MULTI, or close the connection.
var notQueued = strings.Fields("multi exec discard watch reset quit")

// Commands of these names an administrator must allow first.
var protected = strings.Fields("debug module")

func queuesEvery(t *T) {
	c := t.Dial()
	for _, r := range commandTable(t) {
		if r.parent || slices.Contains(notQueued, r.name) || slices.Contains(protected, r.words[0]) {
			continue
		}
		request := slices.Clone(r.words)
		for len(request) < r.least {
			request = append(request, "x")
		}
		c.Exchange(cmd("MULTI"), done)
		if slices.Contains(r.flags, "no_multi") {
			c.Exchange(cmd(request...), notInside)
			c.Exchange(cmd("EXEC"), aborted)
			continue
		}
		c.Exchange(cmd(request...), queued)
		c.Exchange(cmd("DISCARD"), done)
	}
}

func refusesEveryShort(t *T) {
	c := t.Dial()
	for _, r := range commandTable(t) {
		if r.least <= len(r.words) {
			continue
		}
		c.Exchange(cmd("MULTI"), done)
		c.Exchange(cmd(r.words...), wrongArity(r.name))
		c.Exchange(cmd("PING"), queued)
		c.Exchange(cmd("EXEC"), aborted)
	}
}
