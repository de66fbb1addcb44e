// Package command holds the commands: families of them, each in a file, with the rows
// that describe them beside the handlers. How a request gets to its handler is package
// engine's business.
//
//	string.go      GET SET INCR DECR and their variants
//	generic.go     DEL UNLINK EXISTS TYPE MOVE RENAME COPY TOUCH RANDOMKEY KEYS
//	expire.go      EXPIRE TTL PERSIST and their variants
//	object.go      OBJECT
//	sort.go        SORT SORT_RO
//	strings.go     APPEND GETRANGE MSET GETEX and their neighbours
//	lcs.go         LCS
//	bitmap.go      SETBIT BITCOUNT BITPOS BITOP
//	bitfield.go    BITFIELD
//	hyperloglog.go PFADD PFCOUNT PFMERGE
//	list.go        LPUSH LPOP LRANGE LINSERT and their neighbours
//	move.go        LMOVE RPOPLPUSH LMPOP
//	blocking.go    BLPOP BLMOVE BLMPOP: the same, but they wait
//	set.go         SADD SREM SPOP and their neighbours
//	combine.go     SINTER SUNION SDIFF and their variants that store
//	hash.go        HSET HGET HDEL HINCRBY and their neighbours
//	sortedset.go   ZADD ZREM ZSCORE ZRANK and their neighbours
//	sortedset_range.go    ZRANGE ZRANGESTORE ZCOUNT ZREMRANGEBYSCORE and their variants
//	sortedset_pop.go      ZPOPMIN ZPOPMAX ZMPOP ZRANDMEMBER
//	sortedset_combine.go  ZUNION ZINTER ZDIFF and their variants
//	sortedset_blocking.go BZPOPMIN BZPOPMAX BZMPOP: those that wait
//	geo.go         GEOADD GEOPOS GEODIST GEOHASH
//	geo_search.go  GEOSEARCH GEORADIUS and their variants
//	scan.go        SCAN, and what SSCAN, HSCAN and ZSCAN have in common with it
//	keyplaces.go   keys of which a row cannot tell all
//	collections.go what handlers of collections begin and end with
//	pubsub.go      SUBSCRIBE PUBLISH PUBSUB and their variants
//	multi.go       MULTI EXEC DISCARD WATCH UNWATCH
//	acl.go         AUTH ACL
//	module.go      MODULE
//	connection.go  PING ECHO QUIT SELECT HELLO RESET CLIENT
//	tracking.go    CLIENT TRACKING CACHING GETREDIR TRACKINGINFO
//	clients.go     CLIENT LIST KILL PAUSE REPLY UNBLOCK and their neighbours
//	server.go      DBSIZE FLUSHDB FLUSHALL SWAPDB BGREWRITEAOF COMMAND
//	docs.go        COMMAND DOCS
//	config.go      CONFIG
//	info.go        INFO
//	memory.go      MEMORY
//	debug.go       DEBUG
//	debug_keys.go  DEBUG POPULATE SDSLEN QUICKLIST
//	debug_server.go DEBUG PROTOCOL ERROR LOG PAUSE-CRON and their neighbours
//	digest.go      DEBUG DIGEST
//	shutdown.go    SHUTDOWN
//	slowlog.go     SLOWLOG
//	latency.go     LATENCY
//	monitor.go     MONITOR
//	state.go       TIME LASTSAVE SAVE BGSAVE LOLWUT
//	replication.go ROLE WAIT REPLICAOF FAILOVER
//	cluster.go     CLUSTER ASKING READONLY READWRITE
//	scripting.go   SCRIPT FUNCTION
package command

import (
	"slices"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
)

// Families are all commands.
var Families = []engine.Family{
	{Group: "string", Rows: stringCommands},
	{Group: "generic", Rows: genericCommands},
	{Group: "generic", Rows: expireCommands},
	{Group: "generic", Rows: objectCommands},
	{Group: "generic", Rows: sortCommands},
	{Group: "generic", Rows: scanCommands},
	{Group: "string", Rows: moreStringCommands},
	{Group: "bitmap", Rows: bitmapCommands},
	{Group: "hyperloglog", Rows: hllCommands},
	{Group: "list", Rows: listCommands},
	{Group: "list", Rows: blockingCommands},
	{Group: "set", Rows: setCommands},
	{Group: "hash", Rows: hashCommands},
	{Group: "sorted-set", Rows: sortedSetCommands},
	{Group: "sorted-set", Rows: sortedSetRangeCommands},
	{Group: "sorted-set", Rows: sortedSetPopCommands},
	{Group: "sorted-set", Rows: sortedSetCombineCommands},
	{Group: "sorted-set", Rows: sortedSetBlockingCommands},
	{Group: "geo", Rows: geoCommands},
	{Group: "pubsub", Rows: pubsubCommands},
	{Group: "transactions", Rows: multiCommands},
	{Group: "connection", Rows: connectionCommands},
	{Group: "connection", Rows: authCommands},
	{Group: "server", Rows: aclCommands},
	{Group: "server", Rows: moduleCommands},
	{Group: "connection", Rows: clientsCommands},
	{Group: "connection", Rows: trackingCommands},
	{Group: "server", Rows: serverCommands},
	{Group: "server", Rows: infoCommands},
	{Group: "server", Rows: configCommands},
	{Group: "server", Rows: memoryCommands},
	{Group: "server", Rows: debugCommands},
	{Group: "server", Rows: shutdownCommands},
	{Group: "server", Rows: slowlogCommands},
	{Group: "server", Rows: latencyCommands},
	{Group: "server", Rows: monitorCommands},
	{Group: "server", Rows: stateCommands},
	{Group: "server", Rows: replicationCommands},
	{Group: "generic", Rows: waitCommands},
	{Group: "cluster", Rows: clusterCommands},
	{Group: "scripting", Rows: scriptCommands},
}

// Renamer returns what tries rename-command on all commands, one after another: the error is
// why one may not be called so.
func Renamer() func(from, to string) error { return engine.NewTable(Families).Rename }

// Rows and handlers are written in the engine's words, so often that they are short
// here.
type (
	Client = engine.Client
	Row    = engine.Row
)

// The flags.
const (
	Write           = engine.Write
	ReadOnly        = engine.ReadOnly
	DenyOOM         = engine.DenyOOM
	Module          = engine.Module
	Admin           = engine.Admin
	PubSub          = engine.PubSub
	NoScript        = engine.NoScript
	Blocking        = engine.Blocking
	Loading         = engine.Loading
	Stale           = engine.Stale
	SkipMonitor     = engine.SkipMonitor
	SkipSlowLog     = engine.SkipSlowLog
	Asking          = engine.Asking
	Fast            = engine.Fast
	NoAuth          = engine.NoAuth
	MayReplicate    = engine.MayReplicate
	NoMandatoryKeys = engine.NoMandatoryKeys
	NoAsyncLoading  = engine.NoAsyncLoading
	NoMulti         = engine.NoMulti
	MovableKeys     = engine.MovableKeys
	AllowBusy       = engine.AllowBusy
	Immediate       = engine.Immediate
	EndsMulti       = engine.EndsMulti
	Protected       = engine.Protected
	Brief           = engine.Brief
	WhileSubscribed = engine.WhileSubscribed
)

// The ACL categories.
const (
	ACLKeyspace    = engine.ACLKeyspace
	ACLRead        = engine.ACLRead
	ACLWrite       = engine.ACLWrite
	ACLSet         = engine.ACLSet
	ACLSortedSet   = engine.ACLSortedSet
	ACLList        = engine.ACLList
	ACLHash        = engine.ACLHash
	ACLString      = engine.ACLString
	ACLBitmap      = engine.ACLBitmap
	ACLHyperLogLog = engine.ACLHyperLogLog
	ACLGeo         = engine.ACLGeo
	ACLStream      = engine.ACLStream
	ACLPubSub      = engine.ACLPubSub
	ACLAdmin       = engine.ACLAdmin
	ACLFast        = engine.ACLFast
	ACLSlow        = engine.ACLSlow
	ACLBlocking    = engine.ACLBlocking
	ACLDangerous   = engine.ACLDangerous
	ACLConnection  = engine.ACLConnection
	ACLTransaction = engine.ACLTransaction
	ACLScripting   = engine.ACLScripting
)

// The classes of events.
const (
	NotifyGeneric   = config.NotifyGeneric
	NotifyString    = config.NotifyString
	NotifyList      = config.NotifyList
	NotifySet       = config.NotifySet
	NotifyHash      = config.NotifyHash
	NotifySortedSet = config.NotifySortedSet
)

// noKeys are the keys of a command that has none.
var noKeys []engine.KeySpec

// The keys that commands have: one or several, and what happens to them.
var (
	readKey   = keySpec(1, 1, engine.KeyRO|engine.KeyAccess, "")
	seenKey   = keySpec(1, 1, engine.KeyRO, "")
	seenKeys  = keySpec(1, -1, engine.KeyRO, "")
	secondKey = keySpec(2, 2, engine.KeyRO, "")
	updateKey = keySpec(1, 1, engine.KeyRW|engine.KeyUpdate, "")
	accessKey = keySpec(1, 1, engine.KeyRW|engine.KeyAccess|engine.KeyUpdate, "")
	setKey    = []engine.KeySpec{{
		First: 1, Last: 1, Step: 1, Flags: engine.KeyRW | engine.KeyAccess | engine.KeyUpdate | engine.KeyVariableFlags, Vary: setKeyFlags,
		Notes: "RW and ACCESS due to the optional `GET` argument",
	}}
	sortReadKeys = append(keySpec(1, 1, engine.KeyRO|engine.KeyAccess, ""), engine.KeySpec{
		Unknown: true, Flags: engine.KeyRO | engine.KeyAccess,
		Notes: "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
	})
	sortKeys = append(slices.Clone(sortReadKeys), engine.KeySpec{
		Unknown: true, Step: 1, Flags: engine.KeyOW | engine.KeyUpdate, Place: sortStorePlace,
		Notes: "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array",
	})
	renameKeys    = append(keySpec(1, 1, engine.KeyRW|engine.KeyAccess|engine.KeyDelete, ""), keySpec(2, 2, engine.KeyOW|engine.KeyUpdate, "")...)
	renameNewKeys = append(keySpec(1, 1, engine.KeyRW|engine.KeyAccess|engine.KeyDelete, ""), keySpec(2, 2, engine.KeyOW|engine.KeyInsert, "")...)
	copyKeys      = append(keySpec(1, 1, engine.KeyRO|engine.KeyAccess, ""), keySpec(2, 2, engine.KeyOW|engine.KeyUpdate, "")...)
	deleteAll     = keySpec(1, -1, engine.KeyRM|engine.KeyDelete, "")

	overwriteKeys = []engine.KeySpec{{First: 1, Last: -1, Step: 2, Flags: engine.KeyOW | engine.KeyUpdate}}
	newKeys       = []engine.KeySpec{{First: 1, Last: -1, Step: 2, Flags: engine.KeyOW | engine.KeyInsert}}
	newKey        = keySpec(1, 1, engine.KeyOW|engine.KeyInsert, "")
	getexKey      = keySpec(1, 1, engine.KeyRW|engine.KeyAccess|engine.KeyUpdate, "RW and UPDATE because it changes the TTL")
	twoKeys       = keySpec(1, 2, engine.KeyRO|engine.KeyAccess, "")
	bitopKeys     = append(keySpec(2, 2, engine.KeyOW|engine.KeyUpdate, ""), keySpec(3, -1, engine.KeyRO|engine.KeyAccess, "")...)
	bitfieldKey   = []engine.KeySpec{{
		First: 1, Last: 1, Step: 1, Flags: engine.KeyRW | engine.KeyAccess | engine.KeyUpdate | engine.KeyVariableFlags, Vary: bitfieldKeyFlags,
		Notes: "This command allows both access and modification of the key",
	}}
	pfcountKeys = keySpec(1, -1, engine.KeyRW|engine.KeyAccess, "RW because it may change the internal representation of the key, and propagate to replicas")
	mergeKeys   = append(keySpec(1, 1, engine.KeyRW|engine.KeyAccess|engine.KeyInsert, ""), keySpec(2, -1, engine.KeyRO|engine.KeyAccess, "")...)
	pfdebugKey  = keySpec(2, 2, engine.KeyRW|engine.KeyAccess, "")

	takenBeforeLast     = keySpec(1, -2, engine.KeyRW|engine.KeyAccess|engine.KeyDelete, "")
	countedAfterTimeout = []engine.KeySpec{{First: 2, Counted: true, Step: 1, Flags: engine.KeyRW | engine.KeyAccess | engine.KeyDelete}}

	shardChannels = keySpec(1, -1, engine.KeyNotKey, "")
	shardChannel  = keySpec(1, 1, engine.KeyNotKey, "")

	readKeys     = keySpec(1, -1, engine.KeyRO|engine.KeyAccess, "")
	insertKey    = keySpec(1, 1, engine.KeyRW|engine.KeyInsert, "")
	deleteKey    = keySpec(1, 1, engine.KeyRW|engine.KeyDelete, "")
	takeKey      = keySpec(1, 1, engine.KeyRW|engine.KeyAccess|engine.KeyDelete, "")
	overwriteKey = keySpec(1, 1, engine.KeyOW|engine.KeyUpdate, "")
	countedKeys  = []engine.KeySpec{{First: 1, Counted: true, Step: 1, Flags: engine.KeyRO | engine.KeyAccess}}
	countedTaken = []engine.KeySpec{{First: 1, Counted: true, Step: 1, Flags: engine.KeyRW | engine.KeyAccess | engine.KeyDelete}}
	moveKeys     = append(keySpec(1, 1, engine.KeyRW|engine.KeyAccess|engine.KeyDelete, ""), keySpec(2, 2, engine.KeyRW|engine.KeyInsert, "")...)
	updateFrom   = append(keySpec(1, 1, engine.KeyRW|engine.KeyUpdate, ""), keySpec(2, -1, engine.KeyRO|engine.KeyAccess, "")...)
	storeFrom    = append(keySpec(1, 1, engine.KeyOW|engine.KeyUpdate, ""), keySpec(2, -1, engine.KeyRO|engine.KeyAccess, "")...)
	storeFromOne = append(keySpec(1, 1, engine.KeyOW|engine.KeyUpdate, ""), keySpec(2, 2, engine.KeyRO|engine.KeyAccess, "")...)
	storeCounted = append(keySpec(1, 1, engine.KeyOW|engine.KeyUpdate, ""),
		engine.KeySpec{First: 2, Counted: true, Step: 1, Flags: engine.KeyRO | engine.KeyAccess})
)

// keySpec is the one spec that most commands have, of all words from first to last.
func keySpec(first, last int, flags engine.KeyFlags, notes string) []engine.KeySpec {
	return []engine.KeySpec{{First: first, Last: last, Step: 1, Flags: flags, Notes: notes}}
}

// row is a line of a family. What the columns are Row says; arity counts the name, and
// is negative where there may be more.
func row(name string, handler func(*Client), arity int, flags engine.Flags, acl engine.Category,
	keys []engine.KeySpec, doc engine.Doc,
) Row {
	return Row{Name: name, Handler: handler, Arity: arity, Flags: flags, ACL: acl, Keys: keys, Doc: doc}
}

// doc builds a Doc; most commands have no tips.
func doc(since, complexity, syntax, summary string, tips ...string) engine.Doc {
	return engine.Doc{Since: since, Complexity: complexity, Syntax: syntax, Summary: summary, Tips: tips}
}
