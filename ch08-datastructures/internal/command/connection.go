// connection.go: what a client says about the connection itself.
// Redis: networking.c; PING and ECHO are in server.c.

package command

import (
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/resp"
)

var connectionCommands = []Row{
	row("ping", ping, -1, Fast|Brief|WhileSubscribed, ACLConnection, noKeys,
		doc("1.0.0", "O(1)", "[<message>]", "Answers PONG, or the message.", "request_policy:all_shards", "response_policy:all_succeeded")),
	row("echo", echo, 2, Loading|Stale|Fast|Brief, ACLConnection, noKeys,
		doc("1.0.0", "O(1)", "<message>", "Answers the message.")),
	row("quit", quit, -1, NoScript|Loading|Stale|Fast|NoAuth|AllowBusy|Immediate|EndsMulti|Brief|WhileSubscribed, ACLConnection, noKeys,
		doc("1.0.0", "O(1)", "", "Closes the connection once all replies are sent.")),
	row("select", selectDB, 2, Loading|Stale|Fast|Brief, ACLConnection, noKeys,
		doc("1.0.0", "O(1)", "<index>", "Chooses the database to work on.")),
	row("hello", hello, -1, NoScript|Loading|Stale|Fast|NoAuth|AllowBusy, ACLConnection, noKeys,
		doc("6.0.0", "O(1)", "[<protover> [AUTH <username> <password>] [SETNAME <clientname>]]", "Agrees on a protocol version, and tells who answers.")),

	row("reset", reset, 1, NoScript|Loading|Stale|Fast|NoAuth|AllowBusy|Immediate|EndsMulti|Brief|WhileSubscribed, ACLConnection, noKeys,
		doc("6.2.0", "O(1)", "", "Makes the connection be as a new one.")),

	row("client", nil, -2, 0, 0, noKeys,
		doc("2.4.0", "Depends on subcommand.", "", "Holds the commands about client connections.")),
	row("client|id", clientID, 2, NoScript|Loading|Stale|Brief, ACLConnection, noKeys,
		doc("5.0.0", "O(1)", "", "Answers the connection's ID.")),
	row("client|getname", clientGetName, 2, NoScript|Loading|Stale|Brief, ACLConnection, noKeys,
		doc("2.6.9", "O(1)", "", "Answers the connection's name.")),
	row("client|setname", clientSetName, 3, NoScript|Loading|Stale|Brief, ACLConnection, noKeys,
		doc("2.6.9", "O(1)", "<connection-name>", "Names the connection.")),
	row("client|setinfo", clientSetInfo, 4, NoScript|Loading|Stale|Brief, ACLConnection, noKeys,
		doc("7.2.0", "O(1)", "(LIB-NAME <name>|LIB-VER <version>)", "Tells which client library is in use.")),
	row("client|help", help, 2, Loading|Stale, ACLConnection, noKeys,
		doc("5.0.0", "O(1)", "", "Prints this help.")),
}

// ping answers PING. Who listens in RESP2 gets it as a message: else it could not tell it from
// one. Redis: server.c, pingCommand.
func ping(c *Client) {
	if len(c.Args) <= 2 && c.Subscribed() && !c.RESP3() {
		c.ReplyArrayLen(2)
		c.ReplyBulkString("pong")
		if len(c.Args) == 2 {
			c.ReplyBulk(c.Args[1])
		} else {
			c.ReplyBulk(nil)
		}
		return
	}
	switch len(c.Args) {
	case 1:
		c.ReplyWire("+PONG\r\n")
	case 2:
		c.ReplyBulk(c.Args[1])
	default:
		c.ReplyError("ERR wrong number of arguments for 'ping' command")
	}
}

func echo(c *Client) { c.ReplyBulk(c.Args[1]) }

func quit(c *Client) {
	c.ReplyOK()
	c.Closing = engine.CloseAfterReply
}

// reset answers RESET. What is known of the client's library stays: it is the same one.
// Redis: networking.c, clearClientConnectionState.
func reset(c *Client) {
	c.Unhush()
	c.StopTracking()
	c.Discard()
	c.EndSubscriptions()
	c.StopMonitoring()
	c.DB, c.Name, c.Protocol = c.Engine.Keyspace.DB(0), "", 2
	c.Stranger = c.Engine.HasPassword()
	c.ReplySimple("RESET")
}

// selectDB answers SELECT. Redis: db.c, selectCommand.
func selectDB(c *Client) {
	if db, ok := c.ParseDB(c.Args[1]); ok {
		c.DB = db
		c.ReplyOK()
	}
}

// hello answers HELLO [protover [AUTH username password] [SETNAME name]]. An option counts as
// soon as it is read: a mistake after it takes nothing back.
func hello(c *Client) {
	protocol, options := c.Protocol, [][]byte(nil)
	if len(c.Args) > 1 {
		var ok bool
		if protocol, ok = parseProtocol(c); !ok {
			return
		}
		options = c.Args[2:]
	}
	for len(options) > 0 {
		switch {
		case engine.EqualFold(options[0], "auth") && len(options) >= 3:
			ok := c.Authenticate(options[1], options[2])
			c.Redact(len(c.Args) - len(options) + 1)
			c.Redact(len(c.Args) - len(options) + 2)
			if !ok {
				c.ReplyError(engine.ErrWrongPass)
				return
			}
			options = options[3:]
		case engine.EqualFold(options[0], "setname") && len(options) >= 2:
			if !validName(c, options[1]) {
				return
			}
			c.Name, options = string(options[1]), options[2:]
		default:
			c.ReplyError("ERR Syntax error in HELLO option '" + engine.Quoted(options[0], len(options[0])) + "'")
			return
		}
	}
	if c.Stranger {
		c.ReplyError(errHelloNoAuth)
		return
	}
	c.Protocol = protocol
	replyHello(c)
}

const errHelloNoAuth = "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option " +
	"can be used to authenticate the client and select the RESP protocol version at the same time"

// parseProtocol reads HELLO's version, or replies the error if it is not one we speak.
func parseProtocol(c *Client) (version int, ok bool) {
	n, ok := resp.ParseInt(c.Args[1])
	switch {
	case !ok:
		c.ReplyError("ERR Protocol version is not an integer or out of range")
		return 0, false
	case n != 2 && n != 3:
		c.ReplyError("NOPROTO unsupported protocol version")
		return 0, false
	}
	return int(n), true
}

func replyHello(c *Client) {
	c.ReplyMapLen(7)
	c.ReplyBulkString("server")
	c.ReplyBulkString("redis")
	c.ReplyBulkString("version")
	c.ReplyBulkString(Version)
	c.ReplyBulkString("proto")
	c.ReplyInt(int64(c.Protocol))
	c.ReplyBulkString("id")
	c.ReplyInt(c.ID)
	c.ReplyBulkString("mode")
	c.ReplyBulkString("standalone")
	c.ReplyBulkString("role")
	c.ReplyBulkString("master")
	c.ReplyBulkString("modules")
	c.ReplyArrayLen(0)
}

func clientID(c *Client) { c.ReplyInt(c.ID) }

func clientGetName(c *Client) {
	if c.Name == "" {
		c.ReplyNull()
		return
	}
	c.ReplyBulkString(c.Name)
}

func clientSetName(c *Client) {
	if !validName(c, c.Args[2]) {
		return
	}
	c.Name = string(c.Args[2])
	c.ReplyOK()
}

// validName replies the error if a client may not be called so: CLIENT LIST
// must stay one line of words a client. Redis: networking.c, validateClientName.
func validName(c *Client, name []byte) bool {
	if !isWord(name) {
		c.ReplyError("ERR Client names cannot contain spaces, newlines or special characters.")
		return false
	}
	return true
}

func clientSetInfo(c *Client) {
	attribute, value := c.Args[2], c.Args[3]
	var field *string
	switch {
	case engine.EqualFold(attribute, "lib-name"):
		field = &c.LibName
	case engine.EqualFold(attribute, "lib-ver"):
		field = &c.LibVersion
	default:
		c.ReplyError("ERR Unrecognized option '" + engine.Quoted(attribute, engine.MaxQuoted) + "'")
		return
	}
	if !isWord(value) {
		c.ReplyError("ERR " + engine.Quoted(attribute, engine.MaxQuoted) + " cannot contain spaces, newlines or special characters.")
		return
	}
	*field = string(value)
	c.ReplyOK()
}

// isWord reports whether b holds visible ASCII only. Nothing is a word, too.
func isWord(b []byte) bool {
	for _, x := range b {
		if x < '!' || x > '~' {
			return false
		}
	}
	return true
}
