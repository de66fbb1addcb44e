// control.go: one more client, which changes what all others meet.

package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// prepare reads what is in use once as many clients as will come have come and gone:
// whatever a server keeps for the next one it then has.
func (r *run) prepare() error {
	r.start = -1
	conns := make([]*conn, r.Clients)
	for i := range conns {
		c, err := r.dial()
		if err != nil {
			return err
		}
		conns[i] = c
		if _, err := c.call("PING"); err != nil {
			return err
		}
	}
	for _, c := range conns {
		c.close()
	}
	if !r.table.has("memory") { // then what INFO tells is Go's heap
		return nil
	}
	c, err := r.dial()
	if err != nil {
		return err
	}
	defer c.close()
	// Values as long as Redis allows would fill the machine.
	_, _ = c.call("CONFIG", "SET", "proto-max-bulk-len", strconv.Itoa(8<<20))
	r.start, err = c.figure("memory", "used_memory")
	return err
}

// control does something every few hundred milliseconds until ctx ends.
func (r *run) control(ctx context.Context) {
	rng := rand.New(rand.NewPCG(r.Seed, 1<<40))
	c, err := r.dial()
	for err == nil && ctx.Err() == nil {
		err = r.disturb(c, rng)
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(100+rng.IntN(300)) * time.Millisecond):
		}
	}
	if err != nil {
		r.fail("the controller", err)
		return
	}
	c.close()
}

// policies of eviction, under which the limit goes up and down.
var policies = strings.Fields("noeviction allkeys-random allkeys-lru volatile-random volatile-ttl volatile-lru allkeys-lfu volatile-lfu")

// disturb is one of the controller's deeds. A command that the server has not is
// answered with an error, as is a rewrite while one is under way.
func (r *run) disturb(c *conn, rng *rand.Rand) error {
	deeds := [][]string{
		{"BGREWRITEAOF"},
		{"BGREWRITEAOF"},
		{"FLUSHALL"},
		{"FLUSHALL", "ASYNC"},
		{"INFO", "everything"},
		{"CONFIG", "RESETSTAT"},
		{"CONFIG", "SET", "maxmemory-policy", policies[rng.IntN(len(policies))]},
		{"CONFIG", "SET", "maxmemory", strconv.Itoa(rng.IntN(8 << 20))},
		{"CONFIG", "SET", "maxmemory", "0"},
		{"CONFIG", "SET", "appendfsync", strings.Fields("always everysec no")[rng.IntN(3)]},
		{"MEMORY", "PURGE"},
		{"MEMORY", "STATS"},
		{"SCRIPT", "FLUSH"},
	}
	words := deeds[rng.IntN(len(deeds))]
	if _, err := c.call(words...); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(words, " "), err)
	}
	return nil
}

// figure reads an integer of INFO.
func (c *conn) figure(section, name string) (int64, error) {
	v, err := c.call("INFO", section)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(v.Text) {
		if digits, ok := strings.CutPrefix(strings.TrimSpace(line), name+":"); ok {
			return strconv.ParseInt(digits, 10, 64)
		}
	}
	return 0, errors.New("INFO " + section + " has no " + name)
}
