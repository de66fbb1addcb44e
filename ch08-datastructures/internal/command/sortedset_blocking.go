// sortedset_blocking.go: members from an end of a sorted set, which may be waited for. Redis:
// t_zset.c, blockingGenericZpopCommand.

package command

import "redis-internals/ch08/internal/object"

var sortedSetBlockingCommands = []Row{
	row("bzpopmin", bzpopmin, -3, Write|NoScript|Blocking|Fast, ACLSortedSet, takenBeforeLast,
		doc("5.0.0", "O(log(N))", "<key> [<key> ...] <timeout>", "Removes the member with the lowest score, and answers it; waits for one.")),
	row("bzpopmax", bzpopmax, -3, Write|NoScript|Blocking|Fast, ACLSortedSet, takenBeforeLast,
		doc("5.0.0", "O(log(N))", "<key> [<key> ...] <timeout>", "Removes the member with the highest score, and answers it; waits for one.")),
	row("bzmpop", bzmpop, -5, Write|Blocking|MovableKeys, ACLSortedSet, countedAfterTimeout,
		doc("7.0.0", "O(M*log(N))", "<timeout> <numkeys> <key> [<key> ...] (MIN|MAX) [COUNT <count>]", "Removes members of the first of some sorted sets that is there, and answers them; waits for some.")),
}

func bzpopmin(c *Client) { blockingPopFrom(c, false) }
func bzpopmax(c *Client) { blockingPopFrom(c, true) }

func blockingPopFrom(c *Client, highest bool) {
	last := len(c.Args) - 1
	deadline, ok := parseTimeout(c, c.Args[last])
	if !ok {
		return
	}
	keys := c.Args[1:last]
	for _, key := range keysToTry(c, keys) {
		o, ok := edit(c, key, object.SortedSetType)
		if !ok {
			return
		}
		if o == nil {
			continue
		}
		c.PropagateAs(popWords[highest], key)
		c.ReplyArrayLen(3)
		c.ReplyBulk(key)
		popMembers(c, o, highest, 1, flat)
		return
	}
	wait(c, keys, object.SortedSetType, deadline, replyNullArray)
}

func bzmpop(c *Client) {
	p, ok := parsePop(c, c.Args[2:], "min", "max")
	if !ok {
		return
	}
	deadline, ok := parseTimeout(c, c.Args[1])
	if !ok {
		return
	}
	keys := p.keys
	p.keys = keysToTry(c, keys)
	if !popFirstMembers(c, p) {
		wait(c, keys, object.SortedSetType, deadline, replyNullArray)
	}
}
