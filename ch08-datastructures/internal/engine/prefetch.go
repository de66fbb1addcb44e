// prefetch.go: keys that are asked for before they are needed.

package engine

// PrefetchBucket asks for the memory in which the first key of a request is looked
// up, and PrefetchEntries for that of the values of all keys since, and of the elements
// that are named. They change nothing but how long executing the requests takes. The second
// word of a request nearly always is a key.
func (e *Engine) PrefetchBucket(c *Client, words [][]byte) {
	if len(words) > 1 {
		e.prefetch.Bucket(c.DB, words[1], elementOf(words))
	}
}

// elementOf is the word of a request that names a field or a member, or nil. It is guessed
// from the command's first letters, which is quicker than to look the command up: SADD set
// member, HGET hash field, ZADD zset 1 member. A wrong guess costs a few nanoseconds.
func elementOf(words [][]byte) []byte {
	name := words[0]
	if len(words) < 3 || len(name) < len("sadd") {
		return nil
	}
	switch name[0] | 0x20 {
	case 'h':
		return words[2]
	case 's':
		if second := name[1] | 0x20; second == 'e' || second == 't' { // SETEX, STRLEN
			return nil
		}
		return words[2]
	case 'z':
		return words[len(words)-1]
	}
	return nil
}

// PrefetchEntries is PrefetchBucket's second step.
func (e *Engine) PrefetchEntries() { e.prefetch.Entries() }
