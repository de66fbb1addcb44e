// store.go: the keys, when they end, and which one goes when there are too many.

package main

import (
	"bytes"
	"math"
	"strconv"
	"time"
)

// entry is what a key holds: a number, or text.
type entry struct {
	isNumber bool
	number   int64
	text     []byte
	expires  int64 // milliseconds since 1970; 0 for never
	used     time.Time
	born     int // its place among all that were ever added
}

var (
	store  = map[string]*entry{}
	births int
	added  int // keys less those that are gone: what INFO tells
)

func now() int64 { return time.Now().UnixMilli() }

// lookup returns the key's entry; nil if there is none, or none any more.
func lookup(key string) *entry {
	e := store[key]
	if e != nil && e.expires != 0 && e.expires <= now() {
		remove(key)
		return nil
	}
	return e
}

// use is lookup for who reads or changes the value.
func use(key string) *entry {
	e := lookup(key)
	if e != nil {
		e.used = time.Now()
	}
	return e
}

func remove(key string) {
	delete(store, key)
	added--
}

// put stores an entry under a key, and lets others go if there are too many.
func put(key string, e *entry) {
	old := store[key]
	if old == nil || *bug == "overwrite-counts-as-new" {
		added++
	}
	births++
	e.born, e.used = births, time.Now()
	store[key] = e
	for *maxKeys > 0 && len(store) > *maxKeys {
		remove(victim(key))
	}
}

// samples is how many keys allkeys-lru looks at.
const samples = 5

// victim is the key that goes. It is not the newest one.
func victim(newest string) (found string) {
	seen := 0
	for key, e := range store { // Go begins at a random one
		if key == newest {
			continue
		}
		seen++
		switch {
		case found == "":
			found = key
		case *policy == "allkeys-lru" && e.used.Before(store[found].used):
			found = key
		case *policy == "noeviction" && e.born < store[found].born:
			found = key
		}
		if *policy == "allkeys-random" || *policy == "allkeys-lru" && seen == samples {
			break
		}
	}
	return found
}

// toNumber reads "7"; "007", "+7" and " 7" are text.
func toNumber(b []byte) (n int64, ok bool) {
	n, err := strconv.ParseInt(string(b), 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == string(b)
}

// newEntry holds a copy of the value: b is the reader's.
func newEntry(b []byte) *entry {
	if n, ok := toNumber(b); ok {
		return &entry{isNumber: true, number: n}
	}
	if *bug == "value-is-not-copied" {
		return &entry{text: b}
	}
	return &entry{text: bytes.Clone(b)}
}

func (e *entry) bytes() []byte {
	if e.isNumber {
		return strconv.AppendInt(nil, e.number, 10)
	}
	return e.text
}

func (e *entry) encoding() string {
	switch {
	case e.isNumber:
		return "int"
	case len(e.text) <= 44:
		return "embstr"
	}
	return "raw"
}

// increment adds one, if there is room for it.
func (e *entry) increment() bool {
	if e.number == math.MaxInt64 && *bug != "incr-wraps" {
		return false
	}
	e.number++
	return true
}
