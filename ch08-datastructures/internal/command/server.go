// server.go: what clients ask about the server, or want of all its data: which
// commands there are, how many keys, and to delete them. Redis: server.c,
// commandCommand and its neighbours; db.c, flushallCommand.

package command

import (
	"slices"
	"strings"

	"redis-internals/ch08/internal/aof"
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/glob"
	"redis-internals/ch08/internal/resp"
)

// Version is the release of Redis whose behaviour this server has.
const Version = "7.0.15"

var serverCommands = []Row{
	row("dbsize", dbsize, 1, ReadOnly|Fast|Brief, ACLKeyspace, noKeys,
		doc("1.0.0", "O(1)", "", "Answers the number of keys.", "request_policy:all_shards", "response_policy:agg_sum")),
	row("swapdb", swapdb, 3, Write|Fast|Brief, ACLKeyspace|ACLDangerous, noKeys,
		doc("4.0.0", "O(1)", "<index1> <index2>", "Swaps what two databases hold.")),
	row("flushdb", flushdb, -1, Write, ACLKeyspace|ACLDangerous, noKeys,
		doc("1.0.0", "O(1)", "[ASYNC|SYNC]", "Deletes all keys of the database.", "request_policy:all_shards", "response_policy:all_succeeded")),
	row("flushall", flushall, -1, Write, ACLKeyspace|ACLDangerous, noKeys,
		doc("1.0.0", "O(1)", "[ASYNC|SYNC]", "Deletes all keys of all databases.", "request_policy:all_shards", "response_policy:all_succeeded")),
	row("bgrewriteaof", bgrewriteaof, 1, Admin|NoScript|NoAsyncLoading, 0, noKeys,
		doc("1.0.0", "O(1)", "", "Rewrites the append-only file in the background.")),
	row("command", command, -1, Loading|Stale, ACLConnection, noKeys,
		doc("2.8.13", "O(N) where N is the number of commands", "", "Describes all commands to clients.", "nondeterministic_output_order")),
	row("command|count", commandCount, 2, Loading|Stale, ACLConnection, noKeys,
		doc("2.8.13", "O(1)", "", "Answers the number of commands.")),
	row("command|list", commandList, -2, Loading|Stale, ACLConnection, noKeys,
		doc("7.0.0", "O(N) where N is the number of commands", "[FILTERBY (MODULE <module-name>|ACLCAT <category>|PATTERN <pattern>)]", "Lists the commands' names.", "nondeterministic_output_order")),
	row("command|info", commandInfo, -2, Loading|Stale, ACLConnection, noKeys,
		doc("2.8.13", "O(N) where N is the number of commands asked for", "[<command-name> ...]", "Describes commands to clients; all, if none is named.", "nondeterministic_output_order")),
	row("command|docs", commandDocs, -2, Loading|Stale, ACLConnection, noKeys,
		doc("7.0.0", "O(N) where N is the number of commands asked for", "[<command-name> ...]", "Describes commands to people; all, if none is named.", "nondeterministic_output_order")),
	row("command|getkeys", commandGetKeys, -4, Loading|Stale, ACLConnection, noKeys,
		doc("2.8.13", "O(N) where N is the number of arguments", "<full-command>", "Answers the keys of a whole command.")),
	row("command|getkeysandflags", commandGetKeysAndFlags, -4, Loading|Stale, ACLConnection, noKeys,
		doc("7.0.0", "O(N) where N is the number of arguments", "<full-command>", "Answers the keys of a whole command, and what it does with them.")),
	row("command|help", help, 2, Loading|Stale, ACLConnection, noKeys,
		doc("5.0.0", "O(1)", "", "Prints this help.")),
}

func dbsize(c *Client) { c.ReplyInt(int64(c.DB.Len())) }

func flushdb(c *Client) {
	if later, ok := parseFlush(c); ok {
		c.MarkDirty(c.DB.Len() + 1) // logged even if there was nothing to delete, as Redis does
		if later {
			c.DB.FlushLater()
		} else {
			c.DB.Flush()
		}
		c.Engine.InvalidateAll()
		c.ReplyOK()
	}
}

func flushall(c *Client) {
	if later, ok := parseFlush(c); ok {
		c.MarkDirty(c.Engine.Keyspace.Keys() + 1)
		if later {
			c.Engine.Keyspace.FlushLater()
		} else {
			c.Engine.Keyspace.Flush()
		}
		c.Engine.InvalidateAll()
		c.ReplyOK()
	}
}

// parseFlush reports whether the keys' memory may be freed later, or replies the error.
// Either way they are gone before the reply. Redis: db.c, getFlushCommandFlags.
func parseFlush(c *Client) (later, ok bool) {
	switch {
	case len(c.Args) == 1:
		return c.Engine.Config.LazyUserFlush, true
	case len(c.Args) == 2 && engine.IsOption(c.Args[1], "async"):
		return true, true
	case len(c.Args) == 2 && engine.IsOption(c.Args[1], "sync"):
		return false, true
	}
	c.ReplyError(engine.ErrSyntax)
	return false, false
}

// swapdb answers SWAPDB. Redis: db.c, swapdbCommand.
func swapdb(c *Client) {
	first, ok1 := resp.ParseInt(c.Args[1])
	second, ok2 := resp.ParseInt(c.Args[2])
	switch {
	case !ok1 || !engine.FitsInt32(first):
		c.ReplyError("ERR invalid first DB index")
	case !ok2 || !engine.FitsInt32(second):
		c.ReplyError("ERR invalid second DB index")
	case !c.Engine.HasDB(first) || !c.Engine.HasDB(second):
		c.ReplyError(engine.ErrNoDB)
	default:
		a, b := c.Engine.Keyspace.DB(int(first)), c.Engine.Keyspace.DB(int(second))
		c.Engine.Keyspace.Swap(a, b)
		c.Engine.SignalAll(a)
		c.Engine.SignalAll(b)
		c.MarkDirty(1)
		c.ReplyOK()
	}
}

// help answers a container's HELP from the rows of its subcommands. Redis:
// networking.c, addReplyHelp.
func help(c *Client) {
	container := c.Engine.Table.Lookup(c.Args[0])
	c.ReplyArrayLen(1 + 2*len(container.Subcommands))
	c.ReplySimple(strings.ToUpper(string(c.Args[0])) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")
	for _, sub := range container.Subcommands {
		_, name, _ := strings.Cut(sub.Name, "|")
		c.ReplySimple(strings.TrimSpace(strings.ToUpper(name) + " " + sub.Doc.Usage()))
		c.ReplySimple("    " + sub.Doc.Summary)
	}
}

// command answers COMMAND alone: all commands, as COMMAND INFO describes them.
func command(c *Client) {
	commands := c.Engine.Table.Commands
	c.ReplyArrayLen(len(commands))
	for _, cmd := range commands {
		replyInfo(c, cmd)
	}
}

func commandCount(c *Client) { c.ReplyInt(int64(len(c.Engine.Table.Commands))) }

// commandList answers COMMAND LIST: the names of all commands, and of subcommands.
func commandList(c *Client) {
	filter := func(*engine.Command) bool { return true }
	switch {
	case len(c.Args) == 2:
	case len(c.Args) == 5 && engine.EqualFold(c.Args[2], "filterby"):
		var ok bool
		if filter, ok = listFilter(c.Args[3], c.Args[4]); !ok {
			c.ReplyError(engine.ErrSyntax)
			return
		}
	default:
		c.ReplyError(engine.ErrSyntax)
		return
	}
	at, n := c.BeginArray(), 0
	for _, cmd := range c.Engine.Table.All {
		if filter(cmd) {
			c.ReplyBulkString(cmd.Name)
			n++
		}
	}
	c.EndArray(at, n)
}

// listFilter returns the filter of that kind, or false if there is none.
func listFilter(kind, value []byte) (filter func(*engine.Command) bool, ok bool) {
	switch {
	case engine.EqualFold(kind, "module"): // there are none
		return func(*engine.Command) bool { return false }, true
	case engine.EqualFold(kind, "pattern"):
		return func(cmd *engine.Command) bool { return glob.MatchFold(value, []byte(cmd.Name)) }, true
	case engine.EqualFold(kind, "aclcat"):
		category := "@" + strings.ToLower(string(value))
		return func(cmd *engine.Command) bool {
			return slices.Contains(cmd.Categories().Names(), category)
		}, true
	}
	return nil, false
}

func commandInfo(c *Client) {
	if len(c.Args) == 2 {
		command(c)
		return
	}
	names := c.Args[2:]
	c.ReplyArrayLen(len(names))
	for _, name := range names {
		if c.TooLong() {
			return
		}
		if cmd := c.Engine.Table.FindName(name); cmd != nil {
			replyInfo(c, cmd)
		} else {
			c.ReplyNull()
		}
	}
}

// replyInfo answers the ten things COMMAND INFO says of a command. Redis:
// server.c, addReplyCommandInfo.
func replyInfo(c *Client, cmd *engine.Command) {
	c.ReplyArrayLen(10)
	c.ReplyBulkString(cmd.Name)
	c.ReplyInt(int64(cmd.Arity))
	replyNames(c, cmd.Flags.Names())
	first, last, step := cmd.KeyRange()
	c.ReplyInt(int64(first))
	c.ReplyInt(int64(last))
	c.ReplyInt(int64(step))
	replyNames(c, cmd.Categories().Names())
	c.ReplySetLen(len(cmd.Doc.Tips))
	for _, tip := range cmd.Doc.Tips {
		c.ReplyBulkString(tip)
	}
	replyKeySpecs(c, cmd.Keys)
	if len(cmd.Subcommands) == 0 {
		c.ReplySetLen(0)
		return
	}
	c.ReplyArrayLen(len(cmd.Subcommands))
	for _, sub := range cmd.Subcommands {
		replyInfo(c, sub)
	}
}

// replyKeySpecs answers where a command's keys stand, and what it does with
// them. Redis: server.c, addReplyCommandKeySpecs.
func replyKeySpecs(c *Client, specs []engine.KeySpec) {
	c.ReplySetLen(len(specs))
	for _, spec := range specs {
		if spec.Notes == "" {
			c.ReplyMapLen(3)
		} else {
			c.ReplyMapLen(4)
			c.ReplyBulkString("notes")
			c.ReplyBulkString(spec.Notes)
		}
		c.ReplyBulkString("flags")
		replyNames(c, spec.Flags.Names())
		replySearch(c, "begin_search", searchOf(&spec))
		replySearch(c, "find_keys", finderOf(&spec))
	}
}

// search is how the keys of a spec, or the first of them, are found.
type search struct {
	kind   string
	fields []field
}

type field struct {
	name  string
	value any
}

func searchOf(spec *engine.KeySpec) search {
	switch {
	case spec.Unknown:
		return search{kind: "unknown"}
	case spec.Keyword != "":
		return search{"keyword", []field{{"keyword", spec.Keyword}, {"startfrom", spec.First}}}
	}
	return search{"index", []field{{"index", spec.First}}}
}

func finderOf(spec *engine.KeySpec) search {
	switch {
	case spec.Unknown:
		return search{kind: "unknown"}
	case spec.Counted:
		return search{"keynum", []field{{"keynumidx", 0}, {"firstkey", 1}, {"keystep", spec.Step}}}
	}
	last := spec.Last // counted from the first key, but for those from the end
	if last > 0 {
		last -= spec.First
	}
	return search{"range", []field{{"lastkey", last}, {"keystep", spec.Step}, {"limit", 0}}}
}

func replySearch(c *Client, name string, s search) {
	c.ReplyBulkString(name)
	c.ReplyMapLen(2)
	c.ReplyBulkString("type")
	c.ReplyBulkString(s.kind)
	c.ReplyBulkString("spec")
	c.ReplyMapLen(len(s.fields))
	for _, f := range s.fields {
		switch v := f.value.(type) {
		case int:
			replyField(c, f.name, v)
		case string:
			c.ReplyBulkString(f.name)
			c.ReplyBulkString(v)
		}
	}
}

func replyField(c *Client, name string, n int) {
	c.ReplyBulkString(name)
	c.ReplyInt(int64(n))
}

func replyNames(c *Client, names []string) {
	c.ReplySetLen(len(names))
	for _, name := range names {
		c.ReplySimple(name)
	}
}

func commandDocs(c *Client) {
	commands := c.Engine.Table.Commands
	if len(c.Args) > 2 {
		commands = nil
		for _, name := range c.Args[2:] { // unknown ones are left out
			if cmd := c.Engine.Table.FindName(name); cmd != nil {
				commands = append(commands, cmd)
			}
		}
	}
	replyDocs(c, commands)
}

// commandGetKeys answers COMMAND GETKEYS name arg...
func commandGetKeys(c *Client) {
	replyKeys(c, func(key engine.Key) { c.ReplyBulk(c.Args[2+key.At]) })
}

// commandGetKeysAndFlags answers COMMAND GETKEYSANDFLAGS name arg...
func commandGetKeysAndFlags(c *Client) {
	replyKeys(c, func(key engine.Key) {
		c.ReplyArrayLen(2)
		c.ReplyBulk(c.Args[2+key.At])
		replyNames(c, key.Flags.Names())
	})
}

// replyKeys answers the keys of the request that stands behind the subcommand. Redis:
// server.c, getKeysSubcommandImpl.
func replyKeys(c *Client, replyKey func(engine.Key)) {
	request := c.Args[2:]
	cmd := c.Engine.Table.Find(request)
	switch {
	case cmd == nil:
		c.ReplyError("ERR Invalid command specified")
		return
	case !cmd.HasKeys():
		c.ReplyError("ERR The command has no key arguments")
		return
	case !cmd.Accepts(len(request)):
		c.ReplyError("ERR Invalid number of arguments specified for command")
		return
	}
	keys, _ := cmd.AppendKeys(nil, request)
	if len(keys) == 0 {
		c.ReplyError("ERR Invalid arguments specified for command")
		return
	}
	c.ReplyArrayLen(len(keys))
	for _, key := range keys {
		if c.TooLong() {
			return
		}
		replyKey(key)
	}
}

func bgrewriteaof(c *Client) {
	switch err := c.Engine.RewriteLog(); {
	case err == nil && c.InMulti(): // it begins when EXEC has ended
		c.ReplySimple("Background append only file rewriting scheduled")
	case err == nil:
		c.ReplySimple("Background append only file rewriting started")
	case err == aof.ErrRewriting:
		c.ReplyError("ERR Background append only file rewriting already in progress")
	default: // the log says why
		c.ReplyError("ERR Can't execute an AOF background rewriting. Please check the server logs for more information.")
	}
}
