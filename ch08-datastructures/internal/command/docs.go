// docs.go: what COMMAND DOCS says of a command. redis-cli shows it as help and hints, others
// write their manuals with it. Redis: server.c, addReplyCommandDocs.

package command

import "redis-internals/ch08/internal/engine"

// replyDocs answers a map from names to what is to be said of the commands.
func replyDocs(c *Client, commands []*engine.Command) {
	c.ReplyMapLen(len(commands))
	for _, cmd := range commands {
		if c.TooLong() {
			return
		}
		c.ReplyBulkString(cmd.Name)
		at, fields := c.BeginArray(), 0
		text := func(name, value string) {
			if value != "" {
				fields++
				c.ReplyBulkString(name)
				c.ReplyBulkString(value)
			}
		}
		text("summary", cmd.Doc.Summary)
		text("since", cmd.Doc.Since)
		text("group", cmd.Group)
		text("complexity", cmd.Doc.Complexity)
		if flags := docFlags(&cmd.Doc); len(flags) > 0 {
			fields++
			c.ReplyBulkString("doc_flags")
			replyNames(c, flags)
		}
		text("deprecated_since", cmd.Doc.DeprecatedSince)
		text("replaced_by", cmd.Doc.ReplacedBy)
		if arguments, _ := cmd.Arguments(); len(arguments) > 0 {
			fields++
			c.ReplyBulkString("arguments")
			replyArguments(c, arguments)
		}
		if len(cmd.Subcommands) > 0 {
			fields++
			c.ReplyBulkString("subcommands")
			replyDocs(c, cmd.Subcommands)
		}
		c.EndMap(at, fields)
	}
}

func docFlags(d *engine.Doc) (flags []string) {
	if d.DeprecatedSince != "" {
		flags = append(flags, "deprecated")
	}
	if d.System {
		flags = append(flags, "syscmd")
	}
	return flags
}

// replyArguments answers what a command's arguments are, and the parts of those that are
// groups.
func replyArguments(c *Client, arguments []engine.Argument) {
	c.ReplyArrayLen(len(arguments))
	for i := range arguments {
		a := &arguments[i]
		at, fields := c.BeginArray(), 2
		c.ReplyBulkString("name")
		c.ReplyBulkString(a.Name)
		c.ReplyBulkString("type")
		c.ReplyBulkString(a.Type)
		if a.Key >= 0 {
			fields++
			replyField(c, "key_spec_index", a.Key)
		}
		if a.Token != "" {
			fields++
			c.ReplyBulkString("token")
			c.ReplyBulkString(a.Token)
		}
		if flags := argumentFlags(a); len(flags) > 0 {
			fields++
			c.ReplyBulkString("flags")
			replyNames(c, flags)
		}
		if len(a.Parts) > 0 {
			fields++
			c.ReplyBulkString("arguments")
			replyArguments(c, a.Parts)
		}
		c.EndMap(at, fields)
	}
}

func argumentFlags(a *engine.Argument) (flags []string) {
	for _, flag := range []struct {
		is   bool
		name string
	}{{a.Optional, "optional"}, {a.Multiple, "multiple"}, {a.MultipleToken, "multiple_token"}} {
		if flag.is {
			flags = append(flags, flag.name)
		}
	}
	return flags
}

// deprecated is a Doc of a command for which there is something better since a version.
func deprecated(since, replacedBy string, d engine.Doc) engine.Doc {
	d.DeprecatedSince, d.ReplacedBy = since, replacedBy
	return d
}

// system is a Doc of a command that is not for applications.
func system(d engine.Doc) engine.Doc {
	d.System = true
	return d
}
