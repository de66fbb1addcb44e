// pubsub.go: messages from clients to clients. What is behind it stands in engine/pubsub.go.
// Redis: pubsub.c.

package command

import (
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/glob"
)

var pubsubCommands = []Row{
	row("subscribe", subscribe, -2, PubSub|NoScript|Loading|Stale|WhileSubscribed, 0, noKeys,
		doc("2.0.0", "O(N) where N is the number of channels to subscribe to.", "<channel> [<channel> ...]", "Listens to channels.")),
	row("unsubscribe", unsubscribe, -1, PubSub|NoScript|Loading|Stale|WhileSubscribed, 0, noKeys,
		doc("2.0.0", "O(N) where N is the number of channels.", "[<channel> [<channel> ...]]", "Listens to channels no more; to none, if none is named.")),
	row("psubscribe", psubscribe, -2, PubSub|NoScript|Loading|Stale|WhileSubscribed, 0, noKeys,
		doc("2.0.0", "O(N) where N is the number of patterns.", "<pattern> [<pattern> ...]", "Listens to all channels that match patterns.")),
	row("punsubscribe", punsubscribe, -1, PubSub|NoScript|Loading|Stale|WhileSubscribed, 0, noKeys,
		doc("2.0.0", "O(N) where N is the number of patterns.", "[<pattern> [<pattern> ...]]", "Listens to patterns no more; to none, if none is named.")),
	row("ssubscribe", ssubscribe, -2, PubSub|NoScript|Loading|Stale|WhileSubscribed, 0, shardChannels,
		doc("7.0.0", "O(N) where N is the number of shard channels to subscribe to.", "<shardchannel> [<shardchannel> ...]", "Listens to shard channels.")),
	row("sunsubscribe", sunsubscribe, -1, PubSub|NoScript|Loading|Stale|WhileSubscribed, 0, shardChannels,
		doc("7.0.0", "O(N) where N is the number of shard channels.", "[<shardchannel> [<shardchannel> ...]]", "Listens to shard channels no more; to none, if none is named.")),
	row("publish", publish, 3, PubSub|MayReplicate|Loading|Stale|Fast, 0, noKeys,
		doc("2.0.0", "O(N+M) where N is the number of clients subscribed to the channel and M is the number of all patterns.", "<channel> <message>", "Sends a message to all that listen to a channel.")),
	row("spublish", spublish, 3, PubSub|MayReplicate|Loading|Stale|Fast, 0, shardChannel,
		doc("7.0.0", "O(N) where N is the number of clients subscribed to the shard channel.", "<shardchannel> <message>", "Sends a message to all that listen to a shard channel.")),

	row("pubsub", nil, -2, 0, 0, noKeys,
		doc("2.8.0", "Depends on subcommand.", "", "Holds the commands about who listens to what.")),
	row("pubsub|channels", pubsubChannels, -2, PubSub|Loading|Stale, 0, noKeys,
		doc("2.8.0", "O(N) where N is the number of active channels.", "[<pattern>]", "Lists the channels that somebody listens to.")),
	row("pubsub|numpat", pubsubNumpat, 2, PubSub|Loading|Stale, 0, noKeys,
		doc("2.8.0", "O(1)", "", "Answers how many patterns somebody listens to.")),
	row("pubsub|numsub", pubsubNumsub, -2, PubSub|Loading|Stale, 0, noKeys,
		doc("2.8.0", "O(N) for the numsub subcommand, where N is the number of requested channels.", "[<channel> [<channel> ...]]", "Answers how many clients listen to each of the channels.")),
	row("pubsub|shardchannels", pubsubShardChannels, -2, PubSub|Loading|Stale, 0, noKeys,
		doc("7.0.0", "O(N) where N is the number of active shard channels.", "[<pattern>]", "Lists the shard channels that somebody listens to.")),
	row("pubsub|shardnumsub", pubsubShardNumsub, -2, PubSub|Loading|Stale, 0, noKeys,
		doc("7.0.0", "O(N) where N is the number of requested shard channels.", "[<shardchannel> [<shardchannel> ...]]", "Answers how many clients listen to each of the shard channels.")),
	row("pubsub|help", help, 2, Loading|Stale, 0, noKeys,
		doc("6.2.0", "O(1)", "", "Prints this help.")),
}

func subscribe(c *Client)  { subscribeTo(c, engine.Channels, "subscribe") }
func psubscribe(c *Client) { subscribeTo(c, engine.Patterns, "psubscribe") }

// ssubscribe answers SSUBSCRIBE, which has a reply for each channel: EXEC has one for each
// command. Redis: ssubscribeCommand.
func ssubscribe(c *Client) {
	if c.InMulti() {
		c.ReplyError("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client")
		return
	}
	subscribeTo(c, engine.ShardChannels, "ssubscribe")
}

func subscribeTo(c *Client, kind engine.TopicKind, event string) {
	for _, name := range c.Args[1:] {
		c.Subscribe(kind, name)
		replySubscriptions(c, kind, event, name)
		if c.TooLong() {
			return
		}
	}
}

func unsubscribe(c *Client)  { unsubscribeFrom(c, engine.Channels, "unsubscribe") }
func punsubscribe(c *Client) { unsubscribeFrom(c, engine.Patterns, "punsubscribe") }
func sunsubscribe(c *Client) { unsubscribeFrom(c, engine.ShardChannels, "sunsubscribe") }

// unsubscribeFrom ends the subscriptions that are named, or all of a kind. If there is none
// the reply says so, too: it has one in any case. Redis: pubsubUnsubscribeAllChannelsInternal.
func unsubscribeFrom(c *Client, kind engine.TopicKind, event string) {
	for _, name := range c.Args[1:] {
		c.Unsubscribe(kind, name)
		replySubscriptions(c, kind, event, name)
		if c.TooLong() {
			return
		}
	}
	if len(c.Args) > 1 {
		return
	}
	if c.FirstTopic(kind) == nil {
		c.ReplyPushLen(3)
		c.ReplyBulkString(event)
		c.ReplyNull()
		replyLeft(c, kind)
	}
	for t := c.FirstTopic(kind); t != nil && !c.TooLong(); t = c.FirstTopic(kind) {
		c.Unsubscribe(kind, t.Bytes())
		replySubscriptions(c, kind, event, t.Bytes())
	}
}

// replySubscriptions answers what has happened to which topic, and how many the client now
// listens to.
func replySubscriptions(c *Client, kind engine.TopicKind, event string, name []byte) {
	c.ReplyPushLen(3)
	c.ReplyBulkString(event)
	c.ReplyBulk(name)
	replyLeft(c, kind)
}

// replyLeft answers how many topics of a kind the client listens to: channels and patterns are
// one kind here. Redis: clientSubscriptionsCount.
func replyLeft(c *Client, kind engine.TopicKind) {
	n := c.Subscriptions(kind)
	if kind != engine.ShardChannels {
		n = c.Subscriptions(engine.Channels) + c.Subscriptions(engine.Patterns)
	}
	c.ReplyInt(int64(n))
}

func publish(c *Client) {
	if c.HasRoomBeside(len(c.Args[1]) + len(c.Args[2])) {
		c.ReplyInt(int64(c.Engine.Publish(c.Args[1], c.Args[2])))
	}
}

func spublish(c *Client) {
	if c.HasRoomBeside(len(c.Args[1]) + len(c.Args[2])) {
		c.ReplyInt(int64(c.Engine.PublishToShard(c.Args[1], c.Args[2])))
	}
}

func pubsubChannels(c *Client)      { replyTopics(c, engine.Channels) }
func pubsubShardChannels(c *Client) { replyTopics(c, engine.ShardChannels) }

// replyTopics lists topics, those that match a pattern if there is one. Redis: channelList.
func replyTopics(c *Client, kind engine.TopicKind) {
	if len(c.Args) > 3 {
		c.ReplyError("ERR unknown subcommand or wrong number of arguments for '" +
			engine.Quoted(c.Args[1], engine.MaxQuoted) + "'. Try PUBSUB HELP.")
		return
	}
	at, n := c.BeginArray(), 0
	for _, t := range c.Engine.Topics(kind) {
		if len(c.Args) == 3 && !glob.Match(c.Args[2], t.Bytes()) {
			continue
		}
		c.ReplyBulk(t.Bytes())
		if n++; c.TooLong() {
			return
		}
	}
	c.EndArray(at, n)
}

func pubsubNumpat(c *Client) { c.ReplyInt(int64(len(c.Engine.Topics(engine.Patterns)))) }

func pubsubNumsub(c *Client)      { replyNumbers(c, engine.Channels) }
func pubsubShardNumsub(c *Client) { replyNumbers(c, engine.ShardChannels) }

func replyNumbers(c *Client, kind engine.TopicKind) {
	c.ReplyArrayLen(2 * (len(c.Args) - 2))
	for _, name := range c.Args[2:] {
		c.ReplyBulk(name)
		c.ReplyInt(int64(c.Engine.Subscribers(kind, name)))
	}
}
