// reply.go: the kinds of replies. Handlers say what they answer; how it is
// written is the protocol's, and stands here only. Redis: networking.c,
// addReplyBulk and its neighbours.
//
//	                     RESP2                  RESP3
//	ReplyMapLen(1)       *2                     %1
//	ReplySetLen(2)       *2                     ~2
//	ReplyPairsLen(2)     *4                     *2, and ReplyPair *2 before each
//	ReplyNull            $-1                    _
//	ReplyNullArray       *-1                    _
//	ReplyDouble(3.5)     $3 3.5                 ,3.5
//	ReplyBool(true)      :1                     #t
//	ReplyVerbatim        $5 hello               =9 txt:hello

package engine

import (
	"slices"

	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
	"redis-internals/ch08/internal/zmalloc"
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
func (c *Client) ReplyDouble(f float64) {
	if c.RESP3() {
		c.Reply = append(number.AppendFloat(append(c.Reply, ','), f), '\r', '\n')
		return
	}
	var room [32]byte
	c.ReplyBulk(number.AppendFloat(room[:0], f))
}

// ReplyReadable is ReplyDouble for a number that is written without an exponent. Redis:
// networking.c, addReplyHumanLongDouble.
func (c *Client) ReplyReadable(f float64) {
	if c.RESP3() {
		c.Reply = append(number.AppendHuman(append(c.Reply, ','), f), '\r', '\n')
		return
	}
	var room [64]byte
	c.ReplyBulk(number.AppendHuman(room[:0], f))
}

// ReplyBool says whether something is so.
func (c *Client) ReplyBool(yes bool) {
	switch {
	case c.RESP3():
		c.Reply = resp.AppendBool(c.Reply, yes)
	case yes:
		c.ReplyInt(1)
	default:
		c.ReplyInt(0)
	}
}

// ReplyBigNumber appends an integer of any size, in digits.
func (c *Client) ReplyBigNumber(digits string) {
	if c.RESP3() {
		c.ReplyWire("(" + digits + "\r\n")
		return
	}
	c.ReplyBulkString(digits)
}

// ReplyBulk appends a bulk string. Where there is no memory for that the client will be
// closed: the string may be one of many, after which nothing else can be said.
func (c *Client) ReplyBulk(b []byte) {
	if n := len(c.Reply) + len(b); n >= largeReply && n+roomLeft > cap(c.Reply) && !c.canGrow(n+roomLeft) {
		return
	}
	c.Reply = resp.AppendBulk(c.Reply, b)
}

// ExpectReply makes room for about so many bytes of replies: who knows that there will be many
// spares the buffer from growing to them step by step, and copying each time. It is no more
// than a hint: what is less than a buffer has anyway, or what there is no memory for, changes
// nothing.
func (c *Client) ExpectReply(bytes int) {
	if bytes < leastExpected || cap(c.Reply)-len(c.Reply) >= bytes {
		return
	}
	bytes = min(bytes, mostExpected)
	if c.Reply = c.Engine.Server.LargerBuffer(c.Reply, bytes); cap(c.Reply)-len(c.Reply) < bytes && zmalloc.GoCanTake(len(c.Reply)+bytes+replyMargin) {
		c.Reply = slices.Grow(c.Reply, bytes)
	}
}

const (
	leastExpected = 256 << 10 // bytes: shorter buffers are used again, and have grown already
	mostExpected  = 4 << 20   // a buffer of that grows by a quarter at a time
)

// canGrow reports whether there is memory for a reply of n bytes, and if not sees to it that
// the client is closed: then what else it is told is dropped.
func (c *Client) canGrow(n int) bool {
	if c.Closing == CloseForOutput {
		return false
	}
	if !c.hasRoomToReply(n) {
		c.Closing = CloseForOutput
		return false
	}
	return true
}

// ReplyBulkString is ReplyBulk for a string.
func (c *Client) ReplyBulkString(s string) { c.Reply = resp.AppendBulk(c.Reply, s) }

// ReplyVerbatim appends a text that people read as it is.
func (c *Client) ReplyVerbatim(text []byte) {
	if c.RESP3() {
		c.Reply = resp.AppendVerbatim(c.Reply, "txt", text)
		return
	}
	c.ReplyBulk(text)
}

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
	c.ExpectReply(v.Len() + roomLeft)
	c.Reply = resp.AppendBulkHead(c.Reply, v.Len())
	c.Reply = resp.AppendBulkTail(v.AppendTo(c.Reply))
	return true
}

// ReplyNull says that there is no such value.
func (c *Client) ReplyNull() {
	if c.RESP3() {
		c.Reply = resp.AppendNil(c.Reply)
		return
	}
	c.Reply = resp.AppendNull(c.Reply)
}

// ReplyNullArray says that there is no array.
func (c *Client) ReplyNullArray() {
	if c.RESP3() {
		c.Reply = resp.AppendNil(c.Reply)
		return
	}
	c.Reply = resp.AppendNullArray(c.Reply)
}

// ReplyArrayLen begins an array: n replies must follow.
func (c *Client) ReplyArrayLen(n int) { c.Reply = resp.AppendArray(c.Reply, n) }

// BeginArray begins an array whose length will be known at its end: EndArray, EndSet or EndMap
// writes that in front of the replies that have come since. Redis:
// networking.c, addReplyDeferredLen.
func (c *Client) BeginArray() (at int) { return len(c.Reply) }

// EndArray ends an array of n replies that began at a place.
func (c *Client) EndArray(at, n int) {
	var room [32]byte
	c.insertReply(at, resp.AppendArray(room[:0], n))
}

// EndSet is EndArray for a set.
func (c *Client) EndSet(at, n int) {
	var room [32]byte
	c.insertReply(at, c.appendSet(room[:0], n))
}

// EndMap is EndArray for a map of n pairs.
func (c *Client) EndMap(at, n int) {
	var room [32]byte
	c.insertReply(at, c.appendMap(room[:0], n))
}

// InsertBulk is ReplyBulk at a place where the reply has come to before.
func (c *Client) InsertBulk(at int, b []byte) {
	var room [64]byte
	c.insertReply(at, resp.AppendBulk(room[:0], b))
}

// TooLong reports whether the replies are more than the client may have waiting, or than
// there is memory for; then it will be closed, and what goes on and on must stop. It is to
// be asked between replies whose number a client chooses. Redis: CLIENT_CLOSE_ASAP.
func (c *Client) TooLong() bool {
	n := len(c.Reply)
	if cap(c.Reply)-n > roomLeft || c.Closing != StayOpen {
		return c.Closing != StayOpen
	}
	hard := c.Engine.Config.Output[c.Class()].Hard
	if hard > 0 && n > hard || n > largeReply && !c.hasRoomToReply(2*n) {
		c.Closing = CloseForOutput
		return true
	}
	return false
}

// roomLeft is how much room the buffer of replies has, in bytes, as long as it need not grow
// for one more.
const roomLeft = 1024

// insertReply puts bytes into the reply. O(length of what is behind them).
func (c *Client) insertReply(at int, head []byte) {
	end := len(c.Reply)
	c.Reply = append(c.Reply, head...)
	copy(c.Reply[at+len(head):], c.Reply[at:end])
	copy(c.Reply[at:], head)
}

// ReplySetLen begins a set: n replies, in no order, must follow.
func (c *Client) ReplySetLen(n int) { c.Reply = c.appendSet(c.Reply, n) }

func (c *Client) appendSet(dst []byte, n int) []byte {
	if c.RESP3() {
		return resp.AppendSet(dst, n)
	}
	return resp.AppendArray(dst, n)
}

// ReplyPushLen begins a push that is itself a reply, as SUBSCRIBE's is: n replies must follow.
func (c *Client) ReplyPushLen(n int) {
	at := len(c.Reply)
	if c.ReplyArrayLen(n); c.RESP3() {
		c.Reply[at] = resp.Push
	}
}

// ReplyPairsLen begins an array of n pairs: n times ReplyPair and two replies must follow.
func (c *Client) ReplyPairsLen(n int) {
	if c.RESP3() {
		c.ReplyArrayLen(n)
		return
	}
	c.ReplyArrayLen(2 * n)
}

// ReplyPair begins a pair.
func (c *Client) ReplyPair() {
	if c.RESP3() {
		c.ReplyArrayLen(2)
	}
}

// ReplyAttributeLen begins an attribute, a map of n pairs about the reply that follows it. It
// reports false where there is none: RESP2 has none.
func (c *Client) ReplyAttributeLen(n int) (has bool) {
	if has = c.RESP3(); has {
		at := len(c.Reply)
		c.ReplyMapLen(n)
		c.Reply[at] = '|'
	}
	return has
}

// ReplyMapLen begins a map: n pairs of replies must follow, key and value.
func (c *Client) ReplyMapLen(n int) { c.Reply = c.appendMap(c.Reply, n) }

func (c *Client) appendMap(dst []byte, n int) []byte {
	if c.RESP3() {
		return resp.AppendMap(dst, n)
	}
	return resp.AppendArray(dst, 2*n)
}
