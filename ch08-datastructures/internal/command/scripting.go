// scripting.go: what is asked about scripts and functions of a server that has neither. Test
// rigs delete all of them between two tests, without asking whether there are any. What would
// make some, EVAL or FUNCTION LOAD, is not known here. Redis: script.c, eval.c, functions.c.

package command

import "redis-internals/ch08/internal/engine"

var scriptCommands = []Row{
	row("script", nil, -2, 0, 0, noKeys,
		doc("2.6.0", "Depends on subcommand.", "", "Holds the commands about scripts. There are none.")),
	row("script|exists", scriptExists, -3, NoScript, ACLScripting, noKeys,
		doc("2.6.0", "O(1)", "<sha1> [<sha1> ...]", "Answers which scripts are there: none is.", "request_policy:all_shards", "response_policy:agg_logical_and")),
	row("script|flush", scriptFlush, -2, NoScript, ACLScripting, noKeys,
		doc("2.6.0", "O(N)", "[ASYNC|SYNC]", "Forgets all scripts. There are none.", "request_policy:all_nodes", "response_policy:all_succeeded")),
	row("script|kill", scriptKill, 2, NoScript|AllowBusy, ACLScripting, noKeys,
		doc("2.6.0", "O(1)", "", "Ends the script that runs. None does.", "request_policy:all_shards", "response_policy:one_succeeded")),
	row("script|help", help, 2, Loading|Stale, ACLScripting, noKeys,
		doc("5.0.0", "O(1)", "", "Prints this help.")),
	row("function", nil, -2, 0, 0, noKeys,
		doc("7.0.0", "Depends on subcommand.", "", "Holds the commands about functions. There are none.")),
	row("function|delete", functionDelete, 3, Write|NoScript, ACLScripting, noKeys,
		doc("7.0.0", "O(1)", "<library-name>", "Deletes a library. There is none.", "request_policy:all_shards", "response_policy:all_succeeded")),
	row("function|flush", functionFlush, -2, Write|NoScript, ACLScripting, noKeys,
		doc("7.0.0", "O(N)", "[ASYNC|SYNC]", "Deletes all libraries. There are none.", "request_policy:all_shards", "response_policy:all_succeeded")),
	row("function|kill", scriptKill, 2, NoScript|AllowBusy, ACLScripting, noKeys,
		doc("7.0.0", "O(1)", "", "Ends the function that runs. None does.", "request_policy:all_shards", "response_policy:one_succeeded")),
	row("function|list", functionList, -2, NoScript, ACLScripting, noKeys,
		doc("7.0.0", "O(N)", "[LIBRARYNAME <library-name-pattern>] [WITHCODE]", "Answers which libraries there are: none.", "nondeterministic_output_order")),
	row("function|stats", functionStats, 2, NoScript|AllowBusy, ACLScripting, noKeys,
		doc("7.0.0", "O(1)", "", "Answers which function runs, and which engines there are: none.", "nondeterministic_output", "request_policy:all_shards", "response_policy:special")),
	row("function|help", help, 2, Loading|Stale, ACLScripting, noKeys,
		doc("7.0.0", "O(1)", "", "Prints this help.")),
}

func scriptExists(c *Client) {
	c.ReplyArrayLen(len(c.Args) - 2)
	for range c.Args[2:] {
		c.ReplyInt(0)
	}
}

// isFlush reports whether the words behind FLUSH are ones that it takes.
func isFlush(args [][]byte) bool {
	return len(args) == 0 || len(args) == 1 && (engine.IsOption(args[0], "sync") || engine.IsOption(args[0], "async"))
}

func scriptFlush(c *Client) {
	if !isFlush(c.Args[2:]) {
		c.ReplyError("ERR SCRIPT FLUSH only support SYNC|ASYNC option")
		return
	}
	c.ReplyOK()
}

func functionFlush(c *Client) {
	switch {
	case len(c.Args) > 3:
		c.RejectSubcommand()
	case !isFlush(c.Args[2:]):
		c.ReplyError("ERR FUNCTION FLUSH only supports SYNC|ASYNC option")
	default:
		c.ReplyOK()
	}
}

func scriptKill(c *Client) { c.ReplyError("NOTBUSY No scripts in execution right now.") }

func functionDelete(c *Client) { c.ReplyError("ERR Library not found") }

// functionList answers FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE].
func functionList(c *Client) {
	code, named := false, false
	for args := c.Args[2:]; len(args) > 0; args = args[1:] {
		switch {
		case !code && engine.IsOption(args[0], "withcode"):
			code = true
		case !named && engine.IsOption(args[0], "libraryname"):
			if len(args) == 1 {
				c.ReplyError("ERR library name argument was not given")
				return
			}
			named, args = true, args[1:]
		default:
			c.ReplyError("ERR Unknown argument " + engine.Quoted(args[0], len(args[0])))
			return
		}
	}
	c.ReplyArrayLen(0)
}

// functionStats answers that nothing runs. Redis would name an engine, Lua.
func functionStats(c *Client) {
	c.ReplyMapLen(2)
	c.ReplyBulkString("running_script")
	c.ReplyNull()
	c.ReplyBulkString("engines")
	c.ReplyMapLen(0)
}
