// table.go: the commands as rows. Redis: server.h, struct redisCommand.

package command

import "strings"

// Row is what is written down of a command, beside its handler. COMMAND tells
// clients what stands in it.
type Row struct {
	Name    string // lower case; a subcommand's is "container|name"
	Handler func(*Client)
	Arity   int // arguments with the name itself; negative: at least so many
	Flags   Flags
	ACL     Category // what does not follow from the flags
	Keys    KeyRange
	Doc     Doc
}

// Command is a row with its place in the table.
type Command struct {
	Row
	group       string     // the family's, for COMMAND DOCS
	subcommands []*Command // in the rows' order
	subIndex    index
	constant    bool // it takes the same time for all arguments: O(1)
	stats       commandStats
}

// Flags say what a command does and when it may run.
type Flags uint32

// The flags, in the order in which COMMAND INFO lists them.
const (
	Write          Flags = 1 << iota // may change the data
	ReadOnly                         // reads it and changes nothing
	DenyOOM                          // may need more memory
	Admin                            // for administrators
	NoScript                         // not from scripts
	Loading                          // also while the data is being loaded
	Stale                            // also on a replica with stale data
	Fast                             // O(1) or O(log n)
	NoAuth                           // also before authentication
	AllowBusy                        // also while a script blocks the others
	NoAsyncLoading                   // not while a replica loads the data beside serving the old
)

var flagNames = []string{"write", "readonly", "denyoom", "admin", "noscript", "loading", "stale", "fast", "no_auth", "allow_busy", "no_async_loading"}

// Category is a set of ACL categories: names under which administrators allow
// or forbid many commands at once.
type Category uint32

// The categories, in the order in which COMMAND INFO lists them.
const (
	ACLKeyspace Category = 1 << iota
	ACLRead
	ACLWrite
	ACLString
	ACLAdmin
	ACLFast
	ACLSlow
	ACLDangerous
	ACLConnection
)

var categoryNames = []string{"@keyspace", "@read", "@write", "@string", "@admin", "@fast", "@slow", "@dangerous", "@connection"}

// categories adds to the row's ACL categories those that follow from its
// flags. Redis: acl.c, setImplicitACLCategories.
func (c *Command) categories() Category {
	all := c.ACL
	if c.Flags&Write != 0 {
		all |= ACLWrite
	}
	if c.Flags&ReadOnly != 0 {
		all |= ACLRead
	}
	if c.Flags&Admin != 0 {
		all |= ACLAdmin | ACLDangerous
	}
	if c.Flags&Fast != 0 {
		return all | ACLFast
	}
	return all | ACLSlow
}

// namesOf lists the names of the bits that are set.
func namesOf[T Flags | Category](bits T, names []string) []string {
	var list []string
	for i, name := range names {
		if bits&(1<<i) != 0 {
			list = append(list, name)
		}
	}
	return list
}

// KeyRange says which arguments are keys: from First to Last (negative: from the
// end), each Step-th. The zero value is none.
type KeyRange struct {
	First, Last, Step int
	Access            string // what the command does with them, as COMMAND INFO has it
	Notes             string // on that, for people
}

// The ranges that most commands have.
var (
	noKeys    = KeyRange{}
	readKey   = KeyRange{1, 1, 1, "RO access", ""}
	updateKey = KeyRange{1, 1, 1, "RW update", ""}
	accessKey = KeyRange{1, 1, 1, "RW access update", ""}
	secondKey = KeyRange{2, 2, 1, "RO", ""}
	deleteAll = KeyRange{1, -1, 1, "RM delete", ""}
)

// Doc describes a command to people.
type Doc struct {
	Since      string // the version of Redis that brought it
	Complexity string
	Syntax     string   // its arguments, as HELP shows them
	Summary    string   // one sentence
	Tips       []string // for clients, not people
}

// doc builds a Doc; most commands have no tips.
func doc(since, complexity, syntax, summary string, tips ...string) Doc {
	return Doc{since, complexity, syntax, summary, tips}
}

// family is a group of commands, with the rows that stand beside their handlers.
type family struct {
	group string
	rows  []Row
}

var families = []family{
	{"string", stringCommands},
	{"generic", genericCommands},
	{"generic", expireCommands},
	{"generic", objectCommands},
	{"connection", connectionCommands},
	{"server", serverCommands},
	{"server", infoCommands},
	{"server", configCommands},
	{"server", memoryCommands},
}

// accepts reports whether argc arguments, the name counted, satisfy the arity.
func (c *Command) accepts(argc int) bool {
	if c.Arity < 0 {
		return argc >= -c.Arity
	}
	return argc == c.Arity
}

// table holds all commands.
type table struct {
	commands []*Command // in the rows' order, without subcommands
	all      []*Command // with them
	index    index
}

// newTable links the rows: a subcommand's to its container's, which stands
// before it. It panics on rows that contradict each other.
func newTable(families []family) *table {
	t := &table{}
	for _, f := range families {
		for _, row := range f.rows {
			cmd := &Command{Row: row, group: f.group, constant: row.Doc.Complexity == "O(1)"}
			t.all = append(t.all, cmd)
			if !strings.Contains(cmd.Name, "|") {
				t.commands = append(t.commands, cmd)
			}
		}
	}
	t.index = newIndex(t.commands)
	for _, cmd := range t.all {
		if container, _, ok := strings.Cut(cmd.Name, "|"); ok {
			parent := t.index.lookup([]byte(container))
			parent.subcommands = append(parent.subcommands, cmd)
		}
	}
	for _, cmd := range t.commands {
		cmd.subIndex = newIndex(cmd.subcommands)
	}
	return t
}

// find returns the command that the request asks for, a subcommand if there is
// one, or nil. Redis: server.c, lookupCommandLogic.
func (t *table) find(args [][]byte) *Command {
	cmd := t.index.lookup(args[0])
	if cmd == nil || len(cmd.subcommands) == 0 || len(args) == 1 {
		return cmd
	}
	return cmd.subIndex.lookup(args[1])
}

// findName is find for a name as COMMAND writes it: "get", "client|id".
func (t *table) findName(name []byte) *Command {
	container, sub, isSub := strings.Cut(string(name), "|")
	cmd := t.index.lookup([]byte(container))
	if cmd != nil && isSub {
		return cmd.subIndex.lookup([]byte(sub))
	}
	return cmd
}
