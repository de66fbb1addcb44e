// config.go: CONFIG, the settings of a running server. Redis: config.c.

package command

import (
	"redis-internals/ch05/internal/glob"
	"redis-internals/ch05/internal/keyspace"
)

var configCommands = []Row{
	// name, handler, arity (negative: at least), flags, ACL, keys, doc: since, complexity, arguments, summary, tips
	{"config", nil, -2, 0, 0, noKeys, doc("2.0.0", "Depends on subcommand.", "", "Reads and changes the settings.")},
	{"config|get", configGet, -3, Admin | NoScript | Loading | Stale, 0, noKeys, doc("2.0.0", "O(N) when N is the number of configuration parameters provided", "<pattern> [<pattern> ...]", "Answers the settings whose names match a pattern.")},
	{"config|set", configSet, -4, Admin | NoScript | Loading | Stale, 0, noKeys, doc("2.0.0", "O(N) when N is the number of configuration parameters provided", "<directive> <value> [<directive> <value> ...]", "Changes settings: all of those given, or none.", "request_policy:all_nodes", "response_policy:all_succeeded")},
	{"config|resetstat", configResetStat, 2, Admin | NoScript | Loading | Stale, 0, noKeys, doc("2.0.0", "O(1)", "", "Makes the counts of INFO begin again.")},
	{"config|rewrite", configRewrite, 2, Admin | NoScript | Loading | Stale, 0, noKeys, doc("2.8.0", "O(1)", "", "Writes the settings to the file that the server was started with.")},
	{"config|help", help, 2, Loading | Stale, 0, noKeys, doc("5.0.0", "O(1)", "", "Prints this help.")},
}

func configGet(c *Client) {
	var patterns []string
	for _, arg := range c.Args[2:] {
		patterns = append(patterns, string(arg))
	}
	found := c.engine.config.Get(patterns, func(pattern, name string) bool {
		return glob.MatchFold([]byte(pattern), []byte(name))
	})
	c.ReplyMapLen(len(found))
	for _, setting := range found {
		c.ReplyBulkString(setting.Name)
		c.ReplyBulkString(setting.Value)
	}
}

func configSet(c *Client) {
	if len(c.Args)%2 != 0 {
		c.ReplyError(errSyntax)
		return
	}
	var pairs []string
	for _, arg := range c.Args[2:] {
		pairs = append(pairs, string(arg))
	}
	if err := c.engine.config.Set(pairs, c.engine.configChanged); err != nil {
		c.ReplyError("ERR " + err.Error())
		return
	}
	c.ReplyOK()
}

// configChanged makes new settings hold.
func (e *Engine) configChanged(names []string) (refused string, err error) {
	e.keys.SetEviction(e.eviction())
	return e.server.ConfigChanged(names)
}

// eviction is what the settings say of it. Where only maxkeys is given, the first
// key goes first, as in the chapters before. While loading none goes.
func (e *Engine) eviction() keyspace.Eviction {
	if e.loading {
		return keyspace.Eviction{}
	}
	policy := keyspace.Policies[e.config.MaxMemoryPolicy]
	if policy == keyspace.NoEviction {
		policy = keyspace.SimpleFirst
	}
	return keyspace.Eviction{MaxKeys: e.config.MaxKeys, Policy: policy, Samples: e.config.MaxMemorySamples}
}

func configResetStat(c *Client) {
	c.engine.resetStats()
	c.ReplyOK()
}

func configRewrite(c *Client) {
	if err := c.engine.config.Rewrite(); err != nil {
		c.ReplyError("ERR " + err.Error())
		return
	}
	c.ReplyOK()
}
