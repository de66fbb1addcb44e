// table.go: the commands as rows. Redis: server.h, struct redisCommand.

package engine

import "strings"

// Row is what is written down of a command, beside its handler. COMMAND tells
// clients what stands in it.
type Row struct {
	Name    string // lower case; a subcommand's is "container|name"
	Handler func(*Client)
	Arity   int // arguments with the name itself; negative: at least so many
	Flags   Flags
	ACL     Category // what does not follow from the flags
	Keys    []KeySpec
	Doc     Doc
}

// Command is a row with its place in the table.
type Command struct {
	Row
	Group       string     // the family's, for COMMAND DOCS
	Subcommands []*Command // in the rows' order
	subIndex    index
	renamed     bool   // it has another name (rename-command)
	given       string // that; "" if it has none
	grows       bool   // may need memory, however little
	Stats       CommandStats
}

// Flags say what a command does and when it may run.
type Flags uint32

// The flags, in the order in which COMMAND INFO lists them.
const (
	Write           Flags = 1 << iota // may change the data
	ReadOnly                          // reads it and changes nothing
	DenyOOM                           // may need more memory
	Module                            // a module's
	Admin                             // for administrators
	PubSub                            // publishes, or listens to what is published
	NoScript                          // not from scripts
	Blocking                          // may wait
	Loading                           // also while the data is being loaded
	Stale                             // also on a replica with stale data
	SkipMonitor                       // MONITOR does not show it
	SkipSlowLog                       // SLOWLOG does not keep it
	Asking                            // also for a slot that is being imported
	Fast                              // O(1) or O(log n)
	NoAuth                            // also before authentication
	MayReplicate                      // may be sent to replicas though it is no write (not told by COMMAND)
	NoMandatoryKeys                   // its keys may be left out
	NoAsyncLoading                    // not while a replica loads the data beside serving the old
	NoMulti                           // not inside of a transaction
	MovableKeys                       // where its keys stand depends on its arguments
	AllowBusy                         // also while a script blocks the others
	Immediate                         // not queued in a transaction, but run (not told by COMMAND)
	EndsMulti                         // leaves it: needs no memory for the queue
	Protected                         // only where the settings allow it (not told by COMMAND)
	Brief                             // takes no longer than looking at a clock: need not be timed alone
	WhileSubscribed                   // also for a client of RESP2 that listens (not told by COMMAND)
)

var flagNames = []string{
	"write", "readonly", "denyoom", "module", "admin", "pubsub", "noscript", "blocking", "loading", "stale", "skip_monitor",
	"skip_slowlog", "asking", "fast", "no_auth", "", "no_mandatory_keys", "no_async_loading", "no_multi",
	"movablekeys", "allow_busy",
}

// Category is a set of ACL categories: names under which administrators allow
// or forbid many commands at once.
type Category uint32

// The categories, in the order in which COMMAND INFO lists them.
const (
	ACLKeyspace Category = 1 << iota
	ACLRead
	ACLWrite
	ACLSet
	ACLSortedSet
	ACLList
	ACLHash
	ACLString
	ACLBitmap
	ACLHyperLogLog
	ACLGeo
	ACLStream
	ACLPubSub
	ACLAdmin
	ACLFast
	ACLSlow
	ACLBlocking
	ACLDangerous
	ACLConnection
	ACLTransaction
	ACLScripting
)

// AllCategories are all of them.
const AllCategories = ACLScripting<<1 - 1

var categoryNames = []string{
	"@keyspace", "@read", "@write", "@set", "@sortedset", "@list", "@hash", "@string", "@bitmap", "@hyperloglog", "@geo",
	"@stream", "@pubsub", "@admin", "@fast", "@slow", "@blocking", "@dangerous", "@connection", "@transaction", "@scripting",
}

// implied are the categories that follow from flags.
var implied = []struct {
	flag       Flags
	categories Category
}{
	{Write, ACLWrite},
	{ReadOnly, ACLRead},
	{Admin, ACLAdmin | ACLDangerous},
	{PubSub, ACLPubSub},
	{Fast, ACLFast},
	{Blocking, ACLBlocking},
}

// Categories are the row's ACL categories and those that follow from its flags.
// Redis: acl.c, setImplicitACLCategories.
func (c *Command) Categories() Category {
	all := c.ACL
	for _, follows := range implied {
		if c.Flags&follows.flag != 0 {
			all |= follows.categories
		}
	}
	if all&ACLFast == 0 {
		all |= ACLSlow
	}
	return all
}

// Names are the flags' names, in COMMAND INFO's order.
func (f Flags) Names() []string { return namesOf(f, flagNames) }

// Names are the categories' names, in COMMAND INFO's order.
func (c Category) Names() []string { return namesOf(c, categoryNames) }

// namesOf lists the names of the bits that are set.
func namesOf[T Flags | Category | KeyFlags](bits T, names []string) []string {
	var list []string
	for i, name := range names {
		if bits&(1<<i) != 0 && name != "" {
			list = append(list, name)
		}
	}
	return list
}

// Doc describes a command to people.
type Doc struct {
	Since      string // the version of Redis that brought it
	Complexity string
	Syntax     string   // its arguments; see syntax.go
	Summary    string   // one sentence
	Tips       []string // for clients, not people

	System          bool   // not for applications
	DeprecatedSince string // the version that has something better; empty is none has
	ReplacedBy      string // what that is
}

// Family is a group of commands, with the rows that stand beside their handlers.
type Family struct {
	Group string // for COMMAND DOCS
	Rows  []Row
}

// Accepts reports whether argc arguments, the name counted, satisfy the arity.
func (c *Command) Accepts(argc int) bool {
	if c.Arity < 0 {
		return argc >= -c.Arity
	}
	return argc == c.Arity
}

// Table holds all commands.
type Table struct {
	Commands []*Command // in the rows' order, without subcommands, and without those that rename-command has taken away
	All      []*Command // with subcommands
	Gone     []*Command // that no request finds
	index    index
	written  *index // by the names that the log has: the rows'; nil if no command has another one
}

// NewTable links the rows: a subcommand's to its container's, which stands
// before it. It panics on rows that contradict each other.
func NewTable(families []Family) *Table {
	t := &Table{}
	for _, f := range families {
		for _, row := range f.Rows {
			cmd := &Command{Row: row, Group: f.Group, grows: row.mayGrow()}
			t.All = append(t.All, cmd)
			if !strings.Contains(cmd.Name, "|") {
				t.Commands = append(t.Commands, cmd)
			}
		}
	}
	t.index = newIndex(t.Commands)
	for _, cmd := range t.All {
		if container, _, ok := strings.Cut(cmd.Name, "|"); ok {
			parent := t.Lookup([]byte(container))
			parent.Subcommands = append(parent.Subcommands, cmd)
		}
	}
	for _, cmd := range t.Commands {
		cmd.subIndex = newIndex(cmd.Subcommands)
	}
	return t
}

// mayGrow reports whether the command may need memory: all that write may, but those
// that only delete, which must go when there is none.
func (r *Row) mayGrow() bool {
	return r.Flags&DenyOOM != 0 || r.Flags&Write != 0 && len(r.Keys) > 0 && r.Keys[0].Flags&KeyUpdate != 0
}

// Lookup returns the command of that name, in any case, or nil; a container, and
// not one of its subcommands.
func (t *Table) Lookup(name []byte) *Command { return t.index.lookup(name) }

// Find returns the command that the request asks for, a subcommand if there is
// one, or nil. Redis: server.c, lookupCommandLogic.
func (t *Table) Find(args [][]byte) *Command {
	cmd := t.Lookup(args[0])
	if cmd == nil {
		return nil
	}
	return cmd.find(args)
}

// find returns the subcommand that the request asks for, the command itself if it has none or
// the request names none, or nil.
func (c *Command) find(args [][]byte) *Command {
	if len(c.Subcommands) == 0 || len(args) == 1 {
		return c
	}
	return c.subIndex.lookup(args[1])
}

// FindName is Find for a name as COMMAND writes it: "get", "client|id".
func (t *Table) FindName(name []byte) *Command {
	container, sub, isSub := strings.Cut(string(name), "|")
	cmd := t.Lookup([]byte(container))
	if cmd != nil && isSub {
		return cmd.subIndex.lookup([]byte(sub))
	}
	return cmd
}
