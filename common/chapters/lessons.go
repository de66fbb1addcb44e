// lessons.go: the course's lessons, in order.

package chapters

// Lesson is one lesson of the video course, by the chapter it belongs to.
type Lesson struct {
	Chapter int
	Title   string
}

// Lessons lists the course's lessons in their order.
var Lessons = []Lesson{
	{1, "What makes Redis special?"},
	{1, "A simple TCP echo server"},
	{2, "Speaking Redis' language"},
	{2, "Implementing RESP"},
	{2, "Implementing PING"},
	{2, "I/O multiplexing and event loops"},
	{2, "Many clients"},
	{3, "GET, SET and TTL"},
	{3, "EXPIRE and auto-deletion"},
	{3, "Eviction strategies, simple-first"},
	{4, "Command pipelining"},
	{4, "AOF persistence"},
	{5, "Objects, encodings, INCR"},
	{5, "INFO and allkeys-random"},
	{5, "The approximated LRU algorithm"},
	{5, "Implementing approximated LRU"},
	{6, "How Redis caps memory"},
	{6, "Overriding malloc"},
	{7, "Graceful shutdown"},
	{7, "Transactions"},
	{8, "List internals: ziplist and quicklist"},
	{8, "Set internals: intset"},
	{8, "Geospatial queries and geohash"},
	{8, "String internals: SDS"},
	{8, "HyperLogLog and cardinality estimation"},
	{8, "LFU and approximate counting"},
}
