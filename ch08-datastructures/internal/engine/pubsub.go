// pubsub.go: who listens to what others publish.
//
//	A> SUBSCRIBE news         channels   news ─▶ A         A's Reply  │ message news hi │
//	C> PSUBSCRIBE n*          patterns   n*   ─▶ C         C's Reply  │ pmessage n* news hi │
//	B> PUBLISH news hi        :2
//
// Nothing is kept: who does not listen when it is published never gets it, and who is too
// slow to read is closed (client-output-buffer-limit pubsub). A message is encoded once for
// all that listen to a topic, and appended to what each of them is sent at the end of the turn.
//
// The cost of PUBLISH is O(subscribers of the channel + patterns + subscribers of those that
// match). Shard channels are channels of their own kind, without patterns: in a cluster they
// live where a key of their name would. Redis: pubsub.c.

package engine

import (
	"redis-internals/ch08/internal/glob"
	"redis-internals/ch08/internal/pubsub"
	"redis-internals/ch08/internal/resp"
)

// TopicKind is a kind of what a client can listen to.
type TopicKind uint8

// The kinds.
const (
	Channels TopicKind = iota
	Patterns
	ShardChannels
	topicKinds
)

// Topic is a channel or a pattern with its subscribers.
type Topic = pubsub.Topic[*Client]

// topics are all that clients listen to, and room for what is being published.
type topics struct {
	of      [topicKinds]pubsub.Registry[*Client]
	wire    []byte // a message
	channel []byte // of an event
	event   []byte
}

// subscriptions are what one client listens to.
type subscriptions struct {
	of    [topicKinds]pubsub.Set[*Client]
	bytes int // that this takes
}

const (
	subscriptionMemory = 170      // bytes that a subscription takes beside the topic's name
	keptWire           = 64 << 10 // bytes of room for messages that are kept
)

// Subscribe makes the client listen to a channel or a pattern. It does nothing if it does
// already.
func (c *Client) Subscribe(kind TopicKind, name []byte) {
	if c.subscriptions == nil {
		c.subscriptions = &subscriptions{}
	}
	if c.Engine.topics.of[kind].Subscribe(c, &c.subscriptions.of[kind], name) {
		c.countSubscription(subscriptionMemory + len(name))
	}
}

// Unsubscribe ends that, if there is something to end.
func (c *Client) Unsubscribe(kind TopicKind, name []byte) {
	if c.subscriptions == nil || !c.Engine.topics.of[kind].Unsubscribe(c, &c.subscriptions.of[kind], name) {
		return
	}
	c.countSubscription(-subscriptionMemory - len(name))
	if c.subscriptions.bytes == 0 {
		c.subscriptions = nil
	}
}

// EndSubscriptions makes the client listen to nothing any more, and tells it nothing. O(what
// it listens to).
func (c *Client) EndSubscriptions() {
	for kind := range topicKinds {
		for t := c.FirstTopic(kind); t != nil; t = c.FirstTopic(kind) {
			c.Unsubscribe(kind, t.Bytes())
		}
	}
}

// countSubscription counts the memory of a subscription, as the client's own and as all
// clients'.
func (c *Client) countSubscription(bytes int) {
	c.subscriptions.bytes += bytes
	c.Engine.CountClientMemory(bytes)
}

// Subscribed reports whether the client listens to anything. Redis: CLIENT_PUBSUB.
func (c *Client) Subscribed() bool { return c.subscriptions != nil }

// Subscriptions is how many channels or patterns the client listens to.
func (c *Client) Subscriptions(kind TopicKind) int {
	if c.subscriptions == nil {
		return 0
	}
	return c.subscriptions.of[kind].Len()
}

// FirstTopic is what the client has listened to for longest; nil if it is nothing.
func (c *Client) FirstTopic(kind TopicKind) *Topic {
	if c.subscriptions == nil {
		return nil
	}
	return c.subscriptions.of[kind].First()
}

// SubscriptionMemory is what the client's subscriptions take, in bytes.
func (c *Client) SubscriptionMemory() int {
	if c.subscriptions == nil {
		return 0
	}
	return c.subscriptions.bytes
}

// Topics are all channels or patterns that somebody listens to, in no order: good until that
// changes.
func (e *Engine) Topics(kind TopicKind) []*Topic { return e.topics.of[kind].Topics() }

// Subscribers is how many clients listen to one.
func (e *Engine) Subscribers(kind TopicKind, name []byte) int {
	if t := e.topics.of[kind].Find(name); t != nil {
		return len(t.Subscribers)
	}
	return 0
}

// Publish sends a message to all that listen to a channel, and to those whose patterns match
// it, and returns to how many. The channel and the message are borrowed. Redis:
// pubsubPublishMessage.
func (e *Engine) Publish(channel, message []byte) (receivers int) {
	if t := e.topics.of[Channels].Find(channel); t != nil {
		receivers = e.publishTo(t, "*3\r\n$7\r\nmessage\r\n", channel, message)
	}
	for _, t := range e.topics.of[Patterns].Topics() {
		if glob.Match(t.Bytes(), channel) {
			receivers += e.publishTo(t, patternHead, channel, message)
		}
	}
	return receivers
}

// PublishToShard is Publish for a shard channel.
func (e *Engine) PublishToShard(channel, message []byte) (receivers int) {
	if t := e.topics.of[ShardChannels].Find(channel); t != nil {
		receivers = e.publishTo(t, "*3\r\n$8\r\nsmessage\r\n", channel, message)
	}
	return receivers
}

const patternHead = "*4\r\n$8\r\npmessage\r\n"

// publishTo sends a message to a topic's subscribers. It begins with a head; that of a pattern's
// is followed by the pattern.
func (e *Engine) publishTo(t *Topic, head string, channel, message []byte) int {
	wire := append(e.topics.wire[:0], head...)
	if head == patternHead {
		wire = resp.AppendBulk(wire, t.Bytes())
	}
	wire = resp.AppendBulk(wire, channel)
	wire = resp.AppendBulk(wire, message)
	for _, c := range t.Subscribers {
		e.Push(c, wire)
	}
	if cap(wire) <= keptWire {
		e.topics.wire = wire
	}
	return len(t.Subscribers)
}
