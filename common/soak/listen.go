// listen.go: clients that are told what they did not ask for: who listens to channels, watches
// all that others do, or keeps a cache.
//
//	one connection listens ◀── every message, whole, in the order of publishing
//	another one publishes
//
// Some do not read what they listen to. The server may close them for that; it must not keep
// what they do not take, nor let others wait.

package soak

import (
	"fmt"
	"strconv"
	"time"

	"redis-internals/common/conformance/wire"
)

// pushed reads what comes next, be it a reply or a push.
func (c *conn) pushed() (wire.Value, error) {
	c.patient()
	v, err := wire.Read(c.in)
	return v, unwrapped(err)
}

// listen publishes on another connection to a channel of its own, and expects each message.
func (c *client) listen(conn *conn) error {
	if !c.table.has("subscribe") {
		return nil
	}
	if c.rng.IntN(2) == 0 && c.table.has("hello") {
		if _, err := conn.call("HELLO", "3"); err != nil {
			return err
		}
	}
	channel := "listen:" + strconv.Itoa(c.id)
	if err := conn.write(wire.Command("SUBSCRIBE", channel)); err != nil {
		return err
	}
	if v, err := conn.pushed(); err != nil || len(v.Elems) != 3 || v.Elems[0].Text != "subscribe" {
		return fmt.Errorf("SUBSCRIBE is answered %+v: %w", v, err)
	}
	other, err := c.dial()
	if err != nil {
		return err
	}
	defer other.close()
	for range 1 + c.rng.IntN(30) {
		c.seq++
		message := marked(c.id, c.seq)
		v, err := other.call("PUBLISH", channel, message)
		if err != nil {
			return err
		}
		if v.Int < 1 { // who listens to all channels is counted, too
			return fmt.Errorf("PUBLISH to a channel that I listen to is answered %q %s%d", v.Kind, clip(v.Text), v.Int)
		}
		got, err := conn.pushed()
		if err != nil {
			return err
		}
		if len(got.Elems) != 3 || got.Elems[0].Text != "message" || got.Elems[1].Text != channel || got.Elems[2].Text != message {
			return fmt.Errorf("message %d has come as %q %+v", c.seq, got.Kind, clip(fmt.Sprint(got.Elems)))
		}
		c.replies.Add(2)
	}
	return nil
}

// deaf listens to all channels, or watches all requests, and reads nothing of it.
func (c *client) deaf(conn *conn) error {
	words := []string{"PSUBSCRIBE", "*"}
	if c.rng.IntN(3) == 0 {
		words = []string{"MONITOR"}
	}
	if !c.table.has("psubscribe") {
		return nil
	}
	_ = conn.nc.SetReadBuffer(4 << 10)
	_ = conn.write(wire.Command(words...))
	<-time.After(time.Duration(c.rng.IntN(300)) * time.Millisecond)
	if c.rng.IntN(2) == 0 {
		conn.reset()
	}
	return nil
}

// cache keeps a key's value, and is told when another connection changes it.
func (c *client) cache(conn *conn) error {
	if !c.table.has("client|tracking") {
		return nil
	}
	words := [][]string{{"CLIENT", "TRACKING", "ON"}, {"CLIENT", "TRACKING", "ON", "BCAST"}}[c.rng.IntN(2)]
	for _, request := range [][]string{{"HELLO", "3"}, words} {
		if v, err := conn.call(request...); err != nil || v.IsError() {
			return fmt.Errorf("%v is answered %s: %w", request, v.Text, err)
		}
	}
	other, err := c.dial()
	if err != nil {
		return err
	}
	defer other.close()
	for range 1 + c.rng.IntN(20) {
		if _, err := conn.call("GET", checkKey(c.id)); err != nil {
			return err
		}
		c.seq++
		v, err := other.call("SET", checkKey(c.id), marked(c.id, c.seq))
		if err != nil {
			return err
		}
		if v.IsError() { // no memory
			continue
		}
		if err := conn.awaitInvalidation(checkKey(c.id)); err != nil {
			return err
		}
		c.replies.Add(3)
	}
	return nil
}

// awaitInvalidation reads pushes until a key, or all, are said to be stale.
func (c *conn) awaitInvalidation(key string) error {
	for {
		v, err := c.pushed()
		if err != nil {
			return fmt.Errorf("waiting to be told that %s has changed: %w", key, err)
		}
		if v.Kind != '>' || len(v.Elems) != 2 || v.Elems[0].Text != "invalidate" {
			return fmt.Errorf("expected that %s is invalidated, came %q %s", key, v.Kind, clip(fmt.Sprint(v.Elems)))
		}
		if v.Elems[1].Null {
			return nil
		}
		for _, name := range v.Elems[1].Strings() {
			if name == key {
				return nil
			}
		}
	}
}
