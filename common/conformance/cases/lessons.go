// lessons.go: the titles under which the cases stand, as chapters.Lessons has them.

package cases

// Those that more than one file needs.
const (
	lesson2RESP         = "Implementing RESP"
	lesson2PING         = "Implementing PING"
	lesson3Set          = "GET, SET and TTL"
	lesson3Expire       = "EXPIRE and auto-deletion"
	lesson3Evict        = "Eviction strategies, simple-first"
	lesson4Pipelining   = "Command pipelining"
	lesson4AOF          = "AOF persistence"
	lesson5Objects      = "Objects, encodings, INCR"
	lesson5Info         = "INFO and allkeys-random"
	lesson5Idea         = "The approximated LRU algorithm"
	lesson5LRU          = "Implementing approximated LRU"
	lesson6Limit        = "How Redis caps memory"
	lesson6Malloc       = "Overriding malloc"
	lesson7Shutdown     = "Graceful shutdown"
	lesson7Transactions = "Transactions"
	lesson8Lists        = "List internals: ziplist and quicklist"
	lesson8Sets         = "Set internals: intset"
	lesson8Places       = "Geospatial queries and geohash"
	lesson8Strings      = "String internals: SDS"
	lesson8LFU          = "LFU and approximate counting"
)
