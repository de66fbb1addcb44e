// aftermath.go: what must hold once all clients have left.

package soak

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"redis-internals/common/conformance/wire"
)

const (
	// settled is how long the server has until all that clients took is given back.
	settled = 20 * time.Second
	// lives is how long a key must have left for it to be compared.
	lives = time.Hour
)

// aftermath looks at the server when it is alone.
func (r *run) aftermath() error {
	c, err := r.dial()
	if err != nil {
		return err
	}
	defer c.close()
	if r.table.has("config|set") {
		if _, err := c.call("CONFIG", "SET", "maxmemory", "0"); err != nil {
			return err
		}
	}
	if r.table.has("info") {
		if err := c.settles("clients", "connected_clients", 1); err != nil {
			return err
		}
	}
	if r.table.has("bgrewriteaof") {
		if err := r.sameAfterLoading(c); err != nil {
			return err
		}
	}
	if r.start >= 0 {
		for _, words := range r.table.forgets() {
			if _, err := c.call(words...); err != nil {
				return err
			}
		}
		if err := c.settles("memory", "used_memory", r.start+r.Slack); err != nil {
			return fmt.Errorf("it was %d at the start: %w", r.start, err)
		}
	}
	if code := r.server.Stop(); code != 0 {
		return fmt.Errorf("SIGTERM ended the server with exit code %d", code)
	}
	return nil
}

// settles waits until a figure of INFO is no more than most.
func (c *conn) settles(section, name string, most int64) error {
	for deadline := time.Now().Add(settled); ; {
		n, err := c.figure(section, name)
		if err != nil || n <= most {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s is %d, and not %d or less, for %v now", name, n, most, settled)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// sameAfterLoading starts another server on a copy of the log, and compares all that
// both hold.
func (r *run) sameAfterLoading(c *conn) error {
	if r.table.has("info") {
		if err := c.settles("persistence", "aof_rewrite_in_progress", 0); err != nil {
			return err
		}
	}
	horizon := time.Now().Add(lives).UnixMilli()
	before, err := c.everything(r.table, horizon)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(r.dir, "copy-")
	if err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(dir, "appendonlydir"), os.DirFS(filepath.Join(r.dir, "appendonlydir"))); err != nil {
		return err
	}
	second, err := r.launch(dir, logged...)
	if err != nil {
		return fmt.Errorf("a second server does not start on a copy of the log: %w", err)
	}
	defer second.Kill()
	other := &run{Config: r.Config, server: second}
	d, err := other.dial()
	if err != nil {
		return err
	}
	defer d.close()
	for deadline := time.Now().Add(r.Patience); ; {
		v, err := d.call("PING")
		if err != nil {
			return fmt.Errorf("a second server, on a copy of the log: %w\nit printed:\n%s", err, ends(second.Log()))
		}
		if v.Text == "PONG" {
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("a second server still answers %q", v.Text)
		}
		<-time.After(5 * time.Millisecond)
	}
	after, err := d.everything(r.table, horizon)
	if err != nil {
		return err
	}
	return compare(before, after)
}

// held is what a server holds under a key.
type held struct {
	value   wire.Value
	expires int64 // Unix milliseconds; -1: never
}

// compare says of the first keys that differ how they do.
func compare(before, after map[string]held) error {
	var wrong []string
	for key, b := range before {
		a, ok := after[key]
		switch {
		case !ok:
			wrong = append(wrong, clip(key)+" is lost: "+clip(b.value.Text))
		case a.expires != b.expires:
			wrong = append(wrong, fmt.Sprintf("%s expires at %d and not at %d", clip(key), a.expires, b.expires))
		case !reflect.DeepEqual(a.value, b.value):
			wrong = append(wrong, fmt.Sprintf("%s is %s and not %s", clip(key), clip(a.value.Text), clip(b.value.Text)))
		}
	}
	for key, a := range after {
		if _, ok := before[key]; !ok {
			wrong = append(wrong, clip(key)+" is there again: "+clip(a.value.Text))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("of %d keys %d are not the same in a server that has loaded the log:\n%s",
		len(before), len(wrong), strings.Join(wrong[:min(10, len(wrong))], "\n"))
}

// readers ask for the whole of a key, by its type.
var readers = map[string][]string{
	"string": {"GET"},
	"list":   {"LRANGE", "0", "-1"},
	"hash":   {"HGETALL"},
	"set":    {"SMEMBERS"},
	"zset":   {"ZRANGE", "0", "-1", "WITHSCORES"},
}

// everything is all that a server holds and that will live beyond a moment (Unix
// milliseconds), by database and key.
func (c *conn) everything(t *table, horizon int64) (map[string]held, error) {
	all := map[string]held{}
	for db := 0; ; db++ {
		if t.has("select") {
			if v, err := c.call("SELECT", strconv.Itoa(db)); err != nil || v.IsError() {
				return all, err
			}
		} else if db > 0 {
			return all, nil
		}
		names, err := c.call("KEYS", "*")
		if err != nil {
			return nil, err
		}
		for _, key := range names.Strings() {
			h, err := c.held(key)
			if err != nil {
				return nil, err
			}
			if h.expires == -1 || h.expires > horizon {
				all[fmt.Sprintf("%d %s", db, key)] = h
			}
		}
	}
}

func (c *conn) held(key string) (h held, err error) {
	kind, err := c.call("TYPE", key)
	if err != nil {
		return h, err
	}
	at, err := c.call("PEXPIRETIME", key)
	if err != nil {
		return h, err
	}
	h.expires = at.Int
	words, ok := readers[kind.Text]
	if !ok { // gone meanwhile, or of a type that is not compared
		h.value = kind
		return h, nil
	}
	h.value, err = c.call(slices.Insert(slices.Clone(words), 1, key)...)
	switch kind.Text { // what has no order gets one
	case "hash":
		h.value.Elems = pairs(h.value.Elems)
		fallthrough
	case "set":
		slices.SortFunc(h.value.Elems, func(a, b wire.Value) int { return strings.Compare(a.Text, b.Text) })
	}
	return h, err
}

// pairs joins each two elements to one.
func pairs(elems []wire.Value) (joined []wire.Value) {
	for pair := range slices.Chunk(elems, 2) {
		joined = append(joined, wire.Value{Text: pair[0].Text + "\x00" + pair[len(pair)-1].Text})
	}
	return joined
}
