// state.go: what time it is for the server, and for its data: TIME, LASTSAVE, SAVE, BGSAVE, LOLWUT.
//
// There is no RDB here. What Redis saves in a dump.rdb stands in the append-only file, and so
// SAVE and BGSAVE do for that what they promise:
//
//	SAVE     what was logged is on the disk when it answers. Without a log: an error
//	BGSAVE   all data is written to a new base, as BGREWRITEAOF does, with or without a log
//
// Redis: rdb.c, saveCommand and bgsaveCommand; server.c, timeCommand; lolwut.c.

package command

import (
	"strconv"
	"time"

	"redis-internals/ch08/internal/aof"
	"redis-internals/ch08/internal/engine"
)

var stateCommands = []Row{
	row("time", tellTime, 1, Loading|Stale|Fast, 0, noKeys,
		doc("2.6.0", "O(1)", "", "Answers what time it is.", "nondeterministic_output")),
	row("lolwut", lolwut, -1, ReadOnly|Fast, 0, noKeys,
		doc("5.0.0", "", "[VERSION <version>]", "Shows the version, and a drawing if it is asked for one.")),
	row("lastsave", lastSave, 1, Loading|Stale|Fast, ACLAdmin|ACLDangerous, noKeys,
		doc("1.0.0", "O(1)", "", "Answers when the data was last saved.", "nondeterministic_output")),
	row("save", save, 1, Admin|NoScript|NoAsyncLoading|NoMulti, 0, noKeys,
		doc("1.0.0", "O(N)", "", "Brings the log to the disk.")),
	row("bgsave", bgsave, -1, Admin|NoScript|NoAsyncLoading, 0, noKeys,
		doc("1.0.0", "O(1)", "[SCHEDULE]", "Rewrites the log in the background.")),
}

func tellTime(c *Client) {
	now := time.Now()
	c.ReplyArrayLen(2)
	c.ReplyBulkString(strconv.FormatInt(now.Unix(), 10))
	c.ReplyBulkString(strconv.Itoa(now.Nanosecond() / 1000))
}

func lastSave(c *Client) { c.ReplyInt(lastSaved(c.Engine, c.Engine.Server.Facts().Started)) }

// lastSaved is when all data was last saved, in Unix seconds: at the start, if never since. Redis
// says so, too.
func lastSaved(e *engine.Engine, started time.Time) int64 { return max(e.LastSave(), started.Unix()) }

func save(c *Client) {
	switch err := c.Engine.SaveLog(); {
	case err == engine.ErrNoLog:
		c.ReplyError("ERR SAVE writes the append-only file to the disk, and appendonly is no. BGSAVE writes all data to a new one.")
	case err != nil: // the log says why
		c.ReplyError("ERR")
	default:
		c.ReplyOK()
	}
}

// bgsave answers BGSAVE [SCHEDULE]. What is under way here is a save itself, never something else
// that it would have to wait for.
func bgsave(c *Client) {
	if len(c.Args) > 2 || len(c.Args) == 2 && !engine.IsOption(c.Args[1], "schedule") {
		c.ReplyError(engine.ErrSyntax)
		return
	}
	switch err := c.Engine.RewriteLog(); {
	case err == nil && c.InMulti(): // it begins when EXEC has ended
		c.ReplySimple("Background saving scheduled")
	case err == nil:
		c.ReplySimple("Background saving started")
	case err == aof.ErrRewriting:
		c.ReplyError("ERR Background save already in progress")
	default:
		c.ReplyError("ERR")
	}
}

// lolwut answers LOLWUT [VERSION version]: the version. Redis draws something for versions 5 and 6.
func lolwut(c *Client) {
	if len(c.Args) > 2 && engine.IsOption(c.Args[1], "version") {
		if _, ok := c.ParseInt(c.Args[2]); !ok {
			return
		}
	}
	c.ReplyVerbatim([]byte("Redis ver. " + Version + "\n"))
}
