// clienteviction.go: clients are closed when all of them together take too much memory
// (maxmemory-clients).
//
// Each client is in the bucket of its size. What is in one differs by a factor of two at most,
// so who takes most is found without looking at all clients, or sorting them:
//
//	up to  32 KiB   c7 ⇄ c2 ⇄ c9 ⇄ c1
//	up to  64 KiB   c4
//	...
//	up to   1 MiB   c8 ⇄ c3        one of these goes first
//	...
//	more than 4 GiB
//
// A client is weighed whenever what it takes is counted (memory.go), so closing one is O(1),
// and so is keeping the buckets. While there is no limit nobody is in a bucket. Redis:
// networking.c, evictClients; server.c, updateClientMemUsageAndBucket.

package server

import (
	"math/bits"

	"redis-internals/ch08/internal/config"
)

const (
	smallestBucket = 15 // log2 of the bytes that its clients take at most
	weightBuckets  = 19
	noBucket       = 0

	// minClientLimit is the least limit that holds, in bytes: under a smaller one nobody could
	// connect to say that it is too small.
	minClientLimit = 128 << 10
)

// scales are the buckets, numbered from 1; a list of each.
type scales [weightBuckets + 1]*conn

// weight is a connection's place in its bucket.
type weight struct {
	bucket     int
	prev, next *conn
}

// clientLimit is what the settings say that clients may take, in bytes; 0 is no limit. Redis:
// getClientEvictionLimit.
func clientLimit(c *config.Config) int {
	limit := c.MaxMemoryClients
	if limit < 0 { // percent
		limit = int(float64(c.MaxMemory) * float64(-limit) / 100)
	}
	if limit == 0 {
		return 0
	}
	return max(limit, minClientLimit)
}

// setClientLimit makes the setting hold. O(clients).
func (s *Server) setClientLimit() {
	s.clientLimit = clientLimit(s.opts)
	for _, c := range s.roster.conns {
		s.weigh(c)
	}
}

// weigh puts a connection into its bucket.
func (s *Server) weigh(c *conn) {
	bucket := noBucket
	if s.clientLimit != 0 && !c.closed && !c.client.NoEvict {
		bucket = bucketOf(connMemory + c.taken())
	}
	if w := &c.weight; bucket != w.bucket {
		s.scales.remove(c)
		s.scales.add(c, bucket)
	}
}

// bucketOf is the bucket of a client that takes so many bytes.
func bucketOf(taken int) int {
	return min(max(1, bits.Len(uint(taken-1))-smallestBucket+1), weightBuckets)
}

func (s *scales) add(c *conn, bucket int) {
	c.weight.bucket = bucket
	if bucket == noBucket {
		return
	}
	if first := s[bucket]; first != nil {
		c.weight.next, first.weight.prev = first, c
	}
	s[bucket] = c
}

func (s *scales) remove(c *conn) {
	w := c.weight
	c.weight = weight{}
	switch {
	case w.bucket == noBucket:
		return
	case w.prev != nil:
		w.prev.weight.next = w.next
	default:
		s[w.bucket] = w.next
	}
	if w.next != nil {
		w.next.weight.prev = w.prev
	}
}

// heaviest is one of those that take most; nil if none may go.
func (s *scales) heaviest() *conn {
	for bucket := weightBuckets; bucket > noBucket; bucket-- {
		if s[bucket] != nil {
			return s[bucket]
		}
	}
	return nil
}

// evictClients closes clients until those that are left take no more than they may, or none
// may go.
func (s *Server) evictClients() {
	for s.clientLimit != 0 && s.engine.ClientMemory() > s.clientLimit {
		c := s.scales.heaviest()
		if c == nil {
			return
		}
		s.log.Notice("Evicting client: %s", c.client.Describe(nil))
		s.stats.evicted++
		c.close()
	}
}
