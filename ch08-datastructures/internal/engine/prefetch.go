// prefetch.go: keys that are asked for before they are needed.

package engine

// PrefetchBucket asks for the memory in which the first key of a request is looked
// up, and PrefetchEntries for that of the values of all keys since. They change
// nothing but how long executing the requests takes. The second word of a request
// nearly always is a key.
func (e *Engine) PrefetchBucket(c *Client, words [][]byte) {
	if len(words) > 1 {
		e.prefetch.Bucket(c.DB, words[1])
	}
}

// PrefetchEntries is PrefetchBucket's second step.
func (e *Engine) PrefetchEntries() { e.prefetch.Entries() }
