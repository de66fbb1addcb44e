// table.go: the commands that the server says it has, and requests made of them.

package soak

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"redis-internals/common/conformance/wire"
)

// command is what COMMAND says of one.
type command struct {
	words           []string // its name; of a subcommand two
	arity           int      // words, the name too; negative: at least so many
	first, last, by int      // where keys are; first is 0: nowhere
	dangerous       bool     // of the category of that name: drawn seldom
	blocking        bool     // may wait as long as it likes
}

// table is all that may be drawn.
type table struct {
	byName map[string]*command
	often  []*command
	seldom []*command
}

// excluded are commands that no client sends, each for its reason.
var excluded = map[string]string{
	"shutdown": "the run needs the server", "debug": "it can do anything", "acl": "it can lock everybody out",
	"quit":       "a client's last word, see client.go",
	"config|set": "the controller's", "config|rewrite": "the controller's",
	"client|kill": "closes others' connections", "client|pause": "stops others", "client|reply": "requests without replies",
	"client|no-touch": "changes what others see", "failover": "needs another server",
	"monitor": "turns a connection into a stream", "sync": "turns a connection into a stream", "psync": "turns a connection into a stream",
	"subscribe": "has as many replies as channels", "unsubscribe": "has as many replies as channels",
	"psubscribe": "has as many replies as channels", "punsubscribe": "has as many replies as channels",
	"ssubscribe": "has as many replies as channels", "sunsubscribe": "has as many replies as channels",
	"replicaof": "needs another server", "slaveof": "needs another server", "replconf": "needs another server",
	"migrate": "needs another server", "module": "loads code", "cluster": "needs others", "wait": "needs another server",
}

// askTable asks the server for its commands.
func (r *run) askTable() (*table, error) {
	c, err := r.dial()
	if err != nil {
		return nil, err
	}
	defer c.close()
	reply, err := c.call("COMMAND")
	if err != nil {
		return nil, err
	}
	t := &table{byName: map[string]*command{}}
	for _, row := range reply.Elems {
		if err := t.add(row); err != nil {
			return nil, err
		}
	}
	if len(t.often) == 0 {
		return nil, fmt.Errorf("COMMAND names no command: %+v", reply)
	}
	return t, nil
}

// add takes a row of COMMAND and those of its subcommands. By itself a command that
// has any is sent with words that are none.
func (t *table) add(row wire.Value) error {
	if len(row.Elems) < 7 {
		return fmt.Errorf("a row of COMMAND has %d elements", len(row.Elems))
	}
	name := row.Elems[0].Text
	c := &command{words: strings.Split(name, "|"), arity: int(row.Elems[1].Int)}
	c.first, c.last, c.by = int(row.Elems[3].Int), int(row.Elems[4].Int), int(row.Elems[5].Int)
	for _, flag := range row.Elems[2].Strings() {
		c.blocking = c.blocking || flag == "blocking"
	}
	for _, category := range row.Elems[6].Strings() {
		c.dangerous = c.dangerous || category == "@dangerous"
		c.blocking = c.blocking || category == "@blocking"
	}
	t.byName[name] = c
	if excluded[name] != "" || excluded[c.words[0]] != "" {
		return nil
	}
	if len(row.Elems) > 9 && len(row.Elems[9].Elems) > 0 {
		for _, sub := range row.Elems[9].Elems {
			if err := t.add(sub); err != nil {
				return err
			}
		}
	}
	if c.dangerous {
		t.seldom = append(t.seldom, c)
	} else {
		t.often = append(t.often, c)
	}
	return nil
}

func (t *table) has(name string) bool { return t.byName[name] != nil }

// forgets are requests upon which a server holds no data, and nothing of what was asked of it.
func (t *table) forgets() (requests [][]string) {
	for _, words := range [][]string{
		{"FLUSHALL"}, {"CONFIG", "RESETSTAT"}, {"SLOWLOG", "RESET"}, {"LATENCY", "RESET"}, {"ACL", "LOG", "RESET"},
	} {
		if name := strings.ToLower(words[0]); len(words) == 1 && t.has(name) || len(words) > 1 && t.has(name+"|"+strings.ToLower(words[1])) {
			requests = append(requests, words)
		}
	}
	return requests
}

// seldomness: one request in so many is of a dangerous command. They are KEYS,
// FLUSHALL, SWAPDB and the like, which would leave nothing for others to do.
const seldomness = 100

func (t *table) pick(rng *rand.Rand) *command {
	if len(t.seldom) > 0 && rng.IntN(seldomness) == 0 {
		return t.seldom[rng.IntN(len(t.seldom))]
	}
	return t.often[rng.IntN(len(t.often))]
}

// request makes up a request of the command: mostly with as many words as it takes,
// keys where it has keys, and anything in all other places.
func (c *command) request(rng *rand.Rand, key func() string) []string {
	n := c.arity
	if n < 0 {
		n = -n + rng.IntN(2)*rng.IntN(7)
	}
	if rng.IntN(20) == 0 { // too few or too many
		n += rng.IntN(5) - 2
	}
	words := []string{cased(rng, c.words[0])}
	if len(c.words) > 1 {
		words = append(words, cased(rng, c.words[1]))
	}
	last := c.last
	if last < 0 {
		last += n
	}
	for at := len(words); at < n; at++ {
		isKey := c.first > 0 && at >= c.first && at <= last && (at-c.first)%max(1, c.by) == 0
		if isKey && rng.IntN(50) > 0 {
			words = append(words, key())
		} else {
			words = append(words, anything(rng))
		}
	}
	return words
}
