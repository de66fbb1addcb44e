// slowlog.go: the commands that took longest, of late.
//
//	slowlog-log-slower-than 10000        microseconds; 0 is all of them, -1 none
//	slowlog-max-len 128                  entries that are kept
//
//	11  SORT jobs BY w_*    17,204 µs    the newest; what is kept of a request is bounded:
//	10  KEYS *              12,880 µs    32 words, 128 bytes of each
//	 .                                   what is beyond the length falls off at the end
//
// How long it took is the time of the handler: neither that of reading the request nor of
// sending the reply, in which others are served. For a command that waited for a key it is what
// its runs took, not the waiting.
//
// Redis: slowlog.c.

package engine

import (
	"fmt"
	"time"
)

const (
	maxSlowArgs   = 32  // words of a request that are kept, the last one telling how many there were
	maxSlowArg    = 128 // bytes of each
	slowEntrySize = 120 // bytes that an entry takes without its words
)

// SlowEntry is a command that took long.
type SlowEntry struct {
	ID         int64 // from 0
	At         int64 // Unix seconds
	Took       time.Duration
	Args       []string
	Peer, Name string // the client's
}

func (s *SlowEntry) memory() int {
	bytes := slowEntrySize + len(s.Peer) + len(s.Name)
	for _, arg := range s.Args {
		bytes += len(arg) + 16
	}
	return bytes
}

// slowLog is what is kept, the oldest first.
type slowLog struct {
	entries []*SlowEntry
	nextID  int64
}

// addSlow keeps the client's command, which took so long. O(its words).
func (e *Engine) addSlow(c *Client, took time.Duration) {
	l := &e.slow
	entry := &SlowEntry{ID: l.nextID, At: e.Clock() / 1000, Took: took, Args: slowArgs(c.Args), Peer: e.Server.Peer(c), Name: c.Name}
	l.nextID++
	l.entries = append(l.entries, entry)
	e.baseMemory += entry.memory()
	for len(l.entries) > e.Config.SlowLogMaxLen {
		e.baseMemory -= l.entries[0].memory()
		l.entries[0] = nil
		l.entries = l.entries[1:]
	}
}

// slowArgs is what is kept of a request. Redis: slowlogCreateEntry.
func slowArgs(args [][]byte) (kept []string) {
	n := min(len(args), maxSlowArgs)
	for i, arg := range args[:n] {
		switch {
		case i == n-1 && len(args) > n:
			kept = append(kept, fmt.Sprintf("... (%d more arguments)", len(args)-n+1))
		case len(arg) > maxSlowArg:
			kept = append(kept, fmt.Sprintf("%s... (%d more bytes)", arg[:maxSlowArg], len(arg)-maxSlowArg))
		default:
			kept = append(kept, string(arg))
		}
	}
	return kept
}

// SlowLog is the slowest commands of late, the oldest first. It is borrowed until the next
// command.
func (e *Engine) SlowLog() []*SlowEntry { return e.slow.entries }

// ResetSlowLog forgets them. The next one has the number that it would have had.
func (e *Engine) ResetSlowLog() {
	for _, entry := range e.slow.entries {
		e.baseMemory -= entry.memory()
	}
	e.slow.entries = nil
}
