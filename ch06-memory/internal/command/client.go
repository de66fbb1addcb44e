package command

import (
	"redis-internals/ch06/internal/keyspace"
	"redis-internals/ch06/internal/object"
	"redis-internals/ch06/internal/resp"
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
	command *Command     // the one being executed
	engine  *Engine

	ID                  int64  // from 1, in the order of connecting; never given twice
	Name                string // by CLIENT SETNAME or HELLO; empty is none
	libName, libVersion string // by CLIENT SETINFO; empty is unknown
}

// Closing is a client's way to its end.
type Closing uint8

// A connection stays open, closes once its replies are delivered, or closes at
// once without them.
const (
	StayOpen Closing = iota
	CloseAfterReply
	CloseNow
)

// ReplyWire appends bytes that are encoded already.
func (c *Client) ReplyWire(wire string) { c.Reply = append(c.Reply, wire...) }

// ReplyOK says that it is done.
func (c *Client) ReplyOK() { c.ReplyWire("+OK\r\n") }

// ReplyError appends an error: its code, a space and its text. Line breaks in
// it become spaces.
func (c *Client) ReplyError(s string) {
	c.Reply = resp.AppendError(c.Reply, s)
	c.engine.countError(s)
}

// ReplySimple appends a simple string, which must not hold a line break.
func (c *Client) ReplySimple(s string) { c.Reply = resp.AppendSimple(c.Reply, s) }

// ReplyInt appends an integer.
func (c *Client) ReplyInt(n int64) { c.Reply = resp.AppendInt(c.Reply, n) }

// ReplyBulk appends a bulk string.
func (c *Client) ReplyBulk(b []byte) { c.Reply = resp.AppendBulk(c.Reply, b) }

// ReplyBulkString is ReplyBulk for a string.
func (c *Client) ReplyBulkString(s string) { c.Reply = resp.AppendBulk(c.Reply, s) }

// ReplyValue appends a key's value as a bulk string, or null if v is nil.
func (c *Client) ReplyValue(v *object.Object) {
	if v == nil {
		c.ReplyNull()
		return
	}
	c.Reply = resp.AppendBulkHead(c.Reply, v.Len())
	c.Reply = resp.AppendBulkTail(v.AppendTo(c.Reply))
}

// ReplyNull says that there is no such value.
func (c *Client) ReplyNull() { c.Reply = resp.AppendNull(c.Reply) }

// ReplyArrayLen begins an array: n replies must follow.
func (c *Client) ReplyArrayLen(n int) { c.Reply = resp.AppendArray(c.Reply, n) }

// ReplySetLen begins a set: n replies, in no order, must follow.
func (c *Client) ReplySetLen(n int) { c.ReplyArrayLen(n) }

// ReplyMapLen begins a map: n pairs of replies must follow, key and value.
func (c *Client) ReplyMapLen(n int) { c.ReplyArrayLen(2 * n) }
