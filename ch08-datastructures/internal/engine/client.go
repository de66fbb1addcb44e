// client.go: a connection, as commands see it.

package engine

import (
	"container/list"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/keyspace"
)

// Client is what commands see of one connection: the request being executed,
// the replies to it, and what the connection has told about itself. Who reads
// and writes its bytes is not a command's business.
type Client struct {
	// Args is the request: the command's name and its arguments. They borrow
	// from the connection's query buffer and die when the command returns: a
	// command that keeps one copies it.
	Args [][]byte

	// Reply collects the replies, encoded. The connection's owner lends the
	// buffer before a request and sends what is in it after.
	Reply []byte

	// Closing says whether the connection ends when the command has returned.
	Closing Closing

	// LastWrite is the log's length, in bytes since the start, when it had taken
	// in what this client wrote last: a reply to that is a promise which must wait
	// until so much of the log is safe.
	LastWrite int64

	DB      *keyspace.DB // the one that is selected
	Command *Command     // the one being executed
	Engine  *Engine

	multi        *transaction     // since MULTI; nil outside of a transaction
	watches      map[place]*watch // what the client watches
	watchedBytes int              // that this takes
	touched      bool             // some of it has changed; then there are no watches any more

	waiter *waiter // what it waits for; nil if it does not
	ready  []byte  // the key that a command which has waited may look at

	subscriptions *subscriptions // what it listens to; nil is nothing
	postponed     *list.Element  // its place among those whose request is put off; nil if it is not
	tracking      *Tracking      // how it is told of what it has cached; nil if it is not
	prefixBytes   int            // that the prefixes in that take
	quiet         quiet          // which replies it does not want
	quietFrom     int            // where in Reply those begin, while it is quiet
	NoEvict       bool           // it is not closed for the memory that it takes (CLIENT NO-EVICT)

	Backlog int // bytes that were sent to it before Reply, and not taken yet
	Pushed  int // bytes of room in Reply that Push has counted as memory

	pushes  []byte // came while its command runs, encoded; nil is none
	stirred bool   // it is in Engine.stirred

	monitors bool // it is in Engine.monitors

	Protocol            int    // of RESP: 2, or 3 from HELLO 3 on
	Stranger            bool   // it has not said the password that there was when it connected
	Local               bool   // it is connected from 127.0.0.1 or ::1, or by a file
	ByFile              bool   // so: by that of unixsocket
	ID                  int64  // from 1, in the order of connecting; never given twice
	Name                string // by CLIENT SETNAME or HELLO; empty is none
	LibName, LibVersion string // by CLIENT SETINFO; empty is unknown
}

// RESP3 reports whether the client speaks RESP3.
func (c *Client) RESP3() bool { return c.Protocol == 3 }

// Class is whose limit of output holds for it. Redis: networking.c, getClientType.
func (c *Client) Class() config.Class {
	if c.Subscribed() {
		return config.PubSub
	}
	return config.Normal
}

// Closing is a client's way to its end.
type Closing uint8

// The ways.
const (
	StayOpen        Closing = iota // it goes on
	CloseAfterReply                // it closes once its replies are delivered
	CloseNow                       // it closes at once, without them
	CloseForOutput                 // so, too: they are more than a client may have waiting
)

// RejectProtocol answers what cannot be understood, and closes the connection
// once that is delivered. Redis: networking.c, setProtocolError.
func (c *Client) RejectProtocol(err error) {
	c.quietFrom = len(c.Reply)
	c.ReplyError("ERR " + err.Error())
	if c.quiet != loud {
		c.hush()
	}
	c.Closing = CloseAfterReply
}
