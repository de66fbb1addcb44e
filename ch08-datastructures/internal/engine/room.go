// room.go: what happens when there are too many keys, or too much memory is in use.
// Redis: evict.c, performEvictions.
//
// Memory ends in two ways. More is in use than maxmemory: then keys go, or what is
// denyoom is refused. Or the system gives no more (ulimit -v, vm.overcommit_memory 2):
// then a command is refused that might not get all that it needs. It is asked before
// the command runs, so handlers and databases never see an allocation fail. How long a
// reply will be is known when the value is found: then it is asked again.

package engine

import (
	"math"
	"runtime/debug"
	"time"

	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/zmalloc"
)

// errOOM is the answer to what would need more memory than there may be.
const errOOM = "OOM command not allowed when used memory > 'maxmemory'."

// makeRoom evicts keys if there is too much in use. It reports whether the command
// may run, and replies the error if not: one that may need more memory must not when
// there is none left and no key may go. Redis: server.c, processCommand.
func (e *Engine) makeRoom(c *Client) bool {
	if c.Command.grows && !c.queues() && !e.hasRoom(c) {
		c.reject(ErrNoMemory)
		return false
	}
	if e.Config.MaxMemory == 0 && e.Config.MaxKeys == 0 || e.loading {
		return true
	}
	outcome := e.evict()
	e.evicting = outcome == keyspace.EvictRunning
	if outcome == keyspace.EvictFail && c.effect()&DenyOOM != 0 {
		c.reject(errOOM)
		return false
	}
	return true
}

// ErrNoMemory is the answer where the system gives no more.
const ErrNoMemory = "OOM command not allowed when the system gives the server no more memory."

// hasRoom reports whether there is memory for all that the command may need: a block
// about as large as its arguments or, where it is not denyoom and changes something
// about a value, as that value's; and small ones that zmalloc keeps back. One that makes
// a value of more than it is given has to ask for that itself.
func (e *Engine) hasRoom(c *Client) bool {
	n := 0
	if c.Command.Flags&DenyOOM == 0 && len(c.Args) > 1 {
		n = c.DB.BlockSize(c.Args[1])
	} else {
		for _, arg := range c.Args {
			n += len(arg)
		}
	}
	if zmalloc.HasRoom(n) {
		return true
	}
	e.outOfMemory = true
	return false
}

// HasRoomFor reports whether there is memory for n bytes of a value that the command makes of
// more than it is given, or replies the error.
func (c *Client) HasRoomFor(n int) bool {
	if zmalloc.HasRoom(n) {
		return true
	}
	c.Engine.outOfMemory = true
	c.ReplyError(ErrNoMemory)
	return false
}

// What shorter replies add up to the server bounds (memory.go there); it closes clients.
// A reply is refused before it comes to that.
const (
	largeReply  = 1 << 20  // bytes from which on a reply may be more than Go's heap has room for
	replyMargin = 32 << 20 // bytes that must be left
)

// hasRoomToReply reports whether there is memory for a reply of n bytes. One that grows is
// moved, and gets a quarter more than it needs.
func (c *Client) hasRoomToReply(n int) bool {
	n += n/4 + replyMargin
	if zmalloc.GoCanTake(n) {
		return true
	}
	debug.FreeOSMemory() // replies that have been sent may be garbage still
	if zmalloc.GoCanTake(n) {
		return true
	}
	c.Engine.outOfMemory = true
	return false
}

// HasRoomBeside reports whether Go's heap has room for n bytes that a command needs while it
// runs, or replies the error.
func (c *Client) HasRoomBeside(n int) bool {
	if n < largeReply || c.hasRoomToReply(n) {
		return true
	}
	c.ReplyError(ErrNoMemory)
	return false
}

// OutOfMemory reports whether a command was refused since it was last asked because the
// system gave no more memory.
func (e *Engine) OutOfMemory() (refused bool) {
	refused, e.outOfMemory = e.outOfMemory, false
	return refused
}

// KeepEvicting evicts more keys, if the last round had to stop for the time. It
// reports whether there is still more to do.
func (e *Engine) KeepEvicting() bool {
	e.evicting = e.evicting && e.evict() == keyspace.EvictRunning
	return e.evicting
}

// evict makes room, and notes since when there is too little. Redis: evict.c,
// performEvictions.
func (e *Engine) evict() keyspace.Outcome {
	var began time.Duration
	if e.MeasuresLatency() {
		began = sinceStart()
	}
	outcome := e.Keyspace.Evict()
	if began != 0 {
		e.AddLatency(EventEvict, sinceStart()-began)
	}
	switch {
	case outcome == keyspace.EvictOK && e.exceeding != 0:
		e.exceeded += sinceStart() - e.exceeding
		e.exceeding = 0
	case outcome != keyspace.EvictOK && e.exceeding == 0:
		e.exceeding = sinceStart()
	}
	return outcome
}

// Exceeded is for how long more was in use than maxmemory, all in all and just now, though keys
// were evicted or none could be.
func (e *Engine) Exceeded() (total, now time.Duration) {
	if e.exceeding != 0 {
		now = sinceStart() - e.exceeding
	}
	return e.exceeded + now, now
}

// UsedMemory is all memory in use, in bytes: what holds the keys, what clients take,
// what waits to be logged, and what the server takes with neither.
//
// Of Go's heap each part is counted when it comes and when it goes. What the garbage
// collector tells cannot be used: it is the state of the last collection, and counts the
// buffers of a client that has left long ago. Keys would be evicted for that client.
// Redis: zmalloc.c, zmalloc_used_memory.
func (e *Engine) UsedMemory() int { return e.countedMemory() + e.UncountedMemory() }

// countedMemory is what of it counts against maxmemory.
func (e *Engine) countedMemory() int {
	return zmalloc.Used() - e.Keyspace.LeftBytes() + e.clientMemory + e.tracked.bytes + e.baseMemory
}

// UncountedMemory is what does not, in bytes: the log's buffer and what a snapshot keeps
// of keys that have changed or gone, since keys that are evicted make more of both. Redis:
// evict.c, freeMemoryGetNotCountedMemory.
func (e *Engine) UncountedMemory() int {
	return e.LogMemory() + e.Keyspace.SnapshotMemory() + e.Keyspace.LeftBytes()
}

// CountClientMemory says that clients take so many bytes of Go's heap more, or fewer if
// it is negative.
func (e *Engine) CountClientMemory(bytes int) { e.clientMemory += bytes }

// ClientMemory is what all clients take of Go's heap, in bytes.
func (e *Engine) ClientMemory() int { return e.clientMemory }

// SetBaseMemory says what of Go's heap is in use without any client, in bytes.
func (e *Engine) SetBaseMemory(bytes int) { e.baseMemory = bytes }

// ConfigChanged makes new settings hold.
func (e *Engine) ConfigChanged(names []string) (refused string, err error) {
	e.Keyspace.SetEviction(e.eviction())
	e.Keyspace.SetLimits(e.limits())
	e.setEvents(e.Config.Events)
	e.fitMeasuring()
	return e.Server.ConfigChanged(names)
}

// eviction is what the settings say of it. Where only maxkeys is given, any key may
// go. While loading none goes.
func (e *Engine) eviction() keyspace.Eviction {
	policy := keyspace.Policies[e.Config.MaxMemoryPolicy]
	if policy == keyspace.NoEviction && e.Config.MaxKeys > 0 {
		policy = keyspace.AllKeysRandom
	}
	k := keyspace.Eviction{
		MaxMemory: e.Config.MaxMemory, MaxKeys: e.Config.MaxKeys, Policy: policy, Samples: e.Config.MaxMemorySamples,
		LogFactor: e.Config.LFULogFactor, DecayTime: e.Config.LFUDecayTime,
		Budget: evictionBudget(e.Config.EvictionTenacity), Used: e.countedMemory,
	}
	if e.loading { // what is loaded is used as the policy counts it
		k.MaxMemory, k.MaxKeys = 0, 0
	}
	return k
}

// limits are what the settings say of the sizes of collections.
func (e *Engine) limits() object.Limits {
	c := e.Config
	return object.Limits{
		HashEntries: c.HashMaxListpackEntries, HashValue: c.HashMaxListpackValue,
		SortedSetEntries: c.SortedSetMaxListpackEntries, SortedSetValue: c.SortedSetMaxListpackValue,
		SetInts: c.SetMaxIntsetEntries, ListSize: c.ListMaxListpackSize, HLLSparse: c.HLLSparseMaxBytes,
	}
}

// evictionBudget is how long a round may take, by the tenacity from 0 to 100. Redis:
// evict.c, evictionTimeLimitUs.
func evictionBudget(tenacity int) time.Duration {
	switch {
	case tenacity <= 10:
		return time.Duration(tenacity) * 50 * time.Microsecond
	case tenacity < 100:
		return time.Duration(500 * math.Pow(1.15, float64(tenacity-10)) * float64(time.Microsecond))
	default:
		return math.MaxInt64
	}
}
