// Redigo is the session of sessions/README.md in redigo: every request of the lists, then
// what takes more than one connection.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"

	"redis-internals/sessions/transcript"
)

var addr, password, _, list = transcript.Arguments()

func dial(options ...redis.DialOption) (redis.Conn, error) {
	all := []redis.DialOption{redis.DialPassword(password), redis.DialReadTimeout(time.Minute)}
	return redis.Dial("tcp", addr, append(all, options...)...)
}

func main() {
	pool := &redis.Pool{Dial: func() (redis.Conn, error) { return dial() }, MaxIdle: 2}
	c := pool.Get()
	transcript.Each(list, func(words []string) (any, error) { return c.Do(words[0], arguments(words[1:])...) })
	binary(c)
	pipeline(c)
	if strings.HasSuffix(list, "single.txt") {
		fmt.Println("end")
		return
	}
	_, err := dial(redis.DialPassword("wrong"))
	transcript.Show("wrong password", err)
	transaction(c)
	pubsub(c)
	blocking(c)
	tracking(c)
	c.Close()
	restart(pool)
	fmt.Println("end")
}

func arguments(words []string) []any {
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	return list
}

func do(c redis.Conn, step string, args ...any) any {
	v, err := c.Do(args[0].(string), args[1:]...)
	if err != nil {
		v = err
	}
	transcript.Show(step, v)
	return v
}

func must(c redis.Conn, err error) redis.Conn {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return c
}

func binary(c redis.Conn) {
	value := transcript.EveryByte()
	do(c, "set every byte", "SET", value, value)
	got, err := redis.String(c.Do("GET", value))
	transcript.Show("every byte", got == value, err)
	large := strings.Repeat(value, 4096)
	do(c, "set a megabyte", "SET", "large", large)
	got, err = redis.String(c.Do("GET", "large"))
	transcript.Show("a megabyte", got == large, err)
	do(c, "del", "DEL", "large")
}

func pipeline(c redis.Conn) {
	var list []any
	for i := range 1000 {
		c.Send("SET", fmt.Sprint("p:", i), i)
		c.Send("GET", fmt.Sprint("p:", i))
	}
	c.Send("INCRBY", "p:1", "x")
	c.Flush()
	for range 2001 {
		v, err := c.Receive()
		list = append(list, v, err)
	}
	transcript.Show("pipeline", len(list), transcript.Sum(list), list[4000:])
}

func transaction(c redis.Conn) {
	other := must(dial())
	defer other.Close()
	do(c, "set", "SET", "m", 1)
	for _, meanwhile := range []any{"GET", "INCR"} {
		do(c, "watch", "WATCH", "m")
		do(other, "meanwhile", meanwhile, "m")
		c.Send("MULTI")
		c.Send("INCR", "m")
		c.Send("LPUSH", "m", "x")
		do(c, "exec", "EXEC")
	}
	do(c, "get", "GET", "m")
}

func pubsub(c redis.Conn) {
	p := redis.PubSubConn{Conn: must(dial())}
	defer p.Close()
	receive := func(n int) {
		for range n {
			transcript.Show("received", fmt.Sprintf("%q", p.ReceiveWithTimeout(30*time.Second)))
		}
	}
	transcript.Show("subscribe", p.Subscribe("news", "more"), p.PSubscribe("n?ws"))
	receive(3)
	do(c, "publish", "PUBLISH", "news", "\xff\x00")
	receive(2)
	transcript.Show("ping", p.Ping("there"))
	receive(1)
	transcript.Show("send", p.Conn.Send("GET", "m"), p.Conn.Flush())
	receive(1)
}

func blocking(c redis.Conn) {
	b := must(dial())
	defer b.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(b, "blpop", "BLPOP", "empty", "queue", 30)
	}()
	transcript.Await("blocked", func() bool {
		info, _ := redis.String(c.Do("INFO", "clients"))
		return strings.Contains(info, "blocked_clients:1")
	})
	_, err := c.Do("RPUSH", "queue", "work")
	<-done
	transcript.Show("rpush", err)
}

// tracking has messages about changed keys sent to a connection that subscribes to them.
func tracking(c redis.Conn) {
	listener := must(dial())
	id, err := redis.Int(listener.Do("CLIENT", "ID"))
	p := redis.PubSubConn{Conn: listener}
	defer p.Close()
	transcript.Show("subscribe", err, p.Subscribe("__redis__:invalidate"))
	receive := func() { transcript.Show("received", fmt.Sprintf("%q", p.ReceiveWithTimeout(30*time.Second))) }
	receive()
	do(c, "tracking", "CLIENT", "TRACKING", "ON", "REDIRECT", id)
	do(c, "set", "MSET", "cached", 1, "also", 1)
	do(c, "cached", "MGET", "cached", "also")
	do(c, "set again", "SET", "also", 2)
	reply, err := redis.Values(p.Conn.(redis.ConnWithTimeout).ReceiveWithTimeout(30 * time.Second))
	transcript.Show("invalidated", reply, err)
	do(c, "flush", "FLUSHDB")
	reply, err = redis.Values(p.Conn.(redis.ConnWithTimeout).ReceiveWithTimeout(30 * time.Second))
	transcript.Show("invalidated", reply, err)
	do(c, "broadcast", "CLIENT", "TRACKING", "ON", "BCAST")
	do(c, "off", "CLIENT", "TRACKING", "OFF")
}

// restart finds the server again: a pool throws away a connection that broke.
func restart(pool *redis.Pool) {
	c := pool.Get()
	do(c, "set", "SET", "kept", "yes")
	c.Close()
	transcript.Restart()
	transcript.Await("after a restart", func() bool {
		c := pool.Get()
		defer c.Close()
		v, _ := redis.String(c.Do("GET", "kept"))
		return v == "yes"
	})
}
