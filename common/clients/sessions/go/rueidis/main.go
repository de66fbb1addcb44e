// Rueidis is the session of sessions/README.md in rueidis: every request of the list, then
// what takes more than one connection, and a cache in the client.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"redis-internals/sessions/transcript"
)

var (
	ctx                            = context.Background()
	addr, password, protocol, list = transcript.Arguments()
)

func connect(change func(*rueidis.ClientOption)) (rueidis.Client, error) {
	o := rueidis.ClientOption{
		InitAddress: []string{addr}, Password: password, ClientName: "session",
		AlwaysRESP2: protocol == 2, DisableCache: protocol == 2, ForceSingleClient: true,
		Dialer: net.Dialer{Timeout: time.Minute}, ConnWriteTimeout: time.Minute,
	}
	if change != nil {
		change(&o)
	}
	return rueidis.NewClient(o)
}

// command is a request in words, sent as it is.
func command(c rueidis.Client, words ...string) rueidis.Completed {
	return c.B().Arbitrary(words...).Build()
}

func do(c rueidis.Client, words ...string) (any, error) {
	return c.Do(ctx, command(c, words...)).ToAny()
}

func show(c rueidis.Client, words ...string) {
	v, err := do(c, words...)
	if err != nil {
		v = err
	}
	transcript.Show(fmt.Sprintf("%q", words), v)
}

func main() {
	c, err := connect(nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	hello(c)
	requests(c)
	binary(c)
	pipeline(c)
	transaction(c)
	pubsub(c)
	blocking(c)
	if protocol == 3 {
		caching(c)
	}
	show(c, "SET", "kept", "yes")
	transcript.Restart()
	transcript.Await("after a restart", func() bool {
		v, _ := c.Do(ctx, c.B().Get().Key("kept").Build()).ToString()
		return v == "yes"
	})
	fmt.Println("end")
}

func hello(c rueidis.Client) {
	_, err := connect(func(o *rueidis.ClientOption) { o.Password = "wrong" })
	transcript.Show("wrong password", err)
	show(c, "CLIENT", "GETNAME")
	info, err := c.Do(ctx, command(c, "CLIENT", "INFO")).ToString()
	transcript.Show("client", strings.Contains(info, fmt.Sprint(" resp=", protocol)), strings.Contains(info, " name=session "), err)
}

// requests are sent on a connection of their own: transactions, names and databases are a
// connection's.
func requests(c rueidis.Client) {
	_ = c.Dedicated(func(d rueidis.DedicatedClient) error {
		transcript.Each(list, func(words []string) (any, error) {
			switch words[0] {
			case "RESET", "AUTH": // the client would not know of it
				return nil, nil
			}
			return d.Do(ctx, d.B().Arbitrary(words...).Build()).ToAny()
		})
		return nil
	})
}

func binary(c rueidis.Client) {
	value := transcript.EveryByte()
	large := strings.Repeat(value, 4096)
	for _, v := range []string{value, large} {
		_, err := do(c, "SET", value, v)
		got, err2 := do(c, "GET", value)
		transcript.Show("every byte", len(v), got == v, err, err2)
	}
	_, err := do(c, "DEL", value)
	transcript.Show("del", err)
}

// pipeline sends what many goroutines ask for at once, and a list of commands.
func pipeline(c rueidis.Client) {
	var commands rueidis.Commands
	for i := range 1000 {
		commands = append(commands, c.B().Set().Key(fmt.Sprint("p:", i)).Value(fmt.Sprint(i)).Build(), c.B().Get().Key(fmt.Sprint("p:", i)).Build())
	}
	commands = append(commands, command(c, "INCRBY", "p:1", "x"))
	var values []any
	for _, r := range c.DoMulti(ctx, commands...) {
		v, err := r.ToAny()
		values = append(values, v, err)
	}
	transcript.Show("pipeline", len(values), transcript.Sum(values), values[4000:])
	answers := make(chan bool)
	for i := range 200 {
		go func() {
			v, _ := c.Do(ctx, c.B().Get().Key(fmt.Sprint("p:", i)).Build()).ToString()
			answers <- v == fmt.Sprint(i)
		}()
	}
	right := 0
	for range 200 {
		if <-answers {
			right++
		}
	}
	transcript.Show("at once", right)
}

func transaction(c rueidis.Client) {
	show(c, "SET", "m", "1")
	for _, meanwhile := range []string{"GET", "INCR"} {
		_ = c.Dedicated(func(d rueidis.DedicatedClient) error {
			err := d.Do(ctx, d.B().Watch().Key("m").Build()).Error()
			show(c, meanwhile, "m")
			var values []any
			for _, r := range d.DoMulti(ctx, d.B().Multi().Build(), d.B().Incr().Key("m").Build(), d.B().Lpush().Key("m").Element("x").Build(), d.B().Exec().Build()) {
				v, err := r.ToAny()
				values = append(values, v, err)
			}
			transcript.Show("watch", err, values)
			return nil
		})
	}
}

func pubsub(c rueidis.Client) {
	received := make(chan string, 8)
	_ = c.Dedicated(func(d rueidis.DedicatedClient) error {
		closed := d.SetPubSubHooks(rueidis.PubSubHooks{
			OnMessage: func(m rueidis.PubSubMessage) {
				received <- fmt.Sprintf("%q", []string{m.Pattern, m.Channel, m.Message})
			},
			OnSubscription: func(s rueidis.PubSubSubscription) { received <- fmt.Sprint(s) },
		})
		d.Do(ctx, d.B().Subscribe().Channel("news", "more").Build())
		d.Do(ctx, d.B().Psubscribe().Pattern("n?ws").Build())
		d.Do(ctx, d.B().Ssubscribe().Channel("shard").Build())
		transcript.Show("subscribed", <-received, <-received, <-received, <-received)
		show(c, "PUBLISH", "news", "\xff\x00")
		transcript.Show("received", transcript.Sorted([]string{<-received, <-received}))
		show(c, "SPUBLISH", "shard", "x")
		transcript.Show("received", <-received)
		d.Do(ctx, d.B().Unsubscribe().Channel("news").Build())
		transcript.Show("unsubscribed", <-received)
		show(c, "PUBLISH", "more", "still")
		transcript.Show("received", <-received, len(closed))
		return nil
	})
}

func blocking(c rueidis.Client) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		v, err := c.Do(ctx, c.B().Blpop().Key("empty", "queue").Timeout(30).Build()).AsStrSlice()
		transcript.Show("blpop", v, err)
	}()
	transcript.Await("blocked", func() bool {
		info, _ := c.Do(ctx, c.B().Info().Section("clients").Build()).ToString()
		return strings.Contains(info, "blocked_clients:1")
	})
	_, err := do(c, "RPUSH", "queue", "work")
	<-done
	transcript.Show("rpush", err)
}

// caching reads a key twice: the second time from the client's own memory, until the server
// says that the key has changed.
func caching(c rueidis.Client) {
	other, err := connect(func(o *rueidis.ClientOption) { o.DisableCache = true })
	if err != nil {
		transcript.Show("another client", err)
		return
	}
	defer other.Close()
	for _, tracked := range [][]string{nil, {"BCAST", "PREFIX", "cached", "NOLOOP"}, {"OPTOUT"}} {
		cached, err := connect(func(o *rueidis.ClientOption) { o.ClientTrackingOptions = tracked })
		if err != nil {
			transcript.Show("tracking", tracked, err)
			continue
		}
		read := func() rueidis.RedisResult {
			return cached.DoCache(ctx, cached.B().Get().Key("cached").Cache(), time.Hour)
		}
		show(other, "SET", "cached", "1")
		for range 2 {
			r := read()
			v, err := r.ToString()
			transcript.Show("cached", tracked, v, err)
		}
		transcript.Await("hit", func() bool { r := read(); return r.IsCacheHit() })
		show(other, "SET", "cached", "2")
		transcript.Await("invalidated", func() bool { v, _ := read().ToString(); return v == "2" })
		show(other, "PEXPIRE", "cached", "1")
		transcript.Await("expired", func() bool { return rueidis.IsRedisNil(read().Error()) })
		show(other, "HSET", "hash", "f", "v")
		m, err := cached.DoCache(ctx, cached.B().Hgetall().Key("hash").Cache(), time.Hour).AsStrMap()
		transcript.Show("hash", m, err)
		show(other, "FLUSHALL")
		transcript.Await("flushed", func() bool {
			m, _ := cached.DoCache(ctx, cached.B().Hgetall().Key("hash").Cache(), time.Hour).AsStrMap()
			return len(m) == 0
		})
		cached.Close()
	}
}
