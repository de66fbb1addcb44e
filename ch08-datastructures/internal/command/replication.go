// replication.go: what clients ask about replicas of a server that has none, and is none. Redis:
// replication.c, roleCommand and waitCommand; failover.

package command

import (
	"math"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
)

var replicationCommands = []Row{
	row("role", role, 1, NoScript|Loading|Stale|Fast, ACLAdmin|ACLDangerous, noKeys,
		doc("2.8.12", "O(1)", "", "Answers that the server is a master without replicas.")),
	row("replicaof", replicaOf, 3, Admin|NoScript|Stale|NoAsyncLoading, 0, noKeys,
		doc("5.0.0", "O(1)", "(<host> <port>|NO ONE)", "Takes NO ONE: the server is nobody's replica.")),
	row("slaveof", replicaOf, 3, Admin|NoScript|Stale|NoAsyncLoading, 0, noKeys,
		deprecated("5.0.0", "`REPLICAOF`", doc("1.0.0", "O(1)", "(<host> <port>|NO ONE)", "Takes NO ONE: the server is nobody's replica."))),
	row("failover", failover, -1, Admin|NoScript|Stale, 0, noKeys,
		doc("6.2.0", "O(1)", "[TO <host> <port> [FORCE]] [ABORT] [TIMEOUT <milliseconds>]", "Hands over to a replica. There is none.")),
}

// waitCommands stand in another group of COMMAND DOCS.
var waitCommands = []Row{
	row("wait", waitForReplicas, 3, NoScript, ACLConnection, noKeys,
		doc("3.0.0", "O(1)", "<numreplicas> <timeout:integer>", "Waits for replicas. There are none: it waits for the time to be over.", "request_policy:all_shards", "response_policy:agg_min")),
}

// role answers that the server is a master: how far its history goes, and its replicas.
func role(c *Client) {
	c.ReplyArrayLen(3)
	c.ReplyBulkString("master")
	c.ReplyInt(0)
	c.ReplyArrayLen(0)
}

// waitForReplicas answers WAIT numreplicas timeout. No replica will ever have what was written: who wants
// one waits until the time is over, with 0 for ever.
func waitForReplicas(c *Client) {
	replicas, ok := c.ParseInt(c.Args[1])
	if !ok {
		return
	}
	timeout, ok := resp.ParseInt(c.Args[2])
	now := c.Engine.NowMs()
	switch {
	case !ok:
		c.ReplyError("ERR timeout is not an integer or out of range")
	case timeout < 0:
		c.ReplyError("ERR timeout is negative")
	case replicas <= 0:
		replyNoReplica(c)
	default:
		deadline := int64(0)
		if timeout > 0 && timeout <= math.MaxInt64-now { // what is too long is for ever in C
			deadline = now + timeout
		}
		wait(c, nil, object.StringType, deadline, replyNoReplica)
	}
}

func replyNoReplica(c *Client) { c.ReplyInt(0) }

// replicaOf answers REPLICAOF host port, and NO ONE, which is so already.
func replicaOf(c *Client) {
	host, port := c.Args[1], c.Args[2]
	if engine.IsOption(host, "no") && engine.IsOption(port, "one") {
		c.ReplyOK()
		return
	}
	if n, ok := resp.ParseInt(port); !ok || n < 0 || n > math.MaxUint16 {
		c.ReplyError("ERR Invalid master port")
		return
	}
	c.ReplyError("ERR this server has no replication: it stays a master")
}

// failover answers FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds].
func failover(c *Client) {
	args := c.Args[1:]
	if len(args) == 1 && engine.IsOption(args[0], "abort") {
		c.ReplyError("ERR No failover in progress.")
		return
	}
	timed, aimed, forced := false, false, false
	for len(args) > 0 {
		switch {
		case engine.IsOption(args[0], "timeout") && len(args) > 1 && !timed:
			ms, ok := c.ParseInt(args[1])
			if !ok {
				return
			}
			if ms <= 0 {
				c.ReplyError("ERR FAILOVER timeout must be greater than 0")
				return
			}
			timed, args = true, args[2:]
		case engine.IsOption(args[0], "to") && len(args) > 2 && !aimed:
			if _, ok := c.ParseInt(args[2]); !ok {
				return
			}
			aimed, args = true, args[3:]
		case engine.IsOption(args[0], "force") && !forced:
			forced, args = true, args[1:]
		default:
			c.ReplyError(engine.ErrSyntax)
			return
		}
	}
	c.ReplyError("ERR FAILOVER requires connected replicas.")
}
