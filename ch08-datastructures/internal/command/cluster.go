// cluster.go: what clients ask the node of a cluster, of a server that is none. Redis:
// cluster.c, clusterCommand.

package command

import "redis-internals/ch08/internal/engine"

var clusterCommands = []Row{
	row("cluster", nil, -2, 0, 0, noKeys,
		doc("3.0.0", "Depends on subcommand.", "", "Holds the commands of a cluster's nodes.")),
	row("cluster|addslots", noCluster, -3, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(N)", "<slot> [<slot> ...]")),
	row("cluster|addslotsrange", noCluster, -4, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("7.0.0", "O(N)", "<start-slot> <end-slot> [<start-slot> <end-slot> ...]")),
	row("cluster|bumpepoch", noCluster, 2, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(1)", "", "nondeterministic_output")),
	row("cluster|count-failure-reports", noCluster, 3, Admin|Stale, 0, noKeys,
		notANode("3.0.0", "O(N)", "<node-id>", "nondeterministic_output")),
	row("cluster|countkeysinslot", noCluster, 3, Stale, 0, noKeys,
		notANode("3.0.0", "O(1)", "<slot>")),
	row("cluster|delslots", noCluster, -3, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(N)", "<slot> [<slot> ...]")),
	row("cluster|delslotsrange", noCluster, -4, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("7.0.0", "O(N)", "<start-slot> <end-slot> [<start-slot> <end-slot> ...]")),
	row("cluster|failover", noCluster, -2, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(1)", "[FORCE|TAKEOVER]")),
	row("cluster|flushslots", noCluster, 2, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(1)", "")),
	row("cluster|forget", noCluster, 3, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(1)", "<node-id>")),
	row("cluster|getkeysinslot", noCluster, 4, Stale, 0, noKeys,
		notANode("3.0.0", "O(log(N))", "<slot> <count>", "nondeterministic_output")),
	row("cluster|help", noCluster, 2, Loading|Stale, 0, noKeys,
		notANode("5.0.0", "O(1)", "")),
	row("cluster|info", noCluster, 2, Stale, 0, noKeys,
		notANode("3.0.0", "O(1)", "", "nondeterministic_output")),
	row("cluster|keyslot", noCluster, 3, Stale, 0, noKeys,
		notANode("3.0.0", "O(N)", "<key:string>")),
	row("cluster|links", noCluster, 2, Stale, 0, noKeys,
		notANode("7.0.0", "O(N)", "", "nondeterministic_output")),
	row("cluster|meet", noCluster, -4, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(1)", "<ip> <port> [<cluster-bus-port>]")),
	row("cluster|myid", noCluster, 2, Stale, 0, noKeys,
		notANode("3.0.0", "O(1)", "")),
	row("cluster|nodes", noCluster, 2, Stale, 0, noKeys,
		notANode("3.0.0", "O(N)", "", "nondeterministic_output")),
	row("cluster|replicas", noCluster, 3, Admin|Stale, 0, noKeys,
		notANode("5.0.0", "O(1)", "<node-id>", "nondeterministic_output")),
	row("cluster|replicate", noCluster, 3, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(1)", "<node-id>")),
	row("cluster|reset", noCluster, -2, Admin|NoScript|Stale, 0, noKeys,
		notANode("3.0.0", "O(N)", "[HARD|SOFT]")),
	row("cluster|saveconfig", noCluster, 2, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(1)", "")),
	row("cluster|set-config-epoch", noCluster, 3, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(1)", "<config-epoch>")),
	row("cluster|setslot", noCluster, -4, Admin|Stale|NoAsyncLoading, 0, noKeys,
		notANode("3.0.0", "O(1)", "<slot> (IMPORTING <node-id>|MIGRATING <node-id>|NODE <node-id>|STABLE)")),
	row("cluster|shards", noCluster, 2, Stale, 0, noKeys,
		notANode("7.0.0", "O(N)", "", "nondeterministic_output")),
	row("cluster|slaves", noCluster, 3, Admin|Stale, 0, noKeys,
		deprecated("5.0.0", "`CLUSTER REPLICAS`", notANode("3.0.0", "O(1)", "<node-id>", "nondeterministic_output"))),
	row("cluster|slots", noCluster, 2, Stale, 0, noKeys,
		deprecated("7.0.0", "`CLUSTER SHARDS`", notANode("3.0.0", "O(N)", "", "nondeterministic_output"))),
	row("asking", noCluster, 1, Fast, ACLConnection, noKeys,
		notANode("3.0.0", "O(1)", "")),
	row("readonly", noCluster, 1, Loading|Stale|Fast, ACLConnection, noKeys,
		notANode("3.0.0", "O(1)", "")),
	row("readwrite", noCluster, 1, Loading|Stale|Fast, ACLConnection, noKeys,
		notANode("3.0.0", "O(1)", "")),
}

// notANode is what is said of each of them; see doc.
func notANode(since, complexity, syntax string, tips ...string) engine.Doc {
	return doc(since, complexity, syntax, "Answers that the server is no node of a cluster.", tips...)
}

func noCluster(c *Client) { c.ReplyError("ERR This instance has cluster support disabled") }
