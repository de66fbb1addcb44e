// ch08_pubsub.go: messages from clients to clients: who gets which, and what a client may do
// while it listens.

package cases

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// conversation is a scene of clients that send each other messages. A step without a request expects
// what comes for none:
//
//	conversation("name", "A> SUBSCRIBE @news", "subscribe @news :1", "B> PUBLISH @news hi", ":1", "A> ", "message @news hi")
//
// Replies are in words: of an array its elements, and several replies stand behind each other
// with a semicolon between them. A client whose name ends in 3 speaks RESP3, where what is
// written so is a push. A word that begins with @ is a name of the case's own.
func conversation(name string, steps ...string) conformance.Case {
	return conformance.Case{Name: "pubsub: " + name, Run: func(t *T) {
		own, clients := newKeys(), map[string]*conformance.Conn{}
		for i := 0; i+1 < len(steps); i += 2 {
			who, request, _ := strings.Cut(steps[i], "> ")
			c := clients[who]
			if c == nil {
				c = t.Dial()
				clients[who] = c
				if strings.HasSuffix(who, "3") {
					require.Equal(t, "server", c.Call("HELLO", "3").Strings()[0])
				}
			}
			if request == "leaves" {
				c.Close()
				delete(clients, who)
				continue
			}
			sendAtOnce(c, request, own.cmd)
			for _, reply := range strings.Split(steps[i+1], "; ") {
				if reply != "" {
					c.Expect(inWire(own, strings.HasSuffix(who, "3"), reply))
				}
			}
		}
	}}
}

// inWire is the bytes of a reply in words.
func inWire(own keys, resp3 bool, reply string) string {
	if strings.ContainsAny(reply[:1], "+-:*$_") {
		return reply + "\r\n"
	}
	var elements []string
	for _, word := range strings.Fields(reply) {
		switch {
		case word == "nil" && resp3:
			word = "_\r\n"
		case word == "nil":
			word = nilBulk
		case word[0] == ':':
			word += "\r\n"
		case word[0] == '@':
			word = bulk(own.key(word[1:]))
		case word == `""`:
			word = bulk("")
		default:
			word = bulk(word)
		}
		elements = append(elements, word)
	}
	all := array(elements...)
	if resp3 {
		all = ">" + all[1:]
	}
	return all
}

// refusedWhileListening is the error for a command that a client of RESP2 may not use while it
// listens.
func refusedWhileListening(command string) string {
	return "-ERR Can't execute '" + command + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
}

func pubSub() list {
	rows := list{
		conversation("a message gets to those that listen", "A> SUBSCRIBE @a", "subscribe @a :1", "B> SUBSCRIBE @a @b", "subscribe @a :1; subscribe @b :2", "P> PUBLISH @a hi", ":2", "P> PUBLISH @b you", ":1", "P> PUBLISH @c nobody", ":0", "A> ", "message @a hi", "B> ", "message @a hi; message @b you"),
		conversation("who subscribes twice gets it once", "A> SUBSCRIBE @a @a", "subscribe @a :1; subscribe @a :1", "A> SUBSCRIBE @a", "subscribe @a :1", "P> PUBLISH @a x", ":1", "A> ", "message @a x", "A> UNSUBSCRIBE @a", "unsubscribe @a :0", "P> PUBLISH @a x", ":0"),
		conversation("a channel and its patterns each bring the message", "A> SUBSCRIBE @abc", "subscribe @abc :1", "A> PSUBSCRIBE @a?c", "psubscribe @a?c :2", "P> PUBLISH @abc x", ":2", "A> ", "message @abc x; pmessage @a?c @abc x", "P> PUBLISH @axc y", ":1", "A> ", "pmessage @a?c @axc y", "P> PUBLISH @ac z", ":0"),
		conversation("patterns are globs", "A> PSUBSCRIBE @h[ae]llo", "psubscribe @h[ae]llo :1", "P> PUBLISH @hello 1", ":1", "P> PUBLISH @hillo 2", ":0", "P> PUBLISH @hallo 3", ":1", "A> ", "pmessage @h[ae]llo @hello 1; pmessage @h[ae]llo @hallo 3"),
		conversation("a pattern is one however often it is subscribed", "A> PSUBSCRIBE @a* @a*", "psubscribe @a* :1; psubscribe @a* :1", "B> PSUBSCRIBE @a*", "psubscribe @a* :1", "P> PUBLISH @ab x", ":2", "A> ", "pmessage @a* @ab x", "B> ", "pmessage @a* @ab x"),
		conversation("the end of one subscription leaves the others", "A> SUBSCRIBE @a @b @c", "subscribe @a :1; subscribe @b :2; subscribe @c :3", "A> PSUBSCRIBE @x*", "psubscribe @x* :4", "A> UNSUBSCRIBE @b @b @none", "unsubscribe @b :3; unsubscribe @b :3; unsubscribe @none :3", "P> PUBLISH @b no", ":0", "P> PUBLISH @c yes", ":1", "A> ", "message @c yes", "A> PUNSUBSCRIBE @y* @x*", "punsubscribe @y* :3; punsubscribe @x* :2", "P> PUBLISH @xx no", ":0"),
		conversation("without a name it is the end of all of a kind", "A> UNSUBSCRIBE", "unsubscribe nil :0", "A> PUNSUBSCRIBE", "punsubscribe nil :0", "A> SUNSUBSCRIBE", "sunsubscribe nil :0", "A> SUBSCRIBE @a", "subscribe @a :1", "A> PSUBSCRIBE @p* @q* @r*", "psubscribe @p* :2; psubscribe @q* :3; psubscribe @r* :4", "A> UNSUBSCRIBE", "unsubscribe @a :3", "A> UNSUBSCRIBE", "unsubscribe nil :3", "A> PUNSUBSCRIBE @q*", "punsubscribe @q* :2", "A> PSUBSCRIBE @q*", "psubscribe @q* :3", "A> PUNSUBSCRIBE", "punsubscribe @p* :2; punsubscribe @r* :1; punsubscribe @q* :0", "A> PUNSUBSCRIBE", "punsubscribe nil :0", "A> GET @k", "$-1"),
		conversation("shard channels are channels of their own", "A> SSUBSCRIBE @a @b", "ssubscribe @a :1; ssubscribe @b :2", "A> SUBSCRIBE @a", "subscribe @a :1", "P> SPUBLISH @a s", ":1", "P> PUBLISH @a p", ":1", "A> ", "smessage @a s; message @a p", "A> SUNSUBSCRIBE @a @none", "sunsubscribe @a :1; sunsubscribe @none :1", "P> SPUBLISH @a s", ":0", "A> SUNSUBSCRIBE", "sunsubscribe @b :0", "A> SUNSUBSCRIBE", "sunsubscribe nil :0", "A> GET @k", refusedWhileListening("get"), "A> UNSUBSCRIBE", "unsubscribe @a :0", "A> GET @k", "$-1"),
		conversation("patterns do not see shard channels", "A> PSUBSCRIBE @*", "psubscribe @* :1", "P> SPUBLISH @a x", ":0", "P> PUBLISH @a y", ":1", "A> ", "pmessage @* @a y"),
		conversation("who leaves gets nothing any more, and nobody waits for it", "A> SUBSCRIBE @a", "subscribe @a :1", "B> SUBSCRIBE @a", "subscribe @a :1", "B> PSUBSCRIBE @a*", "psubscribe @a* :2", "P> PUBLISH @a x", ":3", "B> QUIT", "message @a x; pmessage @a* @a x; +OK", "P> PUBLISH @a y", ":1", "A> ", "message @a x; message @a y"),
		conversation("a message is any bytes, also none", "A> SUBSCRIBE @a", "subscribe @a :1", "P> PUBLISH @a *1", ":1", "P> PUBLISH @a \x00\xff", ":1", "A> ", "message @a *1; message @a \x00\xff"),
		conversation("many messages come in their order", "A> SUBSCRIBE @a @b", "subscribe @a :1; subscribe @b :2", "P> PUBLISH @a 1; PUBLISH @b 2; PUBLISH @a 3; PUBLISH @b 4", ":1; :1; :1; :1", "A> ", "message @a 1; message @b 2; message @a 3; message @b 4"),
		conversation("messages come behind replies that were sent before", "A> SUBSCRIBE @a; PING; PING x; UNSUBSCRIBE @a; PING", "subscribe @a :1; pong \"\"; pong x; unsubscribe @a :0; +PONG"),

		conversation("while it listens a client of RESP2 may do little else", "A> SUBSCRIBE @a", "subscribe @a :1", "A> GET @k", refusedWhileListening("get"), "A> PUBLISH @nobody x", refusedWhileListening("publish"), "A> CLIENT ID", refusedWhileListening("client|id"), "A> MULTI", refusedWhileListening("multi"), "A> EXEC", "-EXECABORT Transaction discarded because of: "+refusedWhileListening("exec")[len("-ERR "):], "A> HELLO 3", refusedWhileListening("hello"), "A> PUBSUB NUMPAT", refusedWhileListening("pubsub|numpat"), "A> PING", "pong \"\"", "A> PING x", "pong x", "A> PING x y", "-ERR wrong number of arguments for 'ping' command", "A> GET", "-ERR wrong number of arguments for 'get' command", "A> NOSUCH", "-ERR unknown command 'NOSUCH', with args beginning with: ", "A> PSUBSCRIBE @b", "psubscribe @b :2", "A> SSUBSCRIBE @b", "ssubscribe @b :1", "A> UNSUBSCRIBE", "unsubscribe @a :1", "A> PUNSUBSCRIBE", "punsubscribe @b :0", "A> GET @k", refusedWhileListening("get"), "A> SUNSUBSCRIBE", "sunsubscribe @b :0", "A> GET @k", "$-1"),
		conversation("RESET ends all subscriptions, silently", "A> SUBSCRIBE @a", "subscribe @a :1", "A> PSUBSCRIBE @b", "psubscribe @b :2", "A> SSUBSCRIBE @c", "ssubscribe @c :1", "A> RESET", "+RESET", "P> PUBLISH @a x", ":0", "P> PUBLISH @b x", ":0", "P> SPUBLISH @c x", ":0", "A> GET @k", "$-1", "A> UNSUBSCRIBE", "unsubscribe nil :0"),
		conversation("QUIT is allowed, too", "A> SUBSCRIBE @a", "subscribe @a :1", "A> QUIT", "+OK", "P> PUBLISH @a x", ":0"),

		conversation("PUBLISH waits for EXEC as others do", "A> SUBSCRIBE @a", "subscribe @a :1", "P> MULTI; PUBLISH @a 1; SET @k v; PUBLISH @a 2", "+OK; +QUEUED; +QUEUED; +QUEUED", "Q> PUBLISH @a 0", ":1", "P> EXEC", "*3; :1; +OK; :1", "A> ", "message @a 0; message @a 1; message @a 2"),
		conversation("PUBLISH that is discarded is not sent", "A> SUBSCRIBE @a", "subscribe @a :1", "P> MULTI; PUBLISH @a 1; DISCARD; PUBLISH @a 2", "+OK; +QUEUED; +OK; :1", "A> ", "message @a 2"),
		conversation("SUBSCRIBE inside of a transaction", "A> MULTI; SUBSCRIBE @a; SSUBSCRIBE @a; PSUBSCRIBE @a; SUNSUBSCRIBE; EXEC", "+OK; +QUEUED; +QUEUED; +QUEUED; +QUEUED; *4; subscribe @a :1; -ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client; psubscribe @a :2; sunsubscribe nil :0", "A> GET @k", refusedWhileListening("get"), "P> PUBLISH @a x", ":2", "A> ", "message @a x; pmessage @a @a x"),
		conversation("who listens cannot wait for a key", "A> MULTI; SUBSCRIBE @a; EXEC", "+OK; +QUEUED; *1; subscribe @a :1", "A> BLPOP @k 0", refusedWhileListening("blpop")),

		conversation("NUMSUB counts clients, and patterns are not counted", "A> SUBSCRIBE @a @b", "subscribe @a :1; subscribe @b :2", "B> SUBSCRIBE @a", "subscribe @a :1", "B> PSUBSCRIBE @a", "psubscribe @a :2", "B> SSUBSCRIBE @b", "ssubscribe @b :1", "P> PUBSUB NUMSUB @a @b @none", "@a :2 @b :1 @none :0", "P> PUBSUB SHARDNUMSUB @a @b", "@a :0 @b :1", "P> PUBSUB NUMSUB", "*0", "P> PUBSUB SHARDNUMSUB", "*0", "A> UNSUBSCRIBE @a", "unsubscribe @a :1", "P> PUBSUB NUMSUB @a", "@a :1"),
		conversation("CHANNELS lists those that match", "A> SUBSCRIBE @abc @b", "subscribe @abc :1; subscribe @b :2", "B> PSUBSCRIBE @axx", "psubscribe @axx :1", "B> SSUBSCRIBE @ayy", "ssubscribe @ayy :1", "P> PUBSUB CHANNELS @a*", "@abc", "P> PUBSUB CHANNELS @c*", "*0", "P> PUBSUB SHARDCHANNELS @a*", "@ayy", "A> UNSUBSCRIBE @abc", "unsubscribe @abc :1", "P> PUBSUB CHANNELS @a*", "*0"),
		conversation("wrong numbers of arguments", "A> SUBSCRIBE", "-ERR wrong number of arguments for 'subscribe' command", "A> PSUBSCRIBE", "-ERR wrong number of arguments for 'psubscribe' command", "A> SSUBSCRIBE", "-ERR wrong number of arguments for 'ssubscribe' command", "A> PUBLISH @a", "-ERR wrong number of arguments for 'publish' command", "A> PUBLISH @a b c", "-ERR wrong number of arguments for 'publish' command", "A> SPUBLISH @a", "-ERR wrong number of arguments for 'spublish' command", "A> PUBSUB", "-ERR wrong number of arguments for 'pubsub' command", "A> PUBSUB NUMPAT x", "-ERR wrong number of arguments for 'pubsub|numpat' command", "A> PUBSUB HELP x", "-ERR wrong number of arguments for 'pubsub|help' command", "A> PUBSUB CHANNELS a b", "-ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.", "A> pubsub shardchannels a b", "-ERR unknown subcommand or wrong number of arguments for 'shardchannels'. Try PUBSUB HELP.", "A> PUBSUB nosuch", "-ERR unknown subcommand 'nosuch'. Try PUBSUB HELP."),
		conversation("inside of a transaction wrong numbers spoil it", "A> MULTI; SUBSCRIBE; EXEC", "+OK; -ERR wrong number of arguments for 'subscribe' command; -EXECABORT Transaction discarded because of previous errors."),

		conversation("in RESP3 what comes is a push, and every command is allowed", "A3> SUBSCRIBE @a @b", "subscribe @a :1; subscribe @b :2", "A3> PSUBSCRIBE @p*", "psubscribe @p* :3", "A3> SSUBSCRIBE @s", "ssubscribe @s :1", "A3> SET @k v", "+OK", "A3> GET @none", "_", "A3> PING", "+PONG", "A3> MULTI; PING; EXEC", "+OK; +QUEUED; *1; +PONG", "P> PUBLISH @a x", ":1", "P3> PUBLISH @pa y", ":1", "P> SPUBLISH @s z", ":1", "A3> ", "message @a x; pmessage @p* @pa y; smessage @s z", "A3> UNSUBSCRIBE @a", "unsubscribe @a :2", "A3> UNSUBSCRIBE", "unsubscribe @b :1", "A3> UNSUBSCRIBE", "unsubscribe nil :1", "A3> PUNSUBSCRIBE", "punsubscribe @p* :0", "A3> SUNSUBSCRIBE", "sunsubscribe @s :0"),
		conversation("one message comes to each in its protocol", "A> SUBSCRIBE @a", "subscribe @a :1", "B3> SUBSCRIBE @a", "subscribe @a :1", "C> PSUBSCRIBE @*", "psubscribe @* :1", "D3> PSUBSCRIBE @*", "psubscribe @* :1", "P> PUBLISH @a x", ":4", "A> ", "message @a x", "B3> ", "message @a x", "C> ", "pmessage @* @a x", "D3> ", "pmessage @* @a x"),
		conversation("a client that goes back to RESP2 may do little else at once", "A3> SUBSCRIBE @a", "subscribe @a :1", "P> PUBLISH @a 1", ":1", "A3> ", "message @a 1", "A3> RESET", "+RESET", "P> PUBLISH @a 2", ":0"),
		{Name: "pubsub: who listens and publishes in RESP3 gets both", Own: true, Run: publishesToItself},
		{
			Name: "pubsub: no message comes in the middle of a reply", Run: publishesInExec,
			NotRedis: "Redis 7.0 puts it into the array of EXEC, which Redis 7.2 does not any more",
		},
		{Name: "pubsub: an empty name is a name", Run: emptyTopics},
		{Name: "pubsub: PUBSUB and INFO count what is listened to", Own: true, Run: countsTopics},
		{Name: "pubsub: a thousand subscribers, and those that leave", Own: true, Run: thousandSubscribers},
		{Name: "pubsub: long messages to several that read", Run: longMessages},
		{Name: "pubsub: a thousand channels of one client", Run: thousandChannels},
		{Name: "pubsub: rows of the commands", Run: pubSubRows},
	}
	return in(8, "Many clients", rows)
}

// emptyTopics expects that a channel, a pattern and a message may be empty.
func emptyTopics(t *T) {
	a, p := t.Dial(), t.Dial()
	a.Exchange(cmd("SSUBSCRIBE", ""), array(bulk("ssubscribe"), bulk(""), one))
	p.Exchange(cmd("SPUBLISH", "", ""), one)
	a.Expect(array(bulk("smessage"), bulk(""), bulk("")))
	a.Exchange(cmd("SUNSUBSCRIBE"), array(bulk("sunsubscribe"), bulk(""), zero))
	a.Exchange(cmd("PSUBSCRIBE", ""), array(bulk("psubscribe"), bulk(""), one))
	a.Exchange(cmd("SUBSCRIBE", ""), array(bulk("subscribe"), bulk(""), integer(2)))
	p.Exchange(cmd("PUBLISH", "", "x"), integer(2))
	a.Expect(array(bulk("message"), bulk(""), bulk("x")) + array(bulk("pmessage"), bulk(""), bulk(""), bulk("x")))
	a.Exchange(cmd("UNSUBSCRIBE"), array(bulk("unsubscribe"), bulk(""), one))
	a.Exchange(cmd("PUNSUBSCRIBE", ""), array(bulk("punsubscribe"), bulk(""), zero))
}

// publishesToItself expects a reply and a message, in this order or the other one.
func publishesToItself(t *T) {
	c, name := t.Dial(), newKeys().key("a")
	c.Call("HELLO", "3")
	c.Exchange(cmd("SUBSCRIBE", name), ">"+array(bulk("subscribe"), bulk(name), one)[1:])
	c.Send(cmd("PUBLISH", name, "x") + cmd("PING"))
	kinds := ""
	for range 3 {
		reply := c.Reply()
		switch kinds += string(reply.Kind); reply.Kind {
		case '>':
			require.Equal(t, []string{"message", name, "x"}, reply.Strings())
		case ':':
			require.EqualValues(t, 1, reply.Int)
		}
	}
	require.Contains(t, []string{">:+", ":>+"}, kinds)
}

// publishesInExec expects that messages which a transaction brings its own client come when it
// is through.
func publishesInExec(t *T) {
	own := newKeys()
	message := func(text string) string { return array(bulk("message"), bulk(own.key("a")), bulk(text)) }
	c := t.Dial()
	speak(c, own, "MULTI", done, "SUBSCRIBE @a", queued, "PUBLISH @a 1", queued, "SET @k v", queued, "PUBLISH @a 2", queued,
		"EXEC", array(array(bulk("subscribe"), bulk(own.key("a")), one), one, done, one)+message("1")+message("2"))
	c = t.Dial()
	c.Call("HELLO", "3")
	c.Exchange(own.cmd("SUBSCRIBE @a"), ">"+array(bulk("subscribe"), bulk(own.key("a")), one)[1:])
	speak(c, own, "MULTI", done, "PUBLISH @a 3", queued, "GET @k", queued, "EXEC", array(integer(2), bulk("v"))+">"+message("3")[1:])
}

// countsTopics expects that topics are counted once, however many listen to them.
func countsTopics(t *T) {
	a, b, p := t.Dial(), t.Dial(), t.Dial()
	counts := func() string {
		f := askFigures(p, "stats")
		return f["pubsub_channels"] + " " + f["pubsub_patterns"] + " " + f["pubsubshard_channels"]
	}
	require.Equal(t, "0 0 0", counts())
	p.Exchange(cmd("PUBSUB", "CHANNELS"), emptyList)
	for _, c := range []*conformance.Conn{a, b} {
		speak(c, plain, "SUBSCRIBE x", "*3\r\n"+bulk("subscribe")+bulk("x")+one, "PSUBSCRIBE p q", "*3\r\n"+bulk("psubscribe")+bulk("p")+integer(2)+"*3\r\n"+bulk("psubscribe")+bulk("q")+integer(3),
			"SSUBSCRIBE s", "*3\r\n"+bulk("ssubscribe")+bulk("s")+one)
	}
	require.Equal(t, "1 2 1", counts())
	speak(p, plain, "PUBSUB NUMPAT", integer(2), "PUBSUB CHANNELS", bulks("x"), "PUBSUB SHARDCHANNELS", bulks("s"), "PUBSUB NUMSUB x p s", array(bulk("x"), integer(2), bulk("p"), zero, bulk("s"), zero))
	a.Close()
	t.Until("it has left", func() bool { return p.Call("PUBSUB", "NUMSUB", "x").Elems[1].Int == 1 })
	require.Equal(t, "1 2 1", counts())
	b.Exchange(cmd("RESET"), "+RESET\r\n")
	require.Equal(t, "0 0 0", counts())
	speak(p, plain, "PUBSUB NUMPAT", zero, "PUBSUB CHANNELS", emptyList, "PUBSUB SHARDCHANNELS", emptyList)
}

// thousandSubscribers expects that each of many gets each message, also when others leave.
func thousandSubscribers(t *T) {
	const many = 1000
	clients := make([]*conformance.Conn, many)
	for i := range clients {
		clients[i] = t.Dial()
		clients[i].Send(cmd("SUBSCRIBE", "news"))
	}
	for _, c := range clients {
		c.Expect(array(bulk("subscribe"), bulk("news"), one))
	}
	p := t.Dial()
	for round := range 3 {
		text := strconv.Itoa(round)
		p.Exchange(strings.Repeat(cmd("PUBLISH", "news", text), 5), strings.Repeat(integer(int64(len(clients))), 5))
		for _, c := range clients {
			c.Expect(strings.Repeat(array(bulk("message"), bulk("news"), bulk(text)), 5))
		}
		var stay []*conformance.Conn
		for i, c := range clients {
			if i%3 == round {
				c.Exchange(cmd("UNSUBSCRIBE"), array(bulk("unsubscribe"), bulk("news"), zero))
			} else {
				stay = append(stay, c)
			}
		}
		clients = stay
	}
}

// longMessages expects that messages of many sizes come whole.
func longMessages(t *T) {
	own := newKeys()
	var clients []*conformance.Conn
	for range 3 {
		c := t.Dial()
		c.Exchange(own.cmd("SUBSCRIBE @a"), array(bulk("subscribe"), bulk(own.key("a")), one))
		clients = append(clients, c)
	}
	p := t.Dial()
	var want strings.Builder
	for _, size := range []int{1, 1 << 10, 16<<10 - 1, 16 << 10, 70_000, 300_000, 2 << 20} {
		text := numbered(size)
		p.Exchange(cmd("PUBLISH", own.key("a"), text), integer(3))
		want.WriteString(array(bulk("message"), bulk(own.key("a")), bulk(text)))
	}
	for _, c := range clients {
		c.Expect(want.String())
	}
}

// thousandChannels expects that one client may listen to many channels, and stop again.
func thousandChannels(t *T) {
	own, c, p := newKeys(), t.Dial(), t.Dial()
	const many = 1000
	subscribe, unsubscribe, replies, ends := []string{"SUBSCRIBE"}, []string{"UNSUBSCRIBE"}, "", ""
	for i := range many {
		name := own.key(fmt.Sprintf("channel:%d", i))
		subscribe, unsubscribe = append(subscribe, name), append(unsubscribe, name)
		replies += array(bulk("subscribe"), bulk(name), integer(int64(i+1)))
		ends += array(bulk("unsubscribe"), bulk(name), integer(int64(many-1-i)))
	}
	c.Exchange(cmd(subscribe...), replies)
	for i := 0; i < many; i += 37 {
		p.Exchange(cmd("PUBLISH", subscribe[i+1], "x"), one)
		c.Expect(array(bulk("message"), bulk(subscribe[i+1]), bulk("x")))
	}
	c.Exchange(cmd(unsubscribe...), ends)
	c.Exchange(cmd(subscribe...), replies)
	c.Exchange(cmd("RESET"), "+RESET\r\n")
	p.Exchange(cmd("PUBLISH", subscribe[1], "x"), zero)
}

// pubSubRows expects what COMMAND INFO says of the family.
func pubSubRows(t *T) {
	c := t.Dial()
	const listens = "pubsub noscript loading stale"
	for name, want := range map[string]struct {
		arity             int
		flags, categories string
		keys              bool
	}{
		"subscribe":            {-2, listens, "@pubsub @slow", false},
		"unsubscribe":          {-1, listens, "@pubsub @slow", false},
		"psubscribe":           {-2, listens, "@pubsub @slow", false},
		"punsubscribe":         {-1, listens, "@pubsub @slow", false},
		"ssubscribe":           {-2, listens, "@pubsub @slow", true},
		"sunsubscribe":         {-1, listens, "@pubsub @slow", true},
		"publish":              {3, "pubsub loading stale fast", "@pubsub @fast", false},
		"spublish":             {3, "pubsub loading stale fast", "@pubsub @fast", true},
		"pubsub":               {-2, "", "@slow", false},
		"pubsub|channels":      {-2, "pubsub loading stale", "@pubsub @slow", false},
		"pubsub|numpat":        {2, "pubsub loading stale", "@pubsub @slow", false},
		"pubsub|numsub":        {-2, "pubsub loading stale", "@pubsub @slow", false},
		"pubsub|shardchannels": {-2, "pubsub loading stale", "@pubsub @slow", false},
		"pubsub|shardnumsub":   {-2, "pubsub loading stale", "@pubsub @slow", false},
		"pubsub|help":          {2, "loading stale", "@slow", false},
	} {
		info := c.Call("COMMAND", "INFO", name).Elems[0].Elems
		require.EqualValues(t, want.arity, info[1].Int, name)
		require.Equal(t, want.flags, strings.Join(info[2].Strings(), " "), name)
		require.Equal(t, want.categories, strings.Join(info[6].Strings(), " "), name)
		require.Equal(t, want.keys, len(info[8].Elems) > 0, name)
	}
	c.Exchange(cmd("COMMAND", "GETKEYS", "SSUBSCRIBE", "a", "b"), noKeys) // a shard channel stands where a key would, and is none
}
