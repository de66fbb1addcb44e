// debug_keys.go: DEBUG's subcommands about keys: many made at once, and what a value looks like
// inside. Redis: debug.c, debugCommand.

package command

import (
	"fmt"
	"strconv"

	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/object"
)

// debugPopulate answers DEBUG POPULATE count [prefix] [size]: it makes strings prefix:0 to
// prefix:count-1, but for those that are there. As in Redis no log has them. O(count * size).
func debugPopulate(c *Client) {
	count, ok := parsePositive(c, c.Args[2])
	if !ok {
		return
	}
	prefix, size := []byte("key"), 0
	if len(c.Args) > 3 {
		prefix = c.Args[3]
	}
	if len(c.Args) > 4 {
		if size, ok = parsePositive(c, c.Args[4]); !ok {
			return
		}
	}
	if !c.HasRoomFor(size) {
		return
	}
	key, value := append([]byte(nil), prefix...), make([]byte, 0, 64)
	key = append(key, ':')
	for i := range count {
		key = strconv.AppendInt(key[:len(prefix)+1], int64(i), 10)
		if c.DB.Bare(key) != nil {
			continue
		}
		value = strconv.AppendInt(append(value[:0], "value:"...), int64(i), 10)
		if size > 0 {
			value = fit(value, size)
		}
		if !c.HasRoomFor(len(key) + len(value)) {
			return
		}
		c.DB.Set(key, value, keyspace.Never)
	}
	c.ReplyOK()
}

// fit makes b so long: it is cut, or zero bytes follow.
func fit(b []byte, size int) []byte {
	if size <= len(b) {
		return b[:size]
	}
	return append(b, make([]byte, size-len(b))...)
}

// debugSdslen answers DEBUG SDSLEN, in one line that tools take apart. Key and value lie in one
// block here, which is told as the value's.
func debugSdslen(c *Client) {
	o := bareOrReply(c)
	switch {
	case o == nil:
	case o.Type() != object.StringType || o.Encoding() == object.Int:
		c.ReplyError("ERR Not an sds encoded string.")
	default:
		c.ReplySimple(fmt.Sprintf("key_sds_len:%d, key_sds_avail:0, key_zmalloc: 0, val_sds_len:%d, val_sds_avail:0, val_zmalloc: %d",
			len(o.Key()), o.Len(), o.MemoryUsage(0)))
	}
}

// debugQuicklist answers DEBUG QUICKLIST: what is in the list goes to standard output, for who
// debugs the server itself; with a number but 0 its elements, too.
func debugQuicklist(c *Client) {
	o := bareOrReply(c)
	switch {
	case o == nil:
	case o.Encoding() != object.QuickList:
		c.ReplyError("ERR Not a quicklist encoded object.")
	default:
		nodes, bytes := o.ListShape()
		fmt.Printf("{%d elements, %d nodes, %d bytes}\n", o.Count(), nodes, bytes)
		if len(c.Args) == 4 && parseDigits(c.Args[3]) != 0 {
			o.Items(0, allItems, func(i object.Item) { fmt.Printf("%q\n", i.Name) })
		}
		c.ReplySimple("Quicklist structure printed on stdout")
	}
}
