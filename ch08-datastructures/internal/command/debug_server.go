// debug_server.go: DEBUG's subcommands about the server and its clients: replies of each type,
// any error, a cron that stands still. Redis: debug.c, debugCommand.

package command

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/glob"
)

// debugError answers DEBUG ERROR: the error that the client wants to see. It is not counted as
// one.
func debugError(c *Client) {
	c.ReplyWire("-" + strings.NewReplacer("\r", " ", "\n", " ").Replace(string(c.Args[2])) + "\r\n")
}

func debugLog(c *Client) {
	c.Engine.Server.Log("DEBUG LOG: " + string(c.Args[2]))
	c.ReplyOK()
}

// debugProtocol answers DEBUG PROTOCOL: a reply of the type, for who writes a client.
func debugProtocol(c *Client) {
	switch strings.ToLower(engine.Quoted(c.Args[2], engine.MaxQuoted)) {
	case "string":
		c.ReplyBulkString("Hello World")
	case "integer":
		c.ReplyInt(12345)
	case "double":
		c.ReplyDouble(3.141)
	case "null":
		c.ReplyNull()
	case "array":
		c.ReplyArrayLen(3)
		replyCounted(c)
	case "set":
		c.ReplySetLen(3)
		replyCounted(c)
	case "map":
		c.ReplyMapLen(3)
		for i := range 3 {
			c.ReplyInt(int64(i))
			c.ReplyBool(i == 1)
		}
	case "attrib":
		if c.ReplyAttributeLen(1) {
			c.ReplyBulkString("key-popularity")
			c.ReplyArrayLen(2)
			c.ReplyBulkString("key:123")
			c.ReplyInt(90)
		}
		c.ReplyBulkString("Some real reply following the attribute")
	case "push":
		if !c.RESP3() {
			c.ReplyError("ERR RESP2 is not supported by this command")
			return
		}
		c.ReplyPushLen(2)
		c.ReplyBulkString("server-cpu-usage")
		c.ReplyInt(42)
		c.ReplyBulkString("Some real reply following the push reply")
	case "true":
		c.ReplyBool(true)
	case "false":
		c.ReplyBool(false)
	case "verbatim":
		c.ReplyVerbatim([]byte("This is a verbatim\nstring"))
	case "bignum":
		c.ReplyBigNumber("1234567999999999999999999999999999999")
	default:
		c.ReplyError("ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false")
	}
}

func replyCounted(c *Client) {
	for i := range 3 {
		c.ReplyInt(int64(i))
	}
}

// debugChangeReplID answers DEBUG CHANGE-REPL-ID: the history has another name from now on.
func debugChangeReplID(c *Client) {
	c.Engine.ReplID = fmt.Sprintf("%016x%016x%08x", rand.Uint64(), rand.Uint64(), rand.Uint32())
	c.ReplyOK()
}

// debugPauseCron answers DEBUG PAUSE-CRON: nothing comes with time until it is told 0.
func debugPauseCron(c *Client) {
	c.Engine.CronPaused = parseDigits(c.Args[2]) != 0
	c.ReplyOK()
}

// debugReplyBuffer answers DEBUG REPLYBUFFER, about buffers that shrink with time in Redis. Here
// they are borrowed for a turn (server/buffers.go), and no number changes that.
func debugReplyBuffer(c *Client) {
	switch {
	case engine.IsOption(c.Args[2], "peak-reset-time"):
		if engine.IsOption(c.Args[3], "never") || engine.IsOption(c.Args[3], "reset") {
			break
		}
		if _, ok := c.ParseInt(c.Args[3]); !ok {
			return
		}
	case engine.IsOption(c.Args[2], "resizing"):
	default:
		c.RejectSubcommand()
		return
	}
	c.ReplyOK()
}

// debugTaken answers what Redis' tests say to it before they begin, and what is of no meaning
// here.
func debugTaken(c *Client) { c.ReplyOK() }

// debugStringMatch answers DEBUG STRINGMATCH-TEST: it matches random strings with random
// patterns. Redis: util.c, stringmatchlen_fuzz_test.
func debugStringMatch(c *Client) {
	var text, pattern [32]byte
	for range 200_000 {
		for i := range text {
			text[i], pattern[i] = byte(rand.Uint32()), byte(rand.Uint32())
			if rand.Uint32()&1 == 0 {
				pattern[i] = "*?[]\\^-a"[rand.IntN(8)]
			}
		}
		glob.Match(pattern[:rand.IntN(len(pattern)+1)], text[:rand.IntN(len(text)+1)])
	}
	c.ReplySimple("Apparently Redis did not crash: test passed")
}
