// clients.go: what a client asks of other clients, or of how it is treated itself: CLIENT LIST,
// KILL, PAUSE, REPLY and their neighbours. Redis: networking.c, clientCommand.

package command

import (
	"strings"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/resp"
)

var clientsCommands = []Row{
	row("client|info", clientInfo, 2, NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("6.2.0", "O(1)", "", "Describes the connection in a line.", "nondeterministic_output")),
	row("client|list", clientList, -2, Admin|NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("2.4.0", "O(N) where N is the number of client connections", "[TYPE (NORMAL|MASTER|REPLICA|PUBSUB)] [ID <client-id> [<client-id> ...]]", "Describes connections, a line each.", "nondeterministic_output")),
	row("client|kill", clientKill, -3, Admin|NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("2.4.0", "O(N) where N is the number of client connections", "(<ip:port>|([ID <client-id>]|[TYPE (NORMAL|MASTER|SLAVE|REPLICA|PUBSUB)]|[USER <username>]|[ADDR <ip:port>]|[LADDR <ip:port>]|[SKIPME <yes/no>]) [...])", "Closes connections: those of an address, or all that are as the options ID, TYPE, USER, ADDR, LADDR and SKIPME say.")),
	row("client|no-evict", clientNoEvict, 3, Admin|NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("7.0.0", "O(1)", "(ON|OFF)", "Says whether the connection is kept, however much memory clients take.")),
	row("client|pause", clientPause, -3, Admin|NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("2.9.50", "O(1)", "<timeout:integer> [WRITE|ALL]", "Puts requests off for some milliseconds: all, or those that write.")),
	row("client|unpause", clientUnpause, 2, Admin|NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("6.2.0", "O(N) where N is the number of paused clients", "", "Ends CLIENT PAUSE.")),
	row("client|reply", clientReply, 3, NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("3.2.0", "O(1)", "(ON|OFF|SKIP)", "Says whether requests are answered: always, not at all, or all but the next one.")),
	row("client|unblock", clientUnblock, -3, Admin|NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("5.0.0", "O(log N) where N is the number of client connections", "<client-id> [TIMEOUT|ERROR]", "Makes a client that waits for a key go on.")),
}

func clientInfo(c *Client) { c.ReplyVerbatim(append(c.Describe(nil), '\n')) }

// clientList answers CLIENT LIST [TYPE type | ID id ...].
func clientList(c *Client) {
	switch {
	case len(c.Args) == 2:
		replyClients(c, c.Engine.Server.Clients())
	case len(c.Args) == 4 && engine.IsOption(c.Args[2], "type"):
		if class, ok := parseClass(c, c.Args[3]); ok {
			var some []*Client
			for _, other := range c.Engine.Server.Clients() {
				if other.Class() == class {
					some = append(some, other)
				}
			}
			replyClients(c, some)
		}
	case len(c.Args) > 3 && engine.IsOption(c.Args[2], "id"):
		var some []*Client
		for _, arg := range c.Args[3:] {
			id, ok := resp.ParseInt(arg)
			if !ok {
				c.ReplyError("ERR Invalid client ID")
				return
			}
			if other := c.Engine.Server.Client(id); other != nil {
				some = append(some, other)
			}
		}
		replyClients(c, some)
	default:
		c.ReplyError(engine.ErrSyntax)
	}
}

func replyClients(c *Client, clients []*Client) {
	var lines []byte
	for _, other := range clients {
		lines = append(other.Describe(lines), '\n')
	}
	c.ReplyVerbatim(lines)
}

// parseClass reads a class of clients, or replies the error.
func parseClass(c *Client, arg []byte) (class config.Class, ok bool) {
	for name, class := range engine.TypeNames {
		if engine.IsOption(arg, name) {
			return class, true
		}
	}
	c.ReplyError("ERR Unknown client type '" + engine.Quoted(arg, len(arg)) + "'")
	return 0, false
}

// victims says which clients CLIENT KILL closes: all that are as each field says which is not
// its zero value.
type victims struct {
	id             int64
	class          config.Class
	ofClass        bool
	address, local string
	spareSelf      bool
}

func (v *victims) include(c, self *Client) bool {
	if v.id != 0 && c.ID != v.id || v.ofClass && c.Class() != v.class || v.spareSelf && c == self {
		return false
	}
	if v.address == "" && v.local == "" {
		return true
	}
	s := c.Engine.Server.Connection(c)
	return (v.address == "" || s.Peer == v.address) && (v.local == "" || s.Local == v.local)
}

// clientKill answers CLIENT KILL addr, as it was once, and CLIENT KILL option value ... Redis:
// networking.c, clientKillCommand.
func clientKill(c *Client) {
	v, old := &victims{spareSelf: true}, len(c.Args) == 3
	if old {
		v = &victims{address: string(c.Args[2])}
	} else if !v.parse(c) {
		return
	}
	killed, self := int64(0), false
	clients := c.Engine.Server.Clients()
	if v.id != 0 {
		clients = nil
		if one := c.Engine.Server.Client(v.id); one != nil {
			clients = []*Client{one}
		}
	}
	for _, other := range clients {
		switch {
		case !v.include(other, c) || old && killed > 0:
			continue
		case other == c:
			self = true
		default:
			c.Engine.Server.Disconnect(other)
		}
		killed++
	}
	switch {
	case !old:
		c.ReplyInt(killed)
	case killed > 0:
		c.ReplyOK()
	default:
		c.ReplyError("ERR No such client")
	}
	if self { // whose reply is the last thing it is told, inside of EXEC, too
		c.HushAll()
		c.Closing = engine.CloseAfterReply
	}
}

// parse reads the options, or replies the error.
func (v *victims) parse(c *Client) (ok bool) {
	for args := c.Args[2:]; len(args) > 0; args = args[2:] {
		if len(args) == 1 {
			c.ReplyError(engine.ErrSyntax)
			return false
		}
		if !v.parseOption(c, args[0], args[1]) {
			return false
		}
	}
	return true
}

func (v *victims) parseOption(c *Client, name, value []byte) (ok bool) {
	switch {
	case engine.IsOption(name, "id"):
		if v.id, ok = resp.ParseInt(value); !ok || v.id < 1 {
			c.ReplyError("ERR client-id should be greater than 0")
			return false
		}
	case engine.IsOption(name, "type"):
		v.class, v.ofClass = parseClass(c, value)
		return v.ofClass
	case engine.IsOption(name, "addr"):
		v.address = string(value)
	case engine.IsOption(name, "laddr"):
		v.local = string(value)
	case engine.IsOption(name, "user"):
		if string(value) != "default" { // everybody is
			c.ReplyError("ERR No such user '" + engine.Quoted(value, len(value)) + "'")
			return false
		}
	case engine.IsOption(name, "skipme") && engine.IsOption(value, "yes"):
		v.spareSelf = true
	case engine.IsOption(name, "skipme") && engine.IsOption(value, "no"):
		v.spareSelf = false
	default:
		c.ReplyError(engine.ErrSyntax)
		return false
	}
	return true
}

func clientNoEvict(c *Client) {
	if on, ok := parseOnOff(c, c.Args[2]); ok {
		c.NoEvict = on
		c.ReplyOK()
	}
}

func parseOnOff(c *Client, arg []byte) (on, ok bool) {
	on = engine.IsOption(arg, "on")
	if !on && !engine.IsOption(arg, "off") {
		c.ReplyError(engine.ErrSyntax)
		return false, false
	}
	return on, true
}

// clientPause answers CLIENT PAUSE timeout [WRITE|ALL].
func clientPause(c *Client) {
	kind := engine.PauseAll
	switch {
	case len(c.Args) > 4:
		replyUnknownSubcommand(c)
		return
	case len(c.Args) == 3 || engine.IsOption(c.Args[3], "all"):
	case engine.IsOption(c.Args[3], "write"):
		kind = engine.PauseWrites
	default:
		c.ReplyError("ERR CLIENT PAUSE mode must be WRITE or ALL")
		return
	}
	ms, ok := resp.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.ReplyError("ERR timeout is not an integer or out of range")
		return
	case ms < 0:
		c.ReplyError("ERR timeout is negative")
		return
	}
	c.Engine.Pause(kind, c.Engine.Clock()+ms) // later than time can tell is past, as in C
	c.ReplyOK()
}

func clientUnpause(c *Client) {
	c.Engine.Unpause()
	c.ReplyOK()
}

// clientReply answers CLIENT REPLY ON|OFF|SKIP, or does not.
func clientReply(c *Client) {
	switch arg := c.Args[2]; {
	case engine.IsOption(arg, "on"):
		c.Unhush()
		c.ReplyOK()
	case engine.IsOption(arg, "off"):
		c.HushAll()
	case engine.IsOption(arg, "skip"):
		c.HushNext()
	default:
		c.ReplyError(engine.ErrSyntax)
	}
}

// clientUnblock answers CLIENT UNBLOCK id [TIMEOUT|ERROR]. A client whose request is put off
// does not wait for anything that this could end.
func clientUnblock(c *Client) {
	reason := ""
	switch {
	case len(c.Args) > 4:
		replyUnknownSubcommand(c)
		return
	case len(c.Args) == 3 || engine.IsOption(c.Args[3], "timeout"):
	case engine.IsOption(c.Args[3], "error"):
		reason = "UNBLOCKED client unblocked via CLIENT UNBLOCK"
	default:
		c.ReplyError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")
		return
	}
	id, ok := c.ParseInt(c.Args[2])
	if !ok {
		return
	}
	if other := c.Engine.Server.Client(id); other != nil && other.Unblock(reason) {
		c.ReplyInt(1)
		return
	}
	c.ReplyInt(0)
}

// replyUnknownSubcommand is for one that has more arguments than it knows. Redis: networking.c,
// addReplySubcommandSyntaxError.
func replyUnknownSubcommand(c *Client) {
	c.ReplyError("ERR unknown subcommand or wrong number of arguments for '" + engine.Quoted(c.Args[1], engine.MaxQuoted) +
		"'. Try " + strings.ToUpper(string(c.Args[0])) + " HELP.")
}
