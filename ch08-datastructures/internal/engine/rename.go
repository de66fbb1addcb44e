// rename.go: commands under other names, or none (rename-command).
//
//	            requests                  log
//	nuke    ──▶ ┌───────────┐
//	get     ──▶ │ flushall  │ ◀── flushall
//	            │ get       │ ◀── get
//	            │ config    │               no request finds it
//	            └───────────┘
//
// The log has the rows' names, so that one can be loaded whatever commands are called by then.
// Redis logs what it was sent. Its own logs are read, too: a name that is no row's may be one
// that was given. Redis: config.c, loadServerConfigFromString.

package engine

import (
	"slices"
	"strings"

	"redis-internals/ch08/internal/config"
)

// Rename gives the command of a name another one, or none if that is empty. It may be longer
// than rows' names are. The error is Redis' text.
func (t *Table) Rename(from, to string) error {
	cmd := t.Lookup([]byte(from))
	switch other := t.Lookup([]byte(to)); {
	case cmd == nil:
		return config.RedisError("No such command in rename-command")
	case other != nil && other != cmd:
		return config.RedisError("Target command name already exists")
	}
	if t.written == nil {
		written := t.index
		t.written = &written
	}
	cmd.renamed, cmd.given = true, to
	if to == "" {
		isGone := func(c *Command) bool { return c == cmd || slices.Contains(cmd.Subcommands, c) }
		for _, c := range t.All {
			if isGone(c) {
				t.Gone = append(t.Gone, c)
			}
		}
		t.All = slices.DeleteFunc(t.All, isGone)
		t.Commands = slices.DeleteFunc(t.Commands, isGone)
	}
	t.index = newIndex(t.Commands)
	return nil
}

// word is the command's name in requests, a subcommand's without its container's.
func (c *Command) word() string {
	if c.renamed {
		return c.given
	}
	return c.Name[strings.IndexByte(c.Name, '|')+1:]
}

// findLogged is Find for a request of the log.
func (t *Table) findLogged(args [][]byte) *Command {
	if t.written != nil {
		if cmd := t.written.lookup(args[0]); cmd != nil {
			return cmd.find(args)
		}
	}
	return t.Find(args)
}

// rename gives commands the names that the settings say. What is wrong with them was told when
// they were read.
func (e *Engine) rename() {
	for _, r := range e.Config.Renames {
		_ = e.Table.Rename(r[0], r[1])
	}
}

// withRowsName is a request as the log has it, whose command may be called by another name.
func (c *Client) withRowsName(words [][]byte) [][]byte {
	if !c.Command.renamed || len(words[0]) == 0 || &words[0][0] != &c.Args[0][0] {
		return words // or the handler has chosen them
	}
	words = slices.Clone(words)
	words[0] = []byte(c.Command.Name)
	return words
}
