// config.go: CONFIG, the settings of a running server. Redis: config.c.

package command

import (
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/glob"
)

var configCommands = []Row{
	row("config", nil, -2, 0, 0, noKeys,
		doc("2.0.0", "Depends on subcommand.", "", "Reads and changes the settings.")),
	row("config|get", configGet, -3, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("2.0.0", "O(N) when N is the number of configuration parameters provided", "<parameter> [<parameter> ...]", "Answers the settings whose names match a pattern.")),
	row("config|set", configSet, -4, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("2.0.0", "O(N) when N is the number of configuration parameters provided", "<parameter> <value> [<parameter> <value> ...]", "Changes settings: all of those given, or none.", "request_policy:all_nodes", "response_policy:all_succeeded")),
	row("config|resetstat", configResetStat, 2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("2.0.0", "O(1)", "", "Makes the counts of INFO begin again.")),
	row("config|rewrite", configRewrite, 2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("2.8.0", "O(1)", "", "Writes the settings to the file that the server was started with.")),
	row("config|help", help, 2, Loading|Stale, 0, noKeys,
		doc("5.0.0", "O(1)", "", "Prints this help.")),
}

func configGet(c *Client) {
	var patterns []string
	for _, arg := range c.Args[2:] {
		patterns = append(patterns, string(arg))
	}
	found := c.Engine.Config.Get(patterns, func(pattern, name string) bool {
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
		c.ReplyError(engine.ErrSyntax)
		return
	}
	var pairs []string
	for _, arg := range c.Args[2:] {
		pairs = append(pairs, string(arg))
	}
	set := c.Engine.Config.Set
	if c.MaySetProtected() {
		set = c.Engine.Config.SetProtected
	}
	for i := 2; i+1 < len(c.Args); i += 2 {
		if config.IsSecret(string(c.Args[i])) {
			c.Redact(i + 1)
		}
	}
	if err := set(pairs, c.Engine.ConfigChanged); err != nil {
		c.ReplyError("ERR " + err.Error())
		return
	}
	c.ReplyOK()
}

func configResetStat(c *Client) {
	c.Engine.ResetStats()
	c.ReplyOK()
}

func configRewrite(c *Client) {
	if err := c.Engine.Config.Rewrite(); err != nil {
		c.ReplyError("ERR " + err.Error())
		return
	}
	c.ReplyOK()
}
