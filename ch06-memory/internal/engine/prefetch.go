// prefetch.go: keys that are asked for before they are needed.

package engine

// PrefetchBuckets asks for the memory in which the first keys of requests are looked
// up, and PrefetchEntries for that of their values, for all clients' requests since.
// They change nothing but how long executing the requests takes. The second word of
// a request nearly always is a key.
func (e *Engine) PrefetchBuckets(c *Client, requests [][][]byte) {
	for _, words := range requests {
		if len(words) > 1 {
			e.prefetch.Bucket(c.DB, words[1])
		}
	}
}

// PrefetchEntries is PrefetchBuckets' second step.
func (e *Engine) PrefetchEntries() { e.prefetch.Entries() }
