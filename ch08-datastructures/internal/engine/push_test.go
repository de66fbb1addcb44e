package engine

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/ch08/internal/config"
)

// listening is an engine with clients that have room for what they are sent.
func listening(n int) (e *Engine, clients []*Client) {
	e = New(Options{Config: config.Default(), Now: func() int64 { return 1000 }})
	for i := range n {
		c := e.NewClient(int64(i))
		c.Reply = make([]byte, 0, 1<<16)
		clients = append(clients, &c)
	}
	return e, clients
}

func TestNextStirred_GivesEachOnceInTheOrderOfWaiting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, clients := listening(20)
		var model []*Client
		t.Repeat(map[string]func(*rapid.T){
			"stir": func(t *rapid.T) {
				c := rapid.SampledFrom(clients).Draw(t, "client")
				if !c.stirred {
					model = append(model, c)
				}
				e.stir(c)
			},
			"next": func(t *rapid.T) {
				var want *Client
				if len(model) > 0 {
					want, model = model[0], model[1:]
				}
				require.Same(t, want, e.NextStirred())
			},
			"": func(t *rapid.T) { require.Equal(t, len(model) > 0, e.IsStirred()) },
		})
	})
}

func TestPush_WaitsForTheReplyOfWhoseCommandRuns(t *testing.T) {
	e, clients := listening(2)
	a, b := clients[0], clients[1]
	for _, c := range clients {
		c.Subscribe(Channels, []byte("news"))
	}
	b.Protocol = 3
	e.current = a
	require.Equal(t, 2, e.Publish([]byte("news"), []byte("x")))
	a.ReplyInt(2)
	const message = "3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\nx\r\n"
	require.Equal(t, ":2\r\n", string(a.Reply))
	a.endReply()
	require.Equal(t, ":2\r\n*"+message, string(a.Reply))
	require.Equal(t, ">"+message, string(b.Reply), "to RESP3 it is a push")
}

func TestPush_EndsWhoHasMoreWaitingThanItMay(t *testing.T) {
	e, clients := listening(2)
	e.Config.Output[config.PubSub].Hard = 1000
	for _, c := range clients {
		c.Subscribe(Channels, []byte("news"))
	}
	slow := clients[0]
	slow.Backlog = 900
	for range 5 {
		e.Publish([]byte("news"), make([]byte, 100))
	}
	require.Equal(t, CloseForOutput, slow.Closing)
	require.Empty(t, slow.Reply, "it gets no more")
	require.Same(t, slow, e.NextStirred(), "the server hears of it")
	require.Equal(t, StayOpen, clients[1].Closing)
	require.Len(t, clients[1].Reply, 5*(len("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$100\r\n")+102))
}

func TestSubscriptions_AreCountedAndForgotten(t *testing.T) {
	e, clients := listening(1)
	c := clients[0]
	for i := range 100 {
		for kind := range topicKinds {
			c.Subscribe(kind, fmt.Append(nil, i))
			c.Subscribe(kind, fmt.Append(nil, i))
		}
	}
	require.Equal(t, config.PubSub, c.Class())
	require.Equal(t, 300*subscriptionMemory+3*(10+2*90), e.ClientMemory())
	require.Equal(t, e.ClientMemory(), c.SubscriptionMemory())
	c.EndSubscriptions()
	require.Zero(t, e.ClientMemory())
	require.False(t, c.Subscribed())
	require.Equal(t, config.Normal, c.Class())
}

func TestSubscriptionMemory_IsWhatASubscriptionTakes(t *testing.T) {
	const n = 50_000
	e, clients := listening(1)
	name := []byte("channel:")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range n {
		clients[0].Subscribe(Channels, strconv.AppendInt(name, int64(i), 10))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.InEpsilon(t, int(after.HeapAlloc-before.HeapAlloc), e.ClientMemory(), 0.4, "tables grow by doubling")
}

func TestPublish_AllocatesNothing(t *testing.T) {
	e, clients := listening(100)
	for i, c := range clients {
		c.Subscribe(Channels, []byte("news"))
		if i%10 == 0 {
			c.Subscribe(Patterns, []byte("n*s"))
		}
	}
	channel, message := []byte("news"), make([]byte, 100)
	e.Config.Events = config.NotifyKeyspace | config.NotifyKeyevent | config.NotifyString
	e.setEvents(e.Config.Events)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, c := range clients {
			c.Reply = c.Reply[:0]
		}
		e.Publish(channel, message)
		clients[0].Notify(config.NotifyString, "set", channel)
		for e.NextStirred() != nil {
		}
	}))
}
