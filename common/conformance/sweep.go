// sweep.go: the suite's keys, taken away in the end from a server that somebody else has
// started.
//
//	sent:  *3 $3 SET $14 suite:x1f:3:k $1 v     ──▶ names
//	end:   SELECT 0, 1, ...; DEL names
//
// A server that is being built may know neither KEYS nor FLUSHALL. So the names are those that
// were sent to it.

package conformance

import (
	"bytes"
	"slices"
	"strconv"
	"sync"
)

// names are the suite's keys that were sent to a server.
type names struct {
	mu   sync.Mutex
	seen map[string]bool
}

// note takes the keys out of requests' bytes: bulk strings that begin as the suite's keys do.
func (n *names) note(sent []byte) {
	for {
		i := bytes.Index(sent, []byte("\r\n"+SuiteKeys))
		if i < 0 {
			return
		}
		begin := bytes.LastIndexByte(sent[:i], '$')
		length, err := strconv.Atoi(string(sent[begin+1 : i]))
		sent = sent[i+2:]
		if err != nil || length > len(sent) {
			continue // not a bulk string, or one that goes on in the next piece
		}
		n.mu.Lock()
		if n.seen == nil {
			n.seen = map[string]bool{}
		}
		n.seen[string(sent[:length])] = true
		n.mu.Unlock()
	}
}

// atOnce is how many keys one DEL of a sweep has.
const atOnce = 100

// sweep deletes the suite's keys from all databases.
func (t *Target) sweep() {
	if t.named == nil || len(t.named.seen) == 0 {
		return
	}
	q := (&T{target: t, addr: t.Addr, patience: t.patience()}).ask()
	defer q.close()
	for db := 0; ; db++ {
		selected := !q.call("SELECT", strconv.Itoa(db)).IsError()
		if db > 0 && !selected || q.broken {
			return // chapters 3 and 4 have one, and no SELECT
		}
		var all []string
		for name := range t.named.seen {
			all = append(all, name)
		}
		for some := range slices.Chunk(all, atOnce) {
			q.call(append([]string{"DEL"}, some...)...)
		}
	}
}
