// reply.go: the kinds of replies. Handlers say what they answer; how it is
// written is the protocol's, and stands here only. Redis: networking.c,
// addReplyBulk and its neighbours.

package engine

import (
	"strconv"

	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
)

// ReplyWire appends bytes that are encoded already.
func (c *Client) ReplyWire(wire string) { c.Reply = append(c.Reply, wire...) }

// ReplyOK says that it is done.
func (c *Client) ReplyOK() { c.ReplyWire("+OK\r\n") }

// ReplyError appends an error: its code, a space and its text. Line breaks in
// it become spaces.
func (c *Client) ReplyError(s string) {
	c.Reply = resp.AppendError(c.Reply, s)
	c.Engine.countError(s)
}

// ReplySimple appends a simple string, which must not hold a line break.
func (c *Client) ReplySimple(s string) { c.Reply = resp.AppendSimple(c.Reply, s) }

// ReplyInt appends an integer.
func (c *Client) ReplyInt(n int64) { c.Reply = resp.AppendInt(c.Reply, n) }

// ReplyDouble appends a floating-point number. Redis: networking.c, addReplyDouble.
func (c *Client) ReplyDouble(f float64) { c.ReplyBulkString(strconv.FormatFloat(f, 'g', 17, 64)) }

// ReplyBulk appends a bulk string.
func (c *Client) ReplyBulk(b []byte) { c.Reply = resp.AppendBulk(c.Reply, b) }

// ReplyBulkString is ReplyBulk for a string.
func (c *Client) ReplyBulkString(s string) { c.Reply = resp.AppendBulk(c.Reply, s) }

// ReplyVerbatim appends a text that people read as it is.
func (c *Client) ReplyVerbatim(text []byte) { c.ReplyBulk(text) }

// ReplyValue appends a key's value as a bulk string, or null if v is nil. It reports
// false if there is no memory for that, and has replied the error.
func (c *Client) ReplyValue(v *object.Object) (ok bool) {
	if v == nil {
		c.ReplyNull()
		return true
	}
	if n := len(c.Reply) + v.Len(); n >= largeReply && n > cap(c.Reply) && !c.hasRoomToReply(n) {
		c.ReplyError(ErrNoMemory)
		return false
	}
	c.Reply = resp.AppendBulkHead(c.Reply, v.Len())
	c.Reply = resp.AppendBulkTail(v.AppendTo(c.Reply))
	return true
}

// ReplyNull says that there is no such value.
func (c *Client) ReplyNull() { c.Reply = resp.AppendNull(c.Reply) }

// ReplyNullArray says that there is no array.
func (c *Client) ReplyNullArray() { c.Reply = resp.AppendNullArray(c.Reply) }

// ReplyArrayLen begins an array: n replies must follow.
func (c *Client) ReplyArrayLen(n int) { c.Reply = resp.AppendArray(c.Reply, n) }

// ReplySetLen begins a set: n replies, in no order, must follow.
func (c *Client) ReplySetLen(n int) { c.ReplyArrayLen(n) }

// ReplyMapLen begins a map: n pairs of replies must follow, key and value.
func (c *Client) ReplyMapLen(n int) { c.ReplyArrayLen(2 * n) }
